"""Hypothesis as the source of runs: a sample of them, and the simplest that fails."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings

from fsm.model import Spec
from fsm.semantics.trace import Run
from fsm.testing.strategies import runs

if TYPE_CHECKING:
    from fsm.testing.trial import Plan

T = TypeVar("T")


def sample_runs(spec: Spec, plan: "Plan", look: Callable[[Run], None]) -> None:
    """Call `look` with `plan.examples` runs; the same plan gives the same runs."""
    _drive(spec, plan, look, (Phase.generate,))


def first_failure(spec: Spec, plan: "Plan", judge: Callable[[Run], T | None]) -> T | None:
    """What `judge` says of the simplest run for which it says anything: Hypothesis generates the
    same runs as in `sample_runs` up to the first such run, then shrinks it.

    None where no run of the plan is judged so.
    """

    class Found(Exception):
        """Carries what was said out of Hypothesis."""

        def __init__(self, said: T) -> None:
            super().__init__()
            self.said = said

    def look(run: Run) -> None:
        said = judge(run)
        if said is not None:
            raise Found(said)

    try:
        _drive(spec, plan, look, (Phase.generate, Phase.shrink))
    except Found as found:
        return found.said
    return None


def _drive(
    spec: Spec, plan: "Plan", look: Callable[[Run], None], phases: tuple[Phase, ...]
) -> None:
    strategy = runs(spec, dict(plan.fixed), max_steps=plan.steps)

    @seed(plan.seed)
    @settings(
        max_examples=plan.examples, phases=phases, deadline=None, database=None,
        suppress_health_check=list(HealthCheck), print_blob=False,
        report_multiple_bugs=False, verbosity=Verbosity.quiet,
    )  # fmt: skip
    @given(strategy)
    def test(run: Run) -> None:
        look(run)

    test()
