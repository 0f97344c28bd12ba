"""What names mean at one place of a spec.

Names are looked up from the inside out: bound names (fields, chosen values, quantifier variables),
the machine in which the expression stands, its group, the top level.
"""

from collections.abc import Collection, Iterator, Mapping
from enum import Enum

from msgspec import Struct
from msgspec.structs import replace

from fsm.expressions import IntType, Local, Type
from fsm.model import ConfigVariable, Constant

INDEX = "index"


class Kind(Enum):
    """What sort of thing a name stands for; the value is how messages call it."""

    CONSTANT = "a constant"
    CONFIG = "a switch or question"
    LOCAL = "a bound name"
    VARIABLE = "a variable"
    CLOCK = "a clock"
    EVENT = "an event"
    MACHINE = "a machine"
    GROUP = "a group"


class Meaning(Struct, frozen=True):
    """A declaration: its kind and its qualified name."""

    kind: Kind
    name: str

    @property
    def owner(self) -> str:
        """The machine or group whose copies have one of these each ("" for the top level)."""
        if self.kind in (Kind.MACHINE, Kind.GROUP):
            return self.name
        return self.name.rpartition(".")[0]


class MachineNames(Struct, frozen=True):
    """The states of a machine: `states` (of any depth) and `tags` stand for their leaves.

    `leaves` are all innermost states, in the order of the spec.
    """

    states: Mapping[str, tuple[str, ...]]
    tags: Mapping[str, tuple[str, ...]]
    leaves: tuple[str, ...]

    def leaves_of(self, name: str) -> tuple[str, ...] | None:
        """The leaves for which a state or tag stands; None if the machine has neither."""
        return self.states.get(name, self.tags.get(name))

    def names(self) -> tuple[str, ...]:
        """States, then tags."""
        return (*self.states, *self.tags)


class Scope(Struct, frozen=True):
    """Every declaration, and from where they are looked at.

    The keys of `variables`, `clocks`, `events`, `machines` and `copies` are qualified names.
    `copies` has an entry for every machine and every group: its own `count`, None without one (a
    machine inside a group has none of its own). `here` is the machine or group in which the
    expression stands, "" at the top. `locals` are the bound names; `index` need not be among
    them, it is known wherever `here` has copies, unless `allow_index` is False.
    """

    constants: Mapping[str, Constant] = {}
    config: Mapping[str, ConfigVariable] = {}
    variables: Mapping[str, Type] = {}
    clocks: Collection[str] = ()
    events: Collection[str] = ()
    machines: Mapping[str, MachineNames] = {}
    copies: Mapping[str, int | None] = {}
    here: str = ""
    locals: Mapping[str, Type] = {}
    allow_ghosts: bool = False
    allow_state: bool = True
    allow_config: bool = True
    allow_index: bool = True

    def with_locals(self, extra: Mapping[str, Type]) -> "Scope":
        """This scope with more bound names; they hide what they repeat."""
        return replace(self, locals={**self.locals, **extra})

    def inside(self, here: str) -> "Scope":
        """The same declarations, seen from a machine or group."""
        return replace(self, here=here)

    def only_constants(self, *, config: bool = False, index: bool = False) -> "Scope":
        """Where nothing but constants may be read, and configuration or `index` if so said."""
        kept = {INDEX: self.locals[INDEX]} if index and INDEX in self.locals else {}
        return replace(
            self,
            locals=kept,
            allow_ghosts=False,
            allow_state=False,
            allow_config=config,
            allow_index=index,
        )

    def lookup(self, name: str) -> Meaning | None:
        """What a bare name stands for here; None if nobody declared it."""
        if name in self.locals or (name == INDEX and self.own_index() is not None):
            return Meaning(Kind.LOCAL, name)
        for outer in self._outwards():
            if found := self.member(outer, name):
                return found
        if name in self.constants:
            return Meaning(Kind.CONSTANT, name)
        if name in self.config:
            return Meaning(Kind.CONFIG, name)
        return None

    def member(self, owner: str, name: str) -> Meaning | None:
        """What `name` stands for inside a machine or group ("" for the top level)."""
        qualified = f"{owner}.{name}" if owner else name
        if "." in name:
            return None
        if qualified in self.variables:
            return Meaning(Kind.VARIABLE, qualified)
        if qualified in self.clocks:
            return Meaning(Kind.CLOCK, qualified)
        if qualified in self.events:
            return Meaning(Kind.EVENT, qualified)
        if qualified in self.machines:
            return Meaning(Kind.MACHINE, qualified)
        if qualified in self.copies:
            return Meaning(Kind.GROUP, qualified)
        return None

    def members(self, owner: str) -> Iterator[str]:
        """The bare names declared directly inside a machine or group."""
        for table in (self.variables, self.clocks, self.events, self.machines, self.copies):
            for qualified in table:
                outer, _, name = qualified.rpartition(".")
                if outer == owner:
                    yield name

    def visible(self) -> Iterator[str]:
        """Every bare name that means something here, innermost first."""
        yield from self.locals
        if self.own_index() is not None:
            yield INDEX
        for outer in self._outwards():
            yield from self.members(outer)
        yield from self.constants
        yield from self.config

    def counted(self, owner: str) -> tuple[str, int] | None:
        """The machine or group whose copies `owner` belongs to, and how many; None if one only."""
        while owner:
            count = self.copies.get(owner)
            if count is not None:
                return owner, count
            owner = owner.rpartition(".")[0]
        return None

    def own_index(self) -> Local | None:
        """`index` of the copy in which the expression stands; None where there are no copies."""
        counted = self.counted(self.here)
        if counted is None or not self.allow_index:
            return None
        return Local(INDEX, IntType(0, counted[1] - 1))

    def own_copy(self, owner: str) -> Local | None:
        """`index`, if the copies of `owner` are those in which the expression stands."""
        counted = self.counted(owner)
        return self.own_index() if counted and counted == self.counted(self.here) else None

    def _outwards(self) -> Iterator[str]:
        place = self.here
        while place:
            yield place
            place = place.rpartition(".")[0]
        yield ""
