"""The reachable space of a system over a family of variants, level by level.

Breadth-first, so that levels are distances. Each state carries the set of variants that reach it
and is expanded once for each group of new ones (Classen et al., IEEE TSE 39(8), 2013).
"""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, reduce
from operator import or_
from typing import Any, Protocol, overload

from msgspec import Struct

from fsm.explore import memory
from fsm.explore.emit import Values
from fsm.explore.successors import DELAY, Fault, Sighting, StepInfo
from fsm.explore.variants import Variants
from fsm.semantics.lowered import System

Arc = tuple[int, int, int]  # number of the step, number of the target state, variants
Progress = Callable[[str, int], None]
INTERRUPTED = "interrupted"  # the limit that Ctrl-C is
TIME, MEMORY = "time", "memory"
CANDIDATES = 10  # initial values to look at for each state that the limit allows
AT_ONCE = 20_000  # states about which everything is answered within a second
CHECK_EVERY = 2_000  # states between two looks at the clock


class StepFunction(Protocol):
    """What a search asks: `Successors`, or one that was generated. A state is a key of its own
    kind, equal for equal states; `values` gives its slots."""

    system: System
    variants: Variants
    steps: list[StepInfo]
    faults: dict[Fault, Sighting]
    competing: dict[tuple[int, int], Sighting]
    ignored: dict[tuple[int, int], Sighting]

    def initial(self) -> Iterator[tuple[Any, int]]:
        """Initial states with the variants in which they start a run."""
        ...

    def of(self, state: Any, mask: int) -> list[tuple[int, Any, int]]:
        """The steps out of a state: (number of the step, next state, variants), in spec order."""
        ...

    @property
    def key(self) -> Callable[[Values], Any]:
        """Gives the state with these slots."""
        ...

    @property
    def values(self) -> Callable[[Any], Values]:
        """Gives the slots of a state."""
        ...


class States(Sequence[Values]):
    """The slots of each state of a space, read when they are asked for; all at once where somebody
    goes through them."""

    def __init__(self, keys: Sequence[Any], values: Callable[[Any], Values]) -> None:
        self._keys, self._values = keys, values
        self._rows: list[Values] = []

    @overload
    def __getitem__(self, place: int) -> Values: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Values]: ...
    def __getitem__(self, place: int | slice) -> Values | Sequence[Values]:
        if isinstance(place, slice):
            return [*map(self._values, self._keys[place])]
        return self._values(self._keys[place])

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[Values]:
        if len(self._rows) != len(self._keys):
            self._rows = [*map(self._values, self._keys)]
        return iter(self._rows)


class Limits(Struct, frozen=True):
    """When to stop: `states` distinct states, `deadline` on `time.monotonic()`, `memory` in bytes
    that the process uses."""

    states: int | None = None
    deadline: float | None = None
    memory: int | None = None


class Space(Struct, dict=True):
    """What was explored. `reach[i]` are the variants that reach state i, `arcs[i]` its steps.

    `undecided` are the variants for which something reachable was not expanded, and `limit` says
    why. An interrupted exploration is a sound lower bound of every set, and nothing more.
    """

    successors: StepFunction
    keys: list[Any] = []
    number: dict[Any, int] = {}
    reach: list[int] = []
    initial: list[tuple[int, int]] = []
    arcs: list[list[Arc]] = []
    transitions: int = 0
    depth: int = 0
    undecided: int = 0
    limit: str = ""
    # Each set of variants is kept once: few differ.
    _sets: dict[int, int] = {}
    _onward: list[list[Arc]] | None = None

    @cached_property
    def states(self) -> States:
        """The slots of each state."""
        return States(self.keys, self.successors.values)

    @property
    def left_alone(self) -> bool:
        """Is there no time, or no memory, to ask anything about what was explored?"""
        return self.limit == MEMORY or (self.limit == INTERRUPTED and len(self.keys) > AT_ONCE)

    @property
    def onward(self) -> list[list[Arc]]:
        """The steps of runs out of each state: in a spec without time a run that ends stutters, by
        `DELAY`, for ever. To be asked when all is explored."""
        if self._onward is None:
            self._onward = self.arcs
            if self.successors.system.unit is None:
                self._onward = [*map(self._stuttering, range(len(self.arcs)), self.arcs)]
        return self._onward

    def _stuttering(self, state: int, arcs: list[Arc]) -> list[Arc]:
        going = reduce(or_, (mask for _, _, mask in arcs), self.undecided)
        still = self.reach[state] & ~going
        return [*arcs, (DELAY, state, still)] if still else arcs

    def out(self, state: int, mask: int) -> Sequence[Arc]:
        """The steps out of a state for these variants."""
        return among(self.arcs[state], mask, self.reach[state])

    def offers(self, node: int) -> list[Arc]:
        """All steps out of a state."""
        return self.arcs[node]


def among(arcs: list[Arc], mask: int, reach: int) -> Sequence[Arc]:
    """The arcs out of a node for these variants, of those that reach it."""
    if mask == reach:
        return arcs
    return [(step, target, both) for step, target, m in arcs if (both := m & mask)]


