"""A path of zones that machine code found, walked once more by the search in Python.

Whoever reads a path (instants, replay, stories) needs its steps and how time passed; and what
another program claims is looked at before it is shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from fsm.explore.emit import Values
from fsm.explore.space import Limits
from fsm.timed.checked import PLAIN, Operations
from fsm.timed.dbm import Zone, origin
from fsm.timed.limits import Horizons
from fsm.timed.zone_graph import Frame, Link, Nobody, Search, ZoneGraph

Place = tuple[Values, Zone]  # a discrete state, with a zone


def retrace(
    graph: ZoneGraph, horizons: Horizons, path: Sequence[Place], mask: int,
    ops: Operations = PLAIN,
) -> int:  # fmt: skip
    """Add the nodes of a path to a graph; the number of the last one. `mask`: variants in which the
    path is one. Raises `AssertionError` where the search in Python knows no such path.

    Complexity: one expansion a node.
    """
    walk = _Walk(graph, Nobody(), horizons, ops, False, Limits(), mask, None, wanted=path[0])
    for state, m in graph.successors.initial():
        if m & mask == mask and state == path[0][0] and not walk.met:
            frame = walk._frame(state, ())
            walk._arrive(frame, origin(frame.n), mask, Link(-1, None, frozenset(), ()))
    for place in path[1:]:
        assert walk.met, "a zone that machine code found is not there"
        walk.wanted, walk.met = place, False
        walk._expand(len(graph.zones) - 1, mask)
    assert walk.met, "a zone that machine code found is not there"
    return len(graph.zones) - 1


@dataclass(slots=True)
class _Walk(Search):
    """Keeps one node a step: the first that is as `wanted`."""

    wanted: Place = field(kw_only=True)
    met: bool = field(default=False, kw_only=True)

    def _add(self, frame: Frame, zone: Zone, mask: int, link: Link) -> None:
        graph = self.graph
        if mask == self.family and not self.met and (frame.state, zone) == self.wanted:
            graph.of.append(frame)
            graph.zones.append(zone)
            graph.masks.append(mask)
            graph.links.append(link)
            self.met = True
