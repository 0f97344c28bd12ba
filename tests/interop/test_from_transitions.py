"""Machines of the `transitions` library as specs: known shapes, and agreement with the library.

The machines have the shapes that public code has; in the property tests the library itself is the
oracle, with a clock of ours in place of its threads.
"""

import enum
import logging
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from transitions import EventData, Machine, MachineError
from transitions.core import Condition
from transitions.core import Transition as LibraryTransition
from transitions.extensions import (
    GraphMachine,
    HierarchicalAsyncMachine,
    HierarchicalGraphMachine,
    HierarchicalMachine,
    LockedHierarchicalMachine,
    LockedMachine,
)
from transitions.extensions.asyncio import AsyncMachine, AsyncTimeout
from transitions.extensions.nesting import NestedState
from transitions.extensions.states import Retry, Tags, Timeout, add_state_features

from fsm.check.check import check_spec
from fsm.check.results import Outcome
from fsm.errors import UsageError
from fsm.interop import Imported, from_transitions
from fsm.semantics.interpreter import Interpreter
from fsm.semantics.trace import Occurrence, State
from fsm.semantics.units import unit_of
from fsm.spec.load import parse_spec, spec_from

logging.getLogger("transitions").setLevel(logging.ERROR)  # it warns of each ignored trigger


@add_state_features(Timeout, Tags)
class TimedMachine(Machine):
    pass


@add_state_features(Timeout)
class TimedNested(HierarchicalMachine):
    pass


class SlashState(NestedState):
    separator = "/"


class SlashMachine(HierarchicalMachine):
    state_cls = SlashState


class Colour(enum.Enum):
    RED = 1
    GREEN = 2


class Stage(enum.Enum):
    APPLIED = "已申请"
    DONE = "已完成"


class Ticket:
    """A model of its own, with conditions that nobody may call."""

    def is_paid(self, *_: object) -> bool:
        raise AssertionError("conditions are read, not called")

    is_blocked = is_paid


def machine_of(imported: Imported) -> Mapping[str, Any]:
    machines = imported.document["machines"]
    assert isinstance(machines, dict)
    (machine,) = machines.values()
    assert isinstance(machine, dict)
    return machine


def edges(imported: Imported) -> list[dict[str, Any]]:
    return list(machine_of(imported)["transitions"])


def findings(imported: Imported) -> set[tuple[str, str]]:
    return {(f.code, f.subject) for f in check_spec(imported.spec).findings}


def said(imported: Imported) -> str:
    """The notes, each of which must speak both languages."""
    assert all(note.zh and note.en for note in imported.notes)
    return "\n".join(note.en for note in imported.notes)


# --- shapes that public code has ------------------------------------------------------------------


def turnstile() -> Machine:
    return Machine(
        model=Ticket(), states=["locked", "unlocked"], initial="locked",
        transitions=[["coin", "locked", "unlocked"], ["push", "unlocked", "locked"],
                     ["push", "locked", "="], ["coin", "unlocked", None]],
    )  # fmt: skip


def matter() -> Machine:
    return Machine(
        states=["solid", "liquid", "gas", "plasma"], initial="liquid",
        transitions=[
            {"trigger": "melt", "source": "solid", "dest": "liquid"},
            {"trigger": "evaporate", "source": "liquid", "dest": "gas"},
            {"trigger": "sublimate", "source": "solid", "dest": "gas"},
            {"trigger": "ionize", "source": "gas", "dest": "plasma"},
        ],
    )  # fmt: skip


def test_a_turnstile() -> None:
    imported = from_transitions(turnstile())
    assert edges(imported) == [
        {"from": "locked", "on": "coin", "to": "unlocked"},
        {"from": "unlocked", "on": "coin"},
        {"from": ["unlocked", "locked"], "on": "push", "to": "locked"},
    ]
    assert imported.spec.name == "Ticket"
    report = check_spec(imported.spec)
    assert [(r.property.name, r.outcome) for r in report.results] == [
        ("generated_can_leave_its_start", Outcome.HOLDS),
        ("generated_can_always_begin_anew", Outcome.HOLDS),
    ]
    assert report.findings == ()
    assert said(imported).splitlines() == [
        "2 generated triggers to_<state> are left out",
        "properties named generated_… were made by the import: put claims of your own in their "
        "place",
    ]