class Explored:
    """The steps out of the states of a whole space, for variants that reach them: remembered, not
    worked out again."""

    def __init__(self, space: Space) -> None:
        self._space = space
        self.steps, self.key = space.successors.steps, space.successors.key

    def of(self, state: Any, mask: int) -> list[tuple[int, Any, int]]:
        """See `StepFunction`; the steps that lead to one state alike are one."""
        keys = self._space.keys
        arcs = self._space.out(self._space.number[state], mask)
        return [(step, keys[to], variants) for step, to, variants in arcs]


def explore(
    successors: StepFunction,
    limits: Limits = Limits(),
    *,
    progress: Progress | None = None,
) -> Space:
    """Visit everything that some variant reaches.

    Semantics   A limit, or Ctrl-C, ends the search: variants with unexpanded states are
                `undecided`.
    Units       `transitions` counts (state, step, target), once for the family.
    Complexity  O((S + T) * groups of variants) time, O(S + T) memory.
    """
    space = Space(successors)
    try:
        _levels(space, _starts(space, limits, progress), limits, progress)
    except KeyboardInterrupt:
        space.limit = INTERRUPTED
        space.undecided = successors.variants.everything
    except MemoryError:
        space.limit = MEMORY
        space.undecided = successors.variants.everything
    return space


def _starts(space: Space, limits: Limits, progress: Progress | None) -> dict[int, int]:
    """The initial states, as the first frontier."""
    frontier: dict[int, int] = {}
    everything = space.successors.variants.everything
    for looked, (state, mask) in enumerate(space.successors.initial(), start=1):
        if looked % CHECK_EVERY == 0:
            _look_up(space, limits, progress)
        if limits.states is not None and looked > CANDIDATES * limits.states:
            space.limit = f"{limits.states} states"
        number = _number(space, state, limits) if mask and not space.limit else None
        if space.limit:
            space.undecided = everything
            break
        mask = space._sets.setdefault(mask, mask)
        if number is not None:
            space.reach[number] |= mask
            space.initial.append((number, mask))
            frontier[number] = mask
    return frontier


def _levels(
    space: Space, frontier: dict[int, int], limits: Limits, progress: Progress | None
) -> None:
    """Invariant: `frontier` holds the variants that reach a state and have not left it yet."""
    looked = 0
    while frontier:
        following: dict[int, int] = {}
        for number, new in frontier.items():
            looked += 1
            if looked % CHECK_EVERY == 0:
                _look_up(space, limits, progress)
            if space.limit:
                space.undecided |= new
            else:
                _expand(space, number, new, following, limits)
        frontier = following
        space.depth += bool(frontier) and not space.limit


def _expand(space: Space, number: int, new: int, following: dict[int, int], limits: Limits) -> None:
    """Follow the steps out of a state. Each set of variants that is kept is the only one of its
    kind; most are the very set `new`, which needs no search."""
    numbers, reach, once = space.number, space.reach, space._sets.setdefault
    arcs: list[Arc] = []
    for step, target, mask in space.successors.of(space.keys[number], new):
        to = numbers.get(target)
        if to is None:
            to = _number(space, target, limits)
            if to is None:
                space.undecided |= mask
                continue
        if mask is not new:
            mask = once(mask, mask)
        arcs.append((step, to, mask))
        known = reach[to]
        if not known:
            reach[to] = following[to] = mask
        elif mask is not known and (fresh := mask ^ (mask & known)):  # quicker than `mask & ~known`
            both, waiting = known | fresh, following.get(to, 0) | fresh
            reach[to], following[to] = once(both, both), once(waiting, waiting)
    before = space.arcs[number]
    if before or len({step for step, _, _ in arcs}) < len(arcs):
        arcs = _merged([*arcs, *before], once)
    space.transitions += len(arcs) - len(before)
    space.arcs[number] = arcs


def _merged(arcs: list[Arc], once: Callable[[int, int], int]) -> list[Arc]:
    """Steps that are met more than once, as one for all their variants."""
    found: dict[tuple[int, int], Arc] = {}
    for arc in arcs:
        step, to, mask = arc
        other = found.setdefault((step, to), arc)
        if other is not arc:
            both = other[2] | mask
            found[step, to] = step, to, once(both, both)
    return [*found.values()]


def _number(space: Space, state: Any, limits: Limits) -> int | None:
    """The number of a state, new or known; None where the limit leaves no room for it."""
    number = space.number.get(state)
    if number is None:
        number = len(space.keys)
        if limits.states is not None and number >= limits.states:
            space.limit = f"{limits.states} states"
            return None
        space.number[state] = number
        space.keys.append(state)
        space.reach.append(0)
        space.arcs.append([])
    return number


def _look_up(space: Space, limits: Limits, progress: Progress | None) -> None:
    if progress is not None:
        progress("exploring", len(space.keys))
    space.limit = exceeded(limits, _growth(space.number)) or space.limit


def exceeded(limits: Limits, growth: int = 0) -> str:
    """Which limit is reached, or would be by so many bytes more; "" for none."""
    if limits.deadline is not None and time.monotonic() > limits.deadline:
        return TIME
    if limits.memory is not None and memory.used() + growth > limits.memory:
        return MEMORY
    return ""


def _growth(table: dict[Any, int]) -> int:
    """What the table may need at once before the next look: it grows by copying itself into one of
    twice its size when two thirds of the places are taken."""
    size = len(table)
    places = 1 << (3 * size // 2).bit_length()
    soon = size + size // 8 + 4 * CHECK_EVERY >= 2 * places // 3
    return 2 * sys.getsizeof(table) if soon else 0
