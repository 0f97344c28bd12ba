"""Columns on a terminal: known widths, and tables whose cells stand under each other."""

from hypothesis import given
from hypothesis import strategies as st

from fsm.report.width import columns, display_width, flow, pad, pad_left, shorten

words = st.text(st.sampled_from("ab 售后单，（）é…"), max_size=12)


def test_chinese_is_twice_as_wide() -> None:
    assert display_width("ticket") == 6
    assert display_width("售后单") == 6
    assert display_width("（A3）") == 6
    assert display_width("e\N{COMBINING ACUTE ACCENT}") == 1
    assert display_width("✓ ") == 2


def test_padding_counts_columns() -> None:
    assert pad("售后", 6) == "售后  "
    assert pad_left("售后", 6) == "  售后"
    assert pad("售后单", 2) == "售后单"


def test_shorten_keeps_to_the_width_and_says_so() -> None:
    assert shorten("已发货仅退款", 12) == "已发货仅退款"
    assert shorten("已发货仅退款", 11) == "已发货仅退…"
    assert shorten("two\n words", 20) == "two words"


@given(words, st.integers(1, 12))
def test_shortened_text_fits(text: str, width: int) -> None:
    assert display_width(shorten(text, width)) <= width


@given(st.lists(st.tuples(words, words.map(str.strip).filter(bool)), min_size=1, max_size=5))
def test_second_cells_start_in_one_column(rows: list[tuple[str, str]]) -> None:
    lines = columns(list(rows))
    starts = {
        display_width(line) - display_width(cell)
        for line, (_, cell) in zip(lines, rows, strict=True)
    }
    assert len(starts) == 1


def test_items_flow_into_lines() -> None:
    assert flow(["one", "two", "three"], 9) == ["one, two,", "three"]
    assert flow(["售后单", "包裹"], 11) == ["售后单,", "包裹"]
    assert flow(["a very long item"], 4) == ["a very long item"]
    assert flow([], 4) == []


@given(st.lists(words.filter(str.strip), max_size=6), st.integers(4, 30))
def test_nothing_is_lost_in_the_flow(items: list[str], width: int) -> None:
    assert " ".join(flow(items, width)) == ", ".join(items)
