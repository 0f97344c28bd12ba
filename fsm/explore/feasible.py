"""Fairness that every beginning of a run can go on to keep.

In a finite graph without dead ends a run may go on to a component that no arc leaves, and then take
all arcs of it again and again. So it does whatever is enabled again and again, as weak and strong
fairness of steps ask. What a constraint asks without condition (the passing of time) it does, too,
if that can be done there; and that it can in every such component is so exactly if from every node
some path leads to where it can.
Source: Apt, Francez & Katz, "Appraising fairness in languages for distributed programming",
Distributed Computing 2(4), 1988, doi 10.1007/BF01872848, which calls such fairness feasible.
"""

from collections.abc import Iterable

from fsm.explore.graph import Constraint, Set
from fsm.explore.hull import Backward


def is_feasible(backward: Backward, fairness: Iterable[Constraint]) -> bool:
    """Does a fair run start in every node, in all variants that reach it?

    Whatever the system offers at a node has to be an arc out of it.
    Complexity: O(arcs * groups of variants) for each constraint without condition.
    """
    reach = backward.graph.reach
    if _leaving(backward, None) != reach:
        return False  # a run may end
    return all(
        backward.can_reach(_leaving(backward, constraint.steps), reach) == reach
        for constraint in fairness
        if not (constraint.strong or constraint.unless_disabled)
    )


def _leaving(backward: Backward, labels: frozenset[int] | None) -> Set:
    """The nodes with an arc that has one of the labels (None: any)."""
    found = []
    for arcs, reach in zip(backward.arcs, backward.graph.reach, strict=True):
        here = 0
        for label, _, mask in arcs:
            if labels is None or label in labels:
                here |= mask
                if here == reach:
                    break
        found.append(here)
    return found
