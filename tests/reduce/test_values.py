"""Value abstraction: known numbers, then the unreduced result on random specs."""

from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from fsm.check.check import CheckOptions, check_spec
from fsm.check.results import Outcome, SpecReport
from fsm.errors import UsageError
from fsm.explore.space import Limits, Space, explore
from fsm.explore.successors import Successors
from fsm.explore.variants import make_variants
from fsm.model import Spec
from fsm.reduce.constants import Carrier
from fsm.reduce.reduce import reduce
from fsm.reduce.reduction import NAMES
from fsm.reduce.uses import Class, Uses
from fsm.reduce.values import block, representatives
from fsm.semantics.layout import scalars
from fsm.semantics.lower_expressions import Lowering
from fsm.spec.load import parse_spec, spec_from
from tests.explore.test_agreement import SLOW
from tests.logic.test_soundness import claim, properties
from tests.reduce.amounts import Document, amounts, tests

LIMIT = 500


def plain(spec: Spec) -> SpecReport:
    return check_spec(spec, CheckOptions(without=NAMES, max_states=LIMIT))


def told(report: SpecReport) -> object:
    """What a reduction must not change: verdicts, their conditions, findings, lengths of runs."""
    results = [
        (r.property.name, r.outcome, r.violated, r.unknown, r.run and r.run.times[-1], r.each)
        for r in report.results
    ]
    return results, [(f.code, f.subject, f.condition) for f in report.findings], report.sensitivity


# --- known numbers ----------------------------------------------------------------------------

THRESHOLDS = """
fsm: 1
name: refund
variables: {{amount: {{range: 0..1000000, initial: {initial}}}}}
events: {{apply: {{fields: {{asked: {{range: 0..1000000}}}}}}}}
machines:
  ticket:
    states:
      new: {{}}
      asked: {{}}
      low: {{final: true}}
      middle: {{final: true}}
      high: {{final: true}}
      huge: {{final: true}}
    transitions:
      - {{from: new, on: apply, to: asked{set}}}
      - {{from: asked, when: amount < 100, to: low}}
      - {{from: asked, when: amount >= 100 and amount < 5000, to: middle}}
      - {{from: asked, when: amount >= 5000 and amount <= 99999, to: high}}
      - {{from: asked, when: amount > 99999, to: huge}}
properties:
  never_huge: {{never: ticket == huge}}
  decided: {{eventually: "ticket in {{low, middle, high, huge}}"}}
"""  # fmt: skip


def test_three_thresholds_cost_four_values_of_a_field() -> None:
    report = check_spec(parse_spec(THRESHOLDS.format(initial=0, set=", set: {amount: asked}")))
    assert report.states == 1 + 4 + 4
    (reduction,) = report.reductions
    assert reduction.name == "values"
    assert reduction.subjects == (("amount", 1_000_001, 4), ("apply.asked", 1_000_001, 4))
    huge, decided = report.results
    assert (huge.outcome, decided.outcome) == (Outcome.VIOLATED, Outcome.HOLDS)
    assert huge.run is not None  # replayed on the spec with a million amounts
    assert dict(huge.run.states[-1].snapshot.values) == {"amount": 100_000}
    assert not report.findings


def test_three_thresholds_cost_four_initial_values() -> None:
    report = check_spec(parse_spec(THRESHOLDS.format(initial="any", set="")))
    assert report.states == 3 * 4
    (reduction,) = report.reductions
    assert reduction.subjects == (("amount", 1_000_001, 4), ("apply.asked", 1_000_001, 1))


def test_without_the_reduction_every_amount_counts() -> None:
    text = THRESHOLDS.format(initial=0, set=", set: {amount: asked}").replace("1000000", "999")
    spec = parse_spec(text.replace("5000", "500").replace("99999", "900"))
    report = check_spec(spec, CheckOptions(without=("values",)))
    assert (report.states, report.reductions) == (1 + 2 * 1000, ())
    assert told(report) == told(check_spec(spec))
    with pytest.raises(UsageError, match="no reduction sizes"):
        check_spec(spec, CheckOptions(without=("sizes",)))


def classes(text: str) -> dict[str, Class]:
    spec = parse_spec(text)
    return {c.name: k for c, k in Uses(spec, spec.properties).classes()}


