"""Where a run starts: the variant filled up, and an initial state that fits what is asked."""

from collections.abc import Mapping

from fsm.errors import UsageError
from fsm.expressions import Scalar, Value
from fsm.model import Spec
from fsm.runtime.memory import Memory
from fsm.runtime.plan import Plan
from fsm.semantics.firing import running
from fsm.semantics.start import initial_snapshots, starts_as
from fsm.semantics.trace import Snapshot, State


def variant_of(spec: Spec, chosen: Mapping[str, Scalar]) -> dict[str, Scalar]:
    """The variant with these choices; what is left out has its first value.

    Raises `UsageError` F603 for a name or a value that the spec does not have.
    """
    known = {c.name: c.values for c in spec.configuration}
    for name, value in chosen.items():
        if name not in known:
            names = ", ".join(known) or "none"
            raise UsageError("F603", f"there is no switch or question '{name}'", f"known: {names}")
        if not any(type(v) is type(value) and v == value for v in known[name]):
            values = ", ".join(map(str, known[name]))
            raise UsageError("F603", f"'{name}' cannot be '{value}'", f"it is one of {values}")
    return {name: chosen.get(name, values[0]) for name, values in known.items()}


def start_of(plan: Plan, start: Snapshot | Mapping[str, Value] | None) -> State:
    """The first initial state that agrees with `start`, its clocks at zero.

    Raises `UsageError` F603 where there is none. Complexity: as many initial snapshots as are
    skipped; none where the first one, changed to agree with `start`, is initial itself.
    """
    if isinstance(start, Snapshot):
        if not starts_as(plan.instances, plan.variant, start) or not _may_start(plan, start):
            raise UsageError("F603", "no run starts in this snapshot", "see Interpreter.initial()")
        return _at_rest(plan, start)
    wanted = dict(start or {})
    unknown = wanted.keys() - {v.name for v in plan.instances.variables}
    if unknown:
        names = ", ".join(v.name for v in plan.instances.variables) or "none"
        raise UsageError("F603", f"there is no variable '{min(unknown)}'", f"known: {names}")
    snapshots = initial_snapshots(plan.instances, plan.variant)
    first = next(snapshots)
    changed = Snapshot(first.locations, tuple((n, wanted.get(n, v)) for n, v in first.values))
    if starts_as(plan.instances, plan.variant, changed) and _may_start(plan, changed):
        return _at_rest(plan, changed)
    for snapshot in snapshots:
        values = dict(snapshot.values)
        if all(values[n] == v for n, v in wanted.items()) and _may_start(plan, snapshot):
            return _at_rest(plan, snapshot)
    raise UsageError("F603", "no run starts like that in this variant", "initial_where excludes it")


def _at_rest(plan: Plan, snapshot: Snapshot) -> State:
    return State(snapshot, running(plan.instances, dict(snapshot.locations), {}))


def _may_start(plan: Plan, snapshot: Snapshot) -> bool:
    if plan.where is None:
        return True
    memory = Memory(plan.instances.resolve)
    memory.locations.update(snapshot.locations)
    memory.values.update(snapshot.values)
    for name, shown in _at_rest(plan, snapshot).clocks:
        memory.clocks.show(name, shown)
    return bool(plan.where(memory, {}))
