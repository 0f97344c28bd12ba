"""What structural findings are made of: sets of states to ask about, on an explored space."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from operator import itemgetter
from typing import Protocol

from msgspec import Struct

from fsm.explore.deadline_findings import Seen
from fsm.explore.deadlines import Deadlines
from fsm.explore.emit import Values
from fsm.explore.generated import Generated
from fsm.explore.graph import Path, less, shortest_path
from fsm.explore.hull import Backward, leaving
from fsm.explore.space import Explored, Space
from fsm.explore.successors import DELAY, Fault, Sighting, Successors
from fsm.explore.variants import Variants
from fsm.semantics.lowered import Process, System
from fsm.semantics.trace import Run

Show = Callable[[Path, int], Run]
Places = Sequence[tuple[int, frozenset[int]]]  # slots of processes, with leaves
Part = dict[int, int]  # some states, each with the variants in which it is meant
Holder = tuple[int, int] | None  # a process and a leaf that let no time pass
_DELAYS = frozenset((DELAY,))


class Region(Struct, frozen=True):
    """A set of states: the variants that reach it, and a shortest run into it in one of them
    (None: it is no state of a run)."""

    mask: int
    run: Callable[[], Run | None]


class Facts(Protocol):
    """What an engine tells about the space that it explored."""

    undecided: int

    def started(self) -> int:
        """The variants in which some run starts."""
        ...

    def leaves_met(self, process: Process) -> set[int]:
        """The leaves in which the process is in some state."""
        ...

    def edges_taken(self) -> set[int]:
        """The numbers of the edges that some step takes."""
        ...

    def dead(self, outside: Places | None) -> Region:
        """States that no discrete step can follow any more, however long one waits, in which one
        of the processes is in none of its leaves; None: whatever the leaves."""
        ...

    def timelocks(self) -> Iterator[tuple[Holder, Region]]:
        """States without a step in which no time can pass either, by what holds it up."""
        ...

    def zeno(self) -> Region:
        """Loops from which no run leads to an instant at which time may pass."""
        ...

    def faults(self) -> Iterable[tuple[Fault, int, Region]]:
        """What goes wrong, with a value that shows it."""
        ...

    def competing(self) -> Iterable[tuple[tuple[int, int], Region]]:
        """Pairs of strategies (actions) that are enabled together."""
        ...

    def ignored(self) -> Iterable[tuple[tuple[int, int], Region]]:
        """Events that a receptive process lets pass: (process, event)."""
        ...

    def deadlines(self) -> Deadlines | None:
        """What clocks do to transitions in all the states; None: this engine does not tell."""
        ...

    def met(self, seen: Seen, mask: int) -> Region:
        """Where something was met, in these variants of it."""
        ...


class SpaceFacts:
    """Facts from a space of numbered states."""

    def __init__(
        self, system: System, variants: Variants, backward: Backward, space: Space, show: Show,
        steps: Generated | None = None,
    ) -> None:  # fmt: skip
        """`steps` are those of all states, where some were left out of the space; nobody else asks
        for them."""
        self.system, self.variants, self.space, self._show = system, variants, space, show
        self._backward, self._steps = backward, steps
        self.undecided = space.undecided

    def started(self) -> int:
        """See `Facts`."""
        return union(mask for _, mask in self.space.initial)

    def leaves_met(self, process: Process) -> set[int]:
        """See `Facts`."""
        return set(map(itemgetter(process.slot), self.space.states))

    def edges_taken(self) -> set[int]:
        """See `Facts`."""
        return {edge for step in self.space.successors.steps for edge in step.edges}

    def dead(self, outside: Places | None) -> Region:
        """See `Facts`."""
        if outside is None:
            return self._region(self._dead)
        return self._region({
            node: self._dead[node]
            for node, state in self._ended
            if any(state[p] not in leaves for p, leaves in outside)
        })  # fmt: skip

    @cached_property
    def _ended(self) -> list[tuple[int, Values]]:
        return [(node, self.space.states[node]) for node in self._dead]

    @cached_property
    def _dead(self) -> Part:
        """The largest part of `_idle` that no delay leads out of, but for where none is possible.
        O(delays of idle states, once for each group of variants that leaves them)."""
        left = self._idle.copy()
        into: dict[int, list[tuple[int, int]]] = {}
        for node, idle in self._idle.items():
            for step, target, mask in self.space.arcs[node]:
                if step == DELAY and mask & idle:
                    into.setdefault(target, []).append((node, mask))
        # Invariant: from the states in `lively`, in these variants, some discrete step can follow.
        lively = [(k, self.space.reach[k] & ~self._idle.get(k, 0)) for k in into]
        while lively:
            target, able = lively.pop()
            for node, mask in into.get(target, ()):
                if fresh := left[node] & mask & able:
                    left[node] ^= fresh
                    lively.append((node, fresh))
        return _part((node, mask & ~self._stuck.get(node, 0)) for node, mask in left.items())

    def deadlocks(self) -> int:
        """How many states no event can follow any more, in some variant, final ones included."""
        return len(self._dead.keys() | self._stuck.keys())

    def timelocks(self) -> Iterator[tuple[Holder, Region]]:
        """See `Facts`."""
        by_holder: dict[Holder, Part] = {}
        for node, mask in self._stuck.items():
            holder = holder_of(self.system, self.space.states[node])
            by_holder.setdefault(holder, {})[node] = mask
        for holder, bad in by_holder.items():
            yield holder, self._region(bad)

    def zeno(self) -> Region:
        """See `Facts`."""
        reach = self.space.reach
        caught = less(reach, self._backward.leading_to(_DELAYS))
        if any(caught):
            hull = self._backward.fair_hull(caught, ())
            caught = self._backward.can_reach(hull, caught)
        return self._region(_part(enumerate(caught)))

    def faults(self) -> Iterator[tuple[Fault, int, Region]]:
        """See `Facts`."""
        for fault, seen in self.space.successors.faults.items():
            yield fault, seen.value, self._sighted(seen)

    def competing(self) -> Iterator[tuple[tuple[int, int], Region]]:
        """See `Facts`."""
        for pair, seen in self.space.successors.competing.items():
            yield pair, self._sighted(seen)

    def ignored(self) -> Iterator[tuple[tuple[int, int], Region]]:
        """See `Facts`."""
        for pair, seen in self.space.successors.ignored.items():
            yield pair, self._sighted(seen)

    def deadlines(self) -> Deadlines:
        """See `Facts`."""
        explored = isinstance(self.space.successors, Generated | Successors)
        steps = Explored(self.space) if explored else self._steps
        found = Deadlines(self.system, self.variants, steps)
        if not found.idle:
            for state, mask in zip(self.space.states, self.space.reach, strict=True):
                found.look(state, mask)
        return found

    def met(self, seen: Seen, mask: int) -> Region:
        """See `Facts`."""

        def run() -> Run:
            variant = self.variants.simplest(mask)
            goal = self.space.number[self.space.successors.key(seen.where(variant))]
            path = shortest_path(self.space, variant, lambda node: node == goal)
            assert path is not None
            return self._show(path, variant)

        return Region(mask, run)

    @cached_property
    def _idle(self) -> Part:
        """Where no discrete step is possible."""
        found: Part = {}
        for node, (reach, arcs) in enumerate(zip(self.space.reach, self.space.arcs, strict=True)):
            discrete = 0
            for step, _, mask in arcs:
                if step != DELAY:
                    discrete |= mask
                    if discrete == reach:
                        break
            else:
                found[node] = reach & ~discrete
        return found

    @cached_property
    def _stuck(self) -> Part:
        """Where no step at all is, in a spec with time."""
        timed = self._idle.items() if self.system.unit is not None else ()
        arcs, reach = self.space.arcs, self.space.reach
        return _part((k, mask & ~leaving(arcs[k], reach[k], _DELAYS)) for k, mask in timed)

    def _region(self, bad: Part) -> Region:
        mask = union(bad.values())

        def run() -> Run:
            variant = self.variants.simplest(mask)
            goal = {node for node, mask in bad.items() if mask >> variant & 1}
            path = shortest_path(self.space, variant, goal.__contains__)
            assert path is not None
            return self._show(path, variant)

        return Region(mask, run)

    def _sighted(self, seen: Sighting) -> Region:
        node = self.space.number.get(self.space.successors.key(seen.state))
        met = 0 if node is None else self.space.reach[node]

        def show(variant: int) -> Run:
            path = shortest_path(self.space, variant, lambda other: other == node)
            assert path is not None
            return self._show(path, variant)

        return sighted(seen, met, self.variants, show)


def sighted(
    seen: Sighting, met: int, variants: Variants, show: Callable[[int], Run]
) -> Region:  # fmt: skip
    """One state that the search met (in the variants `met`; in none: an initial state that the
    start condition could not judge), in the variants in which it met others like it."""

    def run() -> Run | None:
        reached = seen.mask & met
        return show(variants.simplest(reached)) if reached else None

    return Region(seen.mask, run)


def holder_of(system: System, state: Sequence[int]) -> Holder:
    """What stops time here, whichever copy it is: the first machine that is somewhere urgent or at
    a deadline, and the first of its states."""
    return next(
        (holder for holder, places in holders(system) if any(state[s] == k for s, k in places)),
        None,
    )


def holders(system: System) -> Iterator[tuple[Holder, list[tuple[int, int]]]]:
    """What can stop time, a machine after the other and a state after the other: each with the
    slots of the copies that it stops time in."""
    waiting = {(e.process, e.leaf) for e in system.edges if e.forced is not None}
    for machine in dict.fromkeys(process.machine for process in system.processes):
        copies = [p for p in system.processes if p.machine == machine]
        for leaf in range(len(copies[0].leaves)):
            places = [
                (p.slot, leaf) for p in copies if leaf in p.urgent or (p.slot, leaf) in waiting
            ]
            if places:
                yield (copies[0].slot, leaf), places


def _part(members: Iterable[tuple[int, int]]) -> Part:
    """Those that are meant in some variant."""
    return {node: mask for node, mask in members if mask}


def union(masks: Iterable[int]) -> int:
    """The variants that are in some of the sets."""
    found = 0
    for mask in masks:
        found |= mask
    return found
