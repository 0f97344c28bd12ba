"""Families in machine code, with sets of variants as words and as numbers, against one by one."""

import ctypes
import random
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fsm.check import compiled
from fsm.check.check import CheckOptions, check_spec, task_of
from fsm.check.results import Outcome
from fsm.check.task import Task
from fsm.explore.compiled.memory import Ledger, OutOfMemory
from fsm.explore.compiled.numbered import numbered
from fsm.explore.compiled.sets import FULL, Memo, Sets
from fsm.explore.compiled.space import CompiledSpace
from fsm.explore.compiled.translate import mix
from fsm.explore.engines import step_function
from fsm.explore.generated import Generated
from fsm.explore.space import INTERRUPTED, MEMORY, explore
from fsm.explore.variants import Variants
from fsm.expressions import Scalar
from fsm.model import Spec
from fsm.reduce.reduction import NAMES
from fsm.spec.load import parse_spec, spec_from
from tests.explore.test_agreement import CORNERS, SLOW
from tests.random_specs import specs

pytest.importorskip("llvmlite")

LIMIT = 2_000
TICKETS = """
fsm: 1
name: switched
unit: 1h
switches: {%s}
events: {window_ends: {by: desk}}
clocks: {window: }
machines:
  desk:
    states: {open: }
    transitions: [{from: open, on: window_ends, after: %dh, clock: window, reset: window}]
  ticket:
    count: %d
    states: {applied: , returning: , disputed: , refunded: , overdue: }
    transitions:
      - {from: applied, to: returning}
      - {from: returning, to: refunded}
      - {from: [applied, returning, disputed], on: window_ends, to: overdue}
      - {from: [refunded, overdue], to: applied}
%s
properties:
  seen: {reachable: "ticket[0] == disputed", in: every}
  never_both: {never: "ticket[0] == disputed and ticket[1] == overdue"}
  can_refund: {can_always: "ticket[0] == refunded"}
"""
STATES = ("applied", "returning", "disputed", "refunded", "overdue")


def tickets(switches: int, copies: int, hours: int) -> Spec:
    """Tickets with a switch for each of some ways that not every shop offers."""
    ways = [(a, b) for a in STATES for b in STATES if a != b][:switches]
    lines = [f"      - {{from: {a}, to: {b}, when: s{k}}}" for k, (a, b) in enumerate(ways)]
    names = ", ".join(f"s{k}: bool" for k in range(switches))
    return parse_spec(TICKETS % (names, hours, copies, "\n".join(lines)))


def searched(spec: Spec, chosen: dict[str, Scalar]) -> tuple[Task, CompiledSpace]:
    options = CheckOptions(without=NAMES, properties=(), variant=tuple(chosen.items()))
    task = task_of(spec, options)
    machine, _ = compiled.machine_of(task)
    return task, CompiledSpace(task.system, task.variants, machine, task.limits)


def agrees(spec: Spec) -> bool:
    """Each state is reached in the same variants as in plain Python, and each variant has as many
    states as alone; False where the spec is too large, or asks for what is not served."""
    task = task_of(spec, CheckOptions(without=NAMES, max_states=LIMIT))
    space = explore(step_function(task.system, task.variants), task.limits)
    if space.undecided or not compiled.may_serve(task):
        return False
    _, found = searched(spec, {})
    assert (found.states, found.transitions, found.depth) == (
        len(space.states), space.transitions, space.depth,
    )  # fmt: skip
    for values, mask in zip(space.states, space.reach, strict=True):
        assert found.reached(values) == mask
    for number in _some(task.variants, 2):
        _, alone = searched(spec, task.variants.variant(number))
        assert alone.states == sum(mask >> number & 1 for mask in space.reach)
    return True


def _some(variants: Variants, count: int) -> list[int]:
    members = [n for n in range(variants.total) if variants.everything >> n & 1]
    return random.Random(count).sample(members, min(count, len(members)))


