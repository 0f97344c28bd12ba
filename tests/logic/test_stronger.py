"""Whatever is called stronger implies what was claimed: on every word, and in every state."""

import random
from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsm.expressions import Apply, BoolType, Expr, Literal, Op, Read
from fsm.logic.premises import Role, premises
from fsm.logic.stronger import How, Stronger, as_idiom, chains, without
from fsm.logic.words import satisfied
from fsm.model import Formula, Idiom, Pattern, Property
from fsm.spec.patterns import MEANINGS, SCOPES, meaning
from fsm.spec.unparse import unparse
from fsm.temporal import TRUE, Atom, Compound, Temporal, TOp
from tests.logic.strategies import BINARY, UNARY, Word

LETTERS = ("p", "s", "t", "z", "q", "r")
VALUES = tuple(dict(zip("abc", row, strict=True)) for row in product((False, True), repeat=3))


def read(name: str) -> Expr:
    return Read(name, BoolType())


def told(node: Expr) -> Formula:
    return Formula(node, unparse(node))


def true(expr: Expr, values: dict[str, bool]) -> bool:
    match expr:
        case Literal(value=value):
            return bool(value)
        case Read(variable=name):
            return values[name]
        case Apply(op=Op.NOT, operands=(inner,)):
            return not true(inner, values)
        case Apply(op=Op.AND, operands=(left, right)):
            return true(left, values) and true(right, values)
        case Apply(op=Op.OR, operands=(left, right)):
            return true(left, values) or true(right, values)
        case Apply(op=Op.IMPLIES, operands=(left, right)):
            return not true(left, values) or true(right, values)
    raise AssertionError(expr)


def on(word: Word, formula: Temporal) -> bool:
    def holds(test: object, k: int) -> bool:
        letter = word.letters[k]
        return true(test, {n: n in letter for n in "abcpstzqr"})  # type: ignore[arg-type]

    return satisfied(formula, len(word.letters), word.loop, holds)


def formula_of(property_: Property) -> Temporal:
    """What a property of a pattern that is linear means."""
    if property_.formula is not None:
        return property_.formula
    subject = Atom(property_.subject.node)
    trigger = TRUE if property_.trigger is None else Atom(property_.trigger.node)
    match property_.pattern:
        case Pattern.NEVER:
            return Compound(TOp.GLOBALLY, (Compound(TOp.NOT, (subject,)),))
        case Pattern.ALWAYS:
            return Compound(TOp.GLOBALLY, (subject,))
        case Pattern.EVENTUALLY:
            return Compound(TOp.FINALLY, (subject,))
        case Pattern.RESPONSE:
            answered = Compound(TOp.FINALLY, (subject,))
            return Compound(TOp.GLOBALLY, (Compound(TOp.IMPLIES, (trigger, answered)),))
        case Pattern.PRECEDENCE:
            return Compound(TOp.WEAK, (Compound(TOp.NOT, (trigger,)), subject))
    raise AssertionError(property_.pattern)


def all_stronger(property_: Property) -> Iterator[Stronger]:
    yield from without(property_)
    for chain in chains(property_, timed=False):
        yield from chain


CONDITIONS = st.recursive(
    st.sampled_from([read(n) for n in "abc"]),
    lambda inner: (
        st.builds(lambda x: Apply(Op.NOT, (x,)), inner)
        | st.builds(
            lambda op, x, y: Apply(op, (x, y)),
            st.sampled_from([Op.AND, Op.OR, Op.IMPLIES]), inner, inner,
        )
    ),
    max_leaves=6,
)  # fmt: skip


@given(CONDITIONS, st.booleans())
def test_a_condition_without_a_part_makes_the_claim_stronger(node: Expr, never: bool) -> None:
    pattern = Pattern.NEVER if never else Pattern.ALWAYS
    for found in without(Property("p", pattern, told(node))):
        rest = found.property.subject.node
        for values in VALUES:
            before, after = true(node, values) is not never, true(rest, values) is not never
            assert before or not after
        assert found.property.subject.text == unparse(rest) != unparse(node)


def small_formulas() -> Iterator[Temporal]:
    """Every operator inside every operator, on either side."""
    a, b, c = (Atom(read(name)) for name in "abc")
    flat = [*(Compound(op, (a,)) for op in UNARY), *(Compound(op, (a, b)) for op in BINARY)]
    yield from flat
    for inner in flat:
        yield from (Compound(op, (inner,)) for op in UNARY)
        for op in BINARY:
            yield from (Compound(op, (inner, c)), Compound(op, (c, inner)))


