"""What one machine instance may do, made ready to be asked: its transitions as functions."""

from msgspec import Struct

from fsm.expressions import ClockRead, Expr, Type, walk
from fsm.model import Assignment, Formula, Transition
from fsm.runtime.compiled import Compiler, Names, Reading
from fsm.semantics.firing import Part
from fsm.semantics.instances import (
    EventInstance,
    Process,
    choices,
    clock_of,
    enclosing,
    scalar_of,
)  # fmt: skip
from fsm.semantics.trace import Bindings, Move


class Write(Struct, frozen=True, eq=False):
    """An assignment of one machine instance. `instance` is None where the copy is computed."""

    update: Assignment
    instance: str | None
    copy: Reading | None
    own: int | None
    indices: tuple[Reading, ...]
    value: Reading
    type: Type  # of the scalar that is written


class Option(Struct, frozen=True, eq=False):
    """A transition of one machine instance, ready to be asked.

    `lower` and `upper` answer in milliseconds, `clock` too (None: the time in the source).
    `reads` are the named clocks, as declared, that its bounds and guard look at.
    """

    process: Process
    transition: Transition
    guard: Reading | None
    lower: Reading | None
    upper: Reading | None
    forced: bool
    clock: Reading | None
    writes: tuple[Write, ...]
    resets: tuple[tuple[str, Reading | None], ...]
    reads: frozenset[str]
    unit: int  # milliseconds in a unit of time


class Arm(Struct, frozen=True, eq=False):
    """One way in which a machine instance can take part: an option with the values that it
    chooses or binds, out of one state. `clock` is the instance of the time in that state."""

    option: Option
    part: Part
    move: Move
    names: Names
    clock: str


Levels = tuple[tuple[Arm, ...], ...]  # the innermost state first, transitions without source last


class Ear:
    """What one machine instance may do with one event instance (None: without any event)."""

    __slots__ = ("_cache", "event", "heard", "must", "process")

    def __init__(
        self,
        process: Process,
        event: EventInstance | None,
        heard: tuple[tuple[Option, Bindings], ...],
    ) -> None:
        self.process, self.event, self.heard = process, event, heard
        self.must = bool(event and event.event.sync_all and heard)
        self._cache: dict[tuple[str, Bindings], Levels] = {}

    def choices(self) -> tuple[Bindings, ...]:
        """Every choice of the event's fields."""
        return tuple(choices(self.event.event.fields)) if self.event else ((),)

    def levels(self, leaf: str, fields: Bindings) -> Levels:
        """The arms of the machine in `leaf`, level by level; empty levels are left out."""
        found = self._cache.get((leaf, fields))
        if found is None:
            found = self._cache[leaf, fields] = tuple(self._levels(leaf, fields))
        return found

    def _levels(self, leaf: str, fields: Bindings) -> list[tuple[Arm, ...]]:
        inside = [state.name for state in enclosing(self.process.machine, leaf)]
        levels: dict[str, list[Arm]] = {level: [] for level in (*inside, "")}
        for option, bound in self.heard:
            sources = option.transition.sources
            source = next((s for s in inside if s in sources), None) if sources else ""
            if source is not None:
                levels[source] += self._arms(option, source, fields, bound)
        return [tuple(arms) for arms in levels.values() if arms]

    def _arms(self, option: Option, source: str, fields: Bindings, bound: Bindings) -> list[Arm]:
        process, transition = option.process, option.transition
        index = {} if process.copy is None else {"index": process.copy}
        clock = clock_of(process.name, source)
        found = []
        for chosen in choices(transition.choose):
            own = (*bound, *chosen)
            names = dict((*fields, *own))
            part = Part(process, transition, own, names)
            found.append(Arm(option, part, part.move, {**index, **names}, clock))
        return found


def option_of(process: Process, transition: Transition, compiler: Compiler) -> Option:
    timing, guard = transition.timing, transition.guard
    lower = upper = clock = None
    looked_at: list[Expr] = [] if guard is None else [guard.node]
    if timing is not None:
        lower, upper = _formula(timing.lower, compiler), _formula(timing.upper, compiler)
        if timing.clock is not None:
            clock = compiler.compile(timing.clock)
            looked_at.append(timing.clock)
    reads = frozenset(
        node.clock for expr in looked_at for node in walk(expr) if isinstance(node, ClockRead)
    )
    return Option(
        process, transition, _guard(guard, compiler), lower, upper,
        timing is not None and timing.forced, clock,
        tuple(_write(u, compiler) for u in transition.updates),
        tuple((c.clock, None if c.copy is None else compiler.compile(c.copy))
              for c in transition.resets),
        reads, compiler.unit,
    )  # fmt: skip


def _formula(formula: Formula | None, compiler: Compiler) -> Reading | None:
    return None if formula is None else compiler.compile(formula.node)


def _guard(guard: Formula | None, compiler: Compiler) -> Reading | None:
    """None where there is no guard, or one that is true in every state of the variant."""
    if guard is None or compiler.always(guard.node) is True:
        return None
    return compiler.compile(guard.node)


def _write(update: Assignment, compiler: Compiler) -> Write:
    instances = compiler.instances
    type_ = next(v.variable.type for v in instances.variables if v.variable.name == update.variable)
    instance = None
    if update.copy is None:
        instance = instances.resolve(update.variable, None, compiler.own)
    return Write(
        update, instance, None if update.copy is None else compiler.compile(update.copy),
        compiler.own, tuple(compiler.compile(i) for i in update.indices),
        compiler.compile(update.value.node), scalar_of(type_),
    )  # fmt: skip
