"""From paths to specs, and from the filters of a command to what they name."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from fsm.check.choices import close_to
from fsm.errors import Diagnostic, Position, SpecError, UsageError
from fsm.model import Spec

Loaded = Spec | SpecError  # what came of reading a file
Asked = Path | Loaded


def find(paths: Sequence[str]) -> list[Path | SpecError]:
    """The files of specs at the paths, in order, each once; for a path that leads to none, why."""
    from fsm.spec.files import find_specs

    found: list[Path | SpecError] = []
    seen: set[str] = set()
    for path in paths:
        try:
            files = find_specs([path])
        except SpecError as problem:
            found.append(problem)
            continue
        except UsageError as problem:
            at = Position(path, 1, 1)
            wrong = Diagnostic(at, problem.code, problem.message, problem.hint)
            found.append(SpecError((wrong,)))
            continue
        for file in files:
            if (real := os.path.realpath(file)) not in seen:
                seen.add(real)
                found.append(file)
    return found


def read(asked: Asked) -> Loaded:
    """The spec in a file, or what is wrong with it."""
    from fsm.spec.load import load_spec

    if not isinstance(asked, Path):
        return asked
    try:
        return load_spec(asked)
    except SpecError as problem:
        return problem


def read_at_hand(asked: Asked) -> Loaded | None:
    """The same, if that takes next to no time."""
    from fsm.spec.load import spec_at_hand

    if not isinstance(asked, Path):
        return asked
    try:
        return spec_at_hand(asked)
    except SpecError as problem:
        return problem


def load(paths: Sequence[str]) -> tuple[list[Spec], tuple[Diagnostic, ...]]:
    """Every spec at the paths, in order, each file once, and the errors of those that are wrong."""
    loaded = [read(file) for file in find(paths)]
    return [spec for spec in loaded if isinstance(spec, Spec)], errors_in(loaded)


def errors_in(loaded: Iterable[object]) -> tuple[Diagnostic, ...]:
    """What is wrong with the specs that are none, in order."""
    return tuple(d for item in loaded if isinstance(item, SpecError) for d in item.diagnostics)


def load_or_raise(paths: Sequence[str]) -> list[Spec]:
    """Every spec at the paths; raises `SpecError` with all errors if there is any."""
    specs, errors = load(paths)
    if errors:
        raise SpecError(errors)
    return specs


def select(specs: Sequence[Spec], properties: Sequence[str], variant: Iterable[str]) -> list[Spec]:
    """The specs that have every property and every switch or question asked for.

    Raises `UsageError` for a property that no spec has, and where nothing is left.
    """
    known = [p.name for spec in specs for p in spec.properties]
    for name in properties:
        if name not in known:
            raise UsageError("F602", f"there is no property '{name}'", close_to(name, known))
    wanted = set(variant)
    left = [
        spec
        for spec in specs
        if (not properties or {p.name for p in spec.properties} & set(properties))
        and wanted <= {c.name for c in spec.configuration}
    ]
    if specs and not left:
        raise UsageError("F603", "no spec has all that --property and --variant ask for")
    return left


def require(what: str, names: Sequence[str], known: Iterable[str]) -> None:
    """Raises `UsageError` unless every name is known: a filter without a match is a mistake."""
    candidates = list(dict.fromkeys(known))
    for name in names:
        if name not in candidates:
            raise UsageError("F612", f"there is no {what} '{name}'", close_to(name, candidates))
