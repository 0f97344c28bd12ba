"""From a cycle of zones to a run that repeats for ever, at instants that come back with one period.

Some run goes round each cycle of `fsm.timed.abstract_graph` for ever, but its waits may have to
grow or shrink from round to round. What is told is a run whose waits do not: all instants of a
round are those of the one before, and the period.
"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from msgspec.structs import replace

from fsm.explore.graph import Path
from fsm.explore.successors import DELAY
from fsm.expressions import Scalar
from fsm.semantics.layout import Layout
from fsm.timed.abstract_graph import AbstractGraph
from fsm.timed.boxes import Box
from fsm.timed.dbm import weak
from fsm.timed.decode import Telling
from fsm.timed.elapse import Wait
from fsm.timed.instants import Timeline, solve
from fsm.timed.period import period
from fsm.timed.trace import TimedTrace
from fsm.timed.zone_graph import Link


def links_of(graph: AbstractGraph, path: Path, variant: int) -> tuple[list[Link], int]:
    """How the nodes of a path came about in a variant, and the variants in which they did so."""
    arcs = [(-1, DELAY, path.nodes[0])]
    arcs += zip(path.nodes, path.steps, path.nodes[1:], strict=False)
    found, mask = [], graph.reach[path.nodes[0]]
    for arc in arcs:
        which, link = next(known for known in graph.links[arc] if known[0] >> variant & 1)
        found.append(link)
        mask &= which
    return found, mask


def repeated(
    graph: AbstractGraph, path: Path, links: Sequence[Link], layout: Layout,
    variant: Mapping[str, Scalar],
) -> TimedTrace | None:  # fmt: skip
    """The run along a lasso; None where no run along it repeats with one period.

    Complexity: O(n^3) for n steps, times the periods that are tried.
    """
    assert path.loop is not None
    tick = graph.successors.tick
    links = [_without(link) if link.step and link.step.number == tick else link for link in links]
    stem, loop = links[: path.loop + 1], links[path.loop + 1 :]
    found = _instants(stem, loop)
    if found is None:
        return None
    line, instants, first, again = found
    told = Telling(graph.successors, layout, graph.frames[path.nodes[0]].state)
    taken = iter(line.steps)
    _tell(told, graph, stem, instants, taken)
    told.wait(instants[first])
    start = len(told.steps)
    _tell(told, graph, loop, instants, taken)
    told.wait(instants[again])
    return TimedTrace(tuple(variant.items()), tuple(told.snapshots), tuple(told.steps), start)


def _without(link: Link) -> Link:
    """How time passes then, without the step. A period longer than nothing is enough for time to
    diverge: the ticks may come at other instants."""
    return replace(link, step=None, restarts=frozenset())


def _tell(
    told: Telling, graph: AbstractGraph, links: Sequence[Link], instants: Sequence[Fraction],
    taken: Iterator[int],
) -> None:  # fmt: skip
    for step in (link.step for link in links):
        if step is not None:
            instant = instants[next(taken)]
            if not graph.successors.is_beside(step.number):
                told.take(step, instant)


def _instants(
    stem: Sequence[Link], loop: Sequence[Link]
) -> tuple[Timeline, tuple[Fraction, ...], int, int] | None:
    """The instants of a run that goes round a loop for ever, and which of them are the first of
    its first round and of the second."""
    restarting = {clock for link in loop for clock in link.restarts}
    assert not any(
        i and i not in restarting for link in loop for box in _boxes(link) for i, _, _ in box
    ), "a clock that outgrows its bound is on no cycle on which time diverges"
    line = Timeline()
    for link in stem:
        line.follow(link)
    first = line.end
    for link in loop:
        line.follow(link)
    again = line.end
    # What the second round asks of the first, each later round asks of the one before: all that it
    # compares has restarted in a round, or need only have grown.
    for link in loop:
        line.follow(link)
    alike = [(again + k, first + k) for k in range(again - first + 1)]
    bounds = [(i, j, bound, 0) for i, j, bound in line.constraints]
    bounds += [(i, j, weak(0), 1) for i, j in alike] + [(j, i, weak(0), -1) for i, j in alike]
    time = period(line.count, bounds)
    if time is None:
        return None
    fine = line.finer(time.denominator, ())
    length = time.numerator
    fine.constraints += [(i, j, weak(length)) for i, j in alike]
    fine.constraints += [(j, i, weak(-length)) for i, j in alike]
    instants = solve(fine)
    assert instants is not None, "no cycle of bounds excludes the period"
    return line, instants, first, again


def _boxes(link: Link) -> list[Box]:
    """All that a link asks of clocks."""
    asked = [] if link.step is None else [link.step.box]
    return [*asked, *(part for part in link.passage if not isinstance(part, Wait))]
