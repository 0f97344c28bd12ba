"""`fsm show --graph`: facts about graphs, in both languages, as text and as JSON."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import GOOD, Call, write
from tests.cli.test_process import HEAVY, imported


def test_facts(fsm: Call, good: Path) -> None:
    answer = fsm("show", good, "--graph")
    assert (answer.code, answer.err) == (0, "")
    lines = [" ".join(line.split()) for line in answer.out.splitlines()]
    assert lines[:4] == [
        "Graph of door: 2 states, 2 transitions",
        "to open nothing between; shortest: shut → open",
        "cut states none",
        "cycles shut · open",
    ]
    assert "Decision table" not in answer.out
    assert answer.out.count("Graph facts ignore guards") == 1


def test_the_space_knows_the_guards(fsm: Call, good: Path) -> None:
    slow = fsm("show", good, "--graph", "--space")
    fast = fsm("show", good, "--graph", "--space", "--variant", "fast=true")
    assert "shut · open" in fast.out
    assert "shut · open" not in slow.out
    assert "after 2 h at the earliest" in slow.out
    assert slow.out.endswith("exactly, for every run of this variant:\n  fast = off\n")
    assert fast.out.endswith("  fast = on\n")


def test_chinese(fsm: Call, good: Path) -> None:
    answer = fsm("show", good, "--graph", "--lang", "zh")
    assert answer.out.startswith("door的图：2 个状态，2 个转移\n")
    assert "最短：关 → 开" in answer.out


@pytest.mark.parametrize("space", [False, True])
def test_json(fsm: Call, good: Path, space: bool) -> None:
    options = ["--space"] if space else []
    (data,) = json.loads(fsm("show", good, "--graph", "--json", *options).out)
    assert (data["spec"], data["machine"]) == ("good", "door")
    assert data["graph"] == ("space" if space else "machine")
    assert data["variant"] == ({"fast": False} if space else {})
    assert data["endings"][0]["shortest"] == ["shut", "open"]
    assert data["endings"][0]["soonest_ms"] == (7_200_000 if space else None)


def test_only_one_machine(fsm: Call, folder: Path) -> None:
    text = GOOD.replace("machines:\n", "machines:\n  bell: {states: {silent: {}}, count: 2}\n")
    file = write(folder, text)
    both = fsm("show", file, "--graph", "--space", "--json").out
    assert [d["machine"] for d in json.loads(both)] == ["bell[0]", "bell[1]", "door"]
    one = fsm("show", file, "--graph", "--space", "--json", "--machine", "bell").out
    assert [d["machine"] for d in json.loads(one)] == ["bell[0]", "bell[1]"]
    assert fsm("show", file, "--graph", "--machine", "dor").code == 2


def test_a_space_that_is_too_large(fsm: Call, good: Path) -> None:
    answer = fsm("show", good, "--graph", "--space", "--limit", 2)
    assert (answer.code, answer.out) == (2, "")
    assert "F650 good has more than 2 states" in answer.err
    assert "--limit" in answer.err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--space"], "only with --graph"),
        (["--json"], "only with --graph"),
        (["--variant", "fast=true"], "only with --graph"),
        (["--limit", "3"], "only with --graph"),
        (["--graph", "--variant", "fast=true"], "only with --graph --space"),
        (["--graph", "--limit", "3"], "only with --graph --space"),
        (["--graph", "--table"], "say nothing about a graph"),
        (["--graph", "--state", "open"], "say nothing about a graph"),
        (["--graph", "--event", "close"], "say nothing about a graph"),
    ],
)
def test_options_without_effect_are_refused(
    fsm: Call, good: Path, options: list[str], words: str
) -> None:
    answer = fsm("show", good, *options)
    assert (answer.code, answer.out) == (2, "")
    assert words in answer.err


def test_a_table_needs_no_networkx(good: Path) -> None:
    assert not imported("show", good) & HEAVY
