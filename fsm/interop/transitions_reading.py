"""What a `transitions.Machine` says, read off as plain data: states, edges, timers, conditions.

Every variant of the library keeps the same tables (nested, asynchronous, locked, with graphs), so
they are read and nothing is called: no trigger, no callback, no condition.
"""

import re
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import partial
from typing import Any

from msgspec import Struct

from fsm.errors import UsageError

Path = tuple[str, ...]


class StateRead(Struct, frozen=True):
    """A state by its path from the top. `initial` is the inner state entered with it, () if none;
    `timeout` is in milliseconds, 0 if it has none, and `calls` is what its timer calls."""

    path: Path
    words: str
    initial: Path = ()
    final: bool = False
    tags: tuple[str, ...] = ()
    timeout: int = 0
    calls: tuple[str, ...] = ()
    retries: bool = False


class Edge(Struct, frozen=True):
    """One transition. `target` is () where it is internal; `conditions` must all be as said;
    `scope` is how deep the table lies that lists it, and deeper tables are asked first."""

    trigger: str
    source: Path
    target: Path
    conditions: tuple[tuple[str, bool], ...] = ()
    scope: int = 0


class MachineRead(Struct, frozen=True):
    """A whole machine. `generated` are the triggers `to_<state>`, and where they lead."""

    name: str
    states: tuple[StateRead, ...]
    edges: tuple[Edge, ...]
    starts: tuple[Path, ...]
    generated: Mapping[str, Path]
    callbacks: tuple[str, ...] = ()
    sourceless: tuple[str, ...] = ()
    models: int = 1
    separator: str = "_"


def is_in(outer: Path, path: Path) -> bool:
    """Is the one state the other, or outside it?"""
    return path[: len(outer)] == outer


def related(path: Path, source: Path) -> bool:
    """Is one of the two inside the other, or are they the same?"""
    return is_in(path, source) or is_in(source, path)


def read_machine(machine: object, initial: str | None = None) -> MachineRead:
    """Read a machine; `initial` names another start than its own.

    Raises `UsageError`: F660 for what is no machine of the library, F661 where no start is known,
    F662 for parallel states, F663 for a transition that leads nowhere. Linear in its tables.
    """
    from transitions.core import Machine

    if not isinstance(machine, Machine):
        kind = f"a {type(machine).__name__}"
        if isinstance(machine, type) and issubclass(machine, Machine):
            kind = "the class, not an instance of it"
        raise UsageError(
            "F660", f"this is no transitions.Machine: it is {kind}", "pass the Machine object"
        )
    return _Reader(machine).read(initial)


