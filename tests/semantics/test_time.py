"""Rule 3.7: clocks, bounds, deadlines, urgency, pauses; and what happens at the same instant."""

import pytest

from tests.semantics.reading import at, bounded, clock, go, options, spec_of, start, system


def timeline(keys: str, extra: str = "") -> str:
    """At each of five units: `.` nothing but time, `?` may happen, `!` must happen."""
    i = system(bounded(keys, extra))
    state, seen = start(i), ""
    while len(seen) < 5 and not seen.endswith("!"):
        found = options(i, state)
        seen += {("+1",): ".", ("a:0", "+1"): "?", ("a:0",): "!"}[tuple(found)]
        if "+1" in found:
            state = go(i, state, "+1")
    return seen


@pytest.mark.parametrize(
    ("keys", "seen"),
    [
        ("between: [1h, 3h]", ".??!"),
        ("between: [0h, 1h]", "?!"),
        ("after: 2h", "..!"),
        ("not_before: 2h", "..???"),
        ("not_after: 2h, not_before: 1h", ".??.."),
    ],
)
def test_bounds_are_closed_and_only_between_and_after_force(keys: str, seen: str) -> None:
    # One hour is in every spec, so that the unit is an hour.
    hour = "  b: {states: {s: }, transitions: [{not_before: 1h, when: a == t, to: s}]}"
    assert timeline(keys, hour) == seen


def test_after_is_between_with_one_bound() -> None:
    one, two = spec_of(bounded("after: 2h")), spec_of(bounded("between: [2h, 2h]"))
    assert one.machines[0].transitions[0].timing == two.machines[0].transitions[0].timing


LATE = """
variables: {{open: {{type: bool}}}}
machines:
  a: {{states: {{s: , t: }}, transitions: [{{from: s, {0}, when: open, to: t}}]}}
  key:
    states: {{s: , t: }}
    transitions: [{{from: s, not_before: 3h, to: t, set: {{open: true}}}}]
  b: {{states: {{s: }}, transitions: [{{not_before: 1h, when: a == t, to: s}}]}}
"""


@pytest.mark.parametrize("keys", ["after: 1h", "between: [0h, 1h]"])
def test_a_deadline_whose_guard_becomes_true_late_happens_at_once(keys: str) -> None:
    i = system(LATE.format(keys))
    late = go(i, start(i), "+4")
    assert options(i, late) == ["key:0", "+1"]  # a false guard forces nothing
    assert options(i, go(i, late, "key:0")) == ["a:0"]


def test_what_is_not_forced_is_lost_when_it_is_late() -> None:
    i = system(LATE.format("not_after: 1h"))
    assert options(i, go(i, start(i), "+4", "key:0")) == ["+1"]


def test_at_the_deadline_another_event_may_come_first() -> None:
    """Both orders are explored, and after the other event the deadline is gone."""
    i = system("""
        events: {withdraw: {by: buyer}}
        machines:
          ticket:
            states: {open: , withdrawn: , refunded: }
            transitions:
              - {from: open, on: withdraw, to: withdrawn}
              - {from: open, after: 2h, to: refunded}
          buyer: {states: {s: , t: }, transitions: [{from: s, on: withdraw, to: t}]}
    """)
    due = go(i, start(i), "+1")
    assert options(i, due) == ["withdraw buyer:0 ticket:0", "ticket:1"]
    assert options(i, go(i, due, "withdraw")) == ["+1"]
    assert options(i, go(i, due, "ticket:1")) == ["withdraw buyer:0", "+1"]


def test_equal_deadlines_are_taken_in_either_order() -> None:
    i = system("""
        machines:
          a: {states: {s: , t: }, transitions: [{from: s, after: 1h, to: t}]}
          b: {states: {s: , t: }, transitions: [{from: s, after: 1h, to: t}]}
    """)
    due = go(i, start(i), "+1")
    assert options(i, due) == ["a:0", "b:0"]
    for first, second in (("a:0", "b:0"), ("b:0", "a:0")):
        assert options(i, go(i, due, first)) == [second]
        assert options(i, go(i, due, first, second)) == ["+1"]


def test_two_strategies_at_one_instant() -> None:
    """Two urgent events that exclude each other: either may win, and no time passes before."""
    text = """
        events: {{ship: {{by: x, urgent: true{0}}}, stop: {{by: y, urgent: true{1}}}}}
        variables: {{parcel: {{values: [here, sent, held]}}}}
        machines:
          x:
            states: {{s: }}
            transitions: [{{on: ship, when: parcel == here, set: {{parcel: sent}}}}]
          y:
            states: {{s: }}
            transitions: [{{on: stop, when: parcel == here, set: {{parcel: held}}}}]
          t: {{states: {{s: , t: }}, transitions: [{{from: s, not_before: 1h, to: t}}]}}
    """
    i = system(text.format("", ""))
    assert options(i, start(i)) == ["ship x:0", "stop y:0"]
    assert options(i, go(i, start(i), "stop")) == ["+1"]
    decided = system(text.format(", priority: 1", ", priority: 2"))
    assert options(decided, start(decided)) == ["stop y:0"]


