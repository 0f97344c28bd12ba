"""Malformed specs and exactly what is said about them.

Beside each `NAME.fsm.yaml` in the folder `malformed` stands `NAME.txt`: every diagnostic, in file
order, as it is printed.
"""

from pathlib import Path

import pytest

from fsm.errors import SpecError
from fsm.spec.catalogue import CODES
from fsm.spec.load import load_spec
from fsm.spec.render import render
from tests.spec.conftest import PARSERS
from tests.spec.test_catalogue import NO_EXAMPLE

FOLDER = Path(__file__).parent / "malformed"
SPECS = sorted(FOLDER.glob("*.fsm.yaml"))


def told(path: Path) -> str:
    """What a load of the file says, with the file's name instead of its path."""
    with pytest.raises(SpecError) as caught:
        load_spec(path)
    said = "\n".join(render(diagnostic) for diagnostic in caught.value.diagnostics)
    return said.replace(str(path), path.name) + "\n"


def expected(path: Path) -> Path:
    return path.with_name(path.name.replace(".fsm.yaml", ".txt"))


@pytest.mark.parametrize("parser", PARSERS, indirect=True)
@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.name.removesuffix(".fsm.yaml"))
def test_says_exactly_this(path: Path, parser: None) -> None:
    assert told(path) == expected(path).read_text(encoding="utf-8")


def test_nothing_is_left_over() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {
        name for path in SPECS for name in (path.name, expected(path).name)
    }
    assert len(SPECS) >= 85


def test_every_code_is_covered() -> None:
    text = "".join(expected(path).read_text(encoding="utf-8") for path in SPECS)
    missing = {code for code in CODES if code[0] == "F" and f": {code} " not in text}
    assert missing == NO_EXAMPLE - {"F103"}  # tried in test_hostile and test_load


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.name.removesuffix(".fsm.yaml"))
def test_carets_point_into_the_file(path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        load_spec(path)
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    for diagnostic in caught.value.diagnostics:
        line = lines[diagnostic.at.line - 1] if diagnostic.at.line <= len(lines) else ""
        assert 1 <= diagnostic.at.column <= len(line) + 1
        assert diagnostic.message
        assert "\n" not in diagnostic.message + diagnostic.hint
