"""A set of variants as a small exact formula.

Multi-valued prime implicants and an irredundant cover, after McCluskey, "Minimization of Boolean
functions", Bell System Technical Journal 35(6), 1956, on explicit sets of variants. Primes grow
from uncovered variants, so nothing is ever enumerated but what the cover needs.
"""

from collections.abc import Sequence

from fsm.check.results import Condition
from fsm.explore.variants import Variants

Cube = tuple[int, ...]  # for each variable, the set of its allowed values as a bitmask


def condition_of(variants: Variants, mask: int) -> Condition:
    """The set as an irredundant disjunction of prime conjunctions.

    Exact: the formula is true in precisely the variants of `mask`, among those considered. No
    literal and no term can be dropped. Complexity: O(terms * (variables * values) masks).
    """
    everything = variants.everything
    mask &= everything
    cubes = _irredundant(variants, _cover(variants, mask), mask)
    terms = tuple(
        tuple(
            (v.name, tuple(v.values[d] for d in range(len(v.values)) if cube[k] >> d & 1))
            for k, v in enumerate(variants.variables)
            if cube[k] != _all(variants, k)
        )
        for cube in cubes
    )
    return Condition(terms, mask.bit_count(), everything.bit_count())


def _cover(variants: Variants, mask: int) -> list[Cube]:
    """Greedy: of the primes grown from an uncovered variant in several orders, the largest."""
    outside = variants.everything & ~mask
    cubes: list[Cube] = []
    left = mask
    count = len(variants.variables)
    # Where nothing depends on a variable, it is free whatever becomes of the others.
    asked = [k for k in range(count) if outside and mask and variants.depends_on(mask, k)]
    orders = [[*asked[r:], *asked[:r]] for r in range(len(asked))] or [[]]
    orders += [order[::-1] for order in orders]
    while left:
        number = (left & -left).bit_length() - 1
        seed = [_all(variants, k) for k in range(count)]
        for k in asked:
            seed[k] = next(
                1 << d for d, having in enumerate(variants.having[k]) if having >> number & 1
            )
        grown = [_grow(variants, seed, outside, order) for order in orders]
        # Few literals first, then many of the variants that are still uncovered.
        best = min(
            grown, key=lambda c: (_literals(variants, c), -(_set(variants, c) & left).bit_count())
        )
        cubes.append(best)
        left &= ~_set(variants, best)
    return cubes


def _grow(variants: Variants, cube: Sequence[int], outside: int, order: list[int]) -> Cube:
    """A prime: first whole variables are freed, then single values added, as far as it goes."""
    grown = list(cube)
    sides = {k: _having(variants, k, cube[k]) for k in order}

    def widen(k: int, allowed: int) -> None:
        side = _having(variants, k, allowed)
        hit = outside & side
        for other, beside in sides.items():
            if other != k and hit:
                hit &= beside
        if not hit:
            grown[k], sides[k] = allowed, side

    for k in order:
        widen(k, _all(variants, k))
    for k in order:
        for digit in range(len(variants.having[k])):
            wider = grown[k] | 1 << digit
            # What was refused once is refused again: the rest has only grown.
            if wider not in (grown[k], _all(variants, k)):
                widen(k, wider)
    return tuple(grown)


def _irredundant(variants: Variants, cubes: list[Cube], mask: int) -> list[Cube]:
    kept = sorted(cubes, key=lambda c: (_literals(variants, c), c))
    for cube in reversed(list(kept)):
        rest = 0
        for other in kept:
            if other is not cube:
                rest |= _set(variants, other)
        if not mask & ~rest:
            kept.remove(cube)
    return kept


def _set(variants: Variants, cube: Cube) -> int:
    found = variants.everything
    for k, allowed in enumerate(cube):
        if allowed != _all(variants, k):
            found &= _having(variants, k, allowed)
    return found


def _having(variants: Variants, k: int, allowed: int) -> int:
    """The variants with one of the allowed values of a variable."""
    if allowed == _all(variants, k):
        return variants.everything
    found = 0
    for digit, having in enumerate(variants.having[k]):
        if allowed >> digit & 1:
            found |= having
    return found


def _all(variants: Variants, k: int) -> int:
    return (1 << len(variants.having[k])) - 1


def _literals(variants: Variants, cube: Cube) -> int:
    return sum(allowed != _all(variants, k) for k, allowed in enumerate(cube))
