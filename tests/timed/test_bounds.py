"""Exact times from one thing to another: by hand, and against properties on random specs."""

from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fsm.errors import SpecError, UsageError
from fsm.explore.space import Limits
from fsm.explore.variants import Variants
from fsm.expressions import Ghost
from fsm.model import Spec
from fsm.semantics.lower import lower
from fsm.semantics.units import unit_of
from fsm.spec.asked import read_operand
from fsm.spec.load import parse_spec, spec_from
from fsm.timed.bounds import Bound, Bounds, Measurement
from fsm.timed.confirm import lengths
from fsm.timed.decide import TimedDecider
from fsm.timed.measure import Question
from fsm.timed.replay import replay_timed
from tests.random_specs import specs
from tests.timed.agreement import family_of

SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


def measure(
    spec: Spec, start: str, goal: str, limits: Limits = Limits()
) -> tuple[Measurement, Bounds, Variants]:
    system, lowering, family = family_of(spec)
    question = Question(read_operand(spec, start, "--from"), read_operand(spec, goal, "--to"))
    measurement = Measurement(system, lowering, family, question, limits)
    return measurement, measurement.bounds(), family


def check_witnesses(measurement: Measurement, bounds: Bounds, family: Variants) -> None:
    """Each bound has a run that replays, with a measurement of that length."""
    spec, question = measurement.system.spec, measurement.question
    event = isinstance(question.start.node, Ghost)
    for longest, found in ((False, bounds.least), (True, bounds.greatest)):
        for bound in found:
            variant = family.simplest(bound.mask)
            if bound.units is None:
                path, graph = measurement.lasso(variant)
                assert path.loop is not None and graph.successors.tick in path.steps[path.loop :]
                continue
            trace, shown = measurement.witness(bound, longest, variant)
            run = replay_timed(spec, trace)
            took = {b - a for a, b in lengths(spec, question.start, question.goal, run,
            is_event=event)
                    if b == run.instants[-1]}  # fmt: skip
            if bound.attained:
                assert bound.units in took
            elif longest:
                assert any(shown <= t < bound.units for t in took)
            else:
                assert any(bound.units < t <= shown for t in took)


def answer(text: str, start: str, goal: str) -> Bounds:
    measurement, bounds, family = measure(parse_spec(text), start, goal)
    check_witnesses(measurement, bounds, family)
    return bounds


def said(bounds: tuple[Bound, ...]) -> list[tuple[int | None, bool, int]]:
    return [(b.units, b.attained, b.mask) for b in bounds]


SHOP = """
fsm: 1
name: shop
unit: 1h
clocks: {c: {}}
switches: {slow: bool}
events: {apply: {}}
machines:
  m:
    states: {idle: {}, open: {}, done: {}}
    transitions:
      - {from: idle, on: apply, to: open, reset: c}
      - {from: open, when: "c > 2h", to: done}
      - {from: open, after: "if slow then 72h else 48h", to: done}
"""


def test_a_deadline_with_a_switch() -> None:
    bounds = answer(SHOP, "apply", "m == done")
    assert said(bounds.least) == [(2, False, 0b11)]
    assert said(bounds.greatest) == [(72, True, 0b10), (48, True, 0b01)]
    assert bounds.never == bounds.undecided == 0


def test_a_strict_end_is_only_approached() -> None:
    window = SHOP.replace('when: "c > 2h"', 'when: "c < 3h and c >= 1h"')
    waiting = window.replace('after: "if slow then 72h else 48h"', "after: 9h, when: slow")
    bounds = answer(waiting, "apply", "m == done")
    assert said(bounds.least) == [(1, True, 0b11)]
    assert said(bounds.greatest) == [(None, False, 0b01), (9, True, 0b10)]
    # In `stuck` time stands still: runs that end there do not count.
    stuck = window.replace("done: {}}", "done: {}, stuck: {urgent: true}}")
    stuck = stuck.replace('after: "if slow then 72h else 48h", to: done', "after: 3h, to: stuck")
    bounds = answer(stuck, "apply", "m == done")
    assert said(bounds.greatest) == [(3, False, 0b11)]


def test_a_loop_without_end_and_one_with() -> None:
    loop = """
fsm: 1
name: loop
variables: {n: {range: 0..3}}
events: {go: {}}
machines:
  m:
    states: {a: {}, b: {}, d: {final: true}}
    transitions:
      - {from: a, on: go, to: b}
      - {from: b, after: 5h, when: n < 3, to: b, set: {n: n + 1}}
      - {from: b, after: 5h, when: n == 3, to: d}
"""
    assert said(answer(loop, "go", "m == d").greatest) == [(4, True, 1)]  # in units of five hours
    assert said(answer(loop, "go", "m == d").least) == [(4, True, 1)]
    endless = loop.replace("n: n + 1", "n: (n + 1) % 3")
    bounds = answer(endless, "go", "m == d")
    assert said(bounds.greatest) == [(None, False, 1)] and bounds.least == () and bounds.never == 0
    assert bounds.unended == 1
    assert answer(loop, "go", "m == d").unended == 0


