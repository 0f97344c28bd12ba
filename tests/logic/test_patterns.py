"""Verdicts of every pattern, on systems small enough to decide by hand."""

import pytest

from fsm.check.check import CheckOptions, check_spec
from fsm.check.results import Outcome, PropertyResult
from fsm.errors import UsageError
from fsm.spec.load import parse_spec

TICKET = """
fsm: 1
name: ticket
switches: {auto: bool}
questions: {clock: {answers: [runs, pauses]}}
clocks: {window: {paused_when: ticket == held and clock == pauses}}
events:
  hold: {by: ticket}
  refund: {by: ticket}
  remind: {by: clerk%s}
machines:
  clerk:
    states: {idle: {final: true}}
    transitions: [{on: remind}]
  ticket:
    states: {applied: {}, held: {}, refunded: {final: true}, timed_out: {final: true}}
    transitions:
      - {from: applied, on: hold, when: auto, to: held}
      - {from: held, on: refund, not_before: 1h, to: refunded}
      - {from: [applied, held], after: 3h, clock: window, to: timed_out}
properties:
  p:
    %s
"""


def decide(property_: str, fair: str = "") -> PropertyResult:
    text = TICKET % (fair, "\n    ".join(property_.split("; ")))
    report = check_spec(parse_spec(text))
    (result,) = report.results
    assert report.complete
    return result


@pytest.mark.parametrize(
    ("property_", "violated"),
    [
        ("never: ticket == held", "auto"),
        ("never: ticket == held and window > 3h", "never"),
        ("always: ticket in {applied, held, timed_out} or window >= 1h",
         "auto and clock == pauses"),
        ("always: ticket != refunded", "auto"),
        ("reachable: ticket == refunded", "never"),
        ("reachable: ticket == refunded; in: every", "not auto"),
        ("reachable: fired(refund) and window > 3h", "always"),
        ("eventually: ticket in {refunded, timed_out}", "auto and clock == pauses"),
        ("eventually: ticket in {refunded, timed_out}; within: 3h", "auto and clock == pauses"),
        ("eventually: ticket in {refunded, timed_out}; within: 2h", "always"),
        ("eventually: ticket == refunded", "always"),
        ("after: hold; eventually: ticket in {refunded, timed_out}; within: 3h",
         "auto and clock == pauses"),
        ("after: hold; eventually: ticket in {refunded, timed_out}; within: 2h", "auto"),
        ("after: hold; eventually: ticket == refunded", "auto"),
        ("after: refund; eventually: ticket == refunded", "never"),
        ("after: ticket == held; eventually: ticket != held", "auto and clock == pauses"),
        ("before: refund; must: hold", "never"),
        ("before: hold; must: refund", "auto"),
        ("before: ticket == refunded; must: ticket == held", "never"),
        ("before: ticket == timed_out; must: ticket == held", "always"),
        ("at_most: 1; event: hold", "never"),
        ("at_most: 0; event: hold", "auto"),
        ("at_most: 2; event: remind", "always"),
        ("can_always: ticket in {refunded, timed_out}", "never"),
        ("can_always: ticket == refunded", "always"),
        ("never: fired(refund) and ticket != refunded", "never"),
        ("never: fired(hold) and window >= 1h", "auto"),
        ("never: count(remind) > 2 and count(hold) == 0", "always"),
        ("never: ticket == refunded and since(hold) < 1h", "never"),
        ("never: ticket == refunded and since(hold) <= 1h", "auto"),
        ("never: fired(refund) and since(hold) > 5h", "auto and clock == pauses"),
    ],
)  # fmt: skip
def test_the_condition_under_which_a_pattern_fails(property_: str, violated: str) -> None:
    result = decide(property_)
    assert str(result.violated) == violated
    assert str(result.unknown) == "never"
    assert result.outcome is (Outcome.HOLDS if violated == "never" else Outcome.VIOLATED)
    if result.outcome is Outcome.VIOLATED and not property_.startswith("reachable"):
        assert result.run is not None


