r"""Claims that are stronger than one that was made: each of them, where it holds, implies it.

| claim | stronger ones, the strongest first |
|---|---|
| any | without a part: `A and B` on the left without B, `P or Q` on the right without Q |
| `after: A, eventually: Q` | `always: A -> Q`; without time: `G (A -> Q \| X Q)` |
| `after: A, eventually: Q` | `G F Q`, whatever the trigger |
| `before: A, must: Q` | `always: A -> Q` |
| `eventually: P` | `always: P` |
| `can_always: P` | `always: P`; `G F P` |
| `at_most: n` | 0, 1, …, n - 1 |
| a scope, of what never or always is, or at most so often | none; `after`; `after … until` |
| a scope that must end (`before`), of any pattern | one that may not (`until`) |

The time within which something comes is not in the table, for it has to be searched.

Leaving out a part is what Beer et al. call replacing a subformula by the truth value that makes the
claim strongest: where the claim still holds, the part has no effect.
Source: Beer, Ben-David, Eisner & Rodeh, "Efficient detection of vacuity in temporal model
checking", Formal Methods in System Design 18, 2001, doi 10.1023/A:1008779610539.
"""

from collections.abc import Iterator
from enum import Enum
from typing import cast

from msgspec import Struct
from msgspec.structs import replace

from fsm.expressions import (
    TRUE,
    Apply,
    Conditional,
    Expr,
    InState,
    OneOf,
    Op,
    Quantified,
    Quantifier,
)
from fsm.logic.premises import may_fail, reads_state
from fsm.model import Formula, Idiom, Pattern, Property
from fsm.spec.patterns import meaning
from fsm.spec.unparse import unparse
from fsm.temporal import Atom, Compound, Temporal, TOp, tests, written


class How(Enum):
    """In which way a claim is stronger."""

    WITHOUT = "without"  # parts are left out
    WITHIN = "within"  # in time
    AT_ONCE = "at_once"  # at the same moment
    NEXT = "next"  # at the same moment or the next
    ALWAYS = "always"  # at every moment
    AGAIN = "again"  # again and again, whatever happens
    FEWER = "fewer"  # at most so often
    SCOPE = "scope"  # for more of every run


class Stronger(Struct, frozen=True):
    """A stronger claim; `gone` is what it does without, and `moves` whether that is more than
    configuration."""

    how: How
    property: Property
    gone: tuple[Formula, ...] = ()
    moves: bool = True


def without(property_: Property) -> Iterator[Stronger]:
    """The claims with one part left out, larger parts before what is inside them.

    O(size^2) in all.
    """
    idiom = property_.idiom
    if idiom is not None:
        for letter, positive in _POLARITY.get(idiom.name, {}).items():
            said = dict(idiom.letters)
            for gone, rest in _drops(said[letter].node, positive):
                letters = tuple((k, _text(rest) if k == letter else f) for k, f in idiom.letters)
                yield _dropped(gone, as_idiom(property_, replace(idiom, letters=letters)))
        return
    if property_.formula is not None:
        for lost, formula in _temporal_drops(property_.formula, positive=True):
            text = Formula(TRUE, written(lost, _said))
            moves = any(map(reads_state, cast(tuple[Expr, ...], tests(lost))))
            yield Stronger(How.WITHOUT, as_formula(property_, formula), (text,), moves)
        return
    positive = property_.pattern is not Pattern.NEVER
    if property_.pattern not in (Pattern.REACHABLE, Pattern.AT_MOST):
        for gone, rest in _drops(property_.subject.node, positive):
            yield _dropped(gone, replace(property_, subject=_text(rest)))
    if property_.trigger is not None:
        for gone, rest in _drops(property_.trigger.node, positive=False):
            yield _dropped(gone, replace(property_, trigger=_text(rest)))


