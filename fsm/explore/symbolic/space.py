"""Sets of states under moves: what they lead to, what leads to them, and how far it is.

Source: Burch, Clarke, McMillan, Dill & Hwang, "Symbolic model checking: 10^20 states and beyond",
LICS 1990; moves one after the other (chaining): Roig, Cortadella & Pastor, "Verification of
asynchronous circuits by BDD-based model checking of Petri nets", ICATPN 1995.
"""

from collections.abc import Callable, Collection
from itertools import cycle

from msgspec import Struct

from fsm.explore.symbolic.diagrams import Diagram, Diagrams
from fsm.explore.symbolic.moves import Move
from fsm.explore.symbolic.together import Moves

WORK = 2_500_000  # moves that are made, times nodes of what they are made from: about a second
Look = Callable[[Diagram], None]


def closure(
    diagrams: Diagrams, start: Diagram, moves: Collection[Move], inside: Diagram,
    look: Look | None = None,
) -> Diagram:  # fmt: skip
    """Everything that the moves lead to from `start` without leaving `inside`.

    Invariant: only members are ever added, and the last `quiet` moves add nothing. `look` sees the
    set after each move that added some.
    """
    states, quiet = start & inside, 0
    for move in cycle(moves):
        after = states | move.image(states) & inside
        quiet = quiet + 1 if after == states else 0
        while after != states:
            states = after
            if look is not None:
                look(states)
            if move.related:  # what only sets values would add nothing by being made again
                after = states | move.image(states) & inside
            quiet = 1
        if quiet == len(moves):
            break
    return states


def backward(
    graph: "Graph", goal: Diagram, inside: Diagram, moves: Collection[Move] | None = None
) -> Diagram:
    """E[inside U goal]: from where the moves lead to the goal, through `inside`, which is reached.

    No step leads out of what is reached, so what a set is beyond that does not matter: `simple` is
    the set as it is told most simply. A move that changes nothing of what this asks about leads to
    it only from there, and is left out: for one process among many, the moves of all the others.
    """
    diagrams, moves = graph.diagrams, graph.moves if moves is None else moves
    states, quiet, simple = goal, 0, None
    for move in cycle(moves):
        if simple is None:
            simple = diagrams.simplified(states, graph.reach)
            asked = diagrams.support(simple)
        quiet += 1
        if not move.touched.isdisjoint(asked):
            after = states | move.preimage(simple) & inside
            if after != states:
                states, quiet, simple = after, 0, None
        if quiet == len(moves) or states == inside:
            break
    return states


def able(diagrams: Diagrams, moves: Collection[Move]) -> Diagram:
    """Where one of the moves can be made."""
    return diagrams.any(move.domain for move in moves)


class Graph(Struct):
    """Moves, where runs start, and all that they reach: the states, or the states with a memory.

    `offered[k]` is the system's part of `moves[k]`.
    """

    diagrams: Diagrams
    moves: Moves
    initial: Diagram
    reach: Diagram
    offered: Moves

    def stuttering(self) -> "Graph":
        """The same where a run that ends repeats its last state for ever."""
        ends = ~able(self.diagrams, self.moves)
        still = Move(self.diagrams, None, None, [ends], (), (), delay=True)
        moves = Moves(self.diagrams, (*self.moves, still))
        return Graph(self.diagrams, moves, self.initial, self.reach, moves)


class Costly(Exception):
    """Rings are too much work."""


class Rings(Struct):
    """Members of a set by their distance from where runs enter it, as far as was needed.

    They enter at `start`, and after k steps at the k-th ring of `before` where that meets `doors`.
    Invariant: `levels` are disjoint, `seen` is their union. `work` counts moves of nodes of
    diagrams; where it comes to `WORK`, `Costly` is raised, unless they are `patient`.
    """

    diagrams: Diagrams
    moves: Moves
    inside: Diagram
    start: Diagram
    before: "Rings | None" = None
    doors: Diagram = None
    levels: list[Diagram] = []
    seen: Diagram = None
    work: int = 0
    patient: bool = False

    def level(self, k: int) -> Diagram | None:
        """The members at distance k; None where there are none at k or farther."""
        while len(self.levels) <= k:
            if not self._grow():
                return None
        return self.levels[k]

    def distance(self, goal: Diagram) -> int | None:
        """The distance of the nearest member of the goal."""
        k = 0
        while (level := self.level(k)) is not None:
            if level & goal != self.diagrams.false:
                return k
            k += 1
        return None

    def _grow(self) -> bool:
        false, k = self.diagrams.false, len(self.levels)
        if k == 0:
            self.seen = false
        entering = self.start if k == 0 else false
        outside = self.before.level(k) if self.before is not None else None
        if outside is not None:
            entering = entering | outside & self.doors
        fresh = entering & self.inside & ~self.seen
        if k and self.levels[-1] != false:
            if self.work > WORK and not self.patient:
                raise Costly
            self.work += len(self.levels[-1]) * len(self.moves.together)
            fresh = fresh | self.moves.image(self.levels[-1]) & self.inside & ~self.seen
        if fresh == false and outside is None:
            return False
        self.levels.append(fresh)
        self.seen = self.seen | fresh
        return True


class Stage(Struct, frozen=True):
    """What a move was made from, when moves are made one after the other (chaining)."""

    move: Move
    states: Diagram


def stages(
    diagrams: Diagrams, start: Diagram, moves: Collection[Move], inside: Diagram, goal: Diagram
) -> tuple[list[Stage], Diagram]:
    """Moves made one after the other until the goal is met, and what is reached then: a way there,
    though not always a shortest. Each stage adds to the states before it."""
    found: list[Stage] = []
    states = start & inside
    while True:
        before = states
        for move in moves:
            if states & goal != diagrams.false:
                return found, states
            after = states | move.image(states) & inside
            if after != states:
                found.append(Stage(move, states))
                states = after
        if states == before:
            return found, states
