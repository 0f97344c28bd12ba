"""What a state still allows: how many of the transitions, copy by copy, can be taken later on.

Tests of an implementation prefer steps that keep much open, because a run in which everything is
decided finds nothing more.
"""

from collections.abc import Iterable

from fsm.explore.emit import Values
from fsm.explore.successors import DELAY
from fsm.testing.ground import Ground

EXPLORED = 20_000  # states; of a larger space nothing is said


class Futures:
    """The futures of the states that one variant reaches from these.

    Complexity: O(states + arcs) expansions at first, then a fixpoint over the arcs.
    """

    def __init__(self, ground: Ground, mask: int, starts: Iterable[Values]) -> None:
        self._bits: dict[tuple[int, int], int] = {}
        self._open: dict[Values, int] = {}
        into: dict[Values, list[tuple[Values, int]]] = {start: [] for start in starts}
        waiting = list(into)
        while waiting and len(into) <= EXPLORED:
            state = waiting.pop()
            for step, target, which in ground.expanded(state):
                if which & mask:
                    if target not in into:
                        into[target] = []
                        waiting.append(target)
                    into[target].append((state, self._taken(ground, step)))
        if not waiting:
            self._propagate(into)

    def kept(self, before: Iterable[Values], after: Iterable[Values]) -> float:
        """The share of what was open that is still open, from 0 to 1; 1 where nothing is known."""
        most = max((self._open.get(s, 0).bit_count() for s in before), default=0)
        left = max((self._open.get(s, 0).bit_count() for s in after), default=0)
        return left / most if most else 1.0

    def _taken(self, ground: Ground, step: int) -> int:
        if step == DELAY:
            return 0
        mask = 0
        for number in ground.successors.steps[step].edges:
            edge = ground.system.edges[number]
            key = edge.process, edge.transition
            mask |= 1 << self._bits.setdefault(key, len(self._bits))
        return mask

    def _propagate(self, into: dict[Values, list[tuple[Values, int]]]) -> None:
        """The least fixpoint: what a step takes, and what is open after it, is open before it."""
        self._open = dict.fromkeys(into, 0)
        waiting = dict.fromkeys(into)
        while waiting:
            state, _ = waiting.popitem()
            for source, taken in into[state]:
                more = self._open[source] | self._open[state] | taken
                if more != self._open[source]:
                    self._open[source] = more
                    waiting[source] = None
