"""`fsm show`, `simulate`, `new`, `explain`, `schema`, and the command as a whole."""

import io
import json
import re
import sys
from pathlib import Path

import pytest

import fsm.cli.main
from fsm.cli.main import COMMANDS
from fsm.cli.usage import USAGE_CODES
from tests.cli.conftest import BAD, GOOD, WRONG, Call, write

PACKAGE = Path(fsm.cli.main.__file__).parents[1]


def test_every_command_has_help_with_an_example(fsm: Call) -> None:
    for name, (_, short) in COMMANDS.items():
        answer = fsm(name, "--help")
        assert answer.code == 0
        assert f"fsm {name}" in answer.out.split("Usage:", 1)[1][20:]
        assert short in fsm("--help").out.replace("\n", " ")


def test_unknown_command(fsm: Call) -> None:
    answer = fsm("chek")
    assert (answer.code, "Did you mean 'check'?" in answer.err) == (2, True)


def test_version(fsm: Call) -> None:
    answer = fsm("--version")
    assert (answer.code, answer.out.split()[0]) == (0, "fsm")


def test_show(fsm: Call, good: Path) -> None:
    answer = fsm("show", good)
    assert answer.code == 0
    for line in (
        "  shut  shut  initial",
        "  close  the door is closed  outside world; heard by door",
        "  fast    off | on",
        "  the door is closed  ·          [fast] → shut",
        "  (by itself)         2h → open  ·",
    ):
        assert line in answer.out
    assert "关门" in fsm("show", good, "--lang", "zh").out


def test_show_only_tables(fsm: Call, good: Path) -> None:
    answer = fsm("show", good, "--table")
    assert answer.out.startswith("Decision table of door\n")
    one = fsm("show", good, "--state", "open", "--event", "close").out
    assert "[fast] → shut" in one
    assert "by itself" not in one


def test_show_leaves_out_specs_without_a_match(fsm: Call, folder: Path) -> None:
    write(folder, GOOD)
    write(folder, WRONG.replace("open", "ajar"))
    answer = fsm("show", ".", "--state", "ajar")
    assert answer.out.startswith("wrong\n\nDecision table of door")
    assert "good" not in answer.out


@pytest.mark.parametrize(
    ("option", "name", "hint"),
    [
        ("--state", "opne", "did you mean 'open'?"),
        ("--event", "clos", "did you mean 'close'?"),
        ("--machine", "dor", "did you mean 'door'?"),
    ],
)
def test_show_a_filter_that_matches_nothing(
    fsm: Call, good: Path, option: str, name: str, hint: str
) -> None:
    answer = fsm("show", good, option, name)
    assert (answer.code, answer.out) == (2, "")
    assert f"F612 there is no {option[2:]} '{name}'" in answer.err
    assert hint in answer.err


def test_show_wrong_input(fsm: Call, folder: Path) -> None:
    answer = fsm("show", write(folder, BAD))
    assert (answer.code, answer.out) == (2, "")
    assert "bad.fsm.yaml:13:" in answer.err


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def test_simulate_from_a_pipe(fsm: Call, good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "1\nt 3\n1\nu\nwhat\nu\nt 90min\nt 1h\ns\nh\nq\n1\n")
    answer = fsm("simulate", good)
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert lines[:5] == [
        "State at 0 h",
        "  door: shut",
        "What can happen",
        "  t N  let N times 1 h pass",
        "“1” is none of these.",
    ]
    assert "2 h have passed." in lines  # asked for 3, but the deadline comes first
    assert "  no time may pass now" in lines
    assert "door: time is up after 2 h in “shut”" in lines
    assert "Undone." in lines
    assert "“what” is none of these." in lines
    assert lines.count("State at 2 h") == 1
    assert lines.count("State at 0 h") == 2
    assert "time passes in steps of 1 h: “90min” is no whole number of them" in lines
    assert "1 h have passed." in lines
    assert lines.count("State at 1 h") == 1


def test_simulate_uses_the_variant(fsm: Call, good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "t 2\n1\n")
    assert "1  outside world: the door is closed" not in fsm("simulate", good).out
    typed(monkeypatch, "t 2\n1\n")
    answer = fsm("simulate", good, "--variant", "fast=true")
    assert "1  outside world: the door is closed" in answer.out


