"""The worked example: a small shop of its own code, tested against its spec, right and wrong."""

import contextlib
import unittest
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from fsm.spec.load import load_spec
from fsm.testing import Divergence, stateful
from fsm.testing.adapter import driven_events
from fsm.testing.belief import Believer
from fsm.testing.divergence import Teller
from fsm.testing.intents import Intent
from fsm.testing.session import Session
from tests.testing.refund_shop.adapter import ShopAdapter
from tests.testing.refund_shop.defects import (
    DEFECTS,
    EvidenceNotRequired,
    HalfABatch,
    OutdatedPageAccepted,
    PaidAgainOnRetry,
    RefundAfterWithdrawal,
    RequestTakenForSuccess,
    SmallAmountOffByOne,
    SubAccountWithoutGrant,
    TimeoutTooLate,
    WindowNotRestarted,
)
from tests.testing.refund_shop.shop import Shop

ROOT = Path(__file__).parents[2]
SPEC = load_spec(Path(__file__).parent / "refund_shop/refund_shop.fsm.yaml")
LEAST = {  # steps of the shortest run that shows a defect
    TimeoutTooLate: 2,
    PaidAgainOnRetry: 3,
    SubAccountWithoutGrant: 3,
    RequestTakenForSuccess: 2,
    HalfABatch: 2,
    OutdatedPageAccepted: 2,
    WindowNotRestarted: 5,
    EvidenceNotRequired: 3,
    RefundAfterWithdrawal: 3,
    SmallAmountOffByOne: 1,
}


def adapter_of(make: type[Shop]) -> type[ShopAdapter]:
    return type("Adapter", (ShopAdapter,), {"_make": make})


def run(make: type[Shop], examples: int, *phases: Phase) -> None:
    machine = stateful(SPEC, adapter_of(make), lang="en")
    few = settings(
        max_examples=examples, stateful_step_count=20, derandomize=True, deadline=None,
        database=None, phases=(Phase.generate, *phases),
    )  # fmt: skip
    run_state_machine_as_test(machine, settings=few)


def test_the_shop_does_what_its_spec_allows() -> None:
    run(Shop, 60)


@pytest.mark.slow
def test_the_shop_does_what_its_spec_allows_for_long() -> None:
    run(Shop, 10_000)


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.__name__)
def test_a_defect_is_found_with_the_shortest_run_there_is(defect: type[Shop]) -> None:
    """Shortened by our own means alone; Hypothesis only finds it."""
    with pytest.raises(Divergence) as caught:
        run(defect, 2_000)
    assert caught.value.steps == LEAST[defect] <= 8


def test_hypothesis_may_shrink_it_too() -> None:
    with pytest.raises(Divergence) as caught:
        run(SmallAmountOffByOne, 2_000, Phase.shrink)
    assert caught.value.steps == LEAST[SmallAmountOffByOne]


@pytest.mark.slow
@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.__name__)
def test_no_shorter_run_shows_it(defect: type[Shop]) -> None:
    """All runs by breadth; two that leave shop, pages and what the spec knows alike are one."""
    adapter = adapter_of(defect)
    driven = driven_events(SPEC, adapter)
    names = frozenset(call.event for event in driven for call in event.calls)
    believer = Believer(SPEC, {}, names, prompt=True, limit=1_000)
    teller = Teller(SPEC, "en", believer.ground.unit)
    seen = set()

    def goes_on(done: tuple[Intent, ...]) -> list[Intent]:
        """What can follow, unless another run led to the same."""
        made = adapter()
        session = Session(made, believer, teller, driven, impossible=True)
        try:
            session.look()
            for intent in done:
                session.do(intent)
            state = (*made._shop.db.iterdump(), made._shop.now, *made._pages.items())
            if (state, session.belief) in seen:
                return []
            seen.add((state, session.belief))
            return session.options()
        finally:
            session.close()

    level: list[tuple[Intent, ...]] = [()]
    for _ in range(LEAST[defect]):
        level = [(*done, intent) for done in level for intent in goes_on(done)]
    with pytest.raises(Divergence):
        for done in level:
            goes_on(done)


def test_the_readme_shows_code_that_runs() -> None:
    """The two blocks on tests and on machines of `transitions`, as they are printed."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = [block.partition("```")[0] for block in text.split("```python\n")[1:]]
    shown = [b for b in blocks if "fsm.testing" in b or "from_transitions" in b]
    assert len(shown) == 2
    names: dict[str, Any] = {}
    with contextlib.chdir(ROOT):
        for block in shown:
            exec(block, names)
    assert issubclass(names["TestShop"], unittest.TestCase)
    assert [state.name for state in names["imported"].spec.machines[0].states] == ["open", "paid"]
