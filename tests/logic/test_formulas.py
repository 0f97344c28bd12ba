"""Verdicts on formulas of both logics against their definition, and by hand."""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fsm.check.check import CheckOptions, check_spec
from fsm.check.results import Outcome, PropertyResult
from fsm.explore.hull import Backward
from fsm.logic import decide
from fsm.logic.product import Product, compose_pending
from fsm.logic.words import satisfied
from fsm.temporal import Atom, Compound, Paths, Temporal, TOp, written
from tests.logic.small import (
    ARCS,
    ATOMS,
    FAIR,
    LEAVES,
    Arc,
    Lasso,
    Letter,
    holds,
    is_fair,
    runs,
    spec_of,
    violated_in,
)


def decided(
    arcs: list[Arc], fair: Mapping[str, str], property_: str, engine: str = "auto"
) -> PropertyResult:
    report = check_spec(spec_of(arcs, fair, property_), CheckOptions(engine=engine))
    return report.results[0]


# --- CTL --------------------------------------------------------------------------------------


def branching(inner: st.SearchStrategy[Temporal]) -> st.SearchStrategy[Temporal]:
    paths = st.sampled_from(Paths)
    one = st.builds(
        lambda op, p, a: Compound(op, (a,), p),
        st.sampled_from([TOp.NEXT, TOp.FINALLY, TOp.GLOBALLY]), paths, inner,
    )  # fmt: skip
    two = st.builds(
        lambda op, p, a, b: Compound(op, (a, b), p),
        st.sampled_from([TOp.UNTIL, TOp.WEAK, TOp.RELEASE, TOp.STRONG]), paths, inner, inner,
    )  # fmt: skip
    joint = st.builds(
        lambda op, a, b: Compound(op, (a, b)),
        st.sampled_from([TOp.AND, TOp.OR, TOp.IMPLIES]), inner, inner,
    )  # fmt: skip
    return one | two | joint | st.builds(lambda a: Compound(TOp.NOT, (a,)), inner)


BRANCHING = st.recursive(LEAVES, branching, max_leaves=5)


class ByHand:
    """CTL on an explicit graph, by the definition: runs are lassos, listed one by one."""

    def __init__(self, arcs: list[Arc], on: bool, fair: Mapping[str, str]) -> None:
        self.arcs, self.on, self.fair = arcs, on, fair
        self.known: dict[tuple[Temporal, Letter], bool] = {}

    def lassos(self, start: Letter) -> Iterator[Lasso]:
        for run, loop in runs(self.arcs, self.on, 7, start):
            if is_fair(self.arcs, self.on, run[loop:], self.fair):
                yield run, loop

    def true(self, formula: Temporal, at: Letter) -> bool:
        key = formula, at
        if key not in self.known:
            self.known[key] = self._true(formula, at)
        return self.known[key]

    def _true(self, formula: Temporal, at: Letter) -> bool:
        if not isinstance(formula, Compound):
            return satisfied(formula, 1, 0, lambda t, _: holds(t, at))
        plain = Compound(formula.op, tuple(Atom(x) for x in formula.operands))
        if formula.paths is None:
            return satisfied(plain, 1, 0, lambda t, _: self.true(t, at))  # type: ignore[arg-type]
        found = (
            satisfied(plain, len(run), loop, lambda t, k, run=run: self.true(t, run[k]))
            for run, loop in self.lassos(at)
        )
        return all(found) if formula.paths is Paths.ALL else any(found)


@given(ARCS, FAIR, BRANCHING)
@settings(max_examples=60, deadline=None)
def test_ctl_agrees_with_its_definition(
    arcs: list[Arc], fair: Mapping[str, str], formula: Temporal
) -> None:
    result = decided(arcs, fair, f'ctl: "{written(formula)}"')
    expected = {on for on in (False, True) if not ByHand(arcs, on, fair).true(formula, ("a", ""))}
    assert violated_in(result) == expected, written(formula)


# --- by hand ----------------------------------------------------------------------------------

LOOPS: list[Arc] = [("a", "go", "b", False), ("b", "hop", "b", False), ("b", "go", "c", False)]


@pytest.mark.parametrize(
    ("formula", "fair", "holds_"),
    [
        ("F m == c", {}, False),
        ("F m == c", {"go": "weak"}, True),
        ("F m == c", {"m": "strong"}, False),
        ("G (m == b -> F fired(go))", {"go": "weak"}, True),
        ("G F fired(go)", {"go": "strong"}, False),  # the run ends in c, and nothing occurs
        ("F G m == c", {"go": "weak"}, True),
        ("fired(hop) R m != c", {}, False),
        ("G count(hop) <= 1", {}, False),
        ("G (count(hop) == 2 -> F m == c)", {"go": "weak"}, True),
        ("G (count(hop) == 2 -> F m == c)", {}, False),
    ],
)
def test_fairness_by_hand(formula: str, fair: Mapping[str, str], holds_: bool) -> None:
    result = decided(LOOPS, fair, f'ltl: "{formula}"')
    assert (result.outcome is Outcome.HOLDS) is holds_


