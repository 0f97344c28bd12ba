"""Zones: Fischer's protocol, the search alone, beside TChecker's `covreach` on the same protocol.

A case is a process that searches again and again after the code is there; its time per search and
its zones a second are printed by `python -m tests.bench.zones N`. Where `tck-reach` is not
installed, its published figure for 8 processes is what is left to compare with: 40,536 zones
visited and 132,592 transitions in 2.2 s on a machine with two cores.
"""

import shutil
import sys
import time
from pathlib import Path
from statistics import median

from fsm.explore.space import Limits
from fsm.explore.variants import make_variants
from fsm.semantics.lower import lower
from fsm.spec.load import parse_spec
from fsm.timed.limits import Horizons
from fsm.timed.machine import ZoneMachine, ZoneSpace
from fsm.timed.steps import TimedSuccessors
from tests.bench.timing import Case
from tests.known_answers.families import text

SIZES = (6, 7, 8)
PUBLISHED = 40_536 / 2.2  # zones that TChecker visited in a second, 8 processes
JUDGE = shutil.which("tck-reach")


def cases(folder: Path) -> list[Case]:
    """Each size here, whole, and in TChecker where it is installed."""
    found = []
    for n in SIZES:
        found.append(Case(f"fischer {n}: fsm", (sys.executable, "-m", "tests.bench.zones", str(n))))
        if JUDGE is not None:
            path = folder / f"fischer{n}.txt"
            path.write_text(fischer(n), encoding="utf-8")
            found.append(Case(f"fischer {n}: tchecker", (JUDGE, "-a", "covreach", str(path))))
    return found


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


def searches(n: int, runs: int) -> tuple[ZoneSpace, list[float]]:
    """The last of so many searches, and the processor seconds of each."""
    spec = parse_spec(text("fischer_dense", n=n))
    system, lowering = lower(spec)
    codes = lowering.codes
    family = make_variants(spec.configuration, codes, range(len(codes)), {"strict": True})
    successors = TimedSuccessors(system, family)
    machine = ZoneMachine(system, family, Horizons(system, family, successors.numbering), ())
    code, seconds = machine.native(), list[float]()
    for _ in range(runs):
        began = time.process_time()
        space = ZoneSpace(machine, successors, Limits(), code=code)
        seconds.append(time.process_time() - began)
    return space, seconds


def main() -> None:
    """One size: what was visited, and how fast."""
    space, seconds = searches(int(sys.argv[1]), 9)
    middle = median(seconds)
    speed = space.expanded / middle
    print(
        f"{space.expanded:,} zones visited, {space.transitions:,} transitions, "
        f"{space.frames:,} discrete states: {middle * 1000:.0f} ms, {speed:,.0f} zones/s, "
        f"{speed / PUBLISHED:.0f} times TChecker's published figure for 8 processes"
    )


if __name__ == "__main__":
    main()
