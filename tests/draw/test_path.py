"""The way of a run through a lifecycle: numbered like the story, and never somewhere else."""

from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from fsm.draw.build import machine_diagram
from fsm.draw.diagram import Diagram
from fsm.draw.path import highlight, visits
from fsm.draw.view import View
from fsm.report.labels import Labels
from fsm.report.layout import lay_out
from fsm.report.story import tell
from fsm.semantics.instances import Instances
from fsm.semantics.trace import Delay, Run
from fsm.semantics.units import unit_of
from fsm.spec.load import spec_from
from tests.draw.runs import flagship, flagship_run, walk
from tests.random_specs import specs

ENGLISH = View(("en",))


def ticket(view: View = ENGLISH, run: Run | None = None) -> Diagram:
    spec = flagship().spec
    machine = spec.all_machines()[0]
    diagram = machine_diagram(spec, machine, view)
    return highlight(diagram, run or flagship_run(), Labels(spec, "en"), machine.name)


def steps_of(diagram: Diagram) -> dict[str, tuple[int, ...]]:
    return {node.name: node.steps for node in diagram.nodes if node.steps}


def test_the_ticket_of_the_known_hole() -> None:
    diagram = ticket()
    assert diagram.path
    assert steps_of(diagram) == {
        "unapplied": (0,), "applied": (3,), "intercepting": (4,), "timed_out": (6,),
        "approved": (7,), "refunded": (8,),
    }  # fmt: skip
    assert sorted(n for edge in diagram.edges for n in edge.steps) == [3, 4, 6, 7, 8]


def test_the_numbers_are_those_that_the_text_gives() -> None:
    """Step 6 comes after a delay, which the story does not count."""
    labels = Labels(flagship().spec, "en")
    lines = lay_out(tell(flagship_run(), labels, unit_of(labels.spec)), labels.words, "")
    shown = {node.words[0]: node.steps for node in ticket().nodes}
    number, found = 0, []
    for line in lines:
        head = line.split(".")[0].strip()
        number = int(head) if head.isdecimal() else number
        label, _, change = line.strip().partition(": ")
        if label == "ticket" and " → " in change:
            found.append(number)
            assert number in shown[change.partition(" → ")[2]]
    assert found == [3, 4, 6, 7, 8]


def test_the_deadline_leaves_the_state_around_the_one_that_the_ticket_was_in() -> None:
    edge = next(e for e in ticket().edges if 6 in e.steps)
    assert (edge.source, edge.target) == ("pending", "timed_out")


def test_the_part_that_is_taken_is_marked_and_no_other() -> None:
    parts = [part for edge in ticket().edges for part in edge.parts if part.steps]
    assert [(part.words[0], part.steps) for part in parts if 4 in part.steps] == [
        ("strategy 3: start an interception", (4,))
    ]
    assert sorted(n for part in parts for n in part.steps) == [3, 4, 6, 7, 8]


def test_states_that_are_one_box_share_their_numbers() -> None:
    collapsed = steps_of(ticket(View(("en",), collapse=True)))
    assert collapsed["pending"] == (3, 4)
    assert collapsed["timed_out"] == (6,)


def test_what_is_left_out_is_left_out() -> None:
    whole = ticket()
    kept = tuple(n for n in whole.nodes if n.name in {"pending", "applied", "intercepting"})
    part = replace(
        whole,
        nodes=kept,
        edges=tuple(e for e in whole.edges if {e.source, e.target} <= {n.name for n in kept}),
    )
    spec = flagship().spec
    marked = highlight(part, flagship_run(), Labels(spec, "en"), "ticket")
    assert steps_of(marked) == {"applied": (3,), "intercepting": (4,)}
    assert [n for edge in marked.edges for n in edge.steps] == [4]


def test_a_loop_changes_no_number() -> None:
    """Where the loop starts between a delay and the step after it, time that passes is a step of
    its own in the story, and counts."""
    run = flagship_run()
    delay = next(n for n, step in enumerate(run.steps) if isinstance(step, Delay))
    assert steps_of(ticket(run=replace(run, loop=4))) == steps_of(ticket())
    later = steps_of(ticket(run=replace(run, loop=delay + 1)))
    assert (later["intercepting"], later["timed_out"], later["approved"]) == ((4,), (7,), (8,))


@settings(max_examples=60, deadline=None)
@given(specs(), st.integers(0, 1 << 30))
def test_every_step_of_the_machine_is_shown_once(document: dict[str, Any], seed: int) -> None:
    spec = spec_from(document)
    run = walk(spec, Random(seed), 12)
    if run is None:
        return
    labels = Labels(spec, "en")
    taken = [step for step in run.steps if not isinstance(step, Delay)]
    for process in Instances(spec).processes:
        diagram = machine_diagram(spec, process.machine, View(("en",)))
        marked = highlight(diagram, run, labels, process.name)
        expected = [
            (number, move.transition)
            for number, step in enumerate(taken, start=1)
            for move in step.moves
            if move.machine == process.name
        ]
        shown = [(n, part.transition) for e in marked.edges for part in e.parts for n in part.steps]
        assert sorted(shown) == expected
        for edge in marked.edges:
            assert edge.steps == tuple(sorted(n for part in edge.parts for n in part.steps))
        steps = {node.name: node.steps for node in marked.nodes}
        start = dict(run.states[0].snapshot.locations)[process.name]
        assert 0 in steps[start]
        for visit in visits(run, labels, process.name):
            if visit.source != visit.target:
                assert visit.number in steps[visit.target]
