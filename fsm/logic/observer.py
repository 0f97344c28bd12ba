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
from dataclasses import dataclass

from fsm.errors import UsageError
from fsm.explore.emit import Values, Watching, watching
from fsm.explore.successors import DELAY, StepInfo
from fsm.explore.variants import Variants
from fsm.expressions import Apply, Expr, Ghost, GhostKind, IntType, Literal, Op
from fsm.logic.counting import count_limit
from fsm.model import Pattern, Property
from fsm.semantics import ir
from fsm.semantics.lower_expressions import Lowering
from fsm.semantics.lowered import System

Tests = tuple[tuple[int, Watching], ...]
Memo = dict[tuple[int, Values], tuple[int, int]]
OPEN, CLOSED = 1, 0  # the memory of eventually (not yet), response (pending), precedence (no Q yet)


@dataclass(frozen=True, slots=True)
class Watcher:
    """A ghost: its kind, the event instance that it watches, and where it stops counting."""

    kind: GhostKind
    event: int
    limit: int


class Observer:
    """One property, for one value of its `each`. Its memory is a tuple: ghosts, then for patterns
    with memory one bit, then for `within` a timer in units.

    `states` gives the states by the numbers under which they are asked about; formulas are read
    once for each state and each memory of ghosts, for the whole family.
    """

    def __init__(
        self, property_: Property, env: Mapping[str, int], system: System, lowering: Lowering,
        variants: Variants,
        states: Sequence[Values],
    ) -> None:  # fmt: skip
        self.property, self.pattern = property_, property_.pattern
        self._system, self._variants, self._lowering = system, variants, lowering
        self._states = states
        subject, trigger = _operands(property_)
        watched = lowering.watched(subject, env)
        if trigger is not None:
            watched = tuple(dict.fromkeys((*watched, *lowering.watched(trigger, env))))
        self._places = {ghost: k for k, ghost in enumerate(watched)}
        formulas = [f for f in (subject, trigger) if f is not None]
        nodes = [lowering.node(f, env, self._places) for f in formulas]
        self.formulas = tuple(nodes)  # the subject, and the trigger if there is one
        self.watchers = tuple(self._watcher(g, k, formulas, nodes) for g, k in self._places.items())
        self._subject = self._tests(nodes[0])
        self._trigger = self._tests(nodes[1]) if trigger is not None else ()
        self.remembers = self.pattern in (Pattern.EVENTUALLY, Pattern.RESPONSE, Pattern.PRECEDENCE)
        self._late: Tests = ()
        self._advanced: dict[tuple[Values, int], Values] = {}
        self._timer_limit: int | None = None
        if property_.within is not None:
            bound = lowering.node(property_.within.node, env)
            self._timer_limit = lowering.largest(bound) + 1
            timer = ir.Watch(len(self.watchers) + 1)
            self._late = self._tests(ir.ClockTest(timer, Op.GT, bound, lowering.unit))
        formulas_read = (self._subject, self._trigger, self._late)
        self._memos: dict[int, Memo] = {id(f): {} for f in formulas_read}

    @property
    def needed(self) -> bool:
        """Must the space be explored again with memory beside it?"""
        return self.remembers or bool(self.watchers)

    # --- the automaton ------------------------------------------------------------------------

    def start(self, state: int, mask: int) -> list[tuple[Values, int]]:
        """The memory at the start of a run; variants part where formulas read configuration."""
        ghosts = (0,) * len(self.watchers)
        opened = CLOSED if self.pattern is Pattern.RESPONSE else OPEN
        return self._remember(ghosts, opened, 0, state, mask)

    def step(
        self, memory: Values, number: int, info: StepInfo, state: int, mask: int
    ) -> list[tuple[Values, int]]:
        """The memory after a step that led to `state`."""
        at = len(self.watchers)
        ghosts = self._advanced.get((memory[:at], number))
        if ghosts is None:
            event = None if info.action is None else self._system.actions[info.action].event
            ghosts = tuple(
                advance(w, value, number == DELAY, event == w.event)
                for w, value in zip(self.watchers, memory, strict=False)
            )
            self._advanced[memory[:at], number] = ghosts
        if not self.remembers:
            return [(ghosts, mask)]
        timer = 0
        if self._timer_limit is not None:
            timer = min(memory[at + 1] + (number == DELAY), self._timer_limit)
        return self._remember(ghosts, memory[at], timer, state, mask)

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

    # --- construction -------------------------------------------------------------------------

    def _watcher(
        self, ghost: Ghost, place: int, formulas: list[Expr], nodes: list[ir.Node]
    ) -> Watcher:
        copy = None if ghost.copy is None else self._lowering.node(ghost.copy, {})
        number = copy.value if isinstance(copy, ir.Const) else None
        event = self._lowering.event_number(self._system, ghost.event, number)
        limit = 1
        if ghost.kind is GhostKind.COUNT:
            limit = 1 + max(count_limit(f, ghost.event, self._lowering) for f in formulas)
        elif ghost.kind is GhostKind.SINCE:
            tests = (t for node in nodes for t in ir.clock_tests(node))
            mine = (t.bound for t in tests if t.clock == ir.Watch(place))
            limit = 1 + max(self._lowering.largest(bound) for bound in mine)
        return Watcher(ghost.kind, event, limit)

    def _tests(self, node: ir.Node) -> Tests:
        cases = self._variants.cases(node)
        return tuple((mask, watching(special)) for mask, special in cases if special != ir.FALSE)

    def _true(self, tests: Tests, state: int, memory: Values, mask: int) -> int:
        """The variants of `mask` in which a formula is true, from the memo where known."""
        memo = self._memos[id(tests)]
        found = memo.get((state, memory))
        if found is None:
            found = memo[state, memory] = _read(tests, self._states[state], memory)
        true, faulty = found
        if faulty & mask:
            raise no_value(self.property)
        return true & mask


def no_value(property_: Property) -> UsageError:
    """What to say where a formula of a property has no value."""
    return UsageError(
        "F609",
        f"property {property_.name} divides by zero or reads outside an array in a reachable state",
        "guard the expression: `n != 0 and m // n > 1`",
    )


def _read(tests: Tests, state: Values, memory: Values) -> tuple[int, int]:
    """The variants in which a formula is true, and those in which it has no value."""
    true = faulty = 0
    for which, test in tests:
        try:
            true |= which if test(state, memory) else 0
        except (ir.LoweredFault, ZeroDivisionError):
            faulty |= which
    return true, faulty


def _operands(property_: Property) -> tuple[Expr, Expr | None]:
    subject = property_.subject.node
    if property_.pattern is Pattern.AT_MOST:
        assert isinstance(subject, Ghost) and property_.bound is not None
        count = Ghost(GhostKind.COUNT, subject.event, subject.copy)
        subject = Apply(Op.GT, (count, Literal(property_.bound, IntType())))
    return subject, None if property_.trigger is None else property_.trigger.node


def advance(watcher: Watcher, value: int, delay: bool, occurred: bool) -> int:
    """A ghost after a step: a delay of one unit, or an occurrence of its event, or neither."""
    match watcher.kind:
        case GhostKind.FIRED:
            return int(occurred)
        case GhostKind.COUNT:
            return min(value + occurred, watcher.limit)
        case GhostKind.SINCE:
            return 0 if occurred else min(value + delay, watcher.limit)
