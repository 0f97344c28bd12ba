"""Formulas and fairness on sets of states: whole reports as the search on single states gives."""

from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from fsm.check.check import CheckOptions, check_spec
from fsm.errors import SpecError, UsageError
from fsm.model import Spec
from fsm.spec.load import parse_spec, spec_from
from fsm.temporal import Atom, Temporal, written
from tests.check.agreement import runs_agree
from tests.explore.test_columns import DIVISION
from tests.logic.small import ARCS, FAIR, FORMULAS, PLAIN, Arc, spec_of
from tests.logic.strategies import grown
from tests.logic.test_formulas import BRANCHING, branching
from tests.logic.test_soundness import CLAIMS
from tests.random_specs import specs

pytest.importorskip("dd")
QUIET = [*HealthCheck]


def agree(spec: Spec) -> bool:
    """See `runs_agree`."""
    return runs_agree(spec, "symbolic")


@given(ARCS, FAIR, FORMULAS, BRANCHING)
@settings(max_examples=60, deadline=None)
def test_formulas_of_small_systems(
    arcs: list[Arc], fair: Mapping[str, str], linear: Temporal, branching_: Temporal
) -> None:
    assert agree(spec_of(arcs, fair, f'ltl: "{written(linear)}"'))
    assert agree(spec_of(arcs, fair, f'ctl: "{written(branching_)}"'))
    assert agree(spec_of(arcs, fair, "eventually: m == b"))
    assert agree(spec_of(arcs, fair, "after: m == a, eventually: fired(hop)"))


@pytest.mark.slow
@given(ARCS, FAIR, FORMULAS, BRANCHING)
@settings(max_examples=5_000, deadline=None)
def test_formulas_of_small_systems_at_length(
    arcs: list[Arc], fair: Mapping[str, str], linear: Temporal, branching_: Temporal
) -> None:
    assert agree(spec_of(arcs, fair, f'ltl: "{written(linear)}"'))
    assert agree(spec_of(arcs, fair, f'ctl: "{written(branching_)}"'))


ATOMS = st.sampled_from([Atom(a) for a in (*CLAIMS, "fired(e)", "count(e) >= 2")])
LINEAR = st.recursive(ATOMS, lambda inner: grown(inner, PLAIN), max_leaves=4)
TREES = st.recursive(ATOMS, branching, max_leaves=4)


def with_formulas(document: dict[str, object], linear: Temporal, tree: Temporal) -> Spec:
    claims = {"linear": {"ltl": written(linear)}, "tree": {"ctl": written(tree)}}
    try:
        return spec_from({**document, "properties": claims})
    except SpecError:  # there is no such event, or it is too clear that it never happens
        assume(False)
        raise


@given(specs(), LINEAR, TREES)
@settings(max_examples=40, deadline=None, suppress_health_check=QUIET)
def test_formulas_of_random_specs(
    document: dict[str, object], linear: Temporal, tree: Temporal
) -> None:
    assume(agree(with_formulas(document, linear, tree)))


@pytest.mark.slow
@given(specs(), LINEAR, TREES)
@settings(max_examples=2_000, deadline=None, suppress_health_check=QUIET)
def test_formulas_of_random_specs_at_length(
    document: dict[str, object], linear: Temporal, tree: Temporal
) -> None:
    assume(agree(with_formulas(document, linear, tree)))


@pytest.mark.parametrize("formula", ["ltl: G", "ctl: AG"])
def test_a_test_without_a_value_is_refused(formula: str) -> None:
    claim = f"properties: {{p: {{{formula} (2 // x < 2 | m == s)}}}}"
    spec = parse_spec(DIVISION + claim)
    for engine in ("python", "symbolic"):
        with pytest.raises(UsageError) as caught:
            check_spec(spec, CheckOptions(engine=engine))
        assert caught.value.code == "F609"


@pytest.mark.parametrize("engine", ["python", "symbolic"])
@pytest.mark.parametrize(
    ("formula", "steps"),
    [("AX x == 1 | x == 1", 1), ("x == 1 | AG x > 1", 1), ("(AG x < 3) -> x == 1", 0)],
)
def test_what_one_run_can_show_of_a_formula_without_an_outer_quantifier(
    formula: str, steps: int, engine: str
) -> None:
    text = DIVISION.replace("x - 1}", "x - 1}, to: s").replace("0..2", "0..3")
    text += f'properties: {{p: {{ctl: "{formula}"}}}}'
    run = check_spec(parse_spec(text), CheckOptions(engine=engine)).results[0].run
    assert run is not None
    assert len(run.steps) == steps


BUSY = """
fsm: 1
name: busy
machines:
  worker:
    %s
    states: {waits: , works: {final: true}}
    transitions: [{from: waits, to: works}]
  clock:
    states: {tick: , tock: }
    transitions: [{from: tick, to: tock}, {from: tock, to: tick}]
properties: {starts: {eventually: worker == works}, again: {ltl: F G clock == tick}}
"""


@pytest.mark.parametrize(("fair", "violated"), [("", 2), ("fair: weak", 1), ("fair: strong", 1)])
def test_fairness_of_what_a_machine_does_by_itself(fair: str, violated: int) -> None:
    spec = parse_spec(BUSY % fair)
    assert agree(spec)
    report = check_spec(spec, CheckOptions(engine="symbolic"))
    assert [bool(r.violated.count) for r in report.results].count(True) == violated
