"""The labels of a diagram as plain lines, for what draws text only: Mermaid and PlantUML.

Everything is told by words and signs: the letter of an owner, ⏱ before a time, [guard], / action.
"""

from collections.abc import Iterable

from fsm.draw.cards import Layout
from fsm.draw.diagram import Diagram, EdgeKind, Node, Owner, Part, Role, Words
from fsm.draw.legend import say
from fsm.draw.signs import CLOCK, ITSELF, TRAP, URGENT

RULES, STEPS, OWNS = "§", "▶", "▸"  # before the numbers of rules, of steps, and after an owner
BETWEEN = "――"


def distinct(words: Words) -> list[str]:
    """The words that are not empty, each once."""
    return list(dict.fromkeys(word for word in words if word))


def joined(words: Words) -> str:
    """The words of all languages on one line."""
    return " · ".join(distinct(words))


def state_lines(node: Node) -> list[str]:
    """What a state says: its signs and name, how much it stands for, its rules, its steps."""
    signs = [
        sign for sign, shown in ((TRAP, node.role is Role.TRAP), (URGENT, node.urgent)) if shown
    ]
    names = distinct(node.words) or [node.name]
    lines = [" ".join([*signs, names[0]]), *names[1:]]
    if note := joined(node.note):
        lines.append(note)
    return lines + _numbers(node.rules, node.steps)


def part_lines(part: Part, owners: tuple[Owner, ...]) -> list[str]:
    """What a transition says: who and what, when, under which condition, with which effect."""
    names = distinct(part.words)
    lines = []
    if part.owner is not None:
        sign = next(owner.sign for owner in owners if owner.number == part.owner)
        lines.append(" ".join([sign, OWNS, *names[:1]]))
    elif not part.timing:
        lines.append(" ".join([ITSELF, *names[:1]]))
    else:
        lines += names[:1]
    lines += names[1:]
    if part.timing:
        lines.append(f"{CLOCK} {part.timing}")
    lines += [f"[{guard}]" for guard in part.guard]
    lines += [f"/ {action}" for action in part.actions]
    return lines + _numbers(part.rules, part.steps)


def list_lines(parts: Iterable[Part], owners: tuple[Owner, ...]) -> list[str]:
    """Several transitions below each other."""
    lines: list[str] = []
    for part in parts:
        lines += [BETWEEN] if lines else []
        lines += part_lines(part, owners)
    return lines


def event_lines(part: Part) -> list[str]:
    """What an event of the overview says, on one line: its owner is where the arrow starts."""
    return [" ".join([joined(part.words), *_numbers(part.rules, part.steps)])]


def legend_lines(diagram: Diagram, layout: Layout) -> list[str]:
    """What the signs in the picture mean: only those that occur."""
    langs = diagram.langs
    parts = [part for edge in diagram.edges for part in edge.parts]
    lines = []
    if diagram.owners:
        lines.append(say("owners", langs))
        lines += [f"{owner.sign} {OWNS} {joined(owner.words)}" for owner in diagram.owners]
    signs = (
        (CLOCK, "deadline", any(edge.kind is EdgeKind.DEADLINE for edge in diagram.edges)),
        (ITSELF, "itself", any(edge.kind is EdgeKind.SPONTANEOUS for edge in diagram.edges)),
        (TRAP, "trap", any(node.role is Role.TRAP for node in diagram.nodes)),
        (URGENT, "urgent", any(node.urgent for node in diagram.nodes)),
        (RULES, "badge", any(part.rules for part in parts) or any(n.rules for n in diagram.nodes)),
        (STEPS, "path", diagram.path),
    )
    lines += [f"{sign} {say(key, langs)}" for sign, key, shown in signs if shown]
    if layout.everywhere:
        lines.append(say("any", langs))
        lines += list_lines(layout.everywhere, diagram.owners)
    return lines


def _numbers(rules: tuple[str, ...], steps: tuple[int, ...]) -> list[str]:
    lines = [f"{RULES} {', '.join(rules)}"] if rules else []
    return lines + ([f"{STEPS} {', '.join(map(str, steps))}"] if steps else [])