class _Reader(Struct):
    """One machine, and what has been met so far."""

    machine: Any
    states: dict[Path, StateRead] = {}
    edges: list[Edge] = []
    generated: dict[str, Path] = {}
    conditions: list[tuple[object, str]] = []
    callbacks: dict[str, None] = {}
    sourceless: list[str] = []

    def read(self, initial: str | None) -> MachineRead:
        machine = self.machine
        self._read_states(machine.states, ())
        self._read_events(machine.events, ())
        self._read_scopes(machine.states, ())
        for table in ("prepare_event", "before_state_change", "after_state_change",
                      "finalize_event", "on_exception", "on_final"):  # fmt: skip
            self._note_callbacks(getattr(machine, table, None))
        models = [model for model in machine.models if model is not machine]
        own = type(models[0]).__name__ if models else type(machine).__name__
        name = machine.name.rstrip(": ") or own
        return MachineRead(
            name, tuple(self.states.values()), tuple(self.edges), self._starts(initial),
            self.generated, tuple(self.callbacks), tuple(self.sourceless), len(machine.models),
            self._separator(),
        )  # fmt: skip

    # --- states -----------------------------------------------------------------------------

    def _separator(self) -> str:
        return str(getattr(self.machine.state_cls, "separator", "_"))

    def _path(self, name: str, inside: Path = ()) -> Path:
        """Names of nested states are paths; those of flat ones may contain anything."""
        if not hasattr(self.machine, "build_state_tree"):
            return (name,)
        return (*inside, *name.split(self._separator()))

    def _read_states(self, states: Mapping[str, Any], inside: Path) -> None:
        for state in states.values():
            path = (*inside, state.name)
            initial: Path = ()
            inner: Mapping[str, Any] = getattr(state, "states", {})
            if inner and getattr(state, "initial", None):
                initial = (*path, *self._path(self._single(state.initial, state.name)))
            milliseconds = max(1, round(1000 * _seconds(state))) if _seconds(state) > 0 else 0
            self.states[path] = StateRead(
                path, _words(state), initial, bool(getattr(state, "final", False)),
                tuple(map(str, getattr(state, "tags", ()))), milliseconds,
                tuple(map(_callee, getattr(state, "on_timeout", None) or ())),
                bool(getattr(state, "retries", 0)),
            )  # fmt: skip
            for table in ("on_enter", "on_exit", "on_final"):
                self._note_callbacks(getattr(state, table, None))
            self._read_states(inner, path)

    def _single(self, initial: object, where: str) -> str:
        if isinstance(initial, list | tuple):
            if len(initial) != 1:
                raise UsageError(
                    "F662",
                    f"'{where}' has parallel states, which one machine of a spec cannot have",
                    "write each region as a machine of its own, and let them listen to events",
                )
            initial = initial[0]
        return str(getattr(initial, "name", initial))

    def _starts(self, initial: str | None) -> tuple[Path, ...]:
        if initial is not None:
            starts = [self._path(initial)]
        elif self.machine.initial is not None:
            starts = [self._path(self._single(self.machine.initial, "the machine"))]
        else:
            attribute = self.machine.model_attribute
            present = [getattr(model, attribute) for model in self.machine.models]
            starts = [self._present(value) for value in present]
        if not starts:
            raise UsageError(
                "F661", "this machine says nowhere where it starts", "pass initial='name of state'"
            )
        for start in starts:
            if start not in self.states:
                names = ", ".join(self._separator().join(path) for path in self.states)
                raise UsageError("F661", f"there is no state '{initial}'", f"there are: {names}")
        return tuple(dict.fromkeys(starts))

    def _present(self, value: object) -> Path:
        """Where a model is: the value of its attribute, which may be an enum's member."""
        if isinstance(value, Enum):
            return next(path for path in self.states if path[-1] == value.name)
        return self._path(self._single(value, "the machine"))

    # --- transitions ------------------------------------------------------------------------

    def _read_scopes(self, states: Mapping[str, Any], inside: Path) -> None:
        """The tables that nested states bring along; their names are relative to the state."""
        for state in states.values():
            path = (*inside, state.name)
            self._read_events(getattr(state, "events", {}), path)
            self._read_scopes(getattr(state, "states", {}), path)

    def _read_events(self, events: Mapping[str, Any], inside: Path) -> None:
        for trigger, event in events.items():
            for listed in event.transitions.values():
                for transition in listed:
                    self._read_transition(str(trigger), transition, inside)

    def _read_transition(self, trigger: str, transition: Any, inside: Path) -> None:
        source = self._path(transition.source, inside)
        target = self._path(transition.dest, inside) if transition.dest is not None else ()
        if target and target not in self.states:
            raise UsageError(
                "F663",
                f"'{trigger}' from '{transition.source}' leads to '{transition.dest}', which is no "
                "state of this machine",
                "add the state, or correct the name: it would raise when it is triggered",
            )
        attribute = self.machine.model_attribute
        prefix = "to_" if attribute == "state" else f"to_{attribute}_"
        is_plain = not transition.conditions
        if self.machine.auto_transitions and is_plain and trigger == f"{prefix}{transition.dest}":
            self.generated[trigger] = target
            return
        for table in ("prepare", "before", "after"):
            self._note_callbacks(getattr(transition, table, None))
        if source not in self.states:
            self.sourceless.append(f"{trigger} ({transition.source})")
            return
        conditions = self._conditions(trigger, transition)
        self.edges.append(Edge(trigger, source, target, conditions, len(inside)))

    def _conditions(self, trigger: str, transition: Any) -> tuple[tuple[str, bool], ...]:
        """The conditions by name; one opaque condition where a subclass evaluates them itself."""
        if not transition.conditions:
            return ()
        judges: list[Any] = [type(transition)._eval_conditions]
        judges += [type(condition).check for condition in transition.conditions]
        if not all(str(judge.__module__).startswith("transitions.") for judge in judges):
            return ((self._name_of(transition, f"{trigger}_allowed"), True),)
        return tuple(
            dict.fromkeys(
                (self._name_of(c.func, _callee(c.func)), bool(c.target))
                for c in transition.conditions
            )
        )

    def _name_of(self, condition: object, name: str) -> str:
        """One name for one condition, wherever it is asked."""
        for known, given in self.conditions:
            if known is condition or (type(known) is type(condition) and known == condition):
                return given
        taken = {given for _, given in self.conditions}
        wanted = name if name.isidentifier() else "condition"
        unique = next(n for n in _numbered(wanted) if n not in taken)
        self.conditions.append((condition, unique))
        return unique

    def _note_callbacks(self, callbacks: object) -> None:
        for callback in callbacks if isinstance(callbacks, list | tuple) else ():
            self.callbacks[_callee(callback)] = None


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}_{number}"
        number += 1


def _seconds(state: Any) -> float:
    value = getattr(state, "timeout", 0)
    return float(value) if isinstance(value, int | float) else 0.0


def _words(state: Any) -> str:
    """What people call a state: the text of an enum's member, else its name."""
    value = getattr(state, "value", None)
    inner = getattr(value, "value", None)
    return inner if isinstance(inner, str) and inner else str(state.name)


def _callee(callback: object) -> str:
    """The name of what is called. A trigger that was bound to a model by the library counts as
    the trigger."""
    if isinstance(callback, str):
        return callback
    if isinstance(callback, partial):
        event = getattr(callback.func, "__self__", None)
        if len(callback.args) == 2 and isinstance(callback.args[1], str):
            return callback.args[1]
        if event is not None and hasattr(event, "transitions") and hasattr(event, "name"):
            return str(event.name)
        return _callee(callback.func)
    name = getattr(callback, "__name__", type(callback).__name__)
    return re.sub(r"[<>]", "", str(name))
