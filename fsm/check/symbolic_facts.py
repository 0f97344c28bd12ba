"""What structural findings are made of, from sets of states."""

from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from fsm.check.engines import CutShort
from fsm.check.facts import Holder, Places, Region, holders
from fsm.explore.deadline_findings import Seen
from fsm.explore.emit import Values
from fsm.explore.graph import Path
from fsm.explore.space import INTERRUPTED
from fsm.explore.successors import Fault
from fsm.explore.symbolic.candidates import Blame
from fsm.explore.symbolic.diagrams import Diagram, Exhausted, limited
from fsm.explore.symbolic.engine import SymbolicSpace
from fsm.explore.symbolic.fair import staying
from fsm.explore.symbolic.space import Costly, able, backward
from fsm.semantics.lowered import Process
from fsm.semantics.trace import Run

Told = Callable[[Path, int, list[Values]], Run]
P = ParamSpec("P")
T = TypeVar("T")


def _guarded(method: Callable[Concatenate["SymbolicFacts", P], T]) -> Callable[
    Concatenate["SymbolicFacts", P], T
]:  # fmt: skip
    """A method that is `CutShort` where time, memory or patience ends."""

    @wraps(method)
    def guarded(self: "SymbolicFacts", /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self.guard(lambda: method(self, *args, **kwargs))

    return guarded


class SymbolicFacts:
    """Facts from a symbolic space; see `fsm.check.facts.Facts`. Details of a fault come from the
    step function, asked about one state that has it. Each may be `CutShort`."""

    def __init__(self, space: SymbolicSpace, show: Told) -> None:
        self.space, self._show = space, show
        self.undecided = space.undecided
        self._false = space.diagrams.false

    def started(self) -> int:
        """See `Facts`."""
        return self.space.encoding.mask(self.space.graph.initial)

    @_guarded
    def leaves_met(self, process: Process) -> set[int]:
        """See `Facts`."""
        place, reach = self.space.encoding.slots[process.slot], self.space.graph.reach
        return {k for k in range(len(process.leaves)) if reach & place.value(k) != self._false}

    @_guarded
    def edges_taken(self) -> set[int]:
        """See `Facts`."""
        taken: set[int] = set()
        for edge, move, where in self.space.effects.fired:
            if edge.number not in taken:
                made = move.pairs(self.space.graph.reach & where)
                taken |= {edge.number} if made != self._false else set()
        return taken

    @_guarded
    def dead(self, outside: Places | None) -> Region:
        """See `Facts`."""
        diagrams, graph, slots = self.space.diagrams, self.space.graph, self.space.encoding.slots
        delays = [m for m in graph.moves if m.delay]
        live = able(diagrams, [m for m in graph.moves if not m.delay]) & graph.reach
        # Whatever leads to a discrete step by another is live itself: only delays are asked.
        dead = graph.reach & ~backward(graph, live, graph.reach, delays) & ~self._stuck()
        if outside is not None:
            dead &= diagrams.any(~slots[slot].among(sorted(leaves)) for slot, leaves in outside)
        return self._region(dead)

    @_guarded
    def timelocks(self) -> Iterator[tuple[Holder, Region]]:
        """See `Facts`."""
        return iter(list(self._timelocks()))

    def _timelocks(self) -> Iterator[tuple[Holder, Region]]:
        left, slots = self._stuck(), self.space.encoding.slots
        for holder, places in holders(self.space.system):
            mine = left & self.space.diagrams.any(slots[slot].value(k) for slot, k in places)
            if mine != self._false:
                yield holder, self._region(mine)
                left &= ~mine
        if left != self._false:
            yield None, self._region(left)

    @_guarded
    def zeno(self) -> Region:
        """See `Facts`."""
        graph = self.space.graph
        passing = able(self.space.diagrams, [m for m in graph.moves if m.delay]) & graph.reach
        caught = graph.reach & ~backward(graph, passing, graph.reach)
        return self._region(staying(graph, caught))

    @_guarded
    def faults(self) -> list[tuple[Fault, int, Region]]:
        """See `Facts`. A fault that names no subject is told for one of the steps that have it."""
        return list(self._faults())

    def _faults(self) -> Iterator[tuple[Fault, int, Region]]:
        for (kind, subject), (where, value) in self.space.start_faults.items():
            mask = self.space.encoding.mask(where)
            yield Fault(kind, subject, ()), value, Region(mask, lambda: None)
        for blame, where in self.space.faults.items():
            yield from self._details(blame, where)

    @_guarded
    def competing(self) -> list[tuple[tuple[int, int], Region]]:
        """See `Facts`."""
        return self._reached(self.space.candidates.competing())

    @_guarded
    def ignored(self) -> list[tuple[tuple[int, int], Region]]:
        """See `Facts`."""
        return self._reached(self.space.candidates.ignored())

    def guard(self, compute: Callable[[], T]) -> T:
        """What is computed; `CutShort`, and the space is told why, where a limit is reached."""
        try:
            with limited():
                return compute()
        except (Exhausted, KeyboardInterrupt) as problem:
            self.space.stop(str(problem) if isinstance(problem, Exhausted) else INTERRUPTED)
            raise CutShort from problem

    def deadlines(self) -> None:
        """See `Facts`: states are not read one by one here."""

    def met(self, seen: Seen, mask: int) -> Region:
        """Never asked for."""
        raise AssertionError

    # --- what is common -----------------------------------------------------------------------

    def _reached(
        self, found: Mapping[tuple[int, int], Diagram]
    ) -> list[tuple[tuple[int, int], Region]]:
        reach = self.space.graph.reach
        met = ((pair, self._region(where & reach)) for pair, where in found.items())
        return [(pair, region) for pair, region in met if region.mask]

    def _stuck(self) -> Diagram:
        graph = self.space.graph
        if self.space.system.unit is None:
            return self._false
        return graph.reach & ~able(self.space.diagrams, graph.moves)

    def _details(self, blame: Blame, where: Diagram) -> Iterator[tuple[Fault, int, Region]]:
        """A fault as the step function tells it, in a state that has it."""
        kind, subject, edge = blame
        region = self._region(where)
        variant = self.space.variants.simplest(region.mask)
        only = self.space.diagrams.cube(self.space.encoding.variant(variant))
        variants = self.space.encoding.variant_bits
        here = self._nearest(where & only, variant)
        state, _ = self.space.encoding.first(self.space.diagrams.exist(variants, here))
        told = self.space.successors.faults
        told.clear()
        self.space.successors.of(state, 1 << variant)
        for fault, seen in told.items():
            if (fault.kind, fault.subject) == (kind, subject) and edge in (None, *fault.edges):
                yield fault, seen.value, region
                break

    def _nearest(self, where: Diagram, variant: int) -> Diagram:
        rings = self.space.rings(self.space.runs(variant), self.space.graph)
        try:
            k = rings.distance(where)
        except Costly:
            return where
        assert k is not None, "the set is reached"
        return rings.levels[k] & where

    def _region(self, where: Diagram) -> Region:
        mask = self.space.encoding.mask(where)

        def run() -> Run:
            variant = self.space.variants.simplest(mask)
            runs = self.space.runs(variant)
            path = runs.path(self.space.rings(runs, self.space.graph), where)
            self.space.shortest &= runs.shortest
            assert path is not None
            return self._show(path, variant, runs.nodes)

        return Region(mask, lambda: self.guard(run))
