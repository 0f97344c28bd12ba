"""Claims about runs in machine code: whole reports as plain Python gives them, and limits."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from fsm.check import automatic
from fsm.check.check import CheckOptions, check_spec
from fsm.check.results import Outcome
from fsm.errors import SpecError, UsageError
from fsm.explore.compiled import components, native
from fsm.explore.space import INTERRUPTED, MEMORY
from fsm.model import Spec
from fsm.reduce.reduction import NAMES
from fsm.spec.load import parse_spec, spec_from
from fsm.temporal import Atom, Temporal, written
from tests.check.agreement import runs_agree
from tests.known_answers.families import text
from tests.logic.small import ARCS, FAIR, FORMULAS, PLAIN, Arc, spec_of
from tests.logic.strategies import grown
from tests.logic.test_soundness import CLAIMS
from tests.random_specs import specs

pytest.importorskip("llvmlite")
QUIET = [*HealthCheck]
pytestmark = pytest.mark.usefixtures("not_optimised")


def agree(spec: Spec) -> bool:
    try:
        return runs_agree(spec, "compiled")
    except UsageError as problem:
        assert problem.code == "F741"
        return False


def small(arcs: list[Arc], fair: Mapping[str, str], *formulas: Temporal) -> Spec:
    linear = (f'ltl: "{written(formula)}"' for formula in formulas)
    return spec_of(arcs, fair, *linear, "after: m == a, eventually: fired(hop)")


@given(ARCS, FAIR, FORMULAS)
@settings(max_examples=8, deadline=None)
def test_formulas_of_small_systems(
    arcs: list[Arc], fair: Mapping[str, str], formula: Temporal
) -> None:
    assert agree(small(arcs, fair, formula))


@pytest.mark.slow
@given(ARCS, FAIR, st.lists(FORMULAS, min_size=4, max_size=4))
@settings(max_examples=1_000, deadline=None, suppress_health_check=QUIET)
def test_formulas_of_small_systems_at_length(
    arcs: list[Arc], fair: Mapping[str, str], formulas: list[Temporal]
) -> None:
    assert agree(small(arcs, fair, *formulas))


ATOMS = st.sampled_from([Atom(a) for a in (*CLAIMS, "fired(e)", "count(e) >= 2")])
LINEAR = st.recursive(ATOMS, lambda inner: grown(inner, PLAIN), max_leaves=4)


def with_claims(document: dict[str, object], linear: Temporal) -> Spec:
    claims = {
        "linear": {"ltl": written(linear)},
        "response": {"after": CLAIMS[0], "eventually": CLAIMS[2]},
        "first": {"before": CLAIMS[2], "must": CLAIMS[1]},
        "at_last": {"eventually": CLAIMS[3]},
        "often": {"never": "count(e) > 1"},
        "reached": {"reachable": "fired(e) and x == 2"},
    }
    try:
        return spec_from({**document, "properties": claims})
    except SpecError:  # there is no such event, or it is too clear that it never happens
        assume(False)
        raise


@given(specs(), LINEAR)
@settings(max_examples=5, deadline=None, suppress_health_check=QUIET)
def test_claims_about_random_specs(document: dict[str, object], linear: Temporal) -> None:
    assume(agree(with_claims(document, linear)))


@pytest.mark.slow
@given(specs(), LINEAR)
@settings(max_examples=1_000, deadline=None, suppress_health_check=QUIET)
def test_claims_about_random_specs_at_length(
    document: dict[str, object], linear: Temporal
) -> None:
    assume(agree(with_claims(document, linear)))
