"""SPIN, an independent judge: what it finds in a Promela model."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.draw.tools import need


@dataclass(frozen=True)
class Searched:
    """A search to its end: `states` are stored, `transitions` taken (SPIN's own figure counts the
    initial state as one more)."""

    states: int
    transitions: int
    errors: int


def search(text: str, folder: Path, check: str = "", *, cycles: bool = False) -> Searched:
    """Search a model completely, without reductions; `check` names a claim, and `cycles` looks for
    acceptance cycles rather than for failed assertions. Dead ends are no errors.

    Skips the test where SPIN or a C compiler is missing.
    """
    need(bool(shutil.which("spin") and shutil.which("gcc")), "SPIN or gcc", "apt install spin gcc")
    (folder / "model.pml").write_text(text, encoding="utf-8")
    claim = (f"-DCHECK_{check}",) if check else ()
    said = _run(folder, "spin", *claim, "-o2", "-a", "model.pml")
    assert "Error" not in said and "error" not in said, said
    safety = () if cycles else ("-DSAFETY",)
    _run(folder, "gcc", "-w", "-DNOREDUCE", *safety, "-o", "pan", "pan.c")
    said = _run(folder, "./pan", "-m200000", *(("-a",) if cycles else ()), "-E")
    assert "search depth too small" not in said, said
    return Searched(
        _figure(r"(\d+) states, stored", said),
        _figure(r"(\d+) transitions", said) - 1,
        _figure(r"errors: (\d+)", said),
    )


def _run(folder: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, f"{command}: {done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return done.stdout


def _figure(pattern: str, said: str) -> int:
    found = re.search(pattern, said)
    assert found is not None, said
    return int(found[1])
