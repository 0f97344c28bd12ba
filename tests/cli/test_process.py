"""`fsm` as a process of its own: exit codes, start-up, pipes, signals."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.conftest import BAD, GOOD, WRONG, write

FSM = [sys.executable, "-m", "fsm.cli"]
ROOT = Path(__file__).parents[2]
HEAVY = {
    "numba", "llvmlite", "scipy", "numpy", "networkx", "hypothesis", "transitions", "rich", "dd",
}  # fmt: skip


def environment(**extra: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", **extra}


def run(*args: object, **extra: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*FSM, *map(str, args)],
        capture_output=True,
        encoding="utf-8",
        env=environment(**extra),
        timeout=60,
        check=False,
    )


def test_exit_codes(tmp_path: Path) -> None:
    good, wrong, bad = (write(tmp_path, text) for text in (GOOD, WRONG, BAD))
    codes = [run("check", file).returncode for file in (good, wrong, bad)]
    assert codes == [0, 1, 2]
    assert run("check", good, "--limit", 1).returncode == 3


def imported(*args: object) -> set[str]:
    """The top-level modules that a call of the command imports."""
    code = (
        "import sys; from fsm.cli.main import main; main(sys.argv[1:]); "
        "print('\\n' + ' '.join(m for m in sys.modules if '.' not in m or m.startswith('fsm.')))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code, *map(str, args)],
        capture_output=True,
        encoding="utf-8",
        env=environment(),
        timeout=60,
        check=True,
    )
    return set(answer.stdout.splitlines()[-1].split())


def test_help_imports_no_room_but_this_one() -> None:
    modules = imported("--help")
    assert not modules & HEAVY
    assert not modules & {"lark", "yaml", "jsonschema"}
    rooms = {m.split(".")[1] for m in modules if m.startswith("fsm.")}
    assert not rooms & {"spec", "explore", "logic"}


def test_a_small_check_imports_nothing_heavy(tmp_path: Path) -> None:
    assert not imported("check", write(tmp_path, GOOD)) & HEAVY


def test_processes_begin_with_all_that_a_spec_needs() -> None:
    """What one of them had to import or make, all the others would, too; and with nothing more, as
    they wait for it."""
    code = (
        "import sys; import fsm.cli.main, fsm.cli.check; from fsm.cli.deciding import _prepare; "
        "_prepare(); before = set(sys.modules); print('fsm.report.bundle' in before); "
        "from fsm.spec.load import load_specs; from fsm.spec.syntax import _parser; "
        "print(_parser.cache_info().currsize, len(load_specs(['specs'])) > 1); "
        "import fsm.check.check, fsm.check.remembered; print(*sorted(set(sys.modules) - before))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True, cwd=ROOT,
        env=environment(FSM_CACHE_DIR=""), timeout=60,
    )  # fmt: skip
    assert answer.stdout.splitlines() == ["False", "1 True", ""]


def huge(folder: Path, digits: int = 7) -> Path:
    """A spec of ten million states."""
    counters = "\n".join(f"  c{i}: {{range: 0..9}}" for i in range(digits))
    moves = "\n".join(f"      - {{when: c{i} < 9, set: {{c{i}: c{i} + 1}}}}" for i in range(digits))
    return write(
        folder,
        f"fsm: 1\nname: huge\nvariables:\n{counters}\nmachines:\n  m:\n    states: {{s: {{}}}}\n"
        f"    transitions:\n{moves}\nproperties:\n  p: {{never: c0 == 9 and c1 == 9}}\n"
        "  q: {can_always: c0 == 9}\n  r: {before: c0 == 9, must: c0 > 0}\n",
    )


def attentive() -> None:
    """What a shell starts in the background ignores interruptions, and so do its children."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def let_work(process: subprocess.Popen[str], seconds: float) -> None:
    """Wait until it has used so much time of a processor; where that cannot be seen, twice that."""
    status = Path(f"/proc/{process.pid}/stat")
    if not status.exists():
        time.sleep(2 * seconds)
        return
    ticks = os.sysconf("SC_CLK_TCK")
    while sum(map(int, status.read_text().rsplit(")", 1)[1].split()[11:13])) < seconds * ticks:
        time.sleep(0.05)


