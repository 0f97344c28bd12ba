"""Limits of the search: what is cut short is said to be undecided, and nothing is lost."""

from collections.abc import Callable

import pytest

from fsm.check.check import CheckOptions, check_spec
from fsm.check.results import Outcome
from fsm.explore.generated import Generated
from fsm.explore.space import INTERRUPTED, Limits, StepFunction, explore
from fsm.explore.successors import Successors
from fsm.explore.variants import Variants, make_variants
from fsm.semantics.interpreter import Interpreter
from fsm.semantics.lower import lower
from fsm.semantics.lowered import System
from fsm.spec.load import parse_spec

COUNTER = """
fsm: 1
name: counter
variables: {x: {range: 0..9000}}
switches: {fast: bool}
machines:
  m:
    states: {run: {}, done: {final: true}}
    transitions:
      - {from: run, when: x < 9000, set: {x: x + 1}}
      - {from: run, when: fast and x == 5, to: done}
      - {from: run, when: x == 9000, to: done}
properties:
  small: {never: x == 3, expect: violated}
  ends: {eventually: m == done}
  once: {before: m == done, must: x == 5}
  way_out: {can_always: m == done}
"""


def successors() -> Successors:
    spec = parse_spec(COUNTER)
    system, lowering = lower(spec)
    return Successors(system, make_variants(spec.configuration, lowering.codes, [0], {}))


def test_a_space_without_limit_is_complete() -> None:
    space = explore(successors())
    assert (len(space.states), space.transitions, space.depth) == (9003, 9002, 9001)
    assert (space.undecided, space.limit) == (0, "")


def test_variants_whose_part_is_finished_are_decided_all_the_same() -> None:
    space = explore(successors(), Limits(states=100))
    assert len(space.states) == 100
    assert space.undecided == 0b11
    assert space.limit == "100 states"


def test_an_interruption_reports_what_was_covered() -> None:
    calls = []

    def stop(_: str, count: int) -> None:
        calls.append(count)
        raise KeyboardInterrupt

    report = check_spec(parse_spec(COUNTER), CheckOptions(progress=stop))
    assert calls
    assert report.limit == INTERRUPTED
    assert not report.complete
    assert report.states >= calls[0]
    outcomes = {r.property.name: r.outcome for r in report.results}
    assert outcomes.pop("small") is Outcome.VIOLATED
    assert set(outcomes.values()) == {Outcome.UNKNOWN}


HUGE = """
fsm: 1
name: huge
variables:
  x: {range: 0..2000000000, initial: any}
  y: {range: 0..2000000000, length: 3, initial: any}
initial_where: %s
machines:
  m: {states: {s: {}, t: {final: true}}, transitions: [{from: s, to: t}]}
properties: {p: {eventually: m == t}}
"""


def test_initial_values_without_end_are_undecided_and_never_listed() -> None:
    for where in ("y[0] == 0", "x > 1999999999"):
        report = check_spec(
            parse_spec(HUGE % where), CheckOptions(max_states=500, without=("values",))
        )
        assert not report.complete
        assert report.results[0].outcome is Outcome.UNKNOWN
    first = next(Interpreter(parse_spec(HUGE % "x == 0"), {}).initial())
    assert dict(first.snapshot.values) == {"x": 0, "y": (0, 0, 0)}


MEETING = """
fsm: 1
name: meeting
switches: {on: bool}
variables: {x: {range: 0..1}}
machines:
  m:
    states: {s: {}, t: {final: true}}
    transitions:
      - {from: s, to: t, set: {x: "if on then x else 0"}}
      - {from: t, when: on, set: {x: 1}, to: s}
"""


@pytest.mark.parametrize("engine", [Successors, Generated])
def test_a_step_that_variants_take_each_in_its_way_is_one_where_they_meet(
    engine: Callable[[System, Variants], StepFunction],
) -> None:
    spec = parse_spec(MEETING)
    system, lowering = lower(spec)
    space = explore(engine(system, make_variants(spec.configuration, lowering.codes, [0], {})))
    assert [*space.states] == [(0, 0), (1, 0), (0, 1), (1, 1)]
    assert [[(to, mask) for _, to, mask in arcs] for arcs in space.arcs] == [
        [(1, 0b11)], [(2, 0b10)], [(3, 0b10)], [(2, 0b10)],
    ]  # fmt: skip
    assert space.transitions == 4
