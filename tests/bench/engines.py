"""The compiled engine beside other model checkers, on the same models, in the same run.

A *contender* searches a model to its end; it must find as many states as there are. Its search is
timed as it tells, then the whole: reading the model, writing and compiling what searches it, and
the search. Memory is the most that one of its processes used. Who is not installed is named, and so
is what takes too long or too much memory.

The peers' models state no claims. Ours is asked the `always` and `never` of its spec, which a
search decides on its way, and which others would state as invariants; not `can_always`, which takes
the space once more, nor `reachable`, whose run is told. What is told of every spec, it still tells,
with a shortest run: where a state without a step should be none.
"""

import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import chain
from operator import attrgetter
from pathlib import Path
from statistics import median

from fsm.explore.compiled.space import shape_of
from fsm.explore.memory import available
from fsm.explore.variants import make_variants
from fsm.model import Pattern
from fsm.semantics.lower import lower
from fsm.spec.load import parse_spec
from tests.bench import processes, promela, tla
from tests.bench.timing import FSM, ROOT
from tests.known_answers.families import text

JAR = "TLA2TOOLS_JAR"  # the environment variable that says where TLC is
SIZES = {
    "dining_philosophers": (16, 18, 20),
    "tickets": (3, 4, 5, 6),
    "two_phase_commit": (7, 8, 9),
}
CONSTANT = {"dining_philosophers": "n", "tickets": "n", "two_phase_commit": "managers"}
PROCESSES: Mapping[str, Callable[[int], str]] = {
    "dining_philosophers": processes.philosophers, "tickets": processes.tickets,
    "two_phase_commit": processes.two_phase_commit,
}  # fmt: skip
ALONE: Mapping[str, Callable[[int], str]] = {
    "dining_philosophers": promela.philosophers, "tickets": promela.tickets,
    "two_phase_commit": promela.two_phase_commit,
}  # fmt: skip
TLA: Mapping[str, Callable[[int], str]] = {
    "dining_philosophers": tla.philosophers, "tickets": tla.tickets,
    "two_phase_commit": tla.two_phase_commit,
}  # fmt: skip
STATES: Mapping[str, Callable[[int], int]] = {  # see tests/known_answers
    "dining_philosophers": lambda n: round((1 + 2**0.5) ** n),
    "tickets": lambda n: 6**n * 49,
    "two_phase_commit": lambda n: 4**n + 2**n + 6**n,
}
DECIDED = (Pattern.ALWAYS, Pattern.NEVER)  # by the search itself
LARGE = 7_000_000  # states from which on the goals hold
FAR = 50  # times as slow as the first: one run is enough


@dataclass(frozen=True)
class Goals:
    """How many times as fast, and how much smaller, than SPIN's fastest form: by `search`, as a
    `whole`, in `memory`."""

    search: float
    whole: float
    memory: float


BITSET, TABLE = Goals(30, 10, 5), Goals(10, 5, 5)


@dataclass(frozen=True)
class Contender:
    """Who searches: commands that prepare, and the one that searches, which prints what `read`
    makes states and seconds of (None: the time of the process). `reduced`: it may store fewer
    states than there are. `fresh`: with an empty cache each time."""

    name: str
    prepare: tuple[tuple[str, ...], ...]
    search: tuple[str, ...]
    read: Callable[[str], tuple[int, float | None]]
    reduced: bool = False
    fresh: bool = False


@dataclass(frozen=True)
class Run:
    """One run: states, seconds of the search and of everything, bytes."""

    states: int
    search: float
    whole: float
    memory: int


class Failed(Exception):
    """No figures, and why."""


# --- the contenders -------------------------------------------------------------------------------


def contenders(family: str, size: int, folder: Path) -> list[Contender]:
    """Everybody who is installed, with the models as files in a folder."""
    spec = folder / "model.fsm.yaml"
    said = text(family, **{CONSTANT[family]: size})
    spec.write_text(said, encoding="utf-8")
    asked = (("--property", p.name) for p in parse_spec(said).properties if p.pattern in DECIDED)
    check = (*FSM, "check", str(spec), "--engine", "compiled", "--no-reductions", "--no-cache",
             "--stats", "--json", "--limit", str(1 << 40), *chain.from_iterable(asked))  # fmt: skip
    found = [
        Contender("fsm", (), (*check, "--jobs", "1"), _ours, fresh=True),
        Contender("fsm, again", (), (*check, "--jobs", "1"), _ours),
        Contender("fsm, all cores", (), check, _ours, fresh=True),
        Contender("fsm, all cores, again", (), check, _ours),
    ]
    if shutil.which("spin") and shutil.which("gcc"):
        found += _spin(family, size, folder)
    if find_spec("minicheck") is not None:
        command = (sys.executable, "-m", "tests.bench.in_minicheck", family, str(size))
        found.append(Contender("minicheck", (), command, _minicheck))
    if JAR in os.environ and shutil.which("java"):
        (folder / "model.tla").write_text(TLA[family](size), encoding="utf-8")
        (folder / "model.cfg").write_text(tla.CONFIGURATION, encoding="utf-8")
        jar = str(Path(os.environ[JAR]).resolve())
        for workers in ("1", "auto"):
            command = ("java", "-XX:+UseParallelGC", "-cp", jar, "tlc2.TLC", "-workers", workers,
                       "-metadir", "tlc", "model.tla")  # fmt: skip
            found.append(Contender(f"TLC, workers {workers}", (), command, _tlc))
    return found


