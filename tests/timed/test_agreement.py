"""Zones against whole units, on random specs: equal where all bounds are closed; where some are
strict, whole units are a lower bound. Every violation has a run that replays in dense time."""

from collections import Counter

from hypothesis import HealthCheck, given, settings

from fsm.spec.load import spec_from
from fsm.timed.checked import PLAIN, Operations, checked
from tests.timed.agreement import compare
from tests.timed.claims import claimed_specs

SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


def compared(strict: bool, ops: Operations) -> Counter[str]:
    """What a few specs of this run had to compare; small ones, since this is the quick run."""
    tally: Counter[str] = Counter()

    @given(claimed_specs() if strict else claimed_specs(strict=False))
    @settings(max_examples=12, deadline=None, suppress_health_check=SLOW)
    def collect(document: dict[str, object]) -> None:
        compare(spec_from(document), tally, ops, most=300)

    collect()
    return tally


def test_closed_bounds() -> None:
    assert compared(False, checked())["exact"]


def test_strict_bounds() -> None:
    tally = compared(True, PLAIN)
    assert tally["exact"] + tally["lower bound"] + tally["neither"]
