"""A finite graph whose infinite paths are those of real runs: what may go on for ever in dense
time.

Zones are extrapolated, and a node is left for another only where the two are equal; so, other than
in `fsm.timed.zone_graph`, going round in circles here means that some run does. For time to
diverge on the way, a `tick` that takes at least some time must be taken again and again; for weak
fairness, what is not taken must be at a point where it cannot be, again and again: `idle` steps
are taken just there. None of these changes anything but the clock of the tick.
Source: Li, "Checking timed Büchi automata emptiness using LU-abstractions", FORMATS 2009; Tripakis,
"Verifying progress in timed systems", 1999.
"""

from collections.abc import Callable, Sequence
from functools import reduce
from operator import or_

from msgspec import Struct, field

from fsm.explore.emit import Values
from fsm.explore.space import Arc, Limits
from fsm.explore.successors import DELAY, StepInfo
from fsm.explore.variants import Variants
from fsm.semantics import ir
from fsm.semantics.lowered import System
from fsm.semantics.units import durations
from fsm.timed.boxes import ALWAYS, but_not
from fsm.timed.checked import PLAIN, Operations
from fsm.timed.dbm import Zone, weak
from fsm.timed.limits import Extra, Horizons
from fsm.timed.steps import Plan, TimedStep, TimedSuccessors
from fsm.timed.zone_graph import Entry, Frame, Later, Link, Search, Watch, ZoneGraph

Choice = Callable[[Sequence[StepInfo]], frozenset[int]]  # those of the steps that count as one


class Ticking(TimedSuccessors):
    """The steps of a system; a tick, at most once in so many units of time; and for each choice
    that is looked at a step that can be taken where none of its own can.

    The units are those of the shortest duration that is measured: any will do, and the fewer ticks
    there can be until a clock has passed all its bounds, the fewer zones there are.
    """

    def __init__(
        self, system: System, variants: Variants, ghosts: int, choices: Sequence[Choice] = ()
    ) -> None:
        """The tick's clock is ghost `ghosts`, one after those of the watch."""
        super().__init__(system, variants)
        self.clock = self.numbering.of(ir.Watch(ghosts))
        self.choices = choices
        unit = system.unit or 1
        self.every = min((d // unit for d in durations(system.spec) if d >= unit), default=1)
        self.tick, *self.idle = (self._beside() for _ in (None, *choices))

    def _beside(self) -> int:
        """The number of a step that is none of the system's."""
        self.steps.append(StepInfo(None, ()))
        return len(self.steps) - 1

    def is_beside(self, number: int) -> bool:
        """Is it none of the system's?"""
        return number == self.tick or number in self.idle

    def _planned(self, state: Values) -> Plan:
        """And the steps beside."""
        plan = super()._planned(state)
        everything = self.variants.everything
        box = ((0, self.clock, weak(-self.every)),)
        beside = [TimedStep(self.tick, everything, box, state, frozenset((self.clock,)))]
        for number, choice in zip(self.idle, self.choices, strict=True):
            mine = choice(self.steps)
            offered = [(step.mask, step.box) for step in plan.steps if step.number in mine]
            for mask, where in but_not([(everything, ALWAYS)], offered):
                beside.append(TimedStep(number, mask, where, state, frozenset()))
        return Plan((*plan.steps, *beside), plan.passing, plan.paused)

    @property
    def extra(self) -> Extra:
        """The limits of its clock."""
        return ((self.clock, self.every, -1),)


class AbstractGraph(Struct):
    """The graph, as `fsm.explore.graph` reads it; node i is `frames[i]` with an extrapolated zone.

    `links` tells for each arc (source, step, target) how it came about, in disjoint sets of
    variants; a run starts in node i by the arc (-1, DELAY, i).
    """

    successors: Ticking
    frames: list[Frame] = []
    reach: list[int] = []
    initial: list[tuple[int, int]] = []
    arcs: list[dict[tuple[int, int], int]] = []
    links: dict[tuple[int, int, int], list[tuple[int, Link]]] = {}
    undecided: int = 0
    limit: str = ""

    def out(self, state: int, mask: int) -> list[Arc]:
        """The arcs out of a node for these variants."""
        arcs = self.arcs[state].items()
        return [(step, target, both) for (step, target), m in arcs if (both := m & mask)]

    def offers(self, node: int) -> list[Arc]:
        """All arcs out of a node."""
        return self.out(node, self.reach[node])


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


class _AbstractSearch(Search, kw_only=True):
    """Nodes are told apart by equality; `masks` holds what is still to be expanded."""

    abstract: AbstractGraph
    number: dict[tuple[int, Zone], int] = field(default_factory=dict)
    # Most zones come again and again: what waiting leads to from them, and they extrapolated.
    later: dict[tuple[int, Zone, bool], list[Later]] = field(default_factory=dict)
    rough: dict[tuple[int, Zone], Zone] = field(default_factory=dict)

    def _expand(self, node: int, mask: int) -> None:
        self.graph.masks[node] = 0
        if mask:
            Search._expand(self, node, mask)

    def _entries(
        self, frame: Frame, known: dict[int, list[Entry]], number: int, state: Values, mask: int,
        step: TimedStep | None,
    ) -> list[Entry]:  # fmt: skip
        """A step beside the system is nothing that a watch could see."""
        if step is None or not self.abstract.successors.is_beside(number):
            return Search._entries(self, frame, known, number, state, mask, step)
        found = known.get(mask)
        if found is None:
            clocks = enumerate(frame.horizon.clocks)
            sources = tuple(0 if clock in step.restarts else k for k, clock in clocks)
            found = known[mask] = [Entry(mask, frame, sources, step.restarts)]
        return found

    def _later(self, frame: Frame, zone: Zone, *, strictly: bool) -> list[Later]:
        asked = id(frame), zone, strictly
        found = self.later.get(asked)
        if found is None:
            found = self.later[asked] = [*Search._later(self, frame, zone, strictly=strictly)]
        return found

    def _extrapolated(self, frame: Frame, zone: Zone) -> Zone:
        asked = id(frame), zone
        found = self.rough.get(asked)
        if found is None:
            low, high = frame.horizon.low, frame.horizon.high
            found = self.rough[asked] = self.ops.extrapolate(zone, frame.n, low, high)
        return found

    def _add(self, frame: Frame, zone: Zone, mask: int, link: Link) -> None:
        abstract, graph = self.abstract, self.graph
        zone = self._extrapolated(frame, zone)
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
        step = DELAY if link.step is None else link.step.number
        if link.parent < 0:
            abstract.initial.append((node, mask))
        else:
            arcs = abstract.arcs[link.parent]
            arcs[step, node] = arcs.get((step, node), 0) | mask
        known = abstract.links.setdefault((link.parent, step, node), [])
        new = mask & ~reduce(or_, (m for m, _ in known), 0)
        if new:
            known.append((new, link))
        fresh = mask & ~abstract.reach[node]
        if fresh:
            abstract.reach[node] |= fresh
            if not graph.masks[node]:
                self.waiting.append(node)
            graph.masks[node] |= fresh
