"""Real pages: built by Python-Markdown, MkDocs and Sphinx, and refused with a broken spec."""

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import markdown
import pytest

from fsm.draw.embed import FIGURE, inline
from fsm.draw.markdown import FsmExtension
from fsm.errors import SpecError, UsageError
from tests.draw.test_inject import SPEC

BLOCK = "```fsm\nspec: shop.fsm.yaml\nmachine: {machine}\nlang: {lang}\n```\n"
RST = """\
Refunds
=======

.. fsm:: specs/shop.fsm.yaml
   :machine: ticket
   :lang: zh
   :theme: print
   :direction: LR
   :hide: rules
   :alt: 一张“图” <1>

.. fsm:: /specs/shop.fsm.yaml
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "shop.fsm.yaml").write_text(SPEC, "utf-8")
    (tmp_path / "broken.fsm.yaml").write_text("fsm: 1\nname: broken\nmachines: {a: 3}\n", "utf-8")
    return tmp_path


def _html(text: str, root: Path, *more: str) -> str:
    extensions = [FsmExtension(root=str(root)), *more]
    return str(markdown.markdown(text, extensions=extensions))


def _pictures(page: str) -> list[str]:
    return re.findall(r'<figure class="fsm"[^>]*><svg.*?</svg></figure>', page, re.DOTALL)


def test_a_fenced_block_becomes_a_picture(folder: Path) -> None:
    page = _html("a\n\n" + BLOCK.format(machine="ticket", lang="zh") + "\nb\n", folder)
    (picture,) = _pictures(page)
    svg = ElementTree.fromstring(picture)[0]
    assert svg.attrib["role"] == "img" and "已退款" in svg.attrib["aria-label"]
    assert "售后单" in picture and "fsm-source-sha256" in picture
    assert page.startswith("<p>a</p>") and page.rstrip().endswith("<p>b</p>")


def test_several_pictures_share_no_id(folder: Path) -> None:
    text = "\n".join(BLOCK.format(machine="ticket", lang=lang) for lang in ("zh", "en", "both"))
    page = _html(text, folder)
    ids = re.findall(r'\sid="([^"]*)"', page)
    assert len(_pictures(page)) == 3 and len(ids) == len(set(ids))


def test_an_inline_picture_has_its_words_and_a_least_width() -> None:
    head = '<?xml?>\n<!-- a -->\n<svg width="200pt" role="a" aria-label="b">'
    page = inline(head + "<g/></svg>\n", '"alt" <1>')
    assert page.startswith(f"{FIGURE}<svg ") and page.endswith("<g/></svg></figure>")
    assert 'role="img" aria-label="&quot;alt&quot; &lt;1&gt;"' in page
    assert page.count("aria-label") == page.count("role=") == 1
    assert "max-width:100%;min-width:120pt;" in page


def test_other_blocks_stay_code_and_come_out_as_without_the_extension(folder: Path) -> None:
    text = "````md\n```fsm\nspec: no.yaml\n```\n````\n\n~~~ python\nx = 1\n~~~\n\n"
    text += "``` md fsm\ny\n```\n\n    ```fsm\n"
    assert _html(text, folder, "fenced_code") == markdown.markdown(text, extensions=["fenced_code"])


def test_mermaid_is_written_for_pages_that_load_it(folder: Path) -> None:
    text = "```fsm\nspec: shop.fsm.yaml\nas: mermaid\n\ntheme: dark\n```"
    page = _html(text, folder, "fenced_code")
    assert page.startswith('<pre class="mermaid">%% fsm-source-sha256: ')
    assert "\nflowchart TB\n" in page and "--&gt;" in page


def test_the_extension_has_a_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    text = BLOCK.format(machine="buyer", lang="en")
    for name in ("fsm", "fsm.draw.markdown"):
        assert len(_pictures(markdown.markdown(text, extensions=[name]))) == 1


@pytest.mark.parametrize(
    ("block", "code"),
    [
        ("spec: shop.fsm.yaml\nmachine: nobody", "F632"),
        ("spec: shop.fsm.yaml\ncolour: red", "F631"),
        ("spec: shop.fsm.yaml\nspec: shop.fsm.yaml", "F631"),
        ("shop.fsm.yaml", "F631"),
        ("spec: shop.fsm.yaml\nas: pdf", "F631"),
        ("machine: ticket", "F633"),
        ("spec: /shop.fsm.yaml", "F633"),
    ],
)
def test_a_wrong_block_fails(folder: Path, block: str, code: str) -> None:
    with pytest.raises(UsageError, match="fsm block at line 3: ") as caught:
        _html(f"a\n\n```fsm\n{block}\n```\n", folder)
    assert caught.value.code == code


def test_a_broken_spec_fails(folder: Path) -> None:
    with pytest.raises(SpecError, match=r"broken\.fsm\.yaml:3"):
        _html("```fsm\nspec: broken.fsm.yaml\n```\n", folder)


def _run(folder: Path, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=120,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["shop", "broken"])
def test_mkdocs_builds_the_page_or_fails(folder: Path, name: str) -> None:
    (folder / "mkdocs.yml").write_text(
        "site_name: Shop\nstrict: true\nmarkdown_extensions: [fsm]\n", "utf-8"
    )
    (folder / "docs").mkdir()
    text = BLOCK.format(machine="ticket", lang="both").replace("shop", name)
    (folder / "docs" / "index.md").write_text(f"# Refunds\n\n{text}", "utf-8")
    done = _run(folder, "mkdocs", "build", "--quiet")
    if name == "broken":
        assert done.returncode != 0 and "broken.fsm.yaml:3" in done.stderr
        return
    assert done.returncode == 0, done.stderr
    (picture,) = _pictures((folder / "site" / "index.html").read_text("utf-8"))
    assert "已退款" in picture and "applied" in picture


def _sphinx(
    folder: Path, text: str, builder: str, spec: str = SPEC
) -> subprocess.CompletedProcess[str]:
    source = folder / "source"
    (source / "specs").mkdir(parents=True)
    (source / "conf.py").write_text('project = "Shop"\nextensions = ["fsm.draw.sphinx"]\n')
    (source / "specs" / "shop.fsm.yaml").write_text(spec, "utf-8")
    (source / "specs" / "broken.fsm.yaml").write_bytes((folder / "broken.fsm.yaml").read_bytes())
    (source / "index.rst").write_text(text, "utf-8")
    return _run(folder, "sphinx", "-q", "-W", "-b", builder, "source", f"out-{builder}")


def test_sphinx_draws_in_html(folder: Path) -> None:
    done = _sphinx(folder, RST, "html")
    assert done.returncode == 0, done.stderr
    page = (folder / "out-html" / "index.html").read_text("utf-8")
    first, second = _pictures(page)
    assert 'aria-label="一张“图” &lt;1&gt;"' in first and "售后单" in first and "R1" not in first
    assert 'aria-label="System overview of Shop' in second
    ids = re.findall(r'\sid="([^"]*)"', first + second)
    assert len(ids) == len(set(ids))


def test_sphinx_draws_again_when_the_spec_changes(folder: Path) -> None:
    assert _sphinx(folder, RST, "html").returncode == 0
    spec = folder / "source" / "specs" / "shop.fsm.yaml"
    spec.write_text(SPEC.replace("已退款", "退款完成"), "utf-8")
    assert _run(folder, "sphinx", "-q", "-W", "-b", "html", "source", "out-html").returncode == 0
    assert "退款完成" in (folder / "out-html" / "index.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("builder", "file", "suffix", "start"),
    [("latex", "shop.tex", "pdf", b"%PDF"), ("texinfo", "shop.texi", "png", b"\x89PNG")],
)
def test_sphinx_draws_in_other_formats(
    folder: Path, builder: str, file: str, suffix: str, start: bytes
) -> None:
    text = RST.replace("zh", "en").replace("一张“图” <1>", "a picture")
    # PDF and PNG need a font for Chinese, and a machine may have none.
    done = _sphinx(folder, text, builder, re.sub("[一-鿿]+", "x", SPEC))
    assert done.returncode == 0, done.stderr
    out = folder / f"out-{builder}"
    pictures = sorted(out.glob(f"fsm-*.{suffix}"))
    written = (out / file).read_text("utf-8")
    assert len(pictures) == 2
    for picture in pictures:
        assert picture.read_bytes().startswith(start)
        assert picture.stem in written


def test_sphinx_writes_the_words_where_no_picture_can_be(folder: Path) -> None:
    done = _sphinx(folder, RST, "text")
    assert done.returncode == 0, done.stderr
    assert "[一张“图” <1>]" in (folder / "out-text" / "index.txt").read_text("utf-8")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("shop.fsm", "broken.fsm"), "broken.fsm.yaml:3"),
        (("machine: ticket", "machine: nobody"), "F632"),
    ],
)
def test_sphinx_fails(folder: Path, change: tuple[str, str], said: str) -> None:
    done = _sphinx(folder, RST.replace(*change), "html")
    assert done.returncode != 0
    assert said in done.stderr
