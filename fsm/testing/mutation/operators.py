"""The mutants of a spec: each differs from it in one place, in a way that people get wrong."""

from collections.abc import Callable, Iterator

from msgspec.structs import replace

from fsm.model import Event, Machine, Spec, Transition
from fsm.semantics.units import unit_of
from fsm.testing.mutation.formulas import values_of
from fsm.testing.mutation.mutant import Mutant, Operator, neighbour
from fsm.testing.mutation.transitions import changes


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


# --- transitions----------------------------------------------------------------------------------


def _of_transitions(spec: Spec) -> Iterator[Mutant]:
    configuration = values_of(spec.configuration)
    unit = unit_of(spec)
    for machine in spec.all_machines():
        for transition in machine.transitions:
            found = changes(machine, transition, configuration, unit or 0, spec.unit is None)
            for change in found:
                changed = _with_transition(machine, change.transition)
                name = f"{change.operator.value}:{machine.name}:{transition.number}"
                yield Mutant(
                    f"{name}:{change.detail}" if change.detail else name,
                    change.operator, _with_machine(spec, changed), transition.at,
                    machine.name, transition.number, "", change.before, change.after,
                )  # fmt: skip


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
            if (other := neighbour(event.priority, levels)) is not None:
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
