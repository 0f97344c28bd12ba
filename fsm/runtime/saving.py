"""A running spec as JSON, and back: whatever is read is checked against the spec first.

What is saved is the state: variant, places, values and clocks, and when that was. The steps that
led there are not, so a restored runtime's `run()` starts with the restored state.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Literal, NoReturn

from msgspec import Struct

from fsm.errors import UsageError
from fsm.expressions import ArrayType, BoolType, EnumType, IntType, Scalar, Type, Value
from fsm.model import Spec
from fsm.runtime.plan import Plan
from fsm.semantics.firing import running
from fsm.semantics.trace import Snapshot, State

FORMAT = 1
_LEFT_OUT = {"at", "text", "rules", "answers", "words", "ref"}  # of a digest
Timers = Literal["original", "remaining", "restart"]
_KEYS = {"fsm_runtime", "spec", "digest", "variant", "unit", "began", "at", "time", "states",
         "variables", "clocks"}  # fmt: skip


class Saved(Struct, frozen=True):
    """A state and when it was: `time` in units since the start, and what the clock showed, in
    milliseconds, at the start (`began`) and when it was saved (`at`)."""

    state: State
    time: int
    began: int
    at: int


def digest_of(spec: Spec) -> str:
    """A fingerprint of how the spec moves: machines, variables, clocks, events, configuration.
    Properties, rules and titles may change without it; so may the place of the file."""
    parts = (spec.name, spec.machines, spec.groups, spec.configuration, spec.constants,
             spec.variables, spec.clocks, spec.events, spec.initial_where)  # fmt: skip
    return hashlib.sha256(repr(_moving(parts)).encode()).hexdigest()[:16]


def _moving(part: object) -> object:
    """The part without words and positions."""
    if isinstance(part, tuple):
        return [_moving(p) for p in part]
    if not isinstance(part, Struct) or not part.__struct_fields__:
        return str(part)
    told = [name for name in part.__struct_fields__ if name not in _LEFT_OUT]
    return [type(part).__name__, *(_moving(getattr(part, name)) for name in told)]


def to_text(plan: Plan, spec: Spec, saved: Saved) -> str:
    """The state as JSON. `spec` is the one that the user gave, whatever unit the plan has."""
    snapshot = saved.state.snapshot
    document = {
        "fsm_runtime": FORMAT, "spec": spec.name, "digest": digest_of(spec),
        "variant": plan.variant, "unit": plan.unit, "began": saved.began, "at": saved.at,
        "time": saved.time, "states": dict(snapshot.locations),
        "variables": dict(snapshot.values), "clocks": dict(saved.state.clocks),
    }  # fmt: skip
    return json.dumps(document, ensure_ascii=False, indent=1)


def read(spec: Spec, text: str) -> tuple[dict[str, object], Mapping[str, Scalar], int | None]:
    """The document, with its variant and unit, once it is known to be about this spec.

    Raises `UsageError`: F647 for what `to_text` did not write, F648 for another spec's state.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise UsageError("F647", f"this is no saved runtime: {problem}", _HINT) from problem
    if not isinstance(document, dict) or document.get("fsm_runtime") != FORMAT:
        _refuse(f"'fsm_runtime' is not {FORMAT}")
    if document.keys() != _KEYS:
        _refuse(f"'{min(document.keys() ^ _KEYS)}' is missing or unknown")
    if document["spec"] != spec.name:
        raise UsageError(
            "F648", f"this was saved by the spec '{document['spec']}', not by '{spec.name}'",
            "restore it with the spec that saved it",
        )  # fmt: skip
    if document["digest"] != digest_of(spec):
        raise UsageError(
            "F648", f"the spec '{spec.name}' has changed since this was saved",
            "states and variables may mean something else now: restore it with that version",
        )  # fmt: skip
    variant = document["variant"]
    names = [c.name for c in spec.configuration]
    if not isinstance(variant, dict) or sorted(variant) != sorted(names):
        _refuse("'variant' does not choose every switch and question")
    unit = document["unit"]
    if unit is not None:
        unit = _number("unit", unit, low=1)
    return document, variant, unit


def checked(plan: Plan, document: Mapping[str, object]) -> Saved:
    """The saved state, every name, type and range of it checked against the spec. `UsageError`
    F647 where something does not fit."""
    if document["unit"] != plan.unit:
        _refuse("'unit' is not the spec's")
    instances = plan.instances
    places = _named("states", document["states"], [p.name for p in instances.processes])
    for process in instances.processes:
        leaves = [state.name for state in process.machine.states if not state.initial]
        if places[process.name] not in leaves:
            _refuse(f"'{process.name}' has no innermost state {places[process.name]!r}")
    values = _named("variables", document["variables"], [v.name for v in instances.variables])
    held = tuple((v.name, _value(v.name, values[v.name], v.variable.type))
                 for v in instances.variables)  # fmt: skip
    locations = {name: str(place) for name, place in places.items()}
    names = [name for name, _ in running(instances, locations, {})]
    shown = _named("clocks", document["clocks"], names)
    time = _number("time", document["time"])
    clocks = tuple((name, _number(name, shown[name], high=time)) for name in names)
    state = State(Snapshot(tuple((p.name, locations[p.name]) for p in instances.processes), held),
                  clocks)  # fmt: skip
    began = _number("began", document["began"], low=None)
    at = _number("at", document["at"], low=began)
    if time != (0 if plan.unit is None else (at - began) // plan.unit):
        _refuse("'time' is not what has passed from 'began' to 'at'")
    return Saved(state, time, began, at)


def restarted(state: State) -> State:
    """The same places and values, every clock at zero."""
    return State(state.snapshot, tuple((name, 0) for name, _ in state.clocks))


def _named(key: str, found: object, names: list[str]) -> dict[str, object]:
    if not isinstance(found, dict):
        _refuse(f"'{key}' is no mapping")
    if found.keys() != set(names):
        _refuse(f"'{key}' lacks or adds '{min(found.keys() ^ set(names))}'")
    return found


def _value(name: str, found: object, type_: Type) -> Value:
    match type_:
        case ArrayType(element=element, length=length):
            if not isinstance(found, list) or len(found) != length:
                _refuse(f"'{name}' is not a list of {length}")
            return tuple(_value(name, one, element) for one in found)
        case BoolType() if isinstance(found, bool):
            return found
        case EnumType(values=values) if isinstance(found, str) and found in values:
            return found
        case IntType(low=low, high=high):
            return _number(name, found, low, high)
        case _:
            return _refuse(f"'{name}' cannot be {found!r}")


def _number(name: str, found: object, low: int | None = 0, high: int | None = None) -> int:
    if not isinstance(found, int) or isinstance(found, bool):
        _refuse(f"'{name}' is no whole number")
    if (low is not None and found < low) or (high is not None and found > high):
        _refuse(f"'{name}' cannot be {found}")
    return found


_HINT = "only what Runtime.save() wrote can be restored"


def _refuse(what: str) -> NoReturn:
    raise UsageError("F647", f"this is no saved runtime: {what}", _HINT)
