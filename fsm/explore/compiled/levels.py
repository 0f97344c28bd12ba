"""The states at one distance from the start, in patches that fill one after the other."""

from dataclasses import dataclass, field

from fsm.explore.compiled.kernels import Shape
from fsm.explore.compiled.memory import Block, Ledger


@dataclass(slots=True)
class Patch:
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


@dataclass(slots=True)
class Level:
    """The states at one distance, in patches; `room` is that of each."""

    ledger: Ledger
    shape: Shape
    room: int
    patches: list[Patch] = field(default_factory=list)

    def open(self, needed: int) -> Patch:
        """The patch to write to: the last, unless it has not enough room left."""
        if not self.patches or self.room - self.patches[-1].count < needed:
            self.patches.append(Patch(Block(self.ledger, self.room, self.shape.listed)))
        return self.patches[-1]

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
