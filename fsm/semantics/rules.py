"""What the edges of one transition share: its ways out of the leaves, and what it asks and does."""

from msgspec import Struct

from fsm.expressions import Local, walk
from fsm.model import Transition
from fsm.semantics import ir
from fsm.semantics.formulas import transition_formulas
from fsm.semantics.lowered import Write


class Way(Struct, frozen=True):
    """How a transition leaves a leaf: from which of its sources, how deep that lies; the leaf that
    it enters, and the timers that restart."""

    leaf: int
    source: str
    depth: int
    target: int
    restarts: tuple[int, ...]


class Rule(Struct, frozen=True):
    """What a transition asks and does, from whichever leaf. `timed`, by source: the condition with
    its bounds, and the one that stops time. `static` clocks restart, `dynamic` ones too."""

    guard: ir.Node
    timed: dict[str, tuple[ir.Node, ir.Node | None]]
    writes: tuple[Write, ...]
    static: tuple[int, ...]
    dynamic: tuple[ir.Indexed, ...]


def locals_of(transition: Transition) -> set[str]:
    """The local names that a transition reads: fields of its event, choices, an index."""
    formulas = (*transition_formulas(transition), *transition.resets)
    return {e.name for formula in formulas for e in walk(formula) if isinstance(e, Local)}
