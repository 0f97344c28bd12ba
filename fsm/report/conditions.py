"""Conditions over switches and questions, in the syntax of the spec: durations as 48h."""

from fsm.check.results import Condition
from fsm.expressions import DurationType, Scalar
from fsm.report.duration import say_duration
from fsm.report.labels import Labels


def say_condition(condition: Condition, labels: Labels) -> str:
    """The formula as an author would write it; "always" and "never" for the two extremes."""

    def value(name: str, scalar: Scalar) -> str:
        variable = labels.configuration.get(name)
        if isinstance(scalar, bool):
            return str(scalar).lower()
        if variable is not None and isinstance(variable.type, DurationType):
            return say_duration(int(scalar), "en").replace(" ", "")
        return str(scalar)

    return condition.formula(value)
