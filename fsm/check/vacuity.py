"""Whether a claim holds for want of anything to hold of: its premises, asked of the same engine."""

from collections.abc import Callable, Collection, Sequence

from fsm.check.conditions import condition_of
from fsm.check.engines import CutShort
from fsm.check.results import Vacuity
from fsm.explore.variants import Variants
from fsm.logic.premises import Premise
from fsm.model import Formula, Property


def vacuity(
    premises: Sequence[Premise], beside: Collection[str],
    met: Callable[[Property], tuple[int, int]], variants: Variants, holds: int,
) -> tuple[tuple[Vacuity, ...], tuple[Formula, ...]]:  # fmt: skip
    """Which premises are never true in variants of `holds`, in which the claim holds, and of which
    that is not known: what is not named `beside` the properties, the engine cannot be asked. `met`
    asks it in which variants a premise is true, and in which that is not known."""
    found, unmeasured = [], []
    for premise in premises if holds else ():
        never, unknown = 0, holds
        if premise.never.name in beside:
            try:
                true, undecided = met(premise.never)
                never, unknown = holds & ~true & ~undecided, holds & undecided
            except CutShort:
                pass
        if never:
            where = condition_of(variants, never)
            found.append(Vacuity(premise.role, premise.condition, where))
        if unknown:
            unmeasured.append(premise.condition)
    return tuple(found), tuple(unmeasured)
