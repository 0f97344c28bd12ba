"""Mermaid text: known pictures, and escapes that keep every word."""

import re

import pytest
from hypothesis import given

from fsm.draw.diagram import Diagram, Edge, EdgeKind, Kind, Node, Part, Role
from fsm.draw.mermaid import escaped, identifiers, mermaid
from fsm.draw.stamp import digest, stamp_of
from fsm.draw.view import View
from tests.draw.diagrams import BUYER, NASTY, WORDS, diagrams, small

SMALL = """\
stateDiagram-v2
  accTitle: ticket
  direction TB
  [*] --> open
  state "open" as open {
    direction TB
    [*] --> applied
    state "applied" as applied
  }
  state "⊘ ⚡ stuck<br/>§ R3" as stuck
  state "refunded" as refunded
  refunded --> [*]
  applied --> stuck : B ▸ withdraw<br/>[late]<br/>/ x #58;= 1<br/>§ R1, R2
  open --> refunded : ⏱ 48 h
  stuck --> stuck : ↻ spin
  class applied pending
  class refunded final
  class stuck trap
  note right of open : B ▸ modify
"""


def test_a_machine_is_a_state_diagram() -> None:
    text = mermaid(small(), View())
    kept = [line for line in text.splitlines()[1:] if "classDef" not in line]
    assert "\n".join(kept[:-1]).replace("#91;", "[").replace("#93;", "]") + "\n" == SMALL
    assert kept[-1].startswith("  note left of stuck : ")
    assert "B ▸ buyer" in kept[-1] and "⏱ " in kept[-1] and "⊘ " in kept[-1]


def test_the_system_is_a_flowchart() -> None:
    nodes = (Node("outside-world", ("outside",), Role.ACTOR), Node("a.b", ("shop",), Role.ACTOR))
    parts = (Part(("pay",), 1, rules=("R1",)), Part(("ask",), 1))
    edges = (Edge("outside-world", "a.b", EdgeKind.EVENT, parts),)
    text = mermaid(small(kind=Kind.SYSTEM, nodes=nodes, edges=edges), View(direction="LR"))
    assert text.splitlines()[1] == "flowchart LR"
    assert '  outside_world["outside"]:::actor\n  a_b["shop"]:::actor\n' in text
    assert '  outside_world -->|"pay § R1<br/>ask"| a_b\n' in text


def test_what_every_state_does_alike_is_said_once() -> None:
    names = ("a", "b", "c")
    nodes = tuple(Node(name, (name,), Role.PENDING, initial=name == "a") for name in names)
    stay = Part(("ping",), 1, transition=0)
    reset = Part(("reset",), 1, transition=1)
    edges = [Edge(n, n, EdgeKind.EVENT, (stay,), inside=True) for n in names]
    edges += [Edge(n, "a", EdgeKind.EVENT, (reset,)) for n in names]
    text = mermaid(small(nodes=nodes, edges=tuple(edges)), View())
    assert text.count("ping") == 1 and text.count("reset") == 1
    assert "any_state --> a : B ▸ reset\n" in text


def test_arrows_into_and_out_of_the_own_composite_state_are_visible() -> None:
    part = (Part(("go",), 1, transition=0),)
    back = (Part(("back",), 1, transition=1),)
    edges = (
        Edge("open", "applied", EdgeKind.EVENT, part),
        Edge("applied", "open", EdgeKind.EVENT, back),
    )
    text = mermaid(small(edges=edges), View())
    assert "applied --> applied : B ▸ go\n" in text
    assert "applied --> applied : B ▸ back\n" in text


@pytest.mark.parametrize(
    ("theme", "line"), [("light", "stateDiagram-v2"), ("dark", '%%{init: {"theme": "dark"}}%%')]
)
def test_the_first_line_is_the_hash_of_the_rest(theme: str, line: str) -> None:
    text = mermaid(small(), View(theme=theme))
    first, _, rest = text.partition("\n")
    stamp = stamp_of(text.encode(), "mermaid")
    assert first.startswith("%% ") and rest.startswith(line + "\n")
    assert stamp is not None and stamp.source == digest(rest)


def test_colours_differ_by_theme() -> None:
    assert len({mermaid(small(), View(theme=theme)) for theme in ("light", "dark", "print")}) == 3


@given(diagrams())
def test_ids_are_unique_words_and_nothing_reserved(diagram: Diagram) -> None:
    ids = identifiers(diagram)
    assert set(ids) == {"", *(node.name for node in diagram.nodes)}
    assert len({own.lower() for own in ids.values()}) == len(ids)
    for own in ids.values():
        assert re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", own)
        assert own.lower() not in {"end", "state", "root", "note", "class", "style", "direction"}
        assert not re.search(r"(?i)(_start|_end|direction)$", own)


@given(WORDS)
def test_escapes_lose_no_word(text: str) -> None:
    code = escaped(text)
    plain = re.sub(r"#(\d+);", lambda found: chr(int(found[1])), code)
    kept = " ".join(text.replace("\ufeff", " ").split())
    assert plain == "".join(c for c in kept if c.isprintable() or ord(c) > 0xFF)
    rest = re.sub(r"#\d+;", "", code)
    assert not set(rest) & set('"#:;<>{}[]|&%*_`~$\\@\n\r')
    assert not re.match(r"\d+[.)]|[-+=]", code)
    assert not re.search(r"(?i)direction(\s|$)|www\.", code)


@pytest.mark.parametrize("words", NASTY)
def test_the_title_is_one_harmless_line(words: str) -> None:
    line = mermaid(small(title=(words,)), View()).splitlines()[2]
    assert line.startswith("  accTitle: ") and not set(line[12:]) & set('#;<>{}%"')


def test_owners_are_named_by_their_letter() -> None:
    assert f"{BUYER.sign} ▸ withdraw" in mermaid(small(), View())


@given(diagrams())
def test_the_same_diagram_gives_the_same_text(diagram: Diagram) -> None:
    text = mermaid(diagram, View())
    assert text == mermaid(diagram, View()) and text.endswith("\n") and "\r" not in text
