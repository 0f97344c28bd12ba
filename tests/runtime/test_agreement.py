"""Runtime and reference semantics agree: driven side by side through random specs and schedules.

After every step all that can be seen is compared: where the machines of `transitions` are,
variables, clocks, and the discrete steps that are possible, in their order, faults included.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fsm.errors import UsageError
from fsm.expressions import Scalar
from fsm.model import Spec
from fsm.runtime import runtime as running
from fsm.runtime.errors import SpecFault, TimeStuck
from fsm.runtime.machines import path
from fsm.runtime.runtime import Runtime
from fsm.semantics.firing import Fault
from fsm.semantics.instances import enclosing
from fsm.semantics.interpreter import Interpreter
from fsm.semantics.replay import replay
from fsm.semantics.trace import Occurrence, State
from fsm.spec.load import load_spec, spec_from
from tests.random_specs import specs
from tests.runtime.more_specs import corner_specs

SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
SPECS = Path(__file__).parents[2] / "specs"
KNOWN = Path(__file__).parents[1] / "known_answers"
SHIPPED = sorted([*SPECS.rglob("*.fsm.yaml"), *KNOWN.glob("*.fsm.yaml")])


@pytest.fixture(scope="module", autouse=True)
def impatient() -> Iterator[None]:
    """Zeno loops are given up early: the reference follows them step by step."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(running, "MOST_AT_ONCE", 30)
        yield


@dataclass
class Pair:
    """A runtime and an interpreter in the same state."""

    runtime: Runtime
    reference: Interpreter
    state: State
    seen: Counter[str] = field(default_factory=Counter)

    def compare(self) -> None:
        runtime, state = self.runtime, self.state
        assert runtime.state == state
        for process in self.reference.instances.processes:
            leaf = dict(state.snapshot.locations)[process.name]
            assert runtime.machines[process.name].state == path(process, leaf)
        expected = [
            (step, (target.kind, target.subject, target.at) if isinstance(target, Fault) else None)
            for step, target in self.reference.steps(state)
        ]
        found = [
            (step, None if fault is None else (fault.kind, fault.subject, fault.at))
            for step, fault in runtime.outcomes()
        ]
        assert found == expected
        assert runtime.enabled() == tuple(step for step, fault in expected if fault is None)

    def step(self, choice: int, units: int) -> bool:
        """Take one of the possible steps, or let time pass: up to so many units. False where
        nothing can happen any more."""
        steps = self.reference.steps(self.state)
        ways = len(steps) + (0 if self.reference.unit is None else 2)
        if not ways:
            return False
        number = choice % ways
        if number >= len(steps):
            self.wait(units)
            return True
        occurrence, target = steps[number]
        if isinstance(target, Fault):
            with pytest.raises(SpecFault):
                self.runtime.take(occurrence)
            self.seen["fault"] += 1
        else:
            self.runtime.take(occurrence)
            self.state = target
            self._count(occurrence)
        return True

    def _count(self, occurrence: Occurrence) -> None:
        self.seen["step"] += 1
        self.seen["joint"] += len(occurrence.moves) > 1
        self.seen["spontaneous"] += not occurrence.event
        self.seen["fields"] += bool(occurrence.fields)
        self.seen["choose"] += any(move.chosen for move in occurrence.moves)
        by_name = {p.name: p for p in self.reference.instances.processes}
        for move in occurrence.moves:
            process = by_name[move.machine]
            place = dict(self.state.snapshot.locations)[move.machine]
            self.seen["nested"] += len(enclosing(process.machine, place)) > 1
            self.seen["copy"] += process.copy is not None

    def wait(self, units: int) -> None:
        """The reference goes unit by unit; where time is blocked the runtime's own steps are
        followed, and each must be one that the reference allows."""
        before = len(self.runtime.steps)
        try:
            self.runtime.wait(units)
        except TimeStuck as stuck:
            self._follow(before)
            assert self.reference.delay(self.state) is None
            assert stuck.code == "F645" or not self.reference.steps(self.state)
            self.seen[stuck.code] += 1
            self._start_again()
            return
        except SpecFault as fault:
            self._follow(before)
            assert self.reference.delay(self.state) is None
            assert fault.occurrence in dict(self.reference.steps(self.state))
            self.seen["fault on the way"] += 1
            self._start_again()
            return
        passed = self._follow(before)
        assert passed == units
        self.seen["wait"] += 1

    def _follow(self, before: int) -> int:
        passed = 0
        for step in self.runtime.steps[before:]:
            if isinstance(step, Occurrence):
                assert self.reference.delay(self.state) is None, "only what blocks time is taken"
                target = dict(self.reference.steps(self.state))[step]
                assert isinstance(target, State)
                self.state = target
                self.seen["on the way"] += 1
            else:
                for _ in range(step.units):
                    later = self.reference.delay(self.state)
                    assert later is not None, "time passes only where the reference lets it"
                    self.state = later
                passed += step.units
        return passed

    def _start_again(self) -> None:
        """The runtime's clock stands still for good: a new one, from the initial state."""
        spec, variant = self.runtime.spec, self.runtime.variant
        self.state = next(self.reference.initial())
        self.runtime = Runtime(spec, variant, start=self.state.snapshot)


