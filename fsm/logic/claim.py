"""What a property asks: its formulas in lowered form, and the ghosts that they watch."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from fsm.expressions import Apply, Expr, Ghost, GhostKind, IntType, Literal, Op
from fsm.logic.counting import count_limit
from fsm.model import Pattern, Property
from fsm.semantics import ir
from fsm.semantics.lower_expressions import Lowering
from fsm.semantics.lowered import System


class Watcher(Struct, frozen=True):
    """A ghost: its kind, the event instance that it watches, and where it stops counting."""

    kind: GhostKind
    event: int
    limit: int


class Claim(Struct, frozen=True):
    """A property for one value of its `each`. A `Watch` in a formula is the place of a watcher;
    `within` is in milliseconds, and `limit` the number of units from which on it is too late."""

    property: Property
    subject: ir.Node
    trigger: ir.Node | None
    watchers: tuple[Watcher, ...]
    within: ir.Node | None = None
    limit: int = 0


def claim_of(
    property_: Property, env: Mapping[str, int], system: System, lowering: Lowering
) -> Claim:
    """Lower a property. Raises `UsageError` F608 for a count without a bound."""
    subject, trigger = operands(property_)
    watched = lowering.watched(subject, env)
    if trigger is not None:
        watched = tuple(dict.fromkeys((*watched, *lowering.watched(trigger, env))))
    places = {ghost: k for k, ghost in enumerate(watched)}
    formulas = [f for f in (subject, trigger) if f is not None]
    nodes = [lowering.node(f, env, places) for f in formulas]
    watchers = tuple(
        watcher_of(ghost, k, formulas, nodes, system, lowering) for ghost, k in places.items()
    )
    within, limit = None, 0
    if property_.within is not None:
        within = lowering.node(property_.within.node, env)
        limit = lowering.largest(within) + 1
    return Claim(
        property_, nodes[0], nodes[1] if trigger is not None else None, watchers, within, limit
    )


def operands(property_: Property) -> tuple[Expr, Expr | None]:
    """The subject and the trigger; `at_most` as a claim about a count."""
    subject = property_.subject.node
    if property_.pattern is Pattern.AT_MOST:
        assert isinstance(subject, Ghost) and property_.bound is not None
        count = Ghost(GhostKind.COUNT, subject.event, subject.copy)
        subject = Apply(Op.GT, (count, Literal(property_.bound, IntType())))
    return subject, None if property_.trigger is None else property_.trigger.node


def watcher_of(
    ghost: Ghost, place: int, formulas: Sequence[Expr], nodes: list[ir.Node], system: System,
    lowering: Lowering,
) -> Watcher:  # fmt: skip
    """How a ghost is watched that stands in some formulas, at its place there."""
    copy = None if ghost.copy is None else lowering.node(ghost.copy, {})
    number = copy.value if isinstance(copy, ir.Const) else None
    event = lowering.event_number(system, ghost.event, number)
    limit = 1
    if ghost.kind is GhostKind.COUNT:
        limit = 1 + max(count_limit(f, ghost.event, lowering) for f in formulas)
    elif ghost.kind is GhostKind.SINCE:
        tests = (t for node in nodes for t in ir.clock_tests(node))
        mine = (t.bound for t in tests if t.clock == ir.Watch(place))
        # What a test is part of may be so whatever the time: then nothing counts.
        limit = 1 + max((lowering.largest(bound) for bound in mine), default=0)
    return Watcher(ghost.kind, event, limit)
