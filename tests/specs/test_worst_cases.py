"""The page of worst cases is in step with the specs."""

import pytest

from tests.specs.worst_cases import PAGE, ROWS, Row, lines, page

QUICK = [row for row in ROWS if not row.spec.endswith(("shipped_refund_only", "after_sale"))]


@pytest.mark.parametrize("row", QUICK, ids=lambda row: f"{row.spec} {row.start}")
def test_the_page_says_what_the_spec_says(row: Row) -> None:
    text = PAGE.read_text(encoding="utf-8")
    found = list(lines(row))
    assert found
    assert all(line in text for line in found)


@pytest.mark.slow
def test_the_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()
