"""Graphs of machines and of spaces: known answers, and the reference interpreter as the judge."""

from collections import deque
from collections.abc import Mapping
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fsm.errors import UsageError
from fsm.expressions import Scalar
from fsm.interop.graphs import machine_graph, space_graph
from fsm.model import Spec
from fsm.report.labels import declared
from fsm.semantics.interpreter import Interpreter
from fsm.semantics.trace import Delay, Move, Occurrence, Snapshot, State
from fsm.spec.load import load_specs, parse_spec, spec_from
from tests.random_specs import specs

SPECS = Path(__file__).parents[2] / "specs"
REFUND = """\
fsm: 1
name: refund
rules: {R1: one, R2: two}
switches: {patient: bool}
variables: {tries: {range: 0..2}}
events:
  apply: {by: ticket, zh: 申请, en: apply}
  withdraw: {by: ticket}
  look: {}
machines:
  ticket:
    zh: 售后单
    en: ticket
    initial: new
    states:
      new: {zh: 新建, en: new}
      open:
        initial: applied
        tags: [live]
        rules: [R1]
        states:
          applied: {urgent: false, tags: [first]}
          checked: {rules: [R2]}
      refunded: {final: true}
      lost: {}
    transitions:
      - {from: new, on: apply, to: open, rules: [R1], priority: 3}
      - {from: applied, on: look, to: checked}
      - {from: open, on: withdraw, when: tries < 2, to: new, set: {tries: tries + 1}, zh: 撤, en: take back}
      - {from: checked, on: withdraw, to: lost}
      - {from: open, after: 48h, to: refunded}
      - {from: checked, not_before: 1h, not_after: 2h, to: lost}
      - {on: look}
properties: {p: {reachable: ticket == refunded}}
"""  # noqa: E501


@pytest.fixture(scope="module")
def refund() -> Spec:
    return parse_spec(REFUND)


def test_states_become_nodes(refund: Spec) -> None:
    graph = machine_graph(refund, "ticket", "zh")
    assert list(graph) == ["new", "applied", "checked", "refunded", "lost"]
    assert graph.nodes["checked"] == {
        "name": "checked", "zh": "", "en": "", "label": "checked", "parent": "open",
        "inside": ("open",), "tags": ("live",), "rules": ("R2", "R1"), "initial": False,
        "final": False, "urgent": False, "role": "pending",
    }  # fmt: skip
    assert graph.nodes["new"]["label"] == "新建"
    assert [n for n, initial in graph.nodes(data="initial") if initial] == ["new"]
    assert dict(graph.nodes(data="role")) == {
        "new": "pending", "applied": "pending", "checked": "pending", "refunded": "final",
        "lost": "trap",
    }  # fmt: skip
    assert list(graph.graph["composites"]) == ["open"]
    assert graph.graph["machine"] == "ticket"


def test_transitions_become_edges(refund: Spec) -> None:
    graph = machine_graph(refund, "ticket")
    assert sorted(graph.edges(keys=True), key=lambda e: (e[2], e[0])) == [
        ("new", "applied", 0),
        ("applied", "checked", 1),
        ("applied", "new", 2),  # in `checked` an unguarded transition of its own comes first
        ("checked", "lost", 3),
        ("applied", "refunded", 4),
        ("checked", "refunded", 4),
        ("checked", "lost", 5),
        ("checked", "checked", 6),  # so does `look` in `applied`
        ("lost", "lost", 6),
        ("new", "new", 6),
        ("refunded", "refunded", 6),
    ]
    assert graph.edges["applied", "new", 2] == {
        "event": "withdraw", "owner": "ticket", "kind": "event", "guard": "tries < 2",
        "lower": None, "upper": None, "timing": "", "clock": "", "declared": "open",
        "stays": False, "number": 2, "priority": None, "rules": (), "zh": "撤", "en": "take back",
        "label": "take back [tries < 2]",
    }  # fmt: skip
    deadline = graph.edges["checked", "refunded", 4]
    hours = 3_600_000
    assert (deadline["kind"], deadline["event"], deadline["owner"]) == ("deadline", "", None)
    assert (deadline["lower"], deadline["upper"]) == (48 * hours, 48 * hours)
    assert (deadline["timing"], deadline["label"]) == ("48h", "48h")
    window = graph.edges["checked", "lost", 5]
    assert (window["kind"], window["lower"], window["upper"]) == ("spontaneous", hours, 2 * hours)
    assert graph.edges["new", "new", 6]["stays"]
    assert graph.edges["new", "new", 6]["owner"] is None
    assert graph.edges["new", "applied", 0]["priority"] == 3


