"""Text -> tree: precedence by example; syntax errors by code, column and words; any text."""

import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fsm.spec.problems import Problems, did_you_mean
from fsm.spec.syntax import MAX_DEPTH, MAX_LENGTH, duration, parse
from fsm.spec.tree import Choice, Membership, Node, Number, Operation, Path, Range, Truth, Watch
from tests.spec.expressions_scope import PROPERTY, SCOPE, attempt, source_of


def shape(node: Node) -> str:
    """The tree with every pair of parentheses written."""
    match node:
        case Truth(value=value):
            return str(value).lower()
        case Number(value=value, duration=timed):
            return f"{value}ms" if timed else str(value)
        case Path(parts=parts):
            return ".".join(p.name + "".join(f"[{shape(i)}]" for i in p.indices) for p in parts)
        case Operation(op=op, operands=(one,)):
            return f"({op.value[0] if op.value == '-x' else 'not '}{shape(one)})"
        case Operation(op=op, operands=(left, right)):
            return f"({shape(left)} {op.value} {shape(right)})"
        case Membership(subject=subject, values=values, braces=braces):
            inside = ", ".join(map(shape, values))
            return f"({shape(subject)} in {'{' + inside + '}' if braces else inside})"
        case Choice(condition=condition, then=then, otherwise=otherwise):
            return f"(if {shape(condition)} then {shape(then)} else {shape(otherwise)})"
        case Range(quantifier=kind, variable=name, low=low, high=high, body=body):
            return f"{kind.value}({name} in {shape(low)}..{shape(high)}: {shape(body)})"
        case Watch(kind=kind, event=event):
            return f"{kind.value}({shape(event)})"
    raise AssertionError(node)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a or b and c", "(a or (b and c))"),
        ("a and b and c", "((a and b) and c)"),
        ("not a and b", "((not a) and b)"),
        ("not a == b", "(not (a == b))"),
        ("not not a", "(not (not a))"),
        ("a -> b -> c", "(a -> (b -> c))"),
        ("a or b -> c", "((a or b) -> c)"),
        ("a - b - c", "((a - b) - c)"),
        ("a + b * c", "(a + (b * c))"),
        ("a * b // c % d", "(((a * b) // c) % d)"),
        ("-a * b", "((-a) * b)"),
        ("--a", "(-(-a))"),
        ("a - -3", "(a - (-3))"),
        ("a + 1 < b * 2", "((a + 1) < (b * 2))"),
        ("a in {b, c} or d", "((a in {b, c}) or d)"),
        ("a in b and c", "((a in b) and c)"),
        ("a in {}", "(a in {})"),
        ("if a then b else c -> d", "(if a then b else (c -> d))"),
        ("if a then if b then c else d else e", "(if a then (if b then c else d) else e)"),
        ("a -> if b then c else d", "(a -> (if b then c else d))"),
        ("a[1][2].b[c + 1].d", "a[1][2].b[(c + 1)].d"),
        ("a . b [ 1 ]", "a.b[1]"),
        ("all(i in 0..n - 1: a[i] and b)", "all(i in 0..(n - 1): (a[i] and b))"),
        ("count (i in 0..2:a)", "count(i in 0..2: a)"),
        ("count(e.f)", "count(e.f)"),
        ("count(e) + count", "(count(e) + count)"),
        ("fired(desk[0].e) and since(e) <= 2h", "(fired(desk[0].e) and (since(e) <= 7200000ms))"),
        ("min(a, max(b, 1))", "(a min (b max 1))"),
        ("all == any", "(all == any)"),
        ("min < max", "(min < max)"),
        ("truex and nota and in_ and orb", "(((truex and nota) and in_) and orb)"),
        ("true == false", "(true == false)"),
        ("1h30min + 5s1ms", "(5400000ms + 5001ms)"),
        ("2d\n  >\t1", "(172800000ms > 1)"),
        ("((((a))))", "a"),
    ],
)
def test_precedence_and_forms(text: str, tree: str) -> None:
    problems = Problems()
    parsed = parse(source_of(text), problems)
    assert not problems.diagnostics
    assert parsed is not None
    assert shape(parsed.root) == tree


