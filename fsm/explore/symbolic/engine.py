"""A system's reachable space as a set, for all variants at once."""

import time
from collections.abc import Sequence
from functools import cached_property

from fsm.explore import memory as process
from fsm.explore.space import INTERRUPTED, Limits, Progress
from fsm.explore.successors import Successors
from fsm.explore.symbolic.candidates import Blame, Candidates
from fsm.explore.symbolic.diagrams import MEMORY, Diagram, Diagrams, Exhausted, limited
from fsm.explore.symbolic.effects import Effects
from fsm.explore.symbolic.encoding import Counting, Encoding, Memory
from fsm.explore.symbolic.moves import Move
from fsm.explore.symbolic.runs import Runs
from fsm.explore.symbolic.space import Graph, Rings, closure
from fsm.explore.symbolic.together import Moves
from fsm.explore.variants import Variants
from fsm.semantics.lowered import System

LEAST = 32 << 20  # bytes that CUDD needs to begin with
GRACE = 5.0  # seconds to show what was found before a limit was reached


def _room(most: int | None) -> int:
    """What diagrams may use where the process may use so much."""
    return MEMORY if most is None else max(LEAST, min(MEMORY, most - process.used()))


class SymbolicSpace:
    """What was explored. A limit, or Ctrl-C, leaves a lower bound of the reachable set and says in
    `limit` what it was; all variants are then `undecided`.

    `Limits.states` limits the nodes of the set's diagram here: they are what memory holds.
    `successors` gives the steps of single states, for runs; `faults` are the states that have one
    (the kind and subject of each), `start_faults` the initial ones that could not be judged.
    """

    def __init__(
        self,
        system: System,
        variants: Variants,
        limits: Limits = Limits(),
        memory: Sequence[Memory] = (),
        progress: Progress | None = None,
    ) -> None:
        self.system, self.variants, self.limits, self.progress = system, variants, limits, progress
        self.diagrams = Diagrams(_room(limits.memory), limits.deadline)
        self.encoding = Encoding(self.diagrams, system, variants, memory)
        self.evaluator = self.encoding.evaluator()
        none = self.diagrams.false
        nothing = Moves(self.diagrams, ())
        self.graph = Graph(self.diagrams, nothing, none, none, nothing)
        self.candidates = Candidates(self.encoding, self.evaluator)
        self.effects = Effects(self.encoding, self.evaluator, self.candidates)
        self.faults: dict[Blame, Diagram] = {}
        self.start_faults: dict[tuple[str, str], tuple[Diagram, int]] = {}
        self.limit, self.undecided = "", 0
        self.shortest = True  # was every run that was shown a shortest one?
        self._rings: dict[tuple[int, int], Rings] = {}
        try:
            with limited():
                self._explore()
        except Exhausted as problem:
            self.stop(str(problem))
        except KeyboardInterrupt:
            self.stop(INTERRUPTED)

    @cached_property
    def successors(self) -> Successors:
        """The steps of single states."""
        return Successors(self.system, self.variants)

    def runs(self, variant: int) -> Runs:
        """For runs of one variant."""
        return Runs(self.encoding, self.successors, variant)

    def rings(self, runs: Runs, graph: Graph) -> Rings:
        """The rings around the start of a graph that is kept, for all who ask."""
        key = (id(graph), runs.variant)
        if key not in self._rings:
            self._rings[key] = runs.rings(graph.moves, graph.initial, graph.reach)
        return self._rings[key]

    def stop(self, why: str) -> None:
        """No more is explored; what was found stands. The first reason is the one that counts."""
        if not self.limit:
            self.limit, self.undecided = why, self.variants.everything
            self.diagrams.deadline = time.monotonic() + GRACE

    @property
    def states(self) -> int:
        """How many states some variant reaches."""
        return self.encoding.count(self.graph.reach)

    @property
    def transitions(self) -> int:
        """How many (state, step, next state) there are in some variant or other.

        Steps between the same states that differ only in which listeners join in, each in variants
        of its own, count once; so in a family this may be less than what an explicit search counts.
        """
        after = [bit for field in self.encoding.slots for bit in field.after]
        choices = [name for move in self.graph.moves for name in move.choice]
        counting, free = self.encoding.counting([*after, *choices]), len(after) + len(choices)
        by_size: dict[int, list[Move]] = {}  # what a move says nothing about has every value there
        for move in self.graph.moves:
            asked = len(move.choice) + sum(len(field.after) for field in move.related)
            by_size.setdefault(free - asked, []).append(move)
        return sum(self._pairs(counting, moves) >> more for more, moves in by_size.items())

    def _pairs(self, counting: Counting, moves: Sequence[Move]) -> int:
        reach = self.graph.reach
        if self.variants.variables:  # the same pair in two variants is one
            return sum(counting.members(move.pairs(reach)) for move in moves)
        return counting.joint(reach, [move.parts for move in moves])

    def look(self, states: Diagram) -> None:
        """Is there room for a set that grows?"""
        self.diagrams.settle(states)
        nodes = len(states)
        if self.progress is not None:
            self.progress("nodes of diagrams", nodes)
        if self.limits.states is not None and nodes > self.limits.states:
            raise Exhausted(f"{self.limits.states} nodes of diagrams")

    def _explore(self) -> None:
        diagrams, system = self.diagrams, self.system
        self.candidates.find()
        self.effects.build()
        everything = self.encoding.initial()
        for wrong, where in self.evaluator.of(system.where).faults.items():
            if where & everything != diagrams.false:
                known, value = self.start_faults.get(wrong[:2], (diagrams.false, wrong[2]))
                self.start_faults[wrong[:2]] = known | where & everything, value
        initial = everything & self.evaluator.true(system.where)
        moves = Moves(diagrams, self.effects.moves)
        self.graph = Graph(diagrams, moves, initial, initial, moves)

        def seen(states: Diagram) -> None:
            self.graph.reach = states
            self.look(states)

        closure(diagrams, initial, self.graph.moves, diagrams.true, seen)
        for fault, where in self.candidates.faults.items():
            met = where & self.graph.reach
            if met != diagrams.false:
                self.faults[fault] = met
