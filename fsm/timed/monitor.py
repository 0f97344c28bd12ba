"""A property in dense time: the memory of `fsm.logic.observer`, with clocks where that counts
units.

What it remembers of the past (`fired`, `count`, whether something is pending) is discrete and moves
with the steps; `since(e)` and the time allowed by `within` are clocks of their own.
"""

from collections.abc import Iterator, Mapping, Sequence

from fsm.errors import UsageError
from fsm.explore.emit import Values
from fsm.explore.successors import StepInfo
from fsm.explore.variants import Variants
from fsm.expressions import GhostKind, Op
from fsm.logic.claim import claim_of
from fsm.logic.memories import advance, letter_of
from fsm.logic.observer import CLOSED, OPEN
from fsm.logic.tester import no_value
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
_Way = tuple[Values, int]  # a memory, and the variants that have it


class Monitor:
    """One property, for one value of its `each`, as a `Watch`.

    Its memory is the ghosts and, for patterns with one, the bit of the observer. For `reachable`,
    bad is where the subject is true.
    """

    def __init__(
        self, property_: Property, env: Mapping[str, int], system: System, lowering: Lowering,
        variants: Variants,
    ) -> None:  # fmt: skip
        self.property, self._system = property_, system
        self._everything = variants.everything
        claim = claim_of(property_, env, system, lowering)
        self._numbering = numbering = Numbering(len(system.slots))
        self._watchers = claim.watchers
        self.formulas = (claim.subject, *([] if claim.trigger is None else [claim.trigger]))
        self._subject = Guard(self.formulas[0], variants, numbering)
        self._trigger = Guard(self.formulas[-1], variants, numbering)
        self._with_bit = property_.pattern in (*BOUNDED, Pattern.PRECEDENCE)
        self._since = [
            (k, w.event) for k, w in enumerate(claim.watchers) if w.kind is GhostKind.SINCE
        ]
        self._fired = [k for k, w in enumerate(claim.watchers) if w.kind is GhostKind.FIRED]
        timer = ir.Watch(len(claim.watchers))
        self._timer = numbering.of(timer)
        self._late: Guard | None = None
        self._allowed = NONE
        if claim.within is not None:
            self._allowed = claim.limit - 1
            test = ir.ClockTest(timer, Op.GT, claim.within, lowering.unit)
            self._late = Guard(test, variants, numbering)

    @property
    def remembers(self) -> bool:
        """Does it need a search of its own?"""
        return self._with_bit or bool(self._watchers)

    @property
    def ghosts(self) -> int:
        """How many watchers and timers it has."""
        return len(self._watchers) + 1

    # --- the watch ------------------------------------------------------------------------------

    def start(self, state: Values, mask: int) -> Sequence[Change]:
        """The memory at the start of a run. All clocks are zero there."""
        ghosts = (0,) * len(self._watchers)
        opened = CLOSED if self.property.pattern is Pattern.RESPONSE else OPEN
        return [(memory, m, frozenset()) for memory, m in self._after(ghosts, opened, state, mask)]

    def step(
        self, memory: Values, number: int, info: StepInfo, state: Values, mask: int
    ) -> Sequence[Change]:
        """The memory after a step."""
        mine = memory[: len(self._watchers)]
        ghosts = advance(self._watchers, mine, letter_of(number, info, self._system))
        restarts = self._restarts(info)
        found: list[Change] = []
        bit = memory[-1] if self._with_bit else CLOSED
        for after, m in self._after(self._without_time(ghosts), bit, state, mask):
            own = restarts
            if self._late is not None and self._open(after) and not self._open(memory):
                own = restarts | {self._timer}
            found.append((after, m, own))
        return found

    def _after(self, ghosts: Values, bit: int, state: Values, mask: int) -> Iterator[_Way]:
        """The observer's table, see `fsm.logic.observer`."""
        if not self._with_bit:
            yield ghosts, mask
            return
        done = self._true(self._subject, state, ghosts, mask)
        if self.property.pattern is Pattern.RESPONSE:
            asked = mask if bit == OPEN else self._true(self._trigger, state, ghosts, mask)
            waiting, forgotten = asked & ~done, ghosts
        else:  # once it is done, nothing is left to watch
            waiting, forgotten = mask & ~done if bit == OPEN else 0, (0,) * len(ghosts)
        for memory, m in (((*forgotten, CLOSED), mask & ~waiting), ((*ghosts, OPEN), waiting)):
            if m:
                yield memory, m

    def _true(self, guard: Guard, state: Values, ghosts: Values, mask: int) -> int:
        """The variants in which a formula without clocks is true."""
        true, faulty = guard.read(state, ghosts)
        if any(m & mask for m, _ in faulty):
            raise self.refuse()
        found = 0
        for m, _ in true:
            found |= m
        return found & mask

    def clocks(self, memory: Values) -> Extra:
        """`since` is looked at everywhere, the timer where something is pending."""
        found = []
        for k, _ in self._since:
            limit = self._watchers[k].limit
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
                return self._late.read(state, (0,) * (len(self._watchers) + 1))
            case Pattern.PRECEDENCE:
                return self._trigger.read(state, memory) if self._open(memory) else ([], [])
            case pattern:
                true, faulty = self._subject.read(state, memory)
                return (but_not(everywhere, true) if pattern is Pattern.ALWAYS else true), faulty

    def refuse(self) -> UsageError:
        """What to say where a formula has no value."""
        return no_value(self.property.name)

    # --- memory ---------------------------------------------------------------------------------

    def _open(self, memory: Values) -> bool:
        return self._with_bit and memory[-1] == OPEN

    def _without_time(self, ghosts: Values) -> Values:
        """`since` does not count here: it is a clock."""
        if not self._since:
            return ghosts
        kept = list(ghosts)
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
    `within`), nor those whose memory may change while time passes, since what they wait for
    compares clocks.
    """
    if property_.pattern in BOUNDED and property_.within is None:
        return False
    if property_.pattern in (*BOUNDED, Pattern.PRECEDENCE):
        return not any(ir.clock_tests(node) for node in formulas)
    return property_.pattern in DECIDED
