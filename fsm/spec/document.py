"""The text of one spec: its lines, and the position of any character in it."""

from bisect import bisect_right
from functools import cached_property

from msgspec import Struct

from fsm.errors import Position

_LONGEST_LINE = 500  # characters of a line that a message shows


class Document(Struct, frozen=True, dict=True):
    """A file's name and its text, in which every line ends in `\\n`.

    Where a spec was given as Python data the text is a listing of it, one `path: value` a line,
    and `paths` names the place that each line stands for.
    """

    file: str
    text: str
    paths: tuple[str, ...] = ()

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Where its lines begin."""
        starts = [0]
        at = self.text.find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = self.text.find("\n", at + 1)
        return tuple(starts)

    def position(self, offset: int) -> Position:
        """Where the character with this offset stands. O(log lines)."""
        line = bisect_right(self.starts, offset)
        return Position(self.file, line, offset - self.starts[line - 1] + 1)

    def line(self, offset: int) -> str:
        """The line in which this offset lies, without its end; cut where it is very long."""
        start = self.starts[bisect_right(self.starts, offset) - 1]
        end = self.text.find("\n", start)
        whole = self.text[start : len(self.text) if end < 0 else end]
        return whole if len(whole) <= _LONGEST_LINE else whole[:_LONGEST_LINE] + "…"
