"""Timed systems whose answers are known from elsewhere (sources: the specs), over real time."""

import re

import pytest

from fsm.check.check import CheckOptions, check_spec
from fsm.check.results import Outcome, SpecReport
from fsm.solve.lattice import read_lattice
from fsm.solve.search import solve
from fsm.spec.load import parse_spec
from fsm.spec.template import template_of
from tests.known_answers.families import text


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
