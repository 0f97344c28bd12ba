"""What a spec's text is made of: scalars, sequences and mappings, each with its place.

Nothing here knows what a key means. Scalars are text; `plain` tells `true` from `"true"`.
"""

import re
from functools import cached_property

from msgspec import Struct

from fsm.errors import Position
from fsm.spec.align import align
from fsm.spec.document import Document
from fsm.spec.tree import Source

VERBATIM = "="  # the style of text that comes from Python, not from YAML
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}\Z")


class Scalar(Struct, frozen=True, dict=True):
    """A piece of text; `style` is how it was written: "" (plain), `'`, `"`, `|`, `>`, or `=`
    for text that was not written in YAML at all.

    `start` and `end` are the offsets in the document, quotes included.
    """

    value: str
    style: str
    document: Document
    start: int
    end: int

    @property
    def at(self) -> Position:
        return self.document.position(self.start)

    @property
    def is_empty(self) -> bool:
        """Nothing was written here."""
        return not self.value and not self.style

    @property
    def boolean(self) -> bool | None:
        """The truth value, where it is one."""
        return {"true": True, "false": False}.get(self.value) if not self.style else None

    @property
    def integer(self) -> int | None:
        """The number, where it is a whole one."""
        plain = not self.style and _INTEGER.match(self.value)
        return int(self.value) if plain else None

    @cached_property
    def _offsets(self) -> tuple[int, ...]:
        return align(self.value, self.style, self.document.text, self.start, self.end)

    def offset(self, index: int) -> int:
        """The place in the document of the character `index` of the value, or of its end."""
        offsets = self._offsets
        return offsets[min(max(index, 0), len(offsets) - 1)]

    def source(self) -> Source:
        """The value as the text of an expression."""
        return Source(
            self.value,
            lambda index: self.document.position(self.offset(index)),
            lambda index: self.document.line(self.offset(index)),
        )


class Sequence(Struct, frozen=True):
    """A list."""

    items: "tuple[Node, ...]"
    document: Document
    start: int

    @property
    def at(self) -> Position:
        return self.document.position(self.start)

    @property
    def is_empty(self) -> bool:
        return False


class Mapping(Struct, frozen=True):
    """Keys and values, in the order of the text. Keys are unique."""

    entries: "tuple[tuple[Scalar, Node], ...]"
    document: Document
    start: int

    @property
    def at(self) -> Position:
        return self.document.position(self.start)

    @property
    def is_empty(self) -> bool:
        return False


Node = Scalar | Sequence | Mapping


def describe(node: Node) -> str:
    """What this is, in words that fit after "not"."""
    if isinstance(node, Sequence):
        return "a list"
    if isinstance(node, Mapping):
        return "a mapping"
    if node.is_empty:
        return "empty"
    if node.boolean is not None:
        return f"the truth value {node.value}"
    return f"the number {node.value}" if node.integer is not None else f"'{shorten(node.value)}'"


def shorten(text: str, most: int = 40) -> str:
    """The text on one line, cut where it is longer than `most` characters."""
    flat = " ".join(text[: 4 * most].split())
    return flat if len(flat) <= most else flat[: most - 1] + "…"
