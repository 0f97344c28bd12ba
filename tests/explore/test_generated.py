"""The generated step function: packing, names, and what is too wide for it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsm.check.check import CheckOptions, check_spec, task_of
from fsm.errors import UsageError
from fsm.explore.generated import Generated
from fsm.explore.packing import packing
from fsm.explore.text import Text, comment, identifiers
from fsm.semantics.lowered import SlotInfo, SlotKind
from fsm.spec.load import parse_spec

slots = st.lists(
    st.tuples(st.integers(-5, 5), st.integers(0, 300)).map(
        lambda ends: SlotInfo("x", SlotKind.VARIABLE, ends[0], sum(ends))
    ),
    min_size=1, max_size=30,
)  # fmt: skip


@given(slots, st.data())
def test_packing_keeps_every_slot_apart(places: list[SlotInfo], data: st.DataObject) -> None:
    where = packing(places)
    state = tuple(data.draw(st.integers(s.low, s.high)) for s in places)
    other = tuple(data.draw(st.integers(s.low, s.high)) for s in places)
    assert where.reader()(where.pack(state)) == state
    changes = zip(state, other, where.fields, strict=True)
    assert where.pack(state) + sum((b - a) * f.weight for a, b, f in changes) == where.pack(other)


def test_names_are_python_and_different() -> None:
    names = identifiers(["desk[0].clerk", "desk_0_clerk", "m", "if", "3", "票"], ["m"])
    assert names == ["desk_0_clerk", "desk_0_clerk_2", "m_2", "if_2", "_3", "slot"]


def test_no_name_becomes_code() -> None:
    text = Text()
    text.line(comment("a\nraise SystemExit"))
    assert str(text) == "# a raise SystemExit\n"


CROWD = """
fsm: 1
name: crowd
events: {bell: }
machines:
  guest:
    count: 12
    states: {out: , inside: {final: true}}
    transitions:
      - {from: out, on: bell, to: inside}
      - {from: out, on: bell, to: out}
properties: {all_in: {reachable: "all(i in 0..11: guest[i] == inside)"}}
"""
PAUSES = "\n".join(f"  c{k}: {{paused_when: x == {k}}}" for k in range(7))
STOPS = "\n".join(f"      - {{from: s, after: 1h, clock: c{k}, to: t}}" for k in range(7))
WIDE = f"""
fsm: 1
name: wide
variables: {{x: {{range: 0..6}}}}
clocks:
{PAUSES}
machines:
  m:
    states: {{s: , t: {{final: true}}}}
    transitions:
{STOPS}
properties: {{ends: {{eventually: m == t}}}}
"""


@pytest.mark.parametrize("text", [CROWD, WIDE])
def test_what_is_too_wide_is_refused_where_it_was_asked_for(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_spec(parse_spec(text), CheckOptions(engine="python"))
    assert caught.value.code == "F619"


def test_else_the_readable_step_function_takes_over() -> None:
    report = check_spec(parse_spec(WIDE))
    assert (report.engine, report.results[0].as_expected) == ("reference", True)
    fewer = CROWD.replace("12", "3").replace("11", "2")
    assert check_spec(parse_spec(fewer)).engine == "python"


SHARED = """
fsm: 1
name: shared
switches: {on: bool}
variables: {x: {range: 0..3}}
events: {close: {by: clerk}, note: {by: clerk}}
machines:
  clerk:
    states: {new: {}, open: {}, held: {}, closed: {final: true}}
    transitions:
      - {from: [new, open, held], on: close, to: closed, set: {x: "min(x + 1, 3)"}}
      - {from: [new, open], on: note, when: x < 3 and (on or false)}
  log:
    states: {empty: {}, some: {final: true}}
    transitions:
      - {on: close, to: some}
      - {from: some, on: note, when: on, to: empty}
"""


def test_what_several_leaves_do_alike_is_written_once() -> None:
    task = task_of(parse_spec(SHARED), CheckOptions())
    close, note = Generated(task.system, task.variants).program.text.split("# note")
    assert close.count("clerk in new, open, held") == 1
    assert "s1" not in close  # the log has one thing to do, in both of its states
    assert "oc[" not in close  # nobody has a choice: nothing is listed
    assert "SIGHTS - " not in close  # x stays within its range
    assert "oc[" in note  # the log goes along or not, which the variant decides


PRIORITIES = """
fsm: 1
name: priorities
events: {high: {by: m, priority: 2}, low: {by: m, priority: 1}}
machines:
  m:
    states: {s: {}, t: {final: true}}
    transitions: [{from: s, on: high, to: t}, {from: s, on: low, to: t}]
  other:
    states: {s: {}, t: {final: true}}
    transitions: [{from: s, on: high, to: t}, {from: s, on: low, to: t}]
"""


def test_only_what_others_give_way_to_is_looked_at_first() -> None:
    task = task_of(parse_spec(PRIORITIES), CheckOptions())
    text = Generated(task.system, task.variants).program.text
    assert text.count("# high") == 2 and text.count("# low") == 1
    assert "h0" not in text  # nothing gives way to the lowest
    assert text.count("# other in s") == 2  # who listens changes no priority


IN_A_ROW = """
fsm: 1
name: row
switches: {one: bool}
variables: {amount: {range: 0..3}, paid: {range: 0..3}}
events: {open: {by: clerk}, note: {by: clerk}, close: {by: clerk}}
machines:
  clerk:
    states: {away: {}, here: {}, gone: {final: true}}
    transitions:
      - {from: away, on: open, to: here}
      - {from: here, on: note, when: amount > 1 and (one or paid > 1), to: gone}
      - {from: here, on: close, when: ticket == new and (if paid == 2 or one then 1 else 0) == 1,
         set: {paid: if paid > 2 or one then 3 else paid}, to: away}
  ticket:
    states: {new: {}, old: {}}
    transitions:
      - {from: new, on: note, when: amount > 1, to: old}
      - {from: new, on: close, when: amount < 3, to: old}
      - {from: old, on: close, when: amount < 3, to: new}
"""


def test_what_is_known_is_not_asked_again() -> None:
    task = task_of(parse_spec(IN_A_ROW), CheckOptions())
    before, open_, note, close, _ = re.split(
        "# (?:open|note|close|clerk by)", Generated(task.system, task.variants).program.text
    )
    assert before.rstrip().endswith("if clerk in (0, 1):")  # once, for the three of them
    assert "clerk in (0, 1)" not in open_ + note + close
    assert note.count("amount > 1") == 1  # of both machines, in both variants
    assert close.count("ticket == 0") == 1 and "ticket == 1" not in close
    assert close.count("amount < 3") == 1  # where the ticket is old nothing happens
    assert not re.search(r"\b(?:or|and) [01]\b", note + close)  # nor in sums and updates
