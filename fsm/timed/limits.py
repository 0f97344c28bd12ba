"""How far each clock matters in each discrete state: the largest constants that it may still be
compared with, from below and from above, before it is reset.

A clock that is compared with nothing any more is not *active*, and zones there do without it.
Each machine is looked at on its own, backwards along its transitions: what it compares from one of
its leaves, it may compare from every leaf before, unless the transition between resets the clock.
That is at least as much as the whole system does, so zones that agree up to these limits have the
same future. Source: Behrmann, Bouyer, Fleury & Larsen, "Static guard analysis in timed automata
verification", TACAS 2003.
"""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from fsm.explore.emit import Values
from fsm.explore.variants import Variants
from fsm.expressions import Op
from fsm.semantics import ir
from fsm.semantics.ir import Node
from fsm.semantics.lowered import Edge, System
from fsm.timed.dbm import NONE
from fsm.timed.guards import Numbering, comparison

Limits = dict[int, tuple[int, int]]  # clock -> from below, from above
Extra = tuple[tuple[int, int, int], ...]  # further clocks: (clock, low, high)
ASKED, DENIED, EITHER = (1,), (-1,), (1, -1)  # signs: as it stands, its opposite, or both


class Horizon(Struct, frozen=True):
    """The active clocks of a discrete state, and the limits of each; place 0 is the reference."""

    clocks: tuple[int, ...]
    low: tuple[int, ...]
    high: tuple[int, ...]


class Horizons:
    """The horizon of every vector of leaves.

    `always` are comparisons that may be made anywhere (those of a property), with both limits:
    `everywhere`. `local` has the limits that each leaf of each process adds.
    `exact`: both limits of a clock are the larger one, so that a zone is only taken for another
    where points agree on what they cannot do, too.
    """

    def __init__(
        self, system: System, variants: Variants, numbering: Numbering,
        always: Iterable[Node] = (), *, exact: bool = False,
    ) -> None:  # fmt: skip
        self._exact = exact
        self._variants, self._numbering = variants, numbering
        self._processes = len(system.processes)
        self.everywhere: Limits = {}
        for node in always:
            _raise(self.everywhere, self._of(node, EITHER))
        self.local = [self._in_process(system, p.slot) for p in system.processes]
        self._found: dict[tuple[Values, Extra], Horizon] = {}

    def at(self, state: Values, extra: Extra = ()) -> Horizon:
        """The horizon of a discrete state; `extra` adds clocks, with their limits."""
        where = state[: self._processes]
        found = self._found.get((where, extra))
        if found is None:
            limits = dict(self.everywhere)
            for process, leaf in enumerate(where):
                _raise(limits, self.local[process][leaf])
            _raise(limits, {clock: (low, high) for clock, low, high in extra})
            if self._exact:
                limits = {clock: (max(both),) * 2 for clock, both in limits.items()}
            clocks = tuple(sorted(limits))
            found = self._found[where, extra] = Horizon(
                (0, *clocks),
                (0, *(limits[c][0] for c in clocks)),
                (0, *(limits[c][1] for c in clocks)),
            )
        return found

    def _in_process(self, system: System, process: int) -> list[Limits]:
        """The limits for each leaf of a machine: a least fixpoint."""
        edges = [edge for edge in system.edges if edge.process == process]
        found: list[Limits] = [{} for _ in system.processes[process].leaves]
        for edge in edges:
            _raise(found[edge.leaf], self._own(system, edge, edges))
        changed = True
        while changed:
            changed = False
            for edge in edges:
                kept = {c: x for c, x in found[edge.target].items() if c - 1 not in edge.restarts}
                changed |= _raise(found[edge.leaf], kept)
        return found

    def _own(self, system: System, edge: Edge, edges: list[Edge]) -> Limits:
        """What a transition compares itself."""
        found: Limits = {}
        positive = asked_for(system, edge, edges)
        _raise(found, self._of(edge.enabled, ASKED if positive else EITHER))
        if edge.forced is not None:
            # Time stops at the bound: what is asked is that the clock has not passed it. Whatever
            # else the guard compares may hold time up or let it go.
            alone = len(ir.clock_tests(edge.forced)) == 1
            _raise(found, self._of(edge.forced, DENIED if alone else EITHER))
        for write in edge.writes:
            _raise(found, self._of(write.value, EITHER))
            _raise(found, self._of(write.target, EITHER))
        for reset in edge.resets:
            _raise(found, self._of(reset, EITHER))
        return found

    def _of(self, node: Node, signs: tuple[int, ...]) -> Limits:
        """The limits that an expression needs: `ASKED` where it is asked for as it stands, `DENIED`
        where its opposite is, `EITHER` where either may be."""
        found: Limits = {}
        for _, special in self._variants.cases(node):
            for sign in signs:
                for clock, below, units in self._comparisons(special, sign):
                    limits = (units, NONE) if below else (NONE, units)
                    _raise(found, {clock: limits})
        return found

    def _comparisons(self, node: Node, sign: int) -> Iterator[tuple[int, bool, int]]:
        """Each comparison: the clock, is it from below, with what."""
        for test, met in signed_tests(node, sign):
            op, units = comparison(test)
            number = self._numbering.of(test.clock)
            # No clock is negative: what then is true, or false, of every value asks for nothing.
            if op in (Op.GE, Op.GT, Op.EQ, Op.NE) and units >= (op is Op.GE):
                yield number, met > 0, units
            if op in (Op.LE, Op.LT, Op.EQ, Op.NE) and units >= (op is Op.LT):
                yield number, met < 0, units


def signed_tests(node: Node, sign: int) -> Iterator[tuple[ir.ClockTest, int]]:
    """Each comparison of a clock, with the sign under which it counts: 1 as it stands, -1 its
    opposite; below what is no logical connective, both."""
    match node:
        case ir.ClockTest():
            yield node, sign
        case ir.Calc(op=Op.AND | Op.OR, operands=operands):
            for operand in operands:
                yield from signed_tests(operand, sign)
        case ir.Calc(op=Op.NOT, operands=(inner,)):
            yield from signed_tests(inner, -sign)
        case ir.Calc(op=Op.IMPLIES, operands=(left, right)):
            yield from signed_tests(left, -sign)
            yield from signed_tests(right, sign)
        case _:
            for part in ir.parts(node):
                for either in EITHER:
                    yield from signed_tests(part, either)


def _raise(limits: Limits, others: Mapping[int, tuple[int, int]]) -> bool:
    """Raise limits to others; did any rise?"""
    risen = False
    for clock, (low, high) in others.items():
        before = limits.get(clock, (NONE, NONE))
        after = max(before[0], low), max(before[1], high)
        if after != before or clock not in limits:
            limits[clock] = after
            risen = True
    return risen


def asked_for(system: System, edge: Edge, edges: list[Edge]) -> bool:
    """Does nothing depend on the transition being disabled? Neither a priority, nor a transition
    further out, nor a listener that stays as it is, nor time that an urgent event holds up."""
    if edge.priority is not None:
        return False
    if edge.action is None:
        return True
    action = system.actions[edge.action]
    if action.priority is not None or action.urgent:
        return False
    if edge.process != action.owner and not action.sync_all:
        return False
    return not any(
        e.leaf == edge.leaf and e.action == edge.action and e.depth < edge.depth for e in edges
    )
