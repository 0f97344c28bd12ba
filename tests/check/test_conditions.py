"""condition_of: exact, without a redundant literal or term, for any set of variants."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from fsm.check.conditions import condition_of
from fsm.check.results import Condition
from fsm.explore.variants import Variants, make_variants
from fsm.expressions import BoolType, EnumType, Scalar
from fsm.model import ConfigKind, ConfigVariable

SWITCH = BoolType()
ANSWER = EnumType(("runs", "pauses", "restarts"))
FAMILY = (
    ConfigVariable("courier", ConfigKind.SWITCH, SWITCH, (False, True)),
    ConfigVariable("clock", ConfigKind.QUESTION, ANSWER, ANSWER.values),
    ConfigVariable("small", ConfigKind.SWITCH, SWITCH, (False, True)),
)
CODES = [(0, 1), (0, 1, 2), (0, 1)]


def family(**chosen: Scalar) -> Variants:
    return make_variants(FAMILY, CODES, [0, 1, 2], chosen)


def numbers(variants: Variants, wanted: Condition) -> int:
    """The set that a formula means, by asking every variant."""
    mask = 0
    for number in range(variants.total):
        chosen = variants.variant(number)
        if any(all(chosen[n] in values for n, values in term) for term in wanted.terms):
            mask |= 1 << number
    return mask


def test_variants_are_numbered_with_the_first_one_slowest() -> None:
    variants = family()
    expected = list(product((False, True), ANSWER.values, (False, True)))
    assert [tuple(variants.variant(k).values()) for k in range(12)] == expected


def test_the_formula_is_written_as_the_spec_would_write_it() -> None:
    variants = family()
    on, pauses = variants.having[0][1], variants.having[1][1]
    assert str(condition_of(variants, 0)) == "never"
    assert str(condition_of(variants, variants.everything)) == "always"
    assert str(condition_of(variants, on & pauses)) == "courier and clock == pauses"
    assert str(condition_of(variants, variants.everything & ~on)) == "not courier"
    either = variants.having[1][0] | pauses
    assert str(condition_of(variants, on & either)) == "courier and clock in {runs, pauses}"
    small = variants.having[2][1]
    assert str(condition_of(variants, on | small)) == "courier or small"
    assert str(condition_of(variants, on & (small | pauses))) == (
        "courier and (clock == pauses or small)"
    )
    assert str(condition_of(variants, on | small & pauses)) == (
        "courier or (clock == pauses and small)"
    )


def test_a_fixed_switch_is_not_part_of_the_formula() -> None:
    variants = family(courier=True)
    assert str(condition_of(variants, variants.having[1][1])) == "clock == pauses"
    assert condition_of(variants, variants.everything).total == 6


@given(st.integers(0, 2**12 - 1))
def test_exact_and_nothing_can_be_left_out(mask: int) -> None:
    variants = family()
    found = condition_of(variants, mask)
    assert numbers(variants, found) == mask
    assert found.count == mask.bit_count()
    for k, term in enumerate(found.terms):
        fewer = (*found.terms[:k], *found.terms[k + 1 :])
        assert numbers(variants, Condition(fewer, 0, 12)) != mask
        for j in range(len(term)):
            shorter = (*term[:j], *term[j + 1 :])
            wider = (*fewer, shorter)
            assert numbers(variants, Condition(wider, 0, 12)) != mask


@given(st.integers(1, 2**12 - 1))
def test_the_simplest_variant_has_the_fewest_switches_on(mask: int) -> None:
    variants = family()
    members = [k for k in range(12) if mask >> k & 1]

    def on(number: int) -> int:
        return sum(value is True for value in variants.variant(number).values())

    assert variants.simplest(mask) == min(members, key=lambda k: (on(k), k))


@given(st.integers(0, 2**12 - 1))
def test_a_verdict_depends_on_a_variable_iff_changing_it_alone_changes_the_verdict(
    mask: int,
) -> None:
    variants = family()
    chosen = {tuple(variants.variant(k).items()): bool(mask >> k & 1) for k in range(12)}
    for k, variable in enumerate(variants.variables):
        differs = any(
            chosen[one] != chosen[tuple({**dict(one), variable.name: value}.items())]
            for one in chosen
            for value in variable.values
        )
        assert variants.depends_on(mask, k) == differs
