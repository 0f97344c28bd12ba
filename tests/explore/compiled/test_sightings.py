"""What is noticed does not depend on the order in which the states of a level are expanded."""

import random
from typing import Any

import pytest

from fsm.check.check import CheckOptions, task_of
from fsm.explore.compiled.sightings import Sightings
from fsm.explore.generated import Generated
from fsm.explore.successors import Sighting
from fsm.reduce.reduction import NAMES
from fsm.spec.load import parse_spec

# In the states of one level x faults, events compete, and b hears of nothing.
SPEC = """
fsm: 1
name: noticed
switches: {strict: bool}
variables: {n: 0..9, x: 0..3}
events: {up: {by: a, tags: [strategy]}, on: {by: a, tags: [strategy]}}
machines:
  a:
    states: {s: {}, t: {}}
    transitions:
      - {from: s, choose: {k: 0..9}, set: {n: k}, to: t}
      - {from: t, on: up, when: "(n < 5) == strict", set: {x: x + n}}
      - {from: t, on: on, when: "(not strict or x > 0) and 6 // (n - 5) > -3"}
  b:
    receptive: true
    states: {s: {}}
    transitions: [{from: s, on: up, when: n > 7}, {from: s, on: on, when: n == 2}]
"""
Notice = tuple[int, int, int, int]  # code, state, variants, distance


def noticed() -> tuple[Generated, list[Notice]]:
    task = task_of(parse_spec(SPEC), CheckOptions(without=NAMES))
    steps = Generated(task.system, task.variants)
    found: list[Notice] = []
    depth = 0
    inner: Any = steps
    inner.notice = lambda *what: found.append((*what, depth))
    seen = level = dict(steps.initial())
    while level:
        fresh: dict[int, int] = {}
        for state, mask in level.items():
            for _, target, which in steps.of(state, mask):
                new = which & ~seen.get(target, 0)
                if new:
                    fresh[target] = fresh.get(target, 0) | new
        seen = {**seen, **{s: m | seen.get(s, 0) for s, m in fresh.items()}}
        level, depth = fresh, depth + 1
    return Generated(task.system, task.variants), found


def kept(steps: Generated, notices: list[Notice]) -> list[list[tuple[Any, Sighting]]]:
    """What is kept of what is noticed, in the order in which it is told."""
    for seen in (steps.faults, steps.competing, steps.ignored):
        seen.clear()
    sightings = Sightings(steps)
    for notice in notices:
        sightings.notice(*notice)
    sightings.finish()
    return [[*seen.items()] for seen in (steps.faults, steps.competing, steps.ignored)]


@pytest.mark.parametrize("seed", range(4))
def test_any_order_in_a_level(seed: int) -> None:
    steps, notices = noticed()
    wanted = kept(steps, notices)
    assert all(wanted)
    assert len({state for _, state, *_ in notices}) > 10
    chance = random.Random(seed)
    mixed = sorted(notices, key=lambda n: (n[-1], chance.random()))
    assert mixed != notices
    assert kept(steps, mixed) == wanted


def test_the_nearest_and_of_those_the_least() -> None:
    steps, notices = noticed()
    for kind in kept(steps, notices):
        for what, seen in kind:
            alone = []
            for code, state, mask, depth in notices:
                for other in kept(steps, [(code, state, mask, depth)]):
                    alone += [(depth, s.state, s.mask) for w, s in other if w == what]
            assert (min(alone)[1], min(alone)[0]) == (seen.state, min(d for d, *_ in alone))
            union = 0
            for *_, mask in alone:
                union |= mask
            assert seen.mask == union
