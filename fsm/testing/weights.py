"""How runs are steered towards what is rare: a survey of the family, and a plan for each run.

A plan wants an option at each step, and never decides how the option is written down: that is what
lets Hypothesis drop the plan from a failing run and keep the run.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from fsm.explore.emit import Values
from fsm.explore.successors import DELAY
from fsm.expressions import Scalar
from fsm.testing.ground import Change, Ground, Instant, Move, Option

SURVEYED = 20_000  # states that the survey looks at
AHEAD = 300  # states that a plan looks at from where it is
AIMLESS = 0.2  # share of the steps that are chosen uniformly
GOALLESS = 0.1  # share of the runs that go for nothing rare at first
LONGEST = 50  # steps of a rehearsal
REHEARSALS = 2  # walks for each transition, which find out what is rare


@dataclass(slots=True)
class Survey:
    """Where each transition fires first, for every variant; `parents` lead back to a start.

    Each entry is (variants, state, step): the step leaves that state, or led from it.
    """

    first: dict[Change, list[tuple[int, Values, int]]] = field(default_factory=dict)
    parents: dict[Values, list[tuple[int, Values, int]]] = field(default_factory=dict)
    reach: dict[Values, int] = field(default_factory=dict)
    able: dict[Change, int] = field(default_factory=dict)
    worth: dict[Change, int] = field(default_factory=dict)

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
    seen = Survey()
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
                    _note(seen, ground, state, step, which & mask)
                    _enter(seen, following, target, (which & mask, state, step))
        level = following
    _rehearse(seen, ground)
    return seen


def _rehearse(seen: Survey, ground: Ground) -> None:
    """Walk again and again for what was taken least so far. How often each transition had to be
    wanted, so that all come equally often, is what it is `worth`.

    Source: fictitious play of the game "walker against the rarest transition" (Brown, 1951).
    """
    taken = dict.fromkeys(seen.able, 0)
    seen.worth = dict.fromkeys(seen.able, 0)
    for number in range(REHEARSALS * len(taken)):
        goal = min(taken, key=taken.__getitem__)
        seen.worth[goal] += 1
        for change in Plan(ground, seen, number, goal).walk():
            taken[change] += 1


def _note(seen: Survey, ground: Ground, state: Values, step: int, mask: int) -> None:
    for change in () if step == DELAY else ground.changes(step):
        new = mask & ~seen.able.get(change, 0)
        if new:
            seen.able[change] = seen.able.get(change, 0) | new
            seen.first.setdefault(change, []).append((new, state, step))


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
    """What one run wants: first a rare transition, in a variant that has it, by a shortest way;
    then, again and again, something near that it has not done yet.

    All chance comes from `seed`, so that the same draws give the same run.
    """

    def __init__(
        self, ground: Ground, found: Survey, seed: int, goal: Change | None = None
    ) -> None:
        self._ground, self._survey = ground, found
        self._random = random.Random(seed)
        self._fired: set[Change] = set()
        self._way: list[Option] = []
        self.goal = goal
        if goal is None and found.worth and self._random.random() >= GOALLESS:
            self.goal = self._random.choices(list(found.worth), list(found.worth.values()))[0]

    def walk(self) -> set[Change]:
        """What a run of this plan takes, from a start that the goal decides."""
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
        return self._fired

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
        target = next(m.target for m in self._ground.moves(state, mask) if m.step == step)
        self._way = [
            Instant(1, after) if number == DELAY else Move(number, after)
            for number, after in (*way, (step, target))
        ]
        return start

    def wants(self, state: Values, mask: int, options: Sequence[Option]) -> int:
        """The place of the wanted option; there is at least one."""
        if not self._way and self._random.random() >= AIMLESS:
            self._way = self._nearby(state, mask)
        wanted = self._way.pop(0) if self._way else None
        if wanted not in options:
            self._way = []
            wanted = self._random.choice(options)
        if isinstance(wanted, Move):
            self._fired.update(self._ground.changes(wanted.step))
        return options.index(wanted)

    def _nearby(self, state: Values, mask: int) -> list[Option]:
        """The shortest way to something new, more often to what is farther away."""
        parent: dict[Values, tuple[Values, Option] | None] = {state: None}
        level = [state]
        goals: dict[Change, tuple[Values, Option]] = {}
        while level and len(parent) < AHEAD:
            following = []
            for here in level:
                for option in self._ground.options(here, mask):
                    if isinstance(option, Move):
                        for change in self._ground.changes(option.step):
                            if change not in self._fired:
                                goals.setdefault(change, (here, option))
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
