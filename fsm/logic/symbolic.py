"""Deciding properties on sets of states for every variant: `fsm.logic.decide` by fixpoints.

| pattern | violated where |
|---|---|
| never, always, at_most | the subject (its negation, count > n) is met by what is reached |
| eventually P | the start, with a fair run that stays in not P |
| after A eventually P | A is reached, with a fair run from there that stays in not P |
| ... within T | a timer, started there and running while not P, comes to more than T |
| before A must P | A is met by what is reached through not P |
| can_always P | something is reached that does not lead to P |

Formulas: see `fsm.logic.symbolic_formulas`.
"""

from collections.abc import Callable, Iterator
from typing import TypeVar

from fsm.explore.graph import Path
from fsm.explore.symbolic.diagrams import Diagram
from fsm.explore.symbolic.engine import SymbolicSpace
from fsm.explore.symbolic.fair import fair_hull
from fsm.explore.symbolic.runs import Runs
from fsm.explore.symbolic.space import Graph, Rings, backward, closure
from fsm.explore.symbolic.together import Moves
from fsm.expressions import Op
from fsm.logic.claim import Claim
from fsm.logic.decide import Decision, Witness
from fsm.logic.remedies import Remedy
from fsm.logic.symbolic_claims import Claims, FormulaClaim
from fsm.logic.symbolic_formulas import branching, linear
from fsm.logic.symbolic_memory import Remembering, Violations
from fsm.model import Pattern, Property
from fsm.semantics import ir
from fsm.semantics.lower_expressions import Lowering
from fsm.semantics.trace import Bindings

T = TypeVar("T")


