"""Where everything lives: the slots of a lowered state, and the way back to names."""

from math import prod

from msgspec import Struct

from fsm.expressions import ArrayType, BoolType, EnumType, IntType, Scalar, Type, Value
from fsm.model import Group, Machine, Spec, State, Variable
from fsm.semantics.lowered import Process, SlotInfo, SlotKind
from fsm.semantics.trace import Snapshot, instance_name


class Place(Struct, frozen=True):
    """A declaration's slots: copy c starts at `base + c * stride`; `copies` is None without."""

    base: int
    stride: int
    copies: int | None
    type: Type | None = None


class Layout(Struct, frozen=True):
    """Locations first, in process order, then variables, in scope order; clocks follow."""

    processes: tuple[Process, ...]
    machines: dict[str, Place]
    variables: dict[str, Place]
    slots: tuple[SlotInfo, ...]
    order: tuple[tuple[str, Type, int], ...]  # variable instances: name, type, first slot

    def process(self, machine: str, copy: int | None) -> int:
        """The number of a machine's copy among the processes (its slot is the same)."""
        place = self.machines[machine]
        return place.base + (copy or 0) * place.stride

    def snapshot(self, state: tuple[int, ...]) -> Snapshot:
        """The state in the words of the spec. O(slots)."""
        return Snapshot(
            tuple((p.name, p.leaves[state[p.slot]]) for p in self.processes),
            tuple((name, _value(type_, state, at)) for name, type_, at in self.order),
        )


def encode(value: Scalar, type_: Type) -> int:
    """A scalar as an integer: truth 0 or 1, an enum name its place, a duration milliseconds."""
    if isinstance(type_, EnumType):
        return type_.values.index(str(value))
    return int(value)


def decode(code: int, type_: Type) -> Scalar:
    """The inverse of `encode`."""
    match type_:
        case BoolType():
            return bool(code)
        case EnumType(values=values):
            return values[code]
        case _:
            return code


def scalars(type_: Type) -> int:
    """How many slots a value of the type takes."""
    return type_.length * scalars(type_.element) if isinstance(type_, ArrayType) else 1


def shape(type_: Type) -> tuple[tuple[int, ...], Type]:
    """The lengths of an array's dimensions, and what its elements are."""
    lengths: list[int] = []
    while isinstance(type_, ArrayType):
        lengths.append(type_.length)
        type_ = type_.element
    return tuple(lengths), type_


def strides(lengths: tuple[int, ...]) -> tuple[int, ...]:
    """How many slots one step in each dimension skips, row-major."""
    return tuple(prod(lengths[k + 1 :]) for k in range(len(lengths)))


def bounds(type_: Type) -> tuple[int, int]:
    """The lowest and highest code of a scalar type."""
    match type_:
        case EnumType(values=values):
            return 0, len(values) - 1
        case IntType(low=int() as low, high=int() as high):
            return low, high
        case _:
            return 0, 1


def leaves_of(machine: Machine) -> tuple[str, ...]:
    """The innermost states, in the order of the spec."""
    outer = {s.parent for s in machine.states}
    return tuple(s.name for s in machine.states if s.name not in outer)


def chain_of(machine: Machine, leaf: str) -> tuple[State, ...]:
    """The state and what encloses it, innermost first."""
    by_name = {s.name: s for s in machine.states}
    chain = [by_name[leaf]]
    while chain[-1].parent:
        chain.append(by_name[chain[-1].parent])
    return tuple(chain)


def leaf_of(machine: Machine, state: str) -> str:
    """The leaf that entering a state leads to."""
    by_name = {s.name: s for s in machine.states}
    while by_name[state].initial:
        state = by_name[state].initial
    return state


def make_layout(spec: Spec) -> Layout:
    """Lay out locations and variables. O(instances)."""
    processes: list[Process] = []
    machines: dict[str, Place] = {}

    def add(machine: Machine, copy: int | None, scope: str) -> None:
        leaves = leaves_of(machine)
        urgent = (k for k, s in enumerate(leaves) if any(x.urgent for x in chain_of(machine, s)))
        name = instance_name(machine.name, copy, scope)
        slot = len(processes)
        processes.append(
            Process(
                name, machine.name, leaves, slot, frozenset(urgent), machine.receptive, machine.fair
            )
        )

    for machine in spec.machines:
        machines[machine.name] = Place(len(processes), 1, machine.count)
        for copy in copies(machine.count):
            add(machine, copy, machine.name)
    for group in spec.groups:
        for k, machine in enumerate(group.machines):
            machines[machine.name] = Place(len(processes) + k, len(group.machines), group.count)
        for copy in copies(group.count):
            for machine in group.machines:
                add(machine, copy, group.name)

    slots = [SlotInfo(p.name, SlotKind.LOCATION, 0, len(p.leaves) - 1) for p in processes]
    variables: dict[str, Place] = {}
    order: list[tuple[str, Type, int]] = []
    for scope in spec.scopes():
        owner = instantiated(spec, scope)
        for variable in scope.variables:
            count = None if owner is None else spec.copies_of(owner)
            place = Place(len(slots), scalars(variable.type), count, variable.type)
            variables[variable.name] = place
            for copy in copies(count):
                name = instance_name(variable.name, copy, owner or "")
                order.append((name, variable.type, len(slots)))
                slots.extend(_variable_slots(name, variable))
    return Layout(tuple(processes), machines, variables, tuple(slots), tuple(order))


def copies(count: int | None) -> tuple[int | None, ...]:
    """The copies to unfold; (None,) where there are none."""
    return (None,) if count is None else tuple(range(count))


def instantiated(spec: Spec, scope: Spec | Group | Machine) -> str | None:
    """The name of the machine or group whose copies a scope belongs to; None for the globals."""
    if isinstance(scope, Spec):
        return None
    group = spec.group_of(scope.name) if isinstance(scope, Machine) else None
    return group.name if group else scope.name


def _variable_slots(name: str, variable: Variable) -> list[SlotInfo]:
    lengths, scalar = shape(variable.type)
    low, high = bounds(scalar)
    names = [name]
    for length in lengths:
        names = [f"{n}[{k}]" for n in names for k in range(length)]
    return [SlotInfo(n, SlotKind.VARIABLE, low, high) for n in names]


def _value(type_: Type, state: tuple[int, ...], at: int) -> Value:
    if isinstance(type_, ArrayType):
        size = scalars(type_.element)
        return tuple(_value(type_.element, state, at + k * size) for k in range(type_.length))
    return decode(state[at], type_)
