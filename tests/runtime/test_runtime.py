"""The runtime as its user meets it: machines, the clock, ties, errors, callbacks."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from transitions import Machine
from transitions.extensions.nesting import HierarchicalMachine

from fsm.errors import UsageError
from fsm.runtime.clock import VirtualClock
from fsm.runtime.errors import Ambiguous, NotPossible, SpecFault, TimeStuck
from fsm.runtime.runtime import Runtime
from fsm.semantics.replay import replay
from fsm.semantics.trace import Delay, Move, Occurrence, Snapshot
from fsm.spec.load import load_spec
from tests.semantics.reading import bounded, spec_of

FLAGSHIP = load_spec(Path(__file__).parents[2] / "specs/douyin/shipped_refund_only.fsm.yaml")
TICKET = """
rules: {R1: {en: decided in time, zh: 按时}, R2: {en: only small ones, zh: 小额}}
variables: {amount: {range: 0..3, initial: any}}
events:
  agree: {by: merchant}
  pay: {}
  modify: {fields: {to: {range: 0..3}}}
machines:
  ticket:
    states: {open: {states: {new: , seen: }}, paid: {final: true}, late: }
    transitions:
      - {from: new, not_before: 1h, to: seen}
      - {from: open, on: agree, to: paid, rules: [R2]}
      - {from: open, after: 48h, to: late, rules: [R1]}
      - {from: open, on: modify, set: {amount: to}}
  merchant:
    states: {works: }
    transitions:
      - {on: agree, when: amount <= 2, rules: [R2]}
  till: {states: {shut: , ready: }, transitions: [{from: ready, on: pay, to: shut}]}
