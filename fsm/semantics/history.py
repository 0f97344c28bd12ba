"""What has happened so far, as far as ghosts can tell (design, rule 3.9)."""

from collections.abc import Mapping

from msgspec import Struct

from fsm.semantics.trace import Delay, Step


class History(Struct, frozen=True):
    """The past of a state: it watches a run and never influences it.

    `fired` is the event instance whose occurrence led here ("" after a delay, after a spontaneous
    step and at the start). `counts` says how often each instance has occurred, without a bound.
    `last` says when it last occurred, in units since the start; `now` is the time.
    """

    fired: str = ""
    counts: Mapping[str, int] = {}
    last: Mapping[str, int] = {}
    now: int = 0

    def after(self, step: Step) -> "History":
        """The past once this step has been taken."""
        if isinstance(step, Delay):
            return History("", self.counts, self.last, self.now + step.units)
        if not step.event:
            return History("", self.counts, self.last, self.now)
        counts = {**self.counts, step.event: self.count(step.event) + 1}
        return History(step.event, counts, {**self.last, step.event: self.now}, self.now)

    def count(self, event: str) -> int:
        """How often the event instance has occurred."""
        return self.counts.get(event, 0)

    def since(self, event: str) -> int:
        """Units since it last occurred, or since the start if it never did."""
        return self.now - self.last.get(event, 0)
