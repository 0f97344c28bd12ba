"""Whole reports of all engines on random specs; limits of the symbolic one."""

import pytest
from hypothesis import given, settings

from fsm.check.check import CheckOptions, check_spec
from fsm.check.results import Outcome, SpecReport
from fsm.errors import SpecError
from fsm.explore.symbolic import space
from fsm.reduce.reduction import NAMES
from fsm.spec.load import parse_spec, spec_from
from fsm.testing.random_specs import Document
from tests.check.agreement import told, told_by_both
from tests.check.claimed import claimed
from tests.explore.test_agreement import CORNERS, SLOW
from tests.known_answers.families import text
from tests.random_specs import specs

pytest.importorskip("dd")


def agrees(text_or_document: str | dict[str, object]) -> None:
    spec = (
        parse_spec(text_or_document)
        if isinstance(text_or_document, str)
        else spec_from(text_or_document)
    )
    explicit = check_spec(spec, CheckOptions(max_states=3_000, without=NAMES, time="units"))
    if not explicit.complete:
        return
    assert explicit.engine == "python"
    assert told(
        check_spec(spec, CheckOptions(engine="reference", without=NAMES, time="units"))
    ) == told(explicit)
    symbolic = check_spec(spec, CheckOptions(engine="symbolic", without=NAMES))
    found, expected = (told_by_both(r, explicit) for r in (symbolic, explicit))
    # In a family, steps that differ only in who listens in which variant count once.
    more = explicit.transitions - symbolic.transitions
    assert more == 0 if explicit.variants == 1 else more >= 0
    found["counts"] = expected["counts"] = (symbolic.states, symbolic.complete)
    assert (symbolic.states, symbolic.variants) == (explicit.states, explicit.variants)
    # Which steps a division by zero takes part in is told for one of them.
    for report in (found, expected):
        report["findings"] = [f for f in report["findings"] if f[0] != "S06" or ":" not in f[1]]
    assert found == expected


@given(specs())
@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
def test_reports_of_both_engines_agree(document: dict[str, object]) -> None:
    agrees(document)


@pytest.mark.slow
@given(specs())
@settings(max_examples=2_000, deadline=None, suppress_health_check=SLOW)
def test_reports_of_both_engines_agree_at_length(document: dict[str, object]) -> None:
    agrees(document)


@pytest.mark.parametrize("name", CORNERS)
def test_corners(name: str) -> None:
    agrees(CORNERS[name])


def claims_agree(document: Document) -> SpecReport | None:
    """Verdicts, conditions and lengths of runs as the reference finds them, every run replayed (or
    `check_spec` raises an error); None where the spec is too large for it, or none."""
    try:
        spec = spec_from(document)
    except SpecError:  # it is too clear that a property holds for want of anything
        return None
    options = CheckOptions(engine="reference", max_states=1_000, without=NAMES, time="units")
    reference = check_spec(spec, options)
    if not reference.complete:
        return None
    symbolic = check_spec(spec, CheckOptions(engine="symbolic", without=NAMES))
    assert (symbolic.states, symbolic.variants) == (reference.states, reference.variants)
    found, expected = (told_by_both(r, reference)["results"] for r in (symbolic, reference))
    for here, there in zip(found, expected, strict=True):
        # Of two shortest runs one may end, and stutter: it is then told as a lasso.
        if "lasso" in (here[5], there[5]):
            assert None not in (here[5], there[5])
            here, there = (r[:5] + r[6:] for r in (here, there))
        assert here == there
    assert [r.notes for r in symbolic.results] == [r.notes for r in reference.results]
    return reference


@given(claimed())
@settings(max_examples=30, deadline=None, suppress_health_check=SLOW)
def test_claims_agree_with_the_reference(document: Document) -> None:
    claims_agree(document)


@pytest.mark.slow
@given(claimed())
@settings(max_examples=3_000, deadline=None, suppress_health_check=SLOW)
def test_claims_agree_with_the_reference_at_length(document: Document) -> None:
    claims_agree(document)


def test_a_limit_leaves_it_undecided() -> None:
    spec = parse_spec(text("dining_philosophers", n=6))
    report = check_spec(spec, CheckOptions(engine="symbolic", max_states=20))
    assert (report.complete, report.limit) == (False, "20 nodes of diagrams")
    outcomes = {r.property.name: r.outcome for r in report.results}
    assert outcomes == dict.fromkeys(outcomes, Outcome.UNKNOWN)
    assert len(outcomes) == 2


def test_counts_are_exact_where_no_search_could_count() -> None:
    """The closed form of tests/known_answers/dining_philosophers.fsm.yaml, for forty."""
    spec = parse_spec(text("dining_philosophers", n=40))
    options = CheckOptions(engine="symbolic", properties=("someone_can_always_eat",), without=NAMES)
    report = check_spec(spec, options)
    pell = [2, 2]
    while len(pell) <= 40:
        pell.append(2 * pell[-1] + pell[-2])
    assert report.states == pell[40]
    assert report.results[0].outcome is Outcome.VIOLATED


def test_a_run_is_told_where_a_shortest_one_is_too_much_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spec = parse_spec(text("dining_philosophers", n=6))
    options = CheckOptions(engine="symbolic", without=NAMES)
    assert check_spec(spec, options).notes == ()
    monkeypatch.setattr(space, "WORK", 0)
    report = check_spec(spec, options)  # each run is replayed and shows what it should
    assert "not every run told is a shortest one" in report.notes[-1].en
    (dead,) = (r for r in report.results if r.property.name == "someone_can_always_eat")
    assert dead.run is not None
    (finding,) = report.findings
    assert finding.run is not None


LASSO = """
fsm: 1
name: lasso
machines:
  m:
    states: {a: , b: , c: , d: , e: {final: true}}
    transitions:
      - {from: a, to: b}
      - {from: b, to: c}
      - {from: c, to: d}
      - {from: d, to: c}
      - {from: d, to: e}
properties:
  ends: {eventually: m == e}
  answered: {after: m == b, eventually: m == e}
  formula: {ltl: G F m == e}
  tree: {ctl: AF m == e}
"""


def test_a_lasso_is_told_where_rings_are_too_much_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(space, "WORK", 0)
    report = check_spec(parse_spec(LASSO), CheckOptions(engine="symbolic", without=NAMES))
    assert [r.run is not None and r.run.loop is not None for r in report.results] == [True] * 4