class SymbolicDecider:
    """Decides the properties of one spec on one space."""

    def __init__(self, space: SymbolicSpace, lowering: Lowering, claims: Claims) -> None:
        self.space, self.lowering, self.claims = space, lowering, claims
        self.beside = Remembering(space, claims)

    def decide(self, property_: Property) -> Iterator[Decision]:
        """One decision for each value of `each`."""
        for each, claim in self.claims.of[property_.name]:
            plain = property_.pattern in (Pattern.NEVER, Pattern.ALWAYS, Pattern.REACHABLE)
            if self.space.limit and (not plain or claim.watchers):
                everything = self.space.variants.everything
                yield Decision(each, 0, everything, Witness(lambda _: None, lambda _: ()))
            else:
                yield self._decision(each, self._violations(claim))

    def _violations(self, claim: Claim | FormulaClaim) -> Violations:
        if isinstance(claim, FormulaClaim):
            return branching(self.beside, claim) if claim.automaton is None else linear(
                self.beside, claim, claim.automaton
            )  # fmt: skip
        graph = self.beside.graph(claim.watchers)
        match claim.property.pattern:
            case Pattern.EVENTUALLY | Pattern.RESPONSE if claim.within is not None:
                return self._in_time(claim, graph)
            case Pattern.EVENTUALLY | Pattern.RESPONSE:
                return self._for_ever(claim)
            case Pattern.PRECEDENCE:
                return self._first(claim, graph)
            case Pattern.CAN_ALWAYS:
                goal = self._true(claim.subject, claim, graph.reach) & graph.reach
                return self._met(graph, ~backward(graph, goal, graph.reach))
            case Pattern.ALWAYS:
                return self._met(graph, ~self._true(claim.subject, claim, graph.reach))
            case _:
                return self._met(graph, self._true(claim.subject, claim, graph.reach))

    # --- patterns -----------------------------------------------------------------------------

    def _met(self, graph: Graph, bad: Diagram) -> Violations:
        """Is something bad among what is reached?"""
        bad = graph.reach & bad
        return Violations(bad, lambda runs: runs.path(self.space.rings(runs, graph), bad))

    def _first(self, claim: Claim, graph: Graph) -> Violations:
        """Before A must P: what is reached as long as P was not."""
        assert claim.trigger is not None
        not_yet = ~self._true(claim.subject, claim)
        reached = closure(
            self.space.diagrams, graph.initial & not_yet, graph.moves, graph.reach & not_yet
        )
        self.beside.require(claim.subject, claim.property, claim.watchers, reached | graph.initial)
        bad = reached & self._true(claim.trigger, claim, reached)

        def show(runs: Runs) -> Path | None:
            return runs.path(runs.rings(graph.moves, graph.initial, graph.reach & not_yet), bad)

        return Violations(bad, show)

    def _in_time(self, claim: Claim, graph: Graph) -> Violations:
        """A timer starts where P is asked for, and stops with P."""
        assert claim.within is not None
        timer = self.beside.timer
        moves = self.beside.timed(graph)
        not_yet = ~self._true(claim.subject, claim, graph.reach)
        doors = self._asked(claim, graph) & not_yet & timer.value(0)
        inside = not_yet & graph.reach
        waiting = closure(self.space.diagrams, doors, moves, inside)
        watch = ir.Watch(len(claim.watchers))
        late = ir.ClockTest(watch, Op.GT, claim.within, self.lowering.unit)
        bad = waiting & self.beside.evaluator(claim.watchers, timer).true(late)

        def show(runs: Runs) -> Path | None:
            if claim.trigger is None:
                return runs.path(runs.rings(moves, doors, inside), bad)
            return runs.path(self._behind(runs, graph, moves, doors, inside), bad)

        return Violations(bad, show)

    def _for_ever(self, claim: Claim) -> Violations:
        """A fair run that never comes to P, from where P is asked for."""
        graph = self.beside.endless(claim.watchers)
        inside = graph.reach & ~self._true(claim.subject, claim, graph.reach)
        fairness = self.beside.fairness(graph)
        hull = fair_hull(graph, inside, fairness)
        doors = backward(graph, hull, inside) & self._asked(claim, graph)

        def show(runs: Runs) -> Path | None:
            if claim.trigger is None:
                rings = runs.rings(graph.moves, graph.initial, inside)
            else:
                rings = self._behind(runs, graph, graph.moves, doors, inside)
            return runs.lasso(graph, rings, hull, fairness)

        def unfair() -> Remedy:
            reached = closure(self.space.diagrams, doors, graph.moves, inside)
            return self.beside.remedies(graph, hull & reached, fairness)

        return Violations(doors, show, unfair)

    # --- what is common -----------------------------------------------------------------------

    def _asked(self, claim: Claim, graph: Graph) -> Diagram:
        """Where P is asked for."""
        if claim.trigger is None:
            return graph.initial
        return graph.reach & self._true(claim.trigger, claim, graph.reach)

    def _true(self, node: ir.Node, claim: Claim, reached: Diagram = None) -> Diagram:
        return self.beside.true(node, claim.property, claim.watchers, reached)

    def _behind(
        self, runs: Runs, graph: Graph, moves: Moves, doors: Diagram, inside: Diagram
    ) -> Rings:
        """Rings of what waits, entered wherever P is asked for."""
        rings = runs.rings(moves, self.space.diagrams.false, inside)
        rings.before, rings.doors = self.space.rings(runs, graph), doors
        rings.patient = rings.before.patient = True  # there is no other way through two sets
        return rings

    def _decision(self, each: Bindings, found: Violations) -> Decision:
        mask = self.space.encoding.mask(found.bad)
        last: list[Runs] = []

        def shown(variant: int, show: Callable[[Runs], T]) -> T:
            last[:] = [self.space.runs(variant)]
            answer = show(last[0])
            self.space.shortest &= last[0].shortest
            return answer

        prove = found.prove
        witness = Witness(
            lambda variant: shown(variant, found.show),
            lambda node: last[0].nodes[node],
            prove=prove and (lambda v, holds: shown(v, lambda runs: prove(runs, holds))),
        )
        return Decision(each, mask, self.space.undecided & ~mask, witness, found.unfair)
