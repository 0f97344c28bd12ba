"""`fsm check --draw`: which runs are drawn, what the files are called, and what is said of it."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import BAD, GOOD, WRONG, Call, write


def files(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


WRONG_RUN = {
    "wrong.never_open.door.svg", "wrong.never_open.door.mmd", "wrong.never_open.sequence.svg",
    "wrong.never_open.sequence.mmd", "wrong.never_open.trace.json",
}  # fmt: skip


def test_an_unexpected_violation_is_always_drawn(fsm: Call, wrong: Path) -> None:
    answer = fsm("check", wrong, "--draw", "deep/runs")
    assert answer.code == 1
    assert files(Path("deep/runs")) == WRONG_RUN
    said = answer.err.splitlines()
    assert {Path(line).name for line in said[:-1]} == WRONG_RUN
    assert said[-1] == "2 runs that are as expected: --explain draws those, too"


def test_expected_violations_and_witnesses_are_drawn_as_they_are_told(
    fsm: Call, good: Path
) -> None:
    assert fsm("check", good, "--draw", "runs", "--explain").code == 0
    names = {name.split(".")[1] for name in files(Path("runs"))}
    assert names == {"opens", "stays", "locked_in"}


def test_where_nothing_is_told_nothing_is_drawn(fsm: Call, good: Path) -> None:
    answer = fsm("check", good, "--draw", "runs")
    assert answer.code == 0
    assert files(Path("runs")) == set()
    assert answer.err.splitlines() == [
        "there is no run to draw: nothing is violated unexpectedly",
        "3 runs that are as expected: --explain draws those, too",
    ]


def test_of_an_invalid_spec_nothing_is_said(fsm: Call, folder: Path) -> None:
    answer = fsm("check", write(folder, BAD), "--draw", "runs")
    assert answer.code == 2
    assert "no run" not in answer.err


def test_the_report_on_stdout_stays_what_it_is(fsm: Call, wrong: Path) -> None:
    data = json.loads(fsm("check", wrong, "--draw", "runs", "--json").out)
    assert data["exit_code"] == 1


@pytest.mark.parametrize(
    ("lang", "title"),
    [("zh", "“The door is never open”（never_open）是怎样被违反的"),
     ("en", "How “The door is never open” (never_open) is broken")],
)  # fmt: skip
def test_the_pictures_speak_the_language_of_the_report(
    fsm: Call, wrong: Path, lang: str, title: str
) -> None:
    fsm("check", wrong, "--draw", "runs", "--lang", lang)
    picture = Path("runs/wrong.never_open.sequence.svg").read_text(encoding="utf-8")
    assert f'<title id="title">{title}</title>' in picture


def test_the_setting_is_that_of_the_story(fsm: Call, good: Path) -> None:
    """A switch that only the condition of the verdict is about is told, in the picture too."""
    answer = fsm("check", good, "--explain", "--draw", "runs", "--property", "locked_in")
    assert "Configuration: fast: off" in answer.out
    picture = Path("runs/good.locked_in.sequence.svg").read_text(encoding="utf-8")
    assert "Configuration: fast: off" in picture
    saved = json.loads(Path("runs/good.locked_in.trace.json").read_text(encoding="utf-8"))
    assert saved["mentioned"] == ["fast"]


def test_the_saved_run_names_its_spec_and_what_it_said(fsm: Call, wrong: Path) -> None:
    fsm("check", wrong, "--draw", "a/b")
    trace = Path("a/b/wrong.never_open.trace.json")
    saved = json.loads(trace.read_text(encoding="utf-8"))
    assert (saved["spec"], saved["file"]) == ("wrong", "../../wrong.fsm.yaml")
    assert fsm("draw", "--trace", trace, "--out", "again").code == 0
    wrong.write_text(WRONG.replace("after: 2h", "after: 3h"), encoding="utf-8")
    refused = fsm("draw", "--trace", trace, "--out", "again")
    assert refused.code == 2
    assert "F637" in refused.err
    assert "the spec has changed since" in refused.err


def test_a_report_with_one_run_can_be_drawn(fsm: Call, wrong: Path) -> None:
    report = fsm("check", wrong, "--json", "--property", "never_open").out
    Path("report.json").write_text(report, encoding="utf-8")
    assert fsm("draw", "--trace", "report.json", "--out", "again", "-f", "mermaid").code == 0
    assert files(Path("again")) == {"report.door.mmd", "report.sequence.mmd"}
    several = fsm("check", write(Path(), GOOD), "--json").out
    Path("report.json").write_text(several, encoding="utf-8")
    refused = fsm("draw", "--trace", "report.json")
    assert (refused.code, "F639" in refused.err) == (2, True)


def test_a_folder_that_cannot_be_is_refused_before_the_work(fsm: Call, wrong: Path) -> None:
    answer = fsm("check", wrong, "--draw", wrong)
    assert answer.code == 2
    assert "F611" in answer.err
    assert answer.out == ""
