"""Numbers for everything that a generated step function can say: steps, and what it notices.

0 is the delay. A discrete step is its action's first code plus one digit for each process that
mentions the action, 0 where it does not take part. What is noticed on the way has negative codes.
"""

from bisect import bisect_right
from math import prod
from typing import Union

from msgspec import Struct

from fsm.explore.successors import StepInfo
from fsm.semantics.lowered import System


class GuardFault(Struct, frozen=True):
    """Reading whether an edge is enabled meets a fault."""

    edge: int


class PauseFault(Struct, frozen=True):
    """Reading whether a clock is paused meets a fault; `place` counts the clocks with pauses."""

    place: int


class Rivals(Struct, frozen=True):
    """Two actions of strategies that are enabled together."""

    one: int
    other: int


class Ignored(Struct, frozen=True):
    """A receptive process that lets an event pass."""

    process: int
    event: int


Sight = Union[GuardFault, PauseFault, Rivals, Ignored]  # fmt: skip


class Kind(Struct, frozen=True):
    """The steps of one action (None: of one spontaneous edge): codes from `first` on.

    `digits[k]` are the edges of one process; `radix[k]` is the weight of its digit.
    """

    first: int
    action: int | None
    digits: tuple[tuple[int, ...], ...]
    radix: tuple[int, ...]

    def part(self, process: int, edge: int) -> int:
        """What an edge of the process in this place adds to the code."""
        return (self.digits[process].index(edge) + 1) * self.radix[process]


class Codes:
    """The codes of one system. `kinds` by action, then by spontaneous edge."""

    def __init__(self, system: System) -> None:
        self.kinds: list[Kind] = []
        self._first: list[int] = []
        self.end = 1  # the first code that means nothing
        on: dict[tuple[int, int], list[int]] = {}
        for edge in system.edges:
            if edge.action is not None:
                on.setdefault((edge.action, edge.process), []).append(edge.number)
        for number, action in enumerate(system.actions):
            self._add(number, tuple(tuple(on.get((number, p), ())) for p in action.mentioned))
        self.spontaneous = {e.number: self._add(None, ((e.number,),))
                            for e in system.edges if e.action is None}  # fmt: skip

    def _add(self, action: int | None, digits: tuple[tuple[int, ...], ...]) -> Kind:
        sizes = [len(edges) + 1 for edges in digits]
        radix = tuple(prod(sizes[k + 1 :]) for k in range(len(sizes)))
        kind = Kind(self.end, action, digits, radix)
        self.kinds.append(kind)
        self._first.append(kind.first)
        self.end += prod(sizes)
        return kind

    def step(self, code: int) -> StepInfo:
        """What a code of a step stands for. O(processes that mention the action)."""
        if code == 0:
            return StepInfo(None, ())
        kind = self.kinds[bisect_right(self._first, code) - 1]
        rest = code - kind.first
        edges = []
        for mine, weight in zip(kind.digits, kind.radix, strict=True):
            digit, rest = divmod(rest, weight)
            if digit:
                edges.append(mine[digit - 1])
        return StepInfo(kind.action, tuple(edges))
