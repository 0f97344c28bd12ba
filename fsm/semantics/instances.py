"""Which copies exist: the instances of machines, variables, clocks and events, in the order of the
spec (design, rule 3.10: order is contract)."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from msgspec import Struct

from fsm.errors import FsmError
from fsm.expressions import ArrayType, BoolType, EnumType, IntType, Scalar, Type
from fsm.model import Clock, Event, Field, Group, Machine, Spec, State, Text, Transition, Variable
from fsm.semantics.trace import Bindings, instance_name


class Faulted(FsmError):
    """An expression has no value: `kind` is "index" or "division", `subject` the array, machine or
    variable that was read ("" for a division)."""

    def __init__(self, kind: str, subject: str, message: Text) -> None:
        super().__init__(message.get("en"))
        self.kind, self.subject, self.message = kind, subject, message


class Process(Struct, frozen=True, eq=False):
    """A machine instance. By state, `around` is that and everything around it, innermost first, and
    `clocks` are the names of those that run there."""

    name: str
    machine: Machine
    copy: int | None
    around: Mapping[str, tuple[State, ...]]
    clocks: Mapping[str, tuple[str, ...]]


class VariableInstance(Struct, frozen=True):
    """One copy of a variable."""

    name: str
    variable: Variable
    copy: int | None


class ClockInstance(Struct, frozen=True):
    """One copy of a named clock."""

    name: str
    clock: Clock
    copy: int | None


class EventInstance(Struct, frozen=True):
    """One copy of an event."""

    name: str
    event: Event
    copy: int | None


class Instances:
    """Everything that a spec instantiates, each list in the order of the spec.

    Machines outside groups come first, copy by copy; then each copy of each group with its
    machines. Variables, clocks and events come scope by scope, each with its copies together.
    """

    def __init__(self, spec: Spec) -> None:
        self._home = dict(_homes(spec))
        self.processes = tuple(self._processes(spec))
        scopes = spec.scopes()
        self.variables = tuple(
            VariableInstance(self.name(v.name, c), v, c)
            for s in scopes for v in s.variables for c in self.copies(v.name)
        )  # fmt: skip
        self.clocks = tuple(
            ClockInstance(self.name(k.name, c), k, c)
            for s in scopes for k in s.clocks for c in self.copies(k.name)
        )  # fmt: skip
        self.events = tuple(
            EventInstance(self.name(e.name, c), e, c)
            for s in scopes for e in s.events for c in self.copies(e.name)
        )  # fmt: skip
        self.types = {v.variable.name: v.variable.type for v in self.variables}
        self._leaving: dict[tuple[str, str, str], list[list[Transition]]] = {}
        self._on: dict[tuple[str, str], list[Transition]] = {}
        for machine in spec.all_machines():
            for transition in machine.transitions:
                if transition.event is not None:
                    self._on.setdefault((machine.name, transition.event.event), []).append(
                        transition
                    )

    def on(self, machine: Machine, declared: str) -> Sequence[Transition]:
        """The transitions of a machine that name an event, whichever copy, in their order."""
        return self._on.get((machine.name, declared), ())

    def leaving(self, process: Process, leaf: str, declared: str) -> list[list[Transition]]:
        """The same, those alone that apply in a leaf, by the state that they leave: the innermost
        first, and last those without `from`."""
        key = process.machine.name, leaf, declared
        if key not in self._leaving:
            by_level: dict[str, list[Transition]] = {s.name: [] for s in process.around[leaf]}
            by_level[""] = []
            for transition in self.on(process.machine, declared):
                level = left_by(process, leaf, transition)
                if level is not None:
                    by_level[level].append(transition)
            self._leaving[key] = [*filter(None, by_level.values())]
        return self._leaving[key]

    def copies(self, declared: str) -> tuple[int | None, ...]:
        """The copies of a declaration; (None,) where it is not instantiated."""
        _, count = self._home[declared]
        return (None,) if count is None else tuple(range(count))

    def name(self, declared: str, copy: int | None) -> str:
        """The name of one copy, which must exist."""
        scope, _ = self._home[declared]
        return instance_name(declared, copy, scope)

    def resolve(self, declared: str, copy: Scalar | None, own: int | None) -> str:
        """The name of the instance that a reader in copy `own` means by `declared`.

        `copy` is the copy asked for, None for the reader's own. A copy that does not exist is a
        fault (`Faulted`).
        """
        _, count = self._home[declared]
        if count is None:
            return declared
        chosen = own if copy is None else int(copy)
        if chosen is None or not 0 <= chosen < count:
            raise Faulted("index", declared, Text(
                f"`{declared}` 没有第 {chosen} 个副本（共 {count} 个）",
                f"`{declared}` has no copy {chosen}, only {count}",
            ))  # fmt: skip
        return self.name(declared, chosen)

    def owner_of(self, event: EventInstance) -> str | None:
        """The name of the machine instance that owns an event instance (rule 3.2).

        An owner that is named without its copy is the one in the event's own copy.
        """
        owner = event.event.owner
        return None if owner is None else self.resolve(owner.machine, owner.copy, event.copy)

    def _processes(self, spec: Spec) -> Iterator[Process]:
        around = {
            machine.name: {s.name: enclosing(machine, s.name) for s in machine.states}
            for machine in spec.all_machines()
        }

        def process(machine: Machine, copy: int | None) -> Process:
            name, inside = self.name(machine.name, copy), around[machine.name]
            clocks = {leaf: clocks_in(name, inside[leaf]) for leaf in inside}
            return Process(name, machine, copy, inside, clocks)

        for machine in spec.machines:
            for copy in self.copies(machine.name):
                yield process(machine, copy)
        for group in spec.groups:
            for copy in self.copies(group.name):
                for machine in group.machines:
                    yield process(machine, copy)


def _homes(spec: Spec) -> Iterator[tuple[str, tuple[str, int | None]]]:
    """For each declaration, the machine or group that it is copied with, and how many copies."""

    def inside(scope: Spec | Group | Machine) -> Iterator[str]:
        yield from (v.name for v in scope.variables)
        yield from (c.name for c in scope.clocks)
        yield from (e.name for e in scope.events)

    for name in inside(spec):
        yield name, ("", None)
    for machine in spec.machines:
        for name in (machine.name, *inside(machine)):
            yield name, (machine.name, machine.count)
    for group in spec.groups:
        for name in (group.name, *inside(group)):
            yield name, (group.name, group.count)
        for machine in group.machines:
            for name in (machine.name, *inside(machine)):
                yield name, (group.name, group.count)


def enclosing(machine: Machine, state: str) -> tuple[State, ...]:
    """A state and everything around it, innermost first."""
    by_name = {s.name: s for s in machine.states}
    chain = []
    while state:
        chain.append(by_name[state])
        state = by_name[state].parent
    return tuple(chain)


def clock_of(process: str, state: str) -> str:
    """The name of the clock for the time in a state; "" is the time since the start."""
    return f"{process}@{state}"


def clocks_in(process: str, inside: tuple[State, ...]) -> tuple[str, ...]:
    """The clocks of a process that is in these states: the time since the start, then in each of
    them, outermost first."""
    return tuple(clock_of(process, s) for s in ("", *(s.name for s in reversed(inside))))


def left_by(process: Process, leaf: str, transition: Transition) -> str | None:
    """The innermost state around a leaf that a transition leaves; "" for one without `from`; None
    where it does not apply."""
    if not transition.sources:
        return ""
    return next((s.name for s in process.around[leaf] if s.name in transition.sources), None)


def leaf_entered(machine: Machine, state: str) -> str:
    """The innermost state that entering `state` leads to."""
    inner = next(s.initial for s in machine.states if s.name == state)
    return leaf_entered(machine, inner) if inner else state


def domain(type_: Type) -> tuple[Scalar, ...] | range:
    """The values of a finite scalar type, in order."""
    match type_:
        case BoolType():
            return (False, True)
        case EnumType(values=values):
            return values
        case IntType(low=int() as low, high=int() as high):
            return range(low, high + 1)
        case _:
            raise AssertionError(f"not a finite scalar type: {type_}")


def belongs(value: Scalar, type_: Type) -> bool:
    """Is the value one of the type's? (Truth values are no integers.)"""
    if isinstance(type_, IntType):
        above = type_.low is None or type_.low <= int(value)
        return above and (type_.high is None or int(value) <= type_.high)
    return value in domain(type_)


def scalar_of(type_: Type) -> Type:
    """What an array holds in the end; a scalar type is its own."""
    return scalar_of(type_.element) if isinstance(type_, ArrayType) else type_


def choices(fields: tuple[Field, ...]) -> Iterator[Bindings]:
    """Every choice of values for some fields, in order: the last field varies fastest."""
    if not fields:
        yield ()
        return
    for values in product(*(f.values for f in fields)):
        yield tuple((f.name, v) for f, v in zip(fields, values, strict=True))
