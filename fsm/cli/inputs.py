"""From paths to specs, and from the filters of a command to what they name."""

import os
from collections.abc import Iterable, Sequence

from fsm.check.choices import close_to
from fsm.errors import Diagnostic, Position, SpecError, UsageError
from fsm.model import Spec


def load(paths: Sequence[str]) -> tuple[list[Spec], tuple[Diagnostic, ...]]:
    """Every spec at the paths, in order, each file once, and the errors of those that are wrong."""
    from fsm.spec.load import load_specs

    specs: list[Spec] = []
    errors: list[Diagnostic] = []
    seen: set[str] = set()
    for path in paths:
        try:
            loaded = load_specs([path])
        except SpecError as problem:
            errors += problem.diagnostics
            continue
        except UsageError as problem:
            at = Position(path, 1, 1)
            errors.append(Diagnostic(at, problem.code, problem.message, problem.hint))
            continue
        for file, spec in loaded:
            if (real := os.path.realpath(file)) in seen:
                continue
            seen.add(real)
            if isinstance(spec, SpecError):
                errors += spec.diagnostics
            else:
                specs.append(spec)
    return specs, tuple(errors)


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
