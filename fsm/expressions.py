"""What an expression is: frozen, typed trees; names are already resolved to declarations.

A declaration is known by its qualified name: `parcels` (global), `ticket.amount` (local to the
machine `ticket`), `desk.clerk.tries` (local to the machine `clerk` of the group `desk`). Where the
machine or group is instantiated (`count:`), `copy` is the expression that selects the copy; it is
None where there is only one. `fsm.spec` builds these trees and proves their types.
"""

from enum import Enum
from typing import Union

from msgspec import Struct


class BoolType(Struct, frozen=True):
    """Truth values."""


class IntType(Struct, frozen=True):
    """Integers from `low` to `high`, both included; None on a side where nothing bounds it."""

    low: int | None = None
    high: int | None = None


class EnumType(Struct, frozen=True, eq=False):
    """One of a few names. Two enum types are the same when they have the same names in order.

    `words` are the Chinese and English labels of the values, in their order; () where none is
    given.
    """

    values: tuple[str, ...]
    words: tuple[tuple[str, str], ...] = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, EnumType) and self.values == other.values

    def __ne__(self, other: object) -> bool:
        return not self == other  # a Struct has one of its own, which would ask `is not`

    def __hash__(self) -> int:
        return hash(self.values)


class DurationType(Struct, frozen=True):
    """Spans of time, in whole milliseconds."""


class ArrayType(Struct, frozen=True):
    """`length` elements, indexed from 0; `element` may be an array again."""

    element: "Type"
    length: int


Type = Union[BoolType, IntType, EnumType, DurationType, ArrayType]
Scalar = bool | int | str  # truth value, integer or milliseconds, name of an enum
Value = Union[Scalar, tuple["Value", ...]]  # a tuple is an array


class Literal(Struct, frozen=True):
    """A scalar value; `name` is the constant that it was written as, "" for a plain literal."""

    value: Scalar
    type: Type
    name: str = ""


class Element(Struct, frozen=True):
    """An element of a constant array. An index outside the array is a fault."""

    name: str
    value: tuple[Value, ...]
    type: ArrayType
    indices: tuple["Expr", ...]


class Config(Struct, frozen=True):
    """The value of a switch, parameter or question in the variant at hand."""

    name: str
    type: Type


class Local(Struct, frozen=True):
    """A name bound by its surroundings: an event's field, a chosen value, the index that a
    listener binds, a quantifier's variable, or `index`, the number of the copy itself."""

    name: str
    type: Type


class Read(Struct, frozen=True):
    """The value of a variable, or of one scalar element of an array (as many indices as it has
    dimensions). An index outside the array, or a copy that does not exist, is a fault."""

    variable: str
    type: Type
    copy: "Expr | None" = None
    indices: tuple["Expr", ...] = ()


class ClockRead(Struct, frozen=True):
    """A named clock; stands only beside a duration in a comparison."""

    clock: str
    copy: "Expr | None" = None


class InState(Struct, frozen=True):
    """Is the machine in one of these states?

    `names` are as written (states of any depth, or tags); `leaves` are the innermost states that
    they stand for, in the order of the spec.
    """

    machine: str
    names: tuple[str, ...]
    leaves: tuple[str, ...]
    copy: "Expr | None" = None


class Op(Enum):
    """Operators, by the way they are written."""

    NOT = "not"
    NEGATE = "-x"
    AND = "and"
    OR = "or"
    IMPLIES = "->"
    EQ = "=="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="
    ADD = "+"
    SUB = "-"
    MUL = "*"
    DIV = "//"
    MOD = "%"
    MIN = "min"
    MAX = "max"


class Apply(Struct, frozen=True):
    """An operator on its operands.

    `and`, `or` and `->` read the right side only where the left one leaves it open, so that
    `i < n and x[i]` never faults. `//` and `%` round towards minus infinity, as in Python.
    """

    op: Op
    operands: tuple["Expr", ...]


class OneOf(Struct, frozen=True):
    """Is the value among these?"""

    subject: "Expr"
    values: tuple["Expr", ...]


class Conditional(Struct, frozen=True):
    """`if … then … else …`; only the chosen side is read."""

    condition: "Expr"
    then: "Expr"
    otherwise: "Expr"


class Quantifier(Enum):
    """What to make of the values of a body over a range."""

    ALL = "all"
    ANY = "any"
    COUNT = "count"
    SUM = "sum"


class Quantified(Struct, frozen=True):
    """`all(i in low..high: body)`; bounds included and fixed at load; empty where low > high."""

    quantifier: Quantifier
    variable: str
    low: int
    high: int
    body: "Expr"


class GhostKind(Enum):
    """What a property may watch about an event."""

    FIRED = "fired"  # bool: the step that led here was an occurrence of the event
    COUNT = "count"  # integer: how often it has occurred
    SINCE = "since"  # clock: time since it last occurred, or since the start if it never did


START = ""  # the event of a SINCE that counts from the start of the run


class Ghost(Struct, frozen=True):
    """A watcher of an event, in properties only. SINCE stands only beside a duration."""

    kind: GhostKind
    event: str
    copy: "Expr | None" = None


Expr = Union[
    Literal, Element, Config, Local, Read, ClockRead, InState, Apply, OneOf, Conditional,
    Quantified, Ghost,
]  # fmt: skip


def children(expr: Expr) -> tuple[Expr, ...]:
    """The direct subexpressions, left to right."""
    match expr:
        case Element(indices=indices):
            return indices
        case Read(copy=copy, indices=indices):
            return (*(() if copy is None else (copy,)), *indices)
        case ClockRead(copy=copy) | InState(copy=copy) | Ghost(copy=copy):
            return () if copy is None else (copy,)
        case Apply(operands=operands):
            return operands
        case OneOf(subject=subject, values=values):
            return (subject, *values)
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            return (condition, then, otherwise)
        case Quantified(body=body):
            return (body,)
        case _:
            return ()


def walk(expr: Expr) -> "list[Expr]":
    """The expression and everything inside it, outermost first. O(size)."""
    found = [expr]
    for node in found:  # grows while it is read: breadth first, no recursion
        found.extend(children(node))
    return found


TRUE = Literal(True, BoolType())
