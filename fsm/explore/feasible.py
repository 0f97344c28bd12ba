"""Fairness that every beginning of a run can go on to keep.

In a finite graph without dead ends a run may go on to a component that no arc leaves, and then take
all arcs of it again and again. So it does whatever is enabled again and again, as weak and strong
fairness of steps ask. What a constraint asks without condition (the passing of time) it does, too,
if that can be done there; and that it can in every such component is so exactly if from every node
some path leads to where it can.
Source: Apt, Francez & Katz, "Appraising fairness in languages for distributed programming",
Distributed Computing 2(4), 1988, doi 10.1007/BF01872848, which calls such fairness feasible.
"""

from collections.abc import Iterable, Sequence

from fsm.explore.graph import Constraint
from fsm.explore.hull import Backward
from fsm.explore.space import Arc


def is_feasible(backward: Backward, fairness: Iterable[Constraint]) -> bool:
    """Does a fair run start in every node, in all variants that reach it?

    Whatever the system offers at a node has to be an arc out of it.
    Complexity: O(arcs * groups of variants) for each constraint without condition.
    """
    reach = backward.graph.reach
    asked = [c.steps for c in fairness if not (c.strong or c.unless_disabled)]
    if asked:
        return all(backward.leading_to(steps) == reach for steps in asked)
    return not any(map(_may_end, backward.arcs, reach))


def _may_end(arcs: Sequence[Arc], reach: int) -> bool:
    """Does no arc leave a node in some of the variants that reach it?"""
    for _, _, mask in arcs:
        reach ^= reach & mask
        if not reach:
            return False
    return True
