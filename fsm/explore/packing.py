"""Where each slot of a state lies in one integer, or in several words of 63 bits."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod

from fsm.explore.emit import Values
from fsm.semantics.lowered import SlotInfo

WORD = 63  # bits of a word that a signed 64-bit integer holds


@dataclass(frozen=True, slots=True)
class Field:
    """A slot: `(word // weight) % size + low`. `top`: nothing lies above it in its word."""

    word: int
    weight: int
    size: int
    low: int
    top: bool

    def read(self, word: str) -> str:
        """The slot's value as Python source; `word` is the source of its word."""
        if self.size == 1:
            return str(self.low)
        digit = word
        if self.weight & (self.weight - 1):
            digit = f"{digit} // {self.weight}"
        elif self.weight > 1:
            digit = f"{digit} >> {self.weight.bit_length() - 1}"
        if not self.top:
            power = self.size & (self.size - 1) == 0
            digit = f"({digit}) & {self.size - 1}" if power else f"({digit}) % {self.size}"
        return f"({digit}) + {self.low}" if self.low else f"({digit})"


@dataclass(frozen=True, slots=True)
class Packing:
    """The fields of all slots, in their order. `bound`: above every word that can occur, for each
    word."""

    fields: tuple[Field, ...]
    bound: tuple[int, ...]

    @property
    def words(self) -> int:
        """How many words a state has."""
        return len(self.bound)

    def pack(self, state: Values) -> tuple[int, ...]:
        """The words of a state. O(slots)."""
        words = [0] * self.words
        for field, value in zip(self.fields, state, strict=True):
            words[field.word] += (value - field.low) * field.weight
        return tuple(words)

    def reader(self) -> Callable[[int], Values]:
        """`unpack` for states of one word, as generated code."""
        slots = ", ".join(field.read("p") for field in self.fields)
        found: Callable[[int], Values] = eval(f"lambda p: ({slots},)", {"__builtins__": {}})
        return found

    def unpack(self, words: Sequence[int]) -> Values:
        """The state in these words. O(slots)."""
        return tuple(
            words[field.word] // field.weight % field.size + field.low for field in self.fields
        )


def bit_fields(slots: Sequence[SlotInfo], word: int | None) -> Packing:
    """Each slot in bits of its own, which shifts read fastest; words of so many bits, or one that
    is as long as it must be. No slot has more than 63 bits."""
    return _packing(slots, [1 << (s.high - s.low).bit_length() for s in slots], word)


def mixed_radix(slots: Sequence[SlotInfo]) -> Packing:
    """One word, without gaps: the states are the numbers below `bound`, in lexical order."""
    return _packing(slots, [s.high - s.low + 1 for s in slots], None)


def domain(slots: Sequence[SlotInfo]) -> int:
    """How many states there can be: the product of the domains."""
    return prod(s.high - s.low + 1 for s in slots)


def _packing(slots: Sequence[SlotInfo], sizes: Sequence[int], word: int | None) -> Packing:
    """The first slot lies highest."""
    fields: list[Field] = []
    number, weight = 0, 1
    bounds: list[int] = []
    for slot, size in zip(reversed(slots), reversed(sizes), strict=True):
        if word is not None and (weight * size).bit_length() > word + 1:
            bounds.append(weight)
            number, weight = number + 1, 1
        fields.append(Field(number, weight, size, slot.low, False))
        weight *= size
    bounds.append(weight)
    done = [
        Field(f.word, f.weight, f.size, f.low, f.weight * f.size == bounds[f.word]) for f in fields
    ]
    return Packing(tuple(reversed(done)), tuple(bounds))
