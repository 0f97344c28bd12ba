"""Which slots and machines of a lowered system may influence which others."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from fsm.explore.emit import span
from fsm.explore.intervals import Intervals
from fsm.reduce.renaming import may_fault
from fsm.semantics import ir
from fsm.semantics.lowered import Edge, System, Write


def reads(node: ir.Node | None) -> Iterator[int]:
    """The slots that the value of an expression may depend on."""
    if isinstance(node, ir.Slot):
        yield node.index
    elif isinstance(node, ir.Indexed):
        yield from places(node)
    if node is not None:
        for part in ir.parts(node):
            yield from reads(part)


def places(target: ir.Node) -> Sequence[int]:
    """The slots that a write, or a reset, may change."""
    if isinstance(target, ir.Indexed):
        return range(target.base, target.base + span(target.indices))
    assert isinstance(target, ir.Slot)
    return (target.index,)


class Influence:
    """The relation of a system: `closure` follows it backwards."""

    def __init__(self, system: System, codes: Sequence[Sequence[int]]) -> None:
        self.system = system
        self._intervals = Intervals(system.slots, codes)
        self._process_of = {p.slot: k for k, p in enumerate(system.processes)}
        self._clocks = {clock.slot: clock for clock in system.clocks}
        # By identity: the edges of one transition share what they read and write.
        self._read: dict[int, tuple[int, ...]] = {}
        self._fit: dict[int, bool] = {}
        self._edges_of: list[list[Edge]] = [[] for _ in system.processes]
        self._writing: dict[int, list[tuple[Edge, Write | ir.Node | None]]] = {}
        for edge in system.edges:
            self._edges_of[edge.process].append(edge)
            for write in edge.writes:
                for slot in places(write.target):
                    self._writing.setdefault(slot, []).append((edge, write))
            for slot in edge.restarts:
                self._writing.setdefault(slot, []).append((edge, None))
            for reset in edge.resets:
                for slot in places(reset):
                    self._writing.setdefault(slot, []).append((edge, reset))

    def closure(
        self, slots: Iterable[int], processes: Iterable[int]
    ) -> tuple[frozenset[int], frozenset[int]]:
        """The least sets of slots and processes that contain these and whatever influences them.

        A machine depends on what its guards and bounds read, and on who lets its events happen:
        the owner, or, where all have to go along, everyone who mentions them. A slot depends on who
        changes it and with what, a clock on when it runs. O(size of the system).
        """
        found_slots, found_processes = set[int](), set[int]()
        waiting = [*((True, s) for s in slots), *((False, p) for p in processes)]
        while waiting:
            is_slot, number = waiting.pop()
            known = found_slots if is_slot else found_processes
            if number not in known:
                known.add(number)
                more = self._into_slot(number) if is_slot else self._into_process(number)
                waiting.extend(more)
        return frozenset(found_slots), frozenset(found_processes)

    def _into_process(self, process: int) -> Iterator[tuple[bool, int]]:
        yield True, self.system.processes[process].slot
        for edge in self._edges_of[process]:
            for node in (edge.enabled, edge.forced):
                yield from ((True, slot) for slot in self._reads(node))
            if edge.action is not None:
                action = self.system.actions[edge.action]
                if action.owner is not None:
                    yield False, action.owner
                if action.sync_all:
                    yield from ((False, p) for p in action.mentioned)

    def _into_slot(self, slot: int) -> Iterator[tuple[bool, int]]:
        if slot in self._process_of:
            yield False, self._process_of[slot]
        clock = self._clocks.get(slot)
        if clock is not None:
            yield from ((True, s) for s in reads(clock.paused))
            if clock.process is not None:
                yield False, clock.process
        for edge, change in self._writing.get(slot, ()):
            yield False, edge.process
            node = change.target if isinstance(change, Write) else change
            for part in () if node is None else ir.parts(node):
                yield from ((True, s) for s in reads(part))
            if isinstance(change, Write):
                yield from ((True, s) for s in self._reads(change.value))

    def _reads(self, node: ir.Node | None) -> tuple[int, ...]:
        if id(node) not in self._read:
            self._read[id(node)] = tuple(set(reads(node)))
        return self._read[id(node)]

    # --- what may go wrong ----------------------------------------------------------------------

    def risky_slots(self) -> frozenset[int]:
        """Slots that some step may fail to write: with a value outside the range or none at all, at
        a place that only the state tells, or twice; and clocks whose pauses may have no value."""
        found = set[int]()
        together: dict[int, Counter[int]] = {}
        for clock in self.system.clocks:
            if clock.paused is not None and may_fault(clock.paused):
                found.add(clock.slot)
        for writes in {id(edge.writes): edge.writes for edge in self.system.edges}.values():
            for write in writes:
                if not self._fits(write):
                    found.update(places(write.target))
            once = Counter(s for write in writes for s in places(write.target))
            found.update(slot for slot, times in once.items() if times > 1)
        for edge in self.system.edges:
            for reset in edge.resets:
                found.update(places(reset))
        for edges in self._edges_of:
            mine: dict[int, set[int]] = {}  # what one process may write, by action
            for edge in edges:
                if edge.action is not None:
                    written = (s for write in edge.writes for s in places(write.target))
                    mine.setdefault(edge.action, set()).update(written)
            for action, slots in mine.items():
                together.setdefault(action, Counter()).update(slots)
        found.update(s for of in together.values() for s, times in of.items() if times > 1)
        return frozenset(found)

    def _fits(self, write: Write) -> bool:
        if id(write) not in self._fit:
            self._fit[id(write)] = self._surely_fits(write)
        return self._fit[id(write)]

    def _surely_fits(self, write: Write) -> bool:
        return (
            isinstance(write.target, ir.Slot)
            and not may_fault(write.value)
            and self._intervals.inside(write.value, write.low, write.high)
        )

    def raced_slots(self) -> frozenset[int]:
        """Slots that change where a deadline is met: whether the order of two deadlines matters is
        a finding, and is seen from the states that they lead to."""
        deadlines = [edge for edge in self.system.edges if edge.forced is not None]
        actions = {edge.action for edge in deadlines if edge.action is not None}
        found = set[int]()
        for edge in (*deadlines, *(e for e in self.system.edges if e.action in actions)):
            found.update(edge.restarts)
            for target in (*edge.resets, *(write.target for write in edge.writes)):
                found.update(places(target))
        return frozenset(found)

    def obliged(self) -> frozenset[int]:
        """Processes that reach beyond what they read and write: they may hold time up, have a
        priority over others' steps, fault in a guard, or are what a finding is about."""
        timed = self.system.unit is not None
        found = set[int]()
        for process in self.system.processes:
            if process.receptive or (timed and process.urgent):
                found.add(process.slot)
        for action in self.system.actions:
            if action.priority is not None or action.strategy or (timed and action.urgent):
                found.update(action.mentioned)
        for edge in self.system.edges:
            if edge.priority is not None or edge.forced is not None or may_fault(edge.enabled):
                found.add(edge.process)
        return frozenset(found)
