"""PNG and PDF from an SVG, through typst: no browser, no library of the system."""

import re
from html import unescape
from importlib.metadata import version

from fsm.draw.stamp import Stamp, says, stamp_of, stamp_png
from fsm.errors import UsageError

_POINTS_PER_INCH = 144.0  # twice the size, for sharp screens
# Fonts with Chinese that systems come with, or that one installs; any font whose name says CJK, or
# that it is for SC or TC, will do as well.
_CHINESE = re.compile(
    r"CJK|\b(SC|TC|HK|GB|CN)\b|PingFang|YaHei|SimSun|SimHei|Heiti|Songti|STHeiti|STSong|Kaiti|"
    r"WenQuanYi|Source Han|Droid Sans Fallback|AR PL|DengXian|MiSans|Hiragino|Unifont|Sarasa",
    re.IGNORECASE,
)
_HAN = re.compile("[㐀-鿿豈-﫿\U00020000-\U0003ffff]")
_TITLE = re.compile(r"<title>([^<]*)</title>")


def rasterise(svg: str, format: str) -> bytes:
    """The picture as "png" or "pdf", with the stamp of the SVG, and what made this of it.

    Raises `UsageError` where the picture has Chinese and no font of this machine does: a page full
    of empty boxes is not a picture.
    """
    import typst

    if _HAN.search(svg):
        _require_chinese(typst.Fonts(True, False).families())
    stamp = stamp_of(svg.encode(), "svg")
    made = f"typst {version('typst')}"
    if stamp is not None:
        stamp = Stamp(stamp.source, f"{stamp.renderer}, {made}" if stamp.renderer else made)
    title = _TITLE.search(svg)
    document = _document(svg, unescape(title[1]) if title else "", stamp)
    try:
        data = typst.compile(
            document.encode(),
            format="png" if format == "png" else "pdf",
            ppi=_POINTS_PER_INCH,
            timestamp=0,
        )
    except typst.TypstError as error:
        raise UsageError("F625", f"{made} cannot draw this picture: {error}", _ASK) from None
    return stamp_png(data, stamp) if format == "png" and stamp is not None else data


_ASK = "draw it as SVG (--format svg)"


def _document(svg: str, title: str, stamp: Stamp | None) -> str:
    keywords = f", keywords: {_string(says(stamp))}" if stamp is not None else ""
    return (
        f"#set document(title: {_string(title)}{keywords}, date: none)\n"
        "#set page(width: auto, height: auto, margin: 0pt, fill: none)\n"
        f'#image(bytes({_string(svg)}), format: "svg", alt: {_string(title)})\n'
    )


def _string(text: str) -> str:
    """A string of typst: https://typst.app/docs/reference/foundations/str/"""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _require_chinese(families: list[str]) -> None:
    if any(_CHINESE.search(family) for family in families):
        return
    raise UsageError(
        "F624",
        "this picture has Chinese, and no font of this machine has",
        "install one: fonts-noto-cjk (Debian, Ubuntu), google-noto-sans-cjk-fonts (Fedora), "
        "font-noto-cjk (Alpine), noto-fonts-cjk (Arch); or draw it as SVG, or with --lang en",
    )
