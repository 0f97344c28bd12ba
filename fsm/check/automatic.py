"""What `--engine auto` does where time counts in whole units: single states first, in plain Python
and then in machine code, then sets.

The rule: a search that is not done after `FIRST` states is begun again in machine code, where
llvmlite is installed and the compiled engine decides all that is asked, for `PATIENCE` times as
long as it took so far; then as decision diagrams, for as long. If neither is done by then, single
states it is, up to the limits of the check, by the faster of the engines that can. So a space that
diagrams do not suit costs some seconds more, and one that they do suit may be of any size. Without
CUDD there are no diagrams fast enough to be worth it.
"""

import time
from dataclasses import replace
from importlib.util import find_spec
from math import prod

from fsm.check.engines import Engine, Explicit
from fsm.check.task import Task
from fsm.errors import UsageError
from fsm.explore.space import INTERRUPTED, Limits
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
    del first
    seconds = PATIENCE * (time.monotonic() - began)
    fast = _compiled(task, seconds)
    if fast is not None and fast.limit in ("", INTERRUPTED):
        return fast
    sets = _as_sets(task, seconds)
    if sets is not None:
        return sets
    return (None if fast is None else _compiled(task, None)) or Explicit(task, "auto")


def _room(system: System) -> int:
    """More states than this there cannot be."""
    return prod(slot.high - slot.low + 1 for slot in system.slots)


def _compiled(task: Task, seconds: float | None) -> Engine | None:
    """The compiled engine after so many seconds (None: at its limits), if it decides the task."""
    if find_spec("llvmlite") is None:
        return None
    from fsm.check.compiled import Compiled, may_serve

    if not may_serve(task):
        return None
    limits = task.limits if seconds is None else _within(task, seconds)
    try:
        engine = Compiled(replace(task, limits=limits))
    except UsageError:  # F741: too wide for machine code
        return None
    engine.give_until(task.limits.deadline)
    engine.notes = (_told(FIRST, _NATIVE),)
    return engine


def _within(task: Task, seconds: float) -> Limits:
    deadline = time.monotonic() + seconds
    if task.limits.deadline is not None:
        deadline = min(deadline, task.limits.deadline)
    return replace(task.limits, deadline=deadline)


def _as_sets(task: Task, seconds: float) -> Engine | None:
    """The symbolic engine, if it finds all states in so many seconds."""
    if find_spec("dd") is None or find_spec("dd.cudd") is None:
        return None
    from fsm.check.symbolic import Symbolic

    limits = replace(_within(task, seconds), states=None)
    try:
        engine = Symbolic(replace(task, limits=limits))
    except UsageError:  # F692, F693: too wide for diagrams
        return None
    if engine.limit not in ("", INTERRUPTED):
        return None
    engine.give_until(task.limits.deadline)
    engine.told = (*engine.told, _told(FIRST, _SETS))
    return engine


def _told(states: int, how: Text) -> Text:
    return Text(
        f"逐个搜索 {states:,} 个状态后仍未完成，改用{how.zh}",
        f"a search of single states was not done after {states:,}; {how.en}",
    )


_SETS = Text("决策图（--engine symbolic）", "decision diagrams decided (--engine symbolic)")
_NATIVE = Text("机器码（--engine compiled）", "machine code decided (--engine compiled)")
