"""The shipped specs: everything as expected, and nothing of the source document left out."""

import re
from pathlib import Path

import pytest

from fsm.check.check import check_spec
from fsm.check.results import Outcome, SpecReport
from fsm.model import Machine, Pattern, Spec
from fsm.spec.load import load_spec

SPECS = Path(__file__).parents[2] / "specs" / "douyin"
NAMES = ("assistant_access", "shipped_refund_only", "workbench")
STATES = {"applied", "intercepting", "refused", "refunded", "rejected", "timed_out"}
DEMONSTRATIONS = {
    "slow_intercept",
    "acceptance_taken_for_success",
    "strategy_order",
    "waiting_trap",
    "withdraw_crossing_agree",
    "erp_too_late",
}


@pytest.fixture(scope="module")
def specs() -> dict[str, Spec]:
    return {name: load_spec(SPECS / f"{name}.fsm.yaml") for name in NAMES}


@pytest.fixture(scope="module")
def reports(specs: dict[str, Spec]) -> dict[str, SpecReport]:
    return {name: check_spec(spec) for name, spec in specs.items()}


def cited(spec: Spec) -> set[str]:
    found = {rule for p in spec.properties for rule in p.rules}
    for scope in spec.scopes():
        found |= {rule for event in scope.events for rule in event.rules}
        if isinstance(scope, Machine):
            found |= {rule for t in scope.transitions for rule in t.rules}
            found |= {rule for s in scope.states for rule in s.rules}
    return found


def names(letter: str, last: int) -> set[str]:
    return {f"{letter}{k}" for k in range(1, last + 1)}


@pytest.mark.parametrize("name", NAMES)
def test_every_verdict_is_as_expected(name: str, reports: dict[str, SpecReport]) -> None:
    report = reports[name]
    assert report.complete
    assert report.results
    assert {r.property.name: r.as_expected for r in report.results} == {
        r.property.name: True for r in report.results
    }
    assert [f for f in report.findings if f.allowed is None] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_violation_has_a_run_that_was_replayed(
    name: str, reports: dict[str, SpecReport]
) -> None:
    for result in reports[name].results:
        if result.outcome is Outcome.VIOLATED and result.property.pattern is not Pattern.REACHABLE:
            assert result.run is not None, result.property.name


def test_every_rule_is_cited_or_said_not_to_be_expressible(specs: dict[str, Spec]) -> None:
    told = {
        rule.name
        for spec in specs.values()
        for rule in spec.rules
        if rule.name in cited(spec) or rule.not_modelled
    }
    assert told == names("R", 41)
    for spec in specs.values():
        for rule in spec.rules:
            assert rule.text.zh, rule.name
            assert rule.text.en, rule.name
            if rule.not_modelled:
                assert rule.not_modelled.zh, rule.name
                assert rule.not_modelled.en, rule.name


def test_every_open_point_is_a_question_or_a_decision(specs: dict[str, Spec]) -> None:
    carried = {c.ref for spec in specs.values() for c in spec.configuration}
    carried |= {d.name for spec in specs.values() for d in spec.decisions}
    assert names("A", 21) <= carried


def test_every_invariant_is_decided_in_both_languages(specs: dict[str, Spec]) -> None:
    refs = {p.ref for spec in specs.values() for p in spec.properties}
    assert names("I", 33) <= refs
    for spec in specs.values():
        for property_ in spec.properties:
            assert property_.text.zh, property_.name
            assert property_.text.en, property_.name
            if property_.expect.value != "holds":
                assert property_.because.zh, property_.name
                assert property_.because.en, property_.name


@pytest.mark.parametrize("name", NAMES)
def test_what_comes_in_the_end_and_what_stays_possible_is_asked(
    name: str, specs: dict[str, Spec]
) -> None:
    patterns = {p.pattern for p in specs[name].properties}
    assert {Pattern.LTL, Pattern.CTL, Pattern.RESPONSE} <= patterns


def test_the_ticket_has_the_six_states(specs: dict[str, Spec]) -> None:
    ticket = next(m for m in specs["shipped_refund_only"].machines if m.name == "ticket")
    assert {s.name for s in ticket.states} >= STATES


def test_the_six_demonstrations_are_violated(reports: dict[str, SpecReport]) -> None:
    results = {r.property.name: r for r in reports["shipped_refund_only"].results}
    for name in DEMONSTRATIONS:
        assert results[name].outcome is Outcome.VIOLATED, name
        assert results[name].run is not None, name


def test_labels_are_chinese_and_english(specs: dict[str, Spec]) -> None:
    for spec in specs.values():
        for machine in spec.all_machines():
            for state in machine.states:
                assert re.search(r"[\u4e00-\u9fff]", state.text.zh), (machine.name, state.name)
                assert state.text.en, (machine.name, state.name)
