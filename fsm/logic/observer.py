"""Observers: what a property remembers of a run, as a deterministic automaton beside the system.

| pattern | memory | bad | watched for ever |
|---|---|---|---|
| never, always, at_most | - | the subject, its negation, count > n | |
| eventually | not yet | timer > T | not yet |
| after A eventually Q | pending since A without Q | pending and timer > T | pending |
| before A must Q | no Q yet | A without Q | |

A run is *watched for ever* when it never leaves that memory: the violations without a bound.
"""

from collections.abc import Mapping, Sequence

from fsm.explore.emit import Values
from fsm.explore.successors import DELAY, StepInfo
from fsm.explore.variants import Variants
from fsm.expressions import Apply, Expr, Ghost, GhostKind, IntType, Literal, Op
from fsm.logic.tester import Tester, Tests
from fsm.model import Pattern, Property
from fsm.semantics import ir
from fsm.semantics.lower_expressions import Lowering
from fsm.semantics.lowered import System

OPEN, CLOSED = 1, 0  # the memory of eventually (not yet), response (pending), precedence (no Q yet)


class Observer:
    """One property, for one value of its `each`. Its memory is a tuple: ghosts, then for patterns
    with memory one bit, then for `within` a timer in units.

    `states` gives the states by the numbers under which they are asked about.
    """

    marks = 0  # acceptance conditions: it is no automaton over infinite words

    def __init__(
        self, property_: Property, env: Mapping[str, int], system: System, lowering: Lowering,
        variants: Variants,
        states: Sequence[Values],
    ) -> None:  # fmt: skip
        self.property, self.pattern = property_, property_.pattern
        operands = [x for x in _operands(property_) if x is not None]
        self.tester = Tester(
            property_.name, operands, env, system, lowering, variants, states
        )  # fmt: skip
        self.watchers = self.tester.watchers
        self._subject = self.tester.tests[0]
        self._trigger: Tests = self.tester.tests[1] if len(operands) > 1 else ()
        self.remembers = self.pattern in (Pattern.EVENTUALLY, Pattern.RESPONSE, Pattern.PRECEDENCE)
        self._late: Tests = ()
        self._timer_limit: int | None = None
        if property_.within is not None:
            bound = lowering.node(property_.within.node, env)
            self._timer_limit = lowering.largest(bound) + 1
            timer = ir.Watch(len(self.watchers) + 1)
            self._late = self.tester.compiled(ir.ClockTest(timer, Op.GT, bound, lowering.unit))

    @property
    def needed(self) -> bool:
        """Must the space be explored again with memory beside it?"""
        return self.remembers or bool(self.watchers)

    # --- the automaton ------------------------------------------------------------------------

    def start(self, state: int, mask: int) -> list[tuple[Values, int]]:
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
        if self._timer_limit is not None:
            timer = min(memory[at + 1] + (number == DELAY), self._timer_limit)
        return [(0, *way) for way in self._remember(ghosts, memory[at], timer, state, mask)]

    def _remember(
        self, ghosts: Values, bit: int, timer: int, state: int, mask: int
    ) -> list[tuple[Values, int]]:
        if not self.remembers:
            return [(ghosts, mask)]
        done = self._true(self._subject, state, ghosts, mask)
        if self.pattern is Pattern.RESPONSE:
            asked = mask if bit == OPEN else self._true(self._trigger, state, ghosts, mask)
            waiting, forgotten = asked & ~done, ghosts
            timer = timer if bit == OPEN else 0
        else:  # once it is done, nothing is left to watch
            waiting, forgotten = mask & ~done if bit == OPEN else 0, (0,) * len(ghosts)
        closed = (self._memory(forgotten, CLOSED, 0), mask & ~waiting)
        opened = (self._memory(ghosts, OPEN, timer), waiting)
        return [way for way in (closed, opened) if way[1]]

    def _memory(self, ghosts: Values, bit: int, timer: int) -> Values:
        return (*ghosts, bit) if self._timer_limit is None else (*ghosts, bit, timer)

    # --- verdicts -----------------------------------------------------------------------------

    def bad(self, state: int, memory: Values, mask: int) -> int:
        """The variants in which being here refutes the property (for `reachable` and
        `can_always`: in which the subject is true here)."""
        match self.pattern:
            case Pattern.ALWAYS:
                return mask & ~self._true(self._subject, state, memory, mask)
            case Pattern.PRECEDENCE:
                return (
                    0 if self.finished(memory) else self._true(self._trigger, state, memory, mask)
                )
            case Pattern.EVENTUALLY | Pattern.RESPONSE:
                if memory[len(self.watchers)] == CLOSED:
                    return 0
                return self._true(self._late, state, memory, mask)
            case _:
                return self._true(self._subject, state, memory, mask)

    def finished(self, memory: Values) -> bool:
        """Can nothing refute the property any more, whatever follows?"""
        once = self.pattern in (Pattern.EVENTUALLY, Pattern.PRECEDENCE)
        return once and memory[len(self.watchers)] == CLOSED

    def watched_for_ever(self, memory: Values) -> bool:
        """Would a run that stays here for ever refute the property?"""
        return (
            self.pattern in (Pattern.EVENTUALLY, Pattern.RESPONSE)
            and self._timer_limit is None
            and memory[len(self.watchers)] == OPEN
        )

    def _true(self, tests: Tests, state: int, memory: Values, mask: int) -> int:
        return self.tester.true(tests, state, memory, mask)


def _operands(property_: Property) -> tuple[Expr, Expr | None]:
    subject = property_.subject.node
    if property_.pattern is Pattern.AT_MOST:
        assert isinstance(subject, Ghost) and property_.bound is not None
        count = Ghost(GhostKind.COUNT, subject.event, subject.copy)
        subject = Apply(Op.GT, (count, Literal(property_.bound, IntType())))
    return subject, None if property_.trigger is None else property_.trigger.node
