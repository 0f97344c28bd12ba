"""Widths of text, and where its lines break."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsm.draw.metrics import text_width, wrap

TEXTS = st.text(st.sampled_from("ab iW.,[]=|，。（）已申请待处理“”é…"), max_size=60)


def test_helvetica() -> None:
    assert text_width("i W", 1000, exact=True) == 222 + 278 + 944
    assert text_width("i W", 1000, bold=True, exact=True) == 278 + 278 + 944
    assert text_width("~", 1000, exact=True) == 584


@pytest.mark.parametrize("text", ["已申请", "，。：", "“”…"])
def test_chinese_is_one_em_wide(text: str) -> None:
    assert text_width(text, 10) == 10 * len(text)


def test_marks_that_join_a_letter_take_no_room() -> None:
    accent = unicodedata.lookup("COMBINING ACUTE ACCENT")
    assert text_width("e" + accent, 10) == text_width("e", 10)


def test_there_is_room_for_the_wider_fonts_that_stand_in_for_helvetica() -> None:
    # DejaVu Sans, from its hmtx table, in units of 2048
    dejavu = {"a": 1255, "e": 1260, "n": 1298, "r": 842, "t": 803, "i": 569, "o": 1253, " ": 651}
    text = "a note on rent at ten to nine or a tea"
    assert text_width(text, 2048) >= sum(dejavu[letter] for letter in text)


@given(TEXTS, st.integers(20, 200))
def test_lines_fit_and_keep_every_character(text: str, width: int) -> None:
    lines = wrap(text, width, 10)
    assert all(text_width(line, 10) <= width or len(line) == 1 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@given(TEXTS, st.integers(30, 200), st.integers(1, 3))
def test_a_cut_text_says_so(text: str, width: int, most: int) -> None:
    lines = wrap(text, width, 10, most)
    whole = wrap(text, width, 10)
    assert len(lines) <= most
    if len(whole) > most:
        assert lines[-1].endswith("…") and text_width(lines[-1], 10) <= width


def test_lines_break_where_a_typesetter_would() -> None:
    assert wrap("已申请，待处理", 30, 10) == ["已申", "请，待", "处理"]
    assert wrap("refund after refusal", 70, 10) == ["refund after", "refusal"]
    assert wrap("amount = 1", text_width("amount =", 10) + 1, 10) == ["amount =", "1"]
    assert wrap("（甲乙", 20, 10) == ["（甲", "乙"]
