"""What one machine may do at one instant (design, rules 3.5 to 3.7, and inner first, section 2)."""

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

from msgspec import Struct

from fsm.model import Timing, Transition
from fsm.semantics.firing import Fault, Part
from fsm.semantics.instances import (
    EventInstance,
    Faulted,
    Process,
    choices,
    clock_of,
    left_by,
)  # fmt: skip
from fsm.semantics.trace import Bindings, Occurrence
from fsm.semantics.values import View, evaluate


class Refused(Struct, frozen=True):
    """A choice whose guard has no value: reported, not taken, and not enabled."""

    occurrence: Occurrence
    fault: Fault


class Candidate(Struct, frozen=True):
    """A transition that one machine could take, with the priority that it states."""

    part: Part
    priority: int | None


class _Ranked(Protocol):
    @property
    def priority(self) -> int | None: ...


R = TypeVar("R", bound=_Ranked)


def undominated(enabled: Iterable[R]) -> list[R]:
    """Rule 3.6: the highest priority stated excludes the lower ones; what states none is neither
    excluded nor excludes."""
    found = list(enabled)
    highest = max((x.priority for x in found if x.priority is not None), default=None)
    return [x for x in found if x.priority in (None, highest)]


def candidates(
    process: Process, event: EventInstance, fields: Bindings, view: View
) -> tuple[list[Part], list[Refused]]:
    """What a machine may do when the event occurs: inner first, then by priority.

    From the leaf outwards, the first state with enabled transitions supplies them; transitions
    without `from` come last. A transition counts for the innermost of its sources.
    """
    refused: list[Refused] = []
    for level in applying(process, event, view):
        found: list[Candidate] = []
        for transition in level:
            bound = heard(process, transition, event, view)
            if bound is None:
                continue
            for part in alternatives(process, transition, fields, bound):
                verdict = enabled(part, view)
                if isinstance(verdict, Fault):
                    occurrence = Occurrence(event.name, fields, (part.move,))
                    refused.append(Refused(occurrence, verdict))
                elif verdict:
                    found.append(Candidate(part, transition.priority))
        if found:
            return [candidate.part for candidate in undominated(found)], refused
    return [], refused


def alternatives(
    process: Process, transition: Transition, fields: Bindings, bound: Bindings
) -> Iterator[Part]:
    """Rule 3.6: every combination of chosen values is an alternative of its own."""
    for chosen in choices(transition.choose):
        own = (*bound, *chosen)
        yield Part(process, transition, own, dict((*fields, *own)))


def heard(
    process: Process, transition: Transition, event: EventInstance, view: View
) -> Bindings | None:
    """What a transition learns when it goes with this event instance; None if it does not.

    A listener that binds a name hears every copy and learns which one it was.
    """
    ref = transition.event
    if ref is None or ref.event != event.event.name:
        return None
    if ref.binds:
        return ((ref.binds, int(event.copy or 0)),)
    copy = None if ref.copy is None else evaluate(ref.copy, view.inside(process.copy))
    meant = view.instances.resolve(ref.event, copy, process.copy)
    return () if meant == event.name else None


def mentions(process: Process, event: EventInstance, view: View) -> bool:
    """Does any transition of the machine, in whatever state, go with this event instance?"""
    return any(
        heard(process, transition, event, view) is not None
        for transition in view.instances.on(process.machine, event.event.name)
    )


def listens(process: Process, event: EventInstance, view: View) -> bool:
    """Does a transition out of a state that the machine is in go with this event instance?"""
    return any(
        heard(process, transition, event, view) is not None
        for level in applying(process, event, view)
        for transition in level
    )


def applying(process: Process, event: EventInstance, view: View) -> list[list[Transition]]:
    """The transitions of a machine on an event, whichever copy, out of states that it is in: inner
    first."""
    return view.instances.leaving(process, view.locations[process.name], event.event.name)


def source(process: Process, transition: Transition, view: View) -> str | None:
    """The innermost state that the machine is in and that the transition leaves from; "" for a
    transition without `from`; None where it does not apply."""
    return left_by(process, view.locations[process.name], transition)


def enabled(part: Part, view: View) -> bool | Fault:
    """Its source is known to be active: do time and guard allow it? The guard is read only where
    time allows it."""
    try:
        return _in_time(part, view) and _allows(part, view)
    except Faulted as reason:
        return part.fault(reason)


def is_due(process: Process, events: Iterable[EventInstance], view: View) -> bool:
    """Rule 3.7: must one of its forced transitions happen now? The clock has reached the upper
    bound, and the guard is true for some choice of fields and values.

    A guard without a value forces nothing: the step that it belongs to is reported instead.
    """
    for transition in process.machine.transitions:
        timing = transition.timing
        if timing is None or not timing.forced or source(process, transition, view) is None:
            continue
        for part in _every_alternative(process, transition, events, view):
            try:
                if _has_reached(timing, part, view) and _allows(part, view):
                    return True
            except Faulted:
                continue
    return False


def _every_alternative(
    process: Process, transition: Transition, events: Iterable[EventInstance], view: View
) -> Iterator[Part]:
    """A transition with every copy and field of its event, and every value that it chooses."""
    if transition.event is None:
        yield from alternatives(process, transition, (), ())
    for event in events:
        bound = heard(process, transition, event, view)
        if bound is not None:
            for fields in choices(event.event.fields):
                yield from alternatives(process, transition, fields, bound)


def _allows(part: Part, view: View) -> bool:
    guard = part.transition.guard
    return guard is None or bool(evaluate(guard.node, part.sees(view)))


def _in_time(part: Part, view: View) -> bool:
    """Rule 3.7: bounds are closed; the upper one cuts off only what is not forced, since what is
    forced and late happens at once."""
    timing = part.transition.timing
    if timing is None:
        return True
    here = part.sees(view)
    clock = _measured(timing, part, here)
    if timing.lower is not None and clock < int(evaluate(timing.lower.node, here)):
        return False
    late = timing.upper is not None and clock > int(evaluate(timing.upper.node, here))
    return timing.forced or not late


def _has_reached(timing: Timing, part: Part, view: View) -> bool:
    """Rule 3.7: has the clock reached the upper bound?"""
    here = part.sees(view)
    assert timing.upper is not None, "what is forced has an upper bound"
    return _measured(timing, part, here) >= int(evaluate(timing.upper.node, here))


def measured(process: Process) -> set[str]:
    """The clocks for the time in a state that a transition may look at; nobody else does."""
    return {
        clock_of(process.name, state)
        for transition in process.machine.transitions
        if transition.timing is not None and transition.timing.clock is None
        for state in transition.sources or ("",)
    }


def _measured(timing: Timing, part: Part, here: View) -> int:
    """Milliseconds on the named clock of a transition, or else in its source."""
    if timing.clock is not None:
        clock = evaluate(timing.clock, here)
        assert not isinstance(clock, str)
        return clock
    state = source(part.process, part.transition, here)
    assert state is not None, "only transitions out of active states are asked"
    return here.clocks[clock_of(part.process.name, state)] * here.unit
