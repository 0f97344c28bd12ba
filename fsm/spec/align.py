"""From the characters of a YAML scalar to the places in the file where they were written.

Quotes, escapes, indentation and folded lines make the two differ. Everything that YAML adds or
drops is white space, apart from quotes and escapes: so the other characters are matched in order.
"""

from collections.abc import Iterator

_ESCAPE_DIGITS = {"x": 2, "u": 4, "U": 8}


def align(value: str, style: str, text: str, start: int, end: int) -> tuple[int, ...]:
    """The offset in `text` of every character of `value`, and of its end.

    `text[start:end]` is the scalar as it was written. Offsets never decrease. Where the two do not
    fit together, everything is at `start`. Linear in the length of the scalar.
    """
    if text[start : start + len(value)] == value and style in ("", "="):
        return tuple(range(start, start + len(value) + 1))
    written = iter(list(_written(style, text, start, end)))
    offsets: list[int] = []
    after = _opening(style, text, start, end)
    for character in value:
        if character.isspace():
            same = after < end and text[after] == character
            offsets.append(after)
            after += 1 if same and character != "\n" else 0
            continue
        found = next(written, None)
        if found is None or (found[0] and found[0] != character):
            return (start,) * (len(value) + 1)
        offsets.append(found[1])
        after = found[2]
    return (*offsets, after)


def _opening(style: str, text: str, start: int, end: int) -> int:
    """The first offset of the contents: behind the quote, or on the line below `|` and `>`."""
    if style in ("'", '"'):
        return start + 1
    if style in ("|", ">"):
        newline = text.find("\n", start, end)
        return end if newline < 0 else newline + 1
    return start


def _written(style: str, text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """The characters that are not white space: each with its offset and the one behind it.

    An escape is one character; which one is left open ("").
    """
    at = _opening(style, text, start, end)
    if style in ("'", '"'):
        end -= 1
    while at < end:
        character = text[at]
        if style == '"' and character == "\\":
            digits = _ESCAPE_DIGITS.get(text[at + 1], 0)
            length = 2 + digits
            is_space = text[at + 1] in "\n \tnrtNLP_vf"
            if digits:
                is_space = chr(int(text[at + 2 : at + length], 16)).isspace()
            if not is_space:
                yield "", at, at + length
            at += length
            continue
        length = 2 if style == "'" and character == "'" else 1
        if not character.isspace():
            yield character, at, at + length
        at += length
