"""`fsm bounds` on a shop whose times are known by hand."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Call

SHOP = """
fsm: 1
name: shop
unit: 1h
lang: en
clocks: {c: {}}
switches: {slow: bool, stays: bool, unused: bool}
events: {apply: {}}
machines:
  m:
    states: {idle: {}, open: {}, limbo: {}, done: {}}
    transitions:
      - {from: idle, on: apply, to: open, reset: c}
      - {from: open, when: "c > 2h", to: done}
      - {from: open, after: "if slow then 72h else 48h", to: done}
      - {from: open, when: stays, to: limbo}
      - {from: limbo, to: done}
properties: {p: {reachable: m == done}}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    file = tmp_path / "shop.fsm.yaml"
    file.write_text(SHOP, encoding="utf-8")
    return file


def test_each_end_with_its_conditions(fsm: Call, shop: Path) -> None:
    answer = fsm("bounds", shop, "--from", "apply", "--to", "m == done")
    assert answer.code == 0
    lines = [line.strip() for line in answer.out.splitlines()[2:]]
    assert lines == [
        "at least  0 h, reached when stays",
        "at least  more than 2 h, as close to it as you like when not stays",
        "at most  no bound when stays",
        "time may pass for ever in m “limbo”",
        "at most  3 d, reached when slow and not stays",
        "at most  48 h, reached when not slow and not stays",
    ]


def test_runs_and_chinese(fsm: Call, shop: Path) -> None:
    request = ("bounds", shop, "--from", "apply", "--to", "m == done", "--variant", "stays=false")
    told = fsm(*request, "--explain").out
    assert "just after +2 h" in told and "+48 h" in told
    chinese = fsm(*request, "--lang", "zh").out
    assert "大于 2 小时，可任意接近" in chinese and "48 小时，可以达到" in chinese


def test_json(fsm: Call, shop: Path) -> None:
    answer = fsm("bounds", shop, "--from", "apply", "--to", "m == done", "--json")
    (found,) = json.loads(answer.out)["bounds"]
    assert [(f["milliseconds"], f["reached"]) for f in found["greatest"]] == [
        (None, False), (72 * 3_600_000, True), (48 * 3_600_000, True),
    ]  # fmt: skip
    assert "limbo" in found["greatest"][0]["why_unbounded"]
    assert found["greatest"][1]["trace"]["variant"]["slow"] is True


@pytest.mark.parametrize(
    ("start", "code"), [("c > 2h", "F710"), ("m == dun", "F3"), ("fired(apply) and slow", "F710")]
)
def test_wrong_requests(fsm: Call, shop: Path, start: str, code: str) -> None:
    answer = fsm("bounds", shop, "--from", start, "--to", "m == done")
    assert (answer.code, code in answer.err) == (2, True)


def test_a_spec_without_time(fsm: Call, tmp_path: Path) -> None:
    file = tmp_path / "u.fsm.yaml"
    file.write_text("fsm: 1\nname: u\nmachines:\n  m:\n    states: {a: {}, b: {}}\n"
                    "    transitions: [{from: a, to: b}]\n", encoding="utf-8")  # fmt: skip
    answer = fsm("bounds", file, "--from", "m == a", "--to", "m == b")
    assert (answer.code, "F711" in answer.err) == (2, True)


def test_a_limit_leaves_it_undecided(fsm: Call, shop: Path) -> None:
    answer = fsm("bounds", shop, "--from", "apply", "--to", "m == done", "--limit", 1)
    assert (answer.code, "undecided" in answer.out) == (3, True)


def test_what_is_never_measured_is_no_success(fsm: Call, shop: Path) -> None:
    answer = fsm("bounds", shop, "--from", "m == done", "--to", "m == idle", "--lang", "en")
    assert answer.code == 0  # it is measured, and goes on for ever
    assert "never reached" in answer.out
    answer = fsm("bounds", shop, "--from", "m == done and m == idle", "--to", "m == done")
    assert answer.code == 1
    assert "never measured" in answer.out
