"""Which stronger claims are offered: known answers, and each one read back and decided."""

import json
from pathlib import Path

import pytest

from fsm.check.check import CheckOptions, check_spec
from fsm.check.results import Outcome, SpecReport
from fsm.check.strength import CUT, examined
from fsm.logic.stronger import How
from fsm.model import Spec
from fsm.report.bundle import Bundle
from fsm.report.json import report_json
from fsm.report.strength import told
from fsm.report.text import report_text
from fsm.spec.load import load_spec, parse_spec

SHOP = """
fsm: 1
name: shop
rules: {R1: every ticket is closed}
switches: {fast: bool}
variables: {n: {range: 0..2}}
events: {pay: {}, ask: {}, close: {}}
machines:
  ticket:
    states: {open: {}, asked: {}, refused: {}, paid: {}, closed: {final: true}}
    transitions:
      - {from: open, on: ask, to: asked, set: {n: 1}}
      - {from: asked, after: 24h, to: paid}
      - {from: asked, on: pay, when: fast, to: paid}
      - {from: paid, after: 24h, to: closed}
      - {from: open, on: close, when: fast, to: refused}
      - {from: refused, after: 1h, to: closed}
properties:
"""
LAMP = """
fsm: 1
name: lamp
events: {press: {fair: weak}, rest: {}}
machines:
  lamp:
    states: {off: {}, on: {}}
    transitions: [{from: off, on: press, to: on}, {from: on, on: press, to: off}, {on: rest}]
properties:
"""


def strengthened(text: str, options: CheckOptions = CheckOptions()) -> tuple[Spec, SpecReport]:
    spec = parse_spec(text)
    report = check_spec(spec, options)
    return spec, examined(spec, report, options, vacuity=False, strengthen=True)


def offered(text: str, options: CheckOptions = CheckOptions()) -> dict[How, str]:
    """The lines of each claim, but for its name, joined."""
    spec, report = strengthened(text, options)
    labels = Bundle((report,), lang="en").labels(report)
    (result,) = report.results
    lines = [[x.strip() for x in lines[1:]] for _, _, lines in told(result, labels)]
    for offer, claim in zip(result.stronger, lines, strict=True):
        assert read_back(spec, claim).outcome is Outcome.HOLDS, (offer.how, claim)
    return {o.how: "; ".join(x) for o, x in zip(result.stronger, lines, strict=True)}


def read_back(spec: Spec, claim: list[str], options: CheckOptions = CheckOptions()) -> object:
    text = SHOP if spec.name == "shop" else LAMP
    pasted = text + "  p:\n" + "".join(f"    {line}\n" for line in claim)
    return check_spec(parse_spec(pasted), options).results[0]


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("after: ask, eventually: ticket == closed",
         {How.WITHIN: "after: ask; eventually: 'ticket == closed'; within: 48h"}),
        ("after: ask, eventually: ticket == closed, within: 72h, rules: [R1]",
         {How.WITHIN: "after: ask; eventually: 'ticket == closed'; within: 48h; rules: [R1]"}),
        ("after: ask, eventually: ticket == closed, within: 48h", {}),
        ("after: ticket == refused, eventually: ticket == closed",
         {How.WITHIN: "after: 'ticket == refused'; eventually: 'ticket == closed'; within: 1h"}),
        ("after: ask, eventually: ticket == asked",
         {How.AT_ONCE: "always: 'fired(ask) -> ticket == asked'"}),
        ("before: ticket == paid, must: n == 1",
         {How.AT_ONCE: "always: 'ticket == paid -> n == 1'"}),
        ("before: ticket == paid, must: ask", {}),
        ("eventually: n < 2", {How.ALWAYS: "always: 'n < 2'"}),
        ("at_most: 4, event: ask", {How.FEWER: "at_most: 1; event: ask"}),
        ("at_most: 1, event: ask", {}),
        ("at_most: 3, times: ticket == paid", {How.FEWER: "at_most: 1; times: 'ticket == paid'"}),
        ("can_always: n < 2", {How.ALWAYS: "always: 'n < 2'"}),
        ("can_always: ticket == closed", {}),
        ("never: ticket == paid and n != 1 and fast",
         {How.WITHOUT: "never: 'ticket == paid and n != 1'"}),
        ("never: ticket == open, scope: {after: ticket == paid, before: ticket == closed}",
         {How.SCOPE: "never: 'ticket == open'; scope: {after: 'ticket == paid'}"}),
        ("never: n == 2 or n == 0, scope: {until: ticket == paid, after: ticket == asked}",
         {How.SCOPE: "never: 'n == 2 or n == 0'; scope: {after: 'ticket == asked'}"}),
        ("after: ask, eventually: [pay, ticket == closed], scope: {before: n == 2}", None),
        ('ltl: "G (ticket == asked -> F ticket == closed & (n == 1 | n == 0))"',
         {How.WITHOUT: "ltl: 'G ((ticket == asked) -> (F (ticket == closed) & (n == 1)))'"}),
        ("each: {k: 0..1}, after: ticket == asked and n == k, eventually: ticket == closed",
         {How.WITHIN: "each: {k: 0..1}; after: 'ticket == asked and n == k'; "
          "eventually: 'ticket == closed'; within: 48h",
          How.WITHOUT: "each: {k: 0..1}; after: 'ticket == asked'; "
          "eventually: 'ticket == closed'"}),
        ("after: pay, eventually: ticket == open", {}),  # violated
    ],
)  # fmt: skip
def test_known_answers(claim: str, expected: dict[How, str] | None) -> None:
    found = offered(f"{SHOP}  p: {{{claim}}}\n")
    if expected is not None:
        assert found == expected


