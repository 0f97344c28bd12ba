"""Watch a run as it happens: has a property just been broken, or been shown?

A monitor sees the states that a run visits, not the instants in between, so its word is a
suspicion; `fsm.check.confirm` judges the finished run by the property's meaning.
"""

from collections.abc import Iterator, Mapping
from enum import Enum
from itertools import product

from msgspec import Struct

from fsm.expressions import Scalar
from fsm.model import Pattern, Property, Spec
from fsm.semantics.history import History
from fsm.semantics.instances import Instances
from fsm.semantics.trace import State
from fsm.semantics.units import unit_of
from fsm.semantics.values import View, evaluate

# What only a proof can decide, not a run; of formulas nothing is watched.
NOT_BY_RUNS = frozenset({Pattern.CAN_ALWAYS, Pattern.LTL, Pattern.CTL})


class Seen(Enum):
    """What a run has told about a property so far."""

    NOTHING = "nothing"
    WAITING = "waiting"  # an obligation is open
    SHOWN = "shown"  # a witness of `reachable`
    BROKEN = "broken"


def instances_of(property_: Property) -> Iterator[Mapping[str, Scalar]]:
    """One mapping for each combination of the ranges that `each` binds."""
    for values in product(*(field.values for field in property_.each)):
        yield dict(zip((field.name for field in property_.each), values, strict=True))


class Monitor(Struct):
    """One instance of a property along one run: call `look` for each state, in order."""

    property: Property
    each: Mapping[str, Scalar]
    unit: int
    seen: Seen = Seen.NOTHING
    _count: int = 0
    _since: int | None = None  # units: when the oldest open obligation began
    _started: bool = False

    def look(self, view: View) -> Seen:
        """The next state; what is broken or shown stays so.

        Raises `Faulted` where the property has no value.
        """
        if self.seen not in (Seen.BROKEN, Seen.SHOWN):
            self.seen = self._judge(view.binding(self.each))
            self._started = True
        return self.seen

    def _judge(self, view: View) -> Seen:
        subject = bool(evaluate(self.property.subject.node, view))
        match self.property.pattern:
            case Pattern.NEVER:
                return Seen.BROKEN if subject else Seen.NOTHING
            case Pattern.ALWAYS:
                return Seen.NOTHING if subject else Seen.BROKEN
            case Pattern.REACHABLE:
                return Seen.SHOWN if subject else Seen.NOTHING
            case Pattern.AT_MOST:
                assert self.property.bound is not None
                self._count += subject
                return Seen.BROKEN if self._count > self.property.bound else Seen.NOTHING
            case Pattern.PRECEDENCE:
                self._count += subject
                early = self._triggered(view) and not self._count
                return Seen.BROKEN if early else Seen.NOTHING
            case Pattern.EVENTUALLY | Pattern.RESPONSE:
                return self._response(subject, view)
            case Pattern.CAN_ALWAYS | Pattern.LTL | Pattern.CTL:
                return Seen.NOTHING

    def _triggered(self, view: View) -> bool:
        trigger = self.property.trigger
        return not self._started if trigger is None else bool(evaluate(trigger.node, view))

    def _response(self, subject: bool, view: View) -> Seen:
        """The oldest obligation is the first to become late, so it is the only one to keep."""
        assert view.history is not None
        now = view.history.now
        within = self.property.within
        if within is not None and self._since is not None:
            allowed = int(evaluate(within.node, view))
            if (now - self._since) * self.unit > allowed:
                return Seen.BROKEN
        if subject:
            self._since = None
        elif self._since is None and self._triggered(view):
            self._since = now
        return Seen.NOTHING if self._since is None else Seen.WAITING


class Watch:
    """All properties of a spec along one run of one variant."""

    def __init__(
        self, spec: Spec, variant: Mapping[str, Scalar], properties: tuple[Property, ...]
    ) -> None:
        self.unit = unit_of(spec) or 1
        self._instances = Instances(spec)
        self._variant = variant
        self.monitors = tuple(
            Monitor(p, each, self.unit)
            for p in properties
            if p.pattern not in NOT_BY_RUNS
            for each in instances_of(p)
        )

    def look(self, state: State, history: History) -> list[Monitor]:
        """The next state of the run: the monitors that have just become broken or shown."""
        view = View(
            self._instances, self._variant, dict(state.snapshot.locations),
            dict(state.snapshot.values), dict(state.clocks), self.unit, history=history,
        )  # fmt: skip
        done = (Seen.BROKEN, Seen.SHOWN)
        return [m for m in self.monitors if m.seen not in done and m.look(view) in done]

    def waiting(self) -> list[Monitor]:
        """Those with an open obligation: broken if the run can only stand still for ever."""
        return [m for m in self.monitors if m.seen is Seen.WAITING]
