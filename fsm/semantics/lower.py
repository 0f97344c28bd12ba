"""From a spec to integers: unfold copies, choices, fields and nesting (design, section 5).

The result is a `System` and, for properties, the same translation of expressions.
"""

from collections.abc import Iterator, Sequence
from itertools import product

from msgspec.structs import replace

from fsm.errors import UsageError
from fsm.expressions import ArrayType, ClockRead, IntType, Op, Type
from fsm.model import Event, Field, Initial, Machine, Property, Spec, Timing, Transition
from fsm.semantics import ir
from fsm.semantics.formulas import expressions, property_tests
from fsm.semantics.layout import (
    Layout,
    bounds,
    chain_of,
    copies,
    encode,
    instantiated,
    leaf_of,
    make_layout,
    scalars,
    shape,
)  # fmt: skip
from fsm.semantics.lower_expressions import Lowering
from fsm.semantics.lowered import (
    Action,
    ClockInfo,
    Edge,
    EventInstance,
    SlotInfo,
    SlotKind,
    System,
    Write,
)  # fmt: skip
from fsm.semantics.rules import Rule, Way, locals_of
from fsm.semantics.trace import Bindings, instance_name
from fsm.semantics.units import unit_of

EDGE_LIMIT = 500_000


def lower(spec: Spec) -> tuple[System, Lowering]:
    """Translate a spec.

    Raises `UsageError` F607 where unfolding would give more than half a million edges.
    Complexity: linear in what is unfolded.
    """
    return _Lowerer(spec).run()


