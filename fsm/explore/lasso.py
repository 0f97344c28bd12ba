"""Lassos: a stem, and a cycle that a fair run can go round for ever, as short as can be."""

from collections.abc import Callable

from fsm.explore.graph import (
    Constraint,
    Graph,
    Path,
    Set,
    components,
    nearest,
    offering,
    shortest_path,
)  # fmt: skip


def shortest_lasso(
    graph: Graph, hull: Set, fairness: list[Constraint], variant: int
) -> Path | None:
    """A stem with the fewest steps to a fair cycle, and a cycle through all that fairness asks."""
    bit = 1 << variant
    inside = [node for node, mask in enumerate(hull) if mask & bit]
    members = set(inside)
    component = components(
        inside, lambda node: (t for _, t, _ in graph.out(node, bit) if t in members)
    )
    fair = _fair_components(graph, bit, component, fairness)
    stem = shortest_path(graph, variant, lambda node: component.get(node) in fair)
    if stem is None:
        return None
    last = stem.nodes[-1]
    mine = component[last]

    def within(node: int) -> bool:
        return component.get(node) == mine

    nodes, steps = [last], list[int]()
    for constraint in fairness:
        if not _needed(graph, bit, constraint, nodes, steps, within, component, mine):
            continue
        there = nearest(graph, bit, [nodes[-1]], _meets(graph, bit, constraint), within)
        if there is not None:
            nodes += there.nodes[1:]
            steps += there.steps
    if not steps or nodes[-1] != last:
        back = nearest(graph, bit, [nodes[-1]], lambda _, node: node == last, within)
        assert back is not None, "a strongly connected component leads back"
        nodes += back.nodes[1:]
        steps += back.steps
    at = len(stem.nodes) - 1
    return Path((*stem.nodes, *nodes[1:]), (*stem.steps, *steps), at)


def _meets(graph: Graph, bit: int, constraint: Constraint) -> Callable[[int, int], bool]:
    """Does taking a step, or being in the node that it leads to, do what the constraint asks?"""

    def goal(step: int, node: int) -> bool:
        off = constraint.unless_disabled and not _offers(graph, bit, constraint, node)
        return step in constraint.steps or off

    return goal


def _needed(
    graph: Graph, bit: int, constraint: Constraint, nodes: list[int], steps: list[int],
    within: Callable[[int], bool], component: dict[int, int], mine: int,
) -> bool:  # fmt: skip
    """Does the walk so far leave the constraint open?"""
    if any(step in constraint.steps for step in steps):
        return False
    if constraint.unless_disabled:
        return all(_offers(graph, bit, constraint, node) for node in nodes)
    if constraint.strong:
        members = (node for node, which in component.items() if which == mine)
        return any(_offers(graph, bit, constraint, node) for node in members)
    return True


def _offers(graph: Graph, bit: int, constraint: Constraint, node: int) -> bool:
    return bool(offering(graph, node, constraint.offered) & bit)


def _fair_components(
    graph: Graph, bit: int, component: dict[int, int],
    fairness: list[Constraint],
) -> set[int]:  # fmt: skip
    """Components in which a run can stay for ever and keep every constraint."""
    taken: dict[int, set[int]] = {}
    idle: dict[int, set[Constraint]] = {}
    offered: dict[int, set[Constraint]] = {}
    for node, mine in component.items():
        for c in fairness:
            offers = _offers(graph, bit, c, node)
            (offered if offers else idle).setdefault(mine, set()).add(c)
        inside = {s for s, target, _ in graph.out(node, bit) if component.get(target) == mine}
        taken.setdefault(mine, set()).update(inside)

    def keeps(mine: int, c: Constraint) -> bool:
        if taken[mine] & c.steps:
            return True
        if c.strong:
            return c not in offered.get(mine, ())
        return c.unless_disabled and c in idle.get(mine, ())

    return {m for m, steps in taken.items() if steps and all(keeps(m, c) for c in fairness)}
