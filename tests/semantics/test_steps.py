"""Rules 3.1 to 3.6: who takes part in a step, when one can happen, and what it changes."""

import pytest
from msgspec.structs import replace

from fsm.semantics.interpreter import Fault, Interpreter
from fsm.semantics.trace import Move, Occurrence
from tests.semantics.reading import at, go, options, spec_of, start, system

LIGHT = """
events: {press: {by: hand}}
machines:
  hand:
    states: {ready: , tired: }
    transitions: [{from: ready, on: press, to: tired}]
  lamp:
    states: {off: , on_: }
    transitions: [{from: off, on: press, to: on_}]
"""


def test_an_occurrence_for_each_choice_of_fields() -> None:  # 3.1
    i = system("""
        events: {pay: {by: buyer, fields: {amount: {range: 1..2}, late: bool}}}
        variables: {paid: {range: 0..2}}
        machines:
          buyer:
            states: {here: }
            transitions: [{on: pay, when: not (amount == 2 and late), set: {paid: amount}}]
    """)
    assert options(i, start(i)) == [
        "pay(amount=1, late=False) buyer:0",
        "pay(amount=1, late=True) buyer:0",
        "pay(amount=2, late=False) buyer:0",
    ]
    assert at(go(i, start(i), "pay(amount=2, late=False)"), "paid") == 2


def test_owner_and_listeners_move_together() -> None:  # 3.2
    i = system(LIGHT)
    assert options(i, start(i)) == ["press hand:0 lamp:0"]
    after = go(i, start(i), "press")
    assert (at(after, "hand"), at(after, "lamp")) == ("tired", "on_")


def test_a_listener_without_an_enabled_transition_stays_and_stops_nobody() -> None:  # 3.2
    i = system(LIGHT.replace("from: off,", "from: on_,"))
    assert options(i, start(i)) == ["press hand:0"]
    assert at(go(i, start(i), "press"), "lamp") == "off"


def test_the_owner_decides_when_its_event_happens() -> None:  # 3.3
    i = system(LIGHT.replace("from: ready,", "from: tired,"))
    assert options(i, start(i)) == []


def test_every_machine_takes_part_by_one_of_its_transitions_in_every_way() -> None:  # 3.2, 3.6
    i = system("""
        events: {e: {by: b}}
        machines:
          a:
            states: {s: , t: , u: }
            transitions: [{from: s, on: e, to: t}, {from: s, on: e, to: u}]
          b:
            states: {s: , t: , u: }
            transitions: [{from: s, on: e, to: t}, {from: s, on: e, to: u}]
    """)
    assert options(i, start(i)) == ["e b:0 a:0", "e b:0 a:1", "e b:1 a:0", "e b:1 a:1"]


NOBODY = """
events: {rain: {}}
machines:
  a: {states: {s: , t: }, transitions: [{from: s, on: rain, to: t}]}
  b: {states: {s: , t: }, transitions: [{from: s, on: rain, to: t}]}
"""


def test_an_event_without_owner_needs_a_listener() -> None:  # 3.3
    i = system(NOBODY)
    assert options(i, start(i)) == ["rain a:0 b:0"]
    one = system(NOBODY.replace("[{from: s, on: rain, to: t}]", "[{from: t, on: rain, to: s}]", 1))
    assert options(one, start(one)) == ["rain b:0"]
    assert options(i, go(i, start(i), "rain")) == []


@pytest.mark.parametrize("owner", ["", "by: a, "])
def test_sync_all_waits_for_every_machine_that_mentions_the_event(owner: str) -> None:  # 3.3
    text = (
        NOBODY.replace("rain: {}", f"rain: {{{owner}sync: all}}")
        + """
  c: {states: {s: , t: }, transitions: [{from: s, to: t}]}
"""
    )
    both = system(text)
    assert options(both, start(both)) == ["rain a:0 b:0", "c:0"]
    one = system(text.replace("b: {states: {s: , t: }, transitions: [{from: s,",
                              "b: {states: {s: , t: }, transitions: [{from: t,"))  # fmt: skip
    assert options(one, start(one)) == ["c:0"]


