"""Spans of time in the words that people use: 90 min, 48 h, 3 d."""

from fractions import Fraction
from math import floor

_MS, _S, _MIN, _H, _D = 1, 1_000, 60_000, 3_600_000, 86_400_000
_UNITS = ((_D, "d"), (_H, "h"), (_MIN, "min"), (_S, "s"), (_MS, "ms"))
_ZH = {"d": "天", "h": "小时", "min": "分钟", "s": "秒", "ms": "毫秒"}
# A unit starts to be used from this many of it, unless the span is a whole number of it: people
# say 48 h and 90 min, not 2 d and 1 h 30 min.
_FROM = {"d": 3, "h": 2, "min": 2, "s": 2, "ms": 0}

HALF, CLOSE = Fraction(1, 2), Fraction(1, 20)


def say_duration(milliseconds: int, lang: str) -> str:
    """The span in at most as many units as it needs: "48 h", "2 h 30 min", in Chinese "48 小时"."""
    if milliseconds < 0:
        return f"-{say_duration(-milliseconds, lang)}"
    if milliseconds == 0:
        return _with_unit(0, "h", lang)
    parts: list[str] = []
    rest = milliseconds
    for size, unit in _UNITS:
        whole = rest // size
        exact = rest % size == 0 and unit != "d"
        if whole and (parts or exact or whole >= _FROM[unit]):
            parts.append(_with_unit(whole, unit, lang))
            rest -= whole * size
    return " ".join(parts)


def near(units: int | Fraction, unit: int) -> tuple[int, int]:
    """The milliseconds that an instant is close to, and on which side of them it is: -1, 0, 1.

    Runs in dense time lie at whole units but where a strict bound keeps them just off, or where
    what repeats has a period between two.
    """
    exact = Fraction(units)
    whole = floor(exact + HALF)
    if abs(exact - whole) <= CLOSE:
        return whole * unit, (exact > whole) - (exact < whole)
    exact *= unit
    whole = floor(exact + HALF)
    return whole, (exact > whole) - (exact < whole)


def _with_unit(number: int, unit: str, lang: str) -> str:
    return f"{number} {_ZH[unit] if lang == 'zh' else unit}"
