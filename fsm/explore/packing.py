"""Where each slot of a state lies in one integer: in bits of its own, which shifts read fastest."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fsm.explore.emit import Values
from fsm.semantics.lowered import SlotInfo


@dataclass(frozen=True, slots=True)
class Field:
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


@dataclass(frozen=True, slots=True)
class Packing:
    """The fields of all slots, in their order; the first lies highest."""

    fields: tuple[Field, ...]

    def pack(self, state: Values) -> int:
        """The integer for a state. O(slots)."""
        return sum(
            value - field.low << field.shift
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
