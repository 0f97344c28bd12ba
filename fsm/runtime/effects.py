"""What a step will change, worked out before anything changes (design, rule 3.5)."""

from msgspec import Struct

from fsm.expressions import Scalar, Value
from fsm.runtime.memory import Memory
from fsm.runtime.options import Arm, Write
from fsm.runtime.plan import Plan
from fsm.semantics.firing import Fault, Place, fire, running
from fsm.semantics.instances import Faulted, belongs
from fsm.semantics.trace import Snapshot, State
from fsm.semantics.values import View, select


class Effects(Struct, frozen=True):
    """What one machine instance does in a step besides moving."""

    writes: tuple[tuple[Place, Scalar], ...]
    resets: tuple[str, ...]


def effects_of(plan: Plan, memory: Memory, arms: tuple[Arm, ...]) -> tuple[Effects, ...] | Fault:
    """The effects of each arm, all read from the state before the step, or the fault that they run
    into: a value out of range, a place that does not exist, or one that is written twice."""
    found = []
    written: set[Place] = set()
    try:
        for arm in arms:
            writes = []
            for write in arm.option.writes:
                value = write.value(memory, arm.names)
                place = _place(write, memory, arm)
                if place in written or not belongs(value, write.type):
                    return _told(plan, memory, arms)
                written.add(place)
                writes.append((place, value))
            resets = tuple(
                memory.resolve(clock, None if copy is None else copy(memory, arm.names),
                               arm.option.process.copy)
                for clock, copy in arm.option.resets
            )  # fmt: skip
            found.append(Effects(tuple(writes), resets))
    except Faulted:
        return _told(plan, memory, arms)
    return tuple(found)


def apply_effects(effects: Effects, memory: Memory) -> None:
    """Write the values and start the clocks anew."""
    values = memory.values
    for (instance, indices), scalar in effects.writes:
        values[instance] = _replaced(values[instance], indices, scalar)
    for clock in effects.resets:
        memory.clocks.show(clock, 0)


def _place(write: Write, memory: Memory, arm: Arm) -> Place:
    instance = write.instance
    if instance is None:
        copy = None if write.copy is None else write.copy(memory, arm.names)
        instance = memory.resolve(write.update.variable, copy, write.own)
    indices = tuple(int(index(memory, arm.names)) for index in write.indices)
    if indices:
        select(write.update.variable, memory.values[instance], indices)
    return instance, indices


def _replaced(value: Value, indices: tuple[int, ...], scalar: Scalar) -> Value:
    if not indices:
        return scalar
    assert isinstance(value, tuple)
    elements = list(value)
    elements[indices[0]] = _replaced(elements[indices[0]], indices[1:], scalar)
    return tuple(elements)


def _told(plan: Plan, memory: Memory, arms: tuple[Arm, ...]) -> Fault:
    """The fault in the words of the reference, which finds every fault that is found here."""
    fault = fire(view_of(plan, memory), tuple(arm.part for arm in arms))
    assert isinstance(fault, Fault), "a fault here is a fault of the reference"
    return fault


def snapshot_of(memory: Memory) -> Snapshot:
    """Where everything is now."""
    return Snapshot(tuple(memory.locations.items()), tuple(memory.values.items()))


def state_of(plan: Plan, memory: Memory) -> State:
    """The snapshot and every clock, in units, as the reference has it."""
    names = (name for name, _ in running(plan.instances, memory.locations, {}))
    return State(snapshot_of(memory), tuple((name, memory.clocks[name]) for name in names))


def view_of(plan: Plan, memory: Memory) -> View:
    """The present instant, for the reference evaluator."""
    clocks = dict(state_of(plan, memory).clocks)
    return View(
        plan.instances, plan.variant, memory.locations, memory.values, clocks, plan.unit or 1
    )
