"""Deciding properties on sets of states for every variant: `fsm.logic.decide` by fixpoints.

| pattern | violated where |
|---|---|
| never, always, at_most | the subject (its negation, count > n) is met by what is reached |
| eventually P | the start, with a fair run that stays in not P |
| after A eventually P | A is reached, with a fair run from there that stays in not P |
| ... within T | a timer, started there and running while not P, comes to more than T |
| before A must P | A is met by what is reached through not P |
| can_always P | something is reached that does not lead to P |

What a property remembers of a run (ghosts, the timer) stands in variables beside the state.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from fsm.errors import UsageError
from fsm.explore.graph import Path
from fsm.explore.symbolic.diagrams import Diagram
from fsm.explore.symbolic.encoding import Memory
from fsm.explore.symbolic.engine import SymbolicSpace
from fsm.explore.symbolic.evaluate import Evaluator
from fsm.explore.symbolic.fair import Demand, demands, fair_hull
from fsm.explore.symbolic.fields import Field
from fsm.explore.symbolic.moves import Move
from fsm.explore.symbolic.runs import Runs
from fsm.explore.symbolic.space import Graph, Rings, able, backward, closure
from fsm.expressions import GhostKind, Op
from fsm.logic.claim import Claim, Watcher, claim_of
from fsm.logic.decide import Decision, Witness
from fsm.model import Pattern, Property
from fsm.semantics import ir
from fsm.semantics.layout import encode
from fsm.semantics.lower import bindings
from fsm.semantics.lower_expressions import Lowering
from fsm.semantics.lowered import System
from fsm.semantics.trace import Bindings


@dataclass(frozen=True, slots=True)
class Claims:
    """The properties of a check, lowered, and the memory that they need beside a state: a place
    for each watcher, and one for the timer of those with a time bound."""

    of: dict[str, list[tuple[Bindings, Claim]]]
    watchers: tuple[Watcher, ...]
    memory: tuple[Memory, ...]


def claims_of(properties: Iterable[Property], system: System, lowering: Lowering) -> Claims:
    """Lower properties, one claim for each value of `each`."""
    found: dict[str, list[tuple[Bindings, Claim]]] = {}
    watchers: dict[Watcher, None] = {}
    limit = 0
    for property_ in properties:
        types = {f.name: f.type for f in property_.each}
        mine = found[property_.name] = []
        for each in bindings(property_.each):
            env = {n: encode(v, types[n]) for n, v in each}
            claim = claim_of(property_, env, system, lowering)
            mine.append((each, claim))
            watchers |= dict.fromkeys(claim.watchers)
            limit = max(limit, claim.limit)
    memory = [Memory(w.limit, _beside(w, system)) for w in watchers]
    clocks = frozenset(clock.slot for clock in system.clocks)
    memory += [Memory(limit, clocks)] if limit else []
    return Claims(found, tuple(watchers), tuple(memory))


def _beside(watcher: Watcher, system: System) -> frozenset[int]:
    actions = (a for a in system.actions if a.event == watcher.event)
    return frozenset(process for action in actions for process in action.mentioned)


@dataclass(slots=True)
class SymbolicDecider:
    """Decides the properties of one spec on one space; what they share is computed once."""

    space: SymbolicSpace
    lowering: Lowering
    claims: Claims
    _graphs: dict[tuple[Watcher, ...], Graph] = field(default_factory=dict)
    _timed: dict[int, tuple[Move, ...]] = field(default_factory=dict)
    _demands: dict[int, list[Demand]] = field(default_factory=dict)
    _rings: dict[tuple[int, int], Rings] = field(default_factory=dict)

    def decide(self, property_: Property) -> Iterator[Decision]:
        """One decision for each value of `each`."""
        for each, claim in self.claims.of[property_.name]:
            yield self._decide(each, claim)

    def _decide(self, each: Bindings, claim: Claim) -> Decision:
        pattern = claim.property.pattern
        plain = pattern in (Pattern.NEVER, Pattern.ALWAYS, Pattern.REACHABLE)
        if self.space.limit and (not plain or claim.watchers):
            everything = self.space.variants.everything
            return Decision(each, 0, everything, Witness(lambda _: None, lambda _: ()))
        graph = self._graph(claim.watchers)
        match pattern:
            case Pattern.EVENTUALLY | Pattern.RESPONSE if claim.within is not None:
                return self._in_time(each, claim, graph)
            case Pattern.EVENTUALLY | Pattern.RESPONSE:
                return self._for_ever(each, claim, graph)
            case Pattern.PRECEDENCE:
                return self._first(each, claim, graph)
            case Pattern.CAN_ALWAYS:
                goal = self._true(claim.subject, claim, graph.reach) & graph.reach
                return self._met(
                    each, graph, graph.reach & ~backward(goal, graph.moves, graph.reach)
                )
            case Pattern.ALWAYS:
                return self._met(each, graph, ~self._true(claim.subject, claim, graph.reach))
            case _:
                return self._met(each, graph, self._true(claim.subject, claim, graph.reach))

    # --- patterns -----------------------------------------------------------------------------

    def _met(self, each: Bindings, graph: Graph, bad: Diagram) -> Decision:
        """Is something bad among what is reached?"""

        def rings(runs: Runs) -> Rings:
            return self._all_rings(runs, graph)

        return self._shown(each, graph.reach & bad, rings)

    def _first(self, each: Bindings, claim: Claim, graph: Graph) -> Decision:
        """Before A must P: what is reached as long as P was not."""
        assert claim.trigger is not None
        not_yet = ~self._true(claim.subject, claim)
        reached = closure(
            self.space.diagrams, graph.initial & not_yet, graph.moves, graph.reach & not_yet
        )
        self._reject(claim.subject, claim, reached | graph.initial)
        asked = self._true(claim.trigger, claim, reached)

        def rings(runs: Runs) -> Rings:
            return runs.rings(graph.moves, graph.initial, graph.reach & not_yet)

        return self._shown(each, reached & asked, rings)

    def _in_time(self, each: Bindings, claim: Claim, graph: Graph) -> Decision:
        """A timer starts where P is asked for, and stops with P."""
        assert claim.within is not None
        diagrams, timer = self.space.diagrams, self.space.encoding.memory[-1]
        moves = self._with_timer(graph, timer)
        not_yet = ~self._true(claim.subject, claim, graph.reach)
        asked = graph.initial
        if claim.trigger is not None:
            asked = graph.reach & self._true(claim.trigger, claim, graph.reach)
        doors = asked & not_yet & timer.value(0)
        inside = not_yet & graph.reach
        waiting = closure(diagrams, doors, moves, inside)
        watch = ir.Watch(len(claim.watchers))
        late = ir.ClockTest(watch, Op.GT, claim.within, self.lowering.unit)
        bad = waiting & self._evaluator(claim.watchers, timer).true(late)

        def rings(runs: Runs) -> Rings:
            if claim.trigger is None:
                return runs.rings(moves, doors, inside)
            return self._behind(runs, graph, moves, doors, inside)

        return self._shown(each, bad, rings)

    def _for_ever(self, each: Bindings, claim: Claim, graph: Graph) -> Decision:
        """A fair run that never comes to P, from where P is asked for."""
        diagrams, system = self.space.diagrams, self.space.system
        not_yet = ~self._true(claim.subject, claim, graph.reach)
        inside = graph.reach & not_yet
        ends = diagrams.false
        if system.unit is None:
            ends = inside & ~able(diagrams, graph.moves)
        fairness = self._fairness(graph)
        hull = fair_hull(graph, inside, fairness, ends)
        doors = backward(hull, graph.moves, inside)
        if claim.trigger is None:
            doors = doors & graph.initial
        else:
            doors = doors & self._true(claim.trigger, claim, graph.reach)

        def find(variant: int) -> tuple[Runs, Path | None]:
            runs = Runs(self.space.encoding, self.space.successors, variant)
            if claim.trigger is None:
                rings = runs.rings(graph.moves, graph.initial, inside)
            else:
                rings = self._behind(runs, graph, graph.moves, doors, inside)
            return runs, runs.lasso(graph, rings, hull, fairness, ends)

        return self._decision(each, doors, find)

    # --- showing ------------------------------------------------------------------------------

    def _shown(self, each: Bindings, bad: Diagram, rings: Callable[[Runs], Rings]) -> Decision:
        def find(variant: int) -> tuple[Runs, Path | None]:
            runs = Runs(self.space.encoding, self.space.successors, variant)
            return runs, runs.path(rings(runs), bad)

        return self._decision(each, bad, find)

    def _decision(
        self, each: Bindings, bad: Diagram, find: Callable[[int], tuple[Runs, Path | None]]
    ) -> Decision:
        found = self.space.encoding.mask(bad)
        last: list[Runs] = []

        def path(variant: int) -> Path | None:
            runs, shown = find(variant)
            last[:] = [runs]
            return shown

        witness = Witness(path, lambda node: last[0].nodes[node])
        return Decision(each, found, self.space.undecided & ~found, witness)

    def _all_rings(self, runs: Runs, graph: Graph) -> Rings:
        """The rings around the start, kept for other properties."""
        key = (id(graph), runs.variant)
        if key not in self._rings:
            self._rings[key] = runs.rings(graph.moves, graph.initial, graph.reach)
        return self._rings[key]

    def _behind(
        self, runs: Runs, graph: Graph, moves: tuple[Move, ...], doors: Diagram, inside: Diagram
    ) -> Rings:
        """Rings of what waits, entered wherever P is asked for."""
        rings = runs.rings(moves, self.space.diagrams.false, inside)
        rings.before, rings.doors = self._all_rings(runs, graph), doors
        return rings

    # --- memory beside the state --------------------------------------------------------------

    def _graph(self, watchers: tuple[Watcher, ...]) -> Graph:
        """The space with these ghosts beside it."""
        if not watchers:
            return self.space.graph
        key = tuple(w for w in self.claims.watchers if w in watchers)
        if key not in self._graphs:
            self._graphs[key] = self._with_ghosts(key)
        return self._graphs[key]

    def _with_ghosts(self, watchers: tuple[Watcher, ...]) -> Graph:
        diagrams, plain = self.space.diagrams, self.space.graph
        places = self._places(watchers)
        moves = tuple(self._watched(m, watchers, places) for m in plain.moves)
        initial = diagrams.all([plain.initial, *(place.value(0) for place in places)])
        if all(w.kind is GhostKind.FIRED for w in watchers):  # they see no further than one step
            arrived = diagrams.any(move.image(plain.reach) for move in moves)
            return Graph(diagrams, moves, initial, initial | arrived)
        reach = closure(diagrams, initial, moves, diagrams.true, self.space.look)
        return Graph(diagrams, moves, initial, reach)

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

    def _with_timer(self, graph: Graph, timer: Field) -> tuple[Move, ...]:
        if id(graph) not in self._timed:
            self._timed[id(graph)] = tuple(
                m.with_memory([self._counts(timer)], [timer], ()) if m.delay else m
                for m in graph.moves
            )
        return self._timed[id(graph)]

    def _counts(self, place: Field) -> Diagram:
        """One more, up to the highest number."""
        return self.space.diagrams.any(
            place.value(v) & place.becomes(min(v + 1, place.high)) for v in range(place.high + 1)
        )

    def _fairness(self, graph: Graph) -> list[Demand]:
        if id(graph) not in self._demands:
            space = self.space
            self._demands[id(graph)] = demands(space.system, space.diagrams, graph.moves)
        return self._demands[id(graph)]

    # --- formulas -----------------------------------------------------------------------------

    def _evaluator(self, watchers: tuple[Watcher, ...], *more: Field) -> Evaluator:
        return self.space.encoding.evaluator([*self._places(watchers), *more])

    def _true(self, node: ir.Node, claim: Claim, reached: Diagram = None) -> Diagram:
        """Where a formula is true; it must have a value in what is `reached`."""
        if reached is not None:
            self._reject(node, claim, reached)
        return self._evaluator(claim.watchers).true(node)

    def _reject(self, node: ir.Node, claim: Claim, reached: Diagram) -> None:
        for where in self._evaluator(claim.watchers).of(node).faults.values():
            if where & reached != self.space.diagrams.false:
                raise UsageError(
                    "F609",
                    f"property {claim.property.name} divides by zero or reads outside an array in "
                    "a reachable state",
                    "guard the expression: `n != 0 and m // n > 1`",
                )
