"""The worked example: a small shop of its own code, tested against its spec, right and wrong."""

import contextlib
import unittest
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from fsm.model import Spec
from fsm.spec.load import load_spec
from fsm.testing import Divergence, stateful
from tests.testing.refund_shop.adapter import ShopAdapter
from tests.testing.refund_shop.defects import DEFECTS
from tests.testing.refund_shop.shop import Shop

ROOT = Path(__file__).parents[2]
SPEC = load_spec(Path(__file__).parent / "refund_shop/refund_shop.fsm.yaml")
LONGEST = 8  # steps of the shortest run that shows a defect


def run(spec: Spec, make: type[Shop], examples: int) -> None:
    adapter = type("Adapter", (ShopAdapter,), {"_make": make})
    machine = stateful(spec, adapter, lang="en")
    few = settings(
        max_examples=examples, stateful_step_count=20, derandomize=True, deadline=None,
        database=None, phases=(Phase.generate, Phase.shrink),
    )  # fmt: skip
    run_state_machine_as_test(machine, settings=few)


def test_the_shop_does_what_its_spec_allows() -> None:
    run(SPEC, Shop, 100)


@pytest.mark.slow
def test_the_shop_does_what_its_spec_allows_for_long() -> None:
    run(SPEC, Shop, 10_000)


QUICK = (
    "RequestTakenForSuccess",
    "SmallAmountOffByOne",
    "SubAccountWithoutGrant",
)  # the others take up to half a minute


@pytest.mark.parametrize(
    "defect",
    [
        pytest.param(defect, marks=() if defect.__name__ in QUICK else pytest.mark.slow)
        for defect in DEFECTS
    ],
    ids=lambda defect: defect.__name__,
)
def test_a_defect_is_found_with_a_short_run(defect: type[Shop]) -> None:
    with pytest.raises(Divergence) as caught:
        run(SPEC, defect, 2_000)
    assert caught.value.steps <= LONGEST


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
