"""CTL under fairness, by fixpoints on the stored graph, for all variants at once.

`E` and `A` range over the runs that count: fair, and with time that diverges (rule 3.8).
Source: Clarke, Emerson & Sistla, ACM TOPLAS 8(2), 1986, doi 10.1145/5397.5399; fair semantics as
in Baier & Katoen, Principles of Model Checking (2008), section 6.5.
"""

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import and_, or_

from fsm.explore.emit import Values
from fsm.explore.graph import Backward, Constraint, Path, Set, shortest_lasso
from fsm.explore.space import Arc
from fsm.explore.successors import StepInfo
from fsm.logic.product import Product
from fsm.logic.tester import Tester
from fsm.temporal import TRUE, Atom, Compound, Paths, Temporal, TOp, Truth


class Ghosts:
    """An observer that remembers what tests read of the past, and nothing else."""

    marks = 0

    def __init__(self, tester: Tester) -> None:
        self.tester = tester

    def start(self, state: int, mask: int) -> list[tuple[Values, int]]:
        """Nothing has happened yet."""
        return [(self.tester.start(), mask)]

    def step(
        self, memory: Values, number: int, info: StepInfo, state: int, mask: int
    ) -> list[tuple[int, Values, int]]:
        """What is remembered after a step."""
        return [(0, self.tester.after(memory, number, info), mask)]

    def bad(self, state: int, memory: Values, mask: int) -> int:
        """Nothing is refuted on the way."""
        return 0

    def finished(self, memory: Values) -> bool:
        """All is explored."""
        return False

    def watched_for_ever(self, memory: Values) -> bool:
        """It accepts nothing."""
        return False


