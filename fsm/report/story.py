"""A run as a story: numbered steps, when, who did what, by which rule, and what changed.

The story is plain data, already in words; `layout.lay_out` makes it text, and the machine
formats take its steps as they are.
"""

from msgspec import Struct
from msgspec.structs import replace

from fsm.errors import Position
from fsm.expressions import ArrayType, BoolType, ClockRead, Type, Value
from fsm.model import Transition
from fsm.report.duration import near, say_duration
from fsm.report.labels import Labels, copy_of, declared
from fsm.report.readings import Reader, say_span
from fsm.report.setting import tell_setting
from fsm.semantics.instances import Instances
from fsm.semantics.trace import Delay, Move, Occurrence, Run


class StoryStep(Struct, frozen=True):
    """One thing that happens. `clock` is the time since the start, "" in a spec without time;
    `later` the time since the step before, where that is worth saying."""

    clock: str
    actor: str
    action: str
    later: str = ""
    rules: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    at: Position | None = None
    state: int = 0  # the state of the run that it leads to


class Aside(Struct, frozen=True):
    """A remark on a story; with a run that branches off from it, and the story of that."""

    text: str
    run: Run | None = None
    story: "Story | None" = None


class Story(Struct, frozen=True):
    """`loop` is the number of the step (from 0) from which the story repeats for ever.

    `ended`: after the last step nothing can happen any more. `conclusion` says what that shows, and
    `beside` what else does. `first`: so many steps are told elsewhere, before these.
    """

    setting: tuple[str, ...]
    steps: tuple[StoryStep, ...]
    loop: int | None = None
    ended: bool = False
    conclusion: str = ""
    beside: tuple[Aside, ...] = ()
    first: int = 0


def tell(
    run: Run,
    labels: Labels,
    unit: int | None,
    mentioned: tuple[str, ...] = (),
    conclusion: str = "",
) -> Story:
    """The story of a run.

    `mentioned` names the switches and questions that matter to what the story shows. Those are
    told, and what the run itself reads, and the switches that are on; the others are left out.
    Units       `unit` is the length of a unit of time in milliseconds; None: there is no time.
    """
    teller = _Teller(run, labels, unit)
    steps, loop = teller.steps()
    last = len(run.states) - 1
    ended = run.loop is not None and run.loop == last
    setting = tell_setting(run, labels, mentioned)
    return Story(setting, steps, None if ended else loop, ended, conclusion)


def actor_of(step: Occurrence, labels: Labels, instances: Instances) -> str:
    """The machine instance that makes the step; "" for the environment."""
    if not step.event:
        return step.moves[0].machine
    event = labels.events.get(declared(step.event))
    if event is None or event.owner is None:
        return ""
    return instances.resolve(event.owner.machine, event.owner.copy, copy_of(step.event))


