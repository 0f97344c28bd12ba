"""What engines answer with and readers read: steps, snapshots, traces, and replayed runs.

An *instance* is one copy of a machine, variable, clock or event, named the way people read it:
`ticket`, `phil[0]`, `desk[1].clerk`, `desk[1].clerk.tries`, `desk[1].refund`; without copies the
instance is named like its declaration. Time is counted in whole units of the spec.
"""

from msgspec import Struct

from fsm.expressions import Scalar, Value

Bindings = tuple[tuple[str, Scalar], ...]


def instance_name(declared: str, copy: int | None, scope: str) -> str:
    """`desk.clerk.tries` in copy 1 of the scope `desk` -> `desk[1].clerk.tries`."""
    return declared if copy is None else f"{scope}[{copy}]{declared[len(scope) :]}"


class Move(Struct, frozen=True):
    """One machine's part in a step: the transition (its `number`) and the values it chose,
    the index that a listener binds included."""

    machine: str
    transition: int
    chosen: Bindings = ()


class Occurrence(Struct, frozen=True):
    """A discrete step: an event with its fields, or "" for a spontaneous step of one machine."""

    event: str
    fields: Bindings
    moves: tuple[Move, ...]


def in_any_order(occurrence: Occurrence) -> tuple[str, frozenset[object], frozenset[object]]:
    """What an occurrence is, whatever order its parts are told in."""
    moves = ((m.machine, m.transition, frozenset(m.chosen)) for m in occurrence.moves)
    return occurrence.event, frozenset(occurrence.fields), frozenset(moves)


class Delay(Struct, frozen=True):
    """Time passes: `units` whole units of the spec."""

    units: int


Step = Occurrence | Delay


class Snapshot(Struct, frozen=True):
    """Where every machine instance is (its leaf state) and what every variable instance holds, in
    the order of the spec."""

    locations: tuple[tuple[str, str], ...]
    values: tuple[tuple[str, Value], ...]


class Trace(Struct, frozen=True):
    """What a search found. Step i leads from snapshot i to snapshot i+1 (snapshot 0 is initial).

    `loop`: for an infinite run, the snapshot that the last step returns to; the part from there on
    repeats for ever. None for a finite one. A run that ends and stutters has loop = last snapshot.
    """

    variant: Bindings
    snapshots: tuple[Snapshot, ...]
    steps: tuple[Step, ...]
    loop: int | None = None


class State(Struct, frozen=True):
    """A snapshot and the clocks: named clocks by instance (`c48`, `desk[0].c`), the time in a state
    as `instance@state` (`ticket@applied`; `ticket@` since the start), in units."""

    snapshot: Snapshot
    clocks: tuple[tuple[str, int], ...]


class Run(Struct, frozen=True):
    """A trace that the replayer has accepted: its own states, and the time of each, in units."""

    variant: Bindings
    states: tuple[State, ...]
    steps: tuple[Step, ...]
    times: tuple[int, ...]
    loop: int | None = None
