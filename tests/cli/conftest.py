"""Running `fsm` inside the test process, and specs to run it on."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from fsm.cli.main import main

GOOD = """\
fsm: 1
name: good
switches: {fast: bool}
machines:
  door:
    initial: shut
    states: {shut: {zh: 关, en: shut}, open: {zh: 开, en: open, final: true}}
    transitions:
      - {from: shut, after: 2h, to: open}
      - {from: open, on: close, when: fast, to: shut}
events: {close: {zh: 关门, en: the door is closed}}
properties:
  opens: {reachable: door == open}
  stays: {after: door == open, eventually: door == shut, within: 1h, expect: violated}
  locked_in: {can_always: door == shut, expect: {violated_when: not fast}}
"""
BAD = GOOD.replace("door == open}", "door == ajar}").replace("name: good", "name: bad")
WRONG = GOOD.replace(
    "stays: {after: door == open, eventually: door == shut, within: 1h, expect: violated}",
    "never_open: {never: door == open, en: The door is never open.}",
).replace("name: good", "name: wrong")
MUTE = (
    GOOD[: GOOD.index("properties:")]
    .replace("name: good", "name: mute")
    .replace("switches: {fast: bool}\n", "")
    .replace(", when: fast", "")
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call of the command gave."""

    code: int
    out: str
    err: str


Call = Callable[..., Answer]


@pytest.fixture
def fsm(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """Call the command like a shell does; English unless the test says otherwise."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "NO_COLOR", "FSM_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")

    def call(*args: object) -> Answer:
        code = main([str(arg) for arg in args])
        out, err = capfd.readouterr()
        return Answer(code, out, err)

    return call


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, and the process is in it."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def good(folder: Path) -> Path:
    """A spec whose verdicts are all as expected."""
    return write(folder, GOOD)


@pytest.fixture
def wrong(folder: Path) -> Path:
    """A spec with an unexpected violation."""
    return write(folder, WRONG)


def write(folder: Path, text: str) -> Path:
    """A spec as a file, called after its name."""
    name = text.split("name: ", 1)[1].split("\n", 1)[0]
    file = folder / f"{name}.fsm.yaml"
    file.write_text(text, encoding="utf-8")
    return file
