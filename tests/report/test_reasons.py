"""Formulas of CTL told as trees: in words of both languages, and in the machine formats."""

import json
from importlib.resources import files

import jsonschema
import pytest

from fsm.check.check import check_spec
from fsm.report.bundle import Bundle
from fsm.report.json import report_json
from fsm.report.junit import report_junit
from fsm.report.text import report_text
from fsm.spec.load import parse_spec

SPEC = """
fsm: 1
name: shop
events:
  place: {by: order, zh: 下单, en: is placed}
  pay: {by: order, zh: 付款, en: pays}
  cancel: {by: order, zh: 取消, en: cancels}
machines:
  order:
    zh: 订单
    en: order
    states:
      cart: {zh: 购物车, en: cart}
      open: {zh: 待付, en: open}
      paid: {zh: 已付, en: paid}
      gone: {zh: 已取消, en: gone}
    transitions:
      - {from: cart, on: place, to: open}
      - {from: open, on: pay, to: paid}
      - {from: open, on: cancel, to: gone}
      - {from: paid, on: cancel, to: gone}
properties:
  free: {ctl: "EF (EX order == paid & EX order == gone)", zh: 可付可退, en: free to choose}
  lasting: {ctl: "AG (order == paid -> EG order == paid)", zh: 付了算数, en: paid is paid}
allow: [{code: S03, subject: shop, because: {zh: 例, en: an example}}]
"""
TOLD = {
    "en": """
  Why “free to choose” (free) holds
    1. order: is placed
         order: cart → open
    2. order: pays
         order: open → paid
    This run shows why the formula is true: EF (EX order == paid & EX order == gone).
    After step 1, EX (order == paid) is true, as the run shows.
    After step 1, EX (order == gone) is true, as another run shows:
      2. order: cancels
           order: open → gone

  How “paid is paid” (lasting) is broken
    1. order: is placed
         order: cart → open
    2. order: pays
         order: open → paid
    This run shows why the formula is false: AG (order == paid -> EG order == paid). """
    """In the end order is “paid”. This breaks “paid is paid” (lasting).
    After step 2, EG (order == paid) is false: no run from there is like that.
""",
    "zh": """
  “可付可退”（free）为什么成立
    1. 订单：下单
         订单：购物车 → 待付
    2. 订单：付款
         订单：待付 → 已付
    这次运行说明公式成立：EF (EX order == paid & EX order == gone)。
    第 1 步之后，EX (order == paid) 成立，如这次运行所示。
    第 1 步之后，EX (order == gone) 成立，如另一次运行所示：
      2. 订单：取消
           订单：待付 → 已取消

  “付了算数”（lasting）是怎样被违反的
    1. 订单：下单
         订单：购物车 → 待付
    2. 订单：付款
         订单：待付 → 已付
    这次运行说明公式不成立：AG (order == paid -> EG order == paid)。最终，订单为“已付”。"""
    """这违反了“付了算数”（lasting）。
    第 2 步之后，EG (order == paid) 不成立：此后没有这样的运行。
""",
}


@pytest.fixture(params=["en", "zh"])
def bundle(request: pytest.FixtureRequest) -> Bundle:
    return Bundle((check_spec(parse_spec(SPEC)),), lang=request.param)


def test_in_words(bundle: Bundle) -> None:
    assert TOLD[bundle.language()] in report_text(bundle, explain=True)


def test_in_json(bundle: Bundle) -> None:
    data = json.loads(report_json(bundle))
    shipped = files("fsm.report") / "report.schema.json"
    jsonschema.validate(data, json.loads(shipped.read_text(encoding="utf-8")))
    free, lasting = (p["trace"]["story"]["beside"] for p in data["specs"][0]["properties"])
    assert [aside["trace"] is None for aside in free] == [True, False]
    assert [step["event"] for step in free[1]["trace"]["steps"]] == ["place", "cancel"]
    branch = free[1]["trace"]["story"]
    assert (branch["first"], len(branch["steps"])) == (1, 1)
    assert [aside["trace"] for aside in lasting] == [None]
    assert lasting[0]["text"] in TOLD[bundle.language()]


def test_in_junit(bundle: Bundle) -> None:
    """Of a violation that nobody expects."""
    assert TOLD[bundle.language()].splitlines()[-1].strip() in report_junit(bundle)


def test_the_values_that_a_linear_formula_reads_are_told() -> None:
    spec = SPEC[: SPEC.index("properties:")] + 'properties: {p: {ltl: "G F order == paid"}}\n'
    report = check_spec(parse_spec(spec))
    assert "is false: G F order == paid. In the end order is" in report_text(
        Bundle((report,), lang="en")
    )
    assert "公式不成立：G F order == paid。最终，订单为" in report_text(
        Bundle((report,), lang="zh")
    )
