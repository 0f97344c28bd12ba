"""A run in a file: saved as JSON, and replayed before anything believes it again."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from msgspec import Struct

from fsm.check.confirm import confirm
from fsm.draw.outdated import first_difference, shortened
from fsm.draw.saved_form import is_one_of, read_bindings, read_trace, read_word
from fsm.draw.stamp import digest
from fsm.errors import UsageError
from fsm.model import Spec
from fsm.report.json import FORMAT as REPORT
from fsm.report.json import trace_data
from fsm.report.story import Story
from fsm.semantics.instances import Faulted
from fsm.semantics.replay import ReplayError, replay
from fsm.semantics.trace import Bindings, Run
from fsm.semantics.units import unit_of

FORMAT = 1
LIMIT = 16 * 1024 * 1024  # bytes; a run of 10,000 steps has less


class Saved(Struct, frozen=True):
    """A run that the replayer has accepted, what it shows (a property of the spec, "" for a run
    that shows none), for which instance of the property, and which switches and questions matter
    to that."""

    run: Run
    property: str
    each: Bindings = ()
    mentioned: tuple[str, ...] = ()


def save_trace(
    spec: Spec,
    run: Run,
    story: Story,
    property_: str,
    each: Bindings,
    file: str,
    mentioned: tuple[str, ...] = (),
    text: str = "",
) -> str:
    """The run as JSON; `file` is where the spec lies, as seen from the saved trace, and `text` what
    it says, whose hash is saved."""
    data = {
        "fsm_trace": FORMAT,
        "spec": spec.name,
        "file": file,
        "sha256": digest(text) if text else "",
        "property": property_,
        "each": dict(each),
        "mentioned": list(mentioned),
        "unit_milliseconds": unit_of(spec),
        "trace": trace_data(run, story),
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def spec_file(path: Path) -> Path:
    """Where the spec of a saved trace lies. Raises `UsageError`, as `load_trace` does."""
    data = _read(path)
    name = data.get("file")
    if not isinstance(name, str) or not name or "\0" in name:
        _malformed(path, "it does not name the file of its spec")
    return path.parent / name if "fsm_trace" in data else Path(name)


def load_trace(path: Path, spec: Spec) -> Saved:
    """The run of a saved trace, replayed on the spec as it is today.

    A report of `fsm check --json` with one run is read, too.

    Raises `UsageError`: F635 for a file that is no saved trace, F636 for one of another spec, F637
    for a run that is not possible (any more), with the step and the reason, F638 for one that does
    not show what it is said to show, F639 for a report with several runs.

    Complexity: that of `replay` and `confirm`, with at most `LIMIT` bytes and `MOST_UNITS`.
    """
    data = _read(path)
    if data.get("spec") != spec.name:
        raise UsageError(
            "F636", f"{path} is a run of '{data.get('spec')}', not of '{spec.name}'",
            "name the spec that it belongs to",
        )  # fmt: skip
    try:
        name, each = read_word(data.get("property")), read_bindings(data.get("each", {}))
        mentioned = [read_word(word) for word in data.get("mentioned", [])]
        trace = read_trace(data["trace"], spec, data["unit_milliseconds"])
    except ReplayError as problem:
        raise _outdated(path, data, spec, str(problem)) from problem
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as problem:
        _malformed(path, f"its trace is not of the expected form ({shortened(problem)})")
    try:
        run = replay(spec, trace)
    except ReplayError as problem:
        reason = first_difference(spec, trace) or shortened(problem)
        raise _outdated(path, data, spec, reason) from problem
    except Faulted as problem:
        raise _outdated(path, data, spec, shortened(problem)) from problem
    if name:
        _require_shown(path, spec, name, run, each)
    known = {variable.name for variable in spec.configuration}
    return Saved(run, name, each, tuple(word for word in mentioned if word in known))


def _require_shown(path: Path, spec: Spec, name: str, run: Run, each: Bindings) -> None:
    """Raises `UsageError` unless the run breaks the property (of `reachable`: shows it)."""
    claim = next((p for p in spec.properties if p.name == name), None)
    if claim is None:
        raise UsageError(
            "F636", f"{spec.name} has no property '{name}' any more", "save the trace anew"
        )
    values = dict(each)
    if set(values) != {f.name for f in claim.each} or not all(
        is_one_of(f, values[f.name]) for f in claim.each
    ):
        _malformed(path, f"it does not say for which instance '{name}' is broken")
    try:
        shown = confirm(spec, claim, run, values)
    except (ReplayError, Faulted) as problem:
        raise _no_proof(path, name, shortened(problem)) from problem
    if shown is False:
        raise _no_proof(path, name, "the property reads otherwise now")


def _no_proof(path: Path, name: str, reason: str) -> UsageError:
    return UsageError(
        "F638", f"{path} is a run of the spec, but does not show what '{name}' is about: {reason}",
        f"run fsm check --property {name} --draw DIR again",
    )  # fmt: skip


def _outdated(path: Path, data: Mapping[str, Any], spec: Spec, reason: str) -> UsageError:
    """The hash tells whether the spec has changed since, or the trace was never a run of it."""
    saved = data.get("sha256")
    try:
        today = digest(Path(spec.at.file).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        today = ""
    if saved and today:
        since = "the spec has changed since" if saved != today else "the file has been changed"
        reason = f"{reason} ({since})"
    return UsageError(
        "F637", f"{path} is not a run of '{spec.name}' as it is now: {reason}",
        "fsm check --draw DIR saves runs of the rules of today",
    )  # fmt: skip


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as stream:
            raw = stream.read(LIMIT + 1)
    except (OSError, ValueError) as problem:
        reason = (problem.strerror if isinstance(problem, OSError) else "") or problem
        raise UsageError("F635", f"cannot read {path}: {reason}") from problem
    if len(raw) > LIMIT:
        _malformed(path, f"it is larger than {LIMIT:,} bytes")
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError) as problem:
        _malformed(path, f"it is not JSON ({shortened(problem)})")
    if isinstance(data, dict) and data.get("format") == REPORT and "specs" in data:
        return _only_run(path, data)
    if not isinstance(data, dict) or data.get("fsm_trace") != FORMAT:
        _malformed(path, f'it does not say "fsm_trace": {FORMAT}')
    return data


def _only_run(path: Path, report: Mapping[str, Any]) -> dict[str, Any]:
    """The one run in a report, in the form of a saved trace."""
    try:
        runs = [
            {
                "spec": spec["name"],
                "file": spec["file"],
                "property": result["name"],
                "each": result["each"],
                "mentioned": [name for term in result["violated"]["terms"] for name in term],
                "unit_milliseconds": spec["unit_milliseconds"],
                "trace": result["trace"],
            }
            for spec in report["specs"]
            for result in spec["properties"]
            if result["trace"] is not None
        ]
    except (KeyError, TypeError):
        _malformed(path, "it is no report of fsm check either")
    if len(runs) != 1:
        raise UsageError(
            "F639", f"{path} is a report with {len(runs)} runs, and one can be drawn",
            "fsm check --property NAME --json reports one; --draw DIR draws all",
        )  # fmt: skip
    return runs[0]


def _malformed(path: Path, reason: str) -> NoReturn:
    raise UsageError(
        "F635", f"{path} is not a saved trace: {reason}", "`fsm check --draw DIR` saves traces"
    )
