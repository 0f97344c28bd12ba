"""Formulas read down columns: where they are true, and where they have no value."""

import pytest

from fsm.check.check import CheckOptions, check_spec
from fsm.errors import UsageError
from fsm.explore.columns import Columns
from fsm.explore.variants import make_variants
from fsm.expressions import Op
from fsm.semantics.ir import Calc, Const, Slot
from fsm.spec.load import parse_spec

NOBODY = make_variants((), [], (), {})  # one variant
QUOTIENT = Calc(Op.EQ, (Calc(Op.DIV, (Const(2), Slot(0))), Slot(1)))  # 2 // a == b


def test_a_formula_is_true_only_where_it_has_a_value() -> None:
    columns = Columns([(0, 2), (1, 2), (2, 2), (2, 1)])
    assert list(columns.true(QUOTIENT, NOBODY)) == [0, 1, 0, 1]
    assert list(columns.faulty(QUOTIENT, NOBODY) or ()) == [1, 0, 0, 0]
    assert columns.faulty(Calc(Op.LT, (Slot(0), Slot(1))), NOBODY) is None


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
