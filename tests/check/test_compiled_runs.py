"""Claims about runs in machine code: whole reports as plain Python gives them, and limits."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from fsm.check import automatic, compiled_runs
from fsm.check.check import CheckOptions, check_spec
from fsm.check.results import Outcome
from fsm.errors import SpecError, UsageError
from fsm.explore.compiled import components, doors
from fsm.explore.compiled.doors import doors_of
from fsm.explore.compiled.memory import OutOfMemory
from fsm.explore.compiled.space import Stopped
from fsm.explore.space import INTERRUPTED, MEMORY, TIME
from fsm.model import Spec
from fsm.reduce.reduction import NAMES
from fsm.spec.load import parse_spec, spec_from
from fsm.temporal import Atom, Temporal, written
from tests.check.agreement import runs_agree, told
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
@settings(max_examples=4, deadline=None)
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
@settings(max_examples=2, deadline=None, suppress_health_check=QUIET)
def test_claims_about_random_specs(document: dict[str, object], linear: Temporal) -> None:
    assume(agree(with_claims(document, linear)))


@pytest.mark.slow
@given(specs(), LINEAR)
@settings(max_examples=1_000, deadline=None, suppress_health_check=QUIET)
def test_claims_about_random_specs_at_length(document: dict[str, object], linear: Temporal) -> None:
    assume(agree(with_claims(document, linear)))


def test_stacks_grow_and_the_search_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = parse_spec(text("philosophers_fair", n=2).replace("fair: strong", "fair: weak"))
    plain = check_spec(spec, CheckOptions(engine="compiled"))
    monkeypatch.setattr(components, "ROOM", 1)
    monkeypatch.setattr(components, "AT_ONCE", 1)
    again = check_spec(spec, CheckOptions(engine="compiled"))
    assert [r.outcome for r in again.results] == [r.outcome for r in plain.results]
    assert [r.run for r in again.results] == [r.run for r in plain.results]
    assert Outcome.VIOLATED in {r.outcome for r in plain.results}


SWITCHES = [f"s{k}" for k in range(4)]
FAMILY = f"""
fsm: 1
name: family
switches: {{{", ".join(f"{s}: bool" for s in SWITCHES)}}}
events: {{go: {{by: m, fair: strong}}, hop: {{by: m}}}}
machines:
  m:
    states: {{a: , b: , c: {{final: true}}}}
    transitions:
      - {{from: a, on: hop, to: b}}
      - {{from: b, on: hop, to: a}}
      - {{from: b, on: go, when: "{" or ".join(SWITCHES[:3])}", to: c}}
      - {{from: a, on: go, when: "s3 and not s0", to: a}}
properties:
  p: {{ltl: "F m == c"}}
  q: {{after: m == b, eventually: m == c}}
"""


def test_of_a_family_each_variant_is_judged_by_itself() -> None:
    spec = parse_spec(FAMILY)
    assert agree(spec)
    for result in check_spec(spec, CheckOptions(engine="compiled")).results:
        # Without a way out, or with a step that is as fair and leads nowhere.
        assert str(result.violated) == "not s0 and (s3 or (not s1 and not s2))"


def test_a_state_of_several_words() -> None:
    spec = parse_spec("""
fsm: 1
name: wide
variables: {x: {range: 0..1000000, length: 5}}
machines:
  m:
    states: {s: {}}
    transitions:
      - from: s
        choose: {i: 0..4}
        when: "x[i] < 2 and all(k in 0..4: k == i or x[k] != 1)"
        set: {"x[i]": "x[i] + 1"}
properties:
  p: {ltl: "F all(k in 0..4: x[k] == 2)"}
  q: {ltl: "G F x[0] == 1"}
