"""What the properties of the shipped specs notice: the list of the rest is in step."""

import random

import pytest

from fsm.testing.mutation.judge import Fate, Judge
from fsm.testing.mutation.operators import mutants
from tests.specs.mutants import (
    NAMES,
    UNREASONED,
    in_order,
    judge_all,
    judged,
    known,
    listed,
    spec_of,
    unnoticed,
)

SAMPLE = 4


@pytest.mark.parametrize("name", NAMES)
def test_the_list_names_mutants_that_exist(name: str) -> None:
    spec, entry = spec_of(name), known()[name]
    ids = [m.id for m in mutants(spec)]
    assert entry["mutants"] == len(ids)
    assert 0 < entry["judged"] <= len(ids)
    assert set(listed(entry)) <= {m.id for m in judged(name, spec)}
    names = [n for group in entry["survived"] for n in group["mutants"]]
    names += [n for fate in ("structure", "idle", "equivalent") for n in entry[fate]]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", NAMES)
def test_every_survivor_has_a_reason(name: str) -> None:
    for group in known()[name]["survived"]:
        assert len(group["reason"]) > 20
        assert group["reason"] != UNREASONED, group["mutants"]


@pytest.mark.parametrize("name", NAMES)
def test_a_spec_is_judged_completely(name: str) -> None:
    entry = known()[name]
    assert entry["judged"] == entry["mutants"]


def test_a_sample_of_the_list_is_right() -> None:
    """A fixed sample, one of it from the list; the rest is noticed."""
    spec, was = spec_of("assistant_access"), listed(known()["assistant_access"])
    order = in_order(spec)
    chance = random.Random(0)
    some = chance.sample([m for m in order if m.id in was], 1)
    some += chance.sample([m for m in order if m.id not in was], SAMPLE)
    judge = Judge(spec)
    found = {m.id: judge.judge(m).fate.value for m in some}
    assert found == {m.id: was.get(m.id, Fate.NOTICED.value) for m in some}


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_list_is_exactly_what_nothing_notices(name: str) -> None:
    spec = spec_of(name)
    records = list(judge_all(spec, judged(name, spec), None))
    assert unnoticed(records) == listed(known()[name])
