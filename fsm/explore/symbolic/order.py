"""The order of the variables: what belongs together stands together.

Source: Aloul, Markov & Sakallah, "FORCE: a fast and easy-to-implement variable-ordering heuristic",
GLSVLSI 2003, doi 10.1145/764808.764839.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import combinations
from math import sqrt

from fsm.semantics import ir
from fsm.semantics.lowered import Edge, System

ROUNDS = 200  # far more than it takes to settle
CLEARLY = 0.9  # the second order is taken where it is better by a tenth
WIDE = 64  # members from which on a group says nothing about any two of them


def ordered(count: int, groups: Sequence[frozenset[int]], hearts: Collection[int]) -> list[int]:
    """An order of 0..count-1 in which the members of each group are close to each other.

    FORCE finds the order with the least total span near the one that it begins with. From that of
    the spec it often suits best; but it spreads out what many groups have in common, and with it
    the rest of them: a message that a machine has sent comes to stand among the messages of other
    machines, far from its own, and the diagrams of n machines grow with 2^n. So it begins a second
    time with each slot beside the one of the `hearts` (the machines) that it has most to do with.
    """
    groups = [g for g in dict.fromkeys(groups) if len(g) > 1]
    clusters = _clusters(count, groups, hearts)
    at = {member: k for k, cluster in enumerate(clusters) for member in cluster}
    outer = force(range(len(clusters)), [frozenset(at[m] for m in g) for g in groups])
    together = [member for k in outer for member in force(clusters[k], groups)]
    share = Counter(member for group in groups for member in group)
    # What belongs to many groups cannot be near all of them, and need not: these count less.
    weights = [1 / sqrt(max(share[member] for member in group)) for group in groups]

    def strain(order: list[int]) -> float:
        spans = zip(weights, _spans(order, groups), strict=True)
        return sum(weight * span for weight, span in spans)

    first = force(range(count), groups)
    second = min(together, force(together, groups), key=strain)
    return second if strain(second) < CLEARLY * strain(first) else first


def _clusters(
    count: int, groups: Sequence[frozenset[int]], hearts: Collection[int]
) -> list[list[int]]:
    """Sets with at most one heart, grown along the strongest ties (Kruskal's spanning forest).

    A tie is the cosine of the groups of two, where a group of many counts little.
    Complexity: O(t log t), t ties.
    """
    ties: dict[tuple[int, int], float] = {}
    share: Counter[int] = Counter()
    for group in groups:
        for pair in combinations(sorted(group), 2) if len(group) <= WIDE else ():
            ties[pair] = ties.get(pair, 0.0) + 1 / (len(group) - 1)
        share.update(group)
    strength = {(a, b): tie / sqrt(share[a] * share[b]) for (a, b), tie in ties.items()}
    cluster = {k: [k] for k in range(count)}
    having = set(hearts)
    for a, b in sorted(strength, key=lambda pair: (-strength[pair], pair)):
        one, other = cluster[a], cluster[b]
        if one is other or (having.intersection(one) and having.intersection(other)):
            continue
        one += other
        cluster |= dict.fromkeys(other, one)
    return [sorted(c) for c in {id(c): c for c in cluster.values()}.values()]


def force(order: Sequence[int], groups: Sequence[frozenset[int]]) -> list[int]:
    """The same members in an order that brings those of each group closer to each other.

    Each moves to the mean of the centres of its groups, until the total span stops shrinking.
    Complexity: O(rounds * (members of groups + count log count)).
    """
    members = set(order)
    groups = [g for g in dict.fromkeys(g & members for g in groups) if len(g) > 1]
    of: dict[int, list[int]] = {member: [] for member in order}
    for number, group in enumerate(groups):
        for member in group:
            of[member].append(number)
    order = list(order)
    best, least = order, sum(_spans(order, groups))
    worse = 0
    for _ in range(ROUNDS):
        place = {member: k for k, member in enumerate(order)}
        centres = [sum(place[m] for m in g) / len(g) for g in groups]
        pull = {
            m: sum(centres[g] for g in of[m]) / len(of[m]) if of[m] else place[m] for m in order
        }
        order = sorted(order, key=lambda m: (pull[m], place[m]))
        span = sum(_spans(order, groups))
        worse = 0 if span < least else worse + 1
        if span < least:
            best, least = order, span
        if worse > 3:
            break
    return best


def _spans(order: Sequence[int], groups: Sequence[frozenset[int]]) -> list[int]:
    place = {member: k for k, member in enumerate(order)}
    return [max(place[m] for m in g) - min(place[m] for m in g) for g in groups]


def groups_of(system: System) -> Iterator[frozenset[int]]:
    """What each transition reads and writes: slots by number, configuration by -1 - place."""
    together: dict[int, set[int]] = {}
    for edge in system.edges:
        touched = set(_touched(edge))
        yield frozenset(touched)
        if edge.action is not None:
            together.setdefault(edge.action, set()).add(edge.process)
    for processes in together.values():
        yield frozenset(processes)
    for clock in system.clocks:
        yield frozenset({clock.slot, *(() if clock.process is None else (clock.process,)),
                         *(() if clock.paused is None else read(clock.paused))})  # fmt: skip


def _touched(edge: Edge) -> Iterator[int]:
    yield edge.process
    yield from edge.restarts
    yield from read(edge.enabled)
    for write in edge.writes:
        yield from read(write.target)
        yield from read(write.value)
    for reset in edge.resets:
        yield from read(reset)


def read(node: ir.Node) -> Iterator[int]:
    """What an expression reads, numbered as in `groups_of`."""
    match node:
        case ir.Slot(index=index):
            yield index
        case ir.Param(index=index):
            yield -1 - index
        case ir.Indexed(base=base, indices=indices):
            yield from _places(base, indices)
    for part in ir.parts(node):
        yield from read(part)


def _places(base: int, indices: Sequence[ir.Index]) -> Iterable[int]:
    places = [base]
    for index in indices:
        places = [place + k * index.stride for place in places for k in range(index.length)]
    return places
