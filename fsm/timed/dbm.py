"""Difference bound matrices: sets of clock values that bounds on single clocks and on differences
describe.

A *bound* is one integer: `2 * c` says `< c`, `2 * c + 1` says `<= c`, and `INFINITE` says nothing;
the smaller integer is the tighter bound. A *zone* over the clocks 1..n-1 is the tuple of n * n
bounds, row by row: entry (i, j) bounds `x_i - x_j`, where x_0 is always zero. Every zone here is

- *canonical*: no bound follows from others more tightly, D[i,j] <= D[i,k] + D[k,j];
- *not empty*: D[i,i] is `<= 0`; what would be empty is None instead;
- without negative clocks: D[0,j] <= `<= 0`.

Every function keeps that (`fsm.timed.checked` asserts it at both ends). A guard never compares two
clocks, which the abstractions below rely on.
Source: Bengtsson & Yi, "Timed automata: semantics, algorithms and tools", 2004,
doi 10.1007/978-3-540-27755-2_3.
"""

from collections.abc import Sequence
from math import isqrt

Zone = tuple[int, ...]
Constraint = tuple[int, int, int]  # (i, j, bound): x_i - x_j is within the bound
INFINITE = 1 << 50  # larger than any bound that can arise, and than any sum of two others
ZERO = 1  # `<= 0`
NONE = -1  # for a clock that no guard bounds from this side (limits are units, at least 0)


def weak(units: int) -> int:
    """The bound `<= units`."""
    return 2 * units + 1


def strict(units: int) -> int:
    """The bound `< units`."""
    return 2 * units


def opposite(bound: int) -> int:
    """What is left outside: not (x - y within `bound`) is y - x within this."""
    return 1 - bound


def plus(a: int, b: int) -> int:
    """The bound on x - z, given those on x - y and on y - z: strict if one of them is."""
    if a >= INFINITE or b >= INFINITE:
        return INFINITE
    return a + b - ((a | b) & 1)


def size_of(zone: Zone) -> int:
    """The number of clocks, and one."""
    return isqrt(len(zone))


def origin(n: int) -> Zone:
    """All clocks are zero."""
    return (ZERO,) * (n * n)


def everything(n: int) -> Zone:
    """All values of the clocks."""
    return tuple(ZERO if i == j or i == 0 else INFINITE for i in range(n) for j in range(n))


def closed(bounds: Sequence[int], n: int) -> Zone | None:
    """The canonical form; None where it is empty.

    Source: Floyd, CACM 5(6), 1962; O(n^3).
    """
    d = list(bounds)
    for k in range(n):
        for i in range(n):
            first = d[i * n + k]
            if first < INFINITE:
                for j in range(n):
                    second = d[k * n + j]
                    if second < INFINITE:  # as `plus`
                        through = first + second - ((first | second) & 1)
                        if through < d[i * n + j]:
                            d[i * n + j] = through
    if any(d[i * n + i] < ZERO for i in range(n)):
        return None
    return tuple(d)


def intersect(zone: Zone, n: int, constraints: Sequence[Constraint]) -> Zone | None:
    """The part within all the constraints; None where that is empty. O(n^2) for each that cuts."""
    d: list[int] | None = None
    for i, j, bound in constraints:
        now = zone if d is None else d
        if bound >= now[i * n + j]:
            continue
        if plus(now[j * n + i], bound) < ZERO:
            return None
        if d is None:
            d = list(zone)
        # Only a path through the new bound can be tighter than before.
        row = [plus(bound, b) for b in d[j * n : j * n + n]]
        for p in range(n):
            to_i = d[p * n + i]
            if to_i < INFINITE:
                base = p * n
                for q in range(n):
                    through = plus(to_i, row[q])
                    if through < d[base + q]:
                        d[base + q] = through
    return zone if d is None else tuple(d)


def up(zone: Zone, n: int) -> Zone:
    """Any time may have passed since."""
    d = list(zone)
    for i in range(1, n):
        d[i * n] = INFINITE
    return tuple(d)


def up_strictly(zone: Zone, n: int) -> Zone:
    """Some time has passed since, however little: a clock is then above its lowest value.

    w is such a point iff w - t is in the zone for some t > 0; the bounds on single clocks give an
    interval of t for each clock, intervals that meet two by two have a common point, and each
    meets t > 0 iff the clock is above its lowest value.
    """
    found = intersect(up(zone, n), n, [(0, i, zone[i] & ~1) for i in range(1, n)])
    assert found is not None, "waiting is possible from every point"
    return found


def rearrange(zone: Zone, n: int, sources: Sequence[int]) -> Zone:
    """The zone over other clocks: new clock k is old clock `sources[k]`, or zero where that is 0.

    `sources[0]` is 0. This resets, drops and adds clocks in one go.
    """
    return tuple(zone[i * n + j] for i in sources for j in sources)


def included(zone: Zone, other: Zone) -> bool:
    """Is every point of the zone in the other one? (Both canonical.)"""
    return all(a <= b for a, b in zip(zone, other, strict=True))


def simulated(zone: Zone, other: Zone, n: int, low: Sequence[int], high: Sequence[int]) -> bool:
    """Is for every point v of the zone some point w of the other able to do all that v can?

    `low[i]` and `high[i]` are the largest constants that clock i is compared with from below
    (x >= c, x > c) and from above before it is reset; NONE where there is none. w is able to if
    for each clock w_i = v_i, or w_i < v_i and w_i > low[i], or w_i > v_i and v_i > high[i].
    Source: inclusion in the abstraction aLU, Herbreteau, Srivathsan & Walukiewicz, "Better
    abstractions for timed automata", LICS 2012: not so iff
    for some x, y: Z_0x >= (<=, -high x), Z'_yx < Z_yx and Z'_yx + (<, -low y) < Z_0x. O(n^2).
    """
    for x in range(n):
        lowest = zone[x]
        if x and (high[x] < 0 or lowest < weak(-high[x])):
            continue
        for y in range(n):
            if y and low[y] < 0:
                continue
            here = other[y * n + x]
            if here < zone[y * n + x] and plus(here, strict(-low[y] if y else 0)) < lowest:
                return False
    return True


def extrapolate(zone: Zone, n: int, low: Sequence[int], high: Sequence[int]) -> Zone:
    """A zone between this one and its abstraction aLU, out of finitely many.

    Source: ExtraLU+ in Behrmann, Bouyer, Larsen & Pelanek, "Lower and upper bounds in zone-based
    abstractions of timed automata", STTT 8(3), 2006, doi 10.1007/s10009-005-0190-0. O(n^3).
    """
    d = list(zone)
    for i in range(n):
        above = i and zone[i] < weak(-low[i]) if low[i] >= 0 else i  # x_i > low[i] everywhere
        for j in range(n):
            if i == j:
                continue
            beyond = j and (high[j] < 0 or zone[j] < weak(-high[j]))
            if i == 0:
                if beyond:
                    d[j] = min(ZERO, strict(-high[j]) if high[j] >= 0 else ZERO)
            elif above or beyond or zone[i * n + j] > weak(low[i]):
                d[i * n + j] = INFINITE
    found = zone if (*d,) == zone else closed(d, n)
    assert found is not None, "an abstraction has more points, not fewer"
    return found
