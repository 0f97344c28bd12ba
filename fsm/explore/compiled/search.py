"""Breadth-first search in machine code, level by level and block by block.

Only the levels at hand are kept, and no state knows where it came from: a shortest run is found by
searching once more, in one variant, up to the level that has what is looked for, and then back
through the levels that were kept this time.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from fsm.explore.compiled import kernels
from fsm.explore.compiled.kernels import BOX, FOUND, NOTES, Shape
from fsm.explore.compiled.memory import Block, Ledger, OutOfMemory
from fsm.explore.compiled.store import Machine, Store
from fsm.explore.space import INTERRUPTED, MEMORY, Limits, Progress, exceeded

PATCH = 1 << 15  # states of a block, and so between two looks at the clock
NO_LIMIT = 1 << 62
Note = tuple[int, int, int]  # what was noticed: its code, the state, the variants


@dataclass(slots=True)
class Patch:
    """A part of a level: some states, and in a family the variants that are new in each."""

    states: Block
    masks: Block | None
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
            masks = Block(self.ledger, self.room) if self.shape.family else None
            self.patches.append(Patch(Block(self.ledger, self.room, self.shape.bits), masks))
        return self.patches[-1]

    def free(self) -> None:
        """Give the memory back."""
        for patch in self.patches:
            patch.free()
        self.patches.clear()


class Search:
    """One search. `found` has a mask for what kernels answer (STUCK, QUIET, then the questions);
    `notes` calls back for what was noticed on the way. `limit` says what cut it short."""

    def __init__(
        self, machine: Machine, ledger: Ledger, limits: Limits,
        noticed: Callable[[Note], None] = lambda _: None, progress: Progress | None = None,
    ) -> None:  # fmt: skip
        self.machine, self.ledger, self.limits = machine, ledger, limits
        self._noticed, self._progress = noticed, progress
        self.limit = ""
        self.depth = 0
        self.level: Level | None = None
        self.store = Store(machine, ledger)
        shape, most = machine.shape, machine.program.most
        self._room = max(PATCH, 4 * most)
        self._found = Block(ledger, FOUND + machine.questions_asked)
        self._hit = Block(ledger, machine.program.codes.end, 8)
        self._notes = [Block(ledger, NOTES + most, bits) for bits in (64, shape.bits, 64)]
        box = self.store.box
        box[kernels.LIMIT] = NO_LIMIT if limits.states is None else limits.states

    @property
    def states(self) -> int:
        """Distinct states, up to the limit."""
        return min(self.store.box[kernels.STATES], self.store.box[kernels.LIMIT])

    @property
    def steps(self) -> int:
        """Steps taken; of a family with those that were taken again for other variants."""
        return self.store.box[kernels.STEPS]

    def found(self, place: int) -> int:
        """The variants for which something was found."""
        return self._found[place]

    def taken(self) -> Iterable[int]:
        """The codes of the steps that were taken."""
        return self._hit.ones()

    # --- the search ---------------------------------------------------------------------------

    def start(self, initial: Iterable[tuple[int, int]]) -> None:
        """The first level: states, and the variants in which a run starts there."""
        level = Level(self.ledger, self.machine.shape, self._room)
        given = Level(self.ledger, self.machine.shape, self._room)
        for state, mask in initial:
            patch = given.open(1)
            patch.states[patch.count] = state
            if patch.masks:
                patch.masks[patch.count] = mask
            patch.count += 1
            if patch.count == given.room:
                self._enter(given, level)
        self._enter(given, level)
        self.level = level

    def _enter(self, given: Level, level: Level) -> None:
        for patch in given.patches:
            self._through(patch, level, self._call_enter)
        given.free()

    def _call_enter(self, patch: Patch, into: Patch) -> None:
        self.machine.code("enter")(
            patch.states.address, _address(patch.masks), into.states.address,
            _address(into.masks), self.store.box.address, self.store.seen.address,
            _address(self.store.reach),
        )  # fmt: skip

    def _call_search(self, patch: Patch, into: Patch) -> None:
        codes, states, masks = self._notes
        seen, reach, box = self.store.arrays
        self.machine.code("search")(
            patch.states.address, _address(patch.masks), into.states.address,
            _address(into.masks), box, seen, reach, self._hit.address, codes.address,
            states.address, masks.address, self._found.address,
        )  # fmt: skip

    def run(self, whole: Callable[[Level], bool] | None = None) -> None:
        """To the end, or until a limit is reached or `whole` is content with a level.

        What stays of the levels is up to `whole`; without it they are given back. Where it stops
        for a limit, `limit` says so, and what was found is a lower bound.
        """
        try:
            while self.level is not None and self.level.patches and not self.limit:
                if whole is not None and whole(self.level):
                    return
                self.level = self._next(self.level, keep=whole is not None)
                self.depth += bool(self.level.patches) and not self.limit
        except OutOfMemory:
            self.limit = MEMORY
        except KeyboardInterrupt:
            self.limit = INTERRUPTED

    def _next(self, level: Level, *, keep: bool) -> Level:
        following = Level(self.ledger, self.machine.shape, self._room)
        for patch in level.patches:
            self._through(patch, following, self._call_search)
            if not keep:
                patch.free()
            if self.limit:
                break
        return following

    def _through(
        self, patch: Patch, following: Level, call: Callable[[Patch, Patch], None]
    ) -> None:  # fmt: skip
        """Call a kernel until it is through with a patch, making room for it in between."""
        box, most = self.store.box, self.machine.program.most
        box[kernels.FIRST], box[kernels.LAST] = 0, patch.count
        while box[kernels.FIRST] < patch.count:
            into = following.open(most)
            if self.machine.shape.bitset is None:
                self.store.grow(most)
            box[kernels.TAIL], box[kernels.ROOM] = into.count, following.room
            call(patch, into)
            into.count = box[kernels.TAIL]
            if not into.count:
                following.patches.pop().free()
            self._look_up()
            if self.limit:
                return

    def _look_up(self) -> None:
        box = self.store.box
        if box[kernels.NOTED]:
            notes = list(zip(*(
                [block[k] for k in range(box[kernels.NOTED])] for block in self._notes
            ), strict=True))  # fmt: skip
            box[kernels.NOTED] = 0
            for code, state, mask in notes:
                self._noticed((code, state, mask))
        if self._progress is not None:
            self._progress("exploring", self.states)
        if box[kernels.STATES] > box[kernels.LIMIT]:
            self.limit = f"{self.limits.states} states"
        else:
            self.limit = exceeded(self.limits)

    def free(self) -> None:
        """Give the memory back."""
        if self.level is not None:
            self.level.free()
        self.store.free()
        for block in (self._found, self._hit, *self._notes):
            block.free()


def _address(block: Block | None) -> int:
    return 0 if block is None else block.address


assert max(kernels.CAPACITY, kernels.LIMIT) < BOX
