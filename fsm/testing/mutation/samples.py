"""A few variants that bring many combinations together."""

import random

from fsm.explore.variants import Variants

_SEED = 0
_OFFERED = 50  # variants among which the next one is chosen


def covering(family: Variants, count: int) -> int:
    """Up to `count` variants: the first and the last, then those that bring together the most
    pairs of values that were not together before. Deterministic."""
    chance = random.Random(_SEED)
    everything = family.everything
    numbers = [k for k in range(family.total) if everything >> k & 1]
    chosen = list(dict.fromkeys((numbers[0], numbers[-1])))[:count]
    seen = {pair for number in chosen for pair in _pairs(family, number)}
    while len(chosen) < min(count, len(numbers)):
        offered = chance.sample(numbers, min(_OFFERED, len(numbers)))
        best = max(offered, key=lambda n: len(_pairs(family, n) - seen))
        if best in chosen:
            best = next(n for n in numbers if n not in chosen)
        chosen.append(best)
        seen |= _pairs(family, best)
    return sum(1 << number for number in chosen)


def _pairs(family: Variants, number: int) -> set[tuple[object, ...]]:
    items = list(family.variant(number).items())
    return {(a, b) for k, a in enumerate(items) for b in items[:k]}
