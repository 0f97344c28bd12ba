"""What can happen where (design, sections 3.2, 3.3 and 3.6): `Successors`, on sets of states.

A candidate is a way in which something can happen, led by an edge: of the owner, of the only
process that mentions the event, of a spontaneous step. The other processes join in by themselves.
"""

from collections.abc import Iterable, Iterator
from itertools import combinations, groupby

from msgspec import Struct
from msgspec.structs import replace

from fsm.explore.symbolic.diagrams import Diagram
from fsm.explore.symbolic.encoding import Encoding
from fsm.explore.symbolic.evaluate import Evaluator, Wrong
from fsm.semantics.lowered import Edge

Blame = tuple[str, str, int | None]  # kind and subject of a fault; without a subject, an edge


class Option(Struct, frozen=True):
    """An edge, and where a process may take it (for one event: inner first, then by priority)."""

    edge: Edge
    where: Diagram


class Part(Struct, frozen=True):
    """A process that takes part in an event: `must` it, or may it stay idle where it has none?"""

    process: int
    options: tuple[Option, ...]
    able: Diagram
    must: bool


class Candidate(Struct, frozen=True):
    """`where` it can happen, before the others that must join in are asked; `others` in the order
    in which they are mentioned; `any_of`: at least one of them has to take part."""

    action: int | None
    lead: Edge | None
    where: Diagram
    others: tuple[Part, ...]
    any_of: Diagram
    priority: int | None

    @property
    def enabled(self) -> Diagram:
        """Where it can happen."""
        found = self.where & self.any_of
        for part in self.others:
            if part.must:
                found &= part.able
        return found


