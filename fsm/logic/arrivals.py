"""Claims about states and the step that led there, decided on the arcs of a space: nothing has to
be remembered for longer than a step, so the space need not be explored again."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from operator import and_, itemgetter

from msgspec import Struct

from fsm.explore.columns import Column
from fsm.explore.emit import Values
from fsm.explore.space import Space
from fsm.logic.claim import Watcher
from fsm.logic.memories import letter_of
from fsm.logic.observer import Observer
from fsm.logic.watch import Reached
from fsm.semantics.lowered import System


class Arrivals(Struct):
    """By which events each state of a space is reached, and in which variants; also by time, where
    there is none by a run that ends and stutters, and by nothing that ghosts see (None), as at the
    start. Built once for a space, in one pass over its arcs."""

    system: System
    space: Space
    _by_event: dict[int | None, dict[int, int]] = {}
    _others: dict[frozenset[int], dict[int, int]] = {}

    def __post_init__(self) -> None:
        steps = self.space.successors.steps
        events = [None, *(letter_of(n, step, self.system) for n, step in enumerate(steps))]
        known = [self._by_event.setdefault(event, {}) for event in events][1:]
        for number, mask in self.space.initial:
            start = self._by_event[None]
            start[number] = start.get(number, 0) | mask
        for arcs in self.space.onward:
            for step, target, mask in arcs:
                mine = known[step]
                if target in mine:
                    mine[target] |= mask
                else:
                    mine[target] = mask

    def by(self, letter: int) -> Iterable[tuple[int, int]]:
        """The states that an event, or the passing of time, leads to, and in which variants."""
        return self._by_event.get(letter, {}).items()

    def under(self, watchers: Sequence[Watcher]) -> Iterator[tuple[Values, Reached]]:
        """Each memory that ghosts of one step can have, and what gives the states reached under it.

        Complexity: O(the states that are asked for), but for a pass over those that watched events
        lead to.
        """
        watched = [w.event for w in watchers]
        if not watched:
            yield (), lambda column: column.within(self.space.reach)
            return
        for event in dict.fromkeys(watched):
            ghosts = tuple(int(event == w) for w in watched)
            yield ghosts, partial(self._reached_by, event)
        yield (0,) * len(watched), partial(self._quiet, frozenset(watched))

    def _reached_by(self, event: int, column: Column) -> Iterator[tuple[int, int]]:
        led = self._by_event.get(event, {})
        mine = map(column.masks.__getitem__, map(column.of.__getitem__, led))
        return filter(itemgetter(1), zip(led, map(and_, led.values(), mine), strict=True))

    def _quiet(self, watched: frozenset[int], column: Column) -> Iterator[tuple[int, int]]:
        """Reached by a step that is none of the watched events, or at the start: as are all states
        that no watched event leads to."""
        for state in column.members():
            if watched not in self._others:
                self._others[watched] = self._beside(watched)
            reach = self._others[watched].get(state, self.space.reach[state])
            if mask := reach & column.masks[column.of[state]]:
                yield state, mask

    def _beside(self, watched: frozenset[int]) -> dict[int, int]:
        """What else leads to the states that watched events lead to."""
        led = (self._by_event.get(event, {}) for event in watched)
        found = dict.fromkeys((state for states in led for state in states), 0)
        if self.space.limit:  # then not every step was kept that led somewhere
            found = dict.fromkeys(range(len(self.space.reach)), 0)
        for event, states in self._by_event.items():
            if event not in watched:
                for state in found.keys() & states.keys():
                    found[state] |= states[state]
        return found

    def found(self, observer: Observer) -> int:
        """The variants in which some state, with the step that led there, is bad (for `reachable`:
        is what should be reached). For observers without memory that look at steps alone."""
        found = 0
        for ghosts, reached in self.under(observer.watchers):
            found |= observer.found(ghosts, reached)
        return found
