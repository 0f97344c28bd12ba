"""The symbolic engine as whole processes, beside Storm's diagrams (`pip install stormpy`) and SPIN.

`fsm check` decides all properties and findings; Storm only builds the model and counts, and SPIN
searches the states, from the model's text on: `spin`, `gcc`, `pan`. All report the number of
states, which is compared first. How the time grows with the number of tickets shows from 6 to 80.
A rival is stopped after `PATIENCE` seconds (exit code 124): it takes at least so long.
"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from tests.bench import prism, promela
from tests.bench.timing import FSM, ROOT, Case, Ratio
from tests.known_answers.families import text

PATIENCE = 60
STOPPED = 124  # what `timeout` says then
STORM = (
    "import stormpy, sys; program = stormpy.parse_prism_program(sys.argv[1]);"
    "print(int(stormpy.build_symbolic_model(program).nr_states))"
)
SPIN = (
    "cd $1 && spin -o2 -a model.pml && gcc -O2 -w -DNOREDUCE -DSAFETY -DMEMLIM=8000 -o pan pan.c"
    " && ./pan -m9000000 -w24 -E"
)


@dataclass(frozen=True, slots=True)
class Family:
    """Specs of growing size, with the same model for others as far as each of them goes; goals in
    seconds by size."""

    name: str
    constant: str
    sizes: tuple[int, ...]
    storm: Callable[[int], str]
    spin: Callable[[int], str]
    storms: int
    spins: int
    goals: Mapping[int, float] = field(default_factory=dict)


FAMILIES = (
    Family(
        "dining_philosophers", "n", (16, 18, 50, 100), prism.philosophers, promela.philosophers,
        storms=100, spins=18, goals={50: 2.0},
    ),
    Family(
        "tickets", "n", (6, 10, 20, 40, 80), prism.tickets, promela.tickets,
        storms=20, spins=6, goals={20: 5.0},
    ),
    Family(
        "two_phase_commit", "managers", (7, 8, 9, 10, 11, 12), prism.two_phase_commit,
        promela.two_phase_commit, storms=12, spins=8,
    ),
)  # fmt: skip
# Three times as fast as Storm's diagrams; and twice the tickets take about twice as long.
RATIOS = (
    *(
        Ratio(f"{family.name} {size}: fsm", f"{family.name} {size}: storm", 1 / 3)
        for family in FAMILIES
        for size in family.sizes
        if size <= family.storms
    ),
    Ratio("tickets 80: fsm", "tickets 40: fsm", 2.5),
)


def cases(folder: Path) -> list[Case]:
    """Each family and size here and in the others, then the shipped specs.

    Raises `RuntimeError` where they disagree about a number of states.
    """
    found = []
    for family in FAMILIES:
        for size in family.sizes:
            name = f"{family.name} {size}"
            ours = folder / f"{family.name}{size}.fsm.yaml"
            ours.write_text(text(family.name, **{family.constant: size}), encoding="utf-8")
            check = _check(ours)
            rivals = list(_rivals(family, size, folder / f"{family.name}{size}"))
            found.append(Case(f"{name}: fsm", check, goal=family.goals.get(size)))
            stop = ("timeout", str(PATIENCE)) if shutil.which("timeout") else ()
            found += [
                Case(f"{name}: {who}", (*stop, *command), codes=(0, STOPPED))
                for who, command in rivals
            ]
            if size == family.sizes[0]:
                states = json.loads(_output(check))["specs"][0]["states"]
                for who, command in rivals:
                    _compare(name, states, who, command)
    for path in sorted((ROOT / "specs" / "douyin").glob("*.fsm.yaml")):
        found.append(Case(f"{path.name}: fsm", _check(path)))
    return found


def _rivals(family: Family, size: int, folder: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    folder.mkdir()
    if find_spec("stormpy") is not None and size <= family.storms:
        (folder / "model.nm").write_text(family.storm(size), encoding="utf-8")
        yield "storm", (sys.executable, "-c", STORM, str(folder / "model.nm"))
    if shutil.which("spin") and shutil.which("gcc") and size <= family.spins:
        (folder / "model.pml").write_text(family.spin(size), encoding="utf-8")
        yield "spin", ("sh", "-ec", SPIN, "sh", str(folder))


def _check(path: Path) -> tuple[str, ...]:
    options = ("--engine", "symbolic", "--no-reductions", "--no-cache", "--json")
    return (*FSM, "check", str(path), *options)


def _output(command: tuple[str, ...]) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout


def _compare(name: str, states: int, who: str, command: tuple[str, ...]) -> None:
    said = _output(command)
    counted = re.search(r"([\d.e+]+) states, stored", said) or re.search(r"(\d+)", said)
    if counted is None or int(float(counted[1])) != states:
        raise RuntimeError(f"{name}: {states} states here, not so in {who}: {said[-2000:]}")
