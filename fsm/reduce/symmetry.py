"""Symmetry between copies: states that differ only in which copy is which are explored once.

Exactness. Renamings of copies that are alike (`fsm.reduce.copies`) are automorphisms of the
transition graph. The graph of their orbits, each orbit standing as its least state, is bisimilar to
the whole graph for labels that no renaming changes: Emerson & Sistla, "Symmetry and model
checking", Formal Methods in System Design 9, 1996; Clarke, Enders, Filkorn & Jha, "Exploiting
symmetry in temporal logic model checking", same volume. The labels here are

- the operands of the selected properties (each written alike under every renaming),
- the events that ghosts watch and those with fairness: none of them may belong to a copy, nor may a
  copy itself be fair; so a step has the same label in the whole orbit, and a fair loop of orbits,
  gone round until the copies are back in place, is a fair loop,
- the structural findings, which speak of declared machines, transitions, events and variables,
  never of one copy. Where one step has two faults, the first is told; so copies that go together
  in one step must not fault there.
"""

from collections.abc import Callable, Iterator, Sequence
from math import factorial, prod

from msgspec.structs import replace

from fsm.explore.emit import Values
from fsm.model import Property, Text
from fsm.reduce.copies import Alike, as_it_is, renamings
from fsm.reduce.labels import labels
from fsm.reduce.reduction import SYMMETRY, Reduction
from fsm.reduce.renaming import Asymmetric, may_fault
from fsm.semantics import ir
from fsm.semantics.lower_expressions import Lowering
from fsm.semantics.lowered import Edge, System, Write


def symmetries(
    system: System, lowering: Lowering, copies: Sequence[Alike], decided: Sequence[Property]
) -> tuple[Alike, ...]:
    """Those of the copies that may be taken for each other where these properties are decided.

    Complexity: linear in the size of system and properties, for each of them.
    """
    if not copies:
        return ()
    nodes, watched = labels(system, lowering, decided)
    watched |= {k for k, event in enumerate(system.events) if event.fair is not None}
    return tuple(
        alike
        for alike in copies
        if _apart(system, alike, watched) and _unchanged(system, nodes, alike)
    )


def _unchanged(system: System, nodes: Sequence[ir.Node], alike: Alike) -> bool:
    """Are the formulas written the same, whatever the order of the copies?"""
    try:
        written = [*map(as_it_is(system, alike).text, nodes)]
        return all([*map(other.text, nodes)] == written for _, other in renamings(system, alike))
    except Asymmetric:
        return False


def told(
    copies: Sequence[Alike], alike: Sequence[Alike], instances: Sequence[tuple[str, int, int]],
    states: Sequence[Values] | None,
) -> Reduction:  # fmt: skip
    """What to say about it: of `copies` that are alike, those that were taken for each other, and
    of which properties fewer instances were decided. `states` are all that were explored, None if
    not all were."""
    number = {a.scope: len(a.slots) for a in (*(copies if instances else ()), *alike)}
    who = ", ".join(f"{count} × {scope}" for scope, count in number.items())
    zh, en = f"副本可互换：{who}", f"copies that are alike: {who}"
    if instances:
        before, after = (sum(counts) for counts in [*zip(*instances, strict=True)][1:])
        zh += f"；性质的 {before} 个实例只须判定 {after} 个"
        en += f"; of {before} instances of properties {after} stand for all"
    subjects = (*((a.scope, factorial(len(a.slots)), 1) for a in alike), *instances)
    reduction = Reduction(SYMMETRY, Text(zh, en), subjects)
    if not alike or not states:
        return reduction
    whole = sum(prod(a.orders(state) for a in alike) for state in states)
    return replace(reduction, states=whole, explored=len(states))


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


def _apart(system: System, alike: Alike, watched: set[int]) -> bool:
    """Is no event of a copy watched, none of them fair, and does no step in which several copies
    take part fault?"""
    if watched & {k for block in alike.events for k in block}:
        return False
    copy_of = {k: copy for copy, block in enumerate(alike.slots) for k in block}
    if any(p.fair is not None and p.slot in copy_of for p in system.processes):
        return False
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
