"""Findings about deadlines (S15 to S18): what they say, where they keep silent, and that whole
units and dense time agree."""

import pytest
from msgspec.structs import replace

from fsm.check import dense
from fsm.check.check import CheckOptions, check_spec
from fsm.check.notes import NOT_READ
from fsm.check.results import Finding, SpecReport
from fsm.reduce.reduction import NAMES
from fsm.semantics.trace import Delay
from fsm.spec.codes_time import TIME_CODES
from fsm.spec.load import parse_spec
from tests.known_answers.families import text as family

TICKET = """
fsm: 1
name: ticket
{top}
machines:
  ticket:
    states: {{open: {{}}, late: {{}}, done: {{final: true}}}}
    transitions:
{transitions}
{more}
"""
TIMES = ("units", "dense")


def ticket(*transitions: str, top: str = "", more: str = "", time: str = "auto") -> SpecReport:
    lines = "\n".join(f"      - {{{t}}}" for t in transitions)
    text = TICKET.format(top=top, transitions=lines, more=more)
    return check_spec(parse_spec(text), CheckOptions(time=time))


def codes(report: SpecReport) -> list[tuple[str, str]]:
    return [(f.code, f.subject) for f in report.findings]


def only(report: SpecReport) -> Finding:
    (found,) = report.findings
    return found


OPEN_TO_LATE = "from: open, after: 48h, to: late"
LATE_TO_DONE = "from: late, to: done"


@pytest.mark.parametrize("time", TIMES)
@pytest.mark.parametrize("code", sorted(TIME_CODES))
def test_both_times_find_the_documented_example(code: str, time: str) -> None:
    report = check_spec(parse_spec(TIME_CODES[code].example), CheckOptions(time=time))
    assert [f.code for f in report.findings] == [code]
    assert report.findings[0].run is not None


@pytest.mark.parametrize("time", TIMES)
def test_s14_names_the_deadline_that_comes_first_in_the_variants_in_which_it_does(
    time: str,
) -> None:
    report = ticket(
        "from: open, after: window, to: late", "from: open, after: 72h, to: done", LATE_TO_DONE,
        top="switches: {window: {range: 48h..96h, step: 24h}}", time=time,
    )  # fmt: skip
    told = {
        (f.code, f.subject, f.condition and f.condition.formula(hours)) for f in report.findings
    }
    assert told == {
        ("S15", "ticket:0", "window == 96h"), ("S15", "ticket:1", "window == 48h"),
        ("S16", "ticket:0+ticket:1", "window == 72h"),
    }  # fmt: skip
    found = report.findings[1]
    assert "ticket: open ----> late" in found.message.en and "late" in found.message.zh
    assert found.run is not None and found.run.times[-1] * 24 == 48


def hours(_: str, value: object) -> str:
    assert isinstance(value, int)
    return f"{value // 3_600_000}h"


@pytest.mark.parametrize("time", TIMES)
def test_s14_is_not_told_of_a_deadline_that_merely_has_no_occasion(time: str) -> None:
    report = ticket(
        OPEN_TO_LATE, "from: open, after: 72h, when: false_, to: done", LATE_TO_DONE,
        top="variables: {false_: bool}", time=time,
    )  # fmt: skip
    assert codes(report) == [("S02", "ticket:1")]


def race(expire: str, paid: str, time: str) -> SpecReport:
    return ticket(
        "from: open, on: expire, after: 48h, to: late", "from: open, on: paid, to: done",
        LATE_TO_DONE,
        top=f"events: {{expire: {{by: ticket{expire}}}, paid: {{by: bank{paid}}}}}",
        more="  bank: {states: {busy: {}, ready: {final: true}}, transitions: [{from: busy, "
        "on: paid, after: 48h, when: ticket == open, to: ready}, {from: busy, "
        "when: ticket != open, to: ready}]}",
        time=time,
    )  # fmt: skip