def test_a_transition_without_event_is_a_step_of_its_machine_alone() -> None:  # 3.4
    i = system("""
        machines:
          a: {states: {s: , t: }, transitions: [{from: s, to: t}]}
          b: {states: {s: , t: }, transitions: [{from: s, to: t}]}
    """)
    assert options(i, start(i)) == ["a:0", "b:0"]
    after = go(i, start(i), "b:0")
    assert (at(after, "a"), at(after, "b")) == ("s", "t")


def test_spontaneous_transitions_of_outer_states_are_steps_too() -> None:  # 3.4, section 2
    i = system("""
        machines:
          a:
            states: {out: {states: {s: , t: }}, u: }
            transitions: [{from: s, to: t}, {from: out, to: u}, {to: u}]
    """)
    assert options(i, start(i)) == ["a:0", "a:1", "a:2"]


def test_assignments_read_the_state_before_and_take_effect_together() -> None:  # 3.5
    i = system("""
        events: {swap: {by: a}}
        variables: {x: {range: 0..9, initial: 1}, y: {range: 0..9, initial: 2}}
        machines:
          a: {states: {s: }, transitions: [{on: swap, when: x == 1, set: {x: y}}]}
          b: {states: {s: }, transitions: [{on: swap, when: y == 2, set: {y: x}}]}
    """)
    after = go(i, start(i), "swap a:0 b:0")
    assert (at(after, "x"), at(after, "y")) == (2, 1)


def test_assignments_of_one_transition_read_the_state_before() -> None:  # 3.5
    i = system("""
        variables: {x: {range: 0..9, initial: 1}, y: {range: 0..9, initial: 2}}
        machines: {a: {states: {s: }, transitions: [{when: x == 1, set: {x: y, y: x}}]}}
    """)
    after = go(i, start(i), "a:0")
    assert (at(after, "x"), at(after, "y")) == (2, 1)


def test_guards_of_listeners_read_the_fields_and_places_before_the_step() -> None:  # 3.5
    i = system("""
        events: {e: {by: a, fields: {f: {range: 0..1}}}}
        machines:
          a: {states: {s: , t: }, transitions: [{from: s, on: e, to: t}]}
          b: {states: {s: , t: }, transitions: [{from: s, on: e, when: a == s and f == 1, to: t}]}
    """)
    assert options(i, start(i)) == ["e(f=0) a:0", "e(f=1) a:0 b:0"]


CLASH = """
events: {{e: {{by: a}}}}
variables:
  x: {{range: 0..3, initial: 1}}
  v: {{range: 0..3, length: 2}}
machines:
  a: {{states: {{s: }}, transitions: [{{on: e, set: {{{0}}}}}]}}
  b: {{states: {{s: }}, transitions: [{{on: e, set: {{{1}}}}}]}}
"""


@pytest.mark.parametrize(
    ("one", "two", "subject"),
    [("x: 2", "x: 2", "x"), ("x: 2", "x: x", "x"), ('"v[1]": 1', '"v[x]": 0', "v")],
)
def test_two_writes_to_one_scalar_are_an_error_that_names_both(
    one: str, two: str, subject: str
) -> None:  # 3.5
    i = system(CLASH.format(one, two))
    ((_, fault),) = i.steps(start(i))
    assert isinstance(fault, Fault)
    assert (fault.kind, fault.subject) == ("conflict", subject)
    for text in (fault.message.zh, fault.message.en):
        assert "a:0" in text and "b:0" in text


def test_different_elements_of_an_array_may_be_written_in_one_step() -> None:  # 3.5
    i = system(CLASH.format('"v[x]": 3', '"v[1 - x]": 2'))
    assert at(go(i, start(i), "e"), "v") == (2, 3)


