"""How a picture is asked for: languages, theme, direction, and what to leave out."""

from msgspec import Struct


class View(Struct, frozen=True):
    """Options of a picture.

    `langs` are ("zh",), ("en",) or both in the order wanted; `theme` is light, dark or print,
    `direction` TB (top to bottom) or LR. `hide` holds any of guards, actions and rules. With `tags`
    only states with one of them are shown, those that enclose them, and the edges between them.
    `collapse` draws a composite state as one box.
    """

    langs: tuple[str, ...] = ("en",)
    theme: str = "light"
    direction: str = "TB"
    hide: frozenset[str] = frozenset()
    tags: tuple[str, ...] = ()
    collapse: bool = False