def test_what_cannot_be_reached_and_where_it_ends_is_found() -> None:
    imported = from_transitions(matter(), name="matter")
    assert ("S01", "matter.solid") in findings(imported)
    assert ("S02", "matter:0") in findings(imported)
    assert ("S03", "matter") in findings(imported)
    assert "if plasma should be an end, add final: true" in said(imported)


def test_final_states_are_ends() -> None:
    machine = Machine(states=["a", {"name": "b", "final": True}], initial="a",
                      transitions=[["go", "a", "b"]])  # fmt: skip
    imported = from_transitions(machine, name="ends")
    assert findings(imported) == set()
    assert imported.document["properties"] == {
        "generated_can_end": {
            "zh": "能够结束（自动生成）", "en": "It can come to an end (generated)",
            "reachable": "ends in {b}"},
        "generated_can_always_end": {
            "zh": "无论何时都仍能结束（自动生成）",
            "en": "It can always still come to an end (generated)",
            "can_always": "ends in {b}"},
    }  # fmt: skip


@pytest.mark.parametrize(
    "kind", [Machine, LockedMachine, GraphMachine, AsyncMachine, HierarchicalMachine,
             HierarchicalGraphMachine, HierarchicalAsyncMachine, LockedHierarchicalMachine]
)  # fmt: skip
def test_every_variant_of_the_library_says_the_same(kind: type[Machine]) -> None:
    options: dict[str, Any] = {"graph_engine": "mermaid"} if "Graph" in kind.__name__ else {}
    machine = kind(
        model=Ticket(), states=list(Colour), initial=Colour.RED, queued=True, send_event=True,
        transitions=[["next", Colour.RED, Colour.GREEN], ["next", Colour.GREEN, Colour.RED]],
        before_state_change="log", **options,
    )  # fmt: skip
    imported = from_transitions(machine)
    assert imported.states == {"RED": "RED", "GREEN": "GREEN"}
    assert edges(imported) == [
        {"from": "RED", "on": "next", "to": "GREEN"},
        {"from": "GREEN", "on": "next", "to": "RED"},
    ]
    assert "what callbacks do is not modelled: log" in said(imported)


def test_the_text_of_an_enum_is_its_label() -> None:
    machine = Machine(states=Stage, initial=Stage.APPLIED, transitions=[
        ["完成", Stage.APPLIED, Stage.DONE]], name="工单")  # fmt: skip
    imported = from_transitions(machine)
    states = machine_of(imported)["states"]
    assert states["APPLIED"] == {"zh": "已申请", "en": "已申请"}
    assert imported.document["title"] == "工单"
    assert imported.triggers == {"完成": "name_2"}
    assert imported.document["events"] == {"name_2": {"zh": "完成", "en": "完成"}}
    assert "完成 → name_2" in said(imported)


def test_ids_that_collide_stay_apart() -> None:
    machine = Machine(states=["a b", "a-b", "not", "1st"], initial="a b", auto_transitions=False,
                      transitions=[["a b", "a b", "a-b"], ["a-b", "a-b", "not"],
                                   ["a_b", "not", "1st"], ["go", "1st", "a b"]])  # fmt: skip
    imported = from_transitions(machine, name="a b")
    assert imported.states == {"a b": "a_b", "a-b": "a_b_2", "not": "not_", "1st": "state_1st"}
    assert imported.triggers == {"a b": "a_b_2", "a-b": "a_b_3", "a_b": "a_b_4", "go": "go"}
    assert findings(imported) == set()


def test_a_subclass_with_tags_models_and_ordered_transitions() -> None:
    class Shop(TimedMachine):
        def __init__(self) -> None:
            states = [{"name": "new", "tags": ["open", "new"]}, "paid", {"name": "sent"}]
            super().__init__(model=[Ticket(), Ticket()], states=states, initial="new")
            self.add_ordered_transitions()

    imported = from_transitions(Shop(), name="shop")
    assert machine_of(imported)["states"]["new"] == {"tags": ["open", "new_2"]}
    assert [(e["from"], e["to"]) for e in edges(imported)] == [
        ("new", "paid"), ("paid", "sent"), ("sent", "new")]  # fmt: skip
    assert "the machine has 2 models" in said(imported)


def test_a_machine_without_a_model_or_a_start() -> None:
    machine = Machine(model=None, states=["a", "b"], initial=None,
                      transitions=[["go", "a", "b"], ["go", "b", "a"]])  # fmt: skip
    with pytest.raises(UsageError, match="nowhere where it starts") as caught:
        from_transitions(machine)
    assert caught.value.code == "F661"
    assert machine_of(from_transitions(machine, initial="b"))["initial"] == "b"
    with pytest.raises(UsageError, match="no state 'c'"):
        from_transitions(machine, initial="c")


