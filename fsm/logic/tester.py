"""Tests of a moment, for all variants at once: what they remember of the past, and their truth.

A test is a boolean expression of the spec. Ghosts in it (`fired`, `count`, `since`) read a memory
that is kept beside the state: one number for each event watched.
"""

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_

from fsm.errors import UsageError
from fsm.explore.columns import Column, Columns, combined
from fsm.explore.emit import Values
from fsm.explore.successors import StepInfo
from fsm.expressions import Expr, GhostKind
from fsm.logic.claim import watcher_of
from fsm.logic.memories import Memories, letter_of
from fsm.semantics import ir
from fsm.semantics.lower_expressions import Lowering
from fsm.semantics.lowered import System


class Tester:
    """The tests of one property, for one value of its `each`.

    `columns` holds the states by the numbers under which they are asked about; a test is read once
    for all of them and each memory, for the whole family. `name` is the property's, for errors.
    """

    def __init__(
        self, name: str, tests: Sequence[Expr], env: Mapping[str, int], system: System,
        lowering: Lowering, columns: Columns,
    ) -> None:  # fmt: skip
        self.asked = tuple(tests)
        self._name, self._system = name, system
        self.columns = columns
        watched = dict.fromkeys(g for test in tests for g in lowering.watched(test, env))
        places = {ghost: k for k, ghost in enumerate(watched)}
        nodes = self._nodes = [lowering.node(test, env, places) for test in tests]
        self.watchers = tuple(
            watcher_of(g, k, tests, nodes, system, lowering) for g, k in places.items()
        )
        self._tables: dict[tuple[int, Values], tuple[Column, Column | None]] = {}
        self._settled: dict[tuple[int, Values], ir.Node] = {}
        self._read: dict[ir.Node, tuple[Column, Column | None]] = {}
        self.memories = Memories(
            self.watchers, lambda ghosts: tuple(self.settled(k, ghosts) for k in range(len(nodes)))
        )

    def start(self) -> Values:
        """The memory before anything has happened."""
        return self.memories.start

    def letter(self, number: int, info: StepInfo) -> int | None:
        """What the ghosts see of a step."""
        return letter_of(number, info, self._system)

    def heard(self, number: int, info: StepInfo) -> int | None:
        """The same, None for all that changes no memory in a way of its own."""
        letter = self.letter(number, info)
        return letter if letter in self.memories.letters else None

    @property
    def looks_at_steps(self) -> bool:
        """Do the ghosts look no further back than the step that led to a moment?"""
        return all(w.kind is GhostKind.FIRED for w in self.watchers)

    def column(self, which: int, ghosts: Values) -> tuple[Column, Column | None]:
        """Where a test is true, and where it has no value (None: nowhere), for each state."""
        return self._tables.get((which, ghosts)) or self._table(which, ghosts)

    def faulty(self, ghosts: Values) -> Column | None:
        """By state, the variants in which some test has no value; None: nowhere."""
        columns = [
            column
            for which in range(len(self.asked))
            if (column := self.column(which, ghosts)[1]) is not None
        ]
        return combined(lambda *masks: reduce(or_, masks), columns) if columns else None

    def without_value(self) -> UsageError:
        """What to raise where a test has no value."""
        return no_value(self._name)

    def settled(self, which: int, ghosts: Values) -> ir.Node:
        """A test with the memory filled in, folded."""
        asked = which, ghosts
        if asked not in self._settled:
            self._settled[asked] = ir.settle(self._nodes[which], ghosts)
        return self._settled[asked]

    def _table(self, which: int, ghosts: Values) -> tuple[Column, Column | None]:
        settled = self.settled(which, ghosts)
        if settled not in self._read:
            self._read[settled] = self.columns.true(settled), self.columns.faulty(settled)
        found = self._tables[which, ghosts] = self._read[settled]
        return found


def no_value(name: str) -> UsageError:
    """What to say where a formula of a property has no value."""
    return UsageError(
        "F609",
        f"property {name} divides by zero or reads outside an array in a reachable state",
        "guard the expression: `n != 0 and m // n > 1`",
    )
