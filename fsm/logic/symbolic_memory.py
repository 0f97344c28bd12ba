"""What properties remember of a run, in variables beside the state, and the graphs of that."""

from collections.abc import Callable, Sequence

from msgspec import Struct

from fsm.explore.graph import Path
from fsm.explore.symbolic.diagrams import Diagram
from fsm.explore.symbolic.engine import SymbolicSpace
from fsm.explore.symbolic.evaluate import Evaluator
from fsm.explore.symbolic.fair import Demand, demands, event_demand, fair_hull, process_demand
from fsm.explore.symbolic.fields import Field
from fsm.explore.symbolic.moves import Move
from fsm.explore.symbolic.runs import Runs
from fsm.explore.symbolic.space import Graph, closure
from fsm.explore.symbolic.together import Moves
from fsm.expressions import GhostKind
from fsm.logic.claim import Watcher
from fsm.logic.proof import Proof
from fsm.logic.remedies import Party, Remedy, parties, remedies
from fsm.logic.symbolic_claims import Claims
from fsm.logic.tester import no_value
from fsm.model import Fairness, Property
from fsm.semantics import ir


class Violations(Struct, frozen=True):
    """Where a property is violated: members of it show in which variants. `show` finds a run of
    one variant in which it is, `prove` says why a formula of CTL is true there, or false;
    `unfair` is as in `fsm.logic.decide.Decision`."""

    bad: Diagram
    show: Callable[[Runs], Path | None]
    unfair: Callable[[], Remedy] = tuple
    prove: Callable[[Runs, bool], Proof | None] | None = None


class Remembering(Struct):
    """The space of a check with memory beside it; what properties share is computed once."""

    space: SymbolicSpace
    claims: Claims
    _graphs: dict[tuple[Watcher, ...], Graph] = {}
    _endless: Graph | None = None
    _timed: dict[int, Moves] = {}

    # --- graphs -------------------------------------------------------------------------------

    def graph(self, watchers: tuple[Watcher, ...]) -> Graph:
        """The space with these ghosts beside it. After the end of a run nothing happens, which they
        see: so with ghosts, runs never end."""
        key = tuple(w for w in self.claims.watchers if w in watchers)
        if not key:
            return self.space.graph
        if key not in self._graphs:
            self._graphs[key] = self._with_ghosts(self._still, key)
        return self._graphs[key]

    def endless(self, watchers: tuple[Watcher, ...]) -> Graph:
        """The same for runs that never end, with ghosts or without."""
        return self.graph(watchers) if watchers else self._still

    @property
    def _still(self) -> Graph:
        """The space, where in a spec without time runs that end stutter."""
        if self._endless is None:
            timed = self.space.system.unit is not None
            self._endless = self.space.graph if timed else self.space.graph.stuttering()
        return self._endless

    def timed(self, graph: Graph) -> Moves:
        """The moves of a graph with what they do to the timer."""
        if id(graph) not in self._timed:
            timer = self.timer
            counting = [self._counts(timer)]
            self._timed[id(graph)] = Moves(
                self.space.diagrams,
                (m.with_memory(counting, [timer], ()) if m.delay else m for m in graph.moves),
            )
        return self._timed[id(graph)]

    @property
    def timer(self) -> Field:
        """The place of the timer."""
        return self.space.encoding.memory[self.claims.timer]

    @property
    def automaton(self) -> Field:
        """The place of an automaton's state."""
        return self.space.encoding.memory[self.claims.automaton]

    def _with_ghosts(self, plain: Graph, watchers: tuple[Watcher, ...]) -> Graph:
        diagrams = self.space.diagrams
        places = self._places(watchers)
        moves = Moves(diagrams, (self._watched(m, watchers, places) for m in plain.moves))
        initial = diagrams.all([plain.initial, *(place.value(0) for place in places)])
        if all(w.kind is GhostKind.FIRED for w in watchers):  # they see no further than one step
            arrived = diagrams.any(move.image(plain.reach) for move in moves)
            return Graph(diagrams, moves, initial, initial | arrived, plain.moves)
        reach = closure(diagrams, initial, moves, diagrams.true, self.space.look)
        return Graph(diagrams, moves, initial, reach, plain.moves)

    def _places(self, watchers: tuple[Watcher, ...]) -> list[Field]:
        memory = self.space.encoding.memory
        return [memory[self.claims.watchers.index(w)] for w in watchers]

    def _watched(self, move: Move, watchers: tuple[Watcher, ...], places: list[Field]) -> Move:
        """A move with what it does to ghosts."""
        event = None if move.action is None else self.space.system.actions[move.action].event
        parts, related, fixed = [], [], []
        for watcher, place in zip(watchers, places, strict=True):
            occurred = event == watcher.event
            if watcher.kind is GhostKind.FIRED:
                fixed.append((place, int(occurred)))
            elif watcher.kind is GhostKind.SINCE and occurred:
                fixed.append((place, 0))
            elif occurred if watcher.kind is GhostKind.COUNT else move.delay:
                parts.append(self._counts(place))
                related.append(place)
        return move.with_memory(parts, related, fixed)

    def _counts(self, place: Field) -> Diagram:
        """One more, up to the highest number."""
        return self.space.diagrams.any(
            place.value(v) & place.becomes(min(v + 1, place.high)) for v in range(place.high + 1)
        )

    # --- fairness -----------------------------------------------------------------------------

    def fairness(self, graph: Graph) -> list[Demand]:
        """What runs that count do again and again."""
        return demands(self.space.system, graph)

    def candidates(self, graph: Graph) -> dict[Party, list[Demand]]:
        """See `fsm.logic.fairness`."""
        system = self.space.system
        return parties(
            system,
            lambda event: event_demand(system, graph, event, Fairness.WEAK),
            lambda process: process_demand(system, graph, process, Fairness.WEAK),
            lambda demand: bool(demand.moves),
        )

    def remedies(self, graph: Graph, hull: Diagram, stated: Sequence[Demand]) -> Remedy:
        """See `fsm.logic.remedies`; `hull` is where the violations are."""
        false = self.space.diagrams.false

        def removed_by(more: Sequence[Demand]) -> bool:
            left = fair_hull(graph, hull, list(more))
            if left == hull:  # which is fair to what is stated as it is
                return False
            return bool(fair_hull(graph, left, [*more, *stated]) == false)

        if hull == false:
            return ()
        return remedies(self.candidates(graph), removed_by)

    # --- formulas -----------------------------------------------------------------------------

    def evaluator(self, watchers: tuple[Watcher, ...], *more: Field) -> Evaluator:
        """A reader of expressions over the state, these ghosts, and more memory."""
        return self.space.encoding.evaluator([*self._places(watchers), *more])

    def true(
        self, node: ir.Node, asked: Property, watchers: tuple[Watcher, ...],
        reached: Diagram = None,
    ) -> Diagram:  # fmt: skip
        """Where an expression is true; it must have a value in what is `reached`.

        Raises `UsageError` F609 where it has none.
        """
        if reached is not None:
            self.require(node, asked, watchers, reached)
        return self.evaluator(watchers).true(node)

    def require(
        self, node: ir.Node, asked: Property, watchers: tuple[Watcher, ...], reached: Diagram
    ) -> None:
        """Raises `UsageError` F609 where an expression has no value in what is reached."""
        for where in self.evaluator(watchers).of(node).faults.values():
            if where & reached != self.space.diagrams.false:
                raise no_value(asked.name)
