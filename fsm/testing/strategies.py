"""Hypothesis strategies of what a spec can do: variants, tickets, schedules, and runs.

Each choice is drawn as its place among what is possible at that moment, in the order of the spec.
So a failing run shrinks to few steps, and early ones. What steers a run towards rare transitions is
a plan, which is one more draw; shrinking drops it first of all.
"""

from collections.abc import Iterator, Mapping
from math import prod

from hypothesis import assume, reject
from hypothesis import strategies as st
from msgspec import Struct

from fsm.errors import UsageError
from fsm.explore.emit import Values
from fsm.expressions import Scalar
from fsm.model import Spec
from fsm.runtime.runtime import Runtime
from fsm.semantics.trace import Bindings, Delay, Run, Snapshot, Step
from fsm.testing.draws import SEEDS, places
from fsm.testing.ground import FAMILY, Ground, Instant, family_size
from fsm.testing.rebuild import Rebuilder
from fsm.testing.weights import Plan, Survey, survey

LISTED = 10_000  # initial states that are drawn from a list
GROUNDS = 32  # how many are kept for a spec that has too many variants for one

Variant = dict[str, Scalar]


def variants(spec: Spec, variant: Mapping[str, Scalar] | None = None) -> st.SearchStrategy[Variant]:
    """Full choices of switches and questions, with the values in `variant` fixed.

    They shrink to switches off and first answers. Raises `UsageError` F603 for a name or value that
    the spec does not have.
    """
    fixed = checked(spec, variant)
    names = [c.name for c in spec.configuration]
    values = [
        st.just(fixed[c.name]) if c.name in fixed else st.sampled_from(c.values)
        for c in spec.configuration
    ]
    return st.tuples(*values).map(lambda drawn: dict(zip(names, drawn, strict=True)))


class Ticket(Struct, frozen=True):
    """What is given before the first step: every switch and question, and an initial snapshot."""

    variant: Bindings
    start: Snapshot

    def runtime(self, spec: Spec) -> Runtime:
        """The spec, about to take the first step. Raises `UsageError` F603 where the ticket was
        made for another spec."""
        return Runtime(spec, dict(self.variant), start=self.start)


class Schedule(Struct, frozen=True):
    """What happens to a ticket, and when: steps that are possible one after the other."""

    ticket: Ticket
    steps: tuple[Step, ...]

    def play(self, spec: Spec) -> Iterator[Runtime]:
        """The same runtime before the first step and after each. Raises `NotPossible` where the
        spec has no such step, because the schedule was made for another one."""
        runtime = self.ticket.runtime(spec)
        yield runtime
        for step in self.steps:
            if isinstance(step, Delay):
                runtime.wait(step.units)
            else:
                runtime.take(step)
            yield runtime


def tickets(spec: Spec, variant: Mapping[str, Scalar] | None = None) -> st.SearchStrategy[Ticket]:
    """Every way in which a run can begin, in the variants that `variant` leaves open.

    They shrink to switches off, first answers and first values.
    """
    return _tickets(_World(spec, checked(spec, variant)))


def schedules(
    spec: Spec,
    variant: Mapping[str, Scalar] | None = None,
    *,
    max_steps: int = 50,
    uniform: bool = False,
) -> st.SearchStrategy[Schedule]:
    """What can happen to a ticket: the steps of `runs`, without the states that they lead to."""
    return runs(spec, variant, max_steps=max_steps, uniform=uniform).map(
        lambda run: Schedule(Ticket(run.variant, run.states[0].snapshot), run.steps)
    )


def runs(
    spec: Spec,
    variant: Mapping[str, Scalar] | None = None,
    *,
    max_steps: int = 50,
    uniform: bool = False,
) -> st.SearchStrategy[Run]:
    """Legal runs of at most `max_steps` steps, in the variants that `variant` leaves open.

    Time passes from one interesting moment to another: when a clock is at a duration of the spec,
    or one unit before or after. A run that has come to rest for ever has its last state as `loop`.
    Rare transitions are sought, each run another one; with `uniform` none is, and every choice is
    as likely as the next. Failures shrink to few steps.
    """
    return _runs(_World(spec, checked(spec, variant)), max_steps, not uniform)


def checked(spec: Spec, variant: Mapping[str, Scalar] | None) -> Variant:
    """The fixed part of a variant. Raises `UsageError` F603 for what the spec does not have."""
    fixed = dict(variant or {})
    known = {c.name: c.values for c in spec.configuration}
    for name, value in fixed.items():
        if name not in known or value not in known[name]:
            raise UsageError(
                "F603",
                f"{spec.name} has no variant with {name} = {value}",
                f"it leaves open: {', '.join(known)}" if known else "it leaves nothing open",
            )
    return fixed


