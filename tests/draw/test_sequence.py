"""A run as a sequence diagram: the story's steps, nobody missing, nothing overlapping."""

import re
import xml.etree.ElementTree as ET
from itertools import pairwise
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fsm.draw.diagram import EdgeKind
from fsm.draw.sequence import Sequence, sequence
from fsm.draw.sequence_mermaid import sequence_mermaid
from fsm.draw.sequence_svg import sequence_svg
from fsm.draw.stamp import stamp_of
from fsm.report.labels import Labels
from fsm.report.story import tell
from fsm.semantics.trace import Run
from fsm.semantics.units import unit_of
from fsm.spec.load import spec_from
from tests.draw.runs import flagship, flagship_run, walk
from tests.random_specs import specs

SVG = "{http://www.w3.org/2000/svg}"


def told(*langs: str) -> Sequence:
    report = flagship()
    labels = tuple(Labels(report.spec, lang) for lang in langs)
    return sequence(flagship_run(), labels, report.unit, tuple("title" for _ in langs))


def test_has_the_steps_of_the_story_with_the_same_numbers() -> None:
    report = flagship()
    story = tell(flagship_run(), Labels(report.spec, "en"), report.unit)
    rows = told("en").rows
    assert [row.number for row in rows] == list(range(1, len(story.steps) + 1))
    assert [row.words for row in rows] == [(step.action,) for step in story.steps]
    assert [row.clock for row in rows] == [(step.clock,) for step in story.steps]


def test_tells_who_acts_on_whom() -> None:
    found = told("en")
    names = [line.name for line in found.lifelines]
    row = next(r for r in found.rows if "start an interception" in r.words[0])
    assert row.actor is not None
    assert names[row.actor] == "assistant"
    assert {names[t] for t in row.targets} == {"ticket", "interception"}
    assert {names[c.lifeline]: c.new for c in row.changes} == {
        "ticket": ("being intercepted",),
        "interception": ("requested",),
    }


def test_a_change_of_state_is_not_told_twice() -> None:
    for row in told("en", "zh").rows:
        shown = {word for change in row.changes for word in change.new}
        assert not any(
            line.endswith(f"→ {word}") for d in row.details for line in d for word in shown
        )


def test_the_deadline_is_marked() -> None:
    kinds = [row.kind for row in told("en").rows]
    assert kinds.count(EdgeKind.DEADLINE) == 1
    assert kinds[5] is EdgeKind.DEADLINE  # step 6: 48 hours are over


def test_the_drawing_is_the_same_every_time_and_says_what_it_was_drawn_from() -> None:
    svg = sequence_svg(told("zh", "en"), ("zh", "en"))
    assert svg == sequence_svg(told("zh", "en"), ("zh", "en"))
    stamp = stamp_of(svg.encode(), "svg")
    assert stamp is not None
    assert stamp.renderer == "fsm"
    other = stamp_of(sequence_svg(told("zh"), ("zh",)).encode(), "svg")
    assert other is not None
    assert other.source != stamp.source


def boxes(svg: str) -> list[tuple[float, float, float, float]]:
    """Left, top, right and bottom of everything with a border, badges inside cards aside."""
    found = []
    for rect in ET.fromstring(svg).iter(f"{SVG}rect"):
        if rect.get("rx") and float(rect.get("height", "0")) != 14:
            x, y, w, h = (float(rect.get(name, "0")) for name in ("x", "y", "width", "height"))
            found.append((x, y, x + w, y + h))
    return found


def overlap(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def check_drawing(found: Sequence, langs: tuple[str, ...]) -> None:
    svg = sequence_svg(found, langs)
    root = ET.fromstring(svg)
    width, height = float(root.get("width", "0")), float(root.get("height", "0"))
    placed = boxes(svg)
    assert all(min(x, y) >= 0 and r <= width and b <= height for x, y, r, b in placed)
    assert not any(overlap(a, b) for i, a in enumerate(placed) for b in placed[:i])
    starts = [float(t.get("y", "0")) for t in root.iter(f"{SVG}text")]
    assert all(0 < y < height for y in starts)


def test_nothing_overlaps_and_nothing_is_cut_off() -> None:
    for langs in (("zh",), ("en",), ("zh", "en")):
        check_drawing(told(*langs), langs)


@settings(max_examples=60, deadline=None)
@given(specs(), st.integers(0, 1 << 30))
def test_any_run_can_be_drawn(document: dict[str, Any], seed: int) -> None:
    spec = spec_from(document)
    run = walk(spec, Random(seed), 10)
    if run is None:
        return
    labels = (Labels(spec, "zh"), Labels(spec, "en"))
    found = sequence(run, labels, unit_of(spec), ("标题", "title"))
    check_drawing(found, ("zh", "en"))
    text = sequence_mermaid(found, ("zh", "en"))
    for row in found.rows:
        if row.actor is not None:
            assert f": {'⏱ ' if row.kind is EdgeKind.DEADLINE else ''}{row.number}. " in text


def test_a_loop_is_framed() -> None:
    run = flagship_run()
    looping = Run(run.variant, run.states, run.steps, run.times, loop=4)
    labels = (Labels(flagship().spec, "en"),)
    found = sequence(looping, labels, flagship().unit)
    assert found.loop is not None
    assert "and then for ever:" in sequence_svg(found, ("en",))
    text = sequence_mermaid(found, ("en",))
    assert re.search(r"\n  loop and then for ever\n.*\n  end\n", text, re.DOTALL)


def test_mermaid_says_what_it_would_misread_by_codes() -> None:
    from fsm.draw.sequence import Lifeline, Row

    nasty = "a; b # c <b>d</b> & e\nf"
    found = Sequence(
        (), (Lifeline("x", (nasty,)),), (Row(1, ("start",), (nasty,), 0),), None, False, (), ()
    )
    text = sequence_mermaid(found, ("en",))
    body = re.sub(r"#(35|59|lt|gt|amp);", "", text.partition("\n")[2])
    assert not re.search(r"[;#&]|<(?!br/>)", body)
    assert len(text.splitlines()) == 5


def test_columns_are_in_the_order_of_the_spec() -> None:
    names = [line.name for line in told("en").lifelines]
    order = [m.name for m in flagship().spec.all_machines()]
    assert all(order.index(a) < order.index(b) for a, b in pairwise(names))
