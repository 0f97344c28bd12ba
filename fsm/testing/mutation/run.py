"""All mutants of a spec, or a part of them, judged one after the other."""

import gc
import random
import time
from collections.abc import Callable, Sequence

from msgspec import Struct

from fsm.errors import UsageError
from fsm.model import Spec
from fsm.report.exit_codes import ExitCode
from fsm.testing.mutation.judge import Fate, Judge, Outcome
from fsm.testing.mutation.mutant import Mutant, Operator
from fsm.testing.mutation.operators import mutants

Progress = Callable[[str, int], None]


class MutationOptions(Struct, frozen=True):
    """Which mutants to judge: those of some operators and machines (empty: all), or of these a
    random `sample` that `seed` fixes; `max_states` limits the spec and each mutant."""

    operators: tuple[Operator, ...] = ()
    machines: tuple[str, ...] = ()
    sample: int | None = None
    seed: int = 0
    max_states: int | None = None


class MutationReport(Struct, frozen=True):
    """What became of the mutants: `outcomes` in their order, of `chosen` out of `total`; fewer
    than `chosen` where the run was `interrupted`."""

    spec: Spec
    outcomes: tuple[Outcome, ...]
    chosen: int
    total: int
    seconds: float
    interrupted: bool = False

    def of(self, fate: Fate) -> tuple[Outcome, ...]:
        """The outcomes of one kind."""
        return tuple(outcome for outcome in self.outcomes if outcome.fate is fate)

    def exit_code(self) -> int:
        """0 where everything that changes a run is noticed."""
        if self.interrupted:
            return ExitCode.INTERRUPTED
        if self.of(Fate.SURVIVED):
            return ExitCode.UNEXPECTED
        return ExitCode.UNDECIDED if self.of(Fate.UNDECIDED) else ExitCode.EXPECTED


def mutate(
    spec: Spec,
    options: MutationOptions = MutationOptions(),
    *,
    progress: Progress | None = None,
) -> MutationReport:
    """Judge the mutants of a spec. Ctrl-C ends it with what is finished by then.

    Raises `UsageError`: F673 where no mutant is left to judge, and what `Judge` raises.
    Complexity: one check of the spec, and between a part and the whole of one for each mutant.
    """
    started = time.monotonic()
    everything = list(mutants(spec))
    chosen = select(everything, options)
    if not chosen:
        raise UsageError(
            "F673",
            f"{spec.name} has no mutant of the kind asked for",
            f"it has {len(everything)} in all; leave out --operator or --machine",
        )
    outcomes: list[Outcome] = []
    interrupted = False
    try:
        if progress is not None:
            progress("the spec itself", 0)
        judge = Judge(spec, max_states=options.max_states)
        for number, mutant in enumerate(chosen, start=1):
            if progress is not None:
                progress(f"mutant {number} of {len(chosen)}, survived", _survivors(outcomes))
            outcomes.append(judge.judge(mutant))
            gc.collect(0)
    except KeyboardInterrupt:
        interrupted = True
    seconds = time.monotonic() - started
    return MutationReport(spec, tuple(outcomes), len(chosen), len(everything), seconds, interrupted)


def select(everything: Sequence[Mutant], options: MutationOptions) -> list[Mutant]:
    """The mutants that the options ask for, in their order."""
    left = [
        mutant
        for mutant in everything
        if (not options.operators or mutant.operator in options.operators)
        and (not options.machines or mutant.machine in options.machines)
    ]
    if options.sample is None or options.sample >= len(left):
        return left
    places = random.Random(options.seed).sample(range(len(left)), options.sample)
    return [left[place] for place in sorted(places)]


def _survivors(outcomes: list[Outcome]) -> int:
    return sum(outcome.fate is Fate.SURVIVED for outcome in outcomes)
