"""The stored graph of a family as ground for CTL: a set gives the variants for each node."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from operator import and_, or_

from fsm.errors import UsageError
from fsm.explore.emit import Values
from fsm.explore.feasible import is_feasible
from fsm.explore.graph import Constraint, Path, Set, less
from fsm.explore.hull import Backward
from fsm.explore.least_lasso import least_lasso
from fsm.explore.space import Arc
from fsm.explore.successors import StepInfo
from fsm.logic.product import Product
from fsm.logic.tester import Tester
from fsm.logic.watch import Seen, Way, Ways


class Ghosts:
    """An observer that remembers what tests read of the past, and nothing else."""

    marks = 0

    def __init__(self, tester: Tester) -> None:
        self.tester = tester

    def start(self, state: int, mask: int) -> list[tuple[Values, int]]:
        """Nothing has happened yet."""
        return [(self.tester.start(), mask)]

    def letter(self, number: int, info: StepInfo) -> int | None:
        """What ghosts see of a step."""
        return self.tester.heard(number, info)

    def after(self, memory: Values, letter: int | None) -> Ways:
        """What is remembered after a step."""
        return Ways((Way(0, self.tester.memories.after(memory, letter), None),))

    def bad(self, memory: Values) -> Seen:
        """Nothing is refuted on the way."""
        return Seen()

    def without_value(self) -> UsageError:
        """What to raise where a test has no value."""
        return self.tester.without_value()

    def finished(self, memory: Values) -> bool:
        """All is explored."""
        return False

    def watched_for_ever(self, memory: Values) -> bool:
        """It accepts nothing."""
        return False


class Stored:
    """A product of a space with `Ghosts`, and what is the same for every formula about it."""

    def __init__(
        self, product: Product, fairness: Sequence[Constraint], backward: Backward | None = None
    ) -> None:
        self.product, self.fairness = product, list(fairness)
        self.backward = backward or Backward(product)

    def fairer(self, more: Sequence[Constraint]) -> "Stored":
        """The same, with more fairness."""
        return Stored(self.product, [*self.fairness, *more], self.backward)

    @cached_property
    def endless(self) -> Set:
        """Where a run that counts begins."""
        if is_feasible(self.backward, self.fairness):
            return self.product.reach
        return self.for_ever(self.product.reach)

    def for_ever(self, region: Set) -> Set:
        """Where a run that counts begins and stays in the region."""
        hull = self.backward.fair_hull(region, self.fairness)
        return self.backward.can_reach(hull, region)


class StoredGround:
    """Where the tests of a formula are true in it. See `fsm.logic.branching.Ground`."""

    def __init__(self, stored: Stored, tester: Tester) -> None:
        self.stored, self.tester = stored, tester
        self.product, self.backward, self.fairness = (
            stored.product,
            stored.backward,
            stored.fairness,
        )
        self.everything: Set = self.product.reach

    def test(self, test: object) -> Set:
        """See `Ground`."""
        which = self.tester.asked.index(test)
        seen = {m: Seen(*self.tester.column(which, m)) for m in {m for _, m in self.product.nodes}}
        without_value = self.tester.without_value
        return [
            seen[memory].here(state, mask, without_value)
            for (state, memory), mask in zip(self.product.nodes, self.everything, strict=True)
        ]

    def joined(self, one: Set, other: Set) -> Set:
        """See `Ground`."""
        return [*map(or_, one, other)]

    def common(self, one: Set, other: Set) -> Set:
        """See `Ground`."""
        return [*map(and_, one, other)]

    def outside(self, one: Set) -> Set:
        """See `Ground`."""
        return less(self.everything, one)

    def before(self, goal: Set) -> Set:
        """See `Ground`."""
        found = [0] * len(goal)
        for node, arcs in enumerate(self.backward.arcs):
            for _, target, mask in arcs:
                found[node] |= mask & goal[target]
        return found

    def can_reach(self, goal: Set, inside: Set) -> Set:
        """See `Ground`."""
        return self.backward.can_reach(goal, inside)

    def for_ever(self, region: Set) -> Set:
        """See `Ground`."""
        return self.stored.endless if region is self.everything else self.stored.for_ever(region)

    def starts(self, variant: int) -> Set:
        """See `Ground`."""
        return self._with(node for node, mask in self.product.initial if mask >> variant & 1)

    def only(self, node: int, variant: int) -> Set:
        """See `Ground`."""
        return self._with([node])

    def first(self, among: Set, variant: int) -> int | None:
        """See `Ground`."""
        return next(iter(_members(among, variant)), None)

    def to(
        self, starts: Set, goal: Set, through: Set, variant: int, steps: int | None
    ) -> Path | None:
        """See `Ground`."""
        bit = 1 << variant
        level = [Path((node,), ()) for node in _members(starts, variant)]
        seen = {path.nodes[0] for path in level}
        while level:
            for path in level:
                if goal[path.nodes[-1]] & bit and steps in (None, len(path.steps)):
                    return path
            if steps is not None and len(level[0].steps) == steps:
                return None
            following = []
            for path in level:
                last = path.nodes[-1]
                for label, target, _ in self.product.out(last, bit & through[last]):
                    if target not in seen or steps is not None:
                        seen.add(target)
                        following.append(Path((*path.nodes, target), (*path.steps, label)))
            level = following
        return None

    def staying(self, starts: Set, region: Set, variant: int) -> Path | None:
        """See `Ground`."""
        hull = self.backward.fair_hull(region, self.fairness)
        entries = [(node, 1 << variant) for node in _members(starts, variant)]
        inside = _Inside(self.product, region, entries)
        return least_lasso(inside, hull, self.fairness, variant)

    def _with(self, nodes: Iterable[int]) -> Set:
        found = [0] * len(self.everything)
        for node in nodes:
            found[node] = self.everything[node]
        return found


def _members(one: Set, variant: int) -> list[int]:
    return [node for node, mask in enumerate(one) if mask >> variant & 1]


class _Inside:
    """The part of a product that lies in a set; what the system offers is seen whole."""

    def __init__(self, product: Product, region: Set, starts: list[tuple[int, int]]) -> None:
        self._product, self._region = product, region
        self.reach, self.undecided = region, product.undecided
        self.initial = [(node, mask & region[node]) for node, mask in starts]
        self.offers = product.offers

    def out(self, state: int, mask: int) -> list[Arc]:
        """The arcs that stay inside."""
        region = self._region
        arcs = self._product.out(state, mask & region[state])
        return [(label, to, both) for label, to, m in arcs if (both := m & region[to])]
