"""Composite steps in Promela: one option of a loop each, guarded by everything that it needs.

Who goes together, inner first and priorities are settled by guards, so that each option is one
deterministic step, and what SPIN counts are the states and steps of the spec. A step that would
fault has a guard that is false where it would.
"""

from collections.abc import Iterator, Mapping
from itertools import combinations, product

from msgspec import Struct
from msgspec.structs import replace

from fsm.errors import UsageError
from fsm.interop.promela_expressions import Expressions, both, either, negation
from fsm.interop.promela_names import Cell
from fsm.semantics import ir
from fsm.semantics.ir import FALSE, Node, specialise
from fsm.semantics.lowered import Edge, System, Write

STEP_LIMIT = 20_000  # options of the loop


class Move(Struct, frozen=True):
    """One transition of one process with one choice: edges that differ only in where they start.

    `depths` gives for each leaf that it leaves how deep its source lies; `target` is None where the
    process stays. `name` is that of the macro for "its source is active and its guard is true".
    """

    name: str
    edge: Edge
    depths: Mapping[int, int]
    target: int | None
    writes: tuple[Write, ...]
    enabled: str


class Step(Struct, frozen=True):
    """A way in which something can happen: its guard without and with what the other steps and
    faults forbid, and what it does. `action` is None for a spontaneous step."""

    action: int | None
    moves: tuple[Move, ...]
    priority: int | None
    possible: str
    guard: str
    statements: tuple[str, ...]


