"""Cone of influence: known numbers, then the unreduced result on random specs."""

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from fsm.check.check import CheckOptions, check_spec
from fsm.check.results import Outcome, PropertyResult, SpecReport
from fsm.reduce.reduce import reduce
from fsm.semantics.trace import Delay
from fsm.spec.load import parse_spec, spec_from
from tests.explore.test_agreement import SLOW
from tests.reduce.cones import Document, cones

LIMIT = 800

SHOP = """
fsm: 1
name: shop
variables:
  seen: {range: 0..9, initial: any}
  paid: {type: bool}
events:
  pay: {by: ticket}
  ring: {by: bell%s}
machines:
  ticket:
    states: {open: {}, closed: {final: true}}
    transitions:
      - {from: open, on: pay, to: closed, set: {paid: true, seen: "(seen + 1) %% 10"}}
  bell:
    states: {calm: {}, loud: {}}
    transitions:
      - {from: calm, on: ring, to: loud%s}
      - {from: loud, on: ring, to: calm}
  book:
    states: {empty: {}, full: {}}
    transitions:
      - {from: empty, on: pay, to: full%s}
properties:
  paid_when_closed: {never: "ticket == closed and not paid"}
  closes: {eventually: ticket == closed}
  bell: {reachable: "bell == loud and book == full"}
"""


def shop(event: str = "", edge: str = "", book: str = "") -> str:
    return SHOP % (event, edge, book)


def subjects(report: SpecReport) -> dict[str, tuple[int, int]]:
    return {
        name: (before, after)
        for r in report.reductions if r.name == "cone"
        for name, before, after in r.subjects
    }  # fmt: skip


def test_a_variable_that_nothing_reads_costs_nothing() -> None:
    spec = parse_spec(shop())
    part, whole = check_spec(spec), check_spec(spec, CheckOptions(without=("cone",)))
    # open, or closed with the book full; the bell; and, without the cone, ten numbers seen.
    assert (part.states, whole.states) == (2 * 2, 2 * 2 * 10)
    assert subjects(part) == {"seen": (10, 1)}
    assert substance(part.results) == substance(whole.results)
    assert [f.code for f in part.findings] == [f.code for f in whole.findings]


def test_what_one_edge_writes_twice_is_found_though_nothing_reads_it() -> None:
    """What only a constant tells to be the same element is no error in the text."""
    text = shop(edge=', set: {"log[0]": true, "log[zero]": false}')
    text = text.replace(
        "variables:", "constants: {zero: 0}\nvariables:\n  log: {type: bool, length: 2}"
    )
    found = check_spec(parse_spec(text)).findings
    assert ("S06", "log") in {(f.code, f.subject) for f in found}


def test_machines_are_left_out_where_a_property_is_asked_for_by_name() -> None:
    spec = parse_spec(shop())
    report = check_spec(spec, CheckOptions(properties=("paid_when_closed",)))
    assert report.states == 2
    assert subjects(report) == {"bell": (2, 1), "book": (2, 1), "seen": (10, 1)}
    assert "dead ends, timelocks, Zeno loops and deadlines" in report.reductions[0].told.en
    assert report.results[0].outcome is Outcome.HOLDS
    # A run that never arrives may be one of the bell.
    assert check_spec(spec, CheckOptions(properties=("closes",))).states == 4


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        (shop(event=", priority: 1"), {"bell"}),  # it may keep the ticket from being paid
        (shop(event=", tags: [strategy]"), {"bell"}),  # what competes is a finding
        (shop(edge=', when: "6 // (seen - 3) > 0"'), {"bell", "seen"}),  # and so is a fault
        (shop(edge=", set: {seen: seen + 1}"), {"bell", "seen", "ticket"}),
        (shop(book=", set: {seen: 3}"), {"book", "seen", "ticket"}),  # written twice
        (shop(book=", set: {paid: seen > 3}"), {"book", "seen"}),
        (shop().replace("{by: ticket}", "{by: ticket, sync: all}"), {"book"}),
        (shop().replace("{by: ticket}", "{by: book}"), {"book"}),
        (shop().replace("closed: {final: true}}", "closed: {}}", 1), set()),
        (shop().replace("calm: {}", "calm: {urgent: true}"), set()),  # there is no time to hold up
        (shop().replace("book:", "clerk:").replace("book ==", "clerk =="), set()),
    ],
)
def test_what_may_matter_is_in_the_cone(text: str, inside: set[str]) -> None:
    spec = parse_spec(text)
    claim = next(p for p in spec.properties if p.name == "paid_when_closed")
    found = reduce(spec, (claim,), findings=False).cone
    everything = {"bell", "book", "seen"} if "book:" in text else {"bell", "clerk", "seen"}
    left_out = set() if found is None else {name for name, _, _ in found.told().subjects}
    assert left_out == everything - inside


