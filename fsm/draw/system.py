"""The whole system as a diagram: who decides on which events, and which machines they reach."""

from fsm.draw.build import copies, readable
from fsm.draw.diagram import Diagram, Edge, EdgeKind, Kind, Node, Part, Role
from fsm.draw.owners import machine_words, owner_name, owners_of
from fsm.draw.view import View
from fsm.model import Machine, Spec
from fsm.report.labels import Labels

OVERVIEW = "system-overview"  # no machine is called so: a hyphen is not part of an id
OUTSIDE = "outside-world"  # the node of the environment, for the same reason


def system_diagram(spec: Spec, view: View) -> Diagram:
    """The machines, and from the owner of each event an edge to every machine that listens to it.

    An event that nobody listens to stays within its owner. Raises `UsageError` for more machines
    or events than one can read.
    """
    labels = tuple(Labels(spec, lang) for lang in view.langs)
    owners = owners_of(spec, labels)
    edges: dict[tuple[str, str], list[Part]] = {}
    for scope in spec.scopes():
        for event in scope.events:
            owner = owner_name(event)
            part = Part(
                words=tuple(each.event(event.name) for each in labels),
                owner=owners[owner].number,
                rules=() if "rules" in view.hide else event.rules,
            )
            source = owner or OUTSIDE
            listeners = _listeners(spec, event.name, owner)
            for target in listeners or ([source] if owner else []):
                edges.setdefault((source, target), []).append(part)
    nodes = [_node(spec, machine, labels) for machine in spec.all_machines()]
    if any(source == OUTSIDE for source, _ in edges):
        nodes.insert(0, Node(OUTSIDE, owners[""].words, Role.ACTOR))
    used = {part.owner for parts in edges.values() for part in parts}
    return readable(
        Diagram(
            kind=Kind.SYSTEM,
            spec=spec.name,
            name=OVERVIEW,
            title=tuple(spec.title.get(lang, spec.name) for lang in view.langs),
            langs=view.langs,
            nodes=tuple(nodes),
            edges=tuple(
                Edge(source, target, EdgeKind.EVENT, tuple(parts), inside=source == target)
                for (source, target), parts in edges.items()
            ),
            owners=tuple(owner for owner in owners.values() if owner.number in used),
        )
    )


def _listeners(spec: Spec, event: str, owner: str) -> list[str]:
    return [
        machine.name
        for machine in spec.all_machines()
        if machine.name != owner
        and any(t.event is not None and t.event.event == event for t in machine.transitions)
    ]


def _node(spec: Spec, machine: Machine, labels: tuple[Labels, ...]) -> Node:
    count = copies(spec.copies_of(machine.name))
    leaves = len(machine.states) - len({s.parent for s in machine.states} - {""})
    return Node(
        name=machine.name,
        words=tuple(words + count for words in machine_words(machine.name, labels)),
        role=Role.ACTOR,
        note=tuple(each.words.number("states", leaves) for each in labels),
    )
