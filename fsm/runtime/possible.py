"""What can happen now: who takes part in which event, inner first, by priority."""

from collections.abc import Iterable, Iterator
from itertools import product

from msgspec import Struct

from fsm.runtime.memory import Memory
from fsm.runtime.options import Arm, Ear
from fsm.runtime.plan import Occasion, Plan
from fsm.semantics.firing import Fault
from fsm.semantics.instances import Faulted
from fsm.semantics.trace import Bindings, Occurrence


class Possible(Struct, frozen=True, eq=False):
    """A step: what occurs, by whom, and the priority that it states. `fault` where a guard has no
    value, so that the step is told and cannot be taken."""

    occurrence: Occurrence
    arms: tuple[Arm, ...]
    priority: int | None = None
    fault: Fault | None = None


def possible_steps(plan: Plan, memory: Memory) -> list[Possible]:
    """Every discrete step that no priority excludes, in the order of the spec: events first, then
    spontaneous steps, each with the steps whose guard has no value in their places."""
    found: list[Possible] = []
    for occasion in plan.occasions:
        found += occurrences(occasion, memory)
    for ear in plan.alone:
        found += _spontaneous(ear, memory)
    stated = [s.priority for s in found if s.fault is None and s.priority is not None]
    if not stated:
        return found
    highest = max(stated)
    return [s for s in found if s.fault is not None or s.priority in (None, highest)]


def occurrences(occasion: Occasion, memory: Memory) -> Iterator[Possible]:
    """How an event instance can occur, priorities between steps aside."""
    locations = memory.locations
    if occasion.owner is not None:
        owner = occasion.ears[0]
        if not owner.levels(locations[owner.process.name], occasion.fields[0]):
            return  # the owner has no transition for it here, whatever the fields are
    for fields in occasion.fields:
        options, refused = _taking_part(occasion, fields, memory)
        yield from refused
        if options:
            for arms in product(*options):
                moves = tuple(arm.move for arm in arms)
                yield Possible(
                    Occurrence(occasion.event.name, fields, moves), arms, _priority(occasion, arms)
                )


def _taking_part(
    occasion: Occasion, fields: Bindings, memory: Memory
) -> tuple[list[list[Arm]], list[Possible]]:
    """For each machine that takes part the arms that it may take; nobody where the event cannot
    occur: its owner cannot, or it waits for all and somebody cannot."""
    refused: list[Possible] = []
    options: list[list[Arm]] = []
    for ear in occasion.ears:
        arms = _candidates(ear, fields, memory, refused)
        if arms:
            options.append(arms)
        elif ear.must or ear.process.name == occasion.owner:
            return [], refused
    return options, refused


def _candidates(ear: Ear, fields: Bindings, memory: Memory, refused: list[Possible]) -> list[Arm]:
    """Inner first: the first level with enabled arms supplies them, the highest priority among
    those that state one. Arms whose guard has no value are added to `refused`."""
    event = ear.event.name if ear.event else ""
    for level in ear.levels(memory.locations[ear.process.name], fields):
        found = list(_enabled(level, event, fields, memory, refused))
        if len(found) > 1:
            stated = [p for a in found if (p := a.part.transition.priority) is not None]
            if stated:
                kept = (None, max(stated))
                found = [a for a in found if a.part.transition.priority in kept]
        if found:
            return found
    return []


def _spontaneous(ear: Ear, memory: Memory) -> Iterator[Possible]:
    """Every enabled transition without an event, whatever its level, in the order of the spec."""
    if not ear.heard:
        return
    levels = ear.levels(memory.locations[ear.process.name], ())
    arms = [arm for level in levels for arm in level]
    if len(levels) > 1:
        arms.sort(key=lambda arm: arm.part.transition.number)
    refused: list[Possible] = []
    for arm in arms:
        yielded = list(_enabled((arm,), "", (), memory, refused))
        yield from refused
        refused.clear()
        for enabled in yielded:
            yield Possible(
                Occurrence("", (), (enabled.move,)), (enabled,), enabled.part.transition.priority
            )


def _enabled(
    arms: Iterable[Arm], event: str, fields: Bindings, memory: Memory, refused: list[Possible]
) -> Iterator[Arm]:
    for arm in arms:
        guard = arm.option.guard
        try:
            if in_time(arm, memory) and (guard is None or guard(memory, arm.names)):
                yield arm
        except Faulted as reason:
            occurrence = Occurrence(event, fields, (arm.move,))
            refused.append(Possible(occurrence, (arm,), None, arm.part.fault(reason)))


def in_time(arm: Arm, memory: Memory) -> bool:
    """Bounds are closed; a forced transition may come late, then it happens at once."""
    option = arm.option
    if option.lower is None and option.upper is None:
        return True
    shown = measured(arm, memory)
    if option.lower is not None and shown < int(option.lower(memory, arm.names)):
        return False
    if option.upper is None:
        return True
    # The bound is read even where it decides nothing, since one without a value is a fault.
    late = shown > int(option.upper(memory, arm.names))
    return option.forced or not late


def measured(arm: Arm, memory: Memory) -> int:
    """Milliseconds on the clock that the timing of a transition looks at."""
    if arm.option.clock is not None:
        return int(arm.option.clock(memory, arm.names))
    return memory.clocks[arm.clock] * arm.option.unit


def _priority(occasion: Occasion, arms: tuple[Arm, ...]) -> int | None:
    """The event's own, or else that of its owner's transition, who comes first."""
    if occasion.event.event.priority is not None:
        return occasion.event.event.priority
    return None if occasion.owner is None else arms[0].part.transition.priority