COPIES = """
fsm: 1
name: copies
switches: {{cap: {{range: 10..30, step: 10}}}}
constants: {{steps: [40, 60]}}
variables:
  a: {{range: 0..99, initial: 7}}
  b: {{range: 0..49, length: 2, initial: any}}
  i: {{range: 0..1}}
  other: {{range: 0..99, initial: any}}
machines:
  m:
    states: {{s: {{}}, t: {{final: true}}}}
    transitions:
      - {{from: s, when: "{guard}", to: t, set: {{a: "{value}"}}}}
"""


def test_what_is_copied_shares_one_partition() -> None:
    found = classes(COPIES.format(guard="a < cap", value="b[i]"))
    assert found["a"] is found["b"]
    assert not found["a"].opaque
    # Cut at 10, 20, 30 (the variants), at 50 (the range of b), with 7 (assigned) for 0..9.
    assert representatives(found["a"], range(100)) == (7, 10, 20, 30, 50)
    assert found["i"].opaque  # an index


@pytest.mark.parametrize(
    ("guard", "value", "opaque"),
    [
        ("a == other", "3", {"a", "other", "i"}),
        ("a < 3", "other + 1", {"a", "other", "i"}),
        ("a < 3", "if other > 5 then a else steps[i]", {"i"}),
        ("a < steps[i]", "b[0]", {"i"}),
        ("max(a, 3) > 4", "b[0]", {"a", "b", "i"}),
        ("sum(j in 0..1: b[j]) > 4", "3", {"b", "i"}),
        ("all(j in 0..1: b[j] > j)", "3", {"i"}),
        ("i == 0", "a", set()),
        ("b[i] == 0", "a", {"i"}),
        ("(if i == 0 then a else other) == b[0]", "3", {"a", "b", "other"}),
    ],
)
def test_what_else_is_done_with_a_value_makes_it_opaque(
    guard: str, value: str, opaque: set[str]
) -> None:
    if "i" in opaque and "[i]" not in guard + value:
        opaque = opaque - {"i"}
    found = classes(COPIES.format(guard=guard, value=value))
    assert {name for name, k in found.items() if k.opaque} == opaque


# --- the unreduced result ---------------------------------------------------------------------


def blocks(spec: Spec, lowering: Lowering, space: Space) -> set[tuple[object, int]]:
    """The reachable states with numbers that nothing tells apart made equal, and their variants."""
    of_slot = {}
    for carrier, class_ in Uses(spec, spec.properties).classes():
        if isinstance(carrier, Carrier) and not carrier.owner and not class_.opaque:
            place = lowering.layout.variables[carrier.name]
            assert place.type is not None
            for copy in range(place.copies or 1):
                first = place.base + copy * place.stride
                of_slot |= dict.fromkeys(range(first, first + scalars(place.type)), class_)

    def seen(state: Iterable[int]) -> tuple[object, ...]:
        return tuple(block(of_slot[k], v) if k in of_slot else v for k, v in enumerate(state))

    found: dict[object, int] = {}
    for number, mask in enumerate(space.reach):
        key = seen(space.states[number])
        found[key] = found.get(key, 0) | mask
    return set(found.items())


def explored(spec: Spec, off: tuple[str, ...]) -> tuple[Lowering, Space]:
    reduced = reduce(spec, spec.properties, off)
    codes = reduced.lowering.codes
    family = make_variants(spec.configuration, codes, range(len(codes)), {})
    return reduced.lowering, explore(Successors(reduced.system, family), Limits(LIMIT))


def check(document: Document, claims: dict[str, object]) -> None:
    spec = spec_from({**document, "properties": claims})
    _, whole = explored(spec, NAMES)
    assume(not whole.limit)
    lowering, part = explored(spec, ("cone",))
    assert blocks(spec, lowering, part) == blocks(spec, lowering, whole)
    without = plain(spec)
    assume(without.complete)  # which explores more than states, where zones decide
    assert told(check_spec(spec)) == told(without)


claims = st.tuples(properties, claim, tests).map(
    lambda drawn: {**drawn[0], "small": {"never": f"{drawn[1]} and {drawn[2]}"}}
)


@given(amounts(), claims)
@settings(max_examples=15, deadline=None, suppress_health_check=[*SLOW, *HealthCheck])
def test_nothing_changes_but_the_size(document: Document, claims: dict[str, object]) -> None:
    check(document, claims)


@pytest.mark.slow
@given(amounts(), claims)
@settings(max_examples=1_000, deadline=None, suppress_health_check=[*SLOW, *HealthCheck])
def test_nothing_changes_but_the_size_at_length(
    document: Document, claims: dict[str, object]
) -> None:
    check(document, claims)
