"""The step function of a system, written as Python source over packed integers.

What a step is, is said once here for plain Python and for machine code: the source is one, and only
the packing of states and the family of variants differ. It must agree with `Successors`, which says
the same on tuples, without generated code, in the order in which one would explain it.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import combinations, product
from math import prod

from fsm.errors import UsageError
from fsm.explore.codes import Codes, GuardFault, Ignored, Kind, PauseFault, Rivals, Sight
from fsm.explore.effects import FAULTY, Shared, shared_slots
from fsm.explore.packing import Packing
from fsm.explore.pieces import Pieces
from fsm.explore.successors import rivals
from fsm.explore.text import Text, comment
from fsm.explore.variants import Variants
from fsm.semantics.lowered import Edge, System

MOST = 1 << 16  # steps out of one state
PAUSES = 6  # clocks that may stand still independently of each other


class TooWide(UsageError):
    """A state may have too many steps at once for a generated step function."""

    def __init__(self, what: str) -> None:
        super().__init__(
            "F619",
            f"too much may happen at once for a generated step function: {what}",
            "leave out --engine python: the engine reference has no such limit",
        )


@dataclass(frozen=True, slots=True)
class Program:
    """A step function `expand`, as source, and what its answers mean.

    `expand(p, m, code, target, mask, oc, om, od, of)` fills `code`, `target` and `mask` with the
    steps out of the state p for the variants m, and answers how many there are. The arrays have
    room for `most`, the scratch arrays for `scratch` entries. A negative code -1-k
    is sight k; below that, -1-SIGHTS-c says that step c faults. `single`: there is one variant, and
    masks are left out.
    """

    text: str
    codes: Codes
    sights: tuple[Sight, ...]
    packing: Packing
    most: int
    scratch: int
    single: bool


def write_program(system: System, variants: Variants, packing: Packing) -> Program:
    """Write the step function of a system for a family of variants.

    Raises `TooWide` where a state may have more than 65,536 steps. Complexity: linear in the
    edges, times the combinations of the configuration variables that each reads.
    """
    return _Writer(system, variants, packing).write()


@dataclass(frozen=True, slots=True)
class _Room:
    """The part of the scratch arrays that holds the options of one process."""

    first: int
    counter: str


class _Writer(Pieces):
    """Writes one program; `text` grows in the order of the source."""

    def write(self) -> Program:
        body, self.text = self.text, Text()
        with self.text.block("def expand(p, m, code, target, mask, oc, om, od, of)"):
            if self.single:
                self.text.line("m = 1")
            for name, field in zip(self.names, self.packing.fields, strict=True):
                self.text.line(f"{name} = {field.read()}")
            self.text.line("n = 0", "blocked = 0")
            if self._step_priorities():
                self.text.line("# first: at which priorities can something happen?")
                self.text.line(*(f"h{k} = 0" for k in range(len(self.levels))))
                self._discrete(ranking=True)
                self.ranked = True
            strategies = [k for k, a in enumerate(self.system.actions) if a.strategy]
            self.text.line(*(f"c{k} = 0" for k in strategies))
            self._discrete(ranking=False)
            self._rivals(strategies)
            if self.system.unit is not None:
                self._delay()
            self.text.line("return n")
        function, self.text = self.text, body
        self.text.line(comment(f"The steps of {self.system.spec.name}."), "")
        self.text.line(f"SIGHTS = {len(self.sights)}  # what is noticed on the way has codes -1, …")
        for value, name in self.constants.items():
            self.text.line(f"{name} = {value:#x}{self._reading(value)}")
        self.text.line("", "")
        if self.most > MOST:
            raise TooWide(f"up to {self.most} steps out of one state")
        return Program(
            f"{self.text}{function}", self.codes, tuple(self.sights), self.packing,
            self.most, max(1, self.scratch), self.single,
        )  # fmt: skip

    # --- discrete steps -----------------------------------------------------------------------

    def _discrete(self, *, ranking: bool) -> None:
        for number, action in enumerate(self.system.actions):
            if ranking and not self._ranks(number):
                continue
            kind = self.codes.kinds[number]
            fields = "".join(f" {name}={value}" for name, value in action.fields)
            self.text.line(comment(f"{action.name}{fields}"))
            if len(action.mentioned) == 1:
                self._alone(kind, action.mentioned[0], ranking=ranking)
            elif action.mentioned:
                self._together(kind, ranking=ranking)
        for process in self.system.processes:
            self.text.line(comment(f"{process.name} by itself"))
            for leaf, edges in self._leaves(None, process.slot):
                if ranking:
                    edges = [edge for edge in edges if edge.priority is not None]
                with self.text.block(f"if {self.names[process.slot]} == {leaf}"):
                    self.text.line(comment(f"{process.leaves[leaf]}"))
                    for edge in sorted(edges, key=lambda e: e.number):
                        self._spontaneous(edge, ranking=ranking)

    def _spontaneous(self, edge: Edge, *, ranking: bool) -> None:
        name = f"e{edge.number}"
        self._truth(name, edge.enabled, "m", GuardFault(edge.number))
        if ranking:
            self._rank(edge.priority, name)
            return
        self._below(name, edge.priority)
        code = self.codes.spontaneous[edge.number].first + 1
        self._take(edge, name, code, Shared({}, 0, ()))

    def _take(self, edge: Edge, mask: str, code: int, shared: Shared) -> None:
        """The steps in which an edge goes alone: one for each set of variants that update alike."""
        with self.text.block(f"if {mask}"):
            for which, writes in self._updates(edge):
                effect = self.effects.of(edge, writes, shared)
                here = self._within(mask, which)
                if here != mask:
                    self.text.line(f"x = {here}")
                self.most += 1
                with self._where("x" if here != mask else ""), self._where(effect.ok or ""):
                    self._add(str(code), f"p {effect.change}", "x" if here != mask else mask)
                if effect.ok:
                    test = f"{'x and ' if here != mask else ''}not ({effect.ok})"
                    with self.text.block(f"if {test}"):
                        self._add(f"-1 - SIGHTS - {code}", "p", here)

    def _alone(self, kind: Kind, process: int, *, ranking: bool) -> None:
        """An action that only one process mentions."""
        assert kind.action is not None
        action = self.system.actions[kind.action]
        for leaf, edges in self._leaves(kind.action, process):
            with self.text.block(f"if {self.names[process]} == {leaf}"):
                self.text.line(comment(self.system.processes[process].leaves[leaf]))
                for edge, name in self._enabled(edges):
                    priority = self._priority(kind.action, edge)
                    if action.urgent and (ranking or not self.ranked):
                        self.text.line(f"blocked |= {name}")
                    if ranking:
                        self._rank(priority, name)
                        continue
                    self._below(name, priority)
                    if action.strategy:
                        self.text.line(f"c{kind.action} |= {name}")
                    code = kind.first + kind.part(0, edge.number)
                    self._take(edge, name, code, Shared({}, 0, ()))

    # --- steps in which several processes take part -------------------------------------------

    def _together(self, kind: Kind, *, ranking: bool) -> None:
        """Collect the options of each process, then combine them.

        `u` holds the variants in which every process so far has an option, `some` those in which
        at least one takes part.
        """
        assert kind.action is not None
        action = self.system.actions[kind.action]
        groups = [self._leaves(kind.action, p) for p in action.mentioned]
        shared = shared_slots(self.system, ((e for _, es in g for e in es) for g in groups))
        needed = [k for k, p in enumerate(action.mentioned) if action.sync_all or p == action.owner]
        if any(not groups[k] for k in needed) or not any(groups):
            return
        ways = prod(self._options(g, k not in needed) for k, g in enumerate(groups))
        self.most += 0 if ranking else ways
        rooms: list[_Room] = []
        self.text.line("u = m", "some = 0")
        with ExitStack() as nest:
            for k, process in enumerate(action.mentioned):
                rooms.append(_Room(sum(self._options(g, True) for g in groups[:k]), f"n{k}"))
                self._collect(kind, k, process, groups[k], rooms[k], shared,
                              idle=k not in needed, ranking=ranking)  # fmt: skip
                nest.enter_context(self.text.block("if u"))
            self.scratch = max(self.scratch, sum(self._options(g, True) for g in groups))
            self._combine(kind, rooms, shared, ranking=ranking)

    def _options(self, group: list[tuple[int, list[Edge]]], idle: bool) -> int:
        """How many options a process has at most, with one for staying as it is."""
        most = max((sum(len(self._updates(e)) for e in edges) for _, edges in group), default=0)
        return most + idle

    def _collect(
        self, kind: Kind, place: int, process: int, group: list[tuple[int, list[Edge]]],
        room: _Room, shared: Shared, *, idle: bool, ranking: bool,
    ) -> None:  # fmt: skip
        """The options of one process: each edge that it may take, and to stay as it is."""
        assert kind.action is not None
        action = self.system.actions[kind.action]
        self.text.line(f"{room.counter} = 0", f"w{place} = m" if idle else "w = 0")
        for leaf, edges in group:
            with self.text.block(f"if {self.names[process]} == {leaf}"):
                self.text.line(f"# {self.system.processes[process].name} in "
                               f"{self.system.processes[process].leaves[leaf]}")  # fmt: skip
                for edge, name in self._enabled(edges):
                    if idle:
                        self.text.line(f"w{place} &= ~{name}")
                    if process == action.owner and not ranking:
                        self._below(name, self._priority(kind.action, edge))
                    if not idle:
                        self.text.line(f"w |= {name}")
                    self.text.line(f"some |= {name}")
                    self._offer(kind, place, edge, name, room, shared)
        if idle:
            with self.text.block(f"if w{place}"):
                self._put(room, "0", "0", f"w{place}", "0")
        else:
            self.text.line("u &= w")

    def _offer(
        self, kind: Kind, place: int, edge: Edge, mask: str, room: _Room, shared: Shared
    ) -> None:
        with self.text.block(f"if {mask}"):
            for which, writes in self._updates(edge):
                effect = self.effects.of(edge, writes, shared)
                part = str(kind.part(place, edge.number))
                here = self._within(mask, which)
                if here != mask:
                    self.text.line(f"x = {here}")
                found = "x" if here != mask else mask
                with self._where("x" if here != mask else ""):
                    if effect.ok is None:
                        self._put(room, part, effect.change, found, effect.touch)
                        continue
                    with self.text.block(f"if {effect.ok}"):
                        self._put(room, part, effect.change, found, effect.touch)
                    with self.text.block("else"):
                        self._put(room, part, "0", found, str(FAULTY))

    def _put(self, room: _Room, part: str, change: str, mask: str, touch: str) -> None:
        at = f"{room.first} + {room.counter}"
        self.text.line(f"oc[{at}] = {part}", f"om[{at}] = {mask}", f"of[{at}] = {touch}")
        self.text.line(f"od[{at}] = {change.removeprefix('+ ')}")
        self.text.line(f"{room.counter} += 1")

    def _combine(self, kind: Kind, rooms: list[_Room], shared: Shared, *, ranking: bool) -> None:
        """Every choice of one option a process; the last varies fastest."""
        assert kind.action is not None
        action = self.system.actions[kind.action]
        self.text.line("u &= some")
        if action.urgent and (ranking or not self.ranked):
            self.text.line("blocked |= u")
        if ranking:
            self._rank_together(kind)
            return
        if action.owner is None:
            self._below("u", action.priority)
        if action.strategy:
            self.text.line(f"c{kind.action} |= u")
        for place, process in enumerate(action.mentioned):
            idle = not action.sync_all and process != action.owner
            if idle and self.system.processes[process].receptive:
                with self.text.block(f"if w{place} & u"):
                    self._notice(Ignored(process, action.event), f"w{place} & u")
        with ExitStack() as nest:
            for k, room in enumerate(rooms):
                nest.enter_context(
                    self.text.block(
                        f"for i{k} in range({room.first}, {room.first} + {room.counter})"
                    )
                )
            each = [f"om[i{k}]" for k in range(len(rooms))]
            nest_test = " & ".join(["u", *each])
            self.text.line(f"x = {nest_test}")
            nest.enter_context(self.text.block("if x"))
            code = " + ".join([str(kind.first), *(f"oc[i{k}]" for k in range(len(rooms)))])
            if action.owner is None and not action.sync_all:
                self.text.line(f"t = {code}")
                nest.enter_context(self.text.block(f"if t != {kind.first}"))
                code = "t"
            self._emit_together(code, len(rooms), shared)

    def _emit_together(self, code: str, size: int, shared: Shared) -> None:
        moved = " + ".join(["p", *(f"od[i{k}]" for k in range(size))])
        touches = [f"of[i{k}]" for k in range(size)]
        self.text.line(f"bits = {' | '.join(touches)}")
        clash = [f"{a} & {b}" for a, b in combinations(touches, 2)] if shared.variables else []
        tests = [f"bits & {FAULTY}"] + (
            [f"({' | '.join(clash)}) & {shared.variables}"] if clash else []
        )
        with self.text.block(f"if {' or '.join(tests)}"):
            self._add(f"-1 - SIGHTS - ({code})", "p", "x")
        with self.text.block("else"):
            for slot in shared.clocks:
                moved += f" - ({self.effects.reset(slot)} if bits & {shared.bits[slot]} else 0)"
            self._add(code, moved, "x")

    def _rank_together(self, kind: Kind) -> None:
        assert kind.action is not None
        action = self.system.actions[kind.action]
        if action.priority is not None or action.owner is None:
            self._rank(action.priority, "u")
            return
        for leaf, edges in self._leaves(kind.action, action.owner):
            with self.text.block(f"if {self.names[action.owner]} == {leaf}"):
                for edge in edges:
                    self._rank(edge.priority, f"e{edge.number} & u")

    # --- what follows the discrete steps ------------------------------------------------------

    def _rivals(self, strategies: Sequence[int]) -> None:
        for one, other in combinations(strategies, 2):
            if rivals(self.system, one, other):
                self.text.line(f"x = c{one} & c{other}")
                with self.text.block("if x"):
                    self._notice(Rivals(one, other), "x")

    def _delay(self) -> None:
        """One unit passes, unless something is urgent or a deadline is reached."""
        self.text.line("# one unit of time passes", "w = m & ~blocked")
        for process in self.system.processes:
            if process.urgent:
                leaves = " or ".join(
                    f"{self.names[process.slot]} == {k}" for k in sorted(process.urgent)
                )
                with self.text.block(f"if {leaves}"):
                    self.text.line("w = 0")
        for edge in self.system.edges:
            if edge.forced is not None and self._cases(edge.forced):
                with self.text.block(f"if {self.names[edge.process]} == {edge.leaf}"):
                    self._truth("held", edge.forced, "w", None)
                    self.text.line("w &= ~held")
        with self.text.block("if w"):
            self._pass_time()

    def _pass_time(self) -> None:
        pauses = [c for c in self.system.clocks if c.paused is not None]
        if len(pauses) > PAUSES:
            raise TooWide(f"{len(pauses)} clocks that pause")
        for k, clock in enumerate(pauses):
            assert clock.paused is not None
            self._truth(f"z{k}", clock.paused, "w", PauseFault(k))
        advance = {c.slot: self._advance(c.slot, c.process, c.leaves) for c in self.system.clocks}
        self.most += 1 << len(pauses)
        for still in product((False, True), repeat=len(pauses)):
            chosen = [f"{'' if stands else '~'}z{k}" for k, stands in enumerate(reversed(still))]
            standing = {c.slot for c, stands in zip(pauses, reversed(still), strict=True) if stands}
            self.text.line(f"x = {' & '.join(['w', *chosen])}")
            with self.text.block("if x"):
                running = [amount for slot, amount in advance.items() if slot not in standing]
                self._add("0", " + ".join(["p", *running]), "x")

    def _advance(self, slot: int, process: int | None, leaves: frozenset[int]) -> str:
        """What a unit of time adds for a clock: it stops just above its limit."""
        field, info = self.packing.fields[slot], self.system.slots[slot]
        tests = [f"{self.names[slot]} < {info.high}"]
        if process is not None and len(leaves) < len(self.system.processes[process].leaves):
            inside = " or ".join(f"{self.names[process]} == {k}" for k in sorted(leaves))
            tests.insert(0, f"({inside})" if len(leaves) > 1 else inside)
        return f"({field.weight} if {' and '.join(tests)} else 0)"
