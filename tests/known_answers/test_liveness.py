"""What must happen at last, with the fairness that the sources ask for and without it (sources: in
the specs), asked of every engine."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from fsm.check.check import CheckOptions, check_spec
from fsm.check.results import Outcome, SpecReport
from fsm.errors import UsageError
from fsm.spec.load import load_spec
from tests.known_answers.families import text

Ask = Callable[..., SpecReport]
HOLDS, VIOLATED = Outcome.HOLDS, Outcome.VIOLATED
pytestmark = pytest.mark.usefixtures("not_optimised")


@pytest.fixture(params=["python", "symbolic", "compiled"])
def ask(request: pytest.FixtureRequest, tmp_path: Path) -> Ask:
    """Check a spec of this folder with other constants, or with other words in it."""
    engine = str(request.param)

    def answer(name: str, changes: Mapping[str, str] = {}, **constants: int) -> SpecReport:
        found = text(name, **constants)
        for written, other in changes.items():
            assert written in found
            found = found.replace(written, other)
        file = tmp_path / f"{name}.fsm.yaml"
        file.write_text(found, encoding="utf-8")
        try:
            return check_spec(load_spec(file), CheckOptions(engine=engine))
        except UsageError as problem:
            if problem.code not in ("F740", "F693"):
                raise
            pytest.skip(problem.message)

    return answer


def verdicts(report: SpecReport) -> dict[str, Outcome]:
    """Each violation shows a run; that it is fair, and breaks the property, was replayed."""
    assert report.complete
    for result in report.results:
        assert (result.outcome is not VIOLATED) or result.run is not None
    return {result.property.name: result.outcome for result in report.results}


def test_peterson_with_weak_fairness(ask: Ask) -> None:
    assert set(verdicts(ask("peterson_fair")).values()) == {HOLDS}


def test_peterson_without_fairness(ask: Ask) -> None:
    """A process can be passed over for ever, but not once its flag is up."""
    assert verdicts(ask("peterson_fair", {"    fair: weak\n": ""})) == {
        "mutual_exclusion": HOLDS,
        "no_starvation": VIOLATED,
        "again_and_again": VIOLATED,
        "once_the_flag_is_up": HOLDS,
    }


@pytest.mark.parametrize("n", [2, 3, pytest.param(4, marks=pytest.mark.slow)])
def test_philosophers_with_strong_fairness(ask: Ask, n: int) -> None:
    assert set(verdicts(ask("philosophers_fair", n=n)).values()) == {HOLDS}


@pytest.mark.parametrize("weak", ["fair: weak, ", ""])
def test_philosophers_starve_without_strong_fairness(ask: Ask, weak: str) -> None:
    assert verdicts(ask("philosophers_fair", {"fair: strong, ": weak})) == {
        "neighbours_never_eat_together": HOLDS,
        "someone_can_always_eat": HOLDS,
        "someone_eats": HOLDS,
        "nobody_starves": VIOLATED,
    }


def test_philosophers_who_all_take_the_left_fork_starve(ask: Ask) -> None:
    """Whatever is fair: in the deadlock nothing happens any more."""
    first, second = "if index == n - 1 then 0 else ", "if index == n - 1 then n - 1 else index + 1"
    found = verdicts(ask("philosophers_fair", {first: "", second: "(index + 1) % n"}))
    assert found == {
        "neighbours_never_eat_together": HOLDS,
        "someone_can_always_eat": VIOLATED,
        "someone_eats": VIOLATED,
        "nobody_starves": VIOLATED,
    }


@pytest.mark.parametrize("n", [2, 3, pytest.param(4, marks=pytest.mark.slow)])
def test_one_leader_is_elected(ask: Ask, n: int) -> None:
    assert set(verdicts(ask("chang_roberts", n=n)).values()) == {HOLDS}


def test_where_any_number_may_be_dropped_no_leader_may_be_left(ask: Ask) -> None:
    compared = {"number[index] > number[at]": "number[index] != number[at]"}
    found = verdicts(
        ask("chang_roberts", {**compared, "number[index] < ": "number[index] != "}, n=2)
    )
    assert found["only_the_greatest_leads"] is found["a_leader_is_elected"] is VIOLATED


def test_alternating_bit_over_channels_that_are_fair(ask: Ask) -> None:
    assert set(verdicts(ask("alternating_bit")).values()) == {HOLDS}


@pytest.mark.parametrize("weak", [", fair: weak", ""])
def test_alternating_bit_over_channels_that_may_lose_all(ask: Ask, weak: str) -> None:
    assert verdicts(ask("alternating_bit", {", fair: strong": weak})) == {
        "nothing_twice": HOLDS,
        "nothing_lost": HOLDS,
        "delivered": VIOLATED,
        "confirmed": VIOLATED,
    }


def test_alternating_bit_without_the_bit(ask: Ask) -> None:
    """A receiver that takes whatever comes delivers twice."""
    found = verdicts(ask("alternating_bit", {"when: data == expected, ": ""}))
    assert found["nothing_twice"] is VIOLATED
