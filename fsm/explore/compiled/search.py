"""Breadth-first search in machine code, level by level and block by block.

No state knows where it came from: a shortest run is found by going back through the levels. Those
of a single variant are kept while they are small enough; where they are not, and in a family, one
searches once more, in one variant, up to the level that has what is looked for.

A level that is large enough is expanded by several threads (`fsm.explore.compiled.crew`), by the
code that one thread runs. What is found does not depend on how many there are. Once there are as
many states as may be, the rest of the level is still looked at, so that it does not depend on the
order in a level either: all of it is known up to one distance.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from operator import or_

from fsm.explore.compiled import crew, kernels
from fsm.explore.compiled.crew import Crew, pieces_of
from fsm.explore.compiled.hand import Hand, Note, address
from fsm.explore.compiled.kernels import BOX
from fsm.explore.compiled.levels import Level, Patch
from fsm.explore.compiled.memory import Block, Ledger, OutOfMemory
from fsm.explore.compiled.store import Machine, Store
from fsm.explore.space import INTERRUPTED, MEMORY, TIME, Limits, Progress

PATCH = 1 << 15  # states of a block, and so between two looks at the clock
NO_LIMIT = 1 << 62
KEPT = 1 << 28  # bytes of levels that are kept where runs will be asked for
SPARE = 1 << 25  # where that may be, or may not be, if that is more than a quarter of the store
AT_ONCE = 8  # patches a thread between two looks at what only one thread can do


class Search:
    """One search, by so many `threads` at most. `found` has a mask for what kernels answer (STUCK,
    QUIET, then the questions); `noticed` hears what was noticed on the way. `limit` says what cut
    it short."""

    def __init__(
        self, machine: Machine, ledger: Ledger, limits: Limits,
        noticed: Callable[[Note], None] = lambda _: None, progress: Progress | None = None,
        threads: int = 1,
    ) -> None:  # fmt: skip
        self.ledger, self.limits = ledger, limits
        self._noticed, self._progress = noticed, progress
        self.limit = ""
        self.depth = 0
        self.level: Level | None = None
        self.kept: list[Level] | None = None  # the levels so far, if all of them are kept
        self.runs_expected = True
        self._kept_bytes = 0
        # By place in `found`: the least distance at which something was found, in any variant.
        self.nearest: dict[int, int] = {}
        self.shown: dict[tuple[int, int], list[int]] = {}  # see `fsm.explore.compiled.paths`
        self.store = Store(machine, ledger)
        self._room = max(PATCH, 4 * machine.room)
        self._idle: list[Block] = []
        self._hand = Hand(machine, ledger, self.store.box)
        self._crew: Crew | None = None
        self.most_threads = threads if machine.shared else 1
        self._full = False  # are there as many states as may be?
        box = self.store.box
        box[kernels.LIMIT] = NO_LIMIT if limits.states is None else limits.states

    @property
    def machine(self) -> Machine:
        """The code for the store as it is now."""
        return self.store.machine

    @property
    def states(self) -> int:
        """Distinct states, up to the limit."""
        return min(self.store.box[kernels.STATES], self.store.box[kernels.LIMIT])

    @property
    def steps(self) -> int:
        """Steps taken; of a family with those that were taken again for other variants."""
        return self.store.box[kernels.STEPS]

    @property
    def ended(self) -> int:
        """States without any step; of a family, how often one had none in some variant."""
        return self.store.box[kernels.ENDED]

    @property
    def threads(self) -> int:
        """How many took part."""
        return 1 if self._crew is None else len(self._crew.hands)

    @property
    def _hands(self) -> Iterable[Hand]:
        return (self._hand, *(self._crew.hands if self._crew is not None else ()))

    def found(self, place: int) -> int:
        """The variants for which something was found."""
        found = [hand.found[place] for hand in self._hands]
        sets = self.machine.sets
        return reduce(or_, found) if sets is None else sets.union(found)

    def taken(self) -> set[int]:
        """The codes of the steps that were taken."""
        return {code for hand in self._hands for code in hand.hit.ones()}

    # --- the search ---------------------------------------------------------------------------

    def start(self, initial: Iterable[tuple[int, int]]) -> None:
        """The first level: states, and the variants in which a run starts there."""
        level, given = self._empty(), self._empty()
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

    def _empty(self) -> Level:
        return Level(self.ledger, self.machine.shape, self._room, self._idle)

    def _enter(self, given: Level, level: Level) -> None:
        for patch in given.patches:
            self._through(patch, level, self._call_enter)
        given.free()

    def _call_enter(self, patch: Patch, into: Patch) -> None:
        seen, reach, box = self.store.arrays
        self.machine.code("enter")(
            patch.states.address, address(patch.masks), into.states.address, box, seen, reach
        )
        if self.store.box[kernels.STATES] > self.store.box[kernels.LIMIT]:
            self.limit = f"{self.limits.states} states"

    def _call_search(self, patch: Patch, into: Patch) -> None:
        self._hand.expand(self.machine.code(self._kernel), self.store, patch, into)

    @property
    def _kernel(self) -> str:
        return "look" if self._full else "search"

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
                self._note_distances()
                self.depth += bool(self.level.patches) and not self.limit
        except OutOfMemory:
            self.limit = MEMORY
        except KeyboardInterrupt:
            self.limit = INTERRUPTED
        finally:
            if self._crew is not None:
                self._crew.close()

    def _note_distances(self) -> None:
        for place in range(kernels.FOUND + self.machine.questions_asked):
            if place not in self.nearest and self.found(place):
                self.nearest[place] = self.depth

    def _keep(self, level: Level) -> None:
        if self.kept is not None:
            self.kept.append(level)
            self._kept_bytes += level.trim()
            if self._kept_bytes > self._worth_keeping():
                self.forget(level)

    def _worth_keeping(self) -> int:
        """Bytes of levels. To search once more, up to where a run leads, takes as long as before
        at most: that is a bad bargain only for who surely needs it."""
        return KEPT if self.runs_expected else min(KEPT, max(SPARE, self.store.size // 4))

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
        following = self._empty()
        if self.machine.shape.family:
            self._gather_masks(level)
        gathered = self._gathered(level)
        size = AT_ONCE * len(gathered.hands) if gathered is not None else 1
        first = 0
        while patches := level.patches[first : first + size]:
            if gathered is not None:
                self._together(gathered, patches)
            else:
                self._through(patches[0], following, self._call_search)
            if keep or self.kept is not None:
                first += size
            else:
                level.drop(first, first + size)
            if self.limit:
                break
        if gathered is not None:
            following.patches += gathered.collect()
        if not keep and self.kept is None:  # they may have been given up on the way
            level.free()
        if self._full:
            self.limit = self.limit or f"{self.limits.states} states"
        return following

    def _gather_masks(self, level: Level) -> None:
        """Of all its states, before any is expanded: that adds to the masks of the next level."""
        seen, reach, box = self.store.arrays
        gather = self.machine.code("gather")
        for patch in level.patches:
            patch.masks = Block(self.ledger, patch.count)
            gather(patch.states.address, patch.masks.address, patch.count, seen, reach, box)

    def _gathered(self, level: Level) -> Crew | None:
        """The threads for a level, if it is worth their while and there is room for what they
        write."""
        count = sum(patch.count for patch in level.patches)
        if self.most_threads == 1 or count < 2 * crew.PIECE:
            return None
        if self._crew is None:
            try:
                self._crew = Crew(
                    self.most_threads, self.ledger, self.store, self._room, self._idle,
                    self._noticed,
                )  # fmt: skip
            except OutOfMemory:
                self.most_threads = 1
        return self._crew

    def _together(self, gathered: Crew, patches: Sequence[Patch]) -> None:
        """Let all threads expand some patches."""
        pieces = pieces_of(patches, len(gathered.hands))
        while pieces and not self.limit:
            try:
                if not self._full:
                    self.store.grow(len(gathered.hands) * self.machine.room)
                gathered.round(pieces, self._kernel, self._look_up)
            except OutOfMemory:
                if not self.forget(self.level):
                    raise
            self._look_up()

    def _through(
        self, patch: Patch, following: Level, call: Callable[[Patch, Patch], None]
    ) -> None:  # fmt: skip
        """Call a kernel until it is through with a patch, making room for it in between."""
        box, most = self.store.box, self.machine.room
        box[kernels.FIRST], box[kernels.LAST] = 0, patch.count
        while box[kernels.FIRST] < patch.count and not self.limit:
            try:
                into = following.open(most)
                if not self._full:
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
            for note in self._hand.notes():
                self._noticed(note)
            self._look_up()

    def _look_up(self) -> bool:
        """Is a limit reached that ends the search at once?"""
        box = self.store.box
        if self._progress is not None:
            self._progress("exploring", self.states)
        self._full = box[kernels.STATES] > box[kernels.LIMIT]
        if self.limits.deadline is not None and time.monotonic() > self.limits.deadline:
            self.limit = TIME
        return bool(self.limit)

    def free(self) -> None:
        """Give the memory back."""
        self.forget()
        if self.level is not None:
            self.level.free()
        if self._crew is not None:
            self._crew.free()
        for block in self._idle:
            block.free()
        self._hand.free()
        self.store.free()


assert kernels.ENDED < BOX