""")
    assert agree(spec)


FORK = CheckOptions(
    engine="compiled", without=NAMES, properties=("nobody_starves", "someone_eats")
)  # fmt: skip


def fork(n: int = 3) -> Spec:
    return parse_spec(text("philosophers_fair", n=n))


def test_a_limit_leaves_claims_about_runs_undecided() -> None:
    whole = check_spec(fork(), FORK)
    assert {r.outcome for r in whole.results} == {Outcome.HOLDS}
    for less, limit in (
        (replace(FORK, max_states=whole.states - 1), f"{whole.states - 1} states"),
        (replace(FORK, timeout=1e-9), "time"),
    ):
        report = check_spec(fork(), less)
        assert (report.complete, report.limit) == (False, limit)
        assert {r.outcome for r in report.results} == {Outcome.UNKNOWN}
    assert check_spec(fork(), replace(FORK, max_states=whole.states)).complete


@pytest.mark.parametrize("later", [0, 2])
def test_an_interruption_of_the_product_answers_at_once(later: int) -> None:
    """The product is searched after the states: their number begins anew."""
    seen: list[int] = []
    anew: list[int] = []

    def stop(_: str, states: int) -> None:
        if anew or (seen and states < seen[-1]):
            anew.append(states)
        else:
            seen.append(states)
        if len(anew) > later:
            raise KeyboardInterrupt

    report = check_spec(fork(), replace(FORK, progress=stop))
    assert (report.complete, report.limit) == (False, INTERRUPTED)
    assert {r.outcome for r in report.results} == {Outcome.UNKNOWN}
    assert (report.states, len(anew)) == (seen[-1], later + 1)


@pytest.mark.parametrize(
    ("problem", "limit"), [(OutOfMemory, MEMORY), (KeyboardInterrupt, INTERRUPTED)]
)
def test_a_limit_while_cycles_are_looked_for_never_says_that_it_holds(
    problem: type[BaseException], limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise problem

    monkeypatch.setattr(components.Components, "violating", fail)
    report = check_spec(fork(), FORK)
    assert (report.complete, report.limit) == (False, limit)
    assert {r.outcome for r in report.results} == {Outcome.UNKNOWN}


def test_time_runs_out_while_cycles_are_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def late(self: components.Components) -> None:
        self.search.limit = TIME
        raise Stopped

    monkeypatch.setattr(components.Components, "look_up", late)
    report = check_spec(fork(), FORK)
    assert (report.complete, report.limit) == (False, TIME)
    assert {r.outcome for r in report.results} == {Outcome.UNKNOWN}


def test_auto_hands_over_claims_about_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(automatic, "FIRST", 10)
    monkeypatch.setattr(automatic, "PATIENCE", 1_000)
    report = check_spec(fork(2), replace(FORK, engine="auto"))
    assert (report.engine, report.complete) == ("compiled", True)
    assert {r.outcome for r in report.results} == {Outcome.HOLDS}


LAMP = """
fsm: 1
name: lamp
variables: {n: {range: 0..2}}
machines:
  m:
    states: {off: , on: {final: true}}
    transitions: [{from: off, after: 1h, to: on}]
properties: {p: {%s}}
"""


@pytest.mark.parametrize(
    "claim",
    ["ctl: AF m == on", "eventually: m == on, within: 2h", 'ltl: "F 2 // n == 1"',
     "always: 2 // n == 1"],
)  # fmt: skip
def test_what_it_does_not_decide_is_named(claim: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_spec(parse_spec(LAMP % claim), CheckOptions(engine="compiled", time="units"))
    assert caught.value.code == "F742"
    assert "does not decide p: it is a claim" in caught.value.message


@pytest.mark.parametrize(
    "claim", ['ltl: "G (m == b -> F fired(hop))"', "after: m == b, eventually: m == c"]
)
def test_it_is_all_the_same_where_the_product_is_searched_from(
    claim: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the states in which a claim begins to be watched, or, where there are too many of them,
    from the start of runs."""
    spec = parse_spec(FAMILY.replace('ltl: "F m == c"', claim))
    report = check_spec(spec, CheckOptions(engine="compiled"))
    searched: list[bool] = []

    def found(*asked: Any) -> Any:
        searched.append(doors_of(*asked) is not None)
        return None

    monkeypatch.setattr(compiled_runs, "doors_of", found)
    again = check_spec(spec, CheckOptions(engine="compiled"))
    assert searched and all(searched)
    assert told(again) == told(report)
    assert [r.run for r in again.results] == [r.run for r in report.results]
    monkeypatch.undo()
    monkeypatch.setattr(doors, "MOST", 0)
    assert told(check_spec(spec, CheckOptions(engine="compiled"))) == told(report)