@pytest.mark.parametrize(
    ("claim", "out"),
    [
        ("never: fired(pay) and paid", True),
        ("never: paid and not fired(pay)", False),  # true once the bell has rung
        ("never: '(if paid then fired(pay) else paid)'", False),
        ("always: fired(pay) -> paid", True),
        ("always: paid -> fired(pay)", False),
        ("reachable: 'any(i in 0..1: fired(pay) and i == 1)'", True),
        ("{at_most: 1, event: pay}", True),
        ("{before: pay, must: paid}", True),
        ("{before: paid -> not fired(pay), must: paid}", False),
        ("can_always: ticket == closed", True),
        ("can_always: fired(pay)", False),
        ("{after: paid, eventually: ticket == closed}", False),
        ("ltl: G (paid -> ticket == closed)", False),
        ("ctl: AG (paid -> ticket == closed)", False),
    ],
)
def test_machines_are_left_out_for_what_does_not_notice(claim: str, out: bool) -> None:
    text = shop().replace('never: "ticket == closed and not paid"', claim.strip("{}"))
    spec = parse_spec(text)
    asked = CheckOptions(properties=("paid_when_closed",))
    part, whole = check_spec(spec, asked), check_spec(spec, replace(asked, without=("cone",)))
    assert ("bell" in subjects(part)) == out
    assert substance(part.results) == substance(whole.results)


def test_an_end_of_the_slice_is_no_dead_end() -> None:
    text = shop().replace("closed: {final: true}", "closed: {}, gone: {final: true}")
    for asked in ((), ("paid_when_closed",)):  # the bell goes on ringing
        report = check_spec(parse_spec(text), CheckOptions(properties=asked))
        assert "S03" not in {f.code for f in report.findings}


TIMED = """
fsm: 1
name: timed
clocks: {c: {}, unread: {}}
machines:
  ticket:
    states: {open: {}, closed: {final: true}}
    transitions:
      - {from: open, to: closed, not_before: 2h}
  lamp:
    states: {dark: {%s}, lit: {}}
    transitions:
      - {from: dark, to: lit, %s reset: unread}
properties:
  early: {eventually: ticket == closed, within: 1h}
  other: {never: "c >= 5h and unread >= 4h"}
"""


@pytest.mark.parametrize(
    ("state", "edge", "out"),
    [
        ("", "", {"c", "unread", "lamp"}),
        ("urgent: true", "", {"c", "unread"}),
        ("", "after: 1h,", {"c"}),  # a deadline resets the other clock
    ],
)
def test_what_may_hold_time_up_is_in_the_cone(state: str, edge: str, out: set[str]) -> None:
    spec = parse_spec(TIMED % (state, edge))
    found = reduce(spec, spec.properties[:1], findings=False).cone
    assert found is not None
    assert {name for name, _, _ in found.told().subjects} == out
    part = check_spec(spec, CheckOptions(properties=("early",)))
    whole = check_spec(spec, CheckOptions(properties=("early",), without=("cone",)))
    assert substance(part.results) == substance(whole.results)
    if "unread" in out:  # the other clock runs as long as the time since the start
        assert part.states < whole.states


def test_what_two_deadlines_leave_behind_is_in_the_cone() -> None:
    """Their order is a finding (S16), though nothing reads the variable."""
    text = "fsm: 1\nname: race\nvariables: {last: {range: 0..2}}\nmachines:\n" + "".join(
        f"  m{k}:\n    states: {{a: {{}}, b: {{final: true}}}}\n    transitions:\n"
        f"      - {{from: a, after: 2h, to: b, set: {{last: {k}}}}}\n"
        for k in (1, 2)
    )
    spec = parse_spec(text + "properties: {ends: {eventually: m1 == b and m2 == b}}\n")
    part, whole = check_spec(spec), check_spec(spec, CheckOptions(without=("cone",)))
    assert [f.code for f in part.findings] == [f.code for f in whole.findings] == ["S16"]
    assert not subjects(part)


def test_an_owner_without_transitions_lets_nothing_happen() -> None:
    """No file says so, but a mutant may: the slice must not forget whose event it is."""
    text = (
        "fsm: 1\nname: shut\nvariables: {unread: bool}\nevents: {open: {by: porter}}\nmachines:\n"
        "  porter: {states: {away: {}}, transitions: [{on: open}]}\n"
        "  door:\n    states: {shut: {}, open: {}}\n    transitions:\n"
        "      - {from: shut, on: open, to: open, set: {unread: true}}\n"
        "properties: {opens: {reachable: door == open}}\n"
    )
    spec = parse_spec(text)
    assert check_spec(spec).results[0].outcome is Outcome.HOLDS
    porter, door = spec.machines
    report = check_spec(replace(spec, machines=(replace(porter, transitions=()), door)))
    assert subjects(report) == {"unread": (2, 1)}
    assert report.results[0].outcome is Outcome.VIOLATED


