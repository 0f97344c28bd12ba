"""What may be found of deadlines and of comparisons with clocks, and where it was met."""

from msgspec import Struct, field

from fsm.explore.emit import Values
from fsm.expressions import Op
from fsm.semantics.ir import Node

Place = tuple[str, int]  # a transition: its machine, and its number there


class Seen(Struct):
    """In which variants something was met, and where first in each."""

    mask: int = 0
    first: list[tuple[Values, int]] = []

    def see(self, state: Values, mask: int) -> None:
        """It is met in a state, in some variants."""
        fresh = mask & ~self.mask
        if fresh:
            self.first.append((state, fresh))
            self.mask |= fresh

    def where(self, variant: int) -> Values:
        """The first state in which it was met, in a variant."""
        return next(state for state, mask in self.first if mask >> variant & 1)


class Overtaken(Struct, frozen=True):
    """A deadline that never fires in the variants of `mask`; where it waits, `others` stop time."""

    deadline: Place
    others: tuple[Place, ...]
    mask: int
    seen: Seen


class Race(Struct):
    """Two deadlines at one instant, in an order that matters. `left` says, for each place in
    `seen.first`, whether the second can still happen after the first, and the first after the
    second."""

    one: Place
    other: Place
    seen: Seen = field(default_factory=Seen)
    left: list[tuple[bool, bool]] = []

    def outcome(self, variant: int) -> tuple[bool, bool]:
        """`left` where it was met first in a variant."""
        return next(
            left
            for (_, mask), left in zip(self.seen.first, self.left, strict=True)
            if mask >> variant & 1
        )


class Comparison(Struct, frozen=True):
    """A comparison with a clock in a transition; `bound` may depend on configuration."""

    place: Place
    clock: str  # a named clock, or `machine@state` for the time in a state
    op: Op
    bound: Node
    forces: bool  # is it the lower bound of a deadline?


class Constant(Struct, frozen=True):
    """A comparison that has one truth value wherever anything depends on it."""

    comparison: Comparison
    value: bool
    seen: Seen


class Late(Struct, frozen=True):
    """A deadline that can happen after its upper bound."""

    deadline: Place
    seen: Seen
