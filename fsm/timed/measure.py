"""Watching how long it takes from one thing to another.

A measurement begins at each instant at which the first condition begins to hold (or its event
occurs) and ends at the first instant, then or later, at which the second holds (or occurs). For
the longest time a measurement under way goes on; for the shortest the last one that has begun
counts.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from fsm.errors import UsageError
from fsm.explore.emit import Values
from fsm.explore.successors import StepInfo
from fsm.explore.variants import Variants
from fsm.expressions import Ghost, GhostKind, walk
from fsm.logic.claim import claim_of
from fsm.logic.memories import advance, letter_of
from fsm.logic.tester import no_value
from fsm.model import Formula, Pattern, Property
from fsm.semantics import ir
from fsm.semantics.lower_expressions import Lowering
from fsm.semantics.lowered import System
from fsm.timed.boxes import Where
from fsm.timed.dbm import NONE
from fsm.timed.guards import Guard, Numbering
from fsm.timed.limits import Extra
from fsm.timed.zone_graph import Change

IDLE, RUNNING, DONE = 0, 1, 2
FAR = 1 << 40  # beyond any time that is measured


class Question(Struct, frozen=True):
    """From where to where is the time measured?"""

    start: Formula
    goal: Formula

    def require_simple(self) -> None:
        """Raises `UsageError` F710 for what changes while time passes."""
        for formula in (self.start, self.goal):
            ghosts = [n for n in walk(formula.node) if isinstance(n, Ghost)]
            mixed = not isinstance(formula.node, Ghost) and any(
                ghost.kind is GhostKind.FIRED for ghost in ghosts
            )
            if mixed or any(ghost.kind is GhostKind.SINCE for ghost in ghosts):
                raise _unmeasurable(formula)


def _unmeasurable(formula: Formula) -> UsageError:
    return UsageError(
        "F710",
        f"no time can be measured from or to '{formula.text}'",
        "name an event, or write a condition on states and variables, without clocks and fired(…)",
    )


class Measure:
    """The watch. Its memory is the ghosts, whether the first condition held, and the phase."""

    def __init__(
        self, question: Question, system: System, lowering: Lowering, variants: Variants, *,
        longest: bool, clocks: Extra | None = None,
    ) -> None:  # fmt: skip
        """`clocks`: watch these instead of the time that is measured."""
        question.require_simple()
        self.claim = Property("the question", Pattern.RESPONSE, question.goal, question.start)
        claim = claim_of(self.claim, {}, system, lowering)
        assert claim.trigger is not None
        formulas = (claim.subject, claim.trigger)
        for formula, node in zip((question.goal, question.start), formulas, strict=True):
            if ir.clock_tests(node):
                raise _unmeasurable(formula)
        numbering = Numbering(len(system.slots))
        self.ghosts = len(claim.watchers)
        self.clock = numbering.of(ir.Watch(self.ghosts))
        self._system, self._watchers = system, claim.watchers
        self._goal, self._start = (Guard(node, variants, numbering) for node in formulas)
        self._is_event = isinstance(question.start.node, Ghost)
        self._fired = [k for k, w in enumerate(self._watchers) if w.kind is GhostKind.FIRED]
        self._longest, self._clocks = longest, clocks
        limits = (FAR, NONE) if longest else (NONE, FAR)
        self._own: Extra = ((self.clock, *limits),)

    def start(self, state: Values, mask: int) -> Sequence[Change]:
        """The memory at the start of a run."""
        return list(self._after((0,) * self.ghosts, 0, IDLE, state, mask))

    def step(
        self, memory: Values, number: int, info: StepInfo, state: Values, mask: int
    ) -> Sequence[Change]:
        """The memory after a step."""
        mine = memory[: self.ghosts]
        ghosts = advance(self._watchers, mine, letter_of(number, info, self._system))
        held, phase = memory[self.ghosts :]
        return list(self._after(ghosts, held, IDLE if phase == DONE else phase, state, mask))

    def _after(
        self, ghosts: Values, held: int, phase: int, state: Values, mask: int
    ) -> Iterator[Change]:
        holds, done = self._true(self._start, state, ghosts, mask), self._true(
            self._goal, state, ghosts, mask
        )  # fmt: skip
        for begins, which in ((1, holds), (0, mask & ~holds)):
            for ends, m in ((True, which & done), (False, which & ~done)):
                if not m:
                    continue
                fresh = begins and not (held and not self._is_event)
                restart = bool(fresh) and (phase == IDLE or not self._longest)
                under_way = restart or phase == RUNNING
                after = IDLE if not under_way else DONE if ends else RUNNING
                yield (
                    (*ghosts, begins, after), m, frozenset((self.clock,) if restart else ())
                )  # fmt: skip

    def _true(self, guard: Guard, state: Values, ghosts: Values, mask: int) -> int:
        true, faulty = guard.read(state, ghosts)
        if any(m & mask for m, _ in faulty):
            raise no_value(self.claim.name)
        found = 0
        for m, _ in true:
            found |= m
        return found & mask

    def clocks(self, memory: Values) -> Extra:
        """The time that is measured, while it is."""
        if self._clocks is not None:
            return self._clocks
        return self._own if memory[-1] != IDLE else ()

    def instant(self, memory: Values) -> bool:
        """What has just happened, or has just been measured, is over as soon as time passes."""
        return memory[-1] == DONE or any(memory[k] for k in self._fired)

    def bad(self, state: Values, memory: Values) -> tuple[Where, Where]:
        """Nothing is: all measurements are of interest."""
        return [], []

    def refuse(self) -> UsageError:
        """Never asked for: faults are met in `step`."""
        return no_value(self.claim.name)
