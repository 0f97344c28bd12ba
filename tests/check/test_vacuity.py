"""Claims that hold for want of anything to hold of: which, where, why; whichever engine says so."""

import json
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fsm.check.check import CheckOptions, check_spec
from fsm.check.results import Outcome, PropertyResult, SpecReport
from fsm.check.strength import examined
from fsm.logic.premises import Role
from fsm.report.bundle import Bundle
from fsm.report.json import report_json
from fsm.report.junit import report_junit
from fsm.report.sarif import report_sarif
from fsm.report.text import report_text
from fsm.spec.load import parse_spec
from tests.explore.test_agreement import SLOW
from tests.logic.small import ARCS, EVENTS, FAIR, STATES, Arc, spec_of, violated_in

SHOP = """
fsm: 1
name: shop
switches: {{fast: bool}}
variables: {{n: {{range: 0..2}}, xs: {{type: bool, length: 2}}}}
events: {{ask: {{}}, pay: {{}}, lose: {{}}}}
machines:
  ticket:
    states: {{open: {{}}, asked: {{}}, lost: {{}}, paid: {{final: true}}}}
    transitions:
      - {{from: open, on: ask, to: asked, set: {{n: 1}}}}
      - {{from: asked, after: 48h, to: paid}}
      - {{from: asked, on: pay, when: fast, to: paid}}
      - {{from: lost, on: lose, to: paid}}
properties:
  p: {{{claim}}}
{more}
"""
PAID = "eventually: ticket == paid"
Told = list[tuple[str, str, str]]


def checked(claim: str, more: str = "", options: CheckOptions = CheckOptions()) -> SpecReport:
    return check_spec(parse_spec(SHOP.format(claim=claim, more=more)), options)


def told(result: PropertyResult) -> Told:
    return [(v.role.value, v.condition.text, str(v.where)) for v in result.vacuous]


NEVER = "always"  # the variants in which the premise is never true: all of them
CASES: dict[str, Told] = {
    f"after: lose, {PAID}": [("trigger", "lose", NEVER)],
    f"after: pay, {PAID}": [("trigger", "pay", "not fast")],
    f"after: ask, {PAID}": [],
    f"after: ask, {PAID}, within: 48h": [],
    f"after: ticket == lost, {PAID}, within: 1h": [("trigger", "ticket == lost", NEVER)],
    "before: ticket == lost, must: pay": [("trigger", "ticket == lost", NEVER)],
    "before: ticket == paid, must: ask": [],
    "at_most: 1, event: lose": [("event", "lose", NEVER)],
    "at_most: 1, event: ask": [],
    "at_most: 1, times: ticket == lost": [("event", "ticket == lost", NEVER)],
    "always: fired(pay) -> ticket == paid": [("left", "fired(pay)", "not fast")],
    "always: not fired(lose) or ticket == paid": [("left", "fired(lose)", NEVER)],
    "always: (fired(ask) -> n == 1) and (n == 2 -> fast)": [("left", "n == 2", NEVER)],
    "always: fired(ask) -> (n == 2 -> fast)": [("left", "fired(ask) and n == 2", NEVER)],
    "always: fast -> ticket != lost": [],  # the configuration is no event
    "always: n < 2": [],
    "never: ticket == lost and fast": [("part", "ticket == lost", NEVER)],
    "never: fired(pay) and ticket == open": [("part", "fired(pay)", "not fast")],
    "never: ticket == paid and not n < 2": [],  # what is denied is what is claimed
    "never: not (n == 2 -> ticket == open)": [("left", "n == 2", NEVER)],
    "never: (n == 2 and fired(ask)) or ticket == lost": [("part", "n == 2", NEVER)],
    "never: n != 0 and 2 // n == 1 and ticket == open": [("part", "n != 0 and 2 // n == 1", NEVER)],
    "never: 'any(i in 0..1: xs[i] and n == i)'": [],  # an index that is computed may lie outside
    "never: 'any(i in 0..1: n == i + 2 and ticket == paid)'": [
        ("part", "any(i in 0..1: n == i + 2)", NEVER)
    ],
    "never: count(lose) > 0 and ticket == lost": [("part", "ticket == lost", NEVER)],
    "never: ticket == open, scope: {after: ticket == lost}": [("opens", "ticket == lost", NEVER)],
    "never: ticket == open, scope: {after: ask, before: lose}": [("ends", "lose", NEVER)],
    "never: ticket == lost and fast, scope: {until: pay}": [("part", "ticket == lost", NEVER)],
    "always: n == 1, scope: {after: ask, until: n == 1}": [
        ("opens", "fired(ask) and not n == 1", NEVER)
    ],
    "after: [ask, lose], eventually: pay": [("trigger", "lose", NEVER)],
    "before: [ask, lose], must: pay": [("trigger", "lose", NEVER)],
    'ltl: "G (fired(lose) -> F ticket == paid)"': [("left", "fired(lose)", NEVER)],
    'ltl: "G (n == 2 & X ticket == paid -> F ticket == paid)"': [("left", "n == 2", NEVER)],
    'ctl: "AG (fired(pay) -> AF ticket == paid)"': [("left", "fired(pay)", "not fast")],
    PAID: [],
    "reachable: ticket == paid": [],
    "can_always: ticket == paid": [],
}


