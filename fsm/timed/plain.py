"""Properties that look at single states, decided by machine code, all in one search."""

from collections.abc import Sequence

from fsm.explore.space import Limits, Progress
from fsm.expressions import Op
from fsm.model import Pattern
from fsm.semantics import ir
from fsm.timed.boxes import Box
from fsm.timed.checked import PLAIN, Operations
from fsm.timed.limits import Horizons
from fsm.timed.machine import ZoneMachine, ZoneSpace
from fsm.timed.monitor import Monitor
from fsm.timed.retrace import retrace
from fsm.timed.steps import TimedSuccessors
from fsm.timed.turning import Copies
from fsm.timed.zone_graph import ZoneGraph


class PlainSearch:
    """One search for several monitors that remember nothing; `copies` are alike for all of them.

    `graph` holds no space, but the paths that were asked for. Raises `NotPlain` for a system, or a
    question, that machine code does not serve.
    """

    def __init__(
        self, successors: TimedSuccessors, horizons: Horizons, monitors: Sequence[Monitor],
        limits: Limits, progress: Progress | None = None, ops: Operations = PLAIN,
        copies: Sequence[Copies] = (),
    ) -> None:  # fmt: skip
        self._horizons, self._ops, self._limits = horizons, ops, limits
        self._successors = successors
        self._numbers = {id(monitor): k for k, monitor in enumerate(monitors)}
        self._questions = [sought(m) for m in monitors]
        machine = ZoneMachine(
            successors.system, successors.variants, horizons, self._questions, copies
        )
        self.space = ZoneSpace(machine, successors, limits, progress)
        self._real = None if copies else self.space
        self.graph = ZoneGraph(
            successors, undecided=self.space.undecided, limit=self.space.limit,
            transitions=self.space.transitions,
        )  # fmt: skip

    def found(self, monitor: Monitor) -> int:
        """The variants in which what a monitor looks for is reached."""
        return self.space.found[self._numbers[id(monitor)]]

    def ending(self, monitor: Monitor, variant: int) -> tuple[int, Box] | None:
        """Where a run to it ends, in a variant: a node of `graph`, and the box that it meets."""
        number = self._numbers[id(monitor)]
        space = self._with_paths()
        for hit in space.hits:
            if hit.claim.what == number and hit.mask >> variant & 1:
                path = space.path(hit.node)
                box = hit.claim.box
                return retrace(self.graph, self._horizons, path, 1 << variant, box, self._ops), box
        return None

    def _with_paths(self) -> ZoneSpace:
        """A space in which paths are those of runs: where copies were renamed on the way, another
        search without that, as far as the nearest node for whatever is known to be found."""
        if self._real is None:
            machine = ZoneMachine(
                self._successors.system, self._successors.variants, self._horizons, self._questions
            )
            self._real = ZoneSpace(machine, self._successors, self._limits, wanted=self.space.found)
        return self._real


def sought(monitor: Monitor) -> ir.Node:
    """What to look for: where an `always` is false, and where any other subject is true."""
    subject = monitor.formulas[0]
    return ir.Calc(Op.NOT, (subject,)) if monitor.property.pattern is Pattern.ALWAYS else subject
