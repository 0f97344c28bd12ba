"""Text -> untyped tree. The grammar is grammar.lark; nothing here knows what a name means.

Parsing takes time linear in the text. Text of any kind is safe: what is too long, too deep or not
an expression is reported, and nothing is raised.
"""

import re
import sys
from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO
from typing import TYPE_CHECKING, Any, cast

from fsm.expressions import GhostKind, Op, Quantifier
from fsm.spec import wording
from fsm.spec.problems import Problems
from fsm.spec.tree import (
    NODES,
    Bound,
    Chain,
    Choice,
    Membership,
    Node,
    Number,
    Operation,
    Part,
    Path,
    Range,
    Source,
    Span,
    Temporal,
    Tree,
    Truth,
    Watch,
)

if TYPE_CHECKING:
    from lark import Lark, Token

__all__ = ["MAX_DEPTH", "MAX_LENGTH", "Source", "Tree", "duration", "parse"]

MAX_LENGTH = 4_000  # characters
MAX_DEPTH = 100  # levels of operators inside one another
KEPT = 1_000  # texts

UNITS = {"ms": 1, "s": 1_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
_DURATION = re.compile(r"([0-9]+)(ms|min|s|h|d)")
_NAME = re.compile(r"(?!(?:if|then|else|and|or|not|in|true|false)\Z)[A-Za-z_][A-Za-z0-9_]*\Z")
_SYMBOL = re.compile(r"&|\||!(?!=)|<->")
_MEANING = {
    "!": Op.NOT, "&": Op.AND, "&&": Op.AND, "|": Op.OR, "||": Op.OR, "<->": Op.EQ,
}  # fmt: skip
_OPTIONS: dict[str, Any] = {"parser": "lalr", "maybe_placeholders": False}


def parse(source: Source, problems: Problems, *, symbols: bool = False) -> Tree | None:
    """The tree of an expression, or None with F401 to F404 reported.

    With `symbols` the connectives may be written `! & | <->`, as in formulas.
    """
    text = source.text
    if len(text) > MAX_LENGTH:
        problems.report(
            "F402",
            f"the expression is longer than {MAX_LENGTH:,} characters",
            source.positions(0),
            "split it, or keep parts of it in variables",
            source.line(0),
        )
        return None
    if _NAME.match(text):  # most are just a name: a spec of nothing else needs no parser
        span = Span(0, len(text))
        return Tree(source, Path((Part(text, (), span),), span))
    from lark.exceptions import UnexpectedInput

    try:
        root = _root(_parser(), text)
    except UnexpectedInput as error:
        code, offset, message, hint = wording.explain(text, error)
        problems.report(code, message, source.positions(offset), hint, source.line(offset))
        return None
    if not symbols and (symbol := _SYMBOL.search(text)):
        message, hint = wording.symbol(text, symbol.start())
        at = symbol.start()
        problems.report("F401", message, source.positions(at), hint, source.line(at))
        return None
    if root.span.depth > MAX_DEPTH:
        problems.report(
            "F403",
            f"the expression is nested more than {MAX_DEPTH} levels deep",
            source.positions(root.span.start),
            "a long row of operators counts too: use all(…), any(…) or sum(…) over a range",
            source.line(root.span.start),
        )
        return None
    return Tree(source, root)


@lru_cache(KEPT)
def _root(parser: "Lark", text: str) -> Node:
    """The tree of a text, made once: many expressions of a spec are alike, those of copies above
    all. Raises lark's errors."""
    return cast(Node, parser.parse(text))


def duration(text: str) -> int | None:
    """Milliseconds of `48h` or `1h30min`; None if the text is not a duration. Not bounded."""
    found = _DURATION.findall(text)
    if not found or "".join(n + unit for n, unit in found) != text:
        return None
    return sum(int(n[:40]) * UNITS[unit] for n, unit in found)


@cache
def _parser() -> "Lark":
    """The parser. Its tables take ten times longer to make than to read, so they are cached."""
    import lark

    from fsm.cache import cached

    grammar = files("fsm.spec").joinpath("grammar.lark").read_text(encoding="utf-8")
    key = "\0".join((grammar, repr(_OPTIONS), lark.__version__, sys.version))
    try:
        tables = cast(Any, cached("parser", key, lambda: _tables(grammar)))
        tables["data"]["options"]["transformer"] = _Builder()
        return lark.Lark.load(tables)
    except Exception:  # a version of lark that keeps them in another shape
        return lark.Lark(grammar, transformer=_Builder(), **_OPTIONS)


def _tables(grammar: str) -> object:
    """What lark keeps of a parser, without our builder: plain data."""
    import pickle

    from lark import Lark

    saved = BytesIO()
    Lark(grammar, **_OPTIONS).save(saved, exclude_options=("transformer",))
    return pickle.loads(saved.getvalue())


def _around(first: "Node | Token", last: "Node | Token", *inside: Node) -> Span:
    start = first.span.start if isinstance(first, NODES) else first.start_pos
    end = last.span.end if isinstance(last, NODES) else last.end_pos
    return Span(start or 0, end or 0, 1 + max((n.span.depth for n in inside), default=0))


class _Builder:
    """What to build for each rule of the grammar; `got` are its nodes and its named tokens."""

    def truth(self, got: "list[Token]") -> Node:
        return Truth(got[0] == "true", _around(got[0], got[0]))

    def integer(self, got: "list[Token]") -> Node:
        return Number(int(got[0]), False, _around(got[0], got[0]))

    def duration(self, got: "list[Token]") -> Node:
        return Number(duration(got[0]) or 0, True, _around(got[0], got[0]))

    def part(self, got: "list[Any]") -> Part:
        indices = tuple(got[2::3])
        return Part(str(got[0]), indices, _around(got[0], got[-1], *indices))

    def path(self, got: list[Part]) -> Node:
        depth = max(part.span.depth for part in got)
        return Path(tuple(got), Span(got[0].span.start, got[-1].span.end, depth))

    def grouped(self, got: "list[Any]") -> Node:
        return cast(Node, got[1])

    def unary(self, got: "list[Any]") -> Node:
        operator, operand = got
        op = Op.NEGATE if operator == "-" else Op.NOT
        return Operation(op, (operand,), operator.start_pos, _around(operator, operand, operand))

    def binary(self, got: "list[Any]") -> Node:
        left, operator, right = got
        return Operation(
            _MEANING.get(operator) or Op(str(operator)),
            (left, right),
            operator.start_pos,
            _around(left, right, left, right),
        )

    def bound(self, got: "list[Any]") -> Bound:
        first, op, value, last = got
        return Bound(str(op), value, _around(first, last, value))

    def interval(self, got: "list[Any]") -> Bound:
        first, low, high, last = got
        return Bound("..", low, _around(first, last, low, high), high)

    def temporal(self, got: "list[Any]") -> Node:
        bound = next((x for x in got if isinstance(x, Bound)), None)
        (operator,) = (x for x in got if not isinstance(x, NODES))
        operands = cast(tuple[Node, ...], tuple(x for x in got if x not in (operator, bound)))
        first = operator if got[0] is operator else operands[0]
        span = _around(first, operands[-1], *operands)
        return Temporal(str(operator), operands, bound, operator.start_pos, span)

    def extreme(self, got: "list[Any]") -> Node:
        name, left, right, close = got
        return Operation(
            Op(str(name)), (left, right), name.start_pos, _around(name, close, left, right)
        )

    def braces(self, got: "list[Any]") -> "list[Any]":
        return got

    def member(self, got: "list[Any]") -> Node:
        subject, _, right = got
        if isinstance(right, list):
            _, *values, closing = right
            return Membership(
                subject, tuple(values), True, _around(subject, closing, subject, *values)
            )
        return Membership(subject, (right,), False, _around(subject, right, subject, right))

    def tail(self, got: "list[Any]") -> "Token":
        return cast("Token", got[0])

    def chain(self, got: "list[Any]") -> Node:
        second = got[3]
        return Chain(second.start_pos, _around(got[0], second))

    def choice(self, got: "list[Any]") -> Node:
        word, condition, then, otherwise = got
        return Choice(
            condition, then, otherwise, _around(word, otherwise, condition, then, otherwise)
        )

    def range(self, got: "list[Any]") -> Node:
        word, variable, _, low, high, body, close = got
        return Range(
            Quantifier(str(word)),
            str(variable),
            variable.start_pos,
            low,
            high,
            body,
            _around(word, close, low, high, body),
        )

    def watch(self, got: "list[Any]") -> Node:
        word, event, close = got
        return Watch(GhostKind(str(word)), event, _around(word, close, event))