@pytest.mark.parametrize("time", TIMES)
def test_s15_tells_both_orders(time: str) -> None:
    found = only(race("", "", time))
    assert (found.code, found.subject) == ("S16", "bank:0+ticket:0")
    assert "if the first comes first, the second does not happen any more" in found.message.en
    assert "后者不再发生" in found.message.zh and "前者不再发生" in found.message.zh
    assert found.run is not None
    assert dict(found.run.states[-1].snapshot.locations)["ticket"] == "open"
    assert isinstance(found.run.steps[-1], Delay)
    assert "S16" not in dict(codes(race(", priority: 1", ", priority: 2", time)))


@pytest.mark.parametrize("time", TIMES)
def test_s15_is_not_told_where_the_order_changes_nothing_or_is_a_choice(time: str) -> None:
    copies = ticket("from: open, after: 48h, to: done", time=time)
    assert codes(copies) == [("S01", "ticket.late")]
    two = "from: open, between: [1h, 48h], to: late", "from: open, between: [1h, 48h], to: done"
    assert codes(ticket(*two, LATE_TO_DONE, time=time)) == []
    apart = "from: open, after: 48h, to: late", "from: open, after: 48h, to: done"
    assert codes(ticket(*apart, LATE_TO_DONE, time=time)) == [("S16", "ticket:0+ticket:1")]


def test_s15_independent_copies_do_not_race() -> None:
    text = """
fsm: 1
name: copies
machines:
  ticket:
    count: 2
    states: {open: {}, done: {final: true}}
    transitions: [{from: open, after: 48h, to: done}]
"""
    for time in TIMES:
        assert codes(check_spec(parse_spec(text), CheckOptions(time=time))) == []


@pytest.mark.parametrize("time", TIMES)
def test_s16_looks_only_where_something_depends_on_the_comparison(time: str) -> None:
    depends = ticket(
        OPEN_TO_LATE, "from: open, when: c <= 72h or not paid, to: done", LATE_TO_DONE,
        top="clocks: {c: {}}\nvariables: {paid: {type: bool, initial: any}}", time=time,
    )  # fmt: skip
    found = only(depends)
    assert (found.code, found.subject) == ("S17", "ticket:1")
    assert "c <= 72h is always true" in found.message.en and "总为真" in found.message.zh
    assert found.run is not None and dict(found.run.states[-1].snapshot.values)["paid"] is True
    never = ticket(OPEN_TO_LATE, "from: open, not_before: 72h, to: done", LATE_TO_DONE, time=time)
    assert codes(never) == [("S17", "ticket:1")]
    assert "time in open >= 72h is never true" in only(never).message.en
    varies = ticket(OPEN_TO_LATE, "from: open, not_before: 24h, to: done", LATE_TO_DONE, time=time)
    assert codes(varies) == []


@pytest.mark.parametrize("time", TIMES)
def test_s16_a_deadline_that_is_over_whenever_its_state_is_entered(time: str) -> None:
    report = ticket(
        OPEN_TO_LATE, "from: late, after: 24h, clock: c, to: done", top="clocks: {c: {}}",
        time=time,
    )  # fmt: skip
    assert [c for c, _ in codes(report)] == ["S17", "S18"]


@pytest.mark.parametrize("time", TIMES)
def test_s17_is_not_told_of_a_guard_that_is_false_for_ever_afterwards(time: str) -> None:
    def report(back: str) -> SpecReport:
        return ticket(
            "from: open, between: [1h, 48h], when: shop == back, to: done",
            "from: open, not_before: 72h, to: done",
            more=f"  shop: {{states: {{away: {{}}, back: {{final: true}}}}, "
            f"transitions: [{{from: away, {back}, to: back}}]}}",
            time=time,
        )  # fmt: skip

    assert [c for c, _ in codes(report("not_after: 24h"))] == ["S01", "S03"]
    late = [f for f in report("not_after: 60h").findings if f.code == "S18"]
    assert [f.subject for f in late] == ["ticket:0"]
    assert late[0].run is not None and late[0].run.times[-1] > 4


@pytest.mark.parametrize("engine", ["compiled", "symbolic"])
@pytest.mark.parametrize("code", sorted(TIME_CODES))
def test_zones_tell_them_beside_an_engine_that_does_not_read_states(code: str, engine: str) -> None:
    spec = parse_spec(TIME_CODES[code].example)
    report = check_spec(replace(spec, properties=()), CheckOptions(engine=engine))
    told = check_spec(replace(spec, properties=()))
    assert codes(report) == codes(told)
    assert code in [f.code for f in report.findings]
    assert all(f.run is not None for f in report.findings if f.code == code)
    assert NOT_READ not in report.notes


