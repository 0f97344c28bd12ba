"""A diagnostic as people read it: place, code, message; the line with a caret; a hint."""

from unicodedata import east_asian_width

from fsm.errors import Diagnostic

_WIDTH = 100  # columns of a source line that are shown


def render(diagnostic: Diagnostic) -> str:
    """The diagnostic on two to four lines, without a newline at the end.

    The caret stands below its character also where wide (Chinese) characters or tabs come before
    it. Of a long line the part around the place is shown.
    """
    lines = [f"{diagnostic.at}: {diagnostic.code} {diagnostic.message}"]
    if diagnostic.source.strip():
        text, before = _excerpt(diagnostic.source, diagnostic.at.column - 1)
        lines += [f"  {text}".rstrip(), f"  {' ' * before}^"]
    if diagnostic.hint:
        lines.append(f"  hint: {diagnostic.hint}")
    return "\n".join(lines)


def _excerpt(source: str, column: int) -> tuple[str, int]:
    """The part of a line around a column, and how wide the text before that column is."""
    source = source.replace("\t", " ")
    first = max(0, min(column, len(source)) - _WIDTH // 2) if len(source) > _WIDTH else 0
    last = first + _WIDTH if len(source) > _WIDTH else len(source)
    head = "…" if first else ""
    tail = "…" if last < len(source) else ""
    return f"{head}{source[first:last]}{tail}", display_width(head + source[first:column])


def display_width(text: str) -> int:
    """Columns on a terminal: wide characters take two."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
