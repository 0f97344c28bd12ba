"""The ways to get one transition wrong."""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from fsm.expressions import Apply, BoolType, DurationType, Expr, IntType, Literal, Op
from fsm.model import Formula, Machine, State, Timing, Transition
from fsm.semantics.layout import leaf_of
from fsm.spec.fold import fold
from fsm.spec.unparse import unparse
from fsm.testing.mutation.formulas import (
    Change,
    Configuration,
    comparisons_flipped,
    constants_shifted,
    interval_of,
    parts_dropped,
)
from fsm.testing.mutation.mutant import Operator, neighbour

_NEVER = Formula(Literal(False, BoolType()), "false")


class Detail(Struct, frozen=True):
    """One way to change a transition."""

    operator: Operator
    detail: str
    transition: Transition
    before: str = ""
    after: str = ""


def changes(
    machine: Machine, t: Transition, configuration: Configuration, unit: int, free: bool
) -> Iterator[Detail]:
    """`unit`: of time, in milliseconds; `free`: the spec does not insist on it."""
    yield Detail(Operator.DROP_TRANSITION, "", replace(t, guard=_NEVER))
    yield from _redirected(machine, t)
    if t.guard is not None:
        yield from _of_guard(t, t.guard, configuration, unit)
    if t.timing is not None:
        yield from _of_timing(t, t.timing, configuration, unit, free)
    for k, update in enumerate(t.updates):
        rest = (*t.updates[:k], *t.updates[k + 1 :])
        text = f"{update.variable} := {update.value.text}"
        yield Detail(Operator.DROP_ASSIGNMENT, str(k), replace(t, updates=rest), text)
        shifted = constants_shifted(update.value.node, configuration, unit)
        for n, change in enumerate(shifted):
            new = replace(update, value=_formula(change.whole))
            updates = (*t.updates[:k], new, *t.updates[k + 1 :])
            after = f"{update.variable} := {new.value.text}"
            detail = f"{k}.{n}"
            yield Detail(Operator.SHIFT_CONSTANT, detail, replace(t, updates=updates), text, after)
    for k, reset in enumerate(t.resets):
        resets = (*t.resets[:k], *t.resets[k + 1 :])
        yield Detail(Operator.DROP_RESET, str(k), replace(t, resets=resets), reset.clock)
    if t.priority is not None:
        levels = {o.priority for o in machine.transitions if o.priority is not None}
        yield Detail(Operator.DROP_PRIORITY, "", replace(t, priority=None), str(t.priority))
        if (other := neighbour(t.priority, levels)) is not None:
            yield Detail(
                Operator.SWAP_PRIORITY, "", replace(t, priority=other), str(t.priority), str(other)
            )


def _redirected(machine: Machine, t: Transition) -> Iterator[Detail]:
    """To the states that the spec lists before and after the target, and to nowhere."""
    if not t.target:
        return
    leaf = leaf_of(machine, t.target)
    others = [s.name for s in machine.states if s.name == t.target or _leaf(machine, s) != leaf]
    place = others.index(t.target)
    around = dict.fromkeys((others[(place + 1) % len(others)], others[place - 1]))
    for target in around:
        if target != t.target:
            yield Detail(Operator.REDIRECT, target, replace(t, target=target), t.target, target)
    if t.event is not None or t.updates or t.resets:
        yield Detail(Operator.REDIRECT, "-", replace(t, target=""), t.target)


def _leaf(machine: Machine, state: State) -> str:
    return leaf_of(machine, state.name)


def _of_guard(
    t: Transition, guard: Formula, configuration: Configuration, unit: int
) -> Iterator[Detail]:
    node = guard.node

    def each(operator: Operator, changes: Iterator[Change]) -> Iterator[Detail]:
        for k, change in enumerate(changes):
            after = "" if change.after is None else unparse(change.after)
            changed = replace(t, guard=_formula(change.whole))
            yield Detail(operator, str(k), changed, unparse(change.before), after)

    yield Detail(Operator.DROP_GUARD, "", replace(t, guard=None), guard.text)
    opposite = _formula(Apply(Op.NOT, (node,)))
    yield Detail(Operator.NEGATE_GUARD, "", replace(t, guard=opposite), guard.text, opposite.text)
    yield from each(Operator.DROP_CONJUNCT, parts_dropped(node, Op.AND))
    yield from each(Operator.DROP_DISJUNCT, parts_dropped(node, Op.OR))
    yield from each(Operator.FLIP_COMPARISON, comparisons_flipped(node, configuration))
    yield from each(Operator.SHIFT_CONSTANT, constants_shifted(node, configuration, unit))


def _of_timing(
    t: Transition, timing: Timing, configuration: Configuration, unit: int, free: bool
) -> Iterator[Detail]:
    """Each bound a unit earlier and later, and doubled; both at once where they are the same.

    Where the bound is a single unit, and the spec does not insist on it, half of one.
    """
    lower, upper = timing.lower, timing.upper
    if lower is not None and lower == upper:
        for how, new in _moved(lower, configuration, unit, free):
            moved = replace(timing, lower=new, upper=new)
            yield _deadline(t, moved, how, lower, new)
        return
    if lower is not None:
        highest = None if upper is None else interval_of(upper.node, configuration)[0]
        for how, new in _moved(lower, configuration, unit, free):
            latest = interval_of(new.node, configuration)[1]
            if highest is None or (latest is not None and latest <= highest):
                yield _deadline(t, replace(timing, lower=new), f"lower.{how}", lower, new)
    if upper is not None:
        lowest = None if lower is None else interval_of(lower.node, configuration)[1]
        for how, new in _moved(upper, configuration, unit, free):
            earliest = interval_of(new.node, configuration)[0]
            if lowest is None or (earliest is not None and earliest >= lowest):
                yield _deadline(t, replace(timing, upper=new), f"upper.{how}", upper, new)


def _moved(
    bound: Formula, configuration: Configuration, unit: int, free: bool
) -> Iterator[tuple[str, Formula]]:
    least = interval_of(bound.node, configuration)[0]
    if least is None:
        return
    step = unit // 2 if free and least == unit and unit % 2 == 0 else unit
    span = Literal(step, DurationType())
    if least >= step:
        yield "earlier", _formula(Apply(Op.SUB, (bound.node, span)))
    yield "later", _formula(Apply(Op.ADD, (bound.node, span)))
    if least > 0:
        twice = Literal(2, IntType(2, 2))
        yield "doubled", _formula(Apply(Op.MUL, (twice, bound.node)))


def _deadline(t: Transition, timing: Timing, how: str, old: Formula, new: Formula) -> Detail:
    before, after = unparse(fold(old.node)), new.text
    return Detail(Operator.MOVE_DEADLINE, how, replace(t, timing=timing), before, after)


def _formula(node: Expr) -> Formula:
    folded = fold(node)
    return Formula(folded, unparse(folded))
