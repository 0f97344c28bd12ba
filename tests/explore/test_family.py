"""All variants at once cost what a few cost one by one, and are the same."""

import random
import time
from pathlib import Path

from msgspec.structs import replace

from fsm.check.check import CheckOptions, task_of
from fsm.explore.generated import Generated
from fsm.explore.space import Space, explore
from fsm.expressions import Scalar
from fsm.reduce.reduction import NAMES
from fsm.spec.load import load_spec

FLAGSHIP = Path(__file__).parents[2] / "specs" / "douyin" / "shipped_refund_only.fsm.yaml"


def test_4096_variants_cost_less_than_20() -> None:
    spec = load_spec(FLAGSHIP)

    def searched(chosen: dict[str, Scalar]) -> tuple[float, Space]:
        task = task_of(spec, CheckOptions(variant=tuple(chosen.items()), without=NAMES))
        began = time.process_time()
        space = explore(Generated(task.system, task.variants))
        return time.process_time() - began, space

    variants = task_of(spec, CheckOptions()).variants
    assert variants.everything.bit_count() == 4096
    whole, family = searched({})
    single = []
    for number in random.Random(7).sample(range(4096), 4):
        seconds, alone = searched(variants.variant(number))
        single.append(seconds)
        assert sum(reach >> number & 1 for reach in family.reach) == len(alone.states)
        arcs = (mask for arcs in family.arcs for _, _, mask in arcs)
        assert sum(mask >> number & 1 for mask in arcs) == alone.transitions
    assert whole < 20 * sum(single) / len(single)


def test_a_part_of_a_family_has_cases_of_its_own() -> None:
    task = task_of(load_spec(FLAGSHIP), CheckOptions())
    guards = {e.enabled for e in task.system.edges if len(task.variants.cases(e.enabled)) > 1}
    assert guards
    sample = 0b1010 << 100
    part = replace(task.variants, everything=sample)
    for guard in guards:
        assert sum(mask for mask, _ in part.cases(guard)) == sample
