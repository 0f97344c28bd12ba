"""Boxes: what guards say about clocks, one interval for each; and where in a family they hold.

Guards compare single clocks with constants, so any of them is a union of boxes. A box is a tuple of
constraints, sorted, each against the reference clock 0; clocks are numbered from 1.
"""

from collections.abc import Iterable, Sequence

from fsm.timed.dbm import ZERO, Constraint, opposite, plus

Box = tuple[Constraint, ...]
Where = list[tuple[int, Box]]  # the variants in a mask, clocks in a box; such pieces may overlap
ALWAYS: Box = ()


def meet(one: Box, other: Box) -> Box | None:
    """The box that is in both; None where there is none."""
    if not one or one == other:
        return other
    if not other:
        return one
    tightest: dict[tuple[int, int], int] = {}
    for i, j, bound in (*one, *other):
        tightest[i, j] = min(bound, tightest.get((i, j), bound))
    return box_of(tightest)


def box_of(bounds: dict[tuple[int, int], int]) -> Box | None:
    """The box within these bounds; None where it is empty. No clock is negative."""
    found = []
    for (i, j), bound in sorted(bounds.items()):
        if i == 0 and bound >= ZERO:
            continue  # x >= 0, or x >= a negative number, says nothing
        if i and plus(min(bounds.get((0, i), ZERO), ZERO), bound) < ZERO:
            return None
        found.append((i, j, bound))
    return tuple(found)


def without(box: Box, other: Box) -> list[Box]:
    """The part of the box outside the other one, as disjoint boxes."""
    found: list[Box] = []
    inside: Box | None = box
    for i, j, bound in other:
        assert inside is not None
        outside = meet(inside, ((j, i, opposite(bound)),))
        if outside is not None:
            found.append(outside)
        inside = meet(inside, ((i, j, bound),))
        if inside is None:
            return [box]
    return found


def remainder(boxes: Iterable[Box], other: Box) -> list[Box]:
    """The part of disjoint boxes outside another one."""
    return [piece for box in boxes for piece in without(box, other)]


def joined(boxes: list[Box]) -> list[Box]:
    """The same set in fewer boxes: two that differ in one interval, and touch there, become one."""
    found = list(boxes)
    k = 0
    while k < len(found):
        for other in range(k + 1, len(found)):
            union = _union(found[k], found[other])
            if union is not None:
                found[k] = union
                del found[other]
                k = -1
                break
        k += 1
    return found


def _union(one: Box, other: Box) -> Box | None:
    """The union of two disjoint boxes where it is a box, None where it is not."""
    a, b = set(one), set(other)
    only_a, only_b = a - b, b - a
    clocks = {i or j for i, j, _ in only_a | only_b}
    if len(clocks) != 1:
        return None
    for i, j, bound in only_a:
        if (j, i, opposite(bound)) in only_b:
            rest_a, rest_b = only_a - {(i, j, bound)}, only_b - {(j, i, opposite(bound))}
            # One starts where the other ends; each keeps its other end, if it has one.
            if all((k, m) == (j, i) for k, m, _ in rest_a) and all(
                (k, m) == (i, j) for k, m, _ in rest_b
            ):
                return tuple(sorted((a & b) | rest_a | rest_b))
    return None


def closure_above(box: Box) -> Box:
    """The box with its upper ends: where a run that lets time pass inside it may get to."""
    return tuple((i, j, bound | 1 if i else bound) for i, j, bound in box)


def closure_below(box: Box) -> Box:
    """The box with its lower ends: from where a run that lets time pass is inside it at once."""
    return tuple((i, j, bound if i else bound | 1) for i, j, bound in box)


# --- the same with variants --------------------------------------------------------------------


def both(one: Where, other: Where) -> Where:
    """Where both hold."""
    return gathered(
        (mask, box)
        for m, a in one
        for k, b in other
        if (mask := m & k) and (box := meet(a, b)) is not None
    )


def but_not(one: Where, other: Where) -> Where:
    """Where the first holds and the second does not. The pieces of the second may overlap."""
    left = one
    for mask, box in other:
        following: Where = []
        for m, a in left:
            if m & ~mask:
                following.append((m & ~mask, a))
            if m & mask:
                following += [(m & mask, piece) for piece in without(a, box)]
        left = following
    return gathered(left)


def gathered(pieces: Iterable[tuple[int, Box]]) -> Where:
    """One piece for each box."""
    found: dict[Box, int] = {}
    for mask, box in pieces:
        found[box] = found.get(box, 0) | mask
    return [(mask, box) for box, mask in found.items()]


def local(box: Box, place: Sequence[int] | dict[int, int]) -> Box:
    """The box with its clocks numbered by their places in a zone."""
    return tuple((place[i], place[j], bound) for i, j, bound in box)
