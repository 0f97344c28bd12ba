"""Machine code against the search in Python: the same nodes, the same answers, and paths that the
latter walks too."""

import re
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fsm.explore.space import Limits
from fsm.model import Spec
from fsm.spec.load import parse_spec, spec_from
from fsm.timed import decide, machine, zone_kernels
from fsm.timed.checked import checked
from fsm.timed.confirm import confirm_timed
from fsm.timed.dbm import Constraint, Zone, simulated
from fsm.timed.decide import TimedDecider
from fsm.timed.machine import ZoneMachine, ZoneSpace
from fsm.timed.plain import sought
from fsm.timed.replay import replay_timed
from fsm.timed.split import NotPlain, split
from tests.known_answers.families import text
from tests.timed.agreement import family_of
from tests.timed.claims import claimed_specs
from tests.timed.interpreted import interpreted
from tests.timed.test_dbm import N, constraints, limits, some_zones

SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
needs_compiler = pytest.mark.skipif(not machine.available(), reason="there is no llvmlite")

# --- single zones ---------------------------------------------------------------------------------

ZONES: dict[str, object] = {"row": [0] * N}
exec(zone_kernels.ZONES, ZONES)


@given(some_zones(), constraints)
@settings(max_examples=120, deadline=None)
def test_a_cut(zone: Zone, cut: list[Constraint]) -> None:
    for constraint in cut:
        wanted = checked().intersect(zone, N, [constraint])
        found = list(zone)
        kept = ZONES["cut"](found, N, *constraint)  # type: ignore[operator]
        assert kept == (wanted is not None)
        if wanted is None:
            return
        assert tuple(found) == wanted
        zone = wanted


@given(some_zones(), some_zones(), limits, limits)
@settings(max_examples=250, deadline=None)
def test_simulation(zone: Zone, other: Zone, low: tuple[int, ...], high: tuple[int, ...]) -> None:
    facts = [x for k in range(N) for x in (k, low[k], high[k])]
    found = ZONES["simulated"](zone, 0, other, 0, N, facts, 0)  # type: ignore[operator]
    assert bool(found) == simulated(zone, other, N, low, high)


# --- whole searches -------------------------------------------------------------------------------


def compare(
    document: dict[str, Any] | Spec, tally: Counter[str], *, compiled: bool, most: int = 400
) -> None:
    spec = document if isinstance(document, Spec) else spec_from(document)
    system, lowering, family = family_of(spec)
    if system.unit is None:
        return
    plain = TimedDecider(
        system, lowering, family, spec.properties, Limits(states=most), machine_code=False
    )
    monitors = [m for found in plain._monitors.values() for _, m in found if not m.remembers]
    horizons = plain._horizons([node for m in monitors for node in m.formulas])
    questions = [sought(m) for m in monitors]
    try:
        built = ZoneMachine(plain._merged.system, family, horizons, questions)
    except NotPlain as reason:
        tally[f"not plain: {reason}"] += 1
        return
    graph = plain._shared_graph()
    if graph.limit:
        tally["too large"] += 1
        return
    code = None if compiled else interpreted(built.source)
    space = ZoneSpace(built, plain._merged, Limits(), code=code)
    assert (space.limit, space.undecided) == ("", 0)
    if family.total == 1 and _never_parted(built):
        assert (space.nodes, space.transitions) == (len(graph.zones), graph.transitions)
        tally["counted"] += 1
    reached: dict[tuple[int, ...], int] = {}
    for frame, mask in zip(graph.of, graph.masks, strict=True):
        reached[frame.state] = reached.get(frame.state, 0) | mask
    found: dict[tuple[int, ...], int] = {}
    for node in range(space.nodes):
        state, mask = space.path(node)[-1][0], space.mask(node)
        found[state] = found.get(state, 0) | mask
    assert found == reached
    tally["spaces"] += 1
    for number, monitor in enumerate(monitors):
        wanted = 0
        for frame, mask, node in zip(graph.of, graph.masks, range(len(graph.of)), strict=True):
            for which, box in monitor.bad(frame.state, ())[0]:
                if graph.meets(node, box):
                    wanted |= which & mask
        assert space.found[number] == wanted
        tally[f"found {bool(wanted)}"] += 1


