"""Explore with the reference interpreter alone: the plainest search there is, for small spaces."""

from collections.abc import Mapping
from dataclasses import dataclass

from fsm.semantics.interpreter import Fault, Interpreter
from fsm.semantics.trace import Snapshot, State, Step
from fsm.semantics.units import longest

Canonical = tuple[Snapshot, tuple[tuple[str, int], ...]]


@dataclass(frozen=True)
class Explored:
    """A reachable space: canonical states in the order found, edges between them, and faults.

    `complete` is False where `limit` cut it short.
    """

    states: dict[Canonical, State]
    initial: list[Canonical]
    edges: list[tuple[Canonical, Step, Canonical]]
    faults: list[tuple[Canonical, Step, Fault]]
    complete: bool

    @property
    def snapshots(self) -> set[Snapshot]:
        """The states without their clocks."""
        return {snapshot for snapshot, _ in self.states}


def canonical(state: State, caps: Mapping[str, int]) -> Canonical:
    """The state with the clocks of `caps` alone, stopped at their caps; 0 for one not there."""
    clocks = dict(state.clocks)
    return state.snapshot, tuple((n, min(clocks.get(n, 0), cap)) for n, cap in caps.items())


def explore(
    interpreter: Interpreter, limit: int = 2_000, caps: Mapping[str, int] | None = None
) -> Explored:
    """Everything that can be reached, breadth first, in the order of the spec.

    `caps` names the clocks that matter and the value above which each is all the same; None: all
    clocks, just above the longest duration. Stops once more than `limit` states are known.
    """
    beyond = longest(interpreter.spec, interpreter.unit or 1) + 1
    states: dict[Canonical, State] = {}
    edges: list[tuple[Canonical, Step, Canonical]] = []
    faults: list[tuple[Canonical, Step, Fault]] = []

    def seen(state: State) -> Canonical:
        known = {name: beyond for name, _ in state.clocks} if caps is None else caps
        key = canonical(state, known)
        if key not in states:
            stopped = tuple((name, min(t, beyond)) for name, t in state.clocks)
            states[key] = State(state.snapshot, stopped)
            queue.append(key)
        return key

    queue: list[Canonical] = []
    initial = [seen(state) for state in interpreter.initial()]
    for key in queue:  # grows while it is read
        if len(states) > limit:
            return Explored(states, initial, edges, faults, False)
        for step, target in interpreter.successors(states[key]):
            if isinstance(target, Fault):
                faults.append((key, step, target))
            else:
                edges.append((key, step, seen(target)))
    return Explored(states, initial, edges, faults, True)
