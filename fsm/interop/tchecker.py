"""A timed spec in one variant as a model for TChecker: an independent judge of dense time.

The composition of machines is unfolded: each discrete state becomes locations of one process, so
that what is judged is what time does. Each box of clock values inside which time passes is a
location, with the upper ends of the box as its invariant; and since a deadline here is never lost,
while TChecker lets nobody into a location past its invariant, there is one in which no time passes.
Source: the file format of TChecker, doc/file-format.md in github.com/ticktac-project/tchecker.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from fsm.errors import UsageError
from fsm.explore.emit import Values
from fsm.explore.variants import Variants, make_variants
from fsm.expressions import Scalar
from fsm.interop.names import Namer
from fsm.model import Pattern, Property, Spec
from fsm.semantics.layout import encode
from fsm.semantics.lower import bindings, lower
from fsm.semantics.lower_expressions import Lowering
from fsm.semantics.lowered import SlotKind, System
from fsm.timed.boxes import Box, Where, closure_above, closure_below, meet
from fsm.timed.dbm import ZERO
from fsm.timed.monitor import Monitor
from fsm.timed.steps import Plan, TimedSuccessors

MOST = 20_000  # discrete states
STATES = (Pattern.NEVER, Pattern.ALWAYS, Pattern.REACHABLE)


class TChecker(Struct, frozen=True):
    """A model: its text, and for each property of which it has the label, for each value of its
    `each`, that label: reachable exactly where the property is violated, or is `reachable`."""

    text: str
    labels: tuple[tuple[Property, str], ...]


def to_tchecker(spec: Spec, variant: Mapping[str, Scalar] | None = None) -> TChecker:
    """The model of a spec in one variant; what `variant` leaves open has its first value.

    Raises      `UsageError` F603 for a variant that does not exist or in which no run starts, F730
                where a clock stands still, F731 where there are too many discrete states to list.
    Complexity  Linear in the discrete states, reached in time or not, and their steps.
    """
    system, lowering = lower(spec)
    chosen = {c.name: c.values[0] for c in spec.configuration} | dict(variant or {})
    family = _family(spec, lowering, chosen)
    if any(clock.paused is not None for clock in system.clocks):
        raise UsageError(
            "F730", f"a clock of {spec.name} stands still, and TChecker has no such clocks",
            "export a spec without paused_when, or ask fsm check",
        )  # fmt: skip
    return _Writer(spec, system, lowering, family, chosen).write()


def _family(spec: Spec, lowering: Lowering, chosen: Mapping[str, Scalar]) -> Variants:
    for c in spec.configuration:
        if chosen[c.name] not in c.values:
            raise UsageError("F603", f"{spec.name} has no variant with {c.name} = {chosen[c.name]}")
    if unknown := chosen.keys() - {c.name for c in spec.configuration}:
        raise UsageError("F603", f"{spec.name} has no switch or question {min(unknown)}")
    return make_variants(
        spec.configuration, lowering.codes, range(len(spec.configuration)), chosen
    )  # fmt: skip


class _Writer:
    """Writes one model."""

    def __init__(
        self, spec: Spec, system: System, lowering: Lowering, family: Variants,
        chosen: Mapping[str, Scalar],
    ) -> None:  # fmt: skip
        self.spec, self.system, self.chosen = spec, system, chosen
        self.successors = TimedSuccessors(system, family)
        self.names = names = Namer("n")
        self.name = names.fresh(spec.name)
        self.process, self.start = names.fresh("P"), names.fresh("start")
        self.by_time = names.fresh("tau")
        self.events = [names.fresh(f"on_{e.name}") for e in system.events]
        self.monitors: list[tuple[Monitor, str]] = []
        for property_ in spec.properties:
            types = {f.name: f.type for f in property_.each}
            if property_.formula is not None or property_.pattern not in STATES:
                continue
            for each in bindings(property_.each):
                env = {n: encode(v, types[n]) for n, v in each}
                monitor = Monitor(property_, env, system, lowering, family)
                if not monitor.remembers:
                    values = (str(int(v)).replace("-", "m") for _, v in each)
                    label = names.fresh("_".join([property_.name, *values]))
                    self.monitors.append((monitor, label))
        self.clocks = {
            k + 1: names.fresh(f"x_{s.name}")
            for k, s in enumerate(system.slots) if s.kind is SlotKind.CLOCK
        }  # fmt: skip
        self.places: dict[Values, int] = {}
        self.plans: list[Plan] = []
        self.used: set[int] = set()

    def write(self) -> TChecker:
        """The whole model."""
        starts = self._unfold()
        locations = [line for state, k in self.places.items() for line in self._location(state, k)]
        edges = [
            line
            for k in starts for there, box in self._copies(k)
            for line in self._edge(
                [self.start], there, self.by_time,
                _entering(box or (), (), frozenset(self.clocks)), (),
            )
        ]  # fmt: skip
        edges += [line for state, k in self.places.items() for line in self._edges(state, k)]
        found = [self.names.id(f"found_{k}") for k in range(len(self.monitors))]
        lines = [
            f"system:{self.name}", *self._header(), "",
            f"event:{self.by_time}", *(f"event:{event}" for event in self.events), "",
            *(f"clock:1:{name}" for k, name in self.clocks.items() if k in self.used), "",
            f"process:{self.process}",
            f"location:{self.process}:{self.start}{{initial: : urgent:}}", *locations,
            *(f"location:{self.process}:{place}{{labels: {label}}}"
              for place, (_, label) in zip(found, self.monitors, strict=True)),
            "", *edges,
        ]  # fmt: skip
        labels = tuple((m.property, label) for m, label in self.monitors)
        return TChecker("\n".join(lines) + "\n", labels)

    def _header(self) -> Iterator[str]:
        variant = ", ".join(f"{k} = {_plain(v)}" for k, v in self.chosen.items())
        yield f"# {self.spec.name}{f', with {variant}' if variant else ''}"
        if self.system.unit is not None:
            yield f"# One unit of time is {self.system.unit} ms."
        yield "# Is a label reachable?  tck-reach -a covreach -l LABEL FILE"
        for monitor, label in self.monitors:
            what = "reachable" if monitor.property.pattern is Pattern.REACHABLE else "violated"
            yield f"#   {label}: then {monitor.property.name} is {what}"
        told = {m.property.name for m, _ in self.monitors}
        for property_ in self.spec.properties:
            if property_.name not in told:
                yield f"#   {property_.name} is not here: it looks at more than one state."

    # --- discrete states ----------------------------------------------------------------------

    def _unfold(self) -> list[int]:
        """Number every discrete state; the numbers of the initial ones."""
        queue: deque[Values] = deque()

        def number(state: Values) -> int:
            if state not in self.places:
                if len(self.places) >= MOST:
                    raise UsageError(
                        "F731", f"{self.spec.name} has more than {MOST:,} discrete states",
                        "export a smaller instance: fewer copies, smaller ranges",
                    )  # fmt: skip
                self.places[state] = len(self.places)
                queue.append(state)
            return self.places[state]

        starts = [number(state) for state, mask in self.successors.initial() if mask]
        if not starts:
            raise UsageError("F603", f"no run of {self.spec.name} starts in this variant")
        while queue:
            plan = self.successors.plan(queue.popleft())
            self.plans.append(plan)
            for step in plan.steps:
                number(step.target)
                self._use(step.box)
            for _, boxes in plan.passing:
                for box in boxes:
                    self._use(box)
        for monitor, _ in self.monitors:
            for state in self.places:
                for box in self._met(monitor, state):
                    self._use(box)
        return starts

    def _use(self, box: Box) -> None:
        self.used |= {clock for i, j, _ in box for clock in (i, j) if clock}

    def _boxes(self, place: int) -> list[Box]:
        """Inside which disjoint boxes time passes."""
        return [box for _, found in self.plans[place].passing for box in found]

    def _copies(self, place: int) -> list[tuple[str, Box | None]]:
        """The locations of a state: one for each box in which time passes, and one without time."""
        boxes = self._boxes(place)
        found: list[tuple[str, Box | None]] = [
            (self.names.id(f"s{place}_{k}" if k else f"s{place}"), box)
            for k, box in enumerate(boxes)
        ]
        return found if boxes == [()] else [*found, (self.names.id(f"u{place}"), None)]

    def _location(self, state: Values, place: int) -> Iterator[str]:
        yield f"# {place}: {self._told(state)}"
        for name, box in self._copies(place):
            ends = () if box is None else tuple(c for c in closure_above(box) if c[0])
            what = "urgent:" if box is None else f"invariant: {self._text(ends)}" if ends else ""
            yield f"location:{self.process}:{name}{{{what}}}"

    def _told(self, state: Values) -> str:
        found = [f"{p.name} in {p.leaves[state[p.slot]]}" for p in self.system.processes]
        found += [f"{s.name} = {value}" for s, value in zip(self.system.slots, state, strict=True)
                  if s.kind is SlotKind.VARIABLE]  # fmt: skip
        return ", ".join(found)

    # --- edges --------------------------------------------------------------------------------

    def _edges(self, state: Values, place: int) -> Iterator[str]:
        copies = self._copies(place)
        here = [name for name, _ in copies]
        for step in self.plans[place].steps:
            action = self.successors.steps[step.number].action
            event = (
                self.by_time if action is None else self.events[self.system.actions[action].event]
            )
            resets = step.restarts & self.used
            for there, box in self._copies(self.places[step.target]):
                guard = _entering(box or (), step.box, resets)
                yield from self._edge(here, there, event, guard, sorted(resets))
        # From box to box as in `fsm.timed.elapse`: where one begins that the other leads to.
        for name, box in copies:
            for other, into in copies:
                if name != other and box is not None and into is not None:
                    for guard in (meet(box, closure_below(into)), closure_above(into)):
                        yield from self._edge([name], other, self.by_time, guard, ())
        for k, (monitor, _) in enumerate(self.monitors):
            for where in self._met(monitor, state):
                found = self.names.id(f"found_{k}")
                yield from self._edge(here, found, self.by_time, where, ())

    def _met(self, monitor: Monitor, state: Values) -> Iterator[Box]:
        bad: Where
        bad, faulty = monitor.bad(state, ())
        if faulty:
            raise monitor.refuse()
        yield from (box for _, box in bad)

    def _edge(
        self, here: Sequence[str], there: str, event: str, guard: Box | None,
        resets: Sequence[int],
    ) -> Iterator[str]:  # fmt: skip
        if guard is None:
            return
        parts = [f"provided: {self._text(guard)}"] if guard else []
        if resets:
            parts.append(f"do: {'; '.join(f'{self.clocks[k]}=0' for k in resets)}")
        for source in here:
            yield f"edge:{self.process}:{source}:{there}:{event}{{{' : '.join(parts)}}}"

    def _text(self, box: Box) -> str:
        found = []
        for i, j, bound in box:
            weak, units = bound & 1, bound >> 1
            if i:
                found.append(f"{self.clocks[i]}<{'=' if weak else ''}{units}")
            else:
                found.append(f"{self.clocks[j]}>{'=' if weak else ''}{-units}")
        return " && ".join(found)


def _entering(into: Box, guard: Box, resets: frozenset[int]) -> Box | None:
    """The guard with the lower ends of a box that is entered by these resets; None: never."""
    found: Box | None = guard
    for i, j, bound in into:
        if i == 0 and j not in resets and found is not None:
            found = meet(found, ((i, j, bound),))
        elif i == 0 and bound < ZERO:
            return None
    return found


def _plain(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
