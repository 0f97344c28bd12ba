"""From a path through a graph back to the words of the spec."""

from collections.abc import Callable, Mapping

from fsm.explore.emit import Values
from fsm.explore.graph import Path
from fsm.explore.space import StepFunction
from fsm.explore.successors import DELAY
from fsm.expressions import Scalar
from fsm.semantics.layout import Layout
from fsm.semantics.lowered import System
from fsm.semantics.trace import Delay, Move, Occurrence, Step, Trace


def trace_of(
    path: Path,
    state_of: Callable[[int], Values],
    successors: StepFunction,
    layout: Layout,
    variant: Mapping[str, Scalar],
) -> Trace:
    """The path as a trace; consecutive units of time become one delay, except across the start
    of the loop. `state_of` gives the state of a node. Where there is no time, a delay is the run
    stuttering in its last state: it ends there."""
    path = ended(path, successors.system)
    snapshots = [layout.snapshot(state_of(path.nodes[0]))]
    steps: list[Step] = []
    loop = 0 if path.loop == 0 else None
    for k, number in enumerate(path.steps, start=1):
        snapshot = layout.snapshot(state_of(path.nodes[k]))
        last = steps[-1] if steps else None
        if number == DELAY and isinstance(last, Delay) and path.loop != k - 1:
            steps[-1] = Delay(last.units + 1)
            snapshots[-1] = snapshot
        else:
            steps.append(Delay(1) if number == DELAY else occurrence(successors, number))
            snapshots.append(snapshot)
        if path.loop == k:
            loop = len(snapshots) - 1
    return Trace(tuple(variant.items()), tuple(snapshots), tuple(steps), loop)


def ended(path: Path, system: System) -> Path:
    """The path without the stuttering at its end, in a system without time."""
    if system.unit is not None or DELAY not in path.steps:
        return path
    end = path.steps.index(DELAY)
    return Path(path.nodes[: end + 1], path.steps[:end], end)


def occurrence(successors: StepFunction, number: int) -> Occurrence:
    """A numbered discrete step, in names."""
    system = successors.system
    info = successors.steps[number]
    moves = tuple(
        Move(system.processes[edge.process].name, edge.transition, edge.chosen)
        for edge in (system.edges[k] for k in info.edges)
    )
    if info.action is None:
        return Occurrence("", (), moves)
    action = system.actions[info.action]
    return Occurrence(action.name, action.fields, moves)
