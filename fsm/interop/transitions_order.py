"""In which order a `transitions.Machine` tries its transitions, and what a spec makes of that.

The library takes the first transition whose conditions hold: tables of deeper states first, then
inner sources before outer ones, then in the order in which they were added. A spec has inner
before outer, and priorities within one state; where the two differ, transitions are listed leaf by
leaf.
"""

from msgspec import Struct
from msgspec.structs import replace

from fsm.interop.transitions_reading import Edge, MachineRead, Path, StateRead

MOST_CONDITIONS = 6  # of one trigger, kept apart: each doubles the ways in which it can occur


class Attempt(Struct, frozen=True):
    """A transition as it is tried from `source`. `priority` is what it needs in a spec;
    `shadowed`: it can never be taken; `at_rest`: only from `source` itself, no state inside it."""

    edge: Edge
    source: Path
    priority: int | None
    shadowed: bool
    at_rest: bool = False


def places(machine: MachineRead) -> tuple[Path, ...]:
    """Where a machine can be at rest: leaves, and outer states that enter no inner one."""
    outer = {state.path[:-1] for state in machine.states}
    return tuple(s.path for s in machine.states if s.path not in outer or not s.initial)


def dead_ends(machine: MachineRead) -> list[Path]:
    """The places that nothing leads out of, no timer either."""
    leaving = {e.source for e in machine.edges if e.target not in ((), e.source)}
    leaving |= {state.path for state in machine.states if state.timeout}
    return [p for p in places(machine) if not any(p[: len(s)] == s for s in leaving)]


def tried(machine: MachineRead, trigger: str, place: Path) -> list[Edge]:
    """What a trigger tries in a place, in this order. Linear in the transitions."""
    found = [
        edge
        for edge in machine.edges
        if edge.trigger == trigger and place[: len(edge.source)] == edge.source
    ]
    return sorted(found, key=lambda edge: (-edge.scope, -len(edge.source)))


def attempts(machine: MachineRead, trigger: str) -> list[Attempt]:
    """Everything that a trigger may do, in the order of the machine."""
    told = opaque(machine, trigger)
    groups: dict[Path, list[Edge]] = {}
    lists = {place: tried(machine, trigger, place) for place in places(machine)}
    inherits = all(e == sorted(e, key=lambda x: -len(x.source)) for e in lists.values())
    if inherits:
        for edge in sorted((e for e in machine.edges if e.trigger == trigger),
                           key=lambda e: -e.scope):  # fmt: skip
            groups.setdefault(edge.source, []).append(edge)
    else:
        groups = {place: edges for place, edges in lists.items() if edges}
    found = [
        replace(attempt, at_rest=not inherits)
        for source, edges in groups.items()
        for attempt in ranked(edges, source, told)
    ]
    place_of = {id(edge): number for number, edge in enumerate(machine.edges)}
    return sorted(found, key=lambda a: place_of[id(a.edge)])


def ranked(edges: list[Edge], source: Path, is_opaque: bool) -> list[Attempt]:
    """Transitions that are tried one after the other, with the priorities that say so."""
    certain = [sum(not e.conditions for e in edges[:number]) for number in range(len(edges))]
    if is_opaque:  # which one wins is open, but for what comes after a certain one
        needed = certain[-1] > 0
        ranks = [-k for k in certain]
    else:
        needed = not all(_exclude(a, b) for k, a in enumerate(edges) for b in edges[:k])
        ranks = [len(edges) - 1 - number for number in range(len(edges))]
    return [
        Attempt(edge, source, ranks[number] if needed else None, certain[number] > 0)
        for number, edge in enumerate(edges)
    ]


def opaque(machine: MachineRead, trigger: str) -> bool:
    """Does a trigger ask too many conditions to keep them apart?"""
    return len(asked(machine, trigger)) > MOST_CONDITIONS


def asked(machine: MachineRead, trigger: str) -> tuple[str, ...]:
    """The conditions of a trigger."""
    edges = (edge for edge in machine.edges if edge.trigger == trigger)
    return tuple(dict.fromkeys(name for edge in edges for name, _ in edge.conditions))


def timed_trigger(state: StateRead, machine: MachineRead) -> str:
    """The first trigger that a state's timer calls, "" if none: what else it calls is code."""
    known = {edge.trigger for edge in machine.edges} | set(machine.generated)
    return next((name for name in state.calls if name in known), "")


def _exclude(first: Edge, second: Edge) -> bool:
    """Does one condition keep the two from being possible at once?"""
    return any((name, not wanted) in second.conditions for name, wanted in first.conditions)
