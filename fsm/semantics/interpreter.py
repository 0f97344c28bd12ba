"""The reference semantics: what a step is, rule by rule, on the spec as it is written.

It decides one variant, in whole units of time, with clocks that count without end. Every other
engine must agree with it; nothing here is fast. "Rule 3.n" is rule n of section 3 of the design:

3.1  a discrete step is one occurrence of one event with one choice of its fields  `_occurrences`
3.2  who takes part                                                                `_combinations`
3.3  when an event can occur                                                       `_taking_part`
3.4  a transition without event is a step of its machine alone                     `_spontaneous`
3.5  guards and assignments read the state before; faults              `enabling`, `firing`
3.6  every choice is explored; priorities          `_combinations`, `_priority`, `enabling`
3.7  time                                     `delay`, `_time_is_blocked`, `enabling`, `firing`
3.8  runs are maximal: where a run may end, and which loops count          `replay`, `lasso`
3.9  ghosts only watch                                                            `history`
3.10 the order of the spec is the order of everything                           `instances`

and, from section 2, inner first: `enabling.candidates`.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import product

from msgspec import Struct

from fsm.expressions import Expr, Scalar
from fsm.model import Spec
from fsm.semantics.enabling import (
    Refused,
    alternatives,
    candidates,
    enabled,
    is_due,
    listens,
    mentions,
    source,
    undominated,
)  # fmt: skip
from fsm.semantics.firing import Fault, Part, fire, running
from fsm.semantics.history import History
from fsm.semantics.instances import EventInstance, Instances, Process, choices
from fsm.semantics.start import initial_snapshots, starts_as
from fsm.semantics.trace import (
    Bindings,
    Delay,
    Occurrence,
    Snapshot,
    State,
    Step,
    in_any_order,
)  # fmt: skip
from fsm.semantics.units import unit_of
from fsm.semantics.values import NO_NAMES, View, evaluate

__all__ = ["Fault", "Interpreter", "interpreter_of"]

KNOWN = 10_000  # steps whose targets an interpreter keeps


@lru_cache(8)
def interpreter_of(spec: Spec, variant: Bindings) -> "Interpreter":
    """The interpreter of a spec in one variant, the same one for all who ask about runs of it."""
    return Interpreter(spec, dict(variant))


class Enabled(Struct, frozen=True):
    """A step that can be taken: what occurs, by whom, and the priority that it states."""

    occurrence: Occurrence
    parts: tuple[Part, ...]
    priority: int | None


class Interpreter:
    """A spec in one variant: its initial states and its steps.

    Every answer is a function of the state alone, in the order of the spec (rule 3.10).
    """

    def __init__(self, spec: Spec, variant: Mapping[str, Scalar]) -> None:
        self.spec = spec
        self.variant = dict(variant)
        self.unit = unit_of(spec)
        self.instances = Instances(spec)
        self._owners = {e.name: self.instances.owner_of(e) for e in self.instances.events}
        self._known: dict[tuple[State, Occurrence], State | Fault | None] = {}
        self._mentioning = {e.name: self._who_mentions(e) for e in self.instances.events}

    def _who_mentions(self, event: EventInstance) -> list[Process]:
        """The owner first, then whoever has a transition on the event, whichever copy."""
        owner = self._owners[event.name]
        return sorted(
            (
                process
                for process in self.instances.processes
                if process.name == owner or self.instances.on(process.machine, event.event.name)
            ),
            key=lambda process: process.name != owner,
        )

    # --- states -----------------------------------------------------------------------------

    def initial(self) -> Iterator[State]:
        """Where a run may start: every choice of `any` that satisfies `initial_where`."""
        for snapshot in initial_snapshots(self.instances, self.variant):
            state = self._at_rest(snapshot)
            if self._may_start(state):
                yield state

    def starts_as(self, snapshot: Snapshot) -> State | None:
        """The initial state with this snapshot, None where no run starts like that."""
        if not starts_as(self.instances, self.variant, snapshot):
            return None
        state = self._at_rest(snapshot)
        return state if self._may_start(state) else None

    def holds(
        self,
        formula: Expr,
        state: State,
        history: History | None = None,
        names: Mapping[str, Scalar] = NO_NAMES,
    ) -> Scalar:
        """The value of an expression that stands outside all copies, such as a property's.

        Raises `Faulted` where it has none. Rule 3.9: only properties see the `history`.
        """
        return evaluate(formula, self._view(state, history).binding(names))

    def _at_rest(self, snapshot: Snapshot) -> State:
        """Rule 3.7: all clocks start at zero."""
        return State(snapshot, running(self.instances, dict(snapshot.locations), {}))

    def _may_start(self, state: State) -> bool:
        where = self.spec.initial_where
        return where is None or bool(self.holds(where.node, state))

    def _view(self, state: State, history: History | None = None) -> View:
        snapshot = state.snapshot
        return View(
            self.instances, self.variant, dict(snapshot.locations), dict(snapshot.values),
            dict(state.clocks), self.unit or 1, history=history,
        )  # fmt: skip

    # --- steps ------------------------------------------------------------------------------

    def successors(self, state: State) -> list[tuple[Step, State | Fault]]:
        """Every discrete step, then one unit of time where it may pass."""
        found: list[tuple[Step, State | Fault]] = [*self.steps(state)]
        later = self.delay(state)
        return found if later is None else [*found, (Delay(1), later)]

    def steps(self, state: State) -> list[tuple[Occurrence, State | Fault]]:
        """Rule 3.1: the discrete steps that are enabled and that no priority excludes.

        Rule 3.10: events in the order of the spec, then spontaneous steps machine by machine. A
        guard without a value is listed in its place as a fault.
        """
        view = self._view(state)
        found = [*self._possible(view)]
        kept = set(map(id, undominated(step for step in found if isinstance(step, Enabled))))
        return [
            (step.occurrence, self._target(step, view))
            for step in found
            if isinstance(step, Refused) or id(step) in kept
        ]

    def _possible(self, view: View, above: int | None = None) -> Iterator[Enabled | Refused]:
        """All steps, priorities aside; with `above` not those of events that state no higher."""
        for event in self.instances.events:
            stated = event.event.priority
            if above is None or stated is None or stated > above:
                yield from self._occurrences(event, view)
        for process in self.instances.processes:
            yield from self._spontaneous(process, view)

    def _is_excluded(self, step: Enabled, view: View) -> bool:
        """Rule 3.6: is a step enabled that states a higher priority?"""
        mine = step.priority
        return mine is not None and any(
            isinstance(other, Enabled) and other.priority is not None and other.priority > mine
            for other in self._possible(view, above=mine)
        )

    def _target(self, step: Enabled | Refused, view: View) -> State | Fault:
        return step.fault if isinstance(step, Refused) else fire(view, step.parts)

    def after(self, state: State, occurrence: Occurrence) -> State | Fault | None:
        """What `steps` lists for an occurrence, None if nothing. It lists no others but those with
        higher priorities (rule 3.6). The order of fields and moves does not matter.

        Kept: one run after the other is looked at, and many begin alike.
        """
        asked = state, occurrence
        if asked not in self._known:
            if len(self._known) >= KNOWN:
                self._known.clear()
            self._known[asked] = self._after(self._view(state), occurrence)
        return self._known[asked]

    def _after(self, view: View, occurrence: Occurrence) -> State | Fault | None:
        same = in_any_order(occurrence)
        found = (s for s in self._alike(occurrence, view) if in_any_order(s.occurrence) == same)
        step = next(found, None)
        if step is None or (isinstance(step, Enabled) and self._is_excluded(step, view)):
            return None
        return self._target(step, view)

    def _alike(self, occurrence: Occurrence, view: View) -> Iterator[Enabled | Refused]:
        """The enabled occurrences of the same event with the same fields."""
        if not occurrence.event:
            for process in self.instances.processes:
                yield from self._spontaneous(process, view)
        for event in self.instances.events:
            declared = [(f.name, f.values) for f in event.event.fields]
            told = dict(occurrence.fields)
            if event.name == occurrence.event and told.keys() == {name for name, _ in declared}:
                fields = tuple(
                    (name, told[name]) for name, values in declared if told[name] in values
                )
                if len(fields) == len(declared) == len(occurrence.fields):
                    yield from self._occurrences(event, view, [fields])

    def can_occur(self, event: str, state: State) -> bool:
        """May the event instance happen next, that is, does some step without a fault do it?"""
        view = self._view(state)
        return any(
            isinstance(step, Enabled)
            and not self._is_excluded(step, view)
            and isinstance(self._target(step, view), State)
            for instance in self.instances.events
            if instance.name == event
            for step in self._occurrences(instance, view)
        )

    def _occurrences(
        self, event: EventInstance, view: View, only: Iterable[Bindings] | None = None
    ) -> Iterator[Enabled | Refused]:
        """Rule 3.1: the occurrences of one event instance, one choice of fields after another;
        with `only` these choices, where there are too many to try each."""
        if event.event.fields and not any(
            listens(process, event, view) for process in self._mentioning[event.name]
        ):
            return  # whatever the fields
        for fields in choices(event.event.fields) if only is None else only:
            taking_part, refused = self._taking_part(event, fields, view)
            yield from refused
            for parts in self._combinations(taking_part):
                moves = tuple(part.move for part in parts)
                yield Enabled(
                    Occurrence(event.name, fields, moves), parts, self._priority(event, parts)
                )

    def _taking_part(
        self, event: EventInstance, fields: Bindings, view: View
    ) -> tuple[list[list[Part]], list[Refused]]:
        """Rules 3.2 and 3.3: for each machine that takes part, the owner first, the transitions
        that it may take; nobody where the event cannot occur.

        With an owner, the event can occur when the owner has an enabled transition. Without one,
        when at least one listener has. With `sync: all`, only when every machine that mentions the
        event has. Once it is clear that the event cannot occur, nobody else is asked, and guards
        that were not asked have no faults.
        """
        owner = self._owners[event.name]
        refused: list[Refused] = []
        options: list[list[Part]] = []
        for process in self._mentioning[event.name]:
            possible, faults = candidates(process, event, fields, view)
            refused += faults
            if possible:
                options.append(possible)
            elif process.name == owner or (event.event.sync_all and mentions(process, event, view)):
                return [], refused
        return options, refused

    def _combinations(self, options: list[list[Part]]) -> Iterator[tuple[Part, ...]]:
        """Rule 3.2: each machine takes part by one of its transitions; rule 3.6: in every way."""
        if options:
            yield from product(*options)

    def _priority(self, event: EventInstance, parts: tuple[Part, ...]) -> int | None:
        """Rule 3.6: between steps the event's priority counts, or else its owner's transition's."""
        if event.event.priority is not None:
            return event.event.priority
        owner = self._owners[event.name]
        return next((p.transition.priority for p in parts if p.process.name == owner), None)

    def _spontaneous(self, process: Process, view: View) -> Iterator[Enabled | Refused]:
        """Rule 3.4: every enabled transition without an event is a step of its machine alone."""
        for transition in process.machine.transitions:
            if transition.event is not None:
                continue
            if source(process, transition, view) is None:
                continue
            for part in alternatives(process, transition, (), ()):
                verdict = enabled(part, view)
                occurrence = Occurrence("", (), (part.move,))
                if isinstance(verdict, Fault):
                    yield Refused(occurrence, verdict)
                elif verdict:
                    yield Enabled(occurrence, (part,), transition.priority)

    # --- time -------------------------------------------------------------------------------

    def delay(self, state: State) -> State | None:
        """Rule 3.7: the state one unit later; None where time may not pass, or there is none.

        All clocks advance equally, but for those that are paused.
        """
        if not self.may_wait(state):
            return None
        paused = self.paused(state)
        later = ((name, t if name in paused else t + 1) for name, t in state.clocks)
        return State(state.snapshot, tuple(later))

    def may_wait(self, state: State) -> bool:
        """Rule 3.7: may time pass now?"""
        return self.unit is not None and not self._time_is_blocked(self._view(state))

    def paused(self, state: State) -> frozenset[str]:
        """The clocks that stand still now."""
        view = self._view(state)
        return frozenset(
            clock.name
            for clock in self.instances.clocks
            if clock.clock.paused_when is not None
            and evaluate(clock.clock.paused_when.node, view.inside(clock.copy))
        )

    def _time_is_blocked(self, view: View) -> bool:
        """Rule 3.7: an urgent event can occur, a machine is in an urgent state, or a deadline has
        been reached."""
        events, processes = self.instances.events, self.instances.processes
        return (
            any(self._is_urgent(event, view) for event in events)
            or any(self._in_urgent_state(process, view) for process in processes)
            or any(is_due(process, events, view) for process in processes)
        )

    def _is_urgent(self, event: EventInstance, view: View) -> bool:
        """Can it occur, priorities aside?"""
        return event.event.urgent and any(
            isinstance(step, Enabled) for step in self._occurrences(event, view)
        )

    def _in_urgent_state(self, process: Process, view: View) -> bool:
        return any(state.urgent for state in process.around[view.locations[process.name]])
