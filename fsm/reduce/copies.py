"""Copies that are alike: renaming them changes nothing of the system.

The copies of a machine or group are *alike* if the lowered system, with its copies renamed in any
way, is the same system: same starts, edges, actions and clocks. That is not read off the syntax but
checked, on two renamings that generate all of them (exchange the first two copies; move every copy
on by one): see `fsm.reduce.renaming`. An index named as a constant or an order between copies makes
the two descriptions differ. A variable may hold a copy's number, from 0 or from 1 on (and other
values, for none): then its values are renamed with the copies. It is only compared with constants
and set to them, so nothing depends on the order of the numbers (a scalarset: Ip & Dill, "Better
verification through symmetry", Formal Methods in System Design 9, 1996, doi 10.1007/BF00625968).

Such renamings are automorphisms of the system's transition graph. Fairness is declared for all
copies at once, so they map fair runs to fair ones; the configuration is never renamed.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from math import factorial, prod

from msgspec import Struct
from msgspec.structs import replace

from fsm.explore.emit import Values
from fsm.expressions import ArrayType
from fsm.model import Group, Machine, Spec
from fsm.reduce.renaming import Arrangement, Asymmetric, Renaming
from fsm.semantics.lowered import SlotKind, System

MOST_EDGES = 20_000  # of a system in which symmetry is looked for
MOST_POINTERS = 4  # variables that are looked at
Numbers = Mapping[int, Mapping[int, int]]  # for each pointer, what takes the place of each value
Order = tuple[int, ...]  # for each copy, which takes its place


class Alike(Struct, frozen=True):
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


def alike_copies(spec: Spec, system: System) -> tuple[Alike, ...]:
    """The machines and groups whose copies are alike.

    Complexity: linear in the size of the system for each of them.
    """
    scopes: list[Machine | Group] = [*spec.machines, *spec.groups]
    scopes = [s for s in scopes if (s.count or 0) > 1]
    if not scopes or len(system.edges) > MOST_EDGES:
        return ()
    tried = (filter(partial(_is_alike, system), _candidates(spec, system, s)) for s in scopes)
    found = [alike for candidates in tried if (alike := next(candidates, None)) is not None]
    # One number for two kinds of copies would have to be renamed twice.
    pointed = Counter(p for alike in found for p, _ in alike.pointers)
    return tuple(a for a in found if all(pointed[p] == 1 for p, _ in a.pointers))


def renamings(system: System, alike: Alike) -> Iterator[tuple[Order, Renaming]]:
    """A transposition and a cycle: together they generate every order of the copies."""
    count = len(alike.slots)
    slots, events = tuple(range(len(system.slots))), tuple(range(len(system.events)))
    for order in dict.fromkeys([(1, 0, *range(2, count)), (*range(1, count), 0)]):
        numbers = {
            slot: {first + copy: first + other for copy, other in enumerate(order)}
            for slot, first in alike.pointers
        }
        yield order, Renaming(
            system, _renamed(slots, alike.slots, order), _renamed(events, alike.events, order),
            numbers,
        )  # fmt: skip


def as_it_is(system: System, alike: Alike) -> Renaming:
    """The renaming that leaves all copies in place."""
    slots, events = tuple(range(len(system.slots))), tuple(range(len(system.events)))
    return Renaming(system, slots, events, {pointer: {} for pointer, _ in alike.pointers})


def _is_alike(system: System, alike: Alike) -> bool:
    """Is the system written the same under the renamings that generate all others?"""
    edges = Counter(edge.process for edge in system.edges)
    if len({tuple(edges[slot] for slot in block) for block in alike.slots}) > 1:
        return False  # which is soon seen
    try:
        written = as_it_is(system, alike).content()
        return all(renaming.content() == written for _, renaming in renamings(system, alike))
    except Asymmetric:
        return False


# --- which copies to try ----------------------------------------------------------------------


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


def _renamed(
    places: Arrangement, blocks: tuple[tuple[int, ...], ...], order: Sequence[int]
) -> Arrangement:
    new = list(places)
    for copy, other in enumerate(order):
        for old, target in zip(blocks[copy], blocks[other], strict=True):
            new[old] = target
    return tuple(new)
