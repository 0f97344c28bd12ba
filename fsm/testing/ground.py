"""What can happen next, on lowered states: the steps of one variant, and the instants that matter.

Runs, schedules and the test of an implementation all walk on this ground. It grows as it is walked
on: a state is expanded once, for the whole family of variants, and remembered.
"""

from collections.abc import Iterator, Mapping
from math import prod

from msgspec import Struct
from msgspec.structs import replace

from fsm.explore.decode import occurrence
from fsm.explore.emit import Values, predicate
from fsm.explore.successors import DELAY, Successors
from fsm.explore.variants import Variants, make_variants
from fsm.expressions import Config, Scalar, walk
from fsm.model import Spec
from fsm.semantics.formulas import system_formulas
from fsm.semantics.ir import FALSE, TRUE
from fsm.semantics.lower import lower
from fsm.semantics.lower_expressions import Lowering
from fsm.semantics.lowered import SlotKind, System
from fsm.semantics.trace import Occurrence
from fsm.semantics.units import durations

FAMILY = 1 << 13  # variants that share one ground
REMEMBERED = 200_000  # states
AROUND = (-1, 0, 1)  # units from a duration

Change = tuple[str, int]  # a transition: its machine and number, whatever the copy


class Move(Struct, frozen=True):
    """A discrete step that is enabled: its number on this ground, and where it leads."""

    step: int
    target: Values


class Instant(Struct, frozen=True):
    """A moment that is worth waiting for: so many units from now, and the state then."""

    units: int
    target: Values


Option = Move | Instant


