"""How time passes inside boxes: what can be reached from a zone by waiting, and how.

Time passes as long as a point lies in one of the boxes in which it may pass (rule 3.7), so it gets
to their upper ends, those that the box itself excludes included. A *passage* says how: a list of
boxes that the run is in at an instant, and of waits between them. It is what makes instants out of
a zone.
"""

from collections.abc import Iterator, Sequence
from enum import Enum

from fsm.timed.boxes import Box, closure_above, closure_below, without
from fsm.timed.checked import Operations
from fsm.timed.dbm import Zone


class Wait(Enum):
    """Time passes: any, or some."""

    ANY = "any"
    SOME = "some"


Passage = tuple[Box | Wait, ...]


def elapse(
    ops: Operations, zone: Zone, n: int, boxes: Sequence[Box], *, strictly: bool = False
) -> Iterator[tuple[Zone, Passage]]:
    """Every point reached by waiting, as zones; without those where no time has passed if
    `strictly`. The boxes are disjoint, with clocks as in the zone.

    Complexity: O(boxes^2) operations on zones; nearly always there is one box, or none.
    """
    found: list[tuple[Zone, Passage, int]] = []
    for k, box in enumerate(boxes):
        # From the upper end of a box no time passes, and none is added; so it may be taken along.
        around = closure_above(box)
        inside = ops.intersect(zone, n, around)
        if inside is not None:
            later = ops.up_strictly(inside, n) if strictly else ops.up(inside, n)
            reached = ops.intersect(later, n, around)
            if reached is not None:
                wait = Wait.SOME if strictly else Wait.ANY
                found.append((reached, (around, wait, around), k))
    if len(boxes) > 1:
        _go_on(ops, zone, n, boxes, found)
    yield from ((reached, passage) for reached, passage, _ in found)
    if not strictly:
        for rest in _outside(ops, zone, n, [closure_above(box) for box in boxes]):
            yield rest, ()


def _go_on(
    ops: Operations, zone: Zone, n: int, boxes: Sequence[Box],
    found: list[tuple[Zone, Passage, int]],
) -> None:  # fmt: skip
    """From box to box: a point on the upper end of one may lie in another, and a point in one may
    be the lower end of another, into which some time leads (the boxes are disjoint)."""
    work: list[tuple[Zone, Passage, int]] = [(zone, (), -1), *found]
    while work:
        here, passage, last = work.pop(0)
        for k, box in enumerate(boxes):
            if k == last:
                continue
            below, above = closure_below(box), closure_above(box)
            ways = [(passing, below) for j, passing in enumerate(boxes) if j != k]
            ways += [(above, above)] if last >= 0 else []
            for leaving, into in ways:
                left = ops.intersect(here, n, leaving)
                entering = None if left is None else ops.intersect(left, n, into)
                if entering is None:
                    continue
                reached = ops.intersect(ops.up(entering, n), n, above)
                if reached is None or any(ops.included(reached, z) for z, _, m in found if m == k):
                    continue
                found.append((reached, (*passage, leaving, into, Wait.ANY, above), k))
                work.append(found[-1])


def _outside(ops: Operations, zone: Zone, n: int, boxes: Sequence[Box]) -> list[Zone]:
    """The part of a zone in none of the boxes."""
    left = [zone]
    for box in boxes:
        left = [
            piece
            for z in left
            for part in without((), box)
            if (piece := ops.intersect(z, n, part)) is not None
        ]
        if not left:
            break
    return left
