"""Two parsers of YAML and one answer: what libyaml reads counts only where PyYAML's own parser,
which every machine has, reads the same."""

import random
from pathlib import Path

import pytest

from fsm.spec import reader
from fsm.spec.nodes import Mapping, Node, Scalar, Sequence
from fsm.spec.problems import Problems
from fsm.spec.yaml_events import fast_events
from tests.spec.conftest import LIBYAML, PARSERS, machine_with

SPECS = sorted((Path(__file__).parents[2] / "specs").rglob("*.fsm.yaml"))


def flat(node: Node | None) -> object:
    """Everything that is known of a node: values, styles, places."""
    if isinstance(node, Scalar):
        return node.value, node.style, node.start, node.end
    if isinstance(node, Sequence):
        return node.start, [flat(item) for item in node.items]
    return node and (node.start, [(flat(key), flat(value)) for key, value in node.entries])


def plain(node: Node | None) -> object:
    """The data alone."""
    if isinstance(node, Mapping):
        return {key.value: plain(value) for key, value in node.entries}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return node and node.value


def read(text: str) -> tuple[Mapping | None, list[str]]:
    """What is read, and what is said about it."""
    problems = Problems()
    root = reader.read_text(text, "x", problems)
    said = [
        f"{d.at.line}:{d.at.column} {d.code} {d.message} ({d.hint})" for d in problems.diagnostics
    ]
    return root, said


def without_libyaml(text: str) -> tuple[Mapping | None, list[str]]:
    with machine_with("python"):
        return read(text)


@pytest.mark.parametrize("parser", PARSERS, indirect=True)
@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("a: {en: Is it paid? By whom?}", {"a": {"en": "Is it paid? By whom?"}}),
        ("a: [b?, c ? d, e?f]", {"a": ["b?", "c ? d", "e?f"]}),
        ("a: {b: c:d, e: 12:30, f: x#y}", {"a": {"b": "c:d", "e": "12:30", "f": "x#y"}}),
        ("a: [b: c]", {"a": [{"b": "c"}]}),
        ("a: {b: c,\td: e\t,\n\t f: [\t]\t}", {"a": {"b": "c", "d": "e", "f": []}}),
        ('a: {"b":c, d:{e: f}, g:, h:}', {"a": {"b": "c", "d": {"e": "f"}, "g": "", "h": ""}}),
        ("a: 'b\tc' # d\te", {"a": "b\tc"}),
        ("? a\n: b", {"a": "b"}),
        ("a: [?b]", {"a": [{"b": ""}]}),  # to YAML 1.2 that is the text `?b`
        ("%odd\n---\na: b", {"a": "b"}),  # a directive that YAML leaves to others
        ("a: |+\n  b\n\n# c\n", {"a": "b\n\n"}),
        ("a: |\n  b\n # c\n", {"a": "b\n"}),
        ("a: >\n  b\n  c\n\n   d\n", {"a": "b c\n\n d\n"}),
        ("a: >2\n   b\n", {"a": " b\n"}),
        ("a: b\n  c # d\ne: -f", {"a": "b c", "e": "-f"}),
        ('a: "\\x41\\/\\u9000\\\n   b\\_"', {"a": "A/退b\xa0"}),
        ("😀: 退款😀 # 款", {"😀": "退款😀"}),
        ("--- # a\na: b\n...\n", {"a": "b"}),
        ("a: 'b''c\n\n  d'", {"a": "b'c\nd"}),
        ("on: yes\nno: ~\n<: =", {"on": "yes", "no": "~", "<": "="}),
        ("\ufeffa: b\r\nc: >\r\n d\r\n e\r\n", {"a": "b", "c": "d e\n"}),
    ],
)
def test_reads(text: str, data: object, parser: None) -> None:
    root, said = read(text)
    assert said == []
    assert plain(root) == data


@pytest.mark.parametrize("parser", PARSERS, indirect=True)
@pytest.mark.parametrize(
    ("text", "said"),
    [
        # Where YAML 1.2 would go on reading, and PyYAML does not.
        ("a: [:live]", "1:5 F114 a key is a plain word, this one is empty"),
        ("a: {b: :c}", "1:8 F114 a key is a plain word, this one is empty"),
        ("a: {b: c::}", "1:10 F106 ',' or the closing bracket is missing here"),
        ("a:\tb", "1:3 F106 a tab cannot indent"),
        ("a: b\t# c", "1:5 F106 a tab cannot indent"),
        ("a:\n\tb: c", "2:1 F106 a tab cannot indent"),
        ("%Y.1\n---\na: b", "1:1 F118 specs have no directives"),
        ("%YAML 1.2\n---\na: b", "1:1 F118 specs have no directives"),
        ("%TAG ! x\n---\na: b", "1:1 F118 specs have no directives"),
        ("a: b\n...\nc: d", "3:1 F107 a second document begins here (one file holds one spec: "
         "delete the line '...')"),
        ("a: b\n... # x\n\n---\nc: d", "4:1 F107 a second document begins here"),
        ("a: |#\n  b", "1:5 F106 the text begins on the line below '|' or '>'"),
        ("a: b\n: c", "2:1 F114 a key is a plain word, this one is empty (put a key in front of "),
        ("a\n: c", "2:1 F106 this belongs to nothing"),
        ("a: {}\n  ? b", "2:3 F106"),
        ("a: *b:\n", "1:4 F110 the alias '*b'"),
        ("*a : b", "1:1 F110 the alias '*a'"),
        ("a: !<", "1:4 F111 specs have no tags"),
        ('a: "\\ud800"', "1:4 F104 the character U+D800 is not allowed in a spec"),
        ('a: "\\U00110000"', "1:1 F106"),
        ("a: '退😀\n  b\nc: d", "1:4 F106 this quote is never closed"),
        ("a: [b,\nc: d\ne", "1:4 F106"),
        (f"{'k' * 1025}: v", "1:1026 F106 a ': ' where no key can stand"),
    ],
)  # fmt: skip
def test_says(text: str, said: str, parser: None) -> None:
    root, found = read(text)
    assert root is None
    assert found[0].startswith(said)


