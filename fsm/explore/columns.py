"""Columns over the states of a space, and formulas read down them.

However many states there are, the slots that a formula reads hold few combinations of values: so
states are put into classes by what they hold, and a formula is read once for each class. Classes
of classes are made by arithmetic on one large integer that has a byte for each state.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, reduce
from itertools import compress
from operator import itemgetter, or_
from typing import Any

from msgspec import Struct

from fsm.explore.defined import defined
from fsm.explore.emit import Style, Values, source
from fsm.explore.variants import Variants
from fsm.semantics.ir import FALSE, TRUE, Node, conjunction

Masks = Sequence[int]  # for each state, a set of variants
BYTE = 256  # classes that a byte tells apart


class Classes(Struct, frozen=True):
    """For each state the number of its class (in bytes, where there are no more than `BYTE`), and
    for each class what its states have in common."""

    of: Sequence[int]
    kinds: list[Values]


class Column:
    """For each state a set of variants, of which few differ."""

    def __init__(self, of: Sequence[int], masks: Sequence[int]) -> None:
        """By class: `of` which class a state is, the set of the class."""
        number: dict[int, int] = {}
        table = [number.setdefault(mask, len(number)) for mask in masks]
        self.masks = list(number)
        self.of = _renumbered(of, table, len(number)) if len(number) < len(masks) else of

    @cached_property
    def rows(self) -> Masks:
        """State by state, for those who look up many."""
        return [*map(self.masks.__getitem__, self.of)]

    def at(self, state: int) -> int:
        """For those who look up few."""
        return self.masks[self.of[state]]

    def members(self) -> Iterator[int]:
        """The states whose sets are not empty."""
        if not any(self.masks):
            return iter(())
        return compress(range(len(self.of)), map([*map(bool, self.masks)].__getitem__, self.of))

    def within(self, reach: Masks) -> Iterator[tuple[int, int]]:
        """The states whose sets have something in common with others, and what that is."""
        for state in self.members():
            if mask := self.masks[self.of[state]] & reach[state]:
                yield state, mask

    def meeting(self, mask: int) -> Sequence[int]:
        """State by state, 1 where the set has something in common with another, else 0."""
        return _renumbered(self.of, [int(mine & mask != 0) for mine in self.masks], 2)


def rows_of(column: Column | None) -> Masks | None:
    """State by state; None where there is no column."""
    return None if column is None else column.rows


def combined(made: Callable[..., int], columns: Sequence[Column]) -> Column:
    """What a function makes of the sets that several columns give a state.

    Complexity: O(states) for each column, in steps of machine code.
    """
    first, *rest = columns
    found = Classes(first.of, [(mask,) for mask in first.masks])
    for other in rest:
        found = _joined(found, Classes(other.of, [(mask,) for mask in other.masks]))
    return Column(found.of, [made(*kind) for kind in found.kinds])


def classed(values: Sequence[int]) -> Classes:
    """The states by one thing."""
    try:
        return _numbered(bytes(values))
    except ValueError:  # some do not fit into a byte
        number = {value: k for k, value in enumerate(dict.fromkeys(values))}
        of = map(number.__getitem__, values)
        return Classes(_packed(of, len(number)), [(value,) for value in number])


def _numbered(values: bytes, most: int = BYTE) -> Classes:
    """The states by one thing that is less than `most`."""
    met = [value for value in range(most) if value in values]
    table = [0] * most
    for k, value in enumerate(met):
        table[value] = k
    return Classes(_renumbered(values, table, len(met)), [(value,) for value in met])


def _joined(one: Classes, other: Classes) -> Classes:
    """The states by both."""
    size = len(other.kinds)
    if (most := len(one.kinds) * size) <= BYTE:
        # No sum exceeds a byte, so none touches the next state's.
        both = int.from_bytes(bytes(one.of), "little") * size
        both += int.from_bytes(bytes(other.of), "little")
        found = _numbered(both.to_bytes(len(one.of), "little"), most)
        pairs = [divmod(pair, size) for (pair,) in found.kinds]
        return Classes(found.of, [one.kinds[a] + other.kinds[b] for a, b in pairs])
    met: dict[tuple[int, int], int] = {}
    of = [met.setdefault(pair, len(met)) for pair in zip(one.of, other.of, strict=True)]
    return Classes(_packed(of, len(met)), [one.kinds[a] + other.kinds[b] for a, b in met])


def _renumbered(of: Sequence[int], table: list[int], classes: int) -> Sequence[int]:
    if isinstance(of, bytes):
        return of.translate(bytes([*table, *[0] * (BYTE - len(table))]))
    return _packed(map(table.__getitem__, of), classes)


def _packed(of: Iterable[int], classes: int) -> Sequence[int]:
    return bytes(of) if classes <= BYTE else [*of]


class Columns(Struct):
    """Columns of `states` for a family, made when they are first read. What formulas make of
    classes is kept, and no column: that would be a number for each state and formula."""

    states: Sequence[Values]
    variants: Variants
    _classes: dict[tuple[int, ...], Classes] = {}
    _true: dict[Node, tuple[Classes, Masks]] = {}

    def true(self, node: Node) -> Column:
        """Where a formula without watchers has a value and is true. O(states)."""
        found = self._true.get(node)
        if found is None:
            found = self._true[node] = self._read([
                (mask, conjunction(defined(special), special))
                for mask, special in self.variants.cases(node)
            ])  # fmt: skip
        classes, masks = found
        return Column(classes.of, masks)

    def faulty(self, node: Node) -> Column | None:
        """Where it has no value; None: nowhere, as can be seen from the formula."""
        cases = [(mask, defined(special)) for mask, special in self.variants.cases(node)]
        if all(exists == TRUE for _, exists in cases):
            return None
        classes, has = self._read(cases)
        return Column(classes.of, [self.variants.everything & ~mask for mask in has])

    def constant(self, mask: int) -> Column:
        """The same set for all states."""
        return Column(self._by(()).of, [mask])

    def _by(self, slots: tuple[int, ...]) -> Classes:
        """The states by the values of these slots, in rising order."""
        found = self._classes.get(slots)
        if found is None:
            found = self._classes[slots] = self._classed(slots)
        return found

    def _classed(self, slots: tuple[int, ...]) -> Classes:
        if not slots:
            return Classes(bytes(len(self.states)), [()])
        *rest, last = slots
        if rest:
            return _joined(self._by(tuple(rest)), self._by((last,)))
        return classed([*map(itemgetter(last), self.states)])

    def _read(self, cases: Sequence[tuple[int, Node]]) -> tuple[Classes, Masks]:
        """What the formula of each case makes of the classes that it tells apart."""
        read: dict[int, None] = {}

        def slot(index: int) -> str:
            read[index] = None
            return f"s{index}"

        def element(base: int, size: int, at: str) -> str:
            return f"({', '.join(slot(k) for k in range(base, base + size))},)[{at}]"

        style = Style(slot, element, False)
        # In hexadecimal: Python reads and writes no decimal number of more than 4,300 digits.
        terms = [
            f"{mask:#x}" if special == TRUE else f"({mask:#x} if {source(special, style)} else 0)"
            for mask, special in cases
            if special != FALSE
        ]
        slots = tuple(sorted(read))
        classes = self._by(slots)
        if not slots:
            return classes, [reduce(or_, (m for m, special in cases if special == TRUE), 0)]
        names = ", ".join(f"s{k}" for k in slots)
        text = f"lambda kinds: [{' | '.join(terms)} for {names}, in kinds]"
        space: dict[str, Any] = {"__builtins__": {"min": min, "max": max}}
        return classes, eval(text, space)(classes.kinds)
