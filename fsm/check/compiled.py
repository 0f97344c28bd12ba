"""The compiled engine behind a check: questions about states go along with the search, what is
asked about ways is found by reading the space again, and what is claimed of runs in a product."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.util import find_spec

from msgspec import Struct
from msgspec.structs import replace

from fsm.check.compiled_facts import LIVELY, CompiledFacts, Endings
from fsm.check.compiled_runs import Runs, product_for
from fsm.check.engines import CutShort
from fsm.check.facts import Facts, Show, holders
from fsm.check.structure import endings
from fsm.check.task import Task
from fsm.errors import UsageError
from fsm.explore.compiled.kernels import HERE, LEFT, STOPPED
from fsm.explore.compiled.space import CompiledSpace, Stopped, machine_for
from fsm.explore.compiled.store import Machine
from fsm.explore.defined import defined
from fsm.explore.emit import Values
from fsm.explore.graph import Path
from fsm.explore.space import INTERRUPTED, StepFunction
from fsm.expressions import Op
from fsm.logic.claim import claim_of
from fsm.logic.decide import Decision, Witness
from fsm.logic.linear import Linear, formula, linear
from fsm.model import Pattern, Property, Text
from fsm.semantics import ir
from fsm.semantics.ir import TRUE, Node
from fsm.semantics.layout import encode
from fsm.semantics.lower import bindings
from fsm.semantics.trace import Bindings, Run

JUDGED = (Pattern.ALWAYS, Pattern.NEVER, Pattern.REACHABLE)


class Asked(Struct, frozen=True):
    """A property for one value of its `each`: a question about states, whether one is bad, or, for
    `reachable` and `can_always`, whether it is what should be reached; or a claim about runs."""

    property: Property
    each: Bindings
    question: Node | Linear


def questions_of(task: Task) -> list[Asked]:
    """The selected properties as questions. Raises `UsageError` F742 for what needs more."""
    found = []
    for property_ in task.asked:
        types = {f.name: f.type for f in property_.each}
        for each in bindings(property_.each):
            env = {name: encode(value, types[name]) for name, value in each}
            question = _about_states(task, property_, env) or _about_runs(task, property_, env)
            found.append(Asked(property_, each, question))
    return found


def _about_states(task: Task, property_: Property, env: Mapping[str, int]) -> Node | None:
    if property_.pattern not in (*JUDGED, Pattern.CAN_ALWAYS):
        return None
    claim = claim_of(property_, env, task.system, task.lowering)
    if claim.watchers:
        return None
    if defined(claim.subject) != TRUE:
        raise _undecided(property_, "that may have no value")
    if property_.pattern is Pattern.ALWAYS:
        return ir.Calc(Op.NOT, (claim.subject,))
    return claim.subject


def _about_runs(task: Task, property_: Property, env: Mapping[str, int]) -> Linear:
    meant = formula(property_)
    if meant is None:
        bounded = property_.within is not None
        raise _undecided(property_, "within a time" if bounded else "about branching time")
    found = linear(
        property_.name, meant, env, task.system, task.lowering, task.variants
    )  # fmt: skip
    if found is None:
        raise _undecided(property_, "with so much to remember")
    if not found.total:
        raise _undecided(property_, "that may have no value")
    return found


def _undecided(property_: Property, what: str) -> UsageError:
    return UsageError(
        "F742",
        f"the compiled engine does not decide {property_.name}: it is a claim {what}",
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
    return _machine(task, _stated(questions_of(task)))


def _stated(asked: Sequence[Asked]) -> list[tuple[Asked, Node]]:
    """The questions about states, in their order."""
    return [(a, a.question) for a in asked if not isinstance(a.question, Linear)]


def _machine(task: Task, asked: Sequence[tuple[Asked, Node]]) -> tuple[Machine, Endings]:
    ends = list(endings(task.reduced.spec, task.system))
    held = list(holders(task.system)) if task.system.unit is not None else []
    questions = [
        *(question for _, question in asked),
        *(_outside(places) for _, places in ends),
        *_first_of([_somewhere(places) for _, places in held]),
    ]
    judged = [k for k, (a, _) in enumerate(asked) if a.property.pattern in JUDGED]
    size = len(asked)
    ends_of = Endings(
        [places for _, places in ends], range(size, size + len(ends)),
        [holder for holder, _ in held], range(size + len(ends), len(questions)),
    )  # fmt: skip
    machine = machine_for(
        task.system, task.variants, task.lowering.codes, questions, judged,
        [] if task.system.unit is not None else ends_of.questions, task.threads,
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
        stated = _stated(self._asked)
        self._number = {id(asked): number for number, (asked, _) in enumerate(stated)}
        machine, self._endings = _machine(task, stated)
        self._products = {
            id(asked): product_for(task, machine, asked.question)
            for asked in self._asked if isinstance(asked.question, Linear)
        }  # fmt: skip
        machine.code("search")  # compiled now: hardly anything else is while it searches
        began, before = time.monotonic(), machine.spent.seconds
        self.space = CompiledSpace(
            task.system, task.variants, machine, task.limits, task.progress, task.threads,
            runs_expected=any(a.property.pattern is Pattern.REACHABLE for a, _ in stated),
        )  # fmt: skip
        self.threads = self.space.search.threads
        later = machine.spent.seconds - before  # for what is full, or becomes a bitset
        self.searched: tuple[float, float] | None = began + later, time.monotonic()
        self.tried = 0.0
        self.successors: StepFunction = self.space.successors
        self._runs = Runs(self.space)
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
        for asked in self._asked:
            if asked.property != property_:
                continue
            if isinstance(asked.question, Linear):
                yield self._runs.decision(asked.each, asked.question, self._products[id(asked)])
            else:
                yield self._decision(self._number[id(asked)], asked)

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
            found = self.space.census(LEFT, (number,), ()).met
        except (Stopped, KeyboardInterrupt) as problem:
            self._stop(problem)
            raise CutShort from problem
        if not found:
            self.space.unmark()  # nobody will ask for a run
        return found

    def _trap(self, number: int, variant: int) -> tuple[Path, list[Values]] | None:
        try:
            return self.space.path(variant, LEFT, marked=(number,))
        finally:
            self.space.unmark()

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
        timed = self.task.system.unit is not None  # something may be possible later
        if not timed and self.space.ended is not None:
            return self.space.ended
        try:
            if timed:
                return self.space.census(LEFT, LIVELY, ()).states
            return self.space.census(STOPPED, (), ()).states
        except (Stopped, KeyboardInterrupt):
            return None

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