class _World(Struct):
    """A spec as the strategies walk on it; made at the first draw, and kept."""

    spec: Spec
    fixed: Variant
    grounds: dict[tuple[tuple[str, Scalar], ...], "_Site"] = {}

    @property
    def shared(self) -> bool:
        """Are the variants few enough to share one ground?"""
        free = family_size(self.spec)
        for variable in self.spec.configuration:
            if variable.name in self.fixed:
                free //= len(variable.values)
        return free <= FAMILY

    def site(self, variant: Variant) -> "_Site":
        """The ground of a variant."""
        fixed = self.fixed if self.shared else variant
        key = tuple(fixed.items())
        if key not in self.grounds:
            if len(self.grounds) >= GROUNDS:
                self.grounds.clear()
            ground = Ground(self.spec, fixed)
            self.grounds[key] = _Site(ground, Rebuilder(self.spec, ground.unit))
        return self.grounds[key]


class _Site(Struct):
    """A ground, its initial states where they can be listed, and its survey once it was made."""

    ground: Ground
    rebuilder: Rebuilder
    _starts: list[Values] | None = None
    _survey: Survey | None = None

    def starts(self) -> list[Values] | None:
        """None where there are too many to list."""
        if self._starts is None and prod(map(len, self.ground.system.first)) <= LISTED:
            self._starts = [state for state, mask in self.ground.successors.initial() if mask]
        return self._starts

    def survey(self) -> Survey:
        if self._survey is None:
            self._survey = survey(self.ground, self.starts() or ())
        return self._survey


@st.composite
def _tickets(draw: st.DrawFn, world: _World) -> Ticket:
    walk = _Walk(draw, world, steered=False)
    return Ticket(tuple(walk.variant.items()), walk.ground.layout.snapshot(walk.start))


@st.composite
def _runs(draw: st.DrawFn, world: _World, max_steps: int, steered: bool) -> Run:
    walk = _Walk(draw, world, steered)
    steps: list[Step] = []
    ended = walk.ground.has_ended(walk.state, walk.mask)
    while not ended and len(steps) < max_steps and (step := walk.step()) is not None:
        steps.append(step)
        ended = walk.ground.has_ended(walk.state, walk.mask)
    start = walk.ground.layout.snapshot(walk.start)
    return walk.site.rebuilder.run(walk.variant, start, steps, ended)


class _Walk:
    """One walk, every choice of it drawn."""

    def __init__(self, draw: st.DrawFn, world: _World, steered: bool) -> None:
        self.draw = draw
        self._drawn = 0
        seed = draw(SEEDS) if steered else 0
        self.plan: Plan | None = None
        wanted: Variant = {}
        if seed and world.shared:
            site = world.site({})
            self.plan = Plan(site.ground, site.survey(), seed)
            wanted = self.plan.variant()
        self.variant = self._variant(world, wanted)
        site = world.site(self.variant)
        if seed and self.plan is None:
            self.plan = Plan(site.ground, site.survey(), seed)
        self.site, self.ground = site, site.ground
        self.mask = self.ground.mask_of(self.variant)
        self.start = self.state = self._start(site)

    def step(self) -> Step | None:
        """The next step; None: the run stops here."""
        options = self.ground.options(self.state, self.mask)
        if not options:
            return None
        wanted = None
        if self.plan is not None:
            wanted = 1 + self.plan.wants(self.state, self.mask, options)
        chosen = self.choose(1 + len(options), wanted)
        if chosen == 0:
            return None
        option = options[chosen - 1]
        self.state = option.target
        if isinstance(option, Instant):
            return Delay(option.units)
        return self.ground.occurrence(option.step)

    def choose(self, size: int, wanted: int | None = None) -> int:
        """A number below `size`: the wanted one, or any."""
        if size == 1:
            return 0
        self._drawn += 1
        return self.draw(places(self._drawn, size, wanted))

    def _variant(self, world: _World, wanted: Variant) -> Variant:
        found: Variant = {}
        for c in world.spec.configuration:
            if c.name in world.fixed:
                found[c.name] = world.fixed[c.name]
            else:
                place = c.values.index(wanted[c.name]) if c.name in wanted else None
                found[c.name] = c.values[self.choose(len(c.values), place)]
        return found

    def _start(self, site: _Site) -> Values:
        wanted = None if self.plan is None else self.plan.start(self.mask)
        listed = site.starts()
        if listed is None:
            state = tuple(
                d[self.choose(len(d), None if wanted is None else d.index(wanted[k]))]
                for k, d in enumerate(site.ground.system.first)
            )
            assume(site.ground.admitted(state) & self.mask)
            return state
        possible = [s for s in listed if site.ground.admitted(s) & self.mask]
        if not possible:
            reject()
        return possible[
            self.choose(len(possible), None if wanted is None else possible.index(wanted))
        ]
