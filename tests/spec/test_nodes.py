"""Text -> nodes: what YAML means, and where every character of it stands in the file."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsm.spec.nodes import Mapping, Node, Scalar, Sequence
from fsm.spec.problems import Problems
from fsm.spec.reader import read_text
from tests.spec.conftest import PARSERS, machine_with


@pytest.fixture(scope="module", autouse=True, params=PARSERS)
def each_parser(request: pytest.FixtureRequest) -> Iterator[None]:
    """A machine that has libyaml, and one that has not."""
    with machine_with(request.param):
        yield


def read(text: str) -> Mapping:
    problems = Problems()
    root = read_text(text, "x", problems)
    assert problems.diagnostics == []
    assert root is not None
    return root


def value(text: str) -> Node:
    """The value of the last key."""
    return read(text).entries[-1][1]


def scalar(text: str) -> Scalar:
    found = value(text)
    assert isinstance(found, Scalar)
    return found


@pytest.mark.parametrize(
    ("written", "boolean", "integer"),
    [
        ("true", True, None),
        ("false", False, None),
        ("on", None, None),
        ("yes", None, None),
        ("True", None, None),
        ("null", None, None),
        ("12", None, 12),
        ("-3", None, -3),
        ("1_000", None, None),
        ("0x1F", None, None),
        ("1.5", None, None),
        ("48h", None, None),
        ("'12'", None, None),
        ("'true'", None, None),
    ],
)
def test_only_true_false_and_whole_numbers_are_not_text(
    written: str, boolean: bool | None, integer: int | None
) -> None:
    found = scalar(f"a: {written}\n")
    assert found.boolean is boolean
    assert found.integer == integer
    assert found.value == written.strip("'")


def test_on_is_a_word() -> None:
    assert read("{on: go, no: yes}\n").entries[0][0].value == "on"


def test_what_is_empty() -> None:
    assert value("a:\n").is_empty
    assert not value("a: ''\n").is_empty
    assert not value("a: {}\n").is_empty
    assert isinstance(value("a: []\n"), Sequence)


def test_line_ends_and_byte_order_mark() -> None:
    root = read("\ufeffa: b\r\nc: d\re: f\n")
    assert [(k.value, k.at.line, k.at.column) for k, _ in root.entries] == [
        ("a", 1, 1),
        ("c", 2, 1),
        ("e", 3, 1),
    ]


def places(found: Scalar) -> dict[str, tuple[int, int]]:
    """Line and column of each letter of the value (letters are unique in these tests)."""
    position = found.source().positions
    return {
        letter: (position(index).line, position(index).column)
        for index, letter in enumerate(found.value)
        if not letter.isspace()
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("k: a b\n", {"a": (1, 4), "b": (1, 6)}),
        ("k: a\n   b\n", {"a": (1, 4), "b": (2, 4)}),
        ("k: 'a''b'\n", {"a": (1, 5), "'": (1, 6), "b": (1, 8)}),
        ("k: 'a\n\n  b'\n", {"a": (1, 5), "b": (3, 3)}),
        ('k: "a\\tb\\\\c"\n', {"a": (1, 5), "b": (1, 8), "\\": (1, 9), "c": (1, 11)}),
        ('k: "a\\\n   b"\n', {"a": (1, 5), "b": (2, 4)}),
        ('k: "\\u0061\\x62c"\n', {"a": (1, 5), "b": (1, 11), "c": (1, 15)}),
        ("k: |\n  a\n   b\n", {"a": (2, 3), "b": (3, 4)}),
        ("k: >-  # x\n  a\n  b\n\n  c\n", {"a": (2, 3), "b": (3, 3), "c": (5, 3)}),
        ("k: |2\n    a\n", {"a": (2, 5)}),
    ],
)
def test_every_letter_is_found(text: str, expected: dict[str, tuple[int, int]]) -> None:
    assert places(scalar(text)) == expected


def test_white_space() -> None:
    assert scalar("k: 'ab cd'\n").source().positions(2).column == 7
    assert scalar("k: 'ab  '\n").source().positions(4).column == 9
    assert places(scalar('k: "\\x20a"\n')) == {"a": (1, 9)}


def test_the_end_of_a_value_is_behind_its_last_letter() -> None:
    for text in ("k: ab\n", "k: ab # c\n"):
        assert scalar(text).source().positions(2).column == 6
    assert scalar("k: 'ab'\n").source().positions(2).column == 7


pieces = st.lists(
    st.sampled_from(
        [("a", "a"), ("b", "\\x62"), ("退", "退"), ("款", "\\u6b3e"), ('"', '\\"'), (" ", " "),
         ("\t", "\\t"), ("\\", "\\\\"), ("'", "'"), ("#", "#"), (":", ":"), (" ", "\\n")]
    ),
    min_size=1,
    max_size=12,
)  # fmt: skip


@given(pieces)
def test_double_quotes_anywhere(parts: list[tuple[str, str]]) -> None:
    written = "".join(text for _, text in parts)
    found = scalar(f'k: "{written}"\n')
    column = 5
    for index, (letter, text) in enumerate(parts):
        if not letter.isspace():  # white space is where the letter before it ends
            assert found.source().positions(index).column == column
        column += len(text)


@given(st.lists(st.text(alphabet="ab(退=", min_size=1, max_size=5), min_size=1, max_size=4))
def test_blocks_and_folded_lines_anywhere(lines: list[str]) -> None:
    block = "".join(f"    {line}\n" for line in lines)
    for sign in ("|", ">", "|-", ">-", ""):
        if sign == "" and any(line.startswith("=") for line in lines):
            continue
        found = scalar(f"k: {sign}\n{block}")
        place = found.source().positions
        index = 0
        for number, line in enumerate(lines):
            for column, letter in enumerate(line):
                index = found.value.index(letter, index)
                assert (place(index).line, place(index).column) == (number + 2, column + 5)
                index += 1


def test_only_the_first_of_two_equal_keys_is_kept() -> None:
    problems = Problems()
    root = read_text("a: b\na: c\n", "x", problems)
    assert root is not None
    assert [v.value for _, v in root.entries if isinstance(v, Scalar)] == ["b"]
    assert [d.code for d in problems.diagnostics] == ["F113"]