def test_what_occurred_long_ago_counts() -> None:
    arcs: list[Arc] = [("a", "go", "b", False), ("b", "go", "a", False), ("a", "hop", "c", False)]
    formulas = (
        "G (count(go) >= 2 -> F m == c)", "G (count(go) >= 1 & fired(hop) -> F m == a)",
        "F (count(go) >= 2 & X fired(hop)) -> G m != c",
    )  # fmt: skip
    spec = spec_of(arcs, {"go": "weak"}, *(f'ltl: "{formula}"' for formula in formulas))
    assert agree(spec)
    report = check_spec(spec, CheckOptions(engine="compiled"))
    assert [r.outcome for r in report.results] == [Outcome.VIOLATED] * 3


def test_the_usual_forms_of_formulas() -> None:
    """Such that wait for something, and such that watch from the start."""
    arcs: list[Arc] = [
        ("a", "go", "b", False), ("b", "go", "a", False), ("a", "hop", "a", True),
        ("b", "hop", "c", True),
    ]  # fmt: skip
    formulas = (
        "F G m == a", "G F m == b", "F m == b", "X X m == a", "X m == b", "m == a U m == b",
        "G (m == b -> X m == a)", "G F m == a -> G F fired(hop)", "G (m == a -> (m != c U m == b))",
    )  # fmt: skip
    assert agree(spec_of(arcs, {"go": "strong"}, *(f'ltl: "{formula}"' for formula in formulas)))


def test_what_is_offered_and_not_taken_is_left_out() -> None:
    """Round a and b, `go` is enabled again and again; a run that stays in a is fair."""
    arcs: list[Arc] = [("a", "hop", "b", False), ("b", "hop", "a", False), ("b", "go", "c", False)]
    stays: list[Arc] = [*arcs, ("a", "hop", "a", False)]
    for system, outcome in ((arcs, Outcome.HOLDS), (stays, Outcome.VIOLATED)):
        spec = spec_of(system, {"go": "strong"}, 'ltl: "F m == c"')
        assert agree(spec)
        (result,) = check_spec(spec, CheckOptions(engine="compiled")).results
        assert result.outcome is outcome


def test_runs_on_which_time_stands_still_do_not_count() -> None:
    spec = parse_spec("""
fsm: 1
name: clock
machines:
  bell:
    states: {waits: , rings: {final: true}}
    transitions: [{from: waits, after: 1h, to: rings}]
  hand:
    states: {left: , right: }
    transitions: [{from: left, to: right}, {from: right, to: left}]
properties:
  rings: {ltl: "F bell == rings"}
  rests: {ltl: "F G hand == left"}
""")
    assert agree(spec)
    rings, rests = check_spec(spec, CheckOptions(engine="compiled")).results
    assert (rings.outcome, rests.outcome) == (Outcome.HOLDS, Outcome.VIOLATED)


def test_a_loop_does_what_fairness_asks() -> None:
    """To stay in a is shorter, and unfair."""
    arcs: list[Arc] = [
        ("a", "hop", "a", False), ("a", "go", "b", False), ("b", "hop", "a", False),
        ("b", "go", "a", False),
    ]  # fmt: skip
    spec = spec_of(arcs, {"go": "weak"}, 'ltl: "F m == c"')
    assert agree(spec)
    run = check_spec(spec, CheckOptions(engine="compiled")).results[0].run
    assert run is not None
    assert (len(run.steps), run.loop) == (2, 0)


def test_fairness_that_would_help_is_named() -> None:
    arcs: list[Arc] = [("a", "hop", "a", False), ("a", "go", "b", False)]
    spec = spec_of(arcs, {}, 'ltl: "F m == b"', 'ltl: "G m == a & F m == b"')
    assert agree(spec)
    one, both = check_spec(spec, CheckOptions(engine="compiled")).results
    assert "of go would remove this" in one.notes[0].en
    assert both.notes == ()
