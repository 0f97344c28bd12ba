"""Whatever ends a check on diagrams, and whenever: what is not decided then is unknown."""

import gc
import weakref

import pytest

from fsm.check import automatic
from fsm.check.check import CheckOptions, check_spec
from fsm.check.results import Outcome, SpecReport
from fsm.check.symbolic import PLAIN
from fsm.check.task import Task
from fsm.explore.space import INTERRUPTED, MEMORY, TIME
from fsm.explore.symbolic import diagrams, encoding, engine
from fsm.explore.symbolic.diagrams import Exhausted
from fsm.explore.symbolic.order import force
from fsm.reduce.reduction import NAMES
from fsm.spec.load import parse_spec
from tests.check.agreement import told
from tests.explore.test_agreement import CORNERS
from tests.known_answers.families import text

pytest.importorskip("dd.cudd")
DIAGRAMS = CheckOptions(engine="symbolic", without=NAMES)
EVERYTHING = """
fsm: 1
name: everything
switches: {quick: bool}
variables: {n: {range: 0..2}, list: {range: 0..1, length: 2}}
events: {go: {by: a, fair: weak}, hurry: {urgent: true}}
machines:
  a:
    states: {s: , t: , u: {final: true}}
    transitions:
      - {from: s, on: go, when: quick, to: t, set: {n: n + 1, "list[n]": 1}}
      - {from: t, after: 2h, to: s}
      - {from: t, on: hurry, when: n == 2, to: u}
  b:
    receptive: true
    states: {p: , q: }
    transitions: [{from: p, on: go, to: q}, {from: q, between: [1h, 3h], to: p}]
properties:
  never_two: {never: n == 2}
  ends: {eventually: a == u}
  back: {can_always: a == s}
  returns: {can_always: b == p}
  answered: {after: fired(go), eventually: a == s, within: 1h}
  formula: {ltl: "G F a == s"}
  tree: {ctl: "AG EF (n == 2 and count(go) >= 2)"}
"""


def stopping(monkeypatch: pytest.MonkeyPatch, after: int, problem: BaseException) -> list[int]:
    """The `after`-th operation fails; what is counted."""
    calls = [0]
    joint = diagrams.Diagrams.joint

    def counted(self: diagrams.Diagrams, *args: object) -> object:
        calls[0] += 1
        if calls[0] == after:
            raise type(problem)(*problem.args)  # its own: what one was raised in, it keeps
        return joint(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(diagrams.Diagrams, "joint", counted)
    return calls


@pytest.mark.parametrize(
    ("problem", "limit"),
    [
        (KeyboardInterrupt(), INTERRUPTED),
        (Exhausted(TIME), TIME),
        (ValueError("`DdNode *node` is `NULL` pointer."), MEMORY),
    ],
)
def test_at_any_moment(problem: BaseException, limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = parse_spec(EVERYTHING)
    calls = stopping(monkeypatch, 0, problem)
    whole = check_spec(spec, DIAGRAMS)
    assert whole.complete
    assert {r.outcome for r in whole.results} == {Outcome.HOLDS, Outcome.VIOLATED}
    outcomes = {r.property.name: r.outcome for r in whole.results}
    for turn, after in enumerate(range(1, calls[0], calls[0] // 20)):
        with monkeypatch.context() as patch:
            stopping(patch, after, problem)
            if turn % 2:  # and nothing more can be found in the time that is left
                patch.setattr(engine, "GRACE", -1.0)
                patch.setattr(diagrams, "LOOK_EVERY", 1)
            report = check_spec(spec, DIAGRAMS)
        assert (report.complete, report.limit) == (False, limit)
        for result in report.results:
            assert result.outcome in (Outcome.UNKNOWN, outcomes[result.property.name])


def test_diagrams_go_as_soon_as_memory_is_used_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not when cycles are looked for: CUDD complains if its manager goes before its diagrams."""
    made: list[weakref.ref[diagrams.Diagrams]] = []
    joint = diagrams.Diagrams.joint

    def full(self: diagrams.Diagrams, *args: object) -> object:
        made.append(weakref.ref(self))
        if len(made) == 100:
            raise ValueError("`DdNode *node` is `NULL` pointer.")
        return joint(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(diagrams.Diagrams, "joint", full)
    gc.disable()
    try:
        assert check_spec(parse_spec(EVERYTHING), DIAGRAMS).limit == MEMORY
        assert made
        assert all(seen() is None for seen in made)
    finally:
        gc.enable()


def test_memory_that_is_really_used_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "ordered", lambda n, groups, _: force(range(n), groups))
    monkeypatch.setattr(engine, "LEAST", 1 << 20)
    monkeypatch.setattr(engine, "MEMORY", 1 << 20)
    report = check_spec(parse_spec(text("two_phase_commit", managers=11)), DIAGRAMS)
    assert (report.complete, report.limit) == (False, MEMORY)
    assert {r.outcome for r in report.results} <= {Outcome.UNKNOWN, Outcome.VIOLATED}


@pytest.mark.parametrize("name", ["everything", *CORNERS])
def test_without_cudd(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import dd.autoref

    spec = parse_spec(CORNERS.get(name, EVERYTHING))
    expected = check_spec(spec, DIAGRAMS)
    monkeypatch.setattr(diagrams, "_load", lambda: ("autoref", dd.autoref))
    found = check_spec(spec, DIAGRAMS)
    assert told(found) == told(expected)
    assert PLAIN in found.notes
    assert PLAIN not in expected.notes


class Full:
    """The compiled engine where memory is used up."""

    limit = MEMORY


@pytest.mark.parametrize("fits", [True, False])
def test_auto_asks_diagrams_where_memory_holds_no_states(
    fits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float | None] = []

    def compiled(task: Task, seconds: float | None) -> object:
        asked.append(seconds)
        return Full() if seconds is not None else None

    monkeypatch.setattr(automatic, "_compiled", compiled)
    monkeypatch.setattr(automatic, "FIRST", 50)
    monkeypatch.setattr(automatic, "PATIENCE", 1_000 if fits else 0)
    spec = parse_spec(text("dining_philosophers", n=6))
    report: SpecReport = check_spec(spec, CheckOptions(without=NAMES, stats=True))
    assert report.engine == ("symbolic" if fits else "python")
    assert (report.complete, report.states) == (True, 198)
    assert report.stats and report.stats.trying > 0  # whoever was asked in the end
    assert len(asked) == (1 if fits else 2)  # the report of what was cut short is its own
    assert asked[1:] == ([] if fits else [None])
