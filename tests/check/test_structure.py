"""Structural findings: for each code, a spec that has it and the same spec mended."""

import pytest

from fsm.check.check import CheckOptions, check_spec
from fsm.check.results import Finding, SpecReport
from fsm.semantics.trace import Delay
from fsm.spec.codes_findings import FINDING_CODES
from fsm.spec.load import parse_spec

LAMP = """
fsm: 1
name: lamp
{extra}
events:
  press: {{}}
{events}
machines:
  lamp:
    states: {{off: {{}}, on: {{{on}}}}}
    transitions:
      - {{from: off, on: press, to: on}}
{transitions}
{more}
"""


def lamp(
    *, extra: str = "", events: str = "", on: str = "final: true", transitions: str = "",
    more: str = "",
) -> SpecReport:  # fmt: skip
    text = LAMP.format(extra=extra, events=events, on=on, transitions=transitions, more=more)
    return check_spec(parse_spec(text))


def codes(report: SpecReport) -> list[tuple[str, str]]:
    return [(f.code, f.subject) for f in report.findings if f.allowed is None]


def only(report: SpecReport, code: str) -> Finding:
    (found,) = [f for f in report.findings if f.code == code]
    return found


def test_a_lamp_that_ends_where_it_may_has_no_finding() -> None:
    assert codes(lamp()) == []


def test_s01_and_s02_a_state_and_a_transition_that_nothing_reaches() -> None:
    report = lamp(
        extra="variables: {x: {range: 0..1}}",
        transitions="      - {from: off, on: press, when: x == 1, to: broken}",
        on="final: true}, broken: {final: true",
    )
    assert codes(report) == [("S01", "lamp.broken"), ("S02", "lamp:1")]
    assert only(report, "S02").at.line == 13


def test_s03_a_dead_end_that_is_not_final() -> None:
    report = lamp(
        on="}, done: {final: true", transitions="      - {from: off, on: press, to: done}"
    )
    assert codes(report) == [("S03", "lamp")]
    run = only(report, "S03").run
    assert run is not None
    assert dict(run.states[-1].snapshot.locations) == {"lamp": "on"}


def test_s03_without_any_final_state_every_end_is_told() -> None:
    assert codes(lamp(on="")) == [("S03", "lamp")]
    assert codes(lamp(on="", transitions="      - {from: on, on: press, to: off}")) == []


def test_s03_waiting_for_a_deadline_is_no_dead_end() -> None:
    report = lamp(on="", transitions="      - {from: on, after: 3h, to: off}")
    assert codes(report) == []


def test_s04_timelock() -> None:
    report = lamp(
        on="urgent: true",
        transitions="      - {from: on, after: 2h, to: off}",
    )
    assert codes(report) == [("S02", "lamp:1"), ("S04", "lamp.on")]


def test_s05_zeno_loop() -> None:
    loop = "      - {from: on, to: off}\n      - {from: off, not_before: 1h, to: on}"
    assert codes(lamp(on="urgent: true", transitions=loop)) == []
    toggle = "      - {from: off, to: on}\n      - {from: on, to: off}\n"
    deadline = "      - {from: [off, on], after: 1h, to: gone}"
    assert codes(lamp(on="}, gone: {final: true", transitions=toggle + deadline)) == []
    stuck = lamp(
        on="urgent: true", transitions="      - {from: on, after: 1h, to: off}\n" + toggle
        + "      - {from: off, on: press, to: off}", more="  clock: {states: {a: {urgent: true}, "
        "b: {}}, transitions: [{from: b, to: a}]}",
    )  # fmt: skip
    assert ("S05", "lamp") in codes(stuck)


@pytest.mark.parametrize(
    ("update", "subject"),
    [("x: x + 1", "x"), ("x: 1 // (x - x)", "lamp:2"), ('"y[x + 1]": 1', "y")],
)
def test_s06_faults(update: str, subject: str) -> None:
    report = lamp(
        extra="variables: {x: {range: 0..1}, y: {range: 0..1, length: 2}}",
        transitions=f"      - {{from: off, set: {{x: 1}}, to: on}}\n"
        f"      - {{from: on, on: press, set: {{{update}}}}}",
    )
    found = only(report, "S06")
    assert found.subject == subject
    assert found.run is not None
    assert len(found.run.steps) == 1


def test_s06_two_writes_to_one_variable() -> None:
    report = lamp(
        extra="variables: {x: {range: 0..1}}",
        transitions="      - {from: on, on: press, set: {x: 1}}",
        more="  other: {states: {a: {}}, transitions: [{on: press, set: {x: 1}}]}",
    )
    assert only(report, "S06").subject == "x"


