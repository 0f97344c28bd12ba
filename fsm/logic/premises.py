"""What a claim is about: the conditions without which it says nothing. Where one of them is never
true, the claim holds whatever else it says: *vacuously*.

| written | premises |
|---|---|
| `after: A, eventually: Q`, `before: A, must: Q`, chains | A, each link |
| `at_most: n, event: e`, `times: P` | e, P |
| `always: A -> Q` | A |
| `never: A and B and not Q` | A, B: it says what `always: A and B -> Q` says |
| `scope: {after: q, until: r}`, `before: r` | q while not r, r |
| `ltl: "G (a -> F b)"`, `ctl: …` | what stands left of `->`, as far as it is a test of a moment |

Only premises that look at a moment and the step that led there: whether one is ever true is a
question about single states, so asking costs next to nothing. The subformulas of all kinds that
have no effect are found by `fsm.logic.stronger`.
Source: Beer, Ben-David, Eisner & Rodeh, "Efficient detection of vacuity in ACTL formulas", CAV
1997, doi 10.1007/3-540-63166-6_28, where a failing antecedent is the first kind of vacuity.
"""

from collections.abc import Iterator
from enum import Enum
from typing import cast

from msgspec import Struct

from fsm.expressions import (
    Apply,
    ClockRead,
    Element,
    Expr,
    Ghost,
    GhostKind,
    InState,
    Literal,
    Op,
    Quantified,
    Quantifier,
    Read,
    walk,
)  # fmt: skip
from fsm.model import Formula, Idiom, Pattern, Property
from fsm.spec.unparse import unparse
from fsm.temporal import Atom, Compound, Temporal, TOp, subformulas


class Role(Enum):
    """How a claim depends on a condition."""

    TRIGGER = "trigger"  # without it nothing is asked for
    EVENT = "event"  # what is counted
    LEFT = "left"  # the left side of `->`
    PART = "part"  # one of several that would have to be true together
    OPENS = "opens"  # without it the scope never begins
    ENDS = "ends"  # without it the scope is none
    IDLE = "idle"  # not at all: the claim holds whatever is put in its place


class Premise(Struct, frozen=True):
    """A condition that a claim depends on; `never` claims that it is never true."""

    role: Role
    condition: Formula
    never: Property


def premises(property_: Property) -> tuple[Premise, ...]:
    """The premises of a property, each condition once, in reading order. O(size^2)."""
    found: dict[Expr, Premise] = {}
    for role, condition in _of(property_):
        if condition.node not in found and _is_asked(condition.node):
            never = Property(
                f"{property_.name} {len(found)}",  # no id has a blank in it
                Pattern.NEVER, condition, each=property_.each, at=property_.at,
            )  # fmt: skip
            found[condition.node] = Premise(role, condition, never)
    return tuple(found.values())


Parts = Iterator[tuple[Role, Formula]]


def _of(property_: Property) -> Parts:
    if property_.idiom is not None:
        yield from _of_idiom(property_.idiom)
        return
    match property_.pattern:
        case Pattern.NEVER:
            yield from _written(_never(property_.subject.node))
        case Pattern.ALWAYS:
            yield from _written(_always(property_.subject.node))
        case Pattern.RESPONSE | Pattern.PRECEDENCE:
            assert property_.trigger is not None
            yield Role.TRIGGER, property_.trigger
        case Pattern.AT_MOST:
            yield Role.EVENT, property_.subject
        case Pattern.LTL | Pattern.CTL:
            assert property_.formula is not None
            yield from _written(_lefts(property_.formula))


_TRIGGERS = {
    "precedence": "p", "response": "p", "precedence chain, two before one": "p",
    "precedence chain, one before two": "st", "response chain, one to two": "st",
    "response chain, two to one": "p", "constrained chain": "p",
}  # fmt: skip


def _of_idiom(idiom: Idiom) -> Parts:
    said = dict(idiom.letters)
    if "after" in idiom.scope:
        opens = said["q"]
        if len(idiom.scope) > 1:  # a moment that ends the scope does not begin it
            node = Apply(Op.AND, (opens.node, Apply(Op.NOT, (said["r"].node,))))
            opens = Formula(node, unparse(node))
        yield Role.OPENS, opens
    if "before" in idiom.scope:
        yield Role.ENDS, said["r"]
    match idiom.name:
        case "absence":
            yield from _written(_never(said["p"].node))
        case "universality":
            yield from _written(_always(said["p"].node))
        case "bounded existence" | "bounded occurrence":
            yield Role.EVENT, said["p"]
        case name:
            for letter in _TRIGGERS.get(name, ""):
                yield Role.TRIGGER, said[letter]


# --- inside conditions ------------------------------------------------------------------------

Found = Iterator[tuple[Role, Expr]]


def _written(found: Found) -> Parts:
    return ((role, Formula(node, unparse(node))) for role, node in found)


