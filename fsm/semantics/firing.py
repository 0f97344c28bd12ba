"""What a step changes: variables, places and clocks, all at once (design, rules 3.5 and 3.7)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fsm.errors import NOWHERE, Position
from fsm.expressions import Scalar, Value
from fsm.model import Assignment, Text, Transition
from fsm.semantics.instances import (
    Faulted,
    Instances,
    Process,
    belongs,
    enclosing,
    leaf_entered,
    scalar_of,
)  # fmt: skip
from fsm.semantics.trace import Bindings, Move, Snapshot, State
from fsm.semantics.values import View, evaluate, select


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a step cannot be taken.

    `kind` is "range", "division", "index" or "conflict". `subject` is the declared variable (or
    array, or machine) that it is about; for a division the transition, as `ticket:3`.
    """

    kind: str
    subject: str
    message: Text
    at: Position = NOWHERE


@dataclass(frozen=True, slots=True)
class Part:
    """One machine's part in a step: its transition, the values that it chose or bound, and every
    name that the transition can read."""

    process: Process
    transition: Transition
    chosen: Bindings
    names: Mapping[str, Scalar]

    @property
    def move(self) -> Move:
        """The part as traces tell it."""
        return Move(self.process.name, self.transition.number, self.chosen)

    @property
    def label(self) -> str:
        """The transition as findings name it."""
        return f"{self.process.machine.name}:{self.transition.number}"

    def fault(self, reason: Faulted) -> Fault:
        """The fault that an expression of this transition runs into."""
        subject = reason.subject or self.label
        return Fault(reason.kind, subject, reason.message, self.transition.at)


@dataclass(frozen=True, slots=True)
class Write:
    """A scalar of a variable instance gets a value."""

    part: Part
    variable: str
    instance: str
    indices: tuple[int, ...]
    value: Scalar
    at: Position


def fire(view: View, parts: tuple[Part, ...]) -> State | Fault:
    """The state after a step, or the first fault in the order of its parts and assignments.

    Rule 3.5: all assignments read the state before the step and take effect together. A value
    outside its range is a fault; so are, after these, two writes to one scalar.
    """
    writes: list[Write] = []
    restarts: set[str] = set()
    for part in parts:
        here = view.inside(part.process.copy).binding(part.names)
        try:
            writes.extend(_write(part, update, here) for update in part.transition.updates)
            restarts.update(_resets(part, here))
        except Faulted as reason:
            return part.fault(reason)
        except _OutOfRange as reason:
            return reason.fault
    conflict = _conflict(writes)
    if conflict is not None:
        return conflict
    values = dict(view.values)
    for write in writes:
        values[write.instance] = _replaced(values[write.instance], write.indices, write.value)
    return _moved(view, parts, values, restarts)


class _OutOfRange(Exception):
    """An assignment outside the range of its variable."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


def _write(part: Part, update: Assignment, view: View) -> Write:
    copy = None if update.copy is None else evaluate(update.copy, view)
    instance = view.instances.resolve(update.variable, copy, view.own)
    indices = tuple(int(evaluate(i, view)) for i in update.indices)
    select(update.variable, view.values[instance], indices)  # a fault where there is no such place
    value = evaluate(update.value.node, view)
    variable = next(v.variable for v in view.instances.variables if v.name == instance)
    if not belongs(value, scalar_of(variable.type)):
        raise _OutOfRange(Fault("range", update.variable, Text(
            f"`{instance}` 将变为 {value}，超出其范围",
            f"`{instance}` would become {value}, which is outside its range",
        ), update.at))  # fmt: skip
    return Write(part, update.variable, instance, indices, value, update.at)


def _conflict(writes: list[Write]) -> Fault | None:
    """Rule 3.5: two writes to one scalar in one step are an error that names both, whatever the
    values."""
    first: dict[tuple[str, tuple[int, ...]], Write] = {}
    for write in writes:
        place = (write.instance, write.indices)
        if place in first:
            one, two = first[place].part, write.part
            name = write.instance + "".join(f"[{i}]" for i in write.indices)
            return Fault("conflict", write.variable, Text(
                f"`{name}` 在同一步中被写了两次："
                f"{one.process.name} 的转移 {one.label} 和 {two.process.name} 的转移 {two.label}",
                f"`{name}` is written twice in one step: by transition {one.label} of "
                f"{one.process.name} and transition {two.label} of {two.process.name}",
            ), write.at)  # fmt: skip
        first[place] = write
    return None


def _replaced(value: Value, indices: tuple[int, ...], scalar: Scalar) -> Value:
    if not indices:
        return scalar
    assert isinstance(value, tuple)
    first, rest = indices[0], indices[1:]
    return (*value[:first], _replaced(value[first], rest, scalar), *value[first + 1 :])


def _resets(part: Part, view: View) -> Iterator[str]:
    for clock in part.transition.resets:
        copy = None if clock.copy is None else evaluate(clock.copy, view)
        yield view.instances.resolve(clock.clock, copy, view.own)


def _moved(
    view: View,
    parts: tuple[Part, ...],
    values: dict[str, Value],
    restarts: set[str],
) -> State:
    """The machines that move are in their new states; clocks restart where rule 3.7 says so."""
    locations = dict(view.locations)
    clocks = {n: 0 if n in restarts else t for n, t in view.clocks.items()}
    for part in parts:
        if target := part.transition.target:
            machine, name = part.process.machine, part.process.name
            locations[name] = leaf_entered(machine, target)
            for state in entered(part.process, view.locations[name], target):
                clocks[clock_of(name, state)] = 0
    snapshot = Snapshot(tuple(locations.items()), tuple(values.items()))
    return State(snapshot, running(view.instances, locations, clocks))


def entered(process: Process, source: str, target: str) -> list[str]:
    """Rule 3.7: the states that a transition from leaf `source` enters, anew or for the first time.

    `to: t` enters `t` and what follows inside it; of the states around `t`, those in which the
    machine was already go on.
    """
    machine = process.machine
    before = {s.name for s in enclosing(machine, source)}
    around = {s.name for s in enclosing(machine, target)[1:]}
    after = [s.name for s in enclosing(machine, leaf_entered(machine, target))]
    return [s for s in after if not (s in around and s in before)]


def clock_of(process: str, state: str) -> str:
    """The name of the clock for the time in a state; "" is the time since the start."""
    return f"{process}@{state}"


def running(
    instances: Instances, locations: Mapping[str, str], clocks: Mapping[str, int]
) -> tuple[tuple[str, int], ...]:
    """Named clocks, then for each machine the time since the start and in each state that it is in,
    outermost first; 0 for what `clocks` does not know."""
    names = [c.name for c in instances.clocks]
    for process in instances.processes:
        inside = enclosing(process.machine, locations[process.name])
        outermost_first = ("", *(state.name for state in reversed(inside)))
        names += [clock_of(process.name, state) for state in outermost_first]
    return tuple((name, clocks.get(name, 0)) for name in names)