def test_two_writes_in_one_transition_conflict_as_well() -> None:  # 3.5
    i = system(CLASH.format('"v[x]": 3, "v[1]": 3', "x: 0"))
    assert options(i, start(i)) == ["e a:0 b:0 !conflict v"]


FAULT = """
variables:
  x: {{range: 0..2, initial: 2}}
  zero: {{range: 0..2}}
  v: {{range: 0..2, length: 2}}
constants: {{table: [1, 2]}}
machines:
  a: {{states: {{s: , t: }}, transitions: [{{{0}, to: t}}, {{from: s, to: t}}]}}
"""


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ("set: {x: x + 1}", "a:0 !range x"),
        ("set: {x: zero - 1}", "a:0 !range x"),
        ('set: {"v[0]": x * 2}', "a:0 !range v"),
        ("set: {x: 1 // zero}", "a:0 !division a:0"),
        ("set: {x: x % zero}", "a:0 !division a:0"),
        ('set: {"v[x]": 0}', "a:0 !index v"),
        ('set: {x: "v[x]"}', "a:0 !index v"),
        ('set: {x: "table[x]"}', "a:0 !index table"),
        ('set: {x: "v[zero - 1]"}', "a:0 !index v"),
        ('when: "v[x] == 0"', "a:0 !index v"),
        ("when: 2 // zero == 1", "a:0 !division a:0"),
    ],
)
def test_a_step_that_faults_is_reported_and_not_taken(keys: str, found: str) -> None:  # 3.5
    i = system(FAULT.format(keys))
    assert options(i, start(i)) == [found, "a:1"]


def test_a_guard_without_a_value_is_not_enabled() -> None:  # 3.5
    """The owner's event cannot occur by it, and inner first passes over it."""
    i = system("""
        events: {e: {by: a}}
        variables: {zero: {range: 0..2}}
        machines:
          a:
            states: {out: {states: {s: }}, t: }
            transitions:
              - {from: s, on: e, when: 2 // zero == 1, to: t}
              - {from: out, on: e, when: zero == 0, to: t}
          b: {states: {s: , t: }, transitions: [{on: e, to: t}]}
    """)
    assert options(i, start(i)) == ["e a:0 !division a:0", "e a:1 b:0"]


def test_guards_of_listeners_are_asked_only_once_the_owner_can() -> None:  # 3.3
    text = """
        events: {{e: {{by: a, fields: {{k: {{range: 0..2}}}}}}}}
        variables: {{v: {{range: 0..1, length: 2}}}}
        machines:
          a: {{states: {{s: }}, transitions: [{{on: e, when: "{0}", set: {{"v[0]": 1}}}}]}}
          b: {{states: {{s: , t: }}, transitions: [{{on: e, when: "v[k] == 0", to: t}}]}}
    """
    guarded = system(text.format("k < 2"))
    assert options(guarded, start(guarded)) == ["e(k=0) a:0 b:0", "e(k=1) a:0 b:0"]
    open_ = system(text.format("v[0] == 0"))
    assert options(open_, start(open_))[2:] == ["e(k=2) b:0 !index v", "e(k=2) a:0"]


def test_each_combination_of_chosen_values_is_an_alternative() -> None:  # 3.6
    i = system("""
        variables: {v: {range: 0..3, length: 2}}
        machines:
          a:
            states: {s: }
            transitions:
              - {choose: {k: 0..1, on_: bool}, when: "not on_ or k == 1", set: {"v[k]": k + 2}}
    """)
    assert options(i, start(i)) == [
        "a:0(k=0, on_=False)", "a:0(k=1, on_=False)", "a:0(k=1, on_=True)",
    ]  # fmt: skip
    assert at(go(i, start(i), "a:0(k=1, on_=True)"), "v") == (0, 3)


PRIORITIES = """
events: {e: {by: a}}
machines:
  a:
    states: {s: , t: }
    transitions:
      - {from: s, on: e, priority: 1, to: t}
      - {from: s, on: e, priority: 2, when: high, to: t}
      - {from: s, on: e, to: t}
switches: {high: bool}
"""


