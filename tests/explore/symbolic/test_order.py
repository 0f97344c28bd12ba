"""The order of the variables: what it brings together, and how large diagrams then are."""

import pytest

from fsm.explore.space import Limits
from fsm.explore.symbolic import diagrams, encoding
from fsm.explore.symbolic.engine import SymbolicSpace
from fsm.explore.symbolic.order import force
from fsm.explore.variants import make_variants
from fsm.semantics.lower import lower
from fsm.spec.load import parse_spec
from tests.known_answers.families import text

pytest.importorskip("dd.cudd")


def space_of(name: str, **constants: int) -> SymbolicSpace:
    system, lowering = lower(parse_spec(text(name, **constants)))
    family = make_variants((), lowering.codes, range(0), {})
    return SymbolicSpace(system, family, Limits())


def test_force_unties_a_chain() -> None:
    chain = [frozenset({k, k + 1}) for k in range(9)]
    order = force([0, 5, 1, 7, 2, 9, 4, 6, 3, 8], chain)
    span = sum(abs(order.index(k) - order.index(k + 1)) for k in range(9))
    assert sorted(order) == list(range(10))
    assert span == 17  # 35 at first, 9 at best


@pytest.mark.parametrize(
    ("name", "constant"),
    [("two_phase_commit", "managers"), ("dining_philosophers", "n"), ("tickets", "n")],
)
def test_diagrams_grow_with_the_number_of_machines(name: str, constant: str) -> None:
    """Not with its power: twice as many machines, and hardly more than twice as many nodes."""
    few, many = (len(space_of(name, **{constant: k}).graph.reach) for k in (8, 16))
    assert many < 2.5 * few
    assert few < 30 * 8


def test_a_bad_order_is_mended_on_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    good = space_of("two_phase_commit", managers=8)
    monkeypatch.setattr(encoding, "ordered", lambda n, groups, _: force(range(n), groups))
    bad = space_of("two_phase_commit", managers=8)
    monkeypatch.setattr(diagrams, "SIFTED", 500)
    mended = space_of("two_phase_commit", managers=8)
    assert good.states == bad.states == mended.states == 4**8 + 2**8 + 6**8
    assert good.transitions == bad.transitions == mended.transitions == 18_507_777
    assert len(mended.graph.reach) < len(bad.graph.reach) / 4
    level = mended.diagrams.manager.level_of_var
    for field in mended.encoding.slots:  # a value stays beside the value after a step
        for bit, after in zip(field.bits, field.after, strict=True):
            assert abs(level(bit) - level(after)) == 1
