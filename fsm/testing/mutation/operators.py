"""The mutants of a spec: each differs from it in one place, in a way that people get wrong."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum

from fsm.errors import Position
from fsm.expressions import Apply, BoolType, DurationType, Expr, IntType, Literal, Op
from fsm.model import Event, Formula, Machine, Spec, State, Timing, Transition
from fsm.semantics.layout import leaf_of
from fsm.semantics.units import unit_of
from fsm.spec.fold import fold
from fsm.spec.unparse import unparse
from fsm.testing.mutation.formulas import (
    Change,
    Configuration,
    comparisons_flipped,
    constants_shifted,
    interval_of,
    parts_dropped,
    values_of,
)


class Operator(Enum):
    """What was changed, in the order in which mutants are listed."""

    DROP_TRANSITION = "drop_transition"  # it never happens
    DROP_LISTENER = "drop_listener"  # the machine no longer hears the event at all
    REDIRECT = "redirect"  # it leads elsewhere, or nowhere
    DROP_GUARD = "drop_guard"
    NEGATE_GUARD = "negate_guard"
    DROP_CONJUNCT = "drop_conjunct"
    DROP_DISJUNCT = "drop_disjunct"
    FLIP_COMPARISON = "flip_comparison"
    SHIFT_CONSTANT = "shift_constant"
    MOVE_DEADLINE = "move_deadline"
    DROP_ASSIGNMENT = "drop_assignment"
    DROP_RESET = "drop_reset"
    DROP_PRIORITY = "drop_priority"
    SWAP_PRIORITY = "swap_priority"
    NOT_URGENT = "not_urgent"
    NOT_FAIR = "not_fair"


@dataclass(frozen=True, slots=True)
class Mutant:
    """A spec with one defect.

    `id` is stable as long as the transitions of the machine keep their places. `machine` and
    `number` say which transition was changed (`machine` "" and `number` None: an event or a state,
    named by `subject`, was). `before` and `after` are the part that differs, as the spec writes
    it; "" where it is left out. `removed` are the numbers of transitions that are gone altogether.
    """

    id: str
    operator: Operator
    spec: Spec
    at: Position
    machine: str = ""
    number: int | None = None
    subject: str = ""
    before: str = ""
    after: str = ""
    removed: tuple[int, ...] = ()


_NEVER = Formula(Literal(False, BoolType()), "false")


@dataclass(frozen=True, slots=True)
class _Detail:
    """One way to change a transition."""

    operator: Operator
    detail: str
    transition: Transition
    before: str = ""
    after: str = ""


def mutants(spec: Spec) -> Iterator[Mutant]:
    """Every mutant, in the order of operators and of the spec; none is equal to the spec or to
    another one.

    What the loader would refuse does not arise: comparisons that nothing can decide differently,
    values outside a range, deadlines below zero.
    Complexity: linear in the number of mutants, each of which shares all but one machine.
    """
    found = [*_of_transitions(spec), *_of_listeners(spec), *_of_events(spec), *_of_states(spec)]
    order = {operator: k for k, operator in enumerate(Operator)}
    seen = {spec}
    for mutant in sorted(found, key=lambda m: order[m.operator]):  # stable
        if mutant.spec not in seen:
            seen.add(mutant.spec)
            yield mutant


# --- transitions ----------------------------------------------------------------------------------


def _of_transitions(spec: Spec) -> Iterator[Mutant]:
    configuration = values_of(spec.configuration)
    unit = unit_of(spec)
    for machine in spec.all_machines():
        for transition in machine.transitions:
            changes = _changes(machine, transition, configuration, unit or 0, spec.unit is None)
            for change in changes:
                changed = _with_transition(machine, change.transition)
                name = f"{change.operator.value}:{machine.name}:{transition.number}"
                yield Mutant(
                    f"{name}:{change.detail}" if change.detail else name,
                    change.operator, _with_machine(spec, changed), transition.at,
                    machine.name, transition.number, "", change.before, change.after,
                )  # fmt: skip


def _changes(
    machine: Machine, t: Transition, configuration: Configuration, unit: int, free: bool
) -> Iterator[_Detail]:
    """`unit`: of time, in milliseconds; `free`: the spec does not insist on it."""
    yield _Detail(Operator.DROP_TRANSITION, "", replace(t, guard=_NEVER))
    yield from _redirected(machine, t)
    if t.guard is not None:
        yield from _of_guard(t, t.guard, configuration, unit)
    if t.timing is not None:
        yield from _of_timing(t, t.timing, configuration, unit, free)
    for k, update in enumerate(t.updates):
        rest = (*t.updates[:k], *t.updates[k + 1 :])
        text = f"{update.variable} := {update.value.text}"
        yield _Detail(Operator.DROP_ASSIGNMENT, str(k), replace(t, updates=rest), text)
        shifted = constants_shifted(update.value.node, configuration, unit)
        for n, change in enumerate(shifted):
            new = replace(update, value=_formula(change.whole))
            updates = (*t.updates[:k], new, *t.updates[k + 1 :])
            after = f"{update.variable} := {new.value.text}"
            detail = f"{k}.{n}"
            yield _Detail(Operator.SHIFT_CONSTANT, detail, replace(t, updates=updates), text, after)
    for k, reset in enumerate(t.resets):
        resets = (*t.resets[:k], *t.resets[k + 1 :])
        yield _Detail(Operator.DROP_RESET, str(k), replace(t, resets=resets), reset.clock)
    if t.priority is not None:
        levels = {o.priority for o in machine.transitions if o.priority is not None}
        yield _Detail(Operator.DROP_PRIORITY, "", replace(t, priority=None), str(t.priority))
        if (other := _neighbour(t.priority, levels)) is not None:
            yield _Detail(
                Operator.SWAP_PRIORITY, "", replace(t, priority=other), str(t.priority), str(other)
            )


def _redirected(machine: Machine, t: Transition) -> Iterator[_Detail]:
    """To the states that the spec lists before and after the target, and to nowhere."""
    if not t.target:
        return
    leaf = leaf_of(machine, t.target)
    others = [s.name for s in machine.states if s.name == t.target or _leaf(machine, s) != leaf]
    place = others.index(t.target)
    around = dict.fromkeys((others[(place + 1) % len(others)], others[place - 1]))
    for target in around:
        if target != t.target:
            yield _Detail(Operator.REDIRECT, target, replace(t, target=target), t.target, target)
    if t.event is not None or t.updates or t.resets:
        yield _Detail(Operator.REDIRECT, "-", replace(t, target=""), t.target)


def _leaf(machine: Machine, state: State) -> str:
    return leaf_of(machine, state.name)


def _of_guard(
    t: Transition, guard: Formula, configuration: Configuration, unit: int
) -> Iterator[_Detail]:
    node = guard.node

    def each(operator: Operator, changes: Iterator[Change]) -> Iterator[_Detail]:
        for k, change in enumerate(changes):
            after = "" if change.after is None else unparse(change.after)
            changed = replace(t, guard=_formula(change.whole))
            yield _Detail(operator, str(k), changed, unparse(change.before), after)

    yield _Detail(Operator.DROP_GUARD, "", replace(t, guard=None), guard.text)
    opposite = _formula(Apply(Op.NOT, (node,)))
    yield _Detail(Operator.NEGATE_GUARD, "", replace(t, guard=opposite), guard.text, opposite.text)
    yield from each(Operator.DROP_CONJUNCT, parts_dropped(node, Op.AND))
    yield from each(Operator.DROP_DISJUNCT, parts_dropped(node, Op.OR))
    yield from each(Operator.FLIP_COMPARISON, comparisons_flipped(node, configuration))
    yield from each(Operator.SHIFT_CONSTANT, constants_shifted(node, configuration, unit))


def _of_timing(
    t: Transition, timing: Timing, configuration: Configuration, unit: int, free: bool
) -> Iterator[_Detail]:
    """Each bound a unit earlier and later, and doubled; both at once where they are the same.

    Where the bound is a single unit, and the spec does not insist on it, half of one.
    """
    lower, upper = timing.lower, timing.upper
    if lower is not None and lower == upper:
        for how, new in _moved(lower, configuration, unit, free):
            moved = replace(timing, lower=new, upper=new)
            yield _deadline(t, moved, how, lower, new)
        return
    if lower is not None:
        highest = None if upper is None else interval_of(upper.node, configuration)[0]
        for how, new in _moved(lower, configuration, unit, free):
            latest = interval_of(new.node, configuration)[1]
            if highest is None or (latest is not None and latest <= highest):
                yield _deadline(t, replace(timing, lower=new), f"lower.{how}", lower, new)
    if upper is not None:
        lowest = None if lower is None else interval_of(lower.node, configuration)[1]
        for how, new in _moved(upper, configuration, unit, free):
            earliest = interval_of(new.node, configuration)[0]
            if lowest is None or (earliest is not None and earliest >= lowest):
                yield _deadline(t, replace(timing, upper=new), f"upper.{how}", upper, new)


def _moved(
    bound: Formula, configuration: Configuration, unit: int, free: bool
) -> Iterator[tuple[str, Formula]]:
    least = interval_of(bound.node, configuration)[0]
    if least is None:
        return
    step = unit // 2 if free and least == unit and unit % 2 == 0 else unit
    span = Literal(step, DurationType())
    if least >= step:
        yield "earlier", _formula(Apply(Op.SUB, (bound.node, span)))
    yield "later", _formula(Apply(Op.ADD, (bound.node, span)))
    if least > 0:
        twice = Literal(2, IntType(2, 2))
        yield "doubled", _formula(Apply(Op.MUL, (twice, bound.node)))


def _deadline(t: Transition, timing: Timing, how: str, old: Formula, new: Formula) -> _Detail:
    before, after = unparse(fold(old.node)), new.text
    return _Detail(Operator.MOVE_DEADLINE, how, replace(t, timing=timing), before, after)


# --- machines, events, states ---------------------------------------------------------------------


def _of_listeners(spec: Spec) -> Iterator[Mutant]:
    """A machine that hears an event by several transitions, and now by none."""
    owners = {e.name: e.owner for s in spec.scopes() for e in s.events}
    for machine in spec.all_machines():
        heard: dict[str, list[Transition]] = {}
        for t in machine.transitions:
            if t.event is not None:
                heard.setdefault(t.event.event, []).append(t)
        for event, mine in heard.items():
            owner = owners[event]
            if len(mine) < 2 or owner is None or owner.machine == machine.name:
                continue
            left = [t for t in machine.transitions if t not in mine]
            changed = replace(
                machine, transitions=tuple(replace(t, number=k) for k, t in enumerate(left))
            )
            yield Mutant(
                f"{Operator.DROP_LISTENER.value}:{machine.name}:{event}",
                Operator.DROP_LISTENER,
                _with_machine(spec, changed),
                mine[0].at,
                machine.name,
                subject=event,
                removed=tuple(t.number for t in mine),
            )


def _of_events(spec: Spec) -> Iterator[Mutant]:
    events = [event for scope in spec.scopes() for event in scope.events]
    levels = {e.priority for e in events if e.priority is not None}
    for event in events:
        if event.urgent:
            yield _event(spec, Operator.NOT_URGENT, event, replace(event, urgent=False))
        if event.fair is not None:
            yield _event(
                spec, Operator.NOT_FAIR, event, replace(event, fair=None), event.fair.value
            )
        if event.priority is not None:
            text = str(event.priority)
            yield _event(spec, Operator.DROP_PRIORITY, event, replace(event, priority=None), text)
            if (other := _neighbour(event.priority, levels)) is not None:
                changed = replace(event, priority=other)
                yield _event(spec, Operator.SWAP_PRIORITY, event, changed, text, str(other))


def _event(
    spec: Spec, operator: Operator, old: Event, new: Event, before: str = "", after: str = ""
) -> Mutant:
    def renew(events: tuple[Event, ...]) -> tuple[Event, ...]:
        return tuple(new if e.name == old.name else e for e in events)

    changed = replace(
        _each_machine(spec, lambda m: replace(m, events=renew(m.events))), events=renew(spec.events)
    )
    groups = tuple(replace(g, events=renew(g.events)) for g in changed.groups)
    return Mutant(
        f"{operator.value}:{old.name}", operator, replace(changed, groups=groups), old.at,
        "", None, old.name, before, after,
    )  # fmt: skip


def _of_states(spec: Spec) -> Iterator[Mutant]:
    for machine in spec.all_machines():
        for state in machine.states:
            if state.urgent:
                calm = replace(state, urgent=False)
                states = tuple(calm if s is state else s for s in machine.states)
                subject = f"{machine.name}.{state.name}"
                yield Mutant(
                    f"{Operator.NOT_URGENT.value}:{subject}", Operator.NOT_URGENT,
                    _with_machine(spec, replace(machine, states=states)), state.at,
                    machine.name, None, state.name,
                )  # fmt: skip


# --- the common part ------------------------------------------------------------------------------


def _neighbour(level: int, levels: set[int]) -> int | None:
    """The next higher level, else the next lower one."""
    higher, lower = [n for n in levels if n > level], [n for n in levels if n < level]
    return min(higher) if higher else max(lower, default=None)


def _formula(node: Expr) -> Formula:
    folded = fold(node)
    return Formula(folded, unparse(folded))


def _with_transition(machine: Machine, transition: Transition) -> Machine:
    transitions = tuple(
        transition if t.number == transition.number else t for t in machine.transitions
    )
    return replace(machine, transitions=transitions)


def _with_machine(spec: Spec, machine: Machine) -> Spec:
    return _each_machine(spec, lambda m: machine if m.name == machine.name else m)


def _each_machine(spec: Spec, change: Callable[[Machine], Machine]) -> Spec:
    return replace(
        spec,
        machines=tuple(map(change, spec.machines)),
        groups=tuple(replace(g, machines=tuple(map(change, g.machines))) for g in spec.groups),
    )