def missing() -> Iterator[str]:
    """Who is not here, and how to get it."""
    if not (shutil.which("spin") and shutil.which("gcc")):
        yield "SPIN: not installed (apt install spin gcc)"
    if find_spec("minicheck") is None:
        yield "minicheck: not installed (pip install minicheck)"
    if JAR not in os.environ:
        yield f"TLC: {JAR} does not say where tla2tools.jar is"
    elif not shutil.which("java"):
        yield "TLC: Java is not installed"


def _spin(family: str, size: int, folder: Path) -> Iterator[Contender]:
    """As most people run it, with a process each; then its fastest forms: one process, tuned."""
    (folder / "processes.pml").write_text(PROCESSES[family](size), encoding="utf-8")
    (folder / "alone.pml").write_text(ALONE[family](size), encoding="utf-8")
    states = STATES[family](size)  # SPIN's table and stack get as much room as they may need
    slots = states.bit_length()
    tuned = ("-O3", "-march=native", "-DSAFETY", "-DNOREDUCE", "-DNOFAIR")
    for name, model, options in (
        ("SPIN, full", "processes", ("-O2", "-DSAFETY", "-DNOREDUCE")),
        ("SPIN, partial order", "processes", ("-O2", "-DSAFETY")),
        ("SPIN, one process, tuned", "alone", tuned),
        ("SPIN, one process, tuned, breadth-first", "alone", (*tuned, "-DBFS")),
    ):
        sources, program = f"{model}.pml", "./pan"
        prepare = (("spin", "-o2", "-a", sources), ("gcc", "-w", *options, "-o", "pan", "pan.c"))
        depth = () if "-DBFS" in options else (f"-m{states + 1_000}",)
        reduced = "-DNOREDUCE" not in options
        yield Contender(name, prepare, (program, *depth, "-E", f"-w{slots}"), _pan, reduced)


def _ours(said: str) -> tuple[int, float | None]:
    import json

    stats = json.loads(said)["specs"][0]["stats"]
    return stats["states"], stats["search_seconds"]


def _pan(said: str) -> tuple[int, float | None]:
    if "search depth too small" in said:
        raise Failed("its stack is too small")
    if "pan: out of memory" in said or "reached -DMEMLIM" in said:
        raise Failed("out of memory")
    stored = re.search(r"(\d+) states, stored", said)
    seconds = re.search(r"elapsed time ([\d.]+) seconds", said)
    if stored is None:
        raise Failed(f"SPIN said: {said[-200:]!r}")
    return int(stored[1]), float(seconds[1]) if seconds else None


def _minicheck(said: str) -> tuple[int, float | None]:
    states, seconds = said.split()
    return int(states), float(seconds)


def _tlc(said: str) -> tuple[int, float | None]:
    found = re.findall(r"([\d,]+) distinct states found", said)
    if not found:
        raise Failed(f"TLC said: {said[-200:]!r}")
    return int(found[-1].replace(",", "")), None


# --- a run ----------------------------------------------------------------------------------------


def run(contender: Contender, folder: Path, patience: float) -> Run:
    """Prepare and search once. Raises `Failed`."""
    with tempfile.TemporaryDirectory(dir=folder) as new:
        cache = new if contender.fresh else str(folder / "cache")
        began = time.perf_counter()
        left = patience
        memory = 0
        for command in (*contender.prepare, contender.search):
            said, seconds, most = _process(command, folder, cache, left)
            left -= seconds
            memory = max(memory, most)
        whole = time.perf_counter() - began
    states, searching = contender.read(said)
    return Run(states, seconds if searching is None else searching, whole, memory)


