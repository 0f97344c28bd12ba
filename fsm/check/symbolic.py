"""The symbolic engine behind a check: a thin layer between sets of states and verdicts."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import ParamSpec, TypeVar

from msgspec.structs import replace

from fsm.check.engines import CutShort
from fsm.check.facts import Facts, Show
from fsm.check.symbolic_facts import SymbolicFacts
from fsm.check.task import Task
from fsm.explore.emit import Values
from fsm.explore.graph import Path
from fsm.explore.space import INTERRUPTED, StepFunction
from fsm.explore.symbolic.diagrams import Exhausted, limited
from fsm.explore.symbolic.engine import SymbolicSpace
from fsm.logic.decide import Decision, Witness
from fsm.logic.remedies import Remedy
from fsm.logic.symbolic import SymbolicDecider
from fsm.logic.symbolic_claims import claims_of
from fsm.model import Property, Text
from fsm.semantics.trace import Run

T = TypeVar("T")
P = ParamSpec("P")
PLAIN = Text(
    "符号引擎没有 CUDD，用纯 Python 的决策图，会慢得多",
    "no CUDD here: the symbolic engine runs on decision diagrams in plain Python, far slower",
)
LONGER = Text(
    "有的例子不保证最短：在决策图上求最短路径代价过高",
    "not every run told is a shortest one: that was too much work on decision diagrams",
)


class Symbolic:
    """Sets of states as decision diagrams. What a limit or Ctrl-C cuts short is undecided."""

    name = "symbolic"
    depth: int | None = None
    dense: frozenset[str] = frozenset()

    searched: tuple[float, float] | None = None
    tried = 0.0
    threads = 1

    def __init__(self, task: Task) -> None:
        self.reduced = task.reduced.unfolded()
        claims = claims_of(task.asked, task.system, task.lowering)
        self.variants = task.variants
        self.space = SymbolicSpace(
            task.system, task.variants, task.limits, claims.memory, task.progress
        )
        self.told: tuple[Text, ...] = () if self.space.diagrams.backend == "cudd" else (PLAIN,)
        self.states = self._or(0, lambda: self.space.states)
        self.transitions = self._or(0, lambda: self.space.transitions)
        self._decider = SymbolicDecider(self.space, task.lowering, claims)
        self._shown: list[Values] = []

    @property
    def notes(self) -> tuple[Text, ...]:
        """See `Engine`."""
        return self.told if self.space.shortest else (*self.told, LONGER)

    @property
    def successors(self) -> StepFunction:
        """See `Engine`."""
        return self.space.successors

    @property
    def undecided(self) -> int:
        """See `Engine`."""
        return self.space.undecided

    @property
    def limit(self) -> str:
        """See `Engine`."""
        return self.space.limit

    def give_until(self, deadline: float | None) -> None:
        """Another deadline for what is still to be decided."""
        self.space.diagrams.deadline = deadline

    def decide(self, property_: Property) -> Iterator[Decision]:
        """See `Engine`."""
        nothing: Decision | None = Decision(
            (), 0, self.variants.everything, Witness(lambda _: None, lambda _: ())
        )
        decisions = self._decider.decide(property_)
        while True:
            decision = self._or(nothing, lambda: next(decisions, None))
            if decision is None:
                return
            witness = decision.witness
            prove = witness.prove and self._guarded(witness.prove)
            witness = replace(witness, find=self._guarded(witness.find), prove=prove)
            yield replace(decision, witness=witness, unfair=partial(self._unfair, decision))
            if decision is nothing:
                return

    def deadlocks(self) -> None:
        """See `Engine`."""

    def facts(self, show: Show) -> Facts:
        """See `Engine`."""

        def told(path: Path, variant: int, nodes: list[Values]) -> Run:
            self._shown = nodes
            return show(path, variant)

        return SymbolicFacts(self.space, told)

    def state_of(self, node: int) -> Values:
        """See `Engine`."""
        return self._shown[node]

    def representatives(self) -> None:
        """See `Engine`: no two states are taken for one."""

    def _unfair(self, decision: Decision) -> Remedy:
        nothing: Remedy = ()
        return self._or(nothing, decision.unfair)

    def _guarded(self, find: Callable[P, T]) -> Callable[P, T]:
        """A search for a run that says so where it is cut short."""

        def found(*asked: P.args, **more: P.kwargs) -> T:
            answer: tuple[T] | None = self._or(None, lambda: (find(*asked, **more),))
            if answer is None:
                raise CutShort
            return answer[0]

        return found

    def _or(self, otherwise: T, compute: Callable[[], T]) -> T:
        """What is computed, or something else where time, memory or patience ends."""
        try:
            with limited():
                return compute()
        except Exhausted as problem:
            self.space.stop(str(problem))
        except KeyboardInterrupt:
            self.space.stop(INTERRUPTED)
        return otherwise