def test_models_that_begin_in_different_states() -> None:
    machine = Machine(model=None, states=["a", "b", "c"], initial=None,
                      transitions=[["go", ["a", "b"], "c"], ["back", "c", "a"]])  # fmt: skip
    machine.add_model(Ticket(), initial="a")
    machine.add_model(Ticket(), initial="b")
    imported = from_transitions(machine)
    assert machine_of(imported)["initial"] == "start"
    assert edges(imported)[:2] == [{"from": "start", "to": "a"}, {"from": "start", "to": "b"}]
    assert "it may start in any of these" in said(imported)
    assert findings(imported) == set()


def test_a_source_of_every_state() -> None:
    machine = Machine(
        model=None, states=["a", "b", "c"], initial="a", auto_transitions=False,
        transitions=[{"trigger": "reset", "source": "*", "dest": "a"},
                     {"trigger": "note", "source": "*", "dest": None},
                     {"trigger": "again", "source": "*", "dest": "="},
                     {"trigger": "go", "source": ["a", "b"], "dest": "c"},
                     {"trigger": "turn", "source": "c", "dest": "b"}],
    )  # fmt: skip
    assert edges(from_transitions(machine)) == [
        {"from": ["a", "b", "c"], "on": "reset", "to": "a"},
        {"from": ["a", "b", "c"], "on": "note"},
        {"from": "a", "on": "again", "to": "a"},
        {"from": "b", "on": "again", "to": "b"},
        {"from": "c", "on": "again", "to": "c"},
        {"from": ["a", "b"], "on": "go", "to": "c"},
        {"from": "c", "on": "turn", "to": "b"},
    ]


def test_a_source_of_every_state_is_of_the_states_that_there_are_by_then() -> None:
    machine = Machine(model=None, states=["a", "b"], initial="a", auto_transitions=False,
                      transitions=[["go", "a", "b"]])  # fmt: skip
    machine.add_transition("reset", "*", "a")
    machine.add_state("late")
    machine.add_transition("go", "b", "late")
    assert {"from": ["a", "b"], "on": "reset", "to": "a"} in edges(from_transitions(machine))


def test_a_specific_transition_before_one_of_every_state_wins() -> None:
    machine = Machine(
        model=None, states=["a", "b", "c"], initial="a", auto_transitions=False,
        transitions=[["go", "a", "b"], ["go", "*", "c"], ["go", "b", "a"]],
    )  # fmt: skip
    follower = Follower(from_transitions(machine, name="m"))
    for place in ("b", "c", "c"):
        assert follower.trigger("go", {})
        assert follower.leaf == place


@pytest.mark.parametrize(
    "kind", ["prepare_event", "before_state_change", "after_state_change", "finalize_event",
             "on_exception", "on_final"]
)  # fmt: skip
def test_the_callbacks_of_a_machine_are_told_and_none_is_called(kind: str) -> None:
    def never(*_: object) -> None:
        raise AssertionError("callbacks are read, not called")

    options: dict[str, Any] = {kind: ["handle", never]}
    machine = Machine(model=None, states=["a", "b"], initial="a", send_event=True,
                      transitions=[["go", "a", "b"], ["back", "b", "a"]], **options)  # fmt: skip
    imported = from_transitions(machine)
    assert "what callbacks do is not modelled: handle, never\n" in said(imported) + "\n"
    assert len(edges(imported)) == 2


def test_the_callbacks_of_states_and_transitions_are_told() -> None:
    machine = Machine(
        model=None, initial="a",
        states=[{"name": "a", "on_exit": "leave"}, {"name": "b", "on_enter": ["greet"]}],
        transitions=[{"trigger": "go", "source": "a", "dest": "b", "after": "cheer"},
                     {"trigger": "back", "source": "b", "dest": "a", "prepare": "load"}],
    )  # fmt: skip
    (told,) = [note for note in said(from_transitions(machine)).splitlines() if "callbacks" in note]
    assert set(told.partition(": ")[2].split(", ")) == {"leave", "greet", "cheer", "load"}


