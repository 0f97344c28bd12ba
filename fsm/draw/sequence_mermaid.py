"""A sequence diagram as Mermaid (`sequenceDiagram`)."""

from collections.abc import Iterator

from fsm.draw.diagram import EdgeKind, Words
from fsm.draw.sequence import Row, Sequence
from fsm.draw.stamp import stamped

_FOR_EVER = {"zh": "此后永远重复", "en": "and then for ever"}
_ENDED = {"zh": "此后再也不会发生任何事", "en": "after that nothing can happen any more"}


def sequence_mermaid(sequence: Sequence, langs: tuple[str, ...]) -> str:
    """The diagram as text, its hash in a comment above. Complexity: linear in the words."""
    lines = ["sequenceDiagram"]
    for number, line in enumerate(sequence.lifelines):
        lines.append(f"  participant p{number} as {_said(line.words)}")
    everyone = f"p0,p{len(sequence.lifelines) - 1}" if len(sequence.lifelines) > 1 else "p0"
    clock: Words = ()
    for number, row in enumerate(sequence.rows):
        if number == sequence.loop:
            lines.append(f"  loop {_said(tuple(_FOR_EVER[lang] for lang in langs))}")
        if row.clock != clock and any(row.clock):
            clock = row.clock
            lines.append(f"  Note over {everyone}: ⏱ {_said(clock)}")
        lines += [f"  {line}" for line in _row(row, everyone)]
    if sequence.loop is not None and sequence.loop < len(sequence.rows):
        lines.append("  end")
    if sequence.ended and sequence.lifelines:
        said = _said(tuple(_ENDED[lang] for lang in langs))
        lines.append(f"  Note over {everyone}: {said}")
    return stamped("\n".join(lines) + "\n", "%%")


def _row(row: Row, everyone: str) -> Iterator[str]:
    if row.actor is None:
        yield f"Note over {everyone}: {_said(row.words)}"
        return
    deadline = row.kind is EdgeKind.DEADLINE
    arrow = "-->>" if deadline else "->>"
    said = [("⏱ " if deadline else "") + f"{row.number}. {_said(row.words)}"]
    said += [_said(detail) for detail in row.details]
    if row.rules:
        said.append(_escaped(", ".join(row.rules)))
    for place, target in enumerate(row.targets or (row.actor,)):
        text = "<br/>".join(said) if place == 0 else f"{row.number}."
        yield f"p{row.actor}{arrow}p{target}: {text}"
    for change in row.changes:
        words = tuple(f"{a} → {b}" for a, b in zip(change.old, change.new, strict=True))
        yield f"Note over p{change.lifeline}: {_said(words)}"


def _said(words: Words) -> str:
    return "<br/>".join(_escaped(word) for word in dict.fromkeys(words))


def _escaped(text: str) -> str:
    """Mermaid ends a statement at `;` and a comment starts with `#`: both as character codes, and
    what HTML would read as a tag."""
    codes = {"#": "#35;", ";": "#59;", "<": "#lt;", ">": "#gt;", "&": "#amp;"}
    return "".join(codes.get(c, c) for c in " ".join(text.split())) or " "
