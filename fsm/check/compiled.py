"""The compiled engine behind a check: questions about states go along with the search, and what is
asked about ways is found by reading the space again."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec

from fsm.check.compiled_facts import CompiledFacts, Endings
from fsm.check.engines import CutShort
from fsm.check.facts import Facts, Show, holders
from fsm.check.structure import endings
from fsm.check.task import Task
from fsm.errors import UsageError
from fsm.explore.compiled.kernels import HERE, LEFT, LIVE, STOPPED
from fsm.explore.compiled.space import CompiledSpace, Stopped, machine_for
from fsm.explore.compiled.store import Machine
from fsm.explore.defined import defined
from fsm.explore.emit import Values
from fsm.explore.graph import Path
from fsm.explore.space import INTERRUPTED, StepFunction
from fsm.expressions import Op
from fsm.logic.claim import claim_of
from fsm.logic.decide import Decision, Witness
from fsm.model import Pattern, Property, Text
from fsm.semantics import ir
from fsm.semantics.ir import TRUE, Node
from fsm.semantics.layout import encode
from fsm.semantics.lower import bindings
from fsm.semantics.trace import Bindings, Run

JUDGED = (Pattern.ALWAYS, Pattern.NEVER, Pattern.REACHABLE)


@dataclass(frozen=True, slots=True)
class Asked:
    """A property for one value of its `each`, as a question about states: whether one is bad, or,
    for `reachable` and `can_always`, whether it is what should be reached."""

    property: Property
    each: Bindings
    question: Node


def questions_of(task: Task) -> list[Asked]:
    """The selected properties as questions. Raises `UsageError` F742 for what needs more."""
    found = []
    for property_ in task.asked:
        types = {f.name: f.type for f in property_.each}
        for each in bindings(property_.each):
            env = {name: encode(value, types[name]) for name, value in each}
            if property_.pattern not in (*JUDGED, Pattern.CAN_ALWAYS):
                raise _undecided(property_)
            claim = claim_of(property_, env, task.system, task.lowering)
            if claim.watchers or defined(claim.subject) != TRUE:
                raise _undecided(property_)
            question = claim.subject
            if property_.pattern is Pattern.ALWAYS:
                question = ir.Calc(Op.NOT, (question,))
            found.append(Asked(property_, each, question))
    return found


def _undecided(property_: Property) -> UsageError:
    return UsageError(
        "F742",
        f"the compiled engine does not decide {property_.name}: it asks for more than what is true "
        "of states",
        "leave out --engine compiled, or choose properties with --property",
    )


def may_serve(task: Task) -> bool:
    """Could the compiled engine decide the task, as far as can be told without compiling?"""
    if find_spec("llvmlite") is None or task.reduced.alike:
        return False
    try:
        questions_of(task)
    except UsageError:
        return False
    return True


def machine_of(task: Task) -> tuple[Machine, Endings]:
    """What is searched for a task, and which of its questions are about ends. Raises `UsageError`
    F741 and F742 for what is not served."""
    asked = questions_of(task)
    ends = list(endings(task.reduced.spec, task.system))
    held = list(holders(task.system)) if task.system.unit is not None else []
    questions = [
        *(a.question for a in asked),
        *(_outside(places) for _, places in ends),
        *_first_of([_somewhere(places) for _, places in held]),
    ]
    judged = [k for k, a in enumerate(asked) if a.property.pattern in JUDGED]
    size = len(asked)
    ends_of = Endings(
        [places for _, places in ends], range(size, size + len(ends)),
        [holder for holder, _ in held], range(size + len(ends), len(questions)),
    )  # fmt: skip
    machine = machine_for(
        task.system, task.variants, task.lowering.codes, questions, judged,
        [] if task.system.unit is not None else ends_of.questions,
    )  # fmt: skip
    return machine, ends_of


class Compiled:
    """States in a bitset or a table, steps in machine code."""

    name = "compiled"
    notes: tuple[Text, ...] = ()
    dense: frozenset[str] = frozenset()

    def __init__(self, task: Task) -> None:
        """Raises `UsageError` F740 without llvmlite, F741 and F742 for what is not served."""
        if find_spec("llvmlite") is None:
            raise UsageError(
                "F740",
                "the compiled engine needs the package llvmlite, which is not installed",
                "pip install 'fsm-verify[fast]', or leave out --engine compiled",
            )
        self.task, self.reduced = task, task.reduced.unfolded()
        self._asked = questions_of(task)
        machine, self._endings = machine_of(task)
        machine.code("search")  # compiled now: what follows is the search alone
        began = time.monotonic()
        self.space = CompiledSpace(
            task.system, task.variants, machine, task.limits, task.progress, task.threads
        )
        self.threads = self.space.search.threads
        self.searched: tuple[float, float] | None = began, time.monotonic()
        self.successors: StepFunction = self.space.successors
        self.states, self.transitions = self.space.states, self.space.transitions
        self.depth: int | None = self.space.depth
        self._shown: list[Values] = []

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
        for number, asked in enumerate(self._asked):
            if asked.property == property_:
                yield self._decision(number, asked)

    def _decision(self, number: int, asked: Asked) -> Decision:
        if self.space.limit == INTERRUPTED:
            raise CutShort
        if asked.property.pattern is Pattern.CAN_ALWAYS:
            found = 0 if self.undecided else self._trapped(number)
            find = self._finder(lambda variant: self._trap(number, variant))
        else:
            found = self.space.found(number)
            find = self._finder(lambda variant: self.space.path(variant, HERE, number))
        witness = Witness(find, self.state_of)
        return Decision(asked.each, found, self.undecided & ~found, witness)

    def _trapped(self, number: int) -> int:
        """The variants in which some state cannot reach what a question asks for."""
        try:
            column = self.space.column()
            self.space.able(number, column)
            found = self.space.census(LEFT, column, ())
            column.free()
        except (Stopped, KeyboardInterrupt) as problem:
            self._stop(problem)
            raise CutShort from problem
        return found.met

    def _trap(self, number: int, variant: int) -> tuple[Path, list[Values]] | None:
        column = self.space.column()
        self.space.able(number, column)
        found = self.space.path(variant, LEFT, column=column)
        column.free()
        return found

    def _finder(
        self, search: Callable[[int], tuple[Path, list[Values]] | None]
    ) -> Callable[[int], Path | None]:
        def find(variant: int) -> Path | None:
            try:
                found = search(variant)
            except (Stopped, KeyboardInterrupt) as problem:
                self._stop(problem)
                raise CutShort from problem
            if found is None:
                return None
            path, self._shown = found
            return path

        return find

    def _stop(self, problem: BaseException) -> None:
        if isinstance(problem, KeyboardInterrupt):
            self.space.limit = INTERRUPTED
        self.space.undecided = self.task.variants.everything

    def facts(self, show: Show) -> Facts:
        """See `Engine`."""

        def told(path: Path, variant: int, states: list[Values]) -> Run:
            self._shown = states
            return show(path, variant)

        return CompiledFacts(self.space, self._endings, told, self._stop)

    def deadlocks(self) -> int | None:
        """See `Engine`."""
        if self.undecided:
            return None
        if not self.space.quiet:
            return 0
        try:
            column = self.space.column()
            kind = STOPPED
            if self.task.system.unit is not None:  # something may be possible later
                kind = LEFT
                self.space.able(LIVE, column)
            found = self.space.census(kind, column, ())
            column.free()
        except (Stopped, KeyboardInterrupt):
            return None
        return found.states

    def until(self, deadline: float | None) -> None:
        """Another deadline for what is still to be asked."""
        self.space.limits = replace(self.space.limits, deadline=deadline)

    def state_of(self, node: int) -> Values:
        """See `Engine`."""
        return self._shown[node]

    def representatives(self) -> None:
        """See `Engine`: no two states are taken for one."""


def _outside(places: Sequence[tuple[int, frozenset[int]]] | None) -> Node:
    """Is one of the processes in none of its leaves? None: whatever the leaves."""
    if places is None:
        return TRUE
    return _any([
        ir.Calc(Op.NOT, (ir.Within(ir.Slot(slot), tuple(sorted(leaves))),))
        for slot, leaves in places
    ])  # fmt: skip


def _somewhere(places: Sequence[tuple[int, int]]) -> Node:
    return _any([ir.Calc(Op.EQ, (ir.Slot(slot), ir.Const(leaf))) for slot, leaf in places])


def _first_of(nodes: Sequence[Node]) -> Iterator[Node]:
    """Each of the conditions where none before it is true, and at last: none at all."""
    for k, node in enumerate(nodes):
        yield ir.conjunction(*(ir.Calc(Op.NOT, (x,)) for x in nodes[:k]), node)
    yield ir.conjunction(*(ir.Calc(Op.NOT, (x,)) for x in nodes))


def _any(nodes: Sequence[Node]) -> Node:
    if not nodes:
        return ir.FALSE
    return nodes[0] if len(nodes) == 1 else ir.Calc(Op.OR, tuple(nodes))
