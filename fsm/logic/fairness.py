"""Which fairness, if it were stated, would make a liveness property hold."""

from collections.abc import Sequence

from fsm.explore.graph import Backward, Constraint, Set, event_steps, fair
from fsm.logic.product import Product
from fsm.model import Fairness
from fsm.semantics.lowered import System


def remedies(
    system: System, product: Product, backward: Backward, hull: Set, stated: Sequence[Constraint]
) -> tuple[str, ...]:
    """The events for which weak fairness would remove every endless violation; () if none would.

    A single event where one is enough, else a set from which none can be left out. `hull` is where
    the violations are. Complexity: at most two hulls for each event without stated fairness.
    """
    steps = product.space.successors.steps
    candidates = {
        event.name: product.constraint(fair(event_steps(system, steps, k), Fairness.WEAK))
        for k, event in enumerate(system.events)
        if event.fair is None
    }

    def removed_by(names: Sequence[str]) -> bool:
        more = [candidates[name] for name in names]
        return not any(backward.fair_hull(hull, [*stated, *more]))

    names = [name for name, c in candidates.items() if c.steps or c.offered]
    if not any(hull) or not removed_by(names):
        return ()
    for name in names:
        if removed_by([name]):
            return (name,)
    for name in list(names):
        rest = [other for other in names if other != name]
        if removed_by(rest):
            names = rest
    return tuple(names)
