"""Integers with few values in binary: how slots, configuration and memory become variables.

A field has a bit for each binary digit, and beside it the same digit of the value after a step.
Expressions are read as maps from values to diagrams (`evaluate`), for which listing the values of
a field must be cheap: ranges here are those of tickets, not of machine words.
"""

from collections.abc import Collection

from msgspec import Struct

from fsm.errors import UsageError
from fsm.explore.symbolic.diagrams import Diagram, Diagrams

WIDEST = 1 << 16  # values of one field


class Field(Struct):
    """low <= value <= high, in the variables `bits` (the highest digit first); `after` are those
    of the value after a step."""

    diagrams: Diagrams
    name: str
    low: int
    high: int
    bits: tuple[str, ...]
    after: tuple[str, ...]
    _values: dict[int, Diagram] = {}
    _same: Diagram = None

    def value(self, number: int) -> Diagram:
        """Is the value this number?"""
        found = self._values.get(number)
        if found is None:
            found = self._values[number] = self.diagrams.cube(self.digits(number))
        return found

    def digits(self, number: int) -> dict[str, bool]:
        """The bits of a number."""
        return self._digits(self.bits, number)

    def becomes(self, number: int) -> Diagram:
        """Is the value after the step this number?"""
        return self.diagrams.cube(self._digits(self.after, number))

    @property
    def same(self) -> Diagram:
        """The step leaves the value as it is."""
        if self._same is None:
            var = self.diagrams.var
            pairs = zip(self.bits, self.after, strict=True)
            self._same = self.diagrams.all(
                self.diagrams.ite(var(b), var(a), ~var(a)) for b, a in pairs
            )
        return self._same

    def among(self, numbers: Collection[int]) -> Diagram:
        """Is the value one of these?"""
        return self.diagrams.any(self.value(n) for n in numbers)

    def where(self) -> dict[int, Diagram]:
        """Each value, and where the field has it."""
        return {n: self.value(n) for n in range(self.low, self.high + 1)}

    def read(self, bits: dict[str, bool]) -> int:
        """The value in an assignment of the bits."""
        number = 0
        for bit in self.bits:
            number = 2 * number + bits[bit]
        return number + self.low

    def _digits(self, names: tuple[str, ...], number: int) -> dict[str, bool]:
        code = number - self.low
        top = len(names) - 1
        return {name: bool(code >> top - k & 1) for k, name in enumerate(names)}


def make_field(diagrams: Diagrams, name: str, low: int, high: int, *, steps: bool = True) -> Field:
    """A field whose variables are still to be declared; `steps`: it may change."""
    if high - low >= WIDEST:
        raise UsageError(
            "F692",
            f"{name} has {high - low + 1} values; the symbolic engine takes at most {WIDEST}",
            "give it a smaller range, or a coarser unit of time; or leave out --engine symbolic",
        )
    width = (high - low).bit_length()
    bits = tuple(f"{name}.{k}" for k in range(width))
    after = tuple(f"{bit}'" for bit in bits) if steps else ()
    return Field(diagrams, name, low, high, bits, after)
