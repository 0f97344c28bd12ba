"""Temporal formulas on sets of states: linear ones through automata, branching ones by fixpoints.

Linear: the automaton of the negation stands beside the system and reads the state that a step
leaves, so that it needs no more than the variables of one state; a run of both that is fair and
serves every mark again and again refutes the formula, and so does whatever leads to a state of the
automaton that accepts all that follows. Source: Clarke, Grumberg & Hamaguchi, "Another look at LTL
model checking", CAV 1994; Emerson & Lei, LICS 1986.
"""

from collections.abc import Sequence

from fsm.explore.graph import Path
from fsm.explore.symbolic.diagrams import Diagram, Diagrams
from fsm.explore.symbolic.fair import Demand, fair_hull
from fsm.explore.symbolic.runs import Runs
from fsm.explore.symbolic.space import Graph, backward, closure
from fsm.explore.symbolic.together import Moves
from fsm.logic.automaton import Automaton, accepting_components
from fsm.logic.branching import Branching
from fsm.logic.proof import Proof, Prover
from fsm.logic.remedies import Remedy, remedies
from fsm.logic.symbolic_claims import FormulaClaim
from fsm.logic.symbolic_memory import Remembering, Violations


def linear(beside: Remembering, claim: FormulaClaim, automaton: Automaton) -> Violations:
    """Where fair runs end up that refute an LTL formula."""
    plain = beside.endless(claim.watchers)
    diagrams, place = beside.space.diagrams, beside.automaton
    tests = [beside.true(node, claim.property, claim.watchers) for node in claim.tests.values()]
    ends = [q for q in range(len(automaton.edges)) if automaton.accepts_all(q)]
    refuting, going = diagrams.false, diagrams.false
    serving = [diagrams.false] * automaton.marks
    for state, edges in enumerate(automaton.edges):
        for edge in edges:
            here = place.value(state) & _letters(diagrams, tests, edge.letters)
            if edge.target in ends:
                refuting |= here
            else:
                arc = here & place.becomes(edge.target)
                going |= arc
                serving = [s | arc if edge.marks >> k & 1 else s for k, s in enumerate(serving)]
    graph = _reading(beside, plain, going)
    for node in claim.tests.values():
        beside.require(node, claim.property, claim.watchers, graph.reach)
    marks = [Demand(_reading_moves(beside, plain, arcs), diagrams.true) for arcs in serving]
    fairness = [*beside.fairness(graph), *marks]
    refuted = graph.reach & refuting
    staying = graph.reach & place.among(sorted(accepting_components(automaton) - set(ends)))
    hull = fair_hull(graph, staying, fairness)

    def show(runs: Runs) -> Path | None:
        rings = runs.rings(graph.moves, graph.initial, graph.reach)
        # Both kinds of violation are sound; the finite one is easier to follow.
        path = runs.path(rings, refuted)
        return path if path is not None else runs.lasso(graph, rings, hull, fairness)

    def unfair() -> Remedy:
        if refuted != diagrams.false:
            return ()  # fairness removes no bad prefix
        return beside.remedies(graph, hull, fairness)

    return Violations(refuted | hull, show, unfair)


def _reading(beside: Remembering, plain: Graph, arcs: Diagram) -> Graph:
    """A graph with an automaton beside it, which starts in its state 0."""
    moves = _reading_moves(beside, plain, arcs)
    initial = plain.initial & beside.automaton.value(0)
    diagrams = plain.diagrams
    reach = closure(diagrams, initial, moves, diagrams.true, beside.space.look)
    return Graph(diagrams, moves, initial, reach, plain.offered)


def _reading_moves(beside: Remembering, plain: Graph, arcs: Diagram) -> Moves:
    place = [beside.automaton]
    return Moves(plain.diagrams, (m.with_memory([arcs], place, ()) for m in plain.moves))


