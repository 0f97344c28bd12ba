"""Liveness in dense time: what zones prove, no run at whole units refutes; time that stands still
does not count."""

from collections import Counter

import pytest
from hypothesis import given, settings

from fsm.check.check import check_spec
from fsm.check.results import Outcome
from fsm.explore.space import Limits, explore
from fsm.explore.successors import Successors
from fsm.logic.decide import Decider
from fsm.spec.load import parse_spec, spec_from
from fsm.timed.closed import is_closed, runs_alike
from fsm.timed.decide import TimedDecider
from tests.timed.agreement import family_of
from tests.timed.claims import claimed_specs
from tests.timed.test_agreement import SLOW

TRAP = """
fsm: 1
name: trap
unit: 1h
clocks: {{c: {{}}}}
events: {{again: {{}}, leave: {{by: t{fair}}}}}
machines:
  t:
    states: {{open: {{}}, trap: {{}}, done: {{final: true}}}}
    transitions:
      - {{from: open, when: "{guard}", to: trap}}
      - {{from: [open, trap], on: again}}
      - {{from: open, after: 48h, to: done}}
      - {{from: trap, on: leave, when: "{way}", to: done}}
properties:
  e: {{eventually: t == done}}
  r: {{after: again, eventually: t == done}}
"""


def outcomes(guard: str, way: str = "c > 50h and c < 51h", fair: str = "") -> list[Outcome]:
    spec = parse_spec(TRAP.format(guard=guard, way=way, fair=fair))
    results = check_spec(spec).results
    assert {r.time for r in results} == {"dense"}
    return [r.outcome for r in results]


def test_runs_on_which_time_stands_still_do_not_count() -> None:
    """`again` may go on for ever within the 48 hours; time then does not."""
    assert outcomes("c > 49h and c < 50h") == [Outcome.HOLDS] * 2


def test_a_way_out_between_two_whole_hours_is_not_overlooked() -> None:
    """At whole hours nothing leads to the trap, so none of their runs shows it."""
    assert outcomes("c > 46h and c < 47h", "false") == [Outcome.UNKNOWN] * 2


def test_a_run_at_whole_units_refutes() -> None:
    assert outcomes("c > 46h", "c > 90h and c < 91h") == [Outcome.VIOLATED] * 2


def test_what_fairness_asks_for_is_taken_only_where_it_stays_enabled() -> None:
    assert outcomes("c > 46h and c < 47h", "true", ", fair: weak") == [Outcome.HOLDS] * 2
    assert outcomes("c > 46h and c < 47h", "true") == [Outcome.UNKNOWN] * 2
    window = "c > 46h and c < 60h"
    assert outcomes("c > 46h and c < 47h", window, ", fair: weak") == [Outcome.UNKNOWN] * 2


def compare(document: dict[str, object], tally: Counter[str], most: int = 400) -> None:
    claims = dict(document["properties"])  # type: ignore[call-overload]
    asked = {name: {k: v for k, v in claims[name].items() if k != "within"} for name in
             ("p3", "p4")}  # fmt: skip
    spec = spec_from({**document, "properties": asked})
    system, lowering, family = family_of(spec)
    if system.unit is None:
        return
    space = explore(Successors(system, family), Limits(states=most))
    if space.limit:
        tally["too large"] += 1
        return
    whole = Decider(system, lowering, family, space)
    dense = TimedDecider(system, lowering, family, spec.properties, Limits(states=most))
    for property_ in spec.properties:
        if not dense.excludes(property_):
            tally["not proved"] += 1
            continue
        for one, (each, open_, undecided) in zip(
            whole.decide(property_), dense.for_ever(property_), strict=True
        ):
            assert one.each == each
            shown = one.found & runs_alike(system, family)
            assert not shown & ~open_ & ~undecided, property_.name
            tally["holds"] += bool(family.everything & ~open_ & ~undecided)
            tally["refuted"] += bool(shown & open_)
            if is_closed(system, family) and not undecided:
                tally["exact" if one.found == open_ else "left open"] += 1


def collected(examples: int, most: int = 300) -> Counter[str]:
    tally: Counter[str] = Counter()

    @given(claimed_specs())
    @settings(max_examples=examples, deadline=None, suppress_health_check=SLOW)
    def collect(document: dict[str, object]) -> None:
        compare(document, tally, most)

    collect()
    return tally


def test_what_is_proved_is_not_refuted() -> None:
    tally = collected(12)
    assert tally["holds"] and tally["refuted"]


@pytest.mark.slow
@given(claimed_specs())
@settings(max_examples=5_000, deadline=None, suppress_health_check=SLOW)
def test_at_length(document: dict[str, object]) -> None:
    compare(document, Counter(), 1_000)


def test_where_whole_units_wait_and_dense_time_cannot() -> None:
    """An urgent event that waits for `c > 0h` stops time at zero; deadlines stop it when due."""
    at_once = TRAP.replace("by: t{fair}", "by: t, urgent: true")
    for text, alike in ((TRAP, True), (at_once, False)):
        spec = parse_spec(text.format(guard="c > 46h", way="c > 0h", fair=""))
        system, _, family = family_of(spec)
        assert bool(runs_alike(system, family)) is alike
