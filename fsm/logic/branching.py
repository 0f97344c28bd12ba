"""CTL under fairness, by fixpoints, on whatever holds sets of states.

`E` and `A` range over the runs that count: fair, and with time that diverges (rule 3.8).
Source: Clarke, Emerson & Sistla, ACM TOPLAS 8(2), 1986, doi 10.1145/5397.5399; fair semantics as
in Baier & Katoen, Principles of Model Checking (2008), section 6.5.
"""

from functools import reduce
from typing import Generic, Protocol, TypeVar

from fsm.explore.graph import Path
from fsm.temporal import Atom, Compound, Paths, Temporal, TOp, Truth

S = TypeVar("S")  # a set of states


class Ground(Protocol[S]):
    """A graph, and sets of its nodes; a node is a member of a set in some variants or in none.

    Nodes have numbers, as far as runs need them.
    """

    everything: S

    def test(self, test: object) -> S:
        """Where a test is true."""
        ...

    def joined(self, one: S, other: S) -> S:
        """What is in either."""
        ...

    def common(self, one: S, other: S) -> S:
        """What is in both."""
        ...

    def outside(self, one: S) -> S:
        """Everything else."""
        ...

    def before(self, goal: S) -> S:
        """From where one step leads to the goal."""
        ...

    def can_reach(self, goal: S, inside: S) -> S:
        """E[inside U goal], over all runs."""
        ...

    def for_ever(self, region: S) -> S:
        """Where a run that counts begins and stays in the region."""
        ...

    def starts(self, variant: int) -> S:
        """Where runs of a variant start."""
        ...

    def only(self, node: int, variant: int) -> S:
        """One node in one variant."""
        ...

    def first(self, among: S, variant: int) -> int | None:
        """A node of the set in this variant, always the same one; None where there is none."""
        ...

    def to(self, starts: S, goal: S, through: S, variant: int, steps: int | None) -> Path | None:
        """A shortest run to the goal, through members of the set before it (of `steps` steps)."""
        ...

    def staying(self, starts: S, region: S, variant: int) -> Path | None:
        """A lasso of a run that counts and stays in the region."""
        ...


class Branching(Generic[S]):
    """Where formulas are true; subformulas are kept."""

    def __init__(self, ground: Ground[S], known: dict[Temporal, S] | None = None) -> None:
        """`known` is what another one found on the same graph."""
        self.ground = ground
        self.known: dict[Temporal, S] = {} if known is None else known
        self._fair: S | None = None

    def states(self, formula: Temporal) -> S:
        """The nodes where the formula is true. O(size of the formula * one fair hull)."""
        found = self.known.get(formula)
        if found is None:
            found = self.known[formula] = self._new(formula)
        return found

    def _new(self, formula: Temporal) -> S:
        ground = self.ground
        match formula:
            case Truth(value=value):
                return ground.everything if value else ground.outside(ground.everything)
            case Atom(test=test):
                return ground.test(test)
            case Compound(op=op, operands=operands, paths=None):
                return self._joined(op, [self.states(x) for x in operands])
            case Compound(op=op, operands=operands, paths=paths):
                parts = [self.states(x) for x in operands]
                if paths is Paths.SOME:
                    return self._some(op, parts)
                # A (…) is the negation of E (the dual of the negated operands).
                opposite = [ground.outside(x) for x in parts]
                return ground.outside(self._some(DUAL[op], opposite))
        raise AssertionError(formula)

    def _joined(self, op: TOp, parts: list[S]) -> S:
        ground, first, last = self.ground, parts[0], parts[-1]
        match op:
            case TOp.NOT:
                return ground.outside(first)
            case TOp.AND:
                return reduce(ground.common, parts)
            case TOp.OR:
                return reduce(ground.joined, parts)
            case TOp.IMPLIES:
                return ground.joined(ground.outside(first), last)
            case _:  # IFF
                neither = ground.common(ground.outside(first), ground.outside(last))
                return ground.joined(ground.common(first, last), neither)

    def _some(self, op: TOp, parts: list[S]) -> S:
        """E op, over runs that count."""
        ground = self.ground
        left, right = parts[0], parts[-1]
        match op:
            case TOp.NEXT:
                return ground.before(ground.common(left, self.fair()))
            case TOp.FINALLY:
                return ground.can_reach(ground.common(left, self.fair()), ground.everything)
            case TOp.UNTIL:
                return ground.can_reach(ground.common(right, self.fair()), left)
            case TOp.GLOBALLY:
                return ground.for_ever(left)
            case TOp.WEAK:
                return ground.joined(self._some(TOp.UNTIL, parts), ground.for_ever(left))
            case TOp.RELEASE:
                return ground.joined(self._some(TOp.STRONG, parts), ground.for_ever(right))
            case _:  # STRONG: right U (left and right)
                return self._some(TOp.UNTIL, [right, ground.common(left, right)])

    def fair(self) -> S:
        """Where some run that counts begins."""
        if self._fair is None:
            self._fair = self.ground.for_ever(self.ground.everything)
        return self._fair


# E (the dual) of what is false refutes A.
DUAL = {
    TOp.NEXT: TOp.NEXT, TOp.FINALLY: TOp.GLOBALLY, TOp.GLOBALLY: TOp.FINALLY,
    TOp.UNTIL: TOp.RELEASE, TOp.RELEASE: TOp.UNTIL, TOp.WEAK: TOp.STRONG, TOp.STRONG: TOp.WEAK,
}  # fmt: skip
