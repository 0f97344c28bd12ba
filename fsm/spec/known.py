"""What is known about a typed expression: its tree, its type, and the bounds of its value."""

from typing import Never

from msgspec import Struct

from fsm.expressions import (
    ArrayType,
    BoolType,
    ClockRead,
    DurationType,
    EnumType,
    Expr,
    Ghost,
    GhostKind,
    IntType,
    Literal,
    Scalar,
    Type,
)
from fsm.spec.intervals import ANY, Interval

# What comes of an expression about which something was reported: None. Written as a union so that
# a type checker lets `return report(…)` stand in functions that return a value or None.
Failure = Never | None  # noqa: RUF020


class Known(Struct, frozen=True):
    """`bounds` say between what a number or duration (in ms) lies."""

    expr: Expr
    type: Type
    bounds: Interval = ANY

    @property
    def measures_time(self) -> bool:
        """Is it a clock (or `since`), which only a comparison may hold?"""
        return isinstance(self.expr, ClockRead) or (
            isinstance(self.expr, Ghost) and self.expr.kind is GhostKind.SINCE
        )


def known_number(expr: Expr, bounds: Interval) -> Known:
    """A whole number between bounds."""
    return Known(expr, IntType(*bounds), bounds)


def known_literal(value: Scalar, type_: Type, name: str = "") -> Known:
    """A scalar, perhaps that of a named constant."""
    if isinstance(value, int) and not isinstance(type_, BoolType):
        return Known(Literal(value, type_, name), type_, (value, value))
    return Known(Literal(value, type_, name), type_)


def describe(type_: Type) -> str:
    """A type in plain words."""
    match type_:
        case BoolType():
            return "a truth value"
        case IntType():
            return "a whole number"
        case DurationType():
            return "a duration"
        case EnumType(values=values):
            more = ", …" if len(values) > 6 else ""
            return f"one of {', '.join(values[:6])}{more}"
        case ArrayType():
            return "an array"
