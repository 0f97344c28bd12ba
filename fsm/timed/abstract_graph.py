"""A finite graph whose infinite paths are those of real runs: what may go on for ever in dense
time.

Zones are extrapolated, and a node is left for another only where the two are equal; so, other than
in `fsm.timed.zone_graph`, going round in circles here means that some run does. For time to
diverge on the way, a `tick` that takes at least one unit must be taken again and again.
Source: Li, "Checking timed Büchi automata emptiness using LU-abstractions", FORMATS 2009; Tripakis,
"Verifying progress in timed systems", 1999.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from fsm.explore.emit import Values
from fsm.explore.space import Arc, Limits
from fsm.explore.successors import DELAY
from fsm.explore.variants import Variants
from fsm.semantics import ir
from fsm.semantics.lowered import System
from fsm.timed.checked import PLAIN, Operations
from fsm.timed.dbm import Zone, weak
from fsm.timed.limits import Extra, Horizons
from fsm.timed.steps import Plan, TimedStep, TimedSuccessors
from fsm.timed.zone_graph import Frame, Link, Search, Watch, ZoneGraph


class Ticking(TimedSuccessors):
    """The steps of a system, and a tick, at most once in each unit of time."""

    def __init__(self, system: System, variants: Variants, ghosts: int) -> None:
        """The tick's clock is ghost `ghosts`, one after those of the watch."""
        super().__init__(system, variants)
        self.clock = self.numbering.of(ir.Watch(ghosts))
        self.tick = self._number(None, ())

    def plan(self, state: Values) -> Plan:
        """Everything that can happen in a discrete state, and the tick."""
        plan = super().plan(state)
        box = ((0, self.clock, weak(-1)),)
        everything = self.variants.everything
        tick = TimedStep(self.tick, everything, box, state, frozenset((self.clock,)))
        return Plan((*plan.steps, tick), plan.passing, plan.paused)

    @property
    def extra(self) -> Extra:
        """The limits of its clock."""
        return ((self.clock, 1, -1),)


@dataclass(slots=True)
class AbstractGraph:
    """The graph, as `fsm.explore.graph` reads it; node i is `frames[i]` with an extrapolated
    zone."""

    successors: Ticking
    frames: list[Frame] = field(default_factory=list)
    reach: list[int] = field(default_factory=list)
    initial: list[tuple[int, int]] = field(default_factory=list)
    arcs: list[dict[tuple[int, int], int]] = field(default_factory=list)
    links: dict[tuple[int, int, int], Link] = field(default_factory=dict)
    undecided: int = 0
    limit: str = ""

    def out(self, state: int, mask: int) -> Iterator[Arc]:
        """The arcs out of a node for these variants."""
        for (step, target), variants in self.arcs[state].items():
            if variants & mask:
                yield step, target, variants & mask

    def offering(self, node: int, steps: frozenset[int]) -> int:
        """The variants in which a node has a step of the set."""
        found = 0
        for step, _, variants in self.out(node, self.reach[node]):
            found |= variants if step in steps else 0
        return found


def abstract_graph(
    successors: Ticking, watch: Watch, horizons: Horizons, limits: Limits, everything: int,
    ops: Operations = PLAIN,
) -> tuple[AbstractGraph, ZoneGraph]:  # fmt: skip
    """All nodes and arcs, with the frames that were met."""
    graph = AbstractGraph(successors)
    search = _AbstractSearch(
        ZoneGraph(successors), watch, horizons, ops, False, limits, everything, None, abstract=graph
    )
    search.run()
    graph.limit, graph.undecided = search.graph.limit, search.graph.undecided
    search.graph.masks[:] = graph.reach
    return graph, search.graph


@dataclass(slots=True)
class _AbstractSearch(Search):
    """Nodes are told apart by equality; `masks` holds what is still to be expanded."""

    abstract: AbstractGraph = field(kw_only=True)
    number: dict[tuple[int, Zone], int] = field(default_factory=dict)

    def _expand(self, node: int, mask: int) -> None:
        self.graph.masks[node] = 0
        if mask:
            Search._expand(self, node, mask)

    def _add(self, frame: Frame, zone: Zone, mask: int, link: Link) -> None:
        abstract, graph = self.abstract, self.graph
        zone = self.ops.extrapolate(zone, frame.n, frame.horizon.low, frame.horizon.high)
        node = self.number.setdefault((id(frame), zone), len(graph.zones))
        if node == len(graph.zones):
            if self.limits.states is not None and node >= self.limits.states:
                graph.limit = f"{self.limits.states} states"
                graph.undecided |= mask
                del self.number[id(frame), zone]
                return
            graph.of.append(frame)
            graph.zones.append(zone)
            graph.masks.append(0)
            graph.links.append(link)
            self.alive.append(True)
            abstract.frames.append(frame)
            abstract.reach.append(0)
            abstract.arcs.append({})
        if link.parent < 0:
            abstract.initial.append((node, mask))
        else:
            step = DELAY if link.step is None else link.step.number
            arcs = abstract.arcs[link.parent]
            arcs[step, node] = arcs.get((step, node), 0) | mask
            abstract.links.setdefault((link.parent, step, node), link)
        fresh = mask & ~abstract.reach[node]
        if fresh:
            abstract.reach[node] |= fresh
            if not graph.masks[node]:
                self.waiting.append(node)
            graph.masks[node] |= fresh
