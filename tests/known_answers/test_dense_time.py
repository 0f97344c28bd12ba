"""Timed systems whose answers are known from elsewhere (sources: the specs), over real time."""

import re

import pytest

from fsm.check.check import CheckOptions, check_spec
from fsm.check.results import Outcome, SpecReport
from fsm.explore.variants import make_variants
from fsm.model import Spec
from fsm.semantics.lower import lower
from fsm.solve.lattice import read_lattice
from fsm.solve.search import solve
from fsm.spec.load import parse_spec
from fsm.spec.template import template_of
from fsm.timed.decide import TimedDecider
from fsm.timed.machine import available
from tests.known_answers.families import text

needs_compiler = pytest.mark.skipif(not available(), reason="there is no llvmlite")


def dense(source: str, *properties: str) -> SpecReport:
    return check_spec(parse_spec(source), CheckOptions(properties, time="dense"))


@pytest.mark.parametrize("n", [2, 3, *(pytest.param(n, marks=pytest.mark.slow) for n in (4, 5))])
def test_fischer_is_safe_exactly_with_the_strict_guard(n: int) -> None:
    (found,) = dense(text("fischer_dense", n=n)).results
    assert found.time == "dense"
    assert (str(found.violated), found.as_expected) == ("not strict", True)
    assert found.run is not None


def test_train_gate() -> None:
    (found,) = dense(text("train_gate")).results
    assert (found.time, str(found.violated)) == ("dense", "not strict")


@pytest.mark.parametrize("n", [2, 3])
def test_csma_cd(n: int) -> None:
    """A collision is noticed within the way there and back, and no sooner; a message gets through
    after one exactly where stations hear that the bus is busy. (Zones alone: findings would count
    the 808 units of a message.)"""
    spec = parse_spec(text("csma_cd", n=n))
    decider = zones(spec, {})
    found = [d for p in spec.properties for d in decider.decide(p)]
    assert [(d.found, d.undecided) for d in found] == [(0b00, 0), (0b11, 0), (0b10, 0)]


@needs_compiler
@pytest.mark.parametrize(
    ("n", "states", "visited", "transitions"),
    [
        (6, 2_378, None, None),
        pytest.param(7, 7_737, None, None, marks=pytest.mark.slow),
        pytest.param(8, 25_080, 40_536, 132_592, marks=pytest.mark.slow),
    ],
)  # fmt: skip
def test_fischer_as_tchecker_counts_it(
    n: int, states: int, visited: int | None, transitions: int | None
) -> None:
    """One zone for each discrete state is left, and what was visited on the way is what TChecker's
    `covreach` visits (seen for 8 processes)."""
    spec = parse_spec(text("fischer_dense", n=n))
    decider = zones(spec, {"strict": True}, machine_code=True)
    (decision,) = decider.decide(spec.properties[0])
    assert not decision.found and not decision.undecided and decider._quick is not None
    space = decider._quick.space
    assert space.alive() == space.frames == states
    if visited is not None:
        assert (space.expanded, space.transitions) == (visited, transitions)


def zones(
    spec: Spec, chosen: dict[str, bool], machine_code: bool | None = None
) -> TimedDecider:  # fmt: skip
    system, lowering = lower(spec)
    codes = lowering.codes
    family = make_variants(spec.configuration, codes, range(len(codes)), chosen)
    return TimedDecider(system, lowering, family, spec.properties, machine_code=machine_code)


@pytest.mark.parametrize(("walkers", "best"), [((1, 2, 5, 10), 17), ((5, 10, 20, 25), 60)])
def test_four_people_and_a_torch(walkers: tuple[int, ...], best: int) -> None:
    """Rote 2002 for 17; 60 is the version of UPPAAL's tutorial (Behrmann, David & Larsen, 2004)."""
    minutes = ", ".join(f"{walker}min" for walker in walkers)
    source = re.sub(r"minutes: \[.*?\]", f"minutes: [{minutes}]", text("bridge"))
    source = source.replace("17min", f"{best}min")
    report = check_spec(parse_spec(source))
    before, at = report.results
    assert (before.outcome, at.outcome) == (Outcome.HOLDS, Outcome.VIOLATED)
    assert at.run is not None and report.unit is not None
    assert at.run.times[-1] * report.unit == best * 60_000


def test_a_race_of_timers_is_an_addition() -> None:
    template = template_of(text("timer_race"))
    found = solve(template, read_lattice(template.spec(), ["first=0h..12h,second=0h..12h"]),
                  "in_time")  # fmt: skip
    assert str(found.formula) == "first + second < 10h"
    assert not found.unverified
