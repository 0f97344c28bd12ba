"""Whole units of time or dense time: which of them a check takes, and why."""

from fsm.check.task import Task
from fsm.model import Pattern, Property, Text
from fsm.semantics.layout import encode
from fsm.semantics.lower import bindings
from fsm.semantics.lowered import SlotKind

AUTO, DENSE, UNITS = "auto", "dense", "units"
TIMES = (AUTO, DENSE, UNITS)
FEW = 100  # units that a clock may count before whole units are too many to visit one by one
STRICT = Text(
    "有严格的时间界限，故按稠密时间判定",
    "decided in dense time, since some bound on a clock is strict",
)
MANY = Text(
    "时间单位太多，故按稠密时间判定；界限皆闭，答案与整单位时间相同",
    "decided in dense time, since there are many units of it; all bounds are closed, so that whole "
    "units give the same answers",
)
ASKED = Text("按要求以稠密时间判定", "decided in dense time, as asked")


def wants_zones(task: Task, asked: str) -> Text | None:
    """Why zones should decide; None where whole units should.

    Whole units where the answers provably coincide and the units are few, and where a clock can be
    paused: zones cannot follow a stopwatch. Zones where a bound is strict or the units are many.
    """
    system = task.system
    if system.unit is None or asked == UNITS:
        return None
    if asked == DENSE:
        return ASKED
    if any(clock.paused is not None for clock in system.clocks):
        return None
    from fsm.timed.closed import is_closed

    if not is_closed(system, task.variants) or not all(_closed(task, p) for p in task.properties):
        return STRICT
    most = max((s.high for s in system.slots if s.kind is SlotKind.CLOCK), default=0)
    return MANY if most > FEW else None


def _closed(task: Task, property_: Property) -> bool:
    """Are whole units exact for what the property looks for, in a system that is closed?"""
    from fsm.logic.claim import claim_of
    from fsm.timed.closed import is_closed_claim

    if property_.formula is not None:
        return True  # zones would not decide it
    types = {f.name: f.type for f in property_.each}
    for each in bindings(property_.each):
        env = {n: encode(v, types[n]) for n, v in each}
        claim = claim_of(property_, env, task.system, task.lowering)
        if not is_closed_claim(
            claim.subject, task.variants, asked=property_.pattern is not Pattern.ALWAYS
        ):
            return False
    return True
