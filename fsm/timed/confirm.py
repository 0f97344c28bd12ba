"""Does a run in dense time show what a verdict claims? The meaning of each pattern on the run itself.

The formulas of patterns with a memory compare no clocks, so they change at steps and just after them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import cast

from fsm.expressions import Scalar
from fsm.model import Formula, Pattern, Property, Spec
from fsm.semantics.history import History
from fsm.semantics.interpreter import Interpreter
from fsm.timed.trace import Lapse, TimedRun, TimedState


@dataclass(frozen=True, slots=True)
class _Moment:
    state: TimedState
    history: History
    instant: Fraction


def confirm_timed(
    spec: Spec, property_: Property, run: TimedRun, each: Mapping[str, Scalar]
) -> bool:
    """Is the run a violation of the property (of `reachable`: a witness)? Linear in its length."""
    interpreter = Interpreter(spec, dict(run.variant))

    def holds(formula: Formula, moment: _Moment) -> bool:
        state = moment.state.exact()
        return bool(interpreter.holds(formula.node, state, moment.history, each))

    moments = _moments(run)
    subject = [holds(property_.subject, moment) for moment in moments]
    if property_.trigger is None:
        trigger = [k == 0 for k in range(len(moments))]
    else:
        trigger = [holds(property_.trigger, moment) for moment in moments]
    match property_.pattern:
        case Pattern.NEVER | Pattern.REACHABLE:
            return subject[-1]
        case Pattern.ALWAYS:
            return not subject[-1]
        case Pattern.AT_MOST:
            assert property_.bound is not None
            return sum(subject) > property_.bound
        case Pattern.PRECEDENCE:
            return trigger[-1] and not any(subject)
        case Pattern.EVENTUALLY | Pattern.RESPONSE if property_.within is not None:
            state = run.states[0].exact()
            allowed = interpreter.holds(property_.within.node, state, None, each)
            most = Fraction(int(allowed), interpreter.unit or 1)
            return any(
                asked
                and not any(subject[k:])
                and moments[-1].instant - moments[k].instant > most
                for k, asked in enumerate(trigger)
            )
        case pattern:
            raise AssertionError(f"zones do not decide {pattern}")


def _moments(run: TimedRun) -> list[_Moment]:
    found = [_Moment(run.states[0], History(), Fraction(0))]
    for step, state, instant in zip(run.steps, run.states[1:], run.instants[1:], strict=True):
        past = found[-1].history
        if isinstance(step, Lapse):  # rationals add like integers
            past = replace(past, fired="", now=past.now + cast(int, step.units))
        else:
            past = past.after(step)
        found.append(_Moment(state, past, instant))
    return found
