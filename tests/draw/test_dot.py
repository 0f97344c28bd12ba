"""DOT: the same bytes everywhere, each transition once, every cell as large as its text."""

import hashlib
import re
import shutil
import subprocess
import sys
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from msgspec.structs import replace

from fsm.draw.build import machine_diagram
from fsm.draw.cards import arrange
from fsm.draw.diagram import Diagram, Edge, EdgeKind, Kind, Node, Owner, Part, Role
from fsm.draw.dot import dot
from fsm.draw.metrics import text_width
from fsm.draw.render import EMBEDDED, render
from fsm.draw.system import system_diagram
from fsm.draw.view import View
from fsm.spec.load import spec_from
from tests.draw.specs import refund
from tests.random_specs import specs

BOTH = View(("zh", "en"))
CELL = re.compile(
    r'<TD FIXEDSIZE="TRUE"[^>]*?WIDTH="(\d+)"[^>]*><FONT POINT-SIZE="(\d+)"[^>]*>(.*?)</FONT>'
)


def ticket(view: View = BOTH) -> Diagram:
    spec = refund()
    return machine_diagram(spec, spec.machines[0], view)


def words(source: str) -> list[str]:
    """Texts in the order of the source."""
    found = [unescape(text) for _, _, text in CELL.findall(source)]
    return [re.sub("</?B>", "", text) for text in found]


def test_a_text_in_no_locale_and_under_any_hash_seed() -> None:
    program = (
        "import sys; sys.path.insert(0, '.')\n"
        "from tests.draw.test_dot import BOTH, dot, ticket\n"
        "sys.stdout.buffer.write(dot(ticket(), BOTH).encode())"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "LC_ALL": "C", "PYTHONUTF8": "0"},
        ).stdout
        for seed in ("1", "2")
    }
    assert texts == {dot(ticket(), BOTH).encode()}


def test_the_first_line_carries_the_hash_of_the_rest() -> None:
    first, _, rest = dot(ticket(), BOTH).partition("\n")
    assert first == f"// fsm-source-sha256: {hashlib.sha256(rest.encode()).hexdigest()}"
    assert rest.endswith("}\n")


def test_each_transition_is_said_once_however_many_lines_meet() -> None:
    layout = arrange(ticket())
    shown = [p.transition for card in layout.cards for p in card.parts]
    shown += [p.transition for parts in layout.inside.values() for p in parts]
    shown += [p.transition for p in layout.everywhere]
    assert sorted(n for n in shown if n is not None) == [0, 1, 2, 3, 4, 5, 6]
    assert [p.transition for p in layout.everywhere] == [6]
    assert list(layout.inside) == ["old"]
    assert words(dot(ticket(), BOTH)).count("strike") == 2


def test_what_the_picture_says() -> None:
    said = words(dot(ticket(), BOTH))
    for text in (
        "售后单",
        "ticket",
        "新",
        "fresh",
        "2 h to 4 h",
        "R2",
        "[非 自动]",
        "任何状态下 · in any state",
    ):
        assert text in said, text


def test_the_legend_explains_only_what_occurs() -> None:
    said = words(dot(ticket(View(("en",))), View(("en",))))
    for text in ("decided by", "deadline", "final", "trap: no way to a final state", "rule"):
        assert said.count(text) == 1
    assert "by itself" not in said and "steps of the run" not in said
    spec = refund()
    shop = words(dot(machine_diagram(spec, spec.machines[2], View()), View()))
    assert "final" not in shop and "deadline" not in shop


def test_lines_at_a_composite_state_are_clipped_at_its_border() -> None:
    source = dot(ticket(), BOTH)
    assert 'ltail="cluster_open"' in source and 'lhead="cluster_open"' in source
    assert "style=dashed" in source and "peripheries=2" in source


