"""Expressions as Python functions of the memory, with copies and configuration filled in.

Only typed trees go in, never text of a spec: names become string literals, so nothing that a spec
says is evaluated. `fsm.semantics.values.evaluate` is the reference that these must agree with.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache

from msgspec import Struct

from fsm.expressions import (
    Apply,
    ClockRead,
    Conditional,
    Element,
    Expr,
    InState,
    Local,
    OneOf,
    Op,
    Quantified,
    Quantifier,
    Read,
    Scalar,
    walk,
)  # fmt: skip
from fsm.model import Text
from fsm.runtime.memory import Memory
from fsm.semantics.instances import Faulted, Instances
from fsm.semantics.values import View, evaluate, select

Names = Mapping[str, Scalar]
Reading = Callable[[Memory, Names], Scalar]

_INFIX = {
    Op.EQ: "==", Op.NE: "!=", Op.LT: "<", Op.LE: "<=", Op.GT: ">", Op.GE: ">=",
    Op.ADD: "+", Op.SUB: "-", Op.MUL: "*",
}  # fmt: skip


class Compiler(Struct, frozen=True):
    """Expressions read from one place: within the copy `own`, in one variant.

    `unit` is the length of a unit of time in milliseconds.
    """

    instances: Instances
    variant: Names
    unit: int
    own: int | None = None

    def inside(self, copy: int | None) -> "Compiler":
        """The same, read from within a copy."""
        return Compiler(self.instances, self.variant, self.unit, copy)

    def compile(self, expr: Expr) -> Reading:
        """A function of the memory and of the names in scope; raises `Faulted` like `evaluate`."""
        return _function(self._source(expr, {}))

    def always(self, expr: Expr) -> Scalar | None:
        """The value of an expression that is the same in every state; None for any other, and
        where it has none."""
        if any(isinstance(n, Local | Read | ClockRead | InState | Quantified) for n in walk(expr)):
            return None
        try:
            return evaluate(expr, View(self.instances, self.variant, {}, {}, {}, self.unit))
        except Faulted:
            return None

    def _source(self, expr: Expr, bound: Mapping[str, str]) -> str:
        """The expression in Python, fully bracketed; `bound` are the variables of quantifiers."""
        fixed = self.always(expr)
        if fixed is not None:
            return repr(fixed)
        match expr:
            case Local(name=name):
                return bound.get(name) or f"n[{name!r}]"
            case Element(name=name, value=array, indices=indices):
                return f"select({name!r}, {array!r}, {self._tuple(indices, bound)})"
            case Read(variable=variable, copy=copy, indices=indices):
                value = f"m.values[{self._instance(variable, copy, bound)}]"
                if not indices:
                    return value
                return f"select({variable!r}, {value}, {self._tuple(indices, bound)})"
            case ClockRead(clock=clock, copy=copy):
                return f"(m.clocks[{self._instance(clock, copy, bound)}] * {self.unit})"
            case InState(machine=machine, leaves=leaves, copy=copy):
                return f"(m.locations[{self._instance(machine, copy, bound)}] in {leaves!r})"
            case Apply(op=op, operands=operands):
                return self._apply(op, operands, bound)
            case OneOf(subject=subject, values=values):
                tests = " or ".join(f"t == {self._source(v, bound)}" for v in values)
                return f"(lambda t: {tests or False})({self._source(subject, bound)})"
            case Conditional(condition=condition, then=then, otherwise=otherwise):
                fixed = self.always(condition)
                if fixed is not None:
                    return self._source(then if fixed else otherwise, bound)
                parts = (self._source(e, bound) for e in (then, condition, otherwise))
                return "({} if {} else {})".format(*parts)
            case Quantified():
                return self._over_range(expr, bound)
            case _:
                raise AssertionError(f"only properties read the past: {expr}")

    def _instance(self, declared: str, copy: Expr | None, bound: Mapping[str, str]) -> str:
        chosen = None if copy is None else self._source(copy, bound)
        if copy is None or self.always(copy) is not None:
            try:
                fixed = None if copy is None else self.always(copy)
                return repr(self.instances.resolve(declared, fixed, self.own))
            except Faulted:
                pass  # whoever reads it is told
        return f"m.resolve({declared!r}, {chosen}, {self.own})"

    def _tuple(self, exprs: tuple[Expr, ...], bound: Mapping[str, str]) -> str:
        return "(" + "".join(f"{self._source(e, bound)}, " for e in exprs) + ")"

    def _apply(self, op: Op, operands: tuple[Expr, ...], bound: Mapping[str, str]) -> str:
        if op in (Op.AND, Op.OR):
            return self._junction(op, operands, bound)
        sources = [self._source(o, bound) for o in operands]
        match op:
            case Op.NOT:
                return f"(not {sources[0]})"
            case Op.NEGATE:
                return f"(-{sources[0]})"
            case Op.IMPLIES if self.always(operands[0]) is not None:
                return sources[1] if self.always(operands[0]) else "True"
            case Op.IMPLIES:
                return f"(not {sources[0]} or {sources[1]})"
            case Op.MIN | Op.MAX:
                return f"{op.value}({', '.join(sources)})"
            case Op.DIV:
                return f"divide({', '.join(sources)})"
            case Op.MOD:
                return f"modulo({', '.join(sources)})"
            case _:
                return f"({sources[0]} {_INFIX[op]} {sources[1]})"

    def _junction(self, op: Op, operands: tuple[Expr, ...], bound: Mapping[str, str]) -> str:
        """`and`, `or`: what is read before the outcome is known stays, the rest is left out."""
        decisive = op is Op.OR
        sources: list[str] = []
        for operand in operands:
            fixed = self.always(operand)
            if fixed is None:
                sources.append(self._source(operand, bound))
            elif bool(fixed) is decisive:
                sources.append(repr(decisive))
                break
        if not sources:
            return repr(not decisive)
        return f"({f' {op.value} '.join(sources)})"

    def _over_range(self, expr: Quantified, bound: Mapping[str, str]) -> str:
        name = f"q{len(bound)}"
        body = self._source(expr.body, {**bound, expr.variable: name})
        over = f"for {name} in range({expr.low}, {expr.high + 1})"
        match expr.quantifier:
            case Quantifier.ALL | Quantifier.ANY as which:
                return f"{which.value}({body} {over})"
            case Quantifier.COUNT:
                return f"sum(1 {over} if {body})"
            case Quantifier.SUM:
                return f"sum({body} {over})"


def _divide(left: int, right: int) -> int:
    if right == 0:
        raise _by_zero()
    return left // right


def _modulo(left: int, right: int) -> int:
    if right == 0:
        raise _by_zero()
    return left % right


def _by_zero() -> Faulted:
    return Faulted("division", "", Text("除以零", "division by zero"))


@lru_cache(maxsize=100_000)
def _function(source: str) -> Reading:
    """Variants and copies share most of their sources, so each is compiled once."""
    known = {"select": select, "divide": _divide, "modulo": _modulo}
    function: Reading = eval(f"lambda m, n: {source}", known)
    return function
