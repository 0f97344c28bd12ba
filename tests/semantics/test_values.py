"""What expressions are worth: against Python, and where they have no value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsm.expressions import (
    Apply,
    ArrayType,
    BoolType,
    Conditional,
    Config,
    Element,
    EnumType,
    Expr,
    Ghost,
    GhostKind,
    InState,
    IntType,
    Literal,
    Local,
    OneOf,
    Op,
    Quantified,
    Quantifier,
    Read,
)  # fmt: skip
from fsm.model import Clock, Event, Machine, Spec, State, Variable
from fsm.semantics.history import History
from fsm.semantics.instances import Faulted, Instances
from fsm.semantics.trace import Delay, Occurrence
from fsm.semantics.values import View, evaluate

INT, BOOL = IntType(), BoolType()
PAIR = ArrayType(ArrayType(INT, 2), 2)
SPEC = Spec(
    "tiny",
    (
        Machine("m", (State("s"), State("t")), "s", ()),
        Machine("c", (State("s"),), "s", (), variables=(Variable("c.x", INT, None),), count=2),
    ),
    variables=(Variable("grid", PAIR, None), Variable("x", INT, None)),
    clocks=(Clock("k"),),
    events=(Event("e"),),
)
VIEW = View(
    Instances(SPEC),
    {"mode": "fast"},
    {"m": "t", "c[0]": "s", "c[1]": "s"},
    {"grid": ((1, 2), (3, 4)), "x": 1, "c[0].x": 5, "c[1].x": 6},
    {"k": 3},
    1000,
    names={"n": 1},
)


def number(value: int) -> Literal:
    return Literal(value, INT)


def truth(value: bool) -> Literal:
    return Literal(value, BOOL)


def boom() -> Expr:
    return Apply(Op.DIV, (number(1), number(0)))


def apply(op: Op, *operands: Expr) -> Apply:
    return Apply(op, operands)


PYTHON = {
    Op.ADD: lambda a, b: a + b, Op.SUB: lambda a, b: a - b, Op.MUL: lambda a, b: a * b,
    Op.DIV: lambda a, b: a // b, Op.MOD: lambda a, b: a % b,
    Op.MIN: lambda a, b: b if b < a else a, Op.MAX: lambda a, b: b if b > a else a,
    Op.LT: lambda a, b: a < b, Op.LE: lambda a, b: a <= b, Op.GT: lambda a, b: a > b,
    Op.GE: lambda a, b: a >= b, Op.EQ: lambda a, b: a == b, Op.NE: lambda a, b: a != b,
}  # fmt: skip


@given(st.sampled_from(list(PYTHON)), st.integers(-9, 9), st.integers(-9, 9))
def test_numbers_follow_python(op: Op, left: int, right: int) -> None:
    expr = apply(op, number(left), number(right))
    if op in (Op.DIV, Op.MOD) and right == 0:
        with pytest.raises(Faulted) as fault:
            evaluate(expr, VIEW)
        assert (fault.value.kind, fault.value.subject) == ("division", "")
    else:
        assert evaluate(expr, VIEW) == PYTHON[op](left, right)


@given(st.booleans(), st.booleans())
def test_logic_follows_its_truth_tables(left: bool, right: bool) -> None:
    a, b = truth(left), truth(right)
    assert evaluate(apply(Op.AND, a, b), VIEW) is (left and right)
    assert evaluate(apply(Op.OR, a, b), VIEW) is (left or right)
    assert evaluate(apply(Op.IMPLIES, a, b), VIEW) is (not left or right)
    assert evaluate(apply(Op.NOT, a), VIEW) is (not left)
    assert evaluate(Conditional(a, b, truth(not right)), VIEW) is (left == right)


@pytest.mark.parametrize(
    ("expr", "value"),
    [
        (apply(Op.AND, truth(False), boom()), False),
        (apply(Op.OR, truth(True), boom()), True),
        (apply(Op.IMPLIES, truth(False), boom()), True),
        (Conditional(truth(True), number(1), boom()), 1),
        (Conditional(truth(False), boom(), number(2)), 2),
        (apply(Op.NEGATE, number(4)), -4),
        (Config("mode", EnumType(("slow", "fast"))), "fast"),
        (Local("n", INT), 1),
        (OneOf(number(2), (number(1), number(2))), True),
        (OneOf(number(3), (number(1), number(2))), False),
        (Read("x", INT), 1),
        (Read("grid", INT, None, (Local("n", INT), number(0))), 3),
        (Read("c.x", INT, Local("n", INT)), 6),
        (Element("table", ((1, 2), (3, 4)), PAIR, (number(0), number(1))), 2),
        (InState("m", ("t",), ("t",)), True),
        (InState("m", ("s",), ("s",)), False),
    ],
)
def test_known_values(expr: Expr, value: object) -> None:
    assert evaluate(expr, VIEW) == value


@pytest.mark.parametrize(
    ("expr", "subject"),
    [
        (Read("grid", INT, None, (number(2), number(0))), "grid"),
        (Read("grid", INT, None, (number(0), number(-1))), "grid"),
        (Element("table", (1, 2), ArrayType(INT, 2), (number(2),)), "table"),
        (Read("c.x", INT, number(2)), "c.x"),
        (Read("c.x", INT, number(-1)), "c.x"),
        (InState("c", ("s",), ("s",), number(2)), "c"),
    ],
)
def test_indices_and_copies_outside_are_faults(expr: Expr, subject: str) -> None:
    with pytest.raises(Faulted) as fault:
        evaluate(expr, VIEW)
    assert (fault.value.kind, fault.value.subject) == ("index", subject)


def test_a_copy_reads_its_own() -> None:
    assert [evaluate(Read("c.x", INT), VIEW.inside(k)) for k in (0, 1)] == [5, 6]
    assert [evaluate(Local("index", INT), VIEW.inside(k)) for k in (0, 1)] == [0, 1]


@given(st.integers(-2, 4), st.integers(-2, 4))
def test_quantifiers_count_both_bounds_and_none_where_they_cross(low: int, high: int) -> None:
    def over(quantifier: Quantifier, body: Expr) -> object:
        return evaluate(Quantified(quantifier, "i", low, high, body), VIEW)

    numbers, i = range(low, high + 1), Local("i", INT)
    positive = apply(Op.GT, i, number(0))
    assert over(Quantifier.ALL, positive) == all(k > 0 for k in numbers)
    assert over(Quantifier.ANY, positive) == any(k > 0 for k in numbers)
    assert over(Quantifier.COUNT, positive) == len([k for k in numbers if k > 0])
    assert over(Quantifier.SUM, i) == sum(numbers)


def test_all_and_any_stop_once_they_know() -> None:
    body = apply(Op.EQ, apply(Op.DIV, number(2), Local("i", INT)), number(1))
    assert evaluate(Quantified(Quantifier.ALL, "i", 1, 2, body), VIEW) is False
    two_less = apply(Op.SUB, number(2), Local("i", INT))
    body = apply(Op.EQ, apply(Op.DIV, number(6), two_less), number(3))
    assert evaluate(Quantified(Quantifier.ANY, "i", 0, 2, body), VIEW) is True
    with pytest.raises(Faulted):
        evaluate(Quantified(Quantifier.COUNT, "i", 0, 2, body), VIEW)


def test_ghosts_read_the_past() -> None:  # 3.9
    def ghosts(history: History) -> tuple[object, ...]:
        view = View(VIEW.instances, {}, {}, {}, {}, 1000, history=history)
        return tuple(evaluate(Ghost(kind, "e"), view) for kind in GhostKind)

    e = Occurrence("e", (), ())
    past = History()
    assert ghosts(past) == (False, 0, 0)
    past = past.after(Delay(2))
    assert ghosts(past) == (False, 0, 2000)  # since the start
    past = past.after(e)
    assert ghosts(past) == (True, 1, 0)
    past = past.after(Delay(3))
    assert ghosts(past) == (False, 1, 3000)
    past = past.after(e).after(Occurrence("", (), ()))
    assert ghosts(past) == (False, 2, 0)
    past = past.after(Delay(1)).after(Occurrence("other", (), ()))
    assert ghosts(past) == (False, 2, 1000)