def test_the_story_is_told_in_the_variant_with_the_fewest_switches_on() -> None:
    run = decide("eventually: ticket == refunded").run
    assert run is not None
    assert dict(run.variant) == {"auto": False, "clock": "runs"}
    run = decide("never: ticket == refunded").run
    assert run is not None
    assert dict(run.variant) == {"auto": True, "clock": "runs"}
    assert run.times[-1] == 1
    assert len(run.steps) == 3


def test_a_witness_shows_how_something_is_reached() -> None:
    result = decide("reachable: ticket == refunded")
    assert result.run is not None
    assert dict(result.run.states[-1].snapshot.locations)["ticket"] == "refunded"


SPIN = """
fsm: 1
name: spin
events:
  go: {%s}
  idle: {}
machines:
  m:
    states: {a: {}, b: {}, c: {final: true}}
    transitions:
      - {from: a, on: idle, to: %s}
      - {from: b, on: idle, to: a}
      - {from: a, on: go, to: c}
properties:
  arrives: {eventually: m == c}
"""


@pytest.mark.parametrize(
    ("fair", "detour", "outcome"),
    [
        ("", "a", Outcome.VIOLATED),
        ("fair: weak", "a", Outcome.HOLDS),  # enabled for ever
        ("fair: weak", "b", Outcome.VIOLATED),  # disabled again and again
        ("fair: strong", "b", Outcome.HOLDS),  # enabled again and again
    ],
)
def test_fairness(fair: str, detour: str, outcome: Outcome) -> None:
    report = check_spec(parse_spec(SPIN % (fair, detour)))
    (result,) = report.results
    assert result.outcome is outcome
    if outcome is Outcome.VIOLATED:
        assert result.run is not None
        assert result.run.loop is not None


def test_a_run_that_ends_repeats_its_last_state() -> None:
    text = SPIN % ("", "b") + "  leaves: {after: go, eventually: m == a}\n"
    result = check_spec(parse_spec(text)).results[1]
    assert result.outcome is Outcome.VIOLATED
    assert result.run is not None
    assert result.run.loop == len(result.run.states) - 1


def test_without_time_to_diverge_a_loop_at_one_instant_does_not_count() -> None:
    text = """
fsm: 1
name: busy
clocks: {c: {}}
machines:
  m:
    states: {a: {}, b: {final: true}}
    transitions: [{from: a, to: a}, {from: a, after: 1h, clock: c, to: b}]
properties:
  leaves: {eventually: m == b}
"""
    assert check_spec(parse_spec(text)).results[0].outcome is Outcome.HOLDS


def test_each_claims_the_property_for_every_value() -> None:
    text = """
fsm: 1
name: desks
machines:
  desk:
    count: 3
    states: {open: {}, closed: {final: true}}
    transitions: [{from: open, when: index < 2, to: closed}]
properties:
  closes: {reachable: "desk[i] == closed", each: {i: 0..1}}
  all_close: {reachable: "desk[i] == closed", each: {i: 0..2}}
  stays_open: {never: "desk[i] == closed", each: {i: 0..2}}
"""
    closes, all_close, stays_open = check_spec(parse_spec(text)).results
    assert closes.outcome is Outcome.HOLDS
    assert all_close.outcome is Outcome.VIOLATED
    assert stays_open.outcome is Outcome.VIOLATED
    assert stays_open.each == (("i", 0),)


def test_counts_must_be_compared_with_something_bounded() -> None:
    with pytest.raises(UsageError, match="no bound"):
        decide("never: count(hold) > count(remind)")


COUNTER = """
fsm: 1
name: counter
variables: {x: {range: 0..100}}
machines:
  m:
    states: {run: {}, done: {final: true}}
    transitions:
      - {from: run, when: x < 100, set: {x: x + 1}}
      - {from: run, when: x == 100, to: done}
properties:
  low: {never: x == 3, expect: violated}
  high: {never: x == 90, expect: violated}
  none: {never: x < x // 2}
  far: {reachable: x == 90}
  trapped: {can_always: m == done}
  ends: {eventually: m == done}
"""


