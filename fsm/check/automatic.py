"""What `--engine auto` does where time counts in whole units: single states first, then sets.

The rule: a search that is not done after `FIRST` states is asked again as decision diagrams, for
`PATIENCE` times as long as it took so far; if that is not enough, single states it is, up to the
limits of the check. So a space that diagrams do not suit costs a few seconds more, and one that
they do suit may be of any size. Without CUDD there are no diagrams fast enough to be worth it.
"""

import time
from dataclasses import replace
from importlib.util import find_spec
from math import prod

from fsm.check.engines import Engine, Explicit
from fsm.check.task import Task
from fsm.errors import UsageError
from fsm.explore.space import INTERRUPTED
from fsm.model import Text
from fsm.semantics.lowered import System

FIRST = 50_000  # states: some seconds of plain Python; no shipped spec has as many
PATIENCE = 4.0


def automatic(task: Task) -> Engine:
    """The engine that is done first, by the rule above."""
    most = task.limits.states
    if (most is not None and most <= FIRST) or _room(task.system) <= FIRST:
        return Explicit(task, "auto")
    began = time.monotonic()
    first = Explicit(replace(task, limits=replace(task.limits, states=FIRST)), "auto")
    if first.limit != f"{FIRST} states":  # it is done, or another limit is reached
        return first
    sets = _as_sets(task, PATIENCE * (time.monotonic() - began))
    return Explicit(task, "auto") if sets is None else sets


def _room(system: System) -> int:
    """More states than this there cannot be."""
    return prod(slot.high - slot.low + 1 for slot in system.slots)


def _as_sets(task: Task, seconds: float) -> Engine | None:
    """The symbolic engine, if it finds all states in so many seconds."""
    if find_spec("dd") is None or find_spec("dd.cudd") is None:
        return None
    from fsm.check.symbolic import Symbolic

    deadline = time.monotonic() + seconds
    if task.limits.deadline is not None:
        deadline = min(deadline, task.limits.deadline)
    limits = replace(task.limits, states=None, deadline=deadline)
    try:
        engine = Symbolic(replace(task, limits=limits))
    except UsageError:  # F692, F693: too wide for diagrams
        return None
    if engine.limit not in ("", INTERRUPTED):
        return None
    engine.give_until(task.limits.deadline)
    engine.notes = (*engine.notes, _told(FIRST))
    return engine


def _told(states: int) -> Text:
    return Text(
        f"逐个搜索 {states:,} 个状态后仍未完成，改用决策图（--engine symbolic）",
        f"a search of single states was not done after {states:,}; decision diagrams decided "
        "(--engine symbolic)",
    )
