"""When time may pass, until when, and what has to happen first (design, rule 3.7)."""

from bisect import bisect_right

from msgspec import Struct

from fsm.runtime.memory import Memory
from fsm.runtime.options import Arm
from fsm.runtime.plan import Plan
from fsm.runtime.possible import Possible, measured, occurrences
from fsm.semantics.instances import Faulted


class Block(Struct, frozen=True):
    """Why no time may pass: urgent event instances that can occur, machine instances in urgent
    states, and forced transitions (machine instance and number) that are due."""

    events: frozenset[str] = frozenset()
    machines: frozenset[str] = frozenset()
    due: frozenset[tuple[str, int]] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.events or self.machines or self.due)

    def waits_for(self, steps: list[Possible]) -> list[Possible]:
        """The steps that time waits for: urgent events, transitions that are due, and what the
        machines in urgent states do by themselves; where there are none, whatever moves these
        machines; where nothing does, every step, since one of them may help."""
        return (
            [s for s in steps if self._names(s)]
            or [s for s in steps if any(arm.move.machine in self.machines for arm in s.arms)]
            or steps
        )

    def _names(self, step: Possible) -> bool:
        event = step.occurrence.event
        return event in self.events or any(
            (not event and arm.move.machine in self.machines)
            or (arm.move.machine, arm.move.transition) in self.due
            for arm in step.arms
        )


def blocked(plan: Plan, memory: Memory) -> Block:
    """Why no time may pass now; an empty block where it may."""
    events = frozenset(
        occasion.event.name for occasion in plan.urgent
        if any(step.fault is None for step in occurrences(occasion, memory))
    )  # fmt: skip
    places = memory.locations.items()
    machines = frozenset(name for name, leaf in places if (name, leaf) in plan.urgent_states)
    due = frozenset(
        (name, arm.move.transition) for name, leaf in places
        for arm in plan.watched.of(name, leaf)[0] if _is_due(arm, memory)
    )  # fmt: skip
    return Block(events, machines, due)


def _is_due(arm: Arm, memory: Memory) -> bool:
    """Has its clock reached the upper bound, and is its guard true? One without a value forces
    nothing."""
    option = arm.option
    assert option.upper is not None, "what is forced has an upper bound"
    try:
        reached = measured(arm, memory) >= int(option.upper(memory, arm.names))
        return reached and (option.guard is None or bool(option.guard(memory, arm.names)))
    except Faulted:
        return False


def _hold_clocks(plan: Plan, memory: Memory) -> None:
    """Clocks stand still while their `paused_when` is true, and go on where it no longer is."""
    paused = [(name, bool(pause(memory, names))) for name, pause, names in plan.pauses]
    for name, held in paused:
        memory.clocks.hold(name, held)


def _next_turn(plan: Plan, memory: Memory) -> int | None:
    """The next instant at which time may turn out to be blocked, or a clock be paused, if nothing
    happens before; None where time may pass for ever.

    Between steps only clocks move, and a test of a clock turns only at a duration of the spec or
    one unit later: nothing else is looked at. Complexity: the clocks that matter in the present
    states, times the logarithm of the number of durations.
    """
    clocks, now = memory.clocks, memory.clocks.now
    nearest: int | None = None
    watched = {c for name, leaf in memory.locations.items() for c in plan.watched.of(name, leaf)[1]}
    for name in watched:
        if not clocks.runs(name):
            continue
        shown = clocks[name]
        later = bisect_right(plan.turns, shown)
        if later < len(plan.turns):
            instant = now + plan.turns[later] - shown
            nearest = instant if nearest is None else min(nearest, instant)
    return nearest


def pass_time(plan: Plan, memory: Memory, target: int) -> int:
    """Let time pass until it is blocked, at most until `target`: how many units did.

    It must not be blocked now. Complexity: one look at what could block it at each turn of a clock
    that matters, however long the time between them.
    """
    clocks = memory.clocks
    before = clocks.now
    while clocks.now < target:
        _hold_clocks(plan, memory)
        turn = _next_turn(plan, memory)
        clocks.now = target if turn is None else min(turn, target)
        if clocks.now < target and blocked(plan, memory):
            break
    return clocks.now - before


def next_block(plan: Plan, memory: Memory) -> int | None:
    """The first instant, now or later, at which time is blocked if nothing happens before."""
    real = memory.clocks
    memory.clocks = real.copy()
    try:
        while not blocked(plan, memory):
            _hold_clocks(plan, memory)
            turn = _next_turn(plan, memory)
            if turn is None:
                return None
            memory.clocks.now = turn
        return memory.clocks.now
    finally:
        memory.clocks = real