@pytest.mark.parametrize("claim", CASES)
def test_premises_that_are_never_true(claim: str) -> None:
    report = checked(claim)
    (result,) = report.results
    if result.outcome is Outcome.HOLDS:
        assert told(result) == CASES[claim]
    else:  # a claim about all runs of which only the vacuous ones keep it
        assert (claim, str(result.violated)) in [(PAID, "always")]
    empty = [f for f in report.findings if f.code == "S14"]
    assert bool(empty) is any(where == NEVER for _, _, where in told(result))


def test_where_it_is_violated_nothing_is_vacuous() -> None:
    (result,) = checked(f"after: pay, {PAID.replace('paid', 'open')}").results
    assert str(result.violated) == "fast"
    assert told(result) == [("trigger", "pay", "not fast")]
    (result,) = checked(
        "always: (fired(pay) -> n == 2) and (fired(lose) -> n == 1)"
    ).results  # fmt: skip
    assert str(result.violated) == "fast"
    assert told(result) == [("left", "fired(pay)", "not fast"), ("left", "fired(lose)", "not fast")]
    (result,) = checked("never: ticket == asked and n == 1").results
    assert result.outcome is Outcome.VIOLATED
    assert told(result) == []


def test_claims_share_a_premise_only_where_it_is_the_same() -> None:
    """Asked once; but under other values of `each` the same words are another premise."""
    more = "".join(
        f"  {name}: {{each: {{k: {values}}}, after: n == k, {PAID}}}\n"
        for name, values in (("q", "2..2"), ("r", "1..1"), ("s", "2..2"))
    )
    results = checked(f"each: {{k: 1..2}}, after: n == k, {PAID}", more).results
    unmet = [("trigger", "n == k", NEVER)]
    assert [told(result) for result in results] == [[], unmet, [], unmet]


def test_s14_is_a_failure_unless_it_is_allowed() -> None:
    report = checked(f"after: lose, {PAID}")
    (found,) = (f for f in report.findings if f.code == "S14")
    assert (found.subject, found.allowed) == ("p", None)
    assert Bundle((report,)).exit_code() == 1
    allow = "allow: [{code: S14, subject: p, because: {en: until v2, zh: 待下一版}}]"
    (found,) = (
        f for f in checked(f"after: lose, {PAID}", allow).findings if f.code == "S14"
    )  # fmt: skip
    assert found.allowed is not None
    stale = checked(f"after: ask, {PAID}", allow)
    assert ("S12", "S14 p") in [(f.code, f.subject) for f in stale.findings]


