"""SPIN judges our answers: states, steps and verdicts of known systems and of random ones.

Run with `pytest -m tools`; tests/interop/install_spin installs SPIN where this user may.
"""

from collections.abc import Mapping
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from fsm.check.check import CheckOptions, check_spec
from fsm.check.results import Outcome
from fsm.errors import UsageError
from fsm.explore.space import Limits, Space, explore
from fsm.explore.successors import Successors
from fsm.explore.variants import make_variants
from fsm.expressions import Scalar
from fsm.interop.promela import to_promela
from fsm.interop.promela_claims import How
from fsm.model import Pattern, Spec
from fsm.semantics.lower import lower
from fsm.spec.load import parse_spec, spec_from
from tests.known_answers.families import text
from tests.random_specs import specs
from tests.spin import search

pytestmark = pytest.mark.tools
Variant = Mapping[str, Scalar]
AT_LEISURE = settings(
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # shrinking would compile for minutes
)


def explored(spec: Spec, variant: Variant, limit: int | None = None) -> Space:
    system, lowering = lower(spec)
    places = range(len(spec.configuration))
    family = make_variants(spec.configuration, lowering.codes, places, variant)
    return explore(Successors(system, family), Limits(states=limit))


def same_space(spec: Spec, variant: Variant, space: Space, folder: Path) -> None:
    """SPIN stores our states and takes our steps; where it chooses the first state, one more."""
    model = to_promela(spec, variant)
    choice = model.starts > 1
    found = search(model.text, folder)
    assert found.states == len(space.states) + choice
    assert found.transitions == space.transitions + choice * model.starts
    assert found.errors == 0


def same_verdicts(spec: Spec, variant: Variant, folder: Path) -> int:
    """SPIN refutes what we refute; returns how many claims it judged."""
    model = to_promela(spec, variant)
    report = check_spec(spec, CheckOptions(variant=tuple(variant.items())))
    for result in report.results:
        mine = [c for c in model.claims if c.property.name == result.property.name]
        if not mine:
            assert result.property.pattern is Pattern.CAN_ALWAYS
            continue
        errors = [
            bool(search(model.text, folder, c.name, cycles=c.how is How.LTL).errors) for c in mine
        ]
        if mine[0].how is How.TRAP:
            assert all(errors) == (result.outcome is Outcome.HOLDS), result.property
        else:
            assert any(errors) == (result.outcome is Outcome.VIOLATED), result.property
    return len(model.claims)


@pytest.mark.parametrize(
    ("name", "constants"),
    [
        ("die_hard", {}),
        ("two_phase_commit", {"managers": 3}),
        ("two_phase_commit", {"managers": 5}),
        ("transaction_commit", {}),
        ("moving_cat", {"boxes": 5}),
        ("dining_philosophers", {"n": 8}),
        ("peterson", {}),
        ("peterson_fine", {}),
        ("peterson_filter", {"n": 3}),
        ("bounded_buffer", {"producers": 2, "consumers": 3, "capacity": 2}),
        ("wolf_goat_cabbage", {}),
        ("missionaries_and_cannibals", {}),
        ("tower_of_hanoi", {"disks": 4}),
        ("tic_tac_toe", {}),
    ],
)
def test_known_answers(name: str, constants: dict[str, int], tmp_path: Path) -> None:
    spec = parse_spec(text(name, **constants))
    for values in product(*(c.values for c in spec.configuration)):
        variant = dict(zip((c.name for c in spec.configuration), values, strict=True))
        same_space(spec, variant, explored(spec, variant), tmp_path)
        assert same_verdicts(spec, variant, tmp_path)


ENDS = """
fsm: 1
name: ends
events: {e: {}}
machines:
  m:
    states: {a: {}, b: {final: true}}
    transitions:
      - {from: a, on: e, to: b}
properties:
  n: {never: m == b and not fired(e)}
  w: {always: m == b -> fired(e)}
  r: {reachable: m == b and not fired(e)}
  b: {before: m == b and not fired(e), must: m == a and fired(e)}
  a: {after: m == b and fired(e), eventually: not fired(e)}
"""


