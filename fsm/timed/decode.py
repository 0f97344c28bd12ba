"""From a path of zones back to the words of the spec, with instants."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from fsm.explore.decode import occurrence
from fsm.explore.emit import Values
from fsm.expressions import Scalar
from fsm.semantics.layout import Layout
from fsm.timed import steps
from fsm.timed.instants import Timeline, solve
from fsm.timed.steps import TimedSuccessors
from fsm.timed.trace import Lapse, TimedStep, TimedTrace
from fsm.timed.zone_graph import ZoneGraph


def timed_trace(
    graph: ZoneGraph, layout: Layout, path: Sequence[int], line: Timeline,
    variant: Mapping[str, Scalar], *, latest: bool = False,
) -> TimedTrace:  # fmt: skip
    """The run along a path, at instants that its timeline allows."""
    instants = solve(line, latest=latest)
    assert instants is not None, "every path of zones has a run"
    found = Telling(graph.successors, layout, graph.of[path[0]].state)
    taken = iter(line.steps)
    for step in (graph.links[node].step for node in path):
        if step is not None:
            found.take(step, instants[next(taken)])
    found.wait(instants[line.end])
    return TimedTrace(tuple(variant.items()), tuple(found.snapshots), tuple(found.steps))


class Telling:
    """A run as far as it has been told."""

    def __init__(self, successors: TimedSuccessors, layout: Layout, start: Values) -> None:
        self._successors, self._layout = successors, layout
        self.snapshots, self.steps = [layout.snapshot(start)], list[TimedStep]()
        self._now = Fraction(0)

    def wait(self, instant: Fraction) -> None:
        """Time passes, up to an instant."""
        if instant > self._now:
            self.steps.append(Lapse(instant - self._now))
            self.snapshots.append(self.snapshots[-1])
            self._now = instant

    def take(self, step: steps.TimedStep, instant: Fraction) -> None:
        """A step at an instant."""
        self.wait(instant)
        self.steps.append(occurrence(self._successors, step.number))
        self.snapshots.append(self._layout.snapshot(step.target))
