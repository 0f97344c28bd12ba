"""Lines of generated Python, with their indentation."""

import keyword
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager


def comment(words: str) -> str:
    """A comment on one line, whatever the words are: a name never becomes code."""
    return f"# {' '.join(words.split())}"


class Text:
    """Python source that grows line by line."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._depth = 0

    def line(self, *lines: str) -> None:
        """Add lines at the present depth; an empty one stays empty."""
        self._lines += ["    " * self._depth + line if line else "" for line in lines]

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """What is added inside belongs to `head`. A block in which nothing is said is left out."""
        self.line(f"{head}:")
        at = len(self._lines)
        self._depth += 1
        yield
        self._depth -= 1
        if not any(line.strip() and not line.strip().startswith("#") for line in self._lines[at:]):
            del self._lines[at - 1 :]

    def __str__(self) -> str:
        return "\n".join([*self._lines, ""])


_NUMBERED = re.compile(r"[A-Za-z]\d+")  # e0, w1, V2: names that generated code counts through


def identifiers(names: Iterable[str], reserved: Iterable[str]) -> list[str]:
    """A different Python name for each of these, as like it as can be; no `reserved` one, and none
    of a letter and a number, which generated code keeps for itself."""
    taken = set(reserved)
    found = []
    for name in names:
        clean = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_") or "slot"
        clean = f"_{clean}" if clean[0].isdigit() else clean
        candidate, k = clean, 2
        while candidate in taken or keyword.iskeyword(candidate) or _NUMBERED.fullmatch(candidate):
            candidate, k = f"{clean}_{k}", k + 1
        taken.add(candidate)
        found.append(candidate)
    return found
