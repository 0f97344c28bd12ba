"""Who might be called fair where violations stay for ever."""

from fsm.explore.graph import Constraint, decided_by, event_steps, fair
from fsm.logic.product import Product
from fsm.logic.remedies import Party, parties
from fsm.model import Fairness
from fsm.semantics.lowered import System


def candidates(system: System, product: Product) -> dict[Party, list[Constraint]]:
    """Weak fairness of all for which the spec states none, and which some step is of."""
    steps = product.space.successors.steps

    def weak(mine: frozenset[int]) -> Constraint:
        return product.constraint(fair(mine, Fairness.WEAK))

    return parties(
        system,
        lambda event: weak(event_steps(system, steps, event)),
        lambda process: weak(decided_by(system, steps, process)),
        lambda constraint: bool(constraint.steps or constraint.offered),
    )
