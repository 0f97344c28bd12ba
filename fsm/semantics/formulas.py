"""Every expression of a spec, and questions about them that several rooms ask."""

from collections.abc import Iterator
from typing import cast

from fsm.expressions import Expr, walk
from fsm.model import Formula, Initial, Machine, Property, Spec, Timing, Transition
from fsm.temporal import tests


def expressions(spec: Spec) -> Iterator[Expr]:
    """Every subexpression in the spec, properties included. O(size)."""
    for formula in formulas(spec):
        yield from walk(formula)


def formulas(spec: Spec) -> Iterator[Expr]:
    """Every outermost expression in the spec."""
    yield from system_formulas(spec)
    for property_ in spec.properties:
        yield from property_formulas(property_)


def system_formulas(spec: Spec) -> Iterator[Expr]:
    """Those that say how the system moves: all but the properties."""
    if spec.initial_where is not None:
        yield spec.initial_where.node
    for scope in spec.scopes():
        for variable in scope.variables:
            yield from _initial(variable.initial)
        for clock in scope.clocks:
            if clock.paused_when is not None:
                yield clock.paused_when.node
        if isinstance(scope, Machine):
            for transition in scope.transitions:
                yield from transition_formulas(transition)


def transition_formulas(transition: Transition) -> Iterator[Expr]:
    """Guard, bounds, clocks, and both sides of every assignment."""
    if transition.event is not None and transition.event.copy is not None:
        yield transition.event.copy
    if transition.guard is not None:
        yield transition.guard.node
    if transition.timing is not None:
        yield from _timing(transition.timing)
    for update in transition.updates:
        yield from (() if update.copy is None else (update.copy,))
        yield from update.indices
        yield update.value.node


def property_formulas(property_: Property) -> Iterator[Expr]:
    """The operands of a property."""
    yield from property_tests(property_)
    if property_.within is not None:
        yield property_.within.node


def property_tests(property_: Property) -> Iterator[Expr]:
    """What a property asks of a moment: subject and trigger, or the tests of its formula."""
    if property_.formula is None:
        for formula in (property_.subject, property_.trigger):
            if formula is not None:
                yield formula.node
    else:
        yield from cast(tuple[Expr, ...], tests(property_.formula))


def _timing(timing: Timing) -> Iterator[Expr]:
    for bound in (timing.lower, timing.upper):
        if isinstance(bound, Formula):
            yield bound.node
    if timing.clock is not None:
        yield timing.clock


def _initial(initial: Initial) -> Iterator[Expr]:
    if isinstance(initial, tuple):
        for inner in initial:
            yield from _initial(inner)
    elif initial is not None:
        yield initial.node
