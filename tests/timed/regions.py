"""Brute force: every region of the clocks, on the reference interpreter. No zones, no sharing.

Source: Alur & Dill, "A theory of timed automata", TCS 126(2), 1994, doi
10.1016/0304-3975(94)90010-8. A region fixes each clock's whole part (above its cap all are alike)
and the order of the fractions.
"""

from collections import deque
from collections.abc import Iterator
from fractions import Fraction

from fsm.semantics.interpreter import Interpreter
from fsm.semantics.trace import Snapshot, State
from fsm.timed.trace import TimedState

Region = tuple[
    Snapshot, tuple[tuple[int, int], ...]
]  # for each clock: whole part, rank of the rest


class Regions:
    """The region graph of a spec in one variant; `caps` names the clocks that matter, in units."""

    def __init__(self, interpreter: Interpreter, caps: dict[str, int], limit: int) -> None:
        self.interpreter, self.caps, self.limit = interpreter, caps, limit
        self.reached: dict[Region, TimedState] = {}
        self.complete = True

    def explore(self) -> "Regions":
        queue = deque[TimedState]()

        def enter(state: TimedState) -> None:
            region, representative = self._canonical(state)
            if region not in self.reached:
                self.reached[region] = representative
                queue.append(representative)

        for start in self.interpreter.initial():
            clocks = tuple((name, Fraction(t)) for name, t in start.clocks)
            enter(TimedState(start.snapshot, clocks))
        while queue:
            if len(self.reached) > self.limit:
                self.complete = False
                break
            state = queue.popleft()
            for _, target in self.interpreter.steps(state.exact()):
                if isinstance(target, State):
                    clocks = tuple((name, Fraction(t)) for name, t in target.clocks)
                    enter(TimedState(target.snapshot, clocks))
            for later in self._later(state):
                enter(later)
        return self

    def _canonical(self, state: TimedState) -> tuple[Region, TimedState]:
        clocks = dict(state.clocks)
        values = {
            n: min(clocks.get(n, Fraction(0)), cap + Fraction(3, 2)) for n, cap in self.caps.items()
        }
        values = {
            n: Fraction(self.caps[n] + 1) if t > self.caps[n] else t for n, t in values.items()
        }
        rests = sorted({t % 1 for t in values.values()} - {0})
        rank = {Fraction(0): 0, **{rest: k for k, rest in enumerate(rests, start=1)}}
        region = tuple((int(t // 1), rank[t % 1]) for t in values.values())
        fine = len(rests) + 1
        kept = tuple(
            (
                n,
                int(values[n] // 1) + Fraction(rank[values[n] % 1], fine)
                if n in values
                else Fraction(0),
            )
            for n, _ in state.clocks
        )
        return (state.snapshot, region), TimedState(state.snapshot, kept)

    def _later(self, state: TimedState) -> Iterator[TimedState]:
        """The next region, where time may pass into it."""
        if not self.interpreter.may_wait(state.exact()):
            return
        running = [t for n, t in state.clocks if n in self.caps and t <= self.caps[n]]
        if not running:
            return  # nothing changes any more
        on_a_whole = any(t % 1 == 0 for t in running)
        span = 1 - max(t % 1 for t in running)
        if on_a_whole:
            span = span / 2
        clocks = tuple((n, t + span) for n, t in state.clocks)
        later = TimedState(state.snapshot, clocks)
        if not on_a_whole or self.interpreter.may_wait(self._canonical(later)[1].exact()):
            yield later
