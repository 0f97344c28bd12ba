"""The memory of a process: what LLVM needs is counted, and given back while it is not needed."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from fsm.explore.compiled.widths import Array
from fsm.explore.memory import give_back
from tests.known_answers.families import text

pytest.importorskip("llvmlite")

from fsm.explore.compiled.native import LIBRARY, Native

ROOT = Path(__file__).parents[3]
linux = pytest.mark.skipif(sys.platform != "linux", reason="nowhere else is anything given back")


def mapped(library: str, what: str) -> int:
    """Kilobytes of what is mapped from a library: Rss, Anonymous …"""
    maps = Path("/proc/self/smaps").read_text(encoding="utf-8")
    parts = re.split(r"^(?=[0-9a-f]+-[0-9a-f]+ )", maps, flags=re.MULTILINE)[1:]
    here = (part for part in parts if library in part.splitlines()[0])
    return sum(int(re.findall(rf"^{what}: +(\d+) kB", part, re.MULTILINE)[0]) for part in here)


@linux
def test_a_library_is_given_back_and_still_works() -> None:
    """What was written to it stays. What comes back at once are pieces of what is read again, up to
    some megabytes where the file lies in the cache of the system in large pieces."""
    for number in range(2):
        native = Native(f"def f(x):\n    return x + {number}\n", {"a": Array(8)}, {"f": ("x",)})
        assert native["f"](40) == 40 + number
        assert native.given_back > 10_000_000
        written = mapped(LIBRARY, "Anonymous")
        assert 0 < written <= mapped(LIBRARY, "Rss") < written + 16_000
        assert give_back(LIBRARY) < 16_000_000
    assert give_back("no such library") == 0


@linux
def test_a_run_that_is_told_once_memory_is_used_up(tmp_path: Path) -> None:
    """Its code is compiled when all that may be used is."""
    megabytes = 200
    spec = tmp_path / "model.fsm.yaml"
    said = text("dining_philosophers", n=20).replace("never:", "always:")
    spec.write_text(said, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "fsm.cli", "check", str(spec), "--engine", "compiled",
         "--no-reductions", "--no-cache", "--jobs", "1", "--limit", str(1 << 40), "--stats",
         "--json", "--max-memory", f"{megabytes}M"],
        capture_output=True, text=True, encoding="utf-8", timeout=100, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "FSM_CACHE_DIR": str(tmp_path / "cache")},
    )  # fmt: skip
    report = json.loads(done.stdout)["specs"][0]
    assert (report["complete"], report["limit"]) == (False, "memory")
    told = report["properties"][0]
    assert told["verdict"] == "violated"
    assert told["trace"] is not None
    assert report["stats"]["peak_memory_bytes"] <= megabytes * 1.05 * (1 << 20)
    assert report["states"] > 100_000
