"""From paths to specs, and from `--property` and `--variant` to what they name."""

import os
from collections.abc import Iterable, Sequence

from fsm.errors import Diagnostic, Position, SpecError, UsageError
from fsm.expressions import BoolType, DurationType, Scalar
from fsm.model import ConfigVariable, Spec

_TRUTH = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


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


def parse_variant(items: Iterable[str], specs: Sequence[Spec]) -> dict[str, Scalar]:
    """`name=value` strings as values of the switches and questions that any of the specs has.

    Raises `UsageError` for what no spec has.
    """
    chosen: dict[str, Scalar] = {}
    for item in items:
        name, equals, text = (part.strip() for part in item.partition("="))
        if not equals:
            raise UsageError("F603", f"'{item}' chooses no value", "write --variant name=value")
        known = [c for spec in specs for c in spec.configuration if c.name == name]
        if not known:
            names = [c.name for spec in specs for c in spec.configuration]
            raise UsageError(
                "F603", f"there is no switch or question '{name}'", _close(name, names)
            )
        values = [value for c in known if (value := _value(text, c)) is not None]
        if not values:
            choices = ", ".join(_written(value, known[0]) for value in known[0].values)
            raise UsageError("F603", f"'{name}' cannot be '{text}'", f"it is one of {choices}")
        if name in chosen and chosen[name] != values[0]:
            raise UsageError("F603", f"'{name}' is chosen twice, differently")
        chosen[name] = values[0]
    return chosen


def select(specs: Sequence[Spec], properties: Sequence[str], variant: Iterable[str]) -> list[Spec]:
    """The specs that have every property and every switch or question asked for.

    Raises `UsageError` for a property that no spec has, and where nothing is left.
    """
    known = [p.name for spec in specs for p in spec.properties]
    for name in properties:
        if name not in known:
            raise UsageError("F602", f"there is no property '{name}'", _close(name, known))
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
            raise UsageError("F612", f"there is no {what} '{name}'", _close(name, candidates))


def _value(text: str, variable: ConfigVariable) -> Scalar | None:
    from fsm.spec.syntax import duration

    value: Scalar | None = text
    if isinstance(variable.type, DurationType):
        value = duration(text)
    elif isinstance(variable.type, BoolType):
        value = _TRUTH.get(text.lower())
    elif all(isinstance(v, int) for v in variable.values):
        value = int(text) if text.lstrip("-").isdecimal() else None
    return value if value in variable.values else None


def _written(value: Scalar, variable: ConfigVariable) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(variable.type, DurationType) and isinstance(value, int):
        from fsm.report.duration import say_duration

        return say_duration(value, "en").replace(" ", "")
    return str(value)


def _close(name: str, candidates: Iterable[str]) -> str:
    from fsm.spec.problems import did_you_mean

    known = list(dict.fromkeys(candidates))
    if hint := did_you_mean(name, known):
        return hint
    return f"there are: {', '.join(known[:12])}" if known else "there is none at all"
