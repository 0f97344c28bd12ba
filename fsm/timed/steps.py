"""What can happen in a discrete state, and when: steps with boxes for clocks instead of yes or no.

The rules are those of `fsm.explore.successors`, whose tables this extends. There a set of variants
says where a condition holds; here it is a set of pairs (variant, clock values), a `Where`.
"""

from collections.abc import Iterator
from itertools import groupby

from msgspec import Struct

from fsm.explore.emit import Predicate, Values, predicate
from fsm.explore.successors import Successors
from fsm.explore.variants import Variants
from fsm.expressions import Op
from fsm.semantics import ir
from fsm.semantics.ir import LoweredFault, Node
from fsm.semantics.lowered import Edge, SlotKind, System
from fsm.timed.boxes import ALWAYS, Box, Where, both, but_not, gathered, meet, remainder
from fsm.timed.guards import Cell, Guard, Numbering, cells, replaced


class TimedStep(Struct, frozen=True):
    """A discrete step: its number among `steps`, in which variants and for which clock values it
    can be taken, the discrete state that it leads to, and the clocks that it restarts."""

    number: int
    mask: int
    box: Box
    target: Values
    restarts: frozenset[int]


class Plan(Struct, frozen=True):
    """All that can happen in a discrete state.

    `passing` says for disjoint sets of variants where time may pass: inside these disjoint boxes
    (none: nowhere). `paused` are the variants in which a clock stands still, for each such clock.
    """

    steps: tuple[TimedStep, ...]
    passing: tuple[tuple[int, tuple[Box, ...]], ...]
    paused: tuple[tuple[int, int], ...]


class _Option(Struct, frozen=True):
    """A way in which something can happen, before priorities between steps."""

    action: int | None
    edges: tuple[Edge, ...]
    where: Where
    priority: int | None