class Candidates(Struct):
    """All candidates in the order of the spec, after priorities.

    `blocked` is where an urgent event can happen; `faults` where a guard has no value, by the kind
    and subject of the fault; `idle` where (process, event) something that can happen is ignored by
    a receptive process.
    """

    encoding: Encoding
    evaluator: Evaluator
    found: list[Candidate] = []
    blocked: Diagram = None
    faults: dict[Blame, Diagram] = {}
    _on: dict[int, dict[int, list[Edge]]] = {}  # by action and process

    def __post_init__(self) -> None:
        self.blocked = self.encoding.diagrams.false

    def find(self) -> None:
        """Read the guards of the system."""
        diagrams, system = self.encoding.diagrams, self.encoding.system
        spontaneous: list[Edge] = []
        for edge in sorted(system.edges, key=lambda e: -e.depth):  # stable: inner first
            if edge.action is None:
                spontaneous.append(edge)
            else:
                self._on.setdefault(edge.action, {}).setdefault(edge.process, []).append(edge)
        for action in sorted(self._on):
            self.found += self._occurrences(action)
        for edge in sorted(spontaneous, key=lambda e: (e.process, e.number)):
            here = self._at(edge)
            where = here & self._true(edge, here)
            if where != diagrams.false:
                self.found.append(
                    Candidate(None, edge, where, (), diagrams.true, edge.priority)
                )  # fmt: skip
        self.found = [*self._first_among_steps()]

    def blame(self, wrong: Wrong, where: Diagram, edge: int | None) -> None:
        """Note a fault; one that names nothing is told by the edge that has it."""
        if where != self.encoding.diagrams.false:
            key = (*wrong[:2], None if wrong[1] else edge)
            self.faults[key] = self.faults.get(key, self.encoding.diagrams.false) | where

    def competing(self) -> dict[tuple[int, int], Diagram]:
        """Where two strategies can act at once, by their actions."""
        actions = self.encoding.system.actions
        able: dict[int, Diagram] = {}
        for candidate in self.found:
            if candidate.action is not None and actions[candidate.action].strategy:
                known = able.get(candidate.action, self.encoding.diagrams.false)
                able[candidate.action] = known | candidate.enabled
        return {
            (one, other): able[one] & able[other]
            for one, other in combinations(able, 2)
            if actions[one].rivals(actions[other])
        }

    def ignored(self) -> dict[tuple[int, int], Diagram]:
        """Where something happens that a receptive process lets pass, by process and event."""
        system = self.encoding.system
        found: dict[tuple[int, int], Diagram] = {}
        for candidate in self.found:
            for part in candidate.others:
                if system.processes[part.process].receptive and candidate.action is not None:
                    key = part.process, system.actions[candidate.action].event
                    known = found.get(key, self.encoding.diagrams.false)
                    found[key] = known | candidate.enabled & ~part.able
        return found

    # --- rules 3.2 and 3.3 --------------------------------------------------------------------

    def _occurrences(self, number: int) -> Iterator[Candidate]:
        diagrams, action = self.encoding.diagrams, self.encoding.system.actions[number]
        edges = self._on[number]
        if action.owner is not None and action.owner not in edges:
            return
        starts = edges if action.owner is None else {action.owner: edges[action.owner]}
        asked = diagrams.any(self._at(e) for mine in starts.values() for e in mine)
        parts = []
        for process in action.mentioned:  # asked in this order, and no further than one refuses
            must = action.sync_all or process == action.owner
            part = self._part(process, edges.get(process, []), must, asked)
            asked = asked & part.able if must else asked
            parts.append(part)
        if asked == diagrams.false:
            return
        any_of = diagrams.any(part.able for part in parts)
        if action.urgent:
            self.blocked |= asked & any_of
        leader = action.owner if len(parts) > 1 else parts[0].process
        if leader is None:
            everyone = tuple(parts)
            yield Candidate(number, None, diagrams.true, everyone, any_of, action.priority)
            return
        others = tuple(p for p in parts if p.process != leader)
        for option in next(p for p in parts if p.process == leader).options:
            priority = action.priority
            if priority is None and action.owner is not None:
                priority = option.edge.priority
            yield Candidate(number, option.edge, option.where, others, diagrams.true, priority)

    def _part(self, process: int, edges: list[Edge], must: bool, asked: Diagram) -> Part:
        diagrams = self.encoding.diagrams
        options: list[Option] = []
        for leaf in dict.fromkeys(e.leaf for e in edges):
            left = self.encoding.slots[process].value(leaf)
            for _, level in groupby((e for e in edges if e.leaf == leaf), key=lambda e: e.depth):
                unmet = left
                for edge in level:
                    where = left & self._true(edge, left & asked)
                    if where != diagrams.false:
                        options.append(Option(edge, where))
                        unmet &= ~where
                left = unmet
        options = sorted(self._first_in_process(options), key=lambda o: o.edge.number)
        able = diagrams.any(o.where for o in options)
        return Part(process, tuple(options), able, must)

    def _at(self, edge: Edge) -> Diagram:
        return self.encoding.slots[edge.process].value(edge.leaf)

    def _true(self, edge: Edge, here: Diagram) -> Diagram:
        """Where a guard is true; its faults are noted where it is asked."""
        for wrong, where in self.evaluator.of(edge.enabled).faults.items():
            self.blame(wrong, where & here, edge.number)
        return self.evaluator.true(edge.enabled)

    # --- rule 3.6 -----------------------------------------------------------------------------

    def _first_in_process(self, options: list[Option]) -> Iterator[Option]:
        by_priority = self._by_priority((o.edge.priority, o.where) for o in options)
        for option in options:
            where = option.where & ~self._above(by_priority, option.edge.priority)
            if where != self.encoding.diagrams.false:
                yield replace(option, where=where)

    def _first_among_steps(self) -> Iterator[Candidate]:
        by_priority = self._by_priority((c.priority, c.enabled) for c in self.found
                                        if c.priority is not None)  # fmt: skip
        for candidate in self.found:
            where = candidate.where & ~self._above(by_priority, candidate.priority)
            if where != self.encoding.diagrams.false:
                yield replace(candidate, where=where)

    def _by_priority(self, what: Iterable[tuple[int | None, Diagram]]) -> dict[int, Diagram]:
        found: dict[int, Diagram] = {}
        for priority, where in what:
            if priority is not None:
                found[priority] = found.get(priority, self.encoding.diagrams.false) | where
        return found

    def _above(self, by_priority: dict[int, Diagram], priority: int | None) -> Diagram:
        """Where something states a higher priority; what states none gives way to nothing."""
        if priority is None:
            return self.encoding.diagrams.false
        return self.encoding.diagrams.any(
            where for level, where in by_priority.items() if level > priority
        )
