"""Rule 3.7: clocks, bounds, deadlines, urgency, pauses; and what happens at the same instant."""

from dataclasses import replace

import pytest

from fsm.errors import UsageError
from fsm.expressions import (
    Apply,
    ArrayType,
    ClockRead,
    DurationType,
    Element,
    IntType,
    Local,
    Op,
    Quantified,
    Quantifier,
)  # fmt: skip
from fsm.model import Formula
from fsm.semantics.units import durations, longest, unit_of
from tests.semantics.reading import at, clock, go, options, spec_of, start, system

H = 3_600_000


def bounded(keys: str, extra: str = "") -> str:
    return f"""
machines:
  a:
    states: {{s: , t: }}
    transitions: [{{from: s, {keys}, to: t}}]
{extra}
"""


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


@pytest.mark.parametrize(
    ("keys", "rest", "values"),
    [
        ("after: 48h", "", {48}),
        ("between: [6h, 4h + 6h]", "", {6, 10}),
        ("between: [0h, 6h]", "", {0, 6}),
        ("not_before: 4h, not_after: 10h", "", {4, 10}),
        ("after: d", "constants: {d: 36h, unused: 1h}", {36}),
        ("after: d", "switches: {d: {range: 24h..72h, step: 24h}}", {24, 48, 72}),
        ("after: 2 * d + 1h", "switches: {d: {range: 2h..5h, step: 3h}}", {5, 11}),
        ("after: if s then 6h else 9h", "switches: {s: bool}", {6, 9}),
        ("when: c >= 6h or 9h > c", "clocks: {c: {}}", {6, 9}),
        ("after: 9h, set: {x: c >= 6h}", "clocks: {c: {}}\nvariables: {x: {type: bool}}", {6, 9}),
        ('choose: {k: 1..2}, when: "c >= t[k]"',
         "clocks: {c: {}}\nconstants: {t: [1h, 4h, 10h]}", {4, 10}),
        ('when: "any(k in 0..1: c >= t[k])"',
         "clocks: {c: {}}\nconstants: {t: [4h, 10h, 1h]}", {4, 10}),
        ("to: t", "properties: {p: {eventually: a == t, within: 6h}}", {6}),
        ("on: e", "events: {e: {}}\nproperties: {p: {never: since(e) > 4h}}", {4}),
        ("when: d == 1h, after: 5h", "switches: {d: {range: 1h..2h, step: 1h}}", {5}),
        ("to: t", "clocks: {c: {paused_when: c >= 7h}}", {7}),
    ],
)  # fmt: skip
def test_the_unit_divides_every_duration_that_is_measured(
    keys: str, rest: str, values: set[int]
) -> None:
    text = bounded(keys) if keys != "to: t" else bounded("when: a == s")
    spec = spec_of(text + rest)
    assert durations(spec) == {v * H for v in values}
    unit = unit_of(spec)
    assert unit is not None and {v * H % unit for v in values} == {0}
    assert all(any(v * H % (k * unit) for v in values) for k in (2, 3, 5))
    assert longest(spec, unit) == max(values) * H // unit


def test_the_values_of_a_quantified_name_are_those_of_its_range() -> None:
    """Also in a model built by hand, whose names say nothing about their values."""
    k = Local("k", IntType())
    table = Element("t", (4 * H, 10 * H, H), ArrayType(DurationType(), 3), (k,))
    late = Quantified(Quantifier.ANY, "k", 0, 1, Apply(Op.GE, (ClockRead("c"), table)))
    spec = spec_of(bounded("when: a == s", "clocks: {c: {}}"))
    (machine,) = spec.machines
    guarded = replace(machine.transitions[0], guard=Formula(late, ""))
    spec = replace(spec, machines=(replace(machine, transitions=(guarded,)),))
    assert durations(spec) == {4 * H, 10 * H}


def test_the_bounds_of_each_copy_count() -> None:
    spec = spec_of("""
        constants: {window: [2h, 6h, 1h]}
        machines:
          a:
            count: 2
            states: {s: , t: }
            transitions: [{from: s, after: "window[index]", to: t}]
    """)
    assert durations(spec) == {2 * H, 6 * H}
    assert unit_of(spec) == 2 * H


def test_a_stated_unit_counts_if_it_divides_all() -> None:
    text = bounded("between: [4h, 6h]")
    assert unit_of(spec_of("unit: 1h" + text)) == H
    assert unit_of(spec_of(text)) == 2 * H
    with pytest.raises(UsageError) as refused:
        unit_of(spec_of("unit: 4h" + text))
    assert refused.value.code == "F605"
    assert unit_of(spec_of("unit: 1h" + bounded("when: a == s"))) is None


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