def test_with_on_exception_a_wrong_trigger_is_impossible_in_the_model_as_without() -> None:
    """The library calls the handler in place of an error, and the state stays."""
    seen: list[str] = []

    class Handled(Ticket):
        state = ""

        def handle(self, event: EventData) -> None:
            assert event.event is not None
            seen.append(event.event.name)

    model: Any = Handled()
    machine = Machine(model, states=["a", "b"], initial="a", auto_transitions=False,
                      send_event=True, on_exception="handle",
                      transitions=[["go", "a", "b"], ["back", "b", "a"]])  # fmt: skip
    follower = Follower(from_transitions(machine, name="m"))
    assert seen == []
    for name in ("back", "go", "go", "back"):
        assert call(model, name, {}) == follower.trigger(name, {})
        assert follower.leaf == model.state
    assert seen == ["back", "go"]


def test_triggers_added_one_by_one_and_taken_away() -> None:
    machine = Machine(model=None, states=["a", "b"], initial="a", auto_transitions=False)
    machine.add_transition(trigger="go", source="a", dest="b", conditions="may")
    machine.add_transition("back", "b", "a")
    machine.add_transition("jump", "b", "a")
    machine.remove_transition("jump", source="b", dest="a")
    imported = from_transitions(machine)
    assert edges(imported) == [
        {"from": "a", "on": "go", "when": "may", "to": "b"},
        {"from": "b", "on": "back", "to": "a"},
    ]
    assert "jump" not in imported.yaml()


def test_a_model_that_has_moved_on_starts_where_the_machine_says() -> None:
    """An import is of the machine, not of where one model happens to be."""
    machine = turnstile()
    assert isinstance(machine.model, Ticket)
    machine.model.trigger("coin")  # type: ignore[attr-defined]
    assert machine_of(from_transitions(machine))["initial"] == "locked"


# --- conditions -----------------------------------------------------------------------------------


def test_conditions_are_fields_that_may_be_true_or_false() -> None:
    machine = Machine(
        model=Ticket(), states=["new", "paid", "held", "lost"], initial="new",
        transitions=[
            {"trigger": "pay", "source": "new", "dest": "paid", "conditions": ["is_paid"],
             "unless": ["is_blocked"], "prepare": "load", "before": "log"},
            {"trigger": "pay", "source": "new", "dest": "held", "conditions": "is_blocked"},
            {"trigger": "pay", "source": "new", "dest": "new"},
            {"trigger": "pay", "source": "new", "dest": "lost"},
        ],
    )  # fmt: skip
    imported = from_transitions(machine, name="order")
    assert imported.document["events"] == {
        "pay": {"fields": {"is_paid": "bool", "is_blocked": "bool"}}
    }
    assert edges(imported) == [
        {"from": "new", "on": "pay", "when": "is_paid and not is_blocked", "to": "paid",
         "priority": 3},
        {"from": "new", "on": "pay", "when": "is_blocked", "to": "held", "priority": 2},
        {"from": "new", "on": "pay", "to": "new", "priority": 1},
        {"from": "new", "on": "pay", "to": "lost", "priority": 0},
    ]  # fmt: skip
    assert {("S01", "order.lost"), ("S02", "order:3")} <= findings(imported)
    notes = said(imported)
    assert "what is_paid, is_blocked decides is code" in notes
    assert "pay: new → lost can never happen" in notes
    assert "load, log" in notes


def test_opposite_conditions_share_one_truth_and_need_no_priority() -> None:
    def fits(*_: object) -> bool:
        raise AssertionError

    machine = Machine(
        model=None, states=["a", "b", "c"], initial="a",
        transitions=[{"trigger": "go", "source": "a", "dest": "b", "conditions": fits},
                     {"trigger": "go", "source": "a", "dest": "c", "unless": [fits]},
                     {"trigger": "stop", "source": ["b", "c"], "dest": "a",
                      "conditions": lambda: True}],
    )  # fmt: skip
    imported = from_transitions(machine)
    assert [(e["when"], e.get("priority")) for e in edges(imported)] == [
        ("fits", None), ("not fits", None), ("lambda", None)]  # fmt: skip


