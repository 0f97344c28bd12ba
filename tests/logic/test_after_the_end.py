"""In a spec without time a run that ends repeats its last state, where no event happens any more:
what looks at events sees that, whatever the pattern and the engine, as its formula says."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fsm.check.check import CheckOptions, check_spec
from fsm.check.results import Outcome
from tests.logic.small import ARCS, ATOMS, EVENTS, FAIR, Arc, spec_of, violated_in

QUICK, SLOW = ("python", "symbolic"), ("compiled",)  # machine code is made anew for every claim
pytestmark = pytest.mark.usefixtures("not_optimised")

QUIET = [f"m == {state} and not fired({event})" for state in "bc" for event in EVENTS]
TESTS = st.recursive(
    st.sampled_from([*ATOMS, *QUIET, "count(go) > 0", "count(hop) == 1"]),
    lambda inner: (
        st.builds("not ({})".format, inner)
        | st.builds("({}) and ({})".format, inner, inner)
        | st.builds("({}) or ({})".format, inner, inner)
    ),
    max_leaves=4,
)
# Each pattern with its formula; of `reachable` that of what it denies.
PATTERNS = {
    "never": ('never: "{p}"', "G !({p})"),
    "always": ('always: "{p}"', "G ({p})"),
    "reachable": ('reachable: "{p}", in: every', "G !({p})"),
    "eventually": ('eventually: "{p}"', "F ({p})"),
    "precedence": ('before: "{p}", must: "{q}"', "!({p}) W ({q})"),
    "response": ('after: "{p}", eventually: "{q}"', "G (({p}) -> F ({q}))"),
    "bounded existence": ('at_most: 0, times: "{p}"', "G !({p})"),
}


def violated(arcs: list[Arc], fair: Mapping[str, str], claim: str, engine: str) -> set[bool]:
    """The values of the switch; runs that are shown are confirmed on the way."""
    (result,) = check_spec(spec_of(arcs, fair, claim), CheckOptions(engine=engine)).results
    assert result.outcome is not Outcome.UNKNOWN
    return violated_in(result)


def agree(
    name: str, arcs: list[Arc], fair: Mapping[str, str], p: str, q: str, engine: str
) -> None:  # fmt: skip
    pattern, formula = (text.format(p=p, q=q) for text in PATTERNS[name])
    expected = violated(arcs, fair, f'ltl: "{formula}"', "python")
    if name == "reachable":
        expected = {False, True} - expected
    assert violated(arcs, fair, pattern, engine) == expected


@pytest.mark.parametrize("engine", QUICK)
@pytest.mark.parametrize("name", PATTERNS)
@given(ARCS, FAIR, TESTS, TESTS)
@settings(max_examples=25, deadline=None)
def test_a_pattern_is_its_formula(
    name: str, engine: str, arcs: list[Arc], fair: dict[str, str], p: str, q: str
) -> None:
    if engine == "symbolic":
        pytest.importorskip("dd")
    agree(name, arcs, fair, p, q, engine)


@pytest.mark.parametrize("name", PATTERNS)
@given(ARCS, FAIR, TESTS, TESTS)
@settings(max_examples=2, deadline=None)
def test_a_pattern_is_its_formula_in_machine_code(
    name: str, arcs: list[Arc], fair: dict[str, str], p: str, q: str
) -> None:
    pytest.importorskip("llvmlite")
    agree(name, arcs, fair, p, q, "compiled")


@pytest.mark.parametrize("engine", QUICK)
@given(ARCS, TESTS)
@settings(max_examples=25, deadline=None)
def test_what_can_always_be_is_its_formula(engine: str, arcs: list[Arc], p: str) -> None:
    if engine == "symbolic":
        pytest.importorskip("dd")
    expected = violated(arcs, {}, f'ctl: "AG EF ({p})"', "python")
    assert violated(arcs, {}, f'can_always: "{p}"', engine) == expected


AT_THE_END = "m == b and not fired(go)"
ENDS: list[Arc] = [("a", "go", "b", False)]


@pytest.mark.parametrize("engine", [*QUICK, *SLOW])
@pytest.mark.parametrize(
    ("claim", "kept"),
    [
        ("never: {p}", False),
        ("never: {p} and count(go) < 2", False),
        ("always: m == b -> fired(go)", False),
        ("reachable: {p}", True),
        ("before: {p}, must: count(go) > 1", False),
        ('at_most: 0, times: "{p}"', False),
        ("after: m == b, eventually: not fired(go)", True),
        ("can_always: {p}", True),
        ('ltl: "G !({p})"', False),
        ('ctl: "EF ({p})"', True),
    ],
)
def test_nothing_happens_after_the_end(claim: str, kept: bool, engine: str) -> None:
    pytest.importorskip({"symbolic": "dd", "compiled": "llvmlite"}.get(engine, "fsm"))
    if engine == "compiled" and claim.startswith(("can", "ctl")):
        pytest.skip("claims about several runs")
    assert violated(ENDS, {}, claim.format(p=AT_THE_END), engine) == (
        set() if kept else {False, True}
    )