class Ground:
    """A spec with some of its configuration fixed; the rest spans the family of variants.

    `mask` tells the variant that one walks in. Every answer depends on the arguments alone.
    """

    def __init__(
        self, spec: Spec, fixed: Mapping[str, Scalar], system: System | None = None
    ) -> None:
        """`system` may replace the lowered spec by one with the same slots."""
        lowered, lowering = lower(spec)
        self.spec, self.layout = spec, lowering.layout
        self.system = lowered if system is None else system
        self.variants = family(spec, lowering, fixed)
        self.successors = Successors(self.system, self.variants)
        self.unit = self.system.unit
        self._bounds = sorted(d // self.unit for d in durations(spec)) if self.unit else []
        self._clocks = [
            (slot, info.high)
            for slot, info in enumerate(self.system.slots)
            if info.kind is SlotKind.CLOCK
        ]
        self._where = tuple(
            (mask, None if node == TRUE else predicate(node))
            for mask, node in self.variants.cases(self.system.where)
            if node != FALSE
        )
        self._arcs: dict[Values, list[tuple[int, Values, int]]] = {}
        self._instants: dict[tuple[Values, int], tuple[Instant, ...]] = {}
        self._changes: dict[int, tuple[Change, ...]] = {}
        self._occurrences: dict[int, Occurrence] = {}

    def mask_of(self, variant: Mapping[str, Scalar]) -> int:
        """The one variant of the family with these values."""
        mask = self.variants.everything
        for having, variable in zip(self.variants.having, self.variants.variables, strict=True):
            mask &= having[variable.values.index(variant[variable.name])]
        return mask

    def admitted(self, state: Values) -> int:
        """The variants in which `initial_where` admits this state."""
        mask = 0
        for which, test in self._where:
            if test is None or test(state):
                mask |= which
        return mask

    def moves(self, state: Values, mask: int) -> list[Move]:
        """The discrete steps that are enabled, in the order of the spec; faults are no steps."""
        return [
            Move(step, target)
            for step, target, which in self.expanded(state)
            if which & mask and step != DELAY
        ]

    def later(self, state: Values, mask: int) -> Values | None:
        """The state one unit later; None where time may not pass, or there is none."""
        for step, target, which in reversed(self.expanded(state)):
            if step != DELAY:
                return None
            if which & mask:
                return target
        return None

    def instants(self, state: Values, mask: int) -> tuple[Instant, ...]:
        """One unit from now, and every moment at which some clock is at a duration of the spec, or
        one unit beside it, as far as time may pass without a step.

        Complexity: linear in what is found; in between nothing can change.
        """
        found = self._instants.get((state, mask))
        if found is None:
            if len(self._instants) >= REMEMBERED:
                self._instants.clear()
            found = self._instants[state, mask] = tuple(self._waiting(state, mask))
        return found

    def after(self, state: Values, mask: int, units: int) -> Values | None:
        """The state so many units later without a step; None where time may not pass so long."""
        passed = 0
        while passed < units:
            one = self.later(state, mask)
            if one is None:
                return None
            leap = min(self._leap(state, one), units - passed)
            state = self._extrapolated(state, one, leap)
            passed += leap
        return state

    def leap(self, state: Values, mask: int) -> int:
        """For how many units no step becomes possible or impossible; 1 where no time may pass."""
        one = self.later(state, mask)
        return 1 if one is None else self._leap(state, one)

    def options(self, state: Values, mask: int) -> list[Option]:
        """Steps first, then moments to wait for."""
        return [*self.moves(state, mask), *self.instants(state, mask)]

    def has_ended(self, state: Values, mask: int) -> bool:
        """Rule 3.8: can nothing ever happen again, while time may pass for ever?"""
        if self.moves(state, mask):
            return False
        if self.unit is None:
            return True
        waiting = self.instants(state, mask)
        return (
            bool(waiting)
            and not any(self.moves(instant.target, mask) for instant in waiting)
            and self.later(waiting[-1].target, mask) is not None
        )

    def changes(self, step: int) -> tuple[Change, ...]:
        """The transitions that a step takes."""
        found = self._changes.get(step)
        if found is None:
            edges = (self.system.edges[k] for k in self.successors.steps[step].edges)
            found = self._changes[step] = tuple(
                (self.system.processes[e.process].machine, e.transition) for e in edges
            )
        return found

    def occurrence(self, step: int) -> Occurrence:
        """A step in the words of the spec."""
        found = self._occurrences.get(step)
        if found is None:
            found = self._occurrences[step] = occurrence(self.successors, step)
        return found

    def expanded(self, state: Values) -> list[tuple[int, Values, int]]:
        """Every step out of a state, the passing of a unit of time last: (number, next state,
        variants)."""
        arcs = self._arcs.get(state)
        if arcs is None:
            if len(self._arcs) >= REMEMBERED:
                self._arcs.clear()
            arcs = self._arcs[state] = self.successors.of(state, self.variants.everything)
        return arcs

    def _waiting(self, state: Values, mask: int) -> Iterator[Instant]:
        passed, leap = 0, 1
        while (one := self.later(state, mask)) is not None:
            state = self._extrapolated(state, one, leap)
            passed += leap
            yield Instant(passed, state)
            following = self.later(state, mask)
            if following is None or following == state:
                return
            leap = self._leap(state, following)

    def _leap(self, state: Values, one: Values) -> int:
        """Units until a running clock comes next to a duration; at least one. In between, every
        comparison of a clock keeps its value."""
        ahead = [
            bound + around - state[slot]
            for slot, _ in self._clocks
            if one[slot] != state[slot]
            for bound in self._bounds
            for around in AROUND
            if bound + around > state[slot]
        ]
        return min(ahead, default=1)

    def _extrapolated(self, state: Values, one: Values, units: int) -> Values:
        if units == 1:
            return one
        later = list(one)
        for slot, high in self._clocks:
            later[slot] = min(state[slot] + units * (one[slot] - state[slot]), high)
        return tuple(later)


def family(spec: Spec, lowering: Lowering, fixed: Mapping[str, Scalar]) -> Variants:
    """The variants over what the system reads, with the `fixed` values only."""
    read = {
        node.name
        for formula in system_formulas(spec)
        for node in walk(formula)
        if isinstance(node, Config)
    }
    configuration = list(spec.configuration)
    codes = list(lowering.codes)
    for k, variable in enumerate(configuration):
        if variable.name in fixed:
            value = fixed[variable.name]
            codes[k] = (codes[k][variable.values.index(value)],)
            configuration[k] = replace(variable, values=(value,))
    used = {lowering.params[name] for name in read}
    return make_variants(tuple(configuration), codes, used, {})


def family_size(spec: Spec) -> int:
    """How many variants there are, whether they differ or not."""
    return prod(len(variable.values) for variable in spec.configuration)
