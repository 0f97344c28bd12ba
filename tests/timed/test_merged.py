"""Clocks that are always equal are read as one; where they may differ, they are not."""

import pytest

from fsm.semantics import ir
from fsm.semantics.lower import lower
from fsm.spec.load import parse_spec
from fsm.timed.decide import TimedDecider
from fsm.timed.merged import merged
from tests.known_answers.families import text
from tests.timed.agreement import family_of

SPEC = """
fsm: 1
name: equal
clocks: {{c: {{}}, d: {{}}}}
machines:
  m:
    states: {{s: {{}}, t: {{}}, u: {{final: true}}}}
    transitions:
      - {{from: s, to: t, not_before: 1h, reset: {reset}}}
      - {{from: t, between: [1h, 2h], when: c < 3h and d < 3h, to: u}}
{more}
properties: {{p: {{never: m == u}}}}
"""
OTHER = """
  other:
    states: {{x: {{}}, y: {{}}}}
    transitions:
      - {{from: x, to: y, not_before: 5h, clock: {clock}, reset: {clock}}}
"""


def read_from(source: str, leaf: int) -> list[str]:
    """The clocks that machine m compares from a leaf."""
    system, _ = lower(parse_spec(source))
    edges = [e for e in merged(system).edges if e.process == 0 and e.leaf == leaf]
    nodes = [n for e in edges for n in (e.enabled, e.forced) if n is not None]
    found = {t.clock.index for node in nodes for t in ir.clock_tests(node)}
    return sorted(system.slots[k].name for k in found)


@pytest.mark.parametrize(
    ("reset", "more", "read"),
    [
        ("[c, d]", "", ["c"]),
        ("c", "", ["c", "d"]),
        ("[]", "", ["c", "m@t"]),  # c and d run since the start, the time in t does not
        ("[c, d]", OTHER.format(clock="d"), ["c", "d"]),
        ("[c, d]", OTHER.format(clock="d").replace(", reset: d", ""), ["c"]),
    ],
)
def test_which_clocks_are_read(reset: str, more: str, read: list[str]) -> None:
    source = SPEC.format(reset=reset, more=more)
    assert read_from(source, 1) == read


LATER = """
fsm: 1
name: later
clocks: {c: {}, d: {}}
machines:
  m:
    states: {s: {}, t: {}, v: {}, w: {}, u: {final: true}}
    transitions:
      - {from: s, not_before: 1h, to: t, reset: c}
      - {from: t, to: v}
      - {from: v, when: c < 3h and d < 3h, to: u}
      - {from: v, to: w, reset: [c, d]}
      - {from: w, when: c < 3h and d < 3h, to: u}
properties: {p: {never: m == u}}
"""


def test_what_has_differed_differs_until_both_restart() -> None:
    assert [read_from(LATER, leaf) for leaf in (2, 3)] == [["c", "d"], ["c"]]


def test_train_gate_needs_a_clock_less() -> None:
    system, lowering, family = family_of(parse_spec(text("train_gate")))
    decider = TimedDecider(system, lowering, family, system.spec.properties, machine_code=False)
    (decision,) = decider.decide(system.spec.properties[0])
    near = system.processes[0].leaves.index("near")
    frames = [f for f in decision.graph.frames.values() if f.state[0] == near]
    assert frames and decision.found == 1
    clock = next(k for k, s in enumerate(system.slots) if s.name == "train@near")
    assert all(clock + 1 not in frame.horizon.clocks for frame in frames)
