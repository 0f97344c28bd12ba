"""How runs are steered towards what is rare: a survey of the family, and a plan for each run.

Rare are transitions, and instants around deadlines, where nothing else may happen.

A plan wants an option at each step, and never decides how the option is written down: that is what
lets Hypothesis drop the plan from a failing run and keep the run.
"""

import random
from collections.abc import Sequence

from msgspec import Struct

from fsm.explore.emit import Values
from fsm.explore.successors import DELAY
from fsm.expressions import Scalar
from fsm.testing.goals import Goal, Goals
from fsm.testing.ground import Ground, Instant, Move, Option

SURVEYED = 20_000  # states that the survey looks at
AHEAD = 300  # states that a plan looks at from where it is
AIMLESS = 0.2  # share of the steps that are chosen uniformly
GOALLESS = 0.1  # share of the runs that go for nothing rare at first
LONGEST = 50  # steps of a rehearsal
REHEARSALS = 2  # walks for each goal, which find out what is rare


class Survey(Struct):
    """Where each goal is achieved first, for every variant; `parents` lead back to a start.

    Each entry is (variants, state, step): the step leaves that state, or led from it.
    """

    goals: Goals
    first: dict[Goal, list[tuple[int, Values, int]]] = {}
    parents: dict[Values, list[tuple[int, Values, int]]] = {}
    reach: dict[Values, int] = {}
    able: dict[Goal, int] = {}
    worth: dict[Goal, int] = {}

    def path_to(self, state: Values, mask: int) -> tuple[Values, list[tuple[int, Values]]]:
        """The start, and a shortest way from it: (step, state that it leads to)."""
        way: list[tuple[int, Values]] = []
        while True:
            link = next((p for p in self.parents[state] if p[0] & mask), None)
            if link is None:
                return state, way[::-1]
            way.append((link[2], state))
            state = link[1]


def survey(ground: Ground, starts: Sequence[Values]) -> Survey:
    """Breadth-first over all variants at once, up to `SURVEYED` states.

    Complexity: O(states + arcs) expansions, each for the whole family.
    """
    seen = Survey(Goals(ground))
    everything = ground.variants.everything
    level: dict[Values, int] = {}
    for start in starts:
        mask = ground.admitted(start) & everything
        if mask and len(seen.reach) < SURVEYED:
            level[start] = seen.reach[start] = mask
            seen.parents[start] = []
    while level:
        following: dict[Values, int] = {}
        for state, mask in level.items():
            for step, target, which in ground.expanded(state):
                if which & mask:
                    _note(seen, ground, state, step, target, which & mask)
                    _enter(seen, following, target, (which & mask, state, step))
        level = following
    _rehearse(seen, ground)
    return seen


def _rehearse(seen: Survey, ground: Ground) -> None:
    """Walk again and again for what was achieved least so far. How often each goal had to be
    wanted, so that all come equally often, is what it is `worth`.

    Source: fictitious play of the game "walker against the rarest goal" (Brown, 1951).
    """
    taken = dict.fromkeys(seen.able, 0)
    seen.worth = dict.fromkeys(seen.able, 0)
    for number in range(REHEARSALS * len(taken)):
        goal = min(taken, key=taken.__getitem__)
        seen.worth[goal] += 1
        for achieved in Plan(ground, seen, number, goal).walk():
            if achieved in taken:
                taken[achieved] += 1


def _note(
    seen: Survey, ground: Ground, state: Values, step: int, target: Values, mask: int
) -> None:
    found: list[tuple[Goal, int]] = [*seen.goals.stops(target)]
    if step != DELAY:
        found += [(change, mask) for change in ground.changes(step)]
    for goal, where in found:
        new = where & mask & ~seen.able.get(goal, 0)
        if new:
            seen.able[goal] = seen.able.get(goal, 0) | new
            seen.first.setdefault(goal, []).append((new, state, step))


def _enter(
    seen: Survey, following: dict[Values, int], target: Values, link: tuple[int, Values, int]
) -> None:
    if target not in seen.reach and len(seen.reach) >= SURVEYED:
        return
    fresh = link[0] & ~seen.reach.get(target, 0)
    if fresh:
        seen.reach[target] = seen.reach.get(target, 0) | fresh
        seen.parents.setdefault(target, []).append((fresh, link[1], link[2]))
        following[target] = following.get(target, 0) | fresh


