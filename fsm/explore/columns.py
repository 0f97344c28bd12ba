"""Columns over the states of a space, and formulas read down them.

However many states there are, the slots that a formula reads hold few combinations of values: so
states are put into classes by what they hold, and a formula is read once for each class. Classes
of classes are made by arithmetic on one large integer that has a byte for each state.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce
from itertools import compress
from operator import or_
from typing import Any

from fsm.explore.defined import defined
from fsm.explore.emit import Style, Values, source
from fsm.explore.variants import Variants
from fsm.semantics.ir import FALSE, TRUE, Node, conjunction

Masks = Sequence[int]  # for each state, a set of variants
BYTE = 256  # classes that a byte tells apart


@dataclass(frozen=True, slots=True)
class Classes:
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
    number: dict[int, int] = {}
    of = [number.setdefault(value, len(number)) for value in values]
    return Classes(_packed(of, len(number)), [(value,) for value in number])


def _joined(one: Classes, other: Classes) -> Classes:
    """The states by both."""
    size = len(other.kinds)
    if len(one.kinds) * size <= BYTE:
        # No sum exceeds a byte, so none touches the next state's.
        both = int.from_bytes(bytes(one.of), "little") * size
        both += int.from_bytes(bytes(other.of), "little")
        pairs = both.to_bytes(len(one.of), "little")
        number = {pair: k for k, pair in enumerate(sorted(set(pairs)))}
        table = [number.get(pair, 0) for pair in range(BYTE)]
        return Classes(
            _renumbered(pairs, table, len(number)),
            [one.kinds[pair // size] + other.kinds[pair % size] for pair in number],
        )
    met: dict[tuple[int, int], int] = {}
    of = [met.setdefault(pair, len(met)) for pair in zip(one.of, other.of, strict=True)]
    return Classes(_packed(of, len(met)), [one.kinds[a] + other.kinds[b] for a, b in met])


def _renumbered(of: Sequence[int], table: list[int], classes: int) -> Sequence[int]:
    if isinstance(of, bytes):
        return of.translate(bytes([*table, *[0] * (BYTE - len(table))]))
    return _packed([*map(table.__getitem__, of)], classes)


def _packed(of: list[int], classes: int) -> Sequence[int]:
    return bytes(of) if classes <= BYTE else of


@dataclass(slots=True)
class Columns:
    """Columns of `states`, made when they are first read."""

    states: Sequence[Values]
    _classes: dict[tuple[int, ...], Classes] = field(default_factory=dict)

    def true(self, node: Node, variants: Variants) -> Column:
        """Where a formula without watchers has a value and is true. O(states)."""
        return self._column([
            (mask, conjunction(defined(special), special))
            for mask, special in variants.cases(node)
        ])  # fmt: skip

    def faulty(self, node: Node, variants: Variants) -> Column | None:
        """Where it has no value; None: nowhere, as can be seen from the formula."""
        cases = [(mask, defined(special)) for mask, special in variants.cases(node)]
        if all(exists == TRUE for _, exists in cases):
            return None
        has = self._column(cases)
        return Column(has.of, [variants.everything & ~mask for mask in has.masks])

    def constant(self, mask: int) -> Column:
        """The same set for all states."""
        return Column(bytes(len(self.states)), [mask])

    def _by(self, slots: tuple[int, ...]) -> Classes:
        """The states by the values of these slots, in rising order."""
        found = self._classes.get(slots)
        if found is None:
            last = slots[-1]
            found = (
                _joined(self._by(slots[:-1]), self._by(slots[-1:]))
                if slots[:-1]
                else classed([row[last] for row in self.states])
            )
            self._classes[slots] = found
        return found

    def _column(self, cases: Sequence[tuple[int, Node]]) -> Column:
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
        if not read:
            return self.constant(reduce(or_, (m for m, special in cases if special == TRUE), 0))
        slots = tuple(sorted(read))
        names = ", ".join(f"s{k}" for k in slots)
        text = f"lambda kinds: [{' | '.join(terms)} for {names}, in kinds]"
        space: dict[str, Any] = {"__builtins__": {"min": min, "max": max}}
        classes = self._by(slots)
        return Column(classes.of, eval(text, space)(classes.kinds))
