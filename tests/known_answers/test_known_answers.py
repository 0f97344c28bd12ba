"""Systems whose answers are known from elsewhere (sources: README.md), asked of every engine."""

import math
from collections.abc import Callable, Hashable, Iterable
from pathlib import Path
from typing import TypeVar

import pytest

from fsm.check.check import CheckOptions, check_spec
from fsm.check.results import Outcome, PropertyResult, SpecReport
from fsm.errors import UsageError
from fsm.reduce.reduction import NAMES
from fsm.semantics.trace import Occurrence
from fsm.spec.load import load_spec
from tests.known_answers.families import LARGE, Large, text

ENGINES = ("auto", "symbolic", "compiled", pytest.param("reference", marks=pytest.mark.slow))
S = TypeVar("S", bound=Hashable)
T = TypeVar("T")
Ask = Callable[..., SpecReport]


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def ask(engine: str, tmp_path: Path) -> Ask:
    """Check a spec of this folder, with some of its constants replaced."""

    def answer(name: str, **constants: int) -> SpecReport:
        file = tmp_path / f"{name}.fsm.yaml"
        file.write_text(text(name, **constants), encoding="utf-8")
        # The numbers are those of the systems as they stand.
        try:
            return check_spec(load_spec(file), CheckOptions(engine=engine, without=NAMES))
        except UsageError as problem:
            if problem.code != "F742":
                raise
            pytest.skip("a property that the compiled engine does not decide")

    return answer


def result(report: SpecReport, name: str) -> PropertyResult:
    return next(r for r in report.results if r.property.name == name)


def steps(report: SpecReport, name: str) -> int:
    """How many discrete steps the run takes that is shown for a property."""
    run = result(report, name).run
    assert run is not None
    return sum(isinstance(step, Occurrence) for step in run.steps)


def all_as_expected(report: SpecReport) -> bool:
    return (
        report.complete
        and all(result.as_expected is True for result in report.results)
        and all(finding.allowed for finding in report.findings)
    )


def reachable(initial: S, successors: Callable[[S], Iterable[S]]) -> set[S]:
    """The oracle: everything that can be reached; no queue, no order, nothing of the engines."""
    seen = {initial}
    fresh = seen
    while fresh:
        fresh = {t for s in fresh for t in successors(s)} - seen
        seen = seen | fresh
    return seen


def put(values: tuple[T, ...], i: int, value: T) -> tuple[T, ...]:
    return (*values[:i], value, *values[i + 1 :])


def test_die_hard(ask: Ask) -> None:
    report = ask("die_hard")
    assert all_as_expected(report)
    assert (report.states, report.transitions) == (16, 96)
    assert steps(report, "not_solved") == 6


@pytest.mark.parametrize(
    ("managers", "states", "transitions"),
    [
        (3, 288, 1145),
        (5, 8832, None),
        pytest.param(7, 296_448, None, marks=pytest.mark.slow),
    ],
)
def test_two_phase_commit(ask: Ask, managers: int, states: int, transitions: int | None) -> None:
    report = ask("two_phase_commit", managers=managers)
    assert all_as_expected(report)
    assert states == 4**managers + 2**managers + 6**managers
    assert report.states == states
    assert transitions in {None, report.transitions}


def test_transaction_commit(ask: Ask) -> None:
    report = ask("transaction_commit")
    assert all_as_expected(report)
    assert (report.states, report.transitions) == (34, 93)


@pytest.mark.parametrize(("boxes", "states", "transitions"), [(5, 30, 48), (6, 48, 80)])
def test_moving_cat(ask: Ask, boxes: int, states: int, transitions: int) -> None:
    report = ask("moving_cat", boxes=boxes)
    assert all_as_expected(report)
    assert (report.states, report.transitions) == (states, transitions)


Table = tuple[tuple[int, ...], tuple[bool, ...]]  # forks held by each, forks on the table


def philosophers(n: int) -> set[Table]:
    """The forks themselves are kept here, unlike in the spec."""

    def moves(table: Table) -> Iterable[Table]:
        held, forks = table
        for left in range(n):
            right = (left + 1) % n
            if held[left] == 0 and forks[left]:
                yield put(held, left, 1), put(forks, left, False)
            if held[left] == 1 and forks[right]:
                yield put(held, left, 2), put(forks, right, False)
            if held[left] == 2:
                yield put(held, left, 0), put(put(forks, left, True), right, True)

    return reachable(((0,) * n, (True,) * n), moves)


@pytest.mark.parametrize("n", [*range(2, 7), pytest.param(12, marks=pytest.mark.slow)])
def test_dining_philosophers(ask: Ask, n: int) -> None:
    report = ask("dining_philosophers", n=n)
    assert all_as_expected(report)
    companion_pell = round((1 + math.sqrt(2)) ** n + (1 - math.sqrt(2)) ** n)
    assert report.states == companion_pell
    if n < 7:
        assert report.states == len(philosophers(n))
    assert steps(report, "someone_can_always_eat") == n


def test_peterson(ask: Ask) -> None:
    report = ask("peterson")
    assert all_as_expected(report)
    assert report.states == 10


Processes = tuple[tuple[int, ...], tuple[bool, ...], int]  # program counters, flags, turn


def peterson(flag_first: bool) -> set[Processes]:
    """One assignment a step."""

    def moves(state: Processes) -> Iterable[Processes]:
        counters, flags, turn = state
        for i, pc in enumerate(counters):
            if pc == 3:
                yield put(counters, i, 0), put(flags, i, False), turn
            elif pc == 2:
                if turn == i or not flags[1 - i]:
                    yield put(counters, i, 3), flags, turn
            elif (pc == 0) == flag_first:
                yield put(counters, i, pc + 1), put(flags, i, True), turn
            else:
                yield put(counters, i, pc + 1), flags, 1 - i

    return reachable(((0, 0), (False, False), 0), moves)