@pytest.fixture(params=["words", "numbers"])
def sets(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How sets of variants are kept: as numbers even where words would do."""
    kind: str = request.param
    if kind == "numbers":
        monkeypatch.setattr("fsm.explore.compiled.space.VARIANTS", 0)
    return kind


@pytest.mark.parametrize("name", [*CORNERS][1:3])
def test_corners(name: str, sets: str) -> None:
    agrees(parse_spec(CORNERS[name]))


@given(document=specs())
@settings(max_examples=2, deadline=None, suppress_health_check=SLOW)
def test_random_specs_as_numbers(document: dict[str, Any]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fsm.explore.compiled.space.VARIANTS", 0)
        agrees(spec_from({**document, "properties": {}}))


@pytest.mark.slow
@pytest.mark.parametrize("most", [62, 0])
@given(document=specs())
@settings(max_examples=250, deadline=None, suppress_health_check=SLOW)
def test_random_specs_at_length(document: dict[str, Any], most: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fsm.explore.compiled.space.VARIANTS", most)
        agrees(spec_from({**document, "properties": {}}))


@given(specs(), st.integers(0, 1 << 20))
@settings(max_examples=10, deadline=None, suppress_health_check=SLOW)
def test_rewritten_steps_are_the_same(document: dict[str, Any], seed: int) -> None:
    """The rewritten source in plain Python, step by step: nothing has to be compiled."""
    spec = spec_from({**document, "properties": {}})
    task = task_of(spec, CheckOptions(without=NAMES, max_states=300))
    plain = Generated(task.system, task.variants)
    if plain.program.single:
        return
    named = Sets(task.variants.everything)
    module: dict[str, Any] = {"mix": mix, "outside": lambda _, __, key: named._result(key)}
    exec(numbered(plain.program.text, named), module)
    memo = [0] * Memo(named._result).block.length
    chance = random.Random(seed)
    space = explore(plain, task.limits)
    for key in chance.sample(space.keys, min(20, len(space.keys))):
        mask = chance.getrandbits(task.variants.total) & task.variants.everything
        rows = [[0] * plain.program.most for _ in range(3)]
        scratch = [[0] * plain.program.scratch for _ in range(4)]
        size = module["expand"](key, named.number(mask), *rows, *scratch, memo)
        mine = [(c, t, named.masks[m]) for c, t, m in list(zip(*rows, strict=True))[:size]]
        assert mine == _expanded(plain, key, mask)


def _expanded(plain: Generated, key: int, mask: int) -> list[tuple[int, int, int]]:
    rows = [[0] * plain.program.most for _ in range(3)]
    scratch = [[0] * plain.program.scratch for _ in range(4)]
    size = plain._expand(key, mask, *rows, *scratch)
    return list(zip(*rows, strict=True))[:size]


def test_a_family_of_4096_variants_is_told_as_by_plain_python(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("fsm.explore.compiled.store.FIRST_SIZE", 64)  # the table grows on the way
    spec = tickets(12, 3, 5)
    reports = [
        check_spec(spec, CheckOptions(engine=engine, without=NAMES))
        for engine in ("python", "compiled")
    ]  # fmt: skip
    plain, found = reports
    assert (found.engine, found.variants) == ("compiled", 4096)
    assert (found.states, found.transitions) == (plain.states, plain.transitions)
    for one, other in zip(found.results, plain.results, strict=True):
        assert (one.outcome, one.violated, one.unknown) == (
            other.outcome, other.violated, other.unknown,
        )  # fmt: skip
        assert (one.run and one.run.variant) == (other.run and other.run.variant)
        assert (one.run and len(one.run.steps)) == (other.run and len(other.run.steps))
    assert {r.outcome for r in found.results} == {Outcome.VIOLATED, Outcome.HOLDS}


def test_4096_variants_cost_less_than_20() -> None:
    """In steps, which do not depend on the machine; seconds are for the benchmarks."""
    spec = tickets(12, 3, 5)
    task, family = searched(spec, {})
    assert task.variants.everything.bit_count() == 4096
    steps = []
    for number in _some(task.variants, 3):
        _, alone = searched(spec, task.variants.variant(number))
        steps.append(alone.search.steps)
    assert family.search.steps < 20 * sum(steps) / len(steps)


def test_sets_that_memory_does_not_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = tickets(12, 2, 5)
    _, whole = searched(spec, {})
    assert whole.machine.sets is not None

    made = Sets._result

    def limited(self: Sets, key: int) -> int:
        if len(self.masks) > 40:
            self.ledger.limit = self.ledger.used
        return made(self, key)

    monkeypatch.setattr(Sets, "_result", limited)
    _, cut = searched(spec, {})
    assert (cut.limit, cut.undecided) == (MEMORY, cut.variants.everything)
    assert cut.machine.sets is not None
    assert len(cut.machine.sets.masks) < len(whole.machine.sets.masks)
    # Whatever is said to be reached, is.
    assert cut.states <= whole.states


def test_an_interruption_amid_machine_code(monkeypatch: pytest.MonkeyPatch) -> None:
    made, left = Sets._result, [5]

    def interrupted(self: Sets, key: int) -> int:
        left[0] -= 1
        if left[0] == 0:
            raise KeyboardInterrupt
        return made(self, key)

    monkeypatch.setattr(Sets, "_result", interrupted)
    report = check_spec(tickets(12, 2, 5), CheckOptions(engine="compiled", without=NAMES))
    assert (report.limit, report.complete) == (INTERRUPTED, False)
    assert Outcome.HOLDS not in {r.outcome for r in report.results}


def test_sets_have_one_number_each() -> None:
    chance = random.Random(3)
    sets = Sets((1 << 100) - 1)
    masks = [0, sets.masks[1], *(chance.getrandbits(100) for _ in range(20))]
    numbers = [sets.number(mask) for mask in masks]
    assert numbers == [sets.number(mask) for mask in masks]
    assert [sets.masks[n] for n in numbers] == masks
    assert all(b == a + 1 for a, b in pairwise(numbers))


def test_the_ledger_pays_for_sets() -> None:
    sets = Sets((1 << 4096) - 1)
    a, b = sets.number(5), sets.number(6)
    join = 2 << 60 | a << 30 | b
    sets.ledger = Ledger(10_000)
    number = sets._result(join)
    assert sets.masks[number] == 7
    assert 4096 // 8 <= sets.ledger.used <= 10_000
    sets.ledger = Ledger(100)
    join = 2 << 60 | a << 30 | sets.number(8)
    assert sets._result(join) >> 30 == 1  # it is made, and that is told

    def full(address: int) -> int:
        (ctypes.c_int64 * (FULL + 1)).from_address(address)[FULL] = 1
        return 0

    with pytest.raises(OutOfMemory):
        sets.settled(full)()
    assert sets.settled(lambda _: 5)() == 5  # it is told once
