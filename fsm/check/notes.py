"""What a report must say about time: whole units are exact only under conditions (rule 3.7)."""

from collections.abc import Sequence

from fsm.expressions import (
    Apply,
    ClockRead,
    Conditional,
    Expr,
    Ghost,
    GhostKind,
    Op,
    Quantified,
    walk,
)
from fsm.logic.decide import Decision
from fsm.logic.remedies import Remedy
from fsm.model import Pattern, Property, Spec, Text
from fsm.semantics.formulas import property_tests, system_formulas
from fsm.semantics.lowered import System
from fsm.spec.unparse import duration_text
from fsm.temporal import Compound, TOp, subformulas

STANDS_STILL = Text(
    "有可暂停的时钟：稠密时间下无法判定，整单位时间可用 --time units",
    "a clock can be paused: zones leave verdicts open that depend on it; --time units decides "
    "them for events at whole units of time",
)
ALIKE = Text(
    "时区探索时，可互换的副本只取其一",
    "zones that differ only in which copy is which were explored once",
)
NO_RUN_SHOWN = Text(
    "时间可能一直过去而所求不来，但没有找到等待时长逐轮不变、可作反例的循环运行，故未判定",
    "time may go on without what is claimed, but no run was found that repeats with the same waits "
    "in each round: such a verdict is left open",
)
NOT_DENSE = Text(
    "按整单位时间判定：这种性质无法用稠密时间判定",
    "decided in whole units of time: zones do not decide properties of this kind",
)
AT_UNITS = Text(
    "公式中的时间按整单位比较：结论只对发生在整单位时刻的事件精确",
    "times in a formula are compared in whole units: the verdict is exact for events at whole "
    "units of time",
)
NOT_READ = Text(
    "此引擎不逐个读取状态，时区也无法代为判断，故不报告 S15 至 S18（期限与时间条件）",
    "this engine does not read states one by one, nor could zones in its place, so S15 to S18, "
    "about deadlines, are not told",
)
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


def notes_on_property(system: System, property_: Property, remedy: Remedy) -> tuple[Text, ...]:
    """What a verdict rests on: fairness that would change it, steps that time makes."""
    notes = [_on_fairness(remedy)] if remedy else []
    if system.unit is not None and property_.formula is not None and _reads_clocks(property_):
        notes.append(AT_UNITS)
    if system.unit is not None and property_.formula is not None and not property_.idiom:
        inner = subformulas(property_.formula)
        if any(isinstance(f, Compound) and f.op is TOp.NEXT for f in inner):
            unit = duration_text(system.unit)
            notes.append(
                Text(
                    f"公式中有 X：流逝一个单位时间（{unit}）也算一步",
                    f"the formula contains X: one unit of time ({unit}) that passes is a step too",
                )
            )
    return tuple(notes)


def _reads_clocks(property_: Property) -> bool:
    nodes = (node for test in property_tests(property_) for node in walk(test))
    return any(
        isinstance(node, ClockRead) or (isinstance(node, Ghost) and node.kind is GhostKind.SINCE)
        for node in nodes
    )


def remedy_of(property_: Property, decisions: Sequence[Decision]) -> Remedy:
    """Whose weak fairness would remove the violations of all instances; () if nobody's would."""
    found: list[Remedy] = []
    for decision in decisions:
        if decision.found:
            found.append(decision.unfair())
            if not found[-1]:
                return ()
    if property_.pattern is Pattern.CTL and len(set(found)) > 1:
        return ()  # more fairness may break another instance: there are fewer runs for E
    return tuple(dict.fromkeys(party for remedy in found for party in remedy))


def _on_fairness(remedy: Remedy) -> Text:
    events = [party.name for party in remedy if not party.machine]
    machines = [party.name for party in remedy if party.machine]
    en = [", ".join(events)] if events else []
    zh = [f"事件 {'、'.join(events)} "] if events else []
    if machines:
        kind = "the machine" if len(machines) == 1 else "the machines"
        en.append(f"{kind} {', '.join(machines)}")
        zh.append(f"状态机 {'、'.join(machines)} ")
    means_en, means_zh = [], []
    if events:
        which = "that event" if len(events) == 1 else "each of these events"
        means_en.append(f"what can happen all the time does happen, of {which}")
        means_zh.append("一直可以发生的事件终会发生")
    if machines:
        means_en.append("a machine that can do something all the time does something")
        means_zh.append("一直有事可做的状态机终会做一件")
    return Text(
        f"若为{'和'.join(zh)}声明弱公平（fair: weak），即{'，'.join(means_zh)}，则不再违反",
        f"weak fairness (fair: weak) of {' and of '.join(en)} would remove this: it says that "
        + ", and that ".join(means_en),
    )


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
