"""A run as a sequence diagram: the story's steps, nobody missing, nothing overlapping."""

import re
import xml.etree.ElementTree as ET
from functools import cache
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from fsm.draw.diagram import EdgeKind
from fsm.draw.metrics import text_width
from fsm.draw.run_pictures import run_pictures
from fsm.draw.sequence import Lifeline, Row, Sequence, sequence
from fsm.draw.sequence_mermaid import sequence_mermaid
from fsm.draw.sequence_svg import sequence_svg
from fsm.draw.stamp import stamp_of
from fsm.draw.theme import THEMES
from fsm.draw.view import View
from fsm.model import Spec
from fsm.report.labels import Labels
from fsm.report.layout import sentence
from fsm.report.story import tell
from fsm.semantics.interpreter import Interpreter
from fsm.semantics.replay import perform
from fsm.semantics.trace import Delay, Run, Step
from fsm.semantics.units import unit_of
from fsm.spec.load import parse_spec, spec_from
from tests.draw.runs import flagship, flagship_run, walk
from tests.random_specs import specs

SVG = "{http://www.w3.org/2000/svg}"
TOY = """\
fsm: 1
name: toy
machines:
  sequence:
    en: lamp
    initial: off_
    states: {off_: {en: off}, on_: {en: on}, broken: {final: true}}
    transitions:
      - {from: off_, after: 2h, to: on_}
      - {from: off_, on: meet}
      - {from: on_, on: poke, to: on_}
      - {from: on_, on: drop, to: broken}
  n:
    count: 2
    initial: idle
    states: {idle: {}, busy: {}}
    transitions:
      - {from: idle, on: meet, to: busy}
events: {meet: {sync: all}, poke: {}, drop: {}}
"""


def told(*langs: str) -> Sequence:
    report = flagship()
    labels = tuple(Labels(report.spec, lang) for lang in langs)
    return sequence(flagship_run(), labels, report.unit, tuple("title" for _ in langs))


@cache
def toy() -> Spec:
    return parse_spec(TOY)


def toy_run(*names: str) -> Run:
    """The run of the toy with these events; "" is what happens by itself, "2h" a delay."""
    interpreter = Interpreter(toy(), {})
    states = [next(iter(interpreter.initial()))]
    steps: list[Step] = []
    for name in names:
        step: Step = Delay(1)
        if name != "2h":
            step = next(s for s, _ in interpreter.steps(states[-1]) if s.event == name)
        states.append(perform(interpreter, states[-1], step))
        steps.append(step)
    times = [0]
    for each in steps:
        times.append(times[-1] + (each.units if isinstance(each, Delay) else 0))
    return Run((), tuple(states), tuple(steps), tuple(times))


def toy_told(run: Run) -> Sequence:
    return sequence(run, (Labels(toy(), "en"),), unit_of(toy()))


# --- the data -----------------------------------------------------------------------------------


def test_has_the_steps_of_the_story_with_the_same_numbers() -> None:
    report = flagship()
    labels = Labels(report.spec, "en")
    story = tell(flagship_run(), labels, report.unit)
    rows = told("en").rows
    assert [row.number for row in rows] == list(range(1, len(story.steps) + 1))
    assert [row.words for row in rows] == [(step.action,) for step in story.steps]
    assert [row.clock for row in rows] == [(step.clock,) for step in story.steps]
    for row, step in zip(rows, story.steps, strict=True):
        assert row.told[0].startswith(f"{step.clock} {sentence(step, labels.words)}")
        assert all(change in row.told[0] for change in step.changes)


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


def test_every_change_is_told_once() -> None:
    report = flagship()
    story = tell(flagship_run(), Labels(report.spec, "en"), report.unit)
    found = told("en")
    for row, step in zip(found.rows, story.steps, strict=True):
        shown = [
            f"{found.lifelines[c.lifeline].words[0]}: {c.old[0]} → {c.new[0]}" for c in row.changes
        ]
        assert sorted([*shown, *(d[0] for d in row.details)]) == sorted(step.changes)


def test_the_deadline_is_marked() -> None:
    kinds = [row.kind for row in told("en").rows]
    assert kinds.count(EdgeKind.DEADLINE) == 1
    assert kinds[5] is EdgeKind.DEADLINE  # step 6: 48 hours are over
    assert [row.passed for row in told("en").rows] == [False] * 5 + [True] * 4


def test_a_final_state_is_known_as_one() -> None:
    found = told("en")
    final = {change.new[0] for row in found.rows for change in row.changes if change.final}
    assert final == {"refunded", "signed for by the buyer", "paid"} & final
    assert "refunded" in final


def test_columns_are_in_the_order_of_the_spec() -> None:
    names = [line.name for line in told("en").lifelines]
    order = [m.name for m in flagship().spec.all_machines()]
    assert all(order.index(a) < order.index(b) for a, b in pairwise(names))


