"""A run that grows step by step: what can happen, taking it, undoing it, telling it."""

from collections.abc import Mapping
from itertools import islice
from random import Random

from fsm.errors import UsageError
from fsm.expressions import Scalar
from fsm.report.duration import say_duration
from fsm.report.labels import Labels, declared
from fsm.report.layout import lay_out, sentence
from fsm.report.paint import Paint
from fsm.report.story import StoryStep, tell
from fsm.semantics.interpreter import Interpreter
from fsm.semantics.trace import Delay, Occurrence, Run, State, Step
from fsm.spec.syntax import duration

_MOST_STARTS = 1_000  # initial states that are drawn from at random
_LONGEST_WAIT = 10_000  # units that one command lets pass
_RANDOM_WAIT = 12  # units that a random step lets pass at most


class Session:
    """A run of one variant; the last state is the present one."""

    def __init__(self, labels: Labels, variant: Mapping[str, Scalar], paint: Paint) -> None:
        self.labels, self.words, self.paint = labels, labels.words, paint
        self.interpreter = Interpreter(labels.spec, variant)
        self.unit = self.interpreter.unit
        self.variant = tuple(variant.items())
        self._starts = list(islice(self.interpreter.initial(), _MOST_STARTS))
        if not self._starts:
            raise UsageError("F603", "no run starts in this variant", "initial_where excludes all")
        self._states: list[State] = [self._starts[0]]
        self._steps: list[Step] = []
        self._times = [0]

    @property
    def state(self) -> State:
        """The present state."""
        return self._states[-1]

    def obey(self, line: str) -> list[str]:
        """Do what one line of input asks for; the answer as lines."""
        letter, _, rest = line.partition(" ")
        if line.isdecimal():
            return self._pick(int(line), line)
        if letter in {"t", "time"} and self.unit is not None:
            return self._pass_time(rest.strip() or "1", self.unit)
        if letter in {"i", "initial"} and rest.strip().isdecimal():
            return self._start(int(rest), line)
        if line in {"u", "undo"}:
            return self._undo()
        if line in {"s", "state"}:
            return self.describe()
        if line in {"h", "help", "?"}:
            return [self.words("sim_help")]
        return [self.words("sim_bad", text=line), self.words("sim_help")]

    def describe(self) -> list[str]:
        """The whole present state."""
        words, labels = self.words, self.labels
        time = "" if self.unit is None else say_duration(self._times[-1] * self.unit, labels.lang)
        head = words("sim_state", time=time) if time else words("sim_untimed")
        lines = [self.paint("title", head)]
        if not self._steps and len(self._starts) > 1:
            number, most = self._starts.index(self.state) + 1, len(self._starts)
            lines.append("  " + words("sim_starts", number=number, most=most))
        for machine, place in self.state.snapshot.locations:
            name = labels.state(machine, place)
            lines.append("  " + words("equals", label=labels.machine(machine), value=name))
        for instance, value in self.state.snapshot.values:
            text = labels.value(labels.variables[declared(instance)].type, value)
            lines.append("  " + words("equals", label=labels.variable(instance), value=text))
        for clock, units in self.state.clocks:
            if "@" not in clock and self.unit is not None:
                text = say_duration(units * self.unit, labels.lang)
                lines.append("  " + words("equals", label=labels.clock(clock), value=text))
        return lines

    def options(self) -> list[str]:
        """What can happen now, numbered from 1."""
        words = self.words
        steps, faults = self._possible()
        waits = self.interpreter.delay(self.state) is not None
        if not steps and not waits:
            return [words("sim_nothing"), *faults]
        lines = [self.paint("title", words("sim_options"))]
        for number, (step, target) in enumerate(steps, 1):
            told = self._told(step, target)
            lines.append(f"  {number}  {sentence(told, words)}")
        if waits and self.unit is not None:
            unit = say_duration(self.unit, self.labels.lang)
            lines.append("  " + words("sim_wait", time=unit))
        elif self.unit is not None:
            lines.append("  " + words("sim_no_wait"))
        return lines + faults

    def wander(self, length: int, chance: Random) -> None:
        """Take so many random steps, or fewer where nothing can happen any more.

        Letting time pass counts as one possibility among the others.
        """
        self._begin(chance.choice(self._starts))
        for _ in range(length):
            steps, _faults = self._possible()
            waits = self.interpreter.delay(self.state) is not None
            choice = chance.randrange(len(steps) + waits) if steps or waits else None
            if choice is None:
                return
            if choice == len(steps):
                self._let_pass(chance.randint(1, _RANDOM_WAIT))
            else:
                self._take(*steps[choice])

    def story(self) -> list[str]:
        """The run so far, told."""
        steps, _ = self._possible()
        ended = not steps and self.interpreter.delay(self.state) is None
        loop = len(self._states) - 1 if ended else None
        run = Run(self.variant, tuple(self._states), tuple(self._steps), tuple(self._times), loop)
        names = tuple(name for name, _ in self.variant)
        return lay_out(tell(run, self.labels, self.unit, names), self.words, "")

    def _possible(self) -> tuple[list[tuple[Occurrence, State]], list[str]]:
        found = self.interpreter.steps(self.state)
        steps = [(step, target) for step, target in found if isinstance(target, State)]
        faults = [
            self.words("sim_faults", text=target.message.get(self.labels.lang))
            for _, target in found
            if not isinstance(target, State)
        ]
        return steps, list(dict.fromkeys(faults))

    def _told(self, step: Occurrence, target: State) -> StoryStep:
        run = Run(self.variant, (self.state, target), (step,), (0, 0))
        return tell(run, self.labels, None).steps[0]

    def _start(self, number: int, line: str) -> list[str]:
        if not 1 <= number <= len(self._starts):
            return [self.words("sim_bad", text=line)]
        self._begin(self._starts[number - 1])
        return [*self.describe(), *self.options()]

    def _begin(self, state: State) -> None:
        self._states, self._steps, self._times = [state], [], [0]

    def _pick(self, number: int, line: str) -> list[str]:
        steps, _ = self._possible()
        if not 1 <= number <= len(steps):
            return [self.words("sim_bad", text=line), *self.options()]
        step, target = steps[number - 1]
        told = self._told(step, target)
        self._take(step, target)
        details = [f"  {detail}" for detail in (*told.changes, *told.rules)]
        return [self.paint("good", sentence(told, self.words)), *details, *self.options()]

    def _pass_time(self, text: str, unit: int) -> list[str]:
        """`5` units, or a duration such as `36h` that is a whole number of units."""
        milliseconds = int(text[:9]) * unit if text.isdecimal() else duration(text)
        if milliseconds is None:
            return [self.words("sim_bad", text=text), self.words("sim_help")]
        time = say_duration(unit, self.labels.lang)
        if milliseconds % unit:
            return [self.words("sim_uneven", time=time, text=text)]
        passed = self._let_pass(min(milliseconds // unit, _LONGEST_WAIT))
        time = say_duration(passed * unit, self.labels.lang)
        said = self.words("sim_passed", time=time) if passed else self.words("sim_no_wait")
        return [self.paint("good", said), *self.options()]

    def _let_pass(self, units: int) -> int:
        """Let up to so many units pass, as one step; answers how many did."""
        state, passed = self.state, 0
        while passed < units and (later := self.interpreter.delay(state)) is not None:
            state, passed = later, passed + 1
        if passed:
            self._take(Delay(passed), state)
        return passed

    def _take(self, step: Step, target: State) -> None:
        self._steps.append(step)
        self._states.append(target)
        elapsed = step.units if isinstance(step, Delay) else 0
        self._times.append(self._times[-1] + elapsed)

    def _undo(self) -> list[str]:
        if not self._steps:
            return [self.words("sim_first")]
        for past in (self._steps, self._states, self._times):
            past.pop()
        return [self.words("sim_undone"), *self.describe(), *self.options()]
