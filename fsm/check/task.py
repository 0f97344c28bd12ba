"""What a check has to decide."""

from msgspec import Struct

from fsm.explore.space import Limits, Progress
from fsm.explore.variants import Variants
from fsm.model import Property, Spec
from fsm.reduce.reduce import Reduced
from fsm.semantics.lower_expressions import Lowering
from fsm.semantics.lowered import System
from fsm.semantics.trace import Bindings


class Task(Struct, frozen=True):
    """A system, the family of its variants, some properties, and limits. `spec` is the one as
    written, `fixed` is what `--variant` chose; `latest`: runs are told at their latest instants.
    `beside` are claims about what the properties rest on: an engine decides them as well, but they
    change neither which engine that is nor which kind of time. `threads` is how many may search."""

    spec: Spec
    system: System
    lowering: Lowering
    variants: Variants
    properties: tuple[Property, ...]
    limits: Limits
    progress: Progress | None
    reduced: Reduced
    fixed: Bindings = ()
    latest: bool = False
    beside: tuple[Property, ...] = ()
    threads: int = 1

    @property
    def asked(self) -> tuple[Property, ...]:
        """Everything that an engine has to decide."""
        return (*self.properties, *self.beside)
