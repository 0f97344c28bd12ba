"""Choices of a variant as people write them: `name=value` becomes a value that a spec has."""

from collections.abc import Iterable, Sequence

from fsm.errors import UsageError
from fsm.expressions import BoolType, DurationType, Scalar
from fsm.model import ConfigVariable, Spec
from fsm.spec.unparse import duration_text

_TRUTH = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


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
                "F603", f"there is no switch or question '{name}'", close_to(name, names)
            )
        values = [value for c in known if (value := _value(text, c)) is not None]
        if not values:
            choices = ", ".join(_written(value, known[0]) for value in known[0].values)
            raise UsageError("F603", f"'{name}' cannot be '{text}'", f"it is one of {choices}")
        if name in chosen and chosen[name] != values[0]:
            raise UsageError("F603", f"'{name}' is chosen twice, differently")
        chosen[name] = values[0]
    return chosen


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
        return duration_text(value)
    return str(value)


def close_to(name: str, candidates: Iterable[str]) -> str:
    """A hint: the most similar candidate, else what there is."""
    from fsm.spec.problems import did_you_mean

    known = list(dict.fromkeys(candidates))
    if hint := did_you_mean(name, known):
        return hint
    return f"there are: {', '.join(known[:12])}" if known else "there is none at all"
