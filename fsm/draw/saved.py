"""A run in a file: saved as JSON, and replayed before anything believes it again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from fsm.errors import UsageError
from fsm.expressions import Scalar, Value
from fsm.model import Spec
from fsm.report.json import trace_data
from fsm.report.story import Story
from fsm.semantics.instances import Instances
from fsm.semantics.replay import ReplayError, replay
from fsm.semantics.trace import Bindings, Delay, Move, Occurrence, Run, Snapshot, Step, Trace

FORMAT = 1
LIMIT = 16 * 1024 * 1024  # bytes; a run of 10,000 steps has less


@dataclass(frozen=True, slots=True)
class Saved:
    """A run that the replayer has accepted, what it shows (a property of the spec, "" for a run
    that shows none), and for which instance of the property."""

    run: Run
    property: str
    each: tuple[tuple[str, Scalar], ...] = ()


def save_trace(
    spec: Spec, run: Run, story: Story, property_: str, each: Bindings, file: str
) -> str:
    """The run as JSON; `file` is where the spec lies, as seen from the saved trace."""
    data = {
        "fsm_trace": FORMAT,
        "spec": spec.name,
        "file": file,
        "property": property_,
        "each": dict(each),
        "trace": trace_data(run, story),
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def spec_file(path: Path) -> Path:
    """Where the spec of a saved trace lies. Raises `UsageError`, as `load_trace` does."""
    name = _read(path).get("file")
    if not isinstance(name, str) or not name:
        _malformed(path, "it does not name the file of its spec")
    return path.parent / name


def load_trace(path: Path, spec: Spec) -> Saved:
    """The run of a saved trace, replayed on the spec as it is today.

    Raises `UsageError`: F635 for a file that is no saved trace, F636 for one of another spec, F637
    for a run that is not possible (any more), with the step and the reason.
    """
    data = _read(path)
    if data.get("spec") != spec.name:
        raise UsageError(
            "F636", f"{path} is a run of '{data.get('spec')}', not of '{spec.name}'",
            "name the spec that it belongs to",
        )  # fmt: skip
    property_ = data.get("property")
    if not isinstance(property_, str):
        _malformed(path, "its property is not a name")
    if property_ and property_ not in {p.name for p in spec.properties}:
        raise UsageError(
            "F636", f"{spec.name} has no property '{property_}' any more", "save the trace anew"
        )
    try:
        trace = _trace(data["trace"], spec)
        each = _bindings(data.get("each", {}))
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        _malformed(path, f"its trace is not of the expected form ({problem})")
    try:
        return Saved(replay(spec, trace), property_, each)
    except ReplayError as problem:
        raise UsageError(
            "F637", f"{path} is not a run of '{spec.name}' as it is now: {problem}",
            "the rules have changed since it was saved; run fsm check --draw again",
        ) from problem  # fmt: skip


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as stream:
            raw = stream.read(LIMIT + 1)
    except OSError as problem:
        raise UsageError("F635", f"cannot read {path}: {problem.strerror or problem}") from problem
    if len(raw) > LIMIT:
        _malformed(path, f"it is larger than {LIMIT:,} bytes")
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError) as problem:
        _malformed(path, f"it is not JSON ({problem})")
    if not isinstance(data, dict) or data.get("fsm_trace") != FORMAT:
        _malformed(path, f'it does not say "fsm_trace": {FORMAT}')
    return data


def _malformed(path: Path, reason: str) -> NoReturn:
    raise UsageError(
        "F635", f"{path} is not a saved trace: {reason}", "`fsm check --draw DIR` saves traces"
    )


def _trace(data: Mapping[str, Any], spec: Spec) -> Trace:
    """What the file says, in the order of the spec; whether it is a run is for the replayer."""
    instances = Instances(spec)
    machines = [process.name for process in instances.processes]
    variables = [variable.name for variable in instances.variables]
    loop = data["loop"]
    if loop is not None and not _is_number(loop):
        raise ValueError("loop is no number")
    snapshots = tuple(
        Snapshot(
            tuple((name, _word(state["machines"][name])) for name in machines),
            tuple((name, _value(state["variables"][name])) for name in variables),
        )
        for state in data["states"]
    )
    if not snapshots:
        raise ValueError("there is no state")
    known = dict(_bindings(data["variant"]))
    variant = tuple((c.name, known.pop(c.name)) for c in spec.configuration)
    if known:
        raise ValueError(f"the spec has no configuration {', '.join(known)}")
    return Trace(variant, snapshots, tuple(_step(step) for step in data["steps"]), loop)


def _step(data: Mapping[str, Any]) -> Step:
    if "delay" in data:
        if not _is_number(data["delay"]):
            raise ValueError("a delay is no number")
        return Delay(data["delay"])
    moves = tuple(
        Move(_word(m["machine"]), int(m["transition"]), _bindings(m["chosen"]))
        for m in data["moves"]
    )
    return Occurrence(_word(data["event"]), _bindings(data["fields"]), moves)


def _bindings(data: Mapping[str, Any]) -> Bindings:
    return tuple((name, _scalar(value)) for name, value in data.items())


def _value(data: object) -> Value:
    return tuple(_value(element) for element in data) if isinstance(data, list) else _scalar(data)


def _scalar(data: object) -> Scalar:
    if not isinstance(data, bool | int | str):
        raise TypeError(f"{type(data).__name__} is not a value")
    return data


def _word(data: object) -> str:
    if not isinstance(data, str):
        raise TypeError(f"{type(data).__name__} is not a name")
    return data


def _is_number(data: object) -> bool:
    return isinstance(data, int) and not isinstance(data, bool)
