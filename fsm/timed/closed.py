"""Where whole units of time give the same answers as dense time, as can be seen from the system.

If no comparison of a clock is strict, every run in dense time can be moved to whole units, all its
instants rounded alike, and one time between two instants that is strictly more (or less) than a
constant stays so (Henzinger, Manna & Pnueli, "What good are digital clocks?", ICALP 1992). So a
claim may look at one strict bound, the guards at none. What waits for a guard to be false looks at
its opposite, which is strict where the guard is closed.
"""

from collections.abc import Iterator

from fsm.explore.variants import Variants
from fsm.expressions import Op
from fsm.semantics import ir
from fsm.semantics.lowered import Edge, System
from fsm.timed.limits import ASKED, EITHER, asked_for, signed_tests

STRICT = {1: (Op.LT, Op.GT, Op.NE), -1: (Op.LE, Op.GE, Op.EQ)}


def is_closed(system: System, variants: Variants) -> bool:
    """Can every run be moved to whole units? False where a clock can be paused, too."""
    if any(clock.paused is not None for clock in system.clocks):
        return False
    return not any(_strict(node, signs, variants) for node, signs in _looked_at(system))


def is_closed_claim(node: ir.Node, variants: Variants, *, asked: bool) -> bool:
    """The same for what a claim looks for: that the formula is true (`asked`) or that it is not,
    at the end of a run."""
    tests = max((len(ir.clock_tests(special)) for _, special in variants.cases(node)), default=0)
    return tests <= 1 or not _strict(node, ASKED if asked else (-1,), variants)


def runs_alike(system: System, variants: Variants) -> int:
    """The variants in which every run at whole units is a run in dense time, too, whatever is
    strict elsewhere: time is held up only from bounds on that are reached, `c >= 5h`. (Where an
    urgent event waits for `c > 0h`, no time at all can pass from zero, but a whole unit can.)"""
    found = variants.everything
    for edge in system.edges:
        urgent = edge.action is not None and system.actions[edge.action].urgent
        for node in (edge.forced, edge.enabled if urgent else None):
            for mask, special in variants.cases(node) if node is not None else ():
                tests = signed_tests(special, 1)
                if not all(test.op is Op.GE and met == 1 for test, met in tests):
                    found &= ~mask
    return found


def _looked_at(system: System) -> Iterator[tuple[ir.Node, tuple[int, ...]]]:
    """Each expression of the system, and which of its truth values something waits for."""
    by_process: dict[int, list[Edge]] = {}
    for edge in system.edges:
        by_process.setdefault(edge.process, []).append(edge)
    for edge in system.edges:
        positive = asked_for(system, edge, by_process[edge.process])
        yield edge.enabled, ASKED if positive else EITHER
        if edge.forced is not None and len(ir.clock_tests(edge.forced)) > 1:
            yield edge.forced, EITHER
        for write in edge.writes:
            yield write.value, EITHER
            yield write.target, EITHER
        for reset in edge.resets:
            yield reset, EITHER


def _strict(node: ir.Node, signs: tuple[int, ...], variants: Variants) -> bool:
    if not ir.clock_tests(node):
        return False
    return any(
        test.op in STRICT[met]
        for _, special in variants.cases(node)
        for sign in signs
        for test, met in signed_tests(special, sign)
    )
