"""From a path of zones to instants: when exactly does each step happen?

Along a path every comparison bounds the difference of two instants, that of the comparison and
that of the clock's last reset. So the instants are the points of one more zone, over instants
instead of clocks, and its least point is the earliest run. Where a strict bound excludes it, an
instant is taken a little later (or earlier), by a fraction that later instants leave room for.
"""

from collections.abc import Sequence
from fractions import Fraction

from msgspec import Struct
from msgspec.structs import replace

from fsm.timed.boxes import Box
from fsm.timed.dbm import INFINITE, ZERO, Constraint, closed, strict
from fsm.timed.elapse import Wait
from fsm.timed.zone_graph import Link, ZoneGraph

LITTLE = Fraction(1, 1000)  # of the room there is, or of a unit


class Timeline(Struct):
    """The instants of a path, in units since the start, and what bounds their differences.

    Instant 0 is the start. `steps` gives each discrete step of the path its instant, and `end` is
    that of the last point. Bounds are in units divided by `scale`.
    """

    scale: int = 1
    count: int = 1
    constraints: list[Constraint] = []
    steps: list[int] = []
    resets: dict[int, int] = {}  # clock -> instant of its last reset

    @property
    def end(self) -> int:
        """The last instant."""
        return self.count - 1

    def wait(self, wait: Wait) -> None:
        """Time passes: another instant."""
        self.constraints.append((self.end, self.end + 1, ZERO if wait is Wait.ANY else strict(0)))
        self.count += 1

    def inside(self, box: Box) -> None:
        """All clocks are in the box at the last instant."""
        for i, j, bound in box:
            one = self.end if i else self.resets.get(j, 0)
            other = self.resets.get(i, 0) if i else self.end
            if one != other:
                self.constraints.append((one, other, bound))
            elif bound < ZERO:
                self.constraints.append((one, one, bound))  # cannot be: seen when it is solved

    def follow(self, link: Link) -> None:
        """A step, and how time passes then."""
        if link.step is not None:
            self.inside(link.step.box)
            self.steps.append(self.end)
        for clock in link.restarts:
            self.resets[clock] = self.end
        for part in link.passage:
            if isinstance(part, Wait):
                self.wait(part)
            else:
                self.inside(part)

    def finer(self, scale: int, box: Box) -> "Timeline":
        """The same in smaller units, with the last point in one more box, in those units."""
        fine = [(i, j, 2 * scale * (b >> 1) + (b & 1)) for i, j, b in self.constraints]
        found = replace(self, scale=self.scale * scale, constraints=fine)
        found.inside(box)
        return found


def timeline(graph: ZoneGraph, path: Sequence[int], box: Box) -> Timeline:
    """The instants of a path that ends in a box."""
    line = Timeline()
    for node in path:
        line.follow(graph.links[node])
    line.inside(box)
    return line


def solve(line: Timeline, *, latest: bool = False) -> tuple[Fraction, ...] | None:
    """Instants that satisfy all constraints, each as early as possible (or as late, where there is
    a latest), the first one first; None where there are none.

    Complexity: O(n^3) for n instants.
    """
    n = line.count
    bounds = [ZERO if i == j or i == 0 else INFINITE for i in range(n) for j in range(n)]
    for i, j, bound in line.constraints:
        if i == j and bound < ZERO:
            return None
        bounds[i * n + j] = min(bounds[i * n + j], bound)
    zone = closed(bounds, n)
    if zone is None:
        return None
    found = [Fraction(0)]
    for k in range(1, n):
        # Invariant: the instants found so far can be extended. The next has to be within the
        # bounds that each of them puts on it, and every such value will do, as the zone is
        # canonical.
        lows = [(t - (zone[i * n + k] >> 1), not zone[i * n + k] & 1) for i, t in enumerate(found)]
        highs = [
            (t + (zone[k * n + i] >> 1), zone[k * n + i] & 1 == 1)
            for i, t in enumerate(found)
            if zone[k * n + i] < INFINITE
        ]
        low, above = max(lows)
        high, reached = min(highs) if highs else (None, False)
        found.append(_choose(low, above, high, reached, latest))
    return tuple(instant / line.scale for instant in found)


def _choose(
    low: Fraction, above: bool, high: Fraction | None, reached: bool, latest: bool
) -> Fraction:
    """The end of an interval, or a value just inside where it has none there."""
    room = Fraction(1) if high is None else high - low
    step = LITTLE * min(room, Fraction(1))
    if latest and high is not None:
        return high if reached else high - step
    return low + step if above else low
