"""What a linear formula means on an infinite word, read directly: no automaton, no normal form.

A word is given by its positions, the last of which is followed by position `loop` again: it is
ultimately periodic. Of a finite beginning of a word (`loop` is None) only what all its
continuations agree in is said: past its end everything goes well for the formula (Eisner et al.,
"Reasoning with temporal logic on truncated paths", CAV 2003).
"""

from collections.abc import Callable, Hashable

from msgspec import Struct

from fsm.temporal import Atom, Compound, Temporal, TOp, Truth

Test = Callable[[Hashable, int], bool]  # of a test at a position
_DUAL = {
    TOp.AND: TOp.OR, TOp.OR: TOp.AND, TOp.NEXT: TOp.NEXT, TOp.FINALLY: TOp.GLOBALLY,
    TOp.GLOBALLY: TOp.FINALLY, TOp.UNTIL: TOp.RELEASE, TOp.RELEASE: TOp.UNTIL,
    TOp.WEAK: TOp.STRONG, TOp.STRONG: TOp.WEAK,
}  # fmt: skip


def satisfied(formula: Temporal, length: int, loop: int, holds: Test) -> bool:
    """Is the formula true at the start of a word with `length` positions?

    Complexity: O(size of the formula * length).
    """
    return _Word(length, loop, holds).truth(formula)[0]


def refuted(formula: Temporal, length: int, holds: Test) -> bool:
    """Do these first positions alone make the formula false, as far as its form shows?

    True is certain, False is not. O(size of the formula * length).
    """
    return not _Word(length, None, holds).truth(formula)[0]


class _Word(Struct, frozen=True):
    length: int
    loop: int | None
    holds: Test

    def truth(self, formula: Temporal, sign: bool = True) -> list[bool]:
        """The truth of the formula (with `sign` False: of its negation) at every position."""
        match formula:
            case Truth(value=value):
                return [value is sign] * self.length
            case Atom(test=test):
                return [self.holds(test, k) is sign for k in range(self.length)]
            case Compound(op=TOp.NOT, operands=(inner,)):
                return self.truth(inner, not sign)
            case Compound(op=TOp.IMPLIES, operands=(left, right)):
                return _each(all if not sign else any, self.truth(left, not sign),
                             self.truth(right, sign))  # fmt: skip
            case Compound(op=TOp.IFF, operands=(left, right)):
                same = _each(all, self.truth(left), self.truth(right, sign))
                other = _each(all, self.truth(left, False), self.truth(right, not sign))
                return _each(any, same, other)
            case Compound(op=op, operands=operands):
                parts = [self.truth(x, sign) for x in operands]
                return self._operator(op if sign else _DUAL[op], parts)

    def _operator(self, op: TOp, parts: list[list[bool]]) -> list[bool]:
        left, right = parts[0], parts[-1]
        match op:
            case TOp.AND:
                return _each(all, *parts)
            case TOp.OR:
                return _each(any, *parts)
            case TOp.NEXT:
                return [*left[1:], True if self.loop is None else left[self.loop]]
            case TOp.FINALLY:
                return self._from_the_end(False, lambda k, later: left[k] or later)
            case TOp.GLOBALLY:
                return self._from_the_end(True, lambda k, later: left[k] and later)
            case TOp.UNTIL | TOp.WEAK:
                return self._from_the_end(
                    op is TOp.WEAK, lambda k, later: right[k] or (left[k] and later)
                )
            case TOp.RELEASE | TOp.STRONG:
                return self._from_the_end(
                    op is TOp.RELEASE, lambda k, later: right[k] and (left[k] or later)
                )
        raise AssertionError(op)

    def _from_the_end(self, for_ever: bool, step: Callable[[int, bool], bool]) -> list[bool]:
        """Each position from the one after it; `for_ever`: what an endless wait is worth."""
        found = [for_ever] * self.length
        # Twice round a loop is enough: the first time finds what is true where it begins.
        for _ in range(1 if self.loop is None else 2):
            later = True if self.loop is None else found[self.loop]
            for k in reversed(range(self.length)):
                found[k] = later = step(k, later)
        return found


def _each(join: Callable[[tuple[bool, ...]], bool], *parts: list[bool]) -> list[bool]:
    return [join(column) for column in zip(*parts, strict=True)]
