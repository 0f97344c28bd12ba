"""A path of zones that machine code found, walked once more by the search in Python.

Whoever reads a path (instants, replay, stories) needs its steps and how time passed; and what
another program claims is looked at before it is shown.

Machine code cuts guards into boxes once and for all, Python state by state, where a condition on
clocks may not matter; so one zone there is part of one here, or of several. Zones here are exact
and the boxes of a guard leave nothing out, so each run along the path there is a run through zones
here that meet those: all of them are followed, or one alone that has the whole zone in it.
"""

from collections.abc import Sequence

from msgspec import field

from fsm.explore.emit import Values
from fsm.explore.space import Limits
from fsm.timed.boxes import Box
from fsm.timed.checked import PLAIN, Operations
from fsm.timed.dbm import Zone, origin
from fsm.timed.limits import Horizons
from fsm.timed.zone_graph import Frame, Link, Nobody, Search, ZoneGraph

Place = tuple[Values, Zone]  # a discrete state, with a zone


def retrace(
    graph: ZoneGraph, horizons: Horizons, path: Sequence[Place], mask: int, box: Box,
    ops: Operations = PLAIN,
) -> int:  # fmt: skip
    """Add the nodes of a path to a graph; the number of the last one, which meets the box. `mask`:
    variants in which the path is one. Raises `AssertionError` where the search in Python knows no
    such path.

    Complexity: one expansion a node that is followed, nearly always one a step.
    """
    walk = _Walk(graph, Nobody(), horizons, ops, False, Limits(), mask, None, wanted=path[0])
    for state, m in graph.successors.initial():
        if m & mask == mask and state == path[0][0]:
            frame = walk._frame(state, ())
            walk._arrive(frame, origin(frame.n), mask, Link(-1, None, frozenset(), ()))
    for place in path[1:]:
        for node in walk.next(place):
            walk._expand(node, mask)
    found = next((node for node in walk.kept if graph.meets(node, box)), None)
    assert found is not None, "what machine code found is not there"
    return found


class _Walk(Search, kw_only=True):
    """Keeps the nodes of a step whose zones meet the one that is `wanted`; `whole`: it is in the
    zone of the only one."""

    wanted: Place
    kept: list[int] = field(default_factory=list)
    whole: bool = False

    def next(self, place: Place) -> list[int]:
        """Another step: the nodes to go on from."""
        here = self.kept
        self.wanted, self.kept, self.whole = place, [], False
        return here

    def _add(self, frame: Frame, zone: Zone, mask: int, link: Link) -> None:
        graph, ops, n = self.graph, self.ops, frame.n
        state, wanted = self.wanted
        if self.whole or mask != self.family or frame.state != state:
            return
        whole = ops.included(wanted, zone)
        bounds = [(k // n, k % n, bound) for k, bound in enumerate(wanted)]
        if not whole and (
            ops.intersect(zone, n, bounds) is None
            or any(ops.included(zone, graph.zones[node]) for node in self.kept)
        ):
            return
        self.kept = [*([] if whole else self.kept), len(graph.zones)]
        self.whole = whole
        graph.of.append(frame)
        graph.zones.append(zone)
        graph.masks.append(mask)
        graph.links.append(link)
