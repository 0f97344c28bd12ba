"""The specs of `fsm check`, decided one after the other or several at once."""

import gc
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from fsm.check.results import SpecReport
from fsm.cli.parallel import as_finished
from fsm.cli.progress import Progress
from fsm.errors import Diagnostic, UsageError
from fsm.explore.space import MEMORY
from fsm.expressions import Scalar
from fsm.model import Spec

if TYPE_CHECKING:
    from fsm.check.check import CheckOptions

Answer = SpecReport | Diagnostic


@dataclass(frozen=True, slots=True)
class Limits:
    """How much work to do on each spec. `jobs` is how many cores to use: for several specs at once,
    unless they should be decided one after the other (`stats`), and for the search of each."""

    properties: tuple[str, ...]
    states: int | None
    seconds: float | None
    memory: int | None
    engine: str
    without: tuple[str, ...]
    time: str
    latest: bool
    stats: bool
    cache: bool
    vacuity: bool
    strengthen: bool
    jobs: int

    @property
    def more(self) -> str:
        """What else is asked about each spec."""
        return f"{self.vacuity} {self.strengthen}"


def answers_for(
    specs: list[Spec], chosen: dict[str, Scalar], limits: Limits, quiet: bool
) -> Generator[tuple[int, Answer], None, None]:
    """For each spec its place among them, and its report or why it cannot be decided: first what
    is remembered, then what processes beside this one decide, as soon as they have. What they do
    not answer, or not within their share of the memory, is decided here, by itself.

    Of two cores both are busy to the end if the longest check is not begun last: the more
    properties, the sooner.
    """
    left: list[int] = []
    for place, spec in enumerate(specs):
        report = _remembered(spec, chosen, limits)
        if report is None:
            left.append(place)
        else:
            yield place, replace(report, spec=spec)
    jobs = 1 if limits.stats else max(1, min(limits.jobs, len(left)))
    with Progress("fsm check", on=not quiet) as progress:
        if jobs > 1:
            memory = None if limits.memory is None else limits.memory // jobs
            shared = replace(limits, memory=memory, jobs=limits.jobs // jobs)
            work = partial(_decided, chosen=chosen, limits=shared, quiet=True)
            alive = partial(progress, f"of {len(left)} specs, finished")
            begun = sorted(left, key=lambda place: -len(specs[place].properties))
            for number, answer in as_finished(work, [specs[p] for p in begun], jobs, alive):
                if isinstance(answer, SpecReport) and answer.limit != MEMORY:
                    answer = replace(answer, spec=specs[begun[number]])
                elif not isinstance(answer, Diagnostic):
                    continue
                left.remove(begun[number])
                yield begun[number], answer
        for place in left:
            yield place, _decided(specs[place], chosen, limits, quiet)


def _decided(spec: Spec, chosen: dict[str, Scalar], limits: Limits, quiet: bool) -> Answer:
    from fsm.check.check import check_spec
    from fsm.check.remembered import keep, key_of

    with Progress(spec.name, on=not quiet) as progress:
        options = replace(options_for(spec, chosen, limits), progress=progress)
        try:
            with _without_cycle_search():
                report = check_spec(spec, options)
                if limits.vacuity or limits.strengthen:
                    from fsm.check.strength import examined

                    report = examined(
                        spec, report, options, vacuity=limits.vacuity, strengthen=limits.strengthen
                    )
        except UsageError as problem:
            return Diagnostic(spec.at, problem.code, problem.message, problem.hint)
        except KeyboardInterrupt as problem:
            problem.add_note(f"{spec.name}: {progress.covered()}")
            raise
        except Exception as problem:
            problem.add_note(f"while checking {spec.name} ({spec.at.file})")
            raise
    if limits.cache:
        keep(key_of(spec, options, limits.more), report)
    return report


def _remembered(spec: Spec, chosen: dict[str, Scalar], limits: Limits) -> SpecReport | None:
    from fsm.check.remembered import key_of, recalled

    if not limits.cache:
        return None
    return recalled(key_of(spec, options_for(spec, chosen, limits), limits.more), spec)


def options_for(spec: Spec, chosen: dict[str, Scalar], limits: Limits) -> "CheckOptions":
    """What is asked about one spec: of the properties, those that it has."""
    from fsm.check.check import CheckOptions

    names = {p.name for p in spec.properties}
    return CheckOptions(
        properties=tuple(name for name in limits.properties if name in names),
        variant=tuple(chosen.items()),
        max_states=limits.states,
        timeout=limits.seconds,
        max_memory=limits.memory,
        engine=limits.engine,
        without=limits.without,
        time=limits.time,
        latest=limits.latest,
        stats=limits.stats,
        threads=limits.jobs,
    )


@contextmanager
def _without_cycle_search() -> Iterator[None]:
    """A search makes millions of small tuples and no cycles; looking for cycles among them costs a
    sixth of its time. What little a check leaves behind is set aside until the next one: where
    none follows, the end of the process is sooner, and cheaper."""
    if gc.get_freeze_count():
        gc.unfreeze()
        gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
