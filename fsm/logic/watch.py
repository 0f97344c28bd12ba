"""What goes along with a run: a memory beside each state, and what it makes of the next one.

What a memory makes of a state is told for all states and variants at once, as columns; so a search
through pairs of both asks once for each memory, and only looks up after that.
"""

from collections.abc import Callable, Hashable, Iterator
from operator import and_
from typing import Any, Protocol

from msgspec import Struct

from fsm.explore.columns import Column, Masks
from fsm.explore.emit import Values
from fsm.explore.successors import StepInfo

# Gives the states of a column that are reached in some way, and the variants in which they are.
Reached = Callable[[Column], Iterator[tuple[int, int]]]


class Seen(Struct, frozen=True):
    """By state, the variants in which something is true (None: nowhere), and those in which it has
    no value (None: nowhere)."""

    true: Column | None = None
    faulty: Column | None = None

    def here(self, state: int, mask: int, without_value: Callable[[], Exception]) -> int:
        """The variants of a mask in which it is true in a state."""
        if self.faulty is not None and self.faulty.at(state) & mask:
            raise without_value()
        return 0 if self.true is None else mask & self.true.at(state)

    def among(self, reach: Masks, without_value: Callable[[], Exception]) -> list[int]:
        """The same for all states, each with a mask."""
        if self.faulty is not None and any(self.faulty.within(reach)):
            raise without_value()
        return [0] * len(reach) if self.true is None else [*map(and_, reach, self.true.rows)]


NOWHERE = Seen()


class Way(Struct, frozen=True):
    """The marks of an arc, the memory that it leads to, and by state the variants in which it does
    (None: in all)."""

    marks: int
    memory: Values
    where: Column | None


class Ways(Struct, frozen=True):
    """All that may follow, and where that has no value (None: nowhere)."""

    ways: tuple[Way, ...]
    faulty: Column | None = None

    def here(
        self, state: int, mask: int, without_value: Callable[[], Exception]
    ) -> Iterator[tuple[Values, int]]:
        """The memories in a state, and the variants of each."""
        if self.faulty is not None and self.faulty.at(state) & mask:
            raise without_value()
        for way in self.ways:
            m = mask if way.where is None else mask & way.where.at(state)
            if m:
                yield way.memory, m


class Watch(Protocol):
    """What goes along with a run: a deterministic observer, or a Büchi automaton."""

    marks: int  # acceptance conditions

    def start(self, state: int, mask: int) -> list[tuple[Values, int]]:
        """The memories at the start of a run, and the variants of each."""
        ...

    def letter(self, number: int, info: StepInfo) -> Hashable:
        """What it sees of a step."""
        ...

    def after(self, memory: Values, letter: Any) -> Ways:
        """How it goes on after a step."""
        ...

    def bad(self, memory: Values) -> Seen:
        """The variants in which being in a state refutes the property."""
        ...

    def without_value(self) -> Exception:
        """What to raise where a test has no value."""
        ...

    def finished(self, memory: Values) -> bool:
        """Can nothing refute the property any more, whatever follows?"""
        ...

    def watched_for_ever(self, memory: Values) -> bool:
        """May a run that stays in such memories for ever refute the property?"""
        ...
