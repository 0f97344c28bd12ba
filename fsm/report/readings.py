"""What a formula reads in a state: the values that explain why it is true or false there."""

from collections.abc import Iterator, Mapping

from fsm.expressions import (
    Apply,
    ArrayType,
    ClockRead,
    Conditional,
    Config,
    Expr,
    Ghost,
    GhostKind,
    InState,
    Literal,
    Local,
    Op,
    Quantified,
    Read,
    Scalar,
    Value,
    children,
)
from fsm.report.duration import say_duration
from fsm.report.labels import Labels, declared
from fsm.semantics.trace import Occurrence, Run, instance_name

_MOST = 6  # readings that a sentence names; the first of them explain best

_ARITHMETIC = {
    Op.ADD: lambda a, b: a + b,
    Op.SUB: lambda a, b: a - b,
    Op.MUL: lambda a, b: a * b,
    Op.DIV: lambda a, b: a // b if b else None,
    Op.MOD: lambda a, b: a % b if b else None,
    Op.MIN: min,
    Op.MAX: max,
}


def constant(expr: Expr, names: Mapping[str, Scalar]) -> Scalar | None:
    """The value of an expression over literals, configuration and bound names; else None."""
    match expr:
        case Literal(value=value):
            return value
        case Config(name=name) | Local(name=name):
            return names.get(name)
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            chosen = constant(condition, names)
            if chosen is None:
                return None
            return constant(then if chosen else otherwise, names)
        case Apply(op=Op.NEGATE, operands=(operand,)):
            value = constant(operand, names)
            return -value if isinstance(value, int) else None
        case Apply(op=op, operands=operands) if op in _ARITHMETIC and len(operands) > 1:
            values = [constant(operand, names) for operand in operands]
            result: int | None = None
            for value in values:
                if not isinstance(value, int):
                    return None
                result = value if result is None else _ARITHMETIC[op](result, value)
                if result is None:
                    return None
            return result
        case _:
            return None


def scope_of(labels: Labels, name: str) -> str:
    """The machine or group whose copies a qualified name belongs to: `desk.clerk.x` -> `desk`."""
    machine = name if name in labels.machines else name.rpartition(".")[0]
    group = labels.spec.group_of(machine)
    return group.name if group else machine


def readings(
    expr: Expr, labels: Labels, run: Run, at: int, names: Mapping[str, Scalar], unit: int | None
) -> list[tuple[str, str]]:
    """What `expr` reads in state `at` of the run, in words: (label, value), without repetition.

    Units       `unit` is the length of a unit of time in milliseconds.
    """
    found: dict[str, str] = {}
    for node, bound in _leaves(expr, dict(names)):
        for label, value in _read(node, labels, run, at, bound, unit):
            found.setdefault(label, value)
    return list(found.items())[:_MOST]


def _leaves(
    expr: Expr, names: dict[str, Scalar]
) -> Iterator[tuple[Expr, dict[str, Scalar]]]:
    if isinstance(expr, Quantified):
        for value in range(expr.low, expr.high + 1):
            yield from _leaves(expr.body, {**names, expr.variable: value})
        return
    yield expr, names
    for child in children(expr):
        yield from _leaves(child, names)


def _read(
    node: Expr, labels: Labels, run: Run, at: int, names: dict[str, Scalar], unit: int | None
) -> Iterator[tuple[str, str]]:
    state = run.states[at]
    match node:
        case InState(machine=machine, copy=copy):
            places = dict(state.snapshot.locations)
            for instance in _instances(labels, machine, copy, names, places):
                label = labels.machine(instance)
                yield label, labels.words("quote", text=labels.state(machine, places[instance]))
        case Read(variable=variable, copy=copy, indices=indices):
            values = dict(state.snapshot.values)
            for instance in _instances(labels, variable, copy, names, values):
                yield from _element(labels, instance, values[instance], indices, names)
        case ClockRead(clock=clock, copy=copy) if unit is not None:
            clocks = dict(state.clocks)
            for instance in _instances(labels, clock, copy, names, clocks):
                yield labels.clock(instance), say_duration(clocks[instance] * unit, labels.lang)
        case Ghost(kind=GhostKind.COUNT, event=event, copy=copy):
            for instance in _instances(labels, event, copy, names, _occurrences(run, at)):
                yield labels.event(instance), str(_occurrences(run, at)[instance])
        case _:
            return


def _instances(
    labels: Labels,
    name: str,
    copy: Expr | None,
    names: Mapping[str, Scalar],
    known: Mapping[str, object],
) -> list[str]:
    if copy is None:
        return [instance for instance in known if declared(instance) == name]
    number = constant(copy, names)
    if not isinstance(number, int):
        return [instance for instance in known if declared(instance) == name]
    instance = instance_name(name, number, scope_of(labels, name))
    return [instance] if instance in known else []


def _element(
    labels: Labels,
    instance: str,
    value: Value,
    indices: tuple[Expr, ...],
    names: Mapping[str, Scalar],
) -> Iterator[tuple[str, str]]:
    type_ = labels.variables[declared(instance)].type
    numbers: list[int] = []
    for index in indices:
        number = constant(index, names)
        if not (isinstance(number, int) and isinstance(value, tuple) and number in range(len(value))):
            break
        numbers.append(number)
        value = value[number]
        type_ = type_.element if isinstance(type_, ArrayType) else type_
    yield labels.variable(instance, tuple(numbers)), labels.value(type_, value)


def _occurrences(run: Run, at: int) -> dict[str, int]:
    counts: dict[str, int] = {}
    for step in run.steps[:at]:
        if isinstance(step, Occurrence) and step.event:
            counts[step.event] = counts.get(step.event, 0) + 1
    return counts


def duration_of(expr: Expr, names: Mapping[str, Scalar], lang: str) -> str:
    """A bound of time in words, "" where it is not constant in the variant."""
    value = constant(expr, names)
    return say_duration(value, lang) if isinstance(value, int) else ""
