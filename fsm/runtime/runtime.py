"""A spec that runs: events are fired, time passes, deadlines fire on the clock.

Who takes part in a step, what may happen and how long time may pass follow section 3 of the
design; the machines that move are those of the `transitions` library.
"""

from collections.abc import Callable, Mapping

from fsm.errors import UsageError
from fsm.expressions import Scalar, Value
from fsm.model import Field, Spec
from fsm.runtime.clock import Clock, VirtualClock
from fsm.runtime.deadlines import blocked, next_block, pass_time
from fsm.runtime.effects import snapshot_of, state_of
from fsm.runtime.ensemble import Ensemble
from fsm.runtime.errors import Ambiguous, Chooser, in_order
from fsm.runtime.explain import not_possible, stuck, unknown_event, zeno
from fsm.runtime.memory import Memory
from fsm.runtime.plan import plan_of
from fsm.runtime.possible import Possible
from fsm.runtime.saving import Saved, Timers, checked, read, restarted, to_text
from fsm.runtime.starting import start_of, variant_of
from fsm.semantics.firing import Fault
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
        self._source = spec
        self._plan = plan_of(spec, variant_of(spec, variant or {}), unit)
        self.spec, self.variant, self.unit = self._plan.spec, self._plan.variant, self._plan.unit
        self.choose, self.lang = choose, lang
        self.time_source: Clock = VirtualClock() if clock is None else clock
        self._epoch = self.time_source.now
        self._ensemble = Ensemble(self._plan)
        self.machines = self._ensemble.machines
        self._observers: list[Observer] = []
        self._settling = False
        self._steps: list[Step] = []
        self._begin(start_of(self._plan, start), 0)
        if isinstance(self.time_source, VirtualClock):
            self.time_source.attach(self)

    # --- what is -----------------------------------------------------------------------------

    @property
    def clock(self) -> VirtualClock:
        """The virtual clock, to be advanced. Raises `UsageError` F646 where time goes on by itself;
        `time_source` is the clock, whatever its kind."""
        if not isinstance(self.time_source, VirtualClock):
            raise UsageError(
                "F646", "a real clock goes on by itself", "fire events, and `await drive(runtime)`"
            )
        return self.time_source

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
        return [(step.occurrence, self._ensemble.fault(step)) for step in self._ensemble.possible()]

    def possible(self) -> tuple[str, ...]:
        """The event instances that can happen now, in the order of the spec."""
        return tuple(dict.fromkeys(step.event for step in self.enabled() if step.event))

    # --- what happens ------------------------------------------------------------------------

    def fire(self, event: str, /, *, choose: Chooser | None = None, **fields: Scalar) -> Occurrence:
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
            step for step in self._ensemble.possible()
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
        for step in self._ensemble.possible():
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
        if self.unit is None or units < 1:
            raise UsageError(
                "F646", f"{units} units of time cannot pass here",
                "wait() takes one unit or more, in a spec with durations",
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
        block = None if self.unit is None else next_block(self._plan, self._memory)
        return None if block is None or self.unit is None else self._epoch + block * self.unit

    def no_longer(self, callback: Observer) -> None:
        """Take back `on_step`."""
        self._observers.remove(callback)

    # --- saved and restored ------------------------------------------------------------------

    def save(self) -> str:
        """The present state as JSON. What has happened so far is not part of it."""
        now, state, time = self.time_source.now, self.state, self._memory.clocks.now
        # A real clock may have gone on between the two readings.
        at = max(now, self._epoch + time * (self.unit or 0))
        saved = Saved(state, time, self._epoch, at)
        return to_text(self._plan, self._source, saved)

    @classmethod
    def restore(
        cls,
        spec: Spec,
        text: str,
        *,
        timers: Timers,
        clock: Clock | None = None,
        now: int | None = None,
        choose: Chooser | None = None,
        lang: str = "en",
    ) -> "Runtime":
        """Go on from what `save` wrote, after an outage.

        timers      "original": time went on meanwhile. Deadlines that have passed fire now, each at
                    its own instant, earliest first.
                    "remaining": time stood still. A deadline that was 5 h ahead still is.
                    "restart": every clock starts at zero again, named ones included, so that every
                    deadline has its whole time before it.
        clock       a virtual clock that shows `now`, unless given
        now         what the clock shows at this moment, in milliseconds; unless given, what `clock`
                    shows, or what it showed when the state was saved

        Raises `UsageError`: F647 for a text that `save` did not write or that does not fit the
        spec, F648 for one saved by another spec or another version of it, F646 for a `now` before
        the state was saved; with "original" whatever `settle` raises.
        """
        document, variant, unit = read(spec, text)
        runtime = cls(spec, variant, choose=choose, unit=unit, lang=lang)
        saved = checked(runtime._plan, document)
        present = now if now is not None else saved.at if clock is None else clock.now
        if present < saved.at:
            raise UsageError(
                "F646", f"the clock shows {present} ms, before the state was saved at {saved.at}",
                "a clock does not run back: pass now= or a clock that has gone on",
            )  # fmt: skip
        runtime._go_on(saved, timers, VirtualClock(present) if clock is None else clock, present)
        return runtime

    def _go_on(self, saved: Saved, timers: Timers, clock: Clock, present: int) -> None:
        """Run from the saved state on, on a clock that shows `present`."""
        outage = 0 if timers == "original" else present - saved.at
        self.time_source, self._epoch = clock, saved.began + outage
        self._begin(restarted(saved.state) if timers == "restart" else saved.state, saved.time)
        if isinstance(clock, VirtualClock):
            self.check(present)
            clock.attach(self)
        if timers == "original" and present > saved.at:
            self.settle()

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

    @property
    def _memory(self) -> Memory:
        return self._ensemble.memory

    def _begin(self, state: State, now: int) -> None:
        self._ensemble.place(state, now)
        self._snapshots = [state.snapshot]

    def _catch_up(self) -> None:
        """Let time pass up to the present reading of the clock, settling each instant before."""
        if self.unit is None or self._ensemble.moving or self._settling:
            return
        target = (self.time_source.now - self._epoch) // self.unit
        while self._memory.clocks.now < target:
            self._settle()
            passed = pass_time(self._plan, self._memory, target)
            self._ensemble.time_has_passed()
            self._record(Delay(passed))

    def _settle(self) -> None:
        self._settling = True
        try:
            for _ in range(MOST_AT_ONCE):
                block = blocked(self._plan, self._memory)
                if not block:
                    return
                wanted = block.waits_for(self._ensemble.possible())
                if not wanted:
                    raise stuck(self._memory, block, self.lang)
                self._take(self._choose("", wanted, self.choose or in_order))
        finally:
            self._settling = False
        raise zeno(self._memory, MOST_AT_ONCE, self.lang)

    # --- one step ----------------------------------------------------------------------------

    def _choose(self, event: str, steps: list[Possible], choose: Chooser | None) -> Possible:
        """One of these steps, or any other that the chooser prefers."""
        if len(steps) == 1:
            return steps[0]
        offered = tuple(step.occurrence for step in steps)
        if choose is None:
            raise Ambiguous(event, offered, self.lang)
        chosen = choose(offered)
        for step in (*steps, *self._ensemble.possible()):
            if step.occurrence == chosen:
                return step
        raise not_possible(self._plan, self._memory, chosen, self.possible(), self.lang)

    def _take(self, step: Possible) -> None:
        self._ensemble.take(step, self.lang)
        self._record(step.occurrence)

    def _record(self, step: Step) -> None:
        snapshot = snapshot_of(self._memory)
        last = self._steps[-1] if self._steps else None
        real = not isinstance(self.time_source, VirtualClock)
        if real and isinstance(step, Delay) and isinstance(last, Delay):
            # A real clock is read at any moment: time between two steps is told as one delay.
            self._steps[-1] = Delay(last.units + step.units)
        else:
            self._steps.append(step)
            self._snapshots.append(snapshot)
        for observer in tuple(self._observers):
            observer(step, snapshot)


def _fits(fields: Mapping[str, Scalar], declared: tuple[Field, ...]) -> bool:
    values = {field.name: field.values for field in declared}
    return all(name in values and value in values[name] for name, value in fields.items())


def _in_any_order(occurrence: Occurrence) -> tuple[str, frozenset[object], frozenset[object]]:
    moves = ((m.machine, m.transition, frozenset(m.chosen)) for m in occurrence.moves)
    return occurrence.event, frozenset(occurrence.fields), frozenset(moves)
