"""The search: discrete states with zones, forward, for a whole family of variants.

A node is a discrete state, what a watch remembers, a zone, and the variants that reach it. A zone
that a known one can simulate (`dbm.simulated`) is not followed any further; zones stay exact, so
every path is one of real runs, and each point of the last zone is the end of one.
Source: Herbreteau, Srivathsan & Walukiewicz, "Better abstractions for timed automata", LICS 2012;
the variants as in `fsm.explore.space`.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Protocol

from msgspec import Struct, field

from fsm.errors import UsageError
from fsm.explore.emit import Values
from fsm.explore.space import INTERRUPTED, Limits, Progress, exceeded
from fsm.explore.successors import DELAY, StepInfo
from fsm.timed.boxes import Box, Where, local
from fsm.timed.checked import PLAIN, Operations
from fsm.timed.dbm import Constraint, Zone, intersect, origin
from fsm.timed.elapse import Passage, elapse
from fsm.timed.limits import Extra, Horizon, Horizons
from fsm.timed.steps import TimedStep, TimedSuccessors

CHECK_EVERY = 500  # nodes between two looks at the clock
Change = tuple[Values, int, frozenset[int]]  # memory, variants, clocks of the watch that restart
Later = tuple[int, Zone, Passage]  # variants, a zone that waiting leads to, and how


class Watch(Protocol):
    """What runs beside the system and never influences it. Boxes number clocks as it pleases the
    system: see `fsm.timed.guards.Numbering`."""

    def start(self, state: Values, mask: int) -> Sequence[Change]:
        """The memory at the start of a run."""

    def step(
        self, memory: Values, number: int, info: StepInfo, state: Values, mask: int
    ) -> Sequence[Change]:
        """The memory after a step (number DELAY: some time has passed) that led to `state`."""

    def clocks(self, memory: Values) -> Extra:
        """The clocks of its own that matter, with their limits."""

    def instant(self, memory: Values) -> bool:
        """Does it change as soon as time passes?"""

    def bad(self, state: Values, memory: Values) -> tuple[Where, Where]:
        """Where the search is to stop and tell, and where it cannot be told."""

    def refuse(self) -> UsageError:
        """What to raise where it cannot be told."""


class Nobody:
    """A watch that remembers nothing."""

    def start(self, state: Values, mask: int) -> Sequence[Change]:
        """Nothing."""
        return (((), mask, frozenset()),)

    def step(
        self, memory: Values, number: int, info: StepInfo, state: Values, mask: int
    ) -> Sequence[Change]:
        """Still nothing."""
        return (((), mask, frozenset()),)

    def clocks(self, memory: Values) -> Extra:
        """None."""
        return ()

    def instant(self, memory: Values) -> bool:
        """There is nothing to change."""
        return False

    def bad(self, state: Values, memory: Values) -> tuple[Where, Where]:
        """Nowhere."""
        return [], []

    def refuse(self) -> UsageError:
        """Never asked for."""
        raise AssertionError


class Entry(Struct, frozen=True):
    """A frame that is entered, by some variants: `sources` gives each clock there its clock
    here."""

    mask: int
    target: "Frame"
    sources: tuple[int, ...]
    restarts: frozenset[int]


class Move(Struct, frozen=True):
    """A step out of a frame, and what it enters, by the variants that it was asked for."""

    step: TimedStep
    guard: tuple[Constraint, ...]
    entries: dict[int, list[Entry]]


class Frame(Struct):
    """What the nodes of a discrete state with a memory share."""

    state: Values
    memory: Values
    horizon: Horizon
    instant: bool
    bad: Where  # with clocks as in zones, like all boxes here
    faulty: Where
    passing: list[tuple[int, tuple[Box, ...]]]
    moves: list[Move]
    paused: tuple[tuple[int, int], ...]
    waits: dict[int, list[Entry]] = {}  # like the entries of a move
    nodes: list[int] = []

    @property
    def n(self) -> int:
        """The size of its zones."""
        return len(self.horizon.clocks)


class Link(Struct, frozen=True):
    """How a node came about: from which other (-1: the start), by which step (None: only time
    passed), which clocks restarted, and how time passed then."""

    parent: int
    step: TimedStep | None
    restarts: frozenset[int]
    passage: Passage


class ZoneGraph(Struct):
    """What was explored. `masks[i]` are the variants in which node i was new.

    `found` are the variants in which something bad was met, first at the nodes in `bad`, each with
    the variants and the box. `undecided` and `limit` as in a `Space`.
    `transitions` counts zones that were computed by a step.
    """

    successors: TimedSuccessors
    frames: dict[tuple[Values, Values], Frame] = {}
    of: list[Frame] = []
    zones: list[Zone] = []
    masks: list[int] = []
    links: list[Link] = []
    bad: list[tuple[int, int, Box]] = []
    found: int = 0
    transitions: int = 0
    undecided: int = 0
    limit: str = ""

    def meets(self, node: int, box: Box) -> bool:
        """Does the zone of a node meet a box? Clocks of the box by their own numbers."""
        frame = self.of[node]
        place = {clock: k for k, clock in enumerate(frame.horizon.clocks)}
        return intersect(self.zones[node], frame.n, local(box, place)) is not None

    def path(self, node: int) -> list[int]:
        """The nodes from the start to this one."""
        path = [node]
        while self.links[path[-1]].parent >= 0:
            path.append(self.links[path[-1]].parent)
        return path[::-1]


def explore_zones(
    successors: TimedSuccessors, watch: Watch, horizons: Horizons, limits: Limits = Limits(), *,
    everything: int | None = None, stop: bool = True, ops: Operations = PLAIN,
    progress: Progress | None = None,
) -> ZoneGraph:  # fmt: skip
    """Visit all that some variant in `everything` (default: the family) reaches, breadth-first.

    Semantics   Variants in which something bad was met are not followed further if `stop`; then
                every other is free of it. A limit, or Ctrl-C, leaves variants `undecided`.
    Complexity  O(n^2) a step and a comparison of zones, n the active clocks.
    """
    family = successors.variants.everything if everything is None else everything
    search = Search(ZoneGraph(successors), watch, horizons, ops, stop, limits, family, progress)
    try:
        search.run()
    except KeyboardInterrupt:
        search.graph.limit = INTERRUPTED
        search.graph.undecided = family
    search.graph.undecided &= ~search.graph.found
    return search.graph


class Search(Struct):
    """One search; `alive` nodes are those that no larger zone has swallowed."""

    graph: ZoneGraph
    watch: Watch
    horizons: Horizons
    ops: Operations
    stop: bool
    limits: Limits
    family: int
    progress: Progress | None
    waiting: deque[int] = field(default_factory=deque)
    alive: list[bool] = []

    def run(self) -> None:
        graph = self.graph
        for state, mask in graph.successors.initial():
            mask &= self.family
            for memory, m, restarts in self.watch.start(state, mask) if mask else ():
                frame = self._frame(state, memory)
                link = Link(-1, None, restarts, ())
                self._arrive(frame, origin(frame.n), m, link)
        looked = 0
        while self.waiting:
            node = self.waiting.popleft()
            looked += 1
            if looked % CHECK_EVERY == 0:
                self._look_up()
            if graph.limit:
                graph.undecided |= graph.masks[node] & ~graph.found
            elif self.alive[node]:
                self._expand(node, graph.masks[node])

    def _look_up(self) -> None:
        if self.progress is not None:
            self.progress("exploring", len(self.graph.zones))
        self.graph.limit = exceeded(self.limits) or self.graph.limit

    # --- nodes --------------------------------------------------------------------------------

    def _expand(self, node: int, mask: int) -> None:
        graph, ops = self.graph, self.ops
        frame, zone = graph.of[node], graph.zones[node]
        n = frame.n
        for move in frame.moves:
            m = mask & move.step.mask
            if self.stop:
                m &= ~graph.found
            if not m:
                continue
            inside = ops.intersect(zone, n, move.guard)
            if inside is None:
                continue
            graph.transitions += 1
            step = move.step
            for entry in self._entries(frame, move.entries, step.number, step.target, m, step):
                link = Link(node, step, entry.restarts, ())
                self._arrive(
                    entry.target, ops.rearrange(inside, n, entry.sources), entry.mask, link
                )
        if frame.instant:
            for entry in self._entries(frame, frame.waits, DELAY, frame.state, mask, None):
                link = Link(node, None, entry.restarts, ())
                self._arrive(entry.target, ops.rearrange(zone, n, entry.sources), entry.mask, link)

    def _entries(
        self, frame: Frame, known: dict[int, list[Entry]], number: int, state: Values, mask: int,
        step: TimedStep | None,
    ) -> list[Entry]:  # fmt: skip
        """What a step leads to in some variants: the watch may part them."""
        found = known.get(mask)
        if found is None:
            found = known[mask] = []
            info = self.graph.successors.steps[number]
            for memory, m, own in self.watch.step(frame.memory, number, info, state, mask):
                target = self._frame(state, memory)
                restarts = own if step is None else own | step.restarts
                sources = _sources(frame.horizon, target.horizon, restarts)
                found.append(Entry(m, target, sources, restarts))
        return found

    def _arrive(self, frame: Frame, zone: Zone, mask: int, link: Link) -> None:
        """Enter a frame and let time pass, where the memory allows that without a change; some
        time, if it was time that made the memory what it is."""
        if frame.instant:
            self._add(frame, zone, mask, link)
            return
        strictly = link.step is None and link.parent >= 0
        for which, reached, passage in self._later(frame, zone, strictly=strictly):
            if m := mask & which:
                self._add(frame, reached, m, Link(link.parent, link.step, link.restarts, passage))

    def _later(
        self, frame: Frame, zone: Zone, *, strictly: bool
    ) -> Iterable[Later]:  # fmt: skip
        """What waiting in a frame leads to, in which variants, and how."""
        for which, boxes in frame.passing:
            for reached, passage in elapse(self.ops, zone, frame.n, boxes, strictly=strictly):
                yield which, reached, _global(passage, frame)

    def _add(self, frame: Frame, zone: Zone, mask: int, link: Link) -> None:
        """A new node, for the variants in which no known zone can do all that this one can."""
        graph = self.graph
        low, high, n = frame.horizon.low, frame.horizon.high, frame.n
        simulated = self.ops.simulated
        for node in frame.nodes:
            known = graph.masks[node]
            if known & mask and simulated(zone, graph.zones[node], n, low, high):
                mask &= ~known
                if not mask:
                    return
        if self.limits.states is not None and len(graph.zones) >= self.limits.states:
            graph.limit = f"{self.limits.states} states"
            graph.undecided |= mask
            return
        number = len(graph.zones)
        kept = []
        for node in frame.nodes:
            if graph.masks[node] & ~mask or not simulated(graph.zones[node], zone, n, low, high):
                kept.append(node)
            else:
                self.alive[node] = False
        frame.nodes[:] = [*kept, number]
        graph.of.append(frame)
        graph.zones.append(zone)
        graph.masks.append(mask)
        graph.links.append(link)
        self.alive.append(True)
        for which, box in frame.faulty:
            if which & mask and self.ops.intersect(zone, n, box) is not None:
                raise self.watch.refuse()
        for which, box in frame.bad:
            m = which & mask
            if self.stop:
                m &= ~graph.found
            if m and self.ops.intersect(zone, n, box) is not None:
                clocks = frame.horizon.clocks
                graph.bad.append((number, m, local(box, clocks)))
                graph.found |= m
        if not self.stop or mask & ~graph.found:
            self.waiting.append(number)

    # --- frames -------------------------------------------------------------------------------

    def _frame(self, state: Values, memory: Values) -> Frame:
        frame = self.graph.frames.get((state, memory))
        if frame is None:
            horizon = self.horizons.at(state, self.watch.clocks(memory))
            place = {clock: k for k, clock in enumerate(horizon.clocks)}
            plan = self.graph.successors.plan(state)
            bad, faulty = self.watch.bad(state, memory)
            frame = self.graph.frames[state, memory] = Frame(
                state, memory, horizon, self.watch.instant(memory),
                [(m, local(box, place)) for m, box in bad],
                [(m, local(box, place)) for m, box in faulty],
                [(m, tuple(local(b, place) for b in boxes)) for m, boxes in plan.passing],
                [Move(step, local(step.box, place), {}) for step in plan.steps],
                plan.paused,
            )  # fmt: skip
        return frame


def _sources(here: Horizon, there: Horizon, restarts: frozenset[int]) -> tuple[int, ...]:
    """Where each clock of the target comes from: zero where it restarts."""
    place = {clock: k for k, clock in enumerate(here.clocks)}
    return tuple(0 if clock in restarts else place[clock] for clock in there.clocks)


def _global(passage: Passage, frame: Frame) -> Passage:
    """A passage with the clocks' own numbers."""
    clocks = frame.horizon.clocks
    return tuple(local(p, clocks) if isinstance(p, tuple) else p for p in passage)