class _Lowerer:
    """One translation; the lists grow in the order of the spec."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.unit = unit_of(spec)
        self.layout: Layout = make_layout(spec)
        self.slots = list(self.layout.slots)
        self.clocks: dict[int, ClockInfo] = {}
        self.named: dict[str, tuple[int, int | None]] = {}
        self.timers: dict[tuple[int, str], int] = {}
        self.events: list[EventInstance] = []
        self.actions: list[Action] = []
        self.by_event: dict[tuple[str, int | None], list[int]] = {}
        self.edges: list[Edge] = []
        self.heard: dict[int, dict[int, None]] = {}  # processes that mention an action
        self.lowering = Lowering(spec, self.layout, self.unit or 1, self.named)

    def run(self) -> tuple[System, Lowering]:
        self._named_clocks()
        self._alphabet()
        for machine in self.spec.all_machines():
            owner = instantiated(self.spec, machine)
            for copy in copies(self.spec.copies_of(owner or machine.name)):
                self._timers_of(machine, copy)
        self._all_edges()
        self._mentions()
        for property_ in self.spec.properties:
            self._look_at(property_)
        for slot, limit in self.lowering.limits.items():
            self.slots[slot] = replace(self.slots[slot], high=limit + 1)
        where = self.spec.initial_where
        system = System(
            self.spec, self.unit, tuple(self.slots), self.layout.processes, tuple(self.events),
            tuple(self.actions), tuple(self.edges), tuple(self.clocks.values()),
            tuple(self._first()), ir.TRUE if where is None else self.lowering.node(where.node, {}),
        )  # fmt: skip
        return system, self.lowering

    def _look_at(self, property_: Property) -> None:
        """Clocks must run as far as properties look at them."""
        for chosen in bindings(property_.each):
            env = {name: int(value) for name, value in chosen}
            for test in property_tests(property_):
                watched = self.lowering.watched(test, env)
                self.lowering.node(test, env, dict.fromkeys(watched, 0))

    # --- clocks -----------------------------------------------------------------------------

    def _named_clocks(self) -> None:
        """A slot for each copy of each named clock that something reads."""
        used = {n.clock for n in expressions(self.spec) if isinstance(n, ClockRead)}
        for scope in self.spec.scopes():
            owner = instantiated(self.spec, scope)
            count = None if owner is None else self.spec.copies_of(owner)
            for clock in (c for c in scope.clocks if c.name in used):
                self.named[clock.name] = (len(self.slots), count)
                for copy in copies(count):
                    slot = self._clock_slot(instance_name(clock.name, copy, owner or ""))
                    self.clocks[slot] = ClockInfo(slot, None, frozenset(), None)
        for scope in self.spec.scopes():  # pauses may read any clock: only now
            for clock in (c for c in scope.clocks if c.name in used and c.paused_when):
                base, count = self.named[clock.name]
                for copy in copies(count):
                    slot = base + (copy or 0)
                    assert clock.paused_when is not None
                    paused = self.lowering.node(clock.paused_when.node, _index(copy))
                    self.clocks[slot] = ClockInfo(slot, None, frozenset(), paused)

    def _clock_slot(self, name: str) -> int:
        self.slots.append(SlotInfo(name, SlotKind.CLOCK, 0, 1))
        return len(self.slots) - 1

    def _timers_of(self, machine: Machine, copy: int | None) -> None:
        """A slot for the time in each state that some transition measures."""
        process = self.layout.process(machine.name, copy)
        leaves = self.layout.processes[process].leaves
        for transition in machine.transitions:
            if transition.timing is None or transition.timing.clock is not None:
                continue
            for source in transition.sources or ("",):
                if (process, source) not in self.timers:
                    name = f"{self.layout.processes[process].name}@{source}"
                    slot = self._clock_slot(name)
                    self.timers[process, source] = slot
                    inside = _leaves_under(machine, leaves, source)
                    self.clocks[slot] = ClockInfo(
                        slot, process if source else None, frozenset(inside), None
                    )

    # --- events -----------------------------------------------------------------------------

    def _alphabet(self) -> None:
        for scope in self.spec.scopes():
            owner_scope = instantiated(self.spec, scope)
            count = None if owner_scope is None else self.spec.copies_of(owner_scope)
            for event in scope.events:
                for copy in copies(count):
                    name = instance_name(event.name, copy, owner_scope or "")
                    self.events.append(EventInstance(name, event.name, event.fair))
                    self.by_event[event.name, copy] = list(self._instances(event, copy, name))

    def _instances(self, event: Event, copy: int | None, name: str) -> Iterator[int]:
        owner = None
        if event.owner is not None:
            number = copy if event.owner.copy is None else event.owner.copy
            owner = self.layout.process(event.owner.machine, number)
        for fields in bindings(event.fields):
            yield len(self.actions)
            self.actions.append(
                Action(
                    name, fields, len(self.events) - 1, owner, (), event.urgent, event.sync_all,
                    event.priority, "strategy" in event.tags,
                )
            )  # fmt: skip
            if len(self.actions) > EDGE_LIMIT:
                raise _too_large()

    def _mentions(self) -> None:
        """Who mentions each action, the owner first, though a mutant left it no transition. A guard
        that is never true mentions, too."""
        for number, action in enumerate(self.actions):
            owner = () if action.owner is None else (action.owner,)
            others = sorted(set(self.heard.get(number, ())).difference(owner))
            self.actions[number] = replace(action, mentioned=(*owner, *others))

    # --- edges ------------------------------------------------------------------------------

    def _all_edges(self) -> None:
        """Process after process."""
        for process in self.layout.processes:
            place, machine = self.layout.machines[process.machine], self._machine(process.machine)
            which = (process.slot - place.base) // place.stride
            for transition in machine.transitions:
                self._edges(
                    machine, process.slot, None if place.copies is None else which, transition
                )

    def _edges(
        self, machine: Machine, process: int, copy: int | None, transition: Transition
    ) -> None:  # fmt: skip
        ways = list(self._ways(machine, process, transition))
        read = sorted(locals_of(transition))
        rules: dict[tuple[int | None, ...], Rule] = {}  # by the values of the names that it reads
        for action, bound in self._actions(transition, copy):
            if action is not None:
                self.heard.setdefault(action, {})[process] = None
            fields = () if action is None else self.actions[action].fields
            for chosen in bindings(transition.choose):
                env = _index(copy) | self._codes(transition, action, fields, (*bound, *chosen))
                values = tuple(env.get(name) for name in read)
                if values not in rules:
                    rules[values] = self._rule(transition, process, ways, env)
                rule = rules[values]
                for way in ways if rule.guard != ir.FALSE else ():
                    enabled, forced = rule.timed[way.source]
                    self.edges.append(Edge(
                        len(self.edges), process, transition.number, way.leaf, way.depth, action,
                        (*bound, *chosen), enabled, forced, way.target, rule.writes,
                        (*rule.static, *way.restarts), rule.dynamic, transition.priority,
                    ))  # fmt: skip
                    if len(self.edges) > EDGE_LIMIT:
                        raise _too_large()

    def _ways(self, machine: Machine, process: int, transition: Transition) -> Iterator[Way]:
        leaves = self.layout.processes[process].leaves
        for k, leaf in enumerate(leaves):
            names = [s.name for s in chain_of(machine, leaf)]
            # The innermost of its sources counts: a transition is enabled once in a state.
            inside = [s for s in names if s in transition.sources] if transition.sources else [""]
            if inside:
                source = inside[0]
                depth = len(names) - names.index(source) if source else 0
                target, restarts = self._target(machine, process, names, transition.target)
                yield Way(k, source, depth, leaves.index(target) if target else k, restarts)

    def _rule(
        self, transition: Transition, process: int, ways: Sequence[Way], env: dict[str, int]
    ) -> Rule:
        asked = transition.guard
        guard = ir.TRUE if asked is None else self.lowering.node(asked.node, env)
        if guard == ir.FALSE:
            return Rule(guard, {}, (), (), ())
        writes = tuple(self._writes(transition, env))
        resets = tuple(self._resets(transition, env))
        static = tuple(r.index for r in resets if isinstance(r, ir.Slot))
        dynamic = tuple(r for r in resets if isinstance(r, ir.Indexed))
        timed = {
            source: self._timed(transition.timing, process, source, guard, env)
            for source in dict.fromkeys(way.source for way in ways)
        }
        return Rule(guard, timed, writes, static, dynamic)

    def _actions(
        self, transition: Transition, copy: int | None
    ) -> Iterator[tuple[int | None, Bindings]]:
        """The actions that a transition goes with, and the index it binds for each."""
        ref = transition.event
        if ref is None:
            yield None, ()
        elif ref.binds:
            count = next(c for e, c in reversed(self.by_event) if e == ref.event)
            for which in range((count or 0) + 1):
                for action in self.by_event[ref.event, which]:
                    yield action, ((ref.binds, which),)
        else:
            which_copy = None
            if ref.copy is not None:
                node = self.lowering.node(ref.copy, _index(copy))
                assert isinstance(node, ir.Const)
                which_copy = node.value
            for action in self.by_event[ref.event, which_copy]:
                yield action, ()

    def _codes(
        self, transition: Transition, action: int | None, fields: Bindings, chosen: Bindings
    ) -> dict[str, int]:
        types = {f.name: f.type for f in transition.choose}
        if action is not None:
            declared = self.events[self.actions[action].event].declared
            types |= {f.name: f.type for f in self._event(declared).fields}
        return {n: encode(v, types.get(n, IntType())) for n, v in (*fields, *chosen)}

    def _event(self, declared: str) -> Event:
        return next(e for s in self.spec.scopes() for e in s.events if e.name == declared)

    def _timed(
        self, timing: Timing | None, process: int, source: str, guard: ir.Node, env: dict[str, int]
    ) -> tuple[ir.Node, ir.Node | None]:
        """The enabling condition with its bounds, and the one that stops time (rule 3.7)."""
        if timing is None:
            return guard, None
        if timing.clock is None:
            clock: ir.Node = ir.Slot(self.timers[process, source])
        else:
            clock = self.lowering.clock(timing.clock, env)
        forced = None
        enabled: list[ir.Node] = []
        if timing.lower is not None:
            lower = self.lowering.node(timing.lower.node, env)
            enabled.append(self.lowering.test(clock, Op.GE, lower))
        if timing.upper is not None:
            upper = self.lowering.node(timing.upper.node, env)
            if timing.forced:
                forced = ir.conjunction(self.lowering.test(clock, Op.GE, upper), guard)
            else:
                enabled.append(self.lowering.test(clock, Op.LE, upper))
        # The guard is read only where time allows the transition.
        return ir.conjunction(*enabled, guard), forced

    def _target(
        self, machine: Machine, process: int, old: list[str], target: str
    ) -> tuple[str, tuple[int, ...]]:
        """The leaf entered, and the timers that restart: all but those of enclosing states in
        which the machine stays."""
        if not target:
            return "", ()
        leaf = leaf_of(machine, target)
        new = [s.name for s in chain_of(machine, leaf)]
        outside = new[new.index(target) + 1 :]
        goes_on = {s for s in outside if s in old} | {""}
        mine = ((source, slot) for (p, source), slot in self.timers.items() if p == process)
        return leaf, tuple(slot for source, slot in mine if source not in goes_on)

    def _writes(self, transition: Transition, env: dict[str, int]) -> Iterator[Write]:
        for update in transition.updates:
            place = self.layout.variables[update.variable]
            assert place.type is not None
            low, high = bounds(shape(place.type)[1])
            target = self.lowering.variable(update.variable, update.copy, update.indices, env)
            value = self.lowering.node(update.value.node, env)
            yield Write(target, value, low, high, update.variable)

    def _resets(self, transition: Transition, env: dict[str, int]) -> Iterator[ir.Node]:
        for clock in transition.resets:
            if clock.clock in self.named:
                yield self.lowering.clock(clock, env)

    # --- the start --------------------------------------------------------------------------

    def _first(self) -> Iterator[Sequence[int]]:
        for machine in (self._machine(p.machine) for p in self.layout.processes):
            leaves = self.layout.processes[self.layout.machines[machine.name].base].leaves
            yield (leaves.index(leaf_of(machine, machine.initial)),)
        for scope in self.spec.scopes():
            owner = instantiated(self.spec, scope)
            count = None if owner is None else self.spec.copies_of(owner)
            for variable in scope.variables:
                for copy in copies(count):
                    yield from self._values(variable.initial, variable.type, copy)
        for _ in self.clocks:
            yield (0,)

    def _machine(self, name: str) -> Machine:
        """The machine of this qualified name."""
        return next(m for m in self.spec.all_machines() if m.name == name)

    def _values(self, initial: Initial, type_: Type, copy: int | None) -> Iterator[Sequence[int]]:
        """The initial codes of each slot of a value; a formula serves every element."""
        if isinstance(initial, tuple):
            assert isinstance(type_, ArrayType)
            for inner in initial:
                yield from self._values(inner, type_.element, copy)
            return
        if initial is None:
            low, high = bounds(shape(type_)[1])
            codes: Sequence[int] = range(low, high + 1)  # may be long: never listed
        else:
            node = self.lowering.node(initial.node, _index(copy))
            assert isinstance(node, ir.Const), "validated: the start is a constant"
            codes = (node.value,)
        yield from (codes for _ in range(scalars(type_)))


def _too_large() -> UsageError:
    return UsageError(
        "F607",
        f"the spec unfolds to more than {EDGE_LIMIT} transitions",
        "give fields and choices smaller domains, or make fewer copies",
    )


def bindings(fields: tuple[Field, ...]) -> Iterator[Bindings]:
    """Every choice of values, in order: the last field varies fastest."""
    for values in product(*(f.values for f in fields)):
        yield tuple((f.name, v) for f, v in zip(fields, values, strict=True))


def _index(copy: int | None) -> dict[str, int]:
    return {} if copy is None else {"index": copy}


def _leaves_under(machine: Machine, leaves: tuple[str, ...], source: str) -> list[int]:
    return [
        k
        for k, leaf in enumerate(leaves)
        if not source or any(s.name == source for s in chain_of(machine, leaf))
    ]
