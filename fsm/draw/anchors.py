"""Where lines really start and end, and which of them run against the direction of the picture."""

from fsm.draw.cards import Card
from fsm.draw.diagram import Diagram, Node


class Anchors:
    """Ends of lines for Graphviz, which ties lines to boxes only: a line at the border of a
    composite node is tied to a node inside it, and clipped.
    """

    def __init__(self, diagram: Diagram, cards: tuple[Card, ...]) -> None:
        self.nodes = {node.name: node for node in diagram.nodes}
        self.inner: dict[str, list[Node]] = {"": []}
        for node in diagram.nodes:
            self.inner.setdefault(node.name, [])
            self.inner.setdefault(node.parent, []).append(node)
        self._depth = self._depths(diagram)
        self.back = self._back(diagram, cards)

    def entered(self, name: str) -> str:
        """The node itself, or the one in it that one starts in."""
        while self.nodes[name].composite:
            inner = self.inner[name]
            name = next((node for node in inner if node.initial), inner[0]).name
        return name

    def left(self, name: str) -> str:
        """The node itself, or the one in it that is farthest from the start: the lowest."""
        while self.nodes[name].composite:
            inner = self.inner[name]
            name = max(reversed(inner), key=lambda node: self._depth[node.name]).name
        return name

    def turned(self, card: Card) -> tuple[set[str], set[str]]:
        """The sources and the targets of a card whose lines all run backwards."""
        forward = [(s, t) for s, t, _ in card.ends if (s, t) not in self.back]
        sources = set(card.sources) - {source for source, _ in forward}
        targets = set(card.targets) - {target for _, target in forward}
        return (set(), set()) if card.anywhere else (sources, targets)

    def _back(self, diagram: Diagram, cards: tuple[Card, ...]) -> set[tuple[str, str]]:
        """The pairs that close a cycle, in a depth-first search from the start.

        Without them nothing leads back, so a picture in which they point up runs from the start
        downwards. O(nodes + lines).
        """
        follow: dict[str, list[tuple[str, tuple[str, str]]]] = {}
        for card in cards:
            for source, target, _ in () if card.anywhere else card.ends:
                step = (self.entered(target), (source, target))
                follow.setdefault(self.left(source), []).append(step)
        found: set[tuple[str, str]] = set()
        done: set[str] = set()
        starts = [node.name for node in diagram.nodes if node.initial and not node.parent]
        for start in [*starts, *self.nodes]:
            first = self.entered(start)
            if first in done:
                continue
            path, open_ = {first}, [(first, iter(follow.get(first, [])))]
            while open_:
                name, rest = open_[-1]
                for target, pair in rest:
                    if target in path:
                        found.add(pair)
                    elif target not in done:
                        path.add(target)
                        open_.append((target, iter(follow.get(target, []))))
                        break
                else:
                    path.discard(name)
                    done.add(name)
                    open_.pop()
        return found

    def _depths(self, diagram: Diagram) -> dict[str, int]:
        """How many transitions each node is away from the start; a far one for unreached ones."""
        depth: dict[str, int] = {}
        new = [node.name for node in diagram.nodes if node.initial and not node.parent]
        level = 0
        while new:
            for name in new:
                for around in self._around(self.entered(name)):
                    depth.setdefault(around, level)
            level += 1
            new = [
                edge.target
                for edge in diagram.edges
                if edge.source in depth and self.entered(edge.target) not in depth
            ]
        return {name: depth.get(name, level) for name in self.nodes}

    def _around(self, name: str) -> list[str]:
        found = []
        while name:
            found.append(name)
            name = self.nodes[name].parent
        return found
