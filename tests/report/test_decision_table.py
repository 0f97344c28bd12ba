"""Decision tables: every state against every event, gaps marked."""

from msgspec.structs import replace

from fsm.expressions import BoolType, Literal
from fsm.model import EventRef, Formula, Machine, Spec, State, Transition
from fsm.report.decision_table import decision_cells, decision_table, events_of
from fsm.report.labels import Labels
from fsm.report.width import display_width
from fsm.spec.load import parse_spec
from tests.report.samples import SPEC

TRUE = Formula(Literal(True, BoolType()), "lucky")
MACHINE = Machine(
    "m",
    (State("open", initial="a"), State("a", "open"), State("b", "open"), State("shut")),
    "open",
    (
        Transition(0, ("open",), "shut", EventRef("close")),
        Transition(1, ("a",), "b", EventRef("close")),
        Transition(2, ("b",), "a", EventRef("close"), guard=TRUE),
        Transition(3, (), "", EventRef("ping")),
    ),
)
LABELS = Labels(Spec("s", (MACHINE,)), "en")


def test_table_of_the_sample() -> None:
    assert decision_table(SPEC.machines[0], Labels(SPEC, "zh"), 80) == [
        "              待申请    已申请        已退款",
        "申请退款      → 已申请  ·             ·",
        "（自行发生）  ·         48h → 已退款  ·",
    ]


def test_inner_transitions_hide_outer_ones_unless_guarded() -> None:
    cells = {(cell.state, cell.event): cell.entries for cell in decision_cells(MACHINE, LABELS)}
    assert cells["a", "close"] == ("→ b",)
    assert cells["b", "close"] == ("[lucky] → a", "→ shut")
    assert cells["shut", "close"] == ()
    assert cells["shut", "ping"] == ("stays",)
    assert ("open", "close") not in cells


def test_filters_keep_composite_states_with_what_is_inside() -> None:
    assert decision_table(MACHINE, LABELS, 80, states=("open",), events=("close",)) == [
        "       a    b",
        "close  → b  [lucky] → a",
        "            → shut",
    ]
    assert decision_table(MACHINE, LABELS, 80, states=("elsewhere",)) == []


def test_a_wide_table_is_cut_into_several() -> None:
    states = tuple(State(f"state_number_{i}") for i in range(9))
    moves = tuple(Transition(i, (s.name,), "", EventRef("go")) for i, s in enumerate(states))
    wide = replace(MACHINE, states=states, transitions=moves, initial=states[0].name)
    lines = decision_table(wide, Labels(Spec("s", (wide,)), "en"), 40)
    assert max(map(display_width, lines)) <= 40
    assert lines[0].strip() == "go"
    assert [line.split()[0] for line in lines[1:]] == [state.name for state in states]
    assert " ".join(lines).count("stays") == 9


def test_a_table_that_is_wide_both_ways_is_cut_into_several() -> None:
    states = tuple(State(f"state_number_{i}") for i in range(3))
    moves = tuple(
        Transition(i, (states[i % 3].name,), "", EventRef(f"a_long_event_{i}")) for i in range(6)
    )
    wide = replace(MACHINE, states=states, transitions=moves, initial=states[0].name)
    lines = decision_table(wide, Labels(Spec("s", (wide,)), "en"), 50)
    assert max(map(display_width, lines)) <= 50
    assert lines.count("") == 1
    assert " ".join(lines).count("a_long_event_") == 12
    assert " ".join(lines).count("state_number_") == 3
    assert " ".join(lines).count("stays") == 6


def test_spontaneous_steps_come_last() -> None:
    assert events_of(SPEC.machines[0]) == ["apply", ""]


NESTED = """\
fsm: 1
name: nested
events: {go: {by: other}}
machines:
  m:
    states:
      outer:
        initial: inner
        states: {inner: {}}
      end: {final: true}
    transitions:
      - {from: inner, to: inner}
      - {from: outer, to: end}
      - {from: inner, on: go, to: inner}
      - {from: outer, on: go, to: end}
  other: {states: {a: {}}, transitions: [{from: a, on: go}]}
"""


def test_inner_first_is_for_events_not_for_what_happens_by_itself() -> None:
    spec = parse_spec(NESTED)
    cells = decision_cells(spec.machines[0], Labels(spec, "en"))
    targets = {
        c.event: [entry.split()[-1] for entry in c.entries] for c in cells if c.state == "inner"
    }
    assert targets == {"": ["inner", "end"], "go": ["inner"]}