def _process(
    command: Sequence[str], folder: Path, cache: str, patience: float
) -> tuple[str, float, int]:  # fmt: skip
    """What a process printed, its seconds, and the most memory that it used. Raises `Failed`."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "FSM_CACHE_DIR": cache}
    room = (available() or 1 << 34) // 4 * 3
    began = time.perf_counter()
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=out,
            stderr=subprocess.STDOUT,
            preexec_fn=lambda: None if command[0] == "java" else _at_most(room),
        )  # fmt: skip
        timer = threading.Timer(max(0.0, patience), child.kill)
        timer.start()
        _, status, usage = os.wait4(child.pid, 0)
        timer.cancel()
        seconds = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        said = out.read().decode(errors="replace")
    if child.returncode == -signal.SIGKILL and seconds >= patience:
        raise Failed(f"more than {patience:.0f} s")
    if "out of memory" in said or "MemoryError" in said:
        raise Failed(f"more than {room / 1e9:.1f} GB")
    if child.returncode:
        raise Failed(f"{Path(command[0]).name}: exit code {child.returncode}: {said[-200:]!r}")
    return said, seconds, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _at_most(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (size, size))


# --- the comparison -------------------------------------------------------------------------------


def compare(
    folder: Path, runs: int, patience: float, only: Sequence[str] = ("",),
    who: Sequence[str] = ("",),
) -> Iterator[tuple[str, bool]]:  # fmt: skip
    """For each model (whose title contains one of `only`) a table of the contenders (whose names
    contain one of `who`, and ours), and whether a goal is missed.

    Raises `RuntimeError` where somebody finds another number of states than there are.
    """
    yield "".join(f"missing: {who}\n" for who in missing()), False
    for family, sizes in SIZES.items():
        for size in sizes:
            title = f"{family} {size}"
            if any(text in title for text in only):
                place = folder / title.replace(" ", "_")
                place.mkdir()
                ours, *others = contenders(family, size, place)
                here = [ours, *(c for c in others if any(text in c.name for text in who))]
                timings, failures = _measured(here, place, runs, patience)
                _right(title, here, timings, STATES[family](size))
                yield told(title, timings, failures, _goals(place))
                shutil.rmtree(place)


Timings = dict[str, list[Run]]


def _measured(
    here: Sequence[Contender], folder: Path, runs: int, patience: float
) -> tuple[Timings, dict[str, str]]:
    """Round by round, to share the noise. Who fails is not asked again, nor is who takes so long
    that no noise could change what is told of it."""
    timings: Timings = {contender.name: [] for contender in here}
    failures: dict[str, str] = {}
    for _ in range(runs):
        for contender in here:
            if contender.name not in failures and not _is_far_behind(contender, timings):
                try:
                    done = run(contender, folder, patience)
                    timings[contender.name].append(done)
                    said = f"{done.search:.2f} s of {done.whole:.2f} s"
                except Failed as problem:
                    said = failures[contender.name] = str(problem)
                print(f"{folder.name}: {contender.name}: {said}", file=sys.stderr, flush=True)
    return {name: done for name, done in timings.items() if name not in failures}, failures


def _is_far_behind(contender: Contender, timings: Timings) -> bool:
    """Did it take more than `FAR` times as long as the first of all, search and whole?"""
    mine, first = timings[contender.name], next(iter(timings.values()))
    return bool(mine and first) and all(
        min(get(run) for run in mine) > FAR * max(get(run) for run in first)
        for get in (attrgetter("search"), attrgetter("whole"))
    )


def _right(title: str, here: Sequence[Contender], timings: Timings, states: int) -> None:
    for contender in here:
        for done in timings.get(contender.name, ()):
            right = done.states <= states if contender.reduced else done.states == states
            if not right:
                raise RuntimeError(
                    f"{title}: {done.states} states in {contender.name}, not {states}"
                )


def _goals(folder: Path) -> Goals:
    """What the way in which our states are stored promises."""
    system, lowering = lower(parse_spec((folder / "model.fsm.yaml").read_text(encoding="utf-8")))
    family = make_variants((), lowering.codes, (), {})
    return TABLE if shape_of(system, family)[0].bitset is None else BITSET


def told(
    title: str, timings: Timings, failures: Mapping[str, str], goals: Goals
) -> tuple[str, bool]:  # fmt: skip
    """The table of a model, and whether a goal is missed: ours is the first line."""
    most = max(map(len, timings.values()), default=0)
    middle = {name: _median(done) for name, done in timings.items()}
    if "fsm" not in middle:
        raise RuntimeError(f"{title}: {failures['fsm']}")
    ours = middle["fsm"]
    rows: list[tuple[str, ...]] = [
        ("", "states", "search", "whole", "memory", "times ours:", "search", "whole", "memory")
    ]
    for name, here in middle.items():
        ratios = (here.search / ours.search, here.whole / ours.whole, here.memory / ours.memory)
        once = f" ({len(timings[name])} run)" if len(timings[name]) < most else ""
        rows.append((
            name + once, f"{here.states:,}", f"{here.search:.2f} s", f"{here.whole:.2f} s",
            f"{here.memory / 1e6:.0f} MB", "", *(f"{ratio:.1f}" for ratio in ratios),
        ))  # fmt: skip
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    lines = [
        "  ".join(
            [
                row[0].ljust(widths[0]),
                *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True)),
            ]
        )
        for row in rows
    ]
    lines += [f"{name}: {why}" for name, why in failures.items()]
    peers = [run for name, run in middle.items() if name.startswith("SPIN")]
    missed = False
    if ours.states >= LARGE and peers:
        for what, goal in (
            ("search", goals.search), ("whole", goals.whole), ("memory", goals.memory),
        ):  # fmt: skip
            ratio = min(getattr(peer, what) for peer in peers) / getattr(ours, what)
            missed |= ratio < goal
            verdict = "met" if ratio >= goal else "missed"
            lines.append(f"goal, {what}: {goal:.0f} times SPIN's best; {ratio:.1f}: {verdict}")
    return f"{title}, medians of {most}\n" + "\n".join(line.rstrip() for line in lines), missed


def _median(done: Sequence[Run]) -> Run:
    return Run(
        done[0].states, median(r.search for r in done), median(r.whole for r in done),
        int(median(r.memory for r in done)),
    )  # fmt: skip
