"""The peers' lifecycles: everything as expected, sources named, and worst cases known by hand."""

import re
from pathlib import Path

import pytest

from fsm.check.check import CheckOptions, check_spec
from fsm.check.results import Outcome, SpecReport
from fsm.model import Spec
from fsm.spec.load import load_spec, parse_spec

FOLDER = Path(__file__).parents[2] / "specs" / "peers"
NAMES = ("paypal_dispute", "stripe_dispute", "wechat_after_sale", "zendesk_ticket")


@pytest.fixture(scope="module")
def specs() -> dict[str, Spec]:
    return {name: load_spec(FOLDER / f"{name}.fsm.yaml") for name in NAMES}


@pytest.fixture(scope="module")
def reports(specs: dict[str, Spec]) -> dict[str, SpecReport]:
    return {name: check_spec(spec) for name, spec in specs.items()}


def text(name: str) -> str:
    return (FOLDER / f"{name}.fsm.yaml").read_text(encoding="utf-8")


def test_the_folder_holds_these_and_no_others() -> None:
    assert {path.name for path in FOLDER.glob("*.fsm.yaml")} == {f"{n}.fsm.yaml" for n in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_every_verdict_is_as_expected(name: str, reports: dict[str, SpecReport]) -> None:
    report = reports[name]
    assert report.complete
    assert [r.property.name for r in report.results if not r.as_expected] == []
    assert [str(f) for f in report.findings if f.allowed is None] == []
    assert len(report.results) >= 8
    assert any(r.outcome is Outcome.VIOLATED and r.run is not None for r in report.results)


@pytest.mark.parametrize("name", NAMES)
def test_everything_is_said_in_both_languages(name: str, specs: dict[str, Spec]) -> None:
    spec = specs[name]
    said = [spec.title, *(rule.text for rule in spec.rules)]
    said += [decision.text for decision in spec.decisions]
    for property_ in spec.properties:
        said.append(property_.text)
        if property_.expect.value != "holds":
            said.append(property_.because)
    for machine in spec.all_machines():
        said += [machine.text, *(state.text for state in machine.states)]
    assert all(words.zh and words.en for words in said)


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_has_a_source(name: str, specs: dict[str, Spec]) -> None:
    head = text(name).split("fsm: 1", 1)[0]
    letter = specs[name].rules[0].name[0]
    named = set(re.findall(rf"\b{letter}\d+\b", head))
    for first, last in re.findall(rf"\b{letter}(\d+)-{letter}(\d+)\b", head):
        named |= {f"{letter}{k}" for k in range(int(first), int(last) + 1)}
    assert named == {rule.name for rule in specs[name].rules}


@pytest.mark.parametrize(
    ("name", "property_", "old", "new"),
    [
        # 21 days for the evidence and 75 for the bank are reached, one day less is not enough
        ("stripe_dispute", "settled_within_96_days", "within: 96d", "within: 95d"),
        # an offer on the 20th day waits for 10 more
        ("paypal_dispute", "inquiry_ends_within_30_days", "within: 30d", "within: 28d"),
        ("paypal_dispute", "silent_seller_loses_the_claim", "within: 10d", "within: 8d"),
        # the default comes at 48 hours, not before
        ("wechat_after_sale", "handled_within_48_hours",
         "within: handling_window", "within: 24h"),
        ("wechat_after_sale", "returns_are_paid_for",
         "within: receipt_window", "within: 9d"),
        ("zendesk_ticket", "solved_is_settled_in_time", "within: close_after", "within: 3d"),
    ],
)  # fmt: skip
def test_a_worst_case_is_reached(name: str, property_: str, old: str, new: str) -> None:
    before, after = text(name).split(f"  {property_}:", 1)
    assert old in after
    spec = parse_spec(f"{before}  {property_}:{after.replace(old, new, 1)}")
    results = {
        r.property.name: r for r in check_spec(spec, CheckOptions(properties=(property_,))).results
    }
    assert results[property_].outcome is Outcome.VIOLATED
