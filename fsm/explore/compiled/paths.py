"""Shortest runs: back through the levels of a search, or of another one in a single variant."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from fsm.explore.compiled.levels import Level
from fsm.explore.compiled.memory import Block
from fsm.explore.compiled.search import Search
from fsm.explore.compiled.store import one
from fsm.explore.space import Limits


@dataclass(frozen=True, slots=True)
class Goal:
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
    levels: list[Level] = []

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
        levels.append(level)
        return least(level, here) is not None

    search = None
    if known.kept is None:
        search = Search(machine, ledger, Limits(), threads=threads)
    try:
        if search is None:
            any(map(content, known.kept or ()))
        else:
            search.start((p, bit) for p in initial)
            search.run(content)
            if search.limit:
                raise Cut(search.limit)
        last = least(levels[-1], here) if levels else None
        if last is None:
            return None
        states = [last]
        for level in reversed(levels[:-1]):
            wanted[0] = states[-1]
            earlier = least(level, before)
            assert earlier is not None, "each level is reached from the one before"
            states.append(earlier)
        states.reverse()
        return states
    finally:
        if search is not None:
            for level in levels:
                level.free()
            search.free()
        wanted.free()
        best.free()
