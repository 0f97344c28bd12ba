"""What random runs fire and where they stop, and what there is to fire and to stop at."""

from itertools import islice
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings

from fsm.check.check import check_spec
from fsm.check.results import Outcome
from fsm.model import Spec
from fsm.semantics.instances import Instances
from fsm.semantics.lowered import SlotKind
from fsm.semantics.trace import Occurrence, Run, State
from fsm.testing import runs
from fsm.testing.coverage import Boundary, Coverage, Recorder
from fsm.testing.ground import Ground
from fsm.testing.shrink import sample_runs
from fsm.testing.trial import Plan

FLAGSHIP = Path(__file__).parents[2] / "specs/douyin/shipped_refund_only.fsm.yaml"
Fired = set[tuple[str, int]]  # the machine as declared, and the number of the transition


def fired(spec: Spec, examples: int, *, start: int = 0, uniform: bool = False) -> Fired:
    """What so many runs of at most 50 steps take; the same `start` gives the same runs."""
    machines = {p.name: p.machine.name for p in Instances(spec).processes}
    found: Fired = set()

    @seed(start)
    @settings(
        max_examples=examples, phases=(Phase.generate,), deadline=None, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(runs(spec, max_steps=50, uniform=uniform))
    def collect(run: Run) -> None:
        for step in run.steps:
            if isinstance(step, Occurrence):
                found.update((machines[m.machine], m.transition) for m in step.moves)

    collect()
    return found


def reachable(spec: Spec) -> Fired:
    """What `fsm check` does not find dead: the transitions that fire in some variant."""
    report = check_spec(spec)
    assert all(result.outcome is not Outcome.UNKNOWN for result in report.results)
    dead = {finding.subject for finding in report.findings if finding.code == "S02"}
    return {
        (machine.name, transition.number)
        for machine in spec.all_machines()
        for transition in machine.transitions
        if f"{machine.name}:{transition.number}" not in dead
    }


def stops(spec: Spec, examples: int = 200, *, start: int = 0) -> Coverage:
    """Where runs as those of `fsm test` stop."""
    recorder = Recorder(spec)
    sample_runs(
        spec, Plan(examples=examples, seed=start),
        lambda run: recorder.record(dict(run.variant), run.states, run.steps),
    )  # fmt: skip
    return recorder.coverage


def reachable_instants(spec: Spec) -> set[tuple[Boundary, int]]:
    """Every instant around a deadline at which a run can stop: all states of all variants.

    Clocks are exact up to a unit beyond the largest bound that they are compared with.
    """
    ground = Ground(spec, {})
    slots = [(k, s.name) for k, s in enumerate(ground.system.slots) if s.kind is SlotKind.CLOCK]
    recorder = Recorder(spec)
    reached = {state: mask for state, mask in ground.successors.initial() if mask}
    waiting = list(reached.items())
    while waiting:
        state, mask = waiting.pop()
        clocks = tuple((name, state[k]) for k, name in slots)
        # Bounds depend on few choices, if on any: some of the variants show each value.
        for number in islice((k for k in range(mask.bit_length()) if mask >> k & 1), 64):
            variant = ground.variants.variant(number)
            recorder.record(variant, [State(ground.layout.snapshot(state), clocks)], [])
        for _, target, which in ground.successors.of(state, mask):
            if new := which & mask & ~reached.get(target, 0):
                reached[target] = reached.get(target, 0) | new
                waiting.append((target, new))
    return {instant for instant, times in recorder.coverage.boundaries.items() if times}
