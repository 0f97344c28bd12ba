"""`fsm test`: what random runs break, show and cover, and the test file that keeps a failure."""

import json
import subprocess
import sys
from pathlib import Path
from runpy import run_path

import pytest

from fsm.spec.load import parse_spec
from fsm.testing.coverage import Boundary, Coverage
from fsm.testing.trial import Plan, Told, TrialReport, try_spec
from tests.cli.conftest import Call, fsm  # noqa: F401

TEXT = """\
fsm: 1
name: door
switches: {alarm: bool}
machines:
  door:
    states: {shut: {}, ajar: {}, open: {}, gone: {final: true}}
    transitions:
      - {from: shut, on: push, to: ajar}
      - {from: ajar, on: push, to: open}
      - {from: ajar, after: 3h, to: shut}
      - {from: open, on: pull, when: not alarm, to: shut}
events: {push: {}, pull: {}}
properties:
  never_open: {never: door == open, en: The door is never open.}
  never_gone: {never: door == gone}
  opens: {reachable: door == open}
  gone: {reachable: door == gone, expect: violated}
  shuts: {after: door == ajar, eventually: 'door in {shut, open}', within: 3h}
  late: {after: door == ajar, eventually: 'door in {shut, open}', within: 2h, expect: violated}
  stuck: {can_always: door == shut, expect: {violated_when: alarm}}
  once: {at_most: 1, event: push, expect: violated}
"""
SPEC = parse_spec(TEXT)


@pytest.fixture(scope="module")
def report() -> TrialReport:
    return try_spec(SPEC, Plan(examples=40))


def test_every_property_is_told_as_it_is(report: TrialReport) -> None:
    told = {r.property.name: (r.told, r.as_expected) for r in report.results}
    assert told == {
        "never_open": (Told.BROKEN, False),
        "never_gone": (Told.PASSED, True),
        "opens": (Told.SHOWN, True),
        "gone": (Told.NOT_SHOWN, True),
        "shuts": (Told.PASSED, True),
        "late": (Told.BROKEN, True),
        "stuck": (Told.NEEDS_PROOF, True),
        "once": (Told.BROKEN, True),
    }


def test_a_failure_is_shrunk_to_a_shortest_run(report: TrialReport) -> None:
    run = report.results[0].run
    assert run is not None
    assert [getattr(step, "event", "wait") for step in run.steps] == ["push", "push"]


def test_coverage_counts_states_transitions_and_the_instants_around_a_deadline(
    report: TrialReport,
) -> None:
    coverage = report.coverage
    assert {state for _, state in coverage.states} == {"shut", "ajar", "open"}
    assert {number for _, number in coverage.transitions} == {0, 1, 2, 3}
    deadline = Boundary("door", 2, "both", True)
    assert coverage.boundaries[deadline, -1] > 0
    assert coverage.boundaries[deadline, 0] > 0
    assert coverage.boundaries[deadline, 1] == 0  # time cannot pass it


def test_the_same_seed_gives_the_same_runs() -> None:
    def seen(number: int) -> Coverage:
        return try_spec(SPEC, Plan(examples=10, seed=number, properties=("never_gone",))).coverage

    assert seen(5) == seen(5)
    assert seen(6) != seen(5)


def test_the_command_and_the_file_that_it_writes(fsm: Call, tmp_path: Path) -> None:  # noqa: F811
    file, test = tmp_path / "door.fsm.yaml", tmp_path / "test_door.py"
    file.write_text(TEXT, encoding="utf-8")
    answer = fsm("test", file, "--examples", 20, "--write-test", test)
    assert answer.code == 1
    assert "The door is never open" in answer.out
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", test],
        capture_output=True, text=True, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout
    assert "'never_open' not in" in done.stdout
    file.write_text(TEXT.replace("never: door == open,", "never: door == gone,"), encoding="utf-8")
    assert fsm("test", file, "--examples", 5).code == 0
    run_path(str(test))["test_never_open"]()


@pytest.mark.parametrize(
    "claim", ["eventually: idle == there", "always: idle != gone or fired(stop)"]
)
def test_the_file_keeps_a_run_that_rests_for_ever(
    fsm: Call, tmp_path: Path, claim: str  # noqa: F811
) -> None:  # fmt: skip
    """What never comes, and what is so when nothing happens any more, is broken by the end of the
    run alone."""
    file, test = tmp_path / "idle.fsm.yaml", tmp_path / "test_idle.py"
    text = (
        "fsm: 1\nname: idle\nevents: {go: {}, stop: {}}\nmachines:\n  idle:\n"
        "    states: {here: {}, there: {}, gone: {}}\n    transitions:\n"
        "      - {from: here, on: go, to: there}\n      - {from: here, on: stop, to: gone}\n"
        f"properties: {{comes: {{{claim}}}}}\n"
    )
    file.write_text(text, encoding="utf-8")
    assert fsm("test", file, "--examples", 10, "--write-test", test).code == 1
    kept = run_path(str(test))["test_comes"]
    with pytest.raises(AssertionError):
        kept()
    file.write_text(text.replace("on: stop, to: gone", "on: stop, to: there"), encoding="utf-8")
    kept()


def test_json(fsm: Call, tmp_path: Path) -> None:  # noqa: F811
    file = tmp_path / "door.fsm.yaml"
    file.write_text(TEXT, encoding="utf-8")
    answer = fsm("test", file, "--examples", 10, "--property", "late", "--json")
    data = json.loads(answer.out)
    assert data["runs"] == 10
    assert {p["name"]: p["told"] for p in data["properties"]} == {"late": "broken"}
    assert data["coverage"]["deadlines"][0]["forced"] is True


@pytest.mark.parametrize("arguments", [("--property", "nope"), ("--variant", "alarm=perhaps")])
def test_wrong_requests(fsm: Call, tmp_path: Path, arguments: tuple[str, ...]) -> None:  # noqa: F811
    file = tmp_path / "door.fsm.yaml"
    file.write_text(TEXT, encoding="utf-8")
    assert fsm("test", file, *arguments).code == 2
