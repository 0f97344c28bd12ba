"""Which transitions random runs fire, and which ones there are to fire."""

from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings

from fsm.check.check import check_spec
from fsm.check.results import Outcome
from fsm.model import Spec
from fsm.semantics.instances import Instances
from fsm.semantics.trace import Occurrence, Run
from fsm.testing import runs

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
