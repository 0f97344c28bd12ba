"""Whether a claim holds for want of anything to hold of: its premises, asked of the same engine."""

from collections.abc import Callable, Mapping, Sequence

from fsm.check.conditions import condition_of
from fsm.check.engines import CutShort
from fsm.check.results import Vacuity
from fsm.explore.variants import Variants
from fsm.logic.premises import Premise
from fsm.model import Formula, Property


def vacuity(
    premises: Sequence[Premise], beside: Mapping[str, Property],
    met: Callable[[Property], tuple[int, int]], variants: Variants, holds: int,
) -> tuple[tuple[Vacuity, ...], tuple[Formula, ...]]:  # fmt: skip
    """Which premises are never true in variants of `holds`, in which the claim holds, and of which
    that is not known: what is not `beside` the properties, by name, the engine cannot be asked.
    `met` asks it in which variants such a claim is violated, and for which that is not known."""
    found, unmeasured = [], []
    for premise in premises if holds else ():
        never, unknown = 0, holds
        if (claim := beside.get(premise.never.name)) is not None:
            try:
                true, undecided = met(claim)
                never, unknown = holds & ~true & ~undecided, holds & undecided
            except CutShort:
                pass
        if never:
            where = condition_of(variants, never)
            found.append(Vacuity(premise.role, premise.condition, where))
        if unknown:
            unmeasured.append(premise.condition)
    return tuple(found), tuple(unmeasured)
