"""Brute force for what may go on for ever: every region, with a clock that ticks beside the others,
and the components of that graph. No zones, no abstraction, no sharing.

Source: Alur & Dill, "A theory of timed automata", TCS 126(2), 1994, section 4, doi
10.1016/0304-3975(94)90010-8: regions with acceptance, and time that diverges.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from fsm.explore.graph import components
from fsm.model import Pattern, Property
from fsm.semantics.history import History
from fsm.semantics.interpreter import Interpreter
from fsm.semantics.trace import Occurrence, State
from fsm.timed.trace import TimedState
from tests.timed.regions import Region, Regions

TICK = "tick"
Node = tuple[Region, str, bool]  # with the event that led there, and whether the claim is open
Label = str | None  # TICK, what occurs, None


@dataclass(frozen=True)
class Place:
    """A point of a node: the state, with the clock that ticks."""

    state: TimedState
    tick: Fraction


class RegionLassos:
    """One claim without a bound on time, in one variant; its formulas look at states, variables and
    at which event has just occurred."""

    def __init__(
        self, interpreter: Interpreter, claim: Property, caps: dict[str, int], limit: int
    ) -> None:
        self.interpreter, self.claim, self.limit = interpreter, claim, limit
        self.regions = Regions(interpreter, {**caps, TICK: 1}, limit)
        self.places: dict[Node, Place] = {}
        self.arcs: dict[Node, list[tuple[Label, Node]]] = {}
        self.complete = True

    def open_for_ever(self) -> bool:
        """Is there a run on which time diverges, fair as the spec says, that leaves it open?"""
        self._explore()
        waiting = {node for node in self.places if node[2]}
        order = list(waiting)
        number = {node: k for k, node in enumerate(order)}
        inner = {
            number[n]: [(label, number[t]) for label, t in self.arcs[n] if t in waiting]
            for n in order
        }
        of = components(inner, lambda k: (t for _, t in inner[k]))
        found: dict[int, set[object]] = {}
        for k, arcs in inner.items():
            mine = found.setdefault(of[k], set())
            for label, target in arcs:
                if of[target] == of[k]:
                    mine.add(label)
            state = self.places[order[k]].state.exact()
            for event in self._fair():
                if not self.interpreter.can_occur(event, state):
                    mine.add(event)
        asked = {TICK, *self._fair()}
        return any(asked <= met for met in found.values())

    def _fair(self) -> list[str]:
        return [e.name for e in self.interpreter.instances.events if e.event.fair is not None]

    def _explore(self) -> None:
        queue = deque[Node]()

        def enter(place: Place, fired: str, open_: bool | None) -> Node:
            where, kept = self._canonical(place)
            known = self._after(kept, fired, open_)
            node = (where, fired, known)
            if node not in self.places:
                self.places[node] = kept
                self.arcs[node] = []
                queue.append(node)
            return node

        for start in self.interpreter.initial():
            enter(Place(_timed(start), Fraction(0)), "", None)
        while queue:
            if len(self.places) > self.limit:
                self.complete = False
                return
            node = queue.popleft()
            place, (_, fired, open_) = self.places[node], node
            for label, event, target in self._following(place, fired):
                if label == TICK:  # nothing that the claim could see
                    where, kept = self._canonical(target)
                    same = (where, fired, open_)
                    if same not in self.places:
                        self.places[same], self.arcs[same] = kept, []
                        queue.append(same)
                    self.arcs[node].append((label, same))
                else:
                    self.arcs[node].append((label, enter(target, event, open_)))

    def _following(self, place: Place, fired: str) -> Iterator[tuple[Label, str, Place]]:
        if place.tick >= 1:
            yield TICK, fired, Place(place.state, Fraction(0))
        for step, target in self.interpreter.steps(place.state.exact()):
            if isinstance(target, State):
                assert isinstance(step, Occurrence)
                yield step.event, step.event, Place(_timed(target), place.tick)
        beside = TimedState(place.state.snapshot, (*place.state.clocks, (TICK, place.tick)))
        later = list(self.regions._later(beside))
        if not later and fired and self.interpreter.may_wait(place.state.exact()):
            later = [beside]  # beyond all that is compared
        for found in later:
            yield (
                None,
                "",
                Place(TimedState(found.snapshot, found.clocks[:-1]), found.clocks[-1][1]),
            )

    def _canonical(self, place: Place) -> tuple[Region, Place]:
        beside = TimedState(place.state.snapshot, (*place.state.clocks, (TICK, place.tick)))
        region, kept = self.regions._canonical(beside)
        return region, Place(TimedState(kept.snapshot, kept.clocks[:-1]), kept.clocks[-1][1])

    def _after(self, place: Place, fired: str, open_: bool | None) -> bool:
        """Is the claim open now? None: this is the start."""
        state, past = place.state.exact(), History(fired)
        if self.interpreter.holds(self.claim.subject.node, state, past, {}):
            return False
        if self.claim.pattern is Pattern.EVENTUALLY:
            return open_ is not False
        assert self.claim.trigger is not None
        asked = self.interpreter.holds(self.claim.trigger.node, state, past, {})
        return bool(open_) or bool(asked)


def _timed(state: State) -> TimedState:
    return TimedState(state.snapshot, tuple((name, Fraction(t)) for name, t in state.clocks))
