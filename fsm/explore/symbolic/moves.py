"""Relations between states: what a step changes, as parts that are joined one after the other.

What a move leaves alone is not mentioned, so a move of one process costs nothing for the others.
Values that do not depend on the state are set, not related. Source: Burch, Clarke & Long,
"Symbolic model checking with partitioned transition relations", VLSI 1991 (partitions, early
quantification).
"""

from collections.abc import Sequence

from msgspec import Struct

from fsm.explore.symbolic.diagrams import Diagram, Diagrams
from fsm.explore.symbolic.fields import Field

JOINED = 2_000  # nodes up to which parts are made one


class Move(Struct):
    """A way in which something happens: an action (None: spontaneous, or a delay) and the edge
    that leads it (None: whoever listens). `choice` are variables that tell listeners' choices."""

    diagrams: Diagrams
    action: int | None
    lead: int | None
    parts: list[Diagram]
    related: tuple[Field, ...]  # their value after the step is a function of the state
    fixed: tuple[tuple[Field, int], ...]  # and theirs is this number
    choice: tuple[str, ...] = ()
    delay: bool = False
    touched: frozenset[str] = frozenset()  # the variables that it may change
    _forward: list[tuple[Diagram, list[str]]] = []
    _backward: list[tuple[Diagram, list[str]]] = []
    _domain: Diagram = None
    _back: dict[str, str] = {}
    _forth: dict[str, str] = {}
    _numbers: dict[str, bool] = {}
    _cube: Diagram = None

    def __post_init__(self) -> None:
        self.parts = _joined(self.diagrams, self.parts)
        before = [bit for f in self.related for bit in f.bits]
        before += [bit for f, _ in self.fixed for bit in f.bits]
        after = [bit for f in self.related for bit in f.after]
        self._forward = _schedule(self.diagrams, self.parts, [*before, *self.choice])
        self._backward = _schedule(self.diagrams, self.parts, [*after, *self.choice])
        pairs = [pair for f in self.related for pair in zip(f.bits, f.after, strict=True)]
        self._back, self._forth = {a: b for b, a in pairs}, dict(pairs)
        for place, number in self.fixed:
            self._numbers |= place.digits(number)
        self._cube = self.diagrams.cube(self._numbers)
        self.touched = frozenset((*self._forth, *self._numbers))

    def image(self, states: Diagram) -> Diagram:
        """Where the move leads from the set."""
        for part, names in self._forward:
            states = self.diagrams.joint(states, part, names)
        if states == self.diagrams.false:
            return states
        return self.diagrams.substitute(states, self._back) & self._cube

    def preimage(self, states: Diagram) -> Diagram:
        """From where the move leads into the set."""
        if states & self._cube == self.diagrams.false:
            return self.diagrams.false
        states = self.diagrams.substitute(states, self._numbers)
        states = self.diagrams.substitute(states, self._forth)
        for part, names in self._backward:
            states = self.diagrams.joint(states, part, names)
        return states

    @property
    def domain(self) -> Diagram:
        """Where the move can be made."""
        if self._domain is None:
            self._domain = self.preimage(self.diagrams.true)
        return self._domain

    def pairs(self, states: Diagram) -> Diagram:
        """The members of the set with what the move makes of them: state, choice, next state."""
        for part in self.parts:
            states = self.diagrams.joint(states, part, ())
        return states

    def with_memory(
        self, parts: Sequence[Diagram], related: Sequence[Field],
        fixed: Sequence[tuple[Field, int]],
    ) -> "Move":  # fmt: skip
        """The same move with what an observer makes of it."""
        return Move(
            self.diagrams, self.action, self.lead, [*self.parts, *parts],
            (*self.related, *related), (*self.fixed, *fixed), self.choice, self.delay,
        )  # fmt: skip


def _joined(diagrams: Diagrams, parts: list[Diagram]) -> list[Diagram]:
    """Parts made one where that stays small."""
    joined: list[Diagram] = []
    for part in parts:
        if part == diagrams.true:
            continue
        if joined:
            both = joined[-1] & part
            if len(both) <= JOINED:
                joined[-1] = both
                continue
        joined.append(part)
    return joined or [diagrams.true]


def _schedule(
    diagrams: Diagrams, parts: Sequence[Diagram], names: Sequence[str]
) -> list[tuple[Diagram, list[str]]]:
    """Each part with the variables that no later part reads: they go as early as they can."""
    left = set(names)
    schedule: list[tuple[Diagram, list[str]]] = []
    for k, part in enumerate(parts):
        later = set[str]().union(*(diagrams.manager.support(p) for p in parts[k + 1 :]))
        going = sorted(left - later)
        left -= set(going)
        schedule.append((part, going))
    return schedule
