"""Sets of variants as bitmasks: one integer says in which variants something is true.

A variant is a number in mixed radix over the configuration variables that matter, the first one
varying slowest, so that variant 0 has every switch off and every question at its first answer.
Source: featured transition systems, Classen et al., IEEE TSE 39(8), 2013,
doi 10.1109/TSE.2012.86; here the presence conditions are explicit sets.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import product
from math import prod

from msgspec import Struct

from fsm.expressions import Scalar
from fsm.model import ConfigVariable
from fsm.semantics.ir import FALSE, Const, Node, params, specialise


class Variants(Struct, frozen=True, dict=True):
    """The family: `variables` (those that matter, by place in the spec), and for each the set of
    variants for each of its values. `everything` holds the variants under consideration."""

    variables: tuple[ConfigVariable, ...]
    places: tuple[int, ...]  # of each variable in the spec
    codes: tuple[tuple[int, ...], ...]  # of each variable's values
    having: tuple[tuple[int, ...], ...]  # mask for each value of each variable
    total: int
    everything: int

    @cached_property
    def _known(self) -> dict[Node, tuple[tuple[int, Node], ...]]:
        """The cases of each expression; a copy with another `everything` has its own."""
        return {}

    def choices(self, read: frozenset[int]) -> Iterator[tuple[int, dict[int, int]]]:
        """Each combination of values of the configuration variables in `read` (places in the
        spec), with the set of variants that have it; empty sets are left out."""
        used = [k for k, place in enumerate(self.places) if place in read]
        for choice in product(*(range(len(self.codes[k])) for k in used)):
            mask = self.everything
            values = {}
            for k, digit in zip(used, choice, strict=True):
                mask &= self.having[k][digit]
                values[self.places[k]] = self.codes[k][digit]
            if mask:
                yield mask, values

    def cases(self, node: Node) -> tuple[tuple[int, Node], ...]:
        """The expression without configuration, for each set of variants that sees it alike.

        The sets are disjoint and cover the family. O(product of the domains that it reads).
        """
        if node not in self._known:
            found: dict[Node, int] = {}
            for mask, values in self.choices(params(node)):
                special = specialise(node, values)
                found[special] = found.get(special, 0) | mask
            self._known[node] = tuple((mask, special) for special, mask in found.items())
        return self._known[node]

    def where(self, node: Node) -> int:
        """The variants in which an expression over configuration alone is true."""
        mask = 0
        for variants, special in self.cases(node):
            assert isinstance(special, Const)
            mask |= variants if special != FALSE else 0
        return mask

    def variant(self, number: int) -> dict[str, Scalar]:
        """The full choice that a number stands for."""
        chosen: dict[str, Scalar] = {}
        for k, variable in enumerate(self.variables):
            for digit, mask in enumerate(self.having[k]):
                if mask >> number & 1:
                    chosen[variable.name] = variable.values[digit]
        return chosen

    def simplest(self, mask: int) -> int:
        """The variant in the set with the fewest switches on, then the earliest answers."""
        by_count = {0: mask}  # the members, by the number of switches on so far
        for k, variable in enumerate(self.variables):
            if variable.values == (False, True):
                on = self.having[k][1]
                grown: dict[int, int] = {}
                for count, members in by_count.items():
                    grown[count] = grown.get(count, 0) | members & ~on
                    grown[count + 1] = grown.get(count + 1, 0) | members & on
                by_count = grown
        best = next(by_count[count] for count in sorted(by_count) if by_count[count])
        return (best & -best).bit_length() - 1

    def depends_on(self, mask: int, k: int) -> bool:
        """Does membership change with the value of variable k alone?"""
        step = self._stride(k)
        first = mask & self.having[k][0]
        shifted = ((mask & m) >> step * d for d, m in enumerate(self.having[k]) if d)
        return any(other != first for other in shifted)

    def _stride(self, k: int) -> int:
        return prod(len(v.values) for v in self.variables[k + 1 :])


def make_variants(
    configuration: tuple[ConfigVariable, ...],
    codes: list[tuple[int, ...]],
    used: Iterable[int],
    chosen: Mapping[str, Scalar],
) -> Variants:
    """The family over the variables in `used`; `chosen` narrows it to the given values.

    Complexity: O(variants) bits for each value of each variable.
    """
    places = tuple(sorted(used))
    variables = tuple(configuration[p] for p in places)
    total = prod(len(v.values) for v in variables)
    having = []
    stride = total
    for variable in variables:
        block = stride // len(variable.values)
        once = (1 << block) - 1
        # The pattern of one value repeats every `stride` bits, total // stride times.
        repeat = ((1 << total) - 1) // ((1 << stride) - 1)
        having.append(
            tuple((once << digit * block) * repeat for digit in range(len(variable.values)))
        )
        stride = block
    everything = (1 << total) - 1
    for k, variable in enumerate(variables):
        if variable.name in chosen:
            everything &= having[k][variable.values.index(chosen[variable.name])]
    return Variants(
        variables, places, tuple(codes[p] for p in places), tuple(having), total, everything
    )
