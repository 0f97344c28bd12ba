"""Whether a claim holds for want of anything to hold of: its premises, asked of the same engine."""

from collections.abc import Collection, Sequence

from fsm.check.conditions import condition_of
from fsm.check.engines import CutShort, Engine
from fsm.check.results import Vacuity
from fsm.check.sets import sets_of
from fsm.explore.variants import Variants
from fsm.logic.premises import Premise
from fsm.model import Formula, Property


def vacuity(
    premises: Sequence[Premise], beside: Collection[Property], engine: Engine, variants: Variants,
    holds: int,
) -> tuple[tuple[Vacuity, ...], tuple[Formula, ...]]:  # fmt: skip
    """Which premises are never true in variants of `holds`, in which the claim holds, and of which
    that is not known: what is not `beside` the properties, the engine cannot be asked."""
    found, unmeasured = [], []
    asked = {claim.name: claim for claim in beside}
    for premise in premises if holds else ():
        never, unknown = 0, holds
        if (claim := asked.get(premise.never.name)) is not None:
            try:
                met, undecided = sets_of(claim, list(engine.decide(claim)), variants)
                never, unknown = holds & ~met & ~undecided, holds & undecided
            except CutShort:
                pass
        if never:
            where = condition_of(variants, never)
            found.append(Vacuity(premise.role, premise.condition, where))
        if unknown:
            unmeasured.append(premise.condition)
    return tuple(found), tuple(unmeasured)
