"""What we write is accepted by Mermaid and PlantUML themselves, and shown as it was meant.

Run with `pytest -m tools`; tests/draw/tools/install installs the tools.
"""

import html
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, seed, settings

from fsm.draw.build import machine_diagram
from fsm.draw.cards import arrange
from fsm.draw.diagram import Diagram, Edge, EdgeKind, Kind, Part
from fsm.draw.lines import event_lines, legend_lines, list_lines, state_lines
from fsm.draw.mermaid import mermaid
from fsm.draw.plantuml import plantuml
from fsm.draw.system import system_diagram
from fsm.draw.view import View
from fsm.model import Spec
from fsm.spec.load import load_spec
from tests.draw.diagrams import diagrams, small
from tests.draw.tools import ask_mermaid, ask_plantuml, browse, mermaid_folder

pytestmark = pytest.mark.tools
SPECS = Path(__file__).parents[2] / "specs"
WRITERS = {"mermaid": mermaid, "plantuml": plantuml}
VIEWS = (
    *(View(langs) for langs in (("zh",), ("en",), ("zh", "en"))),
    View(("zh", "en"), "dark", "LR"),
    View(("en",), "print", hide=frozenset({"guards", "actions", "rules"}), collapse=True),
)


def _specs() -> list[Spec]:
    return [load_spec(path) for path in sorted(SPECS.rglob("*.fsm.yaml"))]


def _shipped(write: Callable[[Diagram, View], str]) -> dict[str, str]:
    texts = {}
    for spec in _specs():
        for view in VIEWS:
            shown = [system_diagram(spec, view)]
            shown += [machine_diagram(spec, machine, view) for machine in spec.all_machines()]
            texts |= {f"{spec.name} {d.name} {view}": write(d, view) for d in shown}
    return texts


def _random(count: int, number: int) -> list[Diagram]:
    found: list[Diagram] = []

    @seed(number)
    @settings(
        max_examples=count, database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(diagrams())
    def collect(diagram: Diagram) -> None:
        found.append(diagram)

    collect()
    return found


def _plain(lines: list[str]) -> str:
    """Lines as a label shows them: no control characters, and single blanks."""
    said = (" ".join(line.replace("\ufeff", " ").split()) for line in lines)
    kept = ("".join(c for c in line if c.isprintable() or ord(c) > 0xFF) for line in said)
    return "\n".join(line for line in kept if line)


def _words(diagram: Diagram) -> list[str]:
    """Every label of the picture."""
    wanted = [state_lines(node) for node in diagram.nodes]
    if diagram.kind is Kind.MACHINE:
        layout = arrange(diagram)
        wanted += [list_lines(card.parts, diagram.owners) for card in layout.cards]
        wanted += [list_lines(parts, diagram.owners) for parts in layout.inside.values()]
        wanted.append(legend_lines(diagram, layout))
    else:
        wanted += [[x for p in edge.parts for x in event_lines(p)] for edge in diagram.edges]
    return [said for lines in wanted if (said := _plain(lines))]


def test_mermaid_accepts_every_shipped_picture() -> None:
    texts = _shipped(mermaid)
    answers = ask_mermaid(list(texts.values()))
    errors = {k: a["error"] for k, a in zip(texts, answers, strict=True) if "error" in a}
    assert len(texts) >= 100
    assert errors == {}
    assert {answer["type"] for answer in answers} == {"stateDiagram", "flowchart-v2"}


def test_plantuml_accepts_every_shipped_picture() -> None:
    texts = _shipped(plantuml)
    answers = ask_plantuml(list(texts.values()))
    assert {k: a for k, a in zip(texts, answers, strict=True) if a} == {}


def test_mermaid_shows_any_words_as_they_are() -> None:
    found = _random(300, 1)
    texts = [mermaid(diagram, View()) for diagram in found]
    for diagram, text, answer in zip(found, texts, ask_mermaid(texts), strict=True):
        assert "error" not in answer, f"{answer}\n{text}"
        labels = answer["labels"]
        assert isinstance(labels, list)
        missing = [words for words in _words(diagram) if words not in labels]
        assert missing == [], text


def test_plantuml_accepts_any_words() -> None:
    texts = [plantuml(diagram, View()) for diagram in _random(200, 2)]
    for text, complaint in zip(texts, ask_plantuml(texts), strict=True):
        assert complaint == "", text


def test_a_wrong_text_is_refused() -> None:
    assert "error" in ask_mermaid(["stateDiagram-v2\n  a --> : b {"])[0]
    assert ask_plantuml(["@startuml\nthis is -> [no state\n@enduml\n"]) != [""]


def test_sequence_diagrams_are_accepted() -> None:
    sequences = pytest.importorskip("fsm.draw.sequence")
    writer = pytest.importorskip("fsm.draw.sequence_mermaid")
    words = ("a; b # c <d> & e",)
    lines = (sequences.Lifeline("buyer", words), sequences.Lifeline("shop", words))
    row = sequences.Row(1, ("2 h",), words, actor=0, targets=(1,), details=(words,))
    everything = sequences.Sequence(words, lines, (row,), loop=0, for_ever=words, remark=words)
    text = writer.sequence_mermaid(everything)
    assert ask_mermaid([text])[0].get("type") == "sequence", text


def test_a_browser_draws_shipped_and_nested_machines(tmp_path: Path) -> None:
    """Arrows between a composite state and what is inside it are drawn, not only parsed."""
    ways = (("open", "open"), ("open", "applied"), ("applied", "open"), ("stuck", "open"))
    nested = small(
        edges=tuple(
            Edge(source, target, EdgeKind.EVENT, (Part((f"go {place}",), 1, transition=place),))
            for place, (source, target) in enumerate(ways)
        )
    )
    view = View(("zh", "en"))
    shown = [nested] + [
        machine_diagram(spec, machine, view)
        for spec in _specs()
        for machine in spec.all_machines()
        if machine.name == "ticket"
    ]
    blocks = "".join(
        f'<pre class="mermaid">{html.escape(mermaid(diagram, view))}</pre>' for diagram in shown
    )
    script = mermaid_folder() / "node_modules" / "mermaid" / "dist" / "mermaid.min.js"
    page = tmp_path / "page.html"
    page.write_text(
        f'<!DOCTYPE html><meta charset="utf-8">{blocks}<script src="{script.as_uri()}"></script>',
        "utf-8",
    )
    drawn = browse(page, tmp_path / "profile")
    pictures = re.findall(r"<svg.*?</svg>", drawn, re.DOTALL)
    assert len(pictures) == len(shown)
    assert "Syntax error" not in drawn
    for diagram, picture in zip(shown, pictures, strict=True):
        said = html.unescape(re.sub(r"<[^>]+>", "", picture))
        for node in diagram.nodes:
            assert node.words[0] in said
