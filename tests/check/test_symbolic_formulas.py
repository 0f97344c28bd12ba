"""Formulas and fairness on sets of states: whole reports as the search on single states gives."""

from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from fsm.check.check import CheckOptions, check_spec
from fsm.errors import SpecError, UsageError
from fsm.model import Spec
from fsm.reduce.reduction import NAMES
from fsm.spec.load import parse_spec, spec_from
from fsm.temporal import Atom, Temporal, written
from tests.check.agreement import told
from tests.logic.strategies import grown
from tests.logic.test_formulas import (
    ARCS,
    BRANCHING,
    FAIR,
    FORMULAS,
    PLAIN,
    Arc,
    branching,
    spec_of,
)
from tests.logic.test_soundness import CLAIMS
from tests.random_specs import specs

pytest.importorskip("dd")
QUIET = [*HealthCheck]


def agree(spec: Spec) -> None:
    """Verdicts, variants, remedies, and lengths of finite runs; every run was replayed and shows
    what it should, or `check_spec` would have raised an error."""
    python = check_spec(
        spec, CheckOptions(engine="python", max_states=2_000, without=NAMES, time="units")
    )
    assume(python.complete)
    symbolic = check_spec(spec, CheckOptions(engine="symbolic", without=NAMES))
    for here, there in zip(told(symbolic)["results"], told(python)["results"], strict=True):
        # Of two shortest runs one may end, and stutter: it is then told as a lasso.
        if "lasso" in (here[5], there[5]):
            assert None not in (here[5], there[5])
            here, there = (r[:5] + r[6:] for r in (here, there))
        assert here == there
    assert [r.notes for r in symbolic.results] == [r.notes for r in python.results]


@given(ARCS, FAIR, FORMULAS, BRANCHING)
@settings(max_examples=60, deadline=None)
def test_formulas_of_small_systems(
    arcs: list[Arc], fair: Mapping[str, str], linear: Temporal, branching_: Temporal
) -> None:
    agree(spec_of(arcs, fair, f'ltl: "{written(linear)}"'))
    agree(spec_of(arcs, fair, f'ctl: "{written(branching_)}"'))
    agree(spec_of(arcs, fair, "eventually: m == b"))
    agree(spec_of(arcs, fair, "after: m == a, eventually: fired(hop)"))


@pytest.mark.slow
@given(ARCS, FAIR, FORMULAS, BRANCHING)
@settings(max_examples=5_000, deadline=None)
def test_formulas_of_small_systems_at_length(
    arcs: list[Arc], fair: Mapping[str, str], linear: Temporal, branching_: Temporal
) -> None:
    agree(spec_of(arcs, fair, f'ltl: "{written(linear)}"'))
    agree(spec_of(arcs, fair, f'ctl: "{written(branching_)}"'))


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
    agree(with_formulas(document, linear, tree))


@pytest.mark.slow
@given(specs(), LINEAR, TREES)
@settings(max_examples=2_000, deadline=None, suppress_health_check=QUIET)
def test_formulas_of_random_specs_at_length(
    document: dict[str, object], linear: Temporal, tree: Temporal
) -> None:
    agree(with_formulas(document, linear, tree))


DIVISION = """
fsm: 1
name: division
variables: {x: {range: 0..2, initial: 2}}
machines:
  m:
    states: {s: , t: {final: true}}
    transitions:
      - {from: s, when: x > 0, set: {x: x - 1}}
      - {from: s, to: t}
properties: {p: {%s (2 // x < 2 | m == s)}}
"""


@pytest.mark.parametrize("formula", ["ltl: G", "ctl: AG"])
def test_a_test_without_a_value_is_refused(formula: str) -> None:
    spec = parse_spec(DIVISION % formula)
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
    text = DIVISION.replace("%s (2 // x < 2 | m == s)", f'ctl: "{formula}"')
    text = text.replace("set: {x: x - 1}", "set: {x: x - 1}, to: s").replace(
        "range: 0..2", "range: 0..3"
    )
    run = check_spec(parse_spec(text), CheckOptions(engine=engine)).results[0].run
    assert run is not None
    assert len(run.steps) == steps
