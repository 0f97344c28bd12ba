"""The way that a run takes through the lifecycle of one machine, numbered like its story."""

from collections import defaultdict
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from fsm.draw.diagram import Diagram, Edge
from fsm.report.labels import Labels
from fsm.report.story import tell
from fsm.semantics.trace import Delay, Run

Numbers = tuple[int, ...]


class Visit(Struct, frozen=True):
    """Step `number` of the story takes `transition`, from one innermost state to another."""

    number: int
    transition: int
    source: str
    target: str


def visits(run: Run, labels: Labels, machine: str) -> Iterator[Visit]:
    """What the machine instance does in the run; the numbers are those of the story."""
    for number, told in enumerate(tell(run, labels, 1).steps, start=1):
        step = run.steps[told.state - 1]
        if isinstance(step, Delay):
            continue
        for move in step.moves:
            if move.machine == machine:
                source, target = (
                    dict(run.states[place].snapshot.locations)[machine]
                    for place in (told.state - 1, told.state)
                )
                yield Visit(number, move.transition, source, target)


def highlight(diagram: Diagram, run: Run, labels: Labels, machine: str) -> Diagram:
    """The diagram of a machine with the path of one of its instances: `steps` on the nodes, edges
    and parts that the run passes, 0 on the node where it starts.

    Semantics   A step from an inner state is shown on the edge that leaves the nearest state around
                it. What the diagram leaves out is left out here.
    """
    shown = {node.name: node for node in diagram.nodes}
    parents = {state.name: state.parent for state in labels.machines[diagram.name].states}

    def around(name: str) -> Iterator[str]:
        while name:
            yield name
            name = parents[name]

    def visible(name: str) -> str:
        return next((n for n in around(name) if n in shown), "")

    nodes: dict[str, list[int]] = defaultdict(list)
    parts: dict[tuple[int, int], list[int]] = defaultdict(list)
    nodes[visible(dict(run.states[0].snapshot.locations)[machine])].append(0)
    for visit in visits(run, labels, machine):
        ways = list(around(visit.source))
        found = _edge(diagram, visit, ways, list(around(visit.target)))
        if found is not None:
            parts[found].append(visit.number)
        if visit.source != visit.target or (found and not diagram.edges[found[0]].inside):
            nodes[visible(visit.target)].append(visit.number)
    return replace(
        diagram,
        path=True,
        nodes=tuple(replace(node, steps=tuple(nodes[node.name])) for node in diagram.nodes),
        edges=tuple(_passed(edge, place, parts) for place, edge in enumerate(diagram.edges)),
    )


def _edge(
    diagram: Diagram, visit: Visit, sources: list[str], targets: list[str]
) -> tuple[int, int] | None:
    """Which edge, and which of its parts, shows the visit: the one that starts nearest."""
    found = [
        (sources.index(edge.source), targets.index(edge.target), place, number)
        for place, edge in enumerate(diagram.edges)
        for number, part in enumerate(edge.parts)
        if part.transition == visit.transition and edge.source in sources and edge.target in targets
    ]
    return min(found)[2:] if found else None


def _passed(edge: Edge, place: int, passed: dict[tuple[int, int], list[int]]) -> Edge:
    parts = tuple(
        replace(part, steps=tuple(passed.get((place, number), ())))
        for number, part in enumerate(edge.parts)
    )
    return replace(edge, parts=parts, steps=tuple(sorted(n for part in parts for n in part.steps)))
