"""The runs of a proof, replayed: what a formula of CTL rests on, beside the run that is told."""

from collections.abc import Callable, Iterator

from fsm.check.results import Reason
from fsm.explore.graph import Path, joined
from fsm.logic.proof import Proof
from fsm.semantics.trace import Run

Show = Callable[[Path], Run]  # replays a path from the start


def reasons_of(proof: Proof, show: Show) -> tuple[Reason, ...]:
    """The parts of a proof at a start. O(parts) runs."""
    return tuple(_reasons(proof, Path((proof.path.nodes[0],), ()), show))


def _reasons(proof: Proof, before: Path, show: Show) -> Iterator[Reason]:
    """`before` leads to where the proof begins."""
    whole = joined(before, proof.path)
    for place, part in proof.parts:
        at = len(before.steps) + place
        here = Path(whole.nodes[: at + 1], whole.steps[:at])
        parts = tuple(_reasons(part, here, show))
        if part.shown and not part.path.steps:  # several claims on one state: each by itself
            yield from parts
            continue
        # Units of time that pass one after the other are one step of a run.
        state = len(show(here).states) - 1
        run = show(joined(here, part.run())) if part.shown else None
        yield Reason(part.formula, part.holds, state, run, parts)
