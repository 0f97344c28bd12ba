"""Conditions over switches and questions, in the syntax of the spec: durations as 48h."""

from fsm.check.results import Condition
from fsm.expressions import DurationType, Scalar
from fsm.report.duration import say_duration
from fsm.report.labels import Labels

_Term = tuple[tuple[str, tuple[Scalar, ...]], ...]


def say_condition(condition: Condition, labels: Labels) -> str:
    """The formula as an author would write it; "always" and "never" for the two extremes."""
    if not condition.terms:
        return "never"
    if condition.terms == ((),):
        return "always"
    several = len(condition.terms) > 1
    return " or ".join(_term(term, labels, several and len(term) > 1) for term in condition.terms)


def _term(term: _Term, labels: Labels, bracket: bool) -> str:
    text = " and ".join(_literal(name, values, labels) for name, values in term)
    return f"({text})" if bracket else text


def _literal(name: str, values: tuple[Scalar, ...], labels: Labels) -> str:
    if values == (True,) and isinstance(values[0], bool):
        return name
    if values == (False,) and isinstance(values[0], bool):
        return f"not {name}"
    said = [_value(name, value, labels) for value in values]
    return f"{name} == {said[0]}" if len(said) == 1 else f"{name} in {{{', '.join(said)}}}"


def _value(name: str, value: Scalar, labels: Labels) -> str:
    variable = labels.configuration.get(name)
    is_duration = variable is not None and isinstance(variable.type, DurationType)
    if is_duration and isinstance(value, int):
        return say_duration(value, "en").replace(" ", "")
    return str(value).lower() if isinstance(value, bool) else str(value)