def test_nothing_happens_after_the_end(tmp_path: Path) -> None:
    spec = parse_spec(ENDS)
    same_space(spec, {}, explored(spec, {}), tmp_path)
    assert same_verdicts(spec, {}, tmp_path) == 5


CONDITIONS = st.sampled_from(
    ["x == 0", "x == 1", "x == 2", "x >= 1", "one == a", "one == b", "one in {b, c}", "one != c",
     "one in outer", "fired(e)", "fired(e) and x == 1", "one == c -> x != 2", "x == 1 or one == b",
     "x == 1 and not fired(e)", "one != c or fired(e)", "not fired(e)",
     "count(e) == 2", "count(e) > x", "4 // (x + 1) == 2", "(x - 2) // 2 == -1", "(1 - x) % 2 == 1"]
)  # fmt: skip


@st.composite
def claims(draw: st.DrawFn) -> dict[str, Any]:
    """Three properties, of different patterns that Promela can express."""
    found = {
        "n": {"never": draw(CONDITIONS)},
        "w": {"always": draw(CONDITIONS)},
        "r": {"reachable": draw(CONDITIONS)},
        "l": {"eventually": draw(CONDITIONS)},
        "a": {"after": draw(CONDITIONS), "eventually": draw(CONDITIONS)},
        "b": {"before": draw(CONDITIONS), "must": draw(CONDITIONS)},
        "m": {"at_most": draw(st.integers(0, 2)), "event": "e"},
        "i": {"never": "x == i and one != c", "each": {"i": "0..1"}},
    }
    chosen = draw(st.lists(st.sampled_from(sorted(found)), min_size=3, max_size=3, unique=True))
    return {name: found[name] for name in chosen}


@st.composite
def untimed(draw: st.DrawFn) -> tuple[Spec, Variant, Space]:
    """A random spec with properties, one of its variants, and the space of that."""
    document = draw(specs(timed=False))
    for name, keys in document["events"].items():
        if name in ("e", "h") and draw(st.integers(0, 2)) == 0:
            keys["fair"] = draw(st.sampled_from(["weak", "strong"]))
    document["properties"] = draw(claims())
    spec = spec_from(document)
    values = [draw(st.sampled_from(c.values)) for c in spec.configuration]
    variant = dict(zip((c.name for c in spec.configuration), values, strict=True))
    return spec, variant, explored(spec, variant, limit=5_000)


def judge(drawn: tuple[Spec, Variant, Space], *, verdicts: bool) -> None:
    spec, variant, space = drawn
    if space.limit:
        return
    with TemporaryDirectory() as name:
        if not space.states:
            with pytest.raises(UsageError, match="no run of drawn starts"):
                to_promela(spec, variant)
        elif verdicts:
            try:
                same_verdicts(spec, variant, Path(name))
            except UsageError as problem:
                assert problem.code == "F609"  # a property without a value
        else:
            same_space(spec, variant, space, Path(name))


@given(untimed())
@settings(AT_LEISURE, max_examples=40)
def test_states_and_steps_of_random_specs(drawn: tuple[Spec, Variant, Space]) -> None:
    judge(drawn, verdicts=False)


@given(untimed())
@settings(AT_LEISURE, max_examples=10)
def test_verdicts_of_random_specs(drawn: tuple[Spec, Variant, Space]) -> None:
    judge(drawn, verdicts=True)


@pytest.mark.slow
@given(untimed())
@settings(AT_LEISURE, max_examples=600)
def test_states_and_steps_of_random_specs_at_length(drawn: tuple[Spec, Variant, Space]) -> None:
    judge(drawn, verdicts=False)


@pytest.mark.slow
@given(untimed())
@settings(AT_LEISURE, max_examples=300)
def test_verdicts_of_random_specs_at_length(drawn: tuple[Spec, Variant, Space]) -> None:
    judge(drawn, verdicts=True)
