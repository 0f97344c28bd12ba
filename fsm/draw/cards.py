"""What the labels of a diagram stand for: each transition once, however many lines meet there.

A card is a label that edges pass through: from its sources, to its targets. Transitions with the
same sources and targets share a card; one from every state has a card that no line leads to.
What happens within a state, without leaving it, is listed in the state itself.
"""

from msgspec import Struct
from msgspec.structs import replace

from fsm.draw.diagram import Diagram, Edge, EdgeKind, Node, Part

Key = tuple[object, ...]


class Card(Struct, frozen=True):
    """A label with its lines. `anywhere`: from every state, so that `ends` has only its targets.

    Each end is a source, a target, and whether a highlighted path takes this way.
    """

    kind: EdgeKind
    parts: tuple[Part, ...]
    ends: tuple[tuple[str, str, bool], ...]
    anywhere: bool = False

    @property
    def sources(self) -> dict[str, bool]:
        """By name, and whether the path comes from there."""
        return _names([(source, taken) for source, _, taken in self.ends])

    @property
    def targets(self) -> dict[str, bool]:
        """By name, and whether the path goes there."""
        return _names([(target, taken) for _, target, taken in self.ends])


class Layout(Struct, frozen=True):
    """The cards, what each node lists inside (by its name), and what every state does alike."""

    cards: tuple[Card, ...]
    inside: dict[str, tuple[Part, ...]]
    everywhere: tuple[Part, ...]


def arrange(diagram: Diagram) -> Layout:
    """Semantics   Every part of every edge is in exactly one place, in the order of the diagram.
    Complexity  O(parts × log parts).
    """
    outermost = [node.name for node in diagram.nodes if not node.parent]
    found: dict[Key, list[tuple[Edge, Part]]] = {}
    for edge in diagram.edges:
        for part in edge.parts:
            found.setdefault(_key(edge, part), []).append((edge, part))
    inside: dict[str, list[Part]] = {}
    everywhere: list[Part] = []
    grouped: dict[Key, list[Part]] = {}
    ends: dict[Key, list[tuple[str, str, bool]]] = {}
    for uses in found.values():
        edge, part = uses[0][0], _joined([part for _, part in uses])
        sources = [use.source for use, _ in uses]
        every = len(outermost) > 2 and sorted(set(sources)) == sorted(outermost)
        if edge.inside and len(sources) > 1 and sorted(sources) == sorted(outermost):
            everywhere.append(part)
        elif edge.inside:
            for use, own in uses:
                inside.setdefault(use.source, []).append(own)
        else:
            shape = tuple((use.source, use.target) for use, _ in uses)
            key: Key = (edge.kind, every, shape)
            grouped.setdefault(key, []).append(part)
            taken = [(use.source, use.target, bool(own.steps)) for use, own in uses]
            before = ends.get(key)
            ends[key] = _either(before, taken) if before else taken
    cards = tuple(
        Card(kind, tuple(parts), tuple(ends[kind, every, shape]), bool(every))
        for (kind, every, shape), parts in grouped.items()
        if isinstance(kind, EdgeKind)
    )
    return Layout(cards, {name: tuple(parts) for name, parts in inside.items()}, tuple(everywhere))


def enclosing(nodes: dict[str, Node], names: list[str]) -> str:
    """The innermost composite node around all of these, "" for none; a node does not enclose
    itself, so that a line from the border of a composite node starts outside of it."""
    chains = []
    for name in names:
        chain = [""]
        while name in nodes and (name := nodes[name].parent):
            chain.insert(1, name)
        chains.append(chain)
    common = ""
    for level in zip(*chains, strict=False):
        if len(set(level)) == 1:
            common = level[0]
    return common


def _key(edge: Edge, part: Part) -> Key:
    """What stays together: one transition, or one event that several machines listen to."""
    if part.transition is not None:
        return edge.kind, edge.inside, part.transition, part.timing
    return edge.kind, edge.inside, edge.source, replace(part, steps=())


def _joined(parts: list[Part]) -> Part:
    steps = tuple(sorted({step for part in parts for step in part.steps}))
    return replace(parts[0], steps=steps)


def _either(
    before: list[tuple[str, str, bool]], after: list[tuple[str, str, bool]]
) -> list[tuple[str, str, bool]]:
    return [(s, t, one or two) for (s, t, one), (_, _, two) in zip(before, after, strict=True)]


def _names(found: list[tuple[str, bool]]) -> dict[str, bool]:
    names: dict[str, bool] = {}
    for name, taken in found:
        names[name] = names.get(name, False) or taken
    return names
