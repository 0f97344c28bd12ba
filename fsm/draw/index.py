"""The Markdown page that shows all pictures of a folder with the rules that each of them draws."""

import os
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from fsm.draw.diagram import Diagram, Kind
from fsm.draw.gallery import Picture
from fsm.model import Machine, Rule, Spec, Text

PAGE = "README.md"
_SHOWN = ("svg", "png", "mermaid")  # what a page can show, the best first
_TITLE = {"zh": "生命周期图", "en": "Lifecycle diagrams"}
_OVERVIEW = {"zh": "总览", "en": "Overview"}
_SOURCE = {"zh": "规约", "en": "Spec"}
_RULES = {"zh": "规则", "en": "Rule"}
_TEXT = {"zh": "原文", "en": "Text"}
_ALSO = {"zh": "其他格式", "en": "Also as"}
_MADE = {
    "zh": "本页由 `fsm draw --index` 从规约生成，请勿手工修改；"
    "`fsm draw --index --check` 会发现过期的图。",
    "en": "This page is drawn from the specs by `fsm draw --index`; `fsm draw --index --check` "
    "finds what is stale. Edits are lost.",
}


def index_page(
    specs: Sequence[Spec], drawn: Sequence[Picture], langs: tuple[str, ...], folder: Path
) -> str:
    """The page for a folder: each spec, each of its pictures, and the rules that these cite."""
    lines = ["# " + _both(_TITLE, langs), "", *(_MADE[lang] for lang in langs), ""]
    by_spec = {spec.name: spec for spec in specs}
    for name, pictures in groupby(drawn, key=lambda picture: picture.diagram.spec):
        spec = by_spec[name]
        lines += [f"## {_words(spec.title, langs) or name}", ""]
        lines += [f"{_both(_SOURCE, langs)}: [`{name}`]({_link(spec, folder)})", ""]
        machines = {machine.name: machine for machine in spec.all_machines()}
        for _, group in groupby(pictures, key=lambda picture: picture.diagram.name):
            versions = list(group)
            lines += _section(versions, langs)
            machine = machines.get(versions[0].diagram.name)
            if machine is not None:
                lines += _rules(cited(spec, machine), spec, langs)
    return "\n".join(lines).rstrip("\n") + "\n"


def cited(spec: Spec, machine: Machine) -> list[Rule]:
    """The rules that the machine's states and transitions cite, and the events that it owns."""
    names = {rule for state in machine.states for rule in state.rules}
    names |= {rule for transition in machine.transitions for rule in transition.rules}
    for scope in spec.scopes():
        for event in scope.events:
            if event.owner is not None and event.owner.machine == machine.name:
                names |= set(event.rules)
    return [rule for rule in spec.rules if rule.name in names]


def _section(versions: list[Picture], langs: tuple[str, ...]) -> list[str]:
    diagram = versions[0].diagram
    heading = _both(_OVERVIEW, langs) if diagram.kind is Kind.SYSTEM else _title(diagram)
    lines = [f"### {heading}", ""]
    best = min(versions, key=lambda p: _SHOWN.index(p.format) if p.format in _SHOWN else 9)
    if best.format == "mermaid":
        lines += ["```mermaid", best.source.rstrip("\n"), "```", ""]
    elif best.format in _SHOWN:
        lines += [f"![{_plain(_title(diagram))}]({best.path})", ""]
    others = [p for p in versions if p is not best or p.format not in _SHOWN]
    if others:
        links = ", ".join(f"[{p.format}]({p.path})" for p in others)
        lines += [f"{_both(_ALSO, langs)}: {links}", ""]
    return lines


def _rules(rules: Iterable[Rule], spec: Spec, langs: tuple[str, ...]) -> list[str]:
    rows = [
        f"| {rule.name} | " + " | ".join(_cell(rule.text.get(lang)) for lang in langs) + " |"
        for rule in rules
    ]
    if not rows:
        return []
    head = " | ".join([_both(_RULES, langs), *(_TEXT[lang] for lang in langs)])
    return [f"| {head} |", "|---" * (len(langs) + 1) + "|", *rows, ""]


def _link(spec: Spec, folder: Path) -> str:
    """Where the spec lies, as seen from the page."""
    return os.path.relpath(spec.at.file, folder).replace(os.sep, "/")


def _title(diagram: Diagram) -> str:
    return " · ".join(dict.fromkeys(word for word in diagram.title if word))


def _words(text: Text, langs: tuple[str, ...]) -> str:
    return " · ".join(dict.fromkeys(text.get(lang) for lang in langs))


def _both(table: dict[str, str], langs: tuple[str, ...]) -> str:
    return " · ".join(table[lang] for lang in langs)


def _cell(text: str) -> str:
    return _plain(" ".join(text.split())).replace("|", "\\|")


def _plain(text: str) -> str:
    """Words as they are, for a place where Markdown would read brackets and stars."""
    return "".join(f"\\{c}" if c in "[]*_`<\\" else c for c in text)