def test_bounds_that_the_variant_decides_have_no_number() -> None:
    spec = parse_spec(
        "fsm: 1\nname: w\nswitches: {wait: {range: 1h..2h, step: 1h}}\nmachines:\n  m:\n"
        "    states: {a: {}, b: {}}\n    transitions: [{from: a, after: wait, to: b}]\n"
        "properties: {p: {reachable: m == b}}\n"
    )
    edge = machine_graph(spec, "m").edges["a", "b", 0]
    assert (edge["lower"], edge["upper"], edge["timing"]) == (None, None, "wait")


def test_an_inner_transition_hides_only_what_it_always_pre_empts() -> None:
    spec = parse_spec(
        "fsm: 1\nname: hidden\nmachines:\n  desk:\n    count: 2\n    events: {ring: {}}\n"
        "    states: {free: {}}\n    transitions: [{on: ring}]\n"
        "  m:\n    states: {o: {initial: i, states: {i: {}}}, t: {}}\n    transitions:\n"
        "      - {from: o, on: 'desk[0].ring', to: t}\n"
        "      - {from: o, on: 'desk[1].ring', to: t}\n"
        "      - {from: o, on: 'desk[k].ring', to: t}\n"
        "      - {from: i, on: 'desk[0].ring', to: i}\n"
        "      - {from: i, to: i}\n"
        "      - {from: o, to: t}\n"
        "properties: {p: {reachable: m == t}}\n"
    )
    graph = machine_graph(spec, "m")
    assert sorted(key for *_, key in graph.edges(keys=True)) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("inner", "hidden"),
    [
        ("on: e", True),
        ("on: e, when: x == 0", False),
        ("on: e, not_before: 1h", False),
        ("on: f", False),
    ],
)
def test_an_inner_transition_that_may_wait_hides_nothing(inner: str, hidden: bool) -> None:
    spec = parse_spec(
        "fsm: 1\nname: wait\nvariables: {x: {range: 0..1}}\nevents: {e: {}, f: {}}\nmachines:\n"
        "  m:\n    states: {o: {initial: i, states: {i: {}}}, t: {}}\n    transitions:\n"
        f"      - {{from: o, on: e, to: t, set: {{x: 1}}}}\n      - {{from: i, {inner}, to: i}}\n"
        "      - {from: t, on: f, to: o}\nproperties: {p: {reachable: m == t}}\n"
    )
    graph = machine_graph(spec, "m")
    assert graph.has_edge("i", "t") is not hidden
    assert set(dict(graph.nodes(data="role")).values()) == {"pending"}  # no final state, no trap


def test_the_own_event_of_a_copy_hides_not_that_of_the_others() -> None:
    spec = parse_spec(
        "fsm: 1\nname: own\nmachines:\n  desk:\n    count: 2\n    events: {ring: {}}\n"
        "    states: {o: {initial: i, states: {i: {}}}, t: {}}\n    transitions:\n"
        "      - {from: i, on: ring, to: i}\n      - {from: o, on: 'desk[k].ring', to: t}\n"
        "      - {from: o, on: ring, to: t}\nproperties: {p: {reachable: 'desk[0] == t'}}\n"
    )
    assert [key for *_, key in machine_graph(spec, "desk").edges(keys=True)] == [0, 1]


def test_unknown_machine(refund: Spec) -> None:
    with pytest.raises(UsageError, match="has no machine 'tickets'") as caught:
        machine_graph(refund, "tickets")
    assert (caught.value.code, caught.value.hint) == ("F612", "there are: ticket")


def test_a_space(refund: Spec) -> None:
    graph = space_graph(refund, {"patient": True}, lang="zh")
    assert graph.graph["variant"] == {"patient": True}
    assert graph.graph["unit"] == 3_600_000
    assert graph.graph["machines"]["ticket"] == ("new", "applied", "checked", "refunded", "lost")
    assert graph.nodes[0] == {
        "locations": {"ticket": "new"}, "values": {"tries": 0},
        "clocks": {"ticket@open": 0, "ticket@checked": 0}, "saturated": (), "initial": True,
        "final": False, "dead_end": False, "label": "售后单: 新建",
    }  # fmt: skip
    first = next(d for _, _, d in graph.out_edges(0, data=True) if d["event"] == "apply")
    assert first == {
        "kind": "event", "event": "apply", "fields": {}, "moves": (Move("ticket", 0),),
        "milliseconds": 0, "label": "申请",
    }  # fmt: skip
    kinds = nx.get_edge_attributes(graph, "kind")
    assert set(kinds.values()) == {"event", "delay", "deadline", "spontaneous"}
    delays = [d for _, _, d in graph.edges(data=True) if d["kind"] == "delay"]
    assert {d["milliseconds"] for d in delays} == {3_600_000}
    final = [n for n, f in graph.nodes(data="final") if f]
    assert {graph.nodes[n]["locations"]["ticket"] for n in final} == {"refunded"}
    last = graph.nodes[max(final)]
    assert last["clocks"]["ticket@open"] == 0  # it runs only there
    full = [a for _, a in graph.nodes(data=True) if "ticket@checked" in a["saturated"]]
    assert {a["clocks"]["ticket@checked"] for a in full} == {3 * 3_600_000}  # past 2h, all is one


