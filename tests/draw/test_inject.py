"""Diagrams between the markers of a page: fresh, idempotent, and nothing else touched."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fsm.draw.inject import inject, injected
from fsm.errors import SpecError, UsageError

SPEC = """\
fsm: 1
name: shop
title: {zh: 商店, en: Shop}
lang: en
events: {apply: {by: buyer, zh: 申请, en: apply}}
machines:
  buyer: {states: {present: {}}, transitions: [{from: present, on: apply}]}
  ticket:
    zh: 售后单
    states: {idle: {}, applied: {tags: [open]}, refunded: {final: true, zh: 已退款}}
    transitions:
      - {from: idle, on: apply, to: applied}
      - {from: applied, after: 48h, to: refunded, rules: [R1]}
rules: {R1: after 48 hours}
"""
START, END = "<!-- fsm: shop.fsm.yaml machine=ticket -->", "<!-- /fsm -->"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    (folder / "shop.fsm.yaml").write_text(SPEC, "utf-8")
    (folder / "broken.fsm.yaml").write_text("fsm: 1\nname: broken\nmachines: {a: 3}\n", "utf-8")
    return folder


def test_a_block_becomes_the_current_mermaid_text(base: Path) -> None:
    page = inject(f"# Title\n\n{START}\nold\n{END}\n\nafter\n", base)
    head, _, rest = page.partition(f"# Title\n\n{START}\n\n```mermaid\n%% fsm-source-sha256: ")
    assert head == "" and "stateDiagram-v2\n" in rest and "⏱ 48 h" in rest
    assert rest.endswith(f"\n```\n\n{END}\n\nafter\n") and "old" not in rest


def test_an_image_is_linked_with_its_words(base: Path) -> None:
    page = inject(f"<!-- fsm: shop.fsm.yaml machine=ticket lang=zh as=image -->\n{END}", base)
    link = page.split("\n")[2]
    assert link.startswith("![“售后单”的生命周期图：") and "终态：已退款。" in link
    assert link.endswith("](diagrams/shop/ticket.svg)")
    own = inject(f"<!-- fsm: shop.fsm.yaml as=image src='../my pics/a.png' -->\n{END}", base)
    assert "](../my%20pics/a.png)" in own and "System overview of Shop" in own


def test_options_reach_the_picture(base: Path) -> None:
    asked = "lang=both direction=LR theme=dark hide=rules,guards only-tag=open"
    page = inject(f"<!-- fsm: shop.fsm.yaml machine=ticket {asked} -->\n{END}\n", base)
    assert "direction LR" in page and '"theme": "dark"' in page and "§" not in page
    assert "applied" in page and "refunded" not in page
    assert "售后单" in page


def test_the_language_is_that_of_the_spec(base: Path) -> None:
    (base / "zh.fsm.yaml").write_text(SPEC.replace("lang: en", "lang: zh"), "utf-8")
    for name, word in (("zh", "申请"), ("shop", "apply")):
        page = inject(f"<!-- fsm: {name}.fsm.yaml machine=ticket -->\n{END}\n", base)
        assert f" ▸ {word}\n" in page


def test_several_blocks_and_the_overview(base: Path) -> None:
    page = inject(f"{START}\n{END}\nmiddle\n  <!-- fsm: shop.fsm.yaml -->\n  {END}\n", base)
    assert page.count("```mermaid") == 2
    assert "\nmiddle\n" in page and "\n  flowchart TB\n" in page


def test_markers_in_code_blocks_are_examples(base: Path) -> None:
    for fence, other in (("```", "~~~"), ("~~~~", "~~~"), ("````md", "```"), ("~~~", "~~~ x")):
        close = fence.removesuffix("md")
        text = f"{fence}\n{START}\n{other}\n{END}\n{close}\n    {START}\n text {START}\n"
        assert inject(text, base) == text


@pytest.mark.parametrize(
    ("text", "code", "where"),
    [
        (f"a\n{START}\n", "F630", "page:2"),
        (f"{START}\n{START}\n{END}\n", "F630", "page:2"),
        (f"a\n\n{END}\n", "F630", "page:3"),
        (f"{START}\n```\n{END}\n", "F630", "page:1"),
        (f"<!-- fsm: shop.fsm.yaml machine=nobody -->\n{END}", "F632", "page:1"),
        (f"<!-- fsm: shop.fsm.yaml colour=red -->\n{END}", "F631", "page:1"),
        (f"<!-- fsm: shop.fsm.yaml lang=fr -->\n{END}", "F631", "page:1"),
        (f"<!-- fsm: shop.fsm.yaml lang -->\n{END}", "F631", "page:1"),
        (f"<!-- fsm: shop.fsm.yaml lang=zh lang=en -->\n{END}", "F631", "page:1"),
        (f"<!-- fsm: shop.fsm.yaml hide=states -->\n{END}", "F631", "page:1"),
        (f"<!-- fsm: shop.fsm.yaml as=pdf -->\n{END}", "F631", "page:1"),
        (f"<!-- fsm: shop.fsm.yaml src=a.png -->\n{END}", "F631", "page:1"),
        (f"<!-- fsm: 'shop.fsm.yaml -->\n{END}", "F631", "page:1"),
        (f"<!-- fsm: -->\n{END}", "F633", "page:1"),
        (f"<!-- fsm: /etc/shop.fsm.yaml -->\n{END}", "F633", "page:1"),
        (f"<!-- fsm: c:/shop.fsm.yaml -->\n{END}", "F633", "page:1"),
        (f"<!-- fsm: secrets.txt -->\n{END}", "F633", "page:1"),
    ],
)
def test_what_cannot_be_drawn_is_told_with_its_line(
    base: Path, text: str, code: str, where: str
) -> None:
    with pytest.raises(UsageError) as caught:
        inject(text, base)
    assert caught.value.code == code
    assert caught.value.message.startswith(where + ":")
    assert caught.value.hint


@pytest.mark.parametrize("name", ["broken.fsm.yaml", "missing.fsm.yaml"])
def test_a_broken_spec_is_an_error(base: Path, name: str) -> None:
    with pytest.raises(SpecError):
        inject(f"<!-- fsm: {name} -->\n{END}\n", base)


def test_line_ends_and_bytes_of_the_file_are_kept(base: Path) -> None:
    page = base / "page.md"
    page.write_bytes(f"\ufeff{START}\r\nx\r\n{END}\r\nlast é".encode())
    text = injected(page)
    assert text.startswith(f"\ufeff{START}\r\n\r\n```mermaid\r\n") and text.endswith("\r\nlast é")
    assert text.count("\n") == text.count("\r\n")
    page.write_bytes(text.encode())
    assert injected(page) == text


def test_a_page_that_cannot_be_read_is_told(base: Path) -> None:
    (base / "latin.md").write_bytes(b"caf\xe9")
    for name in ("latin.md", "none.md"):
        with pytest.raises(UsageError) as caught:
            injected(base / name)
        assert caught.value.code == "F634"


LINES = st.sampled_from(
    [START, "  " + START.replace("ticket", "buyer"), END, "text", "", "```", "~~~", "````", "\ttab"]
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(LINES, max_size=8), st.sampled_from(["\n", "\r\n"]))
def test_injecting_twice_changes_nothing_more(base: Path, lines: list[str], end: str) -> None:
    text = end.join(lines)
    try:
        once = inject(text, base)
    except UsageError as problem:
        assert problem.code == "F630"
        return
    assert inject(once, base) == once
    if START not in text and "<!-- fsm:" not in text:
        assert once == text
