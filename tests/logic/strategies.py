"""Random linear formulas and ultimately periodic words, and a plain look at what automata read."""

from collections.abc import Mapping
from dataclasses import dataclass

from hypothesis import strategies as st

from fsm.logic.automaton import Automaton
from fsm.logic.words import Test
from fsm.temporal import FALSE, TRUE, Atom, Compound, Temporal, TOp

UNARY = (TOp.NOT, TOp.NEXT, TOp.FINALLY, TOp.GLOBALLY)
BINARY = tuple(op for op in TOp if op not in UNARY)


def grown(
    inner: st.SearchStrategy[Temporal],
    ops: tuple[TOp, ...] = BINARY,
    unary: tuple[TOp, ...] = UNARY,
) -> st.SearchStrategy[Temporal]:
    one = st.builds(lambda op, a: Compound(op, (a,)), st.sampled_from(unary), inner)
    two = st.builds(lambda op, a, b: Compound(op, (a, b)), st.sampled_from(ops), inner, inner)
    return one | two


ATOMS = st.sampled_from([Atom("a"), Atom("b"), Atom("c")])
FORMULAS = st.recursive(ATOMS | st.sampled_from([TRUE, FALSE]), grown, max_leaves=8)


@dataclass(frozen=True)
class Word:
    """Which atoms are true at each position; the last is followed by position `loop`."""

    letters: tuple[frozenset[str], ...]
    loop: int

    @property
    def test(self) -> Test:
        return lambda atom, k: atom in self.letters[k]


LETTERS = st.lists(st.frozensets(st.sampled_from("abc")), min_size=1, max_size=6)
WORDS = LETTERS.flatmap(
    lambda letters: st.builds(
        Word, st.just(tuple(letters)), st.integers(0, len(letters) - 1)
    )
)  # fmt: skip


def accepts(automaton: Automaton, word: Word, number: Mapping[object, int], state: int = 0) -> bool:
    """Does the automaton accept the word, from a state? By reachability between pairs alone."""
    read = [sum(1 << k for test, k in number.items() if test in letter) for letter in word.letters]
    last = len(read) - 1

    def ways(pair: tuple[int, int]) -> list[tuple[tuple[int, int], int]]:
        k, state = pair
        after = word.loop if k == last else k + 1
        edges = automaton.edges[state]
        return [((after, e.target), e.marks) for e in edges if e.letters >> read[k] & 1]

    def reached(pair: tuple[int, int]) -> set[tuple[int, int]]:
        seen: set[tuple[int, int]] = set()
        todo = [pair]
        while todo:
            for target, _ in ways(todo.pop()):
                if target not in seen:
                    seen.add(target)
                    todo.append(target)
        return seen

    start = (0, state)
    for pair in reached(start) | {start}:
        mine = reached(pair)
        if pair in mine:
            component = {p for p in mine if pair in reached(p)}
            marks = 0
            for p in component:
                for target, m in ways(p):
                    marks |= m if target in component else 0
            if marks == (1 << automaton.marks) - 1:
                return True
    return False
