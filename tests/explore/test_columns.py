"""Formulas read down columns: where they are true, and where they have no value."""

from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fsm.check.check import CheckOptions, check_spec
from fsm.errors import UsageError
from fsm.explore.columns import Column, Columns, combined
from fsm.explore.variants import make_variants
from fsm.expressions import Op
from fsm.semantics.ir import Calc, Const, Slot
from fsm.spec.load import parse_spec

NOBODY = make_variants((), [], (), {})  # one variant
QUOTIENT = Calc(Op.EQ, (Calc(Op.DIV, (Const(2), Slot(0))), Slot(1)))  # 2 // a == b


def test_a_formula_is_true_only_where_it_has_a_value() -> None:
    columns = Columns([(0, 2), (1, 2), (2, 2), (2, 1)], NOBODY)
    assert columns.true(QUOTIENT).rows == [0, 1, 0, 1]
    faulty = columns.faulty(QUOTIENT)
    assert faulty is not None
    assert faulty.rows == [1, 0, 0, 0]
    assert columns.faulty(Calc(Op.LT, (Slot(0), Slot(1)))) is None


# Few and many different values: classes fit into a byte, or do not.
VALUES = st.one_of(st.integers(-2, 3), st.integers(0, 400))


@given(st.integers(1, 3).flatmap(
    lambda width: st.lists(st.tuples(*[VALUES] * width), max_size=700)
))  # fmt: skip
@example([(k % 300, k % 7) for k in range(900)])  # more classes than a byte tells apart
@example([(k % 16, k // 16 % 17) for k in range(600)])
def test_a_formula_is_read_as_state_by_state(states: list[tuple[int, ...]]) -> None:
    width = len(states[0]) if states else 1
    total = Slot(0) if width == 1 else Calc(Op.ADD, tuple(map(Slot, range(width))))
    columns = Columns(states, NOBODY)
    for bound in (0, 3, 250):
        node = Calc(Op.LT, (total, Const(bound)))
        assert columns.true(node).rows == [int(sum(row) < bound) for row in states]


MASKS = st.one_of(st.sampled_from([0, 1, 6]), st.integers(0, 2**9))


@given(st.lists(st.tuples(MASKS, MASKS, MASKS), max_size=600))
@example([(k, k % 5, 7 * k % 300) for k in range(400)])
@example([(k % 16, k // 16 % 16, 1) for k in range(400)])
def test_columns_are_combined_state_by_state(rows: Sequence[tuple[int, int, int]]) -> None:
    columns = [by_state([row[k] for row in rows]) for k in range(3)]
    found = combined(lambda a, b, c: a & ~b | c, columns)
    wanted = [a & ~b | c for a, b, c in rows]
    assert found.rows == wanted
    assert [*map(found.at, range(len(rows)))] == wanted
    for mask in (0, 5, 2**9):
        assert [*found.meeting(mask)] == [int(m & mask != 0) for m in wanted]
    assert [*found.members()] == [k for k, mask in enumerate(wanted) if mask]
    reach = [row[0] for row in rows]
    common = [(k, m & r) for k, (m, r) in enumerate(zip(wanted, reach, strict=True)) if m & r]
    assert [*found.within(reach)] == common


def by_state(masks: Sequence[int]) -> Column:
    kinds = [*dict.fromkeys(masks)]
    of = [kinds.index(mask) for mask in masks]
    return Column(bytes(of) if len(kinds) <= 256 else of, kinds)


DIVISION = """
fsm: 1
name: division
variables: {x: {range: 0..2, initial: 2}}
machines:
  m:
    states: {s: , t: {final: true}}
    transitions:
      - {from: s, when: x > 0, set: {x: x - 1}}
      - {from: s, to: t}
"""
PROPERTIES = """
properties:
  plain: {always: m == s or x == 1 or 2 // x < 2}
  guarded: {reachable: x > 0 and 2 // x == 2}
  later: {eventually: m == t and 2 // x == 1, expect: violated, because: {en: x may be 0}}
"""


@pytest.mark.parametrize("name", ["plain", "later"])
def test_a_property_without_a_value_in_a_reachable_state_is_refused(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_spec(parse_spec(DIVISION + PROPERTIES), CheckOptions(properties=(name,)))
    assert caught.value.code == "F609"


def test_a_guarded_division_is_decided() -> None:
    options = CheckOptions(properties=("guarded",))
    report = check_spec(parse_spec(DIVISION + PROPERTIES), options)
    assert report.results[0].as_expected
