"""Between which bounds the result of arithmetic lies; None on a side means nothing is known."""

from itertools import product

from fsm.expressions import Op

Interval = tuple[int | None, int | None]

ANY: Interval = (None, None)
_FAR = 10**18  # beyond this, a bound is not worth knowing


def combine(op: Op, left: Interval, right: Interval) -> Interval:
    """The interval of `left op right` (`op` arithmetic). Sound, and exact except for `%`, and for
    `//` by what may be zero."""
    (a, b), (c, d) = left, right
    match op:
        case Op.ADD:
            return _bounded(_add(a, c), _add(b, d))
        case Op.SUB:
            return combine(Op.ADD, left, negate(right))
        case Op.MIN:
            return _least(a, c), _smaller(b, d)
        case Op.MAX:
            return negate(combine(Op.MIN, negate(left), negate(right)))
        case Op.MUL:
            if None in (a, b, c, d):
                return (0, None) if _natural(left) and _natural(right) else ANY
            return _corners([x * y for x, y in product(_ends(left), _ends(right))])
        case Op.DIV:
            return _divide(left, right)
        case Op.MOD:
            return _modulo(left, right)
        case _:
            return ANY


def negate(interval: Interval) -> Interval:
    """The interval of `-x`."""
    low, high = interval
    return (None if high is None else -high), (None if low is None else -low)


def hull(left: Interval, right: Interval) -> Interval:
    """The smallest interval around both."""
    (a, b), (c, d) = left, right
    low = None if a is None or c is None else min(a, c)
    high = None if b is None or d is None else max(b, d)
    return low, high


def disjoint(left: Interval, right: Interval) -> bool:
    """Have the two no value in common?"""
    return before(left, right) or before(right, left)


def before(left: Interval, right: Interval, *, touching: bool = False) -> bool:
    """Is every value of `left` less than (`touching`: or equal to) every one of `right`?"""
    high, low = left[1], right[0]
    return high is not None and low is not None and (high < low or (touching and high == low))


def _divide(left: Interval, right: Interval) -> Interval:
    if None in (*left, *right):
        return (0, None) if _natural(left) and _natural(right) else ANY
    low, high = _ends(right)
    divisors = [d for d in (low, -1, 1, high) if d and low <= d <= high]
    return _corners([x // d for x, d in product(_ends(left), divisors)])


def _modulo(left: Interval, right: Interval) -> Interval:
    if None in right:
        return ANY
    low, high = _ends(right)
    a, b = left
    if low > 0 and a is not None and b is not None and a >= 0 and b < low:
        return left
    return min(0, low + 1), max(0, high - 1)


def _bounded(low: int | None, high: int | None) -> Interval:
    return (
        low if low is not None and low >= -_FAR else None,
        high if high is not None and high <= _FAR else None,
    )


def _corners(values: list[int]) -> Interval:
    return _bounded(min(values), max(values)) if values else ANY


def _ends(interval: Interval) -> tuple[int, int]:
    low, high = interval
    assert low is not None and high is not None
    return low, high


def _natural(interval: Interval) -> bool:
    return interval[0] is not None and interval[0] >= 0


def _add(left: int | None, right: int | None) -> int | None:
    return None if left is None or right is None else left + right


def _least(left: int | None, right: int | None) -> int | None:
    return None if left is None or right is None else min(left, right)


def _smaller(left: int | None, right: int | None) -> int | None:
    known = [bound for bound in (left, right) if bound is not None]
    return min(known, default=None)
