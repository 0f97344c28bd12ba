"""A saved trace read in the types and in the order of its spec, without trusting it."""

from collections.abc import Mapping
from typing import Any

from fsm.expressions import ArrayType, BoolType, EnumType, Scalar, Type, Value
from fsm.model import ConfigVariable, Field, Spec
from fsm.report.duration import say_duration
from fsm.report.labels import declared
from fsm.semantics.instances import Instances
from fsm.semantics.replay import ReplayError
from fsm.semantics.trace import Bindings, Delay, Move, Occurrence, Snapshot, Step, Trace
from fsm.semantics.units import unit_of

MOST_UNITS = 1_000_000  # of time, in all: time is replayed unit by unit


def read_trace(data: Mapping[str, Any], spec: Spec, unit: object) -> Trace:
    """What a saved trace says; whether it is a run is for the replayer.

    Units       `unit` is the length of a unit of time in milliseconds when it was saved, None where
                there was no time; delays are told in units of today.
    Raises `ReplayError` where the spec has not what the trace is about, and where it has another
    form `KeyError`, `TypeError`, `ValueError`, `AttributeError` or `RecursionError`.
    """
    instances = Instances(spec)
    loop = data["loop"]
    if loop is not None:
        _number(loop)
    snapshots = tuple(_snapshot(state, instances) for state in data["states"])
    if not snapshots:
        raise ValueError("there is no state")
    reader = _Steps(spec, None if unit is None else _number(unit))
    steps = tuple(reader.read(step, number) for number, step in enumerate(data["steps"], start=1))
    if (units := sum(step.units for step in steps if isinstance(step, Delay))) > MOST_UNITS:
        raise ValueError(f"{units:,} units of time pass, more than {MOST_UNITS:,}")
    chosen = dict(read_bindings(data["variant"]))
    for name in chosen:
        if name not in {c.name for c in spec.configuration}:
            raise ReplayError(f"there is no switch or question '{name}'")
    variant = tuple((c.name, _choice(c, chosen)) for c in spec.configuration)
    return Trace(variant, snapshots, steps, loop)


def _choice(variable: ConfigVariable, chosen: Mapping[str, Scalar]) -> Scalar:
    if variable.name not in chosen or not is_one_of(variable, chosen[variable.name]):
        raise ReplayError(f"'{variable.name}' has no value, or one that it cannot have")
    return chosen[variable.name]


def _snapshot(data: Mapping[str, Any], instances: Instances) -> Snapshot:
    machines, variables = dict(data["machines"].items()), dict(data["variables"].items())
    for kind, given, known in (
        ("machine", machines, [process.name for process in instances.processes]),
        ("variable", variables, [variable.name for variable in instances.variables]),
    ):
        if different := sorted(set(given) ^ set(known)):
            where = "the spec" if different[0] in given else "the trace"
            raise ReplayError(f"there is no {kind} '{different[0]}' in {where}")
    return Snapshot(
        tuple((p.name, read_word(machines[p.name])) for p in instances.processes),
        tuple((v.name, _value(variables[v.name], v.variable.type)) for v in instances.variables),
    )


class _Steps:
    """Reads steps: only with the names and values that the spec knows."""

    def __init__(self, spec: Spec, unit: int | None) -> None:
        self.saved, self.unit = unit or 1, unit_of(spec) or 1
        self.events = {event.name: event for scope in spec.scopes() for event in scope.events}
        self.machines = {machine.name: machine for machine in spec.all_machines()}

    def read(self, data: Mapping[str, Any], number: int) -> Step:
        if "delay" in data:
            return Delay(self._units(_number(data["delay"]), number))
        name = read_word(data["event"])
        event = self.events.get(declared(name))
        if name and event is None:
            raise ReplayError(f"step {number}: there is no event '{name}'")
        fields = event.fields if event else ()
        moves = tuple(self._move(move, number) for move in data["moves"])
        if len({move.machine for move in moves}) < len(moves):
            raise ValueError(f"step {number} moves a machine twice")
        return Occurrence(name, self._values(data["fields"], fields, number), moves)

    def _units(self, saved: int, number: int) -> int:
        """The spec of today may count in other units than that of the trace."""
        units, rest = divmod(saved * self.saved, self.unit)
        if rest:
            times = [say_duration(time, "en") for time in (saved * self.saved, self.unit)]
            raise ReplayError(f"step {number}: {times[0]} is no whole number of times {times[1]}")
        return units

    def _move(self, data: Mapping[str, Any], number: int) -> Move:
        name, transition = read_word(data["machine"]), _number(data["transition"])
        machine = self.machines.get(declared(name))
        if machine is None or not 0 <= transition < len(machine.transitions):
            raise ReplayError(f"step {number}: '{name}' has no transition {transition}")
        fields = machine.transitions[transition].choose
        return Move(name, transition, self._values(data["chosen"], fields, number))

    def _values(self, data: Mapping[str, Any], fields: tuple[Field, ...], number: int) -> Bindings:
        """In the order of the fields; before them the number of the copy that a listener binds."""
        given = dict(read_bindings(data))
        found = []
        for field in fields:
            if field.name not in given or not is_one_of(field, given[field.name]):
                raise ReplayError(f"step {number}: '{field.name}' has no value that it can have")
            found.append((field.name, given.pop(field.name)))
        return (*((name, _number(copy)) for name, copy in given.items()), *found)


def is_one_of(declared_: Field | ConfigVariable, value: Scalar) -> bool:
    """Is it one of the values, of the same type? (True equals 1.)"""
    return any(value == known and type(value) is type(known) for known in declared_.values)


def read_bindings(data: Mapping[str, Any]) -> Bindings:
    """Names with values, in the order of the file."""
    return tuple((name, _scalar(value)) for name, value in data.items())


def _value(data: object, type_: Type) -> Value:
    if isinstance(type_, ArrayType):
        if not isinstance(data, list) or len(data) != type_.length:
            raise TypeError(f"an array has {type_.length} values")
        return tuple(_value(element, type_.element) for element in data)
    if isinstance(type_, EnumType):
        return read_word(data)
    if isinstance(type_, BoolType):
        if not isinstance(data, bool):
            raise TypeError(f"{type(data).__name__} is no truth value")
        return data
    return _number(data)


def _scalar(data: object) -> Scalar:
    if not isinstance(data, bool | int | str):
        raise TypeError(f"{type(data).__name__} is not a value")
    return data


def read_word(data: object) -> str:
    """A name. Raises `TypeError` for anything else."""
    if not isinstance(data, str):
        raise TypeError(f"{type(data).__name__} is not a name")
    return data


def _number(data: object) -> int:
    if not isinstance(data, int) or isinstance(data, bool):
        raise TypeError(f"{type(data).__name__} is not a number")
    return data