class Steps:
    """Every step of a system in one variant (`values` of its configuration).

    Raises `UsageError` F629 where listeners combine in too many ways.
    Complexity: linear in the number of combinations, quadratic in what guards exclude.
    """

    def __init__(self, system: System, write: Expressions, values: Mapping[int, int]) -> None:
        self.system, self.write, self.values = system, write, values
        self.temporaries = 0  # how many are needed at most
        self.moves = list(self._moves())
        self._of: dict[tuple[int, int | None], list[Move]] = {}
        for move in self.moves:
            self._of.setdefault((move.edge.process, move.edge.action), []).append(move)
        candidates = [step for action in range(len(system.actions)) for step in self._on(action)]
        candidates += [
            self._step(None, (move,), (), move.edge.priority)
            for process in range(len(system.processes))
            for move in self._of.get((process, None), ())
        ]
        # By priority: a macro for "something of that priority is enabled".
        stated = sorted({s.priority for s in candidates if s.priority is not None})
        self.levels = {
            priority: (
                f"level_{k}", either(*(s.possible for s in candidates if s.priority == priority))
            )
            for k, priority in enumerate(stated)
        }  # fmt: skip
        self.steps = [self._undominated(s) for s in candidates if s.guard != "0"]

    # --- moves --------------------------------------------------------------------------------

    def _moves(self) -> Iterator[Move]:
        alike: dict[object, list[Edge]] = {}
        for edge in self.system.edges:
            enabled = specialise(edge.enabled, self.values)
            if enabled == FALSE:
                continue
            target = None if edge.target == edge.leaf else edge.target
            key = (edge.process, edge.transition, edge.action, edge.chosen, enabled, target)
            alike.setdefault(key, []).append(edge)
        for number, ((*_, enabled, target), edges) in enumerate(alike.items()):  # type: ignore[misc]
            first = edges[0]
            where = ir.Within(ir.Slot(first.process), tuple(e.leaf for e in edges))
            writes = tuple(self._special(w) for w in first.writes)
            text = both(
                self.write.value(where), self.write.defined(enabled), self.write.value(enabled)
            )
            depths = {e.leaf: e.depth for e in edges}
            yield Move(f"can_{number}", first, depths, target, writes, text)

    def _special(self, write: Write) -> Write:
        target, value = specialise(write.target, self.values), specialise(write.value, self.values)
        return replace(write, target=target, value=value)

    def _beaten(self, move: Move) -> Iterator[str]:
        """When another transition of the process for the same event comes first: it starts deeper
        inside, or as deep with a higher priority."""
        mine = move.edge.priority
        for other in self._of[move.edge.process, move.edge.action]:
            theirs = other.edge.priority
            higher = mine is not None and theirs is not None and theirs > mine
            common = move.depths.keys() & other.depths.keys()
            first = tuple(
                leaf
                for leaf in sorted(common)
                if other.depths[leaf] > move.depths[leaf]
                or (higher and other.depths[leaf] == move.depths[leaf])
            )
            if first:
                whole = len(first) == len(common)
                where = ir.Within(ir.Slot(move.edge.process), first)
                yield other.name if whole else both(other.name, self.write.value(where))

    # --- steps --------------------------------------------------------------------------------

    def _on(self, number: int) -> Iterator[Step]:
        """Rules 3.2 and 3.3: every way in which an action can occur."""
        action = self.system.actions[number]
        if action.owner is not None and action.owner not in action.mentioned:
            return
        ways: list[list[Move | None]] = []
        for process in action.mentioned:
            moves = self._of.get((process, number), [])
            must = action.sync_all or process == action.owner
            ways.append([*moves] if must else [*moves, None])
        total = 1
        for way in ways:
            total *= len(way)
        if total > STEP_LIMIT:
            raise _too_many(action.name)
        for chosen in product(*ways):
            taking = tuple(move for move in chosen if move is not None)
            idle = (p for p, move in zip(action.mentioned, chosen, strict=True) if move is None)
            if taking:
                silent = tuple(m.name for p in idle for m in self._of.get((p, number), ()))
                priority = action.priority
                if priority is None and action.owner is not None:
                    owners = (m.edge.priority for m in taking if m.edge.process == action.owner)
                    priority = next(owners)
                yield self._step(number, taking, silent, priority)

    def _step(
        self, action: int | None, moves: tuple[Move, ...], silent: tuple[str, ...],
        priority: int | None,
    ) -> Step:  # fmt: skip
        beaten = (name for move in moves for name in self._beaten(move) if action is not None)
        excluded = (*beaten, *silent)
        possible = both(*(m.name for m in moves), *map(negation, excluded))
        writes = [write for move in moves for write in move.writes]
        guard = both(possible, *self._faultless(writes))
        return Step(action, moves, priority, possible, guard, tuple(self._effect(moves, writes)))

    def _undominated(self, step: Step) -> Step:
        """Rule 3.6 between steps: what states a priority gives way to what states a higher one."""
        if step.priority is None:
            return step
        higher = (name for p, (name, _) in self.levels.items() if p > step.priority)
        return replace(step, guard=both(step.guard, *map(negation, higher)))

    def _faultless(self, writes: list[Write]) -> Iterator[str]:
        """Rule 3.5: values exist and fit, places exist, and none is written twice."""
        for write in writes:
            yield self.write.defined(write.value)
            low, high = self.write.bounds(write.value)
            value = self.write.value(write.value)
            yield "1" if low >= write.low else f"({value} >= {write.low})"
            yield "1" if high <= write.high else f"({value} <= {write.high})"
            yield self.write.defined(write.target)
        for one, other in combinations(writes, 2):
            if self._cell(one.target) == self._cell(other.target):
                a, b = self._place(one.target), self._place(other.target)
                if a == b:
                    yield "0"
                elif not (a + b).isdecimal():
                    yield f"({a} != {b})"

    def _effect(self, moves: tuple[Move, ...], writes: list[Write]) -> Iterator[str]:
        """The assignments; where one would read what another has written, values come first."""
        places = [self._place(write.target) for write in writes]
        values = [self.write.value(write.value) for write in writes]
        if self._tangled(writes):
            computed = [text for text in (*values, *places) if not text.isdecimal()]
            known = {text: f"t_{k}" for k, text in enumerate(dict.fromkeys(computed))}
            self.temporaries = max(self.temporaries, len(known))
            yield from (f"{name} = {text}" for text, name in known.items())
            places = [known.get(place, place) for place in places]
            values = [known.get(value, value) for value in values]
        for write, place, value in zip(writes, places, values, strict=True):
            cell = self._cell(write.target)
            yield f"{cell.name if cell.length is None else f'{cell.name}[{place}]'} = {value}"
        for move in moves:  # last: nothing reads any more where a machine is
            if move.target is not None:
                process = move.edge.process
                at = self.write.names.cell_of[process].at(process)
                yield f"{at} = {self.write.names.states[process][move.target]}"

    def _tangled(self, writes: list[Write]) -> bool:
        """Does one read, in its value or its place, a cell that another one writes?"""
        for k, write in enumerate(writes):
            others = {self._cell(w.target).name for w in (*writes[:k], *writes[k + 1 :])}
            read = self._reads(write.value).union(*map(self._reads, ir.parts(write.target)))
            if read & others:
                return True
        return False

    def _reads(self, node: Node) -> set[str]:
        own = {self._cell(node).name} if isinstance(node, ir.Slot | ir.Indexed) else set[str]()
        return own.union(*map(self._reads, ir.parts(node)))

    def _cell(self, node: Node) -> Cell:
        assert isinstance(node, ir.Slot | ir.Indexed)
        return self.write.names.cell_of[node.index if isinstance(node, ir.Slot) else node.base]

    def _place(self, node: Node) -> str:
        """The number of the element, in its cell, that is written."""
        if isinstance(node, ir.Slot):
            return str(self._cell(node).place(node.index))
        assert isinstance(node, ir.Indexed)
        return self.write.element(node)


def _too_many(event: str) -> UsageError:
    return UsageError(
        "F629",
        f"{event} can happen in more than {STEP_LIMIT} ways, each of which is a step in Promela",
        "let fewer machines listen to it, or make fewer copies",
    )