class _Teller:
    """Walks through one run; delays are merged into the step that follows them."""

    def __init__(self, run: Run, labels: Labels, unit: int | None) -> None:
        self.run, self.labels, self.words, self.unit = run, labels, labels.words, unit
        self.instances = Instances(labels.spec)

    def steps(self) -> tuple[tuple[StoryStep, ...], int | None]:
        told: list[StoryStep] = []
        loop: int | None = None
        since = 0  # the state in which the last step that was told left the system
        last = len(self.run.steps)
        for number, step in enumerate(self.run.steps):
            if number == self.run.loop:
                if self._time(since) != self._time(number):
                    told.append(self._waiting(since, number))
                loop, since = len(told), number
            if isinstance(step, Delay):
                continue
            told.append(self._happening(step, number, since))
            since = number + 1
        if since < last and self._time(since) != self._time(last):
            told.append(self._waiting(since, last))
        if self.run.loop is not None and loop is None and self.run.loop < last:
            loop = len(told)
        return tuple(told), loop

    def _time(self, state: int) -> int:
        return self.run.times[state]

    def _clock_at(self, state: int) -> str:
        if self.unit is None:
            return ""
        time, side = near(self._time(state), self.unit)
        clock = f"+{say_duration(time, self.labels.lang)}"
        if side:
            return self.words("just_before" if side < 0 else "just_after", time=clock)
        return clock if time else self.words("start")

    def _span(self, since: int, until: int) -> str:
        return say_span(self._time(until) - self._time(since), self.unit or 1, self.words)

    def _waiting(self, since: int, until: int) -> StoryStep:
        action = self.words("passes", time=self._span(since, until))
        return StoryStep(self._clock_at(until), "", action, state=until)

    def _happening(self, step: Occurrence, number: int, since: int) -> StoryStep:
        taken = [(move, self._transition(move)) for move in step.moves]
        cited = dict.fromkeys(
            rule
            for rules in (self._event_rules(step), *(t.rules for _, t in taken))
            for rule in rules
        )
        first = min((t.at for _, t in taken), default=None)
        told = StoryStep(
            clock=self._clock_at(number + 1),
            actor=self._actor(step),
            action=self._action(step, number),
            rules=tuple(self.labels.rule(rule) for rule in cited),
            changes=self._changes(number, taken),
            at=self._owner_position(step, taken) or first,
            state=number + 1,
        )
        if self.unit is not None and 0 < self._time(since) < self._time(number):
            later = self.words("later", time=self._span(since, number))
            told = replace(told, later=later)
        return told

    def _transition(self, move: Move) -> Transition:
        return self.labels.machines[declared(move.machine)].transitions[move.transition]

    def _event_rules(self, step: Occurrence) -> tuple[str, ...]:
        found = self.labels.events.get(declared(step.event))
        return found.rules if found else ()

    def _owner(self, step: Occurrence) -> str:
        return actor_of(step, self.labels, self.instances)

    def _owner_position(
        self, step: Occurrence, taken: list[tuple[Move, Transition]]
    ) -> Position | None:
        owner = self._owner(step)
        return next((t.at for move, t in taken if move.machine == owner), None)

    def _actor(self, step: Occurrence) -> str:
        owner = self._owner(step)
        if owner:
            return self.labels.machine(owner)
        event = self.labels.events.get(declared(step.event))
        if event is not None and event.sync_all:
            names = [self.labels.machine(move.machine) for move in step.moves]
            return self.words("and").join(names)
        return self.words("environment")

    def _action(self, step: Occurrence, number: int) -> str:
        if step.event:
            action = self.labels.event(step.event)
            found = self.labels.events.get(declared(step.event))
            types = {f.name: f for f in found.fields} if found else {}
            fields = [
                self.words(
                    "field_truth" if isinstance(types[name].type, BoolType) else "field",
                    label=types[name].text.get(self.labels.lang, name),
                    value=self.labels.value(types[name].type, value),
                )
                for name, value in step.fields
                if name in types
            ]
            if fields:
                action += self.words("aside", text=self.words.join(fields))
        else:
            action = self._by_itself(step.moves[0], number)
        chosen = [part for move in step.moves for part in self._chosen(move)]
        if chosen:
            action += self.words("list") + self.words("chooses", values=self.words.join(chosen))
        return action

    def _chosen(self, move: Move) -> list[str]:
        fields = {f.name: f for f in self._transition(move).choose}
        return [
            f"{fields[name].text.get(self.labels.lang, name)} = "
            f"{self.labels.value(fields[name].type, value)}"
            for name, value in move.chosen
            if name in fields
        ]

    def _by_itself(self, move: Move, number: int) -> str:
        transition = self._transition(move)
        if transition.text:
            return transition.text.get(self.labels.lang)
        if transition.timing is None or not transition.timing.forced:
            return self.words("spontaneous")
        source = dict(self.run.states[number].snapshot.locations)[move.machine]
        state = self.labels.state(move.machine, source)
        own = copy_of(move.machine)
        names = {} if own is None else {"index": own}
        reader = Reader(self.labels, self.instances, self.run, self.unit, names)
        bounds = (transition.timing.lower, transition.timing.upper)
        least, time = ("" if b is None else reader.duration(b.node) for b in bounds)
        if not time:
            return self.words("deadline_unknown", state=state)
        at_once = least in ("", time)
        if transition.timing.clock is None:
            said = "deadline" if at_once else "between"
            return self.words(said, least=least, time=time, state=state)
        clock = self.labels.clock(self._clock(transition.timing.clock, move, number))
        said = "deadline_on" if at_once else "between_on"
        return self.words(said, least=least, time=time, clock=clock)

    def _changes(self, number: int, taken: list[tuple[Move, Transition]]) -> tuple[str, ...]:
        old, new = self.run.states[number].snapshot, self.run.states[number + 1].snapshot
        changes = []
        entered = {move.machine for move, transition in taken if transition.target}
        before = dict(old.locations)
        for machine, place in new.locations:
            label = self.labels.machine(machine)
            if before[machine] != place:
                names = (self.labels.state(machine, s) for s in (before[machine], place))
                changes.append(self._change(label, *names))
            elif machine in entered:
                state = self.labels.state(machine, place)
                changes.append(self.words("again", label=label, state=state))
        values = dict(old.values)
        for instance, value in new.values:
            type_ = self.labels.variables[declared(instance)].type
            changes += self._differences(instance, type_, values[instance], value, ())
        for move, transition in taken:
            for reset in transition.resets:
                clock = self.labels.clock(self._clock(reset, move, number))
                changes.append(self.words("restarts", clock=clock))
        return tuple(dict.fromkeys(changes))

    def _clock(self, clock: ClockRead, move: Move, number: int) -> str:
        """The instance of a clock that a move means."""
        own = copy_of(move.machine)
        names = {**dict(move.chosen), **({} if own is None else {"index": own})}
        reader = Reader(self.labels, self.instances, self.run, self.unit, names)
        copy = None if clock.copy is None else reader.value(clock.copy, number)
        return self.instances.resolve(clock.clock, copy, own)

    def _change(self, label: str, old: str, new: str) -> str:
        return self.words("change", label=label, old=old, new=new)

    def _differences(
        self, instance: str, type_: Type, old: Value, new: Value, indices: tuple[int, ...]
    ) -> list[str]:
        if old == new:
            return []
        if isinstance(type_, ArrayType) and isinstance(old, tuple) and isinstance(new, tuple):
            return [
                change
                for i, (a, b) in enumerate(zip(old, new, strict=True))
                for change in self._differences(instance, type_.element, a, b, (*indices, i))
            ]
        names = (self.labels.value(type_, value) for value in (old, new))
        return [self._change(self.labels.variable(instance, indices), *names)]
