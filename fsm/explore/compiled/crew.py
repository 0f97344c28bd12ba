"""Several threads that expand one level together.

They share the store, whose elements are written in one go (`fsm.explore.compiled.atomic`), and take
pieces of the level from one queue; everything else, each of them has for itself. Which of them
meets a state first is left to chance, so what is told must not depend on the order in a level.

A *round* ends when no piece is left or a thread has used up its share of the room in the table, or
of the states that may still be found. What needs all of the store is done between rounds.
Source: Laarman, van de Pol & Weber, "Boosting multi-core reachability performance with shared hash
tables", FMCAD 2010, pages 247 to 256, for a table without locks that all threads share.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Lock
from typing import Any

from fsm.explore.compiled import kernels
from fsm.explore.compiled.hand import Hand, Note
from fsm.explore.compiled.kernels import BOX
from fsm.explore.compiled.levels import Level, Patch
from fsm.explore.compiled.memory import Block, Ledger, OutOfMemory
from fsm.explore.compiled.store import Store

PIECE = 1 << 12  # states of a piece at least
LARGE = 4  # times as many at most: what lies side by side had better be one thread's
EACH = 4  # pieces a thread gets, for all of them to be done at the same time
Piece = tuple[Patch, int, int]  # states of a patch, from the first to before the last
Kernel = Callable[..., int]


class Crew:
    """`size` threads, the caller's among them. `noticed` is called by one of them at a time."""

    def __init__(
        self, size: int, ledger: Ledger, store: Store, room: int, idle: list[Block],
        noticed: Callable[[Note], None],
    ) -> None:  # fmt: skip
        """Raises `OutOfMemory`."""
        self.store, self._noticed = store, noticed
        self.hands = [Hand(store.machine, ledger, Block(ledger, BOX)) for _ in range(size)]
        self._levels = [Level(ledger, store.machine.shape, room, idle) for _ in range(size)]
        self._pool = ThreadPoolExecutor(size - 1, "fsm")
        self._lock = Lock()  # for what Python does: memory, and what was noticed
        self._stop = self._short = False

    def round(self, pieces: deque[Piece], kernel: str, enough: Callable[[], bool]) -> None:
        """Expand pieces; what is left of them stays. `enough` is asked now and then by the thread
        that called, and ends the round. Raises `OutOfMemory` where a thread found no room, and
        whatever a thread raised, once all of them are back."""
        code = self.store.machine.code(kernel)  # compiled before there are threads
        self._stop = self._short = False
        self._hand_out()
        tasks: list[Future[None]] = []
        try:
            for place in range(1, len(self.hands)):
                tasks.append(self._pool.submit(self._work, place, pieces, code))
            self._work(0, pieces, code, enough)
        finally:
            _come_back(tasks, self._halt)
            self._add_up()
        for task in tasks:
            task.result()
        if self._short:
            raise OutOfMemory

    def collect(self) -> Iterator[Patch]:
        """What was found since one last asked."""
        for level in self._levels:
            for patch in level.patches:
                if patch.count:
                    yield patch
                else:
                    patch.free()
            level.patches.clear()

    def close(self) -> None:
        """End the threads, once they are back."""
        self._halt()
        self._pool.shutdown()

    def _halt(self) -> None:
        self._stop = True

    def free(self) -> None:
        """Give the memory back."""
        for hand, level in zip(self.hands, self._levels, strict=True):
            level.free()
            hand.box.free()
            hand.free()

    def _hand_out(self) -> None:
        """To each its share of what may still be found."""
        whole, size = self.store.box, len(self.hands)
        for hand in self.hands:
            for place in (kernels.SIZE, kernels.SHIFT):
                hand.box[place] = whole[place]
            for place in (kernels.LIMIT, kernels.CAPACITY):
                hand.box[place] = max(0, whole[place] - whole[kernels.STATES]) // size

    def _add_up(self) -> None:
        for hand in self.hands:
            for place in (kernels.STATES, kernels.STEPS, kernels.ENDED):
                self.store.box[place] += hand.box[place]
                hand.box[place] = 0

    def _work(
        self, place: int, pieces: deque[Piece], code: Kernel,
        enough: Callable[[], bool] = lambda: False,
    ) -> None:  # fmt: skip
        try:
            while not self._stop:
                try:
                    patch, first, last = pieces.popleft()
                except IndexError:
                    return
                done = self._expand(place, code, patch, first, last)
                if done < last:
                    pieces.appendleft((patch, done, last))
                    return
                if enough():
                    self._stop = True
        except BaseException:
            self._stop = True
            raise

    def _expand(self, place: int, code: Kernel, patch: Patch, first: int, last: int) -> int:
        """Expand a piece; how far one came."""
        hand, level = self.hands[place], self._levels[place]
        box, most = hand.box, self.store.machine.room
        box[kernels.FIRST], box[kernels.LAST] = first, last
        while box[kernels.FIRST] < last and not self._stop:
            try:
                with self._lock:
                    into = level.open(most)
            except OutOfMemory:
                self._stop = self._short = True
                break
            box[kernels.TAIL], box[kernels.ROOM] = into.count, level.room
            hand.expand(code, self.store, patch, into)
            into.count = box[kernels.TAIL]
            if box[kernels.NOTED]:
                with self._lock:
                    for note in hand.notes():
                        self._noticed(note)
            if self._used_up(box, most):
                break
        return box[kernels.FIRST]

    def _used_up(self, box: Block, most: int) -> bool:
        states = box[kernels.STATES]
        if states > box[kernels.LIMIT]:
            return True
        table = self.store.machine.shape.bitset is None
        return table and states + most > box[kernels.CAPACITY]


def added_up(
    call: Callable[[int, int], int], parts: Iterable[tuple[int, int]], threads: int
) -> int:
    """The sum of what a kernel answers for parts of a store, by so many threads at once; it writes
    nothing that another part's call writes. Raises what asking for a next part does."""
    if threads == 1:
        return sum(call(low, high) for low, high in parts)
    found = 0
    tasks: deque[Future[int]] = deque()
    with ThreadPoolExecutor(threads, "fsm") as pool:
        try:
            for low, high in parts:
                tasks.append(pool.submit(call, low, high))
                if len(tasks) > threads:
                    found += tasks.popleft().result()
            return found + sum(task.result() for task in tasks)
        finally:
            _come_back(tasks, lambda: None)


def _come_back(tasks: Collection[Future[Any]], halt: Callable[[], None]) -> None:
    """Wait for all threads: they work on memory that must stay. What each of them still has to do
    takes milliseconds, once it was told to halt."""
    interrupted = False
    while not all(task.done() for task in tasks):
        try:
            wait(tasks)
        except KeyboardInterrupt:
            interrupted = True
            halt()
    if interrupted:
        raise KeyboardInterrupt


def pieces_of(patches: Sequence[Patch], threads: int) -> deque[Piece]:
    """The states of some patches, a few thousand at a time."""
    count = sum(patch.count for patch in patches)
    size = max(PIECE, min(count // (EACH * threads), LARGE * PIECE))
    return deque(
        (patch, first, min(first + size, patch.count))
        for patch in patches
        for first in range(0, patch.count, size)
    )