def _letters(diagrams: Diagrams, tests: Sequence[Diagram], letters: int) -> Diagram:
    """Where the tests that are true make one of these letters. O(letters) operations at worst."""
    if not tests:
        return diagrams.true if letters else diagrams.false
    half = 1 << len(tests) - 1  # letters without the last test, and then those with it
    without, having = letters & (1 << half) - 1, letters >> half
    if without == having:
        return _letters(diagrams, tests[:-1], having)
    return diagrams.ite(
        tests[-1],
        _letters(diagrams, tests[:-1], having),
        _letters(diagrams, tests[:-1], without),
    )


def branching(beside: Remembering, claim: FormulaClaim) -> Violations:
    """Where runs start for which a CTL formula is false."""
    graph = beside.endless(claim.watchers)
    stated = beside.fairness(graph)
    checker = Branching(_SymbolicGround(beside, claim, graph, stated))

    def violated(checker: Branching[Diagram]) -> Diagram:
        return graph.initial & ~checker.states(claim.formula)

    def prove(runs: Runs, holds: bool) -> Proof | None:
        shower = Branching(_SymbolicGround(beside, claim, graph, stated, runs), checker.known)
        return Prover(shower, runs.variant).at_start(claim.formula, holds=holds)

    def removed_by(more: Sequence[Demand]) -> bool:
        fairer = Branching(_SymbolicGround(beside, claim, graph, [*stated, *more]))
        return bool(violated(fairer) == graph.diagrams.false)

    def unfair() -> Remedy:
        return remedies(beside.candidates(graph), removed_by)

    return Violations(violated(checker), lambda _: None, unfair, prove)


class _SymbolicGround:
    """See `fsm.logic.branching.Ground`; `runs` are needed to show something."""

    def __init__(
        self, beside: Remembering, claim: FormulaClaim, graph: Graph,
        fairness: list[Demand], runs: Runs | None = None,
    ) -> None:  # fmt: skip
        self.beside, self.claim, self.graph, self._runs = beside, claim, graph, runs
        self.diagrams, self.everything, self.fairness = graph.diagrams, graph.reach, fairness

    def test(self, test: object) -> Diagram:
        """See `Ground`."""
        claim, reach = self.claim, self.everything
        return reach & self.beside.true(claim.tests[test], claim.property, claim.watchers, reach)

    def joined(self, one: Diagram, other: Diagram) -> Diagram:
        """See `Ground`."""
        return one | other

    def common(self, one: Diagram, other: Diagram) -> Diagram:
        """See `Ground`."""
        return one & other

    def outside(self, one: Diagram) -> Diagram:
        """See `Ground`."""
        return self.everything & ~one

    def before(self, goal: Diagram) -> Diagram:
        """See `Ground`."""
        return self.everything & self.graph.moves.preimage(goal)

    def can_reach(self, goal: Diagram, inside: Diagram) -> Diagram:
        """See `Ground`."""
        return backward(self.graph, goal, inside)

    def for_ever(self, region: Diagram) -> Diagram:
        """See `Ground`."""
        return self.can_reach(fair_hull(self.graph, region, self.fairness), region)

    def starts(self, variant: int) -> Diagram:
        """See `Ground`."""
        return self.graph.initial

    def only(self, node: int, variant: int) -> Diagram:
        """See `Ground`."""
        return self.runs.at(node)

    def first(self, among: Diagram, variant: int) -> int | None:
        """See `Ground`."""
        return self.runs.meet(among)

    def to(
        self, starts: Diagram, goal: Diagram, through: Diagram, variant: int, steps: int | None
    ) -> Path | None:
        """See `Ground`."""
        if steps == 1:
            return self.runs.step(starts & through, self.graph.moves, goal)
        return self.runs.path(self.runs.rings(self.graph.moves, starts, through | goal), goal)

    def staying(self, starts: Diagram, region: Diagram, variant: int) -> Path | None:
        """See `Ground`."""
        hull = fair_hull(self.graph, region, self.fairness)
        rings = self.runs.rings(self.graph.moves, starts, region)
        return self.runs.lasso(self.graph, rings, hull, self.fairness)

    @property
    def runs(self) -> Runs:
        """Runs of the variant in which something is shown."""
        assert self._runs is not None
        return self._runs
