"""The unit of time: which durations a spec measures, and what divides them all (rule 3.7)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import product
from math import gcd, prod

from fsm.errors import UsageError
from fsm.expressions import (
    Apply,
    ClockRead,
    Config,
    Expr,
    Ghost,
    GhostKind,
    Local,
    Quantified,
    Scalar,
    children,
    walk,
)  # fmt: skip
from fsm.model import Field, Formula, Machine, Spec, Transition
from fsm.semantics.formulas import property_tests
from fsm.semantics.instances import Faulted, Instances, domain
from fsm.semantics.values import View, evaluate

LIMIT = 1_000_000  # values of one duration
Domains = Mapping[str, Sequence[Scalar]]


def unit_of(spec: Spec) -> int | None:
    """Milliseconds in a unit of time; None for a spec that measures no duration: it has no time.

    The unit is what the spec says, else the greatest common divisor of all durations that it
    measures: bounds of transitions, comparisons of clocks and of `since`, and `within`, with every
    value that switches and questions can give them. Where all of them are zero it is a millisecond.

    Raises `UsageError` F605 where the stated unit does not divide a duration.
    """
    measured = durations(spec)
    if not measured:
        return None
    if spec.unit is None:
        return gcd(*measured) or 1
    for value in sorted(measured):
        if value % spec.unit:
            raise UsageError(
                "F605",
                f"the unit of {spec.unit} ms does not divide the duration of {value} ms",
                f"the greatest unit that divides all durations is {gcd(*measured)} ms",
            )
    return spec.unit


def longest(spec: Spec, unit: int) -> int:
    """Above this many units no test of a clock can tell one value from another."""
    return -(-max((0, *durations(spec))) // unit)


@lru_cache(8)
def durations(spec: Spec) -> frozenset[int]:
    """Every value, in milliseconds, that a duration which the spec measures may have.

    Complexity: the product of the domains of the names in a duration, at most `LIMIT` of them,
    else `UsageError` F605.
    """
    configuration: Domains = {c.name: c.values for c in spec.configuration}
    instances = Instances(spec)
    found: set[int] = set()
    for expr, domains in _measured(spec, instances):
        found.update(_values(expr, {**configuration, **domains}, instances))
    return frozenset(found)


def _measured(spec: Spec, instances: Instances) -> Iterator[tuple[Expr, Domains]]:
    """Each measured duration, with the values of the names that its surroundings bind."""
    for scope in spec.scopes():
        index = {} if isinstance(scope, Spec) else _index(scope.name, instances)
        for clock in scope.clocks:
            yield from _compared(_nodes(clock.paused_when), index)
        if isinstance(scope, Machine):
            for transition in scope.transitions:
                yield from _in_transition(spec, transition, index, instances)
    yield from _compared(_nodes(spec.initial_where), {})
    for claim in spec.properties:
        each = _fields(claim.each)
        yield from _compared(property_tests(claim), each)
        yield from ((node, each) for node in _nodes(claim.within))


def _in_transition(
    spec: Spec, transition: Transition, index: Domains, instances: Instances
) -> Iterator[tuple[Expr, Domains]]:
    names = {**index, **_fields(transition.choose)}
    if (ref := transition.event) is not None:
        event = next(e for s in spec.scopes() for e in s.events if e.name == ref.event)
        names |= _fields(event.fields)
        if ref.binds:
            names[ref.binds] = [int(c or 0) for c in instances.copies(ref.event)]
    if transition.timing is not None:
        for node in _nodes(transition.timing.lower, transition.timing.upper):
            yield node, names
    updates = (expr for u in transition.updates for expr in (u.value.node, *u.indices))
    yield from _compared([*_nodes(transition.guard), *updates], names)


def _compared(exprs: Iterable[Expr], names: Domains) -> Iterator[tuple[Expr, Domains]]:
    """What clocks are compared with, anywhere inside these expressions."""
    for expr in exprs:
        if isinstance(expr, Apply) and any(_is_clock(o) for o in expr.operands):
            yield from ((o, names) for o in expr.operands if not _is_clock(o))
        bound = names
        if isinstance(expr, Quantified):
            bound = {**names, expr.variable: range(expr.low, expr.high + 1)}
        yield from _compared(children(expr), bound)


def _is_clock(expr: Expr) -> bool:
    if isinstance(expr, Ghost):
        return expr.kind is GhostKind.SINCE
    return isinstance(expr, ClockRead)


def _nodes(*formulas: Formula | None) -> list[Expr]:
    return [f.node for f in formulas if f is not None]


def _fields(fields: tuple[Field, ...]) -> dict[str, Sequence[Scalar]]:
    return {f.name: f.values for f in fields}


def _index(scope: str, instances: Instances) -> dict[str, Sequence[Scalar]]:
    return {"index": [c for c in instances.copies(scope) if c is not None]}


def _values(expr: Expr, domains: Domains, instances: Instances) -> Iterator[int]:
    """The values of one duration over all values of the names that it reads."""
    inner = {
        node.variable: range(node.low, node.high + 1)
        for node in walk(expr) if isinstance(node, Quantified)
    }  # fmt: skip
    names = {
        node.name: domains[node.name] if node.name in domains else domain(node.type)
        for node in walk(expr)
        if isinstance(node, Config | Local) and node.name not in inner
    }
    if prod(len(values) for values in names.values()) > LIMIT:
        raise UsageError(
            "F605",
            f"a duration has more than {LIMIT} possible values",
            "compute it from fewer switches and questions",
        )
    for values in product(*names.values()):
        variant = dict(zip(names, values, strict=True))
        view = View(instances, variant, {}, {}, {}, 1, names=variant)
        try:
            yield int(evaluate(expr, view))
        except Faulted:
            continue
