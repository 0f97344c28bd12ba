"""A timed system as one without time: each transition becomes one for each box of clock values in
which its guard reads alike, and the boxes stand beside the system.

What is left reads no clock, so the generated step functions of `fsm.explore.program` serve dense
time too: a step of the split system can be taken at the points of its box. That is exact only where
no rule asks for the *opposite* of a condition on clocks, since the opposite of a box is none: inner
transitions before outer ones, priorities, listeners that stay as they are, urgent events. Systems
in which one of these depends on a clock are refused, and the search in Python serves them.
"""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from fsm.explore.successors import StepInfo
from fsm.explore.variants import Variants
from fsm.expressions import Op
from fsm.semantics import ir
from fsm.semantics.ir import FALSE, TRUE, Node
from fsm.semantics.lowered import Edge, SlotKind, System
from fsm.timed.boxes import ALWAYS, Box, joined
from fsm.timed.dbm import ZERO
from fsm.timed.guards import Cell, Numbering, cells


class NotPlain(Exception):
    """A system whose steps depend on clocks in ways that boxes cannot say; the text says how."""


class Hold(Struct, frozen=True):
    """Time stops for a process in a leaf, where `node` is true, once `clock` is beyond the bound;
    0: at once."""

    process: int
    leaf: int
    node: Node
    clock: int
    bound: int


class Split(Struct, frozen=True):
    """The split system, whose slots have numbers for names; for each of its edges the box, and the
    edge that it is part of; and what holds up time."""

    system: System
    boxes: tuple[Box, ...]
    origins: tuple[int, ...]
    holds: tuple[Hold, ...]

    def origin(self, step: StepInfo) -> StepInfo:
        """The step of the timed system that a step of the split one is part of."""
        return StepInfo(step.action, tuple(self.origins[e] for e in step.edges))

    def restarts(self, step: StepInfo, whole: System) -> frozenset[int]:
        """The clocks that a step restarts."""
        edges = (whole.edges[self.origins[e]] for e in step.edges)
        return frozenset(slot + 1 for edge in edges for slot in edge.restarts)


def split(system: System, variants: Variants) -> Split:
    """Split every transition. Raises `NotPlain`.

    Complexity: the cells of each guard, for each set of variants that reads it alike.
    """
    if any(clock.paused is not None for clock in system.clocks):
        raise NotPlain("a clock that stands still")
    timed = {e.number for e in system.edges if ir.clock_tests(e.enabled)}
    _check(system, timed)
    numbering = Numbering(len(system.slots))
    edges: list[Edge] = []
    boxes: list[Box] = []
    origins: list[int] = []
    holds: list[Hold] = []
    for edge in system.edges:
        for box, node in parts(edge.enabled, variants, numbering):
            cut = replace(
                edge, number=len(edges), enabled=node, forced=None, restarts=(), resets=()
            )
            edges.append(cut)
            boxes.append(box)
            origins.append(edge.number)
        if edge.forced is not None:
            holds += _holds(edge, edge.forced, variants, numbering)
    slots = tuple(
        replace(s, name=f"s{k}", low=0, high=0) if s.kind is SlotKind.CLOCK
        else replace(s, name=f"s{k}")
        for k, s in enumerate(system.slots)
    )  # fmt: skip
    left = replace(system, unit=None, slots=slots, edges=tuple(edges), clocks=())
    return Split(left, tuple(boxes), tuple(origins), tuple(holds))


def _check(system: System, timed: set[int]) -> None:
    """Is nothing subtracted that depends on a clock?"""
    for edge in system.edges:
        if edge.resets:
            raise NotPlain("a reset of a clock that the state chooses")
        if any(ir.clock_tests(node) for w in edge.writes for node in (w.value, w.target)):
            raise NotPlain("an assignment that reads a clock")
        action = None if edge.action is None else system.actions[edge.action]
        ranked = edge.priority is not None or (action is not None and action.priority is not None)
        if ranked and edge.number in timed:
            raise NotPlain("a priority of a transition that reads a clock")
        if action is None or edge.number not in timed:
            continue
        if action.urgent:
            raise NotPlain("an urgent event that waits for a clock")
        if edge.process != action.owner and not action.sync_all and len(action.mentioned) > 1:
            raise NotPlain("a listener that reads a clock")
        if any(
            e.action == edge.action and e.leaf == edge.leaf and e.process == edge.process
            and e.depth < edge.depth
            for e in system.edges
        ):  # fmt: skip
            raise NotPlain("an inner transition that reads a clock before an outer one")
    urgent = any(action.urgent for action in system.actions)
    ranked = any(e.priority is not None for e in system.edges)
    if urgent and (ranked or any(a.priority is not None for a in system.actions)):
        raise NotPlain("urgent events beside priorities")


def parts(node: Node, variants: Variants, numbering: Numbering) -> Iterator[tuple[Box, Node]]:
    """The boxes in which a condition reads alike, each with what is left to read there; without
    those in which it is never true."""
    found: dict[tuple[Box, Node], list[Node]] = {}
    for values, special in _cases(node, variants):
        alike: dict[Node, list[Box]] = {}
        parts = cells(ir.clock_tests(special), numbering)
        for cell in parts:
            left = ir.specialise(_read(special, cell), {})
            if not _never(left):
                alike.setdefault(left, []).append(cell.box)
        for left, boxes in alike.items():
            for box in [ALWAYS] if len(boxes) == len(parts) else joined(boxes):
                found.setdefault((box, left), []).append(values)
    for (box, left), choices in found.items():
        yield box, ir.conjunction(_some(choices), left)


def _cases(node: Node, variants: Variants) -> Iterator[tuple[Node, Node]]:
    """The condition without configuration, with the choice for which it is that."""
    read = ir.params(node)
    for _, values in variants.choices(read):
        tests = (ir.Calc(Op.EQ, (ir.Param(k), ir.Const(v))) for k, v in values.items())
        yield ir.conjunction(*tests), ir.specialise(node, values)


def _never(node: Node) -> bool:
    """Is it seen to be true nowhere? What faults is not true."""
    match node:
        case ir.Calc(op=Op.AND, operands=operands):
            return any(map(_never, operands))
        case _:
            return node == FALSE


def _some(nodes: list[Node]) -> Node:
    if TRUE in nodes:
        return TRUE
    return nodes[0] if len(nodes) == 1 else ir.Calc(Op.OR, tuple(nodes))


def _holds(
    edge: Edge, forced: Node, variants: Variants, numbering: Numbering
) -> Iterator[Hold]:  # fmt: skip
    for box, node in parts(forced, variants, numbering):
        match box:
            case ():
                yield Hold(edge.process, edge.leaf, node, 0, ZERO)
            case ((0, clock, bound),):
                yield Hold(edge.process, edge.leaf, node, clock, bound)
            case _:
                raise NotPlain("a deadline that depends on more than its own clock")


def _read(node: Node, cell: Cell) -> Node:
    """The condition with every comparison of a clock decided as it is in a cell."""
    inside = dict(cell.slots)

    def decided(part: Node) -> Node | None:
        if not isinstance(part, ir.ClockTest):
            return None
        assert isinstance(part.clock, ir.Slot) and isinstance(part.bound, ir.Const)
        # What a clock that no cell cuts is compared with is below all its values.
        value = inside.get(part.clock.index, 0) * part.unit
        return ir.Const(ir.compute(part.op, [value, part.bound.value]))

    return ir.changed(node, decided)