def test_a_subclass_that_judges_conditions_itself_is_one_opaque_condition() -> None:
    class AnyOf(LibraryTransition):
        def _eval_conditions(self, event_data: EventData) -> bool:
            return any(condition.check(event_data) for condition in self.conditions)

    class Lenient(Condition):
        def check(self, event_data: EventData) -> bool:
            return True

    class Either(Machine):
        transition_cls = AnyOf

    class Kind(LibraryTransition):
        condition_cls = Lenient

    class Open(Machine):
        transition_cls = Kind

    for kind in (Either, Open):
        machine = kind(model=None, states=["a", "b"], initial="a", transitions=[
            {"trigger": "go", "source": "a", "dest": "b", "conditions": ["x", "y"]}])  # fmt: skip
        imported = from_transitions(machine)
        assert imported.document["events"] == {"go": {"fields": {"go_allowed": "bool"}}}


def test_too_many_conditions_are_not_kept_apart() -> None:
    machine = Machine(
        model=None, states=["a", "b", "c"], initial="a",
        transitions=[
            *({"trigger": "go", "source": "a", "dest": "b", "conditions": f"c{k}"}
              for k in range(7)),
            ["go", "a", "a"], ["go", "a", "c"],
        ],
    )  # fmt: skip
    imported = from_transitions(machine, name="many")
    assert imported.document["events"] == {"go": {}}
    assert {("S01", "many.c"), ("S02", "many:2")} <= findings(imported)
    assert "more than 6 conditions" in said(imported)


# --- timers ---------------------------------------------------------------------------------------


def door(**options: Any) -> Imported:
    machine = TimedMachine(
        model=Ticket(), initial="closed",
        states=["closed", {"name": "open", "timeout": 30, "on_timeout": "alarm"},
                {"name": "ringing", "timeout": 0.5, "on_timeout": ["sound", "to_closed"]}],
        transitions=[["open_it", "closed", "open"], ["close", "open", "closed"],
                     ["alarm", "open", "ringing"]],
    )  # fmt: skip
    return from_transitions(machine, name="door", **options)


def test_timeouts_are_deadlines() -> None:
    imported = door()
    assert edges(imported)[2:] == [
        {"from": "open", "on": "alarm", "to": "ringing"},
        {"from": "open", "after": "30s", "on": "alarm", "to": "ringing"},
        {"from": "ringing", "after": "500ms", "to": "closed"},
    ]
    notes = said(imported)
    assert (
        "others may call it at any time; if nobody else does, pass only_timers=['alarm']" in notes
    )
    assert "ringing: what sound does after 500ms is code" in notes
    alone = door(only_timers=["alarm"])
    assert [e for e in edges(alone) if e.get("on") == "alarm"] == [
        {"from": "open", "after": "30s", "on": "alarm", "to": "ringing"}
    ]
    with pytest.raises(UsageError) as caught:
        door(only_timers=["close"])
    assert (caught.value.code, caught.value.hint) == ("F664", "timeouts call: alarm, to_closed")


def test_a_deadline_is_kept_or_not_as_the_machine_says() -> None:
    document = dict(door(only_timers=["alarm"]).document)
    document["properties"] = {
        "in_time": {"after": "open_it", "eventually": "door != open", "within": "30s"},
        "too_soon": {"after": "open_it", "eventually": "door != open", "within": "29s"},
        "not_early": {"never": "fired(alarm) and since(open_it) < 30s"},
    }
    outcomes = [result.outcome for result in check_spec(spec_from(document)).results]
    assert outcomes == [Outcome.HOLDS, Outcome.VIOLATED, Outcome.HOLDS]


def test_the_timer_of_the_initial_state_does_not_run_at_the_start() -> None:
    machine = TimedMachine(
        model=None, initial="waiting", auto_transitions=False,
        states=[{"name": "waiting", "timeout": 60, "on_timeout": "expire"}, "expired", "held"],
        transitions=[["expire", "waiting", "expired"], ["hold", "waiting", "held"],
                     ["resume", "held", "waiting"]],
    )  # fmt: skip
    imported = from_transitions(machine, name="t", only_timers=["expire"])
    assert "its timer does not run at the start" in said(imported)
    document = dict(imported.document)
    document["properties"] = {
        "ends": {"eventually": "t == expired"},
        "ends_later": {"after": "resume", "eventually": "t != waiting", "within": "60s"},
    }
    outcomes = [result.outcome for result in check_spec(spec_from(document)).results]
    assert outcomes == [Outcome.VIOLATED, Outcome.HOLDS]


