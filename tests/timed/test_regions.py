"""Zones against brute force over regions, strict bounds included: the same discrete states, the
same verdicts."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings

from fsm.explore.space import Limits
from fsm.model import Pattern, Spec
from fsm.semantics.interpreter import Interpreter
from fsm.semantics.lowered import SlotKind
from fsm.spec.load import parse_spec, spec_from
from fsm.timed.decide import TimedDecider
from tests.timed.agreement import family_of
from tests.timed.claims import claimed_specs
from tests.timed.regions import Regions

SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
DECIDED = (Pattern.NEVER, Pattern.ALWAYS, Pattern.REACHABLE)


def compare(spec: Spec, tally: Counter[str], limit: int = 1_000) -> None:
    system, lowering, family = family_of(spec)
    if any(clock.paused is not None for clock in system.clocks) or system.unit is None:
        return
    caps = {s.name: s.high - 1 for s in system.slots if s.kind is SlotKind.CLOCK}
    dense = TimedDecider(
        system, lowering, family, spec.properties, Limits(states=min(limit, 1_500))
    )
    graph = dense._shared_graph()
    if graph.limit:
        tally["too large"] += 1
        return
    for number in range(min(family.total, 2)):
        variant = family.variant(number)
        regions = Regions(Interpreter(spec, variant), caps, limit).explore()
        if not regions.complete:
            tally["too large"] += 1
            continue
        reached = {
            lowering.layout.snapshot(frame.state)
            for frame, mask in zip(graph.of, graph.masks, strict=True)
            if mask >> number & 1
        }
        assert reached == {snapshot for snapshot, _ in regions.reached}
        tally["spaces"] += 1
        for property_ in spec.properties:
            plain = not any(m.remembers for _, m in dense._monitors[property_.name])
            if property_.pattern in DECIDED and plain and dense.decides(property_):
                node = property_.subject.node
                truths = [
                    bool(regions.interpreter.holds(node, state.exact(), None, {}))
                    for state in regions.reached.values()
                ]
                expected = not all(truths) if property_.pattern is Pattern.ALWAYS else any(truths)
                (decision,) = dense.decide(property_)
                assert bool(decision.found >> number & 1) == expected, property_.name
                tally[f"found {expected}"] += 1


@given(claimed_specs(pauses=False))
@settings(max_examples=10, deadline=None, suppress_health_check=SLOW)
def test_random_specs(document: dict[str, object]) -> None:
    compare(spec_from(document), Counter(), limit=400)


CORNERS = {
    "time goes on again above a blocked interval that is never entered": """
fsm: 1
name: corner
clocks: {c: {}}
events: {e: {by: m, urgent: true}}
machines:
  m:
    states: {s: {}, t: {final: true}}
    transitions:
      - {from: s, on: e, when: c > 1h and c < 2h, to: t}
      - {from: s, when: c >= 3h, to: t}
properties: {p: {never: m == t}}
""",
    "an urgent event from just above a bound": """
fsm: 1
name: corner
clocks: {c: {}, d: {}}
events: {e: {by: m, urgent: true}}
machines:
  m:
    states: {s: {}, t: {}, u: {final: true}}
    transitions:
      - {from: s, when: c > 1h, to: t, reset: d}
      - {from: t, on: e, when: c >= 2h or d > 0h, to: u}
properties: {p: {never: m == u}, q: {never: m == u and c > 2h}, r: {never: m == t and d > 0h}}
""",
    "a forced guard with a second clock": """
fsm: 1
name: corner
clocks: {c: {}, d: {}}
machines:
  m:
    states: {s: {}, t: {final: true}}
    transitions:
      - {from: s, after: 2h, when: d < 1h, to: t}
      - {from: s, when: c > 0h and c < 2h and d >= 1h, reset: d}
properties: {p: {never: m == t and c > 2h}, q: {never: m == s and c > 3h}, r: {never: c > 2h}}
""",
    "what a priority excludes only for a while": """
fsm: 1
name: corner
clocks: {c: {}}
machines:
  m:
    states: {i: {}, s: {urgent: true}, x: {}, t: {}}
    transitions:
      - {from: i, when: c <= 1h, to: s}
      - {from: i, when: c >= 2h, to: s}
      - {from: s, when: c <= 1h, priority: 2, to: x}
      - {from: s, priority: 1, to: t}
properties: {p: {never: m == t}}
""",
    "an isolated instant of blocking": """
fsm: 1
name: corner
clocks: {c: {}, d: {}}
events: {e: {by: m, urgent: true}}
machines:
  m:
    states: {s: {}, t: {final: true}}
    transitions:
      - {from: s, on: e, when: c == 2h and d == 1h, to: t}
      - {from: s, when: c <= 1h, reset: d}
properties: {p: {never: c > 2h and d > 1h}, q: {never: c > 2h}, r: {never: m == t}}
""",
}


@pytest.mark.parametrize("name", CORNERS)
def test_corners(name: str) -> None:
    tally = Counter[str]()
    compare(parse_spec(CORNERS[name]), tally)
    assert tally["spaces"] == 1
