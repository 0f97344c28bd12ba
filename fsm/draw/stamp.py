"""The mark that every drawn file carries: the hash of its source, and what rendered it.

A text (DOT, Mermaid, PlantUML) says it in its first line, as a comment, with the hash of the rest.
A rendered file carries the hash of the DOT, or other text, that it was drawn from.
"""

import hashlib
import re
import struct
import zlib

from msgspec import Struct

MARK = "fsm-source-sha256:"
RENDERED_BY = "rendered-by:"
_HASH = re.compile(rb"fsm-source-sha256:\s*([0-9a-f]{64})")
_RENDERER = re.compile(rb"rendered-by:\s*([ -~]*?)\s*(?:-->|[)<\r\n;]|$)")
_PNG = b"\x89PNG\r\n\x1a\n"


class Stamp(Struct, frozen=True):
    """`source`: SHA-256 of the source in hex. `renderer`: programs with versions, "" for a text."""

    source: str
    renderer: str = ""


def digest(source: str) -> str:
    """SHA-256 of the text in hex; how its lines end makes no difference."""
    return hashlib.sha256(source.replace("\r\n", "\n").encode()).hexdigest()


def stamped(text: str, comment: str) -> str:
    """The text below a first line that carries its hash; `comment` starts a comment there."""
    return f"{comment} {MARK} {digest(text)}\n{text}"


def stamp_of(data: bytes, format: str) -> Stamp | None:
    """The mark that a file carries, None where it carries none. O(size)."""
    if format == "png":
        return _of_png(data)
    if format == "svg":
        found = _read(data[:4096])
        return found if found and found.renderer else None
    if format == "pdf":
        return _read(data)
    first = data.partition(b"\n")[0]
    hashed = _HASH.search(first)
    return Stamp(hashed[1].decode()) if hashed else None


def stamp_png(data: bytes, stamp: Stamp) -> bytes:
    """The picture with the mark in a tEXt chunk behind its header."""
    head = len(_PNG) + 25  # the IHDR chunk: length, name, 13 bytes, checksum
    return data[:head] + _chunk(b"tEXt", b"Comment\0" + says(stamp).encode("latin-1")) + data[head:]


def says(stamp: Stamp) -> str:
    """The mark as text."""
    return f"{MARK} {stamp.source}; {RENDERED_BY} {stamp.renderer}"


def _read(data: bytes) -> Stamp | None:
    hashed, renderer = _HASH.search(data), _RENDERER.search(data)
    if hashed is None:
        return None
    return Stamp(hashed[1].decode(), renderer[1].decode() if renderer else "")


def _of_png(data: bytes) -> Stamp | None:
    """Reads the chunks one after the other. Source: PNG, third edition, section 5."""
    if not data.startswith(_PNG):
        return None
    place = len(_PNG)
    while place + 8 <= len(data):
        length, name = struct.unpack(">I4s", data[place : place + 8])
        if name == b"tEXt" and (found := _read(data[place + 8 : place + 8 + length])):
            return found
        place += length + 12
    return None


def _chunk(name: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)
