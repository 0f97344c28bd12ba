"""Graphviz' SVG made ready for a page: stamped, titled, signs drawn, fonts named once."""

import re

from fsm.draw.boxes import escape
from fsm.draw.signs import DRAWN
from fsm.draw.stamp import Stamp, says

_TEXT = re.compile(r"<text\b(?P<attributes>[^>]*)>(?P<text>[" + "".join(DRAWN) + r"])</text>")
_NUMBER = {name: re.compile(rf'\b{name}="(-?[\d.]+)"') for name in ("x", "y", "font-size")}
_BOLD = re.compile(
    r'(<text\b[^>]*? y=")(-?[\d.]+)("[^>]*?font-weight="bold"[^>]*?font-size=")([\d.]+)'
)
_ANCHOR = {"start": 0.0, "middle": -0.5, "end": -1.0}
_FILL = re.compile(r'\bfill="([^"]+)"')
_FONT = re.compile(r' font-family="([^"]*)"')
_SVG = re.compile(r"<svg\b[^>]*>")
_TITLES = re.compile(r"<title>[^<]*</title>\n?")
_IDS = re.compile(r'<g id="[^"]*"')  # the same in every picture, and a page may hold several
_COMMENTS = re.compile(r"<!--.*?-->\n?", re.DOTALL)


def finish(svg: str, title: str, stamp: Stamp) -> str:
    """The picture without Graphviz' own comments and tooltips, as one labelled image.

    Complexity  O(length).
    """
    body = _COMMENTS.sub("", svg[svg.index("<svg") :])
    body = _IDS.sub("<g", _TITLES.sub("", body))
    fonts = _FONT.search(body)
    body = _FONT.sub("", body)
    body = _BOLD.sub(_lowered, body)
    body = _TEXT.sub(_drawn, body)
    opening = _SVG.search(body)
    if opening is None:
        raise ValueError("not an SVG")
    attributes = opening[0][4:-1].strip()
    family = f' font-family="{fonts[1]}"' if fonts else ""
    name = escape(title)
    mark = escape(says(stamp)).replace("--", "- -")
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<!-- {mark} -->\n"
        f'<svg {attributes} role="img" aria-label="{name}"{family}>\n'
        f"<title>{name}</title>\n<metadata>{mark}</metadata>"
        f"{body[opening.end() :].rstrip()}\n"
    )


def _lowered(found: re.Match[str]) -> str:
    """Bold text a little lower: Graphviz places it higher than the plain text beside it."""
    y = float(found[2]) + 0.12 * float(found[4])
    return f"{found[1]}{y:.2f}{found[3]}{found[4]}"


def _drawn(found: re.Match[str]) -> str:
    """A sign as lines, in the middle of where its character would stand."""
    attributes = found["attributes"]
    numbers = {name: _NUMBER[name].search(attributes) for name in _NUMBER}
    x, y, size = (float(n[1]) if n else 0.0 for n in numbers.values())
    anchor = re.search(r'text-anchor="(\w+)"', attributes)
    fill = _FILL.search(attributes)
    side = size * 1.18
    left = x + _ANCHOR[anchor[1] if anchor else "start"] * side
    scale = side / 16
    drawing = DRAWN[found["text"]].replace("{c}", fill[1] if fill else "#000000")
    place = f"translate({left:.2f} {y - 0.82 * side:.2f}) scale({scale:.4f})"
    return f'<g transform="{place}">{drawing}</g>'
