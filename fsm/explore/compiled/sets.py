"""Sets of variants as numbers, for families of more variants than a word has bits.

Few different sets occur, however many states there are: each gets a number, states keep numbers,
and what two of them have in common is computed once. Machine code looks results up in a memo, as
packages for decision diagrams do (Brace, Rudell & Bryant, DAC 1990, doi 10.1145/123186.123222), and
calls back for what is not there; the sets themselves are integers of any length in Python.
"""

from collections.abc import Callable, Iterable
from ctypes import CFUNCTYPE, c_int64, c_void_p, cast
from functools import reduce
from operator import or_
from threading import Lock

from fsm.explore.compiled.memory import Block, Ledger, OutOfMemory

EMPTY, EVERYTHING = 0, 1  # their numbers
_MEET, _JOIN, _LESS = 1, 2, 3
_PLACES = 1 << 16  # of the memo where a question belongs
_NEAR = 7  # places after it that are looked at, too; if all are taken, the first is overwritten
_WIDTH = 30  # bits of a number in a question
_LOW = (1 << _WIDTH) - 1
ASK, FULL, FIRST = 0, 1, 2  # in the memo: whom to call; there is no room for more; the places

OPERATIONS = f"""
def meet(a, b, memo):
    if a == {EMPTY} or b == {EMPTY}:
        return {EMPTY}
    if a == b or b == {EVERYTHING}:
        return a
    if a == {EVERYTHING}:
        return b
    return made({_MEET << 2 * _WIDTH} | min(a, b) << {_WIDTH} | max(a, b), memo)


def join(a, b, memo):
    if a == b or b == {EMPTY} or a == {EVERYTHING}:
        return a
    if a == {EMPTY} or b == {EVERYTHING}:
        return b
    return made({_JOIN << 2 * _WIDTH} | min(a, b) << {_WIDTH} | max(a, b), memo)


def less(a, b, memo):
    if a == {EMPTY} or b == {EMPTY}:
        return a
    if a == b or b == {EVERYTHING}:
        return {EMPTY}
    return made({_LESS << 2 * _WIDTH} | a << {_WIDTH} | b, memo)


def made(key, memo):
    home = {FIRST} + 2 * (mix(key, key >> {_WIDTH}) & {_PLACES - 1})
    if memo[home] == key:
        return memo[home + 1]
    return sought(key, home, memo)


def sought(key, home, memo):
    i = home
    while memo[i] != key:
        if memo[i] == 0 or i == home + {2 * _NEAR}:
            if memo[i] != 0:
                i = home
            r = outside(memo, {ASK}, key)
            memo[{FULL}] |= r >> {_WIDTH}
            memo[i] = key
            memo[i + 1] = r & {_LOW}
        else:
            i += 2
    return memo[i + 1]
"""


# Where several threads add to the set of a state: it is replaced if nobody replaced it meanwhile.
SHARED = """

def added(reach, i, x, memo):
    b = reach[i]
    c = join(b, x, memo)
    while c != b:
        a = swap(reach, i, b, c)
        if a == b:
            return b
        b = a
        c = join(b, x, memo)
    return b
"""


class Memo:
    """What one thread looks up; `compute` is called for what is not there. `interrupted`: while
    machine code ran, which cannot be left in the middle."""

    def __init__(self, compute: Callable[[int], int]) -> None:
        self._compute = compute
        self.interrupted = False
        self.block = Block(Ledger(), FIRST + 2 * (_PLACES + _NEAR))
        self._called = CFUNCTYPE(c_int64, c_int64)(self._made)
        self.block[ASK] = cast(self._called, c_void_p).value or 0

    def _made(self, key: int) -> int:
        while True:
            try:
                return self._compute(key)
            except KeyboardInterrupt:
                self.interrupted = True


class Sets:
    """The sets that have occurred, and the memos of one family. `ledger` pays for them.

    A set that was asked for is always found, so that nothing wrong is ever said; that there is no
    room for it, or that somebody interrupted, is told after the call, by `settled`. Any thread may
    ask: which number a set gets is left to chance then, and nothing may depend on it.
    """

    def __init__(self, everything: int) -> None:
        self.masks = [0, everything]
        self.ledger = Ledger()
        self._numbers = {0: EMPTY, everything: EVERYTHING}
        self._bytes = everything.bit_length() // 4 + 200  # of a set: itself, and in two tables
        self._lock = Lock()
        self._idle: list[Memo] = []  # as many as threads have asked at the same time

    def number(self, mask: int) -> int:
        """The number of a set."""
        with self._lock:
            number = self._numbers.get(mask)
            if number is None:  # the list is first: who is interrupted leaves a number unused
                number = len(self.masks)
                self.masks.append(mask)
                self._numbers[mask] = number
            return number

    def union(self, numbers: Iterable[int]) -> int:
        """The number of what several sets hold together."""
        return self.number(reduce(or_, (self.masks[number] for number in numbers), 0))

    def settled(self, code: Callable[..., int]) -> Callable[..., int]:
        """Machine code with a memo as its last argument. Raises what came up while it ran:
        `KeyboardInterrupt` and `OutOfMemory`."""

        def call(*arguments: int) -> int:
            try:
                memo = self._idle.pop()
            except IndexError:
                memo = Memo(self._result)
            try:
                found = code(*arguments, memo.block.address)
                interrupted, full = memo.interrupted, memo.block[FULL]
                memo.interrupted, memo.block[FULL] = False, 0
            finally:
                self._idle.append(memo)
            if interrupted:
                raise KeyboardInterrupt
            if full:
                raise OutOfMemory
            return found

        return call

    def _result(self, key: int) -> int:
        a, b = self.masks[key >> _WIDTH & _LOW], self.masks[key & _LOW]
        match key >> 2 * _WIDTH:
            case 1:
                mask = a & b
            case 2:
                mask = a | b
            case _:
                mask = a & ~b
        known = len(self.masks)
        number = self.number(mask)
        if number < known:
            return number
        try:
            self.ledger.add(self._bytes)
        except OutOfMemory:
            return number | 1 << _WIDTH
        return number
