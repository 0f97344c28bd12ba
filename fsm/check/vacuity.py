"""Whether a claim holds for want of anything to hold of: its premises, asked of the same engine."""

from collections.abc import Collection, Hashable, Sequence

from fsm.check.conditions import condition_of
from fsm.check.engines import CutShort, Engine
from fsm.check.results import Vacuity
from fsm.check.sets import sets_of
from fsm.explore.variants import Variants
from fsm.logic.premises import Premise
from fsm.model import Formula, Property


class Vacuities:
    """What an engine says of the premises of the claims of a spec. Many share one: it is asked
    once."""

    def __init__(self, engine: Engine, beside: Collection[Property], variants: Variants) -> None:
        """What is not `beside` the properties, the engine cannot be asked."""
        self._engine, self._variants = engine, variants
        self._beside = {claim.name: claim for claim in beside}
        self._met: dict[Hashable, tuple[int, int]] = {}

    def of(
        self, premises: Sequence[Premise], holds: int
    ) -> tuple[tuple[Vacuity, ...], tuple[Formula, ...]]:
        """Which premises are never true in variants of `holds`, in which the claim holds, and of
        which that is not known."""
        found, unmeasured = [], []
        for premise in premises if holds else ():
            never, unknown = 0, holds
            if (claim := self._beside.get(premise.never.name)) is not None:
                try:
                    met, undecided = self._where(claim)
                    never, unknown = holds & ~met & ~undecided, holds & undecided
                except CutShort:
                    pass
            if never:
                where = condition_of(self._variants, never)
                found.append(Vacuity(premise.role, premise.condition, where))
            if unknown:
                unmeasured.append(premise.condition)
        return tuple(found), tuple(unmeasured)

    def _where(self, never: Property) -> tuple[int, int]:
        """In which variants something is true that is claimed never to be, and for which that is
        not known."""
        asked = never.subject.node, never.each
        if asked not in self._met:
            self._met[asked] = sets_of(never, list(self._engine.decide(never)), self._variants)
        return self._met[asked]
