"""What decides: the engines behind a check, and which of them it takes."""

import time as clock
from collections.abc import Iterator, Sequence
from typing import Protocol

from msgspec.structs import replace

from fsm.check.facts import Facts, Show, SpaceFacts
from fsm.check.results import Stats
from fsm.check.shortest import Shortest
from fsm.check.task import Task
from fsm.check.timing import AUTO, DENSE, UNITS, wants_zones
from fsm.errors import UsageError
from fsm.explore.emit import Values
from fsm.explore.engines import step_function
from fsm.explore.generated import Generated
from fsm.explore.graph import Path
from fsm.explore.memory import peak
from fsm.explore.space import StepFunction, explore
from fsm.explore.successors import Successors
from fsm.logic.decide import Decider, Decision
from fsm.model import Property, Text
from fsm.reduce.reduce import Reduced
from fsm.semantics.trace import Run

LONGER = Text(
    "有的例子不保证最短：不约简地找最短路径代价过高（--no-reduction order）",
    "not every run told is a shortest one: looking for those without the reduction was too much "
    "work (--no-reduction order)",
)


class CutShort(Exception):
    """A limit was reached while a run was looked for: nothing can be said."""


class Engine(Protocol):
    """A space that was explored, and what can be asked of it. `limit` says what cut it short, and
    `undecided` for which variants; `depth` is None where there are no levels. `dense` names the
    properties that it decides in dense time."""

    name: str
    depth: int | None
    dense: frozenset[str]
    reduced: Reduced  # what it made use of
    searched: tuple[float, float] | None  # when the search began and ended; None: it went on
    tried: float  # seconds that others took before it was asked
    threads: int  # how many took part in the search

    @property
    def successors(self) -> StepFunction:
        """What steps mean, on the paths that it shows."""
        ...

    @property
    def states(self) -> int:
        """How many were explored."""
        ...

    @property
    def transitions(self) -> int:
        """How many were explored."""
        ...

    @property
    def notes(self) -> tuple[Text, ...]:
        """What the report should say about how it decided."""
        ...

    @property
    def undecided(self) -> int:
        """The variants for which something was not explored."""
        ...

    @property
    def limit(self) -> str:
        """Which limit was reached, in words."""
        ...

    def decide(self, property_: Property) -> Iterator[Decision]:
        """One decision for each value of `each`."""
        ...

    def facts(self, show: Show) -> Facts:
        """What structural findings are made of. Raises `CutShort` where nothing can be told."""
        ...

    def deadlocks(self) -> int | None:
        """How many states no event can follow any more; None: not known."""
        ...

    def state_of(self, node: int) -> Values:
        """The state of a node of a path that a fact shows."""
        ...

    def representatives(self) -> Sequence[Values] | None:
        """All states that were explored, each for those that are alike; None: not known."""
        ...


class Explicit:
    """One state after the other, each with the variants that reach it."""

    dense: frozenset[str] = frozenset()
    threads = 1

    def __init__(self, task: Task, engine: str) -> None:
        self.reduced = task.reduced
        inner = step_function(task.system, task.variants, engine)
        self.name = "reference" if isinstance(inner, Successors) else "python"
        self.task, self.successors = task, task.reduced.searched(inner)
        self._inner = inner
        self._shortest = None if task.reduced.order is None else Shortest(task, inner)
        began = clock.monotonic()
        self.space = explore(self.successors, task.limits, progress=task.progress)
        self.searched: tuple[float, float] | None = began, clock.monotonic()
        self.tried = 0.0
        self.states, self.transitions = len(self.space.states), self.space.transitions
        self.depth: int | None = self.space.depth
        self._decider = Decider(task.system, task.lowering, task.variants, self.space, task.limits)

    @property
    def undecided(self) -> int:
        """See `Engine`."""
        return self.space.undecided

    @property
    def limit(self) -> str:
        """See `Engine`."""
        return self.space.limit

    @property
    def notes(self) -> tuple[Text, ...]:
        """See `Engine`."""
        return (LONGER,) if self._shortest and not self._shortest.all_shortest else ()

    def decide(self, property_: Property) -> Iterator[Decision]:
        """See `Engine`."""
        for decision in self._decider.decide(property_):
            if self._shortest is None:
                yield decision
            else:
                yield replace(decision, witness=self._shortest.shown(property_, decision))

    def facts(self, show: Show) -> Facts:
        """See `Engine`."""
        if self.space.left_alone:
            raise CutShort
        task, backward = self.task, self._decider.backward
        steps = self._inner.anew() if isinstance(self._inner, Generated) else None
        return SpaceFacts(task.system, task.variants, backward, self.space, show, steps)

    def deadlocks(self) -> int | None:
        """See `Engine`."""
        if self.space.undecided:
            return None
        task = self.task
        return SpaceFacts(
            task.system, task.variants, self._decider.backward, self.space, _untold
        ).deadlocks()

    def state_of(self, node: int) -> Values:
        """See `Engine`."""
        return self.space.states[node]

    def representatives(self) -> Sequence[Values] | None:
        """See `Engine`."""
        return None if self.space.undecided else self.space.states


def _untold(_: Path, __: int) -> Run:
    raise AssertionError("a number needs no run")


def engine_for(task: Task, name: str, time: str = AUTO) -> Engine:
    """The engine of this name, for this kind of time; `auto` chooses, and an engine that is named
    counts whole units unless dense time is asked for.

    Raises `UsageError` F691 to F693 where the symbolic engine cannot do it, F740 to F742 where the
    compiled one cannot, F712 where one of them should count in dense time.
    """
    if name in ("symbolic", "compiled") and time == DENSE:
        raise UsageError(
            "F712", f"the {name} engine counts time in whole units",
            f"leave out --engine {name}, or --time dense and --latest",
        )  # fmt: skip
    if name == "compiled":
        from fsm.check.compiled import Compiled

        return Compiled(task)
    if name == "symbolic":
        from fsm.check.symbolic import Symbolic

        return Symbolic(task)
    reason = wants_zones(task, UNITS if name != AUTO and time == AUTO else time)
    if reason is not None:
        from fsm.check.dense import Dense

        return Dense(task, reason)
    if name == AUTO:
        from fsm.check.automatic import automatic

        return automatic(task)
    return Explicit(task, name)


def in_zones(task: Task, engine: Engine, show: Show) -> Facts | None:
    """Facts about deadlines, beside an engine of whole units that tells none."""
    from fsm.check.dense import beside

    return beside(task, engine.states, show)


def stats_of(engine: Engine, started: float) -> Stats:
    """What a check cost that was started then."""
    compiling = searching = None
    if engine.searched is not None:
        began, ended = engine.searched
        compiling, searching = began - started - engine.tried, ended - began
    deadlocks = engine.deadlocks() if engine.reduced.whole else None
    return Stats(deadlocks, engine.tried, compiling, searching, peak(), engine.threads)
