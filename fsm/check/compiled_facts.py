"""What structural findings are made of, from a space in machine code."""

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from fsm.check.engines import CutShort
from fsm.check.facts import Holder, Places, Region, sighted
from fsm.explore.compiled.kernels import DEAD, GONE, LEFT, LIVE, PASSING, SAME, STOPPED
from fsm.explore.compiled.space import Census, CompiledSpace, Stopped
from fsm.explore.deadline_findings import Seen
from fsm.explore.emit import Values
from fsm.explore.graph import Path
from fsm.explore.successors import Fault, Sighting
from fsm.semantics.lowered import Process
from fsm.semantics.trace import Run

Told = Callable[[Path, int, list[Values]], Run]
LIVELY = (LIVE,)  # marks for what can reach a discrete step
# Marks for all but the states from which time never passes again and a run goes on for ever: what
# is left after time may pass leads to nothing else.
STAYING = (PASSING, GONE)


class Endings(Struct, frozen=True):
    """Which questions are about states where runs end: for each place where they must, and for
    each thing that may hold up time, the last for none."""

    places: Sequence[Places | None]
    questions: range
    holders: Sequence[Holder]
    held: range


class CompiledFacts:
    """Facts from a space in machine code; see `fsm.check.facts.Facts`. What needs the space to be
    read again is `CutShort` where a limit is reached on the way; `stop` is told why."""

    def __init__(
        self, space: CompiledSpace, ends: Endings, show: Told,
        stop: Callable[[BaseException], None],
    ) -> None:  # fmt: skip
        self.space, self._ends, self._show, self._stop = space, ends, show, stop
        self.undecided = space.undecided
        self._timed = space.system.unit is not None
        self._dead: list[int] | None = None

    def started(self) -> int:
        """See `Facts`."""
        return self.space.started

    def leaves_met(self, process: Process) -> set[int]:
        """See `Facts`: a leaf is met at the start, or an edge leads there."""
        edges = (self.space.system.edges[k] for k in self.edges_taken())
        mine = {edge.target for edge in edges if edge.process == process.slot}
        return mine | self.space.leaves[self.space.system.processes.index(process)]

    def edges_taken(self) -> set[int]:
        """See `Facts`."""
        return self.space.edges_taken()

    def dead(self, outside: Places | None) -> Region:
        """See `Facts`. Without time nothing can follow a state without a step; with it, a delay
        may lead to where something can."""
        number = list(self._ends.places).index(outside)
        which = self._ends.questions[number]
        if not self._timed:
            mask = self.space.found(which)
            return self._region(mask, STOPPED, which)
        if self._dead is None:
            self._dead = self._dead_masks()
        return self._region(self._dead[number], DEAD, which, LIVELY)

    def _dead_masks(self) -> list[int]:
        if not self.space.quiet:
            return [0] * len(self._ends.places)
        return self._census(DEAD, LIVELY, self._ends.questions).yes

    def timelocks(self) -> Iterator[tuple[Holder, Region]]:
        """See `Facts`."""
        if not self._timed or not self.space.stuck:
            return
        masks = self._census(STOPPED, (), self._ends.held).yes
        for which, holder, mask in zip(
            self._ends.held, [*self._ends.holders, None], masks, strict=True
        ):
            if mask:
                yield holder, self._region(mask, STOPPED, which)

    def zeno(self) -> Region:
        """See `Facts`."""
        mask = self._census(LEFT, STAYING, ()).met
        return self._region(mask, LEFT, 0, STAYING)

    def faults(self) -> Iterator[tuple[Fault, int, Region]]:
        """See `Facts`."""
        for fault, seen in self.space.successors.faults.items():
            yield fault, seen.value, self._sighted(seen)

    def competing(self) -> Iterator[tuple[tuple[int, int], Region]]:
        """See `Facts`."""
        for pair, seen in self.space.successors.competing.items():
            yield pair, self._sighted(seen)

    def ignored(self) -> Iterator[tuple[tuple[int, int], Region]]:
        """See `Facts`."""
        for pair, seen in self.space.successors.ignored.items():
            yield pair, self._sighted(seen)

    def deadlines(self) -> None:
        """See `Facts`: states are not read one by one here."""

    def met(self, seen: Seen, mask: int) -> Region:
        """Never asked for."""
        raise AssertionError

    # --- what is common -----------------------------------------------------------------------

    def _census(self, kind: int, marked: Sequence[int], questions: Sequence[int]) -> Census:
        try:
            return self.space.census(kind, marked, questions)
        except (Stopped, KeyboardInterrupt) as problem:
            self._stop(problem)
            raise CutShort from problem

    def _region(self, mask: int, kind: int, which: int, marked: Sequence[int] = ()) -> Region:
        def run() -> Run:
            variant = self.space.variants.simplest(mask)
            found = self.space.path(variant, kind, which, marked)
            assert found is not None
            return self._show(found[0], variant, found[1])

        return Region(mask, lambda: self._guarded(run))

    def _sighted(self, seen: Sighting) -> Region:
        def show(variant: int) -> Run:
            found = self.space.path(variant, SAME, wanted=seen.state)
            assert found is not None
            return self._show(found[0], variant, found[1])

        region = sighted(seen, self.space.reached(seen.state), self.space.variants, show)
        return replace(region, run=lambda: self._guarded(region.run))

    def _guarded(self, run: Callable[[], Run | None]) -> Run | None:
        try:
            return run()
        except (Stopped, KeyboardInterrupt) as problem:
            self._stop(problem)
            raise CutShort from problem
