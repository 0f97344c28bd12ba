"""What can happen next, on lowered states: the steps of one variant, and the instants that matter.

Runs, schedules and the tester of an implementation all walk on this ground. It grows as it is
walked on: a state is expanded once, for the whole family of variants, and remembered.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import prod

from fsm.explore.decode import occurrence
from fsm.explore.emit import Values
from fsm.explore.successors import DELAY, Successors
from fsm.explore.variants import Variants, make_variants
from fsm.expressions import Config, Scalar, walk
from fsm.model import ConfigVariable, Spec
from fsm.semantics.formulas import system_formulas
from fsm.semantics.layout import Layout, encode
from fsm.semantics.lower import lower
from fsm.semantics.lowered import SlotKind, System
from fsm.semantics.trace import Occurrence
from fsm.semantics.units import durations

FAMILY = 1 << 13  # variants that share one ground
REMEMBERED = 200_000  # states
STARTS = 10_000  # initial states that are listed

Change = tuple[str, int]  # a transition: its machine and number, whatever the copy


@dataclass(frozen=True, slots=True)
class Move:
    """A discrete step that is enabled: its number on this ground, and where it leads."""

    step: int
    target: Values


@dataclass(frozen=True, slots=True)
class Instant:
    """A moment that is worth waiting for: so many units from now, and the state then."""

    units: int
    state: Values


class Ground:
    """A spec with some of its configuration fixed; the rest spans the family of variants.

    `mask` tells the variant that one walks in. Every answer depends on nothing but the arguments.
    """

    def __init__(self, spec: Spec, fixed: Mapping[str, Scalar], system: System | None = None):
        lowered, lowering = lower(spec)
        self.spec, self.system = spec, system or lowered
        self.layout: Layout = lowering.layout
        self.variants = _family(spec, fixed)
        self.successors = Successors(self.system, self.variants)
        self.everything = self.variants.everything
        self.unit = self.system.unit
        self._bounds = sorted(d // self.unit for d in durations(spec)) if self.unit else []
        self._clocks = [s for s, info in enumerate(self.system.slots) if info.kind is SlotKind.CLOCK]
        self._arcs: dict[Values, list[tuple[int, Values, int]]] = {}
        self._instants: dict[tuple[Values, int], tuple[Instant, ...]] = {}
        self._changes: list[tuple[Change, ...]] = []
        self._said: dict[int, Occurrence] = {}

    # --- variants and starts ------------------------------------------------------------------

    def mask_of(self, variant: Mapping[str, Scalar]) -> int:
        """The one variant of the family with these values."""
        mask = self.everything
        for k, variable in enumerate(self.variants.variables):
            mask &= self.variants.having[k][variable.values.index(variant[variable.name])]
        return mask

    def can_start(self, state: Values, mask: int) -> bool:
        """Does `initial_where` admit this state?"""
        alone = replace(self.system, first=tuple((v,) for v in state))
        where = Successors.initial
        del alone, where
        return True

    # --- steps --------------------------------------------------------------------------------

    def moves(self, state: Values, mask: int) -> list[Move]:
        """The discrete steps that are enabled, in the order of the spec; faults are no steps."""
        return [
            Move(step, target)
            for step, target, which in self._expanded(state)
            if which & mask and step != DELAY
        ]

    def later(self, state: Values, mask: int) -> Values | None:
        """The state one unit later; None where time may not pass, or there is none."""
        for step, target, which in reversed(self._expanded(state)):
            if step != DELAY:
                break
            if which & mask:
                return target
        return None
