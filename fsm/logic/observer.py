"""Observers: what a property remembers of a run, as a deterministic automaton beside the system.

| pattern | memory | bad | watched for ever |
|---|---|---|---|
| never, always, at_most | - | the subject, its negation, count > n | |
| eventually | not yet | timer > T | not yet |
| after A eventually Q | pending since A without Q | pending and timer > T | pending |
| before A must Q | no Q yet | A without Q | |

A run is *watched for ever* when it never leaves that memory: the violations without a bound.
"""

from collections.abc import Callable, Mapping
from functools import reduce
from operator import and_, or_

from fsm.explore.columns import Columns, Masks
from fsm.explore.emit import Values
from fsm.explore.successors import DELAY, StepInfo
from fsm.explore.variants import Variants
from fsm.expressions import Op
from fsm.logic.claim import operands
from fsm.logic.memories import DELAYED
from fsm.logic.tester import Tester
from fsm.model import Pattern, Property
from fsm.semantics import ir
from fsm.semantics.lower_expressions import Lowering
from fsm.semantics.lowered import System

Way = tuple[Values, int]  # a memory, and the variants that have it
_SUBJECT, _TRIGGER = 0, 1
OPEN, CLOSED = 1, 0  # the memory of eventually (not yet), response (pending), precedence (no Q yet)


