"""Fixpoints and lassos on small random graphs, against brute force over sets of nodes."""

from dataclasses import dataclass, field
from itertools import combinations

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from fsm.explore.feasible import is_feasible
from fsm.explore.graph import Constraint, Path, shortest_path
from fsm.explore.hull import Backward
from fsm.explore.lasso import shortest_lasso
from fsm.explore.least_lasso import least_lasso

NODES = 5
BOTH = 0b11  # two variants


@dataclass
class Small:
    """arcs[node] = (step, target, variants); everything is reachable, node 0 is initial."""

    arcs: list[list[tuple[int, int, int]]]
    reach: list[int] = field(default_factory=lambda: [BOTH] * NODES)
    initial: list[tuple[int, int]] = field(default_factory=lambda: [(0, BOTH)])
    undecided: int = 0

    def out(self, state: int, mask: int) -> list[tuple[int, int, int]]:
        return [(s, t, m & mask) for s, t, m in self.arcs[state] if m & mask]

    def offers(self, node: int) -> list[tuple[int, int, int]]:
        return self.arcs[node]


arc = st.tuples(st.integers(1, 3), st.integers(0, NODES - 1), st.integers(1, BOTH))
graphs = st.lists(st.lists(arc, max_size=3, unique_by=lambda a: a[:2]), min_size=NODES,
                  max_size=NODES).map(Small)  # fmt: skip
lively = st.builds(  # most have no dead ends
    lambda graph, steps, targets: Small([
        [*((s, t, m) for s, t, m in arcs if (s, t) != first), (*first, BOTH)]
        for arcs, *first in zip(graph.arcs, steps, targets, strict=True)
        for first in [tuple(first)]
    ]),
    graphs,
    st.lists(st.integers(1, 3), min_size=NODES, max_size=NODES),
    st.lists(st.integers(0, NODES - 1), min_size=NODES, max_size=NODES),
)  # fmt: skip
constraint = st.builds(
    lambda steps, kind: Constraint(frozenset(steps), kind == "weak", kind == "strong"),
    st.sets(st.integers(1, 3), min_size=1, max_size=2),
    st.sampled_from(["again", "weak", "strong"]),
)
regions = st.lists(st.integers(0, BOTH), min_size=NODES, max_size=NODES)


def fair_sets(graph: Small, region: list[int], fairness: list[Constraint],
              bit: int) -> list[frozenset[int]]:  # fmt: skip
    """Every set of nodes that a fair run can visit exactly for ever."""
    members = [n for n in range(NODES) if region[n] & bit]
    found = []
    for size in range(1, len(members) + 1):
        for chosen in map(frozenset, combinations(members, size)):
            inner = [(n, s, t) for n in chosen for s, t, _ in graph.out(n, bit) if t in chosen]
            if (inner and connected(chosen, inner) and
                    all(fair(graph, chosen, inner, c, bit) for c in fairness)):  # fmt: skip
                found.append(chosen)
    return found


def connected(chosen: frozenset[int], inner: list[tuple[int, int, int]]) -> bool:
    for start in chosen:
        seen = {start}
        while new := {t for n, _, t in inner if n in seen} - seen:
            seen |= new
        if seen != chosen:
            return False
    return True


def fair(graph: Small, chosen: frozenset[int], inner: list[tuple[int, int, int]], c: Constraint,
         bit: int) -> bool:  # fmt: skip
    taken = any(s in c.steps for _, s, _ in inner)
    enabled = [any(s in c.steps for s, _, _ in graph.out(n, bit)) for n in chosen]
    if c.unless_disabled:
        return taken or not all(enabled)
    return taken or (c.strong and not any(enabled))


def reaching(graph: Small, region: list[int], goal: set[int], bit: int) -> set[int]:
    seen = set(goal)
    while new := {
        n for n in range(NODES)
        if region[n] & bit and any(t in seen for _, t, _ in graph.out(n, bit))
    } - seen:  # fmt: skip
        seen |= new
    return seen


@given(graphs, regions, st.lists(constraint, max_size=2))
@settings(max_examples=300)
def test_the_hull_holds_exactly_the_fair_runs(
    graph: Small, region: list[int], fairness: list[Constraint]
) -> None:
    backward = Backward(graph)
    hull = backward.fair_hull(region, fairness)
    starts = backward.can_reach(hull, region)
    for bit in (1, 2):
        sets = fair_sets(graph, region, fairness, bit)
        fair_nodes = set().union(*sets) if sets else set()
        expected = reaching(graph, region, fair_nodes, bit)
        assert {n for n in range(NODES) if starts[n] & bit} == expected
        assert {n for n in range(NODES) if hull[n] & bit} >= fair_nodes