def test_a_part_of_the_variants_shows_no_s14() -> None:
    """Elsewhere the trigger may happen; that it does not here is a note."""
    slow = CheckOptions(variant=(("fast", False),))
    report = checked(f"after: pay, {PAID}", options=slow)
    assert told(report.results[0]) == [("trigger", "pay", NEVER)]
    assert "S14" not in [f.code for f in report.findings]
    one = checked(f"after: lose, {PAID}", options=CheckOptions(properties=("p",)))
    assert "S14" in [f.code for f in one.findings]


def test_what_a_limit_leaves_open_is_no_vacuity() -> None:
    report = checked(f"after: lose, {PAID}", options=CheckOptions(max_states=2))
    assert not report.complete
    assert told(report.results[0]) == []


ENGINES = ["python", "reference", *(["symbolic"] if find_spec("dd") else [])]
IN_MACHINE_CODE = [
    "never: ticket == lost and fast", "always: n == 1 and ticket == asked -> n == 1",
    "never: n == 2 and ticket == open", "always: fired(pay) -> ticket == paid",
    f"after: pay, {PAID}", f"after: ask, {PAID}", "before: ticket == paid, must: ask",
    'ltl: "G (fired(lose) -> F ticket == paid)"',
]  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_says_the_same(engine: str) -> None:
    for claim, expected in CASES.items():
        (result,) = checked(claim, options=CheckOptions(engine=engine)).results
        if result.outcome is Outcome.HOLDS:
            assert told(result) == expected, claim


def test_so_do_machine_code_and_zones(not_optimised: None) -> None:
    if find_spec("llvmlite"):
        for claim in IN_MACHINE_CODE:
            plain = checked(claim, options=CheckOptions(engine="python")).results[0]
            fast = checked(claim, options=CheckOptions(engine="compiled")).results[0]
            assert told(fast) == told(plain), claim
    for claim, expected in CASES.items():
        report = checked(claim, options=CheckOptions(time="dense"))
        if report.results[0].outcome is Outcome.HOLDS:
            assert told(report.results[0]) == expected, claim
            assert report.engine == "zones"


def test_zones_see_what_happens_between_two_whole_units() -> None:
    spec = """
fsm: 1
name: shop
clocks: {c: {}}
events: {ask: {}, pay: {}}
machines:
  m:
    states: {a: {}, b: {}, done: {final: true}}
    transitions:
      - {from: a, on: ask, when: c > 0h and c < 1h, to: b, reset: c}
      - {from: b, on: pay, when: c <= 1h, to: done}
properties:
  p: {before: m == done, must: fired(ask)}
"""
    dense = check_spec(parse_spec(spec))
    assert (dense.engine, told(dense.results[0])) == ("zones", [])
    units = check_spec(parse_spec(spec), CheckOptions(time="units"))
    assert told(units.results[0]) == [("trigger", "m == done", NEVER)]


def test_a_premise_that_tells_copies_apart_is_not_measured() -> None:
    """Beside copies that are taken for each other; without that it is."""
    spec = parse_spec("""
fsm: 1
name: desks
machines:
  desk:
    count: 2
    states: {free: {}, busy: {}, broken: {}}
    transitions:
      - {from: free, to: busy}
      - {from: busy, to: free}
properties:
  p: {never: 'desk[0] == broken and desk[1] == broken'}
""")
    (result,) = check_spec(spec).results
    assert (told(result), len(result.unmeasured)) == ([], 2)
    (result,) = check_spec(spec, CheckOptions(without=("symmetry",))).results
    assert [text for _, text, _ in told(result)] == ["desk[0] == broken", "desk[1] == broken"]
    assert result.unmeasured == ()


ATOMS = [*(f"m == {s}" for s in STATES), *(f"fired({e})" for e in EVENTS)]


