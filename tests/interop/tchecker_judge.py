"""TChecker as a judge, where the machine has it."""

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

VARIABLE = "TCK_REACH"  # the command, where it is not `tck-reach`
ABSENT = f"no tck-reach: {VARIABLE} may name one, and tests/interop/tchecker.sh makes one"


def command() -> tuple[str, ...] | None:
    """How `tck-reach` is started here; None where it is not."""
    if named := os.environ.get(VARIABLE):
        return tuple(shlex.split(named))
    found = shutil.which("tck-reach")
    return None if found is None else (found,)


JUDGE = command()


def ask(model: Path, *options: str) -> dict[str, str]:
    """What it says of a model, by name. Raises `AssertionError` where it says nothing."""
    assert JUDGE is not None
    done = subprocess.run([*JUDGE, *options, str(model)], capture_output=True, text=True)
    said = dict(line.split(" ", 1) for line in done.stdout.splitlines() if " " in line)
    assert done.returncode == 0 and "REACHABLE" in said, done.stdout + done.stderr
    return said


def reached(text: str, folder: Path) -> set[str]:
    """The labels of a model that some run reaches: those of the nodes of its whole graph."""
    model, graph = folder / "model.txt", folder / "graph.dot"
    model.write_text(text, encoding="utf-8")
    ask(model, "-a", "covreach", "-C", "graph", "-o", str(graph))
    found = re.findall(r'labels="([^"]*)"', graph.read_text(encoding="utf-8"))
    return {label for labels in found for label in labels.split(",") if label}
