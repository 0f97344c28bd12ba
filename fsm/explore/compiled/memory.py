"""Arrays outside Python's heap, which machine code fills: zero at first, and counted against a
limit. They grow in place where the system can do that, so that growing costs no second copy."""

import ctypes
import mmap
from collections.abc import Iterator
from contextlib import suppress
from threading import RLock


class OutOfMemory(Exception):
    """The limit would be passed."""


class Ledger:
    """How many bytes are in use, and how many may be (None: as many as there are)."""

    def __init__(self, limit: int | None = None) -> None:
        self.limit, self.used, self.most = limit, 0, 0
        self._lock = RLock()  # a block that the collector finds meanwhile gives its bytes back

    def add(self, size: int) -> None:
        """Take bytes, or give some back; any thread may. Raises `OutOfMemory`."""
        with self._lock:
            if self.limit is not None and size > 0 and self.used + size > self.limit:
                raise OutOfMemory
            self.used += size
            self.most = max(self.most, self.used)


class Block:
    """`length` integers of `bits` bits each. What nobody refers to any more is given back, as after
    an error."""

    length = 0

    def __init__(self, ledger: Ledger, length: int, bits: int = 64) -> None:
        self.ledger, self.bits = ledger, bits
        size = max(1, length * bits // 8)
        ledger.add(size)
        try:
            self._map = _mapped(size)
        except (OSError, OverflowError, ValueError) as problem:
            ledger.add(-size)
            raise OutOfMemory from problem
        self.length = length
        self.address = _address(self._map)

    def __del__(self) -> None:
        self.free()

    @property
    def size(self) -> int:
        """In bytes."""
        return max(1, self.length * self.bits // 8)

    def __getitem__(self, at: int) -> int:
        width = self.bits // 8
        return int.from_bytes(
            self._map[at * width : (at + 1) * width], "little", signed=self.bits > 32
        )  # fmt: skip

    def __setitem__(self, at: int, value: int) -> None:
        width = self.bits // 8
        self._map[at * width : (at + 1) * width] = value.to_bytes(
            width, "little", signed=self.bits > 32
        )  # fmt: skip

    def ones(self) -> Iterator[int]:
        """The places of the bytes that are 1."""
        at = self._map.find(b"\x01")
        while at >= 0:
            yield at
            at = self._map.find(b"\x01", at + 1)

    def grow(self, length: int) -> None:
        """Make it longer; what is new is zero. Raises `OutOfMemory`, and is then as it was."""
        before, old = self.size, self.length
        self.length = length
        more = self.size - before
        try:
            self.ledger.add(more)
        except OutOfMemory:
            self.length = old
            raise
        try:
            self._map.resize(self.size)
            _in_large_pages(self._map, self.size)
        except (SystemError, ValueError, OSError):  # a system that cannot: a copy, for a moment
            try:
                self.ledger.add(before)
                longer = _mapped(self.size)
            except (OutOfMemory, OSError) as problem:
                self.ledger.add(-more)
                self.length = old
                raise OutOfMemory from problem
            longer[:before] = self._map[:before]
            self._map.close()
            self._map = longer
            self.ledger.add(-before)
        self.address = _address(self._map)

    def trim(self, length: int) -> None:
        """Give back what lies beyond so many integers, where the system can do that."""
        before = self.size
        with suppress(SystemError, ValueError, OSError):
            self._map.resize(max(1, length * self.bits // 8))
            self.length = length
            self.ledger.add(self.size - before)
            self.address = _address(self._map)

    def clear(self) -> None:
        """All zero again."""
        self._map.close()
        self._map = _mapped(self.size)
        self.address = _address(self._map)

    def free(self) -> None:
        """Give the memory back; the block is then of no more use."""
        if self.length:
            self._map.close()
            self.ledger.add(-self.size)
            self.length = 0


def _mapped(size: int) -> mmap.mmap:
    private = (
        {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS} if hasattr(mmap, "MAP_PRIVATE") else {}
    )
    found = mmap.mmap(-1, size, **private)  # what is shared cannot grow
    _in_large_pages(found, size)
    return found


def _in_large_pages(found: mmap.mmap, size: int) -> None:
    """Fewer misses of the translation buffer, where it is allowed."""
    if size >= 1 << 22 and hasattr(mmap, "MADV_HUGEPAGE"):
        with suppress(OSError):
            found.madvise(mmap.MADV_HUGEPAGE)


def _address(found: mmap.mmap) -> int:
    return ctypes.addressof(ctypes.c_char.from_buffer(found))