class TimedSuccessors(Successors):
    """The steps of a system over a family, in dense time.

    A *discrete state* is a state whose clock slots hold 0.
    """

    def __init__(self, system: System, variants: Variants) -> None:
        super().__init__(system, variants)
        self.numbering = Numbering(len(system.slots))
        self._all: Where = [(variants.everything, ALWAYS)]
        self._guards = [self._guard(e.enabled) for e in system.edges]
        self._forcing = {e.number: self._guard(e.forced) for e in system.edges if e.forced}
        self._standing = [
            (c.slot + 1, self._guard(c.paused)) for c in system.clocks if c.paused is not None
        ]
        self._clock_slots = [k for k, s in enumerate(system.slots) if s.kind is SlotKind.CLOCK]
        # Comparisons of clocks in what an edge writes, and where it writes: seldom any.
        self._read_in_effects = [
            tuple(t for node in _effects(e) for t in ir.clock_tests(node)) for e in system.edges
        ]
        self._places: dict[ir.Indexed, Predicate] = {}
        self._kept: dict[Values, Plan] = {}

    def plan(self, state: Values) -> Plan:
        """Everything that can happen in a discrete state: kept, for one search after the other asks
        about the same states. O(steps) reads of guards."""
        found = self._kept.get(state)
        if found is None:
            found = self._kept[state] = self._planned(state)
        return found

    def _planned(self, state: Values) -> Plan:
        options: list[_Option] = []
        blocked: Where = []
        for action in self._possible(state):
            found = self._ways(state, action)
            options += found
            if self.system.actions[action].urgent:
                blocked += [piece for option in found for piece in option.where]
        for process in self.system.processes:
            for edge in self._spontaneous[process.slot][state[process.slot]]:
                where = self._guards[edge.number].true(state)
                if where:
                    options.append(_Option(None, (edge,), where, edge.priority))
        steps = [s for option in _undominated(options) for s in self._effect(option, state)]
        paused = [(clock, piece[0]) for clock, g in self._standing for piece in g.true(state)]
        return Plan(tuple(steps), self._passing(state, blocked), tuple(paused))

    def _guard(self, node: Node) -> Guard:
        return Guard(node, self.variants, self.numbering)

    def _ways(self, state: Values, number: int) -> list[_Option]:
        """Rules 3.2 and 3.3: every way in which the action can occur, and when."""
        action = self.system.actions[number]
        ways: list[tuple[tuple[Edge, ...], Where]] = [((), self._all)]
        for process in action.mentioned:
            options = self._choices(state, process, number)
            idle: Where = []
            if not action.sync_all and process != action.owner:
                idle = self._all
                for _, where in options:
                    idle = but_not(idle, where)
            ways = [
                (way if edge is None else (*way, edge), together)
                for way, w in ways
                for edge, where in (*options, *([(None, idle)] if idle else []))
                if (together := both(w, where))
            ]
            if not ways:
                return []
        return [_Option(number, way, w, self._priority(number, way)) for way, w in ways if way]

    def _choices(self, state: Values, process: int, action: int) -> list[tuple[Edge | None, Where]]:
        """The edges of one process on an action, and when: inner first, then by priority."""
        options: list[tuple[Edge, Where]] = []
        left = self._all
        edges = self._on[process][state[process]].get(action, ())
        for _, level in groupby(edges, key=lambda e: e.depth):
            outer = left
            for edge in level:
                where = both(left, self._guards[edge.number].true(state))
                if where:
                    options.append((edge, where))
                    outer = but_not(outer, where)
            left = outer
            if not left:
                break
        ranked = [(edge.priority, where) for edge, where in options]
        return [
            (edge, kept)
            for edge, where in options
            if (kept := _unless_higher(where, edge.priority, ranked))
        ]

    def _passing(self, state: Values, blocked: Where) -> tuple[tuple[int, tuple[Box, ...]], ...]:
        """Rule 3.7: where no urgent event can occur and no deadline has been reached."""
        if any(state[p.slot] in p.urgent for p in self.system.processes):
            return ((self.variants.everything, ()),)
        for process in self.system.processes:
            for edge in self._deadlines[process.slot][state[process.slot]]:
                # A guard without a value forces nothing.
                blocked += self._forcing[edge.number].true(state)
        groups: list[tuple[int, list[Box]]] = [(self.variants.everything, [ALWAYS])]
        for mask, box in gathered(blocked):
            following = []
            for m, free in groups:
                if m & ~mask:
                    following.append((m & ~mask, free))
                if m & mask:
                    following.append((m & mask, remainder(free, box)))
            groups = following
        found: dict[tuple[Box, ...], int] = {}
        for mask, free in groups:
            found[tuple(free)] = found.get(tuple(free), 0) | mask
        return tuple((mask, boxes) for boxes, mask in found.items())

    # --- effects ------------------------------------------------------------------------------

    def _effect(self, option: _Option, state: Values) -> Iterator[TimedStep]:
        """Rule 3.5: all updates read the state before the step; those that fault are not taken."""
        ways: list[tuple[tuple[int, ...], int]] = [((), -1)]
        for edge in option.edges:
            effects = self._effects(edge.number)
            ways = [((*w, e), m & which) for w, m in ways for which, e in effects if m & which]
        number = self._number(option.action, tuple(e.number for e in option.edges))
        for special, mask in ways:
            apply = self._updates.get(special)
            if apply is None:
                apply = self._updates[special] = self._update(special)
            for cell in self._cells(option.edges, special):
                before = replaced(state, cell.slots)
                try:
                    after = list(apply(before))
                    restarts = self._restarts(option.edges, before)
                except (LoweredFault, ZeroDivisionError):
                    continue
                for slot in self._clock_slots:
                    after[slot] = 0
                for m, box in option.where:
                    inside = meet(box, cell.box)
                    if m & mask and inside is not None:
                        yield TimedStep(number, m & mask, inside, tuple(after), restarts)

    def _cells(self, edges: tuple[Edge, ...], special: tuple[int, ...]) -> tuple[Cell, ...]:
        if not any(self._read_in_effects[edge.number] for edge in edges):
            return (Cell(ALWAYS, (), ()),)
        nodes = (node for k in special for node in _effects(self._special[k]))
        return cells((t for node in nodes for t in ir.clock_tests(node)), self.numbering)

    def _restarts(self, edges: tuple[Edge, ...], state: Values) -> frozenset[int]:
        found = [slot + 1 for edge in edges for slot in edge.restarts]
        for reset in (reset for edge in edges for reset in edge.resets):
            if reset not in self._places:
                place = ir.Calc(Op.ADD, (ir.Const(reset.base), *reset.indices))
                self._places[reset] = predicate(place)
            found.append(self._places[reset](state) + 1)
        return frozenset(found)


def _effects(edge: Edge) -> Iterator[Node]:
    """Everything that an edge reads to compute its effect."""
    for write in edge.writes:
        yield write.value
        yield write.target
    yield from edge.resets


def _undominated(options: list[_Option]) -> list[_Option]:
    """Rule 3.6 between steps: what states a priority gives way to what states a higher one."""
    ranked = [(option.priority, option.where) for option in options]
    return [
        _Option(option.action, option.edges, kept, option.priority)
        for option in options
        if (kept := _unless_higher(option.where, option.priority, ranked))
    ]


def _unless_higher(
    where: Where, priority: int | None, ranked: list[tuple[int | None, Where]]
) -> Where:
    """Rule 3.6: the part in which nothing with a higher priority is enabled."""
    if priority is not None:
        for other, excluded in ranked:
            if other is not None and other > priority:
                where = but_not(where, excluded)
    return where
