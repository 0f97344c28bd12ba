"""Typed expression -> text in the language of specs: one canonical way to write each.

Read again in the same scope, the text gives the same typed expression. Qualified names are
written in full, with the copy where there are copies, so that the text may be read anywhere but
inside the copies themselves. Time linear in the result.
"""

from fsm.expressions import (
    Apply,
    ClockRead,
    Conditional,
    Config,
    DurationType,
    Element,
    Expr,
    Ghost,
    InState,
    Literal,
    Local,
    OneOf,
    Op,
    Quantified,
    Read,
)

_UNITS = (("h", 3_600_000), ("min", 60_000), ("s", 1_000))

# How tightly things bind; what binds less tightly than its place needs is put in parentheses.
_CHOICE, _IMPLIES, _OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _SIGN, _ATOM = range(10)

# operator -> its own level, and the levels that its left and right side need
_BINARY = {
    Op.IMPLIES: (_IMPLIES, _OR, _CHOICE),
    Op.OR: (_OR, _OR, _AND),
    Op.AND: (_AND, _AND, _NOT),
    **dict.fromkeys((Op.EQ, Op.NE, Op.LT, Op.LE, Op.GT, Op.GE), (_COMPARE, _SUM, _SUM)),
    **dict.fromkeys((Op.ADD, Op.SUB), (_SUM, _SUM, _PRODUCT)),
    **dict.fromkeys((Op.MUL, Op.DIV, Op.MOD), (_PRODUCT, _PRODUCT, _SIGN)),
}


def unparse(expr: Expr) -> str:
    """The canonical text of an expression."""
    return _write(expr)[0]


def duration_text(milliseconds: int) -> str:
    """`48h`, `90min`, `1500ms`: in the largest unit up to the hour that divides it."""
    unit, size = next(((u, s) for u, s in _UNITS if milliseconds % s == 0), ("ms", 1))
    return f"{milliseconds // size}{unit}"


def _at(expr: Expr, level: int) -> str:
    text, own = _write(expr)
    return text if own >= level else f"({text})"


def _write(expr: Expr) -> tuple[str, int]:
    """The text, and how tightly it binds."""
    match expr:
        case Literal():
            return _literal(expr)
        case Config(name=name) | Local(name=name):
            return name, _ATOM
        case Element(name=name, indices=indices):
            return name + _brackets(indices), _ATOM
        case Read(variable=variable, copy=copy, indices=indices):
            return _qualified(variable, copy) + _brackets(indices), _ATOM
        case ClockRead(clock=clock, copy=copy):
            return _qualified(clock, copy), _ATOM
        case InState(machine=machine, names=names, copy=copy):
            written = _qualified(machine, copy, machine=True)
            if len(names) == 1:
                return f"{written} == {names[0]}", _COMPARE
            return f"{written} in {{{', '.join(names)}}}", _COMPARE
        case Apply():
            return _apply(expr)
        case OneOf(subject=subject, values=values):
            return f"{_at(subject, _SUM)} in {{{', '.join(map(unparse, values))}}}", _COMPARE
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            text = f"if {unparse(condition)} then {unparse(then)} else {unparse(otherwise)}"
            return text, _CHOICE
        case Quantified(quantifier=quantifier, variable=variable, low=low, high=high, body=body):
            return f"{quantifier.value}({variable} in {low}..{high}: {unparse(body)})", _ATOM
        case Ghost(kind=kind, event=event, copy=copy):
            return f"{kind.value}({_qualified(event, copy) or 'start'})", _ATOM


def _literal(literal: Literal) -> tuple[str, int]:
    value = literal.value
    if literal.name:
        return literal.name, _ATOM
    if isinstance(value, bool):
        return ("true" if value else "false"), _ATOM
    if isinstance(value, str):
        return value, _ATOM
    text = duration_text(value) if isinstance(literal.type, DurationType) else str(value)
    return text, _SIGN if value < 0 else _ATOM


def _apply(expr: Apply) -> tuple[str, int]:
    op, operands = expr.op, expr.operands
    if op is Op.NOT:
        inner = operands[0]
        if isinstance(inner, InState) and len(inner.names) == 1:
            return unparse(inner).replace(" == ", " != "), _COMPARE
        return f"not {_at(inner, _NOT)}", _NOT
    if op is Op.NEGATE:
        return f"-{_at(operands[0], _SIGN)}", _SIGN
    if op in (Op.MIN, Op.MAX):
        return f"{op.value}({', '.join(map(unparse, operands))})", _ATOM
    own, left, right = _BINARY[op]
    first, second = operands
    return f"{_at(first, left)} {op.value} {_at(second, right)}", own


def _brackets(indices: tuple[Expr, ...]) -> str:
    return "".join(f"[{unparse(index)}]" for index in indices)


def _qualified(name: str, copy: Expr | None, *, machine: bool = False) -> str:
    """The index of the copy stands behind the outermost name, be it a group or a machine."""
    if copy is None:
        return name
    outer, dot, rest = name.partition(".")
    return f"{outer}[{unparse(copy)}]{dot}{rest}"