def _never_parted(built: ZoneMachine) -> bool:
    """Python joins boxes state by state; here they are cut once and for all."""
    origins = built.split.origins
    return len(set(origins)) == len(origins) and all(len(b) <= 1 for b in built.split.boxes)


@st.composite
def plain_specs(draw: st.DrawFn) -> dict[str, Any]:
    """Specs that are mostly served: no priorities, and what is urgent or only listens reads no
    clock."""
    document = draw(claimed_specs(pauses=False))
    scopes = [document, *document.get("groups", {}).values()]
    events: dict[str, Any] = {}
    for scope in [*scopes, *document["machines"].values()]:
        events |= scope.get("events", {})
    for event in events.values():
        event.pop("priority", None)
    for scope in scopes:
        for name, machine_ in scope["machines"].items() if "machines" in scope else ():
            for transition in machine_["transitions"]:
                transition.pop("priority", None)
                event = events.get(str(transition.get("on", "")).split("(")[0], {})
                if event.get("urgent") or ("on" in transition and event.get("by") != name):
                    for key in ("after", "between", "not_before", "not_after", "clock"):
                        transition.pop(key, None)
                    if re.search(r"\bc\b", str(transition.get("when", ""))):
                        del transition["when"]
    return document


def test_random_specs() -> None:
    tally = Counter[str]()

    @given(plain_specs())
    @settings(max_examples=10, deadline=None, suppress_health_check=SLOW)
    def run(document: dict[str, object]) -> None:
        compare(document, tally, compiled=False)

    run()
    assert tally["spaces"] and tally["found True"] and tally["found False"], tally


CORNERS = {
    "a node is swallowed by what it leads to before its second step is known": """
machines:
  m:
    states: {outer: {initial: a, states: {a: {}, b: {}}}}
    transitions:
      - {from: a, not_after: 1h, to: a}
      - {from: outer, not_before: 1h, to: a}
      - {from: a, to: b}
properties: {p: {never: m == b}}
""",
    "a deadline that is past when it begins to count": """
variables: {open: {range: 0..1}}
machines:
  m:
    states: {s: {}, t: {final: true}}
    transitions: [{from: s, after: 2h, when: open == 1, to: t}]
  door:
    states: {shut: {}, ajar: {}}
    transitions: [{from: shut, not_before: 3h, to: ajar, set: {open: 1}}]
properties: {p: {reachable: m == t}, q: {always: not (m == s and open == 1)}}
""",
    "no time passes in an urgent state": """
clocks: {c: {}}
machines:
  m:
    states: {s: {}, u: {urgent: true}, w: {}}
    transitions:
      - {from: s, after: 1h, to: u}
      - {from: u, to: w}
properties: {p: {never: m == u and c > 1h}, q: {reachable: m == w and c > 1h}}
""",
    "urgent events and states, in some variants": """
clocks: {c: {}}
switches: {hurry: bool, wait: bool}
events: {e: {by: m, urgent: true}}
machines:
  m:
    states: {s: {}, t: {}, u: {urgent: true}, w: {}}
    transitions:
      - {from: s, between: [1h, 3h], when: wait, to: t}
      - {from: s, on: e, when: hurry, to: u}
      - {from: t, on: e, to: u}
      - {from: u, to: w}
properties: {p: {never: m == w and c > 2h}, q: {never: m == t and c > 1h}, r: {never: c > 3h}}
""",
    "a broadcast, and a deadline that depends on data": """
clocks: {c: {}}
variables: {x: {range: 0..2}}
events: {e: {by: one}}
machines:
  one:
    states: {a: {}, b: {}}
    transitions:
      - {from: a, on: e, between: [1h, 2h], to: b, set: {x: x + 1}, reset: c}
      - {from: b, not_before: 1h, to: a}
  two:
    states: {p: {}, q: {}}
    transitions:
      - {from: p, on: e, when: x == 1, to: q}
      - {from: q, between: [0h, 1h], when: x >= 1, to: p}
properties: {p: {never: two == q and c > 1h}, q: {always: x < 2}, r: {never: x == 2 and c < 1h}}
""",
}


