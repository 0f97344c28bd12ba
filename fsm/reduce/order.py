"""Partial order reduction: of steps that do not touch each other, one order is explored.

While a machine is in a *private* state, nothing that the others do can give it another step or take
one away, and nothing that it does there matters to their steps or to the selected properties. So
where it can step, its steps alone are followed (an ample set), and all others keep theirs for
later. A state is private if every transition out of it

- goes with no other machine: it is spontaneous, or its event is mentioned by nobody else,
- reads nothing that another machine writes, writes nothing that another one reads or writes or a
  property reads, and cannot fault,
- leads to a state that no other machine and no property can tell from it, and in which the machine
  does not begin to go along with others' events,

and if no cycle runs through private states alone. These are the conditions C0 to C3 for ample sets
(Peled, "All from one, one for all", CAV 1993, doi 10.1007/3-540-56922-7_34; Baier & Katoen,
Principles of Model Checking, 2008, section 8.2), decided before the search, C3 by breaking every
local cycle (Kurshan, Levin, Minea, Peled & Yenigün, "Static partial order reduction", TACAS 1998).
They are fulfilled in each variant by itself: a step that only some
variants can take is an ample set for those, and the others go on with the next machine.

What is kept: which states of the property can be reached, every state in which nothing can happen,
every step and fault that some run has, and so every structural finding of a spec without time,
priorities, strategies and receptive machines. Shortest runs are not kept: they are looked for again
without the reduction (`fsm.check.shortest`).
"""

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct

from fsm.explore.space import StepFunction
from fsm.expressions import Op
from fsm.model import Pattern, Property, Text
from fsm.reduce.influence import Influence, places, reads
from fsm.reduce.labels import labels
from fsm.reduce.reduction import ORDER, Reduction
from fsm.reduce.renaming import may_fault
from fsm.semantics import ir
from fsm.semantics.lower_expressions import Lowering
from fsm.semantics.lowered import Edge, System

STATES = (Pattern.NEVER, Pattern.ALWAYS, Pattern.REACHABLE)


class Order(Struct, frozen=True):
    """The private leaves of each process."""

    system: System
    private: tuple[frozenset[int], ...]

    def told(self) -> Reduction:
        """What the report says: of each machine, how many states it has, and in how many of them
        the order of steps still counts."""
        subjects = tuple(
            (p.name, len(p.leaves), len(p.leaves) - len(private))
            for p, private in zip(self.system.processes, self.private, strict=True)
            if private
        )
        names = ", ".join(name for name, _, _ in subjects)
        words = Text(
            f"互不相干的步骤只取一种次序：{names}",
            f"steps that do not touch each other are taken in one order: {names}",
        )
        return Reduction(ORDER, words, subjects)


class Ordered:
    """A step function that gives an ample set of steps; it takes the place of the one it wraps."""

    def __init__(self, inner: StepFunction, order: Order) -> None:
        self._inner = inner
        self._private = [
            (process.slot, private)
            for process, private in zip(inner.system.processes, order.private, strict=True)
            if private
        ]
        self._mover: list[int] = []  # of each step: the process that moves alone, or -1
        self.system, self.variants, self.steps = inner.system, inner.variants, inner.steps
        self.faults, self.competing = inner.faults, inner.competing
        self.ignored, self.values, self.key = inner.ignored, inner.values, inner.key

    def initial(self) -> Iterator[tuple[Any, int]]:
        """All initial states."""
        return self._inner.initial()

    def of(self, state: Any, mask: int) -> list[tuple[int, Any, int]]:
        """For each variant the steps of the first machine that is somewhere private and has one,
        else all."""
        steps = self._inner.of(state, mask)
        self._look_at_new_steps()
        where, found, left = self.values(state), [], mask
        for slot, private in self._private:
            if where[slot] not in private:
                continue
            mine = [(n, t, m & left) for n, t, m in steps if self._mover[n] == slot and m & left]
            found += mine
            for _, _, m in mine:
                left &= ~m
            if not left:
                return found
        return [*found, *((n, t, m & left) for n, t, m in steps if m & left)]

    def _look_at_new_steps(self) -> None:
        for info in self.steps[len(self._mover) :]:
            movers = {self.system.edges[e].process for e in info.edges}
            self._mover.append(movers.pop() if len(movers) == 1 else -1)


