"""Zones against the reference, on small specs: a few of each kind by default, many in pieces that
are `slow`. `pytest -m slow -s` on this file prints what each piece has compared, and one that
compares too little fails. The first test compares 20,000 specs whose bounds are closed in all."""

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

slow = pytest.mark.slow
FEW = 12  # specs of each kind in a quick run
Look = Callable[[Spec, Counter[str]], None]


def pieces(count: int) -> list[object]:
    return [pytest.param(None, id="few"), *(pytest.param(k, marks=slow) for k in range(count))]


def compared(piece: int | None, many: int, look: Look, **kind: bool) -> tuple[Counter[str], int]:
    """The tally of so many small specs, and their number."""
    tally = Counter[str]()
    numbers = range(FEW) if piece is None else range(piece * many, (piece + 1) * many)
    for number in numbers:
        try:
            look(spec_from(small(number, **kind)), tally)
        except AssertionError as wrong:
            raise AssertionError(f"small({number}, {kind}): {wrong}") from wrong
    print(f"small specs, {kind}, piece {piece}: {dict(tally)}")
    return tally, len(numbers)


@pytest.mark.parametrize("piece", pieces(40))
def test_python_beside_whole_units(piece: int | None) -> None:
    """Clocks that are always equal are merged; every run that is found replays."""
    tally, specs = compared(
        piece, 500, lambda s, t: compare(s, t, most=200), strict=False, plain=True
    )
    assert tally["equal"] > 6 * specs and tally["violated"] > specs, tally


@pytest.mark.parametrize("piece", pieces(5))
def test_kernels_beside_whole_units(
    piece: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    """What is served by split systems; their runs are walked once more in Python."""
    not_compiled(monkeypatch)
    tally, specs = compared(
        piece, 400, lambda s, t: compare_served(s, t, most=200), strict=False, plain=True
    )
    assert tally["exact"] > 3 * specs and tally["violated"] > specs / 2, tally


@pytest.mark.parametrize("piece", pieces(4))
def test_kernels_beside_python(piece: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same with strict bounds."""
    not_compiled(monkeypatch)
    tally, specs = compared(
        piece, 400, lambda s, t: compare_served(s, t, most=200), strict=True, plain=True
    )
    assert tally["served"] > 3 * specs and tally["violated"] > specs / 2, tally


@pytest.mark.parametrize("piece", pieces(4))
def test_sorted_copies_beside_whole_units(
    piece: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    not_compiled(monkeypatch)
    tally, specs = compared(
        piece, 300, lambda s, t: compare_served(s, t, most=400), strict=False, plain=True,
        copies=True,
    )  # fmt: skip
    assert tally["exact"] > 3 * specs and tally["sorted"] > 2 * specs, tally
    assert tally["fewer"] > specs / 2, tally


@pytest.mark.parametrize("piece", pieces(8))
def test_python_beside_regions(piece: int | None) -> None:
    """Strict bounds, urgent events that wait for clocks, deadlines that depend on other clocks."""
    tally, specs = compared(piece, 300, lambda s, t: regions.compare(s, t, limit=300), strict=True)
    assert tally["spaces"] > specs and tally["found True"] > specs, tally


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


@slow
@pytest.mark.parametrize("piece", range(8))
def test_drawn_specs_beside_whole_units(piece: int) -> None:
    """Priorities, stopwatches, groups, faults."""
    tally = drawn(piece, claimed_specs(strict=piece % 2 == 1), 300,
                  lambda s, t: compare(s, t, most=60))  # fmt: skip
    assert tally["equal"] > 500 and tally["violated"] > 400, tally


@slow
@pytest.mark.parametrize("piece", range(4))
def test_drawn_specs_beside_regions(piece: int) -> None:
    tally = drawn(piece, claimed_specs(pauses=False), 150,
                  lambda s, t: regions.compare(s, t, limit=100))  # fmt: skip
    assert tally["spaces"] > 50, tally
