"""Does a run show what a verdict claims? The meaning of each pattern, said once more, directly on
the run: no formula is translated and nothing is searched that the run itself can answer."""

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from itertools import takewhile
from typing import cast

from msgspec import Struct

from fsm.expressions import START, Apply, Expr, Ghost, GhostKind, Literal, Op, Scalar, walk
from fsm.logic.words import Test, refuted, satisfied
from fsm.model import Fairness, Formula, Pattern, Property, Spec
from fsm.semantics.formulas import property_tests
from fsm.semantics.history import History
from fsm.semantics.instances import EventInstance, Instances, Process
from fsm.semantics.interpreter import Interpreter, interpreter_of
from fsm.semantics.replay import horizons, perform, repeated_steps, saturated
from fsm.semantics.trace import Delay, Occurrence, Run, State, Step
from fsm.semantics.units import longest
from fsm.temporal import Compound, Paths, Temporal, subformulas

REACH_LIMIT = 20_000  # states looked at to see that nothing leads back
MOMENT_LIMIT = 200_000  # moments of a loop, unrolled until it recurs
COMPARISONS = (Op.EQ, Op.NE, Op.LT, Op.LE, Op.GT, Op.GE)


class Moment(Struct, frozen=True):
    """A state of a run, whole units of time apart at most, and what led to it."""

    state: State
    history: History
    step: Step | None = None  # that led here

    def after(self, interpreter: Interpreter, step: Step) -> "Moment":
        """The next moment."""
        return Moment(perform(interpreter, self.state, step), self.history.after(step), step)


Parts = Callable[[State, Step], Iterator[tuple[Step, State]]]


def confirm(
    spec: Spec, property_: Property, run: Run, each: Mapping[str, Scalar],
    parts: Parts | None = None,
) -> bool | None:  # fmt: skip
    """Is the run a violation of the property (of `reachable`: a witness)? `run` comes from
    `replay`; `each` names the instance of the property. `parts` takes a step from a state, in parts
    between which nothing changes, each with the state that it leads to; None: unit by unit.

    None where that could not be told: nothing was found that leads back to a `can_always` among
    the first `REACH_LIMIT` states, or a loop did not recur within `MOMENT_LIMIT` moments.

    Complexity: linear in the length of the run in units of time, loops unrolled until they recur.
    """
    return _Confirmation(spec, property_, run, each, parts).shown()


