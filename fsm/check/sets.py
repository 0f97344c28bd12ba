"""A verdict as sets of variants, from the decisions on each value of a property's `each`."""

from fsm.explore.variants import Variants
from fsm.logic.decide import Decision
from fsm.model import Pattern, Property


def sets_of(
    property_: Property, decisions: list[Decision], variants: Variants
) -> tuple[int, int]:  # fmt: skip
    """The variants that violate it and those that are undecided, each variant by itself."""
    everything = variants.everything
    found = everything if property_.pattern is Pattern.REACHABLE else 0
    undecided = 0
    for decision in decisions:
        undecided |= decision.undecided
        if property_.pattern is Pattern.REACHABLE:
            found &= decision.found
        else:
            found |= decision.found
    undecided &= ~found
    if property_.pattern is Pattern.REACHABLE:
        return everything & ~found & ~undecided, undecided
    return found, undecided