"""


def ticket(**options: object) -> Runtime:
    return Runtime(spec_of(TICKET), **options)  # type: ignore[arg-type]


def test_there_is_a_machine_of_the_library_for_each_instance() -> None:
    runtime = ticket()
    assert list(runtime.machines) == ["ticket", "merchant", "till"]
    assert isinstance(runtime.machines["ticket"], HierarchicalMachine)
    assert not isinstance(runtime.machines["till"], HierarchicalMachine)
    assert isinstance(runtime.machines["till"], Machine)
    assert runtime.machines["ticket"].state == "open.new"
    assert runtime.machines["ticket"].get_triggers("open") == ["<spontaneous>", "agree", "modify"]
    runtime.fire("agree")
    assert runtime.machines["ticket"].state == "paid"


def test_a_machine_alone_decides_nothing() -> None:
    runtime = ticket()
    machine = runtime.machines["ticket"]
    assert not machine.trigger_event(machine, "agree")
    assert machine.state == "open.new"


def test_a_deadline_fires_at_its_instant_and_what_follows_is_still_possible() -> None:
    runtime = ticket()
    runtime.clock.advance(hours=47)
    assert runtime.machines["ticket"].state == "open.new"
    runtime.clock.advance(hours=30)
    assert runtime.machines["ticket"].state == "late"
    assert runtime.steps == (
        Delay(47), Delay(1), Occurrence("", (), (Move("ticket", 2),)), Delay(29)
    )  # fmt: skip
    assert replay(runtime.spec, runtime.run()).times[-1] == runtime.time == 77


def test_waiting_leaves_the_last_instant_open() -> None:
    """At exactly 48 h the merchant and the deadline may both come first."""
    for event, place in (("agree", "paid"), ("", "late")):
        runtime = ticket()
        runtime.wait(48)
        assert runtime.machines["ticket"].state == "open.new"
        if event:
            runtime.fire(event)
        runtime.settle()
        assert runtime.machines["ticket"].state == place


def test_a_deadline_is_kept_across_a_long_time_in_a_few_steps() -> None:
    runtime = Runtime(FLAGSHIP)
    runtime.fire("ship", bulk=False)
    runtime.fire("apply", asked=2, boxes=1, passed=True, complete=True)
    runtime.clock.advance(days=365)
    assert runtime.machines["ticket"].state == "approved"
    assert runtime.machines["decision"].state == "by_timeout"
    assert len(runtime.steps) == 6


def test_several_deadlines_fire_in_sequence_each_at_its_own_instant() -> None:
    runtime = Runtime(
        spec_of("""
    machines:
      a:
        states: {s: , t: , hot: {urgent: true}, end: }
        transitions:
          - {from: s, after: 2h, to: t}
          - {from: t, after: 3h, to: hot}
          - {from: hot, to: end}
    """)
    )
    seen: list[tuple[int, str]] = []
    runtime.on_step(lambda step, snapshot: seen.append((runtime.time, snapshot.locations[0][1])))
    runtime.clock.advance(hours=9)
    assert seen == [(2, "s"), (2, "t"), (5, "t"), (5, "hot"), (5, "end"), (9, "end")]


@pytest.mark.parametrize(
    ("guard", "hour"),
    [("c >= 10h", 10), ("c > 10h", 11), ("c != 2h", 3), ("not (c <= 20h)", 21), ("c == 30h", 30)],
)
def test_a_deadline_that_waits_for_a_clock_fires_when_its_guard_turns(
    guard: str, hour: int
) -> None:
    """Long after its time, and long before any other duration of the spec."""
    runtime = Runtime(
        spec_of(f"""
    unit: 1h
    clocks: {{c: {{}}}}
    machines:
      a: {{states: {{s: , t: }}, transitions: [{{from: s, after: 2h, when: {guard}, to: t}}]}}
    """)
    )
    fired: list[int] = []
    runtime.on_step(
        lambda step, _: fired.append(runtime.time) if isinstance(step, Occurrence) else None
    )
    runtime.clock.advance(hours=100)
    assert fired == [hour]


def test_a_paused_clock_keeps_its_reading() -> None:
    runtime = Runtime(
        spec_of("""
    clocks: {c: {paused_when: p == off}}
    events: {switch: {}}
    machines:
      p: {states: {on: , off: }, transitions: [
        {from: on, on: switch, to: off}, {from: off, on: switch, to: on}]}
      a: {states: {s: , t: }, transitions: [{from: s, after: 3h, clock: c, to: t}]}
      b: {states: {s: }, transitions: [{not_before: 1h, when: a == t, to: s}]}
    """)
    )
    runtime.wait(2)
    runtime.fire("switch")
    runtime.clock.advance(hours=50)
    assert (runtime.machines["a"].state, dict(runtime.state.clocks)["c"]) == ("s", 2)
    assert runtime.next_deadline() is None
    runtime.fire("switch")
    assert runtime.next_deadline() == 53 * 3_600_000
    runtime.clock.advance(hours=1)
    assert runtime.machines["a"].state == "t"


TIE = """
variables: {first: {values: [nobody, one, two]}}
machines:
  one: {states: {s: , t: }, transitions: [
    {from: s, after: 1h, to: t, when: first == nobody, set: {first: one}}]}
  two: {states: {s: , t: }, transitions: [
    {from: s, after: 1h, to: t, when: first == nobody, set: {first: two}}]}
