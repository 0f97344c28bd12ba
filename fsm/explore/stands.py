"""Leaves from which a process does the same: one text serves them all.

A transition out of many states is unfolded into an edge for each (`fsm.semantics.lower`). Where the
edges of several leaves differ in nothing but the leaf, what they change and the code of the step
are linear in the number of the leaf.
"""

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from fsm.semantics.lowered import Edge


class Option(Struct, frozen=True):
    """An edge, for all those of a stand that are like it. `base` + `step` * leaf is what each adds
    to the code of a step; `gathers`: they lead from several leaves to one."""

    edge: Edge
    base: int
    step: int
    gathers: bool


class Stand(Struct, frozen=True):
    """Leaves whose edges are alike, and those edges: the innermost first."""

    leaves: tuple[int, ...]
    options: tuple[Option, ...]


def stands(
    by_leaf: Mapping[int, Sequence[Edge]], code: Callable[[Edge], int],
    joins: Callable[[Edge], bool],
) -> list[Stand]:  # fmt: skip
    """The leaves in groups, as large as neighbours are alike; `code` gives what an edge adds to the
    code of a step, `joins` says whether it may stand for others. O(edges * leaves)."""
    groups: list[list[Sequence[Edge]]] = []
    for leaf in sorted(by_leaf):
        edges = by_leaf[leaf]
        if groups and all(map(joins, edges)) and _alike([*groups[-1], edges], code):
            groups[-1].append(edges)
        else:
            groups.append([edges])
    return [
        Stand(
            tuple(edges[0].leaf for edges in rows),
            tuple(_option(edges, code) for edges in zip(*rows, strict=True)),
        )
        for rows in groups
    ]


def _option(edges: Sequence[Edge], code: Callable[[Edge], int]) -> Option:
    first, last = edges[0], edges[-1]
    step = (code(last) - code(first)) // max(1, last.leaf - first.leaf)
    gathers = len(edges) > 1 and first.target == last.target
    return Option(first, code(first) - step * first.leaf, step, gathers)


def _alike(rows: Sequence[Sequence[Edge]], code: Callable[[Edge], int]) -> bool:
    """Do the edges of the last leaf go with those of the others, which go together?"""
    if len(rows[0]) != len(rows[-1]):
        return False
    for edges in zip(*rows, strict=True):
        option = _option(edges, code)
        if _does(edges[-2]) != _does(edges[-1]):
            return False
        # Those between the first and these lie on one line with both, and lead where both do.
        for edge in (edges[0], edges[-2], edges[-1]):
            target = option.edge.target if option.gathers else edge.leaf
            if edge.target != target or code(edge) != option.base + option.step * edge.leaf:
                return False
    return True


def _does(edge: Edge) -> tuple[object, ...]:
    return edge.enabled, edge.writes, edge.restarts, edge.resets, edge.depth, edge.priority
