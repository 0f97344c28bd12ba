"""The states at one distance from the start, in patches that fill one after the other."""

from msgspec import Struct

from fsm.explore.compiled.kernels import Shape
from fsm.explore.compiled.memory import Block, Ledger

IDLE = 8  # blocks that wait for the next patch: memory that is new, the system clears at some cost


class Patch(Struct):
    """A part of a level: some states, and in a family, once it is their turn, the variants that
    are new in each."""

    states: Block
    masks: Block | None = None
    count: int = 0

    def free(self) -> None:
        """Give the memory back."""
        self.states.free()
        if self.masks:
            self.masks.free()


class Level(Struct):
    """The states at one distance, in patches; `room` is that of each. Levels of one search share
    their `idle` blocks."""

    ledger: Ledger
    shape: Shape
    room: int
    idle: list[Block] = []
    patches: list[Patch] = []

    def open(self, needed: int) -> Patch:
        """The patch to write to: the last, unless it has not enough room left."""
        if not self.patches or self.room - self.patches[-1].count < needed:
            if self.idle:
                states = self.idle.pop()
            else:
                states = Block(self.ledger, self.room, self.shape.listed)
            self.patches.append(Patch(states))
        return self.patches[-1]

    def drop(self, first: int, last: int) -> None:
        """Do without some patches: their blocks are for those that are opened next."""
        for patch in self.patches[first:last]:
            if patch.states.length == self.room and len(self.idle) < IDLE:
                self.idle.append(patch.states)
            else:
                patch.free()
        del self.patches[first:last]

    def trim(self) -> int:
        """Keep the memory for what is there alone; how many bytes that is."""
        for patch in self.patches:
            patch.states.trim(patch.count)
        return sum(patch.states.size for patch in self.patches)

    def free(self) -> None:
        """Give the memory back."""
        for patch in self.patches:
            patch.free()
        self.patches.clear()