def test_simulate_from_another_initial_state(
    fsm: Call, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    several = GOOD.replace("machines:", "variables: {n: {range: 1..3, initial: any}}\nmachines:")
    file = write(folder, several.replace("when: fast", "when: fast and n < 3"))
    typed(monkeypatch, "t 1\ni 3\ni 4\n")
    lines = fsm("simulate", file).out.splitlines()
    assert lines[1] == "  This is initial state 1 of 3; i N starts from another one."
    assert lines.count("State at 0 h") == 2
    assert "  n: 3" in lines
    assert lines[-1] == "“i 4” is none of these."


def test_simulate_nothing_to_undo(fsm: Call, good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "u\n")
    assert fsm("simulate", good).out.endswith("There is nothing to undo.\n")


def test_random_simulation_is_reproducible(fsm: Call, good: Path) -> None:
    first = fsm("simulate", good, "--random", 12, "--seed", 5)
    assert first.code == 0
    assert first == fsm("simulate", good, "--random", 12, "--seed", 5)
    assert any(
        first.out
        != fsm("simulate", good, "--random", 12, "--seed", seed).out.replace(
            f"--seed {seed}", "--seed 5"
        )
        for seed in range(5)
    )
    drawn = fsm("simulate", good, "--random", 12).out
    seed = drawn.rsplit("--seed ", 1)[1].strip()
    assert fsm("simulate", good, "--random", 12, "--seed", seed).out == drawn


def test_simulate_one_spec_only(fsm: Call, folder: Path) -> None:
    write(folder, GOOD)
    write(folder, WRONG)
    answer = fsm("simulate", ".")
    assert (answer.code, "F616" in answer.err) == (2, True)
    assert fsm("simulate", "good.fsm.yaml", "--seed", 1).code == 2


def test_new_writes_a_spec_that_passes(fsm: Call, folder: Path) -> None:
    answer = fsm("new", "refund")
    assert (answer.code, answer.out) == (
        0,
        "wrote refund.fsm.yaml; now try: fsm check refund.fsm.yaml\n",
    )
    checked = fsm("check", "refund.fsm.yaml")
    assert (checked.code, checked.err) == (0, "")
    assert "Refund request (refund)" in checked.out
    assert "violated exactly when not look_first (1 of 2 variants); as expected" in checked.out
    assert checked.out.endswith("1 spec, 4 properties, 4 as expected\n")


def test_new_never_overwrites(fsm: Call, folder: Path) -> None:
    (folder / "a.fsm.yaml").write_text("mine", encoding="utf-8")
    answer = fsm("new", "a")
    assert (answer.code, "F614" in answer.err) == (2, True)
    assert (folder / "a.fsm.yaml").read_text(encoding="utf-8") == "mine"
    assert fsm("new", "no-such-name").code == 2
    assert fsm("new", "missing/a").code == 2


def test_new_to_stdout_and_with_suffix(fsm: Call, folder: Path) -> None:
    assert "name: starter\n" in fsm("new", "-").out
    assert not list(folder.iterdir())
    fsm("new", "b.fsm.yaml")
    assert "name: b\n" in (folder / "b.fsm.yaml").read_text(encoding="utf-8")


def test_explain(fsm: Call) -> None:
    every = fsm("explain").out.splitlines()
    codes = [line.split()[0] for line in every]
    assert codes == sorted(codes)
    assert {"F301", "F602", "S08"} <= set(codes)
    assert fsm("explain", "f602").out.startswith("F602: unknown property\n")
    answer = fsm("explain", "F9999")
    assert (answer.code, "F615" in answer.err) == (2, True)
    assert "To mend it: " in fsm("explain", "S08").out
    assert "Example:\n  fsm: 1\n" in fsm("explain", "F301").out
    assert fsm("explain", "F602", "--lang", "zh").out.startswith("F602: 未知的性质\n")


def test_every_code_of_a_request_is_explained() -> None:
    source = "".join(file.read_text(encoding="utf-8") for file in PACKAGE.rglob("*.py"))
    assert set(re.findall(r'"(F6\d\d|F7[1-46]\d|F75[0-4])"', source)) == set(USAGE_CODES)


def test_schema_is_json(fsm: Call) -> None:
    assert json.loads(fsm("schema").out)["type"] == "object"
    assert "yaml-language-server" in fsm("schema", "--help").out
