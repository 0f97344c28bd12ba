"""Observers: what a property remembers of a run, as a deterministic automaton beside the system.

| pattern | memory | bad | watched for ever |
|---|---|---|---|
| never, always, at_most | - | the subject, its negation, count > n | |
| eventually | not yet | timer > T | not yet |
| after A eventually Q | pending since A without Q | pending and timer > T | pending |
| before A must Q | no Q yet | A without Q | |

A run is *watched for ever* when it never leaves that memory: the violations without a bound.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from fsm.errors import UsageError
from fsm.explore.columns import Columns, Masks
from fsm.explore.emit import Values
from fsm.explore.successors import DELAY, StepInfo
from fsm.explore.variants import Variants
from fsm.expressions import Apply, Expr, Ghost, GhostKind, IntType, Literal, Op
from fsm.logic.counting import count_limit
from fsm.model import Pattern, Property
from fsm.semantics import ir
from fsm.semantics.lower_expressions import Lowering
from fsm.semantics.lowered import System

Way = tuple[Values, int]  # a memory, and the variants that have it
_SUBJECT, _TRIGGER = 0, 1
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

    `columns` holds the states by the numbers under which they are asked about; a formula is read
    once for all of them and each memory of ghosts, for the whole family.
    """

    def __init__(
        self, property_: Property, env: Mapping[str, int], system: System, lowering: Lowering,
        variants: Variants, columns: Columns,
    ) -> None:  # fmt: skip
        self.property, self.pattern = property_, property_.pattern
        self._system, self._variants, self._lowering = system, variants, lowering
        self._columns = columns
        subject, trigger = _operands(property_)
        watched = lowering.watched(subject, env)
        if trigger is not None:
            watched = tuple(dict.fromkeys((*watched, *lowering.watched(trigger, env))))
        self._places = {ghost: k for k, ghost in enumerate(watched)}
        formulas = [f for f in (subject, trigger) if f is not None]
        nodes = [lowering.node(f, env, self._places) for f in formulas]
        self.watchers = tuple(self._watcher(g, k, formulas, nodes) for g, k in self._places.items())
        self._formulas = nodes
        self.remembers = self.pattern in (Pattern.EVENTUALLY, Pattern.RESPONSE, Pattern.PRECEDENCE)
        self._late: tuple[int, ...] = ()  # by the timer: the variants in which it is too late
        self._advanced: dict[tuple[Values, int], Values] = {}
        if property_.within is not None:
            bound = lowering.node(property_.within.node, env)
            self._late = tuple(
                variants.where(ir.Calc(Op.LT, (bound, ir.Const(units * lowering.unit))))
                for units in range(lowering.largest(bound) + 2)
            )
        self._tables: dict[tuple[int, Values], tuple[Masks, Masks | None]] = {}

    @property
    def needed(self) -> bool:
        """Must the space be explored again with memory beside it?"""
        return self.remembers or not self.looks_at_steps

    @property
    def looks_at_steps(self) -> bool:
        """Do its ghosts look no further back than the step that led to a state?"""
        return all(w.kind is GhostKind.FIRED for w in self.watchers)

    # --- the automaton ------------------------------------------------------------------------

    def start(self, state: int, mask: int) -> list[Way]:
        """The memory at the start of a run; variants part where formulas read configuration."""
        ghosts = (0,) * len(self.watchers)
        opened = CLOSED if self.pattern is Pattern.RESPONSE else OPEN
        return self._remember(ghosts, opened, 0, state, mask)

    def step(self, memory: Values, number: int, info: StepInfo, state: int, mask: int) -> list[Way]:
        """The memory after a step that led to `state`."""
        at = len(self.watchers)
        ghosts = self.ghosts(memory[:at], number, info)
        if not self.remembers:
            return [(ghosts, mask)]
        timer = 0
        if self._late:
            timer = min(memory[at + 1] + (number == DELAY), len(self._late) - 1)
        return self._remember(ghosts, memory[at], timer, state, mask)

    def ghosts(self, before: Values, number: int, info: StepInfo) -> Values:
        """The ghosts after a step."""
        found = self._advanced.get((before, number))
        if found is None:
            event = None if info.action is None else self._system.actions[info.action].event
            found = self._advanced[before, number] = tuple(
                _advance(w, value, number == DELAY, event == w.event)
                for w, value in zip(self.watchers, before, strict=True)
            )
        return found

    def asked(self, ghosts: Values, state: int, mask: int) -> list[Way]:
        """For a response: what is pending if it is this state that asks for it."""
        asking = self._true(_TRIGGER, state, ghosts, mask)
        ways = self._remember(ghosts, OPEN, 0, state, asking) if asking else []
        return [way for way in ways if not self.closed(way[0])]

    def _remember(self, ghosts: Values, bit: int, timer: int, state: int, mask: int) -> list[Way]:
        if not self.remembers:
            return [(ghosts, mask)]
        done = self._true(_SUBJECT, state, ghosts, mask)
        if self.pattern is Pattern.RESPONSE:
            asked = mask if bit == OPEN else self._true(_TRIGGER, state, ghosts, mask)
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
                return mask & ~self._true(_SUBJECT, state, ghosts, mask)
            case Pattern.PRECEDENCE:
                return 0 if self.finished(memory) else self._true(_TRIGGER, state, ghosts, mask)
            case Pattern.EVENTUALLY | Pattern.RESPONSE:
                if not self._late or self.closed(memory):
                    return 0
                return mask & self._late[memory[-1]]
            case _:
                return self._true(_SUBJECT, state, ghosts, mask)

    def found(self, ghosts: Values, states: Mapping[int, int]) -> int:
        """The variants in which one of these states, with the variants that reach it, is bad; for
        observers without memory but for ghosts."""
        settled = ir.settle(self._formulas[_SUBJECT], ghosts)
        if settled == (ir.TRUE if self.pattern is Pattern.ALWAYS else ir.FALSE):
            return 0
        true, faulty = self._tables.get((_SUBJECT, ghosts)) or self._table(_SUBJECT, ghosts)
        bad = 0
        for state, mask in states.items():
            if faulty is not None:
                self._true(_SUBJECT, state, ghosts, mask)
            bad |= mask & ~true[state] if self.pattern is Pattern.ALWAYS else mask & true[state]
        return bad

    def closed(self, memory: Values) -> bool:
        """Does it wait for nothing?"""
        return self.remembers and memory[len(self.watchers)] == CLOSED

    def finished(self, memory: Values) -> bool:
        """Can nothing refute the property any more, whatever follows?"""
        return self.pattern is not Pattern.RESPONSE and self.closed(memory)

    def watched_for_ever(self, memory: Values) -> bool:
        """Would a run that stays here for ever refute the property?"""
        return (
            self.pattern in (Pattern.EVENTUALLY, Pattern.RESPONSE)
            and not self._late
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

    def _true(self, which: int, state: int, ghosts: Values, mask: int) -> int:
        """The variants of `mask` in which a formula is true."""
        true, faulty = self._tables.get((which, ghosts)) or self._table(which, ghosts)
        if faulty is not None and faulty[state] & mask:
            raise UsageError(
                "F609",
                f"property {self.property.name} divides by zero or reads outside an array in a "
                "reachable state",
                "guard the expression: `n != 0 and m // n > 1`",
            )
        return true[state] & mask

    def _table(self, which: int, ghosts: Values) -> tuple[Masks, Masks | None]:
        settled = ir.settle(self._formulas[which], ghosts)
        found = self._tables[which, ghosts] = (
            self._columns.true(settled, self._variants),
            self._columns.faulty(settled, self._variants),
        )
        return found


def _operands(property_: Property) -> tuple[Expr, Expr | None]:
    subject = property_.subject.node
    if property_.pattern is Pattern.AT_MOST:
        assert isinstance(subject, Ghost) and property_.bound is not None
        count = Ghost(GhostKind.COUNT, subject.event, subject.copy)
        subject = Apply(Op.GT, (count, Literal(property_.bound, IntType())))
    return subject, None if property_.trigger is None else property_.trigger.node


def _advance(watcher: Watcher, value: int, delay: bool, occurred: bool) -> int:
    match watcher.kind:
        case GhostKind.FIRED:
            return int(occurred)
        case GhostKind.COUNT:
            return min(value + occurred, watcher.limit)
        case GhostKind.SINCE:
            return 0 if occurred else min(value + delay, watcher.limit)