class Observer:
    """One property, for one value of its `each`. Its memory is a tuple: ghosts, then for patterns
    with memory one bit, then for `within` a timer in units.

    `columns` holds the states by the numbers under which they are asked about; a formula is read
    once for all of them and each memory of ghosts, for the whole family.
    """

    marks = 0  # acceptance conditions: it is no automaton over infinite words

    def __init__(
        self, property_: Property, env: Mapping[str, int], system: System, lowering: Lowering,
        variants: Variants, columns: Columns,
    ) -> None:  # fmt: skip
        self.property, self.pattern = property_, property_.pattern
        asked = [x for x in operands(property_) if x is not None]
        self.tester = Tester(
            property_.name, asked, env, system, lowering, variants, columns
        )  # fmt: skip
        self.watchers = self.tester.watchers
        self.states = columns.states
        self.remembers = self.pattern in (Pattern.EVENTUALLY, Pattern.RESPONSE, Pattern.PRECEDENCE)
        self._late: tuple[int, ...] = ()  # by the timer: the variants in which it is too late
        if property_.within is not None:
            bound = lowering.node(property_.within.node, env)
            self._late = tuple(
                variants.where(ir.Calc(Op.LT, (bound, ir.Const(units * lowering.unit))))
                for units in range(lowering.largest(bound) + 2)
            )

    @property
    def needed(self) -> bool:
        """Must the space be explored again with memory beside it?"""
        return self.remembers or not self.tester.looks_at_steps

    # --- the automaton ------------------------------------------------------------------------

    def start(self, state: int, mask: int) -> list[Way]:
        """The memory at the start of a run; variants part where formulas read configuration."""
        ghosts = self.tester.start()
        opened = CLOSED if self.pattern is Pattern.RESPONSE else OPEN
        return self._remember(ghosts, opened, 0, state, mask)

    def step(
        self, memory: Values, number: int, info: StepInfo, state: int, mask: int
    ) -> list[tuple[int, Values, int]]:
        """The memory after a step that led to `state`; the arc has no marks."""
        at = len(self.watchers)
        ghosts = self.tester.after(memory, number, info)
        if not self.remembers:
            return [(0, ghosts, mask)]
        timer = 0
        if self._late:
            timer = min(memory[at + 1] + (number == DELAY), len(self._late) - 1)
        return [(0, *way) for way in self._remember(ghosts, memory[at], timer, state, mask)]

    def asked(self, ghosts: Values, state: int, mask: int) -> list[Way]:
        """For a response: what is pending if it is this state that asks for it."""
        asking = self.tester.true(_TRIGGER, state, ghosts, mask)
        ways = self._remember(ghosts, OPEN, 0, state, asking) if asking else []
        return [way for way in ways if not self.closed(way[0])]

    def _remember(self, ghosts: Values, bit: int, timer: int, state: int, mask: int) -> list[Way]:
        if not self.remembers:
            return [(ghosts, mask)]
        done = self.tester.true(_SUBJECT, state, ghosts, mask)
        if self.pattern is Pattern.RESPONSE:
            asked = mask
            if bit == CLOSED:
                asked = self.tester.true(_TRIGGER, state, ghosts, mask)
            waiting, forgotten = asked & ~done, ghosts
            timer = timer if bit == OPEN else 0
        else:  # once it is done, nothing is left to watch
            waiting, forgotten = mask & ~done if bit == OPEN else 0, (0,) * len(ghosts)
        closed = (self._memory(forgotten, CLOSED, 0), mask & ~waiting)
        opened = (self._memory(ghosts, OPEN, timer), waiting)
        return [way for way in (closed, opened) if way[1]]

    def _memory(self, ghosts: Values, bit: int, timer: int) -> Values:
        return (*ghosts, bit, timer) if self._late else (*ghosts, bit)

    # --- verdicts -----------------------------------------------------------------------------

    def bad(self, state: int, memory: Values, mask: int) -> int:
        """The variants in which being here refutes the property (for `reachable` and
        `can_always`: in which the subject is true here)."""
        ghosts = memory[: len(self.watchers)]
        match self.pattern:
            case Pattern.ALWAYS:
                return mask & ~self.tester.true(_SUBJECT, state, ghosts, mask)
            case Pattern.PRECEDENCE:
                if self.finished(memory):
                    return 0
                return self.tester.true(_TRIGGER, state, ghosts, mask)
            case Pattern.EVENTUALLY | Pattern.RESPONSE:
                if not self._late or self.closed(memory):
                    return 0
                return mask & self._late[memory[-1]]
            case _:
                return self.tester.true(_SUBJECT, state, ghosts, mask)

    def done(self, ghosts: Values) -> Masks | None:
        """By state, the variants in which the claim waits for nothing; None: nowhere."""
        return self.tester.column(_SUBJECT, ghosts)[0] if self.remembers else None

    def asking(self, ghosts: Values) -> Masks | None:
        """By state, the variants in which a response is asked for; None: nowhere."""
        if self.tester.settled(_TRIGGER, ghosts) == ir.FALSE:
            return None
        return self.tester.column(_TRIGGER, ghosts)[0]

    def bad_at(self, ghosts: Values, timer: int) -> Masks | None:
        """By state, the variants in which being there with this memory, the claim open, refutes
        the property (for `reachable`: in which the subject is true); None: nowhere."""
        if self.pattern in (Pattern.EVENTUALLY, Pattern.RESPONSE):
            late = self._late[timer] if self._late else 0
            return [late] * len(self.states) if late else None
        which = _TRIGGER if self.pattern is Pattern.PRECEDENCE else _SUBJECT
        never = ir.TRUE if self.pattern is Pattern.ALWAYS else ir.FALSE
        if self.tester.settled(which, ghosts) == never:
            return None
        true = self.tester.column(which, ghosts)[0]
        return [~mask for mask in true] if self.pattern is Pattern.ALWAYS else true

    def faulty(self, ghosts: Values) -> Masks | None:
        """By state, the variants in which some test has no value; None: nowhere."""
        columns = [
            column
            for which in range(len(self.tester.asked))
            if (column := self.tester.column(which, ghosts)[1]) is not None
        ]
        return [*map(or_, columns[0], columns[-1])] if columns else None

    def later(self, timer: int) -> int:
        """The timer of an open claim after one more unit of time."""
        return min(timer + 1, len(self._late) - 1) if self._late else 0

    @property
    def timed(self) -> tuple[int, ...]:
        """The letters that the timer sees."""
        return (DELAYED,) if self._late else ()

    def found(self, ghosts: Values, states: Callable[[], Mapping[int, int]]) -> int:
        """The variants in which one of these states, with the variants that reach it, is bad; for
        observers without memory but for ghosts."""
        bad = self.bad_at(ghosts, 0)
        faulty = self.faulty(ghosts)
        if bad is None and faulty is None:
            return 0
        reached = states()
        if faulty is not None and _met(faulty, reached):
            raise self.tester.without_value()
        return _met(bad, reached) if bad is not None else 0

    @property
    def is_safety(self) -> bool:
        """Does every violation show in a finite run?"""
        endless = self.pattern in (Pattern.EVENTUALLY, Pattern.RESPONSE)
        return self._late != () or not endless

    def closed(self, memory: Values) -> bool:
        """Does it wait for nothing?"""
        return self.remembers and memory[len(self.watchers)] == CLOSED

    def finished(self, memory: Values) -> bool:
        """Can nothing refute the property any more, whatever follows?"""
        return self.pattern is not Pattern.RESPONSE and self.closed(memory)

    def watched_for_ever(self, memory: Values) -> bool:
        """Would a run that stays here for ever refute the property?"""
        return not self.is_safety and memory[len(self.watchers)] == OPEN


def _met(column: Masks, reached: Mapping[int, int]) -> int:
    """The variants of the column that some state is reached in."""
    return reduce(or_, map(and_, map(column.__getitem__, reached), reached.values()), 0)
