"""Symmetry between copies: states that differ only in which copy is which are explored once.

The copies of a machine or group are *alike* if the lowered system, with its copies renamed in any
way, is the same system: same starts, edges, actions, clocks, and the same formulas of the
properties. That is not read off the syntax but checked, on two renamings that generate all of them
(exchange the first two copies; move every copy on by one): see `fsm.reduce.renaming`. An index
named as a constant, an order between copies or a property of one copy makes the two descriptions
differ, and then nothing is reduced. A variable may hold a copy's number, from 0 or from 1 on (and
other values, for none): then its values are renamed with the copies. It is only compared with
constants and set to them, so nothing depends on the order of the numbers (a scalarset: Ip & Dill,
"Better verification through symmetry", Formal Methods in System Design 9, 1996,
doi 10.1007/BF00625968).

Exactness. Renamings that map the system to itself are automorphisms of its transition graph. The
graph of their orbits, each orbit standing as its least state, is bisimilar to the whole graph for
labels that no renaming changes: Emerson & Sistla, "Symmetry and model checking", Formal Methods in
System Design 9, 1996; Clarke, Enders, Filkorn & Jha, "Exploiting symmetry in temporal logic model
checking", same volume. The labels here are

- the operands of the selected properties (each written alike under every renaming),
- the events that ghosts watch and those with fairness: none of them may belong to a copy, so a
  step has the same label in the whole orbit, and a fair loop of orbits, gone round until the
  copies are back in place, is a fair loop,
- the structural findings, which speak of declared machines, transitions, events and variables,
  never of one copy. Where one step has two faults, the first is told; so copies that go together
  in one step must not fault there.

The configuration is never renamed: it is the same in every variant.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import factorial, prod

from fsm.explore.emit import Values
from fsm.expressions import ArrayType
from fsm.model import Group, Machine, Property, Spec, Text
from fsm.reduce.labels import labels
from fsm.reduce.reduction import SYMMETRY, Reduction
from fsm.reduce.renaming import Arrangement, Asymmetric, Renaming, may_fault
from fsm.semantics import ir
from fsm.semantics.lower_expressions import Lowering
from fsm.semantics.lowered import Edge, SlotKind, System, Write

MOST_EDGES = 20_000  # of a system in which symmetry is looked for
MOST_POINTERS = 4  # variables that are looked at
Numbers = Mapping[int, Mapping[int, int]]  # for each pointer, what takes the place of each value


@dataclass(frozen=True, slots=True)
class Alike:
    """Copies that are alike: for each, its slots and its event instances, in one common order;
    and the slots that hold the number of a copy, each with the number of the first."""

    scope: str
    slots: tuple[tuple[int, ...], ...]
    events: tuple[tuple[int, ...], ...]
    pointers: tuple[tuple[int, int], ...] = ()

    def orders(self, state: Values) -> int:
        """How many states there are that differ from this one only in which copy is which."""
        blocks = Counter(
            (tuple(state[k] for k in block), *(state[p] == first + n for p, first in self.pointers))
            for n, block in enumerate(self.slots)
        )
        return factorial(len(self.slots)) // prod(map(factorial, blocks.values()))


def symmetries(
    spec: Spec, system: System, lowering: Lowering, selected: Sequence[Property]
) -> tuple[Alike, ...]:
    """The machines and groups whose copies are alike, for the selected properties.

    Complexity: linear in the size of the system for each of them.
    """
    scopes: list[Machine | Group] = [*spec.machines, *spec.groups]
    scopes = [s for s in scopes if (s.count or 0) > 1]
    if not scopes or len(system.edges) > MOST_EDGES:
        return ()
    nodes, watched = labels(system, lowering, selected)
    watched |= {k for k, event in enumerate(system.events) if event.fair is not None}
    found: list[Alike] = []
    for scope in scopes:
        for alike in _candidates(spec, system, scope):
            if _apart(system, alike, watched) and _is_alike(system, nodes, alike):
                found.append(alike)
                break
    # One number for two kinds of copies would have to be renamed twice.
    pointed = Counter(p for alike in found for p, _ in alike.pointers)
    return tuple(a for a in found if all(pointed[p] == 1 for p, _ in a.pointers))


def _is_alike(system: System, nodes: Sequence[ir.Node], alike: Alike) -> bool:
    """Is the system written the same under the renamings that generate all others?"""
    as_it_is = tuple(range(len(system.slots))), tuple(range(len(system.events)))
    written = _written(system, nodes, *as_it_is, {p: {} for p, _ in alike.pointers})
    return written is not None and all(
        _written(system, nodes, *renamed) == written for renamed in _generators(*as_it_is, alike)
    )


def _candidates(spec: Spec, system: System, scope: Machine | Group) -> Iterator[Alike]:
    """What may belong to the copies, the plainest first."""
    plain = _candidate(system, scope, ())
    yield plain
    if arrays := _arrays(spec, scope):
        yield _candidate(system, scope, arrays)
    own = {k for block in plain.slots for k in block}
    count = scope.count or 0
    for first in (0, 1):
        slots = [
            (k, first)
            for k, s in enumerate(system.slots)
            if s.kind is SlotKind.VARIABLE and k not in own
            and s.low <= first and first + count - 1 <= s.high <= first + count
        ][:MOST_POINTERS]  # fmt: skip
        for chosen in ([slots] if len(slots) > 1 else []) + [[slot] for slot in slots]:
            yield replace(plain, pointers=tuple(chosen))


def told(alike: Sequence[Alike], states: Sequence[Values] | None) -> Reduction:
    """What to say about it; `states` are all that were explored, None if not all were."""
    subjects = tuple((a.scope, factorial(len(a.slots)), 1) for a in alike)
    who = ", ".join(f"{len(a.slots)} × {a.scope}" for a in alike)
    words = Text(f"副本可互换：{who}", f"copies that are alike: {who}")
    if not states:
        return Reduction(SYMMETRY, words, subjects)
    whole = sum(prod(a.orders(state) for a in alike) for state in states)
    return Reduction(SYMMETRY, words, subjects, whole, len(states))


def canonical(alike: Sequence[Alike], size: int) -> str:
    """Python source of a function `canonical(s)` from the slots of a state to the least state of
    its orbit: the local states of the copies are sorted. O(copies log copies)."""
    lines = ["def canonical(s):"]
    new = [f"s[{k}]" for k in range(size)]
    for n, a in enumerate(alike):
        names = [f"c{n}_{copy}" for copy in range(len(a.slots))]
        blocks = (
            f"({', '.join([*(f's[{k}]' for k in block), *_pointed(a, copy)])},)"
            for copy, block in enumerate(a.slots)
        )
        lines.append(f"    {', '.join(names)} = sorted(({', '.join(blocks)}))")
        for name, block in zip(names, a.slots, strict=True):
            for place, slot in enumerate(block):
                new[slot] = f"{name}[{place}]"
        for k, (slot, first) in enumerate(a.pointers):
            place = len(a.slots[0]) + k
            held = (f"{first + at} if {name}[{place}] else " for at, name in enumerate(names))
            new[slot] = f"({''.join(held)}s[{slot}])"
    return "\n".join([*lines, f"    return ({', '.join(new)},)"])


def _pointed(alike: Alike, copy: int) -> Iterator[str]:
    """Which of the pointers hold the number of a copy."""
    return (f"s[{slot}] == {first + copy}" for slot, first in alike.pointers)


def canonical_form(alike: Sequence[Alike], size: int) -> Callable[[Values], Values]:
    """The function whose source `canonical` writes."""
    space: dict[str, Callable[[Values], Values]] = {}
    exec(canonical(alike, size), {"__builtins__": {"sorted": sorted}}, space)
    return space["canonical"]


# --- which copies to try ----------------------------------------------------------------------


def _candidate(system: System, scope: Machine | Group, arrays: tuple[str, ...]) -> Alike:
    """All that belongs to each copy, in a common order; elements of `arrays` go with the copies."""

    def of_copy(name: str, copy: int) -> str | None:
        """What the thing is called within the copy, None if it is not part of it."""
        for owner in (scope.name, *arrays):
            prefix = f"{owner}[{copy}]"
            rest = name[len(prefix) :]
            if name.startswith(prefix) and (owner != scope.name or rest[:1] in ("", ".", "@")):
                return owner + rest
        return None

    def blocks(names: list[str]) -> tuple[tuple[int, ...], ...]:
        found = []
        for copy in range(scope.count or 0):
            inside = ((of_copy(name, copy), k) for k, name in enumerate(names))
            found.append(tuple(k for _, k in sorted((w, k) for w, k in inside if w is not None)))
        return tuple(found)

    slots = blocks([s.name for s in system.slots])
    return Alike(scope.name, slots, blocks([e.name for e in system.events]))


def _arrays(spec: Spec, scope: Machine | Group) -> tuple[str, ...]:
    """Global arrays that may have an element for each copy."""
    types = ((v.name, v.type) for v in spec.variables)
    return tuple(n for n, t in types if isinstance(t, ArrayType) and t.length == scope.count)


def _generators(
    slots: Arrangement, events: Arrangement, alike: Alike
) -> Iterator[tuple[Arrangement, Arrangement, Numbers]]:
    """A transposition and a cycle: together they generate every order of the copies."""
    count = len(alike.slots)
    for order in ([1, 0, *range(2, count)], [*range(1, count), 0]):
        yield (
            _renamed(slots, alike.slots, order), _renamed(events, alike.events, order),
            {
                slot: {first + copy: first + other for copy, other in enumerate(order)}
                for slot, first in alike.pointers
            },
        )  # fmt: skip


def _renamed(
    places: Arrangement, blocks: tuple[tuple[int, ...], ...], order: Sequence[int]
) -> Arrangement:
    new = list(places)
    for copy, other in enumerate(order):
        for old, target in zip(blocks[copy], blocks[other], strict=True):
            new[old] = target
    return tuple(new)


# --- whether they are alike -------------------------------------------------------------------


def _written(
    system: System, nodes: Sequence[ir.Node], slots: Arrangement, events: Arrangement,
    numbers: Numbers,
) -> object:  # fmt: skip
    """The system and the formulas under a renaming; None is like nothing else."""
    renaming = Renaming(system, slots, events, numbers)
    try:
        return [renaming.text(node) for node in nodes], renaming.content()
    except Asymmetric:
        return None


def _apart(system: System, alike: Alike, watched: set[int]) -> bool:
    """Is no event of a copy watched, and does no step in which several copies take part fault?"""
    if watched & {k for block in alike.events for k in block}:
        return False
    copy_of = {k: copy for copy, block in enumerate(alike.slots) for k in block}
    together: dict[int, list[Edge]] = {}
    for edge in system.edges:
        if edge.action is not None and edge.process in copy_of:
            together.setdefault(edge.action, []).append(edge)
    return all(
        _keeps_to_itself(system, edge, copy_of)
        for edges in together.values()
        if len({copy_of[edge.process] for edge in edges}) > 1
        for edge in edges
    )


def _keeps_to_itself(system: System, edge: Edge, copy_of: dict[int, int]) -> bool:
    """Does the edge write nothing but its own copy's slots, and never fault?"""
    return not edge.resets and all(
        isinstance(w.target, ir.Slot)
        and copy_of.get(w.target.index) == copy_of[edge.process]
        and _fits(system, w)
        for w in edge.writes
    )


def _fits(system: System, write: Write) -> bool:
    """Is the value surely in the range?"""
    match write.value:
        case ir.Const(value=value):
            return write.low <= value <= write.high
        case ir.Slot(index=index):
            info = system.slots[index]
            return write.low <= info.low and info.high <= write.high
        case ir.Within() | ir.ClockTest() as node:
            return not may_fault(node)
        case _:
            return False
