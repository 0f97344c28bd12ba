"""What is asked of a space that was searched: what the search has counted and noted already, marks
and runs that are kept for whoever asks next, and states that are too far apart to be looked at."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from fsm.check.check import CheckOptions, check_spec, task_of
from fsm.check.compiled import machine_of
from fsm.check.results import Outcome, SpecReport
from fsm.explore.compiled import search, space
from fsm.explore.compiled.kernels import FOUND, HERE, LIVE, QUIET, STUCK
from fsm.explore.compiled.memory import Ledger
from fsm.explore.compiled.near import most_changed, write_near
from fsm.explore.compiled.search import Search
from fsm.explore.compiled.space import CompiledSpace
from fsm.explore.compiled.store import Machine
from fsm.explore.packing import digits, packing
from fsm.explore.space import Limits, explore
from fsm.explore.successors import Successors
from fsm.explore.variants import make_variants
from fsm.model import Spec
from fsm.reduce.reduction import NAMES
from fsm.semantics.lower import lower
from fsm.spec.load import parse_spec, spec_from
from tests.check.agreement import told_by_both
from tests.explore.compiled.test_threads import eager
from tests.explore.test_agreement import CORNERS, SLOW
from tests.known_answers.families import text
from tests.random_specs import specs

pytest.importorskip("llvmlite")

OPTIONS = CheckOptions(engine="compiled", without=NAMES, stats=True)
# Who has counted to 5 may stop, in 30 ways; the others go round.
STOPPING = """
fsm: 1
name: stopping
variables: {n: 0..9, x: 0..99, y: 0..29}
machines:
  m:
    states: {s: {}, t: {}}
    transitions:
      - {from: s, choose: {k: 0..99}, when: n < 5, set: {n: n + 1, x: k}}
      - {from: s, choose: {k: 0..29}, when: "n == 5 and x == 7", set: {y: k}, to: t}
      - {from: s, when: "n == 5 and x != 7", set: {n: "0", x: "0"}}
properties:
  three: {never: n == 3 and x == 50}
  stopped: {never: m == t and y > 20}
  nobody: {never: n == 9}
  round: {can_always: "n == 4"}
"""
KERNELS = ("pick", "previous", "sweep", "census")


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The kernels of these that are called, in their order."""
    called: list[str] = []
    inner = Machine.code

    def code(machine: Machine, name: str) -> Callable[..., int]:
        kernel = inner(machine, name)

        def call(*arguments: int) -> int:
            called.append(name)
            return kernel(*arguments)

        return call if name in KERNELS else kernel

    monkeypatch.setattr(Machine, "code", code)
    yield called


def space_of(spec: Spec, threads: int = 1, memory: int | None = None) -> CompiledSpace:
    task = task_of(spec, replace(OPTIONS, threads=threads))
    machine, _ = machine_of(task)
    limits = Limits(memory=memory)
    return CompiledSpace(task.system, task.variants, machine, limits, threads=threads)


# --- what the search counts and notes -------------------------------------------------------------


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("bits", [None, 64])
def test_states_without_a_step_are_counted_on_the_way(
    threads: int, bits: int | None, calls: list[str]
) -> None:
    spec = parse_spec(STOPPING)
    with eager(5, bits):
        found = space_of(spec, threads)
        assert found.search.threads == threads
        assert found.ended == 30
        asked = replace(OPTIONS, threads=threads, properties=("three", "stopped"))
        stats = check_spec(spec, asked).stats
    assert stats
    assert stats.deadlocks == 30
    assert "pick" in calls
    assert "census" not in calls


FAMILY = """
fsm: 1
name: family
switches: {a: bool}
variables: {n: 0..3}
machines:
  m:
    states: {s: {}, t: {}}
    transitions:
      - {from: s, when: n < 3 and a, set: {n: n + 1}}
"""


def test_a_family_is_counted_anew(calls: list[str]) -> None:
    """Where a state is expanded for some variants after others, it may end for each of them."""
    spec = parse_spec(
        FAMILY
        + """      - {from: s, when: "n < 2", set: {n: n + 2}}
      - {from: s, when: "n == 3", to: t}
properties: {p: {never: n == 1 and a}}
"""
    )
    found = space_of(spec)
    assert found.ended is None
    assert found.search.ended > 0
    stats = check_spec(spec, OPTIONS).stats
    python = check_spec(spec, CheckOptions(engine="python", without=NAMES, stats=True)).stats
    assert stats and python
    assert stats.deadlocks == python.deadlocks
    assert "census" in calls


