"""Text -> untyped tree where the text is right: the grammar of grammar.lark, read by hand.

Lark's tables take longer to make than most specs take to read, and its parser takes five times as
long as this one; but it knows what is wrong with a text. So whatever is accepted here has the tree
that lark would give it, and everything else is left to lark: errors, chains of comparisons, deep
nesting, and names that only lark's lexer tells from words of the language, as the `in` of `a.in`.

Precedences are climbed (V. R. Pratt, Top down operator precedence, POPL 1973,
DOI 10.1145/512927.512931). Linear in the text.
"""

import re

from fsm.expressions import GhostKind, Op, Quantifier
from fsm.spec.tree import (
    Bound,
    Choice,
    Membership,
    Node,
    Number,
    Operation,
    Part,
    Path,
    Range,
    Span,
    Temporal,
    Truth,
    Watch,
)

UNITS = {"ms": 1, "s": 1_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
MEANING = {
    "!": Op.NOT, "&": Op.AND, "&&": Op.AND, "|": Op.OR, "||": Op.OR, "<->": Op.EQ,
}  # fmt: skip
PREFIX = (  # as in the grammar: temporal operators, where an operand follows
    r"([GFX]+|[AE][GFX]|[YOHZ])(?=\s*(\[\s*([<>=!]|[^\](]*\.\.)|[!(]|[A-Za-z0-9_]))(?![A-Za-z0-9_])"
    r"(?!\s+(and|or|in|then|else|[UWRMVST])(?![A-Za-z0-9_]))"
)
DURATION = r"([0-9]+(ms|min|s|h|d))+(?![A-Za-z0-9_])"

_PREFIX = re.compile(PREFIX)
_TOKEN = re.compile(
    rf"""[ \t\r\n]*(?:(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<duration>{DURATION})
    |(?P<integer>[0-9]+(?![A-Za-z0-9_]))
    |(?P<sign><->|->|==|!=|<=|>=|\.\.|//|&&?|\|\|?|[-<>+*%!.,:()\[\]{{}}])
    |(?P<end>\Z))""",
    re.VERBOSE,
)
_AMOUNT = re.compile(r"([0-9]+)(ms|min|s|h|d)")
_WORDS = frozenset(("if", "then", "else", "and", "or", "not", "in", "true", "false"))
_INFIX = frozenset("UWRMVST")
_COMPARE = frozenset(("==", "!=", "<=", ">=", "<", ">"))
_LOWEST, _UNTIL, _NEGATION, _RELATION, _SUM = 1, 4, 5, 6, 7
_LEVELS = {
    "->": _LOWEST, "<->": _LOWEST, "or": 2, "|": 2, "||": 2, "and": 3, "&": 3, "&&": 3,
    **dict.fromkeys((*_COMPARE, "in"), _RELATION), "+": _SUM, "-": _SUM, "*": 8, "//": 8, "%": 8,
}  # fmt: skip
_DEEP = 50  # brackets and prefixes inside one another; each takes some frames of Python's stack


class _Doubt(Exception):
    """What stands here is for lark to judge."""


def quick_parse(text: str) -> Node | None:
    """The tree of an expression; None where it has none, or where lark knows better."""
    try:
        return _Reader(text).whole()
    except _Doubt:
        return None


def duration(text: str) -> int | None:
    """Milliseconds of `48h` or `1h30min`; None if the text is not a duration. Not bounded."""
    found = _AMOUNT.findall(text)
    if not found or "".join(n + unit for n, unit in found) != text:
        return None
    return sum(int(n[:40]) * UNITS[unit] for n, unit in found)


def _depth(*inside: Node) -> int:
    return 1 + max([node.span.depth for node in inside], default=0)


class _Reader:
    """Tokens, and how far they have been read. A word of the language, and every sign, is its own
    kind; the others are `name`, `integer`, `duration` and `end`."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[tuple[str, str, int, int]] = []
        self.at = 0
        self.nested = 0
        end = 0
        kind = ""
        while kind != "end":
            found = _TOKEN.match(text, end)
            if found is None:
                raise _Doubt
            kind = found.lastgroup or ""
            start, end = found.span(kind)
            word = text[start:end]
            if kind == "sign" or word in _WORDS:
                kind = word
            self.tokens.append((kind, word, start, end))

    def whole(self) -> Node:
        root = self.expression()
        self.take("end")
        return root

    def take(self, kind: str) -> tuple[str, str, int, int]:
        """The next token, which has to be of this kind."""
        token = self.tokens[self.at]
        if token[0] != kind:
            raise _Doubt
        self.at += 1
        return token

    def skip(self, kind: str) -> bool:
        """Whether the next token is of this kind; then it is read."""
        found = self.tokens[self.at][0] == kind
        self.at += found
        return found

    def expression(self) -> Node:
        start = self.tokens[self.at][2]
        if not self.skip("if"):
            return self.climb(_LOWEST)
        condition = self.inner()
        self.take("then")
        then = self.inner()
        self.take("else")
        otherwise = self.inner()
        span = Span(start, otherwise.span.end, _depth(condition, then, otherwise))
        return Choice(condition, then, otherwise, span)

    def inner(self, level: int = 0) -> Node:
        """An expression (or an operand of a level) inside another."""
        self.nested += 1
        if self.nested > _DEEP:
            raise _Doubt
        found = self.climb(level) if level else self.expression()
        self.nested -= 1
        return found

    def climb(self, least: int) -> Node:
        """Operands with operators of this level or a higher one between them."""
        left = self.negation() if least <= _NEGATION else self.sign()
        compared = False
        while True:
            kind, word, at, _ = self.tokens[self.at]
            level = _UNTIL if kind == "name" and word in _INFIX else _LEVELS.get(kind, 0)
            if level < least or not level:
                return left
            self.at += 1
            if level == _UNTIL:
                bound = self.bound()
                right = self.inner(_UNTIL)
                span = Span(left.span.start, right.span.end, _depth(left, right))
                left = Temporal(word, (left, right), bound, at, span)
                continue
            if level == _RELATION:
                if compared:
                    raise _Doubt  # a chain
                compared = True
                if kind == "in":
                    left = self.membership(left)
                    continue
            right = self.inner() if level == _LOWEST else self.climb(level + 1)
            span = Span(left.span.start, right.span.end, _depth(left, right))
            left = Operation(MEANING.get(word) or Op(word), (left, right), at, span)

    def negation(self) -> Node:
        kind, word, at, _ = self.tokens[self.at]
        if kind in ("not", "!"):
            self.at += 1
            operand = self.inner(_NEGATION)
            return Operation(Op.NOT, (operand,), at, Span(at, operand.span.end, _depth(operand)))
        if kind == "name" and word.isupper() and _PREFIX.match(self.text, at):
            self.at += 1
            bound = self.bound()
            operand = self.inner(_NEGATION)
            span = Span(at, operand.span.end, _depth(operand))
            return Temporal(word, (operand,), bound, at, span)
        return self.climb(_RELATION)

    def bound(self) -> Bound | None:
        first = self.tokens[self.at][2]
        if not self.skip("["):
            return None
        kind = self.tokens[self.at][0]
        if kind in _COMPARE:
            self.at += 1
            value = self.inner(_SUM)
            return Bound(kind, value, Span(first, self.take("]")[3], _depth(value)))
        low = self.inner(_SUM)
        self.take("..")
        high = self.inner(_SUM)
        return Bound("..", low, Span(first, self.take("]")[3], _depth(low, high)), high)

    def membership(self, subject: Node) -> Node:
        if not self.skip("{"):
            right = self.climb(_SUM)
            span = Span(subject.span.start, right.span.end, _depth(subject, right))
            return Membership(subject, (right,), False, span)
        values: list[Node] = []
        if self.tokens[self.at][0] != "}":
            values.append(self.inner())
            while self.skip(","):
                values.append(self.inner())
        end = self.take("}")[3]
        span = Span(subject.span.start, end, _depth(subject, *values))
        return Membership(subject, tuple(values), True, span)

    def sign(self) -> Node:
        at = self.tokens[self.at][2]
        if self.skip("-"):
            self.nested += 1
            if self.nested > _DEEP:
                raise _Doubt
            operand = self.sign()
            self.nested -= 1
            return Operation(Op.NEGATE, (operand,), at, Span(at, operand.span.end, _depth(operand)))
        return self.atom()

    def atom(self) -> Node:
        kind, word, start, end = self.tokens[self.at]
        if kind == "name":
            if self.tokens[self.at + 1][0] == "(":
                return self.call(word, start)
            return self.path()
        self.at += 1
        if kind == "integer":
            return Number(int(word), False, Span(start, end))
        if kind == "duration":
            return Number(duration(word) or 0, True, Span(start, end))
        if kind in ("true", "false"):
            return Truth(kind == "true", Span(start, end))
        if kind != "(":
            raise _Doubt
        inside = self.inner()
        self.take(")")
        return inside

    def path(self) -> Path:
        parts = [self.part()]
        while self.skip("."):
            parts.append(self.part())
        depth = max([part.span.depth for part in parts])
        return Path(tuple(parts), Span(parts[0].span.start, parts[-1].span.end, depth))

    def part(self) -> Part:
        _, name, start, end = self.take("name")
        indices: list[Node] = []
        while self.skip("["):
            indices.append(self.inner())
            end = self.take("]")[3]
        return Part(name, tuple(indices), Span(start, end, _depth(*indices)))

    def call(self, name: str, start: int) -> Node:
        """A function of the language: of a range, of two values, or of an event."""
        self.at += 2
        ahead = [kind for kind, *_ in self.tokens[self.at : self.at + 2]]
        if name in ("all", "any", "sum", "count") and ahead == ["name", "in"]:
            _, variable, at, _ = self.take("name")
            self.take("in")
            low = self.inner()
            self.take("..")
            high = self.inner()
            self.take(":")
            body = self.inner()
            span = Span(start, self.take(")")[3], _depth(low, high, body))
            return Range(Quantifier(name), variable, at, low, high, body, span)
        if name in ("min", "max"):
            left = self.inner()
            self.take(",")
            right = self.inner()
            span = Span(start, self.take(")")[3], _depth(left, right))
            return Operation(Op(name), (left, right), start, span)
        if name not in ("fired", "since", "count"):
            raise _Doubt
        event = self.path()
        return Watch(GhostKind(name), event, Span(start, self.take(")")[3], _depth(event)))
