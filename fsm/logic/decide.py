"""Deciding a property on an explored space, for every variant at once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from fsm.explore.emit import Values
from fsm.explore.graph import (
    Backward,
    Constraint,
    Graph,
    Path,
    Set,
    constraints,
    shortest_lasso,
    shortest_path,
)  # fmt: skip
from fsm.explore.space import INTERRUPTED, Limits, Space
from fsm.explore.variants import Variants
from fsm.expressions import Expr
from fsm.logic.branching import Branching, Ghosts
from fsm.logic.fairness import remedies
from fsm.logic.observer import Observer
from fsm.logic.product import Product, compose
from fsm.logic.running import Running
from fsm.logic.tester import Tester
from fsm.logic.translate import translate
from fsm.model import Pattern, Property
from fsm.semantics.layout import encode
from fsm.semantics.lower import bindings
from fsm.semantics.lower_expressions import Lowering
from fsm.semantics.lowered import System
from fsm.semantics.trace import Bindings
from fsm.temporal import Compound, Temporal, TOp, tests


@dataclass(frozen=True, slots=True)
class Witness:
    """How to show a decision: a path in a variant, and what its nodes are."""

    find: Callable[[int], Path | None]
    state_of: Callable[[int], Values]


@dataclass(frozen=True, slots=True)
class Decision:
    """One instance of a property: the variants that violate it (reach it, for `reachable`), those
    left undecided, and a way to show one."""

    each: Bindings
    found: int
    undecided: int
    witness: Witness
    unfair: Callable[[], tuple[str, ...]] = tuple  # see `remedies`; () where none is needed


@dataclass(slots=True)
class Decider:
    """Decides the properties of one spec on one space; what they share is computed once."""

    system: System
    lowering: Lowering
    variants: Variants
    space: Space
    limits: Limits = Limits()
    _backward: Backward | None = field(default=None)

    def decide(self, property_: Property) -> Iterator[Decision]:
        """One decision for each value of `each`.

        Complexity: O(states) for invariants; O(arcs of the product) with memory; for runs that
        never arrive, that times the number of fairness constraints and rounds of the fixpoint.
        """
        types = {f.name: f.type for f in property_.each}
        for each in bindings(property_.each):
            env: Mapping[str, int] = {n: encode(v, types[n]) for n, v in each}
            if property_.formula is not None:
                yield self._formula(property_, each, env)
                continue
            observer = Observer(
                property_, env, self.system, self.lowering, self.variants, self.space.states
            )
            memory = observer.needed or property_.pattern is Pattern.CAN_ALWAYS
            if self.space.limit == INTERRUPTED and memory:
                # Whoever interrupts wants an answer now: nothing more is explored.
                yield self._nothing(each)
            elif property_.pattern is Pattern.CAN_ALWAYS:
                yield self._can_always(each, observer)
            elif observer.needed:
                yield self._with_memory(each, observer)
            else:
                yield self._in_states(each, observer)

    def _in_states(self, each: Bindings, observer: Observer) -> Decision:
        space = self.space
        bad = [observer.bad(state, (), reach) for state, reach in enumerate(space.reach)]
        return self._safety(each, space, bad, space.undecided, space.states.__getitem__)

    def _nothing(self, each: Bindings) -> Decision:
        nothing = Witness(lambda _: None, self.space.states.__getitem__)
        return Decision(each, 0, self.variants.everything, nothing)

    def _with_memory(self, each: Bindings, observer: Observer) -> Decision:
        product = compose(self.space, observer, self.limits)
        if not any(product.open):
            return self._safety(each, product, product.bad, product.undecided, product.state)
        return self._for_ever(each, product, ())

    # --- formulas -----------------------------------------------------------------------------

    def _formula(self, property_: Property, each: Bindings, env: Mapping[str, int]) -> Decision:
        if self.space.limit == INTERRUPTED:
            return self._nothing(each)
        assert property_.formula is not None
        asked = cast(tuple[Expr, ...], tests(property_.formula))
        tester = Tester(
            property_.name, asked, env, self.system, self.lowering, self.variants,
            self.space.states,
        )  # fmt: skip
        if property_.pattern is Pattern.CTL:
            return self._branching(property_.formula, each, tester)
        automaton = translate(Compound(TOp.NOT, (property_.formula,)))
        running = Running(automaton, tester)
        product = compose(self.space, running, self.limits)
        marks = [product.acceptance(k) for k in range(automaton.marks)]
        safety = self._safety(each, product, product.bad, product.undecided, product.state)
        if running.is_safety:
            return replace(safety, witness=self._steps(product, safety.witness.find))
        endless = self._for_ever(each, product, marks)
        found = safety.found | endless.found

        def find(variant: int) -> Path | None:
            # Both kinds of violation are sound; the finite one is easier to follow.
            if safety.found >> variant & 1:
                path = safety.witness.find(variant)
                return None if path is None else product.path(path)
            return endless.witness.find(variant)

        return Decision(
            each, found, product.undecided & ~found, Witness(find, product.state), endless.unfair
        )

    def _for_ever(
        self, each: Bindings, product: Product, marks: Sequence[Constraint]
    ) -> Decision:  # fmt: skip
        """Liveness: runs that stay in open nodes for ever, fairly, and serve every mark."""
        steps = self.space.successors.steps
        stated = [product.constraint(c) for c in constraints(self.system, steps)]
        fairness = [*stated, *marks]
        backward = Backward(product, stutters=False)
        hull = backward.fair_hull(product.open, fairness)
        found = self._starts(product, hull) & ~product.undecided

        def find(variant: int) -> Path | None:
            path = shortest_lasso(product, backward, hull, fairness, variant)
            return None if path is None else product.path(path)

        def unfair() -> tuple[str, ...]:
            return remedies(self.system, product, backward, hull, fairness)

        return Decision(each, found, product.undecided, Witness(find, product.state), unfair)

    def _steps(self, product: Product, find: Callable[[int], Path | None]) -> Witness:
        def found(variant: int) -> Path | None:
            path = find(variant)
            return None if path is None else product.path(path)

        return Witness(found, product.state)

    def _branching(self, formula: Temporal, each: Bindings, tester: Tester) -> Decision:
        product = compose(self.space, Ghosts(tester), self.limits)
        steps = self.space.successors.steps
        fairness = [product.constraint(c) for c in constraints(self.system, steps)]
        checker = Branching(product, tester, fairness)
        good = checker.states(formula)
        bad = [reach & ~g for reach, g in zip(product.reach, good, strict=True)]
        found = 0
        for node, mask in product.initial:
            found |= mask & bad[node]
        found &= ~product.undecided

        def find(variant: int) -> Path | None:
            path = checker.counterexample(formula, variant)
            return None if path is None else product.path(path)

        return Decision(each, found, product.undecided, Witness(find, product.state))

    # --- other patterns -----------------------------------------------------------------------

    def _can_always(self, each: Bindings, observer: Observer) -> Decision:
        """AG EF P by backward reachability: bad is where no path leads to P any more."""
        graph: Graph = self.space
        state_of: Callable[[int], Values] = self.space.states.__getitem__
        if observer.needed:
            product = compose(self.space, observer, self.limits)
            graph, state_of = product, product.state
            goal = product.bad
            backward = Backward(product, stutters=False)
        else:
            goal = [observer.bad(k, (), reach) for k, reach in enumerate(self.space.reach)]
            self._backward = self._backward or Backward(self.space, stutters=False)
            backward = self._backward
        able = backward.can_reach(goal, graph.reach)
        bad = [reach & ~can for reach, can in zip(graph.reach, able, strict=True)]
        # Where something was not expanded, more could be reachable.
        bad = [mask & ~graph.undecided for mask in bad]
        return self._safety(each, graph, bad, graph.undecided, state_of)

    def _safety(
        self, each: Bindings, graph: Graph, bad: Set, undecided: int,
        state_of: Callable[[int], Values],
    ) -> Decision:  # fmt: skip
        found = self._starts(graph, bad)

        def find(variant: int) -> Path | None:
            return shortest_path(graph, variant, lambda node: bool(bad[node] >> variant & 1))

        return Decision(each, found, undecided & ~found, Witness(find, state_of))

    def _starts(self, graph: Graph, bad: Set) -> int:
        """Every node is reachable in the variants it carries, so membership is enough."""
        found = 0
        for mask, reach in zip(bad, graph.reach, strict=True):
            found |= mask & reach
        return found
