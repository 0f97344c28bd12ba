"""Claims about states and the event that led there, decided on the arcs of a space: nothing has to
be remembered for longer than a step, so the space need not be explored again."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fsm.explore.space import Space
from fsm.expressions import GhostKind
from fsm.logic.observer import Observer
from fsm.model import Pattern
from fsm.semantics.lowered import System

_STATE_CLAIMS = (Pattern.NEVER, Pattern.ALWAYS, Pattern.REACHABLE)
_NONE = -1  # the event of a spontaneous step, of the passing of time, and of the start


@dataclass(slots=True)
class Arrivals:
    """By which events each state of a space is reached, and in which variants. Built once for a
    space, in one pass over its arcs."""

    system: System
    space: Space
    _by_event: dict[int, dict[int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        steps, actions = self.space.successors.steps, self.system.actions
        events = [_NONE if s.action is None else actions[s.action].event for s in steps]
        for number, mask in self.space.initial:
            self._note(_NONE, number, mask)
        for arcs in self.space.arcs:
            for step, target, mask in arcs:
                self._note(events[step], target, mask)

    def _note(self, event: int, state: int, mask: int) -> None:
        known = self._by_event.setdefault(event, {})
        known[state] = known.get(state, 0) | mask

    def found(self, observer: Observer) -> int:
        """The variants in which some state, with the event that led there, is bad (for
        `reachable`: is what should be reached).

        The same as exploring the space with the observer's memory beside it, for every claim for
        which `suffices` is true. O(states * events) evaluations at most.
        """
        watched = [w.event for w in observer.watchers]
        found = 0
        for event in dict.fromkeys(watched):
            memory = tuple(int(event == w) for w in watched)
            found |= _bad(observer, memory, self._by_event.get(event, {}))
        quiet: dict[int, int] = {}
        for event, states in self._by_event.items():
            if event not in watched:
                for state, mask in states.items():
                    quiet[state] = quiet.get(state, 0) | mask
        return found | _bad(observer, (0,) * len(watched), quiet)


def suffices(observer: Observer) -> bool:
    """Does the claim look at a state and at the step that led there, and no further back?"""
    return observer.pattern in _STATE_CLAIMS and all(
        w.kind is GhostKind.FIRED for w in observer.watchers
    )


def _bad(observer: Observer, memory: tuple[int, ...], states: Mapping[int, int]) -> int:
    found = 0
    for state, mask in states.items():
        if mask & ~found:
            found |= observer.bad(state, memory, mask & ~found)
    return found