@given(ARCS, FAIR, st.sampled_from(ATOMS))
@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
def test_a_response_is_vacuous_exactly_where_nothing_could_answer_it(
    arcs: list[Arc], fair: dict[str, str], trigger: str
) -> None:
    spec = spec_of(arcs, fair, f'ltl: "G ({trigger} -> F m == a | m == b | m == c | true)"')
    (result,) = check_spec(spec).results
    (hopeless,) = check_spec(
        spec_of(arcs, fair, f"after: {trigger}, eventually: m == unreached")
    ).results
    empty = {False, True} - violated_in(hopeless)
    (where,) = [v.where for v in result.vacuous] or [None]
    found = set[bool]()
    for term in where.terms if where is not None else ():
        found |= set(dict(term).get("s", (False, True)))  # type: ignore[arg-type]
    assert found == empty


# --- parts without effect -----------------------------------------------------------------------


def idle(claim: str, options: CheckOptions = CheckOptions()) -> Told:
    spec = parse_spec(SHOP.format(claim=claim, more=""))
    report = check_spec(spec, options)
    found = examined(spec, report, options, vacuity=True, strengthen=False)
    return [t for t in told(found.results[0]) if t[0] == Role.IDLE.value]


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("never: ticket == open and n == 1 and fired(ask)", ["n == 1", "fired(ask)"]),
        ("never: ticket == open and n == 1", []),
        (f"after: ticket == asked and n == 1, {PAID}", ["ticket == asked", "n == 1"]),
        ("always: 'n == 1 -> ticket in {asked, paid}'", []),
        ("always: 'n == 1 -> ticket in {asked, paid, lost}'", ["ticket == lost"]),
        ("always: fired(pay) -> ticket == paid and n == 1", []),  # beside variants without `pay`
        ('ltl: "F (ticket == paid) | G ticket == open | F ticket == lost"', ["F (ticket == lost)"]),
        ("at_most: 1, event: ask", []),
        (f"after: fired(lose) and fast, {PAID}", []),  # vacuous: that goes without saying
    ],
)
def test_parts_without_effect(claim: str, expected: list[str]) -> None:
    assert [text for _, text, _ in idle(claim)] == expected


def test_where_it_is_vacuous_anyway_a_part_counts_for_nothing() -> None:
    assert idle("always: fired(pay) -> ticket == paid or ticket == open") == [
        ("idle", "ticket == open", "fast")
    ]


# --- how it is told -----------------------------------------------------------------------------


def test_it_is_told_in_every_format(tmp_path: Path) -> None:
    bundle = Bundle((checked(f"after: lose, {PAID}", "  q: {always: fired(pay) -> n == 1}"),))
    text = report_text(bundle)
    assert "! p  holds vacuously" in text
    assert "vacuous in every variant: the trigger never happens: “lose”" in text
    assert "1 property holds vacuously in some variants" in text
    assert "where not fast: the left side" not in text
    in_full = report_text(bundle, vacuity=True)
    assert "vacuous in 1 of 2 variants, where not fast: the left side of -> is never" in in_full
    chinese = report_text(Bundle(bundle.reports, lang="zh"), vacuity=True)
    assert "空洞成立：触发条件从不出现：“lose”" in chinese
    p, q = json.loads(report_json(bundle))["specs"][0]["properties"]
    assert (p["vacuous"][0]["role"], p["vacuous"][0]["everywhere"]) == ("trigger", True)
    assert q["vacuous"][0]["variants"]["formula"] == "not fast"
    junit = report_junit(bundle)
    assert "the trigger never happens" in junit
    assert 'type="S14"' in junit
    results = json.loads(report_sarif(bundle, "1.0", tmp_path))["runs"][0]["results"]
    by_rule = {r["ruleId"]: r for r in results}
    assert by_rule["S14"]["kind"] == "fail"
    assert "the trigger never happens" in by_rule["shop/p"]["message"]["text"]