def _always(expr: Expr) -> Found:
    """Of the claim that it is always true."""
    match expr:
        case Apply(op=Op.AND, operands=operands):
            for operand in operands:
                yield from _always(operand)
        case Apply(op=Op.IMPLIES, operands=(left, right)):
            yield from _implied(left, right)
        case Apply(op=Op.OR, operands=(Apply(op=Op.NOT, operands=(left,)), right)):
            yield from _implied(left, right)
        case Apply(op=Op.NOT, operands=(inner,)):
            yield from _never(inner)
        case Quantified(quantifier=Quantifier.ALL, body=body):
            yield from _somewhere(expr, _always(body))


def _implied(left: Expr, right: Expr) -> Found:
    yield Role.LEFT, left
    for role, inner in _always(right):
        yield role, Apply(Op.AND, (left, inner))


def _never(expr: Expr) -> Found:
    """Of the claim that it is never true."""
    match expr:
        case Apply(op=Op.OR, operands=operands):
            for operand in operands:
                yield from _never(operand)
        case Apply(op=Op.AND):
            yield from _together(_conjuncts(expr))
        case Apply(op=Op.NOT, operands=(inner,)):
            yield from _always(inner)
        case Quantified(quantifier=Quantifier.ANY, body=body):
            yield from _somewhere(expr, _never(body))


def _together(parts: list[Expr]) -> Found:
    """Each by itself, but for negations: what they deny is what is claimed; with those that stand
    before it where it has a value only beside them."""
    for k, part in enumerate(parts):
        if isinstance(part, Apply) and part.op is Op.NOT:
            continue
        if not may_fail(part):
            yield Role.PART, part
        elif k + 1 < len(parts):
            yield Role.PART, _joined(parts[: k + 1])


def _conjuncts(expr: Expr) -> list[Expr]:
    match expr:
        case Apply(op=Op.AND, operands=operands):
            return [part for operand in operands for part in _conjuncts(operand)]
        case _:
            return [expr]


def _joined(parts: list[Expr]) -> Expr:
    first, *rest = parts
    for part in rest:
        first = Apply(Op.AND, (first, part))
    return first


def _somewhere(whole: Quantified, found: Found) -> Found:
    """For some value; not where a body that was not read might have no value."""
    for role, inner in found:
        if not may_fail(inner):
            yield role, Quantified(Quantifier.ANY, whole.variable, whole.low, whole.high, inner)


def may_fail(expr: Expr) -> bool:
    """May it have no value: a division, an index or a copy that is computed?"""
    for node in walk(expr):
        match node:
            case Apply(op=Op.DIV | Op.MOD):
                return True
            case Read(copy=copy, indices=indices):
                if not all(isinstance(x, Literal) for x in (*indices, *_only(copy))):
                    return True
            case Element(indices=indices):
                if not all(isinstance(x, Literal) for x in indices):
                    return True
            case InState(copy=copy) | ClockRead(copy=copy) | Ghost(copy=copy):
                if not all(isinstance(x, Literal) for x in _only(copy)):
                    return True
    return False


def _only(copy: Expr | None) -> tuple[Expr, ...]:
    return () if copy is None else (copy,)


def _lefts(formula: Temporal) -> Found:
    """What stands left of `->`: where it is never true, the right side is without effect."""
    for inner in subformulas(formula):
        if isinstance(inner, Compound) and inner.op is TOp.IMPLIES:
            for part in _all_of(inner.operands[0]):
                if (test := as_expression(part)) is not None:
                    yield Role.LEFT, test


def _all_of(formula: Temporal) -> Iterator[Temporal]:
    """Its conjuncts where some are temporal, else itself."""
    if as_expression(formula) is None and isinstance(formula, Compound):
        if formula.op is TOp.AND:
            for operand in formula.operands:
                yield from _all_of(operand)
    else:
        yield formula


_AS = {TOp.NOT: Op.NOT, TOp.AND: Op.AND, TOp.OR: Op.OR, TOp.IMPLIES: Op.IMPLIES}


def as_expression(formula: Temporal) -> Expr | None:
    """A formula that tests its moment alone, as an expression; None for any other."""
    match formula:
        case Atom(test=test):
            return cast(Expr, test)
        case Compound(op=op, operands=operands) if op in _AS:
            parts = [part for x in operands if (part := as_expression(x)) is not None]
            if len(parts) < len(operands):
                return None
            if len(parts) <= 1 or op is TOp.IMPLIES:
                return Apply(_AS[op], tuple(parts))
            first, *rest = parts
            for part in rest:
                first = Apply(_AS[op], (first, part))
            return first
        case _:
            return None


def _is_asked(expr: Expr) -> bool:
    """Does it read more than configuration, and of the past no more than the last step?"""
    ghosts = (node for node in walk(expr) if isinstance(node, Ghost))
    return reads_state(expr) and all(ghost.kind is GhostKind.FIRED for ghost in ghosts)


def reads_state(expr: Expr) -> bool:
    """Does it read anything that moves, rather than configuration and constants alone?"""
    return any(isinstance(node, Read | InState | ClockRead | Ghost) for node in walk(expr))
