"""What a run can achieve: to take a transition, or to stop at an instant around a deadline."""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from fsm.explore.emit import Predicate, Values, predicate
from fsm.expressions import Op
from fsm.semantics import ir
from fsm.testing.ground import AROUND, Change, Ground, Move, Option

REMEMBERED = 200_000  # states


class Beside(Struct, frozen=True):
    """Being where a transition could be taken, its clock `offset` units from the bound.

    `bound` is in milliseconds, an expression over the configuration.
    """

    machine: str
    transition: int
    bound: ir.Node
    offset: int


Goal = Change | Beside
_Place = tuple[int, int]  # a process and its leaf


class Goals:
    """The goals of a ground. A comparison of a clock in a guard counts as a bound, too."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._tests: dict[_Place, dict[tuple[Beside, int, ir.Node], Predicate]] = {}
        self._known: dict[Values, list[tuple[Beside, int]]] = {}
        for edge in ground.system.edges:
            conditions = (edge.enabled,) if edge.forced is None else (edge.enabled, edge.forced)
            machine = ground.system.processes[edge.process].machine
            here = self._tests.setdefault((edge.process, edge.leaf), {})
            for test in dict.fromkeys(t for c in conditions for t in ir.clock_tests(c)):
                for offset in AROUND:
                    at = ir.Calc(Op.ADD, (test.bound, ir.Const(offset * test.unit)))
                    goal = Beside(machine, edge.transition, test.bound, offset)
                    for mask, node in ground.variants.cases(replace(test, op=Op.EQ, bound=at)):
                        here[goal, mask, node] = predicate(node)

    def achieved(self, option: Option, mask: int) -> Iterator[Goal]:
        """What is achieved by taking an option, in the variant of this mask."""
        if isinstance(option, Move):
            yield from self._ground.changes(option.step)
        for goal, where in self.stops(option.target):
            if where & mask:
                yield goal

    def stops(self, state: Values) -> list[tuple[Beside, int]]:
        """The instants that a run stops at in this state, with the variants where it is one."""
        found = self._known.get(state)
        if found is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            found = self._known[state] = [
                (goal, mask)
                for number, process in enumerate(self._ground.system.processes)
                for (goal, mask, _), holds in self._tests.get(
                    (number, state[process.slot]), {}
                ).items()
                if holds(state)
            ]
        return found