def test_s07_competing_strategies_and_a_priority_that_decides() -> None:
    def report(priority: str) -> SpecReport:
        return lamp(
            events=f"  s1: {{tags: [strategy]}}\n  s2: {{tags: [strategy]{priority}}}",
            transitions="      - {from: off, on: s1, to: on}\n      - {from: off, on: s2, to: on}",
        )

    assert codes(report("")) == [("S07", "s1+s2")]
    both = lamp(
        events="  s1: {tags: [strategy], priority: 2}\n  s2: {tags: [strategy], priority: 1}",
        transitions="      - {from: off, on: s1, to: on}\n      - {from: off, on: s2, to: on}",
    )
    assert codes(both) == [("S02", "lamp:2")]


def test_s08_to_s10_what_nothing_needs() -> None:
    extra = (
        "rules: {R1: cited, R2: forgotten, R3: {en: x, not_modelled: {en: advice}}}\n"
        "switches: {used: bool, idle: bool}\n"
        "questions: {open: {answers: [a, b]}}"
    )
    more = "properties: {lit: {eventually: lamp == on, rules: [R1], expect: violated}}"
    report = lamp(
        extra=extra, more=more,
        transitions="      - {from: off, when: used, not_before: 1h, to: on}\n"
        "      - {from: off, on: press, when: idle or not idle, to: on}\n"
        "      - {from: off, on: press, when: open == a or open == b, to: on}\n",
    )  # fmt: skip
    found = codes(report)
    assert ("S08", "R2") in found
    assert ("S09", "idle") in found
    assert ("S10", "open") in found
    assert {s for c, s in found if c == "S08"} == {"R2"}


def test_s11_a_receptive_machine_that_ignores_an_event() -> None:
    report = lamp(
        more="  other: {receptive: true, states: {a: {}, b: {}}, "
        "transitions: [{from: b, on: press, to: a}, {from: a, to: b}, {from: b, to: a}]}",
    )
    assert ("S11", "other:press") in codes(report)


def test_s12_an_allow_gives_its_reason_and_must_match_something() -> None:
    allow = "allow:\n  - {code: S03, subject: lamp, because: {en: burnt out, zh: 烧坏}}"
    report = lamp(on="", extra=allow)
    assert codes(report) == []
    allowed = only(report, "S03").allowed
    assert allowed is not None
    assert allowed.en == "burnt out"
    assert codes(lamp(extra=allow)) == [("S12", "S03 lamp")]


def test_s13_variants_that_cannot_start_are_no_success() -> None:
    extra = "switches: {busy: bool}\nvariables: {x: {range: 0..1, initial: any}}\ninitial_where: "
    uses = "      - {from: off, on: press, when: busy or x == 0, to: on}"
    report = lamp(extra=extra + "not busy and x == 0", transitions=uses)
    assert codes(report) == [("S13", "lamp")]
    assert str(only(report, "S13").condition) == "busy"
    assert codes(lamp(extra=extra + "not busy or x == 0", transitions=uses)) == []
    nothing = lamp(extra=extra + "x == 0 and x != 0 * x", transitions=uses)
    assert str(only(nothing, "S13").condition) == "always"


def test_a_finding_names_the_variants_in_which_it_shows() -> None:
    report = lamp(
        extra="switches: {worn: bool}", on="",
        transitions="      - {from: on, on: press, when: not worn, to: off}",
    )  # fmt: skip
    condition = only(report, "S03").condition
    assert str(condition) == "worn"


def test_an_unfinished_search_finds_no_absences() -> None:
    text = LAMP.format(
        extra="variables: {x: {range: 0..9}}", events="", on="final: true",
        transitions="      - {from: off, when: x < 9, set: {x: x + 1}}\n"
        "      - {from: off, when: x == 9, to: on}", more="",
    )  # fmt: skip
    assert codes(check_spec(parse_spec(text))) == []
    report = check_spec(parse_spec(text), CheckOptions(max_states=3))
    assert not report.complete
    assert codes(report) == []


def test_delays_in_a_finding_run_are_real() -> None:
    report = lamp(
        on="}, gone: {",
        transitions="      - {from: off, not_before: 2h, to: gone}\n"
        "      - {from: on, on: press, to: on}",
    )
    run = only(report, "S03").run
    assert run is not None
    assert run.steps[0] == Delay(1)
    assert run.times[-1] == 1


@pytest.mark.parametrize("code", sorted(FINDING_CODES))
def test_the_documented_example_of_every_code_shows_it(code: str) -> None:
    found = check_spec(parse_spec(FINDING_CODES[code].example)).findings
    assert code in {finding.code for finding in found}


def test_s06_is_told_in_all_variants_in_which_some_step_has_it() -> None:
    report = check_spec(
        parse_spec("""
fsm: 1
name: lamp
switches: {a: bool, b: bool}
variables: {x: {range: 0..1}, y: {range: 0..2, initial: 2}}
machines:
  m:
    states: {s: {final: true}}
    transitions:
      - {from: s, when: a and not b, set: {x: y}}
      - {from: s, when: b, set: {x: y}}
properties: {p: {always: x == 0}}
""")
    )
    (found,) = (f for f in report.findings if f.code == "S06")
    assert str(found.condition) == "a or b"
    assert found.run is not None
