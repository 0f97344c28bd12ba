"""Colours on a terminal, nothing elsewhere.

Terminal attributes are written directly: six of them do not justify importing a library of tables
and markup on every start (a check of a small spec has to answer at once).
"""

from msgspec import Struct

_CODES = {"good": "32", "bad": "31;1", "open": "33", "title": "1", "dim": "2", "warn": "33"}


class Paint(Struct, frozen=True):
    """Paints text if it is `on`."""

    on: bool = False

    def __call__(self, style: str, text: str) -> str:
        """`text` in a style: good, bad, open, title, dim, warn."""
        return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if self.on and text else text
