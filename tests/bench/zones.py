"""Zones: Fischer's protocol, the search alone, beside TChecker on the same, round by round.

Both have the same zones before them: `aLU-covreach` of TChecker compares zones up to aLU, as we
do, and has to visit as many. Times are processor times, so that other work on the machine counts
for neither: of TChecker's process, without what it takes for one process of the protocol; of our
search alone, with writing and compiling it told beside. Where copies are sorted, fewer zones are
left, and the goal is a time.
"""

import resource
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import process_time

from fsm.explore.space import Limits
from fsm.explore.variants import make_variants
from fsm.reduce.reduce import reduce
from fsm.spec.load import parse_spec
from fsm.timed.limits import Horizons
from fsm.timed.machine import Code, ZoneMachine, ZoneSpace
from fsm.timed.steps import TimedSuccessors
from tests.interop.tchecker_judge import ABSENT, JUDGE, ask
from tests.known_answers.families import text

SIZES = (6, 7, 8)
TIMES = 10  # TChecker's zones per second, at least
SORTED, PATIENCE = 12, 60.0  # processes whose copies are sorted, and seconds for them


@dataclass(frozen=True, slots=True)
class Searcher:
    """A search that is ready to start, again and again; `ready`: seconds until it was."""

    machine: ZoneMachine
    successors: TimedSuccessors
    code: Code
    ready: float

    def search(self) -> tuple[ZoneSpace, float]:
        """One search, and its seconds."""
        began = process_time()
        space = ZoneSpace(self.machine, self.successors, Limits(), code=self.code)
        return space, process_time() - began


def searcher(n: int, *, alike: bool = False) -> Searcher:
    """The search for n processes with the strict guard, without anything that is asked of it.
    `alike`: with sorted copies."""
    began = process_time()
    found = reduce(parse_spec(text("fischer_dense", n=n)), ())
    codes = found.lowering.codes
    family = make_variants(found.spec.configuration, codes, range(len(codes)), {"strict": True})
    successors = TimedSuccessors(found.system, family)
    horizons = Horizons(found.system, family, successors.numbering)
    copies = found.alike if alike else ()
    machine = ZoneMachine(found.system, family, horizons, (), copies)
    code = machine.native()
    return Searcher(machine, successors, code, process_time() - began)


def compare(
    folder: Path, runs: int, patience: float, only: str, who: str = ""
) -> Iterator[tuple[str, bool]]:  # fmt: skip
    """For each size whose title contains `only` what both visited in a second, and whether the goal
    is missed; we are alone where the name of TChecker does not contain `who`. (Nobody here needs
    patience.) Raises `RuntimeError` where they visit different zones."""
    asked = JUDGE is not None and who in "TChecker"
    if JUDGE is None:
        yield f"TChecker: {ABSENT}", False
    for n in SIZES:
        if only in (title := f"fischer {n}"):
            yield _beside(title, n, folder, runs, asked=asked)
    if only in (title := f"fischer {SORTED}, sorted"):
        ours = searcher(SORTED, alike=True)
        space, seconds = ours.search()
        whole = seconds + ours.ready
        verdict = "met" if whole <= PATIENCE else "missed"
        yield (f"{title}: {space.expanded:,} zones in {seconds * 1000:.0f} ms; goal, with code: "
               f"{PATIENCE:.0f} s; {whole:.1f} s: {verdict}"), whole > PATIENCE  # fmt: skip


def _beside(title: str, n: int, folder: Path, runs: int, *, asked: bool) -> tuple[str, bool]:
    ours = searcher(n)
    mine: list[float] = []
    theirs: list[float] = []
    for _ in range(runs):
        space, seconds = ours.search()
        mine.append(seconds)
        if asked:
            _, _, start = _judged(1, folder)
            zones, transitions, seconds = _judged(n, folder)
            if (zones, transitions) != (space.expanded, space.transitions):
                raise RuntimeError(f"{title}: {zones} zones there, {space.expanded} here")
            theirs.append(seconds - start)
    lines = [
        f"{title}, medians of {runs}: {space.expanded:,} zones, {space.transitions:,} transitions",
        _told("fsm", space.expanded, mine) + f"; code ready in {ours.ready:.1f} s",
    ]
    late = False
    if theirs:
        ratio = median(theirs) / median(mine)
        late = ratio < TIMES
        lines += [
            _told("TChecker", space.expanded, theirs),
            f"goal: {TIMES} times its zones/s; {ratio:.1f}: {'missed' if late else 'met'}",
        ]
    return "\n".join(lines), late


def _judged(n: int, folder: Path) -> tuple[int, int, float]:
    """The zones and transitions that TChecker visits, and the seconds of its process."""
    model = folder / f"fischer{n}.txt"
    model.write_text(fischer(n), encoding="utf-8")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    said = ask(model, "-a", "aLU-covreach")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return int(said["VISITED_STATES"]), int(said["VISITED_TRANSITIONS"]), seconds


def _told(who: str, zones: int, seconds: Sequence[float]) -> str:
    middle = median(seconds)
    times = ", ".join(f"{t * 1000:.1f}" for t in (middle, min(seconds), max(seconds)))
    return f"  {who}: {zones / middle:,.0f} zones/s; median, min, max: {times} ms"


def fischer(n: int) -> str:
    """The protocol for TChecker, machine by machine."""
    lines = ["system:fischer", "event:tau", f"int:1:0:{n}:0:id"]
    for k in range(1, n + 1):
        lines += [
            f"process:P{k}", f"clock:1:x{k}",
            f"location:P{k}:idle{{initial:}}", f"location:P{k}:asking{{invariant: x{k}<=1}}",
            f"location:P{k}:waiting{{}}", f"location:P{k}:critical{{}}",
            f"edge:P{k}:idle:asking:tau{{provided: id==0 : do: x{k}=0}}",
            f"edge:P{k}:asking:waiting:tau{{provided: x{k}<=1 : do: x{k}=0; id={k}}}",
            f"edge:P{k}:waiting:asking:tau{{provided: id==0 : do: x{k}=0}}",
            f"edge:P{k}:waiting:critical:tau{{provided: x{k}>1 && id=={k}}}",
            f"edge:P{k}:critical:idle:tau{{do: id=0}}",
        ]  # fmt: skip
    return "\n".join(lines) + "\n"
