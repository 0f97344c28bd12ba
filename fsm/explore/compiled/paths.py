"""Shortest runs: back through the levels of a search, or of another one in a single variant."""

from collections.abc import Callable, Iterable

from msgspec import Struct

from fsm.explore.compiled.kernels import DEAD, FOUND, HERE, QUIET, STOPPED, STUCK
from fsm.explore.compiled.levels import Level
from fsm.explore.compiled.memory import Block, OutOfMemory
from fsm.explore.compiled.search import Search
from fsm.explore.compiled.store import one
from fsm.explore.space import MEMORY, Limits

RUNS = 4  # that are remembered


class Goal(Struct, frozen=True):
    """Which states: HERE, those that answer yes to the question `which`; DEAD, STOPPED: of those;
    LEFT: without a mark in `column`; SAME: `wanted`."""

    kind: int
    which: int = 0
    column: Block | None = None
    wanted: int | None = None


class Cut(Exception):
    """A limit was reached on the way; the words say which."""


def shortest(
    known: Search, initial: Iterable[int], bit: int, goal: Goal, threads: int = 1
) -> list[int] | None:
    """The states of a shortest run to a goal, in the variant with this bit; None where no state is
    one. Of the nearest such states the one with the least number is taken, and of those before it
    too. `initial` gives the states in which runs of the variant start; a search that has to be
    done anew may take so many `threads`.

    Raises `Cut` and `OutOfMemory`. O(states + steps) up to there.
    """
    machine, ledger = known.machine, known.ledger
    bits = machine.shape.bits
    wanted = one(ledger, bits, goal.wanted or 0)
    best = one(ledger, bits)
    marks = 0 if goal.column is None else goal.column.address
    pick, back = machine.code("pick"), machine.code("previous")
    first = _at_least(known, goal)
    levels: list[Level] = []
    last: int | None = None

    def least(level: Level, ask: Callable[[int, int], int]) -> int | None:
        found = []
        for patch in level.patches:
            if ask(patch.states.address, patch.count):
                found.append(best[0])
        return min(found, default=None)

    def here(states: int, count: int) -> int:
        return pick(goal.kind, goal.which, bit, states, count, *known.store.arrays, marks,
                    wanted.address, best.address)  # fmt: skip

    def before(states: int, count: int) -> int:
        return back(bit, states, count, wanted.address, best.address)

    def content(level: Level) -> bool:
        nonlocal last
        levels.append(level)
        if len(levels) > first:
            last = least(level, here)
        return last is not None

    search = None
    if known.kept is None:
        search = Search(machine, ledger, Limits(), threads=threads)
    try:
        if search is None:
            any(map(content, known.kept or ()))
        else:
            search.start((p, bit) for p in initial)
            search.run(content)
            if search.limit == MEMORY:
                raise OutOfMemory
            if search.limit:
                raise Cut(search.limit)
        if last is None:
            return None
        if (bit, last) not in known.shown:
            states = [last]
            for level in reversed(levels[:-1]):
                wanted[0] = states[-1]
                earlier = least(level, before)
                assert earlier is not None, "each level is reached from the one before"
                states.append(earlier)
            _remember(known.shown, bit, states[::-1])
        return known.shown[bit, last]
    finally:
        if search is not None:
            for level in levels:
                level.free()
            search.free()
        wanted.free()
        best.free()


def _at_least(known: Search, goal: Goal) -> int:
    """A distance below which no state is a goal, from what the search found: that a judged question
    is answered, or, where a run has ended, one about that; that there is a state without a step, or
    without a discrete one."""
    places = {
        HERE: (FOUND + goal.which,), STOPPED: (STUCK, FOUND + goal.which), DEAD: (QUIET,)
    }  # fmt: skip
    return max((known.nearest.get(place, 0) for place in places.get(goal.kind, ())), default=0)


def _remember(shown: dict[tuple[int, int], list[int]], bit: int, states: list[int]) -> None:
    """A run to a state depends on the variant and the state alone: what shows one thing often shows
    another, too."""
    if len(shown) == RUNS:
        del shown[next(iter(shown))]
    shown[bit, states[-1]] = states
