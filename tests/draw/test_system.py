"""The overview: who decides on which events, and whom they reach."""

import pytest

from fsm.draw.diagram import Kind, Role
from fsm.draw.system import OUTSIDE, OVERVIEW, system_diagram
from fsm.draw.view import View
from fsm.errors import UsageError
from fsm.spec.load import parse_spec
from tests.draw.specs import refund


def test_machines_and_the_environment_are_its_nodes() -> None:
    diagram = system_diagram(refund(), View(("zh", "en")))
    assert diagram.kind is Kind.SYSTEM and diagram.name == OVERVIEW
    assert [node.name for node in diagram.nodes] == [OUTSIDE, "ticket", "buyer", "shop", "clock"]
    assert {node.role for node in diagram.nodes} == {Role.ACTOR}
    ticket = diagram.nodes[1]
    assert ticket.words == ("售后单", "ticket") and ticket.note == ("5 个状态", "5 states")
    assert diagram.title == ("退款", "Refund")


def test_events_lead_from_their_owner_to_every_listener() -> None:
    diagram = system_diagram(refund(), View(("en",)))
    found = {(e.source, e.target): [p.words for p in e.parts] for e in diagram.edges}
    assert found == {
        ("buyer", "ticket"): [("apply",)],
        ("shop", "ticket"): [("agree",)],
        (OUTSIDE, "ticket"): [("strike",)],
        ("clock", "ticket"): [("expire",)],
    }
    apply = next(e for e in diagram.edges if e.source == "buyer").parts[0]
    assert apply.owner == 1 and apply.rules == ("R1",)


def test_an_event_that_nobody_listens_to_stays_with_its_owner() -> None:
    spec = parse_spec(
        "fsm: 1\nname: lone\nmachines:\n  m: {count: 2, events: {think: {by: m}}, "
        "states: {a: }, transitions: [{on: think}]}\n"
    )
    diagram = system_diagram(spec, View())
    assert [(e.source, e.target, e.inside) for e in diagram.edges] == [("m", "m", True)]
    assert diagram.nodes[0].words == ("m ×2",)


def test_too_many_machines_are_refused() -> None:
    machines = "".join(
        f"  m{n}: {{states: {{a: , b: }}, transitions: [{{from: a, to: b}}]}}\n" for n in range(61)
    )
    with pytest.raises(UsageError, match="61 machines") as caught:
        system_diagram(parse_spec("fsm: 1\nname: wide\nmachines:\n" + machines), View())
    assert caught.value.code == "F621" and "--machine" in caught.value.hint
