"""A spec that runs: events are fired, time passes, deadlines fire on the clock.

Who takes part in a step, what may happen and how long time may pass follow section 3 of the
design; the machines that move are those of the `transitions` library.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from fsm.errors import UsageError
from fsm.expressions import Scalar, Value
from fsm.model import Field, Spec
from fsm.runtime.clock import Clock, VirtualClock
from fsm.runtime.deadlines import blocked, hold_clocks, next_turn
from fsm.runtime.effects import Effects, apply_effects, effects_of, snapshot_of, state_of
from fsm.runtime.errors import Ambiguous, Chooser, SpecFault, in_order
from fsm.runtime.explain import not_possible, rules_of, stuck, unknown_event, zeno
from fsm.runtime.machines import RuntimeMachine, build_machine, path, trigger_of
from fsm.runtime.memory import Memory
from fsm.runtime.plan import Arm, plan_of
from fsm.runtime.possible import Possible, possible_steps
from fsm.runtime.starting import start_of, variant_of
from fsm.semantics.firing import Fault, clock_of
from fsm.semantics.trace import Delay, Occurrence, Snapshot, State, Step, Trace

MOST_AT_ONCE = 10_000  # steps at one instant, before they are taken for a Zeno loop
Observer = Callable[[Step, Snapshot], None]


class Runtime:
    """One run of a spec in one variant, growing as events are fired and time passes.

    variant     switches and questions that are left out have their first value
    start       where `any` leaves a choice: an initial snapshot, or the values of some variables by
                instance name; else the first initial state
    clock       a `VirtualClock` unless given; several runtimes may share one
    choose      decides wherever several steps answer to a request or are due at one instant. Left
                out, steps that are due come in the order of the spec, and a request that is
                ambiguous raises `Ambiguous`.
    unit        milliseconds in a unit of time, where events come between the spec's own units; it
                must divide every duration. The spec of the runtime then has that unit.
    lang        the language of error messages ("en" or "zh")

    Raises `UsageError`: F603 for a variant or a start that the spec does not have, F605 for a unit
    that does not divide a duration.

    An instant may see any number of steps. It is *settled* when time may pass again: whatever is
    urgent or due has happened. `clock.advance` settles every instant on its way, the last one
    included; `wait` leaves the last one open. Events that nothing forces never happen by themselves
    unless time cannot pass without them.
    """

    def __init__(
        self,
        spec: Spec,
        variant: Mapping[str, Scalar] | None = None,
        *,
        start: Snapshot | Mapping[str, Value] | None = None,
        clock: Clock | None = None,
        choose: Chooser | None = None,
        unit: int | None = None,
        lang: str = "en",
    ) -> None:
        self._plan = plan_of(spec, variant_of(spec, variant or {}), unit)
        self.spec, self.variant, self.unit = self._plan.spec, self._plan.variant, self._plan.unit
        self.choose, self.lang = choose, lang
        self.clock: Clock = VirtualClock() if clock is None else clock
        self._epoch = self.clock.now
        self._memory = Memory(self._plan.instances.resolve)
        self._underway: dict[str, tuple[Arm, Effects]] = {}
        self._machines: dict[str, RuntimeMachine] = {}
        for process in self._plan.instances.processes:
            self._machines[process.name] = build_machine(process, self)
        self.machines: Mapping[str, RuntimeMachine] = MappingProxyType(self._machines)
        self._observers: list[Observer] = []
        self._possible: list[Possible] | None = None
        self._settling = False
        self._steps: list[Step] = []
        self._place(start_of(self._plan, start))
        if isinstance(self.clock, VirtualClock):
            self.clock.attach(self)

    # --- what is -----------------------------------------------------------------------------

    @property
    def time(self) -> int:
        """Units since the start."""
        self._catch_up()
        return self._memory.clocks.now

    @property
    def state(self) -> State:
        """Where everything is now, and all clocks, as the reference semantics tells it."""
        self._catch_up()
        return state_of(self._plan, self._memory)

    @property
    def steps(self) -> tuple[Step, ...]:
        """What has happened so far."""
        return tuple(self._steps)

    def run(self) -> Trace:
        """What has happened so far, for `fsm.semantics.replay`."""
        variant = tuple(self.variant.items())
        return Trace(variant, tuple(self._snapshots), tuple(self._steps))

    def enabled(self) -> tuple[Occurrence, ...]:
        """The discrete steps that can be taken now, in the order of the spec."""
        return tuple(occurrence for occurrence, fault in self.outcomes() if fault is None)

    def outcomes(self) -> list[tuple[Occurrence, Fault | None]]:
        """Every discrete step in the order of the spec, and the fault that it would run into."""
        self._catch_up()
        return [(step.occurrence, self._fault(step)) for step in self._now_possible()]

    def possible(self) -> tuple[str, ...]:
        """The event instances that can happen now, in the order of the spec."""
        return tuple(dict.fromkeys(step.event for step in self.enabled() if step.event))

    # --- what happens ------------------------------------------------------------------------

    def fire(
        self, event: str, /, *, choose: Chooser | None = None, **fields: Scalar
    ) -> Occurrence:
        """Let an event instance happen now, with these fields; those left out may be any.

        Answers which step it was. Raises `UsageError` F640 for an event or field that the spec does
        not have, `NotPossible` where it cannot happen now, `Ambiguous` where several steps are
        meant and neither `choose` nor the runtime's own chooser decides, `SpecFault`.
        """
        occasion = self._plan.by_event.get(event)
        if occasion is None or not _fits(fields, occasion.event.event.fields):
            raise unknown_event(self._plan, event, fields)
        self._catch_up()
        wanted = set(fields.items())
        steps = [
            step for step in self._now_possible()
            if step.occurrence.event == event and wanted <= set(step.occurrence.fields)
        ]  # fmt: skip
        if not steps:
            request = Occurrence(event, tuple(fields.items()), ())
            raise not_possible(self._plan, self._memory, request, self.possible(), self.lang)
        step = self._choose(event, steps, choose or self.choose)
        self._take(step)
        return step.occurrence

    def take(self, occurrence: Occurrence) -> None:
        """Take exactly this step. Raises `NotPossible` or `SpecFault`."""
        self._catch_up()
        wanted = _in_any_order(occurrence)
        for step in self._now_possible():
            if step.occurrence == occurrence or _in_any_order(step.occurrence) == wanted:
                self._take(step)
                return
        raise not_possible(self._plan, self._memory, occurrence, self.possible(), self.lang)

    def wait(self, units: int) -> None:
        """Let so many units pass on the virtual clock; deadlines fire on the way. What is due at
        the last instant has not happened yet, so that something else may still come first.

        Raises `UsageError` F646 for fewer than one unit, in a spec without time, and on a clock
        that is not virtual.
        """
        if self.unit is None or units < 1 or not isinstance(self.clock, VirtualClock):
            raise UsageError(
                "F646", f"{units} units of time cannot pass here",
                "wait() takes one unit or more, in a spec with durations, on a virtual clock",
            )  # fmt: skip
        self.clock.advance(milliseconds=units * self.unit, settle=False)

    def settle(self) -> None:
        """Let everything happen that must happen before time may pass.

        Of the steps that time waits for, the chooser takes one after the other; without a chooser
        they come in the order of the spec. Where time waits for something that only other steps
        can bring about, these are taken. Raises `TimeStuck` F644 where nothing can happen and F645
        after 10,000 steps, `SpecFault` where the chosen step is a fault.
        """
        self._catch_up()
        if self.unit is not None:
            self._settle()

    def on_step(self, callback: Observer) -> None:
        """Call this after every step, delays included, with the step and the snapshot after it.
        The callback may fire events itself."""
        self._observers.append(callback)

    def next_deadline(self) -> int | None:
        """The next instant of the clock, in milliseconds, at which something may be due; None
        where time may pass for ever. The present one where time may not pass now."""
        self._catch_up()
        block = None if self.unit is None else self._next_block()
        return None if block is None or self.unit is None else self._epoch + block * self.unit

    # --- time, as the clock sees it ----------------------------------------------------------

    def check(self, instant: int) -> None:
        """Can the clock stop at this instant? Raises `UsageError` F646 between whole units."""
        if self.unit is not None and (instant - self._epoch) % self.unit:
            raise UsageError(
                "F646",
                f"the clock would stop between two units of {self.unit} ms of {self.spec.name}",
                "give the runtime a finer unit: Runtime(spec, unit=…)",
            )

    def due(self, by: int) -> int | None:
        """The first instant before `by` at which something must be looked at."""
        deadline = self.next_deadline()
        return deadline if deadline is not None and deadline < by else None

    def wake(self, settle: bool) -> None:
        """The clock has got here: let time pass; with `settle`, do what must happen now."""
        self._catch_up()
        if settle:
            self.settle()

    def _catch_up(self) -> None:
        """Let time pass up to the present reading of the clock, settling each instant before."""
        if self.unit is None or self._underway or self._settling:
            return
        target = (self.clock.now - self._epoch) // self.unit
        while self._memory.clocks.now < target:
            self._settle()
            self._pass(target)

    def _pass(self, target: int) -> None:
        """Let time pass until it is blocked, at most until `target`."""
        clocks = self._memory.clocks
        before = clocks.now
        while clocks.now < target:
            hold_clocks(self._plan, self._memory)
            turn = next_turn(self._plan, self._memory)
            clocks.now = target if turn is None else min(turn, target)
            if clocks.now < target and blocked(self._plan, self._memory):
                break
        hold_clocks(self._plan, self._memory)
        self._possible = None
        self._record(Delay(clocks.now - before))

    def _next_block(self) -> int | None:
        """The next instant, in units, at which time is blocked if nothing happens before."""
        memory = self._memory
        real = memory.clocks
        memory.clocks = real.copy()
        try:
            while not blocked(self._plan, memory):
                hold_clocks(self._plan, memory)
                turn = next_turn(self._plan, memory)
                if turn is None:
                    return None
                memory.clocks.now = turn
            return memory.clocks.now
        finally:
            memory.clocks = real

    def _settle(self) -> None:
        self._settling = True
        try:
            for _ in range(MOST_AT_ONCE):
                block = blocked(self._plan, self._memory)
                if not block:
                    return
                steps = self._now_possible()
                wanted = [s for s in steps if block.asks_for(s)] or steps
                if not wanted:
                    raise stuck(self._plan, self._memory, block, self.lang)
                self._take(self._choose("", wanted, self.choose or in_order))
        finally:
            self._settling = False
        raise zeno(self._plan, self._memory, MOST_AT_ONCE, self.lang)

    # --- one step ----------------------------------------------------------------------------

    def _now_possible(self) -> list[Possible]:
        if self._possible is None:
            self._possible = possible_steps(self._plan, self._memory)
        return self._possible

    def _fault(self, step: Possible) -> Fault | None:
        if step.fault is not None:
            return step.fault
        effects = effects_of(self._plan, self._memory, step.arms)
        return effects if isinstance(effects, Fault) else None

    def _choose(self, event: str, steps: list[Possible], choose: Chooser | None) -> Possible:
        """One of these steps, or any other that the chooser prefers."""
        if len(steps) == 1:
            return steps[0]
        offered = tuple(step.occurrence for step in steps)
        if choose is None:
            raise Ambiguous(event, offered, self.lang)
        chosen = choose(offered)
        for step in (*steps, *self._now_possible()):
            if step.occurrence == chosen:
                return step
        raise not_possible(self._plan, self._memory, chosen, self.possible(), self.lang)

    def _take(self, step: Possible) -> None:
        if self._underway:
            raise UsageError(
                "F649", "a step is under way: its callbacks cannot take another",
                "use runtime.on_step(…), which is called when the step is complete",
            )  # fmt: skip
        memory = self._memory
        effects = step.fault or effects_of(self._plan, memory, step.arms)
        if isinstance(effects, Fault):
            raise SpecFault(effects, step.occurrence, rules_of(self._plan, step.arms), self.lang)
        before = memory.copy()
        pairs = zip(step.arms, effects, strict=True)
        self._underway = {arm.move.machine: (arm, effect) for arm, effect in pairs}
        try:
            for arm in step.arms:
                machine = self._machines[arm.move.machine]
                moved = machine.trigger_event(
                    machine, trigger_of(arm.part.transition), occurrence=step.occurrence
                )
                assert moved, "the transition that was chosen is let through"
        except BaseException:
            self._go_back(before)
            raise
        finally:
            self._underway = {}
        self._possible = None
        self._record(step.occurrence)

    def _go_back(self, before: Memory) -> None:
        """A callback has raised: the step has not been taken, by any machine."""
        self._memory = before
        for process in self._plan.instances.processes:
            machine = self._machines[process.name]
            machine.set_state(path(process, before.locations[process.name]), machine)
        self._possible = None

    def _record(self, step: Step) -> None:
        self._steps.append(step)
        snapshot = snapshot_of(self._memory)
        self._snapshots.append(snapshot)
        for observer in tuple(self._observers):
            observer(step, snapshot)

    def _place(self, state: State) -> None:
        """Put every machine, variable and clock where the state has it."""
        memory = self._memory
        memory.locations.update(state.snapshot.locations)
        memory.values.update(state.snapshot.values)
        for name, shown in state.clocks:
            memory.clocks.show(name, shown)
        for process in self._plan.instances.processes:
            machine = self._machines[process.name]
            machine.set_state(path(process, memory.locations[process.name]), machine)
        self._snapshots = [state.snapshot]

    # --- what the machines ask, and tell -----------------------------------------------------

    def is_chosen(self, process: str, transition: int) -> bool:
        """Does the step that is under way move this machine by this transition?"""
        part = self._underway.get(process)
        return part is not None and part[0].move.transition == transition

    def write(self, process: str) -> None:
        """Make the assignments and resets of its part in the step."""
        apply_effects(self._underway[process][1], self._memory)

    def entered(self, process: str, state: str, leaf: bool) -> None:
        """The machine is in this state, for the first time or anew: its time there begins."""
        self._memory.clocks.show(clock_of(process, state), 0)
        if leaf:
            self._memory.locations[process] = state

    def left(self, process: str, state: str) -> None:
        """The machine is no longer in this state."""
        self._memory.clocks.forget(clock_of(process, state))


def _fits(fields: Mapping[str, Scalar], declared: tuple[Field, ...]) -> bool:
    values = {field.name: field.values for field in declared}
    return all(name in values and value in values[name] for name, value in fields.items())


def _in_any_order(occurrence: Occurrence) -> tuple[str, frozenset[object], frozenset[object]]:
    moves = ((m.machine, m.transition, frozenset(m.chosen)) for m in occurrence.moves)
    return occurrence.event, frozenset(occurrence.fields), frozenset(moves)
