"""The page on the 48 hours is in step with the flagship."""

import pytest

from tests.specs.forty_eight_hours import PAGE, ROWS, lines, page

QUICK = [row for row in ROWS if row.ref in ("A6", "A11") and row.free is not None]


@pytest.mark.parametrize("row", QUICK, ids=lambda row: f"{row.ref} {row.property}{row.goal}")
def test_the_page_says_what_the_spec_says(row) -> None:  # type: ignore[no-untyped-def]
    text = PAGE.read_text(encoding="utf-8")
    found = list(lines(row))
    assert found
    assert all(line in text for line in found)


def test_the_answers_are_those_known() -> None:
    """What the rules say when they are read by hand."""
    text = PAGE.read_text(encoding="utf-8")
    for answer in (
        "violated exactly when `courier_intercept and clock_while_intercepting == pauses`",
        "无界 · unbounded: `refund_after_refusal and clock_after_flag == stopped`",
        "无界 · unbounded: `modification_restarts_clock`",
        "至少 · at least 48 小时（可达） · 48 h (reached)",
        "violated exactly when `modification_restarts_clock or (courier_intercept and "
        "clock_while_intercepting == pauses) or (refund_after_refusal and "
        "clock_after_flag == stopped)`",
    ):  # fmt: skip
        assert answer in text


@pytest.mark.slow
def test_the_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()
