"""Machines of the `transitions` library, one for each machine instance of a spec.

A machine alone cannot decide what happens, since an event may move several of them at once. So the
runtime says who takes part in a step, and each machine moves by its own trigger: its condition
lets through the transition that was chosen and nothing else, `before` writes the values that the
step assigns, and entering and leaving states starts and ends their clocks.
"""

import logging
from typing import Any, Protocol

from transitions import Machine
from transitions.extensions.nesting import HierarchicalMachine, NestedState

from fsm.model import State, Transition
from fsm.semantics.instances import Process, enclosing, leaf_entered

# The library tells each step of each machine at level DEBUG. Whoever wants that sets a level.
if (_logger := logging.getLogger("transitions")).level == logging.NOTSET:
    _logger.setLevel(logging.WARNING)

SEPARATOR = "."


class Stage(Protocol):
    """What the machines ask of the runtime, and tell it."""

    def is_chosen(self, process: str, transition: int) -> bool:
        """Does the step that is under way move this machine by this transition?"""

    def write(self, process: str) -> None:
        """Make the assignments and resets of its part in the step."""

    def entered(self, process: str, state: str, leaf: bool) -> None:
        """The machine is in this state now, for the first time or anew."""

    def left(self, process: str, state: str) -> None:
        """The machine is no longer in this state."""


class _DottedState(NestedState):
    """Nested states are named `outer.inner`: ids of a spec have no dots."""

    separator = SEPARATOR


class FlatMachine(Machine):
    """A machine without nested states; `trigger_event` as its hierarchical sister has it."""

    def trigger_event(self, model: object, trigger: str, **told: object) -> bool:
        """Process an event. True where a transition was executed."""
        return self.events[trigger].trigger(model, **told)


class NestedMachine(HierarchicalMachine):
    """A machine with nested states."""

    state_cls = _DottedState


RuntimeMachine = FlatMachine | NestedMachine


def path(process: Process, state: str) -> str:
    """What `transitions` calls a state: `outer.inner`; in a machine without nesting, its id."""
    return SEPARATOR.join(s.name for s in reversed(enclosing(process.machine, state)))


def trigger_of(transition: Transition) -> str:
    """The trigger of a transition: its event as declared; `spontaneous` without one, which is no
    event's name, as every event of a spec is declared."""
    return transition.event.event if transition.event else "<spontaneous>"


def build_machine(process: Process, stage: Stage) -> RuntimeMachine:
    """The machine of an instance, in its initial state. Its callbacks get an `EventData`, whose
    keyword `occurrence` is the step.

    Complexity: linear in the transitions, times the sources that each has.
    """
    machine = process.machine
    tops = [state for state in machine.states if not state.parent]
    made = _with_states(process, tops, stage)
    # Those without `from` come last, so that every transition with one is asked before.
    for transition in sorted(machine.transitions, key=lambda t: not t.sources):
        sources = transition.sources or tuple(state.name for state in tops)
        for source in sources:
            _add(made, process, transition, source, stage)
    return made


def _with_states(process: Process, tops: list[State], stage: Stage) -> RuntimeMachine:
    machine = process.machine
    states = [_configuration(process, state, stage) for state in tops]
    initial = path(process, leaf_entered(machine, machine.initial))
    if any(state.parent for state in machine.states):
        return NestedMachine(
            states=states, initial=initial, auto_transitions=False, send_event=True,
            name=process.name,
        )  # fmt: skip
    return FlatMachine(
        states=states, initial=initial, auto_transitions=False, send_event=True, name=process.name
    )


def _configuration(process: Process, state: State, stage: Stage) -> dict[str, Any]:
    """A state with everything inside it, as the library reads it."""
    name, id_, leaf = process.name, state.name, not state.initial
    configuration: dict[str, Any] = {
        "name": id_,
        "final": state.final,
        "on_enter": [lambda _: stage.entered(name, id_, leaf)],
        "on_exit": [lambda _: stage.left(name, id_)],
    }
    if state.initial:
        inner = [s for s in process.machine.states if s.parent == id_]
        configuration["initial"] = state.initial
        configuration["children"] = [_configuration(process, s, stage) for s in inner]
    return configuration


def _add(
    made: RuntimeMachine, process: Process, transition: Transition, source: str, stage: Stage
) -> None:
    trigger, number, name = trigger_of(transition), transition.number, process.name
    # The stubs of the library know neither internal transitions nor callables as conditions.
    event_class: Any = made.event_cls
    transition_class: Any = made.transition_cls
    events: dict[str, Any] = made.events
    if trigger not in events:
        events[trigger] = event_class(trigger, made)
    events[trigger].add_transition(
        transition_class(
            path(process, source),
            path(process, transition.target) if transition.target else None,
            conditions=lambda _: stage.is_chosen(name, number),
            before=lambda _: stage.write(name),
        )
    )