@given(graphs | lively, st.lists(constraint, max_size=2))
@settings(max_examples=500)
def test_fairness_is_feasible_exactly_if_a_fair_run_starts_everywhere(
    graph: Small, fairness: list[Constraint]
) -> None:
    def starts(bit: int) -> set[int]:
        sets = fair_sets(graph, graph.reach, fairness, bit)
        return reaching(graph, graph.reach, set().union(*sets), bit)

    everywhere = all(starts(bit) == set(range(NODES)) for bit in (1, 2))
    event(f"feasible: {everywhere}")
    assert is_feasible(Backward(graph), fairness) == everywhere


def test_a_step_may_lead_elsewhere_in_each_variant() -> None:
    rest = [[(1, node, BOTH)] for node in range(1, NODES)]
    graph = Small([[(1, 0, 0b01), (1, 1, 0b10)], *rest])
    assert is_feasible(Backward(graph), [Constraint(frozenset((1,)))])


@given(graphs, regions, regions)
@settings(max_examples=300)
def test_what_can_reach_a_goal(graph: Small, goal: list[int], inside: list[int]) -> None:
    able = Backward(graph).can_reach(goal, inside)
    for bit in (1, 2):
        wanted = {n for n in range(NODES) if goal[n] & bit}
        assert {n for n in range(NODES) if able[n] & bit} == reaching(graph, inside, wanted, bit)


@given(graphs, regions, st.lists(constraint, max_size=2))
@settings(max_examples=300)
def test_the_hull_of_one_variant_lies_in_the_hull_and_is_led_to_from_the_same_nodes(
    graph: Small, region: list[int], fairness: list[Constraint]
) -> None:
    backward = Backward(graph)
    hull = backward.fair_hull(region, fairness)
    starts = backward.can_reach(hull, region)
    for bit in (1, 2):
        inside = [mask & bit for mask in region]
        alone = backward.fair_hull(inside, fairness)
        assert all(a & ~h == 0 for a, h in zip(alone, hull, strict=True))
        assert backward.can_reach(alone, inside) == [mask & bit for mask in starts]


def test_a_step_that_leads_out_of_the_hull_serves_no_constraint() -> None:
    # A cycle of the family, which only the second variant can close.
    graph = Small([[(1, 0, BOTH), (2, 1, BOTH)], [(3, 0, 0b10)], [], [], []])
    hull = Backward(graph).fair_hull([BOTH] * NODES, [Constraint(frozenset((2,)))])
    assert hull == [0b10, 0b10, 0, 0, 0]


def test_a_node_on_a_cycle_of_another_variant_is_on_the_way_only() -> None:
    graph = Small([[(1, 1, BOTH)], [(2, 1, BOTH), (3, 0, 0b10)], [], [], []])
    hull = Backward(graph).fair_hull([BOTH] * NODES, [])
    assert hull[0] == BOTH
    for find in (shortest_lasso, least_lasso):
        assert find(graph, hull, [], 0) == Path((0, 1, 1), (1, 2), 1)


@given(graphs, regions, st.lists(constraint, max_size=2), st.integers(0, 1))
@settings(max_examples=300)
def test_a_lasso_is_a_fair_run_that_ends_up_in_the_region(
    graph: Small, region: list[int], fairness: list[Constraint], variant: int
) -> None:
    backward = Backward(graph)
    hull = backward.fair_hull(region, fairness)
    bit = 1 << variant
    sets = fair_sets(graph, region, fairness, bit)
    everywhere = [BOTH] * NODES
    possible = any(0 in reaching(graph, everywhere, set(s), bit) for s in sets)
    for find in (shortest_lasso, least_lasso):
        path = find(graph, hull, fairness, variant)
        assert (path is not None) == possible
        if path is not None:
            is_lasso(graph, path, region, fairness, bit)


def is_lasso(
    graph: Small, path: Path, region: list[int], fairness: list[Constraint], bit: int
) -> None:
    assert path.loop is not None
    is_path(graph, path, bit)
    loop = path.nodes[path.loop :]
    assert path.nodes[-1] == loop[0]
    assert all(region[n] & bit for n in loop)
    steps = path.steps[path.loop :]
    assert steps
    assert is_fair_loop(graph, loop, steps, fairness, bit)


def is_fair_loop(
    graph: Small, loop: tuple[int, ...], steps: tuple[int, ...], fairness: list[Constraint],
    bit: int,
) -> bool:  # fmt: skip
    for c in fairness:
        taken = any(s in c.steps for s in steps)
        enabled = [any(s in c.steps for s, _, _ in graph.out(n, bit)) for n in loop]
        kept = not all(enabled) if c.unless_disabled else c.strong and not any(enabled)
        if not (taken or kept):
            return False
    return True


def least_by_hand(
    graph: Small, region: list[int], fairness: list[Constraint], bit: int, most: int
) -> int | None:
    """The steps of a lasso with at most so many, by trying all paths."""
    paths = [Path((0,), ())]
    for length in range(1, most + 1):
        paths = [
            Path((*p.nodes, t), (*p.steps, s))
            for p in paths
            for s, t, _ in graph.out(p.nodes[-1], bit)
        ]
        for path in paths:
            for at in range(length):
                loop = path.nodes[at:]
                if (
                    loop[0] == loop[-1]
                    and all(region[n] & bit for n in loop)
                    and is_fair_loop(graph, loop, path.steps[at:], fairness, bit)
                ):
                    return length
    return None


