"""With which period can instants come back: known answers, and every period on a grid."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from fsm.timed.dbm import strict, weak
from fsm.timed.period import Bound, period


def equal(i: int, j: int, units: int, times: int) -> list[Bound]:
    """t_i - t_j is so many units and so many periods."""
    return [(i, j, weak(units), times), (j, i, weak(-units), -times)]


def test_a_period_between_two_whole_numbers() -> None:
    assert period(3, [*equal(1, 0, 0, 1), *equal(2, 1, 0, 1), *equal(2, 0, 3, 0)]) == Fraction(3, 2)


def test_the_least_whole_number_is_taken_and_strict_bounds_are_kept() -> None:
    assert period(2, [*equal(1, 0, 0, 1), (0, 1, weak(-2), 0)]) == 2
    assert period(2, [*equal(1, 0, 0, 1), (0, 1, strict(-2), 0)]) == 3
    within = [*equal(1, 0, 0, 1), (0, 1, strict(-2), 0), (1, 0, strict(3), 0)]
    assert period(2, within) == Fraction(5, 2)
    assert period(2, [*within, (1, 0, weak(2), 0)]) is None


def test_what_cannot_be_met_with_any_period() -> None:
    assert period(2, [(1, 0, weak(1), 0), (0, 1, strict(-1), 0)]) is None


GRID = [Fraction(n, 6) for n in range(1, 60)]


def possible(count: int, bounds: list[Bound], time: Fraction) -> bool:
    """Is there no way round the bounds that asks for less than nothing? By all shortest ways."""
    far = (Fraction(10**6), 0)
    way = [[(Fraction(0), 0) if i == j else far for j in range(count)] for i in range(count)]
    for i, j, bound, times in bounds:
        way[i][j] = min(way[i][j], ((bound >> 1) + times * time, (bound & 1) - 1))
    for k in range(count):
        for i in range(count):
            for j in range(count):
                a, b = way[i][k], way[k][j]
                way[i][j] = min(way[i][j], (a[0] + b[0], a[1] + b[1]))
    return all(way[i][i] >= (0, 0) for i in range(count))


@st.composite
def systems(draw: st.DrawFn) -> tuple[int, list[Bound]]:
    count = draw(st.integers(2, 4))
    instant = st.integers(0, count - 1)
    one = st.tuples(instant, instant, st.integers(-8, 8), st.integers(-2, 2))
    return count, [b for b in draw(st.lists(one, min_size=2, max_size=8)) if b[0] != b[1]]


@given(systems())
def test_every_period_on_a_grid(asked: tuple[int, list[Bound]]) -> None:
    count, bounds = asked
    found = period(count, bounds)
    if found is None:
        assert not any(possible(count, bounds, time) for time in GRID)
    else:
        assert found > 0
        assert possible(count, bounds, found)
