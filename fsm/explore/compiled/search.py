"""Breadth-first search in machine code, level by level and block by block.

No state knows where it came from: a shortest run is found by going back through the levels. Those
of a single variant are kept while they are small enough; where they are not, and in a family, one
searches once more, in one variant, up to the level that has what is looked for.
"""

import time
from collections.abc import Callable, Iterable

from fsm.explore.compiled import kernels
from fsm.explore.compiled.kernels import BOX, FOUND, NOTES
from fsm.explore.compiled.levels import Level, Patch
from fsm.explore.compiled.memory import Block, Ledger, OutOfMemory
from fsm.explore.compiled.store import Machine, Store
from fsm.explore.space import INTERRUPTED, MEMORY, TIME, Limits, Progress

PATCH = 1 << 15  # states of a block, and so between two looks at the clock
NO_LIMIT = 1 << 62
KEPT = 1 << 28  # bytes of levels that are kept
Note = tuple[int, int, int]  # what was noticed: its code, the state, the variants


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
        self.kept: list[Level] | None = None  # the levels so far, if all of them are kept
        self._kept_bytes = 0
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
            if self.machine.shape.family:
                patch.masks = patch.masks or Block(self.ledger, self._room)
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
            self.store.box.address, self.store.seen.address, _address(self.store.reach),
        )  # fmt: skip

    def _call_search(self, patch: Patch, into: Patch) -> None:
        codes, states, masks = self._notes
        seen, reach, box = self.store.arrays
        self.machine.code("search")(
            patch.states.address, _address(patch.masks), into.states.address, box, seen, reach,
            self._hit.address, codes.address, states.address, masks.address, self._found.address,
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
                self._keep(self.level)
                self.level = self._next(self.level, keep=whole is not None)
                self.depth += bool(self.level.patches) and not self.limit
        except OutOfMemory:
            self.limit = MEMORY
        except KeyboardInterrupt:
            self.limit = INTERRUPTED

    def _keep(self, level: Level) -> None:
        if self.kept is not None:
            self.kept.append(level)
            self._kept_bytes += level.trim()
            if self._kept_bytes > KEPT:
                self.forget(level)

    def forget(self, but: Level | None = None) -> bool:
        """Give back the levels that were kept, except one that is still needed. Was there any?"""
        if not self.kept:
            self.kept = None
            return False
        for level in self.kept:
            if level is not but:
                level.free()
        self.kept = None
        return True

    def _next(self, level: Level, *, keep: bool) -> Level:
        following = Level(self.ledger, self.machine.shape, self._room)
        if self.machine.shape.family:
            for patch in level.patches:  # all of them: their search adds to the next level's
                patch.masks = Block(self.ledger, patch.count)
                self.machine.code("gather")(
                    patch.states.address, patch.masks.address, patch.count,
                    self.store.seen.address, _address(self.store.reach), self.store.box.address,
                )  # fmt: skip
        for patch in level.patches:
            self._through(patch, following, self._call_search)
            if not keep and self.kept is None:
                patch.free()
            if self.limit:
                break
        if not keep and self.kept is None:  # they may have been given up on the way
            level.free()
        return following

    def _through(
        self, patch: Patch, following: Level, call: Callable[[Patch, Patch], None]
    ) -> None:  # fmt: skip
        """Call a kernel until it is through with a patch, making room for it in between."""
        box, most = self.store.box, self.machine.program.most
        box[kernels.FIRST], box[kernels.LAST] = 0, patch.count
        while box[kernels.FIRST] < patch.count:
            try:
                into = following.open(most)
                if self.machine.shape.bitset is None:
                    self.store.grow(most)
            except OutOfMemory:
                if not self.forget(self.level):
                    raise
                continue
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
        elif self.limits.deadline is not None and time.monotonic() > self.limits.deadline:
            self.limit = TIME

    def free(self) -> None:
        """Give the memory back."""
        self.forget()
        if self.level is not None:
            self.level.free()
        self.store.free()
        for block in (self._found, self._hit, *self._notes):
            block.free()


def _address(block: Block | None) -> int:
    return 0 if block is None else block.address


assert max(kernels.CAPACITY, kernels.LIMIT) < BOX
