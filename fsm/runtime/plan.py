"""What can be worked out about a spec in one variant before it runs: who hears what, where.

A plan is shared by every runtime of the same spec and variant; it holds no state of a run.
"""

from collections.abc import Mapping
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from fsm.expressions import ClockRead, Scalar, walk
from fsm.model import Spec, Transition
from fsm.runtime.compiled import Compiler
from fsm.runtime.options import Arm, Ear, Option, option_of
from fsm.semantics.instances import EventInstance, Instances, Process, choices, enclosing
from fsm.semantics.trace import Bindings
from fsm.semantics.units import durations, unit_of
from fsm.semantics.values import View, evaluate


class Occasion(Struct, frozen=True, eq=False):
    """An event instance with everybody who may take part, its owner first."""

    event: EventInstance
    owner: str | None
    fields: tuple[Bindings, ...]
    ears: tuple[Ear, ...]


class Plan:
    """A spec in one variant: its occasions, spontaneous transitions, clocks and deadlines."""

    def __init__(self, spec: Spec, variant: Mapping[str, Scalar]) -> None:
        self.spec, self.variant = spec, dict(variant)
        self.unit = unit_of(spec)
        self.instances = Instances(spec)
        self._compiler = Compiler(self.instances, self.variant, self.unit or 1)
        processes = self.instances.processes
        self.options = {p.name: self._options(p) for p in processes}
        self.occasions = tuple(self._occasion(e) for e in self.instances.events)
        self.by_event = {o.event.name: o for o in self.occasions}
        self.urgent = tuple(o for o in self.occasions if o.event.event.urgent)
        self.alone = tuple(
            Ear(p, None, tuple((o, ()) for o in self.options[p.name] if o.transition.event is None))
            for p in processes
        )
        self.ears = {
            p.name: [e for o in self.occasions for e in o.ears if e.process is p] for p in processes
        }
        for ear in self.alone:
            self.ears[ear.process.name].append(ear)
        self.urgent_states = {
            (p.name, state.name)
            for p in processes
            for state in p.machine.states
            if any(around.urgent for around in enclosing(p.machine, state.name))
        }
        self.pauses = tuple(
            (c.name, self._compiler.inside(c.copy).compile(c.clock.paused_when.node),
             {} if c.copy is None else {"index": c.copy})
            for c in self.instances.clocks if c.clock.paused_when is not None
        )  # fmt: skip
        self.where = (
            None if spec.initial_where is None else self._compiler.compile(spec.initial_where.node)
        )
        self.turns = self._turns()
        self.watched = _Watched(self)

    def _options(self, process: Process) -> tuple[Option, ...]:
        compiler = self._compiler.inside(process.copy)
        return tuple(option_of(process, t, compiler) for t in process.machine.transitions)

    def _occasion(self, event: EventInstance) -> Occasion:
        owner = self.instances.owner_of(event)
        ears = []
        for process in self.instances.processes:
            heard = tuple(
                (option, bound)
                for option in self.options[process.name]
                if (bound := self._heard(process, option.transition, event)) is not None
            )
            if heard or process.name == owner:
                ears.append(Ear(process, event, heard))
        ears.sort(key=lambda ear: ear.process.name != owner)
        return Occasion(event, owner, tuple(choices(event.event.fields)), tuple(ears))

    def _heard(
        self, process: Process, transition: Transition, event: EventInstance
    ) -> Bindings | None:
        """What the transition learns when it goes with the event instance; None if it does not.

        The copy that it listens to reads at most `index` and constants, so it is known here.
        """
        ref = transition.event
        if ref is None or ref.event != event.event.name:
            return None
        if ref.binds:
            return ((ref.binds, int(event.copy or 0)),)
        copy = None
        if ref.copy is not None:
            here = View(self.instances, self.variant, {}, {}, {}, 1).inside(process.copy)
            copy = evaluate(ref.copy, here)
        meant = self.instances.resolve(ref.event, copy, process.copy)
        return () if meant == event.name else None

    def _turns(self) -> tuple[int, ...]:
        """The readings, in units, at which a test of a clock may turn: each duration of the
        variant, and one unit later."""
        if self.unit is None:
            return ()
        fixed = tuple(replace(c, values=(self.variant[c.name],)) for c in self.spec.configuration)
        measured = durations(replace(self.spec, configuration=fixed, properties=()))
        units = {d // self.unit for d in measured}
        return tuple(sorted(units | {u + 1 for u in units}))


class _Watched:
    """Which clocks can block time, while a machine instance is in a state: worked out when first
    asked, since few of all states are ever visited."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._cache: dict[tuple[str, str], tuple[tuple[Arm, ...], frozenset[str]]] = {}
        self._pausing = frozenset(
            instance.name
            for instance in plan.instances.clocks
            if any(
                isinstance(node, ClockRead) and node.clock == instance.clock.name
                for pausing in plan.instances.clocks
                if pausing.clock.paused_when is not None
                for node in walk(pausing.clock.paused_when.node)
            )
        )

    def of(self, process: str, leaf: str) -> tuple[tuple[Arm, ...], frozenset[str]]:
        """The forced arms of the machine instance in `leaf`, and the instances of the clocks that
        say when it lets no time pass."""
        found = self._cache.get((process, leaf))
        if found is None:
            found = self._cache[process, leaf] = self._of(process, leaf)
        return found

    def _of(self, process: str, leaf: str) -> tuple[tuple[Arm, ...], frozenset[str]]:
        forced: list[Arm] = []
        clocks = set(self._pausing)
        for ear in self._plan.ears[process]:
            urgent = ear.event is not None and ear.event.event.urgent
            for choice in ear.choices():
                for arm in (a for level in ear.levels(leaf, choice) for a in level):
                    option = arm.option
                    if option.forced:
                        forced.append(arm)
                    if option.forced or urgent:
                        if option.upper is not None or option.lower is not None:
                            clocks.add(arm.clock)
                        clocks.update(
                            c.name for c in self._plan.instances.clocks
                            if c.clock.name in option.reads
                        )  # fmt: skip
        return tuple(forced), frozenset(clocks)


@lru_cache(maxsize=256)
def _plan(spec: "_Same", variant: Bindings, unit: int | None) -> Plan:
    return Plan(spec.spec if unit is None else replace(spec.spec, unit=unit), dict(variant))


class _Same:
    """A spec told apart by identity: to compare two of them takes longer than to plan."""

    __slots__ = ("spec",)

    def __init__(self, spec: Spec) -> None:
        self.spec = spec

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.spec is self.spec

    def __hash__(self) -> int:
        return id(self.spec)


def plan_of(spec: Spec, variant: Mapping[str, Scalar], unit: int | None = None) -> Plan:
    """The plan of a spec in a variant, shared by all who ask; `unit` stands in for the spec's.

    Raises `UsageError` F605 for a unit that does not divide a duration.
    """
    return _plan(_Same(spec), tuple(variant.items()), unit)
