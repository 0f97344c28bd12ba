"""Runs that go on for ever, fairly: `Backward.fair_hull` of `fsm.explore.graph`, on sets.

Source: Emerson & Lei, "Efficient model checking in fragments of the propositional mu-calculus",
LICS 1986; strong fairness: Kesten, Pnueli & Raviv, ICALP 1998.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fsm.explore.symbolic.diagrams import Diagram, Diagrams
from fsm.explore.symbolic.moves import Move
from fsm.explore.symbolic.space import Graph, able, backward, before
from fsm.model import Fairness
from fsm.semantics.lowered import System


@dataclass(frozen=True, slots=True)
class Demand:
    """What a fair run does again and again: one of the moves; or, for `weak`, is where none can be
    made; for `strong`, is at last only there. `enabled`: where one can be made."""

    moves: tuple[Move, ...]
    enabled: Diagram
    weak: bool = False
    strong: bool = False


def demands(system: System, diagrams: Diagrams, moves: Sequence[Move]) -> list[Demand]:
    """The fairness that the spec states, and the divergence of time (rule 3.8)."""
    found = []
    if system.unit is not None:
        delays = tuple(m for m in moves if m.delay)
        found.append(Demand(delays, able(diagrams, delays)))
    for number, event in enumerate(system.events):
        if event.fair is not None:
            mine = tuple(
                m
                for m in moves
                if m.action is not None and system.actions[m.action].event == number
            )
            strong = event.fair is Fairness.STRONG
            found.append(Demand(mine, able(diagrams, mine), not strong, strong))
    return found


def staying(graph: Graph, region: Diagram, ends: Diagram) -> Diagram:
    """The largest part of the region whose members all have a move into it, or are `ends`."""
    while True:
        kept = region & (before(graph.diagrams, region, graph.moves) | ends)
        if kept == region:
            return region
        region = kept


def fair_hull(graph: Graph, region: Diagram, fairness: Iterable[Demand], ends: Diagram) -> Diagram:
    """Members of the region that start a run which stays in the hull for ever, fairly; every fair
    cycle inside the region lies in the hull. A run stutters in `ends`."""
    diagrams, fairness = graph.diagrams, list(fairness)
    hull = region & graph.reach
    while True:
        known = hull
        hull = staying(graph, hull, ends)
        for demand in fairness:
            goal = hull & (before(diagrams, hull, demand.moves) | ends)
            if demand.weak:
                goal = goal | hull & ~demand.enabled
            hull_now = backward(goal, graph.moves, hull)
            if demand.strong:
                hull_now = hull_now | hull & ~demand.enabled
            hull = hull_now
        if hull == known:
            return hull
