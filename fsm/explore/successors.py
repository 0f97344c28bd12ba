"""What a step is, on lowered states, for a whole set of variants at once (design, section 3).

Every function takes the set of variants that are in the state, as a bitmask, and answers with the
sets of those that can do something: a rule is read once and serves the whole family.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from fsm.explore.emit import Predicate, Update, Values, predicate, tick, update
from fsm.explore.variants import Variants
from fsm.semantics.ir import FALSE, TRUE, LoweredFault, Node, params, specialise
from fsm.semantics.lowered import Edge, System, Write

Cases = tuple[tuple[int, Predicate | None], ...]  # None: true without looking
DELAY = 0  # the number of the step "one unit of time passes"
K = TypeVar("K")
PLANS = 100_000  # how many vectors of locations to remember


class StepInfo(Struct, frozen=True):
    """A discrete step: the action (None: spontaneous) and the edges that go together."""

    action: int | None
    edges: tuple[int, ...]


class Fault(Struct, frozen=True):
    """What went wrong: `kind` is range, division, index or conflict; `edges` took part."""

    kind: str
    subject: str
    edges: tuple[int, ...]


class Sighting(Struct):
    """Where something was first seen, with which value, and in which variants at all."""

    state: Values
    mask: int
    value: int = 0


class Candidate(Struct, frozen=True):
    """A way in which something can happen, before priorities between steps."""

    action: int | None
    edges: tuple[Edge, ...]
    mask: int
    priority: int | None


class Successors:
    """The successor function of a system over a family of variants.

    `steps` numbers the discrete steps met so far (0 is the delay). On the way it notes `faults`,
    strategies enabled together (`competing`, pairs of actions), and events `ignored` by a process.
    """

    def __init__(self, system: System, variants: Variants) -> None:
        self.system, self.variants = system, variants
        self.steps: list[StepInfo] = [StepInfo(None, ())]
        self.faults: dict[Fault, Sighting] = {}
        self.competing: dict[tuple[int, int], Sighting] = {}
        self.ignored: dict[tuple[int, int], Sighting] = {}
        self._numbers: dict[tuple[int | None, tuple[int, ...]], int] = {}
        self._special: list[Edge] = []  # edges with updates free of configuration
        self._updates: dict[tuple[int, ...], Update] = {}  # by places in `_special`
        self._ticking: dict[frozenset[int], Update] = {}
        self._plans: dict[Values, list[int]] = {}
        # By edge, compiled when it is first met: whoever asks about few states needs few.
        self._enabled = cache(lambda edge: self._cases(system.edges[edge].enabled))
        self._forced = cache(lambda edge: self._cases(system.edges[edge].forced or FALSE))
        self._effects = cache(lambda edge: self._effect_cases(system.edges[edge]))
        self._paused = [(c.slot, self._cases(c.paused)) for c in system.clocks if c.paused]
        self._receptive = any(p.receptive for p in system.processes)
        leaves = [len(p.leaves) for p in system.processes]
        # By process and leaf: spontaneous edges, those with deadlines, and those on each action.
        self._spontaneous: list[list[list[Edge]]] = [[[] for _ in range(n)] for n in leaves]
        self._deadlines: list[list[list[Edge]]] = [[[] for _ in range(n)] for n in leaves]
        self._on: list[list[dict[int, list[Edge]]]] = [[{} for _ in range(n)] for n in leaves]
        for edge in sorted(system.edges, key=lambda e: -e.depth):  # stable: inner first
            if edge.action is None:
                self._spontaneous[edge.process][edge.leaf].append(edge)
            else:
                self._on[edge.process][edge.leaf].setdefault(edge.action, []).append(edge)
            if edge.forced is not None:
                self._deadlines[edge.process][edge.leaf].append(edge)
        for at_process in self._spontaneous:
            for edges in at_process:
                edges.sort(key=lambda e: e.number)

    def initial(self) -> Iterator[tuple[Values, int]]:
        """Every combination of initial values, in order (rule 10), with the variants in which it
        may start a run: perhaps none."""
        where = self._cases(self.system.where)
        for state in _combinations(self.system.first):
            yield state, self._true(where, state, self.variants.everything, ())

    def of(self, state: Values, mask: int) -> list[tuple[int, Values, int]]:
        """The steps out of a state: (number of the step, next state, variants), in spec order.

        Steps that fault are noted and not taken. O(steps) calls of generated functions.
        """
        candidates: list[Candidate] = []
        blocked = 0
        for action in self._possible(state):
            found = self._occurrences(state, mask, action)
            candidates += found
            if self.system.actions[action].urgent:
                for candidate in found:
                    blocked |= candidate.mask
        for process in self.system.processes:
            for edge in self._spontaneous[process.slot][state[process.slot]]:
                enabled = self.enabled(edge.number, state, mask)
                if enabled:
                    candidates.append(Candidate(None, (edge,), enabled, edge.priority))
        candidates = _first_among_steps(candidates)
        self._note(candidates, state)
        result = [step for candidate in candidates for step in self.take(candidate, state)]
        if self.system.unit is not None:
            passing = mask & ~blocked
            passing &= ~self._held(state, passing)
            if passing:
                result += self._delays(state, passing)
        return result

    def values(self, state: Values) -> Values:
        """The slots of a state."""
        return state

    def key(self, values: Values) -> Values:
        """The state with these slots."""
        return values

    def enabled(self, edge: int, state: Values, mask: int) -> int:
        """The variants in which the guard and the bounds of an edge are true."""
        return self._true(self._enabled(edge), state, mask, (edge,))

    def paused(self, place: int, state: Values, mask: int) -> int:
        """The variants in which a clock stands still; `place` counts the clocks with pauses."""
        return self._true(self._paused[place][1], state, mask, ())

    # --- which steps are enabled --------------------------------------------------------------

    def _possible(self, state: Values) -> list[int]:
        """Actions whose owner, or for ownerless ones some listener, has an edge here; in order."""
        where = state[: len(self.system.processes)]
        plan = self._plans.get(where)
        if plan is None:
            found = {
                action
                for process, leaf in enumerate(where)
                for action in self._on[process][leaf]
                if self.system.actions[action].owner in (None, process)
            }
            if len(self._plans) >= PLANS:
                self._plans.clear()
            plan = self._plans[where] = sorted(found)
        return plan

    def _occurrences(self, state: Values, mask: int, number: int) -> list[Candidate]:
        """Rules 3.2 and 3.3: every way in which the action can occur here."""
        action = self.system.actions[number]
        ways: list[tuple[tuple[Edge, ...], int]] = [((), mask)]
        left = mask  # asked are the variants in which everybody so far can go along
        for process in action.mentioned:
            options = self._options(state, left, process, number)
            able = 0
            for _, enabled in options:
                able |= enabled
            idle = 0
            if action.sync_all or process == action.owner:
                left = able
            else:
                idle = left & ~able
            ways = [
                (way if edge is None else (*way, edge), together)
                for way, m in ways
                for edge, enabled in ([*options, (None, idle)] if idle else options)
                if (together := m & enabled)
            ]
            if not ways:
                return []
        return [Candidate(number, way, m, self._priority(number, way)) for way, m in ways if way]

    def _priority(self, number: int, way: tuple[Edge, ...]) -> int | None:
        action = self.system.actions[number]
        if action.priority is not None or action.owner is None:
            return action.priority
        return next(e.priority for e in way if e.process == action.owner)

    def _options(
        self, state: Values, mask: int, process: int, action: int
    ) -> list[tuple[Edge | None, int]]:
        """The enabled edges of one process on an action: inner first, then by priority."""
        options: list[tuple[Edge, int]] = []
        edges = self._on[process][state[process]].get(action, ())
        for _, level in groupby(edges, key=lambda e: e.depth):
            left = mask
            for edge in level:
                enabled = self.enabled(edge.number, state, mask)
                if enabled:
                    options.append((edge, enabled))
                    left &= ~enabled
            mask = left
            if not mask:
                break
        if any(edge.priority is not None for edge, _ in options):
            return [*_first_in_process(options)]
        return [*options]

    def _held(self, state: Values, mask: int) -> int:
        """The variants in which time may not pass: urgent states and reached deadlines."""
        held = 0
        for process in self.system.processes:
            leaf = state[process.slot]
            if leaf in process.urgent:
                return mask
            for edge in self._deadlines[process.slot][leaf]:
                # A guard without a value forces nothing; the step that it belongs to is told.
                held |= self._true(self._forced(edge.number), state, mask & ~held, None)
        return held

    def _true(self, cases: Cases, state: Values, mask: int, edges: tuple[int, ...] | None) -> int:
        """The variants of `mask` in which the condition is true; a fault counts as false, and is
        noted unless `edges` is None."""
        found = 0
        for which, test in cases:
            here = which & mask
            if here:
                try:
                    if test is None or test(state):
                        found |= here
                except (LoweredFault, ZeroDivisionError) as error:
                    if edges is not None:
                        self._fault(error, edges, state, here)
        return found

    # --- what they lead to --------------------------------------------------------------------

    def take(self, candidate: Candidate, state: Values) -> Iterator[tuple[int, Values, int]]:
        """Rule 3.5: all updates read the state before the step, and take effect together."""
        ways: list[tuple[tuple[int, ...], int]] = [((), candidate.mask)]
        for edge in candidate.edges:
            effects = self._effects(edge.number)
            ways = [((*w, e), m & which) for w, m in ways for which, e in effects if m & which]
        numbers = tuple(e.number for e in candidate.edges)
        for special, mask in ways:
            apply = self._updates.get(special)
            if apply is None:
                apply = self._updates[special] = self._update(special)
            try:
                target = apply(state)
            except (LoweredFault, ZeroDivisionError) as error:
                self._fault(error, numbers, state, mask)
            else:
                yield self._number(candidate.action, numbers), target, mask

    def _number(self, action: int | None, edges: tuple[int, ...]) -> int:
        key = action, edges
        if key not in self._numbers:
            self._numbers[key] = len(self.steps)
            self.steps.append(StepInfo(action, edges))
        return self._numbers[key]

    def _update(self, special: tuple[int, ...]) -> Update:
        edges = [self._special[k] for k in special]
        fixed = [(edge.process, edge.target) for edge in edges]
        fixed += [(slot, 0) for edge in edges for slot in edge.restarts]
        writes = [write for edge in edges for write in edge.writes]
        resets = [reset for edge in edges for reset in edge.resets]
        return update(len(self.system.slots), fixed, writes, resets)

    def _delays(self, state: Values, mask: int) -> Iterator[tuple[int, Values, int]]:
        """One unit passes; variants part where a clock stands still in only some of them."""
        ways: list[tuple[frozenset[int], int]] = [(frozenset(), mask)]
        for place, (slot, _) in enumerate(self._paused):
            paused = self.paused(place, state, mask)
            running = [(still, m & ~paused) for still, m in ways]
            ways = running + [(still | {slot}, m & paused) for still, m in ways]
        for still, m in ways:
            if m:
                if still not in self._ticking:
                    clocks = [c for c in self.system.clocks if c.slot not in still]
                    self._ticking[still] = tick(self.system.slots, clocks)
                yield DELAY, self._ticking[still](state), m

    # --- compiled pieces ----------------------------------------------------------------------

    def _cases(self, node: Node) -> Cases:
        return tuple(
            (mask, None if special == TRUE else predicate(special))
            for mask, special in self.variants.cases(node)
            if special != FALSE
        )

    def _effect_cases(self, edge: Edge) -> tuple[tuple[int, int], ...]:
        """The edge with its updates free of configuration, for each set of variants."""
        read = frozenset[int]().union(*(params(w.value) | params(w.target) for w in edge.writes))
        found: dict[tuple[Write, ...], int] = {}
        for mask, values in self.variants.choices(read):
            writes = tuple(
                replace(w, target=specialise(w.target, values), value=specialise(w.value, values))
                for w in edge.writes
            )
            found[writes] = found.get(writes, 0) | mask
        first = len(self._special)
        self._special += [replace(edge, writes=writes) for writes in found]
        return tuple((mask, first + k) for k, mask in enumerate(found.values()))

    # --- what is noted on the way -------------------------------------------------------------

    def _fault(self, error: Exception, edges: tuple[int, ...], state: Values, mask: int) -> None:
        kind, subject, value = (
            error.args if isinstance(error, LoweredFault) else ("division", "", 0)
        )
        see(self.faults, Fault(kind, subject, edges), Sighting(state, mask, value))

    def _note(self, candidates: list[Candidate], state: Values) -> None:
        actions = self.system.actions
        strategies = [c for c in candidates if c.action is not None and actions[c.action].strategy]
        for k, one in enumerate(strategies):
            for other in strategies[k + 1 :]:
                assert one.action is not None and other.action is not None
                pair = one.action, other.action
                if one.mask & other.mask and actions[one.action].rivals(actions[other.action]):
                    see(self.competing, pair, Sighting(state, one.mask & other.mask))
        for candidate in candidates if self._receptive else ():
            if candidate.action is not None:
                taking = {edge.process for edge in candidate.edges}
                for process in actions[candidate.action].mentioned:
                    if process not in taking and self.system.processes[process].receptive:
                        what = process, actions[candidate.action].event
                        see(self.ignored, what, Sighting(state, candidate.mask))


def see(notes: dict[K, Sighting], what: K, seen: Sighting) -> None:
    if what in notes:
        notes[what].mask |= seen.mask
    else:
        notes[what] = seen


def _first_among_steps(candidates: list[Candidate]) -> list[Candidate]:
    """Rule 3.6 between steps: what states a priority gives way to what states a higher one."""
    if all(c.priority is None for c in candidates):
        return candidates
    masks: dict[int, int] = {}
    for c in candidates:
        if c.priority is not None:
            masks[c.priority] = masks.get(c.priority, 0) | c.mask
    left = [c if c.priority is None else replace(c, mask=c.mask & ~_above(masks, c.priority))
            for c in candidates]  # fmt: skip
    return [c for c in left if c.mask]


def _first_in_process(options: list[tuple[Edge, int]]) -> Iterator[tuple[Edge, int]]:
    """Rule 3.6 within one machine's transitions for one occurrence."""
    masks: dict[int, int] = {}
    for edge, mask in options:
        if edge.priority is not None:
            masks[edge.priority] = masks.get(edge.priority, 0) | mask
    for edge, mask in options:
        left = mask if edge.priority is None else mask & ~_above(masks, edge.priority)
        if left:
            yield edge, left


def _combinations(domains: Sequence[Sequence[int]]) -> Iterator[Values]:
    """All combinations, the last varying fastest; one at a time, however long the domains are."""
    free = [k for k, domain in enumerate(domains) if len(domain) > 1]
    at = [0] * len(domains)
    while True:
        yield tuple(domain[k] for domain, k in zip(domains, at, strict=True))
        for k in reversed(free):
            at[k] += 1
            if at[k] < len(domains[k]):
                break
            at[k] = 0
        else:
            return


def _above(masks: dict[int, int], priority: int) -> int:
    higher = 0
    for level, mask in masks.items():
        if level > priority:
            higher |= mask
    return higher
