"""Where the spec may be, given what was done and seen: all states that fit, and no others.

Steps that the test does not drive are hidden: the implementation takes them by itself, and what
was seen decides which of them it may have taken. Source: this is on-the-fly conformance testing as
in Tretmans, "Model based testing with labelled transition systems" (2008), with a set of states in
place of determinisation.
"""

from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from fsm.errors import UsageError
from fsm.explore.emit import Values
from fsm.expressions import Scalar, Value
from fsm.model import Machine, Spec
from fsm.semantics.layout import chain_of, leaves_of
from fsm.semantics.lower import lower
from fsm.semantics.lowered import System
from fsm.semantics.trace import Bindings, Snapshot
from fsm.testing.futures import Futures
from fsm.testing.ground import Ground, Move

ALONE = 1  # the mask of the only variant
Happening = tuple[str, Bindings]  # an event instance with its fields
Seen = Mapping[str, Value]
Belief = tuple[Values, ...]


class Believer:
    """One variant of a spec, and the events that the test drives.

    `prompt`: when a call to the implementation returns, what could not wait has been done.
    `limit`: the most states that a belief may have; more are a `UsageError` F658.
    """

    def __init__(
        self, spec: Spec, variant: Mapping[str, Scalar], driven: frozenset[str], *,
        prompt: bool, limit: int,
    ) -> None:  # fmt: skip
        self.ground = Ground(spec, variant)
        system = self.ground.system
        actions = {k for k, a in enumerate(system.actions) if a.name in driven}
        self._driven, self._prompt, self._limit = driven, prompt, limit
        self._patient = Ground(spec, variant, _patient(lower(spec)[0], actions))
        self._urged = any(system.actions[k].urgent for k in actions) or any(
            edge.forced is not None and edge.action in actions for edge in system.edges
        )
        self._snapshots: dict[Values, Snapshot] = {}
        self._futures: Futures | None = None
        self._places = _places(spec)
        self._processes = {p.name: p.machine for p in system.processes}

    def start(self) -> Belief:
        """Every initial state, before anything was seen."""
        return self._kept(s for s, mask in self.ground.successors.initial() if mask)

    def moves(self, state: Values) -> list[tuple[Happening | None, Move]]:
        """The steps out of a state; None for the happening of a hidden one."""
        found: list[tuple[Happening | None, Move]] = []
        for move in self.ground.moves(state, ALONE):
            step = self.ground.occurrence(move.step)
            driven = step.event in self._driven
            found.append(((step.event, step.fields) if driven else None, move))
        return found

    def can(self, belief: Belief) -> dict[Happening, None]:
        """The driven events that are possible in some state, in the order they are met."""
        return {
            happening: None
            for state in belief for happening, _ in self.moves(state) if happening is not None
        }  # fmt: skip

    def after(self, belief: Belief, happening: Happening) -> Belief:
        """Where the spec may be after a driven event; () where it is impossible."""
        return self._kept(m.target for s in belief for h, m in self.moves(s) if h == happening)

    def without(self, belief: Belief, happening: Happening) -> Belief:
        """Where the spec may be if the event was rightly refused."""
        return tuple(s for s in belief if all(h != happening for h, _ in self.moves(s)))

    def settled(self, belief: Belief) -> Belief:
        """With the hidden steps that may have been taken since, and, if the implementation is
        prompt, without the states in which it must take one now."""
        found = dict.fromkeys(belief)
        waiting = list(belief)
        while waiting:
            for target in self._hidden(waiting.pop(0)):
                if target not in found:
                    found[target] = None
                    waiting.append(target)
                    self._look_at(len(found))
        return tuple(s for s in found if not (self._prompt and self._must_act(s)))

    def waited(self, belief: Belief, units: int) -> Belief:
        """Where the spec may be so many units later, with hidden steps at any time in between."""
        done: dict[Values, None] = {}
        seen = {(state, units) for state in belief}
        waiting = [(state, units) for state in belief]
        while waiting:
            state, left = waiting.pop(0)
            if left == 0:
                done[state] = None
                continue
            hidden = self._hidden(state)
            following = [(target, left) for target in hidden]
            leap = 1 if hidden else min(left, self.ground.leap(state, ALONE))
            later = self.ground.after(state, ALONE, leap)
            if later is not None:
                following.append((later, left - leap))
            for item in following:
                if item not in seen:
                    seen.add(item)
                    waiting.append(item)
                    self._look_at(len(seen) // 10)
        return self._kept(done)

    def instants(self, belief: Belief) -> list[int]:
        """Times, in units, that are worth waiting for and that the spec lets pass in every state;
        the last is beyond what the implementation must do by then. None in a spec without time."""
        if self.ground.unit is None:
            return []
        found = {i.units for state in belief for i in self.ground.instants(state, ALONE)}
        found.add(max(found, default=0) + 1)
        return [units for units in sorted(found) if self.lets_pass(belief, units)]

    def lets_pass(self, belief: Belief, units: int) -> bool:
        """Does the spec let so much time pass, whichever of the states is the true one, although
        the test does nothing?"""
        return not self._urged or all(self.waited((s,), units) for s in belief)

    def kept(self, before: Belief, after: Belief) -> float:
        """The share of what could still happen that still can, from 0 to 1."""
        if self._futures is None:
            self._futures = Futures(self.ground, ALONE, self.start())
        return self._futures.kept(before, after)

    def fitting(self, belief: Belief, seen: Seen) -> Belief:
        """The states that agree with what was seen.

        Raises `UsageError` F657 for a name, or a state of a machine, that the spec does not have.
        """
        self._check(seen)
        return tuple(s for s in belief if all(self.agrees(s, n, v) for n, v in seen.items()))

    def agrees(self, state: Values, name: str, value: Value) -> bool:
        """Is the machine in that state, or does the variable have that value?"""
        snapshot = self.snapshot(state)
        if name in self._processes:
            leaf = dict(snapshot.locations)[name]
            return value in self._places[self._processes[name]][leaf]
        return dict(snapshot.values)[name] == _plain(value)

    def snapshot(self, state: Values) -> Snapshot:
        """The state in the words of the spec."""
        found = self._snapshots.get(state)
        if found is None:
            found = self._snapshots[state] = self.ground.layout.snapshot(state)
        return found

    def _hidden(self, state: Values) -> list[Values]:
        return [move.target for happening, move in self.moves(state) if happening is None]

    def _must_act(self, state: Values) -> bool:
        """Is there a hidden step that cannot wait?"""
        kinds = {happening is None for happening, _ in self.moves(state)}
        if True not in kinds or self.ground.unit is None:
            return False
        if self._patient.later(state, ALONE) is None:
            return True
        urgent = any(state[p.slot] in p.urgent for p in self.ground.system.processes)
        return urgent and False not in kinds

    def _kept(self, states: Iterable[Values]) -> Belief:
        found: dict[Values, None] = {}
        for state in states:
            found[state] = None
            self._look_at(len(found))
        return tuple(found)

    def _look_at(self, size: int) -> None:
        if size > self._limit:
            raise UsageError(
                "F658",
                f"more than {self._limit} states of the spec fit what was observed",
                "let observe() tell more variables, or allow more with `limit=`",
            )

    def _check(self, seen: Seen) -> None:
        known = {name for name, _, _ in self.ground.layout.order}
        for name, value in seen.items():
            if name in self._processes:
                places = self._places[self._processes[name]].values()
                if not any(value in words for words in places):
                    words = dict.fromkeys(word for place in places for word in sorted(place))
                    raise UsageError(
                        "F657", f"observe() tells that {name} is {value!r}: no state of it",
                        f"states: {', '.join(words)}",
                    )  # fmt: skip
            elif name not in known:
                raise UsageError(
                    "F657", f"observe() tells of {name}: no machine or variable of the spec",
                    f"known: {', '.join([*self._processes, *sorted(known)])}",
                )  # fmt: skip


def _patient(system: System, driven: set[int]) -> System:
    """The system in which nothing that the test drives, and no urgent state, holds up time."""
    return replace(
        system,
        actions=tuple(
            replace(a, urgent=a.urgent and k not in driven) for k, a in enumerate(system.actions)
        ),
        edges=tuple(
            replace(e, forced=None if e.action in driven else e.forced) for e in system.edges
        ),
        processes=tuple(replace(p, urgent=frozenset[int]()) for p in system.processes),
    )


def _places(spec: Spec) -> dict[str, dict[str, frozenset[str]]]:
    """For each machine and leaf, the words that are true of it: states around it, and tags."""
    return {m.name: dict(_words(m)) for m in spec.all_machines()}


def _words(machine: Machine) -> Iterator[tuple[str, frozenset[str]]]:
    for leaf in leaves_of(machine):
        chain = chain_of(machine, leaf)
        yield leaf, frozenset(w for state in chain for w in (state.name, *state.tags))


def _plain(value: Value | list[Value]) -> Value:
    """Lists, as implementations have them, count as arrays."""
    if isinstance(value, list | tuple):
        return tuple(_plain(v) for v in value)
    return value