class Plan:
    """What one run wants: first a rare goal, in a variant that has it, by a shortest way; then,
    again and again, something near that it has not done yet.

    All chance comes from `seed`, so that the same draws give the same run.
    """

    def __init__(self, ground: Ground, found: Survey, seed: int, goal: Goal | None = None) -> None:
        self._ground, self._survey = ground, found
        self._random = random.Random(seed)
        self._done: set[Goal] = set()
        self._way: list[Option] = []
        self.goal = goal
        if goal is None and found.worth and self._random.random() >= GOALLESS:
            self.goal = self._random.choices(list(found.worth), list(found.worth.values()))[0]

    def walk(self) -> set[Goal]:
        """What a run of this plan achieves, from a start that the goal decides."""
        assert self.goal is not None
        variant = self.variant()
        mask = self._ground.mask_of(variant)
        state = self.start(mask)
        assert state is not None
        for _ in range(LONGEST):
            options = self._ground.options(state, mask)
            if not options or self._ground.has_ended(state, mask):
                break
            state = options[self.wants(state, mask, options)].target
        return self._done

    def variant(self) -> dict[str, Scalar]:
        """One in which the goal can be reached; {} where any will do."""
        if self.goal is None:
            return {}
        able = bin(self._survey.able[self.goal])[:1:-1]
        numbers = [k for k, bit in enumerate(able) if bit == "1"]
        return self._ground.variants.variant(self._random.choice(numbers))

    def start(self, mask: int) -> Values | None:
        """Where the way to the goal starts in this variant; None: anywhere."""
        if self.goal is None:
            return None
        entry = next((e for e in self._survey.first[self.goal] if e[0] & mask), None)
        if entry is None:
            return None
        _, state, step = entry
        start, way = self._survey.path_to(state, mask)
        target = next(
            t for s, t, which in self._ground.expanded(state) if s == step and which & mask
        )
        self._way = [
            Instant(1, after) if number == DELAY else Move(number, after)
            for number, after in (*way, (step, target))
        ]
        return start

    def wants(self, state: Values, mask: int, options: Sequence[Option]) -> int:
        """The place of the wanted option; there is at least one."""
        if not self._way and self._random.random() >= AIMLESS:
            self._way = self._nearby(state, mask)
        wanted = self._next(options)
        if wanted is None or wanted not in options:
            self._way = []
            wanted = self._random.choice(options)
        self._done.update(self._survey.goals.achieved(wanted, mask))
        return options.index(wanted)

    def _next(self, options: Sequence[Option]) -> Option | None:
        """The next of the way; units of waiting as many at once as are an option."""
        if not self._way or isinstance(self._way[0], Move):
            return self._way.pop(0) if self._way else None
        units, wanted, used = 0, self._way[0], 1
        for number, ahead in enumerate(self._way, start=1):
            if isinstance(ahead, Move):
                break
            units += ahead.units
            if (leap := Instant(units, ahead.target)) in options:
                wanted, used = leap, number
        del self._way[:used]
        return wanted

    def _nearby(self, state: Values, mask: int) -> list[Option]:
        """The shortest way to something new, more often to what is farther away."""
        parent: dict[Values, tuple[Values, Option] | None] = {state: None}
        level = [state]
        goals: dict[Goal, tuple[Values, Option]] = {}
        while level and len(parent) < AHEAD:
            following = []
            for here in level:
                for option in self._ground.options(here, mask):
                    for goal in self._survey.goals.achieved(option, mask):
                        if goal not in self._done:
                            goals.setdefault(goal, (here, option))
                    if option.target not in parent:
                        parent[option.target] = (here, option)
                        following.append(option.target)
            level = following
        if not goals:
            return []
        weights = [1 + self._survey.worth.get(goal, 0) for goal in goals]
        here, last = self._random.choices(list(goals.values()), weights)[0]
        way = [last]
        while (link := parent[here]) is not None:
            here, option = link
            way.append(option)
        return way[::-1]