def test_waiting_for_what_breaks_a_formula_is_no_part_of_its_product(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In `a` nothing is asked for, so only `b`, after either event, and `c` are looked at."""
    explored: list[Product] = []

    def pending(*asked: Any) -> Product:
        explored.append(compose_pending(*asked))
        return explored[-1]

    monkeypatch.setattr(decide, "compose_pending", pending)
    decided(LOOPS, {}, 'ltl: "G (m == b -> F m == c)"', "python")
    (found,) = explored
    assert len(found.nodes) == 1
    decided(LOOPS, {}, 'ltl: "G (fired(go) -> F m == c)"', "python")
    assert len(explored[-1].nodes) == 2
    decided(LOOPS, {}, 'ltl: "F m == c"', "python")
    assert len(explored) == 2


def test_safety_is_decided_without_looking_for_cycles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain reachability is enough, however the formula is written."""

    def refused(*_: object) -> None:
        raise AssertionError("a hull is looked for")

    monkeypatch.setattr(Backward, "knots", refused)
    for formula in ("G m != c", "m != c W fired(hop)", "(m == a U fired(hop)) | G m == a",
                    "F m == c -> !fired(hop) U m == c"):  # fmt: skip
        result = decided(LOOPS, {"go": "weak"}, f"ltl: {formula}")
        assert result.outcome is Outcome.VIOLATED
        assert result.run is not None
        assert result.run.loop is None
    with pytest.raises(AssertionError, match="a hull"):
        decided(LOOPS, {}, "ltl: F m == c")


def test_a_run_is_told_with_the_fewest_switches_on_and_then_the_fewest_steps() -> None:
    """With the switch on, one step is enough; without it, two."""
    arcs: list[Arc] = [
        ("a", "go", "a", True), ("a", "go", "b", False), ("b", "go", "c", False),
        ("b", "hop", "a", False),
    ]  # fmt: skip
    for engine in ("python", "symbolic"):
        run = decided(arcs, {}, "ltl: F m == c", engine).run
        assert run is not None
        assert dict(run.variant) == {"s": False}
        assert (len(run.steps), run.loop) == (2, 0)


def test_fairness_that_would_help_is_named() -> None:
    (note,) = decided(LOOPS, {}, "ltl: F m == c").notes
    assert "weak fairness (fair: weak) of go would remove this" in note.en
    assert "go" in note.zh
    assert decided(LOOPS, {}, "ltl: G F fired(go)").notes == ()


def test_fairness_of_two_events_is_named_together() -> None:
    arcs: list[Arc] = [
        ("a", "hop", "a", False), ("a", "go", "b", False), ("b", "go", "b", False),
        ("b", "hop", "c", False),
    ]  # fmt: skip
    (note,) = decided(arcs, {}, "ltl: F m == c").notes
    assert "of go, hop would remove this" in note.en


A_LOOP: list[Arc] = [("a", "hop", "a", False), ("a", "go", "b", False)]


def test_fairness_removes_no_bad_prefix() -> None:
    """For ever in a, or a step to b: each breaks the formula, and fairness of `go` forbids the
    first alone."""
    for engine in ("python", "symbolic"):
        (live,) = decided(A_LOOP, {}, "ltl: F m == b", engine).notes
        assert "of go would remove this" in live.en
        both = decided(A_LOOP, {}, "ltl: G m == a & F m == b", engine)
        assert both.outcome is Outcome.VIOLATED
        assert both.notes == ()


@pytest.mark.parametrize(
    ("formula", "event"),
    [
        ("AF m == b", "of go would"), ("AG (m == a -> AF m == b)", "of go would"),
        ("A[m == a U m == b]", "of go would"), ("AG m == a", ""), ("AF AG m == a", ""),
    ],
)  # fmt: skip
def test_fairness_that_would_help_is_named_for_trees(formula: str, event: str) -> None:
    for engine in ("python", "symbolic"):
        result = decided(A_LOOP, {}, f'ctl: "{formula}"', engine)
        assert result.outcome is Outcome.VIOLATED
        assert [event in note.en for note in result.notes] == ([True] if event else [])


def test_a_limit_lets_no_fairness_look_like_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    """What fairness would do is asked of one variant, and there is no time to explore that."""
    formula = 'ctl: "AF m == b"'
    assert decided(A_LOOP, {}, formula, "python").notes
    monkeypatch.setattr("fsm.logic.product.exceeded", lambda _: "time")
    monkeypatch.setattr("fsm.logic.product.CHECK_EVERY", 1)
    result = decided(A_LOOP, {}, formula, "python")
    assert result.outcome is Outcome.VIOLATED
    assert not result.notes


def test_an_unfair_automaton_does_not_make_an_event_disabled() -> None:
    """The automaton for `F G m == a` never follows `go`; it is enabled all the same."""
    arcs: list[Arc] = [("a", "hop", "a", False), ("a", "go", "b", False), ("b", "go", "a", False)]
    assert decided(arcs, {"go": "weak"}, "ltl: G F m == b").outcome is Outcome.HOLDS
    assert decided(arcs, {}, "ltl: G F m == b").outcome is Outcome.VIOLATED


def test_all_short_formulas_of_one_test_agree_in_both_directions() -> None:
    """`p` and `!p` cannot both hold, and cannot both be violated without two different runs."""
    for op, inner in product((TOp.FINALLY, TOp.GLOBALLY, TOp.NEXT), ATOMS):
        formula = Compound(op, (Atom(inner),))
        one = decided(LOOPS, {}, f'ltl: "{written(formula)}"')
        other = decided(LOOPS, {}, f'ltl: "!({written(formula)})"')
        assert not (one.outcome is Outcome.HOLDS and other.outcome is Outcome.HOLDS)
