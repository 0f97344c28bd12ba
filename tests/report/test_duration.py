"""Spans of time as people say them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsm.report.duration import say_duration

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
SIZES = {"ms": 1, "s": 1_000, "min": MINUTE, "h": HOUR, "d": DAY}


@pytest.mark.parametrize(
    ("span", "en", "zh"),
    [
        (0, "0 h", "0 小时"),
        (1, "1 ms", "1 毫秒"),
        (90_000, "90 s", "90 秒"),
        (MINUTE, "1 min", "1 分钟"),
        (90 * MINUTE, "90 min", "90 分钟"),
        (150 * MINUTE, "2 h 30 min", "2 小时 30 分钟"),
        (DAY, "24 h", "24 小时"),
        (48 * HOUR, "48 h", "48 小时"),
        (72 * HOUR, "3 d", "3 天"),
        (75 * HOUR, "3 d 3 h", "3 天 3 小时"),
        (-2 * HOUR, "-2 h", "-2 小时"),
    ],
)
def test_known_spans(span: int, en: str, zh: str) -> None:
    assert (say_duration(span, "en"), say_duration(span, "zh")) == (en, zh)


@given(st.integers(1, 400 * DAY))
def test_nothing_is_lost(span: int) -> None:
    parts = re.findall(r"(\d+) (\w+)", say_duration(span, "en"))
    assert sum(int(number) * SIZES[unit] for number, unit in parts) == span
