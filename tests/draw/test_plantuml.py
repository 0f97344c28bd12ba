"""PlantUML text: a known picture, and escapes that keep every word."""

import re

from hypothesis import example, given

from fsm.draw.cards import arrange
from fsm.draw.diagram import Diagram, Edge, EdgeKind, Kind, Node, Part, Role
from fsm.draw.plantuml import escaped, plantuml
from fsm.draw.stamp import digest, stamp_of
from fsm.draw.theme import THEMES
from fsm.draw.view import View
from tests.draw.diagrams import WORDS, diagrams, small


def _body(text: str) -> list[str]:
    lines = text.splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith("state "))
    return [line.strip() for line in lines[start:]]


def test_a_machine_is_a_state_diagram() -> None:
    blue, grey = THEMES["light"].owner(1).line, THEMES["light"].line
    lines = _body(plantuml(small(), View()))
    assert lines[:4] == [
        'state "open" as open {', 'state "applied" as applied <<pending>>', "[*] --> applied", "}",
    ]  # fmt: skip
    assert "[*] --> open" in lines and "refunded --> [*]" in lines
    assert 'state "⊘ ⚡ stuck\\n§ R3" as stuck <<trap>>' in lines
    assert f"applied -[{blue}]-> stuck : B ▸ withdraw\\n<U+005B>late]\\n" in "\n".join(
        line.replace("[late", "<U+005B>late") for line in lines
    )
    assert f"open -[{grey},dashed]-> refunded : ⏱ 48 h" in lines
    assert f"stuck -[{grey},dotted]-> stuck : ↻ spin" in lines
    place = lines.index("note right of open")
    assert lines[place + 1 : place + 3] == ["B ▸ modify", "end note"]
    assert "B ▸ buyer" in lines[lines.index("legend") : lines.index("endlegend")]
    assert lines[-1] == "@enduml"


def test_the_system_has_its_machines_as_boxes() -> None:
    nodes = (Node("outside-world", ("outside",), Role.ACTOR), Node("a.b", ("shop",), Role.ACTOR))
    edges = (Edge("outside-world", "a.b", EdgeKind.EVENT, (Part(("pay",), 1, rules=("R1",)),)),)
    text = plantuml(small(kind=Kind.SYSTEM, nodes=nodes, edges=edges), View(direction="LR"))
    assert "\nleft to right direction\n" in text
    assert 'state "outside" as outside_world <<actor>>' in text
    assert re.search(r"outside_world -\[#\w+\]-> a_b : pay § R1\n", text)


def test_the_first_line_is_the_hash_of_the_rest() -> None:
    text = plantuml(small(), View(theme="dark"))
    stamp = stamp_of(text.encode(), "plantuml")
    first, _, rest = text.partition("\n")
    assert first.startswith("' ") and rest.startswith("@startuml\ntitle\nticket\nend title\n")
    assert stamp is not None and stamp.source == digest(rest)
    assert f"skinparam backgroundColor {THEMES['dark'].page}\n" in rest


@example("«a» “b”")
@given(WORDS)
def test_escapes_lose_no_word(text: str) -> None:
    code = escaped(text)
    plain = re.sub(r"<U\+([0-9A-F]{4})>", lambda found: chr(int(found[1], 16)), code)
    kept = " ".join(text.replace("\ufeff", " ").split())
    assert plain == "".join(c for c in kept if c.isprintable() or ord(c) > 0xFF)
    rest = re.sub(r"<U\+[0-9A-F]{4}>", "", code)
    assert not set(rest) & set("\"'<>{}|%*`~$\\@#!«»“”\n\r-")
    assert not re.search(r"//|__|\[\[|\]\]", code)
    assert not re.match(r"(?i)end|[=.!&/]", code)


@given(diagrams())
def test_no_words_end_a_block(diagram: Diagram) -> None:
    lines = plantuml(diagram, View()).splitlines()
    assert lines.count("@startuml") == lines.count("@enduml") == lines.count("end title") == 1
    assert lines.count("legend") == lines.count("endlegend") <= 1
    composite = {node.name for node in diagram.nodes if node.composite}
    notes = composite & set(arrange(diagram).inside) if diagram.kind is Kind.MACHINE else set()
    assert lines.count("end note") == len(notes)
