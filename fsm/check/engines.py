"""What decides: the engines behind a check, and which of them it takes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Protocol

from fsm.check.facts import Facts, Show, SpaceFacts
from fsm.errors import UsageError
from fsm.explore.emit import Values
from fsm.explore.engines import step_function
from fsm.explore.space import Limits, Progress, StepFunction, explore
from fsm.explore.successors import Successors
from fsm.explore.variants import Variants
from fsm.logic.decide import Decider, Decision
from fsm.model import Property, Text
from fsm.reduce.reduce import Reduced
from fsm.semantics.lower_expressions import Lowering
from fsm.semantics.lowered import System

HANDOVER = 20_000  # states: about a second of plain Python, two or three times what compiling takes


class CutShort(Exception):
    """A limit was reached while a run was looked for: nothing can be said."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be decided: a system, the family of its variants, some properties, limits."""

    system: System
    lowering: Lowering
    variants: Variants
    properties: tuple[Property, ...]
    limits: Limits
    progress: Progress | None
    reduced: Reduced


class Engine(Protocol):
    """A space that was explored, and what can be asked of it. `limit` says what cut it short, and
    `undecided` for which variants; `depth` is None where there are no levels."""

    name: str
    successors: StepFunction
    states: int
    transitions: int
    depth: int | None
    notes: tuple[Text, ...]

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
        """What structural findings are made of."""
        ...

    def state_of(self, node: int) -> Values:
        """The state of a node of a path that a fact shows."""
        ...

    def representatives(self) -> Sequence[Values] | None:
        """All states that were explored, each for those that are alike; None: not known."""
        ...


class Explicit:
    """One state after the other, each with the variants that reach it."""

    notes: tuple[Text, ...] = ()

    def __init__(self, task: Task, engine: str) -> None:
        inner = step_function(task.system, task.variants, engine)
        self.name = "reference" if isinstance(inner, Successors) else "python"
        self.task, self.successors = task, task.reduced.searched(inner)
        self.space = explore(self.successors, task.limits, progress=task.progress)
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

    def decide(self, property_: Property) -> Iterator[Decision]:
        """See `Engine`."""
        return self._decider.decide(property_)

    def facts(self, show: Show) -> Facts:
        """See `Engine`."""
        return SpaceFacts(self.task.system, self.task.variants, self.space, show)

    def state_of(self, node: int) -> Values:
        """See `Engine`."""
        return self.space.states[node]

    def representatives(self) -> Sequence[Values] | None:
        """See `Engine`."""
        return None if self.space.undecided else self.space.states


def engine_for(task: Task, name: str) -> Engine:
    """The engine of this name; `auto` begins in plain Python, which a small space never leaves.

    Raises `UsageError` F691 to F694 where the symbolic engine cannot do it, F740 to F742 where the
    compiled one cannot.
    """
    if name == "symbolic":
        from fsm.check.symbolic import Symbolic

        return Symbolic(task)
    if name == "compiled":
        from fsm.check.compiled import Compiled

        return Compiled(task)
    return _automatic(task) if name == "auto" else Explicit(task, name)


def _automatic(task: Task) -> Engine:
    """Plain Python up to `HANDOVER` states; then the compiled engine, if it can do it."""
    most = task.limits.states
    if (most is not None and most <= HANDOVER) or not _may_be_large(task.system):
        return Explicit(task, "auto")
    from fsm.check.compiled import Compiled, may_serve

    if not may_serve(task):
        return Explicit(task, "auto")
    begun = Explicit(replace(task, limits=replace(task.limits, states=HANDOVER)), "auto")
    if begun.limit != f"{HANDOVER} states":
        return begun
    try:
        return Compiled(task)
    except UsageError:  # too wide for it, which only a look at the details tells
        return Explicit(task, "auto")


def _may_be_large(system: System) -> bool:
    return prod(slot.high - slot.low + 1 for slot in system.slots) > HANDOVER
