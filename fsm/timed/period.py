"""With which period can a round of steps repeat for ever?

Instants that come back after a period T are bounded by differences, plus or minus some T. A cycle
of such bounds must not ask for less than nothing: which bounds T from below or above, or refutes
all. So T is what no cycle excludes, found by trying: a T that some cycle excludes shows the bound.
Where any round could come back to the values that it began with, after however many rounds, one
can after each: what a round relates is convex, and the mean of the values is as good.
Source: Karp & Orlin, "Parametric shortest path algorithms with an application to cyclic staffing",
Discrete Applied Mathematics 3(1), 1981, doi 10.1016/0166-218X(81)90026-3, the problem; here by the
cuts of a search, with the bounds strict or not.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import floor

TRIES = 200
Bound = tuple[int, int, int, int]  # (i, j, bound, s): t_i - t_j is within the bound, plus s * T


def period(count: int, bounds: Sequence[Bound]) -> Fraction | None:
    """A period for which all the bounds on `count` instants can be met; a whole number where one
    will do. None where there is none, or none was found in `TRIES`.

    Complexity: O(count * bounds) a try.
    """
    low, above = Fraction(0), True
    high, below = None, False
    for _ in range(TRIES):
        tried = _between(low, above, high, below)
        if tried is None:
            return None
        cut = _excludes(count, bounds, tried)
        if cut is None:
            return tried
        units, times, strict = cut
        if not times:
            return None
        # Invariant: every period that will do is between low and high, and each try narrows that.
        at = Fraction(-units, times)
        if times > 0:
            low, above = at, strict
        else:
            high, below = at, strict
    return None


def _between(low: Fraction, above: bool, high: Fraction | None, below: bool) -> Fraction | None:
    """Of an interval the least whole number; else its lower end, or its middle."""
    whole = Fraction(floor(low) + (above or low != floor(low)))
    if high is None or whole < high or (whole == high and not below):
        return whole
    if low < high:
        return (low + high) / 2 if above else low
    return low if low == high and not above and not below else None


def _excludes(
    count: int, bounds: Sequence[Bound], tried: Fraction
) -> tuple[int, int, bool] | None:  # fmt: skip
    """A cycle of bounds that excludes a period: its sum in units, how many periods it adds, and is
    one of it strict? None where there is none.

    Source: Bellman, "On a routing problem", 1958, with a strict bound as one that is less by
    something too small to count.
    """
    p, q = tried.numerator, tried.denominator
    edges = [(j, i, b >> 1, s, 1 - (b & 1)) for i, j, b, s in bounds]
    least = [(0, 0)] * count
    last: list[tuple[int, int, int, int, int] | None] = [None] * count
    changed = None
    for _ in range(count + 1):
        changed = None
        for edge in edges:
            source, target, units, times, strict = edge
            value, little = least[source]
            through = value + units * q + times * p, little - strict
            if through < least[target]:
                least[target], last[target], changed = through, edge, target
        if changed is None:
            return None
    node = changed
    assert node is not None
    for _ in range(count):  # then it is on the cycle
        node = _edge(last, node)[0]
    first, units, times, strict = node, 0, 0, 0
    while True:
        edge = _edge(last, node)
        units, times, strict = units + edge[2], times + edge[3], strict + edge[4]
        node = edge[0]
        if node == first:
            return units, times, bool(strict)


def _edge(
    last: Sequence[tuple[int, int, int, int, int] | None], node: int
) -> tuple[int, int, int, int, int]:
    edge = last[node]
    assert edge is not None, "a bound that is met by chance is on no cycle"
    return edge
