"""The exact least and greatest time from one thing to another, for every variant.

The greatest time is unbounded where a measurement can be under way for ever while time diverges, a
question about cycles. Elsewhere the search with a clock that counts the time ends, and the last
zones say what the time can be, and whether its bound is attained.
"""

from collections.abc import Mapping
from fractions import Fraction

from msgspec import Struct

from fsm.errors import UsageError
from fsm.explore.graph import Constraint, Path
from fsm.explore.hull import Backward
from fsm.explore.lasso import shortest_lasso
from fsm.explore.space import Limits
from fsm.explore.variants import Variants
from fsm.expressions import Scalar
from fsm.semantics.lower_expressions import Lowering
from fsm.semantics.lowered import System
from fsm.timed.abstract_graph import AbstractGraph, Ticking, abstract_graph
from fsm.timed.boxes import Box
from fsm.timed.checked import PLAIN, Operations
from fsm.timed.dbm import INFINITE, weak
from fsm.timed.decode import timed_trace
from fsm.timed.instants import timeline
from fsm.timed.limits import Horizons
from fsm.timed.measure import DONE, RUNNING, Measure, Question
from fsm.timed.steps import TimedSuccessors
from fsm.timed.stopwatch import stopwatches
from fsm.timed.trace import TimedTrace
from fsm.timed.zone_graph import ZoneGraph, explore_zones

FINE = 1000  # a bound that is only approached is shown from this fraction of a unit


class Bound(Struct, frozen=True):
    """The same bound in a set of variants: in units, and is it attained? None: there is no bound.

    `ends` says where runs that show it end, each in some of the variants; () for no bound.
    """

    units: int | None
    attained: bool
    mask: int
    ends: tuple[tuple[int, int], ...] = ()  # variants, node


class Bounds(Struct, frozen=True):
    """The answer: bounds for disjoint sets of variants, in descending order of the greatest time,
    in ascending order of the least. In variants that are `never`, nothing is ever measured to
    its end nor under way for ever; in `unended` it may be under way for ever, and never ends.
    `undecided`: a limit was reached, or a clock is a stopwatch."""

    least: tuple[Bound, ...]
    greatest: tuple[Bound, ...]
    never: int
    undecided: int
    unended: int = 0


