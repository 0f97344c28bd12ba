"""What a step changes: variables, places and clocks, all at once (design, rules 3.5 and 3.7)."""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from msgspec import Struct

from fsm.errors import NOWHERE, Position
from fsm.expressions import Scalar, Value
from fsm.model import Assignment, Text, Transition
from fsm.semantics.instances import (
    Faulted,
    Instances,
    Process,
    belongs,
    clock_of,
    leaf_entered,
    scalar_of,
)  # fmt: skip
from fsm.semantics.trace import Bindings, Move, Snapshot, State
from fsm.semantics.values import View, evaluate, select


class Fault(Struct, frozen=True):
    """Why a step cannot be taken.

    `kind` is "range", "division", "index" or "conflict". `subject` is the declared variable (or
    array, or machine) that it is about; for a division the transition, as `ticket:3`.
    """

    kind: str
    subject: str
    message: Text
    at: Position = NOWHERE


class Part(Struct, frozen=True):
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

    def sees(self, view: View) -> View:
        """Rule 3.5: a transition reads the state before the step, the event's fields, and what it
        chose or bound."""
        return view.inside(self.process.copy, self.names)

    def fault(self, reason: Faulted, at: Position | None = None) -> Fault:
        """The fault that this transition, or an assignment of it, runs into."""
        subject = reason.subject or self.label
        return Fault(reason.kind, subject, reason.message, at or self.transition.at)


Place = tuple[str, tuple[int, ...]]  # a variable instance, and indices down to a scalar
Assignments = list[tuple[Part, Assignment]]
T = TypeVar("T")


def fire(view: View, parts: tuple[Part, ...]) -> State | Fault:
    """The state after a step, or why it cannot be taken.

    Rule 3.5: all assignments read the state before the step and take effect together. Where a
    step has several faults, one is told: first come values that do not exist or do not fit, in the
    order of the assignments, then places that do not exist, then places that are written twice.
    """
    assignments = [(part, update) for part in parts for update in part.transition.updates]
    new = _computed(assignments, view, _value)
    if isinstance(new, Fault):
        return new
    places = _computed(assignments, view, _place)
    if isinstance(places, Fault):
        return places
    conflict = _conflict(assignments, places)
    if conflict is not None:
        return conflict
    values = dict(view.values)
    for (instance, indices), value in zip(places, new, strict=True):
        values[instance] = _replaced(values[instance], indices, value)
    return _moved(view, parts, values)


def _computed(
    assignments: Assignments, view: View, compute: Callable[[Assignment, View], T]
) -> list[T] | Fault:
    """Something about each assignment, in order, or the first fault on the way."""
    found = []
    for part, update in assignments:
        try:
            found.append(compute(update, part.sees(view)))
        except Faulted as reason:
            return part.fault(reason, update.at)
    return found


def _value(update: Assignment, here: View) -> Scalar:
    """The value that is assigned. One outside the range of the variable is a fault."""
    value = evaluate(update.value.node, here)
    if not belongs(value, scalar_of(here.instances.types[update.variable])):
        raise Faulted("range", update.variable, Text(
            f"`{update.variable}` 将变为 {value}，超出其范围",
            f"`{update.variable}` would become {value}, which is outside its range",
        ))  # fmt: skip
    return value


def _place(update: Assignment, here: View) -> Place:
    """Where the value goes. A copy or an element that does not exist is a fault."""
    copy = None if update.copy is None else evaluate(update.copy, here)
    instance = here.instances.resolve(update.variable, copy, here.own)
    indices = tuple(int(evaluate(i, here)) for i in update.indices)
    select(update.variable, here.values[instance], indices)
    return instance, indices


def _conflict(assignments: Assignments, places: list[Place]) -> Fault | None:
    """Rule 3.5: two writes to one scalar in one step are an error that names both, whatever the
    values."""
    first: dict[Place, Part] = {}
    for (two, update), place in zip(assignments, places, strict=True):
        if place in first:
            one = first[place]
            name = place[0] + "".join(f"[{i}]" for i in place[1])
            return Fault("conflict", update.variable, Text(
                f"`{name}` 在同一步中被写了两次："
                f"{one.process.name} 的转移 {one.label} 和 {two.process.name} 的转移 {two.label}",
                f"`{name}` is written twice in one step: by transition {one.label} of "
                f"{one.process.name} and transition {two.label} of {two.process.name}",
            ), update.at)  # fmt: skip
        first[place] = two
    return None


def _replaced(value: Value, indices: tuple[int, ...], scalar: Scalar) -> Value:
    if not indices:
        return scalar
    assert isinstance(value, tuple)
    first, rest = indices[0], indices[1:]
    return (*value[:first], _replaced(value[first], rest, scalar), *value[first + 1 :])


def _moved(view: View, parts: tuple[Part, ...], values: dict[str, Value]) -> State | Fault:
    """The machines that move are in their new states; clocks restart where rule 3.7 says so."""
    locations, clocks = dict(view.locations), dict(view.clocks)
    for part in parts:
        try:
            clocks.update(dict.fromkeys(_resets(part, part.sees(view)), 0))
        except Faulted as reason:
            return part.fault(reason)
        if target := part.transition.target:
            machine, name = part.process.machine, part.process.name
            locations[name] = leaf_entered(machine, target)
            for state in entered(part.process, view.locations[name], target):
                clocks[clock_of(name, state)] = 0
    snapshot = Snapshot(tuple(locations.items()), tuple(values.items()))
    return State(snapshot, running(view.instances, locations, clocks))


def _resets(part: Part, here: View) -> Iterator[str]:
    for clock in part.transition.resets:
        copy = None if clock.copy is None else evaluate(clock.copy, here)
        yield here.instances.resolve(clock.clock, copy, here.own)


def entered(process: Process, source: str, target: str) -> list[str]:
    """Rule 3.7: the states that a transition from leaf `source` enters, anew or for the first time.

    `to: t` enters `t` and what follows inside it; of the states around `t`, those in which the
    machine was already go on.
    """
    before = {s.name for s in process.around[source]}
    around = {s.name for s in process.around[target][1:]}
    after = [s.name for s in process.around[leaf_entered(process.machine, target)]]
    return [s for s in after if not (s in around and s in before)]


def running(
    instances: Instances, locations: Mapping[str, str], clocks: Mapping[str, int]
) -> tuple[tuple[str, int], ...]:
    """Named clocks, then for each machine the time since the start and in each state that it is in,
    outermost first; 0 for what `clocks` does not know."""
    names = [c.name for c in instances.clocks]
    for process in instances.processes:
        names += process.clocks[locations[process.name]]
    return tuple([(name, clocks.get(name, 0)) for name in names])