@pytest.mark.parametrize(
    ("text", "code", "column", "words"),
    [
        ("", "F401", 1, "the expression is empty"),
        ("   ", "F401", 1, "the expression is empty"),
        ("a and", "F401", 6, "the expression ends too early: expected a value"),
        ("a and )", "F401", 7, "expected a value here, not ')'"),
        ("(a", "F401", 3, "the expression ends too early: expected ')'"),
        ("x[1", "F401", 4, "the expression ends too early: expected ']'"),
        ("a b", "F401", 3, "expected an operator or the end here, not 'b'"),
        ("a == ", "F401", 6, "the expression ends too early: expected a value"),
        ("x in {a,}", "F401", 9, "expected a value here, not '}'"),
        ("a.3", "F401", 3, "expected a name here, not '3'"),
        ("if a then b", "F401", 12, "the expression ends too early: expected 'else'"),
        ("all(i in 0..3 x)", "F401", 15, "expected an operator or ':' here, not 'x'"),
        ("all(i in 3: x)", "F401", 11, "expected '..' here, not ':'"),
        ("all(x)", "F401", 6, "expected 'in' here, not ')'"),
        ("min(a)", "F401", 6, "expected ',' here, not ')'"),
        ("count(a + b)", "F401", 9, "expected 'in' or ')' here, not '+'"),
        ("foo(3)", "F401", 1, "there is no function 'foo'"),
        ("a + coutn(e)", "F401", 5, "there is no function 'coutn'"),
        ("1h30", "F401", 1, "'1h30' is neither a number nor a name"),
        ("48H", "F401", 1, "'48H' is neither a number nor a name"),
        ("a ≥ b", "F404", 3, "'≥' has no meaning in an expression"),
        ("状态 == a", "F404", 1, "'状' has no meaning in an expression"),
        ("a\x00", "F404", 2, "the character U+0000 has no meaning in an expression"),
        ("a\u202eb", "F404", 2, "the character U+202E has no meaning in an expression"),
        ("a" * (MAX_LENGTH + 1), "F402", 1, "the expression is longer than 4,000 characters"),
        ("not " * MAX_DEPTH + "a", "F403", 1, "nested more than 100 levels deep"),
        ("a" + " + a" * MAX_DEPTH, "F403", 1, "nested more than 100 levels deep"),
        ("a[" * 150 + "0" + "]" * 150, "F403", 1, "nested more than 100 levels deep"),
    ],
)
def test_syntax_errors(text: str, code: str, column: int, words: str) -> None:
    expr, diagnostics = attempt(text)
    assert expr is None
    assert [(d.code, d.at.column) for d in diagnostics] == [(code, column)]
    assert words in diagnostics[0].message
    assert diagnostics[0].source == text


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a && b", "write 'and'"),
        ("a || b", "write 'or'"),
        ("!a", "write 'not', or '!=' between two values"),
        ("a = b", "compare with '=='"),
        ("a => b", "implication is written '->'; 'at least' is '>='"),
        ("a / b", "whole-number division is written '//'"),
        ("a ** b", "there are no powers; multiplication is one '*'"),
        ("a == 'b'", "names are written without quotes"),
        ("a not in {b}", "write not (x in {…})"),
        ("a AND b", "operators are written in lower case"),
        ("a is b", "compare with '=='"),
        ("a ≥ b", "write '>='"),
        ("3.5 < a", "numbers are whole: use a smaller unit"),
        ("（a)", "write ASCII punctuation, not full-width characters"),
        ("coutn(e)", "did you mean 'count'?"),
        ("3 days", ""),
    ],
)
def test_hints_know_the_habits_of_other_languages(text: str, hint: str) -> None:
    _, diagnostics = attempt(text)
    assert [d.hint for d in diagnostics] == [hint]


def test_limits_are_inclusive() -> None:
    assert parse(source_of("a" * MAX_LENGTH), Problems()) is not None
    assert parse(source_of("a" + " + a" * (MAX_DEPTH - 1)), Problems()) is not None
    assert parse(source_of("(" * 1_990 + "a" + ")" * 1_990), Problems()) is not None


_TOKENS = (
    "true false not and or -> in if then else all any count sum min max fired since == != < <= > >="
    " + - * // % ( ) [ ] { } , . .. : 0 3 48h 10 9999999999999999 paid money small parcels ticket"
    " phil desk clerk tried grid costs n window c48 idle apply take closed pending open eating i"
    " index & ! = ≥ '"
)
_TOKEN = st.sampled_from(_TOKENS.split())
_ANYTHING = st.one_of(
    st.text(max_size=60),
    st.lists(_TOKEN, max_size=25).map(" ".join),
    st.lists(_TOKEN, max_size=12).map("".join),
)


@settings(max_examples=150, deadline=2_000)
@given(_ANYTHING)
def test_any_text_is_either_typed_or_reported(text: str) -> None:
    for scope in (SCOPE, PROPERTY):
        expr, diagnostics = attempt(text, scope)
        assert (expr is None) == bool(diagnostics)
        assert all(d.at.column <= len(text) + 1 for d in diagnostics)


@pytest.mark.parametrize(
    "text",
    [
        "nope + " * 90 + "nope",
        "(" * 4_000,
        "(nope == " * 97 + "nope" + ")" * 97,
        "if a then " * 90 + "b" + " else c" * 90,
        "9" * 4_000,
        "n" * 4_000,
        "n * 999999999999999 " + "* 999999999999999 " * 90 + "== 0",
        "min(1, " * 90 + "2" + ")" * 90,
        "(if paid then money else refund) == " * 2,
        "(if paid then " * 60 + "money" + " else refund)" * 60 + " == paid",
        "sum(i in 0..99: sum(j in 0..99: i * j)) == small",
        "x in {" + "nope, " * 600 + "nope}",
    ],
)
def test_hostile_text_takes_little_time(text: str) -> None:
    start = time.perf_counter()
    expr, diagnostics = attempt(text)
    assert (expr is None) == bool(diagnostics)
    assert time.perf_counter() - start < 2


def test_durations() -> None:
    assert [duration(t) for t in ("48h", "1h30min", "5ms", "2d1s")] == [
        172_800_000,
        5_400_000,
        5,
        172_801_000,
    ]
    assert [duration(t) for t in ("", "48", "h", "1h30", " 1h", "1.5h", "-1h", "1w")] == [None] * 8


def test_suggestions_are_bounded_and_ignore_case() -> None:
    assert did_you_mean("closd", ["open", "closed"]) == "did you mean 'closed'?"
    assert did_you_mean("CLOSED", ["open", "closed"]) == "did you mean 'closed'?"
    assert did_you_mean("zebra", ["open", "closed"]) == ""
    assert did_you_mean("a" * 61, ["a" * 60]) == ""
    assert did_you_mean("closd", (f"x{i}" for i in range(10**9))) == ""


def test_lark_is_imported_only_to_parse() -> None:
    code = "import sys, fsm.spec.typing, fsm.spec.unparse; sys.exit('lark' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
