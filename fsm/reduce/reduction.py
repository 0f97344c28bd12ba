"""What a report says about a reduction: its name, what it did, and what it saved."""

from collections.abc import Sequence
from dataclasses import dataclass

from fsm.errors import UsageError
from fsm.model import Text

VALUES, SYMMETRY, CONE = "values", "symmetry", "cone"
NAMES = (VALUES, SYMMETRY, CONE)


@dataclass(frozen=True, slots=True)
class Reduction:
    """A reduction that was applied.

    `subjects`: for each thing reduced, how many values (`values`), orders of copies (`symmetry`) or
    local states (`cone`) it stood for before, and how many are left. `states` is the exact number
    of states of the unreduced space where that is known without exploring it, else None.
    """

    name: str
    told: Text
    subjects: tuple[tuple[str, int, int], ...]
    states: int | None = None


def known(names: Sequence[str]) -> frozenset[str]:
    """The reductions to switch off. Raises `UsageError` F618 for a name that is none."""
    for name in names:
        if name not in NAMES:
            raise UsageError(
                "F618", f"there is no reduction {name}", f"the reductions are {', '.join(NAMES)}"
            )
    return frozenset(names)
