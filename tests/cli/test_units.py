"""The small parts: output files, colours, progress, language, memory."""

import io
from pathlib import Path
from typing import Any

import pytest

import fsm.check.check as fsm_check
from fsm.cli.output import paint_for_stdout, write_atomically
from fsm.cli.progress import Progress
from fsm.errors import UsageError
from fsm.report.language import fallback_language
from tests.cli.conftest import Call


class Terminal(io.StringIO):
    """A stream that claims to be a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("settings", "lang"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8", "LC_MESSAGES": "zh_TW"}, "zh"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
    ],
)
def test_language_of_the_locale(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], lang: str
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert fallback_language() == lang


def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "report.xml"
    file.write_text("old", encoding="utf-8")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(UsageError, match="No space left"):
        write_atomically(file, "new")
    assert [p.name for p in tmp_path.iterdir()] == ["report.xml"]
    assert file.read_text(encoding="utf-8") == "old"


def test_a_written_file_has_the_usual_rights(tmp_path: Path) -> None:
    file = tmp_path / "report.xml"
    write_atomically(file, "new\n")
    other = tmp_path / "other"
    other.touch()
    assert file.stat().st_mode == other.stat().st_mode
    assert file.read_bytes() == b"new\n"


def test_colours_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert not paint_for_stdout().on
    monkeypatch.setattr("sys.stdout", Terminal())
    assert paint_for_stdout().on
    monkeypatch.setenv("TERM", "dumb")
    assert not paint_for_stdout().on
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    assert not paint_for_stdout().on


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time that the progress line sees."""
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    return now


def test_progress_waits_a_second_and_clears_up(
    monkeypatch: pytest.MonkeyPatch, clock: list[float]
) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    with Progress("refund", on=True) as progress:
        progress("exploring", 1)
        assert terminal.getvalue() == ""
        clock[0] += 1.5
        progress("exploring", 1234)
        assert terminal.getvalue() == "\r\x1b[Krefund: exploring 1,234"
        progress("exploring", 1235)
        assert "1,235" not in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[K")
    assert progress.covered() == "exploring 1,235"


@pytest.mark.parametrize(("on", "stream"), [(True, io.StringIO), (False, Terminal)])
def test_progress_is_silent_when_piped_or_quiet(
    monkeypatch: pytest.MonkeyPatch, clock: list[float], on: bool, stream: type[io.StringIO]
) -> None:
    err = stream()
    monkeypatch.setattr("sys.stderr", err)
    with Progress("refund", on=on) as progress:
        assert progress.covered() == "it had just begun"
        clock[0] += 5
        progress("exploring", 1)
    assert err.getvalue() == ""


def test_out_of_memory_is_undecided(fsm: Call, good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(spec: Any, options: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(fsm_check, "check_spec", exhausted)
    answer = fsm("check", good)
    assert (answer.code, answer.out) == (3, "")
    assert "--limit" in answer.err