def test_timers_whose_call_is_not_accepted_or_is_code() -> None:
    machine = TimedMachine(
        model=None, initial="a", auto_transitions=False,
        states=["a", {"name": "b", "timeout": 5, "on_timeout": "go"},
                {"name": "c", "timeout": 5, "on_timeout": [lambda: None]}],
        transitions=[["go", "a", "b"], ["on", "b", "c"]],
    )  # fmt: skip
    imported = from_transitions(machine)
    assert not any("after" in edge for edge in edges(imported))
    assert "b: after 5s it calls go, which it does not accept there" in said(imported)
    assert "c: what lambda does after 5s is code" in said(imported)


def test_a_bound_trigger_as_timeout_and_asynchronous_timeouts() -> None:
    @add_state_features(AsyncTimeout)
    class TimedAsync(AsyncMachine):
        pass

    machine = TimedAsync(
        model=Ticket(), initial="a", transitions=[["go", "a", "b"], ["late", "b", "a"]],
        states=["a", {"name": "b", "timeout": 7200, "on_timeout": "late"}],
    )  # fmt: skip
    model: Any = machine.model
    assert {"from": "b", "after": "2h", "on": "late", "to": "a"} in edges(from_transitions(machine))
    machine.states["b"].on_timeout = model.late
    assert {"from": "b", "after": "2h", "on": "late", "to": "a"} in edges(from_transitions(machine))


def test_retries_are_told() -> None:
    @add_state_features(Retry)
    class Retrying(Machine):
        pass

    machine = Retrying(
        model=None, initial="a", transitions=[["go", "*", "b"]],
        states=["a", {"name": "b", "retries": 3, "on_failure": "to_a"}],
    )  # fmt: skip
    assert "b: the limit of retries is not modelled" in said(from_transitions(machine))


# --- nested states --------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "slash"), [(HierarchicalMachine, "_"), (SlashMachine, "/")])
def test_nested_states(kind: type[HierarchicalMachine], slash: str) -> None:
    inner = kind(states=["x", "y"], initial="x", transitions=[["swap", "x", "y"]])
    machine = kind(
        model=None, initial="out",
        states=["out", {"name": "in", "children": inner, "initial": "x"},
                {"name": "bare", "children": ["p"]}],
        transitions=[["enter", "out", "in"], ["leave", "in", "out"],
                     ["rest", f"in{slash}y", "bare"], ["deep", "bare", f"bare{slash}p"]],
    )  # fmt: skip
    imported = from_transitions(machine, name="nest")
    assert imported.states[f"in{slash}y"] == "in_y"
    states = machine_of(imported)["states"]
    assert list(states["in_"]["states"]) == ["in_x", "in_y"]
    assert states["bare"]["initial"] == "bare_itself"
    assert {"from": "in_x", "on": "swap", "to": "in_y"} in edges(imported)
    assert {"from": "in_y", "on": "rest", "to": "bare"} in edges(imported)


def test_parallel_states_are_refused() -> None:
    machine = HierarchicalMachine(
        model=None, initial="a", transitions=[["go", "a", "p"]],
        states=["a", {"name": "p", "parallel": ["x", "y"]}],
    )  # fmt: skip
    with pytest.raises(UsageError) as caught:
        from_transitions(machine)
    assert caught.value.code == "F662"
    assert "'p' has parallel states" in caught.value.message


@pytest.mark.parametrize(
    ("machine", "code"),
    [(Machine, "F660"), ("order.fsm.yaml", "F660"), (None, "F660"),
     (Machine(states=["a"], initial="a", transitions=[["go", "a", "b"]]), "F663")],
)  # fmt: skip
def test_what_cannot_be_imported(machine: object, code: str) -> None:
    with pytest.raises(UsageError) as caught:
        from_transitions(machine)
    assert caught.value.code == code
    assert caught.value.hint


def test_the_package_imports_transitions_only_when_asked() -> None:
    code = "import fsm.interop, sys; assert 'transitions' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


# --- the library as oracle ------------------------------------------------------------------------

Tree = dict[str, Any]


@st.composite
def trees(draw: st.DrawFn, names: Callable[[], str], depth: int) -> list[Tree]:
    """States with children; an outer one may or may not say where it begins."""
    found = []
    for _ in range(draw(st.integers(1, 3))):
        state: Tree = {"name": names()}
        if depth and draw(st.booleans()):
            state["children"] = draw(trees(names, depth - 1))
            if draw(st.booleans()):
                state["initial"] = draw(st.sampled_from([c["name"] for c in state["children"]]))
        found.append(state)
    return found


