"""Runs that go on for ever, fairly: `Backward.fair_hull` of `fsm.explore.graph`, on sets.

Source: Emerson & Lei, "Efficient model checking in fragments of the propositional mu-calculus",
LICS 1986; strong fairness: Kesten, Pnueli & Raviv, ICALP 1998.
"""

from collections.abc import Callable, Iterable
from functools import partial
from itertools import cycle

from msgspec import Struct

from fsm.explore.symbolic.diagrams import Diagram
from fsm.explore.symbolic.moves import Move
from fsm.explore.symbolic.space import Graph, able, backward
from fsm.explore.symbolic.together import Moves
from fsm.model import Fairness
from fsm.semantics.lowered import System


class Demand(Struct, frozen=True):
    """What a fair run does again and again: one of the moves; or, for `weak`, is where none can be
    made; for `strong`, is at last only there. `enabled`: where the system has one of them."""

    moves: Moves
    enabled: Diagram
    weak: bool = False
    strong: bool = False


def demands(system: System, graph: Graph) -> list[Demand]:
    """The fairness that the spec states, and the divergence of time (rule 3.8)."""
    found = [_demand(graph, lambda m: m.delay, None)] if system.unit is not None else []
    for number, event in enumerate(system.events):
        if event.fair is not None:
            found.append(event_demand(system, graph, number, event.fair))
    for process in system.processes:
        if process.fair is not None:
            found.append(process_demand(system, graph, process.slot, process.fair))
    return found


def event_demand(system: System, graph: Graph, event: int, fair: Fairness) -> Demand:
    """Fairness of an event."""
    return _demand(graph, partial(_of_event, system, event), fair)


def process_demand(system: System, graph: Graph, process: int, fair: Fairness) -> Demand:
    """Fairness of all that a machine decides."""
    return _demand(graph, partial(_decided_by, system, process), fair)


def _demand(graph: Graph, mine: Callable[[Move], bool], fair: Fairness | None) -> Demand:
    moves = Moves(graph.diagrams, (m for m in graph.moves if mine(m)))
    offered = able(graph.diagrams, [m for m in graph.offered if mine(m)])
    return Demand(moves, offered, fair is Fairness.WEAK, fair is Fairness.STRONG)


def _of_event(system: System, event: int, move: Move) -> bool:
    return move.action is not None and system.actions[move.action].event == event


def _decided_by(system: System, process: int, move: Move) -> bool:
    """Events that a machine owns, and what it does by itself."""
    if move.action is not None:
        return system.actions[move.action].owner == process
    return move.lead is not None and system.edges[move.lead].process == process


def staying(graph: Graph, region: Diagram) -> Diagram:
    """The largest part of the region whose members all have a move into it."""
    while True:
        kept = region & graph.moves.preimage(region)
        if kept == region:
            return region
        region = kept


def fair_hull(graph: Graph, region: Diagram, fairness: Iterable[Demand]) -> Diagram:
    """Members of the region that start a run which stays in the hull for ever, fairly; every fair
    cycle inside the region lies in the hull.

    Invariant: the last `quiet` demands take nothing away.
    """
    steps = [partial(staying, graph), *(partial(_fair, graph, demand) for demand in fairness)]
    hull, quiet = region & graph.reach, 0
    for step in cycle(steps):
        left = step(hull)
        quiet = quiet + 1 if left == hull else 0
        hull = left
        if quiet == len(steps):
            break
    return hull


def _fair(graph: Graph, demand: Demand, hull: Diagram) -> Diagram:
    """Members from where the demand can be met within the set."""
    goal = hull & demand.moves.preimage(hull)
    if demand.weak:
        goal = goal | hull & ~demand.enabled
    left = backward(graph, goal, hull)
    return left | hull & ~demand.enabled if demand.strong else left