def test_dead_ends() -> None:
    spec = parse_spec(
        "fsm: 1\nname: ends\nmachines:\n  m:\n    states: {a: {}, b: {}, c: {}}\n    transitions:\n"
        "      - {from: a, to: b}\n      - {from: a, to: c}\n      - {from: b, after: 2h, to: b}\n"
        "properties: {p: {reachable: m == b}}\n"
    )
    graph = space_graph(spec)
    ends = {graph.nodes[n]["locations"]["m"] for n, d in graph.nodes(data="dead_end") if d}
    assert ends == {"c"}
    assert not any(final for _, final in graph.nodes(data="final"))


def test_a_part_never_passes_for_the_whole(refund: Spec) -> None:
    size = len(space_graph(refund))
    assert len(space_graph(refund, max_states=size)) == size
    with pytest.raises(UsageError, match="more than") as caught:
        space_graph(refund, max_states=size - 1)
    assert caught.value.code == "F650"


@pytest.mark.parametrize("variant", [{"patient": 2}, {"impatient": True}])
def test_unknown_variant(refund: Spec, variant: Mapping[str, Scalar]) -> None:
    with pytest.raises(UsageError, match="has no variant") as caught:
        space_graph(refund, variant)
    assert caught.value.code == "F603"


def test_a_variant_that_cannot_start() -> None:
    text = REFUND.replace("machines:", "initial_where: patient\nmachines:", 1)
    spec = parse_spec(text)
    assert len(space_graph(spec, {"patient": True})) > 1
    with pytest.raises(UsageError, match="no run of refund starts") as caught:
        space_graph(spec)
    assert caught.value.code == "F603"


def test_shipped_specs() -> None:
    for _, spec in load_specs([SPECS]):
        assert isinstance(spec, Spec)
        for machine in spec.all_machines():
            graph = machine_graph(spec, machine.name)
            assert len(graph) == len([s for s in machine.states if not s.initial])


Seen = tuple[Snapshot, Occurrence, Snapshot]


def reference(spec: Spec, variant: Mapping[str, Scalar], limit: int) -> set[Seen] | None:
    """Moves between snapshots that the reference interpreter finds, time apart; None past the
    limit. Its clocks count for ever, so a run is followed for a bounded time only."""
    interpreter = Interpreter(spec, variant)
    waiting = deque((state, 0) for state in interpreter.initial())
    met: set[State] = set()
    moves: set[Seen] = set()
    while waiting:
        state, time = waiting.popleft()
        if state in met or time > 6:
            continue
        met.add(state)
        if len(met) > limit:
            return None
        for step, target in interpreter.successors(state):
            if isinstance(target, State):
                if isinstance(step, Occurrence):
                    moves.add((state.snapshot, step, target.snapshot))
                waiting.append((target, time + isinstance(step, Delay)))
    return moves


@settings(deadline=None, max_examples=25)
@given(specs(), st.data())
def test_the_space_has_the_steps_of_the_reference(
    document: dict[str, object], data: st.DataObject
) -> None:
    spec = spec_from(document)
    variant = {c.name: data.draw(st.sampled_from(c.values)) for c in spec.configuration}
    expected = reference(spec, variant, 300)
    try:
        graph = space_graph(spec, variant, 2_000)
    except UsageError as problem:
        assert problem.code in {"F650", "F603"}
        return
    if expected is None:
        return

    def place(node: int) -> tuple[object, object]:
        attributes = graph.nodes[node]
        return tuple(attributes["locations"].items()), tuple(attributes["values"].items())

    found = {
        (place(a), (d["event"], tuple(d["fields"].items()), d["moves"]), place(b))
        for a, b, d in graph.edges(data=True)
        if d["kind"] != "delay"
    }
    wanted = {
        ((s.locations, s.values), (o.event, o.fields, o.moves), (t.locations, t.values))
        for s, o, t in expected
    }
    assert wanted <= found
    every_path_of_machine_graphs(spec, graph)


def every_path_of_machine_graphs(spec: Spec, space: nx.MultiDiGraph) -> None:
    """Each move in the space is an edge of the graph of the machine that moves."""
    graphs = {m.name: machine_graph(spec, m.name) for m in spec.all_machines()}
    for a, b, step in space.edges(data=True):
        for move in step["moves"]:
            there = space.nodes[b]["locations"][move.machine]
            here = space.nodes[a]["locations"][move.machine]
            assert graphs[declared(move.machine)].has_edge(here, there, move.transition)
