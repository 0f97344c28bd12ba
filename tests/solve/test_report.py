"""What `fsm solve` prints, in both languages and as JSON, and the picture that it draws."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from fsm.cli.main import main
from fsm.draw.metrics import text_width
from fsm.report import solution as words
from tests.solve.test_solve import RACE

ASK = ("--property", "in_time", "--for", "intercept=0h..60h/12h,transit=0h..60h/12h")


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    file = tmp_path / "race.fsm.yaml"
    file.write_text(RACE, encoding="utf-8")
    return file


def test_the_text(spec: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["solve", str(spec), *ASK, "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert "holds exactly when\n    intercept + transit < 48h\n" in said
    assert "violated in 1 of 2 variants, when not early" in said
    assert "With the values of the spec (intercept = 24 h, transit = 12 h): holds." in said
    assert main(["solve", str(spec), *ASK, "--lang", "zh"]) == 0
    assert "成立，当且仅当\n    intercept + transit < 48h\n" in capsys.readouterr().out


def test_both_languages_say_the_same_things() -> None:
    assert words._EN.keys() == words._ZH.keys()


def test_the_json(spec: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["solve", str(spec), *ASK, "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["holds_when"] == "intercept + transit < 48h"
    assert sum(len(region["points"]) for region in data["regions"]) == 36
    assert data["boundary"]["verified"] == len(data["boundary"]["points"]) > 0


def test_a_limit_exits_with_three(spec: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["solve", str(spec), *ASK, "--limit", "2", "--lang", "en"]) == 3
    assert "not all are decided" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--property", "nothing", "--for", "transit"], "F602"),
        (["--property", "in_time", "--for", "transit", "--draw", "a.jpg"], "F729"),
        (["--property", "in_time", "--for", "transit=0h..0h,window=1h..1h,intercept=0h..0h",
          "--draw", "a.svg"], "F728"),
    ],
)  # fmt: skip
def test_requests_that_are_refused(
    spec: Path, arguments: list[str], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["solve", str(spec), *arguments]) == 2
    assert code in capsys.readouterr().err


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("names", ["transit=0h..60h/12h", ASK[3]])
def test_the_picture_holds_its_words(spec: Path, lang: str, names: str) -> None:
    file = spec.parent / "map.svg"
    asked = ["--property", "in_time", "--for", names, "--lang", lang, "--draw", str(file)]
    assert main(["solve", str(spec), *asked]) == 0
    root = ElementTree.fromstring(file.read_text(encoding="utf-8"))
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    texts = [node for node in root.iter() if node.tag.endswith("}text")]
    assert texts
    for node in texts:
        size = text_width("".join(node.itertext()), float(node.attrib["font-size"]))
        middle = node.attrib.get("text-anchor") == "middle"
        left = float(node.attrib["x"]) - (size / 2 if middle else 0)
        assert left >= 0 and left + size <= width and float(node.attrib["y"]) <= height
