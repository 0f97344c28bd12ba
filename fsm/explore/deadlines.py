"""What clocks do to transitions, read state by state: deadlines that never come first, that race
each other or are met late, and comparisons of clocks that are always true or always false.

All is local to a state, so whoever knows the reachable states (units of time one by one, or one
point of each cell of a zone) shows them to `look`, and asks for the sum in the end.
"""

import re
from collections.abc import Callable, Iterator
from itertools import combinations
from operator import itemgetter
from typing import Any, Protocol

from msgspec import Struct

from fsm.explore.deadline_findings import Comparison, Constant, Late, Overtaken, Place, Race, Seen
from fsm.explore.emit import Predicate, Values, predicate
from fsm.explore.successors import StepInfo, Successors
from fsm.explore.timing import bound_of, late_of, rewritten, slots_of
from fsm.explore.variants import Variants
from fsm.expressions import Op
from fsm.semantics import ir
from fsm.semantics.ir import LoweredFault, Node
from fsm.semantics.lowered import Edge, System

Cases = tuple[tuple[int, Predicate], ...]


class _Test(Struct, frozen=True):
    """A comparison, and the guard around it with it true and with it false, by variants."""

    comparison: Comparison
    cases: tuple[tuple[int, Predicate, Predicate, Predicate], ...]


class _Reading(Struct):
    """What is read of a transition out of a leaf: the variants in which it is ready but for its
    lower bound, enabled, due (time stops), and late."""

    edge: Edge
    place: Place
    slots: frozenset[int]
    key: Callable[[Values], object]  # the values of these slots, on which it depends
    ready: Cases
    enabled: Cases
    due: Cases
    late: Cases
    tests: tuple[_Test, ...]
    known: dict[object, tuple[int, int, int, int]] = {}
    told: dict[object, int] = {}

    def masks(self, state: Values, key: object) -> tuple[int, int, int, int]:
        """Ready, enabled, due and late, over the whole family."""
        found = self.known.get(key)
        if found is None:
            kinds = self.ready, self.enabled, self.due, self.late
            ready, enabled, due, late = (_true(cases, state) for cases in kinds)
            found = self.known[key] = ready, enabled, due, late
        return found


class Following(Protocol):
    """What is asked about steps; see `fsm.explore.space.StepFunction`."""

    steps: list[StepInfo]

    @property
    def key(self) -> Callable[[Values], Any]:
        """Gives the state with these slots."""
        ...

    def of(self, state: Any, mask: int) -> list[tuple[int, Any, int]]:
        """The steps out of a state: (number of the step, next state, variants)."""
        ...


