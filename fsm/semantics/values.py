"""What an expression is worth at one instant, read from one place in the spec."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import assert_never

from msgspec import Struct

from fsm.expressions import (
    START,
    Apply,
    ClockRead,
    Conditional,
    Config,
    Element,
    Expr,
    Ghost,
    GhostKind,
    InState,
    Literal,
    Local,
    OneOf,
    Op,
    Quantified,
    Quantifier,
    Read,
    Scalar,
    Value,
)  # fmt: skip
from fsm.model import Text
from fsm.semantics.history import History
from fsm.semantics.instances import Faulted, Instances

NO_NAMES: Mapping[str, Scalar] = MappingProxyType({})


class View(Struct, frozen=True):
    """Everything that an expression can read, by instance name.

    `own` is the copy that the reader belongs to (None: none). `names` are fields, chosen and bound
    values, and `index`. Clocks are in units of `unit` milliseconds.
    """

    instances: Instances
    variant: Mapping[str, Scalar]
    locations: Mapping[str, str]
    values: Mapping[str, Value]
    clocks: Mapping[str, int]
    unit: int
    own: int | None = None
    names: Mapping[str, Scalar] | None = None
    history: History | None = None

    def inside(self, copy: int | None, names: Mapping[str, Scalar] = NO_NAMES) -> "View":
        """The same instant, read from within a copy, which knows its `index`, and these names."""
        return self._reading(copy, names if copy is None else {"index": copy, **names})

    def binding(self, names: Mapping[str, Scalar]) -> "View":
        """The same, with more names bound."""
        return self._reading(self.own, {**(self.names or {}), **names})

    def _reading(self, own: int | None, names: Mapping[str, Scalar]) -> "View":
        if own == self.own and not names and not self.names:
            return self
        return View(
            self.instances, self.variant, self.locations, self.values, self.clocks, self.unit,
            own, names, self.history,
        )  # fmt: skip


def evaluate(expr: Expr, view: View) -> Scalar:
    """The value of an expression; durations and clocks in milliseconds.

    Raises `Faulted` for an index outside an array, a copy that does not exist and a division by
    zero. Complexity: linear in the expression, times the ranges of its quantifiers.
    """
    match expr:
        case Apply(op=op, operands=operands):
            return _apply(op, operands, view)
        case InState(machine=machine, leaves=leaves):
            return view.locations[_instance(machine, expr.copy, view)] in leaves
        case Literal(value=value):
            return value
        case Config(name=name):
            return view.variant[name]
        case Local(name=name):
            assert view.names is not None
            return view.names[name]
        case Element(name=name, value=array, indices=indices):
            return select(name, array, tuple(int(evaluate(i, view)) for i in indices))
        case Read(variable=variable, indices=indices):
            array_or_scalar = view.values[_instance(variable, expr.copy, view)]
            return select(variable, array_or_scalar, tuple(int(evaluate(i, view)) for i in indices))
        case ClockRead(clock=clock):
            return view.clocks[_instance(clock, expr.copy, view)] * view.unit
        case OneOf(subject=subject, values=values):
            value = evaluate(subject, view)
            return any(value == evaluate(v, view) for v in values)
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            return evaluate(then if evaluate(condition, view) else otherwise, view)
        case Quantified():
            return _over_range(expr, view)
        case Ghost(kind=kind, event=event):
            return _watched(kind, _instance(event, expr.copy, view), view)
        case _:
            assert_never(expr)


def _instance(declared: str, copy: Expr | None, view: View) -> str:
    if declared == START:
        return START
    chosen = None if copy is None else evaluate(copy, view)
    return view.instances.resolve(declared, chosen, view.own)


def select(name: str, value: Value, indices: tuple[int, ...]) -> Scalar:
    """The scalar at these indices. An index outside the array is a fault."""
    for index in indices:
        assert isinstance(value, tuple)
        if not 0 <= index < len(value):
            raise Faulted("index", name, Text(
                f"下标 {index} 超出 `{name}` 的范围 0..{len(value) - 1}",
                f"index {index} is outside `{name}`, which goes from 0 to {len(value) - 1}",
            ))  # fmt: skip
        value = value[index]
    assert not isinstance(value, tuple)
    return value


def _apply(op: Op, operands: tuple[Expr, ...], view: View) -> Scalar:
    """Operators; `and`, `or` and `->` stop as soon as the outcome is known."""
    match op:
        case Op.AND:
            return all(evaluate(o, view) for o in operands)
        case Op.OR:
            return any(evaluate(o, view) for o in operands)
        case Op.IMPLIES:
            return not evaluate(operands[0], view) or bool(evaluate(operands[1], view))
        case Op.NOT:
            return not evaluate(operands[0], view)
    values = [evaluate(o, view) for o in operands]
    if op is Op.EQ:
        return values[0] == values[1]
    if op is Op.NE:
        return values[0] != values[1]
    return _calculate(op, [_number(v) for v in values])


def _number(value: Scalar) -> int:
    """A truth value as 0 or 1; in dense time a clock is a rational number, and stays one."""
    return int(value) if isinstance(value, bool | str) else value


def _calculate(op: Op, numbers: list[int]) -> Scalar:
    match op:
        case Op.NEGATE:
            return -numbers[0]
        case Op.MIN:
            return min(numbers)
        case Op.MAX:
            return max(numbers)
    left, right = numbers
    match op:
        case Op.LT:
            return left < right
        case Op.LE:
            return left <= right
        case Op.GT:
            return left > right
        case Op.GE:
            return left >= right
        case Op.ADD:
            return left + right
        case Op.SUB:
            return left - right
        case Op.MUL:
            return left * right
        case Op.DIV | Op.MOD if right == 0:
            raise Faulted("division", "", Text("除以零", "division by zero"))
        case Op.DIV:
            return left // right
        case Op.MOD:
            return left % right
        case _:
            raise AssertionError(f"not an operator on numbers: {op}")


def _over_range(expr: Quantified, view: View) -> Scalar:
    """`all` and `any` stop as soon as the outcome is known, like `and` and `or`."""
    values = (
        evaluate(expr.body, view.binding({expr.variable: k}))
        for k in range(expr.low, expr.high + 1)
    )
    match expr.quantifier:
        case Quantifier.ALL:
            return all(values)
        case Quantifier.ANY:
            return any(values)
        case Quantifier.COUNT:
            return sum(1 for v in values if v)
        case Quantifier.SUM:
            return sum(int(v) for v in values)


def _watched(kind: GhostKind, event: str, view: View) -> Scalar:
    """Rule 3.9: ghosts read the past, which only properties are given."""
    assert view.history is not None, "ghosts stand in properties only"
    match kind:
        case GhostKind.FIRED:
            return view.history.fired == event
        case GhostKind.COUNT:
            return view.history.count(event)
        case GhostKind.SINCE:
            return view.history.since(event) * view.unit
