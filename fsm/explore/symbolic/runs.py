"""Runs of single states out of sets: shortest paths from rings, and lassos.

Source: Clarke, Grumberg, McMillan & Zhao, "Efficient generation of counterexamples and witnesses
in symbolic model checking", DAC 1995.
"""

from msgspec import Struct

from fsm.explore.emit import Values
from fsm.explore.graph import Path
from fsm.explore.successors import DELAY, Successors
from fsm.explore.symbolic.diagrams import Diagram
from fsm.explore.symbolic.encoding import Encoding
from fsm.explore.symbolic.fair import Demand
from fsm.explore.symbolic.moves import Move
from fsm.explore.symbolic.space import (
    Costly,
    Graph,
    Rings,
    backward,
    closure,
    stages,
)
from fsm.explore.symbolic.together import Moves

Point = tuple[Values, Values]  # a state and a memory


class Runs(Struct):
    """Runs in one variant, number `variant` of the family. `points` numbers what they met."""

    encoding: Encoding
    successors: Successors
    variant: int
    points: list[Point] = []
    shortest: bool = True  # were all of them shortest ones?

    @property
    def nodes(self) -> list[Values]:
        """The states met, by number."""
        return [state for state, _ in self.points]

    def meet(self, states: Diagram) -> int | None:
        """The number of the first member of a set in this variant; None where there is none."""
        if states & self.only == self.encoding.diagrams.false:
            return None
        self.points.append(self._pick(states))
        return len(self.points) - 1

    def at(self, node: int) -> Diagram:
        """What was met, as a set, in this variant."""
        return self._point(self.points[node]) & self.only

    def step(self, start: Diagram, moves: Moves, goal: Diagram) -> Path | None:
        """A path of one step from a set to another."""
        for move in moves:
            source = move.preimage(goal & self.only) & start & self.only
            if source != self.encoding.diagrams.false:
                point = self._pick(source)
                after = move.image(self._point(point) & self.only) & goal
                return self._path([point, self._pick(after)], [move])
        return None

    @property
    def only(self) -> Diagram:
        """The set of everything in this variant."""
        return self.encoding.diagrams.cube(self.encoding.variant(self.variant))

    def rings(self, moves: Moves, start: Diagram, inside: Diagram) -> Rings:
        """Rings in this variant."""
        only = self.only
        return Rings(self.encoding.diagrams, moves, inside & only, start & only)

    def path(self, rings: Rings, goal: Diagram) -> Path | None:
        """A path with the fewest steps from where runs enter the rings to the goal."""
        walk = self._walk(rings, goal)
        return None if walk is None else self._path(*walk)

    def lasso(
        self, graph: Graph, rings: Rings, hull: Diagram, fairness: list[Demand]
    ) -> Path | None:
        """A path to a fair cycle in the hull, with the fewest steps to it, and the cycle."""
        cycle = self._component(graph, rings, hull & self.only, fairness)
        walk = None if cycle is None else self._walk(rings, cycle)
        if cycle is None or walk is None:
            return None
        points, moves = walk
        at = len(points) - 1
        for demand in fairness:
            if not self._met(demand, points[at:], moves[at:], cycle):
                self._go(graph, cycle, points, moves, demand)
        if len(moves) == at or points[-1] != points[at]:
            self._back(graph, cycle, points, moves, points[at])
        return self._path(points, moves, at)

    # --- walks on sets ------------------------------------------------------------------------

    def _walk(self, rings: Rings, goal: Diagram) -> tuple[list[Point], list[Move]] | None:
        """Invariant: the last point lies at distance k in the rings that hold it."""
        diagrams, only = self.encoding.diagrams, self.only
        try:
            k = rings.distance(goal & only)
        except Costly:
            return self._chained(rings, goal & only)
        if k is None:
            return None
        points = [self._pick(rings.levels[k] & goal)]
        moves: list[Move] = []
        while True:
            here = self._point(points[-1]) & only
            if self._enters(rings, k, here):
                if rings.before is None or (k == 0 and rings.start & here != diagrams.false):
                    break
                rings = rings.before
                continue
            k -= 1
            for move in rings.moves:
                source = move.preimage(here) & rings.levels[k]
                if source != diagrams.false:
                    points.append(self._pick(source))
                    moves.append(move)
                    break
            else:
                raise AssertionError("a member of a ring has a predecessor in the one before")
        return points[::-1], moves[::-1]

    def _chained(self, rings: Rings, goal: Diagram) -> tuple[list[Point], list[Move]] | None:
        """Invariant: the last point is among what the stages still to be looked at led to."""
        diagrams, only = self.encoding.diagrams, self.only
        found, states = stages(diagrams, rings.start, rings.moves, rings.inside, goal)
        if states & goal == diagrams.false:
            return None
        self.shortest = False
        points, moves = [self._pick(states & goal)], list[Move]()
        for stage in reversed(found):
            here = self._point(points[-1]) & only
            if here & stage.states == diagrams.false:
                points.append(self._pick(stage.move.preimage(here) & stage.states))
                moves.append(stage.move)
        return points[::-1], moves[::-1]

    def _enters(self, rings: Rings, k: int, here: Diagram) -> bool:
        false = self.encoding.diagrams.false
        if k == 0 and rings.start & here != false:
            return True
        outside = rings.before.level(k) if rings.before is not None else None
        return outside is not None and outside & rings.doors & here != false

    def _component(
        self, graph: Graph, rings: Rings, hull: Diagram, fairness: list[Demand]
    ) -> Diagram | None:
        """A strongly connected set in the hull, in this variant, in which a run can stay for ever
        and fairly; the search goes from one component to those behind it."""
        diagrams = self.encoding.diagrams
        try:
            k = rings.distance(hull)
            left = diagrams.false if k is None else rings.levels[k] & hull
        except Costly:
            left = hull
        while left != diagrams.false:
            here = self._point(self._pick(left)) & self.only
            ahead = closure(diagrams, here, graph.moves, hull)
            mine = backward(graph, here, ahead)
            cyclic = graph.moves.preimage(mine) & mine != diagrams.false
            if cyclic and all(self._keeps(d, mine) for d in fairness):
                return mine
            left = ahead & ~mine
        return None

    def _keeps(self, demand: Demand, mine: Diagram) -> bool:
        false = self.encoding.diagrams.false
        if demand.moves.preimage(mine) & mine != false:
            return True
        if demand.strong:
            return bool(mine & demand.enabled == false)
        return demand.weak and bool(mine & ~demand.enabled != false)

    def _met(self, demand: Demand, points: list[Point], moves: list[Move], mine: Diagram) -> bool:
        """Does the walk so far do what is demanded?"""
        false = self.encoding.diagrams.false
        if any(move in demand.moves for move in moves):
            return True
        if demand.weak:
            return any(self._point(p) & self.only & ~demand.enabled != false for p in points)
        return demand.strong and mine & demand.enabled == false

    def _go(
        self, graph: Graph, mine: Diagram, points: list[Point], moves: list[Move], demand: Demand
    ) -> None:
        """On to what is demanded: one of the moves is made, or none of them can be made."""
        false = self.encoding.diagrams.false
        making = demand.moves.preimage(mine)
        goal = mine & (making | ~demand.enabled) if demand.weak else mine & making
        self._extend(graph, mine, points, moves, goal)
        here = self._point(points[-1]) & self.only
        if demand.weak and here & ~demand.enabled != false:
            return
        for move in demand.moves:
            target = move.image(here) & mine
            if target != false:
                points.append(self._pick(target))
                moves.append(move)
                return

    def _back(
        self, graph: Graph, mine: Diagram, points: list[Point], moves: list[Move], start: Point
    ) -> None:
        """At least one step, and back to the start."""
        here = self._point(points[-1]) & self.only
        for move in graph.moves if points[-1] == start else ():
            target = move.image(here) & mine
            if target != self.encoding.diagrams.false:
                points.append(self._pick(target))
                moves.append(move)
                break
        self._extend(graph, mine, points, moves, self._point(start))

    def _extend(
        self, graph: Graph, mine: Diagram, points: list[Point], moves: list[Move], goal: Diagram
    ) -> None:
        rings = self.rings(graph.moves, self._point(points[-1]), mine)
        walk = self._walk(rings, goal)
        assert walk is not None, "a strongly connected component leads everywhere in it"
        points += walk[0][1:]
        moves += walk[1]

    def _point(self, point: Point) -> Diagram:
        return self.encoding.of(*point)

    def _pick(self, states: Diagram) -> Point:
        variants = self.encoding.variant_bits
        return self.encoding.first(self.encoding.diagrams.exist(variants, states & self.only))

    # --- back to steps ------------------------------------------------------------------------

    def _path(self, points: list[Point], moves: list[Move], loop: int | None = None) -> Path:
        first = len(self.points)
        self.points += points
        steps = tuple(
            self._step(source, move, target)
            for (source, _), move, (target, _) in zip(points, moves, points[1:], strict=False)
        )
        return Path(tuple(range(first, len(self.points))), steps, loop)

    def _step(self, source: Values, move: Move, target: Values) -> int:
        """The number of the step that the move is: the first that fits, in spec order."""
        for number, there, _ in self.successors.of(source, 1 << self.variant):
            if there != target or (number == DELAY) != move.delay:
                continue
            info = self.successors.steps[number]
            leads = move.lead is None or move.lead in info.edges
            if move.delay or (info.action == move.action and leads):
                return number
        if move.delay and self.encoding.system.unit is None:
            return DELAY  # the end of a run, which stutters
        raise AssertionError("a move of the diagrams is a step of the system")