def order(system: System, lowering: Lowering, selected: Sequence[Property]) -> Order | None:
    """The private states of a system, None where there are none or the properties need more.

    Complexity: for each machine, its edges times the formulas of the others.
    """
    if (
        system.unit is not None
        or any(p.pattern not in STATES for p in selected)
        or any(p.receptive for p in system.processes)
        or any(a.priority is not None or a.strategy for a in system.actions)
        or any(e.priority is not None for e in system.edges)
    ):
        return None
    nodes, watched = labels(system, lowering, selected)
    if watched or not selected or len(system.processes) < 2:
        return None
    search = _Private(system, lowering, nodes)
    private = tuple(map(search.leaves, range(len(system.processes))))
    return Order(system, private) if any(private) else None


class _Private:
    """Looks for the private leaves of one process after the other."""

    def __init__(self, system: System, lowering: Lowering, nodes: Sequence[ir.Node]) -> None:
        self.system, self.nodes = system, nodes
        self._risky = Influence(system, lowering.codes).risky_slots()
        self._edges: list[list[Edge]] = [[] for _ in system.processes]
        for edge in system.edges:
            self._edges[edge.process].append(edge)
        self._formulas = [[*_formulas(edges)] for edges in self._edges]
        self._written = [
            {s for e in edges for w in e.writes for s in places(w.target)} for edges in self._edges
        ]
        self._read = [{s for f in fs for s in reads(f)} for fs in self._formulas]

    def leaves(self, process: int) -> frozenset[int]:
        """The private leaves."""
        others = [k for k in range(len(self._edges)) if k != process]
        places_of_others = {self.system.processes[k].slot for k in others}
        written = places_of_others.union(*(self._written[k] for k in others))
        used = set[int]().union(*(self._read[k] for k in others), written)
        used.update(s for node in self.nodes for s in reads(node))
        seeing = [*self.nodes, *(f for k in others for f in self._formulas[k])]
        slot = self.system.processes[process].slot
        out: dict[int, set[int]] = {}
        for leaf in range(len(self.system.processes[process].leaves)):
            edges = [e for e in self._edges[process] if e.leaf == leaf]
            if all(
                self._alone(e, written, used - {slot}) and _alike(seeing, slot, leaf, e.target)
                for e in edges
            ):
                out[leaf] = {e.target for e in edges}
        for leaf in list(out):
            if leaf in _reached(out, leaf):
                del out[leaf]
        return frozenset(leaf for leaf, targets in out.items() if targets)

    def _alone(self, edge: Edge, written: set[int], used: set[int]) -> bool:
        """Does it concern its own machine alone, and leave the machine out of others' steps?"""
        if edge.action is not None and self.system.actions[edge.action].mentioned != (
            edge.process,
        ):
            return False
        changed = {s for w in edge.writes for s in places(w.target)}
        read = {s for f in _formulas([edge]) for s in reads(f)}
        if read & written or changed & (used | self._risky) or may_fault(edge.enabled):
            return False
        return not any(
            self._joins(e) for e in self._edges[edge.process] if e.leaf == edge.target
        )  # fmt: skip

    def _joins(self, edge: Edge) -> bool:
        """Is it a part in a step that can also happen without this machine?"""
        if edge.action is None:
            return False
        action = self.system.actions[edge.action]
        alone = action.mentioned == (edge.process,)
        return not (alone or action.sync_all or action.owner == edge.process)


def _formulas(edges: Sequence[Edge]) -> Iterator[ir.Node]:
    """Everything that the edges read; where they write is read, too, as far as indices go."""
    for edge in edges:
        yield edge.enabled
        for write in edge.writes:
            yield write.value
            yield from ir.parts(write.target)


def _alike(formulas: Sequence[ir.Node], slot: int, one: int, two: int) -> bool:
    """Does every formula have the same value in both leaves?"""
    return all(_same(formula, slot, one, two) for formula in formulas)


def _same(node: ir.Node, slot: int, one: int, two: int) -> bool:
    match node:
        case ir.Within(subject=ir.Slot(index=index), values=values) if index == slot:
            return (one in values) == (two in values)
        case ir.Calc(op=Op.EQ | Op.NE, operands=(ir.Slot(index=index), ir.Const(value=value))) if (
            index == slot
        ):
            return (one == value) == (two == value)
        case ir.Slot(index=index):
            return index != slot
        case ir.Indexed():
            return slot not in places(node) and all(
                _same(part, slot, one, two) for part in ir.parts(node)
            )
        case _:
            return all(_same(part, slot, one, two) for part in ir.parts(node))


def _reached(out: dict[int, set[int]], start: int) -> set[int]:
    """The leaves to which private ones lead from `start`."""
    found: set[int] = set()
    waiting = list(out[start])
    while waiting:
        leaf = waiting.pop()
        if leaf not in found:
            found.add(leaf)
            waiting.extend(out.get(leaf, ()))
    return found
