"""The states of a space as columns, one a slot, and formulas read down them.

A formula is compiled once into a loop over the columns that it reads, which costs a tenth of
calling it state by state.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from fsm.explore.defined import defined
from fsm.explore.emit import Style, Values, source
from fsm.explore.variants import Variants
from fsm.semantics.ir import FALSE, TRUE, Node, conjunction

Masks = Sequence[int]  # for each state, a set of variants


@dataclass(slots=True)
class Columns:
    """Columns of `states`, made when they are first read."""

    states: Sequence[Values]
    _made: dict[int, list[int]] = field(default_factory=dict)

    def column(self, slot: int) -> list[int]:
        """The values of one slot in all states."""
        if slot not in self._made:
            self._made[slot] = [row[slot] for row in self.states]
        return self._made[slot]

    def true(self, node: Node, variants: Variants) -> Masks:
        """Where a formula without watchers has a value and is true. O(states)."""
        return self._masks([
            (mask, conjunction(defined(special), special))
            for mask, special in variants.cases(node)
        ])  # fmt: skip

    def faulty(self, node: Node, variants: Variants) -> Masks | None:
        """Where it has no value; None: nowhere, as can be seen from the formula."""
        cases = [(mask, defined(special)) for mask, special in variants.cases(node)]
        if all(exists == TRUE for _, exists in cases):
            return None
        everything = variants.everything
        return [everything & ~mask for mask in self._masks(cases)]

    def _masks(self, cases: Sequence[tuple[int, Node]]) -> Masks:
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
            constant = 0
            for mask, special in cases:
                constant |= mask if special == TRUE else 0
            return [constant] * len(self.states)
        names = ", ".join(f"s{k}" for k in read)
        text = f"lambda {names}: [{' | '.join(terms)} for {names}, in zip({names})]"
        space: dict[str, Any] = {"__builtins__": {"zip": zip, "min": min, "max": max}}
        found: list[int] = eval(text, space)(*map(self.column, read))
        return found
