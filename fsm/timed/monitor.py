"""A property in dense time: the observer of `fsm.logic`, with clocks where it counts units.

What it remembers of the past (`fired`, `count`, whether something is pending) is discrete and moves
with the steps; `since(e)` and the time allowed by `within` are clocks of their own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from fsm.errors import UsageError
from fsm.explore.emit import Values
from fsm.explore.successors import StepInfo
from fsm.explore.variants import Variants
from fsm.expressions import GhostKind, Op
from fsm.logic.observer import OPEN, Observer, no_value
from fsm.model import Pattern, Property
from fsm.semantics import ir
from fsm.semantics.lower_expressions import Lowering
from fsm.semantics.lowered import System
from fsm.timed.boxes import ALWAYS, Where, but_not
from fsm.timed.dbm import NONE
from fsm.timed.guards import Guard, Numbering
from fsm.timed.limits import Extra
from fsm.timed.zone_graph import Change

DECIDED = (Pattern.NEVER, Pattern.ALWAYS, Pattern.REACHABLE, Pattern.AT_MOST, Pattern.PRECEDENCE)
BOUNDED = (Pattern.EVENTUALLY, Pattern.RESPONSE)


class Monitor:
    """One property, for one value of its `each`, as a `Watch`.

    Its memory is that of the observer without its timer. For `reachable`, bad is where the subject
    is true.
    """

    def __init__(
        self, property_: Property, env: Mapping[str, int], system: System, lowering: Lowering,
        variants: Variants,
    ) -> None:  # fmt: skip
        self.property = property_
        self._everything = variants.everything
        self._number: dict[Values, int] = {}
        self._states: list[Values] = []
        untimed = replace(property_, within=None)
        self._observer = Observer(untimed, env, system, lowering, variants, self._states)
        self._numbering = numbering = Numbering(len(system.slots))
        self.formulas = self._observer.formulas
        self._subject = Guard(self.formulas[0], variants, numbering)
        self._trigger = Guard(self.formulas[-1], variants, numbering)
        self._since = tuple(
            (k, w.event) for k, w in enumerate(self._observer.watchers)
            if w.kind is GhostKind.SINCE
        )  # fmt: skip
        self._system = system
        self._fired = [
            k for k, w in enumerate(self._observer.watchers) if w.kind is GhostKind.FIRED
        ]
        self._timer = numbering.of(ir.Watch(len(self._observer.watchers)))
        self._late: Guard | None = None
        self._allowed = NONE
        if property_.within is not None:
            bound = lowering.node(property_.within.node, env)
            self._allowed = lowering.largest(bound)
            timer = ir.Watch(len(self._observer.watchers))
            test = ir.ClockTest(timer, Op.GT, bound, lowering.unit)
            self._late = Guard(test, variants, numbering)

    @property
    def remembers(self) -> bool:
        """Does it need a search of its own?"""
        return self._observer.needed

    # --- the watch ------------------------------------------------------------------------------

    def start(self, state: Values, mask: int) -> Sequence[Change]:
        """The memory at the start of a run. All clocks are zero there."""
        found = self._observer.start(self._at(state), mask)
        return [(memory, m, frozenset()) for memory, m in found]

    def step(
        self, memory: Values, number: int, info: StepInfo, state: Values, mask: int
    ) -> Sequence[Change]:
        """The memory after a step."""
        restarts = self._restarts(info)
        found: list[Change] = []
        for after, m in self._observer.step(memory, number, info, self._at(state), mask):
            own = restarts
            if self._late is not None and self._open(after) and not self._open(memory):
                own = restarts | {self._timer}
            found.append((self._without_time(after), m, own))
        return found

    def clocks(self, memory: Values) -> Extra:
        """`since` is looked at everywhere, the timer where something is pending."""
        found = []
        for k, _ in self._since:
            limit = self._observer.watchers[k].limit
            found.append((self._numbering.of(ir.Watch(k)), limit, limit))
        if self._late is not None and self._open(memory):
            found.append((self._timer, self._allowed, NONE))
        return tuple(found)

    def instant(self, memory: Values) -> bool:
        """`fired` is over as soon as time passes."""
        return any(memory[k] for k in self._fired)

    def bad(self, state: Values, memory: Values) -> tuple[Where, Where]:
        """Where the property is refuted, and where a formula of it has no value."""
        everywhere: Where = [(self._everything, ALWAYS)]
        match self.property.pattern:
            case Pattern.EVENTUALLY | Pattern.RESPONSE:
                if self._late is None or not self._open(memory):
                    return [], []
                return self._late.read(state, (0,) * (len(self._observer.watchers) + 1))
            case Pattern.PRECEDENCE:
                if self._observer.finished(memory):
                    return [], []
                return self._trigger.read(state, memory)
            case pattern:
                true, faulty = self._subject.read(state, memory)
                return (but_not(everywhere, true) if pattern is Pattern.ALWAYS else true), faulty

    def refuse(self) -> UsageError:
        """What to say where a formula has no value."""
        return no_value(self.property)

    # --- memory ---------------------------------------------------------------------------------

    def _at(self, state: Values) -> int:
        """The number under which the observer knows a discrete state."""
        number = self._number.setdefault(state, len(self._states))
        if number == len(self._states):
            self._states.append(state)
        return number

    def _open(self, memory: Values) -> bool:
        return memory[len(self._observer.watchers)] == OPEN

    def _without_time(self, memory: Values) -> Values:
        """`since` does not count here: it is a clock."""
        if not self._since:
            return memory
        kept = list(memory)
        for k, _ in self._since:
            kept[k] = 0
        return tuple(kept)

    def _restarts(self, info: StepInfo) -> frozenset[int]:
        if not self._since or info.action is None:
            return frozenset()
        event = self._system.actions[info.action].event
        return frozenset(self._numbering.of(ir.Watch(k)) for k, e in self._since if e == event)


def can_decide(property_: Property, formulas: Sequence[ir.Node]) -> bool:
    """Is the property one that zones decide?

    Not those that ask for a future without a bound (`can_always`, `eventually` and `after` without
    `within`), nor those whose memory may change while time passes, since what they wait for compares
    clocks.
    """
    if property_.pattern in BOUNDED and property_.within is None:
        return False
    if property_.pattern in (*BOUNDED, Pattern.PRECEDENCE):
        return not any(ir.clock_tests(node) for node in formulas)
    return property_.pattern in DECIDED
