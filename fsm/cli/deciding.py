"""The specs of `fsm check`, decided one after the other or several at once."""

import gc
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from fsm.check.results import SpecReport
from fsm.cli.inputs import Asked, read, read_at_hand
from fsm.cli.parallel import FORKED, as_finished
from fsm.cli.progress import Progress
from fsm.errors import Diagnostic, SpecError, UsageError
from fsm.explore.space import MEMORY
from fsm.expressions import Scalar
from fsm.model import Spec

if TYPE_CHECKING:
    from fsm.check.check import CheckOptions

Answer = SpecReport | Diagnostic | SpecError

_SMALL = """
fsm: 1
name: small
machines: {m: {states: {s: {}, t: {}}}}
properties: {p: {never: m == t}}
"""


class Limits(Struct, frozen=True):
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
    asked: Sequence[Asked], chosen: dict[str, Scalar], limits: Limits, quiet: bool
) -> Generator[tuple[int, Answer], None, None]:
    """For each spec its place among them, and its report or why there is none: first what is
    remembered, then what processes beside this one read and decide, as soon as they have. What they
    do not answer, or not within their share of the memory, is decided here, by itself.

    Of two cores both are busy to the end if the longest check is not begun last: the longer the
    file, the sooner.
    """
    left: dict[int, Asked] = {}
    for place, item in enumerate(asked):
        loaded = read_at_hand(item)
        known = _remembered(loaded, chosen, limits) if isinstance(loaded, Spec) else loaded
        if known is None:
            left[place] = loaded or item
        else:
            yield place, known
    jobs = 1 if limits.stats else max(1, min(limits.jobs, len(left)))
    with Progress("fsm check", on=not quiet) as progress:
        if jobs > 1:
            if FORKED:
                _prepare()
            memory = None if limits.memory is None else limits.memory // jobs
            shared = replace(limits, memory=memory, jobs=limits.jobs // jobs)
            work = partial(_answer, chosen=chosen, limits=shared, quiet=True)
            alive = partial(progress, f"of {len(left)} specs, finished")
            begun = sorted(left, key=lambda place: -_length(left[place]))
            others = [left[place] for place in begun]
            for number, answer in as_finished(work, others, jobs, alive, _prepare_more):
                if answer is None or (isinstance(answer, SpecReport) and answer.limit == MEMORY):
                    continue
                del left[begun[number]]
                yield begun[number], answer
        for place, item in left.items():
            yield place, _answer(item, chosen, limits, quiet)


def _prepare() -> None:
    """Import and make here what every process needs: with one spec read, all that reading takes."""
    import fsm.check.check
    import fsm.check.remembered  # noqa: F401
    from fsm.spec.load import parse_spec

    parse_spec(_SMALL)


def _prepare_more() -> None:
    """Import what some specs need, and what is needed when all are answered."""
    import fsm.check.dense
    import fsm.report.text  # noqa: F401


def _length(asked: Asked) -> int:
    if isinstance(asked, SpecError):
        return 0
    file = asked.at.file if isinstance(asked, Spec) else asked
    try:
        return Path(file).stat().st_size
    except OSError:
        return 0


def _answer(asked: Asked, chosen: dict[str, Scalar], limits: Limits, quiet: bool) -> Answer:
    loaded = read(asked)
    if isinstance(loaded, SpecError):
        return loaded
    return _remembered(loaded, chosen, limits) or _decided(loaded, chosen, limits, quiet)


def _remembered(spec: Spec, chosen: dict[str, Scalar], limits: Limits) -> SpecReport | None:
    from fsm.check.remembered import key_of, recalled

    if not limits.cache:
        return None
    report = recalled(key_of(spec, options_for(spec, chosen, limits), limits.more), spec)
    return None if report is None else replace(report, spec=spec)


def _decided(spec: Spec, chosen: dict[str, Scalar], limits: Limits, quiet: bool) -> Answer:
    from fsm.check.check import check_spec
    from fsm.check.remembered import keep, key_of

    with Progress(spec.name, on=not quiet) as progress:
        options = replace(options_for(spec, chosen, limits), progress=progress)
        try:
            with without_cycle_search():
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
def without_cycle_search() -> Iterator[None]:
    """A search makes millions of small tuples and no cycles, and so do specs and reports that are
    read; looking for cycles among them costs a sixth of the time. What little a check leaves behind
    is set aside until the next one: where none follows, the process ends sooner, and cheaper."""
    if gc.get_freeze_count():
        gc.unfreeze()
        gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
