"""Diagrams in Python-Markdown, and with it in MkDocs: a fenced block `fsm` becomes a picture.

    ```fsm
    spec: specs/refund.fsm.yaml
    machine: ticket
    lang: zh
    ```

Beside `machine`, `lang`, `theme`, `direction`, `hide`, `only-tag` and `collapse` there is
`as: mermaid`, for pages that load Mermaid themselves. Paths are relative to the option `root` of
the extension, by default the current directory.
"""

import re
from html import escape
from pathlib import Path
from typing import Any

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor

from fsm.draw.embed import MERMAID, SVG, described, diagram, inline, request, svg
from fsm.errors import UsageError

_OPEN = re.compile(r"^ {0,3}(`{3,}|~{3,})\s*(.*?)\s*$")


class FsmExtension(Extension):  # type: ignore[misc]
    """Registered as `fsm`. A broken spec, an unknown machine or option raises, and so fails the
    build: `SpecError` with the diagnostics, or `UsageError`."""

    def __init__(self, **configs: Any) -> None:
        self.config = {"root": [".", "the folder that paths of specs are relative to"]}
        super().__init__(**configs)

    def extendMarkdown(self, md: Markdown) -> None:
        """Comes before the extensions that show fenced blocks as code (their priority is 25)."""
        md.registerExtension(self)
        root = Path(str(self.getConfig("root")))
        md.preprocessors.register(_Blocks(md, root), "fsm", 28)


class _Blocks(Preprocessor):  # type: ignore[misc]
    def __init__(self, md: Markdown, root: Path) -> None:
        super().__init__(md)
        self.root = root

    def run(self, lines: list[str]) -> list[str]:
        """The lines with a placeholder for each picture; other fenced blocks stay as they are."""
        written: list[str] = []
        rest = iter(enumerate(lines, 1))
        for number, line in rest:
            opened = _OPEN.match(line)
            if not opened or (opened[1][0] == "`" and "`" in opened[2]):
                written.append(line)
                continue
            block, last = [], ""
            for _, inner in rest:
                if re.match(rf"^ {{0,3}}{re.escape(opened[1])}{opened[1][0]}*\s*$", inner):
                    last = inner
                    break
                block.append(inner)
            if opened[2] != "fsm":
                written += [line, *block, *([last] if last else [])]
                continue
            html = self._picture(block, f"fsm block at line {number}")
            written += ["", self.md.htmlStash.store(html), ""]
        return written

    def _picture(self, block: list[str], where: str) -> str:
        options = _options(block, where)
        kind = options.pop("as", SVG)
        if kind not in (SVG, MERMAID):
            raise UsageError("F631", f"{where}: '{kind}' is no form", f"as: {SVG} or {MERMAID}")
        wanted = request(options.pop("spec", ""), options, self.root, where, ("spec", "as"))
        shown, view = diagram(wanted, where)
        alt = described(shown)
        if kind == MERMAID:
            from fsm.draw.mermaid import mermaid

            return f'<pre class="mermaid">{escape(mermaid(shown, view))}</pre>'
        return inline(svg(shown, view), alt)


def _options(block: list[str], where: str) -> dict[str, str]:
    options: dict[str, str] = {}
    for line in block:
        key, sign, value = line.partition(":")
        key = key.strip()
        if not line.strip():
            continue
        if not sign or key in options:
            why = "is given twice" if sign else "is no option"
            raise UsageError("F631", f"{where}: '{key}' {why}", "write options as key: value")
        options[key] = value.strip()
    return options


def makeExtension(**configs: Any) -> FsmExtension:
    """What Python-Markdown calls for `markdown.Markdown(extensions=["fsm.draw.markdown"])`."""
    return FsmExtension(**configs)
