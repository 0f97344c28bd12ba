"""What ghosts remember, as an automaton over the steps that they see, with as few memories as the
tests can tell apart: `count(a) + count(b) == 0` needs two, however far each could be counted."""

from collections.abc import Callable, Hashable, Sequence

from fsm.explore.emit import Values
from fsm.explore.successors import DELAY, StepInfo
from fsm.expressions import GhostKind
from fsm.logic.claim import Watcher
from fsm.semantics.lower_expressions import NEVER
from fsm.semantics.lowered import System

DELAYED = -1  # the letter of a unit of time; None is that of a step without event
MOST = 300  # memories to compare; where there may be more, each is taken as it is


class Memories:
    """The memories of some watchers. `told` says all that the tests make of one.

    A letter is the event of a step, None, or `DELAYED`. Two memories with the same tests, and
    equivalent ones after every letter, are represented by the one that is met first: the coarsest
    such partition (Moore, "Gedanken-experiments on sequential machines", 1956).
    Complexity: O(memories^2 * letters) at most, once.
    """

    def __init__(self, watchers: Sequence[Watcher], told: Callable[[Values], Hashable]) -> None:
        self.watchers = watchers
        self.start: Values = (0,) * len(watchers)
        self.letters: tuple[int | None, ...] = (
            None, *((DELAYED,) if any(w.kind is GhostKind.SINCE for w in watchers) else ()),
            *dict.fromkeys(w.event for w in watchers if w.event != NEVER),
        )  # fmt: skip
        self._first = self._represented(told)

    def after(self, memory: Values, letter: int | None) -> Values:
        """The memory after a step."""
        found = self._advanced(memory, letter)
        return self._first.get(found, found)

    def _advanced(self, memory: Values, letter: int | None) -> Values:
        return advance(self.watchers, memory, letter)

    def _represented(self, told: Callable[[Values], Hashable]) -> dict[Values, Values]:
        rows: dict[Values, list[Values]] = {}
        waiting = [self.start]
        while waiting:
            memory = waiting.pop(0)
            if memory not in rows:
                rows[memory] = [self._advanced(memory, letter) for letter in self.letters]
                waiting += rows[memory]
                if len(rows) > MOST:
                    return {}
        kinds: dict[Hashable, int] = {}
        class_of = {memory: kinds.setdefault(told(memory), len(kinds)) for memory in rows}
        while True:
            finer: dict[Hashable, int] = {}
            refined = {
                memory: finer.setdefault(
                    (class_of[memory], *(class_of[m] for m in row)), len(finer)
                )
                for memory, row in rows.items()
            }
            if len(finer) == len(kinds):
                break
            kinds, class_of = finer, refined
        first: dict[int, Values] = {}
        return {memory: first.setdefault(which, memory) for memory, which in class_of.items()}


def letter_of(number: int, info: StepInfo, system: System) -> int | None:
    """What ghosts see of a step."""
    if number == DELAY:
        return DELAYED
    return None if info.action is None else system.actions[info.action].event


def advance(watchers: Sequence[Watcher], memory: Values, letter: int | None) -> Values:
    """What watchers make of a step, each value as it is."""
    return tuple(
        _advance(w, value, letter == DELAYED, letter == w.event)
        for w, value in zip(watchers, memory, strict=True)
    )


def _advance(watcher: Watcher, value: int, delay: bool, occurred: bool) -> int:
    match watcher.kind:
        case GhostKind.FIRED:
            return int(occurred)
        case GhostKind.COUNT:
            return min(value + occurred, watcher.limit)
        case GhostKind.SINCE:
            return 0 if occurred else min(value + delay, watcher.limit)
