"""Every code is documented, and every example shows exactly what it documents."""

import re
from pathlib import Path

import pytest

from fsm.check.check import check_spec
from fsm.errors import SpecError
from fsm.spec.catalogue import CODES
from fsm.spec.load import parse_spec
from fsm.spec.structural_codes import STRUCTURAL_CODES

PACKAGE = Path(__file__).parents[2] / "fsm"
NO_EXAMPLE = {"F101", "F102", "F103", "F109", "F115", "F117"}  # files, folders, Python data


def used_codes() -> set[str]:
    """Every code of a spec that stands in the source, but for its own documentation."""
    found: set[str] = set()
    for path in PACKAGE.glob("**/*.py"):
        if not re.match(r"(codes_|expression_codes|structural_codes|catalogue)", path.name):
            source = path.read_text(encoding="utf-8")
            found |= set(re.findall(r'"(F[1-5]\d\d|F70\d|F75[5-9]|S\d\d)"', source))
    return found


def test_every_code_that_is_used_is_documented_and_no_other() -> None:
    assert used_codes() == set(CODES)


def test_structural_codes_are_those_that_allow_accepts() -> None:
    assert {code for code in CODES if code[0] == "S"} == set(STRUCTURAL_CODES)


@pytest.mark.parametrize("code", CODES)
def test_is_explained_in_full(code: str) -> None:
    entry = CODES[code]
    assert entry.title.zh
    assert entry.title.en
    assert entry.meaning.endswith(".")
    assert entry.fix.endswith(".")
    assert bool(entry.example) != (code in NO_EXAMPLE)


@pytest.mark.parametrize("code", [c for c in CODES if c[0] == "F" and CODES[c].example])
def test_example_triggers_exactly_this_code(code: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_spec(CODES[code].example)
    assert [d.code for d in caught.value.diagnostics] == [code]


@pytest.mark.parametrize("code", [c for c in CODES if c[0] == "S"])
def test_example_shows_exactly_this_finding(code: str) -> None:
    report = check_spec(parse_spec(CODES[code].example))
    assert [finding.code for finding in report.findings] == [code]