@pytest.mark.parametrize("engine", ["python", "compiled"])
def test_ctrl_c(tmp_path: Path, engine: str) -> None:
    """The compiled engine is at work in three threads by then."""
    options = ["--property", "p", "--jobs", "3", "--limit", "1000000000"]
    if engine == "compiled":
        pytest.importorskip("llvmlite")
    process = subprocess.Popen(
        [*FSM, "check", str(huge(tmp_path, 8)), "--engine", engine, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=environment(),
        preexec_fn=attentive if os.name == "posix" else None,
    )
    let_work(process, 2)
    tasks = Path(f"/proc/{process.pid}/task")
    if engine == "compiled" and tasks.exists():
        assert len(list(tasks.iterdir())) == 3
    process.send_signal(signal.SIGINT)
    asked = time.monotonic()
    out, err = process.communicate(timeout=30)
    assert time.monotonic() - asked < 2  # a second, on a machine with nothing else to do
    assert process.returncode == 130
    covered = r"interrupted: 0 of 1 specs are finished; huge: (exploring )?[1-9][\d,]* states\b.*\n"
    assert re.fullmatch(covered, err), err
    assert "Traceback" not in out + err


def test_ctrl_c_ends_all_processes(tmp_path: Path) -> None:
    """A process that went on would keep the pipes open, and `communicate` would wait for it."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        huge(tmp_path / name)
    process = subprocess.Popen(
        [*FSM, "check", str(tmp_path), "--engine", "python", "--jobs", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=environment(),
        preexec_fn=attentive if os.name == "posix" else None,
    )
    time.sleep(4)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=10)
    assert (process.returncode, err) == (130, "interrupted: 0 of 2 specs are finished\n")
    assert "Traceback" not in out


# What the system tells of a process begins with the peak of the one that started it: so not this.
MEASURED = """
import json, os, subprocess, sys
process = subprocess.Popen(sys.argv[1:])
_, status, usage = os.wait4(process.pid, 0)
print(json.dumps([os.waitstatus_to_exitcode(status), usage.ru_maxrss]))
"""


@pytest.mark.skipif(not hasattr(os, "wait4"), reason="nobody tells the peak of a process")
@pytest.mark.parametrize("megabytes", [100, 160])
def test_memory_is_bounded(tmp_path: Path, megabytes: int) -> None:
    command = [
        "check",
        huge(tmp_path),
        "--engine",
        "python",
        "--max-memory",
        f"{megabytes}M",
        "--lang",
        "en",
    ]
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *FSM, *map(str, command)],
        capture_output=True, text=True, encoding="utf-8", env=environment(), check=True,
    )  # fmt: skip
    report, _, figures = done.stdout.rstrip().rpartition("\n")
    code, peak = json.loads(figures)
    assert code == 3
    assert "Not everything was explored: the limit of memory was reached." in report
    assert report.count("undecided") >= 3
    assert peak / (1 << 20 if sys.platform == "darwin" else 1 << 10) <= megabytes * 1.05


def test_time_is_bounded(tmp_path: Path) -> None:
    began = time.monotonic()
    answer = run("check", huge(tmp_path), "--engine", "python", "--timeout", 1, "--lang", "en")
    assert answer.returncode == 3
    assert "Not everything was explored: the time was up." in answer.stdout
    assert time.monotonic() - began < 8


def test_a_size_that_is_none(tmp_path: Path) -> None:
    answer = run("check", write(tmp_path, GOOD), "--max-memory", "much")
    assert answer.returncode == 2
    assert "800M or 2G" in answer.stderr


def test_a_closed_pipe_is_no_error(tmp_path: Path) -> None:
    file = write(tmp_path, GOOD)
    with subprocess.Popen(
        [*FSM, "check", str(file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.wait(timeout=60) == 0
        assert process.stderr.read() == b""


def test_a_terminal_that_cannot_show_chinese(tmp_path: Path) -> None:
    command = [*FSM, "check", str(write(tmp_path, WRONG)), "--lang", "zh"]
    settings = environment(PYTHONIOENCODING="latin-1")
    answer = subprocess.run(command, capture_output=True, env=settings, timeout=60, check=False)
    assert (answer.returncode, answer.stderr) == (1, b"")
    assert b"? never_open" in answer.stdout