def test_zones_are_not_begun_where_there_must_be_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """A state without its clocks has a zone at least: six tickets have 6^6 of those."""

    def search(*_: object) -> None:
        raise AssertionError("zones were searched")

    monkeypatch.setattr(dense, "Dense", search)
    spec = parse_spec(family("tickets", n=6))
    report = check_spec(spec, CheckOptions(engine="symbolic", without=NAMES))
    assert NOT_READ in report.notes and report.states == 6**6 * 49
    with pytest.raises(AssertionError, match="searched"):
        check_spec(parse_spec(family("tickets", n=3)), CheckOptions(engine="symbolic"))


def test_allow_accepts_them_and_engines_that_do_not_tell_them_do_not_miss_them() -> None:
    text = TIME_CODES["S15"].example + "allow: [{code: S15, subject: 'ticket:1', because: meant}]\n"
    spec = parse_spec(text)
    for engine in ("auto", "compiled"):
        (found,) = check_spec(spec, CheckOptions(engine=engine)).findings
        assert found.allowed is not None
    strict = parse_spec(
        text.replace("after: 72h", "after: 72h, when: 'c > 1h'") + "clocks: {c: {}}\n"
    )
    report = check_spec(strict, CheckOptions(engine="compiled"))
    assert [f.code for f in report.findings] == ["S02"]
    assert NOT_READ in report.notes


@pytest.mark.parametrize("time", TIMES)
def test_s15_a_deadline_that_comes_again_and_again_keeps_none_from_coming(time: str) -> None:
    report = ticket(
        "from: open, after: 48h, to: done",
        more="  bell: {states: {quiet: {}}, transitions: [{from: quiet, after: 5h, to: quiet}]}",
        time=time,
    )  # fmt: skip
    assert codes(report) == [("S01", "ticket.late")]


@pytest.mark.parametrize("time", TIMES)
def test_what_only_some_ways_into_a_state_cannot_do_is_found(time: str) -> None:
    """A zone that can do more than another hides what the other cannot."""
    text = """
fsm: 1
name: door
clocks: {x: {}}
machines:
  door:
    states: {a: {}, b: {urgent: true}, done: {final: true}}
    transitions:
      - {from: a, not_after: 3h, to: b}
      - {from: a, not_before: 6h, to: b}
      - {from: b, when: x <= 5h, to: done}
"""
    report = check_spec(parse_spec(text), CheckOptions(time=time))
    assert [(f.code, f.subject) for f in report.findings] == [("S04", "door.b")]


@pytest.mark.parametrize("time", TIMES)
def test_a_race_whose_order_matters_only_where_no_guard_looks_is_found(time: str) -> None:
    report = ticket(
        "from: open, after: 5h, set: {first: if kind == 1 and first == 0 then 1 else first}, "
        "to: done",
        top="variables: {kind: {range: 0..1, initial: any}, first: {range: 0..2}}",
        more="  bell: {states: {quiet: {}, rung: {final: true}}, transitions: [{from: quiet, "
        "after: 5h, set: {first: if kind == 1 and first == 0 then 2 else first}, to: rung}]}",
        time=time,
    )  # fmt: skip
    assert codes(report) == [("S01", "ticket.late"), ("S16", "bell:0+ticket:0")]


@pytest.mark.parametrize("time", TIMES)
def test_a_deadline_that_comes_first_does_so_in_states_that_only_some_variants_reach(
    time: str,
) -> None:
    report = ticket(
        "from: open, when: on, set: {way: 1}, to: late", "from: open, when: not on, to: late",
        "from: late, after: 2h, to: done", "from: late, after: 3h, to: done",
        top="switches: {on: bool}\nvariables: {way: {range: 0..1}}", time=time,
    )  # fmt: skip
    told = [
        (f.code, f.subject, f.condition and f.condition.formula(hours)) for f in report.findings
    ]
    assert told == [("S15", "ticket:3", "always")]
