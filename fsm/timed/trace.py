"""A run in dense time: what happens, and at which instant."""

from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import cast

from fsm.semantics.trace import Bindings, Delay, Occurrence, Run, Snapshot, State


@dataclass(frozen=True, slots=True)
class Lapse:
    """Time passes: so many units, more than none."""

    units: Fraction


TimedStep = Occurrence | Lapse
Clocks = tuple[tuple[str, Fraction], ...]


@dataclass(frozen=True, slots=True)
class TimedTrace:
    """What a search found. Step i leads from snapshot i to snapshot i+1."""

    variant: Bindings
    snapshots: tuple[Snapshot, ...]
    steps: tuple[TimedStep, ...]


@dataclass(frozen=True, slots=True)
class TimedState:
    """A snapshot and the clocks, in units."""

    snapshot: Snapshot
    clocks: Clocks

    def exact(self) -> State:
        """The state for readers that compare clocks and add to them: rationals do as well as
        integers there."""
        return State(self.snapshot, cast(tuple[tuple[str, int], ...], self.clocks))


@dataclass(frozen=True, slots=True)
class TimedRun:
    """A trace that the replayer has accepted: its own states, and the instant of each, in units."""

    variant: Bindings
    states: tuple[TimedState, ...]
    steps: tuple[TimedStep, ...]
    instants: tuple[Fraction, ...]

    def in_whole_units(self) -> Run:
        """The run for readers that want whole units; instants, clocks and lapses rounded down."""
        states = tuple(
            State(s.snapshot, tuple((name, floor(t)) for name, t in s.clocks)) for s in self.states
        )
        steps = tuple(Delay(floor(s.units)) if isinstance(s, Lapse) else s for s in self.steps)
        return Run(self.variant, states, steps, tuple(floor(t) for t in self.instants))
