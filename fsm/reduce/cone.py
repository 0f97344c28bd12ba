"""Cone of influence: what no selected property can see is not explored.

The cone of some properties is what they read and whatever influences that (`fsm.reduce.influence`).
What lies outside stands still: a variable or clock keeps one value and is not written, a machine
stays where it is and takes no step. Slots keep their places, so a formula means the same on both
systems.

*Variables and clocks.* With every machine in the cone, two states that agree on the cone have the
same steps, delays and faults, up to the rest: guards, bounds, pauses and values that are written
read the cone alone, and a write that is left out can neither fault nor meet another one
(`risky_slots` are always in the cone; so are `raced_slots`, which only findings look at). So
forgetting the rest is a bisimulation whose labels are all formulas, steps and faults: every
property of every pattern, every structural finding and every count of steps to a state stays the
same (Baier & Katoen, Principles of Model Checking, 2008, theorem 7.20).

*Machines.* A machine outside the cone takes steps of its own, which change nothing inside, and goes
along with the steps of others, which it cannot stop: it owns no event that the cone waits for, no
`sync: all` asks for it, its updates do not fault. It does not hold time up, and no step of it has a
priority; a machine that might is in the cone (`obliged`). So a step of the whole system is a step
of the slice or changes nothing in it, and a step of the slice is possible whatever the machines
outside do: the projection is a stuttering bisimulation that is blind to divergence (De Nicola &
Vaandrager, J. ACM 42(2), 1995, doi 10.1145/201019.201032). It keeps what asks for states and
events in an order, or for time that passes: `never`, `always`, `reachable`, `at_most`, `before`,
`can_always`, and what has `within`; where they ask by which event a moment was reached (`fired`),
only if a moment more without an event cannot matter (`may_skip`). It does not keep runs that
never arrive, formulas, nor dead ends, timelocks, Zeno loops and what is found about deadlines. So
machines are only left out where some properties were asked for by name; the report says that these
findings were then not looked for.
"""

from collections.abc import Collection, Iterable, Sequence
from math import prod

from msgspec import Struct
from msgspec.structs import replace

from fsm.explore.emit import Values
from fsm.explore.successors import StepInfo
from fsm.model import Pattern, Property, Text
from fsm.reduce.influence import Influence, places, reads
from fsm.reduce.labels import follows_steps, labels, sees_steps
from fsm.reduce.quotient import Kind
from fsm.reduce.reduction import CONE, Reduction
from fsm.semantics.lower_expressions import Lowering
from fsm.semantics.lowered import Edge, SlotKind, System


class Cone(Struct, frozen=True):
    """`slice` is explored instead of `whole`; `frozen` are the slots left out, with the value that
    they keep. `edges[k]` is the number in the whole of edge k of the slice; `machines`: are there
    machines left out?"""

    whole: System
    slice: System
    frozen: tuple[tuple[int, int], ...]
    edges: tuple[int, ...]
    machines: bool

    def image(self, state: Values) -> Values:
        """The state of the slice that stands for one of the whole system."""
        values = list(state)
        for slot, value in self.frozen:
            values[slot] = value
        return tuple(values)

    def kinds(self) -> tuple[Kind, Kind]:
        """What a step of the slice, and one of the whole system, has to agree in."""
        kept = frozenset(self.edges)

        def inside(info: StepInfo) -> object:
            return info.action, sorted(self.edges[k] for k in info.edges)

        def outside(info: StepInfo) -> object:
            return info.action, sorted(kept.intersection(info.edges))

        return inside, outside

    def told(self) -> Reduction:
        """What the report says: each thing left out, with its local states before and after."""
        slots = self.whole.slots
        subjects = tuple(
            (slots[slot].name, slots[slot].high - slots[slot].low + 1, 1)
            for slot, _ in self.frozen
            if slots[slot].kind is not SlotKind.CLOCK or not self._timer(slots[slot].name)
        )
        names = ", ".join(name for name, _, _ in subjects)
        zh, en = f"性质看不到的不探索：{names}", f"no property can see: {names}"
        most = prod(before for _, before, _ in subjects)
        zh, en = f"{zh}（至多 ÷{most:,}）", f"{en} (at most ÷{most:,})"
        if self.machines:
            zh += "；因此未查死路、时间锁、芝诺循环与时限（--no-reduction cone 会查）"
            en += (
                "; so dead ends, timelocks, Zeno loops and deadlines were not looked at "
                "(--no-reduction cone does)"
            )
        return Reduction(CONE, Text(zh, en), subjects)

    def _timer(self, name: str) -> bool:
        """Is it the time in a state of a machine, and so nothing that the spec names?"""
        return "@" in name


