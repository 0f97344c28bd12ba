"""Deciding a property on an explored space, for every variant at once."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from fsm.explore.columns import Columns
from fsm.explore.emit import Values
from fsm.explore.graph import (
    Backward,
    Graph,
    Path,
    Set,
    constraints,
    shortest_arrival,
    shortest_lasso,
    shortest_path,
)  # fmt: skip
from fsm.explore.space import INTERRUPTED, Limits, Space
from fsm.explore.variants import Variants
from fsm.logic.arrivals import Arrivals
from fsm.logic.observer import Observer
from fsm.logic.product import Product, compose, compose_pending
from fsm.model import Pattern, Property
from fsm.semantics.layout import encode
from fsm.semantics.lower import bindings
from fsm.semantics.lower_expressions import Lowering
from fsm.semantics.lowered import System
from fsm.semantics.trace import Bindings


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


@dataclass(slots=True)
class Decider:
    """Decides the properties of one spec on one space; what they share is computed once."""

    system: System
    lowering: Lowering
    variants: Variants
    space: Space
    limits: Limits = Limits()
    _backward: Backward | None = field(default=None)
    _arrivals: Arrivals | None = field(default=None)
    _columns: Columns | None = field(default=None)

    def decide(self, property_: Property) -> Iterator[Decision]:
        """One decision for each value of `each`.

        Complexity: O(states) for claims about states and steps; O(arcs of the product) with memory;
        for runs that never arrive, that times the number of fairness constraints and rounds of the
        fixpoint.
        """
        for each, observer in self.observers(property_):
            memory = observer.needed or property_.pattern is Pattern.CAN_ALWAYS
            if self.space.limit == INTERRUPTED and memory:
                # Whoever interrupts wants an answer now: nothing more is explored.
                nothing = Witness(lambda _: None, self.space.states.__getitem__)
                yield Decision(each, 0, self.variants.everything, nothing)
            elif property_.pattern is Pattern.CAN_ALWAYS:
                yield self._can_always(each, observer)
            elif not memory:
                yield self._on_arrival(each, observer)
            elif property_.pattern is Pattern.RESPONSE and observer.looks_at_steps:
                pending = compose_pending(self.space, observer, self.limits, self.arrivals)
                yield self._with_memory(each, observer, pending)
            else:
                product = compose(self.space, observer, self.limits)
                yield self._with_memory(each, observer, product)

    def observers(self, property_: Property) -> Iterator[tuple[Bindings, Observer]]:
        """An observer for each value of `each`."""
        self._columns = self._columns or Columns(self.space.states)
        types = {f.name: f.type for f in property_.each}
        for each in bindings(property_.each):
            env: Mapping[str, int] = {n: encode(v, types[n]) for n, v in each}
            yield (
                each,
                Observer(property_, env, self.system, self.lowering, self.variants, self._columns),
            )

    @property
    def arrivals(self) -> Arrivals:
        """By which events each state is reached."""
        self._arrivals = self._arrivals or Arrivals(self.system, self.space)
        return self._arrivals

    def _on_arrival(self, each: Bindings, observer: Observer) -> Decision:
        found = self.arrivals.found(observer)
        witness = Witness(
            lambda variant: self._shortest(observer, variant), self.space.states.__getitem__
        )
        return Decision(each, found, self.space.undecided & ~found, witness)

    def _shortest(self, observer: Observer, variant: int) -> Path | None:
        """A shortest path that ends in a bad state, with the step that led there."""
        start = (0,) * len(observer.watchers)
        steps = self.space.successors.steps

        def goal(step: int, state: int) -> bool:
            ghosts = observer.ghosts(start, step, steps[step])
            return bool(observer.bad(state, ghosts, 1 << variant))

        return shortest_arrival(self.space, variant, goal)

    def _with_memory(self, each: Bindings, observer: Observer, product: Product) -> Decision:
        """The nodes of the product that refute the property, or that start a run that does."""
        fairness = constraints(self.system, self.space.successors.steps)
        live = any(product.open)
        bad: Set = product.bad
        if live:
            # Liveness: a run that stays in open nodes for ever, under the fairness of the spec.
            backward = Backward(product, stutters=self.system.unit is None)
            bad = backward.fair_hull(product.open, fairness)
        found = self._starts(product, bad)
        if live:
            found &= ~product.undecided
        shown: list[Product] = []  # the whole product in the variant of the last witness

        def find(variant: int) -> Path | None:
            whole = compose(self.space, observer, Limits(), 1 << variant)
            shown[:] = [whole]
            if not live:
                return shortest_path(whole, variant, lambda node: bool(whole.bad[node]))
            back = Backward(whole, stutters=self.system.unit is None)
            hull = back.fair_hull(whole.open, fairness)
            return shortest_lasso(whole, back, hull, fairness, variant)

        def state_of(node: int) -> Values:
            return self.space.states[shown[0].nodes[node][0]]

        return Decision(each, found, product.undecided & ~found, Witness(find, state_of))

    def _can_always(self, each: Bindings, observer: Observer) -> Decision:
        """AG EF P by backward reachability: bad is where no path leads to P any more."""
        graph: Graph = self.space
        state_of: Callable[[int], Values] = self.space.states.__getitem__
        if observer.watchers:
            product = compose(self.space, observer, self.limits)
            graph = product

            def state_of(node: int) -> Values:
                return self.space.states[product.nodes[node][0]]

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