def test_the_last_start_counts_for_the_least_and_the_first_for_the_greatest() -> None:
    text = """
fsm: 1
name: again
clocks: {c: {}}
events: {ask: {by: m}, answer: {by: m}}
machines:
  m:
    states: {a: {}, b: {}, d: {final: true}}
    transitions:
      - {from: a, on: ask, to: b, reset: c}
      - {from: b, on: ask, when: c <= 2h}
      - {from: b, on: answer, after: 6h, to: d}
"""
    bounds = answer(text, "ask", "answer")
    assert said(bounds.greatest) == [(3, True, 1)] and said(bounds.least) == [(2, True, 1)]


def test_nothing_to_measure() -> None:
    bounds = answer(SHOP, "m == done", "m == idle")
    assert said(bounds.greatest) == [(None, False, 0b11)] and bounds.least == ()
    assert bounds.unended == 0b11
    spec = parse_spec(SHOP.replace("to: open, reset: c}", "to: idle, reset: c}"))
    _, bounds, _ = measure(spec, "m == open", "m == done")
    assert bounds == Bounds((), (), 0b11, 0)


@pytest.mark.parametrize("text", ["c > 2h", "since(apply) > 2h", "fired(apply) and slow"])
def test_what_cannot_be_measured(text: str) -> None:
    with pytest.raises(UsageError) as problem:
        measure(parse_spec(SHOP), text, "m == done")
    assert problem.value.code == "F710"


def test_wrong_requests() -> None:
    with pytest.raises(SpecError) as problem:
        measure(parse_spec(SHOP), "m == dome", "m == done")
    assert problem.value.diagnostics[0].at.file == "--from"
    untimed = (
        "fsm: 1\nname: u\nmachines: {m: {states: {a: , b: }, transitions: [{from: a, to: b}]}}"
    )
    with pytest.raises(UsageError) as refused:
        measure(parse_spec(untimed), "m == a", "m == b")
    assert refused.value.code == "F711"


@st.composite
def with_two_events(draw: st.DrawFn) -> dict[str, object]:
    document = draw(specs(timed=True).filter(lambda d: {"e", "g"} <= {*d["events"]}))
    document["clocks"] = {name: {} for name in document.get("clocks", {})}
    return document


def check_against_properties(document: dict[str, object]) -> None:
    """The least time by `since`; the greatest by `within`, as far as that says it."""
    spec = spec_from(document)
    if unit_of(spec) is None:  # no duration was drawn
        return
    measurement, bounds, family = measure(spec, "e", "g", Limits(states=400))
    check_witnesses(measurement, bounds, family)
    unit = measurement.system.unit
    claims: dict[str, object] = {}
    asked: list[tuple[str, int, int]] = []  # property, variants, those in which it is found

    def claim(formula: dict[str, object], mask: int, found: int) -> None:
        name = f"q{len(claims)}"
        claims[name] = formula
        asked.append((name, mask, found))

    for bound in bounds.least:
        assert bound.units is not None
        at = f"{bound.units * unit}ms"
        soon = f"fired(g) and count(e) >= 1 and since(e) {{}} {at}"
        if bound.units or not bound.attained:
            claim({"never": soon.format("<=" if not bound.attained else "<")}, bound.mask, 0)
        claim({"never": soon.format("<=" if bound.attained else "==")}, bound.mask,
              bound.mask if bound.attained else 0)  # fmt: skip
    for bound in bounds.greatest:
        most = 4 if bound.units is None else bound.units - 1
        if most >= 0:
            within = f"{most * unit}ms"
            claim({"after": "e", "eventually": "g", "within": within}, bound.mask, bound.mask)
    if bounds.never and not bounds.undecided:
        claim({"never": "fired(g) and count(e) >= 1"}, bounds.never, 0)
    spec = spec_from({**document, "unit": f"{unit}ms", "properties": claims})
    system, lowering = lower(spec)
    decider = TimedDecider(system, lowering, family, spec.properties, Limits(states=2_000))
    by_name = {p.name: p for p in spec.properties}
    for name, mask, found in asked:
        (decision,) = decider.decide(by_name[name])
        if not decision.undecided:
            assert decision.found & mask == found, (claims[name], mask)


@given(with_two_events())
@settings(max_examples=10, deadline=None, suppress_health_check=SLOW)
def test_against_properties(document: dict[str, object]) -> None:
    check_against_properties(document)


@pytest.mark.slow
@given(with_two_events())
@settings(max_examples=3_000, deadline=None, suppress_health_check=SLOW)
def test_against_properties_at_length(document: dict[str, object]) -> None:
    check_against_properties(document)


def test_instants_are_rational() -> None:
    measurement, bounds, _ = measure(parse_spec(SHOP), "apply", "m == done")
    trace, shown = measurement.witness(bounds.least[0], False, 0)
    assert shown == 2 + Fraction(1, 1000)
    assert Fraction(2) < replay_timed(measurement.system.spec, trace).instants[-1] <= shown