def test_peterson_one_assignment_a_step(ask: Ask) -> None:
    report = ask("peterson_fine")
    assert all_as_expected(report)
    assert report.variants == 2
    assert report.states == len(peterson(True) | peterson(False))


Filter = tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...], tuple[int, ...]]


def peterson_filter(n: int) -> tuple[int, int]:
    """States and steps, with the variables of Murphi's n_peterson.m: P, Q, turn and localj."""
    steps: list[tuple[Filter, Filter]] = []

    def moves(state: Filter) -> Iterable[Filter]:
        found = [target for i in range(n) for target in move(state, i)]
        steps.extend((state, target) for target in found)
        return found

    def move(state: Filter, i: int) -> Iterable[Filter]:
        at, priority, turn, level = state
        if at[i] == 0:
            yield put(at, i, 1), priority, turn, put(level, i, 1)
        elif at[i] == 1:
            yield put(at, i, 2), put(priority, i, level[i]), turn, level
        elif at[i] == 2:
            yield put(at, i, 3), priority, put(turn, level[i], i), level
        elif at[i] == 3:
            last = turn[level[i]] == i
            if not last or all(priority[k] < level[i] for k in range(n) if k != i):
                further = level[i] + 1
                yield put(at, i, 1 if further < n else 4), priority, turn, put(level, i, further)
        else:
            yield put(at, i, 0), put(priority, i, 1), turn, level

    nobody = -1
    seen = reachable(((0,) * n, (0,) * n, (nobody,) * n, (0,) * n), moves)
    return len(seen), len(steps)


@pytest.mark.parametrize(
    ("n", "states", "transitions"),
    [(3, 882, 2040), pytest.param(4, 22_281, 64_024, marks=pytest.mark.slow)],
)
def test_peterson_filter(ask: Ask, n: int, states: int, transitions: int) -> None:
    report = ask("peterson_filter", n=n)
    assert all_as_expected(report)
    assert (report.states, report.transitions) == (states, transitions) == peterson_filter(n)


@pytest.mark.parametrize("n", [1, 2, pytest.param(4, marks=pytest.mark.slow)])
def test_tickets(ask: Ask, n: int) -> None:
    report = ask("tickets", n=n)
    assert all_as_expected(report)
    assert report.states == 6**n * 49
    assert report.transitions == 6**n * 49 + 11 * n * 6 ** (n - 1) * 49


@pytest.mark.slow
@pytest.mark.parametrize("large", LARGE, ids=lambda large: large.title)
def test_large_spaces(ask: Ask, engine: str, large: Large) -> None:
    if engine != "compiled":
        pytest.skip("for an engine that is made for millions of states")
    report = ask(large.name, **large.constants)
    assert all_as_expected(report)
    assert (report.states, report.transitions) == (large.states, large.transitions)


@pytest.mark.parametrize(
    ("producers", "consumers", "capacity", "deadlock"),
    [
        (1, 2, 1, 7),
        (2, 1, 1, 8),
        (1, 4, 2, 13),
        (4, 1, 2, 15),
        (2, 3, 2, 21),
        (3, 2, 2, 23),
        (3, 4, 3, 43),
        (4, 3, 3, 46),
        (1, 1, 1, None),
        (2, 2, 2, None),
        (1, 3, 2, None),
        (3, 3, 3, None),
    ],
)
def test_bounded_buffer(
    ask: Ask,
    producers: int,
    consumers: int,
    capacity: int,
    deadlock: int | None,
) -> None:
    report = ask("bounded_buffer", producers=producers, consumers=consumers, capacity=capacity)
    found = result(report, "no_deadlock")
    assert (found.outcome is Outcome.HOLDS) == (2 * capacity >= producers + consumers)
    assert (found.outcome is Outcome.HOLDS) == (deadlock is None)
    if deadlock is not None:
        assert steps(report, "no_deadlock") == deadlock


def test_wolf_goat_cabbage(ask: Ask) -> None:
    report = ask("wolf_goat_cabbage")
    assert all_as_expected(report)
    assert report.states == 10
    assert steps(report, "not_solved") == 7


def test_missionaries_and_cannibals(ask: Ask) -> None:
    report = ask("missionaries_and_cannibals")
    assert all_as_expected(report)
    assert report.states == 16
    assert steps(report, "not_solved") == 11


@pytest.mark.parametrize("disks", [1, 2, 3, 4])
def test_tower_of_hanoi(ask: Ask, disks: int) -> None:
    report = ask("tower_of_hanoi", disks=disks)
    assert all_as_expected(report)
    assert report.states == 3**disks
    assert steps(report, "not_solved") == 2**disks - 1


def test_tic_tac_toe(ask: Ask) -> None:
    report = ask("tic_tac_toe")
    assert all_as_expected(report)
    assert report.states == 5478
    assert steps(report, "x_never_wins") == 5
    assert steps(report, "o_never_wins") == 6


def test_bridge(ask: Ask) -> None:
    report = ask("bridge")
    assert all_as_expected(report)
    run = result(report, "not_within_seventeen_minutes").run
    assert run is not None
    assert report.unit == 60_000
    assert run.times[-1] == 17


def test_fischer(ask: Ask) -> None:
    assert all_as_expected(ask("fischer"))
