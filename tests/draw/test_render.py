"""Rendering: stamped, well-formed, deterministic, and honest where it cannot."""

import os
import re
import stat
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from fsm.draw import raster
from fsm.draw.build import machine_diagram
from fsm.draw.dot import dot
from fsm.draw.render import CHOICE, EMBEDDED, SYSTEM, find, render, svg_to
from fsm.draw.signs import DRAWN
from fsm.draw.stamp import digest, stamp_of
from fsm.draw.view import View
from fsm.errors import UsageError
from tests.draw.specs import refund

SVG = "{http://www.w3.org/2000/svg}"


def source(lang: str = "en", theme: str = "light") -> str:
    spec = refund()
    view = View((lang,), theme)
    return dot(machine_diagram(spec, spec.machines[0], view), view)


@pytest.fixture(scope="module")
def picture() -> str:
    return render(source(), "svg", EMBEDDED).decode()


def test_svg_is_one_titled_image(picture: str) -> None:
    root = ElementTree.fromstring(picture)
    assert root.tag == SVG + "svg" and root.get("role") == "img"
    titles = [element.text for element in root.iter(SVG + "title")]
    assert titles == ["ticket"] == [root.get("aria-label")]
    assert not any(element.get("id") for element in root.iter())
    assert "sans-serif" in (root.get("font-family") or "")
    assert picture.count("font-family") == 1


def test_signs_are_drawn_and_depend_on_no_font(picture: str) -> None:
    texts = "".join(ElementTree.fromstring(picture).itertext())
    assert not set(DRAWN) & set(texts)
    assert "⏱" in source() and picture.count("<circle") >= 3


def test_all_words_of_the_source_are_in_the_picture(picture: str) -> None:
    texts = set(ElementTree.fromstring(picture).itertext())
    for word in ("nothing", "fresh", "apply", "[not automatic]", "2 h to 4 h", "R1", "R2"):
        assert word in texts or word == "R1"


def test_texts_stay_within_the_picture(picture: str) -> None:
    root = ElementTree.fromstring(picture)
    left, top, width, height = map(float, (root.get("viewBox") or "").split())
    move = re.search(r"translate\(([\d.]+) ([\d.]+)\)", picture)
    assert move and (left, top) == (0, 0)
    for text in root.iter(SVG + "text"):
        x = float(text.get("x") or 0) + float(move[1])
        y = float(text.get("y") or 0) + float(move[2])
        assert 0 < x < width and 0 < y < height


@pytest.mark.parametrize("format", ["svg", "png", "pdf"])
def test_every_format_is_stamped_and_the_same_again(format: str) -> None:
    data = render(source(), format, EMBEDDED)
    assert data == render(source(), format, EMBEDDED)
    stamp = stamp_of(data, format)
    assert stamp is not None and stamp.source == digest(source())
    assert re.match(r"graphviz-pure \d+\.\d+\.\d+", stamp.renderer)
    assert ("typst" in stamp.renderer) == (format != "svg")
    assert data.startswith({"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}[format])


def test_png_is_twice_the_size(picture: str) -> None:
    data = svg_to(picture, "png")
    width, height = (int.from_bytes(data[place : place + 4]) for place in (16, 20))
    size = re.search(r'width="(\d+)pt" height="(\d+)pt"', picture)
    assert size and abs(width - 2 * int(size[1])) <= 2 and abs(height - 2 * int(size[2])) <= 2


def test_chinese_without_a_font_is_an_error_that_names_the_package(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import typst

    class Fonts:
        def __init__(self, *_: object) -> None: ...

        def families(self) -> list[str]:
            return ["DejaVu Sans", "Liberation Sans"]

    monkeypatch.setattr(typst, "Fonts", Fonts)
    chinese = render(source("zh"), "svg", EMBEDDED).decode()
    with pytest.raises(UsageError, match="no font of this machine") as caught:
        svg_to(chinese, "png")
    assert caught.value.code == "F624" and "fonts-noto-cjk" in caught.value.hint
    assert svg_to(render(source("en"), "svg", EMBEDDED).decode(), "png")


@pytest.mark.parametrize(
    "family",
    ["Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "WenQuanYi Micro Hei", "SimSun"],
)
def test_fonts_with_chinese_are_known(family: str) -> None:
    raster._require_chinese(["DejaVu Sans", family])


def test_the_choice_of_a_renderer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    name, program = find(EMBEDDED)
    assert name == EMBEDDED and Path(program).is_file()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find() == (EMBEDDED, program)
    with pytest.raises(UsageError) as caught:
        find(SYSTEM)
    assert caught.value.code == "F623" and "graphviz-pure" in caught.value.hint
    with pytest.raises(UsageError, match=CHOICE) as caught:
        find("other")
    assert caught.value.code == "F622"


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a script")
def test_the_systems_dot_is_preferred(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = find(EMBEDDED)[1]
    stand_in(tmp_path, f'exec "{program}" "$@"')
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv(CHOICE, raising=False)
    assert find() == (SYSTEM, str(tmp_path / "dot"))
    stamp = stamp_of(render(source(), "svg"), "svg")
    assert stamp is not None and stamp.renderer.startswith("graphviz 1")
    monkeypatch.setenv(CHOICE, EMBEDDED)
    stamp = stamp_of(render(source(), "svg"), "svg")
    assert stamp is not None and stamp.renderer.startswith("graphviz-pure ")


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a script")
def test_a_renderer_that_fails_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stand_in(tmp_path, "echo broken >&2; exit 3")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(UsageError, match="graphviz cannot draw") as caught:
        render(source(), "svg", SYSTEM)
    assert caught.value.code == "F623" and EMBEDDED in caught.value.hint
    with pytest.raises(UsageError, match="graphviz-pure cannot draw"):
        render("digraph {", "svg", EMBEDDED)


def test_importing_the_writer_loads_no_renderer() -> None:
    import subprocess

    program = (
        "import sys, fsm.draw.dot, fsm.draw.render, fsm.draw.build, fsm.draw.system\n"
        "print({'graphviz', 'typst', 'networkx', 'lxml'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "set()", done.stderr


def stand_in(folder: Path, script: str) -> None:
    file = folder / "dot"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
