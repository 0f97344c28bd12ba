"""What a search for the values that work may do, and when it stops."""

from msgspec import Struct

from fsm.explore.space import Progress
from fsm.expressions import Scalar


class SolveOptions(Struct, frozen=True):
    """What to vary within (`variant` fixes switches), and when to stop: `max_states` for each
    search, `timeout` in seconds for everything. `together`: may all points be searched at once?
    `bisect`: may proved directions be used?"""

    variant: tuple[tuple[str, Scalar], ...] = ()
    max_states: int | None = None
    timeout: float | None = None
    engine: str = "auto"
    time: str = "auto"
    together: bool = True
    bisect: bool = True
    progress: Progress | None = None