def test_owners_have_the_colours_that_they_have_in_lifecycles() -> None:
    from fsm.draw.owners import owners_of

    spec = flagship().spec
    owners = owners_of(spec, (Labels(spec, "en"),))
    assert {line.name: line.owner for line in told("en").lifelines} == {
        line.name: owners.get(line.name) for line in told("en").lifelines
    }


def test_all_take_part_alike_in_an_event_that_nobody_decides() -> None:
    found = toy_told(toy_run("meet"))
    assert [line.name for line in found.lifelines] == ["sequence", "n[0]", "n[1]"]
    row = found.rows[0]
    assert (row.mutual, row.actor, row.targets) == (True, 0, (1, 2))
    assert "p0<<->>p2" in sequence_mermaid(found)


def test_a_machine_acts_on_itself_and_the_environment_on_it() -> None:
    found = toy_told(toy_run("2h", "", "poke"))
    names = [line.name for line in found.lifelines]
    assert names == ["", "sequence"]
    by_itself, poke = found.rows
    assert (by_itself.actor, by_itself.targets) == (1, ())
    assert (poke.actor, poke.targets) == (0, (1,))
    assert (poke.changes[0].old, poke.changes[0].new) == (("on",), ("on",))
    assert not poke.details


def test_a_run_without_steps_says_so() -> None:
    found = toy_told(toy_run())
    assert found.remark == ("This is so from the start.",)
    assert found.lifelines[0].name == ""
    assert "This is so from the start." in sequence_svg(found)
    assert "This is so from the start." in sequence_mermaid(found)


def test_a_run_that_ends_says_so() -> None:
    run = toy_run("2h", "", "drop")
    found = toy_told(replace(run, loop=len(run.steps)))
    assert found.loop is None
    assert found.remark == ("After that nothing can happen any more.",)


# --- the drawing --------------------------------------------------------------------------------


def test_the_drawing_is_the_same_every_time_and_says_what_it_was_drawn_from() -> None:
    svg = sequence_svg(told("zh", "en"))
    assert svg == sequence_svg(told("zh", "en"))
    stamp = stamp_of(svg.encode(), "svg")
    assert stamp is not None
    assert stamp.renderer == "fsm"
    other = stamp_of(sequence_svg(told("zh")).encode(), "svg")
    assert other is not None
    assert other.source != stamp.source


def test_the_drawing_can_be_heard() -> None:
    root = ET.fromstring(sequence_svg(told("en")))
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "title"
    heard = root.findtext(f"{SVG}desc") or ""
    assert all(f"{row.number}. {row.told[0]}" in heard for row in told("en").rows)


Corners = tuple[float, float, float, float]


def numbers(element: ET.Element, *names: str) -> list[float]:
    return [float(element.get(name, "0")) for name in names]


def boxes(root: ET.Element) -> list[Corners]:
    """Left, top, right and bottom of cards, states and heads: not of what is drawn inside them."""
    found = []
    for rect in root.iter(f"{SVG}rect"):
        x, y, width, height = numbers(rect, "x", "y", "width", "height")
        if rect.get("rx") in {"5", "6", "9"} and rect.get("stroke") and rect.get("fill") != "none":
            found.append((x, y, x + width, y + height))
    return found


def texts(root: ET.Element) -> list[Corners]:
    found = []
    for element in root.iter(f"{SVG}text"):
        x, y, size = numbers(element, "x", "y", "font-size")
        bold = "".join(span.text or "" for span in element.iter(f"{SVG}tspan"))
        width = text_width(element.text or "", size) + text_width(bold, size, True)
        left = x - width / 2 if element.get("text-anchor") == "middle" else x
        found.append((left, y - 0.85 * size, left + width, y + 0.2 * size))
    return found


def overlap(a: Corners, b: Corners) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def check_drawing(found: Sequence) -> None:
    """Boxes and words stay on the page and off each other, and words in their boxes."""
    root = ET.fromstring(sequence_svg(found))
    page_width, page_height = numbers(root, "width", "height")
    for placed in (boxes(root), texts(root)):
        assert all(min(x, y) >= 0 for x, y, _, _ in placed)
        assert all(right <= page_width and low <= page_height for _, _, right, low in placed)
        assert not any(overlap(a, b) for i, a in enumerate(placed) for b in placed[:i])
    for words in texts(root):
        for box in boxes(root):
            if overlap(words, box):
                assert box[0] <= words[0]
                assert words[2] <= box[2]
                assert box[1] <= words[1]
                assert words[3] <= box[3]


@pytest.mark.parametrize("langs", [("zh",), ("en",), ("zh", "en")])
def test_nothing_overlaps_and_nothing_is_cut_off(langs: tuple[str, ...]) -> None:
    check_drawing(told(*langs))