def test_a_state_is_a_trap_in_more_than_colour() -> None:
    for theme in ("light", "dark", "print"):
        source = dot(ticket(View(theme=theme)), View(theme=theme))
        stuck = next(line for line in source.splitlines() if line.startswith('"state stuck" ['))
        assert "⊘" in stuck and "dashed" in stuck and "⚡" in stuck


def test_a_cycle_points_back_up() -> None:
    nodes = tuple(Node(n, (n,), Role.PENDING, initial=n == "a") for n in "abc")
    steps = [("a", "b"), ("b", "c"), ("c", "a"), ("b", "b")]
    edges = tuple(
        Edge(s, t, EdgeKind.EVENT, (Part((f"{s}{t}",), transition=n),))
        for n, (s, t) in enumerate(steps)
    )
    source = dot(Diagram(Kind.MACHINE, "s", "m", ("m",), ("en",), nodes, edges), View())
    back = re.findall(r'^("state \w") -> "card \d" \[.*dir=back', source, re.MULTILINE)
    assert back == ['"state a"', '"state b"']


def test_a_path_is_marked_and_the_rest_steps_back() -> None:
    diagram = ticket()
    first = diagram.edges[0]
    taken = replace(first, steps=(1,), parts=(replace(first.parts[0], steps=(1,)),))
    nodes = tuple(replace(n, steps=(0,)) if n.name == "none" else n for n in diagram.nodes)
    shown = replace(diagram, path=True, nodes=nodes, edges=(taken, *diagram.edges[1:]))
    source = dot(shown, BOTH)
    assert source.count("penwidth=2.6") == 3  # into the card, out of it, and the state
    assert "运行的步骤 · steps of the run" in words(source)
    assert {"0", "1"} <= set(words(source))


def test_copies_in_the_overview() -> None:
    source = dot(system_diagram(refund(), BOTH), BOTH)
    assert "rankdir=LR" in source
    assert words(source).count("申请") == 1


def test_direction() -> None:
    assert "rankdir=LR" in dot(ticket(), View(direction="LR"))


NASTY = st.text(st.characters(codec="utf-8"), max_size=40)


@hypothesis_settings(max_examples=40, deadline=None)
@given(NASTY, NASTY)
def test_any_words_can_be_drawn(one: str, two: str) -> None:
    node = Node("a", (one, two), Role.PENDING, initial=True)
    part = Part((two, one), owner=1, guard=(one,), actions=(two,), rules=("R1",), transition=0)
    edge = Edge("a", "a", EdgeKind.EVENT, (part,))
    owner = Owner("o", (one, two), 1, "O")
    diagram = Diagram(Kind.MACHINE, "s", "m", (one, two), ("zh", "en"), (node,), (edge,), (owner,))
    svg = render(dot(diagram, BOTH), "svg", EMBEDDED)
    from xml.etree import ElementTree

    assert ElementTree.fromstring(svg).tag.endswith("svg")


@hypothesis_settings(max_examples=25, deadline=None)
@given(specs(), st.sampled_from(["light", "dark", "print"]), st.sampled_from(["TB", "LR"]))
def test_cells_are_as_wide_as_their_text(
    document: dict[str, Any], theme: str, direction: str
) -> None:
    spec = spec_from(document)
    view = View(("zh", "en"), theme, direction)
    diagrams = [machine_diagram(spec, machine, view) for machine in spec.all_machines()]
    for diagram in [*diagrams, system_diagram(spec, view)]:
        for width, size, text in CELL.findall(dot(diagram, view)):
            plain = unescape(text.removeprefix("<B>").removesuffix("</B>"))
            needed = text_width(plain, int(size), text.startswith("<B>"), exact=True)
            assert int(width) + 0.5 >= needed or len(plain) == 1, plain


@pytest.mark.skipif(not shutil.which("dot"), reason="Graphviz is not installed")
def test_graphviz_itself_reads_it() -> None:
    assert render(dot(ticket(), BOTH), "svg", "graphviz")
