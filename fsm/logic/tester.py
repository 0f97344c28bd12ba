"""Tests of a moment, for all variants at once: what they remember of the past, and their truth.

A test is a boolean expression of the spec. Ghosts in it (`fired`, `count`, `since`) read a memory
that is kept beside the state: one number for each event watched.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fsm.errors import UsageError
from fsm.explore.emit import Values, Watching, watching
from fsm.explore.successors import DELAY, StepInfo
from fsm.explore.variants import Variants
from fsm.expressions import Expr, Ghost, GhostKind
from fsm.logic.counting import count_limit
from fsm.semantics import ir
from fsm.semantics.lower_expressions import Lowering
from fsm.semantics.lowered import System

Tests = tuple[tuple[int, Watching], ...]
Memo = dict[tuple[int, Values], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Watcher:
    """A ghost: its kind, the event instance that it watches, and where it stops counting."""

    kind: GhostKind
    event: int
    limit: int


class Tester:
    """The tests of one property, for one value of its `each`.

    `states` gives the states by the numbers under which they are asked about; a test is read once
    for each state and each memory, for the whole family. `name` is the property's, for errors.
    """

    def __init__(
        self, name: str, tests: Sequence[Expr], env: Mapping[str, int], system: System,
        lowering: Lowering, variants: Variants, states: Sequence[Values],
    ) -> None:  # fmt: skip
        self.asked = tuple(tests)
        self._name, self._system, self._lowering = name, system, lowering
        self._variants, self._states = variants, states
        watched = dict.fromkeys(g for test in tests for g in lowering.watched(test, env))
        places = {ghost: k for k, ghost in enumerate(watched)}
        nodes = [lowering.node(test, env, places) for test in tests]
        self.watchers = tuple(self._watcher(g, k, tests, nodes) for g, k in places.items())
        self.tests = tuple(self.compiled(node) for node in nodes)
        self._memos: dict[int, Memo] = {}
        self._advanced: dict[tuple[Values, int], Values] = {}

    def start(self) -> Values:
        """The memory before anything has happened."""
        return (0,) * len(self.watchers)

    def after(self, memory: Values, number: int, info: StepInfo) -> Values:
        """The memory after a step; `memory` may be longer than what belongs to the ghosts."""
        mine = memory[: len(self.watchers)]
        found = self._advanced.get((mine, number))
        if found is None:
            event = None if info.action is None else self._system.actions[info.action].event
            found = tuple(
                _advance(w, value, number == DELAY, event == w.event)
                for w, value in zip(self.watchers, mine, strict=True)
            )
            self._advanced[mine, number] = found
        return found

    def compiled(self, node: ir.Node) -> Tests:
        """A lowered test as functions, for each set of variants that sees it alike."""
        cases = self._variants.cases(node)
        return tuple((mask, watching(special)) for mask, special in cases if special != ir.FALSE)

    def true(self, tests: Tests, state: int, memory: Values, mask: int) -> int:
        """The variants of `mask` in which a test is true, from the memo where known.

        Raises `UsageError` F609 where it has no value.
        """
        memo = self._memos.setdefault(id(tests), {})
        found = memo.get((state, memory))
        if found is None:
            found = memo[state, memory] = _read(tests, self._states[state], memory)
        true, faulty = found
        if faulty & mask:
            raise UsageError(
                "F609",
                f"property {self._name} divides by zero or reads outside an array in a "
                "reachable state",
                "guard the expression: `n != 0 and m // n > 1`",
            )
        return true & mask

    def _watcher(
        self, ghost: Ghost, place: int, tests: Sequence[Expr], nodes: list[ir.Node]
    ) -> Watcher:
        copy = None if ghost.copy is None else self._lowering.node(ghost.copy, {})
        number = copy.value if isinstance(copy, ir.Const) else None
        event = self._lowering.event_number(self._system, ghost.event, number)
        limit = 1
        if ghost.kind is GhostKind.COUNT:
            limit = 1 + max(count_limit(test, ghost.event, self._lowering) for test in tests)
        elif ghost.kind is GhostKind.SINCE:
            read = (t for node in nodes for t in ir.clock_tests(node))
            mine = (t.bound for t in read if t.clock == ir.Watch(place))
            limit = 1 + max(self._lowering.largest(bound) for bound in mine)
        return Watcher(ghost.kind, event, limit)


def _read(tests: Tests, state: Values, memory: Values) -> tuple[int, int]:
    """The variants in which a test is true, and those in which it has no value."""
    true = faulty = 0
    for which, test in tests:
        try:
            true |= which if test(state, memory) else 0
        except (ir.LoweredFault, ZeroDivisionError):
            faulty |= which
    return true, faulty


def _advance(watcher: Watcher, value: int, delay: bool, occurred: bool) -> int:
    match watcher.kind:
        case GhostKind.FIRED:
            return int(occurred)
        case GhostKind.COUNT:
            return min(value + occurred, watcher.limit)
        case GhostKind.SINCE:
            return 0 if occurred else min(value + delay, watcher.limit)
