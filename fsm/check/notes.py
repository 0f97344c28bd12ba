"""What a report must say about time: whole units are exact only under conditions (rule 3.7)."""

from fsm.expressions import Apply, ClockRead, Conditional, Expr, Op, Quantified
from fsm.model import Spec, Text
from fsm.semantics.formulas import system_formulas
from fsm.semantics.lowered import System

_STRICT = {True: (Op.LT, Op.GT, Op.NE), False: (Op.LE, Op.GE, Op.EQ)}


def notes_on_time(spec: Spec, system: System) -> tuple[Text, ...]:
    """Where whole units of time are an approximation of dense time."""
    if system.unit is None:
        return ()
    notes = []
    if any(has_strict_bound(formula, True) for formula in system_formulas(spec)):
        notes.append(
            Text(
                "守卫中有严格的时间界限：结论只对发生在整单位时刻的事件精确",
                "a guard has a strict bound on a clock: verdicts are exact for events at whole "
                "units of time only",
            )
        )
    if any(clock.paused is not None for clock in system.clocks):
        notes.append(
            Text(
                "有可暂停的时钟：结论只对发生在整单位时刻的事件精确",
                "a clock can be paused: verdicts are exact for events at whole units of time only",
            )
        )
    return tuple(notes)


def has_strict_bound(expr: Expr, positive: bool) -> bool:
    """Does a comparison with a clock exclude its bound, once negations are pushed inwards?

    Both signs are assumed below a condition and below `==` on truth values.
    """
    match expr:
        case Apply(op=Op.NOT, operands=(inner,)):
            return has_strict_bound(inner, not positive)
        case Apply(op=Op.IMPLIES, operands=(left, right)):
            return has_strict_bound(left, not positive) or has_strict_bound(right, positive)
        case Apply(op=Op.AND | Op.OR, operands=operands):
            return any(has_strict_bound(x, positive) for x in operands)
        case Apply(op=op, operands=operands) if any(isinstance(x, ClockRead) for x in operands):
            return op in _STRICT[positive]
        case Apply(operands=operands):
            return any(has_strict_bound(x, sign) for x in operands for sign in (True, False))
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            return any(has_strict_bound(condition, sign) for sign in (True, False)) or any(
                has_strict_bound(x, positive) for x in (then, otherwise)
            )
        case Quantified(body=body):
            return has_strict_bound(body, positive)
        case _:
            return False
