"""units: which durations a spec measures, and the unit of time that follows (rule 3.7)."""

import pytest
from msgspec.structs import replace

from fsm.errors import UsageError
from fsm.expressions import (
    Apply,
    ArrayType,
    ClockRead,
    DurationType,
    Element,
    IntType,
    Local,
    Op,
    Quantified,
    Quantifier,
)  # fmt: skip
from fsm.model import Formula
from fsm.semantics.units import durations, longest, unit_of
from tests.semantics.reading import bounded, spec_of

H = 3_600_000


@pytest.mark.parametrize(
    ("keys", "rest", "values"),
    [
        ("after: 48h", "", {48}),
        ("between: [6h, 4h + 6h]", "", {6, 10}),
        ("between: [0h, 6h]", "", {0, 6}),
        ("not_before: 4h, not_after: 10h", "", {4, 10}),
        ("after: d", "constants: {d: 36h, unused: 1h}", {36}),
        ("after: d", "switches: {d: {range: 24h..72h, step: 24h}}", {24, 48, 72}),
        ("after: 2 * d + 1h", "switches: {d: {range: 2h..5h, step: 3h}}", {5, 11}),
        ("after: if s then 6h else 9h", "switches: {s: bool}", {6, 9}),
        ("when: c >= 6h or 9h > c", "clocks: {c: {}}", {6, 9}),
        ("after: 9h, set: {x: c >= 6h}", "clocks: {c: {}}\nvariables: {x: {type: bool}}", {6, 9}),
        ('choose: {k: 1..2}, when: "c >= t[k]"',
         "clocks: {c: {}}\nconstants: {t: [1h, 4h, 10h]}", {4, 10}),
        ('when: "any(k in 0..1: c >= t[k])"',
         "clocks: {c: {}}\nconstants: {t: [4h, 10h, 1h]}", {4, 10}),
        ("to: t", "properties: {p: {eventually: a == t, within: 6h}}", {6}),
        ("on: e", "events: {e: {}}\nproperties: {p: {never: since(e) > 4h}}", {4}),
        ("when: d == 1h, after: 5h", "switches: {d: {range: 1h..2h, step: 1h}}", {5}),
        ("to: t", "clocks: {c: {paused_when: c >= 7h}}", {7}),
    ],
)  # fmt: skip
def test_the_unit_divides_every_duration_that_is_measured(
    keys: str, rest: str, values: set[int]
) -> None:
    text = bounded(keys) if keys != "to: t" else bounded("when: a == s")
    spec = spec_of(text + rest)
    assert durations(spec) == {v * H for v in values}
    unit = unit_of(spec)
    assert unit is not None and {v * H % unit for v in values} == {0}
    assert all(any(v * H % (k * unit) for v in values) for k in (2, 3, 5))
    assert longest(spec, unit) == max(values) * H // unit


def test_the_values_of_a_quantified_name_are_those_of_its_range() -> None:
    """Also in a model built by hand, whose names say nothing about their values."""
    k = Local("k", IntType())
    table = Element("t", (4 * H, 10 * H, H), ArrayType(DurationType(), 3), (k,))
    late = Quantified(Quantifier.ANY, "k", 0, 1, Apply(Op.GE, (ClockRead("c"), table)))
    spec = spec_of(bounded("when: a == s", "clocks: {c: {}}"))
    (machine,) = spec.machines
    guarded = replace(machine.transitions[0], guard=Formula(late, ""))
    spec = replace(spec, machines=(replace(machine, transitions=(guarded,)),))
    assert durations(spec) == {4 * H, 10 * H}


def test_the_bounds_of_each_copy_count() -> None:
    spec = spec_of("""
        constants: {window: [2h, 6h, 1h]}
        machines:
          a:
            count: 2
            states: {s: , t: }
            transitions: [{from: s, after: "window[index]", to: t}]
    """)
    assert durations(spec) == {2 * H, 6 * H}
    assert unit_of(spec) == 2 * H


def test_a_stated_unit_counts_if_it_divides_all() -> None:
    text = bounded("between: [4h, 6h]")
    assert unit_of(spec_of("unit: 1h" + text)) == H
    assert unit_of(spec_of(text)) == 2 * H
    with pytest.raises(UsageError) as refused:
        unit_of(spec_of("unit: 4h" + text))
    assert refused.value.code == "F605"
    assert unit_of(spec_of("unit: 1h" + bounded("when: a == s"))) is None
