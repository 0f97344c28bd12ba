"""The lifecycle of one machine as a diagram: its states, and what leads from one to another."""

from collections.abc import Callable, Iterable

from msgspec import Struct

from fsm.draw.diagram import Diagram, Edge, EdgeKind, Kind, Node, Owner, Part, Role, Words
from fsm.draw.owners import machine_words, owner_name, owners_of
from fsm.draw.view import View
from fsm.draw.words import Wording
from fsm.errors import UsageError
from fsm.model import Event, Machine, Spec, State, Timing, Transition
from fsm.report.labels import Labels

MOST_NODES, MOST_PARTS = 60, 120  # beyond these a picture is a wall of lines


def machine_diagram(spec: Spec, machine: Machine, view: View) -> Diagram:
    """The picture of a machine, of one copy where it has several.

    Semantics   Parallel transitions of one kind are one edge with several parts. A transition from
                all states of a composite one starts at its border, one from every state starts at
                each outermost state. A deadline is what time forces: by the machine itself, or by
                the owner of the event that it listens to, if that can only come with the time.
    Raises      `UsageError` for a tag that no state of the machine has, and for more states or
                transitions than one can read.
    """
    labels = tuple(Labels(spec, lang) for lang in view.langs)
    builder = _Builder(spec, machine, view, labels, _Tree(machine))
    return builder.diagram()


def readable(diagram: Diagram) -> Diagram:
    """The diagram, unless it is too large to read: then `UsageError` with the advice."""
    parts = {
        p.transition if p.transition is not None else p for e in diagram.edges for p in e.parts
    }
    if len(diagram.nodes) <= MOST_NODES and len(parts) <= MOST_PARTS:
        return diagram
    what, smaller = (
        ("states and {} transitions", "--only-tag TAG for a part of it, or --collapse")
        if diagram.kind is Kind.MACHINE
        else ("machines and {} events", "--machine ID for one machine at a time")
    )
    raise UsageError(
        "F621",
        f"the picture '{diagram.name}' would have {len(diagram.nodes)} "
        f"{what.format(len(parts))}: too many to read (at most {MOST_NODES} and {MOST_PARTS})",
        f"split it: {smaller}",
    )


def copies(count: int | None) -> str:
    """What follows the name of a machine that is there several times."""
    return "" if count is None or count == 1 else f" ×{count}"


class _Tree:
    """The states of a machine by name, and how they are nested."""

    def __init__(self, machine: Machine) -> None:
        self.states = {state.name: state for state in machine.states}
        self.inner: dict[str, list[str]] = {"": []}
        for state in machine.states:
            self.inner[state.name] = []
            self.inner[state.parent].append(state.name)
        self.finals = {s.name for s in machine.states if s.final}

    def around(self, name: str) -> list[str]:
        """The state and those that enclose it, innermost first."""
        found = []
        while name:
            found.append(name)
            name = self.states[name].parent
        return found

    def leaves(self, name: str) -> list[str]:
        """The innermost states of a state, of the whole machine for ""."""
        if name and not self.inner[name]:
            return [name]
        return [leaf for child in self.inner[name] for leaf in self.leaves(child)]

    def entered(self, name: str) -> str:
        """The innermost state that one is in after entering this one."""
        while self.states[name].initial:
            name = self.states[name].initial
        return name

    def widest(self, sources: tuple[str, ...]) -> list[str]:
        """The sources, with a composite state in place of all of its inner ones; outermost states
        for ()."""
        if not sources:
            return self.inner[""]
        found = list(dict.fromkeys(sources))
        for name in reversed(list(self.states)):  # inner ones come after the outer ones
            inner = self.inner[name]
            if inner and all(child in found for child in inner):
                place = min(found.index(child) for child in inner)
                found[place:place] = [] if name in found else [name]
                found = [other for other in found if other not in inner]
        return [n for n in found if not any(a in found for a in self.around(n)[1:])]


