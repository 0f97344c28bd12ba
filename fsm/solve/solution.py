"""What was found out about every point of a lattice: plain frozen data that reports read."""

from enum import Enum

from msgspec import Struct

from fsm.check.results import Condition
from fsm.explore.variants import Variants
from fsm.model import Pattern, Property, Spec
from fsm.solve.formula import Formula
from fsm.solve.lattice import Lattice, Point


class Status(Enum):
    """What is said about a point, all selected variants taken together."""

    HOLDS = "holds"  # in all of them
    SOME = "some"  # violated in some, but not in all
    FAILS = "fails"  # violated in all
    UNDECIDED = "undecided"  # violated in none that is decided, and not all are
    WRONG = "wrong"  # with these values the text is no spec


class Cell(Struct, frozen=True):
    """The answer at one point: sets of variants as bitmasks; `wrong` says why there is none."""

    violated: int = 0
    undecided: int = 0
    wrong: str = ""


class Region(Struct, frozen=True):
    """The points at which the same variants violate the property, and nothing else."""

    status: Status
    violated: Condition  # the variants that do
    undecided: Condition
    formula: Formula
    points: frozenset[Point]
    wrong: str = ""


class Solution(Struct, frozen=True):
    """For which points of the lattice the property holds.

    `formula` is true exactly where it is proved to hold in every selected variant; `regions` divide
    the lattice by which variants violate it. `checked` are the points that a plain check of their
    own decided, `boundary` those with a neighbour of another answer (the corners, where there are
    none), of which `unverified` were not reached in time. `monotone` names the constants whose
    direction was proved and used, with the direction.
    """

    spec: Spec
    claim: Property
    lattice: Lattice
    rest: Variants  # the variants of what is not solved for
    cells: dict[Point, Cell]
    regions: tuple[Region, ...]
    formula: Formula
    boundary: frozenset[Point]
    checked: frozenset[Point]
    together: int  # points that one search of all decided
    inferred: int  # points between two that were decided alike, in a direction that was proved
    monotone: tuple[tuple[str, int], ...]
    states: int  # of the largest search
    seconds: float
    limit: str = ""  # which limit was reached, in words

    @property
    def unverified(self) -> frozenset[Point]:
        """The boundary points without a plain check of their own."""
        return self.boundary - self.checked

    def status(self, point: Point) -> Status:
        """What is said about a point."""
        return status_of(self.claim, self.cells[point], self.rest.everything)

    def count(self, status: Status) -> int:
        """How many points have it."""
        return sum(len(r.points) for r in self.regions if r.status is status)

    def exit_code(self) -> int:
        """3 where a point is undecided or a boundary point was not verified, 130 for Ctrl-C."""
        if self.limit == "interrupted":
            return 130
        undecided = any(r.undecided.count for r in self.regions)
        return 3 if undecided or self.unverified else 0


def status_of(claim: Property, cell: Cell, everything: int) -> Status:
    """The answer at a point. Undecided is never a success: it holds where no variant is open."""
    if cell.wrong:
        return Status.WRONG
    if claim.pattern is Pattern.REACHABLE and not claim.every:
        reached = everything & ~cell.violated & ~cell.undecided
        if reached:
            return Status.HOLDS
        return Status.UNDECIDED if cell.undecided else Status.FAILS
    if not cell.violated:
        return Status.UNDECIDED if cell.undecided else Status.HOLDS
    return Status.FAILS if cell.violated == everything else Status.SOME
