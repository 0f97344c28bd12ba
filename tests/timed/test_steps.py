"""Steps with boxes for clocks say, at every whole-unit state, what the whole-unit engine says."""

import pytest
from hypothesis import HealthCheck, given, settings

from fsm.explore.emit import Values
from fsm.explore.space import Limits, explore
from fsm.explore.successors import DELAY, Successors
from fsm.explore.variants import make_variants
from fsm.model import Spec
from fsm.semantics.lower import lower
from fsm.semantics.lowered import SlotKind
from fsm.spec.load import spec_from
from fsm.timed.boxes import Box
from fsm.timed.steps import TimedSuccessors
from tests.random_specs import specs

SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


def contains(box: Box, state: Values) -> bool:
    """Is the point in the box? Bounds are read as in `fsm.timed.dbm`."""

    def value(clock: int) -> int:
        return state[clock - 1] if clock else 0

    return all(
        2 * (value(i) - value(j)) + 1 <= bound if bound % 2 else value(i) - value(j) < bound // 2
        for i, j, bound in box
    )


def check_steps(spec: Spec) -> None:
    system, lowering = lower(spec)
    family = make_variants(spec.configuration, lowering.codes, range(len(lowering.codes)), {})
    whole, dense = Successors(system, family), TimedSuccessors(system, family)
    space = explore(Successors(system, family), Limits(states=150))
    clocks = [k for k, s in enumerate(system.slots) if s.kind is SlotKind.CLOCK]
    for state in space.states:
        expected: dict[object, int] = {}
        may_wait = 0
        for number, target, mask in whole.of(state, family.everything):
            if number == DELAY:
                may_wait |= mask
            else:
                key = whole.steps[number], target
                expected[key] = expected.get(key, 0) | mask
        discrete = tuple(0 if k in clocks else v for k, v in enumerate(state))
        plan = dense.plan(discrete)
        found: dict[object, int] = {}
        for step in plan.steps:
            if contains(step.box, state):
                target = tuple(
                    v if k not in clocks or k + 1 in step.restarts else state[k]
                    for k, v in enumerate(step.target)
                )
                key = dense.steps[step.number], target
                found[key] = found.get(key, 0) | step.mask
        assert found == expected
        if system.unit is not None:
            inside = [m for m, boxes in plan.passing if any(contains(b, state) for b in boxes)]
            assert sum(inside) == may_wait, "groups of variants are disjoint"


@given(specs(timed=True))
@settings(max_examples=25, deadline=None, suppress_health_check=SLOW)
def test_steps_agree_with_whole_units(document: dict[str, object]) -> None:
    check_steps(spec_from(document))


@pytest.mark.slow
@given(specs(timed=True))
@settings(max_examples=5_000, deadline=None, suppress_health_check=SLOW)
def test_steps_agree_with_whole_units_at_length(document: dict[str, object]) -> None:
    check_steps(spec_from(document))
