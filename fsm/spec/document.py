"""The text of one spec: its lines, and the position of any character in it."""

from bisect import bisect_right
from dataclasses import dataclass, field

from fsm.errors import Position

_LONGEST_LINE = 500  # characters of a line that a message shows


@dataclass(frozen=True, slots=True)
class Document:
    """A file's name and its text, in which every line ends in `\\n`.

    Where a spec was given as Python data the text is a listing of it, one `path: value` a line,
    and `paths` names the place that each line stands for.
    """

    file: str
    text: str
    paths: tuple[str, ...] = ()
    starts: tuple[int, ...] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        starts = [0]
        at = self.text.find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = self.text.find("\n", at + 1)
        object.__setattr__(self, "starts", tuple(starts))

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