def chains(property_: Property, *, timed: bool) -> Iterator[tuple[Stronger, ...]]:
    """The table above; of each chain the first that holds is the one to tell."""
    if property_.idiom is not None:
        yield from _idiom_chains(property_, property_.idiom)
        return
    subject, trigger = property_.subject.node, property_.trigger
    plain = replace(property_, trigger=None, within=None)
    match property_.pattern:
        case Pattern.RESPONSE:
            assert trigger is not None
            implied = _text(Apply(Op.IMPLIES, (trigger.node, subject)))
            chain = [Stronger(How.AT_ONCE, _always(plain, implied))]
            if not timed:
                soon = Compound(TOp.OR, (Atom(subject), Compound(TOp.NEXT, (Atom(subject),))))
                step = Compound(TOp.IMPLIES, (Atom(trigger.node), soon))
                chain.append(Stronger(How.NEXT, as_formula(plain, _globally(step))))
            yield tuple(chain)
            if property_.within is None:
                yield (_again(plain, trigger),)
        case Pattern.PRECEDENCE:
            assert trigger is not None
            implied = _text(Apply(Op.IMPLIES, (trigger.node, subject)))
            yield (Stronger(How.AT_ONCE, _always(plain, implied)),)
        case Pattern.EVENTUALLY:
            yield (Stronger(How.ALWAYS, _always(plain, property_.subject)),)
        case Pattern.CAN_ALWAYS:
            yield Stronger(How.ALWAYS, _always(plain, property_.subject)), _again(plain)
        case Pattern.AT_MOST:
            assert property_.bound is not None
            yield tuple(
                Stronger(How.FEWER, replace(property_, bound=n)) for n in range(property_.bound)
            )


def as_formula(property_: Property, formula: Temporal) -> Property:
    """The property with a formula for its claim."""
    pattern = Pattern.CTL if property_.pattern is Pattern.CTL else Pattern.LTL
    text = Formula(TRUE, written(formula, _said))
    return replace(property_, pattern=pattern, formula=formula, subject=text, idiom=None)


def as_idiom(property_: Property, idiom: Idiom) -> Property:
    """The property with an idiom for its claim; with a plain pattern, where that says the same."""
    plain = {"absence": Pattern.NEVER, "universality": Pattern.ALWAYS}
    if not idiom.scope and idiom.name in plain:
        subject = dict(idiom.letters)["p"]
        pattern = plain[idiom.name]
        return replace(property_, pattern=pattern, subject=subject, formula=None, idiom=None)
    formula, words = meaning(idiom)
    return replace(property_, subject=words, formula=formula, idiom=idiom)


def _always(property_: Property, subject: Formula) -> Property:
    return replace(property_, pattern=Pattern.ALWAYS, subject=subject)


def _again(property_: Property, trigger: Formula | None = None) -> Stronger:
    finally_ = Compound(TOp.FINALLY, (Atom(property_.subject.node),))
    gone = () if trigger is None else (trigger,)
    return Stronger(How.AGAIN, as_formula(property_, _globally(finally_)), gone)


def _globally(formula: Temporal) -> Temporal:
    return Compound(TOp.GLOBALLY, (formula,))


def _dropped(gone: Expr, property_: Property) -> Stronger:
    return Stronger(How.WITHOUT, property_, (_text(gone),), reads_state(gone))


def _text(node: Expr) -> Formula:
    return Formula(node, unparse(node))


def _said(test: object) -> str:
    return unparse(cast(Expr, test))


# --- patterns with a scope --------------------------------------------------------------------

# Whether a claim grows (True) or shrinks with the condition that a letter stands for.
_POLARITY = {
    "absence": {"p": False}, "universality": {"p": True}, "existence": {"p": True},
    "precedence": {"p": False, "s": True}, "response": {"p": False, "s": True},
    "precedence chain, two before one": {"p": False, "s": True, "t": True},
}  # fmt: skip
_WIDER: dict[tuple[str, ...], tuple[tuple[str, ...], ...]] = {
    ("after",): ((),),
    ("until",): ((),),
    ("before",): ((), ("until",)),
    ("after", "until"): ((), ("after",)),
    ("after", "before"): ((), ("after",), ("after", "until")),
}
_CLOSED_DOWN = ("absence", "universality", "bounded existence", "bounded occurrence")


def _idiom_chains(property_: Property, idiom: Idiom) -> Iterator[tuple[Stronger, ...]]:
    wider = _WIDER.get(idiom.scope, ())
    if idiom.name not in _CLOSED_DOWN:  # a larger scope may leave more room to keep the claim
        wider = wider[-1:] if "before" in idiom.scope else ()
    letters = idiom.letters
    yield tuple(
        Stronger(How.SCOPE, as_idiom(property_, replace(idiom, scope=scope, letters=tuple(
            (k, f) for k, f in letters
            if (k != "q" or "after" in scope) and (k != "r" or {"until", "before"} & {*scope})
        ))))
        for scope in wider
    )  # fmt: skip
    if idiom.bound is not None:
        yield tuple(
            Stronger(How.FEWER, as_idiom(property_, replace(idiom, bound=n)))
            for n in range(idiom.bound)
        )


# --- parts of conditions and formulas ---------------------------------------------------------