@pytest.mark.parametrize("parser", PARSERS, indirect=True)
@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a:\nb: c", (1, 3)),
        ("a:   # d\n\nb: c", (1, 3)),
        ("a :\n", (1, 4)),
        ("'a':", (1, 5)),
        ("{a: , b: c}", (1, 4)),
        ("{a:   }", (1, 4)),
        ("{a , b: c}", (1, 3)),
        ("{a}", (1, 3)),
        ("{? a : , b: c}", (1, 7)),
        ("? a\nb: c", (1, 4)),
        ("{? a # b:\n : }", (2, 3)),
    ],
)
def test_what_is_missing_is_missed_behind_its_key(
    text: str, place: tuple[int, int], parser: None
) -> None:
    root, _ = read(text)
    assert root is not None
    missing = next(value for key, value in root.entries if key.value == "a")
    assert missing.is_empty
    assert (missing.at.line, missing.at.column) == place


@LIBYAML
@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.name)
def test_libyaml_alone_reads_the_shipped_specs(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = path.read_text(encoding="utf-8")
    expected, _ = without_libyaml(text)
    monkeypatch.setattr(reader, "events", None)  # it must not be asked
    found, said = read(text)
    assert said == []
    assert flat(found) == flat(expected)


def test_what_is_in_doubt_is_not_left_to_libyaml() -> None:
    for text in ("a: b\t", "a: |#\n", "a: >-2#"):
        assert fast_events(text) is None


PIECES = (
    *"?:-,[]{}#&*!|>'\"%@` \t\n\\ab退😀~=<.", ": ", "- ", "? ", "\n- ", "\n  ", "\n\t", " #",
    "|\n", "|+\n", ">-\n", ">2\n", "--- ", "\n---\n", "\n...\n", "%YAML 1.2\n", "!!str ", "<<: ",
    "&a ", "*a ", "\\/", "\\x41", "\\u2028", "\\ud800", "[a: b]", "{a: b:c}", "{a:}", "{? a: b}",
    "''", "[]", "{}", "[?a]", "{a: b?}", "[-a]", "\n:", "::", '"a":b', "\\\n", "\n\n", "\n # c\n",
    "x" * 1022, "y: " + "z " * 511,
)  # fmt: skip


def mutated(lines: list[str], random: random.Random) -> str:
    """Some lines of a spec with some pieces put in, put in place of others, taken out, and lines
    moved and shifted."""
    length = random.randint(1, 14)
    first = random.randrange(max(1, len(lines) - length))
    text = "\n".join(lines[first : first + length]) + random.choice(("", "\n", "\n\n"))
    for _ in range(random.choice((0, 1, 1, 2, 3, 5))):
        at, gone = random.randrange(len(text) + 1), random.choice((0, 0, 1, 1, 2, 5))
        text = text[:at] + random.choice((*PIECES, "", "", "", "")) + text[at + gone :]
        if random.random() < 0.3:
            some = text.split("\n")
            one, other = random.randrange(len(some)), random.randrange(len(some))
            some[one], some[other] = " " * random.randrange(3) + some[other], some[one]
            text = "\n".join(some)
    return text


def compare(seed: int, times: int) -> int:
    """How many random texts are specs to both parsers, which agree about each and every one."""
    chance = random.Random(seed)
    files = [path.read_text(encoding="utf-8").split("\n") for path in SPECS]
    good = 0
    for _ in range(times):
        if chance.random() < 0.3:
            text = "".join(chance.choices(PIECES, k=chance.randint(1, 14)))
        else:
            text = mutated(chance.choice(files), chance)
        (root, said), (expected, words) = read(text), without_libyaml(text)
        assert (flat(root), said) == (flat(expected), words), text
        good += root is not None
    return good


def test_both_parsers_agree() -> None:
    assert compare(seed=1, times=1_500) > 150


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 6))
def test_both_parsers_agree_on_many_texts(seed: int) -> None:
    assert compare(seed, times=8_000) > 800
