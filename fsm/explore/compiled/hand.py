"""What one thread of a search writes to."""

from collections.abc import Callable

from fsm.explore.compiled import kernels
from fsm.explore.compiled.kernels import FOUND, NOTES
from fsm.explore.compiled.levels import Patch
from fsm.explore.compiled.memory import Block, Ledger
from fsm.explore.compiled.store import Machine, Store

Note = tuple[int, int, int]  # what was noticed: its code, the state, the variants


class Hand:
    """Arrays that only one thread writes to: `found` has a mask for what kernels answer, `hit` a
    byte for each step that may be taken; `box` is the store's where one thread searches alone."""

    def __init__(self, machine: Machine, ledger: Ledger, box: Block) -> None:
        """Raises `OutOfMemory`."""
        bits, most = machine.shape.bits, machine.program.most
        self.box = box
        self.found = Block(ledger, FOUND + machine.questions_asked)
        self.hit = Block(ledger, machine.program.codes.end, 8)
        self._notes = [Block(ledger, NOTES + most, width) for width in (64, bits, 64)]

    def expand(
        self, kernel: Callable[..., int], store: Store, patch: Patch, into: Patch | None
    ) -> None:  # fmt: skip
        """Call a kernel that expands a part of a patch: from FIRST to LAST in the box."""
        seen, reach, _ = store.arrays
        fresh = (0, 0) if into is None else (into.states.address, address(into.masks))
        kernel(
            patch.states.address, address(patch.masks), *fresh, self.box.address, seen, reach,
            self.hit.address, *(block.address for block in self._notes), self.found.address,
        )  # fmt: skip

    def notes(self) -> list[Note]:
        """What was noticed since one last asked."""
        count = self.box[kernels.NOTED]
        self.box[kernels.NOTED] = 0
        codes, states, masks = self._notes
        return [(codes[k], states[k], masks[k]) for k in range(count)]

    def free(self) -> None:
        """Give the memory back, but for the box."""
        for block in (self.found, self.hit, *self._notes):
            block.free()


def address(block: Block | None) -> int:
    """Where it is; 0 where there is none."""
    return 0 if block is None else block.address
