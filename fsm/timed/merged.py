"""Clocks that are always equal are read as one.

In some leaf of a machine, two clocks may be known to show the same time: whatever leads there
restarted both, or neither while they were equal. Comparisons that are made from that leaf are then
made with one of the two; if nobody reads the other any more, it is not active
(`fsm.timed.limits`), and zones do without it. Only reading changes: every clock still restarts
where it did, so runs and their instants are the same.
Source: Daws & Yovine, "Reducing the number of clock variables of timed automata", RTSS 1996,
doi 10.1109/REAL.1996.563702, here for each machine on its own.
"""

from collections.abc import Mapping

from msgspec.structs import replace

from fsm.explore.emit import span
from fsm.semantics import ir
from fsm.semantics.ir import Node
from fsm.semantics.lowered import ClockInfo, Edge, System

Pair = tuple[int, int]  # two clock slots, the lower first


def merged(system: System) -> System:
    """The same system, with as few clocks read as can be seen.

    Complexity: for each machine, edges times pairs of the clocks that it compares, times leaves.
    """
    edges = {edge.number: edge for edge in system.edges}
    for process in system.processes:
        own = [edge for edge in system.edges if edge.process == process.slot]
        clocks = _own_clocks(system, process.slot, own)
        if len(clocks) > 1:
            equal = _equal(own, len(process.leaves), _first(system, process.slot), clocks)
            for edge in own:
                one_for = _one_for_each(clocks, equal[edge.leaf], edge.leaf)
                edges[edge.number] = _reading(edge, one_for)
    return replace(system, edges=tuple(edges[edge.number] for edge in system.edges))


def _own_clocks(system: System, process: int, own: list[Edge]) -> dict[int, ClockInfo]:
    """The clocks that a machine compares, and that nobody else restarts or stops."""
    read = {
        test.clock.index
        for edge in own
        for node in (edge.enabled, edge.forced)
        if node is not None
        for test in ir.clock_tests(node)
        if isinstance(test.clock, ir.Slot)
    }
    elsewhere: set[int] = set()
    for edge in system.edges:
        for reset in edge.resets:
            elsewhere |= {*range(reset.base, reset.base + span(reset.indices))}
        if edge.process != process:
            elsewhere |= {*edge.restarts}
    return {
        clock.slot: clock
        for clock in system.clocks
        if clock.slot in read - elsewhere
        and clock.paused is None
        and clock.process in (None, process)
    }


def _first(system: System, process: int) -> set[int]:
    """The leaves in which a machine may start."""
    return {*system.first[process]}


def _equal(
    own: list[Edge], leaves: int, first: set[int], clocks: Mapping[int, ClockInfo]
) -> list[set[Pair]]:
    """The pairs of clocks that are equal in each leaf: a greatest fixpoint. All start at zero."""
    pairs = {(a, b) for a in clocks for b in clocks if a < b}
    equal = [set(pairs) for _ in range(leaves)]
    reached = set(first)
    changed = True
    while changed:
        changed = False
        for edge in own:
            if edge.leaf not in reached:
                continue
            restarts = set(edge.restarts)
            kept = {
                (a, b)
                for a, b in equal[edge.target]
                if (a in restarts and b in restarts)
                or (a not in restarts and b not in restarts and (a, b) in equal[edge.leaf])
            }
            if kept != equal[edge.target] or edge.target not in reached:
                equal[edge.target] = kept
                reached.add(edge.target)
                changed = True
    return equal


def _one_for_each(
    clocks: Mapping[int, ClockInfo], equal: set[Pair], leaf: int
) -> dict[int, int]:  # fmt: skip
    """For each clock that runs in a leaf the one to read: of those equal to it the named one, or
    that of the outermost state, since it is the last to be forgotten."""

    def rank(slot: int) -> tuple[bool, int, int]:
        clock = clocks[slot]
        return clock.process is not None, -len(clock.leaves), slot

    running = [k for k, clock in clocks.items() if clock.process is None or leaf in clock.leaves]
    return {
        k: min((x for x in running if x == k or (min(x, k), max(x, k)) in equal), key=rank)
        for k in running
    }


def _reading(edge: Edge, one_for: Mapping[int, int]) -> Edge:
    def read(node: Node) -> Node | None:
        match node:
            case ir.ClockTest(clock=ir.Slot(index=k)) if one_for.get(k, k) != k:
                return replace(node, clock=ir.Slot(one_for[k]))
            case _:
                return None

    forced = None if edge.forced is None else ir.changed(edge.forced, read)
    return replace(edge, enabled=ir.changed(edge.enabled, read), forced=forced)
