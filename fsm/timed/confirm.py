"""Does a run in dense time show what a verdict claims? The meaning of each pattern on the run
itself.

The formulas of patterns with a memory compare no clocks, so they change at steps and just after
them.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import cast

from msgspec import Struct
from msgspec.structs import replace

from fsm.expressions import Scalar
from fsm.model import Formula, Pattern, Property, Spec
from fsm.semantics.history import History
from fsm.semantics.interpreter import Interpreter
from fsm.timed.trace import Lapse, TimedRun, TimedState


class Moment(Struct, frozen=True):
    """A state of a run, its past, and when: just after a wait began, or at its end, or at a
    step."""

    state: TimedState
    history: History
    instant: Fraction


def confirm_timed(
    spec: Spec, property_: Property, run: TimedRun, each: Mapping[str, Scalar]
) -> bool:
    """Is the run a violation of the property (of `reachable`: a witness)? Linear in its length."""
    interpreter = Interpreter(spec, dict(run.variant))

    def holds(formula: Formula, moment: Moment) -> bool:
        state = moment.state.exact()
        return bool(interpreter.holds(formula.node, state, moment.history, each))

    course = moments(run)
    subject = [holds(property_.subject, moment) for moment in course]
    if property_.trigger is None:
        trigger = [k == 0 for k in range(len(course))]
    else:
        trigger = [holds(property_.trigger, moment) for moment in course]
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
                asked and not any(subject[k:]) and course[-1].instant - course[k].instant > most
                for k, asked in enumerate(trigger)
            )
        case pattern:
            raise AssertionError(f"zones do not decide {pattern}")


def moments(run: TimedRun) -> list[Moment]:
    """The moments of a run at which formulas without clocks may change."""
    found = [Moment(run.states[0], History(), Fraction(0))]
    for step, state, instant in zip(run.steps, run.states[1:], run.instants[1:], strict=True):
        past = found[-1].history
        if isinstance(step, Lapse):  # rationals add like integers
            past = replace(past, fired="", now=past.now + cast(int, step.units))
            found.append(Moment(state, past, found[-1].instant))  # just after it began
        else:
            past = past.after(step)
        found.append(Moment(state, past, instant))
    return found


def lengths(
    spec: Spec, start: Formula, goal: Formula, run: TimedRun, *, is_event: bool
) -> list[tuple[Fraction, Fraction]]:
    """When each measurement that a run completes began and ended (`fsm.timed.measure`)."""
    interpreter = Interpreter(spec, dict(run.variant))

    def holds(formula: Formula, moment: Moment) -> bool:
        return bool(interpreter.holds(formula.node, moment.state.exact(), moment.history, {}))

    found = []
    waiting: list[Fraction] = []
    before = False
    for moment in moments(run):
        now = holds(start, moment)
        if now and (is_event or not before):
            waiting.append(moment.instant)
        before = now
        if holds(goal, moment):
            found += [(began, moment.instant) for began in waiting]
            waiting = []
    return found
