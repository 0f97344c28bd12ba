"""Time bounds of temporal operators: by which pattern, or which formula without bounds, each is
meant.

Seen from the start of a run a bound is a test of the time since the start, wherever no other
temporal operator surrounds it: `p U[<=48h] q` is `p U (since(start) <= 48h & q)`. Inside `G` a
bound counts from each moment; these claims are decided there:

| written | decided as |
|---|---|
| `F[<=T] q` | eventually q, within T |
| `G[I] q` | always: since(start) in I -> q |
| `G (p -> F[<=T] q)`, `G F[<=T] q` | after p (at any moment), eventually q, within T |
| `G (e -> G[<=T] q)` for an event e | never: e has occurred, since(e) <= T, and not q |
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from fsm.expressions import (
    START,
    Apply,
    BoolType,
    DurationType,
    Expr,
    Ghost,
    GhostKind,
    IntType,
    Literal,
    Op,
)
from fsm.model import Formula, Pattern
from fsm.spec.fold import fold
from fsm.spec.infer import Typer
from fsm.spec.known import Failure
from fsm.spec.tree import Bound, Node, Operation, Temporal
from fsm.temporal import Atom, Compound, TOp, Truth
from fsm.temporal import Temporal as Formulae

_COMPARED = {"<=": Op.LE, "<": Op.LT, ">=": Op.GE, ">": Op.GT}
_JOINED = {
    TOp.NOT: Op.NOT, TOp.AND: Op.AND, TOp.OR: Op.OR, TOp.IMPLIES: Op.IMPLIES, TOp.IFF: Op.EQ,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Timed:
    """A formula that is a pattern, with the operands of a property."""

    pattern: Pattern
    subject: Formula
    trigger: Formula | None = None
    within: Formula | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """A claim with one bound, of a table's row: `G[…] goal` (`always`) or `F[…] goal`, from the
    start or from each moment (`inside`) at which the trigger holds (None: any)."""

    bound: Bound
    goal: Node
    always: bool
    inside: bool
    trigger: Node | None = None


def shape_of(root: Node, speaks: Callable[[Node], bool]) -> Shape | None:
    """The row of the table that the whole formula is, if it is one; `speaks` tells whether a
    temporal operator stands in a tree."""
    if not isinstance(root, Temporal) or len(root.operands) != 1:
        return None
    (goal,), bound = root.operands, root.bound
    letters, trigger = root.letters, None
    if letters == "G" and bound is None:
        if isinstance(goal, Operation) and goal.op is Op.IMPLIES:
            trigger, goal = goal.operands
        if not isinstance(goal, Temporal) or len(goal.operands) != 1:
            return None
        letters, bound = f"G{goal.letters}", goal.bound
        (goal,) = goal.operands
    if bound is None or letters not in ("F", "G", "GF", "GG"):
        return None
    if speaks(goal) or (trigger is not None and speaks(trigger)):
        return None
    return Shape(bound, goal, letters[-1] == "G", len(letters) > 1, trigger)


def is_pattern(shape: Shape) -> bool:
    """Is it a pattern, or else a formula like any other? `F[>T] q` and `F[<T] q`, from the start,
    have none."""
    return shape.inside or shape.always or shape.bound.op == "<="


class Bounds:
    """What bounds of one formula mean; errors are reported by its typer."""

    def __init__(self, typer: Typer) -> None:
        self.typer = typer

    def claim(self, shape: Shape, goal: Expr, trigger: Expr) -> Timed | Failure:
        """The pattern that a shape is, its operands read; None, with the error reported, where
        none decides it."""
        bound, text = shape.bound, self.typer.text
        if not shape.inside and shape.always:
            known = self.inside(bound)
            if known is None:
                return None
            written = f"since(start) {bound.op} {text(bound.value)} -> ({text(shape.goal)})"
            return Timed(Pattern.ALWAYS, Formula(Apply(Op.IMPLIES, (known, goal)), written))
        if not shape.always and bound.op == "<=":
            limit = self._limit(bound)
            if limit is None:
                return None
            within, subject = Formula(limit, text(bound.value)), Formula(goal, text(shape.goal))
            if not shape.inside:
                return Timed(Pattern.EVENTUALLY, subject, None, within)
            said = "true" if shape.trigger is None else text(shape.trigger)
            return Timed(Pattern.RESPONSE, subject, Formula(trigger, said), within)
        event = trigger if isinstance(trigger, Ghost) and trigger.kind is GhostKind.FIRED else None
        if shape.always and event is not None and bound.op in ("<=", "<"):
            known = self.inside(bound, event)
            if known is None:
                return None
            count = Ghost(GhostKind.COUNT, event.event, event.copy)
            happened = Apply(Op.GT, (count, Literal(0, IntType())))
            bad = Apply(Op.AND, (happened, known, Apply(Op.NOT, (goal,))))
            assert shape.trigger is not None
            name = text(shape.trigger)
            written = (
                f"count({name}) > 0 and since({name}) {bound.op} {text(bound.value)} "
                f"and not ({text(shape.goal)})"
            )
            return Timed(Pattern.NEVER, Formula(bad, written))
        return self.undecided(bound)

    def inside(self, bound: Bound, event: Ghost | None = None) -> Expr | Failure:
        """Is the time since an event (None: since the start) within a bound?"""
        limit = self._limit(bound)
        if limit is None:
            return None
        since = Ghost(GhostKind.SINCE, START)
        if event is not None:
            since = Ghost(GhostKind.SINCE, event.event, event.copy)
        return Apply(_COMPARED[bound.op], (since, limit))

    def undecided(self, bound: Bound) -> Failure:
        """No claim of this form is decided."""
        hint = (
            "inside G these are: G (p -> F[<=T] q), G F[<=T] q, and G (e -> G[<=T] q) for an "
            "event e; what no other operator surrounds may have any bound"
        )
        at = bound.span.start
        return self.typer.report("F702", at, "a time bound that is not decided here", hint)

    def _limit(self, bound: Bound) -> Expr | Failure:
        at = bound.span.start
        if bound.op not in _COMPARED:
            hint = "write <=, <, >= or >"
            return self.typer.report("F707", at, f"'{bound.op}' makes no bound on time", hint)
        outer = self.typer.scope
        self.typer.scope = outer.only_constants(config=True)
        known = self.typer.value(bound.value, DurationType())
        self.typer.scope = outer
        if known is None:
            return None
        value = fold(known.expr)
        if isinstance(value, Literal) and int(value.value) < 0:
            return self.typer.report("F707", at, "a time is not negative")
        return known.expr


def plain(formula: Formulae) -> Expr:
    """The condition that a formula without temporal operators is."""
    match formula:
        case Truth(value=value):
            return Literal(value, BoolType())
        case Atom(test=test):
            return cast(Expr, test)
        case Compound(op=op, operands=operands):
            return Apply(_JOINED[op], tuple(map(plain, operands)))
