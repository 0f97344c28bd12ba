"""A Büchi automaton that reads the runs of a family: each arc of the product is one letter.

It is the automaton of a formula's negation, so what it accepts refutes the formula. A state of it
that accepts whatever follows is reached by bad prefixes.
"""

from collections.abc import Sequence

from fsm.explore.emit import Values
from fsm.explore.successors import StepInfo
from fsm.logic.automaton import Automaton, accepting_components
from fsm.logic.tester import Tester

Letters = list[tuple[int, int]]  # a letter, and the variants in which a moment is that letter


class Running:
    """The automaton beside the system; its memory is that of the ghosts, then its state."""

    def __init__(self, automaton: Automaton, tester: Tester) -> None:
        self.automaton, self.tester = automaton, tester
        self.marks = automaton.marks
        self._at = len(tester.watchers)
        self._ends = tuple(map(automaton.accepts_all, range(len(automaton.edges))))
        self.accepting = accepting_components(automaton)
        self._letters: dict[tuple[int, Values], tuple[int, Letters]] = {}

    @property
    def is_safety(self) -> bool:
        """Does every word that is accepted have a bad prefix?"""
        return all(self._ends[state] for state in self.accepting)

    def start(self, state: int, mask: int) -> list[tuple[Values, int]]:
        """The states after the first letter, and the variants of each."""
        found: dict[Values, int] = {}
        for _, memory, m in self._read(0, self.tester.start(), state, mask):
            found[memory] = found.get(memory, 0) | m
        return list(found.items())

    def step(
        self, memory: Values, number: int, info: StepInfo, state: int, mask: int
    ) -> list[tuple[int, Values, int]]:
        """The marks, memories and variants after the letter that a step leads to."""
        return self._read(
            memory[self._at], self.tester.after(memory, number, info), state, mask
        )  # fmt: skip

    def bad(self, state: int, memory: Values, mask: int) -> int:
        """Everything, where the automaton accepts whatever follows."""
        return mask if self._ends[memory[self._at]] else 0

    def finished(self, memory: Values) -> bool:
        """Never: states that accept nothing are not there."""
        return False

    def watched_for_ever(self, memory: Values) -> bool:
        """In components that accept, bad prefixes aside."""
        state = memory[self._at]
        return state in self.accepting and not self._ends[state]

    def _read(
        self, state: int, ghosts: Values, at: int, mask: int
    ) -> list[tuple[int, Values, int]]:
        found: dict[tuple[int, int], int] = {}
        for letter, variants in self._moment(at, ghosts, mask):
            here = variants & mask
            if here:
                for edge in self.automaton.edges[state]:
                    if edge.letters >> letter & 1:
                        key = edge.marks, edge.target
                        found[key] = found.get(key, 0) | here
        return [(marks, (*ghosts, target), m) for (marks, target), m in found.items()]

    def _moment(self, state: int, ghosts: Values, mask: int) -> Letters:
        """The letters that a state is, each for its set of variants; they cover `mask`."""
        known, letters = self._letters.get((state, ghosts), (0, []))
        fresh = mask & ~known
        if fresh:
            parts: Letters = [(0, fresh)]
            for k in range(len(self.tester.asked)):
                parts = _parted(parts, 1 << k, self.tester.true(k, state, ghosts, fresh))
            letters = [*letters, *parts]
            self._letters[state, ghosts] = known | fresh, letters
        return letters


def _parted(parts: Sequence[tuple[int, int]], bit: int, true: int) -> Letters:
    found = []
    for letter, mask in parts:
        found += [(letter | bit, mask & true)] if mask & true else []
        found += [(letter, mask & ~true)] if mask & ~true else []
    return found
