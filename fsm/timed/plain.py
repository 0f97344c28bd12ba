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
from fsm.timed.zone_graph import ZoneGraph


class PlainSearch:
    """One search for several monitors that remember nothing.

    `graph` holds no space, but the paths that were asked for. Raises `NotPlain` for a system, or a
    question, that machine code does not serve.
    """

    def __init__(
        self, successors: TimedSuccessors, horizons: Horizons, monitors: Sequence[Monitor],
        limits: Limits, progress: Progress | None = None, ops: Operations = PLAIN,
    ) -> None:  # fmt: skip
        self._horizons, self._ops = horizons, ops
        self._numbers = {id(monitor): k for k, monitor in enumerate(monitors)}
        machine = ZoneMachine(
            successors.system, successors.variants, horizons, [sought(m) for m in monitors]
        )
        self.space = ZoneSpace(machine, successors, limits, progress)
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
        for hit in self.space.hits:
            if hit.claim.what == number and hit.mask >> variant & 1:
                path = self.space.path(hit.node)
                last = retrace(self.graph, self._horizons, path, 1 << variant, self._ops)
                assert self.graph.meets(last, hit.claim.box), "the zone meets no such point"
                return last, hit.claim.box
        return None


def sought(monitor: Monitor) -> ir.Node:
    """What to look for: where an `always` is false, and where any other subject is true."""
    subject = monitor.formulas[0]
    return ir.Calc(Op.NOT, (subject,)) if monitor.property.pattern is Pattern.ALWAYS else subject