def test_a_limit_never_reads_as_holds() -> None:
    spec = parse_spec(COUNTER)
    report = check_spec(spec, CheckOptions(max_states=10))
    assert not report.complete
    assert report.states == 10
    outcomes = {r.property.name: r.outcome for r in report.results}
    assert outcomes["low"] is Outcome.VIOLATED
    assert set(outcomes.values()) - {outcomes["low"]} == {Outcome.UNKNOWN}
    expected = {r.property.name: r.as_expected for r in report.results}
    assert expected["low"] is True
    assert expected["high"] is None
    whole = check_spec(spec, CheckOptions(max_states=102))
    assert whole.complete
    assert all(r.as_expected for r in whole.results)
    assert whole.states == 102
    assert check_spec(spec, CheckOptions(max_states=101)).complete is False


def test_no_time_left_is_unknown() -> None:
    text = COUNTER.replace("100", "9000")
    report = check_spec(parse_spec(text), CheckOptions(timeout=0.0))
    assert not report.complete
    outcomes = {r.property.name: r.outcome for r in report.results}
    assert outcomes.pop("far") is Outcome.HOLDS  # found before the time was up
    assert set(outcomes.values()) == {Outcome.UNKNOWN, Outcome.VIOLATED}


EXPECT = """
fsm: 1
name: expectations
switches: {a: bool, b: bool}
machines:
  m:
    states: {s: {}, t: {final: true}}
    transitions: [{from: s, when: a and b, to: t}, {from: s, when: not a or not b, to: s}]
properties:
  p: {never: m == t, expect: %s}
"""


@pytest.mark.parametrize(
    ("expect", "as_expected", "words"),
    [
        ("holds", False, "expected to hold, but violated"),
        ("violated", True, ""),
        ('{violated_when: "a and b"}', True, ""),
        ('{violated_when: "a"}', False, "expected to be violated, but holds, when a and not b"),
        ('{violated_when: "a and b and not a"}', False, "also violated when a and b"),
    ],
)
def test_expectations(expect: str, as_expected: bool, words: str) -> None:
    (result,) = check_spec(parse_spec(EXPECT % expect)).results
    assert result.as_expected is as_expected
    assert result.unexpected.en == words


def test_a_part_of_the_family_does_not_disprove_an_expected_violation() -> None:
    spec = parse_spec(EXPECT % "violated")
    off = CheckOptions(variant=(("a", False),))
    (result,) = check_spec(spec, off).results
    assert result.outcome is Outcome.HOLDS
    assert result.as_expected is True


@pytest.mark.parametrize("variant", [("a", 3), ("c", True)])
def test_a_variant_that_does_not_exist_is_refused(variant: tuple[str, int]) -> None:
    with pytest.raises(UsageError):
        check_spec(parse_spec(EXPECT % "violated"), CheckOptions(variant=(variant,)))


def test_an_unknown_property_is_refused() -> None:
    with pytest.raises(UsageError):
        check_spec(parse_spec(EXPECT % "violated"), CheckOptions(properties=("q",)))


def test_a_difference_is_told_with_durations_as_the_spec_writes_them() -> None:
    text = """
fsm: 1
name: waiting
switches: {wait: {range: 24h..72h, step: 24h}}
machines:
  m:
    states: {s: {}, t: {final: true}}
    transitions: [{from: s, after: wait, to: t}]
properties:
  quick: {eventually: m == t, within: 48h, expect: {violated_when: wait == 48h}}
"""
    (result,) = check_spec(parse_spec(text)).results
    assert result.unexpected.en == (
        "also violated when wait == 72h; expected to be violated, but holds, when wait == 48h"
    )