def _drops(expr: Expr, positive: bool) -> Iterator[tuple[Expr, Expr]]:
    """A part, and the rest without it: implied by the whole where it is `positive` that makes a
    claim stronger to be smaller, implying it elsewhere."""
    match expr:
        case Apply(op=Op.AND | Op.OR as op, operands=operands):
            for k, operand in enumerate(operands):
                others = (*operands[:k], *operands[k + 1 :])
                guards = any(map(may_fail, operands[k + 1 :]))
                if (op is Op.OR) is positive and not guards:
                    yield operand, others[0] if len(others) == 1 else Apply(op, others)
                for gone, rest in _drops(operand, positive):
                    yield gone, Apply(op, (*operands[:k], rest, *operands[k + 1 :]))
        case Apply(op=Op.IMPLIES, operands=(left, right)):
            if positive:
                if not may_fail(right):
                    yield left, right
                yield right, Apply(Op.NOT, (left,))
            for gone, rest in _drops(left, not positive):
                yield gone, Apply(Op.IMPLIES, (rest, right))
            for gone, rest in _drops(right, positive):
                yield gone, Apply(Op.IMPLIES, (left, rest))
        case Apply(op=Op.NOT, operands=(inner,)):
            for gone, rest in _drops(inner, not positive):
                yield gone, Apply(Op.NOT, (rest,))
        case Quantified(quantifier=Quantifier.ALL | Quantifier.ANY, body=body):
            for gone, rest in _drops(body, positive):
                yield gone, replace(expr, body=rest)
        case Conditional(then=then, otherwise=otherwise):
            for gone, rest in _drops(then, positive):
                yield gone, replace(expr, then=rest)
            for gone, rest in _drops(otherwise, positive):
                yield gone, replace(expr, otherwise=rest)
        case InState(names=names, leaves=leaves) if positive and 1 < len(names) == len(leaves):
            for name in names:
                remaining = tuple(n for n in names if n != name)
                inside = tuple(leaf for leaf in leaves if leaf != name)
                if len(remaining) == len(inside):  # no tag, and no state with others inside it
                    alone = replace(expr, names=(name,), leaves=(name,))
                    yield alone, replace(expr, names=remaining, leaves=inside)
        case OneOf(subject=subject, values=values) if positive and len(values) > 1:
            for k, value in enumerate(values):
                others = (*values[:k], *values[k + 1 :])
                rest = Apply(Op.EQ, (subject, others[0])) if len(others) == 1 else replace(
                    expr, values=others
                )  # fmt: skip
                yield Apply(Op.EQ, (subject, value)), rest


def _temporal_drops(
    formula: Temporal, positive: bool
) -> Iterator[tuple[Temporal, Temporal]]:  # fmt: skip
    """The same for formulas. Every temporal operator grows with each of its operands."""
    if isinstance(formula, Atom):
        for part, whole in _drops(cast(Expr, formula.test), positive):
            yield Atom(part), Atom(whole)
        return
    if not isinstance(formula, Compound) or formula.op is TOp.IFF:
        return
    op, operands = formula.op, formula.operands
    yield from _operands_dropped(formula, positive)
    for k, operand in enumerate(operands):
        flips = op is TOp.NOT or (op is TOp.IMPLIES and k == 0)
        for gone, rest in _temporal_drops(operand, positive is not flips):
            yield gone, replace(formula, operands=(*operands[:k], rest, *operands[k + 1 :]))


def _operands_dropped(formula: Compound, positive: bool) -> Iterator[tuple[Temporal, Temporal]]:
    op, operands = formula.op, formula.operands
    left, right = operands[0], operands[-1]

    def alone(unary: TOp, operand: Temporal) -> Temporal:
        return Compound(unary, (operand,), formula.paths)

    match op:
        case TOp.AND | TOp.OR if (op is TOp.OR) is positive:
            for k, operand in enumerate(operands):
                others = (*operands[:k], *operands[k + 1 :])
                yield operand, others[0] if len(others) == 1 else replace(formula, operands=others)
        case TOp.IMPLIES if positive:
            yield left, right
            yield right, Compound(TOp.NOT, (left,))
        case TOp.UNTIL if positive:  # the right side is true at once
            yield left, right
        case TOp.UNTIL:  # it comes, whatever is before it
            yield left, alone(TOp.FINALLY, right)
        case TOp.WEAK if positive:
            yield left, right
            yield right, alone(TOp.GLOBALLY, left)
        case TOp.RELEASE if positive:
            yield left, alone(TOp.GLOBALLY, right)
