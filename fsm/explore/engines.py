"""Which step function a search uses; the answer never depends on it."""

from fsm.explore.generated import Generated
from fsm.explore.program import TooWide
from fsm.explore.successors import Successors
from fsm.explore.variants import Variants
from fsm.semantics.lowered import System


def step_function(
    system: System, variants: Variants, engine: str = "auto"
) -> Generated | Successors:  # fmt: skip
    """`reference` reads the system as it is, `python` writes a step function first; `auto` does
    that too, unless a state may have too many steps for it.

    Raises `TooWide` for `python` alone.
    """
    if engine == "reference":
        return Successors(system, variants)
    try:
        return Generated(system, variants)
    except TooWide:
        if engine == "python":
            raise
        return Successors(system, variants)
