"""Arithmetic: which operands an operator takes, and between which bounds its result lies."""

from typing import TYPE_CHECKING

from fsm.expressions import Apply, DurationType, IntType, Literal, Op, Type
from fsm.spec.intervals import Interval, combine, negate
from fsm.spec.known import Failure, Known, describe, known_literal, known_number
from fsm.spec.tree import Node, Operation

if TYPE_CHECKING:
    from fsm.spec.infer import Typer


def negation(typer: "Typer", node: Operation) -> Known | None:
    """`-x`; of a literal, a negative literal."""
    known = typer.infer(node.operands[0])
    if known is None:
        return None
    if not isinstance(known.type, IntType | DurationType):
        return _wrong(typer, node.operands[0], known, Op.NEGATE)
    if isinstance(known.expr, Literal) and not known.expr.name:
        value = -int(known.expr.value)
        is_number = isinstance(known.type, IntType)
        return known_literal(value, IntType(value, value) if is_number else known.type)
    return _measured(Apply(Op.NEGATE, (known.expr,)), known.type, negate(known.bounds))


def binary(typer: "Typer", node: Operation) -> Known | None:
    """`+ - * // % min max` of numbers and durations."""
    first, second = node.operands
    left, right = typer.side(first), typer.side(second)
    if left is None or right is None:
        return None
    if left.measures_time and right.measures_time:
        message = f"'{typer.text(first)}' and '{typer.text(second)}' are both clocks"
        return typer.report("F419", node, message, "compare each with a duration")
    for operand, known in ((first, left), (second, right)):
        if known.measures_time:
            message = f"'{typer.text(operand)}' measures time: nothing is calculated with it"
            hint = "let it stand alone on one side of the comparison"
            return typer.report("F418", operand, message, hint)
    for operand, known in ((first, left), (second, right)):
        if not isinstance(known.type, IntType | DurationType):
            return _wrong(typer, operand, known, node.op)
    type_ = _result(node.op, left.type, right.type)
    if type_ is None:
        names = f"{describe(left.type)} and {describe(right.type)}"
        hint = "write the unit of the duration: 5h" if node.op in (Op.ADD, Op.SUB) else ""
        return typer.report("F408", node, f"'{node.op.value}' does not take {names}", hint)
    if node.op in (Op.DIV, Op.MOD) and right.bounds == (0, 0):
        return typer.report("F425", second, f"'{typer.text(second)}' is zero: no division")
    expr = Apply(node.op, (left.expr, right.expr))
    return _measured(expr, type_, combine(node.op, left.bounds, right.bounds))


def _wrong(typer: "Typer", operand: Node, known: Known, op: Op) -> Failure:
    sign = "-" if op is Op.NEGATE else op.value
    message = f"'{sign}' takes numbers; '{typer.text(operand)}' is {describe(known.type)}"
    return typer.report("F408", operand, message)


def _measured(expr: Apply, type_: Type, bounds: Interval) -> Known:
    if isinstance(type_, IntType):
        return known_number(expr, bounds)
    return Known(expr, type_, bounds)


def _result(op: Op, left: Type, right: Type) -> Type | None:
    """The type of `left op right` for numbers and durations; None if there is none."""
    times = isinstance(left, DurationType), isinstance(right, DurationType)
    match op, times:
        case _, (False, False):
            return IntType()
        case ((Op.ADD | Op.SUB | Op.MIN | Op.MAX), (True, True)):
            return DurationType()
        case ((Op.MUL | Op.DIV), (True, False)):
            return DurationType()
        case Op.MUL, (False, True):
            return DurationType()
        case _:
            return None
