"""A run in dense time: what happens, and at which instant."""

from fractions import Fraction
from typing import cast

from msgspec import Struct

from fsm.semantics.trace import Bindings, Delay, Occurrence, Run, Snapshot, State


class Lapse(Struct, frozen=True):
    """Time passes: so many units, more than none."""

    units: Fraction


TimedStep = Occurrence | Lapse
Clocks = tuple[tuple[str, Fraction], ...]


class TimedTrace(Struct, frozen=True):
    """What a search found. Step i leads from snapshot i to snapshot i+1. `loop`: the snapshot from
    which on all repeats for ever, with the same times between its steps."""

    variant: Bindings
    snapshots: tuple[Snapshot, ...]
    steps: tuple[TimedStep, ...]
    loop: int | None = None


class TimedState(Struct, frozen=True):
    """A snapshot and the clocks, in units."""

    snapshot: Snapshot
    clocks: Clocks

    def exact(self) -> State:
        """The state for readers that compare clocks and add to them: rationals do as well as
        integers there."""
        return State(self.snapshot, cast(tuple[tuple[str, int], ...], self.clocks))


class TimedRun(Struct, frozen=True):
    """A trace that the replayer has accepted: its own states, and the instant of each, in units."""

    variant: Bindings
    states: tuple[TimedState, ...]
    steps: tuple[TimedStep, ...]
    instants: tuple[Fraction, ...]
    loop: int | None = None

    def told(self) -> Run:
        """The run for readers that tell it: they add instants, compare them and say them, and
        rationals do as well as integers there; whole numbers become integers."""
        states = tuple(
            State(s.snapshot, tuple((name, _exact(t)) for name, t in s.clocks))
            for s in self.states
        )  # fmt: skip
        steps = tuple(Delay(_exact(s.units)) if isinstance(s, Lapse) else s for s in self.steps)
        return Run(self.variant, states, steps, tuple(map(_exact, self.instants)), self.loop)


def _exact(units: Fraction) -> int:
    return int(units) if units.denominator == 1 else cast(int, units)