@given(graphs, regions, st.lists(constraint, max_size=2), st.integers(0, 1))
@settings(max_examples=200)
def test_no_lasso_has_fewer_steps(
    graph: Small, region: list[int], fairness: list[Constraint], variant: int
) -> None:
    backward = Backward(graph)
    hull = backward.fair_hull(region, fairness)
    path = least_lasso(graph, hull, fairness, variant)
    if path is not None:
        length = len(path.steps)
        least = least_by_hand(graph, region, fairness, 1 << variant, min(length, 6))
        assert least in (length, None if length > 6 else length)


WEAK, STRONG = Constraint(frozenset((2,)), True), Constraint(frozenset((2,)), strong=True)


@pytest.mark.parametrize(
    ("arcs", "constraint", "nodes"),
    [
        # 1 offers step 2, so that a loop through it has to take it.
        ([[(1, 1)], [(1, 0), (2, 2)], [(1, 0)], [], []], STRONG, (0, 1, 2, 0)),
        ([[(1, 0), (2, 1)], [(1, 0)], [], [], []], STRONG, (0, 1, 0)),
        ([[(1, 0)], [], [], [], []], STRONG, (0, 0)),  # nothing is offered
        # 4 does not offer step 2, which is as good as taking it.
        ([[(1, 1)], [(1, 2), (1, 4), (2, 1)], [(2, 3)], [(2, 1)], [(1, 4)]], WEAK, (0, 1, 1)),
        ([[(1, 1)], [(1, 2), (1, 4)], [(1, 3)], [(2, 1)], [(1, 4)]], WEAK, (0, 1, 4, 4)),
    ],
)
def test_fair_lassos_by_hand(
    arcs: list[list[tuple[int, int]]], constraint: Constraint, nodes: tuple[int, ...]
) -> None:
    graph = Small([[(s, t, BOTH) for s, t in out] for out in arcs])
    backward = Backward(graph)
    hull = backward.fair_hull([BOTH] * NODES, [constraint])
    found = least_lasso(graph, hull, [constraint], 0)
    assert found is not None
    assert found.nodes == nodes


def test_a_longer_stem_may_lead_to_a_shorter_loop() -> None:
    """0 -> 1 -> 2 -> 3 -> 1, and 1 -> 4 -> 4: the nearest fair cycle has three steps, the other
    one. Where little may be looked at, the nearest is given."""
    arcs = [[(1, 1, BOTH)], [(1, 2, BOTH), (1, 4, BOTH)], [(1, 3, BOTH)], [(1, 1, BOTH)],
            [(1, 4, BOTH)]]  # fmt: skip
    graph = Small(arcs)
    backward = Backward(graph)
    hull = backward.fair_hull([BOTH] * NODES, [])
    found = least_lasso(graph, hull, [], 0)
    assert found == Path((0, 1, 4, 4), (1, 1, 1), 2)
    near = shortest_lasso(graph, hull, [], 0)
    assert near == Path((0, 1, 2, 3, 1), (1, 1, 1, 1), 1)


@given(graphs, st.sets(st.integers(0, NODES - 1)), st.integers(0, 1))
def test_a_path_is_shortest(graph: Small, goal: set[int], variant: int) -> None:
    bit = 1 << variant
    layers = [{0}]
    while new := {t for n in layers[-1] for _, t, _ in graph.out(n, bit)} - set().union(*layers):
        layers.append(new)
    distance = next((d for d, layer in enumerate(layers) if layer & goal), None)
    path = shortest_path(graph, variant, lambda node: node in goal)
    if path is None:
        assert distance is None
    else:
        is_path(graph, path, bit)
        assert path.nodes[-1] in goal
        assert len(path.steps) == distance


def is_path(graph: Small, path: Path, bit: int) -> None:
    assert path.nodes[0] == 0
    assert len(path.nodes) == len(path.steps) + 1
    for source, step, target in zip(path.nodes, path.steps, path.nodes[1:], strict=False):
        assert any((s, t) == (step, target) for s, t, _ in graph.out(source, bit))


def test_what_one_constraint_takes_away_another_may_have_needed() -> None:
    """Without the way back, in variant 0, the loops cannot be gone round in turn."""
    one_way = [[(1, 0, BOTH), (3, 1, BOTH)], [(2, 1, BOTH), (3, 0, 0b10)], [], [], []]
    again = [Constraint(frozenset((2,))), Constraint(frozenset((1,)))]
    for fairness in (again, again[::-1]):
        hull = Backward(Small(one_way)).fair_hull([BOTH] * NODES, fairness)
        assert hull == [0b10, 0b10, 0, 0, 0]