def test_without_time_the_next_step_is_told_and_what_comes_again_and_again() -> None:
    assert offered(f"{LAMP}  p: {{after: lamp == off, eventually: lamp == on}}\n") == {
        How.AGAIN: "ltl: 'G F (lamp == on)'"
    }
    plain = LAMP.replace(", {on: rest}", "").replace(", rest: {}", "")
    _, report = strengthened(f"{plain}  p: {{after: lamp == off, eventually: lamp == on}}\n")
    assert [o.how for o in report.results[0].stronger] == [How.NEXT, How.AGAIN]
    assert offered(f"{LAMP}  p: {{can_always: lamp == on}}\n") == {
        How.AGAIN: "ltl: 'G F (lamp == on)'"
    }


def test_no_shorter_time_would_do() -> None:
    late = f"{SHOP}  p: {{after: ask, eventually: ticket == closed, within: 47h}}\n"
    assert check_spec(parse_spec(late)).results[0].outcome is Outcome.VIOLATED


def test_what_is_vacuous_is_not_strengthened() -> None:
    _, report = strengthened(f"{SHOP}  p: {{after: n == 2 and fast, eventually: n == 0}}\n")
    assert report.results[0].vacuous
    assert report.results[0].stronger == ()


def test_in_dense_time_only_what_zones_confirm_is_offered() -> None:
    """The slow way begins between two whole hours, where only zones see it."""
    spec = """
fsm: 1
name: shop
clocks: {c: {}}
events: {go: {}}
machines:
  m:
    states: {a: {}, b: {}, slow: {}, done: {final: true}}
    transitions:
      - {from: a, on: go, to: b, reset: c}
      - {from: b, after: 1h, to: done}
      - {from: b, when: SLOWLY, to: slow}
      - {from: slow, after: 5h, to: done}
properties:
  p: {after: go, eventually: m == done}
"""
    _, report = strengthened(spec.replace("SLOWLY", "c > 0h and c < 1h"))
    assert report.engine == "zones"
    assert report.results[0].stronger == ()
    _, report = strengthened(spec.replace("SLOWLY", "c > 1h and c < 1h"))
    (offer,) = report.results[0].stronger
    assert offer.property.within is not None
    assert offer.property.within.text == "1h"


def test_a_limit_says_so() -> None:
    options = CheckOptions(max_states=3)
    spec = parse_spec(f"{SHOP}  p: {{never: ticket == paid and n == 0}}\n")
    report = examined(spec, check_spec(spec, options), options, vacuity=True, strengthen=True)
    assert CUT in report.notes
    assert report.results[0].stronger == ()


def test_the_shipped_dispute_ends_within_96_days() -> None:
    """15 + 75 or 21 + 75 days, as its page of worst cases says."""
    spec = load_spec(str(Path(__file__).parents[2] / "specs/peers/stripe_dispute.fsm.yaml"))
    options = CheckOptions(properties=("every_chargeback_ends",))
    report = examined(spec, check_spec(spec, options), options, vacuity=False, strengthen=True)
    (offer,) = report.results[0].stronger
    assert offer.property.within is not None
    assert offer.property.within.text == f"{96 * 24}h"


def test_it_is_told_as_lines_to_paste_in_both_languages() -> None:
    _, report = strengthened(f"{SHOP}  p: {{after: ask, eventually: ticket == closed}}\n")
    text = report_text(Bundle((report,), lang="en"))
    assert (
        "      stronger, and holds as well: holds within 48h, and in no shorter time\n"
        "        p_within:\n          after: ask\n          eventually: 'ticket == closed'\n"
        "          within: 48h\n" in text
    )
    assert "更强而同样成立：在 48h 之内成立，不能再短" in report_text(Bundle((report,), lang="zh"))
    (data,) = json.loads(report_json(Bundle((report,))))["specs"][0]["properties"]
    (offer,) = data["stronger"]
    pasted = parse_spec(SHOP + offer["yaml"])
    assert check_spec(pasted).results[0].outcome is Outcome.HOLDS
    assert offer["claim"].endswith("within 48h")
