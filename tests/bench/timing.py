"""How long processes take: the cases of a subject in turns, to share the noise, and medians."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
FSM = (sys.executable, "-m", "fsm.cli")
NOTHING = (sys.executable, "-c", "pass")


@dataclass(frozen=True, slots=True)
class Case:
    """A command to time, with what it needs in its environment. `goal` in seconds; `codes` are the
    exit codes that count as done."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    goal: float | None = None
    codes: tuple[int, ...] = (0,)


@dataclass(frozen=True, slots=True)
class Timing:
    """What a case took: seconds, run by run, how the last run ended, and the most bytes that one of
    its processes used at once in it (0: not known)."""

    case: Case
    seconds: tuple[float, ...]
    code: int
    memory: int = 0

    @property
    def missed(self) -> bool:
        """Is the median over the goal?"""
        return self.case.goal is not None and median(self.seconds) > self.case.goal


@dataclass(frozen=True, slots=True)
class Ratio:
    """A goal for two cases of one run, by their names: the first takes at most so many times as
    long as the second. It does not depend on the machine."""

    case: str
    beside: str
    most: float

    def told(self, timings: Sequence[Timing]) -> tuple[str, bool]:
        """The ratio of the medians in a line, and whether it is missed; where one of the two was
        left out, nothing can be."""
        times = {t.case.name: median(t.seconds) for t in timings}
        if not {self.case, self.beside} <= {*times}:
            return f"{self.case} / {self.beside}: not measured\n", False
        ratio = times[self.case] / times[self.beside]
        missed = ratio > self.most
        verdict = "missed" if missed else "met"
        line = f"{self.case} / {self.beside}: {ratio:.2f}, at most {self.most:g} {verdict}\n"
        return line, missed


def measure(cases: Sequence[Case], folder: Path, runs: int) -> list[Timing]:
    """Time each case `runs` times, round by round, after a round that is not counted: it writes the
    bytecode, as installing does. Raises `RuntimeError` for a command that fails."""
    everything = [Case("python -c pass", NOTHING), *cases]
    seconds: list[list[float]] = [[] for _ in everything]
    codes, memory = [0] * len(everything), [0] * len(everything)
    for turn in range(runs + 1):
        for k, case in enumerate(everything):
            started = time.perf_counter()
            codes[k], memory[k], said = _run(case, folder)
            spent = time.perf_counter() - started
            if codes[k] not in case.codes:
                raise RuntimeError(f"{case.name}: exit code {codes[k]}\n{said[-2_000:]}")
            if turn:
                seconds[k].append(spent)
    return [
        Timing(case, tuple(spent), code, most)
        for case, spent, code, most in zip(everything, seconds, codes, memory, strict=True)
    ]


def _run(case: Case, folder: Path) -> tuple[int, int, str]:
    """The exit code, the most bytes, and what was said on the error channel."""
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(
            case.command, cwd=folder, env=_environment(case, folder), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=said,
        )  # fmt: skip
        most = 0
        if hasattr(os, "wait4"):
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            most = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        said.seek(0)
        return child.wait(), most, said.read().decode(errors="replace")


def table(timings: Sequence[Timing]) -> str:
    """Medians, fastest and slowest run, the ratio to an empty Python process, and memory."""
    base = median(timings[0].seconds)
    rows: list[tuple[str, ...]] = [("case", "median", "min", "max", "ratio", "memory", "goal")]
    for timing in timings:
        case, middle = timing.case, median(timing.seconds)
        verdict = "" if case.goal is None else f"{case.goal * 1000:.0f} ms "
        verdict += "missed" if timing.missed else "met" if case.goal is not None else ""
        name = case.name + (f" (exit code {timing.code})" if timing.code else "")
        times = (f"{t * 1000:.0f} ms" for t in (middle, min(timing.seconds), max(timing.seconds)))
        memory = f"{timing.memory / 1e6:.0f} MB" if timing.memory else ""
        rows.append((name, *times, f"{middle / base:.1f}", memory, verdict))
    widths = [max(len(row[k]) for row in rows) for k in range(7)]
    return "".join(
        "  ".join(
            [row[0].ljust(widths[0])] + [row[k].rjust(widths[k]) for k in range(1, 6)] + [row[6]]
        ).rstrip()
        + "\n"
        for row in rows
    )


def _environment(case: Case, folder: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
        "FSM_CACHE_DIR": str(folder / "cache"),
        "LC_ALL": "C.UTF-8",
        **case.environment,
    }
