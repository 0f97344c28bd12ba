"""Whole reports of the compiled engine on random specs, what it refuses, and its limits."""

import random
import sys
from importlib.util import find_spec
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from fsm.check import automatic, compiled
from fsm.check.check import CheckOptions, check_spec, task_of
from fsm.check.results import Outcome
from fsm.errors import UsageError
from fsm.explore.compiled.levels import Level
from fsm.explore.compiled.memory import Ledger
from fsm.explore.compiled.search import Search
from fsm.explore.space import INTERRUPTED, Limits
from fsm.explore.successors import Successors
from fsm.model import Spec
from fsm.reduce.reduction import NAMES
from fsm.spec.load import parse_spec, spec_from
from tests.check.agreement import told, told_by_both
from tests.explore.test_agreement import CORNERS, SLOW
from tests.known_answers.families import text
from tests.random_specs import specs

pytest.importorskip("llvmlite")


def agrees(spec: Spec) -> bool:
    """Compare with plain Python; False where the spec is too large, or too wide."""
    options = CheckOptions(engine="python", max_states=3_000, without=NAMES, stats=True)
    explicit = check_spec(spec, options)
    if not explicit.complete:
        return False
    try:
        found = check_spec(spec, replace(options, engine="compiled"))
    except UsageError as problem:
        assert problem.code == "F741"
        return False
    assert found.engine == "compiled"
    assert told_by_both(found, explicit) == told_by_both(explicit, explicit)
    assert found.depth == explicit.depth
    assert found.stats and explicit.stats
    assert found.stats.deadlocks == explicit.stats.deadlocks
    return True


def with_properties(document: dict[str, Any], seed: int) -> dict[str, Any]:
    """The spec with claims about its states and switches, of every pattern that is served."""
    chance = random.Random(seed)
    leaves = [*document["machines"]["one"]["states"]]
    atoms = [f"one == {leaf}" for leaf in leaves if isinstance(leaf, str)]
    atoms += [name for name, type_ in document.get("switches", {}).items() if type_ == "bool"]
    properties: dict[str, Any] = {}
    for pattern in ("always", "never", "reachable", "can_always"):
        for k in range(2):
            one, other = chance.choice(atoms), chance.choice(atoms)
            word = chance.choice(("and", "or", "and not", "or not"))
            properties[f"{pattern}_{k}"] = {pattern: f"{one} {word} {other}"}
    return {**document, "properties": properties}


@given(specs(), st.integers(0, 1 << 20))
@settings(max_examples=4, deadline=None, suppress_health_check=SLOW)
def test_reports_agree(document: dict[str, Any], seed: int) -> None:
    agrees(spec_from(with_properties(document, seed)))


@pytest.mark.slow
@given(specs(), st.integers(0, 1 << 20))
@settings(max_examples=800, deadline=None, suppress_health_check=SLOW)
def test_reports_agree_at_length(document: dict[str, Any], seed: int) -> None:
    agrees(spec_from(with_properties(document, seed)))


@pytest.mark.parametrize("name", CORNERS)
def test_corners(name: str) -> None:
    assert agrees(parse_spec(CORNERS[name]))


