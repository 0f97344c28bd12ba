"""Dense time behind `fsm check`: when it is taken, what the report says, and the instants told."""

import json

import pytest

from fsm.check.check import CheckOptions, check_spec
from fsm.check.results import Outcome, SpecReport
from fsm.report.bundle import Bundle
from fsm.report.json import as_data
from fsm.report.text import report_text
from fsm.spec.load import parse_spec
from fsm.timed import zone_graph

TICKET = """
fsm: 1
name: ticket
unit: 1h
clocks: {c: {}}
machines:
  t:
    states: {open: {}, late: {}, done: {final: true}}
    transitions:
      - {from: open, when: "%s", to: done}
      - {from: open, after: 48h, to: late}
      - {from: late, to: done}
properties:
  soon: {never: "t == done and c < 47h"}
  in_time: {eventually: t == done, within: 50h}
  can_end: {can_always: t == done}
"""


def check(guard: str, **options: object) -> SpecReport:
    return check_spec(parse_spec(TICKET % guard), CheckOptions(**options))  # type: ignore[arg-type]


def outcomes(report: SpecReport) -> dict[str, Outcome]:
    return {r.property.name: r.outcome for r in report.results}


def said(report: SpecReport, lang: str) -> str:
    return report_text(Bundle((report,), (), lang, lang), explain=True)


def test_closed_bounds_with_few_units_stay_in_whole_units() -> None:
    report = check("c >= 46h")
    assert report.time == "units" and report.engine != "zones"
    assert {r.time for r in report.results} == {"units"}


def test_strict_bounds_are_decided_in_dense_time() -> None:
    """Between 46 h and 47 h there is an instant, but no whole hour."""
    strict = check("c > 46h")
    assert strict.time == "dense" and strict.engine == "zones"
    assert outcomes(strict)["soon"] is Outcome.VIOLATED
    units = check("c > 46h", time="units")
    assert units.time == "units" and outcomes(units)["soon"] is Outcome.HOLDS
    assert any("strict bound" in note.en for note in units.notes)


def test_each_result_says_which_time_decided_it() -> None:
    times = {r.property.name: r.time for r in check("c > 46h").results}
    assert times == {"soon": "dense", "in_time": "dense", "can_end": "units"}


def test_many_units_are_decided_in_dense_time() -> None:
    text = (TICKET % "c >= 46h").replace("unit: 1h", "unit: 1min")
    report = check_spec(parse_spec(text), CheckOptions(properties=("soon", "in_time")))
    assert report.time == "dense" and "same answers" in report.notes[0].en
    assert outcomes(report) == outcomes(check("c >= 46h", properties=("soon", "in_time")))


@pytest.mark.parametrize("guard", ["c >= 46h", "c >= 46h and c <= 47h", "c == 48h"])
def test_closed_bounds_agree_in_both(guard: str) -> None:
    assert outcomes(check(guard, time="dense")) == outcomes(check(guard, time="units"))


def test_instants_are_told_as_just_after_and_just_before() -> None:
    early = check("c > 46h", properties=("soon",))
    late = check("c > 46h", properties=("soon",), time="dense", latest=True)
    assert "just after +46 h" in said(early, "en") and "刚过 +46 小时" in said(early, "zh")
    assert "just before +47 h" in said(late, "en") and "即将满 +47 小时" in said(late, "zh")
    assert "dense time" in said(early, "en") and "稠密时间" in said(early, "zh")
    data = json.loads(json.dumps(as_data(Bundle((early,), (), "en", "en"))))["specs"][0]
    assert data["time"] == data["properties"][0]["time"] == "dense"
    assert 46 < data["properties"][0]["trace"]["states"][-1]["time"] < 47


def test_a_stopwatch_asks_for_whole_units() -> None:
    text = (TICKET % "c > 46h").replace("c: {}", "c: {paused_when: t == open}")
    report = check_spec(parse_spec(text))
    assert report.time == "units"
    forced = check_spec(parse_spec(text), CheckOptions(properties=("soon",), time="dense"))
    assert outcomes(forced) == {"soon": Outcome.VIOLATED}  # by way of late, with c at 0
    assert forced.results[0].run is not None and forced.results[0].run.times[-1] == 48


