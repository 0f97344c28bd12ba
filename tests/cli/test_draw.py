"""`fsm draw`: what is written, what is fresh, what is stale, and what is refused."""

import re
import shutil
from pathlib import Path

import pytest

from fsm.draw.stamp import stamp_of
from tests.cli.conftest import BAD, GOOD, Call, write

SPECS = Path(__file__).parents[2] / "specs"
TWO = """\
fsm: 1
name: two
title: {zh: 两台机器, en: Two machines}
rules: {R1: {zh: '规则 | 一', en: 'rule [one]'}, R2: {en: not cited}}
events: {go: {by: left, zh: 走, en: go}, back: {by: right}}
machines:
  left:
    states: {a: {tags: [live], rules: [R1]}, b: {final: true}}
    transitions: [{from: a, on: go, to: b}]
  right:
    states: {c: {}, d: {}}
    transitions: [{from: c, on: go, to: d}, {from: d, on: back, after: 48h, to: c}]
properties: {can_always: {can_always: left == b}}
"""
PLAIN = ("-f", "dot", "-f", "mermaid", "-f", "plantuml")


@pytest.fixture
def two(tmp_path: Path) -> Path:
    return write(tmp_path, TWO)


def files(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def test_a_picture_a_machine_and_one_of_the_system(fsm: Call, two: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert fsm("draw", two, "--out", out).code == 0
    assert files(out) == {"two/left.svg", "two/right.svg", "two/system-overview.svg"}
    for name in files(out):
        assert stamp_of((out / name).read_bytes(), "svg") is not None


def test_every_format(fsm: Call, two: Path, tmp_path: Path) -> None:
    formats = [a for f in ("svg", "png", "pdf", "dot", "mermaid", "plantuml") for a in ("-f", f)]
    answer = fsm("draw", two, "--out", tmp_path, "--machine", "right", "--lang", "en", *formats)
    assert answer.code == 0
    starts = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF", "dot": b"//", "mmd": b"%%"}
    for extension, start in starts.items():
        data = (tmp_path / "two" / f"right.{extension}").read_bytes()
        assert data.startswith(start) or (extension == "svg" and data.startswith(b"<svg"))
    assert "@startuml" in (tmp_path / "two/right.puml").read_text(encoding="utf-8")


def test_is_fresh_until_the_spec_changes(fsm: Call, two: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ask = ("draw", two, "--out", out, "-f", "svg", *PLAIN, "--index")
    missing = fsm(*ask, "--check")
    assert (missing.code, missing.out.count(": missing")) == (1, 13)
    assert fsm(*ask).code == 0
    assert fsm(*ask, "--check").code == 0
    two.write_text(TWO.replace("after: 48h", "after: 36h"), encoding="utf-8")
    answer = fsm(*ask, "--check")
    assert answer.code == 1
    stale = {Path(line.partition(": ")[0]).name for line in answer.out.splitlines()[:-1]}
    assert stale == {"right.svg", "right.dot", "right.mmd", "right.puml"}
    assert fsm(*ask).out == f"{out}: 4 drawn, 9 fresh already\n"
    assert fsm(*ask, "--check").code == 0


def test_what_draws_is_no_matter_to_the_check(fsm: Call, two: Path, tmp_path: Path) -> None:
    assert fsm("draw", two, "--out", tmp_path, "--machine", "left").code == 0
    file = tmp_path / "two/left.svg"
    text = file.read_text(encoding="utf-8")
    stamp = stamp_of(text.encode(), "svg")
    assert stamp is not None
    file.write_text(text.replace(stamp.renderer, "graphviz 99.0"), encoding="utf-8")
    assert fsm("draw", two, "--out", tmp_path, "--machine", "left", "--check").code == 0


def test_an_edited_text_and_a_picture_without_a_mark_are_stale(
    fsm: Call, two: Path, tmp_path: Path
) -> None:
    ask = ("draw", two, "--out", tmp_path, "--machine", "left", "-f", "svg", "-f", "mermaid")
    assert fsm(*ask).code == 0
    mermaid, svg = tmp_path / "two/left.mmd", tmp_path / "two/left.svg"
    mermaid.write_text(mermaid.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    svg.write_text("<svg/>", encoding="utf-8")
    answer = fsm(*ask, "--check")
    assert (answer.code, answer.out.count(": stale")) == (1, 2)


def test_windows_line_ends_are_fresh(fsm: Call, two: Path, tmp_path: Path) -> None:
    ask = ("draw", two, "--out", tmp_path, *PLAIN, "-f", "svg", "--index")
    assert fsm(*ask).code == 0
    for name in files(tmp_path) - {"two.fsm.yaml"}:
        data = (tmp_path / name).read_bytes().replace(b"\n", b"\r\n")
        (tmp_path / name).write_bytes(data)
    assert fsm(*ask, "--check").code == 0


def test_what_is_not_drawn_any_more_is_left_over(fsm: Call, two: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert fsm("draw", two, "--out", out).code == 0
    shutil.copy(out / "two/left.svg", out / "two/gone.svg")
    (out / "two/photo.svg").write_text("<svg/>", encoding="utf-8")  # not ours
    answer = fsm("draw", two, "--out", out, "--check")
    assert answer.code == 1
    assert [line for line in answer.out.splitlines() if "left over" in line] == [
        f"{out / 'two/gone.svg'}: left over"
    ]


def test_the_index_shows_every_picture_and_every_rule(fsm: Call, two: Path, tmp_path: Path) -> None:
    assert fsm("draw", two, "--out", tmp_path / "out", "--index", "--lang", "both").code == 0
    page = (tmp_path / "out/README.md").read_text(encoding="utf-8")
    for name in ("left", "right", "system-overview"):
        assert f"](two/{name}.svg)" in page
    assert "| R1 | 规则 \\| 一 | rule \\[one\\] |" in page
    assert "R2" not in page
    assert "](../two.fsm.yaml)" in page


def test_one_picture_into_a_pipe(fsm: Call, two: Path) -> None:
    answer = fsm("draw", two, "--machine", "left", "-f", "dot", "--out", "-", "--lang", "en")
    assert answer.code == 0
    assert "digraph" in answer.out
    refused = fsm("draw", two, "-f", "dot", "--out", "-")
    assert (refused.code, "F617" in refused.err) == (2, True)


def test_the_same_text_every_time(fsm: Call, two: Path) -> None:
    for format in ("dot", "mermaid", "plantuml"):
        ask = ("draw", two, "--machine", "right", "-f", format, "--out", "-")
        assert fsm(*ask).out == fsm(*ask).out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--machine", "lefd"), "F612"),
        (("--only-tag", "dead"), "F612"),
        (("--out", "-", "--check"), "F617"),
        (("--inject", "page.md"), "F617"),
    ],
)
def test_a_request_that_makes_no_sense(
    fsm: Call, two: Path, arguments: tuple[str, ...], code: str
) -> None:
    answer = fsm("draw", two, *arguments)
    assert (answer.code, code in answer.err) == (2, True)


def test_an_error_in_a_spec_writes_nothing(fsm: Call, two: Path, tmp_path: Path) -> None:
    bad = write(tmp_path, BAD)
    out = tmp_path / "out"
    assert fsm("draw", two, bad, "--out", out).code == 2
    assert not out.exists()


def test_two_specs_of_one_name_are_refused(fsm: Call, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    one, other = write(tmp_path, GOOD), write(tmp_path / "sub", GOOD)
    answer = fsm("draw", one, other, "--out", tmp_path / "out")
    assert (answer.code, "two specs are called 'good'" in answer.err) == (2, True)


def test_only_what_is_tagged(fsm: Call, two: Path) -> None:
    ask = ("draw", two, "-f", "dot", "--out", "-", "--only-tag", "live", "--lang", "en")
    text = fsm(*ask).out
    assert ">a<" in text
    assert ">b<" not in text


def test_too_large_a_machine_is_refused_with_advice(fsm: Call, tmp_path: Path) -> None:
    states = ", ".join(f"s{i}: {{}}" for i in range(300))
    lines = "\n".join(
        f"      - {{from: s{i}, on: go, to: s{j % 300}}}"
        for i in range(300)
        for j in (i + 1, i + 7)
    )
    text = f"fsm: 1\nname: huge\nevents: {{go: {{}}}}\nmachines:\n  m:\n    states: {{{states}}}\n"
    file = write(tmp_path, text + f"    transitions:\n{lines}\n")
    answer = fsm("draw", file, "--out", tmp_path / "out")
    assert answer.code == 2
    assert re.search("--only-tag", answer.err)
    assert not (tmp_path / "out").exists()


def test_a_run_is_drawn_saved_and_drawn_again(fsm: Call, tmp_path: Path) -> None:
    out = tmp_path / "runs"
    good = write(tmp_path, GOOD)
    answer = fsm("check", good, "--explain", "--draw", out)
    assert answer.code == 0
    assert files(out) >= {
        "good.stays.door.svg", "good.stays.sequence.svg", "good.stays.sequence.mmd",
        "good.stays.trace.json", "good.locked_in.door.svg", "good.opens.trace.json",
    }  # fmt: skip
    again = fsm("draw", "--trace", out / "good.stays.trace.json", "--out", tmp_path / "again",
                "--lang", "zh", "-f", "svg", "-f", "mermaid")  # fmt: skip
    assert again.code == 0
    assert files(tmp_path / "again") == {
        "good.stays.door.svg", "good.stays.door.mmd", "good.stays.sequence.svg",
        "good.stays.sequence.mmd",
    }  # fmt: skip
    good.write_text(GOOD.replace("after: 2h", "after: 3h"), encoding="utf-8")
    refused = fsm("draw", "--trace", out / "good.stays.trace.json")
    assert (refused.code, "F637" in refused.err) == (2, True)


def test_without_a_surprise_no_run_is_drawn_and_that_is_said(fsm: Call, tmp_path: Path) -> None:
    good = write(tmp_path, GOOD)
    answer = fsm("check", good, "--draw", tmp_path / "runs")
    assert files(tmp_path / "runs") == set()
    assert "--explain" in answer.err


def test_the_pictures_of_the_repository_are_fresh(
    fsm: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(SPECS.parent)
    answer = fsm("draw", "--index", "--check")
    assert (answer.code, answer.out.splitlines()[-1][-6:]) == (0, " fresh")
