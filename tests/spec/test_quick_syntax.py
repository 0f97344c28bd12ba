"""The quick parser is lark's for text that is right: the same trees, and never one of its own."""

import random
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsm.spec import syntax
from fsm.spec.load import parse_spec
from fsm.spec.quick_syntax import DURATION, PREFIX, quick_parse
from fsm.spec.unparse import unparse
from tests.spec.expressions_strategy import BOOL, expressions
from tests.spec.test_parser_cache import direct

ROOT = Path(__file__).parents[2]
SPECS = sorted((ROOT / "specs").rglob("*.fsm.yaml"))


@cache
def shipped() -> list[str]:
    """Every expression and formula of the shipped specs."""
    texts: dict[str, None] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            syntax, "quick_parse", lambda text: texts.setdefault(text) or quick_parse(text)
        )
        for path in SPECS:
            parse_spec(path.read_text(encoding="utf-8"))
    return list(texts)


def test_terminals_are_those_of_the_grammar() -> None:
    grammar = (Path(syntax.__file__).parent / "grammar.lark").read_text(encoding="utf-8")
    for name, pattern in (("PREFIX", PREFIX), ("DURATION", DURATION)):
        found = re.search(rf"^{name}\.2: /(.*)/$", grammar, re.MULTILINE)
        assert found is not None
        assert found[1] == pattern


def test_it_reads_all_that_is_shipped_as_lark_does() -> None:
    assert len(shipped()) > 400
    for text in shipped():
        found = quick_parse(text)
        assert found is not None
        assert found == direct(text), text


def test_good_specs_do_not_need_lark() -> None:
    code = "import sys; from fsm.spec.load import parse_spec\nfor path in sys.argv[1:]:\n"
    code += "    parse_spec(open(path, encoding='utf-8').read())\nsys.exit('lark' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code, *map(str, SPECS)], check=False, cwd=ROOT)
    assert done.returncode == 0


@given(expressions(BOOL))
def test_it_reads_every_expression(expression: object) -> None:
    text = unparse(expression)  # type: ignore[arg-type]
    assert quick_parse(text) == direct(text)


@pytest.mark.parametrize(
    "text",
    [
        "G (a -> F[<=48h] b)", "GF a", "AG EF a", "A[a U b]", "E[a W[2h..3h] b]", "X X not G a",
        "a U b U c", "not a U b and c", "G == a", "x + G == 1", "F.a == 1", "a[G a]", "H (a S b)",
        "a && b || !c <-> d", "a <-> b -> c", "if a then b else if c then d else e",
        "(if a then b else c) + 1", "a -> if b then c else d", "x in {}", "x in {1, y + 2, (z)}",
        "x in y or z", "count(a) + count(i in 0..n - 1: b[i]) > 2", "all (i in 0..2: any(j in i..3:"
        " x[i][j]))", "min(a, max(b, 1)) - -c * --d // 2 % 3", "fired(desk[i].refund)",
        "since(x.y) < 1h30min", "iffy and notx or trues", "a.b[c.d[1]].e", "a\n and\tb",
        "count", "min", "all.a", "G", "((a))", "not (a in {b})", "-1", "a == (b == c)",
    ],
)  # fmt: skip
def test_forms(text: str) -> None:
    assert quick_parse(text) == direct(text)


@pytest.mark.parametrize(
    "text",
    ["", "a <", "1 < a < 3", "a in b in c", "a not in b", "min(a)", "all(a)", "fired(1)", "(a",
     "a)", "x in {a,}", "if a then b", "3x", "1 + not a", "a == not b", "a.in", "x[", "all(", "a b",
     "F[<48h", "U a", "é", "a # b", "(" * 60 + "a" + ")" * 60, "not " * 60 + "a", "-" * 60 + "a"],
)  # fmt: skip
def test_it_answers_none_rather_than_a_tree_of_its_own(text: str) -> None:
    assert quick_parse(text) is None


WORDS = st.one_of(
    st.sampled_from(["if", "then", "else", "and", "or", "not", "in", "true", "false"]),
    st.sampled_from(["all", "any", "sum", "count", "min", "max", "fired", "since"]),
    st.sampled_from(["iff", "nota", "trueish", "_", "a1", "in2", "not_", "a\n", "\u0430"]),
    st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True),
    st.from_regex(r"[A-Za-z_0-9 .\n-]{0,4}", fullmatch=True),
)


@given(WORDS)
def test_names_and_words(text: str) -> None:
    assert quick_parse(text) in (None, direct(text))


TOKENS = """
    a b i in not and or if then else true false all any count sum min max fired since notx inb
    G F X U W AG EF A E GF Y O H Z R M V S T ( ) [ ] { } , : .. . + - * // % == != <= >= < >
    -> <-> ! & && | || 1 0 48h 2d 1h30min 3x / = ; 退 G( A[ E[ ((( )) [[ count( fired( a[i].b
"""
PIECES = (
    *TOKENS.split(), "F[<=48h] ", "G[2h..3h] ", "U[<= 3] ", "all(i in 0..3: ", "count(i in 0..2: ",
    "max(1, ", "x in {", "not ", "  ", "\n",
)  # fmt: skip


def compare(seed: int, times: int) -> int:
    """How many random texts the quick parser reads: each of them as lark does."""
    chance = random.Random(seed)
    read = 0
    for _ in range(times):
        text = chance.choice(("", " ")).join(chance.choices(PIECES, k=chance.randint(1, 12)))
        if chance.random() < 0.6:
            text = chance.choice(shipped())
            for _ in range(chance.randint(0, 3)):
                at, gone = chance.randrange(len(text) + 1), chance.choice((0, 0, 1, 2, 4))
                text = f"{text[:at]}{chance.choice(PIECES)} {text[at + gone :]}"
        found = quick_parse(text)
        if found is not None:
            assert found == direct(text), text
            read += 1
    return read


def test_random_texts() -> None:
    assert compare(seed=1, times=3_000) > 500


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 5))
def test_many_random_texts(seed: int) -> None:
    assert compare(seed, times=60_000) > 9_000
