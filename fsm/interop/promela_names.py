"""Where the slots of a lowered system live in a Promela model: names, types and declarations.

Every name has a prefix or two parts, so that none is a word of Promela, of C or of SPIN's own.
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from fsm.errors import UsageError
from fsm.expressions import ArrayType, EnumType, Type
from fsm.semantics.layout import Layout, Place, bounds, scalars, shape
from fsm.semantics.lowered import System

_TYPES = (("bit", 0, 1), ("byte", 0, 255), ("short", -(1 << 15), (1 << 15) - 1))
_WORDS = {"c_code", "c_decl", "c_expr", "c_state", "c_track", "d_step", "np_", "pc_value"}
SMALLEST, LARGEST = -(1 << 31) + 1, (1 << 31) - 1  # the least itself has no negative


class Cell(Struct, frozen=True):
    """A Promela variable: element k is slot `base + k * stride`; `length` is None for a scalar."""

    name: str
    base: int
    stride: int
    length: int | None
    low: int
    high: int
    words: tuple[str, ...]  # of the values, where they have some

    def slots(self) -> range:
        """The slots that live in it."""
        return range(self.base, self.base + self.stride * (self.length or 1), self.stride)

    def at(self, slot: int) -> str:
        """The element that holds a slot."""
        return self.name if self.length is None else f"{self.name}[{self.place(slot)}]"

    def place(self, slot: int) -> int:
        """The number of the element that holds a slot."""
        return (slot - self.base) // self.stride


class Names:
    """The cells of a system, in slot order, and a constant for each state of each machine."""

    def __init__(self, system: System, layout: Layout, reserved: Iterable[str] = ()) -> None:
        self._taken = {*_WORDS, *reserved}
        self.states: dict[int, tuple[str, ...]] = {}  # by process: the constants of its leaves
        self.constants: list[tuple[str, int]] = []
        self.cells: list[Cell] = []
        for name, place in layout.machines.items():
            leaves = system.processes[place.base].leaves
            constants = tuple(self.new(f"{name}_{leaf}") for leaf in leaves)
            self.constants += [(constant, k) for k, constant in enumerate(constants)]
            cell = Cell(self.new(f"at_{name}"), place.base, place.stride, place.copies, 0,
                        len(leaves) - 1, constants)  # fmt: skip
            self.states |= dict.fromkeys(cell.slots(), constants)
            self.cells.append(cell)
        for name, place in layout.variables.items():
            assert place.type is not None
            self.cells.append(_variable(self.new(f"v_{name}"), place, place.type))
        self.cell_of = {slot: cell for cell in self.cells for slot in cell.slots()}

    def new(self, wish: str) -> str:
        """A name that nothing has yet, as close to the wish as may be."""
        name = "".join(c if c.isalnum() else "_" for c in wish)
        while name in self._taken:
            name += "_"
        self._taken.add(name)
        return name

    def declarations(self, initial: tuple[int, ...] | None) -> Iterator[str]:
        """Constants and variables, with their values where one state is the only initial one."""
        yield from (f"#define {name} {value}" for name, value in self.constants)
        yield ""
        for cell in self.cells:
            brackets = "" if cell.length is None else f"[{cell.length}]"
            start = "" if initial is None else _start(cell, initial)
            words = " ".join(f"{k}: {w}" for k, w in enumerate(cell.words))
            comment = f"  /* {words} */" if words and cell.words[0] not in self._taken else ""
            yield f"{_type(cell)} {cell.name}{brackets}{start};{comment}"


def _variable(name: str, place: Place, type_: Type) -> Cell:
    _, scalar = shape(type_)
    low, high = bounds(scalar)
    if low < SMALLEST or high > LARGEST:
        raise UsageError(
            "F628",
            f"{name[2:]} has values beyond 32 bits, which Promela's integers do not hold",
            "give the variable a smaller range",
        )
    is_array = place.copies is not None or isinstance(type_, ArrayType)
    length = (place.copies or 1) * scalars(type_) if is_array else None
    words = scalar.values if isinstance(scalar, EnumType) else ()
    return Cell(name, place.base, 1, length, low, high, words)


def _type(cell: Cell) -> str:
    fitting = (name for name, low, high in _TYPES if low <= cell.low and cell.high <= high)
    return next(fitting, "int")


def _start(cell: Cell, initial: tuple[int, ...]) -> str:
    values = [initial[slot] for slot in cell.slots()]
    if not any(values):
        return ""  # Promela's variables start at zero
    if len(set(values)) == 1:
        return f" = {values[0]}"  # of every element
    return " = {" + ", ".join(map(str, values)) + "}"
