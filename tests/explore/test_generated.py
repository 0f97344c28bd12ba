"""The generated step function: packing, names, and what is too wide for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsm.check.check import CheckOptions, check_spec
from fsm.errors import UsageError
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
