"""Which reductions a check uses, in which order, and what the report says about them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from fsm.model import Property, Spec
from fsm.reduce.reduction import VALUES, Reduction
from fsm.reduce.values import choices_of, narrow, unreduced
from fsm.semantics.lower import lower
from fsm.semantics.lower_expressions import Lowering
from fsm.semantics.lowered import System

FEW = 1_000  # choices of an event's fields that a plain search may list in every state


@dataclass(frozen=True, slots=True)
class Reduced:
    """A lowered spec to explore instead of the spec as written, with the same answers.

    `spec` is the written one with fewer choices; a trace of it is one of the written spec.
    """

    spec: Spec
    system: System
    lowering: Lowering
    applied: tuple[Reduction, ...]

    def judging(self, written: Spec) -> Spec:
        """The spec on which runs are confirmed: as it was written, unless an event has so many
        choices there that a plain search would list them for hours."""
        return written if choices_of(written) <= FEW else self.spec


def reduce(spec: Spec, selected: Sequence[Property], off: Collection[str] = ()) -> Reduced:
    """Lower a spec with every reduction whose condition holds, but for those that are `off`.

    `selected` are the properties that will be decided. Raises what `lower` raises.
    """
    narrowed = unreduced(spec) if VALUES in off else narrow(spec, selected)
    system, lowering = lower(narrowed.spec)
    system = narrowed.started(system, lowering.layout)
    applied = () if narrowed.reduction is None else (narrowed.reduction,)
    return Reduced(narrowed.spec, system, lowering, applied)
