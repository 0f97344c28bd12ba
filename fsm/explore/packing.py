"""Where each slot of a state lies in one integer: in bits of its own, which shifts read fastest,
or as a digit of a number in mixed radix, which leaves no gaps."""

from collections.abc import Callable, Sequence
from math import prod
from typing import Protocol

from msgspec import Struct

from fsm.explore.emit import Values
from fsm.semantics.lowered import SlotInfo


class Place(Protocol):
    """Where a slot lies: `low` is its least value."""

    @property
    def low(self) -> int: ...

    @property
    def weight(self) -> int:
        """What one more in the slot adds to the packed state."""
        ...

    def read(self) -> str:
        """The slot's value as Python source; `p` is the packed state."""
        ...


class Field(Struct, frozen=True):
    """A slot: `(p >> shift & mask) + low`. `top`: nothing lies above it."""

    shift: int
    mask: int
    low: int
    top: bool

    @property
    def weight(self) -> int:
        """What one more in the slot adds to the packed state."""
        return 1 << self.shift

    def read(self) -> str:
        """The slot's value as Python source; `p` is the packed state."""
        if not self.mask:
            return str(self.low)
        digit = f"p >> {self.shift}" if self.shift else "p"
        digit = digit if self.top else f"{digit} & {self.mask}"
        return f"({digit}) + {self.low}" if self.low else digit


class Digit(Struct, frozen=True):
    """A slot: `p // weight % size + low`. `top`: nothing lies above it."""

    weight: int
    size: int
    low: int
    top: bool

    def read(self) -> str:
        """The slot's value as Python source; `p` is the packed state."""
        if self.size == 1:
            return str(self.low)
        digit = f"p // {self.weight}" if self.weight > 1 else "p"
        digit = digit if self.top else f"{digit} % {self.size}"
        return f"({digit}) + {self.low}" if self.low else digit


class Packing(Struct, frozen=True):
    """The places of all slots, in their order; the first lies highest."""

    fields: tuple[Place, ...]

    def pack(self, state: Values) -> int:
        """The integer for a state. O(slots)."""
        return sum(
            (value - field.low) * field.weight
            for field, value in zip(self.fields, state, strict=True)
        )

    def reader(self) -> Callable[[int], Values]:
        """The way back, as generated code."""
        slots = ", ".join(field.read() for field in self.fields)
        found: Callable[[int], Values] = eval(f"lambda p: ({slots},)", {"__builtins__": {}})
        return found


def packing(slots: Sequence[SlotInfo]) -> Packing:
    """A place for each slot. The integer is as long as it must be."""
    fields: list[Field] = []
    shift = 0
    for slot in reversed(slots):
        width = (slot.high - slot.low).bit_length()
        fields.append(Field(shift, (1 << width) - 1, slot.low, False))
        shift += width
    done = [Field(f.shift, f.mask, f.low, f.shift + f.mask.bit_length() == shift) for f in fields]
    return Packing(tuple(reversed(done)))


def digits(slots: Sequence[SlotInfo]) -> Packing:
    """A digit for each slot: the integers of all states, reachable or not, are 0, 1, 2 … below the
    product of the domains."""
    sizes = [slot.high - slot.low + 1 for slot in slots]
    weights = [prod(sizes[k + 1 :]) for k in range(len(sizes))]
    top = prod(sizes)
    return Packing(tuple(
        Digit(weight, size, slot.low, weight * size == top)
        for slot, size, weight in zip(slots, sizes, weights, strict=True)
    ))  # fmt: skip