def test_a_run_of_the_slice_is_told_as_one_of_the_whole() -> None:
    spec = parse_spec(shop(book=', when: "bell == calm"').replace("not paid", "paid"))
    report = check_spec(spec, CheckOptions(properties=("paid_when_closed",)))
    assert report.states == 2
    run = report.results[0].run
    assert run is not None  # replayed: the book had to go along
    assert dict(run.states[-1].snapshot.locations) == {
        "ticket": "closed", "bell": "calm", "book": "full",
    }  # fmt: skip


@pytest.mark.parametrize("engine", ["auto", "reference", "compiled", "symbolic"])
def test_every_engine_explores_the_slice(engine: str) -> None:
    pytest.importorskip({"compiled": "llvmlite", "symbolic": "dd"}.get(engine, "fsm"))
    options = CheckOptions(properties=("paid_when_closed",), engine=engine)
    report = check_spec(parse_spec(shop().replace("not paid", "paid")), options)
    assert (report.states, report.results[0].outcome) == (2, Outcome.VIOLATED)


def test_statistics_tell_what_was_saved() -> None:
    spec = parse_spec(shop())
    options = CheckOptions(properties=("paid_when_closed",), stats=True)
    report = check_spec(spec, options)
    (cone,) = report.reductions
    assert (cone.states, cone.explored, cone.least, cone.factor) == (40, 2, False, 20.0)
    assert cone.saved.en == "; 40 states are 2 (÷20.0)"
    assert report.stats is not None
    assert report.stats.deadlocks is None  # not looked for
    large = parse_spec(shop().replace("0..9", "0..999999").replace("% 10", "% 1000000"))
    (cone,) = check_spec(large, options).reductions
    assert (cone.states, cone.explored, cone.least) == (20_000, 2, True)
    assert cone.saved.en == "; more than 20,000 states are 2 (more than ÷10000.0)"


# --- the unreduced result ---------------------------------------------------------------------


def substance(results: tuple[PropertyResult, ...]) -> object:
    """Verdicts and their conditions, and the lengths of shortest runs."""
    return [
        (r.property.name, r.outcome, r.violated, r.unknown, r.each, _length(r)) for r in results
    ]


def _length(result: PropertyResult) -> object:
    run = result.run
    if run is None or run.loop is not None:  # which cycle a run ends in is left open
        return run and "lasso"
    return sum(s.units if isinstance(s, Delay) else 1 for s in run.steps)


def findings(report: SpecReport, but: tuple[str, ...] = ()) -> object:
    """Faults are told in the order in which they are met: any order will do."""
    told = [(f.code, f.subject, f.condition) for f in report.findings if f.code not in but]
    return sorted(told, key=repr)


def check(document: Document, asked: tuple[str, ...] | None = None) -> None:
    """All properties together, and each of those asked for (None: each) by name."""
    spec = spec_from(document)
    off = ("values", "symmetry")
    options = CheckOptions(without=(*off, "cone"), max_states=LIMIT, time="units")
    whole = check_spec(spec, options)
    assume(whole.complete)
    part = check_spec(spec, replace(options, without=off))
    assert substance(part.results) == substance(whole.results)
    assert findings(part) == findings(whole)
    assert part.sensitivity == whole.sensitivity
    assert part.states <= whole.states
    if not any(r.name == "cone" for r in part.reductions):
        assert part.states == whole.states
    for result in whole.results:
        name = result.property.name
        if asked is not None and name not in asked:
            continue
        by_name = replace(options, properties=(name,))
        one, all_ = check_spec(spec, replace(by_name, without=off)), check_spec(spec, by_name)
        assert substance(one.results) == substance(all_.results), name
        machines = reduce(spec, (result.property,), off, findings=False)
        skipped = () if machines.whole else ("S03", "S04", "S05", "S15", "S16", "S17", "S18")
        assert findings(one, skipped) == findings(all_, skipped)


@given(cones(), st.sampled_from([("never", "answer"), ("always", "can"), ("before", "eventually"),
                                 ("reach", "often"), ("for_ever", "never")]))  # fmt: skip
@settings(max_examples=6, deadline=None, suppress_health_check=[*SLOW, *HealthCheck])
def test_nothing_changes_but_the_size(document: Document, asked: tuple[str, ...]) -> None:
    check(document, asked)


@pytest.mark.slow
@given(cones())
@settings(max_examples=500, deadline=None, suppress_health_check=[*SLOW, *HealthCheck])
def test_nothing_changes_but_the_size_at_length(document: Document) -> None:
    check(document)


def test_random_specs_have_cones() -> None:
    """The comparison above would say nothing about specs in which everything is needed."""
    kinds: set[bool] = set()

    @given(st.data())
    @settings(max_examples=30, deadline=None, database=None, derandomize=True,
              suppress_health_check=[*SLOW, *HealthCheck])  # fmt: skip
    def look(data: st.DataObject) -> None:
        spec = spec_from(data.draw(cones()))
        for claim in spec.properties[:2]:
            found = reduce(spec, (claim,), findings=False).cone
            if found is not None:
                kinds.add(found.machines)

    look()
    assert kinds == {True, False}
