"""The memories that go along with runs, and what each makes of the steps of a space."""

from collections.abc import Callable, Hashable

from msgspec import Struct

from fsm.explore.columns import Masks, rows_of
from fsm.explore.emit import Values
from fsm.explore.space import Space
from fsm.logic.watch import NOWHERE, Seen, Watch


class Room(Struct, frozen=True):
    """One memory. `bad`: where the property is refuted (None: nowhere). `over`: it is refuted
    neither here nor later, so that nobody need come here. `open`: may a run that stays for ever
    refute it? `nodes`: whoever explores keeps here which nodes have this memory, by state."""

    memory: Values
    bad: Seen | None
    over: bool
    open: bool
    nodes: dict[int, int]
    rows: "list[tuple[Row, Masks | None]]"


# The ways that a step opens: by how much a label is more than its number, where it leads, and by
# state in which variants (None: all).
Row = tuple[tuple[int, Room, Masks | None], ...]


class Rooms:
    """The rooms of a watch beside a space; `over` tells which memories need not be followed."""

    def __init__(self, space: Space, watch: Watch, over: Callable[[Values], bool]) -> None:
        steps = space.successors.steps
        self.watch, self.over, self.size = watch, over, len(steps)
        self.marks: set[int] = {0}  # that some way may have
        self._letters = [watch.letter(n, s) for n, s in enumerate(steps)]
        self._rooms: dict[Values, Room] = {}

    def of(self, memory: Values) -> Room:
        """The room of a memory."""
        found = self._rooms.get(memory)
        if found is None:
            watch, bad = self.watch, self.watch.bad(memory)
            found = self._rooms[memory] = Room(
                memory, None if bad == NOWHERE else bad, self.over(memory),
                watch.watched_for_ever(memory), {}, [],
            )  # fmt: skip
        return found

    def rows(self, room: Room) -> list[tuple[Row, Masks | None]]:
        """By step, the ways out of a room, and where the watch has no value (None: nowhere). A
        label is the number of the step, plus `size` times the marks of the way."""
        if not room.rows:
            by_letter: dict[Hashable, tuple[Row, Masks | None]] = {}
            for letter in set(self._letters):
                found = self.watch.after(room.memory, letter)
                self.marks.update(way.marks for way in found.ways)
                row = tuple(
                    (self.size * way.marks, into, rows_of(way.where))
                    for way in found.ways
                    if not (into := self.of(way.memory)).over
                )
                by_letter[letter] = row, rows_of(found.faulty)
            room.rows.extend(map(by_letter.__getitem__, self._letters))
        return room.rows