def test_what_waits_for_a_guard_to_be_false_looks_at_a_strict_bound() -> None:
    """A listener that goes along from 5 h on stays as it is before: strictly before."""
    text = """
fsm: 1
name: listener
unit: 1h
clocks: {c: {}, d: {}}
events: {go: {by: m}}
machines:
  m:
    states: {a: {}, b: {}}
    transitions: [{from: a, on: go, to: b, when: "c >= 4h", reset: d}]
  l:
    states: {x: {}, y: {}}
    transitions: [{from: x, on: go, to: y, when: "%s"}]
properties: {p: {never: "l == y"}}
"""
    assert check_spec(parse_spec(text % "c >= 5h")).time == "dense"
    assert check_spec(parse_spec(text % "m == a")).time == "units"


def test_a_stopwatch_that_only_a_property_looks_at_stands_still() -> None:
    text = """
fsm: 1
name: watch
unit: 1h
clocks: {c: {paused_when: t == open}}
machines:
  t:
    states: {open: {}, done: {final: true}}
    transitions: [{from: open, after: 9h, to: done}]
properties: {p: {never: "t == open and c >= 2h"}}
"""
    assert outcomes(check_spec(parse_spec(text))) == {"p": Outcome.HOLDS}
    forced = check_spec(parse_spec(text), CheckOptions(time="dense"))
    assert outcomes(forced) == {"p": Outcome.HOLDS}


def test_zones_keep_to_a_limit_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zone_graph, "CHECK_EVERY", 1)
    report = check("c > 46h", max_memory=1, properties=("soon",))
    assert outcomes(report) == {"soon": Outcome.UNKNOWN}
    assert (report.limit, report.complete) == ("memory", False)


PAUSED = """
fsm: 1
name: paused
unit: 1h
clocks: {{c: {{paused_when: t == held}}, whole: {{}}}}
machines:
  t:
    states: {{open: {{}}, held: {{}}, late: {{}}}}
    transitions:
      - {{from: open, to: held, not_after: 1h, clock: c}}
      - {{from: held, not_before: {least}, to: open}}
      - {{from: open, after: 4h, clock: c, to: late}}
properties:
  not_early: {{never: t == late and whole < 4h}}
  never_early: {{never: t == late and whole < 5h}}
  in_time: {{eventually: t == late, within: 4h}}
  held_is_no_late: {{never: t == held and c > 1h}}
"""


def paused(least: str, *names: str) -> dict[str, Outcome]:
    spec = parse_spec(PAUSED.format(least=least))
    return outcomes(check_spec(spec, CheckOptions(properties=names, time="dense")))


def test_with_a_stopwatch_what_zones_around_it_exclude_holds() -> None:
    """The clock is right or slow, so it never says 4 h too early, and it stands while held."""
    assert paused("2h", "not_early") == {"not_early": Outcome.HOLDS}
    assert paused("2h", "held_is_no_late") == {"held_is_no_late": Outcome.HOLDS}


def test_with_a_stopwatch_a_run_at_whole_units_refutes() -> None:
    assert paused("2h", "never_early", "in_time") == {
        "never_early": Outcome.VIOLATED, "in_time": Outcome.VIOLATED,
    }  # fmt: skip


def test_with_a_stopwatch_what_neither_shows_is_left_open() -> None:
    """It is held for 2 h at a time, but zones forget how long it stood."""
    text = PAUSED.format(least="2h").replace("not_before: 2h", "after: 2h")
    text = text.replace(
        "t == late and whole < 5h", "t == open and c >= 4h and whole > 4h and whole < 6h"
    )
    report = check_spec(parse_spec(text), CheckOptions(properties=("never_early",), time="dense"))
    assert outcomes(report) == {"never_early": Outcome.UNKNOWN}
    assert any("paused" in note.en for note in report.notes)


def test_a_run_at_whole_units_that_is_none_in_dense_time_refutes_nothing() -> None:
    """`go` is urgent as soon as c > 0h: from zero no time passes, but a whole hour can."""
    text = """
fsm: 1
name: at_once
unit: 1h
clocks: {c: {}}
events: {go: {by: m, urgent: true}, wait: {}}
machines:
  m:
    states: {a: {}, b: {}}
    transitions: [{from: a, on: go, when: c > 0h, to: b}, {from: a, on: wait}]
properties: {p: {after: go, eventually: m == a}}
"""
    assert outcomes(check_spec(parse_spec(text), CheckOptions(time="units"))) == {
        "p": Outcome.VIOLATED
    }
    assert outcomes(check_spec(parse_spec(text))) == {"p": Outcome.HOLDS}
