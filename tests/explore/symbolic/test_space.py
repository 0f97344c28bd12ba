"""The symbolic space against the explicit one, on random specs with every feature."""

import pytest
from hypothesis import given, settings

from fsm.explore.space import explore
from fsm.explore.successors import Successors
from fsm.explore.symbolic.diagrams import Diagram
from fsm.explore.symbolic.engine import SymbolicSpace
from fsm.explore.variants import make_variants
from fsm.model import Spec
from fsm.semantics.lower import lower
from fsm.spec.load import parse_spec, spec_from
from tests.explore.test_agreement import CORNERS, SLOW
from tests.random_specs import specs

pytest.importorskip("dd")


def members(space: SymbolicSpace, states: list[tuple[tuple[int, ...], int]]) -> Diagram:
    """A set of states, each with the variants that are in it."""
    encoding, diagrams = space.encoding, space.diagrams
    total = space.variants.total
    return diagrams.any(
        encoding.of(state) & diagrams.cube(encoding.variant(number))
        for state, mask in states
        for number in range(total)
        if mask >> number & 1
    )


def check(spec: Spec, limit: int = 3_000) -> None:
    system, lowering = lower(spec)
    family = make_variants(spec.configuration, lowering.codes, range(len(lowering.codes)), {})
    explicit = explore(Successors(system, family))
    if len(explicit.states) > limit:
        return
    space = SymbolicSpace(system, family)
    assert space.limit == ""
    expected = list(zip(explicit.states, explicit.reach, strict=True))
    assert space.graph.reach == members(space, expected)
    assert space.states == len(explicit.states)
    initial = [(explicit.states[k], mask) for k, mask in explicit.initial]
    assert space.graph.initial == members(space, initial)
    moves, diagrams = space.graph.moves, space.diagrams
    for states in (space.graph.initial, space.graph.reach):  # joined moves do what each does
        assert moves.image(states) == diagrams.any(move.image(states) for move in moves)
        assert moves.preimage(states) == diagrams.any(move.preimage(states) for move in moves)
    # In a family, steps that differ only in who listens in which variant count once.
    more = explicit.transitions - space.transitions
    assert more == 0 if family.total == 1 else more >= 0
    faults: dict[tuple[str, str], int] = {}
    for fault, seen in explicit.successors.faults.items():
        key = fault.kind, fault.subject
        faults[key] = faults.get(key, 0) | seen.mask
    found: dict[tuple[str, str], int] = {}
    met = [(blame[:2], where) for blame, where in space.faults.items()]
    for key, where in [*met, *((key, where) for key, (where, _) in space.start_faults.items())]:
        found[key] = found.get(key, 0) | space.encoding.mask(where)
    assert found == faults


@given(specs())
@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
def test_states_transitions_and_faults(document: dict[str, object]) -> None:
    check(spec_from(document))


@pytest.mark.slow
@given(specs())
@settings(max_examples=3_000, deadline=None, suppress_health_check=SLOW)
def test_states_transitions_and_faults_at_length(document: dict[str, object]) -> None:
    check(spec_from(document))


@pytest.mark.parametrize("name", CORNERS)
def test_corners(name: str) -> None:
    check(parse_spec(CORNERS[name]))
