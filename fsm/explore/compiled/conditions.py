"""What fairness asks of the runs of a system, as bits: which steps serve which condition, by the
codes that a step function in machine code gives them."""

from collections.abc import Callable, Sequence

from msgspec import Struct

from fsm.explore.codes import Codes, Kind
from fsm.explore.text import Text
from fsm.model import Fairness
from fsm.semantics.lowered import System

Ranges = Sequence[tuple[int, int]]  # a code from which on a value counts, and that value


class Conditions(Struct, frozen=True):
    """Condition k is bit k. `served`: by code, the conditions that a step serves. Every fair run
    serves those of `always` again and again; those of `weak`, or is where no such step is enabled;
    those of `strong`, if such a step is enabled again and again. `events` and
    `machines` are the bits of weak fairness that the spec does not state, by the number of the
    event, and by the place of the machine."""

    served: Ranges
    size: int
    always: int
    weak: int
    strong: int
    events: dict[int, int]
    machines: dict[int, int]


def conditions_of(system: System, codes: Codes, room: int) -> Conditions:
    """The fairness that the spec states, and the divergence of time (see
    `fsm.explore.graph.constraints`); what it does not state, where there is room for all of it in
    so many bits. O(conditions * kinds of steps)."""
    tests: list[Callable[[Kind], bool]] = [] if system.unit is None else [lambda _: False]
    always = (1 << len(tests)) - 1
    bits = {Fairness.WEAK: 0, Fairness.STRONG: 0}

    def add(test: Callable[[Kind], bool]) -> int:
        tests.append(test)
        return 1 << len(tests) - 1

    for number, event in enumerate(system.events):
        if event.fair is not None:
            bits[event.fair] |= add(_occurs(system, number))
    for process in system.processes:
        if process.fair is not None:
            bits[process.fair] |= add(_decided_by(system, process.slot))
    unfair = [number for number, event in enumerate(system.events) if event.fair is None]
    idle = [process.slot for process in system.processes if process.fair is None]
    events, machines = dict[int, int](), dict[int, int]()
    if len(tests) + len(unfair) + len(idle) <= room:
        events = {number: add(_occurs(system, number)) for number in unfair}
        machines = {place: add(_decided_by(system, place)) for place in idle}
    ranges = [(0, always)]  # code 0 is the passing of time
    for kind in codes.kinds:
        ranges.append((kind.first, sum(1 << k for k, test in enumerate(tests) if test(kind))))
    weak, strong = bits[Fairness.WEAK], bits[Fairness.STRONG]
    return Conditions(ranges, len(tests), always, weak, strong, events, machines)


def _occurs(system: System, event: int) -> Callable[[Kind], bool]:
    return lambda kind: kind.action is not None and system.actions[kind.action].event == event


def _decided_by(system: System, process: int) -> Callable[[Kind], bool]:
    def decided(kind: Kind) -> bool:
        if kind.action is not None:
            return system.actions[kind.action].owner == process
        ((edge,),) = kind.digits
        return system.edges[edge].process == process

    return decided


def write_ranges(text: Text, name: str, ranges: Ranges) -> None:
    """A function that gives the value of a code, by halves."""
    merged: list[tuple[int, int]] = []
    for first, value in ranges:
        if not merged or merged[-1][1] != value:
            merged.append((first, value))

    def halves(low: int, high: int) -> None:
        if high - low == 1:
            text.line(f"return {merged[low][1]}")
            return
        middle = (low + high) // 2
        with text.block(f"if c < {merged[middle][0]}"):
            halves(low, middle)
        halves(middle, high)

    with text.block(f"def {name}(c)"):
        halves(0, len(merged))