def test_a_formula_without_a_part_implies_it() -> None:
    words = list(some_words(30, "abc"))
    compared = 0
    for formula in small_formulas():
        claim = Property("p", Pattern.LTL, told(Literal(True, BoolType())), formula=formula)
        for found in without(claim):
            assert found.property.formula is not None
            for word in words:
                assert on(word, formula) or not on(word, found.property.formula)
                compared += on(word, formula) != on(word, found.property.formula)
    assert compared


IDIOMS = [(name, scope, 2) for name in MEANINGS for scope in SCOPES]


def some_words(number: int, names: str = "abpstzqr") -> Iterator[Word]:
    """The same ones every time; half of the letters are true at each position."""
    chance = random.Random(7)
    for _ in range(number):
        length = chance.randint(1, 6)
        letters = (frozenset(x for x in names if chance.random() < 0.5) for _ in range(length))
        yield Word(tuple(letters), chance.randrange(length))


@pytest.mark.parametrize(("name", "scope", "bound"), IDIOMS)
def test_every_stronger_pattern_implies_the_one_that_was_claimed(
    name: str, scope: tuple[str, ...], bound: int
) -> None:
    counts = name.startswith("bounded")
    letters = tuple(
        (k, told(Apply(Op.OR, (Apply(Op.AND, (read(k), read("a"))), read("b")))))
        for k in LETTERS
        if k in {"p", *_letters(MEANINGS[name].written)} or k in _ends(scope)
    )
    idiom = Idiom(name, Pattern.NEVER, scope, letters, bound if counts else None)
    formula, words = meaning(idiom)
    claim = Property("p", Pattern.LTL, words, formula=formula, idiom=idiom)
    found = list(all_stronger(claim))
    for word in some_words(60):
        if not on(word, formula):
            for other in found:
                assert not on(word, formula_of(other.property)), other
    closed = name in ("absence", "universality", "bounded existence", "bounded occurrence")
    scopes = [f for f in found if f.how is How.SCOPE]
    assert bool(scopes) is ("before" in scope or (closed and bool(scope)))


def _letters(written: str) -> set[str]:
    return set(written.replace("[", "").replace("]", "").replace(",", "").split())


def _ends(scope: tuple[str, ...]) -> set[str]:
    return {{"after": "q", "before": "r", "until": "r"}[key] for key in scope}


PLAIN = [
    Property("p", Pattern.RESPONSE, told(read("s")), told(read("p"))),
    Property("p", Pattern.PRECEDENCE, told(read("s")), told(read("p"))),
    Property("p", Pattern.EVENTUALLY, told(read("s"))),
    Property("p", Pattern.RESPONSE, told(Apply(Op.OR, (read("s"), read("t")))), told(Apply(
        Op.AND, (read("p"), read("q"))))),
]  # fmt: skip


@pytest.mark.parametrize("claim", PLAIN)
def test_so_do_those_without_a_scope(claim: Property) -> None:
    found = list(all_stronger(claim))
    assert found
    for word in some_words(300):
        if not on(word, formula_of(claim)):
            for other in found:
                assert not on(word, formula_of(other.property)), other


def test_an_absence_without_a_scope_is_a_plain_never() -> None:
    idiom = Idiom("absence", Pattern.NEVER, (), (("p", told(read("a"))),))
    claim = as_idiom(Property("p", Pattern.LTL, told(read("b")), idiom=idiom), idiom)
    assert (claim.pattern, claim.subject.text, claim.formula) == (Pattern.NEVER, "a", None)


# --- premises ---------------------------------------------------------------------------------


@given(CONDITIONS, st.booleans())
def test_without_any_of_its_premises_a_condition_holds_whatever_else(
    node: Expr, never: bool
) -> None:
    """Where a premise is false in every state, a part can be replaced by anything: leaving out
    what stands beside it changes nothing. Here: the claim is true in each such state."""
    pattern = Pattern.NEVER if never else Pattern.ALWAYS
    claim = Property("p", pattern, told(node))
    for premise in premises(claim):
        assert premise.role in (Role.LEFT, Role.PART)
        inert = [v for v in VALUES if not true(premise.condition.node, v)]
        idle = [
            found.property.subject.node
            for found in without(claim)
            if all(true(found.property.subject.node, v) == true(node, v) for v in inert)
        ]
        assert idle, (unparse(node), premise.condition.text)
