"""Verdicts on random specs against brute force on the reference interpreter's own graph.

Nothing is shared with the engine: the graph comes from `tests.oracle`, one variant at a time, and
each pattern is decided by plain reachability and strongly connected components of `networkx`.
"""

import networkx as nx
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from fsm.check.check import CheckOptions, check_spec
from fsm.check.results import Outcome
from fsm.check.timing import UNITS
from fsm.model import Pattern, Property, Spec
from fsm.semantics.interpreter import Interpreter
from fsm.semantics.lower import lower
from fsm.semantics.lowered import SlotKind
from fsm.semantics.trace import Delay
from fsm.spec.load import parse_spec, spec_from
from tests import oracle
from tests.explore.test_agreement import LIMIT, SLOW, variants_of
from tests.random_specs import specs

CLAIMS = [
    "x == 0",
    "x == 2",
    "one == c",
    "one in outer",
    "one == a and x != 1",
    "x == 1 or one == b",
]
claim = st.sampled_from(CLAIMS)
properties = st.fixed_dictionaries(
    {
        "never": claim.map(lambda p: {"never": p}),
        "always": claim.map(lambda p: {"always": p}),
        "eventually": claim.map(lambda p: {"eventually": p}),
        "response": st.tuples(claim, claim).map(lambda c: {"after": c[0], "eventually": c[1]}),
        "precedence": st.tuples(claim, claim).map(lambda c: {"before": c[0], "must": c[1]}),
        "can_always": claim.map(lambda p: {"can_always": p}),
        "reachable": claim.map(lambda p: {"reachable": p, "in": "every"}),
    }
)
Graph = nx.MultiDiGraph


def graph_of(explored: oracle.Explored) -> Graph:
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(explored.states)
    for source, step, target in explored.edges:
        graph.add_edge(source, target, delay=isinstance(step, Delay))
    return graph


def stays_for_ever(whole: Graph, part: Graph, timed: bool) -> set[object]:
    """Nodes of a part from which a maximal run, time diverging, can stay in it."""
    good: set[object] = set()
    for component in nx.strongly_connected_components(part):
        arcs = part.subgraph(component).edges(data="delay")
        ends = not timed and len(component) == 1 and whole.out_degree(next(iter(component))) == 0
        if ends or (any(delay for _, _, delay in arcs) if timed else len(arcs) > 0):
            good |= component
    return good | {a for node in good for a in nx.ancestors(part, node)}


def is_violated(
    property_: Property, interpreter: Interpreter, explored: oracle.Explored, graph: Graph
) -> bool:
    def where(formula: object) -> set[object]:
        node = formula.node  # type: ignore[attr-defined]
        return {key for key, state in explored.states.items() if interpreter.holds(node, state)}

    subject = where(property_.subject)
    start, everything = set(explored.initial), set(explored.states)
    timed = interpreter.unit is not None
    avoiding = graph.subgraph(everything - subject)
    match property_.pattern:
        case Pattern.NEVER:
            return bool(subject)
        case Pattern.ALWAYS:
            return subject != everything
        case Pattern.REACHABLE:
            return not subject
        case Pattern.EVENTUALLY:
            return bool(start & stays_for_ever(graph, avoiding, timed))
        case Pattern.RESPONSE:
            return bool(where(property_.trigger) & stays_for_ever(graph, avoiding, timed))
        case Pattern.PRECEDENCE:
            first = [n for n in start if n in avoiding]
            seen = set(first).union(*(nx.descendants(avoiding, n) for n in first))
            return bool(where(property_.trigger) & seen)
        case _:
            able = subject.union(*(nx.ancestors(graph, n) for n in subject))
            return able != everything


def check(spec: Spec) -> None:
    system, _ = lower(spec)
    caps = {s.name: s.high for s in system.slots if s.kind is SlotKind.CLOCK}
    family = [(v, Interpreter(spec, v)) for v in variants_of(spec)]
    explored = [oracle.explore(interpreter, LIMIT, caps) for _, interpreter in family]
    assume(all(e.complete for e in explored))
    report = check_spec(spec, CheckOptions(time=UNITS))  # as the interpreter counts it
    assert report.complete
    for (variant, interpreter), found in zip(family, explored, strict=True):
        graph = graph_of(found)
        for result in report.results:
            told = any(
                all(variant[name] in values for name, values in term)
                for term in result.violated.terms
            )
            expected = is_violated(result.property, interpreter, found, graph)
            assert told == expected, (result.property.name, variant)


def with_properties(document: dict[str, object], claims: dict[str, object]) -> Spec:
    events = document.get("events")
    plain = {
        name: {k: v for k, v in keys.items() if k != "fair"} for name, keys in events.items()
    } if isinstance(events, dict) else {}  # fmt: skip
    return spec_from({**document, "events": plain, "properties": claims})


@given(specs(), properties)
@settings(max_examples=25, deadline=None, suppress_health_check=[*SLOW, *HealthCheck])
def test_verdicts_of_every_variant(document: dict[str, object], claims: dict[str, object]) -> None:
    check(with_properties(document, claims))


TRAP = """
fsm: 1
name: trap
variables: {x: {range: 0..1, initial: 1}}
events: {e: {}}
machines:
  m:
    states: {a: , b: }
    transitions:
      - {from: a, to: b, set: {x: 0}}
      - {from: b, on: e, when: x == %d, to: b, set: {x: 1}}
      - {from: b, to: b, set: {x: x}}
properties: {p: {can_always: not fired(e) and x == 1}}
"""


@pytest.mark.parametrize("engine", ["python", "reference", "symbolic"])
@pytest.mark.parametrize(("opens_at", "holds"), [(0, True), (1, False)])
def test_what_can_always_be_had_is_asked_behind_where_it_is_had(
    opens_at: int, holds: bool, engine: str
) -> None:
    report = check_spec(parse_spec(TRAP % opens_at), CheckOptions(engine=engine))
    assert report.results[0].outcome is (Outcome.HOLDS if holds else Outcome.VIOLATED)


END = """
fsm: 1
name: end
events: {e: {by: m}}
machines:
  m: {states: {a: , b: {final: true}}, transitions: [{from: a, on: e, to: b}]}
properties: {p: {%s}}
"""


@pytest.mark.parametrize("engine", ["python", "reference", "symbolic"])
@pytest.mark.parametrize(
    ("claim", "holds"),
    [
        ("after: m == b, eventually: e", False),
        ('ltl: "G (m == b -> F fired(e))"', False),
        ("after: m == b and not fired(e), eventually: m == a", False),
        ("after: m == a and not fired(e), eventually: e", True),
    ],
)
def test_what_is_asked_for_once_a_run_has_ended_is_not_answered(
    claim: str, holds: bool, engine: str
) -> None:
    report = check_spec(parse_spec(END % claim), CheckOptions(engine=engine))
    assert report.results[0].outcome is (Outcome.HOLDS if holds else Outcome.VIOLATED)


@pytest.mark.slow
@given(specs(), properties)
@settings(max_examples=2_000, deadline=None, suppress_health_check=[*SLOW, *HealthCheck])
def test_verdicts_of_every_variant_at_length(
    document: dict[str, object], claims: dict[str, object]
) -> None:
    check(with_properties(document, claims))
