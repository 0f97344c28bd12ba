"""`fsm mutate`: exit codes, filters, languages, JSON."""

import json
from pathlib import Path

import pytest

from fsm.testing.mutation.judge import Judge
from tests.cli.conftest import BAD, GOOD, MUTE, WRONG, Call, write

# Pins down everything that makes a difference.
TIGHT = """\
fsm: 1
name: tight
machines:
  lamp:
    initial: 'off'
    states: {'off': {}, 'on': {final: true}}
    transitions: [{from: 'off', to: 'on'}]
properties:
  goes_on: {eventually: lamp == on}
"""


def test_gaps_are_told_with_their_place(fsm: Call, good: Path) -> None:
    answer = fsm("mutate", good)
    assert (answer.code, answer.err) == (1, "")
    assert answer.out.startswith("good: 10 mutants judged of 10")
    assert "What no property pins down" in answer.out
    assert f"  {good}:9\n    if the time for door" in answer.out
    assert "no property would notice" in answer.out


def test_nothing_left_open(fsm: Call, folder: Path) -> None:
    answer = fsm("mutate", write(folder, TIGHT))
    assert answer.code == 0
    assert answer.out.endswith("Every change that makes a difference is noticed.\n")


def test_chinese(fsm: Call, good: Path) -> None:
    out = fsm("mutate", good, "--lang", "zh").out
    assert "没有任何性质约束的地方" in out
    assert "假如" in out


def test_filters_and_samples(fsm: Call, good: Path) -> None:
    out = fsm("mutate", good, "--operator", "drop_guard", "--json").out
    assert [m["id"] for m in json.loads(out)["mutants"]] == ["drop_guard:door:1"]
    one = json.loads(fsm("mutate", good, "--machine", "door", "--sample", "1", "--json").out)
    assert (one["chosen"], one["judged"], one["total"]) == (1, 1, 10)


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("--operator", "drop_gard"), "F612"),
        (("--machine", "window"), "F612"),
        (("--operator", "drop_listener"), "F673"),
        (("--limit", "1"), "F671"),
    ],
)
def test_requests_that_match_nothing(
    fsm: Call, good: Path, args: tuple[str, ...], code: str
) -> None:
    answer = fsm("mutate", good, *args)
    assert (answer.code, answer.out) == (2, "")
    assert code in answer.err
    assert "hint:" in answer.err


@pytest.mark.parametrize(("text", "code"), [(WRONG, "F670"), (MUTE, "F672"), (BAD, "F3")])
def test_specs_that_cannot_be_judged(fsm: Call, folder: Path, text: str, code: str) -> None:
    answer = fsm("mutate", write(folder, text))
    assert answer.code == 2
    assert code in answer.err


def test_several_specs_are_too_many(fsm: Call, folder: Path) -> None:
    write(folder, GOOD)
    write(folder, TIGHT)
    answer = fsm("mutate", ".")
    assert answer.code == 2
    assert "F674" in answer.err


def test_undecided_is_not_noticed(fsm: Call, folder: Path) -> None:
    timed = TIGHT.replace("machines:", "unit: 1h\nmachines:").replace(
        "{from: 'off', to: 'on'}", "{from: 'off', after: 1h, to: 'on'}"
    )
    later = ("--operator", "move_deadline", "--sample", "1", "--seed", "0")
    answer = fsm("mutate", write(folder, timed), "--limit", "3", *later)
    assert answer.code == 3
    assert "were 2h instead of 1h: undecided (3 states)" in answer.out
    assert "Every change" not in answer.out


def test_interruption(fsm: Call, good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Judge, "judge", interrupt)
    answer = fsm("mutate", good)
    assert answer.code == 130
    assert "interrupted: 0 of 10 mutants were judged by then" in answer.out
