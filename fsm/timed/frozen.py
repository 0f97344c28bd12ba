"""Clocks that stand still, followed by zones as far as zones can: they reach all that can be
reached, and more. So what is not found here does not exist; what is found need not.

While some clocks stand still, a wait leaves their values and raises the others. The values that
are reached are no zone any more; the least zone around them forgets by how much the running clocks
have moved away from the others. Source: Cassez & Larsen, "The impressive power of stopwatches",
CONCUR 2000, doi 10.1007/3-540-44618-4_12, section 5.
"""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from fsm.explore.space import Limits, Progress
from fsm.semantics import ir
from fsm.semantics.lowered import System
from fsm.timed.boxes import Box, closure_above, closure_below
from fsm.timed.checked import PLAIN, Operations
from fsm.timed.dbm import INFINITE, Zone
from fsm.timed.limits import Horizons
from fsm.timed.steps import TimedSuccessors
from fsm.timed.zone_graph import Frame, Link, Search, Watch, ZoneGraph


def follows_pauses(system: System) -> bool:
    """Is what pauses a clock a matter of states and variables alone?"""
    return not any(c.paused is not None and ir.clock_tests(c.paused) for c in system.clocks)


def explore_around(
    successors: TimedSuccessors, watch: Watch, horizons: Horizons, limits: Limits, mask: int,
    ops: Operations = PLAIN, progress: Progress | None = None,
) -> ZoneGraph:  # fmt: skip
    """As `explore_zones`, with paused clocks standing still: in variants of `mask` that are neither
    found nor undecided nothing bad can be reached."""
    search = _Around(ZoneGraph(successors), watch, horizons, ops, True, limits, mask, progress)
    search.run()
    search.graph.undecided &= ~search.graph.found
    return search.graph


def up_around(zone: Zone, n: int, frozen: frozenset[int]) -> Zone:
    """The least zone with all that is reached from this one while some clocks stand still: what
    bounds a running clock from above, by itself or against a frozen one, is gone. The result is
    canonical, since what is gone has no detour that is left. O(n^2)."""
    d = list(zone)
    for i in range(1, n):
        if i not in frozen:
            for j in (0, *frozen):
                d[i * n + j] = INFINITE
    return tuple(d)


class _Around(Search):
    """A search whose waits are those of `up_around`."""

    def _arrive(self, frame: Frame, zone: Zone, mask: int, link: Link) -> None:
        if frame.instant:
            self._add(frame, zone, mask, link)
            return
        for which, boxes in frame.passing:
            for frozen, m in _standing(frame, mask & which):
                started = [] if link.step is None and link.parent >= 0 else [zone]
                for reached in self._waits(zone, frame.n, boxes, frozen, started):
                    self._add(frame, reached, m, replace(link, passage=()))

    def _waits(
        self, zone: Zone, n: int, boxes: Sequence[Box], frozen: frozenset[int], found: list[Zone]
    ) -> list[Zone]:
        """All that waiting reaches, from box to box, beside what is found without; both ends of
        each box are taken to be inside."""
        work = [zone]
        while work:
            here = work.pop()
            for box in boxes:
                around = closure_below(closure_above(box))
                inside = self.ops.intersect(here, n, around)
                later = None if inside is None else up_around(inside, n, frozen)
                reached = None if later is None else self.ops.intersect(later, n, around)
                if reached is None or any(self.ops.included(reached, z) for z in found):
                    continue
                found.append(reached)
                work.append(reached)
        return found


def _standing(frame: Frame, mask: int) -> Iterator[tuple[frozenset[int], int]]:
    """The clocks that stand still, by their places in a zone, for disjoint sets of variants."""
    place = {clock: k for k, clock in enumerate(frame.horizon.clocks)}
    ways: list[tuple[frozenset[int], int]] = [(frozenset(), mask)]
    for clock, paused in frame.paused:
        if clock in place:
            ways = [
                (still, m)
                for frozen, which in ways
                for still, m in (
                    (frozen, which & ~paused), (frozen | {place[clock]}, which & paused),
                )
                if m
            ]  # fmt: skip
    yield from ((frozen, m) for frozen, m in ways if m)
