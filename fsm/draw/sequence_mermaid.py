"""A sequence diagram as Mermaid (`sequenceDiagram`)."""

from collections.abc import Iterator

from fsm.draw.diagram import EdgeKind, Words
from fsm.draw.mermaid import escaped
from fsm.draw.metrics import wrap
from fsm.draw.sequence import Row, Sequence
from fsm.draw.signs import CLOCK
from fsm.draw.stamp import stamped

_MESSAGE, _NOTE, _WIDE = 260.0, 180.0, 900.0  # how wide lines may get, in points
_SIZE = 12.0


def sequence_mermaid(sequence: Sequence) -> str:
    """The diagram as text, its hash in a comment above. Complexity: linear in the words."""
    lines = ["sequenceDiagram"]
    if title := list(dict.fromkeys(sequence.title)):
        lines.append(f"  title {escaped(' / '.join(title))}")
    for number, line in enumerate(sequence.lifelines):
        lines.append(f"  participant p{number} as {_said(line.words, _NOTE)}")
    last = len(sequence.lifelines) - 1
    everyone = f"p0,p{last}" if last else "p0"
    setting = [said for said in sequence.setting if said]
    if setting:
        said = "<br/>".join(_said((line,), _WIDE) for part in setting for line in part)
        lines.append(f"  Note over {everyone}: {said}")
    clock: Words = ()
    for number, row in enumerate(sequence.rows):
        if number == sequence.loop:
            lines.append(f"  loop {escaped(' / '.join(dict.fromkeys(sequence.for_ever)))}")
        if row.clock != clock and any(row.clock):
            lines.append(f"  Note over {everyone}: {CLOCK} {_said(row.clock, _WIDE)}")
        clock = row.clock
        lines += [f"  {line}" for line in _row(row, everyone)]
    if sequence.loop is not None:
        lines.append("  end")
    for words in (sequence.remark, sequence.conclusion):
        if words:
            lines.append(f"  Note over {everyone}: {_said(words, _WIDE)}")
    return stamped("\n".join(lines) + "\n", "%%")


def _row(row: Row, everyone: str) -> Iterator[str]:
    if row.actor is None:
        yield f"Note over {everyone}: {_said(row.words, _WIDE)}"
        return
    deadline = row.kind is EdgeKind.DEADLINE
    arrow = ("<<" if row.mutual and row.targets else "") + ("-->>" if deadline else "->>")
    mark = f"{CLOCK} " if deadline else ""
    said = [f"{mark}{row.number}. {_said(row.words, _MESSAGE)}"]
    said += [_said(detail, _MESSAGE) for detail in row.details]
    if row.rules:
        said.append(escaped(", ".join(row.rules)))
    for place, target in enumerate(row.targets or (row.actor,)):
        text = "<br/>".join(said) if place == 0 else f"{mark}{row.number}."
        yield f"p{row.actor}{arrow}p{target}: {text}"
    for change in row.changes:
        words = tuple(f"{a} → {b}" for a, b in zip(change.old, change.new, strict=True))
        yield f"Note over p{change.lifeline}: {_said(words, _NOTE)}"


def _said(words: Words, width: float) -> str:
    """Every language on lines of its own: Mermaid does not wrap."""
    lines = [line for word in dict.fromkeys(words) for line in wrap(word, width, _SIZE)]
    return "<br/>".join(map(escaped, lines)) or " "
