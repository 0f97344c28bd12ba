"""A `transitions.Machine` as a spec: what it allows, as a document to check, draw and go on from.

Conditions are opaque, so each is a field of the event that may be true or false whenever it
occurs, and the first transition whose conditions hold wins, as in the library. What callbacks do is
left out. Everything that was abstracted is told in notes.
"""

from collections.abc import Collection, Mapping

from msgspec import Struct

from fsm.errors import UsageError
from fsm.interop.names import Namer
from fsm.interop.transitions_claims import Words, claims
from fsm.interop.transitions_notes import notes_on
from fsm.interop.transitions_order import (
    Attempt,
    asked,
    attempts,
    opaque,
    places,
    ranked,
    timed_trigger,
    tried,
)  # fmt: skip
from fsm.interop.transitions_reading import (
    Edge,
    MachineRead,
    Path,
    StateRead,
    is_in,
    read_machine,
    related,
)
from fsm.model import Spec, Text
from fsm.spec.unparse import duration_text

Entry = dict[str, object]


class Imported(Struct, frozen=True):
    """A machine in the form of a spec.

    `document` is the mapping that a `.fsm.yaml` file would hold, `spec` the model that it
    describes; its properties, all named `generated_…`, are a start: see `transitions_claims`.
    `notes` say what was abstracted. `states` and `triggers` give the id of each name.
    """

    document: Mapping[str, object]
    spec: Spec
    notes: tuple[Text, ...]
    states: Mapping[str, str]
    triggers: Mapping[str, str]

    def yaml(self, lang: str = "en") -> str:
        """The document as the text of a file, with the notes as comments at its head."""
        from fsm.interop.yaml_text import yaml_text

        return yaml_text(self.document, [note.get(lang) for note in self.notes])


def from_transitions(
    machine: object,
    *,
    name: str | None = None,
    initial: str | None = None,
    only_timers: Collection[str] = (),
) -> Imported:
    """The model of a `transitions.Machine` (0.9), flat or nested, of any of the library's variants.

    `name` is that of the spec (default: the machine's name, or the class of its model); `initial`
    another state to start in than the machine's own. Triggers can be called at any time, also
    those that a timeout calls; those in `only_timers` are called by timeouts alone. The library's
    generated `to_<state>` triggers are left out, except where a timeout calls them.

    Raises `UsageError`: F660 for what is no machine, F661 where no start is known, F662 for
    parallel states, F663 for a transition to a state that does not exist, F664 for a trigger in
    `only_timers` that no timeout calls. Nothing of the machine is called or changed.
    """
    read = read_machine(machine, initial)
    called = {timed_trigger(state, read) for state in read.states if state.timeout} - {""}
    for trigger in only_timers:
        if trigger not in called:
            hint = f"timeouts call: {', '.join(sorted(called))}" if called else "there are none"
            raise UsageError("F664", f"no timeout calls '{trigger}'", hint)
    builder = _Builder(read, name or read.name, frozenset(only_timers))
    document = builder.document()
    from fsm.spec.load import spec_from

    states = {read.separator.join(path): builder.state(path) for path in builder.ids}
    triggers = {trigger: builder.shared.ids[trigger] for trigger in builder.triggers}
    notes = notes_on(machine, read, builder.shared.ids, builder.state, frozenset(only_timers))
    return Imported(document, spec_from(document), notes, states, triggers)


