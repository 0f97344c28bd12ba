"""The way of a run through a lifecycle: numbered like the story, and never somewhere else."""

from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fsm.draw.build import machine_diagram
from fsm.draw.diagram import Diagram
from fsm.draw.path import highlight, visits
from fsm.draw.view import View
from fsm.report.labels import Labels
from fsm.semantics.instances import Instances
from fsm.spec.load import spec_from
from tests.draw.runs import flagship, flagship_run, walk
from tests.random_specs import specs


def ticket() -> Diagram:
    spec = flagship().spec
    machine = spec.all_machines()[0]
    diagram = machine_diagram(spec, machine, View(("en",)))
    return highlight(diagram, flagship_run(), Labels(spec, "en"), machine.name)


def test_the_ticket_of_the_known_hole() -> None:
    diagram = ticket()
    assert diagram.path
    assert {node.name: node.steps for node in diagram.nodes if node.steps} == {
        "unapplied": (0,), "applied": (3,), "intercepting": (4,), "timed_out": (6,),
        "approved": (7,), "refunded": (8,),
    }  # fmt: skip
    assert sorted(n for edge in diagram.edges for n in edge.steps) == [3, 4, 6, 7, 8]


def test_the_deadline_leaves_the_state_around_the_one_that_the_ticket_was_in() -> None:
    edge = next(e for e in ticket().edges if 6 in e.steps)
    assert (edge.source, edge.target) == ("pending", "timed_out")


@settings(max_examples=80, deadline=None)
@given(specs(), st.integers(0, 1 << 30))
def test_every_step_of_the_machine_is_shown_once(document: dict[str, Any], seed: int) -> None:
    spec = spec_from(document)
    run = walk(spec, Random(seed), 12)
    if run is None:
        return
    labels = Labels(spec, "en")
    for process in Instances(spec).processes:
        diagram = machine_diagram(spec, process.machine, View(("en",)))
        marked = highlight(diagram, run, labels, process.name)
        expected = sorted(v.number for v in visits(run, labels, process.name))
        assert sorted(n for e in marked.edges for n in e.steps) == expected
        for edge in marked.edges:
            assert edge.steps == tuple(sorted(n for part in edge.parts for n in part.steps))
        shown = {node.name: node.steps for node in marked.nodes}
        start = dict(run.states[0].snapshot.locations)[process.name]
        assert 0 in shown[start]
        for visit in visits(run, labels, process.name):
            if visit.source != visit.target:
                assert visit.number in shown[visit.target]