@pytest.mark.parametrize("name", CORNERS)
def test_corners(name: str) -> None:
    tally = Counter[str]()
    compare(parse_spec(f"fsm: 1\nname: corner{CORNERS[name]}"), tally, compiled=False)
    assert tally["spaces"] == 1, tally


@pytest.mark.slow
@needs_compiler
def test_random_specs_at_length() -> None:
    tally = Counter[str]()

    @given(plain_specs())
    @settings(max_examples=1_000, deadline=None, suppress_health_check=SLOW)
    def run(document: dict[str, object]) -> None:
        compare(document, tally, compiled=True, most=2_000)

    run()
    assert tally["spaces"] > 100, tally


@needs_compiler
@pytest.mark.parametrize("n", [3])
def test_fischer_and_its_story(n: int) -> None:
    spec = parse_spec(text("fischer_dense", n=n))
    system, lowering, family = family_of(spec)
    (property_,) = spec.properties
    answers = []
    for machine_code in (False, True):
        decider = TimedDecider(system, lowering, family, spec.properties, machine_code=machine_code)
        (decision,) = decider.decide(property_)
        ending = decision.ending(0)
        assert ending is not None and decision.ending(1) is None
        for latest in (False, True):
            trace = decider.trace(decision.graph, ending, family.variant(0), latest=latest)
            assert confirm_timed(spec, property_, replay_timed(spec, trace), {})
        answers.append((decision.found, decision.undecided, decider.nodes, decider.transitions))
    assert answers[0] == answers[1]


@needs_compiler
def test_what_is_large_goes_on_in_machine_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decide, "FIRST", 20)
    spec = parse_spec(text("fischer_dense", n=3))
    system, lowering, family = family_of(spec)
    decider = TimedDecider(system, lowering, family, spec.properties)
    (decision,) = decider.decide(spec.properties[0])
    assert decision.found == 1 and decider._quick is not None
    few = TimedDecider(system, lowering, family, spec.properties, Limits(states=30))
    (decision,) = few.decide(spec.properties[0])
    assert decision.graph.limit == "30 states" and decision.undecided


NOT_PLAIN = {
    "stands still": ("clocks: {c: {paused_when: m == s}}", "{from: s, when: c > 1h, to: t}"),
    "an urgent event that waits": (
        "events: {e: {urgent: true}}", "{from: s, on: e, after: 1h, to: t}",
    ),
    "a priority of a transition": ("rules: {}", "{from: s, after: 1h, priority: 1, to: t}"),
    "more than its own clock": (
        "clocks: {c: {}}",
        "{from: s, after: 1h, when: c < 2h, to: t}, {from: s, when: c > 1h, reset: c}",
    ),
    "a listener": (
        "events: {e: {by: other}}",
        "{from: s, on: e, not_before: 1h, to: t}",
    ),
    "an inner transition": (
        "events: {e: {by: m}}",
        "{from: s, on: e, not_before: 1h, to: t}, {on: e, to: t}",
    ),
}  # fmt: skip


@pytest.mark.parametrize("reason", NOT_PLAIN)
def test_what_boxes_cannot_say_is_left_to_python(reason: str) -> None:
    head, transitions = NOT_PLAIN[reason]
    spec = parse_spec(f"""
fsm: 1
name: corner
{head if "events" in head else head + chr(10) + "events: {e: {by: other}}"}
machines:
  m:
    states: {{s: {{}}, t: {{final: true}}}}
    transitions: [{transitions}]
  other: {{states: {{x: {{}}}}, transitions: [{{from: x, on: e, to: x}}]}}
properties: {{p: {{never: m == t}}}}
""")
    system, lowering, family = family_of(spec)
    with pytest.raises(NotPlain, match=reason):
        split(system, family)
    answers = []
    for machine_code in (False, True):
        decider = TimedDecider(system, lowering, family, spec.properties, machine_code=machine_code)
        (decision,) = decider.decide(spec.properties[0])
        answers.append((decision.found, decision.undecided, decider.nodes))
        assert decider._quick is None
    assert answers[0] == answers[1]