def cone(
    system: System, lowering: Lowering, selected: Sequence[Property], *, machines: bool
) -> Cone | None:
    """The cone of the selected properties, None where that is everything.

    `machines`: may machines be left out, where the properties allow it? O(size of the system).
    """
    influence = Influence(system, lowering.codes)
    nodes, watched = labels(system, lowering, selected)
    seen = {slot for node in (*nodes, system.where) for slot in reads(node)}
    everybody = [p.slot for p in system.processes]
    wanted: Iterable[int] = everybody
    if machines and all(map(may_skip, selected)):
        wanted = influence.obliged() | _makers(system, watched)
    seen |= influence.risky_slots() | influence.raced_slots()
    slots, processes = influence.closure(seen, wanted)
    frozen = tuple((k, system.first[k][0]) for k in range(len(system.slots)) if k not in slots)
    if all(system.slots[k].low == system.slots[k].high for k, _ in frozen):
        return None
    kept = [edge for edge in system.edges if edge.process in processes]
    return Cone(
        system, _slice(system, kept, processes, dict(frozen)), frozen,
        tuple(e.number for e in kept), len(processes) < len(everybody),
    )  # fmt: skip


def may_skip(property_: Property) -> bool:
    """Does the property not notice steps that change nothing which it reads?"""
    subject = property_.subject.node
    trigger = None if property_.trigger is None else property_.trigger.node
    match property_.pattern:
        case Pattern.NEVER | Pattern.REACHABLE | Pattern.AT_MOST:
            return follows_steps(subject)
        case Pattern.ALWAYS:
            return follows_steps(subject, up=False)
        case Pattern.PRECEDENCE:
            return trigger is not None and follows_steps(trigger)
        case Pattern.CAN_ALWAYS:
            return not sees_steps(subject)
        case Pattern.EVENTUALLY | Pattern.RESPONSE if property_.within is not None:
            return not sees_steps(subject) and (trigger is None or follows_steps(trigger))
        case _:
            return False


def _makers(system: System, watched: set[int]) -> frozenset[int]:
    """Who decides on these events: the owner, or else whoever mentions them."""
    found = set[int]()
    for action in system.actions:
        if action.event in watched:
            found.update(action.mentioned if action.owner is None else (action.owner,))
    return frozenset(found)


def _slice(
    system: System, kept: Sequence[Edge], processes: Collection[int], frozen: dict[int, int]
) -> System:
    def still(edge: Edge, number: int) -> Edge:
        writes = (w for w in edge.writes if not frozen.keys() & places(w.target))
        restarts = (slot for slot in edge.restarts if slot not in frozen)
        return replace(edge, number=number, writes=tuple(writes), restarts=tuple(restarts))

    return replace(
        system,
        slots=tuple(
            replace(s, low=frozen[k], high=frozen[k]) if k in frozen else s
            for k, s in enumerate(system.slots)
        ),
        actions=tuple(
            replace(a, mentioned=tuple(p for p in a.mentioned if p in processes))
            for a in system.actions
        ),
        edges=tuple(still(edge, k) for k, edge in enumerate(kept)),
        clocks=tuple(clock for clock in system.clocks if clock.slot not in frozen),
        first=tuple((frozen[k],) if k in frozen else codes for k, codes in enumerate(system.first)),
    )
