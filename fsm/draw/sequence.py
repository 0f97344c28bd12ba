"""A run as a sequence diagram: who acts on whom, when, and what changes; plain data in words."""

from msgspec import Struct
from msgspec.structs import replace

from fsm.draw.diagram import EdgeKind, Owner, Words
from fsm.draw.owners import owners_of
from fsm.model import Transition
from fsm.report.labels import Labels, declared
from fsm.report.layout import sentence
from fsm.report.story import Story, StoryStep, actor_of, tell
from fsm.semantics.instances import Instances, enclosing
from fsm.semantics.trace import Move, Occurrence, Run


class Lifeline(Struct, frozen=True):
    """A machine instance that takes part, or the environment (""). `owner` gives the colour and the
    letter of a machine that decides on events, as in the pictures of lifecycles."""

    name: str
    words: Words
    owner: Owner | None = None


class Change(Struct, frozen=True):
    """What becomes of the state of a lifeline (its number): `old → new`, or `new` anew."""

    lifeline: int
    old: Words
    new: Words
    final: bool = False


class Row(Struct, frozen=True):
    """One step of the story, or time that passes without one (`actor` None).

    `clock` is the time since the start, `passed` whether any has passed; `actor` and `targets` are
    numbers of lifelines. `mutual`: nobody decides, all take part alike. `details` are the changes
    of variables and clocks, one entry a line, each in every language. `told` is the step in a
    sentence.
    """

    number: int
    clock: Words
    words: Words
    actor: int | None = None
    targets: tuple[int, ...] = ()
    mutual: bool = False
    kind: EdgeKind = EdgeKind.EVENT
    changes: tuple[Change, ...] = ()
    details: tuple[Words, ...] = ()
    rules: tuple[str, ...] = ()
    told: Words = ()
    passed: bool = False


class Sequence(Struct, frozen=True):
    """A whole run. From row `loop` on (counted from 0) it repeats for ever: `for_ever` says so.

    `remark` says what follows the last row, or that there is none: () where nothing is to be said.
    `setting` has the lines of the start, by language.
    """

    title: Words
    lifelines: tuple[Lifeline, ...]
    rows: tuple[Row, ...]
    loop: int | None = None
    for_ever: Words = ()
    remark: Words = ()
    setting: tuple[tuple[str, ...], ...] = ()
    conclusion: Words = ()


def sequence(
    run: Run,
    labels: tuple[Labels, ...],
    unit: int | None,
    title: Words = (),
    mentioned: tuple[str, ...] = (),
    conclusion: Words = (),
) -> Sequence:
    """The run in the languages of `labels`; rows are numbered like the steps of its story.

    `mentioned` names switches and questions to tell, as for a story.
    Units       `unit` is the length of a unit of time in milliseconds, None where there is none.
    """
    stories = tuple(tell(run, each, unit, mentioned) for each in labels)
    writer = _Writer(run, labels, stories)
    first, key = stories[0], ""
    if not first.steps:
        key = "no_steps"
    elif first.ended:
        key = "ended"
    elif first.loop == len(first.steps):
        key = "for_ever"
    return Sequence(
        title,
        tuple(writer.lifelines),
        tuple(writer.row(number) for number in range(len(first.steps))),
        first.loop if key != "for_ever" else None,
        tuple(each.words("for_ever") for each in labels),
        tuple(each.words(key) for each in labels) if key else (),
        tuple(story.setting for story in stories),
        conclusion,
    )


class _Writer:
    """Walks through the stories, which tell the same steps in each language."""

    def __init__(self, run: Run, labels: tuple[Labels, ...], stories: tuple[Story, ...]) -> None:
        self.run, self.labels, self.stories = run, labels, stories
        self.instances = Instances(labels[0].spec)
        active: set[str] = set()
        for step in run.steps:
            if isinstance(step, Occurrence):
                active |= {self._actor(step)}
                active |= {move.machine for move in step.moves if self._shows(step, move)}
        owners = owners_of(labels[0].spec, labels)
        order = ["", *(process.name for process in self.instances.processes)]
        self.lifelines = [
            Lifeline(
                name,
                tuple(e.machine(name) if name else e.words("environment") for e in labels),
                owners.get(declared(name)),
            )
            for name in order
            if name in active or not (active or name)
        ]
        self.places = {line.name: place for place, line in enumerate(self.lifelines)}

    def row(self, number: int) -> Row:
        told = [story.steps[number] for story in self.stories]
        place = told[0].state - 1
        step = self.run.steps[place]
        row = Row(
            number + 1,
            tuple(each.clock for each in told),
            tuple(each.action for each in told),
            told=tuple(map(_sentence, told, self.labels)),
            passed=self.run.times[told[0].state] > 0,
        )
        if not isinstance(step, Occurrence):
            return row
        actor = self._actor(step)
        found = [self._change(move, place) for move in step.moves]
        said = {line for change in found if change for line in change[1]}
        details = tuple(
            lines
            for lines in zip(*(each.changes for each in told), strict=True)
            if not set(lines) & said
        )
        return replace(
            row,
            actor=self.places[actor],
            targets=tuple(
                self.places[m.machine]
                for m in step.moves
                if m.machine != actor and m.machine in self.places
            ),
            mutual=self._is_mutual(step),
            kind=self._kind(step),
            changes=tuple(change[0] for change in found if change),
            details=details,
            rules=tuple(rule.partition(":")[0].partition("：")[0] for rule in told[0].rules),
        )

    def _actor(self, step: Occurrence) -> str:
        """Who makes the step; where all take part alike, the first of them."""
        if self._is_mutual(step):
            return step.moves[0].machine
        return actor_of(step, self.labels[0], self.instances)

    def _is_mutual(self, step: Occurrence) -> bool:
        event = self.labels[0].events.get(declared(step.event))
        return event is not None and event.owner is None and event.sync_all and bool(step.moves)

    def _kind(self, step: Occurrence) -> EdgeKind:
        timings = [self._transition(move).timing for move in step.moves]
        if any(timing is not None and timing.forced for timing in timings):
            return EdgeKind.DEADLINE
        return EdgeKind.EVENT if step.event else EdgeKind.SPONTANEOUS

    def _change(self, move: Move, place: int) -> tuple[Change, tuple[str, ...]] | None:
        """The change of a machine's state, with the words by which the stories tell it."""
        old, new = (
            dict(self.run.states[k].snapshot.locations)[move.machine] for k in (place, place + 1)
        )
        stays = old == new and not self._transition(move).target
        if stays or move.machine not in self.places:
            return None
        words = [tuple(e.state(move.machine, name) for e in self.labels) for name in (old, new)]
        key = "again" if old == new else "change"
        said = tuple(
            each.words(key, label=each.machine(move.machine), old=before, new=after, state=after)
            for each, before, after in zip(self.labels, *words, strict=True)
        )
        machine = self.labels[0].machines[declared(move.machine)]
        final = any(state.final for state in enclosing(machine, new))
        return Change(self.places[move.machine], words[0], words[1], final), said

    def _shows(self, step: Occurrence, move: Move) -> bool:
        """A listener in a machine of one state changes nothing that a lifeline could show."""
        machine = self.labels[0].machines[declared(move.machine)]
        return len(machine.states) > 1 or move.machine == step.moves[0].machine

    def _transition(self, move: Move) -> Transition:
        return self.labels[0].machines[declared(move.machine)].transitions[move.transition]


def _sentence(told: StoryStep, labels: Labels) -> str:
    """When, who and what, and what changed."""
    what = labels.words.join([sentence(told, labels.words), *told.changes])
    return f"{told.clock} {what}".strip()