"""


def test_ties_come_in_the_order_of_the_spec_unless_somebody_chooses() -> None:
    runtime = Runtime(spec_of(TIE))
    runtime.clock.advance(hours=1)
    assert dict(runtime.state.snapshot.values) == {"first": "one"}
    runtime = Runtime(spec_of(TIE), choose=lambda choices: choices[-1])
    runtime.clock.advance(hours=1)
    assert dict(runtime.state.snapshot.values) == {"first": "two"}


def test_runtimes_that_share_a_clock_are_woken_in_the_order_of_time() -> None:
    clock = VirtualClock(now=1_000)
    slow, fast = (Runtime(spec_of(bounded(f"after: {d}")), clock=clock) for d in ("3h", "1h"))
    order: list[str] = []
    slow.on_step(lambda step, _: order.append(f"slow {step}") if step != Delay(1) else None)
    fast.on_step(lambda step, _: order.append("fast") if isinstance(step, Occurrence) else None)
    clock.advance(hours=6)
    assert order[0] == "fast"
    assert slow.machines["a"].state == fast.machines["a"].state == "t"
    assert clock.now == 1_000 + 6 * 3_600_000


@pytest.mark.parametrize("hours", [1, 3])  # at the instant where the clock stops, and before it
def test_runtimes_that_are_due_at_once_are_woken_in_the_order_of_their_making(hours: int) -> None:
    clock = VirtualClock()
    order: list[int] = []

    def note(number: int) -> Callable[[object, object], None]:
        return lambda step, _: order.append(number) if isinstance(step, Occurrence) else None

    for number in range(3):
        Runtime(spec_of(bounded("after: 1h")), clock=clock).on_step(note(number))
    clock.advance(hours=hours)
    assert order == [0, 1, 2]


def test_an_impossible_event_says_where_things_are_what_is_missing_and_what_is_possible() -> None:
    runtime = ticket(start={"amount": 3})
    with pytest.raises(NotPossible) as caught:
        runtime.fire("agree")
    assert caught.value.possible == ("modify",)
    assert str(caught.value) == (
        "F641 `agree` cannot happen now\n"
        "  merchant is in works: its guard is false: amount <= 2 (R2)\n"
        "  possible now: modify"
    )
    assert "条件不成立：amount <= 2 (R2)" in caught.value.words("zh")
    with pytest.raises(NotPossible, match=r"till is in shut: it happens only from ready"):
        runtime.fire("pay")
    early = Occurrence("", (), (Move("ticket", 0),))
    with pytest.raises(NotPossible, match="too early, possible in 1 h"):
        runtime.take(early)
    runtime.wait(1)
    runtime.take(early)
    assert runtime.machines["ticket"].state == "open.seen"


def test_an_unknown_event_or_field_is_refused() -> None:
    for event, fields, message in (
        ("pray", {}, "no event 'pray'"),
        ("modify", {"by": 1}, "no field 'by'"),
        ("modify", {"to": 9}, "cannot be '9'"),
    ):
        with pytest.raises(UsageError, match=message) as caught:
            ticket().fire(event, **fields)
        assert caught.value.code == "F640"


def test_a_request_that_means_several_steps_needs_a_choice() -> None:
    runtime = ticket()
    with pytest.raises(Ambiguous, match="in 4 ways") as caught:
        runtime.fire("modify")
    assert len(caught.value.choices) == 4
    runtime.fire("modify", choose=lambda choices: choices[2])
    assert dict(runtime.state.snapshot.values) == {"amount": 2}
    runtime.fire("modify", to=1)
    assert dict(runtime.state.snapshot.values) == {"amount": 1}


FAULTY = """
rules: {R1: {en: one more, zh: 加一}}
variables: {x: {range: 0..1, initial: 1}}
events: {more: {}}
machines:
  a: {states: {s: , t: }, transitions: [
    {from: s, on: more, to: t, set: {x: x + 1}, rules: [R1]}, {from: t, to: s}]}