def test_clock_comparisons_in_guards_force_nothing() -> None:
    i = system("""
        clocks: {c: {}}
        machines:
          a: {states: {s: , t: }, transitions: [{from: s, when: c >= 1h and c < 3h, to: t}]}
    """)
    assert options(i, start(i)) == ["+1"]
    assert options(i, go(i, start(i), "+2")) == ["a:0", "+1"]
    assert options(i, go(i, start(i), "+3")) == ["+1"]


def test_urgent_events_stop_time_only_while_they_can_occur() -> None:
    text = """
        events: {{e: {{by: a, urgent: true, sync: all{0}}}, high: {{priority: 2}}}}
        machines:
          a: {{states: {{s: , t: }}, transitions: [{{from: s, on: e, to: t}}]}}
          b:
            states: {{s: , t: }}
            transitions: [{{from: t, on: e, to: s}}, {{from: s, not_before: 1h, to: t}}]
          c: {{states: {{s: }}, transitions: [{{on: high, when: b == t, to: s}}]}}
    """
    i = system(text.format(""))
    assert options(i, start(i)) == ["+1"]  # its owner could, the other machine cannot
    both = go(i, start(i), "+1", "b:1")
    assert options(i, both) == ["e a:0 b:0", "high c:0"]
    low = system(text.format(", priority: 1"))
    assert options(low, go(low, start(low), "+1", "b:1")) == ["high c:0"]  # priorities aside


@pytest.mark.parametrize("where", ["OUTER", "MID", "S"])
def test_urgent_states_at_any_depth_stop_time(where: str) -> None:
    text = """
        machines:
          a:
            states: {outer: {OUTER states: {mid: {MID states: {s: {S}}}}}, t: }
            transitions: [{from: s, to: t}]
          b: {states: {s: }, transitions: [{not_before: 1h, when: a != t, to: s}]}
    """.replace(f"{{{where}", "{urgent: true,")
    i = system(text.replace("OUTER", "").replace("MID", "").replace("{S}", "{}"))
    assert options(i, start(i)) == ["a:0"]
    assert options(i, go(i, start(i), "a:0")) == ["+1"]


def test_a_forced_transition_waits_for_any_field_or_choice_that_its_guard_accepts() -> None:
    i = system("""
        events: {e: {by: a, fields: {f: {range: 0..1}}}}
        variables: {x: {range: 0..3}}
        machines:
          a:
            states: {s: , t: }
            transitions:
              - {from: s, on: e, choose: {k: 0..2}, after: 1h, when: f + k == x, to: t}
              - {from: s, when: x < 3, set: {x: 3}}
              - {from: s, when: x == 3, set: {x: 0}}
    """)
    due = go(i, start(i), "+1")
    assert options(i, due) == ["e(f=0) a:0(k=0)", "a:1"]
    three = go(i, due, "a:1")
    assert options(i, three) == ["e(f=1) a:0(k=2)", "a:2"]


def test_nothing_forces_a_transition_whose_guard_has_no_value() -> None:
    i = system("""
        variables: {zero: {range: 0..2}}
        machines:
          a:
            states: {s: , t: }
            transitions: [{from: s, after: 1h, when: 2 // zero == 1, to: t}]
    """)
    assert options(i, go(i, start(i), "+1")) == ["a:0 !division a:0", "+1"]


def test_a_guard_is_not_read_before_its_time() -> None:
    i = system("""
        variables: {zero: {range: 0..2}}
        machines:
          a:
            states: {s: , t: }
            transitions: [{from: s, not_before: 1h, when: 2 // zero == 1, to: t}]
    """)
    assert options(i, start(i)) == ["+1"]


NESTED = """
events: {e: {by: a}, inner: {by: a}, anew: {by: a}, back: {by: a}, stay: {by: a}, around: {by: a}}
machines:
  a:
    states: {out: {states: {mid: {states: {s: , t: }}, r: }}, end: }
    transitions:
      - {from: out, on: inner, to: t}
      - {from: out, on: anew, to: out}
      - {from: out, on: stay}
      - {from: out, on: around, to: r}
      - {from: out, on: e, to: end}
      - {from: end, on: back, to: t}
      - {from: s, on: inner, to: s}
      - {not_before: 1h, on: stay}
"""


