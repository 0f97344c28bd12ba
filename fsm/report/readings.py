"""What a formula reads in a state: the values that explain why it is true or false there."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import reduce
from typing import cast

from msgspec import Struct

from fsm.expressions import (
    START,
    ArrayType,
    ClockRead,
    Expr,
    Ghost,
    GhostKind,
    InState,
    Quantified,
    Read,
    Scalar,
    Value,
    children,
)
from fsm.report.duration import near, say_duration
from fsm.report.labels import Labels, declared
from fsm.report.words import Words
from fsm.semantics.history import History
from fsm.semantics.instances import Faulted, Instances
from fsm.semantics.trace import Run
from fsm.semantics.values import View, evaluate

MOST = 6  # readings that a sentence names


class Reader(Struct, frozen=True):
    """One state of a run as expressions see it. `names` are bound by the property's `each`.

    Units       `unit` is the length of a unit of time in milliseconds; None: there is no time.
    """

    labels: Labels
    instances: Instances
    run: Run
    unit: int | None
    names: Mapping[str, Scalar]

    def view(self, at: int) -> View:
        """State `at` of the run, with the past that leads there."""
        state = self.run.states[at]
        return View(
            instances=self.instances,
            variant=dict(self.run.variant),
            locations=dict(state.snapshot.locations),
            values=dict(state.snapshot.values),
            clocks=dict(state.clocks),
            unit=self.unit or 1,
            names=self.names,
            history=reduce(History.after, self.run.steps[:at], History()),
        )

    def value(self, expr: Expr, at: int = 0) -> Scalar | None:
        """The value of an expression in state `at`; None where it faults."""
        try:
            return evaluate(expr, self.view(at))
        except Faulted:
            return None

    def duration(self, expr: Expr) -> str:
        """A bound of time in words; "" where it has no value."""
        value = self.value(expr)
        return say_duration(value, self.labels.lang) if isinstance(value, int) else ""

    def readings(self, expr: Expr, at: int) -> list[tuple[str, str]]:
        """What `expr` reads in state `at`: (label, value) in words, each label once."""
        found: dict[str, str] = {}
        for node, view in _inside(expr, self.view(at)):
            try:
                reading = self._read(node, view)
            except Faulted:
                continue
            if reading is not None:
                found.setdefault(*reading)
        return list(found.items())[:MOST]

    def _read(self, node: Expr, view: View) -> tuple[str, str] | None:
        labels = self.labels
        match node:
            case InState(machine=machine, copy=copy):
                instance = self._resolve(machine, copy, view)
                state = labels.state(instance, view.locations[instance])
                return labels.machine(instance), labels.words("quote", text=state)
            case Read(variable=variable, copy=copy, indices=indices):
                instance = self._resolve(variable, copy, view)
                numbers = tuple(int(evaluate(index, view)) for index in indices)
                type_ = labels.variables[declared(instance)].type
                value: Value = evaluate(node, view)
                for _ in numbers:
                    type_ = type_.element if isinstance(type_, ArrayType) else type_
                return labels.variable(instance, numbers), labels.said(type_, value)
            case ClockRead(clock=clock, copy=copy):
                value = evaluate(node, view)
                label = labels.clock(self._resolve(clock, copy, view))
                return label, labels.words("amount", text=self._span(value))
            case Ghost(kind=kind, event=event, copy=copy) if kind is not GhostKind.FIRED:
                value = evaluate(node, view)
                count = kind is GhostKind.COUNT
                key = "count_of" if count else "since_of"
                label = labels.words("since_start")
                if event != START:
                    said = labels.event(self._resolve(event, copy, view))
                    label = labels.words(key, event=said)
                text = str(int(value)) if count else self._span(value)
                return label, labels.words("amount", text=text)
            case _:
                return None

    def _span(self, milliseconds: Value) -> str:
        unit = self.unit or 1
        return say_span(Fraction(cast(int, milliseconds)) / unit, unit, self.labels.words)

    def _resolve(self, name: str, copy: Expr | None, view: View) -> str:
        chosen = None if copy is None else evaluate(copy, view)
        return self.instances.resolve(name, chosen, view.own)


def say_span(units: int | Fraction, unit: int, words: Words) -> str:
    """A span of so many units in words; between two whole ones, which of them it is close to."""
    time, side = near(units, unit)
    said = say_duration(time, words.lang)
    if not side:
        return said
    if not time:
        return words("moment")
    return words("just_under" if side < 0 else "just_over", time=said)


def _inside(expr: Expr, view: View) -> Iterator[tuple[Expr, View]]:
    """The expression and everything in it; a quantifier's body once for each value."""
    if isinstance(expr, Quantified):
        for value in range(expr.low, expr.high + 1):
            yield from _inside(expr.body, view.binding({expr.variable: value}))
        return
    yield expr, view
    for child in children(expr):
        yield from _inside(child, view)
