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

All of these say the same in CTL, with A before each operator. A bound is a comparison, or an
interval `[a..b]` with both its ends.
"""

from collections.abc import Callable
from typing import cast

from msgspec import Struct

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
from fsm.spec.tree import Bound, Node, Operation
from fsm.temporal import Atom, Compound, TOp, Truth
from fsm.temporal import Temporal as Formulae

_COMPARED = {"<=": Op.LE, "<": Op.LT, ">=": Op.GE, ">": Op.GT}
_JOINED = {
    TOp.NOT: Op.NOT, TOp.AND: Op.AND, TOp.OR: Op.OR, TOp.IMPLIES: Op.IMPLIES, TOp.IFF: Op.EQ,
}  # fmt: skip


Prefixed = tuple[str, Bound | None, Node] | None  # letters, the bound of the last, what follows


class Timed(Struct, frozen=True):
    """A formula that is a pattern, with the operands of a property."""

    pattern: Pattern
    subject: Formula
    trigger: Formula | None = None
    within: Formula | None = None


class Shape(Struct, frozen=True):
    """A claim with one bound, of a table's row: `G[…] goal` (`always`) or `F[…] goal`, from the
    start or from each moment (`inside`) at which the trigger holds (None: any)."""

    bound: Bound
    goal: Node
    always: bool
    inside: bool
    trigger: Node | None = None


def shape_of(
    root: Node, read: Callable[[Node], Prefixed], speaks: Callable[[Node], bool]
) -> Shape | None:
    """The row of the table that the whole formula is, if it is one; `read` tells what stands under
    operators on all runs, `speaks` whether a temporal operator stands in a tree."""
    found = read(root)
    if found is None:
        return None
    (letters, bound, goal), trigger = found, None
    if letters == "G" and bound is None:
        if isinstance(goal, Operation) and goal.op is Op.IMPLIES:
            trigger, goal = goal.operands
        inner = read(goal)
        if inner is None:
            return None
        more, bound, goal = inner
        letters = f"G{more}"
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
            written = f"{self._said('since(start)', bound)} -> ({text(shape.goal)})"
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
            since = self._said(f"since({name})", bound)
            written = f"count({name}) > 0 and {since} and not ({text(shape.goal)})"
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
        if bound.high is None:
            return Apply(_COMPARED[bound.op], (since, limit))
        high = self._duration(bound.high, bound)
        if high is None:
            return None
        if _literal(limit) > _literal(high) >= 0:
            hint = "write the earlier end first"
            return self.typer.report("F707", bound.span.start, "an interval without a time", hint)
        return Apply(Op.AND, (Apply(Op.GE, (since, limit)), Apply(Op.LE, (since, high))))

    def _said(self, since: str, bound: Bound) -> str:
        low = self.typer.text(bound.value)
        if bound.high is None:
            return f"{since} {bound.op} {low}"
        return f"{since} >= {low} and {since} <= {self.typer.text(bound.high)}"

    def undecided(self, bound: Bound, letters: str = "") -> Failure:
        """No claim of this form is decided; `letters` is the operator with the bound."""
        hint = (
            "inside G these are: G (p -> F[<=T] q), G F[<=T] q, and G (e -> G[<=T] q) for an "
            "event e (in CTL with AG, AF); what no other operator surrounds may have any bound"
        )
        if bound.high is not None or bound.op in (">", ">="):
            hint = (
                "inside G say separately how soon and how late: G (e -> G[<2h] !q) and "
                "G (e -> F[<=5h] q)"
            )
        elif letters == "U":
            hint = (
                "inside G say separately how late, and what until then: G (p -> F[<=T] q) and "
                "G (p -> (r W q))"
            )
        message = "a time bound that is not decided here"
        return self.typer.report("F702", bound.span.start, message, hint)

    def _limit(self, bound: Bound) -> Expr | Failure:
        if bound.high is None and bound.op not in _COMPARED:
            hint = "write <=, <, >= or >, or an interval, 2h..5h"
            message = f"'{bound.op}' makes no bound on time"
            return self.typer.report("F707", bound.span.start, message, hint)
        return self._duration(bound.value, bound)

    def _duration(self, value: Node, bound: Bound) -> Expr | Failure:
        outer = self.typer.scope
        self.typer.scope = outer.only_constants(config=True)
        known = self.typer.value(value, DurationType())
        self.typer.scope = outer
        if known is None:
            return None
        if _literal(known.expr, 0) < 0:
            return self.typer.report("F707", bound.span.start, "a time is not negative")
        return known.expr


def _literal(duration: Expr, otherwise: int = -1) -> int:
    """A duration that is the same in all variants; else something otherwise."""
    value = fold(duration)
    return int(cast(int, value.value)) if isinstance(value, Literal) else otherwise


def plain(formula: Formulae) -> Expr:
    """The condition that a formula without temporal operators is."""
    match formula:
        case Truth(value=value):
            return Literal(value, BoolType())
        case Atom(test=test):
            return cast(Expr, test)
        case Compound(op=op, operands=operands):
            return Apply(_JOINED[op], tuple(map(plain, operands)))
