"""When `auto` goes from single states to sets of them, and back."""

import pytest
from hypothesis import given, settings

from fsm.check import automatic
from fsm.check.check import CheckOptions, check_spec
from fsm.check.results import SpecReport
from fsm.reduce.reduction import NAMES
from fsm.spec.load import parse_spec, spec_from
from tests.check.agreement import told
from tests.explore.test_agreement import SLOW
from tests.known_answers.families import text
from tests.random_specs import specs

pytest.importorskip("dd.cudd")
SIX = text("dining_philosophers", n=6)  # 198 states


def report(limit: int | None = None) -> SpecReport:
    return check_spec(parse_spec(SIX), CheckOptions(max_states=limit, without=NAMES))


def test_a_small_space_is_searched_state_by_state() -> None:
    assert (report().engine, report().notes) == ("python", ())


def test_a_larger_one_is_asked_again_as_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = told(report())
    monkeypatch.setattr(automatic, "FIRST", 50)
    monkeypatch.setattr(automatic, "PATIENCE", 1_000)
    monkeypatch.setattr(automatic, "_compiled", lambda task, seconds: None)
    found = report()
    assert found.engine == "symbolic"
    assert told(found) == expected
    assert "not done after 50" in found.notes[-1].en


def test_where_sets_do_not_suit_it_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(automatic, "FIRST", 50)
    monkeypatch.setattr(automatic, "PATIENCE", 0)
    monkeypatch.setattr(automatic, "_compiled", lambda task, seconds: None)
    found = report()
    assert (found.engine, found.complete, found.states) == ("python", True, 198)


def test_without_cudd_it_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(automatic, "FIRST", 50)
    monkeypatch.setattr(automatic, "find_spec", lambda name: None)
    assert (report().engine, report().complete) == ("python", True)


def test_a_small_limit_is_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(automatic, "FIRST", 50)
    monkeypatch.setattr(automatic, "PATIENCE", 1_000)
    found = report(limit=40)
    assert (found.engine, found.complete, found.limit) == ("python", False, "40 states")


@given(specs())
@settings(max_examples=10, deadline=None, suppress_health_check=SLOW)
def test_the_answer_does_not_depend_on_it(document: dict[str, object]) -> None:
    spec = spec_from(document)
    options = CheckOptions(max_states=2_000, without=NAMES, time="units")
    expected = check_spec(spec, options)
    if not expected.complete:
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(automatic, "FIRST", 1)
        patch.setattr(automatic, "_compiled", lambda task, seconds: None)
        patch.setattr(automatic, "PATIENCE", 1_000)
        found = check_spec(spec, options)
    assert told(found)["results"] == told(expected)["results"]
    assert found.states == expected.states