class Measurement(Struct):
    """One question put to one spec."""

    system: System
    lowering: Lowering
    variants: Variants
    question: Question
    limits: Limits = Limits()
    ops: Operations = PLAIN
    _found: dict[bool, ZoneGraph] = {}
    _endless: AbstractGraph | None = None
    _hull: list[int] = []

    def bounds(self) -> Bounds:
        """Both bounds. Raises `UsageError` F710, F711."""
        if self.system.unit is None:
            raise UsageError(
                "F711", f"{self.system.spec.name} has no time",
                "time exists only where a spec measures a duration",
            )  # fmt: skip
        self.question.require_simple()
        everything = self.variants.everything
        endless, open_ = self._without_end(everything)
        least, done, stuck = self._measured(False, everything)
        open_ |= stuck
        greatest, _, stuck = self._measured(True, everything & ~endless & ~open_)
        open_ |= stuck
        ends = [Bound(None, False, endless & ~open_)] if endless & ~open_ else []
        return Bounds(
            _where(least, ~open_), tuple(ends) + _where(greatest, ~open_),
            everything & ~done & ~endless & ~open_, open_, endless & ~done & ~open_,
        )  # fmt: skip

    def _measured(self, longest: bool, mask: int) -> tuple[list[Bound], int, int]:
        """The bounds in these variants, those in which something was measured, and those that are
        undecided."""
        if not mask:
            return [], 0, 0
        watch = Measure(self.question, self.system, self.lowering, self.variants, longest=longest)
        successors = TimedSuccessors(self.system, self.variants)
        horizons = Horizons(self.system, self.variants, successors.numbering)
        graph = explore_zones(
            successors, watch, horizons, self.limits, everything=mask, stop=False, ops=self.ops
        )
        self._found[longest] = graph
        ends: list[tuple[int, int]] = []  # bound, node
        for node, frame in enumerate(graph.of):
            if frame.memory[-1] == DONE:
                place = frame.horizon.clocks.index(watch.clock)
                zone = graph.zones[node]
                ends.append((zone[place * frame.n] if longest else zone[place], node))
        found: list[Bound] = []
        left = mask
        for bound, node in sorted(ends, key=lambda end: (-end[0], end[1])):
            assert bound < INFINITE, "unbounded measurements are not looked at"
            m = graph.masks[node] & left
            if m:
                units = bound >> 1 if longest else -(bound >> 1)
                found.append(Bound(units, bound & 1 == 1, m, ((m, node),)))
                left &= ~m
        return found, mask & ~left, graph.undecided | stopwatches(graph)

    def _without_end(self, mask: int) -> tuple[int, int]:
        """The variants in which a measurement can be under way for ever, and undecided ones."""
        probe = Measure(self.question, self.system, self.lowering, self.variants, longest=True)
        successors = Ticking(self.system, self.variants, probe.ghosts + 1)
        watch = Measure(
            self.question, self.system, self.lowering, self.variants, longest=True,
            clocks=successors.extra,
        )  # fmt: skip
        horizons = Horizons(self.system, self.variants, successors.numbering)
        graph, zones = abstract_graph(successors, watch, horizons, self.limits, mask, self.ops)
        running = [
            reach if frame.memory[-1] == RUNNING else 0
            for frame, reach in zip(graph.frames, graph.reach, strict=True)
        ]
        backward = Backward(graph)
        self._hull = backward.fair_hull(running, self._fairness(graph))
        self._endless = graph
        found = 0
        for m in self._hull:
            found |= m
        return found, graph.undecided | stopwatches(zones)

    def _fairness(self, graph: AbstractGraph) -> list[Constraint]:
        return [Constraint(frozenset((graph.successors.tick,)))]

    # --- runs ---------------------------------------------------------------------------------

    def witness(
        self, bound: Bound, longest: bool, variant: int, chosen: Mapping[str, Scalar] | None = None
    ) -> tuple[TimedTrace, Fraction]:
        """A run to the end of a measurement of this length, and the least (for the greatest time)
        or greatest length that it may show: the bound itself, where that is attained. `chosen` is
        the variant in full, where the family leaves some of it out."""
        graph = self._found[longest]
        assert bound.units is not None
        node = next(node for m, node in bound.ends if m >> variant & 1)
        path = graph.path(node)
        line = timeline(graph, path, ())
        watched = max(graph.of[node].horizon.clocks)  # the watch's clock comes last
        fine = bound.units * FINE
        if not bound.attained:
            fine += -1 if longest else 1
        box: Box = ((0, watched, weak(-fine)),) if longest else ((watched, 0, weak(fine)),)
        found = timed_trace(
            graph,
            self.lowering.layout,
            path,
            line.finer(FINE, box),
            chosen or self.variants.variant(variant),
        )
        return found, Fraction(fine, FINE)

    def lasso(self, variant: int) -> tuple[Path, AbstractGraph]:
        """A path to a cycle in which a measurement is under way for ever, and that cycle."""
        graph = self._endless
        assert graph is not None
        fairness = self._fairness(graph)
        path = shortest_lasso(graph, self._hull, fairness, variant)
        assert path is not None, "a variant of the hull has a cycle"
        return path, graph


def _where(bounds: list[Bound], mask: int) -> tuple[Bound, ...]:
    """The bounds in some variants, one for each length."""
    found: dict[tuple[int | None, bool], Bound] = {}
    for b in bounds:
        if b.mask & mask:
            key = b.units, b.attained
            known = found.get(key, Bound(*key, 0))
            found[key] = Bound(*key, known.mask | b.mask & mask, (*known.ends, *b.ends))
    return tuple(found.values())
