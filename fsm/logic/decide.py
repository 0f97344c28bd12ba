"""Deciding a property on an explored space, for every variant at once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, reduce
from operator import or_
from typing import cast

from msgspec import Struct

from fsm.explore.columns import Columns
from fsm.explore.emit import Values
from fsm.explore.graph import (
    Constraint,
    Graph,
    Path,
    Set,
    constraints,
    less,
    shortest_arrival,
    shortest_path,
)  # fmt: skip
from fsm.explore.hull import Backward, Knots
from fsm.explore.least_lasso import least_lasso
from fsm.explore.space import INTERRUPTED, Limits, Space
from fsm.explore.variants import Variants
from fsm.expressions import Expr
from fsm.logic.arrivals import Arrivals
from fsm.logic.branching import Branching
from fsm.logic.branching_stored import Ghosts, Stored, StoredGround
from fsm.logic.fairness import candidates
from fsm.logic.observer import Observer
from fsm.logic.on_the_fly import OnTheFly
from fsm.logic.product import Product, by_itself, compose, compose_pending
from fsm.logic.proof import Proof, Prover
from fsm.logic.remedies import Remedy, remedies
from fsm.logic.running import Running
from fsm.logic.search import Found, search, search_pending
from fsm.logic.stubborn import removed_by
from fsm.logic.tester import Tester
from fsm.logic.translate import translate
from fsm.model import Pattern, Property
from fsm.semantics.layout import encode
from fsm.semantics.lower import bindings
from fsm.semantics.lower_expressions import Lowering
from fsm.semantics.lowered import System
from fsm.semantics.trace import Bindings, Run
from fsm.temporal import Compound, Temporal, TOp, tests


class Witness(Struct, frozen=True):
    """How to show a decision: a path in a variant, and what its nodes are; or, where paths are not
    made of states, a run that was replayed and shows it; or, for CTL, that the formula is true, or
    false, in a variant."""

    find: Callable[[int], Path | None]
    state_of: Callable[[int], Values]
    replayed: Callable[[int], Run] | None = None
    prove: Callable[[int, bool], Proof | None] | None = None


class Decision(Struct, frozen=True):
    """One instance of a property: the variants that violate it (reach it, for `reachable`), those
    left undecided, and a way to show one."""

    each: Bindings
    found: int
    undecided: int
    witness: Witness
    unfair: Callable[[], Remedy] = tuple  # see `remedies`; () where none is needed


class Decider(Struct):
    """Decides the properties of one spec on one space; what they share is computed once."""

    system: System
    lowering: Lowering
    variants: Variants
    space: Space
    limits: Limits = Limits()
    _backward: Backward | None = None
    _arrivals: Arrivals | None = None
    _columns: Columns | None = None
    _plain: Stored | None = None

    def decide(self, property_: Property) -> Iterator[Decision]:
        """One decision for each value of `each`.

        Complexity: O(states) for claims about states and steps; O(arcs of the product) with memory;
        for runs that never arrive, that times the number of fairness constraints and rounds of the
        fixpoint.
        """
        if self.space.left_alone:
            yield from (self._nothing(each) for each, _ in self._instances(property_))
            return
        if property_.formula is not None:
            for each, env in self._instances(property_):
                yield self._formula(property_, each, env)
            return
        for each, observer in self.observers(property_):
            memory = observer.needed or property_.pattern is Pattern.CAN_ALWAYS
            if self.space.limit == INTERRUPTED and memory:
                # Whoever interrupts wants an answer now: nothing more is explored.
                yield self._nothing(each)
            elif property_.pattern is Pattern.CAN_ALWAYS:
                yield self._can_always(each, observer)
            elif not memory:
                yield self._on_arrival(each, observer)
            elif property_.pattern is Pattern.RESPONSE and observer.tester.looks_at_steps:
                if observer.is_safety:
                    found = search_pending(self.space, observer, self.limits, self.arrivals)
                    yield self._searched(each, observer, found)
                else:
                    pending = self._pending(observer)
                    yield self._with_memory(each, observer, pending)
            elif property_.pattern is not Pattern.RESPONSE and observer.is_safety:
                yield self._searched(
                    each, observer, search(self.space, observer, self.limits, lambda: self.arrivals)
                )
            else:
                product = compose(
                    self.space, observer, self.limits, parts=self.backward.parts
                )  # fmt: skip
                yield self._with_memory(each, observer, product)

    def observers(self, property_: Property) -> Iterator[tuple[Bindings, Observer]]:
        """An observer for each value of `each`."""
        for each, env in self._instances(property_):
            yield (
                each,
                Observer(property_, env, self.system, self.lowering, self.variants, self.columns),
            )

    def _instances(self, property_: Property) -> Iterator[tuple[Bindings, Mapping[str, int]]]:
        types = {f.name: f.type for f in property_.each}
        for each in bindings(property_.each):
            yield each, {n: encode(v, types[n]) for n, v in each}

    @property
    def columns(self) -> Columns:
        """The states of the space by slot."""
        self._columns = self._columns or Columns(self.space.states, self.variants)
        return self._columns

    @property
    def backward(self) -> Backward:
        """The space from targets to sources."""
        self._backward = self._backward or Backward(self.space)
        return self._backward

    @property
    def plain(self) -> Stored:
        """The space by itself."""
        if self._plain is None:
            product = by_itself(self.space)
            stutters = self.system.unit is None  # by arcs of their own, which the space has not
            backward = None if stutters else self.backward
            self._plain = Stored(product, self._fairness(product), backward)
        return self._plain

    @property
    def arrivals(self) -> Arrivals:
        """By which events each state is reached."""
        self._arrivals = self._arrivals or Arrivals(self.system, self.space)
        return self._arrivals

    def _pending(self, watch: Observer | Running) -> Product:
        """What is pending of a claim that anything may come before."""
        parts = self.backward.parts
        return compose_pending(self.space, watch, self.limits, self.arrivals, parts)

    def _on_arrival(self, each: Bindings, observer: Observer) -> Decision:
        found = self.arrivals.found(observer)
        witness = Witness(
            lambda variant: self._shortest(observer, variant), self.space.states.__getitem__
        )
        return Decision(each, found, self.space.undecided & ~found, witness)

    def _shortest(self, observer: Observer, variant: int) -> Path | None:
        """A shortest path that ends in a bad state, with the step that led there."""
        tester, steps = observer.tester, self.space.successors.steps

        @cache
        def bad(letter: int | None) -> Sequence[int]:
            """State by state: is it bad to come there by such a step?"""
            ghosts = tester.memories.after(tester.start(), letter)
            column = observer.bad_at(ghosts, 0) or tester.columns.constant(0)
            return column.meeting(1 << variant)

        after = [bad(tester.heard(number, info)) for number, info in enumerate(steps)]
        runs = self.plain.product  # in which those that end stutter
        return shortest_arrival(runs, variant, lambda step, state: bool(after[step][state]))

    def _nothing(self, each: Bindings) -> Decision:
        nothing = Witness(lambda _: None, self.space.states.__getitem__)
        return Decision(each, 0, self.variants.everything, nothing)

    def _searched(self, each: Bindings, watch: Observer | Running, found: Found) -> Decision:
        return Decision(each, found.violated, found.undecided, self._shown(watch, _first_bad))

    def _with_memory(self, each: Bindings, observer: Observer, product: Product) -> Decision:
        """The verdict on this product."""
        if any(product.open):
            return self._for_ever(each, observer, product)
        found = self._starts(product, product.bad)
        return self._searched(each, observer, Found(found, product.undecided & ~found))

    def _shown(
        self, watch: Observer | Running, find: Callable[[OnTheFly], Path | None]
    ) -> Witness:  # fmt: skip
        """A run is found in the product of its variant alone."""
        shown: list[OnTheFly] = []

        def found(variant: int) -> Path | None:
            shown[:] = [OnTheFly(self.space, watch, variant)]
            path = find(shown[0])
            return None if path is None else shown[0].path(path)

        return Witness(found, lambda node: shown[0].state(node))

    # --- formulas -----------------------------------------------------------------------------

    def _formula(self, property_: Property, each: Bindings, env: Mapping[str, int]) -> Decision:
        if self.space.limit == INTERRUPTED:
            return self._nothing(each)
        assert property_.formula is not None
        asked = cast(tuple[Expr, ...], tests(property_.formula))
        tester = Tester(property_.name, asked, env, self.system, self.lowering, self.columns)
        if property_.pattern is Pattern.CTL:
            return self._branching(property_.formula, each, tester)
        automaton = translate(Compound(TOp.NOT, (property_.formula,)))
        running = Running(automaton, tester)
        if running.may_start_anywhere:
            product = self._pending(running)
        else:
            product = compose(self.space, running, self.limits, parts=self.backward.parts)
        return self._running(each, running, product)

    def _running(self, each: Bindings, running: Running, product: Product) -> Decision:
        """The verdict on this product with the automaton of a formula's negation."""
        bad = self._starts(product, product.bad)
        if running.is_safety:
            return self._searched(each, running, Found(bad, product.undecided & ~bad))
        marks = [product.acceptance(k) for k in range(running.marks)]
        return self._for_ever(each, running, product, marks, bad)

    def _for_ever(
        self, each: Bindings, watch: Observer | Running, product: Product,
        marks: Sequence[Constraint] = (), bad: int = 0,
    ) -> Decision:  # fmt: skip
        """Liveness: runs that stay in open nodes for ever, fairly, and serve every mark. `bad`: the
        variants in which some run has a bad prefix."""
        fairness = [*self._fairness(product), *marks]
        backward = Backward(product.lasting())
        knots = backward.knots(product.open)
        hull = knots.hull(fairness)
        found = bad | self._starts(product, hull) & ~product.undecided

        def find(walk: OnTheFly) -> Path | None:
            # Both kinds of violation are sound; the finite one is easier to follow.
            if bad >> walk.variant & 1:
                return _first_bad(walk)
            return least_lasso(walk, walk.adopt(product, hull), fairness, walk.variant)

        def unfair() -> Remedy:
            if bad:
                return ()  # fairness removes no bad prefix

            @cache
            def alone(variant: int) -> Knots:
                return backward.knots([mask & 1 << variant for mask in hull])

            def left(more: Sequence[Constraint], variant: int | None) -> int:
                there = knots if variant is None else alone(variant)
                return reduce(or_, there.fair([*more, *fairness]), 0)

            stubborn = self.variants.simplest(found)
            return remedies(
                candidates(self.system, product), removed_by(left, stubborn),
                lambda everyone: bool(left(everyone, stubborn)),
            )  # fmt: skip

        undecided = product.undecided & ~found
        return Decision(each, found, undecided, self._shown(watch, find), unfair)

    def _branching(self, formula: Temporal, each: Bindings, tester: Tester) -> Decision:
        stored = self._stored(tester)
        product = stored.product
        checker = Branching(StoredGround(stored, tester))

        def violated(stored: Stored, checker: Branching[Set]) -> int:
            good = checker.states(formula)
            found = reduce(or_, (mask & ~good[node] for node, mask in stored.product.initial), 0)
            return found & ~product.undecided

        found = violated(stored, checker)

        def prove(variant: int, holds: bool) -> Proof | None:
            return Prover(checker, variant).at_start(formula, holds=holds)

        @cache
        def part(variant: int | None) -> Stored:
            if variant is None:
                return stored
            alone = compose(self.space, Ghosts(tester), self.limits, 1 << variant)
            return Stored(alone, stored.fairness)

        def left(more: Sequence[Constraint], variant: int | None) -> int:
            fairer = part(variant).fairer(more)
            if variant is not None and fairer.product.undecided >> variant & 1:
                return found  # a limit cut it short: nothing is known to be removed
            return violated(fairer, Branching(StoredGround(fairer, tester)))

        def unfair() -> Remedy:
            stubborn = self.variants.simplest(found)
            return remedies(candidates(self.system, product), removed_by(left, stubborn))

        witness = Witness(lambda _: None, product.state, prove=prove)
        return Decision(each, found, product.undecided, witness, unfair)

    def _fairness(self, product: Product) -> list[Constraint]:
        steps = self.space.successors.steps
        return [product.constraint(c) for c in constraints(self.system, steps)]

    def _stored(self, tester: Tester) -> Stored:
        """The ground of a formula; one for all formulas that remember nothing."""
        if not tester.watchers:
            return self.plain
        product = compose(self.space, Ghosts(tester), self.limits)
        return Stored(product, self._fairness(product))

    # --- other patterns -----------------------------------------------------------------------

    def _can_always(self, each: Bindings, observer: Observer) -> Decision:
        """AG EF P by backward reachability: bad is where no path leads to P any more."""
        graph: Graph = self.space
        state_of: Callable[[int], Values] = self.space.states.__getitem__
        if observer.watchers:
            # Ghosts alone: a search for what refutes would not go on from where P is true.
            product = compose(self.space, Ghosts(observer.tester), self.limits)
            graph, state_of = product, product.state
            goal = [
                observer.bad(memory).here(state, reach, observer.without_value)
                for (state, memory), reach in zip(product.nodes, product.reach, strict=True)
            ]
            backward = Backward(product)
        else:
            wanted = observer.bad(())
            goal = wanted.among(self.space.reach, observer.without_value)
            backward = self.backward
        able = backward.can_reach(goal, graph.reach)
        # Where something was not expanded, more could be reachable.
        bad = [mask & ~graph.undecided if mask else 0 for mask in less(graph.reach, able)]
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


def _first_bad(walk: OnTheFly) -> Path | None:
    """A shortest path to where a claim is refuted."""
    return shortest_path(walk, walk.variant, walk.is_bad)
