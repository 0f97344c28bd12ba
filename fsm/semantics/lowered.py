"""The narrow waist: a spec as integers. A state is a tuple of integers, one for each slot.

Nesting, copies, choices, fields and bindings are unfolded: an `Edge` leaves one leaf state of one
process. What remains to an engine is to compose edges into steps (design, sections 3.1 to 3.7), and
that is said once, in `fsm.explore.successors`, for every engine in Python.
"""

from collections.abc import Sequence
from enum import Enum

from msgspec import Struct

from fsm.model import Fairness, Spec
from fsm.semantics.ir import Indexed, Node
from fsm.semantics.trace import Bindings


class SlotKind(Enum):
    """What a slot holds."""

    LOCATION = "location"  # the leaf state of a process, by its place among the leaves
    VARIABLE = "variable"  # a scalar of a variable instance
    CLOCK = "clock"  # units since reset or entry, saturating at `high`; 0 while not in the state


class SlotInfo(Struct, frozen=True):
    """One integer of a state: low <= value <= high."""

    name: str
    kind: SlotKind
    low: int
    high: int


class Process(Struct, frozen=True):
    """A machine instance: its leaves by name, and the slot that says in which one it is."""

    name: str
    machine: str
    leaves: tuple[str, ...]
    slot: int
    urgent: frozenset[int]
    receptive: bool
    fair: Fairness | None = None


class Action(Struct, frozen=True):
    """An event instance with one choice of its fields.

    `event` numbers the event instances (fields apart). `owner` is a process or None.
    `mentioned` are the owner and the processes with a transition on it; `sync_all` asks for
    each.
    """

    name: str
    fields: Bindings
    event: int
    owner: int | None
    mentioned: tuple[int, ...]
    urgent: bool
    sync_all: bool
    priority: int | None
    strategy: bool

    def rivals(self, other: "Action") -> bool:
        """Of two strategies: are they different events, of the same copy?"""
        same_copy = self.name.rpartition(".")[0] == other.name.rpartition(".")[0]
        return self.event != other.event and same_copy


class EventInstance(Struct, frozen=True):
    """One copy of an event."""

    name: str
    declared: str
    fair: Fairness | None


class Write(Struct, frozen=True):
    """`slot := value`, or the slot at `base` + indices; outside low..high it is a fault."""

    target: Node  # Slot or Indexed
    value: Node
    low: int
    high: int
    name: str


class Edge(Struct, frozen=True):
    """One transition, out of one leaf, with one choice, for one action (None: spontaneous).

    `depth` is that of the source state (0: no `from`): the deepest enabled one comes first.
    `enabled` holds the guard and the bounds that only enable; where `forced` is not None, no time
    passes while it is true. `target` is the new leaf; `restarts` are clock slots that become 0,
    `resets` those of them that only the state tells.
    """

    number: int
    process: int
    transition: int
    leaf: int
    depth: int
    action: int | None
    chosen: Bindings
    enabled: Node
    forced: Node | None
    target: int
    writes: tuple[Write, ...]
    restarts: tuple[int, ...]
    resets: tuple[Indexed, ...]
    priority: int | None


class ClockInfo(Struct, frozen=True):
    """A clock slot: when it runs. `leaves` of `process` for the time in a state (None: always);
    `paused` is true while it stands still."""

    slot: int
    process: int | None
    leaves: frozenset[int]
    paused: Node | None


class System(Struct, frozen=True):
    """A lowered spec. `unit` is milliseconds in a unit of time, None without time.

    `first` gives each slot's initial values (several for `any`), `where` filters them.
    """

    spec: Spec
    unit: int | None
    slots: tuple[SlotInfo, ...]
    processes: tuple[Process, ...]
    events: tuple[EventInstance, ...]
    actions: tuple[Action, ...]
    edges: tuple[Edge, ...]
    clocks: tuple[ClockInfo, ...]
    first: tuple[Sequence[int], ...]
    where: Node
