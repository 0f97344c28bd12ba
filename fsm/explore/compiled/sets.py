"""Sets of variants as numbers, for families of more variants than a word has bits.

Few different sets occur, however many states there are: each gets a number, states keep numbers,
and what two of them have in common is computed once. Machine code looks results up in a memo, as
packages for decision diagrams do (Brace, Rudell & Bryant, DAC 1990, doi 10.1145/123186.123222), and
calls back for what is not there; the sets themselves are integers of any length in Python.
"""

from collections.abc import Callable
from ctypes import CFUNCTYPE, c_int64, c_void_p, cast

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


class Sets:
    """The sets that have occurred, and the memo of one family. `ledger` pays for them.

    A set that was asked for is always found, so that nothing wrong is ever said; that there is no
    room for it, or that somebody interrupted, is told after the call, by `settled`.
    """

    def __init__(self, everything: int) -> None:
        self.masks = [0, everything]
        self.numbers = {0: EMPTY, everything: EVERYTHING}
        self.ledger = Ledger()
        self.memo = Block(Ledger(), FIRST + 2 * (_PLACES + _NEAR))
        self._bytes = everything.bit_length() // 4 + 200  # of a set: itself, and in two tables
        self._interrupted = False
        self._called = CFUNCTYPE(c_int64, c_int64)(self._made)
        self.memo[ASK] = cast(self._called, c_void_p).value or 0

    def number(self, mask: int) -> int:
        """The number of a set."""
        number = self.numbers.setdefault(mask, len(self.masks))
        if number == len(self.masks):
            self.masks.append(mask)
        return number

    def settled(self, code: Callable[..., int]) -> Callable[..., int]:
        """Machine code with the memo as its last argument. Raises what came up while it ran:
        `KeyboardInterrupt` and `OutOfMemory`."""

        def call(*arguments: int) -> int:
            found = code(*arguments, self.memo.address)
            if self._interrupted:
                self._interrupted = False
                raise KeyboardInterrupt
            if self.memo[FULL]:
                self.memo[FULL] = 0
                raise OutOfMemory
            return found

        return call

    def _made(self, key: int) -> int:
        while True:
            try:
                return self._result(key)
            except KeyboardInterrupt:  # machine code cannot be left in the middle
                self._interrupted = True

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
