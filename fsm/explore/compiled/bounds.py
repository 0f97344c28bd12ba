"""Does every value that a spec computes on the way fit into a word?

Machine integers wrap silently where Python's grow: what might is left to Python.
"""

from collections.abc import Iterable, Sequence

from fsm.explore.intervals import Intervals, TooLarge
from fsm.semantics.ir import Node
from fsm.semantics.lowered import System


def fits(
    system: System, codes: Sequence[Sequence[int]], more: Iterable[Node] = ()
) -> bool:  # fmt: skip
    """Do all values of a system's expressions, and of `more`, fit into a word, whatever values
    slots and configuration (`codes` of each variable) have? O(size of the expressions)."""
    intervals = Intervals(system.slots, codes)
    try:
        for edge in system.edges:
            intervals.of(edge.enabled)
            if edge.forced is not None:
                intervals.of(edge.forced)
            for write in edge.writes:
                intervals.of(write.value)
                intervals.of(write.target)
        for clock in system.clocks:
            if clock.paused is not None:
                intervals.of(clock.paused)
        for node in more:
            intervals.of(node)
    except TooLarge:
        return False
    return True
