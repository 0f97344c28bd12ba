"""What a mutant is: a spec with one defect, and what the defect is."""

from enum import Enum

from msgspec import Struct

from fsm.errors import Position
from fsm.model import Spec


class Operator(Enum):
    """What was changed, in the order in which mutants are listed."""

    DROP_TRANSITION = "drop_transition"  # it never happens
    DROP_LISTENER = "drop_listener"  # the machine no longer hears the event at all
    REDIRECT = "redirect"  # it leads elsewhere, or nowhere
    DROP_GUARD = "drop_guard"
    NEGATE_GUARD = "negate_guard"
    DROP_CONJUNCT = "drop_conjunct"
    DROP_DISJUNCT = "drop_disjunct"
    FLIP_COMPARISON = "flip_comparison"
    SHIFT_CONSTANT = "shift_constant"
    MOVE_DEADLINE = "move_deadline"
    DROP_ASSIGNMENT = "drop_assignment"
    DROP_RESET = "drop_reset"
    DROP_PRIORITY = "drop_priority"
    SWAP_PRIORITY = "swap_priority"
    NOT_URGENT = "not_urgent"
    NOT_FAIR = "not_fair"


class Mutant(Struct, frozen=True):
    """A spec with one defect.

    `id` is stable as long as the transitions of the machine keep their places. `machine` and
    `number` say which transition was changed (`machine` "" and `number` None: an event or a state,
    named by `subject`, was). `before` and `after` are the part that differs, as the spec writes
    it; "" where it is left out. `removed` are the numbers of transitions that are gone altogether.
    """

    id: str
    operator: Operator
    spec: Spec
    at: Position
    machine: str = ""
    number: int | None = None
    subject: str = ""
    before: str = ""
    after: str = ""
    removed: tuple[int, ...] = ()


def neighbour(level: int, levels: set[int]) -> int | None:
    """The next higher level, else the next lower one."""
    higher, lower = [n for n in levels if n > level], [n for n in levels if n < level]
    return min(higher) if higher else max(lower, default=None)