"""


def test_a_fault_raises_with_its_place_and_rule_and_changes_nothing() -> None:
    runtime = Runtime(spec_of(FAULTY))
    before = runtime.state
    assert runtime.enabled() == runtime.possible() == ()
    with pytest.raises(SpecFault, match=r"<text>:\d+:\d+: `x` would become 2.*\(R1\)") as caught:
        runtime.fire("more")
    assert (caught.value.fault.kind, caught.value.rules) == ("range", ("R1",))
    assert "将变为 2" in caught.value.words("zh")
    assert runtime.state == before
    assert runtime.steps == ()


def test_a_timelock_and_a_zeno_loop_raise() -> None:
    stuck = Runtime(
        spec_of("""
    machines:
      a: {states: {s: , t: {urgent: true}}, transitions: [{from: s, after: 1h, to: t}]}
    """)
    )
    with pytest.raises(TimeStuck, match=r"timelock.*waiting for a.*a = t") as caught:
        stuck.clock.advance(hours=2)
    assert caught.value.code == "F644"
    assert stuck.clock.now == 3_600_000
    loop = Runtime(
        spec_of("""
    machines:
      a: {states: {s: {urgent: true}}, transitions: [{from: s, to: s}, {not_before: 1h, to: s}]}
    """)
    )
    with pytest.raises(TimeStuck) as caught:
        loop.clock.advance(hours=1)
    assert caught.value.code == "F645"


def test_what_nothing_forces_does_not_happen_by_itself() -> None:
    runtime = ticket()
    runtime.clock.advance(hours=40)
    assert runtime.machines["ticket"].state == "open.new"


def test_where_time_waits_for_others_they_are_taken() -> None:
    """The urgent state is left once `key` has turned, which nothing else forces."""
    runtime = Runtime(
        spec_of("""
    machines:
      a: {states: {s: {urgent: true}, t: }, transitions: [{from: s, when: key == on, to: t}]}
      key: {states: {off: , on: }, transitions: [{from: off, to: on}]}
      b: {states: {s: }, transitions: [{not_before: 1h, to: s}]}
    """)
    )
    runtime.clock.advance(hours=1)
    assert dict(runtime.state.snapshot.locations) == {"a": "t", "key": "on", "b": "s"}


def test_what_a_machine_does_by_itself_comes_before_what_somebody_decides() -> None:
    runtime = Runtime(
        spec_of("""
    events: {ring: {}}
    machines:
      a:
        states: {s: {urgent: true}, t: , u: }
        transitions: [{from: s, on: ring, to: u}, {from: s, to: t}, {from: u, after: 1h, to: u}]
    """)
    )
    assert runtime.possible() == ("ring",)
    runtime.clock.advance(hours=1)
    assert runtime.machines["a"].state == "t"


def test_callbacks_of_the_machines_are_called_and_one_that_raises_undoes_the_step() -> None:
    runtime = ticket()
    machine = runtime.machines["ticket"]
    seen: list[str] = []
    machine.after_state_change = lambda event: seen.append(event.kwargs["occurrence"].event)
    machine.get_state("paid").add_callback("enter", lambda event: 1 // 0)
    before = runtime.state
    with pytest.raises(ZeroDivisionError):
        runtime.fire("agree")
    assert runtime.state == before
    assert machine.state == "open.new"
    runtime.fire("modify", to=3)
    assert seen == ["modify"]
    with pytest.raises(NotPossible):
        runtime.fire("agree")


def test_a_callback_cannot_take_a_step_within_a_step_but_an_observer_can() -> None:
    runtime = ticket()
    runtime.machines["ticket"].after_state_change = lambda event: runtime.fire("modify", to=1)
    with pytest.raises(UsageError, match="under way"):
        runtime.fire("agree")
    runtime = ticket()

    def once(step: object, snapshot: Snapshot) -> None:
        runtime.no_longer(once)
        runtime.fire("agree")

    runtime.on_step(once)
    runtime.fire("modify", to=1)
    assert runtime.machines["ticket"].state == "paid"


def test_events_between_units_need_a_finer_unit() -> None:
    with pytest.raises(UsageError, match="between two units"):
        Runtime(FLAGSHIP).clock.advance(hours=36)
    runtime = Runtime(FLAGSHIP, unit=3_600_000)
    runtime.clock.advance(hours=36)
    assert runtime.time == 36
    with pytest.raises(UsageError) as caught:
        Runtime(FLAGSHIP, unit=7_000)
    assert caught.value.code == "F605"
    with pytest.raises(UsageError, match="does not run back"):
        runtime.clock.advance(hours=-1)


def test_a_variant_and_a_start_are_checked() -> None:
    with pytest.raises(UsageError, match="no switch or question 'speed'"):
        ticket(variant={"speed": 1})
    with pytest.raises(UsageError, match="cannot be 'maybe'"):
        Runtime(FLAGSHIP, {"overlap": "maybe"})
    assert Runtime(FLAGSHIP).variant["overlap"] == "first_wins"
    assert dict(ticket(start={"amount": 2}).state.snapshot.values) == {"amount": 2}
    with pytest.raises(UsageError, match="no run starts"):
        ticket(start={"amount": 7})
    with pytest.raises(UsageError, match="no variable 'mount'"):
        ticket(start={"mount": 1})


def test_a_spec_without_time_has_none() -> None:
    runtime = Runtime(spec_of(FAULTY))
    runtime.clock.advance(hours=1)
    assert (runtime.unit, runtime.steps, runtime.next_deadline()) == (None, (), None)
    with pytest.raises(UsageError, match="cannot pass"):
        runtime.wait(1)


def test_the_library_is_silent(caplog: pytest.LogCaptureFixture) -> None:
    runtime = ticket()
    with caplog.at_level(logging.DEBUG):
        runtime.fire("agree")
    assert not caplog.records
