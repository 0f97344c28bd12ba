"""Which variants violate a safety claim with memory: the runs that may still do so, followed in
sets of variants, with as few memories beside each state as the claim can tell apart.

Only violations are looked for: a run that waits for nothing, or that nothing can make violate the
claim any more, is dropped. What remains to be remembered, ghosts and a timer, depends on nothing
but the steps that are taken. So the runs of a state are put together by their *row*: what they
will remember after each kind of step.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from operator import or_

from msgspec import Struct

from fsm.explore.columns import Column, Masks, combined, rows_of
from fsm.explore.emit import Values
from fsm.explore.space import CHECK_EVERY, Arc, Limits, Space, exceeded
from fsm.logic.arrivals import Arrivals
from fsm.logic.memories import DELAYED
from fsm.logic.observer import Observer

Memory = tuple[Values, int]  # ghosts, and a timer in units
Row = tuple[Memory, ...]  # by letter
FAR = 100  # rows to look ahead


class Found(Struct, frozen=True):
    """The variants that violate a claim, and those for which that is not known."""

    violated: int
    undecided: int


class Door(Struct, frozen=True):
    """What happens to those who come to a state with some memory; columns are by state.

    `left` and `waiting` belong to the memory's row: who has not come there yet, and who came and
    has not gone on. `done`: where the claim waits for nothing. `bad`: where it is violated.
    `faulty`: where it has no value. None: nowhere. `noted`: 1 in the states that have one of the
    latter two.
    """

    left: list[int]
    waiting: dict[int, int]
    done: Masks | None
    bad: Masks | None
    faulty: Masks | None
    noted: Sequence[int]


def search(
    space: Space, observer: Observer, limits: Limits, arrivals: Callable[[], Arrivals]
) -> Found:
    """For a claim that is open at the start of a run.

    Complexity: O(arcs of the space * rows * groups of variants).
    """
    found = _Search(space, observer)
    start: Memory = observer.tester.start(), 0
    if not observer.remembers:  # then nothing that came before closes the claim
        for letter, memory in found.without_idle(start):
            found.enter(memory, arrivals().by(letter))
    found.enter(start, space.initial)
    return found.run(limits)


def search_pending(space: Space, observer: Observer, limits: Limits, arrivals: Arrivals) -> Found:
    """For a response: from every state that asks for it, as `compose_pending`."""
    found = _Search(space, observer)
    for ghosts, reached in arrivals.under(observer.watchers):
        asked = observer.asking(ghosts)
        if asked is not None:
            found.enter((ghosts, 0), reached(asked))
    return found.run(limits)


class _Search:
    """Breadth-first within a row, one row after the other."""

    def __init__(self, space: Space, observer: Observer) -> None:
        self.space, self.observer = space, observer
        tester, steps = observer.tester, space.successors.steps
        self._letters = tuple(dict.fromkeys((*tester.memories.letters, *observer.timed)))
        places = {letter: k for k, letter in enumerate(self._letters)}
        self._place = [places.get(tester.letter(n, s), 0) for n, s in enumerate(steps)]
        self._doors: dict[Memory, Door] = {}
        self._nowhere: Sequence[int] = bytes(len(space.reach))
        self._shut = Door([0] * len(space.reach), {}, None, None, None, self._nowhere)
        self._rows: dict[Memory, Row] = {}
        self._left: dict[Row, list[int]] = {}
        self._waiting: dict[Row, dict[int, int]] = {}
        self._bad: dict[Memory, tuple[Column | None, Column | None]] = {}
        self.violated = 0

    def enter(self, memory: Memory, states: Iterable[tuple[int, int]]) -> None:
        """Runs are in these states with this memory, in these variants."""
        arcs = [(0, state, mask) for state, mask in states]
        self._go([(arcs, -1)], [self._door(memory)])

    def without_idle(self, start: Memory) -> list[tuple[int, Memory]]:
        """Follow no run while it is idle: while nothing that it may come to violates the claim, but
        after a step that leads to one memory, whatever there was. Gives such steps, by letter, and
        where they lead: whoever takes one is followed from there on."""
        met = self._met(start)
        if len(met) > FAR:
            return []
        after = {memory: self._row(memory) for memory in met}
        resets = {
            letter: (k, after[start][k])
            for k, letter in enumerate(self._letters)
            if letter is not None and len({row[k] for row in after.values()}) == 1
        }
        places = {k for k, _ in resets.values()}
        idle: set[Memory] = set()
        narrower = {memory for memory in met if self._bad_at(memory) == (None, None)}
        while idle != narrower:
            idle = narrower
            narrower = {
                memory for memory in idle
                if all(k in places or to in idle for k, to in enumerate(after[memory]))
            }  # fmt: skip
        self._doors |= dict.fromkeys(idle, self._shut)
        return [(letter, to) for letter, (_, to) in resets.items() if idle and to not in idle]

    def run(self, limits: Limits) -> Found:
        """Follow all steps."""
        everything, onward = self.space.successors.variants.everything, self.space.onward
        while row := next((row for row, states in self._waiting.items() if states), None):
            doors = [*map(self._door, row)]
            by_step = [doors[place] for place in self._place]
            while level := [*self._waiting[row].items()]:
                self._waiting[row].clear()
                for at in range(0, len(level), CHECK_EVERY):
                    if exceeded(limits):
                        return Found(self.violated, everything & ~self.violated)
                    some = level[at : at + CHECK_EVERY]
                    self._go(((onward[state], mask) for state, mask in some), by_step)
        return Found(self.violated, self.space.undecided & ~self.violated)

    def _go(self, leaving: Iterable[tuple[Sequence[Arc], int]], doors: Sequence[Door]) -> None:
        """Along these arcs, in the variants beside them that do not violate the claim yet."""
        violated = self.violated
        for arcs, mask in leaving:
            new = mask ^ (mask & violated)
            for step, target, variants in arcs:
                door = doors[step]
                left = door.left[target]
                if door.noted[target]:
                    violated |= self._noted(door, target, variants & new)
                if left and (fresh := left & variants & new):
                    if door.done is not None and (done := door.done[target]):
                        fresh ^= fresh & done
                        if not fresh:
                            continue
                    door.left[target] = left ^ fresh
                    door.waiting[target] = door.waiting.get(target, 0) | fresh
        self.violated = violated

    def _noted(self, door: Door, state: int, mask: int) -> int:
        """The variants in which coming there violates the claim."""
        if door.faulty is not None and door.faulty[state] & mask:
            raise self.observer.tester.without_value()
        if door.done is not None:
            mask ^= mask & door.done[state]
        return 0 if door.bad is None else mask & door.bad[state]

    # --- memories -------------------------------------------------------------------------------

    def _door(self, memory: Memory) -> Door:
        """One that nobody passes where no violation can follow."""
        if memory not in self._doors:
            row = self._row(memory)
            bad, faulty = self._bad_at(memory)
            door = self._shut
            if bad is not None or faulty is not None or self._ahead(row):
                left = self._left.setdefault(row, [])
                left += self.space.reach[len(left) :]
                noted = self._nowhere
                if columns := [c for c in (bad, faulty) if c is not None]:
                    noted = combined(lambda *masks: reduce(or_, masks), columns).meeting(-1)
                door = Door(
                    left, self._waiting.setdefault(row, {}), rows_of(self.observer.done(memory[0])),
                    rows_of(bad), rows_of(faulty), noted,
                )  # fmt: skip
            self._doors[memory] = door
        return self._doors[memory]

    def _row(self, memory: Memory) -> Row:
        if memory not in self._rows:
            ghosts, timer = memory
            after, later = self.observer.tester.memories.after, self.observer.later
            self._rows[memory] = tuple(
                (after(ghosts, letter), later(timer) if letter == DELAYED else timer)
                for letter in self._letters
            )
        return self._rows[memory]

    def _ahead(self, row: Row) -> bool:
        """May one of the memories to come violate the claim? Yes where there are very many."""
        met = {row}
        waiting = [row]
        while waiting:
            for memory in waiting.pop():
                if len(met) > FAR or self._bad_at(memory) != (None, None):
                    return True
                following = self._row(memory)
                if following not in met:
                    met.add(following)
                    waiting.append(following)
        return False

    def _met(self, start: Memory) -> list[Memory]:
        """The memories that a run may have, or more than `FAR` of them."""
        found = {start: None}
        waiting = [start]
        while waiting and len(found) <= FAR:
            for memory in self._row(waiting.pop()):
                if memory not in found:
                    found[memory] = None
                    waiting.append(memory)
        return [*found]

    def _bad_at(self, memory: Memory) -> tuple[Column | None, Column | None]:
        """Where a state that is reached violates the claim, and where it has no value."""
        if memory not in self._bad:
            found = self.observer.bad_at(*memory), self.observer.faulty(memory[0])
            bad, faulty = (
                column if column is not None and any(column.within(self.space.reach)) else None
                for column in found
            )
            self._bad[memory] = bad, faulty
        return self._bad[memory]
