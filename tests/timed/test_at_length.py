"""Zones against the reference at length, in pieces: `pytest -m slow -rP` on this file prints what
each has compared, and a piece that compares too little fails. The first test alone compares more
than 20,000 answers of zones with whole units, on specs whose bounds are closed."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis.strategies import SearchStrategy

from fsm.model import Spec
from fsm.spec.load import spec_from
from tests.timed import test_regions as regions
from tests.timed.agreement import compare
from tests.timed.claims import claimed_specs
from tests.timed.served import compare_served, not_compiled
from tests.timed.small import small

pytestmark = pytest.mark.slow
Look = Callable[[Spec, Counter[str]], None]


def compared(piece: int, count: int, look: Look, **kind: bool) -> Counter[str]:
    """The tally of so many small specs."""
    tally = Counter[str]()
    for number in range(piece * count, (piece + 1) * count):
        try:
            look(spec_from(small(number, **kind)), tally)
        except AssertionError as wrong:
            raise AssertionError(f"small({number}, {kind}): {wrong}") from wrong
    print(f"small specs, {kind}, piece {piece}: {dict(tally)}")
    return tally


@pytest.mark.parametrize("piece", range(10))
def test_python_beside_whole_units(piece: int) -> None:
    """Clocks that are always equal are merged; every run that is found replays."""
    tally = compared(piece, 500, lambda s, t: compare(s, t, most=200), strict=False, plain=True)
    assert tally["equal"] > 3_000 and tally["violated"] > 800, tally


@pytest.mark.parametrize("piece", range(5))
def test_kernels_beside_whole_units(piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is served by split systems; their runs are walked once more in Python."""
    not_compiled(monkeypatch)
    tally = compared(
        piece, 400, lambda s, t: compare_served(s, t, most=200), strict=False, plain=True
    )
    assert tally["exact"] > 1_400 and tally["violated"] > 300, tally


@pytest.mark.parametrize("piece", range(4))
def test_kernels_beside_python(piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same with strict bounds."""
    not_compiled(monkeypatch)
    tally = compared(
        piece, 400, lambda s, t: compare_served(s, t, most=200), strict=True, plain=True
    )
    assert tally["served"] > 1_400 and tally["violated"] > 400, tally


@pytest.mark.parametrize("piece", range(4))
def test_sorted_copies_beside_whole_units(piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    not_compiled(monkeypatch)
    tally = compared(piece, 300, lambda s, t: compare_served(s, t, most=400), strict=False,
                     plain=True, copies=True)  # fmt: skip
    assert tally["exact"] > 900 and tally["sorted"] > 700 and tally["fewer"] > 300, tally


@pytest.mark.parametrize("piece", range(8))
def test_python_beside_regions(piece: int) -> None:
    """Strict bounds, urgent events that wait for clocks, deadlines that depend on other clocks."""
    tally = compared(piece, 300, lambda s, t: regions.compare(s, t, limit=300), strict=True)
    assert tally["spaces"] > 450 and tally["found True"] > 400, tally


# --- the whole language ---------------------------------------------------------------------------


def drawn(
    piece: int, strategy: SearchStrategy[dict[str, Any]], count: int, look: Look
) -> Counter[str]:  # fmt: skip
    tally = Counter[str]()

    @seed(piece)
    @given(strategy)
    @settings(
        max_examples=count, deadline=None, database=None, suppress_health_check=[*HealthCheck]
    )
    def run(document: dict[str, Any]) -> None:
        look(spec_from(document), tally)

    run()
    print(f"drawn specs, piece {piece}: {dict(tally)}")
    return tally


@pytest.mark.parametrize("piece", range(8))
def test_drawn_specs_beside_whole_units(piece: int) -> None:
    """Priorities, stopwatches, groups, faults."""
    tally = drawn(piece, claimed_specs(strict=piece % 2 == 1), 300,
                  lambda s, t: compare(s, t, most=60))  # fmt: skip
    assert tally["equal"] > 500 and tally["violated"] > 400, tally


@pytest.mark.parametrize("piece", range(4))
def test_drawn_specs_beside_regions(piece: int) -> None:
    tally = drawn(piece, claimed_specs(pauses=False), 150,
                  lambda s, t: regions.compare(s, t, limit=100))  # fmt: skip
    assert tally["spaces"] > 50, tally
