"""Where a run may start: initial states of machines and initial values of variables."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from fsm.expressions import ArrayType, Scalar, Type, Value
from fsm.model import Initial
from fsm.semantics.instances import Instances, belongs, domain, leaf_entered
from fsm.semantics.trace import Snapshot
from fsm.semantics.values import View, evaluate


def initial_snapshots(instances: Instances, variant: Mapping[str, Scalar]) -> Iterator[Snapshot]:
    """Every combination of the values that `any` allows; the last variable varies fastest.

    Lazy: the combinations are not counted before the first is given.
    """
    locations = _initial_locations(instances)
    at_start = View(instances, variant, {}, {}, {}, 1)
    possible = [
        partial(_values, v.variable.initial, v.variable.type, at_start.inside(v.copy))
        for v in instances.variables
    ]
    names = [v.name for v in instances.variables]
    for values in _combinations(possible):
        yield Snapshot(locations, tuple(zip(names, values, strict=True)))


def starts_as(instances: Instances, variant: Mapping[str, Scalar], snapshot: Snapshot) -> bool:
    """Is this one of the initial snapshots? Found without listing them. O(size of the snapshot)."""
    if snapshot.locations != _initial_locations(instances):
        return False
    if [name for name, _ in snapshot.values] != [v.name for v in instances.variables]:
        return False
    at_start = View(instances, variant, {}, {}, {}, 1)
    return all(
        _admits(v.variable.initial, v.variable.type, value, at_start.inside(v.copy))
        for v, (_, value) in zip(instances.variables, snapshot.values, strict=True)
    )


def _initial_locations(instances: Instances) -> tuple[tuple[str, str], ...]:
    return tuple((p.name, leaf_entered(p.machine, p.machine.initial)) for p in instances.processes)


def _values(initial: Initial, type_: Type, view: View) -> Iterator[Value]:
    if isinstance(type_, ArrayType):
        each = initial if isinstance(initial, tuple) else (initial,) * type_.length
        yield from _combinations([partial(_values, i, type_.element, view) for i in each])
    elif initial is None:
        yield from domain(type_)
    else:
        assert not isinstance(initial, tuple)
        yield evaluate(initial.node, view)


def _combinations(choices: Sequence[Callable[[], Iterator[Value]]]) -> Iterator[tuple[Value, ...]]:
    """All combinations, the last varying fastest; no choice is ever listed as a whole."""
    if not choices:
        yield ()
        return
    open_: list[Iterator[Value]] = [choices[0]()]
    chosen: list[Value] = []
    while open_:
        value = next(open_[-1], None)
        if value is None:
            open_.pop()
            if chosen:
                chosen.pop()
        elif len(open_) == len(choices):
            yield (*chosen, value)
        else:
            chosen.append(value)
            open_.append(choices[len(open_)]())


def _admits(initial: Initial, type_: Type, value: Value, view: View) -> bool:
    if isinstance(type_, ArrayType):
        each = initial if isinstance(initial, tuple) else (initial,) * type_.length
        return (
            isinstance(value, tuple)
            and len(value) == type_.length
            and all(_admits(i, type_.element, v, view) for i, v in zip(each, value, strict=True))
        )
    if isinstance(value, tuple) or isinstance(initial, tuple):
        return False
    return belongs(value, type_) if initial is None else value == evaluate(initial.node, view)