def paths(states: list[Tree], prefix: str = "") -> list[str]:
    found = []
    for state in states:
        found.append(prefix + state["name"])
        found += paths(state.get("children", []), f"{prefix}{state['name']}_")
    return found


TRIGGERS = ("go", "back", "on")
CONDITIONS = ("c0", "c1", "c2")


@st.composite
def listed(draw: st.DrawFn, names: list[str]) -> list[dict[str, Any]]:
    """Transitions among states; conditions are names."""
    some = st.lists(st.sampled_from(CONDITIONS), max_size=1)
    return [
        {"trigger": draw(st.sampled_from(TRIGGERS)),
         "source": draw(st.one_of(st.sampled_from(names), st.just("*"))),
         "dest": draw(st.one_of(st.sampled_from([*names, "="]), st.none())),
         "conditions": draw(some), "unless": draw(some)}
        for _ in range(draw(st.integers(1, 6)))
    ]  # fmt: skip


@dataclass
class Model:
    """Answers conditions with what the test chose."""

    truth: dict[str, bool] = field(default_factory=dict)
    state: str = ""

    def __getattr__(self, name: str) -> Any:
        if name in CONDITIONS:
            return lambda: self.truth[name]
        raise AttributeError(name)


class Follower:
    """The imported spec, driven in step with the library."""

    def __init__(self, imported: Imported) -> None:
        self.imported = imported
        self.interpreter = Interpreter(imported.spec, {})
        (self.state,) = self.interpreter.initial()
        if self.leaf == "start":  # where it starts is inside an outer state
            ((_, target),) = self.interpreter.steps(self.state)
            assert isinstance(target, State)
            self.state = target

    @property
    def leaf(self) -> str:
        ((_, leaf),) = self.state.snapshot.locations
        return leaf.removesuffix("_itself")

    def trigger(self, name: str, truth: Mapping[str, bool]) -> bool:
        """Take the one step that the trigger makes possible with these conditions."""
        event = self.imported.triggers.get(name, "")
        possible = {
            (step.moves, target)
            for step, target in self.interpreter.steps(self.state)
            if step.event == event and all(truth[n] == v for n, v in step.fields)
        }
        targets = {target for _, target in possible}
        assert len(targets) <= 1, "the machine is deterministic once conditions are known"
        for target in targets:
            assert isinstance(target, State)
            self.state = target
        return bool(targets)


truths = st.fixed_dictionaries({name: st.booleans() for name in CONDITIONS})
calls = st.lists(st.tuples(st.sampled_from(TRIGGERS), truths), min_size=1, max_size=12)


def call(model: Any, name: str, truth: Mapping[str, bool]) -> bool:
    """Trigger the library's machine: did a transition happen?"""
    model.truth = dict(truth)
    try:
        return bool(model.trigger(name))
    except (MachineError, AttributeError):
        return False


def agree(machine: Machine, model: Any, sequence: list[tuple[str, dict[str, bool]]]) -> None:
    imported = from_transitions(machine, name="machine")
    follower = Follower(imported)
    assert imported.states[model.state] == follower.leaf
    for name, truth in sequence:
        happened = call(model, name, truth)
        assert follower.trigger(name, truth) == happened
        assert imported.states[model.state] == follower.leaf
    assert parse_spec(imported.yaml()).machines[0].states


@given(st.data(), calls)
@settings(max_examples=60, deadline=None)
def test_flat_machines_agree_with_the_library(
    data: st.DataObject, sequence: list[tuple[str, dict[str, bool]]]
) -> None:
    names = [f"s{k}" for k in range(data.draw(st.integers(1, 4)))]
    model: Any = Model()
    machine = Machine(model, states=names, initial="s0", transitions=data.draw(listed(names)))
    agree(machine, model, sequence)


@given(st.data(), calls)
@settings(max_examples=150, deadline=None)
def test_nested_machines_agree_with_the_library(
    data: st.DataObject, sequence: list[tuple[str, dict[str, bool]]]
) -> None:
    numbers = iter(range(100))
    states = data.draw(trees(lambda: f"s{next(numbers)}", 2))
    for state in states:  # transitions that a state brings along, relative to it
        inner = paths(state.get("children", []))
        if inner and data.draw(st.booleans()):
            own = data.draw(listed(inner))
            state["transitions"] = [t for t in own if t["source"] != "*" and t["dest"] != "="]
    names = paths(states)
    transitions = data.draw(listed(names))
    start = data.draw(st.sampled_from(names))
    model: Any = Model()
    machine = HierarchicalMachine(
        model, states=states, initial=start, transitions=transitions, auto_transitions=False
    )
    agree(machine, model, sequence)


