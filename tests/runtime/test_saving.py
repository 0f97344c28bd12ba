"""Saving and restoring: the three policies for timers, and texts that cannot be trusted."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsm.errors import UsageError
from fsm.runtime.clock import VirtualClock
from fsm.runtime.runtime import Runtime
from fsm.runtime.saving import Timers
from fsm.semantics.trace import Delay
from tests.semantics.reading import spec_of

HOUR = 3_600_000
TEXT = """
unit: 1h
switches: {fast: bool}
variables: {x: {range: 0..2}, list: {type: bool, length: 2}, mood: {values: [good, bad]}}
clocks: {c: {paused_when: b == t}}
events: {e: {}}
machines:
  a:
    states: {open: {states: {s: , u: }}, late: , gone: }
    transitions:
      - {from: open, after: 10h, to: late}
      - {from: late, after: 4h, to: gone}
      - {from: s, on: e, to: u, set: {x: 2, "list[1]": true, mood: bad}}
  b:
    states: {s: , t: }
    transitions: [{from: s, after: 12h, clock: c, to: t}]
"""
SPEC = spec_of(TEXT)


def after_six_hours() -> str:
    runtime = Runtime(SPEC, {"fast": True}, clock=VirtualClock(now=500))
    runtime.clock.advance(hours=4)
    runtime.fire("e")
    runtime.clock.advance(hours=2)
    return runtime.save()


def fires_after(runtime: Runtime) -> list[tuple[int, str]]:
    """The hours from now, and the places that deadlines lead to, in order."""
    seen: list[tuple[int, str]] = []
    began = runtime.time

    def note(step: object, snapshot: Any) -> None:
        if not isinstance(step, Delay):
            seen.append((runtime.time - began, " ".join(p for _, p in snapshot.locations)))

    runtime.on_step(note)
    runtime.clock.advance(hours=40)
    return seen


@pytest.mark.parametrize(
    ("timers", "outage", "expected"),
    [
        ("original", 0, [(4, "late s"), (6, "late t"), (8, "gone t")]),
        ("original", 3, [(1, "late s"), (3, "late t"), (5, "gone t")]),
        ("original", 5, [(1, "late t"), (3, "gone t")]),  # one has been missed
        ("original", 9, []),  # all have
        ("remaining", 0, [(4, "late s"), (6, "late t"), (8, "gone t")]),
        ("remaining", 100, [(4, "late s"), (6, "late t"), (8, "gone t")]),
        ("restart", 100, [(10, "late s"), (12, "late t"), (14, "gone t")]),
    ],
)
def test_timers(timers: Timers, outage: int, expected: list[tuple[int, str]]) -> None:
    now = 500 + (6 + outage) * HOUR
    runtime = Runtime.restore(SPEC, after_six_hours(), timers=timers, now=now)
    assert runtime.clock.now == now
    assert dict(runtime.state.snapshot.values) == {"x": 2, "list": (False, True), "mood": "bad"}
    assert runtime.variant == {"fast": True}
    assert fires_after(runtime) == expected


def test_what_was_missed_fires_in_the_order_of_its_instants() -> None:
    runtime = Runtime.restore(SPEC, after_six_hours(), timers="original", now=500 + 20 * HOUR)
    places = [snapshot.locations for snapshot in runtime.run().snapshots]
    assert [" ".join(p for _, p in place) for place in places] == [
        "u s", "u s", "late s", "late s", "late t", "late t", "gone t", "gone t"
    ]  # fmt: skip
    assert [step.units for step in runtime.steps if isinstance(step, Delay)] == [4, 2, 2, 6]


def test_a_restored_runtime_goes_on_as_the_saved_one() -> None:
    text = after_six_hours()
    one = Runtime.restore(SPEC, text, timers="remaining")
    assert one.save() == text
    clock = VirtualClock(now=500 + 6 * HOUR)
    other = Runtime.restore(SPEC, text, timers="original", clock=clock)
    for runtime in (one, other):
        runtime.wait(3)
    assert one.state == other.state


def test_another_spec_or_version_is_refused() -> None:
    text = after_six_hours()
    other = spec_of(TEXT.replace("after: 4h", "after: 5h"))
    renamed = json.loads(text) | {"spec": "else"}
    for spec, saved in ((other, text), (SPEC, json.dumps(renamed))):
        with pytest.raises(UsageError) as caught:
            Runtime.restore(spec, saved, timers="original")
        assert caught.value.code == "F648"
    same = spec_of(TEXT + "properties: {p: {never: x == 1}}\ntitle: words\n")
    Runtime.restore(same, text, timers="original")  # words and claims do not change what it means


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["fsm_runtime"], 2), (["spec"], None), (["unit"], 7), (["unit"], 0), (["time"], -1),
        (["time"], True), (["at"], "noon"), (["began"], 1.5), (["extra"], 1), (["at"], 0),
        (["variant"], {}), (["variant", "fast"], "yes"), (["states", "a"], "open"),
        (["states", "a"], []), (["states", "z"], "s"), (["variables", "x"], 3),
        (["variables", "x"], True), (["variables", "list"], [True]), (["variables", "list"], 1),
        (["variables", "list"], [1, True]), (["variables", "mood"], "meh"),
        (["variables", "mood"], {}), (["clocks", "c"], 99), (["clocks", "c"], -1),
        (["clocks"], []), (["clocks", "a@s"], 1),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(path: list[str], value: object) -> None:
    document = json.loads(after_six_hours())
    inner = document
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    with pytest.raises(UsageError) as caught:
        Runtime.restore(SPEC, json.dumps(document), timers="original")
    assert caught.value.code in {"F647", "F648", "F603", "F605"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(st.text(max_size=40) | json_values.map(json.dumps))
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        Runtime.restore(SPEC, text, timers="original")
    assert caught.value.code == "F647"


@given(st.sampled_from(sorted(json.loads(after_six_hours()))), json_values)
def test_a_spoiled_part_is_refused_or_harmless(key: str, value: object) -> None:
    document = json.loads(after_six_hours()) | {key: value}
    try:
        runtime = Runtime.restore(SPEC, json.dumps(document), timers="remaining")
    except UsageError:
        return
    assert key in {"began", "at"} or document == json.loads(runtime.save())


def test_time_does_not_run_back() -> None:
    with pytest.raises(UsageError, match="before the state was saved"):
        Runtime.restore(SPEC, after_six_hours(), timers="original", now=0)