class _Builder(Struct, frozen=True):
    spec: Spec
    machine: Machine
    view: View
    labels: tuple[Labels, ...]
    tree: _Tree

    def diagram(self) -> Diagram:
        kept = self._kept()
        roles = self._roles()
        owners = owners_of(self.spec, self.labels)
        nodes = tuple(self._node(self.tree.states[name], roles, kept) for name in kept)
        edges = self._edges(kept, owners)
        used = {part.owner for edge in edges for part in edge.parts}
        count = copies(self.spec.copies_of(self.machine.name))
        return readable(
            Diagram(
                kind=Kind.MACHINE,
                spec=self.spec.name,
                name=self.machine.name,
                title=tuple(w + count for w in machine_words(self.machine.name, self.labels)),
                langs=self.view.langs,
                nodes=nodes,
                edges=edges,
                owners=tuple(owner for owner in owners.values() if owner.number in used),
            )
        )

    def _kept(self) -> dict[str, bool]:
        """The states that are drawn, and whether each is drawn around others."""
        states = self.tree.states
        wanted = set(states)
        if self.view.tags:
            tagged = {n for n, state in states.items() if set(state.tags) & set(self.view.tags)}
            wanted = {n for n in states if tagged & set(self.tree.around(n))}
            wanted |= {outer for name in tagged for outer in self.tree.around(name)}
            if not wanted:
                tags = " or ".join(self.view.tags)
                raise UsageError(
                    "F620",
                    f"no state of '{self.machine.name}' has the tag {tags}",
                    "fsm show lists the tags",
                )
        if self.view.collapse:
            return {name: False for name in self.tree.inner[""] if name in wanted}
        return {name: bool(self.tree.inner[name]) for name in states if name in wanted}

    def _node(self, state: State, roles: dict[str, Role], kept: dict[str, bool]) -> Node:
        tree = self.tree
        outer = tree.states[state.parent].initial if state.parent else self.machine.initial
        inside = tree.leaves(state.name)
        boxed = bool(tree.inner[state.name]) and not kept[state.name]
        return Node(
            name=state.name,
            words=tuple(each.state(self.machine.name, state.name) for each in self.labels),
            role=_common([roles[leaf] for leaf in inside]),
            parent=state.parent if state.parent in kept else "",
            composite=kept[state.name],
            initial=state.name == outer,
            urgent=state.urgent,
            rules=() if "rules" in self.view.hide else state.rules,
            tags=state.tags,
            note=tuple(each.words.number("states", len(inside)) for each in self.labels)
            if boxed
            else (),
        )

    def _roles(self) -> dict[str, Role]:
        """The role of each leaf. Where no state is final, none is a trap."""
        tree = self.tree
        before: dict[str, set[str]] = {leaf: set() for leaf in tree.leaves("")}
        for transition in self.machine.transitions:
            if transition.target:
                target = before[tree.entered(transition.target)]
                for source in transition.sources or ("",):
                    target.update(tree.leaves(source))
        alive = {leaf for leaf in before if tree.finals & set(tree.around(leaf))}
        finals, open_ = set(alive), list(alive)
        while open_:
            new = before[open_.pop()] - alive
            alive |= new
            open_ += new
        return {
            leaf: Role.FINAL
            if leaf in finals
            else Role.PENDING
            if leaf in alive or not finals
            else Role.TRAP
            for leaf in before
        }

    def _edges(self, kept: dict[str, bool], owners: dict[str, Owner]) -> tuple[Edge, ...]:
        found: dict[tuple[str, str, EdgeKind, bool], list[Part]] = {}
        for transition in self.machine.transitions:
            part, kind = self._part(transition, owners)
            for source in self.tree.widest(transition.sources):
                start = self._shown(source, kept)
                end = self._shown(transition.target, kept) if transition.target else start
                lost = self.view.collapse and start == end and start != source
                if start and end and not lost:
                    key = (start, end, kind, not transition.target)
                    parts = found.setdefault(key, [])
                    if part not in parts:
                        parts.append(part)
        return tuple(
            Edge(source, target, kind, tuple(parts), inside=inside)
            for (source, target, kind, inside), parts in found.items()
        )

    def _shown(self, name: str, kept: dict[str, bool]) -> str:
        """The box that stands for a state: itself, or the one it is collapsed into; "" for none."""
        if self.view.collapse:
            name = self.tree.around(name)[-1]
        return name if name in kept else ""

    def _part(self, transition: Transition, owners: dict[str, Owner]) -> tuple[Part, EdgeKind]:
        event = self.labels[0].events[transition.event.event] if transition.event else None
        wordings = [Wording(self.machine, each).about(transition) for each in self.labels]
        timing, place = self._timing(transition, event)
        rules = transition.rules
        own = event is not None and owner_name(event) == self.machine.name
        if event is not None and own:
            rules = tuple(dict.fromkeys((*rules, *event.rules)))
        hide = self.view.hide
        part = Part(
            words=self._words(transition, event, wordings),
            owner=None if event is None else owners[owner_name(event)].number,
            timing=self._said_timing(timing, place),
            guard=() if "guards" in hide else _each(wordings, lambda w: w.guard(transition)),
            actions=() if "actions" in hide else _each(wordings, lambda w: w.actions(transition)),
            rules=() if "rules" in hide else rules,
            transition=transition.number,
        )
        if timing is not None and timing.forced:
            return part, EdgeKind.DEADLINE
        return part, EdgeKind.EVENT if event else EdgeKind.SPONTANEOUS

    def _words(self, transition: Transition, event: Event | None, wordings: list[Wording]) -> Words:
        if event is None or transition.event is None:
            return tuple(transition.text.get(each.lang) for each in self.labels)
        copy = transition.event.copy
        return tuple(
            each.event(event.name) + ("" if copy is None else wording.copy(copy))
            for each, wording in zip(self.labels, wordings, strict=True)
        )

    def _timing(
        self, transition: Transition, event: Event | None
    ) -> tuple[Timing | None, tuple[Machine, Transition] | None]:
        """When it happens: its own timing, else that of the owner of its event, and whose it is."""
        if transition.timing is not None or event is None:
            return transition.timing, None
        owner = self.labels[0].machines.get(owner_name(event))
        if owner is None or owner.name == self.machine.name:
            return None, None
        theirs = [t for t in owner.transitions if t.event and t.event.event == event.name]
        timings = {(t.timing, t.sources if t.timing and not t.timing.clock else ()) for t in theirs}
        if len(timings) != 1 or theirs[0].timing is None:
            return None, None
        return theirs[0].timing, (owner, theirs[0])

    def _said_timing(self, timing: Timing | None, place: tuple[Machine, Transition] | None) -> str:
        if timing is None:
            return ""
        machine, transition = place or (self.machine, None)
        said = []
        for each in self.labels:
            where = ""
            if transition is not None:
                joint = each.words("or")
                sources = _Tree(machine).widest(transition.sources)
                where = joint.join(each.state(machine.name, source) for source in sources)
            said.append(Wording(machine, each).timing(timing, where))
        return " · ".join(dict.fromkeys(said))


def _each(wordings: Iterable[Wording], say: Callable[[Wording], str]) -> tuple[str, ...]:
    """What each language says, once where all say the same; () where there is nothing to say."""
    return tuple(dict.fromkeys(said for wording in wordings if (said := say(wording))))


def _common(roles: list[Role]) -> Role:
    return roles[0] if len(set(roles)) == 1 else Role.PENDING