@pytest.mark.parametrize(
    ("name", "constants"),
    [
        ("dining_philosophers", {"n": 6}),
        ("two_phase_commit", {"managers": 4}),
        ("tickets", {"n": 2}),
    ],
)
def test_runs_do_not_depend_on_which_levels_were_kept(
    name: str, constants: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = parse_spec(text(name, **constants))
    options = CheckOptions(engine="compiled", without=NAMES)
    kept = check_spec(spec, options)
    monkeypatch.setattr("fsm.explore.compiled.search.KEPT", -1)
    again = check_spec(spec, options)
    assert [r.run for r in kept.results] == [r.run for r in again.results]
    assert [f.run for f in kept.findings] == [f.run for f in again.findings]
    shown = (*(r.run for r in kept.results), *(f.run for f in kept.findings))
    assert any(shown) == (name != "tickets")


def test_levels_are_given_up_before_the_search_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fsm.explore.compiled.search.PATCH", 1)  # many blocks a level
    task = task_of(parse_spec(text("tickets", n=4)), CheckOptions(without=NAMES))
    machine, _ = compiled.machine_of(task)

    def searched(limit: int | None, kept: list[Level] | None) -> Search:
        search = Search(machine, Ledger(limit), Limits())
        search.kept = kept
        search.start((machine.packing.pack(s), 1) for s, _ in Successors(
            task.system, task.variants).initial())  # fmt: skip
        search.run()
        return search

    alone, whole = searched(None, None), searched(None, [])
    assert alone.states == whole.states == 6**4 * 49
    assert whole.kept is not None
    assert sum(p.count for level in whole.kept for p in level.patches) == whole.states
    assert whole.ledger.most > alone.ledger.most + 200_000
    tight = searched(alone.ledger.most + 50_000, [])
    assert (tight.limit, tight.states, tight.kept) == ("", alone.states, None)

    def in_use(search: Search) -> int:
        return search.ledger.used - sum(block.size for block in search._idle)

    assert in_use(tight) == in_use(alone)


@pytest.mark.parametrize(
    ("name", "constants"),
    [
        ("dining_philosophers", {"n": 5}),
        ("two_phase_commit", {"managers": 3}),
        ("tickets", {"n": 1}),
        ("tickets", {"n": 2, "window": 5}),
    ],
)
def test_known_systems_agree(name: str, constants: dict[str, int]) -> None:
    constants = {k: v for k, v in constants.items() if k != "window"}
    assert agrees(parse_spec(text(name, **constants)))


def test_a_state_of_several_words() -> None:
    """A hundred bits: no word holds them, and few of the values are ever there."""
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
  p: {reachable: "all(k in 0..4: x[k] == 2)"}
  q: {never: "x[0] == 2 and x[4] == 2"}
allow: [{code: S03, subject: wide, because: {zh: 到此为止, en: it ends there}}]
""")
    assert agrees(spec)


def test_a_state_that_is_too_wide_is_refused() -> None:
    spec = parse_spec("""
fsm: 1
name: lamp
variables: {x: {range: 0..1000000, length: 26}}
machines:
  m:
    states: {off: , on: {final: true}}
    transitions: [{from: off, to: on, set: {"x[0]": 1}}]
properties: {p: {reachable: m == on}}
""")  # 520 bits
    with pytest.raises(UsageError) as caught:
        check_spec(spec, CheckOptions(engine="compiled", without=NAMES))
    assert caught.value.code == "F741"


def test_without_llvmlite(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> object:
        return None if name == "llvmlite" else find_spec(name)

    monkeypatch.setattr(compiled, "find_spec", missing)
    monkeypatch.setattr(automatic, "FIRST", 100)
    monkeypatch.setattr(automatic, "PATIENCE", 1_000)
    spec = parse_spec(text("dining_philosophers", n=6))
    with pytest.raises(UsageError) as caught:
        check_spec(spec, CheckOptions(engine="compiled"))
    assert caught.value.code == "F740"
    assert check_spec(spec, CheckOptions(without=NAMES)).engine != "compiled"


def test_auto_hands_over_what_turns_out_large(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = parse_spec(text("dining_philosophers", n=6))
    small = check_spec(spec, CheckOptions(without=NAMES))
    assert small.engine == "python"
    monkeypatch.setattr(automatic, "FIRST", 100)
    monkeypatch.setattr(automatic, "PATIENCE", 1_000)
    large = check_spec(spec, CheckOptions(without=NAMES))
    assert large.engine == "compiled"
    assert "machine code" in large.notes[-1].en
    assert told(large) == told(small)
    assert check_spec(spec, CheckOptions(without=NAMES, max_states=90)).engine == "python"


def test_limits_leave_it_undecided() -> None:
    spec = parse_spec(text("dining_philosophers", n=8))
    options = CheckOptions(engine="compiled", without=NAMES)
    exact = check_spec(spec, replace(options, max_states=1154))
    assert exact.complete
    for less, limit in (
        (replace(options, max_states=1153), "1153 states"),
        (replace(options, timeout=1e-9), "time"),
    ):
        report = check_spec(spec, less)
        assert (report.complete, report.limit) == (False, limit)
        outcomes = {r.outcome for r in report.results}
        assert outcomes == {Outcome.UNKNOWN}


def test_what_was_violated_before_a_limit_stays_violated() -> None:
    spec = parse_spec(text("dining_philosophers", n=8).replace("never:", "always:"))
    options = CheckOptions(
        engine="compiled", without=NAMES, max_states=50,
        properties=("neighbours_never_eat_together",),
    )  # fmt: skip
    report = check_spec(spec, options)
    assert not report.complete
    assert report.results[0].outcome is Outcome.VIOLATED


def test_an_interruption_answers_at_once() -> None:
    def stop(_: str, states: int) -> None:
        raise KeyboardInterrupt

    spec = parse_spec(text("dining_philosophers", n=8))
    report = check_spec(spec, CheckOptions(engine="compiled", without=NAMES, progress=stop))
    assert report.limit == INTERRUPTED
    assert {r.outcome for r in report.results} == {Outcome.UNKNOWN}


def test_a_small_check_imports_no_compiler() -> None:
    import subprocess

    code = (
        "import sys; from fsm.check.check import check_spec; from fsm.spec.load import load_spec; "
        "r = check_spec(load_spec('tests/known_answers/die_hard.fsm.yaml')); "
        "assert r.engine == 'python'; "
        "print([m for m in ('llvmlite', 'numba', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