# At rest nothing but time goes on; one step later in `held`, not even that. Two clocks run.
RESTING = """
fsm: 1
name: resting
unit: 1h
clocks: {c: {}, d: {}}
machines:
  m:
    states: {s: {}, rest: {}, t: {}, held: {urgent: true}, done: {final: true}}
    transitions:
      - {from: s, to: rest}
      - {from: s, to: t}
      - {from: t, to: held}
      - {from: s, to: done, after: 2h, clock: c}
      - {from: s, to: done, after: 3h, clock: d}
properties: {p: {can_always: m == s}}
"""


def test_time_may_go_on_where_nothing_else_does() -> None:
    spec = parse_spec(RESTING)
    found = space_of(spec)
    nearest = found.search.nearest
    assert (nearest[QUIET], nearest[STUCK]) == (1, 2)
    held = {s for s, _ in stuck(spec)}
    assert found.ended == len(held) > 1
    report = check_spec(spec, OPTIONS)
    python = check_spec(spec, CheckOptions(engine="python", without=NAMES, stats=True))
    assert told_by_both(report, python) == told_by_both(python, python)
    dead = next(f.run for f in report.findings if f.code == "S03")
    assert dead
    assert len(dead.steps) == 1
    assert report.stats and python.stats
    assert report.stats.deadlocks == python.stats.deadlocks


def stuck(spec: Spec) -> Iterator[tuple[int, Any]]:
    """The numbers and values of states without any step."""
    task = task_of(spec, OPTIONS)
    whole = explore(Successors(task.system, task.variants))
    for number, (state, arcs) in enumerate(zip(whole.states, whole.arcs, strict=True)):
        if not arcs:
            yield number, state


def test_a_run_is_that_of_its_variant() -> None:
    """Two variants get to the same state by runs of their own."""
    found = space_of(
        parse_spec(
            FAMILY
            + """      - {from: s, when: n == 0 and not a, set: {n: 3}}
      - {from: s, when: n == 3, to: t}
properties: {p: {never: m == t}}
"""
        )
    )
    lengths = {v: len(told[1]) for v in (0, 1) if (told := found.path(v, HERE, 0))}
    assert sorted(lengths.values()) == [3, 5]


def distances(spec: Spec) -> dict[str, int]:
    """The least distance at which something is so, by the plainest search."""
    task = task_of(spec, OPTIONS)
    whole = explore(Successors(task.system, task.variants))
    found: dict[str, int] = {}
    level, seen, depth = {n for n, _ in whole.initial}, set[int](), 0
    n, x, y = (k for k, s in enumerate(task.system.slots) if s.name in ("n", "x", "y"))
    while level:
        for number in level:
            state = whole.states[number]
            facts = {
                "three": state[n] == 3 and state[x] == 50, "stuck": not whole.arcs[number],
                "stopped": state[0] == 1 and state[y] > 20,
            }  # fmt: skip
            for name, is_so in facts.items():
                if is_so:
                    found.setdefault(name, depth)
        seen |= level
        level = {to for number in level for _, to, _ in whole.arcs[number]} - seen
        depth += 1
    return found


@pytest.mark.parametrize("threads", [1, 3])
def test_distances_are_noted(threads: int) -> None:
    spec = parse_spec(STOPPING)
    wanted = distances(spec)
    assert wanted == {"three": 3, "stopped": 6, "stuck": 6}
    with eager(5):
        found = space_of(spec, threads)
    numbers = [p.name for p in spec.properties]
    noted = found.search.nearest
    assert noted[FOUND + numbers.index("three")] == 3
    assert noted[FOUND + numbers.index("stopped")] == 6
    assert noted[STUCK] == noted[QUIET] == 6
    assert FOUND + numbers.index("nobody") not in noted
    assert FOUND + numbers.index("round") not in noted  # not asked of every state


