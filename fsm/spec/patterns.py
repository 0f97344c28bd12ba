"""What each property pattern means: one linear formula a pattern, one a scope. The documentation
shows these tables (a test compares), and everything else is derived from them.

p, s, t and z are the conditions of a pattern. A scope is where it is claimed: from a moment when q
holds (that moment included) to the next moment when r holds (that moment excluded).
Source: Dwyer, Avrunin & Corbett, "Property specification patterns for finite-state verification",
FMSP 1998, doi 10.1145/298595.298598. Where the formulas of their catalogue say less or more than
its prose, the prose counts: a test names each such place.
"""

from collections.abc import Mapping
from functools import cache

from msgspec import Struct

from fsm.errors import NOWHERE
from fsm.expressions import BoolType, Literal, Op
from fsm.model import Formula, Idiom
from fsm.spec.problems import Problems
from fsm.spec.syntax import parse
from fsm.spec.tree import Node, Operation, Path, Source
from fsm.spec.tree import Temporal as TemporalNode
from fsm.temporal import FALSE, TRUE, Atom, Compound, Temporal, TOp, written

_JOINTS = {Op.NOT: TOp.NOT, Op.AND: TOp.AND, Op.OR: TOp.OR, Op.IMPLIES: TOp.IMPLIES}
MAX_COUNTED = 8  # a formula that counts grows with the number


class Meaning(Struct, frozen=True):
    """A pattern as a spec writes it, and as formulas: `whole` of a run from some moment on for
    ever, `closed` of the part of it before the first r (all of it, if r never comes).

    Of the two patterns that count, this is at most no p at all (`whole`, `closed`), and then what
    one more p makes of it: `…` stands for the formula for one p less.
    """

    written: str
    whole: str
    closed: str
    more: tuple[str, str] = ("", "")


MEANINGS: dict[str, Meaning] = {
    "absence": Meaning("never: p", "G !p", "!p W r"),
    "universality": Meaning("always: p", "G p", "p W r"),
    "existence": Meaning("eventually: p", "F p", "!r U (p & !r)"),
    "bounded existence": Meaning(
        "at_most: n, times: p", "G !p", "!p W r",
        ("!p W (p W (…))", "(!p & !r) W (r | ((p & !r) W (r | (…))))"),
    ),
    "bounded occurrence": Meaning(
        "at_most: n, event: p", "G !p", "!p W r", ("!p W (p & X (…))", "!p W (r | (p & X (…)))"),
    ),
    "precedence": Meaning("before: p, must: s", "!p W s", "!p W (s | r)"),
    "response": Meaning(
        "after: p, eventually: s", "G (p -> F s)", "(p -> (!r U (s & !r))) W r"
    ),
    "precedence chain, two before one": Meaning(
        "before: p, must: [s, t]", "!p W (s & !p & X (!p W t))",
        "!p W (r | (s & !p & X (!p W (t | r))))",
    ),
    "precedence chain, one before two": Meaning(
        "before: [s, t], must: p", "!(s & X F t) W p", "!(s & !r & X (!r U (t & !r))) W (p | r)",
    ),
    "response chain, one to two": Meaning(
        "after: [s, t], eventually: p", "G (s & X F t -> X F (t & F p))",
        "(s & X (!r U (t & !r)) -> X (!r U (t & !r & (!r U (p & !r))))) W r",
    ),
    "response chain, two to one": Meaning(
        "after: p, eventually: [s, t]", "G (p -> F (s & X F t))",
        "(p -> (!r U (s & !r & X (!r U (t & !r))))) W r",
    ),
    "constrained chain": Meaning(
        "after: p, eventually: [s, t], without: z", "G (p -> F (s & !z & X (!z U t)))",
        "(p -> (!r U (s & !r & !z & X ((!r & !z) U (t & !r))))) W r",
    ),
}  # fmt: skip

# By the keys of `scope`, whose values are q (`after`) and r (`before`, `until`).
SCOPES: dict[tuple[str, ...], str] = {
    (): "whole",
    ("before",): "F r -> closed",
    ("until",): "closed",
    ("after",): "!q W (q & whole)",
    ("after", "before"): "G (q & !r & F r -> closed)",
    ("after", "until"): "G (q & !r -> closed)",
}


def meaning(idiom: Idiom) -> tuple[Temporal, Formula]:
    """What an idiom claims, and the same in the words in which the spec wrote its conditions."""
    plain = formula_of(idiom.name, idiom.scope, idiom.bound)
    said = dict(idiom.letters)
    tests = {letter: _test(formula) for letter, formula in said.items()}
    text = written(plain, lambda letter: said[str(letter)].text)
    return _put(plain, tests), Formula(Literal(True, BoolType()), text)


def formula_of(name: str, scope: tuple[str, ...] = (), bound: int | None = None) -> Temporal:
    """The formula of a pattern within a scope; its tests are letters."""
    found = MEANINGS[name]
    inside = {
        "whole": _counted(found.whole, found.more[0], bound or 0),
        "closed": _counted(found.closed, found.more[1], bound or 0),
    }
    return _put(
        parse_formula(SCOPES[scope]), {k: parse_formula(text) for k, text in inside.items()}
    )


def _counted(none: str, more: str, bound: int) -> str:
    for _ in range(bound if more else 0):
        none = more.replace("…", none)
    return none


@cache
def parse_formula(text: str) -> Temporal:
    """A formula of the tables; its names become tests."""
    problems = Problems()
    tree = parse(Source(text, lambda _: NOWHERE, lambda _: text), problems, symbols=True)
    assert tree is not None, problems.diagnostics
    return _linear(tree.root)


def _linear(node: Node) -> Temporal:
    match node:
        case Path():
            return Atom(node.bare)
        case Operation(op=op, operands=operands):
            return Compound(_JOINTS[op], tuple(map(_linear, operands)))
        case TemporalNode(letters=letters, operands=(inner,)):
            formula = _linear(inner)
            for letter in reversed(letters):
                formula = Compound(TOp(letter), (formula,))
            return formula
        case TemporalNode(letters=letters, operands=operands):
            return Compound(TOp(letters), tuple(map(_linear, operands)))
    raise AssertionError(node)


def _put(formula: Temporal, tests: Mapping[str, Temporal]) -> Temporal:
    """The formula with other formulas for its letters."""
    match formula:
        case Atom(test=test):
            return tests.get(str(test), formula)
        case Compound(op=op, operands=operands):
            return Compound(op, tuple(_put(x, tests) for x in operands))
        case _:
            return formula


def _test(formula: Formula) -> Temporal:
    node = formula.node
    if isinstance(node, Literal) and not node.name:
        return TRUE if node.value else FALSE
    return Atom(node)
