"""Two explored spaces compared, whatever the order in which they were explored."""

from fsm.explore.emit import Values
from fsm.explore.space import Space
from fsm.semantics.lowered import System

Graph = tuple[dict[Values, tuple[int, dict[tuple[int | None, Values], int]]], dict[Values, int]]


def graph_of(space: Space, system: System) -> Graph:
    """The space without the numbers in which it was explored: who is reached in which variants,
    by which action from where; and where runs start."""
    steps, states = space.successors.steps, space.states
    nodes = {}
    for state, reach, arcs in zip(states, space.reach, space.arcs, strict=True):
        merged: dict[tuple[int | None, Values], int] = {}
        for step, target, mask in arcs:
            # A spontaneous step and the passing of time differ: the latter has no edges.
            action = steps[step].action if step == 0 or steps[step].action is not None else -1
            key = action, states[target]
            merged[key] = merged.get(key, 0) | mask
        nodes[state] = reach, merged
    return nodes, {states[number]: mask for number, mask in space.initial}


def busy(graph: Graph) -> Graph:
    """The graph without the events that leave everything as it is."""
    nodes, starts = graph
    left = {
        state: (reach, {
            (action, target): mask
            for (action, target), mask in arcs.items()
            if target != state or action is None
        })
        for state, (reach, arcs) in nodes.items()
    }  # fmt: skip
    return left, starts
