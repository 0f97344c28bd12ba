"""What the patterns say, read off their prose: plain loops over the positions of a run.

Nothing here knows a temporal operator. A run is a finite list of letters, the last of which is
followed by the one at `loop` again. It is unrolled so far that whatever happens at all happens
early enough: `Long` is that list, and `endless` tells whether a segment goes on for ever.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.logic.strategies import Word

ROUNDS = 4  # times that the loop is gone round: a start, then a chain of up to three conditions


@dataclass(frozen=True)
class Segment:
    """The letters from `start` up to (not including) `end` of the unrolled run. An endless one is
    cut where everything that occurs in the loop has occurred often enough."""

    letters: tuple[frozenset[str], ...]
    endless: bool

    def where(self, letter: str) -> list[int]:
        return [k for k, found in enumerate(self.letters) if letter in found]


def unrolled(word: Word, rounds: int) -> list[frozenset[str]]:
    return [*word.letters, *(word.letters[word.loop :] * rounds)]


def segments(word: Word, scope: tuple[str, ...]) -> Iterator[Segment]:
    """The parts of a run that a scope names: a claim holds if it holds of each of them."""
    first = len(word.letters)  # whatever begins, begins within the first round
    run = unrolled(word, 2 * ROUNDS)
    if scope in ((), ("before",), ("until",)):
        starts = [0]
    elif scope == ("after",):
        starts = [k for k in range(first) if "q" in run[k]][:1]
    else:
        starts = [k for k in range(first) if "q" in run[k] and "r" not in run[k]]
    for start in starts:
        ends = [k for k in range(start, len(run)) if "r" in run[k]]
        bounded = "before" in scope or "until" in scope
        if bounded and ends:
            yield Segment(tuple(run[start : ends[0]]), endless=False)
        elif "before" not in scope:
            yield Segment(tuple(run[start:]), endless=True)


def says(name: str, part: Segment, bound: int, period: int) -> bool:
    """Is a pattern true of a segment? `period`: how long the loop is.

    Where a segment is endless, its last rounds repeat, so an obligation counts only if it arises
    early, and what answers it may lie anywhere in the unrolled rest.
    """
    p, s, t, z = (part.where(letter) for letter in "pstz")
    early = len(part.letters) - 3 * period if part.endless else len(part.letters)
    match name:
        case "absence":
            return not p
        case "universality":
            return len(p) == len(part.letters)
        case "existence":
            return bool(p)
        case "bounded existence":
            spells = [k for k in p if k == 0 or k - 1 not in p]
            return len(spells) <= bound
        case "bounded occurrence":
            return len(p) <= bound
        case "precedence":
            return all(any(j <= k for j in s) for k in p)
        case "response":
            return all(any(j >= k for j in s) for k in p if k < early)
        case "precedence chain, two before one":
            return all(any(i < j <= k for i in s for j in t) for k in p)
        case "precedence chain, one before two":
            return all(any(k <= i for k in p) for i in s if any(j > i for j in t))
        case "response chain, one to two":
            for i in (i for i in s if i < early):
                nearest = next((j for j in t if j > i), None)
                if nearest is not None and not any(k >= nearest for k in p):
                    return False
            return True
        case "response chain, two to one":
            return all(any(k <= i < j for i in s for j in t) for k in p if k < early)
        case "constrained chain":
            return all(
                any(
                    k <= i < j and i not in z and not any(i < m < j for m in z)
                    for i in s for j in t
                )
                for k in p if k < early
            )  # fmt: skip
    raise AssertionError(name)


def true_on(name: str, scope: tuple[str, ...], word: Word, bound: int = 2) -> bool:
    """Does the run keep to the pattern within the scope?"""
    if name == "existence" and scope == ("before",) and "r" in word.letters[0]:
        return False  # a scope without a moment: nothing can be there
    period = len(word.letters) - word.loop
    return all(says(name, part, bound, period) for part in segments(word, scope))