@pytest.mark.parametrize("kept", [1 << 28, -1])
def test_a_goal_is_sought_at_its_distance(
    kept: int, calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Levels before it are not looked at, whether they were kept or are searched once more."""
    monkeypatch.setattr(search, "KEPT", kept)
    spec = parse_spec(STOPPING)
    report = check_spec(spec, CheckOptions(
        engine="compiled", without=NAMES, properties=("three", "stopped")
    ))  # fmt: skip
    # `three`, `stopped`, and the states where a run ends: a block each, one run back from each.
    assert calls.count("pick") == 3
    assert [len(r.run.states) for r in report.results if r.run] == [4, 7]
    assert calls.count("previous") == 3 + 6 + 6


# --- what is kept for whoever asks next -----------------------------------------------------------


def test_marks_and_runs_are_found_once(calls: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[CompiledSpace] = []
    rounds: list[int] = []
    init, able = CompiledSpace.__init__, CompiledSpace._able

    def remember(self: CompiledSpace, *arguments: Any, **more: Any) -> None:
        init(self, *arguments, **more)
        made.append(self)

    def count(self: CompiledSpace, which: int, *rest: Any) -> None:
        rounds.append(which)
        able(self, which, *rest)

    monkeypatch.setattr(CompiledSpace, "__init__", remember)
    monkeypatch.setattr(CompiledSpace, "_able", count)
    report = check_spec(parse_spec(text("dining_philosophers", n=6)), OPTIONS)
    runs = [r.run for r in report.results if r.run], [f.run for f in report.findings if f.run]
    assert [len(run.states) for part in runs for run in part] == [7, 7]
    assert runs[0][0].steps == runs[1][0].steps
    assert rounds == [6]  # of the property, whose question has this number
    assert calls.count("previous") == 6  # S03 tells the run of the property
    (found,) = made
    assert found._marked is None
    used = found.ledger.used
    found.marked(LIVE)
    assert found.marked(LIVE) is found.marked(LIVE)
    assert found.ledger.used > used
    assert any(found.marked(LIVE).ones())
    assert not any(found.marked().ones())
    assert found.unmark()
    assert not found.unmark()
    assert found.ledger.used == used
    assert rounds == [6, LIVE]  # once; then without any mark


def test_few_runs_are_kept() -> None:
    found = space_of(parse_spec(STOPPING))
    for _ in range(3):
        for n, x in ((1, 3), (2, 4), (3, 5), (4, 6), (5, 7), (5, 8)):
            values = [*found.values(0)]
            slots = [s.name for s in found.system.slots]
            values[slots.index("n")], values[slots.index("x")] = n, x
            told = found.path(0, 4, wanted=tuple(values))
            assert told
            assert told[1][-1] == tuple(values)
            assert len(told[1]) == n + 1
        assert len(found.search.shown) == 4


def outcomes(report: SpecReport) -> dict[str, tuple[Outcome, int]]:
    return {r.property.name: (r.outcome, len(r.run.states) if r.run else 0) for r in report.results}


@pytest.mark.parametrize("kept", [1 << 28, -1])
def test_too_little_memory_is_never_a_wrong_answer(
    kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is short: marks, levels, another search; what is told is what is so."""
    monkeypatch.setattr(search, "KEPT", kept)
    monkeypatch.setattr(search, "PATCH", 1)
    monkeypatch.setattr(space, "used", lambda: 0)
    monkeypatch.setattr("fsm.explore.compiled.store.Machine.compiler", 0)
    monkeypatch.setattr(space, "BITSET", 0)
    monkeypatch.setattr(space, "LARGEST", 0)
    monkeypatch.setattr("fsm.explore.compiled.store.FIRST_SIZE", 64)
    spec = parse_spec(text("dining_philosophers", n=10))
    whole = check_spec(spec, OPTIONS)
    least = space_of(spec).ledger.most
    seen = set()
    for more in range(-60_000, 400_000, 30_000):
        report = check_spec(spec, CheckOptions(
            engine="compiled", without=NAMES, max_memory=least + more
        ))  # fmt: skip
        for name, told in outcomes(report).items():
            assert told in ((Outcome.UNKNOWN, 0), outcomes(whole)[name])
        unknown = sum(told == (Outcome.UNKNOWN, 0) for told in outcomes(report).values())
        seen.add(unknown)
        if unknown:
            assert not report.complete
            assert report.limit == "memory"
    assert {0, 1} <= seen


def test_marks_make_room_for_another_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that nobody needs now are given back where there is no room for what is asked."""
    monkeypatch.setattr(search, "KEPT", -1)
    spec = parse_spec(text("dining_philosophers", n=8).replace("never:", "always:"))
    found = space_of(spec)
    whole = found.path(0, 0, 0)
    column = found.marked(LIVE).size
    base = found.ledger.used
    found.search.shown.clear()
    found.ledger.limit = base + column // 2
    limited = found.ledger.limit
    assert whole
    found.ledger.most = 0
    found.ledger.limit = None
    found.path(0, 0, 0)
    needed = found.ledger.most - base
    found.search.shown.clear()
    found.ledger.limit = max(limited, base + needed - column // 2)
    assert found.path(0, 0, 0) == whole
    assert found._marked is None
    assert found.limit == ""


# --- levels of half a word ------------------------------------------------------------------------


def test_levels_of_a_bitset_take_half_the_room() -> None:
    found = space_of(parse_spec(text("dining_philosophers", n=8))).search
    assert found.kept is not None
    assert sum(p.states.size for level in found.kept for p in level.patches) == 4 * found.states


def test_large_numbers_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    """States whose numbers need 32 bits; they are sought, told and gone back from."""
    monkeypatch.setattr(space, "BITSET", 1 << 32)
    spec = parse_spec("""
fsm: 1
name: large
variables: {y: 0..1, x: 0..2147483646}
machines:
  m:
    states: {s: {}}
    transitions:
      - {when: "x < 2147483600", set: {y: 1, x: "x + 119304644"}}
      - {when: "x >= 2147483592 and x < 2147483646", set: {x: "x + 1"}}
properties: {p: {never: x == 2147483640}}
""")
    options = CheckOptions(engine="compiled", without=NAMES)
    report = check_spec(spec, options)
    python = check_spec(spec, CheckOptions(engine="python", without=NAMES))
    assert report.states == python.states == 73
    assert outcomes(report) == outcomes(python) == {"p": (Outcome.VIOLATED, 67)}


@pytest.mark.parametrize("expected", [True, False])
def test_levels_are_kept_where_runs_are_expected(
    expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "SPARE", 1_000)
    task = task_of(parse_spec(text("two_phase_commit", managers=4)), OPTIONS)
    machine, _ = machine_of(task)
    found = Search(machine, Ledger(), Limits())
    found.runs_expected, found.kept = expected, []
    initial = Successors(task.system, task.variants).initial()
    found.start((machine.packing.pack(state), 1) for state, _ in initial)
    found.run()
    assert found.states * 8 < found.store.size // 4
    assert found.kept is not None  # little beside the store
    monkeypatch.setattr("fsm.explore.compiled.store.Store.size", 100)
    more = Search(machine, Ledger(), Limits())
    more.runs_expected, more.kept = expected, []
    initial = Successors(task.system, task.variants).initial()
    more.start((machine.packing.pack(state), 1) for state, _ in initial)
    more.run()
    assert (more.kept is not None) == expected


# --- states that are near -------------------------------------------------------------------------


def near_of(spec: Spec) -> tuple[bool, int]:
    """Is every step between states that are near, however they are packed; and how many other pairs
    of states are not near?"""
    system, lowering = lower(spec)
    family = make_variants(spec.configuration, lowering.codes, range(len(lowering.codes)), {})
    whole = explore(Successors(system, family), Limits(states=300))
    apart = 0
    for packed in (packing(system.slots), digits(system.slots)):
        names: dict[str, Any] = {}
        exec(write_near(system, packed), names)
        states = [packed.pack(state) for state in whole.states]
        for here, arcs in zip(states, whole.arcs, strict=False):
            if not all(names["near"](here, states[to]) for _, to, _ in arcs):
                return False, 0
        for state, here in zip(whole.states[:30], states, strict=False):
            for other, there in zip(whole.states, states, strict=True):
                differ = sum(a != b for a, b in zip(state, other, strict=True))
                near = differ <= most_changed(system)
                assert names["near"](here, there) == near
                apart += not near
    return True, apart


@given(specs())
@settings(max_examples=15, deadline=None, suppress_health_check=SLOW)
def test_steps_lead_to_near_states(document: dict[str, Any]) -> None:
    assert near_of(spec_from(document))[0]


@pytest.mark.slow
@given(specs())
@settings(max_examples=1_000, deadline=None, suppress_health_check=SLOW)
def test_steps_lead_to_near_states_at_length(document: dict[str, Any]) -> None:
    assert near_of(spec_from(document))[0]


@pytest.mark.parametrize("name", CORNERS)
def test_corners_are_near(name: str) -> None:
    assert near_of(parse_spec(CORNERS[name]))[0]


@pytest.mark.parametrize(
    ("name", "constants", "most"),
    [
        ("dining_philosophers", {"n": 5}, 1),
        ("two_phase_commit", {"managers": 3}, 2),
        ("tickets", {"n": 2}, 3),  # the window ends for both, and its clock starts again
    ],
)
def test_few_states_are_near(name: str, constants: dict[str, int], most: int) -> None:
    spec = parse_spec(text(name, **constants))
    assert most_changed(lower(spec)[0]) == most
    assert near_of(spec)[0]
    assert near_of(spec)[1] > 0 or name == "tickets"


def test_all_clocks_run_in_one_step() -> None:
    spec = parse_spec(RESTING)
    assert most_changed(lower(spec)[0]) == 2
    assert near_of(spec)[0]
