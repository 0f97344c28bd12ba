"""What `--engine auto` does where time counts in whole units: single states, in plain Python and
then in machine code, then sets of them.

The rule: a search that is not done after `FIRST` states begins anew in machine code, if that can
decide all that is asked, and then as decision diagrams, each for `PATIENCE` times as long as it
took so far; if that is not enough, single states it is, up to the limits of the check: in machine
code where that can decide what is asked. So a space that diagrams do not suit costs a few seconds
more, and one that they do suit may be of any size. Claims about runs are decided by the engine that
found all states, up to the limits of the check.
One that memory does not hold in machine code is asked as diagrams too, in the memory that this
gives back, before it is called undecided.
Without CUDD there are no diagrams fast enough to be worth it.

Seconds of whole processes, without reductions (`python -m tests.bench handover` measures anew; `-`:
cannot decide what is asked, `>`: not done):

| spec | states | Python | machine code | diagrams | auto |
|---|---|---|---|---|---|
| wechat_after_sale | 3,712 | 0.5 | - | 1.2 | 0.5, Python |
| assistant_access | 5,728 | 0.9 | - | 0.7 | 0.9, Python |
| dining_philosophers 11 | 16,238 | 0.6 | 0.4 | 0.4 | 0.6, Python |
| two_phase_commit 6 | 50,816 | 0.9 | 0.4 | 0.4 | 0.8, machine code |
| tickets 4 | 63,504 | 2.0 | 1.1 | 1.1 | 1.5, machine code |
| dining_philosophers 15 | 551,614 | 16.6 | 0.4 | 0.4 | 0.7, machine code |
| tickets 6 | 2,286,144 | > | > | 0.4 | 1.0, diagrams |

So what is handed over costs no more than a second for having begun in Python, and up to `FIRST`
states Python is kept even where diagrams are quicker: it alone reads states one by one, which the
findings S15 to S18 need, and makes use of symmetry and of partial order.
"""

import gc
import time
from collections.abc import Callable
from importlib.util import find_spec
from math import prod
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from fsm.check.engines import Engine, Explicit
from fsm.check.task import Task
from fsm.errors import UsageError
from fsm.explore.space import INTERRUPTED, MEMORY, TIME
from fsm.model import Text
from fsm.semantics.lowered import System

if TYPE_CHECKING:
    from fsm.check.compiled import Compiled

E = TypeVar("E", bound=Engine | None)

FIRST = 50_000  # states: about a second of plain Python; no shipped spec has as many
PATIENCE = 4.0
_CODE = Text("机器码（--engine compiled）", "machine code (--engine compiled)")
_SETS = Text("决策图（--engine symbolic）", "decision diagrams (--engine symbolic)")


def automatic(task: Task) -> Engine:
    """The engine that is done first, by the rule above."""
    most = task.limits.states
    if (most is not None and most <= FIRST) or _room(task.system) <= FIRST:
        return Explicit(task, "auto")
    began = time.monotonic()
    first = Explicit(replace(task, limits=replace(task.limits, states=FIRST)), "auto")
    if first.limit != f"{FIRST} states":  # it is done, or another limit is reached
        return first
    del first  # its states are not needed any more
    patience = PATIENCE * (time.monotonic() - began)
    quick = _after(began, lambda: _compiled(task, patience))
    if quick is not None and (quick.limit in ("", INTERRUPTED) or _is_over(task.limits.deadline)):
        return quick
    full = quick is not None and quick.limit == MEMORY
    if full:
        quick = None  # what it holds is in the way of any other search
        gc.collect()
    sets = _after(began, lambda: _as_sets(task, patience))
    if sets is not None:
        return sets
    if full or (quick is not None and quick.limit == TIME):
        quick = _after(began, lambda: _compiled(task, None)) or quick
    return quick or _after(began, lambda: Explicit(task, "auto"))


def _after(began: float, ask: Callable[[], E]) -> E:
    """An engine that is asked now, after others were tried since then."""
    tried = time.monotonic() - began
    engine = ask()
    if engine is not None:
        engine.tried = tried
    return engine


def _is_over(deadline: float | None) -> bool:
    return deadline is not None and time.monotonic() >= deadline


def _compiled(task: Task, seconds: float | None) -> "Compiled | None":
    """The compiled engine, for so many seconds of searching; None where it cannot decide all that
    is asked."""
    from fsm.check.compiled import Compiled, may_serve

    if not may_serve(task):
        return None
    deadline = task.limits.deadline
    if seconds is not None:
        soon = time.monotonic() + seconds
        deadline = soon if deadline is None else min(soon, deadline)
    try:
        engine = Compiled(replace(task, limits=replace(task.limits, deadline=deadline)))
    except UsageError:  # F741, F742: too wide for it, which only a look at the details tells
        return None
    engine.until(task.limits.deadline)
    engine.notes = (_told(_CODE),)
    return engine


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
    if not engine.limit:
        engine.give_until(task.limits.deadline)
    engine.told = (*engine.told, _told(_SETS))
    return engine


def _told(by: Text) -> Text:
    return Text(
        f"逐个搜索 {FIRST:,} 个状态后仍未完成，改用{by.zh}",
        f"a search in plain Python was not done after {FIRST:,} states; {by.en} decided",
    )
