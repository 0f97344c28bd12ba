"""The symbolic engine as whole processes, beside Storm's diagrams (`pip install stormpy`).

`fsm check` decides all properties and findings; Storm only builds the model and counts. Both report
the number of states, which is compared first.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from tests.bench import prism
from tests.bench.timing import FSM, ROOT, Case
from tests.known_answers.families import text

STORM = (
    "import stormpy, sys; program = stormpy.parse_prism_program(sys.argv[1]);"
    "print(int(stormpy.build_symbolic_model(program).nr_states))"
)
Model = Callable[[int], str]
MODELS: tuple[tuple[str, str, Model, tuple[int, ...], dict[int, float]], ...] = (
    ("dining_philosophers", "n", prism.philosophers, (16, 18, 50, 100), {50: 2.0}),
    ("tickets", "n", prism.tickets, (6, 20), {20: 5.0}),
    ("two_phase_commit", "managers", prism.two_phase_commit, (7, 8, 9, 10, 11, 12), {}),
)  # the family, its constant, Storm's model, sizes, and goals in seconds by size


def cases(folder: Path) -> list[Case]:
    """Each family and size here and in Storm, then the shipped specs.

    Raises `RuntimeError` where the two disagree about a number of states.
    """
    found = []
    for name, constant, model, sizes, goals in MODELS:
        for size in sizes:
            ours, theirs = folder / f"{name}{size}.fsm.yaml", folder / f"{name}{size}.nm"
            ours.write_text(text(name, **{constant: size}), encoding="utf-8")
            theirs.write_text(model(size), encoding="utf-8")
            check = _check(ours)
            storm = (sys.executable, "-c", STORM, str(theirs))
            found.append(Case(f"{name} {size}: fsm", check, goal=goals.get(size)))
            if find_spec("stormpy") is not None:
                found.append(Case(f"{name} {size}: storm", storm))
                if size == sizes[0]:
                    _compare(name, check, storm)
    for path in sorted((ROOT / "specs" / "douyin").glob("*.fsm.yaml")):
        found.append(Case(f"{path.name}: fsm", _check(path)))
    return found


def _check(path: Path) -> tuple[str, ...]:
    options = ("--engine", "symbolic", "--no-reductions", "--no-cache", "--json")
    return (*FSM, "check", str(path), *options)


def _compare(name: str, check: tuple[str, ...], storm: tuple[str, ...]) -> None:
    def output(command: tuple[str, ...]) -> str:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        return done.stdout

    ours, theirs = json.loads(output(check))["specs"][0]["states"], int(output(storm))
    if ours != theirs:
        raise RuntimeError(f"{name}: {ours} states here, {theirs} in Storm")
