"""Would more fairness remove every violation? Asked of single variants before the whole family."""

from collections.abc import Callable, Sequence
from typing import TypeVar

C = TypeVar("C")  # what fairness is to an engine


def removed_by(
    left: Callable[[Sequence[C], int | None], int], stubborn: int
) -> Callable[[Sequence[C]], bool]:
    """Answers with `not left(more, None)`, and asks for that only where no variant that it knows
    says no: first `stubborn`, in which there is a violation, then those that the family named.

    `left` gives the variants in which violations are left under more fairness: of one, or of all
    (None). Complexity: one question about a variant costs a small part of one about the family, and
    most that is tried in search of a remedy helps nowhere.
    """
    known = [stubborn]

    def removed(more: Sequence[C]) -> bool:
        if any(left(more, variant) for variant in known):
            return False
        found = left(more, None)
        if found:
            known.append((found & -found).bit_length() - 1)
        return not found

    return removed