@settings(max_examples=40, deadline=None)
@given(specs(), st.integers(0, 1 << 30))
def test_any_run_can_be_drawn(document: dict[str, Any], seed: int) -> None:
    spec = spec_from(document)
    run = walk(spec, Random(seed), 10)
    if run is None:
        return
    labels = (Labels(spec, "zh"), Labels(spec, "en"))
    found = sequence(run, labels, unit_of(spec), ("标题", "title"), (), ("结论", "end " * 80))
    check_drawing(found)
    text = sequence_mermaid(found)
    for row in found.rows:
        if row.actor is not None:
            assert f": {'⏱ ' if row.kind is EdgeKind.DEADLINE else ''}{row.number}. " in text


words = st.text(st.sampled_from("ab 中文；，<&\"'"), max_size=60)


@given(words, words, words)
def test_any_words_fit(name: str, what: str, state: str) -> None:
    from fsm.draw.sequence import Change

    row = Row(
        2, (what[:9],), (what, name), 0, (1,), kind=EdgeKind.DEADLINE,
        changes=(Change(1, (state, ""), (what, name)),), details=((state, name),),
        rules=tuple(what.split()),
    )  # fmt: skip
    lines = (Lifeline("a", (name, what)), Lifeline("b", (state, "")))
    found = Sequence((name,), lines, (row, row), 1, (state,), (name,), ((what,),), (state,))
    check_drawing(found)


def test_a_deadline_is_dashed_and_has_a_clock() -> None:
    def dashes(found: Sequence) -> int:
        return sequence_svg(found).count('stroke-dasharray="6 4"')

    def clocks(found: Sequence) -> int:
        return sequence_svg(found).count("<g transform=")

    found = told("en")
    event = replace(found, rows=tuple(replace(row, kind=EdgeKind.EVENT) for row in found.rows))
    assert (dashes(found), dashes(event)) == (1, 0)
    assert clocks(found) == clocks(event) + 1


def test_arrows_have_the_colour_of_who_decides() -> None:
    found = told("en")
    svg = sequence_svg(found)
    platform = next(line.owner for line in found.lifelines if line.name == "platform")
    assert platform is not None
    color = THEMES["light"].owner(platform.number).line
    assert f'stroke="{color}" stroke-width="1.6" stroke-dasharray="6 4"' in svg


def test_a_loop_is_framed() -> None:
    looping = replace(flagship_run(), loop=4)
    found = sequence(looping, (Labels(flagship().spec, "en"),), flagship().unit)
    assert found.loop == 4
    assert not found.remark
    frame = re.search(
        r'<rect [^>]* y="([\d.]+)"[^>]* height="([\d.]+)"[^>]* fill="none"', _svg(found)
    )
    assert frame is not None
    top = float(frame[1])
    cards = [y for y, number in _discs(found) if y > top]
    assert len(cards) == len(found.rows) - 4
    check_drawing(found)
    text = sequence_mermaid(found)
    before, _, inside = text.partition("\n  loop and then for ever")
    assert "4. " in before
    assert "5. " in inside.partition("\n  end\n")[0]


def _svg(found: Sequence) -> str:
    return sequence_svg(found)


def _discs(found: Sequence) -> list[tuple[float, str]]:
    """Where the numbers of the steps are."""
    root = ET.fromstring(_svg(found))
    return [
        (float(element.get("y", "0")), "".join(element.itertext()))
        for element in root.iter(f"{SVG}text")
        if element.get("font-size") == "10.5" and "".join(element.itertext()).isdecimal()
    ]


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_themes_colour_everything(theme: str) -> None:
    svg = sequence_svg(told("en"), theme)
    used = set(re.findall(r'(?:fill|stroke)="(#[0-9a-f]{6})"', svg))
    assert used <= set(re.findall(r"#[0-9a-f]{6}", repr(THEMES[theme])))


def test_mermaid_says_what_it_would_misread_by_codes() -> None:
    nasty = "wrap: a; b # c <b>d</b> & e\nf"
    row = Row(1, ("start",), (nasty,), 0)
    text = sequence_mermaid(Sequence((nasty,), (Lifeline("x", (nasty,)),), (row,)))
    body = re.sub(r"#\d+;", "", text.partition("\n")[2])
    assert not re.search(r"[;#&]|<(?!br/>)|wrap:", body)
    assert len(text.splitlines()) == 6


# --- the files ----------------------------------------------------------------------------------


def test_a_run_has_a_sequence_diagram_and_the_lifecycles_that_it_moves_most() -> None:
    drawn, refused = run_pictures(
        flagship().spec, flagship_run(), View(("en",)), ("mermaid", "dot"), "run"
    )
    assert not refused
    assert [picture.name for picture in drawn] == [
        "run.sequence.mmd",
        *(
            f"run.{m}.{e}"
            for m in ("ticket", "parcel", "money", "decision")
            for e in ("mmd", "dot")
        ),
    ]


def test_the_names_of_files_are_plain_and_different() -> None:
    run = toy_run("meet", "2h", "")
    drawn, _ = run_pictures(toy(), run, View(("en",)), ("mermaid",), "run")
    assert sorted(picture.name for picture in drawn) == [
        "run.n-0.mmd", "run.n-1.mmd", "run.sequence-machine.mmd", "run.sequence.mmd",
    ]  # fmt: skip
