"""Colours: contrast as WCAG 2.1 defines it, and nothing told by colour alone."""

from collections.abc import Iterator

import pytest

from fsm.draw.boxes import chip
from fsm.draw.owners import _signs
from fsm.draw.theme import THEMES, Theme

Rgb = tuple[float, float, float]


def linear(color: str) -> Rgb:
    red, green, blue = (int(color[place : place + 2], 16) / 255 for place in (1, 3, 5))

    def one(c: float) -> float:
        return c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4

    return one(red), one(green), one(blue)


def contrast(one: str, two: str) -> float:
    """Source: WCAG 2.1, "contrast ratio" and "relative luminance"."""
    light = sorted(0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in map(linear, (one, two)))
    return (light[1] + 0.05) / (light[0] + 0.05)


def texts(theme: Theme) -> Iterator[tuple[str, str]]:
    """Every pair of text and ground that a picture has."""
    grounds = [theme.page, theme.card]
    states = [theme.pending, theme.final, theme.trap, theme.actor, theme.composite]
    for ground in [*grounds, *(box.fill for box in states)]:  # a list stands inside a state
        yield theme.ink, ground
        yield theme.faint, ground
    for box in [*states, theme.badge, theme.path, *theme.owners]:
        yield box.text, box.fill


def lines(theme: Theme) -> Iterator[tuple[str, str]]:
    """Every pair of line (or sign) and ground."""
    for ground in (theme.page, theme.card, theme.composite.fill):
        yield theme.line, ground
        yield theme.dimmed, ground
        yield theme.path.line, ground
        for owner in theme.owners:
            yield owner.line, ground
    for box in (theme.pending, theme.final, theme.trap, theme.actor):
        yield box.line, theme.page
        yield box.line, box.fill
    yield theme.composite.line, theme.page


def test_contrast_of_black_and_white() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


@pytest.mark.parametrize("name", THEMES)
def test_text_is_readable(name: str) -> None:
    low = {pair: contrast(*pair) for pair in texts(THEMES[name]) if contrast(*pair) < 4.5}
    assert not low


@pytest.mark.parametrize("name", THEMES)
def test_lines_are_visible(name: str) -> None:
    low = {pair: contrast(*pair) for pair in lines(THEMES[name]) if contrast(*pair) < 3}
    assert not low


def test_print_is_without_colour() -> None:
    theme = THEMES["print"]
    for one, two in [*texts(theme), *lines(theme)]:
        for color in (one, two):
            assert color[1:3] == color[3:5] == color[5:7]


def test_owners_have_different_signs_so_that_colour_is_never_alone() -> None:
    names = ["外界", "商家 ERP", "商家", "商家的拒绝", "merchant", "money", "Ma", "M", "m", "商家"]
    signs = _signs(names)
    assert len(set(signs)) == len(signs) and all(signs)
    assert signs[2] == "商" and signs[1] == "商E" and signs[7] == "M"


def test_the_environment_keeps_its_colour_and_machines_share_theirs_in_turn() -> None:
    theme = THEMES["light"]
    count = len(theme.owners) - 1
    assert theme.owner(0) not in [theme.owner(number) for number in range(1, 3 * count)]
    assert theme.owner(1) == theme.owner(1 + count)
    assert len({theme.owner(number).fill for number in range(1, 1 + count)}) == count


def test_a_chip_is_as_wide_as_its_sign() -> None:
    box = THEMES["light"].owners[1]
    assert chip("商E", box).width > chip("商", box).width