class Branching:
    """Where formulas are true on one product of a space with `Ghosts`; subformulas are kept."""

    def __init__(self, product: Product, tester: Tester, fairness: Sequence[Constraint]) -> None:
        self.product, self.tester, self.fairness = product, tester, list(fairness)
        self.backward = Backward(product, stutters=False)
        self._known: dict[Temporal, Set] = {}
        self._fair: Set | None = None

    def states(self, formula: Temporal) -> Set:
        """The nodes where the formula is true. O(size of the formula * one fair hull)."""
        found = self._known.get(formula)
        if found is None:
            found = self._known[formula] = self._new(formula)
        return found

    def _new(self, formula: Temporal) -> Set:
        reach = self.product.reach
        match formula:
            case Truth(value=value):
                return list(reach) if value else [0] * len(reach)
            case Atom(test=test):
                which = self.tester.asked.index(test)
                return [
                    self.tester.true(which, state, memory, mask)
                    for (state, memory), mask in zip(self.product.nodes, reach, strict=True)
                ]
            case Compound(op=op, operands=operands, paths=None):
                return self._joined(op, [self.states(x) for x in operands])
            case Compound(op=op, operands=operands, paths=paths):
                parts = [self.states(x) for x in operands]
                if paths is Paths.SOME:
                    return self._some(op, parts)
                # A (…) is the negation of E (the dual of the negated operands).
                opposite = [self._not(x) for x in parts]
                return self._not(self._some(_DUAL[op], opposite))
        raise AssertionError(formula)

    def _joined(self, op: TOp, parts: list[Set]) -> Set:
        first, last = parts[0], parts[-1]
        match op:
            case TOp.NOT:
                return self._not(first)
            case TOp.AND:
                return _meet(*parts)
            case TOp.OR:
                return _join(*parts)
            case TOp.IMPLIES:
                return _join(self._not(first), last)
            case _:  # IFF
                return _join(_meet(first, last), _meet(self._not(first), self._not(last)))

    def _some(self, op: TOp, parts: list[Set]) -> Set:
        """E op, over runs that count."""
        everything = self.product.reach
        left, right = parts[0], parts[-1]
        match op:
            case TOp.NEXT:
                return self._before(_meet(left, self.fair()))
            case TOp.FINALLY:
                return self.backward.can_reach(_meet(left, self.fair()), everything)
            case TOp.UNTIL:
                return self.backward.can_reach(_meet(right, self.fair()), left)
            case TOp.GLOBALLY:
                return self._for_ever(left)
            case TOp.WEAK:
                return _join(self._some(TOp.UNTIL, parts), self._for_ever(left))
            case TOp.RELEASE:
                return _join(self._some(TOp.STRONG, parts), self._for_ever(right))
            case _:  # STRONG: right U (left and right)
                return self._some(TOp.UNTIL, [right, _meet(left, right)])

    def fair(self) -> Set:
        """Where some run that counts begins."""
        if self._fair is None:
            self._fair = self._for_ever(self.product.reach)
        return self._fair

    def _for_ever(self, region: Set) -> Set:
        """Where a run that counts stays in the region."""
        hull = self.backward.fair_hull(region, self.fairness)
        return self.backward.can_reach(hull, region)

    def _before(self, goal: Set) -> Set:
        found = [0] * len(goal)
        for node, arcs in enumerate(self.backward.into):
            for _, source, mask in arcs:
                found[source] |= mask & goal[node]
        return found

    def _not(self, one: Set) -> Set:
        return [reach & ~x for reach, x in zip(self.product.reach, one, strict=True)]

    # --- how a formula breaks -----------------------------------------------------------------

    def counterexample(self, formula: Temporal, variant: int) -> Path | None:
        """A run that shows how a formula fails at the start, as far as `A` operators lead: through
        a conjunct that fails, the conclusion of an implication, and the operands of `A` themselves.
        None where no single run can show it."""
        bit = 1 << variant
        bad = self._not(self.states(formula))
        starts = [node for node, mask in self.product.initial if mask & bit & bad[node]]
        return self._shown(formula, starts, variant)

    def _shown(self, formula: Temporal, starts: list[int], variant: int) -> Path | None:
        bit = 1 << variant
        match formula:
            case Compound(op=TOp.AND, operands=operands):
                broken = next(x for x in operands if any(self._fails(x, n, bit) for n in starts))
                failing = [n for n in starts if self._fails(broken, n, bit)]
                return self._shown(broken, failing, variant)
            case Compound(op=TOp.IMPLIES, operands=(_, conclusion)):
                return self._shown(conclusion, starts, variant)
            case Compound(op=op, operands=operands, paths=Paths.ALL):
                path = self._run(op, operands, starts, variant)
                if path is None or path.loop is not None:
                    return path
                end = path.nodes[-1]
                inner = next((x for x in reversed(operands) if self._fails(x, end, bit)), TRUE)
                rest = self._shown(inner, [end], variant)
                if rest is None:
                    return path
                loop = None if rest.loop is None else rest.loop + len(path.steps)
                return Path((*path.nodes, *rest.nodes[1:]), (*path.steps, *rest.steps), loop)
            case Compound(paths=None) | Atom():
                return Path((starts[0],), ())
            case _:
                return None

    def _fails(self, formula: Temporal, node: int, bit: int) -> bool:
        return bool(self.product.reach[node] & ~self.states(formula)[node] & bit)

    def _run(
        self, op: TOp, operands: tuple[Temporal, ...], starts: list[int], variant: int
    ) -> Path | None:
        """A run from one of the starts on which `op` fails; finite where its end shows that."""
        bad = [self._not(self.states(x)) for x in operands]
        left, right = bad[0], bad[-1]
        bit, everywhere = 1 << variant, self.product.reach
        match op:
            case TOp.NEXT:
                return self._to(starts, _meet(left, self.fair()), everywhere, bit, steps=1)
            case TOp.GLOBALLY:
                return self._to(starts, _meet(left, self.fair()), everywhere, bit)
            case TOp.FINALLY:
                return self._staying(starts, left, variant)
            case TOp.RELEASE | TOp.STRONG:  # the right side fails before the left one has come
                path = self._to(starts, _meet(right, self.fair()), left, bit)
            case _:  # U, W: both fail, and the right side has not come
                path = self._to(starts, _meet(left, right, self.fair()), right, bit)
        if path is None and op in (TOp.UNTIL, TOp.STRONG):
            path = self._staying(starts, right if op is TOp.UNTIL else left, variant)
        return path

    def _to(
        self, starts: list[int], goal: Set, through: Set, bit: int, *, steps: int | None = None
    ) -> Path | None:
        """A shortest run to the goal, through nodes of the set before it (of `steps` steps)."""
        level = [Path((node,), ()) for node in dict.fromkeys(starts)]
        seen = set(starts)
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

    def _staying(self, starts: list[int], region: Set, variant: int) -> Path | None:
        hull = self.backward.fair_hull(region, self.fairness)
        inside = _Inside(self.product, region, [(node, 1 << variant) for node in starts])
        return shortest_lasso(inside, self.backward, hull, self.fairness, variant)


class _Inside:
    """The part of a product that lies in a set; what the system offers is seen whole."""

    def __init__(self, product: Product, region: Set, starts: list[tuple[int, int]]) -> None:
        self._product, self._region = product, region
        self.reach, self.undecided = region, product.undecided
        self.initial = [(node, mask & region[node]) for node, mask in starts]
        self.offering = product.offering

    def out(self, state: int, mask: int) -> Iterator[Arc]:
        """The arcs that stay inside."""
        for label, target, variants in self._product.out(state, mask & self._region[state]):
            if variants & self._region[target]:
                yield label, target, variants & self._region[target]


_DUAL = {
    TOp.NEXT: TOp.NEXT, TOp.FINALLY: TOp.GLOBALLY, TOp.GLOBALLY: TOp.FINALLY,
    TOp.UNTIL: TOp.RELEASE, TOp.RELEASE: TOp.UNTIL, TOp.WEAK: TOp.STRONG, TOp.STRONG: TOp.WEAK,
}  # fmt: skip


def _meet(*sets: Set) -> Set:
    return [reduce(and_, column) for column in zip(*sets, strict=True)]


def _join(*sets: Set) -> Set:
    return [reduce(or_, column) for column in zip(*sets, strict=True)]