class _Builder:
    """One document in the making."""

    def __init__(self, read: MachineRead, name: str, only_timers: frozenset[str]) -> None:
        self.read, self.only_timers = read, only_timers
        self.by_path = {state.path: state for state in read.states}
        self.inner, self.tags = Namer("state"), Namer("tag")
        self.ids = {s.path: self.inner.fresh("_".join(s.path)) for s in read.states}
        outer = {path[:-1] for path in self.by_path}
        self.rests = {path: self.inner.fresh(f"{self.ids[path]}_itself")
                      for path in places(read) if path in outer}  # fmt: skip
        for taken in (*self.ids.values(), *self.rests.values()):
            self.tags.fresh(taken)  # a tag may not be called like a state
        self.shared = Namer("name")
        self.title = name
        self.name = self.shared.fresh(name)
        self.triggers = tuple(dict.fromkeys(edge.trigger for edge in read.edges))
        for trigger in self.triggers:
            self.shared.id(trigger)
        self.timers = {s.path: self.shared.fresh(f"{self.ids[s.path]}_timer")
                       for s in read.states if self._needs_flag(s)}  # fmt: skip
        first = read.starts[0]
        self.chooses = len(read.starts) > 1 or self._descent(first[:1]) != self._descent(first)
        self.start = self.inner.fresh("start") if self.chooses else self.ids[first[:1]]

    def state(self, path: Path) -> str:
        """The id of a state."""
        return self.ids[path]

    def document(self) -> Entry:
        """The whole document."""
        machine: Entry = {"initial": self.start}
        if self.timers:
            machine["variables"] = dict.fromkeys(self.timers.values(), "bool")
        machine["states"] = self._states()
        machine["transitions"] = self._transitions()
        found: Entry = {"fsm": 1, "name": self.name}
        if self.title != self.name:
            found["title"] = self.title
        events = {self.shared.id(trigger): self._event(trigger) for trigger in self.triggers}
        if events:
            found["events"] = events
        machines: Entry = {self.name: machine}
        found["machines"] = machines
        if properties := claims(self.read, self._words()):
            found["properties"] = properties
        return found

    def _words(self) -> Words:
        timed = [s for s in self.read.states if s.timeout]
        calls = {s.path: tuple(edges) for s in timed if (edges := self._called(s))}
        return Words(
            self.name, self.ids, self.rests, self.shared.ids, self.timers, calls,
            self.start if self.chooses else "", self._descent,
        )  # fmt: skip

    # --- states and events ----------------------------------------------------------------------

    def _states(self) -> Entry:
        states = self._inside(())
        if self.chooses:
            timed = any(state.timeout for state in self.read.states)
            pseudo: Entry = {"urgent": True} if timed else {}
            states = {self.start: pseudo, **states}
        return states

    def _inside(self, outer: Path) -> Entry:
        found: Entry = {}
        for state in self.read.states:
            if state.path[:-1] == outer:
                found[self.ids[state.path]] = self._state(state)
        return found

    def _state(self, state: StateRead) -> Entry:
        entry: Entry = {}
        own = self.ids[state.path]
        if state.words != own:
            entry |= {"zh": state.words, "en": state.words}
        if state.tags:
            entry["tags"] = [self.tags.id(tag) for tag in dict.fromkeys(state.tags)]
        if state.final:
            entry["final"] = True
        inside = self._inside(state.path)
        if inside:
            if state.path in self.rests:
                rest: Entry = {"zh": f"{state.words}（本身）", "en": f"{state.words} itself"}
                entry["initial"] = self.rests[state.path]
                inside = {self.rests[state.path]: rest, **inside}
            else:
                entry["initial"] = self.ids[state.initial]
            entry["states"] = inside
        return entry

    def _event(self, trigger: str) -> Entry:
        event: Entry = {}
        if self.shared.id(trigger) != trigger:
            event |= {"zh": trigger, "en": trigger}
        conditions = asked(self.read, trigger)
        if conditions and not opaque(self.read, trigger):
            event["fields"] = {self._field(name): "bool" for name in conditions}
        return event

    def _field(self, condition: str) -> str:
        return self.shared.id(f"{condition}()")  # a trigger of the same name is something else

    # --- transitions ------------------------------------------------------------------------

    def _transitions(self) -> list[Entry]:
        found: list[Entry] = []
        if self.chooses:
            found += [{"from": self.start, "to": self.ids[path]} for path in self.read.starts]
        plain: dict[str, Entry] = {}
        for trigger in self.triggers:
            for attempt in attempts(self.read, trigger) if self._anyone(trigger) else ():
                entry = self._entry(attempt)
                merged = plain.setdefault(repr(entry), {"from": [], **entry})
                sources = merged["from"]
                assert isinstance(sources, list)
                own = self.rests if attempt.at_rest else {}
                source = own.get(attempt.source, self.ids[attempt.source])
                if source not in sources:
                    sources.append(source)
        for entry in plain.values():
            sources = entry["from"]
            if isinstance(sources, list) and len(sources) == 1:
                entry["from"] = sources[0]
        found += plain.values()
        for state in self.read.states:
            found += self._timeout(state)
        return found

    def _entry(self, attempt: Attempt, flag: str = "") -> Entry:
        edge = attempt.edge
        entry: Entry = {"on": self.shared.id(edge.trigger)}
        guard = [flag] if flag else []
        if not opaque(self.read, edge.trigger):
            guard += [self._field(n) if yes else f"not {self._field(n)}"
                      for n, yes in edge.conditions]  # fmt: skip
        if guard:
            entry["when"] = " and ".join(guard)
        if edge.target:
            entry["to"] = self.ids[edge.target]
            if updates := self._started(attempt.source, edge.target):
                entry["set"] = updates
        if attempt.priority is not None:
            entry["priority"] = attempt.priority
        return entry

    def _started(self, source: Path, target: Path) -> Entry:
        """The timers that a transition starts: of the states that it enters."""
        found: Entry = {}
        for path, flag in self.timers.items():
            if not is_in(path, self._descent(target)):
                continue
            if path == target or len(path) > len(target) or not related(path, source):
                found[flag] = True
            elif len(path) > len(source):  # already there or not: it depends on the inner state
                found[flag] = f"if {self.name} in {self.ids[path]} then {flag} else true"
        return found

    def _descent(self, path: Path) -> Path:
        while self.by_path[path].initial:
            path = self.by_path[path].initial
        return path

    def _anyone(self, trigger: str) -> bool:
        """May others than timers call a trigger? Also where a deadline cannot say when."""
        calling = [s for s in self.read.states if timed_trigger(s, self.read) == trigger]
        return trigger not in self.only_timers or not all(self._called(s) for s in calling)

    # --- timers -----------------------------------------------------------------------------

    def _needs_flag(self, state: StateRead) -> bool:
        """Can its timer be off while the machine is in the state? It is at the start, since the
        library starts it on entering; and once it has called, where that leads nowhere else."""
        if not state.timeout or not (edges := self._called(state)):
            return False
        begins = any(is_in(state.path, self._descent(start)) for start in self.read.starts)
        return begins or all(e.conditions for e in edges) or any(_stays(state, e) for e in edges)

    def _called(self, state: StateRead) -> list[Edge]:
        """What the timer's trigger tries; nothing where that depends on the inner state."""
        trigger = timed_trigger(state, self.read)
        if trigger in self.read.generated:
            return [Edge(trigger, state.path, self.read.generated[trigger])]
        inside = [place for place in places(self.read) if is_in(state.path, place)]
        lists = [tried(self.read, trigger, place) for place in inside]
        return lists[0] if all(edges == lists[0] for edges in lists) else []

    def _timeout(self, state: StateRead) -> list[Entry]:
        edges = self._called(state) if state.timeout else []
        if not edges:
            return []
        flag = self.timers.get(state.path, "")
        trigger = edges[0].trigger
        timing: Entry = {"from": self.ids[state.path], "after": duration_text(state.timeout)}
        is_opaque = opaque(self.read, trigger)
        found: list[Entry] = []
        for attempt in ranked(edges, state.path, is_opaque):
            entry = timing | self._entry(attempt, flag)
            if trigger in self.read.generated:
                del entry["on"]
            if _stays(state, attempt.edge):
                updates = entry.get("set", {})
                assert isinstance(updates, dict)
                entry["set"] = {**updates, flag: False}
            found.append(entry)
        if flag and all(edge.conditions for edge in edges):
            found.append(timing | self._declined(edges, flag, is_opaque))
        return found

    def _declined(self, edges: list[Edge], flag: str, is_opaque: bool) -> Entry:
        """The timer calls, and no condition holds: it does not call again."""
        guard = [flag]
        for edge in () if is_opaque else edges:
            denied = [f"not {self._field(n)}" if yes else self._field(n)
                      for n, yes in edge.conditions]  # fmt: skip
            guard.append(denied[0] if len(denied) == 1 else f"({' or '.join(denied)})")
        event = self.shared.id(edges[0].trigger)
        return {"on": event, "when": " and ".join(guard), "set": {flag: False}}


def _stays(state: StateRead, edge: Edge) -> bool:
    """Does a transition out of this state neither leave it nor enter it anew?"""
    return not edge.target or (edge.target != state.path and is_in(state.path, edge.target))
