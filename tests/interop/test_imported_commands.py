"""Machines that public code has, from `from_transitions` to `fsm check`, `draw` and `test`."""

import enum
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from transitions import Machine
from transitions.extensions import HierarchicalMachine
from transitions.extensions.states import Timeout, add_state_features

from fsm.interop import from_transitions
from tests.cli.conftest import Call, fsm  # noqa: F401

logging.getLogger("transitions").setLevel(logging.ERROR)


@add_state_features(Timeout)
class TimedMachine(Machine):
    pass


@add_state_features(Timeout)
class TimedNested(HierarchicalMachine):
    pass


class Lamp(enum.Enum):
    OFF = 0
    ON = 1


class Model:
    """Nothing of it is called."""


def order() -> Machine:
    """Conditions, `*` as source, an end."""
    return Machine(
        model=Model(), states=["new", "paid", {"name": "sent", "final": True},
                               {"name": "dropped", "final": True}],
        initial="new", auto_transitions=False,
        transitions=[
            {"trigger": "pay", "source": "new", "dest": "paid", "conditions": "is_covered"},
            {"trigger": "pay", "source": "new", "dest": "dropped", "unless": "is_covered"},
            ["send", "paid", "sent"], ["drop", ["new", "paid"], "dropped"],
            {"trigger": "note", "source": "*", "dest": None, "after": "write"},
        ],
    )  # fmt: skip


def door() -> Machine:
    """Timeouts: one calls a trigger, one a generated trigger and code."""
    return TimedMachine(
        model=Model(), initial="closed",
        states=["closed", {"name": "open", "timeout": 30, "on_timeout": "alarm"},
                {"name": "ringing", "timeout": 5, "on_timeout": ["sound", "to_closed"]}],
        transitions=[["open_it", "closed", "open"], ["close", "open", "closed"],
                     ["alarm", "open", "ringing"], ["open_it", "open", "="]],
    )  # fmt: skip


def call() -> Machine:
    """Nested states, a timeout of an outer one, reflexive and internal transitions."""
    return TimedNested(
        model=Model(), initial="idle", queued=True, ignore_invalid_triggers=True,
        states=["idle", {"name": "busy", "timeout": 120, "on_timeout": "give_up",
                         "initial": "rings",
                         "children": ["rings", {"name": "talks", "children": ["muted"]}]},
                {"name": "over", "final": True}],
        transitions=[["dial", "idle", "busy"], ["answer", "busy_rings", "busy_talks"],
                     ["mute", "busy_talks", "busy_talks_muted"], ["mute", "busy_talks_muted", "="],
                     {"trigger": "hum", "source": "busy", "dest": None, "conditions": ["alone"]},
                     ["give_up", "busy", "over"], ["hang_up", "busy", "over"]],
    )  # fmt: skip


def poll() -> Machine:
    """A timer that enters its own state anew, and one that runs only under a condition."""
    return TimedMachine(
        model=Model(), initial="off", auto_transitions=False,
        states=["off", {"name": "polling", "timeout": 10, "on_timeout": "tick"},
                {"name": "waiting", "timeout": 60, "on_timeout": "wake"}],
        transitions=[["start", "off", "polling"], ["tick", "polling", "="],
                     ["rest", "polling", "waiting"], ["stop", "*", "off"],
                     {"trigger": "wake", "source": "waiting", "dest": "polling",
                      "conditions": "is_needed"}],
    )  # fmt: skip


def shop() -> Machine:
    """Ordered transitions, several models."""
    machine = Machine(model=[Model(), Model()], states=["new", "paid", "sent"], initial="new")
    machine.add_ordered_transitions()
    return machine


def lamp() -> Machine:
    """Enum states, reflexive transitions, a queue."""
    return Machine(model=Model(), states=Lamp, initial=Lamp.OFF, queued=True, transitions=[
        ["press", Lamp.OFF, Lamp.ON], ["press", Lamp.ON, Lamp.OFF],
        ["flash", Lamp.ON, "="]])  # fmt: skip


def counter() -> Machine:
    """One state, and nothing but internal transitions."""
    return Machine(model=Model(), states=["on"], initial="on", auto_transitions=False,
                   transitions=[["count", "on", None]])  # fmt: skip


SHAPES: dict[Callable[[], Machine], set[str]] = {
    order: {"can_end", "can_always_end"},
    door: {"can_leave_its_start", "can_always_begin_anew", "open_times_out", "ringing_times_out"},
    call: {"can_end", "can_always_end", "busy_times_out"},
    poll: {"can_leave_its_start", "can_always_begin_anew", "polling_times_out",
           "waiting_times_out"},
    shop: {"can_leave_its_start", "can_always_begin_anew"},
    lamp: {"can_leave_its_start", "can_always_begin_anew"},
    counter: {"can_do_something"},
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_check_draw_and_test_work_without_a_property_written(
    shape: Callable[[], Machine],
    fsm: Call,  # noqa: F811
    tmp_path: Path,
) -> None:
    imported = from_transitions(shape(), name=shape.__name__)
    file = tmp_path / f"{shape.__name__}.fsm.yaml"
    file.write_text(imported.yaml(), encoding="utf-8")
    claimed = {f"generated_{name}" for name in SHAPES[shape]}
    checked = fsm("check", file, "--json")
    assert checked.code == 0, checked.out + checked.err
    verdicts = {p["name"]: p["verdict"] for p in json.loads(checked.out)["specs"][0]["properties"]}
    assert verdicts == dict.fromkeys(claimed, "holds")
    tested = fsm("test", file, "--json", "--examples", 60)
    assert tested.code == 0, tested.out + tested.err
    told: dict[str, Any] = {p["name"]: p["told"] for p in json.loads(tested.out)["properties"]}
    for name in claimed:
        proof, shown = "can_always" in name, "times_out" not in name
        assert told[name] == ("needs proof" if proof else "shown" if shown else "passed"), name
    drawn = fsm("draw", file, "--out", tmp_path / "pictures")
    assert drawn.code == 0, drawn.err
    assert list((tmp_path / "pictures").rglob("*.svg"))


def test_a_machine_that_cannot_end_is_told(fsm: Call, tmp_path: Path) -> None:  # noqa: F811
    machine = Machine(model=None, states=["a", "b", {"name": "end", "final": True}], initial="a",
                      transitions=[["go", "a", "b"], ["go", "b", "b"],
                                   ["stop", "a", "end"]])  # fmt: skip
    file = tmp_path / "trap.fsm.yaml"
    file.write_text(from_transitions(machine, name="trap").yaml(), encoding="utf-8")
    answer = fsm("check", file, "--lang", "en")
    assert answer.code == 1
    assert "It can always still come to an end (generated)" in answer.out
    assert "go" in answer.out


def test_a_time_limit_that_is_missed_is_noticed() -> None:
    """The generated deadline is a claim like any other: it fails where the timer is slower."""
    from fsm.check.check import check_spec
    from fsm.spec.load import spec_from

    document = json.loads(json.dumps(from_transitions(door(), name="door").document))
    for claim in document["properties"].values():
        if "within" in claim:
            claim["within"] = "4s"
    outcomes = {r.property.name: r.outcome.value for r in check_spec(spec_from(document)).results}
    assert outcomes["generated_open_times_out"] == "violated"
    assert outcomes["generated_ringing_times_out"] == "violated"