class _Confirmation:
    """One property against one run."""

    def __init__(
        self, spec: Spec, property_: Property, run: Run, each: Mapping[str, Scalar],
        parts: Parts | None,
    ) -> None:  # fmt: skip
        self.interpreter = interpreter_of(spec, run.variant)
        self.parts = self._unit_by_unit if parts is None else parts
        self.property, self.run, self.each = property_, run, each
        self.limit = longest(spec, self.interpreter.unit or 1)  # units
        self.horizons = horizons(self.interpreter)
        self.watched = _watched(property_, self.interpreter.instances)

    def shown(self) -> bool | None:
        """One case a pattern."""
        match self.property.pattern:
            case Pattern.NEVER | Pattern.REACHABLE:
                return self._subject(self._whole()[-1])
            case Pattern.ALWAYS:
                return not self._subject(self._whole()[-1])
            case Pattern.AT_MOST:
                assert self.property.bound is not None
                return sum(map(self._subject, self._whole())) > self.property.bound
            case Pattern.PRECEDENCE:
                moments = self._whole()
                return self._triggers(moments)[-1] and not any(map(self._subject, moments))
            case Pattern.EVENTUALLY | Pattern.RESPONSE if self.property.within is not None:
                return self._came_too_late(self.property.within)
            case Pattern.EVENTUALLY | Pattern.RESPONSE:
                return self._never_came()
            case Pattern.CAN_ALWAYS:
                return self._trapped(self._whole()[-1])
            case Pattern.LTL:
                assert self.property.formula is not None
                return self._refuted(self.property.formula)
            case Pattern.CTL:
                assert self.property.formula is not None
                return self._refuted_branching(self.property.formula)

    # --- formulas ---------------------------------------------------------------------------

    def _holds(self, formula: Formula, moment: Moment) -> bool:
        found = self.interpreter.holds(formula.node, moment.state, moment.history, self.each)
        return bool(found)

    def _subject(self, moment: Moment) -> bool:
        return self._holds(self.property.subject, moment)

    def _triggers(self, moments: list[Moment]) -> list[bool]:
        """At which moments the obligation begins; where no trigger is stated, at the start."""
        if self.property.trigger is None:
            return [k == 0 for k in range(len(moments))]
        return [self._holds(self.property.trigger, moment) for moment in moments]

    def _refuted(self, formula: Temporal) -> bool | None:
        """Is a linear formula false on the run: on its loop, or, for a finite run, on whatever may
        follow?"""
        if self.run.loop is not None:
            found = self._period()
            if found is None:
                return None
            moments, period = found
            return self._counts(period) and self._false(formula, moments, period)
        moments = self._whole()
        test = self._test(moments)
        if refuted(formula, len(moments), test):
            return True
        endless = self._any_continuation(moments)
        return None if endless is None else self._false(formula, *endless)

    def _false(self, formula: Temporal, moments: list[Moment], period: list[Moment]) -> bool:
        """`moments` end with the first moment of `period` once more (or stutter in it)."""
        again = len(moments) - len(period)
        if self._stutters():
            return not satisfied(formula, len(moments), len(moments) - 1, self._test(moments))
        return not satisfied(formula, len(moments) - 1, again, self._test(moments))

    def _test(self, moments: list[Moment]) -> Test:
        def holds(test: Hashable, k: int) -> bool:
            expr = cast(Expr, test)
            moment = moments[k]
            return bool(
                self.interpreter.holds(expr, moment.state, moment.history, self.each)
            )  # fmt: skip

        return holds

    def _any_continuation(
        self, moments: list[Moment]
    ) -> tuple[list[Moment], list[Moment]] | None:  # fmt: skip
        """The run, gone on with by first choices until a moment recurs."""
        moments = list(moments)
        seen = {self._what_counts(moment): k for k, moment in enumerate(moments[:-1])}
        while (key := self._what_counts(moments[-1])) not in seen:
            if len(moments) > MOMENT_LIMIT:
                return None
            seen[key] = len(moments) - 1
            last = moments[-1]
            steps = [s for s, t in self.interpreter.successors(last.state) if isinstance(t, State)]
            if steps:
                moments.append(last.after(self.interpreter, steps[0]))
            elif self.interpreter.unit is None:
                moments.append(_stuttered(last))
            else:
                return None  # a timelock
        return moments, moments[seen[key] :]

    def _refuted_branching(self, formula: Temporal) -> bool | None:
        """A run that refutes a formula without its `A`s refutes it with them; where there is more
        to a formula than one run can show, that is not told."""
        quantified = [f for f in subformulas(formula) if isinstance(f, Compound) and f.paths]
        if any(f.paths is Paths.SOME for f in quantified):
            return None
        found = self._refuted(_without_paths(formula))
        alone = not quantified or quantified == [formula]
        return found if found or alone else None

    # --- moments ----------------------------------------------------------------------------

    def _whole(self) -> list[Moment]:
        """The run as it was found, unit by unit."""
        moments = self._along(self.run.steps)
        return [*moments, _stuttered(moments[-1])] if self._stutters() else moments

    def _stutters(self) -> bool:
        """Does the run end, in a spec without time, and repeat its last state for ever?"""
        return self.interpreter.unit is None and self.run.loop == len(self.run.steps)

    def _for_ever(self) -> Iterator[Moment]:
        """The run and, if it has a loop, as much of its endless continuation as one may need."""
        moments = self._whole()
        yield from moments
        if self.run.loop is None:
            return
        steps = repeated_steps(self.interpreter, self.run)
        moment, given = moments[-1], 0
        while steps and given < MOMENT_LIMIT:
            for step in steps:
                for later in self._taking(moment, step):
                    moment, given = later, given + 1
                    yield moment

    def _period(self) -> tuple[list[Moment], list[Moment]] | None:
        """The run with its loop unrolled until it recurs, and the moments that then repeat for
        ever, from the one before the first of them; None where it takes too long to recur."""
        assert self.run.loop is not None
        moments = self._whole()
        if self._stutters():
            return moments, [moments[-1], moments[-1]]
        steps = repeated_steps(self.interpreter, self.run)
        start = len(self._along(self.run.steps[: self.run.loop])) - 1
        seen = {self._what_counts(moments[start]): start}
        if start == len(moments) - 1:
            self._go_on(moments, steps)
        while (key := self._what_counts(moments[-1])) not in seen:
            if len(moments) > MOMENT_LIMIT:
                return None
            seen[key] = len(moments) - 1
            self._go_on(moments, steps)
        return moments, moments[seen[key] :]

    def _along(self, steps: Iterable[Step]) -> list[Moment]:
        moments = [Moment(self.run.states[0], History())]
        self._go_on(moments, steps)
        return moments

    def _go_on(self, moments: list[Moment], steps: Iterable[Step]) -> None:
        for step in steps:
            moments += self._taking(moments[-1], step)

    def _taking(self, moment: Moment, step: Step) -> Iterator[Moment]:
        for part, state in self.parts(moment.state, step):
            moment = Moment(state, moment.history.after(part), part)
            yield moment

    def _unit_by_unit(self, state: State, step: Step) -> Iterator[tuple[Step, State]]:
        for part in [Delay(1)] * step.units if isinstance(step, Delay) else [step]:
            state = perform(self.interpreter, state, part)
            yield part, state

    def _what_counts(self, moment: Moment) -> Hashable:
        """Two moments that agree in this have the same future, as far as the property can tell."""
        past = moment.history
        ghosts = tuple(
            (
                past.count(name) if most is None else min(past.count(name), most),
                min(past.since(name), self.limit + 1),
            )
            for name, most in self.watched
        )
        fired = past.fired if any(past.fired == name for name, _ in self.watched) else ""
        return saturated(moment.state, self.horizons), fired, ghosts

    # --- liveness ---------------------------------------------------------------------------

    def _came_too_late(self, within: Formula) -> bool:
        """Did more time than allowed pass after a trigger, before any subject?

        The last instant that is still in time counts with all that happens in it.
        """
        unit = self.interpreter.unit or 1
        allowed = int(self.interpreter.holds(within.node, self.run.states[0], None, self.each))
        latest = self.run.times[-1] * unit + allowed + unit
        course = list(takewhile(lambda m: m.history.now * unit <= latest, self._for_ever()))
        for start in (k for k, triggered in enumerate(self._triggers(course)) if triggered):
            moment = course[start]
            for later in course[start:]:
                if (later.history.now - moment.history.now) * unit > allowed:
                    return True
                if self._subject(later):
                    break
        return False

    def _never_came(self) -> bool | None:
        """Is there a trigger with no subject from then on, on a run that counts for liveness?"""
        if self.run.loop is None:
            return False
        found = self._period()
        if found is None:
            return None
        moments, period = found
        if not self._counts(period):
            return False
        waiting = False
        for triggered, moment in zip(self._triggers(moments), moments, strict=True):
            waiting = (waiting or triggered) and not self._subject(moment)
        return waiting and not any(map(self._subject, period[1:]))

    def _counts(self, period: list[Moment]) -> bool:
        """Rule 3.8: liveness is judged where time diverges, and under the fairness stated.

        `period` starts with the moment before the first that repeats.
        """
        stands_still = period[-1].history.now == period[0].history.now
        if self.interpreter.unit is not None and stands_still:
            return False
        instances = self.interpreter.instances
        return all(self._is_fair(event, period[1:]) for event in instances.events) and all(
            self._is_fair_to(process, period[1:]) for process in instances.processes
        )

    def _is_fair_to(self, process: Process, period: list[Moment]) -> bool:
        """The same for all that a machine decides: its events, and its spontaneous steps."""
        fair = process.machine.fair
        if fair is None or any(self._decides(process, m.step) for m in period):
            return True
        enabled = [
            any(
                self._decides(process, step)
                for step, target in self.interpreter.steps(m.state)
                if isinstance(target, State)
            )
            for m in period
        ]
        return not (all(enabled) if fair is Fairness.WEAK else any(enabled))

    def _decides(self, process: Process, step: Step | None) -> bool:
        if not isinstance(step, Occurrence):
            return False
        if not step.event:
            return step.moves[0].machine == process.name
        instances = self.interpreter.instances
        event = next(e for e in instances.events if e.name == step.event)
        return instances.owner_of(event) == process.name

    def _is_fair(self, event: EventInstance, period: list[Moment]) -> bool:
        """Weak: enabled all the time means taken. Strong: enabled at any time means taken."""
        fair = event.event.fair
        if fair is None or any(m.history.fired == event.name for m in period):
            return True
        enabled = [self.interpreter.can_occur(event.name, m.state) for m in period]
        return not (all(enabled) if fair is Fairness.WEAK else any(enabled))

    # --- traps ------------------------------------------------------------------------------

    def _trapped(self, start: Moment) -> bool | None:
        """Does no run lead from here to the subject?"""
        seen = {self._what_counts(start)}
        queue = deque([start])
        while queue:
            moment = queue.popleft()
            if self._subject(moment):
                return False
            if len(seen) > REACH_LIMIT:
                return None
            for step, target in self.interpreter.successors(moment.state):
                if isinstance(target, State):
                    later = Moment(saturated(target, self.horizons), moment.history.after(step))
                    if (key := self._what_counts(later)) not in seen:
                        seen.add(key)
                        queue.append(later)
        return True


