"""From a path of zones back to the words of the spec, with instants."""

from collections.abc import Mapping, Sequence

from fsm.explore.decode import occurrence
from fsm.expressions import Scalar
from fsm.semantics.layout import Layout
from fsm.timed.instants import Timeline, solve
from fsm.timed.trace import Lapse, TimedStep, TimedTrace
from fsm.timed.zone_graph import ZoneGraph


def timed_trace(
    graph: ZoneGraph, layout: Layout, path: Sequence[int], line: Timeline,
    variant: Mapping[str, Scalar], *, latest: bool = False,
) -> TimedTrace:  # fmt: skip
    """The run along a path, at instants that its timeline allows."""
    instants = solve(line, latest=latest)
    assert instants is not None, "every path of zones has a run"
    snapshots = [layout.snapshot(graph.of[path[0]].state)]
    steps: list[TimedStep] = []
    now = instants[0]
    taken = iter(line.steps)
    for step in (graph.links[node].step for node in path):
        if step is None:
            continue
        instant = instants[next(taken)]
        if instant > now:
            steps.append(Lapse(instant - now))
            snapshots.append(snapshots[-1])
            now = instant
        steps.append(occurrence(graph.successors, step.number))
        snapshots.append(layout.snapshot(step.target))
    if instants[line.end] > now:
        steps.append(Lapse(instants[line.end] - now))
        snapshots.append(snapshots[-1])
    return TimedTrace(tuple(variant.items()), tuple(snapshots), tuple(steps))
