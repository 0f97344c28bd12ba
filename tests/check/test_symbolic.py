"""Whole reports of all engines on random specs; limits of the symbolic one."""

import pytest
from hypothesis import given, settings

from fsm.check.check import CheckOptions, check_spec
from fsm.check.results import Outcome
from fsm.explore.symbolic import space
from fsm.model import Spec
from fsm.reduce.reduction import NAMES
from fsm.spec.load import parse_spec, spec_from
from fsm.testing.random_specs import Document
from tests.check.agreement import told, told_by_both
from tests.check.claimed import ANSWERS, FEATURES, claimed
from tests.explore.test_agreement import CORNERS, SLOW
from tests.known_answers.families import text
from tests.testing.test_strategies import drawn

pytest.importorskip("dd")


def agrees(spec: Spec) -> bool:
    """Counts, verdicts, conditions, lengths of runs and findings as the reference and generated
    Python have them; every run was replayed and shows what it should, or `check_spec` would have
    raised an error. False where the space is too large to compare."""
    explicit = check_spec(spec, CheckOptions(max_states=1_000, without=NAMES, time="units"))
    if not explicit.complete:
        return False
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
    for k, (here, there) in enumerate(zip(found["results"], expected["results"], strict=True)):
        # Of two shortest runs one may end, and stutter: it is then told as a lasso.
        if "lasso" in (here[5], there[5]):
            assert None not in (here[5], there[5])
            found["results"][k] = (*here[:5], there[5], *here[6:])
    assert found == expected
    assert [r.notes for r in symbolic.results] == [r.notes for r in explicit.results]
    return True


@given(claimed())
@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
def test_reports_of_all_engines_agree(document: Document) -> None:
    agrees(spec_from(document))


@pytest.mark.slow
@given(claimed())
@settings(max_examples=3_000, deadline=None, suppress_health_check=SLOW)
def test_reports_of_all_engines_agree_at_length(document: Document) -> None:
    agrees(spec_from(document))


@pytest.mark.parametrize("name", CORNERS)
def test_corners(name: str) -> None:
    assert agrees(parse_spec(CORNERS[name]))


def test_what_is_compared_has_every_feature() -> None:
    """And answers of every kind come out: within so many draws that only what is all but never
    drawn could be missing."""
    missing, unseen = set(FEATURES), set(ANSWERS)
    for start in range(10):
        documents = drawn(claimed(), 60, start)
        missing -= {name for name in missing if any(map(FEATURES[name], documents))}
        for document in documents[:15] if unseen else ():
            options = CheckOptions(max_states=200, without=NAMES, time="units")
            report = check_spec(spec_from(document), options)
            unseen -= {kind for kind in unseen if report.complete and ANSWERS[kind](report)}
        if not missing | unseen:
            break
    assert (missing, unseen) == (set(), set())


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