def test_a_higher_priority_excludes_lower_ones_among_a_machines_transitions() -> None:  # 3.6
    i = system(PRIORITIES, high=True)
    assert options(i, start(i)) == ["e a:1", "e a:2"]


def test_only_what_is_enabled_excludes() -> None:  # 3.6
    i = system(PRIORITIES, high=False)
    assert options(i, start(i)) == ["e a:0", "e a:2"]


def test_priorities_of_a_listener_order_its_own_transitions_only() -> None:  # 3.6
    i = system("""
        events: {e: {by: a}}
        machines:
          a: {states: {s: }, transitions: [{on: e, priority: 1, to: s}, {priority: 1, to: s}]}
          b:
            states: {s: , t: }
            transitions:
              - {on: e, priority: 2, to: t}
              - {on: e, priority: 3, to: t}
              - {on: e, to: t}
    """)
    assert options(i, start(i)) == ["e a:0 b:1", "e a:0 b:2", "a:1"]


def test_priorities_between_steps() -> None:  # 3.6
    """The event's counts, or else that of its owner's transition, or the spontaneous one's."""
    i = system("""
        events:
          stated: {by: a, priority: 2}
          by_owner: {by: a}
          free: {}
          low: {by: a, priority: 1}
        machines:
          a:
            states: {s: }
            transitions:
              - {on: stated, priority: 1, to: s}
              - {on: by_owner, priority: 2, to: s}
              - {on: by_owner, to: s}
              - {on: low, priority: 3, to: s}
              - {priority: 1, to: s}
              - {to: s}
          b: {states: {s: }, transitions: [{on: free, priority: 1, to: s}]}
    """)
    assert options(i, start(i)) == ["stated a:0", "by_owner a:1", "by_owner a:2", "free b:0", "a:5"]


def test_a_faulting_step_excludes_but_a_guard_without_a_value_does_not() -> None:  # 3.6
    text = """
        events: {{high: {{by: a, priority: 2}}, low: {{by: a, priority: 1}}}}
        variables: {{zero: {{range: 0..2}}}}
        machines:
          a:
            states: {{s: }}
            transitions: [{{on: high, {0}, to: s}}, {{on: low, to: s}}]
    """
    update = system(text.format("set: {zero: zero - 1}"))
    assert options(update, start(update)) == ["high a:0 !range zero"]
    guard = system(text.format("when: 2 // zero == 1"))
    assert options(guard, start(guard)) == ["high a:0 !division a:0", "low a:1"]


def test_an_event_whose_owner_has_no_transition_on_it_never_occurs() -> None:
    """No text says so, but a mutant may."""
    spec = spec_of("""
        events: {e: {by: one}}
        machines:
          one: {states: {s: }, transitions: [{on: e}]}
          two: {states: {s: }, transitions: [{on: e}]}
        """)
    one, two = spec.machines
    for machines, steps in ((one, two), 1), ((replace(one, transitions=()), two), 0):
        i = Interpreter(replace(spec, machines=machines), {})
        assert len(i.steps(next(i.initial()))) == steps


def test_what_a_priority_excludes_is_not_possible_either_when_it_is_asked_for_by_itself() -> None:
    i = system("""
        events: {low: {by: m, priority: 1}, high: {by: m, priority: 2}}
        variables: {x: {range: 0..1}}
        machines:
          m: {states: {s: }, transitions: [{on: low, set: {x: 1}}, {on: high, when: x == 0}]}
        """)
    start = next(i.initial())
    low, high = (
        Occurrence(event, (), (Move("m", k, ()),)) for k, event in enumerate(("low", "high"))
    )
    assert i.after(start, low) is None
    assert i.after(start, high) == start
    assert [step for step, _ in i.steps(start)] == [high]
    assert i.can_occur("high", start) and not i.can_occur("low", start)
