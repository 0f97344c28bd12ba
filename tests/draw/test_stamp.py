"""Stamps: written, read back, and absent where there are none."""

import struct
import zlib

import pytest

from fsm.draw.stamp import Stamp, digest, says, stamp_of, stamp_png, stamped

STAMP = Stamp("0123456789abcdef" * 4, "graphviz 2.43.0, typst 0.15.2")


def chunk(name: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)


PIXEL = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(b"\0\0"))
    + chunk(b"IEND", b"")
)


def test_line_ends_make_no_difference() -> None:
    assert digest("a\nb\n") == digest("a\r\nb\r\n") != digest("a\nb")


@pytest.mark.parametrize(
    ("format", "comment"), [("dot", "//"), ("mermaid", "%%"), ("plantuml", "'")]
)
def test_a_text_carries_the_hash_of_the_rest(format: str, comment: str) -> None:
    text = stamped("graph\n", comment)
    assert text.startswith(f"{comment} ") and text.endswith("\ngraph\n")
    assert stamp_of(text.encode(), format) == Stamp(digest("graph\n"))
    assert stamp_of(b"graph\n", format) is None
    assert stamp_of(b"graph\n" + text.encode(), format) is None


def test_png_keeps_its_chunks_intact() -> None:
    data = stamp_png(PIXEL, STAMP)
    assert stamp_of(data, "png") == STAMP
    place, names = 8, []
    while place < len(data):
        length, name = struct.unpack(">I4s", data[place : place + 8])
        content = data[place + 8 : place + 8 + length]
        (checksum,) = struct.unpack(">I", data[place + 8 + length : place + 12 + length])
        assert checksum == zlib.crc32(name + content)
        names.append(name)
        place += 12 + length
    assert names == [b"IHDR", b"tEXt", b"IDAT", b"IEND"]


@pytest.mark.parametrize(
    "data", [b"", PIXEL, PIXEL[:30], says(STAMP).encode(), b"\x89PNG\r\n\x1a\n"]
)
def test_png_without_a_stamp(data: bytes) -> None:
    assert stamp_of(data, "png") is None


def test_svg_and_pdf() -> None:
    svg = f"<?xml version='1.0'?>\n<!-- {says(STAMP)} -->\n<svg/>".encode()
    assert stamp_of(svg, "svg") == STAMP
    pdf = f"%PDF-1.7\n/Keywords ({says(STAMP)})\n".encode()
    assert stamp_of(pdf, "pdf") == STAMP
    assert stamp_of(b"<svg/>", "svg") is None and stamp_of(b"%PDF-1.7", "pdf") is None
