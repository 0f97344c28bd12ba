"""Diagrams in a Markdown page, kept fresh: what stands between two marker comments is drawn anew.

<!-- fsm: specs/refund.fsm.yaml machine=ticket lang=en as=mermaid -->
<!-- /fsm -->
"""

import re
import shlex
from pathlib import Path
from urllib.parse import quote

from fsm.draw.embed import IMAGE, MERMAID, Request, described, diagram, request
from fsm.errors import UsageError

_START = re.compile(r"^\ufeff?( {0,3})<!--\s*fsm:(.*?)-->\s*$")
_END = re.compile(r"^ {0,3}<!--\s*/fsm\s*-->\s*$")
_FENCE = re.compile(r"^ {0,3}(`{3,}(?=[^`]*$)|~{3,})")


def injected(path: Path) -> str:
    """The page as it should be, its line ends as they are in the file.

    Raises `UsageError` F634 where it cannot be read as UTF-8, and as `inject` does.
    """
    try:
        text = path.read_bytes().decode()
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise UsageError("F634", f"cannot read {path}: {reason}") from problem
    except UnicodeDecodeError as problem:
        raise UsageError("F634", f"{path} is not UTF-8", "save the page as UTF-8") from problem
    return inject(text, path.parent, str(path))


def inject(text: str, base: Path, name: str = "page") -> str:
    """The text with the diagrams of today between its markers, all else untouched.

    Semantics   Paths are relative to `base`. A marker stands on a line of its own; within a fenced
                code block it is an example. Injecting twice changes nothing more.
    Raises      `UsageError` F630 for a start without an end or the reverse, F631 to F633 for what
                the start asks for, each with `name` and the line; `SpecError` for a broken spec.
    Complexity  linear in the text, beside the drawing.
    """
    lines = text.split("\n")
    written: list[str] = []
    fence, opened = "", 0
    for number, line in enumerate(lines, 1):
        where = f"{name}:{number}"
        start = None if fence else _START.match(line)
        end = None if fence else _END.match(line)
        fence = _fenced(line, fence)
        if start and opened:
            raise UsageError(
                "F630",
                f"{where}: a diagram starts before that of line {opened} has ended",
                "put <!-- /fsm --> on a line of its own below each diagram",
            )
        if end and not opened:
            raise UsageError(
                "F630", f"{where}: <!-- /fsm --> ends nothing", "remove it, or add <!-- fsm: … -->"
            )
        if start:
            opened = number
            written += [line, *_block(start[1], start[2], base, where, line.endswith("\r"))]
        elif end:
            opened = 0
        if not opened:
            written.append(line)
    if opened:
        raise UsageError(
            "F630",
            f"{name}:{opened}: the diagram has no end",
            "put <!-- /fsm --> on a line of its own below it",
        )
    return "\n".join(written)


def _fenced(line: str, fence: str) -> str:
    """The fence that is open after the line, "" for none. Source: CommonMark 0.31, section 4.5."""
    found = _FENCE.match(line)
    if not fence:
        return found[1] if found else ""
    closes = found and found[1].startswith(fence) and line.strip() == found[1]
    return "" if closes else fence


def _block(indent: str, asked: str, base: Path, where: str, windows: bool) -> list[str]:
    """What belongs between the markers, line by line."""
    path, options = _parsed(asked, where)
    kind = options.pop("as", MERMAID)
    if kind not in (MERMAID, IMAGE):
        raise UsageError("F631", f"{where}: '{kind}' is no form", f"as={MERMAID} or as={IMAGE}")
    source = options.pop("src", "")
    if source and kind != IMAGE:
        raise UsageError("F631", f"{where}: src belongs to as={IMAGE}", "leave it out")
    wanted = request(path, options, base, where, ("as", "src"))
    lines = _mermaid(wanted, where) if kind == MERMAID else [_image(wanted, source, where)]
    end = "\r" if windows else ""
    return [(indent + line if line else "") + end for line in ["", *lines, ""]]


def _parsed(asked: str, where: str) -> tuple[str, dict[str, str]]:
    try:
        words = shlex.split(asked.replace("\\", "\\\\"))
    except ValueError as problem:
        raise UsageError("F631", f"{where}: a quote is not closed", "close it") from problem
    options: dict[str, str] = {}
    for word in words[1:]:
        key, sign, value = word.partition("=")
        if not sign or key in options:
            why = "is given twice" if sign else "is no option"
            raise UsageError("F631", f"{where}: '{key}' {why}", "write options as key=value")
        options[key] = value
    return (words[0] if words else ""), options


def _mermaid(wanted: Request, where: str) -> list[str]:
    from fsm.draw.mermaid import mermaid

    return ["```mermaid", *mermaid(*diagram(wanted, where)).rstrip("\n").split("\n"), "```"]


def _image(wanted: Request, source: str, where: str) -> str:
    """A link to the picture, by default where `fsm draw` beside the page puts it."""
    shown, _ = diagram(wanted, where)
    alt = "".join(f"\\{c}" if c in "\\[]*_`<>&!" else c for c in described(shown))
    link = quote(source or f"diagrams/{shown.spec}/{shown.name}.svg", safe="/:.?#=&%")
    return f"![{alt}]({link})"
