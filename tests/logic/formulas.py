"""Formulas over bare names, for tests of the logic alone."""

from fsm.errors import Position
from fsm.expressions import Apply, BoolType, Op, Read
from fsm.spec.problems import Problems
from fsm.spec.scope import Scope
from fsm.spec.temporal import temporal
from fsm.spec.tree import Source
from fsm.temporal import Atom, Compound, Temporal, TOp

NAMES = "pqrstzabc"
SCOPE = Scope(variables={name: BoolType() for name in NAMES})
_JOINTS = {Op.NOT: TOp.NOT, Op.AND: TOp.AND, Op.OR: TOp.OR, Op.IMPLIES: TOp.IMPLIES, Op.EQ: TOp.IFF}


def read(text: str, *, branching: bool = False) -> Temporal:
    """The formula of a text in the language of specs; its tests are single names."""
    problems = Problems()
    source = Source(text, lambda k: Position("text", 1, k + 1), lambda _: text)
    found = temporal(source, SCOPE, problems, branching=branching)
    assert found is not None, problems.diagnostics
    return _taken_apart(found[0])


def _taken_apart(formula: Temporal) -> Temporal:
    match formula:
        case Atom(test=test):
            return _test(test)
        case Compound(op=op, operands=operands, paths=paths):
            return Compound(op, tuple(map(_taken_apart, operands)), paths)
        case _:
            return formula


def _test(expr: object) -> Temporal:
    match expr:
        case Read(variable=name):
            return Atom(name)
        case Apply(op=op, operands=operands):
            return Compound(_JOINTS[op], tuple(map(_test, operands)))
    raise AssertionError(expr)
