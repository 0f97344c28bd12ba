"""What a report says about a reduction: its name, what it did, and what it saved."""

from collections.abc import Sequence

from msgspec import Struct

from fsm.errors import UsageError
from fsm.model import Text

VALUES, SYMMETRY, CONE, ORDER = "values", "symmetry", "cone", "order"
NAMES = (VALUES, SYMMETRY, CONE, ORDER)


class Reduction(Struct, frozen=True):
    """A reduction that was applied.

    `subjects`: for each thing reduced, how many values (`values`), orders of copies or instances of
    a property (`symmetry`), local states (`cone`) or local states out of which every order of steps
    is followed (`order`) it stood for before, and how many are left. `states` is the number of
    states without this reduction, and `explored` with it; None where that is not known (it is where
    counting takes no search, or where statistics were asked for). `least`: there are more than
    `states`, and counting stopped there.
    """

    name: str
    told: Text
    subjects: tuple[tuple[str, int, int], ...]
    states: int | None = None
    explored: int | None = None
    least: bool = False

    @property
    def factor(self) -> float | None:
        """How many times as many states there are without it."""
        return self.states / self.explored if self.states and self.explored else None

    @property
    def saved(self) -> Text:
        """The figures in words; empty where they are not known."""
        if self.factor is None:
            return Text()
        states, explored = f"{self.states:,}", f"{self.explored:,}"
        if self.least:
            return Text(
                f"；超过 {states} 个状态归为 {explored} 个（÷{self.factor:.1f} 以上）",
                f"; more than {states} states are {explored} (more than ÷{self.factor:.1f})",
            )
        return Text(
            f"；{states} 个状态归为 {explored} 个（÷{self.factor:.1f}）",
            f"; {states} states are {explored} (÷{self.factor:.1f})",
        )


def known(names: Sequence[str]) -> frozenset[str]:
    """The reductions to switch off. Raises `UsageError` F618 for a name that is none."""
    for name in names:
        if name not in NAMES:
            raise UsageError(
                "F618", f"there is no reduction {name}", f"the reductions are {', '.join(NAMES)}"
            )
    return frozenset(names)