# --- timers, with a clock of ours in place of the library's threads -------------------------------


class Clock:
    """Stands in for `threading.Timer`: what is due is called when time gets there."""

    def __init__(self) -> None:
        self.now = 0
        self.timers: list[FakeTimer] = []

    def advance(self) -> None:
        self.now += 1
        for timer in [t for t in self.timers if t.is_alive() and t.due == self.now]:
            timer.alive = False
            timer.function(*timer.args)


class FakeTimer:
    """One timer."""

    def __init__(self, clock: Clock, seconds: float, function: Any, args: Any) -> None:
        self.clock, self.seconds, self.function, self.args = clock, seconds, function, args
        self.alive, self.daemon, self.due = False, False, 0

    def start(self) -> None:
        self.alive, self.due = True, self.clock.now + int(self.seconds)
        self.clock.timers.append(self)

    def is_alive(self) -> bool:
        return self.alive

    def cancel(self) -> None:
        self.alive = False


def advance(follower: Follower, truth: Mapping[str, bool]) -> None:
    """A unit of time, then what is due at its end; the timer's call comes before anything else."""
    later = follower.interpreter.delay(follower.state)
    assert later is not None, "a deadline was left over"
    follower.state = later
    due = {
        target
        for step, target in follower.interpreter.steps(follower.state)
        if is_timed(follower, step) and all(truth[n] == v for n, v in step.fields)
    }
    assert len(due) <= 1
    for target in due:
        assert isinstance(target, State)
        follower.state = target


def is_timed(follower: Follower, step: Occurrence) -> bool:
    (machine,) = follower.imported.spec.machines
    return machine.transitions[step.moves[0].transition].timing is not None


@pytest.mark.parametrize("kind", [TimedMachine, TimedNested])
@given(st.data())
@settings(max_examples=60, deadline=None)
def test_timers_agree_with_the_library(kind: type[Machine], data: st.DataObject) -> None:
    clock = Clock()
    numbers = iter(range(100))
    depth = 1 if kind is TimedNested else 0
    states = data.draw(trees(lambda: f"s{next(numbers)}", depth))
    names = paths(states)
    children = [child for state in states for child in state.get("children", [])]
    within = data.draw(st.booleans())  # one level only, so that no two are due at once
    for state in children if within else states:
        if data.draw(st.integers(0, 2)):
            state |= {"timeout": data.draw(st.integers(1, 3)), "on_timeout": "late"}
    transitions = [t | {"source": data.draw(st.sampled_from(names))}
                   for t in data.draw(listed(names))]  # fmt: skip
    for source in [state["name"] for state in states]:
        transitions.append({"trigger": "late", "source": source, "conditions": ["c0"],
                            "dest": data.draw(st.sampled_from([*names, "=", None]))})  # fmt: skip
    model: Any = Model()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "transitions.extensions.states.Timer",
            lambda seconds, function, args: FakeTimer(clock, seconds, function, args),
        )
        machine = kind(
            model, states=states, initial=names[0], transitions=transitions, auto_transitions=False,
            ignore_invalid_triggers=True,
        )  # fmt: skip
        timed = any(state.get("timeout") for state in [*states, *children])
        imported = from_transitions(machine, name="machine", only_timers=["late"] * timed)
        for spec in (imported.spec, from_transitions(machine, name="machine").spec):
            held = {r.property.name: r.outcome for r in check_spec(spec).results}
            assert {held[n] for n in held if n.endswith("_times_out")} <= {Outcome.HOLDS}
        if unit_of(imported.spec) is not None:  # our clock goes by seconds, so must the spec
            seconds = spec_from({**imported.document, "unit": "1s"})
            imported = replace(imported, spec=seconds)
        follower = Follower(imported)
        for _ in range(data.draw(st.integers(1, 12))):
            truth = data.draw(truths)
            if data.draw(st.booleans()):
                name = data.draw(st.sampled_from(TRIGGERS))
                assert call(model, name, truth) == follower.trigger(name, truth)
            elif follower.interpreter.unit is not None:
                model.truth = truth
                for _ in range(follower.interpreter.unit // 1000):  # nothing is due in between
                    clock.advance()
                advance(follower, truth)
            assert imported.states[model.state] == follower.leaf
