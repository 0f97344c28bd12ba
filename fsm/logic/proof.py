"""Why a formula of CTL is true at a node, or false: a tree of runs.

`E` that is true has a run that shows it, and so has `A` that is false; the other two speak of all
runs, and no run can show them. Where operands quantify, too, what they need branches off.
Source: Clarke, Jha, Lu & Veith, "Tree-like counterexamples in model checking", LICS 2002.
"""

from functools import reduce
from typing import Generic, TypeVar

from msgspec import Struct

from fsm.explore.graph import Path, joined
from fsm.logic.branching import DUAL, Branching
from fsm.temporal import Compound, Paths, Temporal, TOp, subformulas

S = TypeVar("S")
Claim = tuple[Temporal, bool]  # a formula, and whether it is claimed to be true


class Proof(Struct, frozen=True):
    """That a formula is true (`holds`), or false, at the first node of `path`.

    `shown`: the path shows it, up to its end or for ever. If not, it is the node alone: what is
    claimed is claimed of all runs from there. `parts` are proved at places of the path, too.
    """

    formula: Temporal
    holds: bool
    path: Path
    shown: bool
    parts: tuple[tuple[int, "Proof"], ...] = ()

    def run(self) -> Path:
        """The path, gone on with by that of the first part at its end that a run shows, and so
        on."""
        last = len(self.path.steps)
        rest = next((part.run() for at, part in self.parts if at == last and part.shown), None)
        if self.path.loop is not None or rest is None:
            return self.path
        return joined(self.path, rest)


class Prover(Generic[S]):
    """Proofs from the sets where formulas are true, in one variant."""

    def __init__(self, checker: Branching[S], variant: int) -> None:
        self.checker, self.ground, self.variant = checker, checker.ground, variant

    def at_start(self, formula: Temporal, *, holds: bool) -> Proof | None:
        """At a start where it is so; None where there is none."""
        among = self._where((formula, holds), self.ground.starts(self.variant))
        return None if self._first(among) is None else self._proof((formula, holds), among)

    def _proof(self, claim: Claim, among: S) -> Proof:
        """At the best node of a set, which has one, and where the claim is true of all."""
        formula, holds = claim
        match formula:
            case Compound(op=TOp.NOT, operands=(inner,)):
                return self._proof((inner, not holds), among)
            case Compound(paths=None) if _quantifies(formula):
                return self._joint(claim, among)
            case Compound(paths=paths) if paths is not None and (paths is Paths.SOME) is holds:
                return self._run(formula, holds, among)
            case _:
                alone = Path((self._only(among),), ())
                return Proof(formula, holds, alone, shown=not _quantifies(formula))

    def _joint(self, claim: Claim, among: S) -> Proof:
        """By the first sufficient set of claims on operands that is met."""
        for claims in _sufficient(*claim):
            there = reduce(lambda found, c: self._where(c, found), claims, among)
            if self._first(there) is None:
                continue
            asked = [c for c in claims if _quantifies(c[0])] or claims[:1]
            first = self._proof(asked[0], there)
            if len(claims) == 1:
                return first
            node = first.path.nodes[0]
            here = self.ground.only(node, self.variant)
            parts = (first, *(self._proof(c, here) for c in asked[1:]))
            return Proof(*claim, Path((node,), ()), True, tuple((0, part) for part in parts))
        raise AssertionError("what is true has a reason")

    def _run(self, formula: Compound, holds: bool, among: S) -> Proof:
        """A run on which the operator is true, or, for `A`, its dual on what is false."""
        ground = self.ground
        op = formula.op if holds else DUAL[formula.op]
        claims = [(x, holds) for x in formula.operands]
        where = [self._where(c, ground.everything) for c in claims]
        left, right = where[0], where[-1]
        goal, through, steps, ending = right, left, None, claims[-1:]
        match op:
            case TOp.NEXT:
                goal, through, steps = left, ground.everything, 1
            case TOp.FINALLY:
                through = ground.everything
            case TOp.RELEASE | TOp.STRONG:
                goal, through, ending = ground.common(left, right), right, claims
            case _:
                pass
        path = None
        if op is not TOp.GLOBALLY:
            goal = ground.common(goal, self.checker.fair())
            path = ground.to(among, goal, through, self.variant, steps)
        if path is not None:
            return Proof(formula, holds, path, True, self._parts(path, len(path.steps), ending))
        staying = right if op is TOp.RELEASE else left
        path = ground.staying(among, staying, self.variant)
        assert path is not None and path.loop is not None, "a run shows it"
        lasting = claims[-1:] if op is TOp.RELEASE else claims[:1]
        return Proof(formula, holds, path, True, self._parts(path, path.loop, lasting))

    def _parts(self, path: Path, at: int, claims: list[Claim]) -> tuple[tuple[int, Proof], ...]:
        here = self.ground.only(path.nodes[at], self.variant)
        return tuple((at, self._proof(c, here)) for c in claims if _quantifies(c[0]))

    def _where(self, claim: Claim, among: S) -> S:
        formula, holds = claim
        true = self.checker.states(formula)
        return self.ground.common(among, true if holds else self.ground.outside(true))

    def _first(self, among: S) -> int | None:
        return self.ground.first(among, self.variant)

    def _only(self, among: S) -> int:
        node = self._first(among)
        assert node is not None, "the set has a member"
        return node


def _sufficient(formula: Temporal, holds: bool) -> list[list[Claim]]:
    """Sets of claims on the operands of a connective: each makes the formula true (or false)."""
    assert isinstance(formula, Compound)
    a, *_, b = formula.operands
    match formula.op:
        case TOp.IMPLIES:
            return [[(b, True)], [(a, False)]] if holds else [[(a, True), (b, False)]]
        case TOp.IFF:
            return [[(a, True), (b, holds)], [(a, False), (b, not holds)]]
        case op:
            claims = [(x, holds) for x in formula.operands]
            return [claims] if (op is TOp.AND) is holds else [[c] for c in claims]


def _quantifies(formula: Temporal) -> bool:
    return any(isinstance(f, Compound) and f.paths is not None for f in subformulas(formula))