def drive(spec: Spec, chance: Random, length: int) -> Counter[str]:
    """A random run of a random variant from a random start, compared after every step."""
    variant: dict[str, Scalar] = {c.name: chance.choice(c.values) for c in spec.configuration}
    reference = Interpreter(spec, variant)
    starts = list(islice(reference.initial(), 20))
    if not starts:
        with pytest.raises(UsageError, match="no run starts"):
            Runtime(spec, variant)
        return Counter()
    state = chance.choice(starts)
    pair = Pair(Runtime(spec, variant, start=state.snapshot), reference, state)
    pair.compare()
    for _ in range(length):
        if not pair.step(chance.randrange(1_000), chance.choice((1, 1, 1, 2, 3, 5))):
            break
        pair.compare()
        pair.seen["compared"] += 1
    run = pair.runtime.run()
    replayed = replay(pair.runtime.spec, run)
    assert replayed.states[-1] == pair.state
    assert pair.runtime.time == replayed.times[-1]
    return pair.seen


@given(specs(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
def test_random_specs(document: dict[str, object], chance: Random) -> None:
    drive(spec_from(document), chance, 12)


@given(corner_specs(), st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None, suppress_health_check=SLOW)
def test_corners_that_random_specs_seldom_meet(document: dict[str, object], chance: Random) -> None:
    drive(spec_from(document), chance, 12)


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.name.split(".")[0])
def test_shipped_specs_and_known_answers(file: Path) -> None:
    drive(load_spec(file), Random(7), 12)


def test_every_feature_is_met() -> None:
    """What the runs of a fixed seed go through; a generator that loses a feature is noticed."""
    seen: Counter[str] = Counter()
    chance = Random(11)

    @given(st.one_of(specs(timed=True), corner_specs()))
    @settings(
        max_examples=40, deadline=None, suppress_health_check=SLOW, derandomize=True, database=None
    )
    def collect(document: dict[str, object]) -> None:
        seen.update(drive(spec_from(document), chance, 12))

    collect()
    for feature in ("fault", "joint", "spontaneous", "fields", "choose", "nested", "copy", "wait",
                    "on the way"):  # fmt: skip
        assert seen[feature], feature


@pytest.mark.slow
def test_at_least_100_000_steps() -> None:
    """The long run: random specs and the shipped ones, until so many steps have been compared."""
    seen: Counter[str] = Counter()

    @given(st.one_of(specs(), corner_specs()), st.randoms(use_true_random=False))
    @settings(max_examples=2_000, deadline=None, suppress_health_check=SLOW, database=None)
    def collect(document: dict[str, object], chance: Random) -> None:
        seen.update(drive(spec_from(document), chance, 60))

    collect()
    files = [load_spec(file) for file in SHIPPED]
    for number in range(500):
        seen.update(drive(files[number % len(files)], Random(number), 60))
    print(dict(seen))
    assert seen["compared"] >= 100_000
