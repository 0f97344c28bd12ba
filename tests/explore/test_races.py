"""Races of deadlines are the same, whichever step function tells where they lead."""

from pathlib import Path

import pytest

from fsm.check.check import CheckOptions, task_of
from fsm.explore.deadlines import Deadlines
from fsm.explore.engines import step_function
from fsm.explore.generated import Generated
from fsm.explore.space import explore
from fsm.spec.load import load_spec, parse_spec

RACING = """
fsm: 1
name: racing
switches: {strict: bool, late: bool}
variables: {left: {range: 0..2, initial: any}}
machines:
  refund:
    initial: waiting
    states: {waiting: {}, paid: {final: true}, closed: {final: true}}
    transitions:
      - {from: waiting, after: 2h, to: paid, when: not strict or left > 0}
      - {from: waiting, on: close, to: closed}
  ticket:
    initial: open
    states: {open: {}, gone: {final: true}}
    transitions:
      - {from: open, after: 2h, on: close, to: gone, when: late, set: {left: 1}}
events: {close: {by: ticket}}
properties:
  decided: {en: it ends, eventually: refund != waiting, expect: violated, because: {en: late}}
"""
SPECS = Path(__file__).parents[2] / "specs"
SHIPPED = [*sorted((SPECS / "peers").glob("*.yaml")), SPECS / "douyin" / "workbench.fsm.yaml"]


@pytest.mark.parametrize("file", [None, *SHIPPED], ids=lambda f: f.name if f else "racing")
def test_generated_steps_tell_the_same_races(file: Path | None) -> None:
    spec = parse_spec(RACING) if file is None else load_spec(file)
    task = task_of(spec, CheckOptions())
    steps = step_function(task.system, task.variants)
    assert isinstance(steps, Generated)
    space = explore(task.reduced.searched(steps))
    plain = Deadlines(task.system, task.variants)
    quick = Deadlines(task.system, task.variants, steps.anew())
    for found in (plain, quick):
        for state, mask in zip(space.states, space.reach, strict=True):
            found.look(state, mask)
    assert [*quick.races()] == [*plain.races()]
    assert [*quick.overtaken()] == [*plain.overtaken()]
    if file is None:
        assert [race.left for race in quick.races()]


def test_a_step_function_begun_anew_leaves_the_other_alone() -> None:
    task = task_of(parse_spec(RACING), CheckOptions())
    steps = step_function(task.system, task.variants)
    assert isinstance(steps, Generated)
    everything = task.variants.everything
    start = next(state for state, mask in steps.initial() if mask)
    assert steps.of(start, everything) and len(steps.steps) > 0
    known = list(steps.steps)
    other = steps.anew()
    assert len(other.steps) == 1
    assert explore(other).keys == explore(steps.anew()).keys
    assert steps.steps == known and len(other.steps) > len(known)
    assert other.faults is not steps.faults and other.competing is not steps.competing