class Deadlines:
    """What was seen so far. States are those of `system`; clocks may have any values, but where
    `steps` know states alone that are reached in whole units."""

    def __init__(self, system: System, variants: Variants, steps: Following | None = None) -> None:
        self.system, self.variants = system, variants
        self._steps: Following = steps or Successors(system, variants)
        self._asked: tuple[tuple[Any, int], list[tuple[int, Any, int]]] = ((), 0), []
        leaves = [len(p.leaves) for p in system.processes]
        self._at: list[list[list[_Reading]]] = [[[] for _ in range(n)] for n in leaves]
        for edge in system.edges:
            if ir.clock_tests(edge.enabled) or edge.forced is not None:
                self._at[edge.process][edge.leaf].append(self._reading(edge))
        self._processes = [p for p, found in enumerate(self._at) if any(found)]
        self._read = itemgetter(*sorted(self._slots()) or (0,))  # all that counts, but for races
        self._looked: dict[object, int] = {}  # by that: where there is nothing new to be seen
        self._fired: dict[Place, int] = {}
        self._waiting: dict[Place, int] = {}
        self._blocked: dict[Place, tuple[Seen, dict[Place, int]]] = {}
        self._late: dict[Place, Seen] = {}
        self._truth: dict[Comparison, tuple[Seen, Seen]] = {}
        self._races: dict[tuple[Place, Place], Race] = {}

    @property
    def idle(self) -> bool:
        """Does nothing ever look at a clock?"""
        return not self._processes

    def look(self, state: Values, mask: int) -> None:
        """A state that some variants reach. O(transitions with clocks out of it)."""
        read = self._read(state)
        looked = self._looked.get(read, 0)
        if mask & looked == mask:
            return
        due: list[tuple[_Reading, int]] = []
        waiting: list[tuple[_Reading, int]] = []
        for process in self._processes:
            for reading in self._at[process][state[self.system.processes[process].slot]]:
                key = reading.key(state)
                ready, enabled, stops, late = reading.masks(state, key)
                if stops & mask:
                    due.append((reading, stops & mask))
                self._note(reading, state, key, mask, enabled, late)
                if reading.edge.forced is not None and ready & ~enabled & mask:
                    waiting.append((reading, ready & ~enabled & mask))
        for reading, which in waiting if due else ():
            self._block(reading, which, due, state)
        if len(due) > 1:
            self._race(due, state)
        else:
            self._looked[read] = looked | mask

    def _note(
        self, reading: _Reading, state: Values, key: object, mask: int, enabled: int, late: int
    ) -> None:
        fresh = mask & ~reading.told.get(key, 0)
        if not fresh:
            return
        reading.told[key] = reading.told.get(key, 0) | fresh
        place = reading.place
        self._fired[place] = self._fired.get(place, 0) | enabled & fresh
        if late & enabled & fresh:
            self._late.setdefault(place, Seen()).see(state, late & enabled & fresh)
        for test in reading.tests:
            for which, with_true, with_false, itself in test.cases:
                if which & fresh and _value(with_true, state) and not _value(with_false, state):
                    seen = self._truth.setdefault(test.comparison, (Seen(), Seen()))
                    seen[_value(itself, state)].see(state, which & fresh)

    def _block(
        self, reading: _Reading, waiting: int, due: list[tuple[_Reading, int]], state: Values
    ) -> None:
        for other, which in due:
            if other.place != reading.place and which & waiting:
                seen, others = self._blocked.setdefault(reading.place, (Seen(), {}))
                seen.see(state, which & waiting)
                others[other.place] = others.get(other.place, 0) | which & waiting

    # --- two at once --------------------------------------------------------------------------

    def _race(self, due: list[tuple[_Reading, int]], state: Values) -> None:
        for (one, m), (other, k) in combinations(due, 2):
            if not m & k or self._one_choice(one, other):
                continue
            if one.place > other.place:
                one, other = other, one
            known = self._races.get((one.place, other.place))
            both = m & k & ~(0 if known is None else known.seen.mask)
            for left, which in self._orders(one.edge, other.edge, state, both) if both else ():
                race = self._races.setdefault(
                    (one.place, other.place), Race(one.place, other.place)
                )
                before = len(race.seen.first)
                race.seen.see(state, which)
                race.left.extend([left] * (len(race.seen.first) - before))

    def _one_choice(self, one: _Reading, other: _Reading) -> bool:
        """Are they alternatives of one machine: by one transition, by one event, whose fields
        decide, or within one interval? Then they are a choice, which no instant makes."""
        if one.edge.process != other.edge.process:
            return False
        if one.place == other.place:
            return True
        bounds = [
            (bound_of(e.enabled), bound_of(e.forced)) for e in (one.edge, other.edge) if e.forced
        ]
        event = self._event(one.edge)
        same = event is not None and event == self._event(other.edge)
        return bounds[0] == bounds[1] and (same or len(set(bounds[0])) > 1)

    def _event(self, edge: Edge) -> int | None:
        return None if edge.action is None else self.system.actions[edge.action].event

    def _orders(
        self, one: Edge, other: Edge, state: Values, mask: int
    ) -> Iterator[tuple[tuple[bool, bool], int]]:
        """Both orders, in the variants in which both deadlines are steps here and the order leads
        to something else: what is left of the second after the first, and the other way round."""
        start = self._steps.key(state)
        forward, back = self._taken(one, start, mask), self._taken(other, start, mask)
        ends, still = self._then(other, forward)
        others, also = self._then(one, back)
        differ = 0
        for end in {**ends, **others}:
            differ |= ends.get(end, 0) ^ others.get(end, 0)
        which = differ & _union(forward) & _union(back)
        for left in ((True, True), (True, False), (False, True), (False, False)):
            part = which & (still if left[0] else ~still) & (also if left[1] else ~also)
            if part:
                yield left, part

    def _then(self, edge: Edge, states: list[tuple[Any, int]]) -> tuple[dict[Any, int], int]:
        """Where states end if a deadline that is still possible there follows, by variants; and
        the variants in which it does."""
        ends: dict[Any, int] = {}
        possible = 0
        for state, mask in states:
            following = self._taken(edge, state, mask)
            still = _union(following)
            for end, m in (*following, (state, mask & ~still)):
                if m:
                    ends[end] = ends.get(end, 0) | m
            possible |= still
        return ends, possible

    def _taken(self, edge: Edge, state: Any, mask: int) -> list[tuple[Any, int]]:
        """The steps that an edge takes part in: where they lead."""
        if self._asked[0] != (state, mask):  # two deadlines ask about one state in turn
            self._asked = (state, mask), self._steps.of(state, mask) if mask else []
        steps = self._steps.steps
        return [(to, m) for n, to, m in self._asked[1] if edge.number in steps[n].edges]

    # --- the sum ------------------------------------------------------------------------------

    def overtaken(self) -> Iterator[Overtaken]:
        """Deadlines that are waited for and never come, since others stop time before."""
        for place, (seen, others) in sorted(self._blocked.items(), key=itemgetter(0)):
            mask = seen.mask & ~self._fired.get(place, 0)
            names = tuple(sorted(name for name, which in others.items() if which & mask))
            if mask:
                yield Overtaken(place, names, mask, seen)

    def never(self) -> Iterator[Place]:
        """Transitions of which it is told that, and why, time never lets them happen."""
        yield from (found.deadline for found in self.overtaken())
        yield from (found.comparison.place for found in self.constant() if not found.value)

    def races(self) -> Iterator[Race]:
        """Pairs of deadlines whose order matters."""
        yield from (self._races[places] for places in sorted(self._races))

    def constant(self) -> Iterator[Constant]:
        """Comparisons with one value wherever they matter; that a deadline's lower bound is never
        reached is told otherwise, and a bound of zero is no bound."""
        for comparison, (false, true) in sorted(self._truth.items(), key=lambda t: t[0].place):
            if bool(false.mask) == bool(true.mask):
                continue
            if true.mask and not self._is_trivial(comparison):
                yield Constant(comparison, True, true)
            if false.mask and not comparison.forces:
                yield Constant(comparison, False, false)

    def late(self) -> Iterator[Late]:
        """Deadlines that can be met after their time."""
        for place, seen in sorted(self._late.items(), key=itemgetter(0)):
            yield Late(place, seen)

    def _is_trivial(self, comparison: Comparison) -> bool:
        bounds = {special for _, special in self.variants.cases(comparison.bound)}
        return comparison.op is Op.GE and bounds == {ir.Const(0)}

    # --- reading transitions ------------------------------------------------------------------

    def _slots(self) -> frozenset[int]:
        """What decides which transitions are read, and what they read."""
        readings = (r for p in self._processes for at_leaf in self._at[p] for r in at_leaf)
        own = frozenset(self.system.processes[p].slot for p in self._processes)
        return own.union(*(reading.slots for reading in readings))

    def _reading(self, edge: Edge) -> _Reading:
        process = self.system.processes[edge.process]
        place = process.machine, edge.transition
        lower = bound_of(edge.enabled) if edge.forced is not None else None
        ready = edge.enabled if lower is None else rewritten(edge.enabled, {lower: ir.TRUE})
        forced = ir.FALSE if edge.forced is None else edge.forced
        slots = slots_of(edge.enabled) | slots_of(forced)
        return _Reading(
            edge, place, slots, itemgetter(*sorted(slots)),
            self._cases(ready), self._cases(edge.enabled), self._cases(forced),
            self._cases(late_of(edge)),
            tuple(self._tests(edge, place, lower)),
        )  # fmt: skip

    def _tests(self, edge: Edge, place: Place, lower: Node | None) -> Iterator[_Test]:
        for test in dict.fromkeys(ir.clock_tests(edge.enabled)):
            if not isinstance(test.clock, ir.Slot):
                continue
            name = re.sub(r"\[\d+\]", "", self.system.slots[test.clock.index].name)
            forces = lower is not None and test in ir.clock_tests(lower)
            cases = []
            for mask, values in self.variants.choices(ir.params(edge.enabled)):
                sides = (rewritten(edge.enabled, {test: side}) for side in (ir.TRUE, ir.FALSE))
                special = [ir.specialise(node, values) for node in (*sides, test)]
                yes, no, itself = map(predicate, special)
                cases.append((mask, yes, no, itself))
            comparison = Comparison(place, name, test.op, test.bound, forces)
            yield _Test(comparison, tuple(cases))

    def _cases(self, node: Node) -> Cases:
        return tuple(
            (mask, predicate(special))
            for mask, special in self.variants.cases(node)
            if special != ir.FALSE
        )


def _true(cases: Cases, state: Values) -> int:
    found = 0
    for mask, test in cases:
        found |= mask if _value(test, state) else 0
    return found


def _value(test: Callable[[Values], int], state: Values) -> bool:
    """What has no value is not true; that it has none is told elsewhere."""
    try:
        return bool(test(state))
    except (LoweredFault, ZeroDivisionError):
        return False


def _union(steps: list[tuple[Any, int]]) -> int:
    found = 0
    for _, mask in steps:
        found |= mask
    return found
