"""A Büchi automaton that reads the runs of a family: each arc of the product is one letter.

It is the automaton of a formula's negation, so what it accepts refutes the formula. A state of it
that accepts whatever follows is reached by bad prefixes.
"""

from collections.abc import Sequence
from functools import reduce
from operator import or_

from fsm.errors import UsageError
from fsm.explore.columns import Column, combined
from fsm.explore.emit import Values
from fsm.explore.successors import StepInfo
from fsm.logic.automaton import Automaton, accepting_components, may_wait
from fsm.logic.tester import Tester
from fsm.logic.watch import Seen, Way, Ways


class Running:
    """The automaton beside the system; its memory is that of the ghosts, then its state."""

    def __init__(self, automaton: Automaton, tester: Tester) -> None:
        self.automaton, self.tester = automaton, tester
        self.marks = automaton.marks
        self._at = len(tester.watchers)
        self._ends = tuple(map(automaton.accepts_all, range(len(automaton.edges))))
        self.accepting = accepting_components(automaton)
        self._columns: dict[tuple[int, tuple[int, ...]], Column] = {}  # the tester keeps its own

    @property
    def is_safety(self) -> bool:
        """Does every word that is accepted have a bad prefix?"""
        return all(self._ends[state] for state in self.accepting)

    @property
    def may_start_anywhere(self) -> bool:
        """Does it accept what some rest of a run makes it accept, whatever came before?"""
        return self.tester.looks_at_steps and may_wait(self.automaton)

    def start(self, state: int, mask: int) -> list[tuple[Values, int]]:
        """The states after the first letter, and the variants of each."""
        found: dict[Values, int] = {}
        ways = self._ways(0, self.tester.start())
        for memory, m in ways.here(state, mask, self.without_value):
            found[memory] = found.get(memory, 0) | m
        return list(found.items())

    def letter(self, number: int, info: StepInfo) -> int | None:
        """What ghosts see of a step; tests see the rest where it leads to."""
        return self.tester.heard(number, info)

    def after(self, memory: Values, letter: int | None) -> Ways:
        """The marks and memories after the letter that a step leads to."""
        ghosts = self.tester.memories.after(memory[: self._at], letter)
        return self._ways(memory[self._at], ghosts)

    def asked(self, ghosts: Values) -> tuple[Seen, Ways]:
        """Where it may leave the initial state, and how."""
        found = self._ways(0, ghosts)
        ways = tuple(way for way in found.ways if way.memory[self._at] != 0)
        everywhere = self.tester.columns.constant(-1)
        columns = [everywhere if way.where is None else way.where for way in ways]
        asking = combined(lambda *masks: reduce(or_, masks), columns) if columns else None
        return Seen(asking, found.faulty), Ways(ways, found.faulty)

    def bad(self, memory: Values) -> Seen:
        """Everything, where the automaton accepts whatever follows."""
        return Seen(self.tester.columns.constant(-1)) if self._ends[memory[self._at]] else Seen()

    def without_value(self) -> UsageError:
        """What to raise where a test has no value."""
        return self.tester.without_value()

    def closed(self, memory: Values) -> bool:
        """Never, as `finished`."""
        return False

    def finished(self, memory: Values) -> bool:
        """Never: states that accept nothing are not there."""
        return False

    def watched_for_ever(self, memory: Values) -> bool:
        """In components that accept, bad prefixes aside."""
        state = memory[self._at]
        return state in self.accepting and not self._ends[state]

    def _ways(self, state: int, ghosts: Values) -> Ways:
        letters: dict[tuple[int, int], int] = {}
        for edge in self.automaton.edges[state]:
            key = edge.marks, edge.target
            letters[key] = letters.get(key, 0) | edge.letters
        return Ways(
            tuple(
                Way(marks, (*ghosts, target), self._where(read, ghosts))
                for (marks, target), read in letters.items()
            ),
            self.tester.faulty(ghosts),
        )

    def _where(self, letters: int, ghosts: Values) -> Column | None:
        """By state, the variants in which the tests make one of the letters (None: in all)."""
        if letters == self.automaton.all_letters:
            return None
        columns = [self.tester.column(k, ghosts)[0] for k in range(self.automaton.tests)]
        key = letters, tuple(map(id, columns))
        if key not in self._columns:
            self._columns[key] = combined(lambda *true: _reading(letters, true), columns)
        return self._columns[key]


def _reading(letters: int, true: Sequence[int]) -> int:
    """The variants in which the letter is one of these, by those in which each test is true.

    Shannon's expansion, the last test first.
    """
    if not letters:
        return 0
    if letters == (1 << (1 << len(true))) - 1:
        return -1
    *others, last = true
    half = 1 << len(others)  # letters below it make the last test false
    low, high = letters & (1 << half) - 1, letters >> half
    if low == high:
        return _reading(low, others)
    return last & _reading(high, others) | ~last & _reading(low, others)
