"""Zones against their meaning: points with clocks in thirds of a unit, looked at one by one."""

from fractions import Fraction
from itertools import product

from hypothesis import example, given, settings
from hypothesis import strategies as st

from fsm.timed.checked import PLAIN, checked, is_zone
from fsm.timed.dbm import (
    INFINITE,
    NONE,
    ZERO,
    Constraint,
    Zone,
    closed,
    everything,
    opposite,
    origin,
    plus,
    strict,
    weak,
)

N = 3  # two clocks and the reference
# Constants are at most 4 for a clock and for a difference, so 8 is the farthest bound, and thirds
# tell two clocks beyond it apart.
STEPS = [Fraction(k, 3) for k in range(28)]
POINTS = [(Fraction(0), a, b) for a, b in product(STEPS, STEPS)]
Point = tuple[Fraction, ...]


def within(difference: Fraction, bound: int) -> bool:
    if bound >= INFINITE:
        return True
    return difference <= bound >> 1 if bound & 1 else difference < bound >> 1


def contains(zone: Zone, point: Point) -> bool:
    return all(within(point[i] - point[j], zone[i * N + j]) for i in range(N) for j in range(N))


def fits(point: Point, constraints: list[Constraint]) -> bool:
    return all(within(point[i] - point[j], bound) for i, j, bound in constraints)


bounds = st.builds(lambda c, weak: 2 * c + weak, st.integers(-4, 4), st.integers(0, 1))
constraints = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 2), bounds).filter(lambda c: c[0] != c[1]),
    max_size=5,
)


@st.composite
def some_zones(draw: st.DrawFn) -> Zone:
    zone = checked().intersect(everything(N), N, draw(constraints))
    return everything(N) if zone is None else zone


limits = st.tuples(st.just(0), st.integers(NONE, 4), st.integers(NONE, 4))


def test_bounds() -> None:
    assert strict(3) < weak(3) < strict(4) < INFINITE
    assert opposite(weak(3)) == strict(-3) and opposite(strict(3)) == weak(-3)
    assert plus(weak(1), weak(2)) == weak(3)
    assert plus(weak(1), strict(2)) == plus(strict(1), strict(2)) == strict(3)
    assert plus(INFINITE, strict(-9)) == INFINITE
    assert is_zone(origin(N)) and is_zone(everything(N))
    assert not is_zone((ZERO, weak(2), weak(3), ZERO))  # negative clocks
    assert not is_zone((ZERO, weak(-1), weak(0), ZERO))  # empty
    assert closed((ZERO, weak(-1), weak(0), ZERO), 2) is None


@given(some_zones(), constraints)
@settings(max_examples=50, deadline=None)
def test_intersect(zone: Zone, cut: list[Constraint]) -> None:
    found = checked().intersect(zone, N, cut)
    for point in POINTS:
        inside = contains(zone, point) and fits(point, cut)
        assert inside == (found is not None and contains(found, point))


@given(constraints)
@example([(1, 0, weak(3)), (2, 1, strict(1))])
@example([(1, 0, strict(2)), (0, 1, strict(-2))])
def test_closed_all_at_once_as_cut_one_by_one(cut: list[Constraint]) -> None:
    bounds = [*everything(N)]
    for i, j, bound in cut:
        bounds[i * N + j] = min(bounds[i * N + j], bound)
    assert closed(bounds, N) == PLAIN.intersect(everything(N), N, cut)


@given(some_zones())
@settings(max_examples=20, deadline=None)
def test_up(zone: Zone) -> None:
    later, strictly = checked().up(zone, N), checked().up_strictly(zone, N)
    halves = [Fraction(k, 2) for k in range(11)]
    for point in ((Fraction(0), a, b) for a, b in product(halves, halves)):
        # Quarters, since a zone may have to be crossed between two halves.
        back = [(Fraction(0), *(x - Fraction(k, 4) for x in point[1:])) for k in range(21)]
        assert contains(later, point) == any(contains(zone, p) for p in back)
        assert contains(strictly, point) == any(contains(zone, p) for p in back[1:])


@given(some_zones(), st.lists(st.integers(0, 2), max_size=2))
@settings(max_examples=50, deadline=None)
def test_rearrange(zone: Zone, sources: list[int]) -> None:
    gathered = [0, *sources]
    found = checked().rearrange(zone, N, gathered)
    for point in (p for p in POINTS if contains(zone, p)):
        new = [point[k] for k in gathered]
        n = len(gathered)
        assert all(within(new[i] - new[j], found[i * n + j]) for i in range(n) for j in range(n))
    # Nothing is added: every bound is one of the old ones.
    assert set(found) <= set(zone)


FAR = (1, strict(-2), strict(-5), INFINITE, 1, strict(-3), INFINITE, INFINITE, 1)
NEAR = (1, 1, 1, 1, 1, 1, INFINITE, INFINITE, 1)


@given(some_zones(), some_zones())
@example(FAR, NEAR)
@settings(max_examples=50, deadline=None)
def test_included(zone: Zone, other: Zone) -> None:
    expected = all(contains(other, p) for p in POINTS if contains(zone, p))
    if checked().included(zone, other):
        assert expected
    else:  # beyond the bounds all points are alike, so the grid is large enough
        assert not expected


def able(zone: Zone, point: Point, low: tuple[int, ...], high: tuple[int, ...]) -> bool:
    """Is there a point of the zone that can do all that this one can? On a grid four times as
    fine, so that bounds are integers."""
    fine = tuple(b if b >= INFINITE else 8 * (b >> 1) + (b & 1) for b in zone)
    cut: list[Constraint] = []
    for k in range(1, N):
        at = int(4 * point[k])
        cut.append((0, k, strict(-4 * low[k]) if point[k] > low[k] >= 0 else weak(-at)))
        if point[k] > low[k] and low[k] < 0:
            cut.pop()  # nothing is asked from below
        if point[k] <= high[k]:
            cut.append((k, 0, weak(at)))
    return PLAIN.intersect(fine, N, cut) is not None


@given(some_zones(), some_zones(), limits, limits)
@settings(max_examples=40, deadline=None)
def test_simulated(zone: Zone, other: Zone, low: tuple[int, ...], high: tuple[int, ...]) -> None:
    expected = all(able(other, p, low, high) for p in POINTS if contains(zone, p))
    assert checked().simulated(zone, other, N, low, high) == expected


@given(some_zones(), limits, limits)
@example((1, 1, 1, weak(4), 1, weak(4), INFINITE, INFINITE, 1), (0, 1, 1), (0, 1, 1))
@settings(max_examples=30, deadline=None)
def test_extrapolate(zone: Zone, low: tuple[int, ...], high: tuple[int, ...]) -> None:
    found = checked().extrapolate(zone, N, low, high)
    assert PLAIN.included(zone, found)
    assert all(able(zone, p, low, high) for p in POINTS if contains(found, p))
    largest = max(*low, *high, 0)
    assert all(b >= INFINITE or abs(b >> 1) <= largest + 1 for b in found), "finitely many"
