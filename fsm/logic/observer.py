"""Observers: what a property remembers of a run, as a deterministic automaton beside the system.

| pattern | memory | bad | watched for ever |
|---|---|---|---|
| never, always, at_most | - | the subject, its negation, count > n | |
| eventually | not yet | timer > T | not yet |
| after A eventually Q | pending since A without Q | pending and timer > T | pending |
| before A must Q | no Q yet | A without Q | |

A run is *watched for ever* when it never leaves that memory: the violations without a bound.
"""

from collections.abc import Callable, Hashable, Mapping
from functools import reduce
from operator import or_

from fsm.errors import UsageError
from fsm.explore.columns import Column, Columns, combined
from fsm.explore.emit import Values
from fsm.explore.successors import DELAY, StepInfo
from fsm.explore.variants import Variants
from fsm.expressions import Op
from fsm.logic.claim import operands
from fsm.logic.memories import DELAYED
from fsm.logic.tester import Tester
from fsm.logic.watch import Reached, Seen, Way, Ways
from fsm.model import Pattern, Property
from fsm.semantics import ir
from fsm.semantics.lower_expressions import Lowering
from fsm.semantics.lowered import System

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
        self.tester = Tester(property_.name, asked, env, system, lowering, columns)
        self.watchers = self.tester.watchers
        self._everything = variants.everything
        self.remembers = self.pattern in (Pattern.EVENTUALLY, Pattern.RESPONSE, Pattern.PRECEDENCE)
        self._columns: dict[Hashable, Column] = {}
        self._bad: dict[Values, Seen] = {}
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

    def start(self, state: int, mask: int) -> list[tuple[Values, int]]:
        """The memory at the start of a run; variants part where formulas read configuration."""
        opened = CLOSED if self.pattern is Pattern.RESPONSE else OPEN
        ways = self._ways(self.tester.start(), opened, 0)
        return list(ways.here(state, mask, self.without_value))

    def letter(self, number: int, info: StepInfo) -> int | None:
        """What it sees of a step: what its ghosts and its timer do."""
        return DELAYED if self._late and number == DELAY else self.tester.heard(number, info)

    def after(self, memory: Values, letter: int | None) -> Ways:
        """The memory after a step; the arc has no marks."""
        at = len(self.watchers)
        ghosts = self.tester.memories.after(memory[:at], letter)
        if not self.remembers:
            return Ways((Way(0, ghosts, None),))
        timer = 0
        if self._late:
            timer = self.later(memory[at + 1]) if letter == DELAYED else memory[at + 1]
        return self._ways(ghosts, memory[at], timer)

    def asked(self, ghosts: Values) -> tuple[Seen, Ways]:
        """For a response: where it is asked for, and what is pending there."""
        found = self._ways(ghosts, OPEN, 0)
        pending = tuple(way for way in found.ways if not self.closed(way.memory))
        return Seen(*self.tester.column(_TRIGGER, ghosts)), Ways(pending, found.faulty)

    def _ways(self, ghosts: Values, bit: int, timer: int) -> Ways:
        """The memories that a moment leads to, by what is true in it."""
        if not self.remembers:
            return Ways((Way(0, ghosts, None),))
        waiting, faulty = self._waiting(ghosts, bit)
        if self.pattern is Pattern.RESPONSE:
            forgotten, timer = ghosts, timer if bit == OPEN else 0
        else:  # once it is done, nothing is left to watch
            forgotten = (0,) * len(ghosts)
        if waiting is None:
            return Ways((Way(0, self._memory(forgotten, CLOSED, 0), None),), faulty)
        rest = self._kept(("not", id(waiting)), lambda: self._outside(waiting))
        closed = Way(0, self._memory(forgotten, CLOSED, 0), rest)
        return Ways((closed, Way(0, self._memory(ghosts, OPEN, timer), waiting)), faulty)

    def _waiting(self, ghosts: Values, bit: int) -> tuple[Column | None, Column | None]:
        """By state, the variants in which the claim is open after a moment (None: in none), and
        where that has no value."""
        done, faulty = self.tester.column(_SUBJECT, ghosts)
        if bit == OPEN:
            return self._kept(("not", id(done)), lambda: self._outside(done)), faulty
        if self.pattern is not Pattern.RESPONSE:
            return None, faulty
        asked, faulty = self.tester.column(_TRIGGER, ghosts)[0], self.faulty(ghosts)
        if self.tester.settled(_TRIGGER, ghosts) == ir.FALSE:
            return None, faulty
        return self._kept(
            ("but", id(asked), id(done)), lambda: combined(lambda a, d: a & ~d, [asked, done])
        ), faulty

    def _kept(self, key: Hashable, made: Callable[[], Column]) -> Column:
        """A column made of others once; those are kept too, so that none takes another's name."""
        if key not in self._columns:
            self._columns[key] = made()
        return self._columns[key]

    def _outside(self, column: Column) -> Column:
        """The other variants."""
        return combined(lambda mask: self._everything & ~mask, [column])

    def _memory(self, ghosts: Values, bit: int, timer: int) -> Values:
        return (*ghosts, bit, timer) if self._late else (*ghosts, bit)

    # --- verdicts -----------------------------------------------------------------------------

    def bad(self, memory: Values) -> Seen:
        """Where being with this memory refutes the property (for `reachable` and `can_always`:
        where the subject is true)."""
        if memory not in self._bad:
            self._bad[memory] = self._refuting(memory)
        return self._bad[memory]

    def _refuting(self, memory: Values) -> Seen:
        ghosts = memory[: len(self.watchers)]
        if self.closed(memory):
            return Seen()
        if self.pattern in (Pattern.EVENTUALLY, Pattern.RESPONSE):
            return Seen(self.bad_at(ghosts, memory[-1] if self._late else 0))
        which = _TRIGGER if self.pattern is Pattern.PRECEDENCE else _SUBJECT
        return Seen(self.bad_at(ghosts, 0), self.tester.column(which, ghosts)[1])

    def without_value(self) -> UsageError:
        """What to raise where a test has no value."""
        return self.tester.without_value()

    def done(self, ghosts: Values) -> Column | None:
        """By state, the variants in which the claim waits for nothing; None: nowhere."""
        return self.tester.column(_SUBJECT, ghosts)[0] if self.remembers else None

    def asking(self, ghosts: Values) -> Column | None:
        """By state, the variants in which a response is asked for; None: nowhere."""
        if self.tester.settled(_TRIGGER, ghosts) == ir.FALSE:
            return None
        return self.tester.column(_TRIGGER, ghosts)[0]

    def bad_at(self, ghosts: Values, timer: int) -> Column | None:
        """By state, the variants in which being there with this memory, the claim open, refutes
        the property (for `reachable`: in which the subject is true); None: nowhere."""
        if self.pattern in (Pattern.EVENTUALLY, Pattern.RESPONSE):
            late = self._late[timer] if self._late else 0
            return self.tester.columns.constant(late) if late else None
        which = _TRIGGER if self.pattern is Pattern.PRECEDENCE else _SUBJECT
        never = ir.TRUE if self.pattern is Pattern.ALWAYS else ir.FALSE
        if self.tester.settled(which, ghosts) == never:
            return None
        true = self.tester.column(which, ghosts)[0]
        return self._outside(true) if self.pattern is Pattern.ALWAYS else true

    def faulty(self, ghosts: Values) -> Column | None:
        """By state, the variants in which some test has no value; None: nowhere."""
        return self.tester.faulty(ghosts)

    def later(self, timer: int) -> int:
        """The timer of an open claim after one more unit of time."""
        return min(timer + 1, len(self._late) - 1) if self._late else 0

    @property
    def timed(self) -> tuple[int, ...]:
        """The letters that the timer sees."""
        return (DELAYED,) if self._late else ()

    def found(self, ghosts: Values, reached: Reached) -> int:
        """The variants in which a state that is reached is bad; for observers without memory but
        for ghosts."""
        bad = self.bad_at(ghosts, 0)
        faulty = self.faulty(ghosts)
        if faulty is not None and any(reached(faulty)):
            raise self.without_value()
        if bad is None:
            return 0
        found, most = 0, reduce(or_, bad.masks, 0)
        for _, mask in reached(bad):
            found |= mask
            if found == most:
                break
        return found

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
