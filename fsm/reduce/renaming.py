"""A lowered system with its copies renamed, written so that equal systems are written alike.

An *arrangement* says for each slot which slot takes its place. What is written down is all that
decides about steps: two systems that are written alike differ at most in the order in which things
are listed, and in the names of copies.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import product
from types import MappingProxyType

from fsm.errors import FsmError
from fsm.expressions import Op
from fsm.semantics import ir
from fsm.semantics.lowered import Action, ClockInfo, Edge, System, Write

Arrangement = tuple[int, ...]
Content = Counter[str]
_FREE = (Op.AND, Op.OR, Op.ADD, Op.MUL, Op.MIN, Op.MAX, Op.EQ, Op.NE)  # in which order operands go
_MIRRORED = {Op.GT: Op.LT, Op.GE: Op.LE}


class Asymmetric(FsmError):
    """Something reads or writes one copy or another, whichever the state tells: that cannot be
    renamed."""


def may_fault(node: ir.Node) -> bool:
    """Can the expression be without a value?"""
    if isinstance(node, ir.Index):
        return True
    if isinstance(node, ir.Calc) and node.op in (Op.DIV, Op.MOD):
        divisor = node.operands[1]
        if not (isinstance(divisor, ir.Const) and divisor.value):
            return True
    return any(map(may_fault, ir.parts(node)))


class Renaming:
    """Writes the parts of a system under one arrangement of its slots and event instances.

    `values` gives slots that hold the number of a copy: each value by what takes its place.
    """

    def __init__(
        self, system: System, slots: Arrangement, events: Arrangement,
        values: Mapping[int, Mapping[int, int]] = MappingProxyType({}),
    ) -> None:  # fmt: skip
        self.system, self.slots, self.events, self.values = system, slots, events, values
        # By identity: the edges of one transition share what they read and write.
        self._read: dict[int, str] = {}
        self._written: dict[int, str] = {}

    # --- expressions ----------------------------------------------------------------------------

    def text(self, node: ir.Node) -> str:
        """The expression; operands whose order does not matter are sorted.

        The order of `and` and `or` decides which operand is read first, so it is kept where an
        operand may have no value.
        """
        match node:
            case ir.Const(value=value):
                return str(value)
            case (
                ir.Calc(op=Op.EQ | Op.NE as op, operands=(ir.Slot(k), ir.Const(value)))
                | ir.Calc(op=Op.EQ | Op.NE as op, operands=(ir.Const(value), ir.Slot(k)))
            ) if k in self.values:
                return f"{op.value}({self._number(k, value)},s{k})"
            case ir.Within(subject=ir.Slot(index=k), values=values) if k in self.values:
                return f"in(s{k},{sorted(self._number(k, v) for v in values)})"
            case ir.Slot(index=index) if index in self.values:
                raise Asymmetric("the number of a copy is used as a number")
            case ir.Slot(index=index):
                return f"s{self.slots[index]}"
            case ir.Indexed(base=base, indices=indices):
                return f"s{self._moved(base, indices)}[{self._all(indices)}]"
            case ir.Index(value=value, length=length, stride=stride, array=array):
                return f"{self.text(value)}<{length}*{stride}:{array}"
            case ir.Pick(table=table, indices=indices):
                return f"{table}[{self._all(indices)}]"
            case ir.Calc(op=op, operands=operands) if op in _FREE:
                parts = [self.text(x) for x in _flat(op, operands)]
                inorder = sorted(parts)
                if inorder != parts and op in (Op.AND, Op.OR) and any(map(may_fault, operands)):
                    inorder = parts
                return f"{op.value}({','.join(inorder)})"
            case ir.Calc(op=op, operands=(left, right)) if op in _MIRRORED:
                return f"{_MIRRORED[op].value}({self.text(right)},{self.text(left)})"
            case ir.Calc(op=op, operands=operands):
                return f"{op.value}({self._all(operands)})"
            case ir.Choose(condition=condition, then=then, otherwise=otherwise):
                return f"if({self._all((condition, then, otherwise))})"
            case ir.Within(subject=subject, values=values):
                return f"in({self.text(subject)},{sorted(values)})"
            case ir.ClockTest(clock=clock, op=op, bound=bound, unit=unit):
                return f"clock{unit}{op.value}({self.text(clock)},{self.text(bound)})"
            case _:
                return repr(node)

    def _number(self, slot: int, value: int) -> int:
        return self.values[slot].get(value, value)

    def _all(self, nodes: Sequence[ir.Node]) -> str:
        return ",".join(map(self.text, nodes))

    def _moved(self, base: int, indices: tuple[ir.Index, ...]) -> int:
        """Where a whole array has gone, if it has stayed in one piece."""
        for places in product(*(range(i.length) for i in indices)):
            offset = sum(k * i.stride for k, i in zip(places, indices, strict=True))
            if self.slots[base + offset] != self.slots[base] + offset:
                raise Asymmetric("an array is indexed across copies")
        return self.slots[base]

    # --- the system -----------------------------------------------------------------------------

    def content(self) -> list[Content]:
        """All that decides about starts, steps and time, each part in no order.

        Actions that are written alike are interchangeable, so fields need no names. Raises
        `Asymmetric`. Complexity: linear in the size of the system.
        """
        system = self.system
        on: dict[int | None, list[str]] = {}
        for edge in system.edges:
            on.setdefault(edge.action, []).append(self._edge(edge))
        return [
            Counter(self._slot(k) for k in range(len(system.slots))),
            Counter(on.pop(None, [])),
            Counter(
                self._action(action, sorted(on.get(number, ())))
                for number, action in enumerate(system.actions)
            ),
            Counter(map(self._clock, system.clocks)),
            Counter([self.text(system.where)]),
        ]

    def _slot(self, number: int) -> str:
        info = self.system.slots[number]
        return (
            f"{self.slots[number]} {info.kind.value} {info.low} {info.high} {self._first(number)}"
        )

    def _first(self, number: int) -> str:
        first = self.system.first[number]
        if number in self.values:
            return repr(sorted(self._number(number, value) for value in first))
        return repr(first)

    def _write(self, write: Write) -> tuple[object, ...]:
        match write:
            case Write(target=ir.Slot(index=k), value=ir.Const(value=value)) if k in self.values:
                return f"s{k}", self._number(k, value), write.low, write.high, write.name
            case _:
                value_ = self.text(write.value)
                return self.text(write.target), value_, write.low, write.high, write.name

    def _edge(self, edge: Edge) -> str:
        return repr((
            self.slots[edge.process], edge.transition, edge.leaf, edge.depth, edge.target,
            self._reading(edge.enabled), self._reading(edge.forced), self._writing(edge.writes),
            sorted(self.slots[k] for k in edge.restarts), sorted(map(self.text, edge.resets)),
            edge.priority,
        ))  # fmt: skip

    def _reading(self, node: ir.Node | None) -> str:
        """What an edge reads, once for all that share it."""
        if node is None:
            return ""
        if id(node) not in self._read:
            self._read[id(node)] = self.text(node)
        return self._read[id(node)]

    def _writing(self, writes: tuple[Write, ...]) -> str:
        """What an edge writes, once for all that share it."""
        if id(writes) not in self._written:
            self._written[id(writes)] = repr([*map(self._write, writes)])
        return self._written[id(writes)]

    def _action(self, action: Action, edges: list[str]) -> str:
        owner = None if action.owner is None else self.slots[action.owner]
        return repr((
            self.events[action.event], owner, sorted(self.slots[p] for p in action.mentioned),
            action.urgent, action.sync_all, action.priority, action.strategy, edges,
        ))  # fmt: skip

    def _clock(self, clock: ClockInfo) -> str:
        process = None if clock.process is None else self.slots[clock.process]
        paused = None if clock.paused is None else self.text(clock.paused)
        return repr((self.slots[clock.slot], process, sorted(clock.leaves), paused))


def _flat(op: Op, operands: Sequence[ir.Node]) -> list[ir.Node]:
    """`a and (b and c)` is `a and b and c`; so for all operators that associate."""
    if op in (Op.EQ, Op.NE):
        return [*operands]
    return [
        x
        for operand in operands
        for x in (
            _flat(op, operand.operands)
            if isinstance(operand, ir.Calc) and operand.op is op
            else [operand]
        )
    ]
