"""The table of instants around each deadline: every count where it is known, as text and JSON."""

import json
from pathlib import Path

import pytest

from fsm.report.labels import Labels
from fsm.runtime.runtime import Runtime
from fsm.semantics.replay import replay
from fsm.semantics.units import unit_of
from fsm.spec.load import load_spec, parse_spec
from fsm.testing.coverage import Recorder
from fsm.testing.trial import Plan, TrialReport
from fsm.testing.trial_report import trial_json, trial_text
from tests.cli.conftest import Call, fsm  # noqa: F401
from tests.testing.coverage import reachable_instants, stops

SPECS = Path(__file__).parents[2] / "specs"

LAMP = """\
fsm: 1
name: lamp
unit: 1h
machines:
  lamp:
    states: {dark: {}, lit: {}, out: {final: true}}
    transitions:
      - {from: dark, after: 2h, to: lit}
      - {from: lit, on: touch, not_before: 1h, not_after: 3h, to: out}
      - {from: [dark, lit], on: blink}
events: {touch: {}, blink: {}}
properties:
  ends: {reachable: lamp == out}
"""
SPEC = parse_spec(LAMP)
# What runs do: hours to wait, or an event; a deadline passes by itself before the next of them.
RUNS: tuple[tuple[int | str, ...], ...] = (
    (1, "blink", 1, 1, "blink", 1, "blink", "blink", "blink", 1, "blink", 1),
    (2, 1),
    (1, "blink", "blink"),
)
COUNTS = {  # transition, bound: stops a unit before it, at it, a unit after it
    (0, "both"): (5, 2, 0),  # dark at 1h twice, then three times; at 2h in two runs
    (1, "lower"): (2, 3, 4),  # lit at 0h, at 1h twice and once, at 2h four times
    (1, "upper"): (4, 2, 1),  # lit at 2h, at 3h twice, at 4h
}


def known() -> TrialReport:
    recorder = Recorder(SPEC)
    for deeds in RUNS:
        runtime = Runtime(SPEC)
        for deed in deeds:
            if isinstance(deed, str):
                runtime.fire(deed)
            else:
                runtime.wait(deed)
            if dict(runtime.state.clocks) and runtime.next_deadline() == runtime.clock.now:
                runtime.settle()
        run = replay(runtime.spec, runtime.run())
        recorder.record({}, run.states, run.steps)
    return TrialReport(SPEC, Plan(), (), recorder, 0.0, unit_of(SPEC))


def table(text: str, first: str) -> list[list[str]]:
    """The cells of the rows below the line that begins so; the head is checked, and left out."""
    lines = text.splitlines()
    (at,) = [k for k, line in enumerate(lines) if line.strip().startswith(first)]
    head, *rows = [[cell.strip() for cell in line.split("  ") if cell.strip()]
                   for line in lines[at + 1 :]]  # fmt: skip
    assert head in (
        ["1 unit before", "exactly", "1 unit after"],
        ["早一个单位", "恰好", "晚一个单位"],
    )
    return rows


@pytest.mark.parametrize(
    ("lang", "first", "bounds", "never"),
    [("en", "around each deadline", ("at that time", "from then on", "until then"),
      "time cannot pass"),
     ("zh", "每个时限附近", ("在此时", "从此时起", "到此时止"), "时间不能流逝到此")],
)  # fmt: skip
def test_the_table_in_words(
    lang: str, first: str, bounds: tuple[str, str, str], never: str
) -> None:
    text = trial_text(known(), Labels(SPEC, lang))
    assert table(text, first) == [
        ["lamp:0", bounds[0], "5", "2", never],
        ["lamp:1", bounds[1], "2", "3", "4"],
        ["lamp:1", bounds[2], "4", "2", "1"],
    ]
    assert "8 of 8" in text or "8 / 8" in text


def test_the_table_in_json() -> None:
    found = json.loads(trial_json(known(), Labels(SPEC, "en")))["coverage"]["deadlines"]
    assert {
        (d["transition"], d["end"]): (d["before"], d["exactly"], d["after"]) for d in found
    } == COUNTS
    assert [d["forced"] for d in found] == [True, False, False]


def test_instants_that_no_run_met_are_zero_and_not_impossible() -> None:
    report = TrialReport(SPEC, Plan(), (), Recorder(SPEC), 0.0, unit_of(SPEC))
    text = trial_text(report, Labels(SPEC, "en"))
    assert [row[2:] for row in table(text, "around each deadline")] == [
        ["0", "0", "time cannot pass"], ["0", "0", "0"], ["0", "0", "0"]
    ]  # fmt: skip
    assert "0 of 8" in text


def test_the_command_tells_the_same_in_text_and_in_json(fsm: Call, tmp_path: Path) -> None:  # noqa: F811
    file = tmp_path / "lamp.fsm.yaml"
    file.write_text(LAMP, encoding="utf-8")
    arguments = ("test", file, "--examples", 60, "--seed", 3)
    text, data = fsm(*arguments).out, json.loads(fsm(*arguments, "--json").out)
    rows = [row[2:] for row in table(text, "around each deadline")]
    found = [(d["before"], d["exactly"], d["after"]) for d in data["coverage"]["deadlines"]]
    assert [row[:2] for row in rows] == [[str(b), str(e)] for b, e, _ in found]
    assert [row[2] for row in rows[1:]] == [str(after) for *_, after in found[1:]]
    assert rows[0][2] == "time cannot pass"
    # Each run that is lit was at the deadline just before, and is a unit before the next bound.
    taken = data["coverage"]["transitions"][0]["taken"]
    assert found[0][1] >= taken > 0
    assert found[1][0] >= taken


LONELY = parse_spec("""\
fsm: 1
name: lonely
unit: 1h
switches: {patient: bool}
constants: {short: 30h, long: 90h}
clocks: {life: {}}
machines:
  ticket:
    states: {open: {}, asked: {}, late: {}, gone: {final: true}}
    transitions:
      - {from: open, after: 48h, to: asked}
      - {from: asked, after: 'if patient then long else short', to: late}
      - {from: late, on: close, not_before: 5h, not_after: 60h, to: gone}
      - {from: late, after: 150h, clock: life, to: gone}
events: {close: {}}
properties: {ends: {reachable: ticket == gone}}
""")


@pytest.mark.parametrize("seed", range(3))
def test_runs_stop_around_deadlines_though_nothing_else_can_happen_there(seed: int) -> None:
    """Nothing but waiting is possible a unit before each of these deadlines."""
    wanted = reachable_instants(LONELY)
    assert len(wanted) == 3 * 2 + 2 * 3  # no instant comes after what is forced
    found = stops(LONELY, 60, start=seed).boundaries
    assert wanted == {instant for instant, times in found.items() if times}


@pytest.mark.parametrize("name", ["peers/stripe_dispute", "peers/paypal_dispute"])
def test_default_runs_stop_at_every_instant_around_a_deadline(name: str) -> None:
    spec = load_spec(SPECS / f"{name}.fsm.yaml")
    wanted = reachable_instants(spec)
    assert len(wanted) >= 10
    assert wanted <= {instant for instant, times in stops(spec).boundaries.items() if times}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("file", sorted(SPECS.rglob("*.fsm.yaml")), ids=lambda f: f.name)
def test_default_runs_of_every_shipped_spec_stop_there(file: Path, seed: int) -> None:
    spec = load_spec(file)
    wanted = reachable_instants(spec)
    assert wanted <= {i for i, times in stops(spec, start=seed).boundaries.items() if times}