@pytest.mark.parametrize(
    ("steps", "clocks"),
    [
        (["stay"], {"out": 3, "mid": 3, "s": 3}),
        (["inner"], {"out": 3, "mid": 3, "s": 0}),  # to: s, anew
        (["inner", "+1", "around", "+1", "inner"], {"out": 5, "mid": 0, "t": 0}),
        (["anew"], {"out": 0, "mid": 0, "s": 0}),
        (["around"], {"out": 3, "r": 0}),
        (["e", "+2"], {"end": 2}),
        (["e", "+2", "back", "+1"], {"out": 1, "mid": 1, "t": 1}),
    ],
)
def test_which_clocks_restart(steps: list[str], clocks: dict[str, int]) -> None:
    i = system(NESTED)
    state = go(i, start(i), "+3", *steps)
    total = 3 + sum(int(s[1:]) for s in steps if s.startswith("+"))
    assert dict(state.clocks) == {"a@": total} | {f"a@{s}": t for s, t in clocks.items()}


def test_time_is_measured_in_the_innermost_source() -> None:
    """`from` a composite state: the time in that; a list: in the innermost of its states that the
    machine is in; no `from`: since the start."""
    i = system("""
        events: {move: {by: a}}
        machines:
          a:
            states: {out: {states: {s: , t: }}}
            transitions:
              - {from: [s, t], on: move, to: t}
              - {from: out, not_before: 2h, to: s}
              - {from: [t, out], not_before: 1h, to: s}
              - {not_before: 3h, to: s}
    """)
    state = go(i, start(i), "+2", "move")
    assert options(i, state) == ["move a:0", "a:1", "+1"]
    assert options(i, go(i, state, "+1")) == ["move a:0", "a:1", "a:2", "a:3", "+1"]


def test_named_clocks_start_at_zero_run_and_are_reset() -> None:
    i = system("""
        clocks: {c: {}, d: {}}
        machines:
          a:
            states: {s: , t: }
            transitions:
              - {from: s, clock: c, not_before: 2h, reset: c, to: t}
              - {from: t, clock: c, after: 1h, reset: [c, d], to: s}
              - {when: d >= 5h, to: s}
    """)
    state = go(i, start(i), "+2", "a:0")
    assert (clock(state, "c"), clock(state, "d")) == (0, 2)
    state = go(i, state, "+1")
    assert options(i, state) == ["a:1"]
    state = go(i, state, "a:1")
    assert (clock(state, "c"), clock(state, "d")) == (0, 0)


def test_a_paused_clock_stands_still_and_goes_on() -> None:
    i = system("""
        clocks: {c: {paused_when: a == waiting and frozen}}
        switches: {frozen: bool}
        events: {wait: {by: a}, go_on: {by: a}}
        machines:
          a:
            states: {s: , waiting: , done: }
            transitions:
              - {from: s, on: wait, to: waiting}
              - {from: waiting, on: go_on, to: s}
              - {from: [s, waiting], clock: c, after: 3h, to: done}
              - {from: s, clock: c, not_before: 1h, to: done}
    """, frozen=True)  # fmt: skip
    state = go(i, start(i), "+1", "wait", "+5")
    assert (clock(state, "c"), clock(state, "a@waiting"), clock(state, "a@")) == (1, 5, 6)
    state = go(i, state, "go_on", "+2")
    assert clock(state, "c") == 3
    assert "+1" not in options(i, state)


def test_clocks_of_copies_are_their_own() -> None:
    i = system("""
        machines:
          a:
            count: 2
            clocks: {c: {paused_when: index == 1}}
            states: {s: , t: }
            transitions:
              - {from: s, to: t, reset: c}
              - {from: t, clock: c, not_before: 1h, to: s, reset: "a[1 - index].c"}
    """)
    state = go(i, start(i), "+2", "a[0]:0", "+1")
    assert [clock(state, n) for n in ("a[0].c", "a[1].c", "a[0]@t", "a[1]@s")] == [1, 0, 1, 3]
    assert clock(go(i, state, "a[0]:1"), "a[0].c") == 1


def test_a_spec_without_durations_has_no_time() -> None:
    i = system("""
        clocks: {unused: {}}
        machines: {a: {states: {s: , t: }, transitions: [{from: s, to: t, reset: unused}]}}
    """)
    assert i.unit is None
    assert options(i, start(i)) == ["a:0"]
    assert options(i, go(i, start(i), "a:0")) == []


def test_where_all_durations_are_zero_time_still_passes() -> None:
    i = system(bounded("after: 0h"))
    assert i.unit == 1
    assert options(i, start(i)) == ["a:0"]
    assert options(i, go(i, start(i), "a:0")) == ["+1"]


def test_time_leaves_everything_else_alone() -> None:
    i = system(bounded("not_before: 2h", "variables: {x: {range: 0..1}}"))
    later = go(i, start(i), "+1")
    assert later.snapshot == start(i).snapshot
    assert at(later, "a") == "s"
