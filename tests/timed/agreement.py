"""One spec, decided in whole units and in dense time, and compared as far as the two must agree."""

from collections import Counter

from fsm.explore.space import Limits, explore
from fsm.explore.successors import Successors
from fsm.explore.variants import Variants, make_variants
from fsm.logic.decide import Decider
from fsm.model import Pattern, Spec
from fsm.semantics.lower import lower
from fsm.timed.checked import PLAIN, Operations
from fsm.timed.closed import is_closed, is_closed_claim, runs_alike
from fsm.timed.confirm import confirm_timed
from fsm.timed.decide import TimedDecider, TimedDecision
from fsm.timed.replay import replay_timed
from fsm.timed.zone_graph import ZoneGraph

MOST = 1_500  # states, and zones, that a comparison looks at


def family_of(spec: Spec) -> tuple[object, object, Variants]:
    system, lowering = lower(spec)
    codes = lowering.codes
    return system, lowering, make_variants(spec.configuration, codes, range(len(codes)), {})


def exact_in_whole_units(graph: ZoneGraph, bounded: bool) -> tuple[bool, bool]:
    """(is every bound closed, so that whole units are exact; is time held up only from some bound
    on, so that runs in whole units are runs in dense time)"""
    closed = holding = True
    for frame in graph.frames.values():
        for move in frame.moves:
            closed &= all(bound & 1 for _, _, bound in move.step.box)
        if not bounded:
            closed &= all(bound & 1 for _, box in frame.bad for _, _, bound in box)
        for _, boxes in frame.passing:
            holding &= len(boxes) <= 1
            holding &= all(i and not bound & 1 for box in boxes for i, _, bound in box)
    return closed and holding, holding


def compare(spec: Spec, tally: Counter[str], ops: Operations = PLAIN, most: int = MOST) -> None:
    system, lowering, family = family_of(spec)
    space = explore(Successors(system, family), Limits(states=most))
    if space.limit:
        tally["too large"] += 1
        return
    whole = Decider(system, lowering, family, space)
    dense = TimedDecider(system, lowering, family, spec.properties, Limits(states=most), ops=ops)
    for property_ in spec.properties:
        if not dense.decides(property_):
            tally["not decided"] += 1
            continue
        bounded = property_.within is not None
        for one, other in zip(whole.decide(property_), dense.decide(property_), strict=True):
            if other.graph.limit:
                tally["too large"] += 1
                continue
            decided = family.everything & ~other.undecided
            closed, holding = exact_in_whole_units(other.graph, bounded)
            if not bounded and property_.pattern is not Pattern.PRECEDENCE:
                closed &= not strict_claim(dense, property_.name)
            where = f"{property_.name}: {one.found & decided:b} {other.found:b}"
            subject = dense._monitors[property_.name][0][1].formulas[0]
            asked = property_.pattern is not Pattern.ALWAYS
            seen = is_closed(system, family) and is_closed_claim(subject, family, asked=asked)
            if seen:
                assert one.found & decided == other.found, f"seen before the search: {where}"
                tally["closed as can be seen"] += 1
            tally["equal"] += seen or closed
            if closed:
                assert one.found & decided == other.found, where
            elif holding:
                assert not one.found & decided & ~other.found, where
            tally["exact" if closed else "lower bound" if holding else "neither"] += 1
            tally["stopwatch"] += bool(other.undecided)
            if other.undecided:
                excluded = dense.excluded(property_, other.each, other.undecided)
                shown = one.found & runs_alike(system, family)
                assert not excluded & shown, f"excluded, yet shown: {where}"
                tally["excluded"] += bool(excluded)
            tally["violated"] += bool(other.found)
            check_run(spec, dense, property_, other, family)


def strict_claim(dense: TimedDecider, name: str) -> bool:
    return any(
        not bound & 1
        for _, monitor in dense._monitors[name]
        for mask, cells, _ in monitor._subject._cases
        for cell in cells
        for _, _, bound in cell.box
    )


def check_run(
    spec: Spec, dense: TimedDecider, property_: object, decision: TimedDecision, family: Variants
) -> None:
    """Some violated variant has a run, earliest and latest, that replays and shows it."""
    if not decision.found:
        return
    number = family.simplest(decision.found)
    ending = decision.ending(number)
    assert ending is not None
    for latest in (False, True):
        trace = dense.trace(decision.graph, ending, family.variant(number), latest=latest)
        run = replay_timed(spec, trace)
        assert confirm_timed(spec, property_, run, dict(decision.each))