def _without_paths(formula: Temporal) -> Temporal:
    if not isinstance(formula, Compound):
        return formula
    return Compound(formula.op, tuple(map(_without_paths, formula.operands)))


def _stuttered(moment: Moment) -> Moment:
    """The same state once more: nothing has occurred on the way."""
    return Moment(moment.state, moment.history.after(Delay(0)))


def _watched(property_: Property, instances: Instances) -> tuple[tuple[str, int | None], ...]:
    """The event instances whose past the property looks at, each with the number from which on all
    counts look the same to it; None: no such number is known."""
    most: dict[str, int | None] = {}
    for test in property_tests(property_):
        nodes = walk(test)
        bounded = {id(ghost): n for node in nodes for ghost, n in _compared_counts(node)}
        for node in nodes:
            if isinstance(node, Ghost):
                known = most.get(node.event, 0)
                mine = bounded.get(id(node)) if node.kind is GhostKind.COUNT else 0
                most[node.event] = None if known is None or mine is None else max(known, mine)
    start = ((START, 0),) if START in most else ()
    named = ((e.name, most[e.event.name]) for e in instances.events if e.event.name in most)
    return (*start, *named)


def _compared_counts(node: Expr) -> Iterator[tuple[Ghost, int]]:
    """Counts that stand beside a number in a comparison, with the next number after it."""
    if isinstance(node, Apply) and len(node.operands) == 2 and node.op in COMPARISONS:
        for ghost, number in (node.operands, node.operands[::-1]):
            if isinstance(ghost, Ghost) and isinstance(number, Literal):
                yield ghost, int(number.value) + 1
