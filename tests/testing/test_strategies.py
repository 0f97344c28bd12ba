"""The strategies: what they draw is legal and covers what there is."""

from collections.abc import Callable
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, Phase, find, given, seed, settings
from hypothesis import strategies as st

from fsm.errors import UsageError
from fsm.semantics.interpreter import Interpreter
from fsm.semantics.replay import replay
from fsm.semantics.trace import Trace
from fsm.spec.load import load_spec, parse_spec, spec_from
from fsm.testing import runs, schedules, specs, tickets, variants
from tests.testing.coverage import FLAGSHIP, fired, reachable

T = TypeVar("T")
SMALL = parse_spec("""\
fsm: 1
name: small
switches: {fast: bool}
questions: {order: {answers: [first, last]}}
variables: {tries: {range: 0..2, initial: any}}
events: {retry: {}}
machines:
  ticket:
    states: {waiting: {}, done: {final: true}}
    transitions:
      - {from: waiting, on: retry, when: tries < 2, set: {tries: tries + 1}}
      - {from: waiting, after: 3h, to: done}
properties: {ends: {reachable: ticket == done}}
""")


def drawn(strategy: st.SearchStrategy[T], examples: int = 200, start: int = 0) -> list[T]:
    """So many draws; the same seed draws the same."""
    found: list[T] = []

    @seed(start)
    @settings(
        max_examples=examples, phases=(Phase.generate,), deadline=None, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(strategy)
    def collect(value: T) -> None:
        found.append(value)

    collect()
    return found


def smallest(strategy: st.SearchStrategy[T], holds: Callable[[T], bool] = lambda _: True) -> T:
    return find(strategy, holds, settings=settings(database=None, derandomize=True))


def test_variants_are_all_there_are_and_shrink_to_the_first() -> None:
    found = {tuple(v.items()) for v in drawn(variants(SMALL))}
    assert found == {
        (("fast", fast), ("order", order)) for fast in (False, True) for order in ("first", "last")
    }
    assert smallest(variants(SMALL)) == {"fast": False, "order": "first"}
    assert {v["fast"] for v in drawn(variants(SMALL, {"fast": True}))} == {True}
    with pytest.raises(UsageError, match="has no variant with fast = 3"):
        variants(SMALL, {"fast": 3})


def test_tickets_are_the_initial_states_of_every_variant() -> None:
    found = {(t.variant, t.start) for t in drawn(tickets(SMALL))}
    expected = {
        (tuple(v.items()), state.snapshot)
        for v in drawn(variants(SMALL))
        for state in Interpreter(SMALL, v).initial()
    }
    assert found == expected
    assert len(found) == 12
    first = smallest(tickets(SMALL))
    assert dict(first.variant) == {"fast": False, "order": "first"}
    assert dict(first.start.values) == {"tries": 0}
    assert first.runtime(SMALL).possible() == ("retry",)


@given(st.data())
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_schedules_of_random_specs_are_played_by_the_runtime(data: st.DataObject) -> None:
    spec = spec_from(data.draw(specs()))
    schedule = data.draw(schedules(spec, max_steps=8))
    states = [runtime.state for runtime in schedule.play(spec)]
    ticket = schedule.ticket
    snapshots = tuple(state.snapshot for state in states)
    assert replay(spec, Trace(ticket.variant, snapshots, schedule.steps)).states == tuple(states)


@given(st.data())
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_runs_of_random_specs_are_legal(data: st.DataObject) -> None:
    spec = spec_from(data.draw(specs()))
    run = data.draw(runs(spec, max_steps=8))
    assert len(run.steps) <= 8
    snapshots = tuple(state.snapshot for state in run.states)
    assert replay(spec, Trace(run.variant, snapshots, run.steps, run.loop)).states == run.states


@given(st.data())
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_specs_can_be_loaded_and_checked(data: st.DataObject) -> None:
    spec = spec_from(data.draw(specs()))
    assert all(machine.states for machine in spec.all_machines())


LOCK = """\
fsm: 1
name: lock
events: {key0: {}, key1: {}, key2: {}, key3: {}, reset: {}}
machines:
  lock:
    states: {s0: {}, s1: {}, s2: {}, s3: {}, s4: {}, s5: {}, s6: {}, open: {}}
    transitions:
"""
for _k in range(7):
    for _key in ("key0", "key1", "key2", "key3", "reset"):
        _to = f"s{_k + 1}".replace("s7", "open") if _key == f"key{_k % 4}" else "s0"
        LOCK += f"      - {{from: s{_k}, on: {_key}, to: {_to}}}\n"
LOCK += "properties: {shut: {never: lock == open}}\n"


def test_a_rare_transition_is_reached_where_uniform_choice_fails() -> None:
    """A lock with a code of seven digits: one try in 5^7 opens it."""
    lock = parse_spec(LOCK)
    assert fired(lock, 40) == reachable(lock)
    assert fired(lock, 40, uniform=True) < reachable(lock)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(3))
def test_200_runs_fire_whatever_is_reachable_in_the_flagship(number: int) -> None:
    spec = load_spec(FLAGSHIP)
    assert fired(spec, 200, start=number) == reachable(spec)
    assert fired(spec, 200, start=number, uniform=True) < reachable(spec)
