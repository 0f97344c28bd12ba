"""Machines as diagrams: which boxes, which lines, which words."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings

from fsm.draw.build import MOST_NODES, machine_diagram
from fsm.draw.diagram import Diagram, Edge, EdgeKind, Role
from fsm.draw.view import View
from fsm.errors import UsageError
from fsm.spec.load import parse_spec, spec_from
from tests.draw.specs import chain, refund
from tests.random_specs import specs

BOTH = View(("zh", "en"))


def ticket(view: View = BOTH) -> Diagram:
    spec = refund()
    return machine_diagram(spec, spec.machines[0], view)


def edge(diagram: Diagram, source: str, target: str) -> Edge:
    found = [e for e in diagram.edges if (e.source, e.target) == (source, target)]
    assert len(found) == 1, [(e.source, e.target) for e in diagram.edges]
    return found[0]


def test_states_have_roles_parents_and_marks() -> None:
    nodes = {node.name: node for node in ticket().nodes}
    assert list(nodes) == ["none", "open", "fresh", "old", "done", "stuck"]
    assert nodes["fresh"].words == ("新", "fresh")
    assert nodes["fresh"].parent == "open" and nodes["open"].composite
    assert [name for name, node in nodes.items() if node.initial] == ["none", "fresh"]
    assert nodes["done"].role is Role.FINAL
    assert nodes["stuck"].role is Role.TRAP and nodes["stuck"].urgent
    assert {nodes[n].role for n in ("none", "open", "fresh", "old")} == {Role.PENDING}
    assert nodes["fresh"].rules == ("R2",) and nodes["fresh"].tags == ("hot",)


def test_parallel_transitions_are_one_edge_and_a_composite_state_stands_for_its_inner_ones() -> (
    None
):
    diagram = ticket()
    assert [p.transition for p in edge(diagram, "open", "done").parts] == [2, 3]
    assert edge(diagram, "none", "open").parts[0].owner == 1


def test_words_of_guards_and_actions() -> None:
    first, second = edge(ticket(), "open", "done").parts
    assert first.guard == ("自动 且 A1 = 放弃 且 次数 < 2", "automatic and A1 = drop and count < 2")
    assert first.actions == ("次数 := 次数 + 1", "count := count + 1")
    assert second.guard == ("非 自动", "not automatic")
    assert first.words == ("同意", "agree")


def test_a_deadline_of_its_own() -> None:
    aging = edge(ticket(), "fresh", "old")
    assert aging.kind is EdgeKind.DEADLINE
    assert aging.parts[0].timing == "2 小时 至 4 小时 · 2 h to 4 h"
    assert aging.parts[0].words == ("变旧", "ages") and aging.parts[0].owner is None


def test_a_window_in_which_something_may_happen_is_no_deadline() -> None:
    spec = parse_spec(
        "fsm: 1\nname: w\nmachines:\n  m:\n    states: {a: , b: }\n    transitions:\n"
        "      - {from: a, not_before: 2h, to: b}\n      - {from: b, not_after: 3h, to: a}\n"
    )
    first, second = machine_diagram(spec, spec.machines[0], View()).edges
    assert first.kind is second.kind is EdgeKind.SPONTANEOUS
    assert (first.parts[0].timing, second.parts[0].timing) == ("2 h or later", "within 3 h")


def test_a_deadline_of_the_owner_of_the_event() -> None:
    late = edge(ticket(View(("en",))), "open", "stuck")
    assert late.kind is EdgeKind.DEADLINE
    assert late.parts[0].timing == "48 h in “runs” of clock"


def test_what_stays_is_inside_and_from_everywhere_is_from_each_outermost_state() -> None:
    inside = [e for e in ticket().edges if e.inside]
    assert [(e.source, [p.transition for p in e.parts]) for e in inside] == [
        ("old", [5]), ("none", [6]), ("open", [6]), ("done", [6]), ("stuck", [6]),
    ]  # fmt: skip
    assert not edge(ticket(), "none", "open").inside


def test_owners_are_those_that_occur_numbered_for_the_whole_spec() -> None:
    owners = {owner.name: owner for owner in ticket().owners}
    assert [owners[name].number for name in ("", "buyer", "shop", "clock")] == [0, 1, 2, 3]
    assert len({owner.sign for owner in owners.values()}) == 4
    spec = refund()
    shop = machine_diagram(spec, spec.machines[2], BOTH)
    assert shop.owners == (owners["shop"],)


def test_the_owner_cites_the_rules_of_its_event() -> None:
    spec = refund()
    buyer = machine_diagram(spec, spec.machines[1], BOTH)
    assert buyer.edges[0].parts[0].rules == ("R1",)


def test_hide() -> None:
    diagram = ticket(View(("en",), hide=frozenset({"guards", "actions", "rules"})))
    parts = [part for e in diagram.edges for part in e.parts]
    assert not any(part.guard or part.actions or part.rules for part in parts)
    assert not any(node.rules for node in diagram.nodes)


def test_only_a_tag() -> None:
    diagram = ticket(View(("en",), tags=("hot",)))
    assert [node.name for node in diagram.nodes] == ["open", "fresh"]
    with pytest.raises(UsageError, match="no state of 'ticket' has the tag cold") as caught:
        ticket(View(tags=("cold",)))
    assert caught.value.code == "F620"


def test_collapse() -> None:
    diagram = ticket(View(("zh", "en"), collapse=True))
    nodes = {node.name: node for node in diagram.nodes}
    assert list(nodes) == ["none", "open", "done", "stuck"]
    assert not nodes["open"].composite and nodes["open"].note == ("2 个状态", "2 states")
    assert not any(e.source == e.target == "open" and not e.inside for e in diagram.edges)


def test_copies_are_one_picture() -> None:
    spec = parse_spec(
        "fsm: 1\nname: c\nmachines:\n  m:\n    en: clerk\n    count: 3\n    states: {a: , b: }\n"
        "    transitions: [{from: a, to: b}]\n"
    )
    assert machine_diagram(spec, spec.machines[0], View()).title == ("clerk ×3",)


def test_no_trap_where_nothing_is_final() -> None:
    spec = chain(3)
    diagram = machine_diagram(spec, spec.machines[0], View())
    assert {node.role for node in diagram.nodes} == {Role.PENDING}


def test_too_large_is_refused_with_advice() -> None:
    fits, spec = chain(MOST_NODES), chain(MOST_NODES + 1)
    assert len(machine_diagram(fits, fits.machines[0], View()).nodes) == MOST_NODES
    with pytest.raises(UsageError, match="too many to read") as caught:
        machine_diagram(spec, spec.machines[0], View())
    assert caught.value.code == "F621" and "--only-tag" in caught.value.hint


@hypothesis_settings(max_examples=40, deadline=None)
@given(specs())
def test_every_transition_is_drawn_between_states_that_are_drawn(document: dict[str, Any]) -> None:
    spec = spec_from(document)
    for machine in spec.all_machines():
        diagram = machine_diagram(spec, machine, BOTH)
        names = {node.name for node in diagram.nodes}
        owners = {owner.number for owner in diagram.owners}
        drawn = {part.transition for e in diagram.edges for part in e.parts}
        assert drawn == {transition.number for transition in machine.transitions}
        for each in diagram.edges:
            assert {each.source, each.target} <= names
            assert not each.inside or each.source == each.target
            assert all(part.owner is None or part.owner in owners for part in each.parts)
