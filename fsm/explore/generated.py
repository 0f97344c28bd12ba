"""The step function that was written as Python source, run as it is."""

from collections.abc import Callable, Iterator
from copy import copy
from itertools import repeat
from typing import Any

from fsm.explore.codes import GuardFault, Ignored, PauseFault, Rivals
from fsm.explore.emit import Values
from fsm.explore.packing import packing
from fsm.explore.program import write_program
from fsm.explore.successors import Candidate, Sighting, StepInfo, Successors, see
from fsm.explore.variants import Variants
from fsm.semantics.lowered import System


class Generated:
    """The same answers as `Successors`, on packed states, some ten times as fast.

    What is noticed on the way is looked at again by `Successors`, which keeps it.
    """

    def __init__(self, system: System, variants: Variants) -> None:
        """Raises `TooWide` where a state may have too many steps."""
        self.system, self.variants = system, variants
        self.packing = packing(system.slots)
        self.program = write_program(system, variants, self.packing)
        self.values: Callable[[int], Values] = self.packing.reader()
        self._expand = _function(self.program.text)
        self._begin()

    def _begin(self) -> None:
        self.steps: list[StepInfo] = [StepInfo(None, ())]
        self.plain = Successors(self.system, self.variants)
        self.faults, self.competing = self.plain.faults, self.plain.competing
        self.ignored = self.plain.ignored
        self._numbers = {0: 0}
        most, scratch = self.program.most, self.program.scratch
        self._code, self._target, self._mask = ([0] * most for _ in range(3))
        self._scratch = tuple([0] * scratch for _ in range(4))

    def anew(self) -> "Generated":
        """The same step function with no step numbered and nothing noticed yet."""
        other = copy(self)
        other._begin()
        return other

    def initial(self) -> Iterator[tuple[int, int]]:
        """Packed initial states, as in `Successors`."""
        for state, mask in self.plain.initial():
            yield self.key(state), mask

    def key(self, values: Values) -> int:
        """The packed state with these slots."""
        return self.packing.pack(values)

    def of(self, state: int, mask: int) -> list[tuple[int, int, int]]:
        """The steps out of a state: (number of the step, next state, variants), in spec order."""
        code, target, masks = self._code, self._target, self._mask
        size = self._expand(state, mask, code, target, masks, *self._scratch)
        codes, which = code[:size], repeat(mask) if self.program.single else masks
        try:
            return [*zip(map(self._numbers.__getitem__, codes), target, which, strict=False)]
        except KeyError:
            found = [*zip(codes, target, which, strict=False)]
            return [(self._number(c), to, m) for c, to, m in found if self._is_step(c, state, m)]

    def _is_step(self, code: int, state: int, mask: int) -> bool:
        if code < 0:
            self.notice(code, state, mask)
        return code >= 0

    def _number(self, code: int) -> int:
        if code not in self._numbers:
            self._numbers[code] = len(self.steps)
            self.steps.append(self.program.codes.step(code))
        return self._numbers[code]

    def notice(self, code: int, state: int, mask: int) -> None:
        """Keep something that is no step: a fault, rivals, an event that is ignored."""
        values, number = self.values(state), -1 - code
        sights = self.program.sights
        if number >= len(sights):
            step = self.program.codes.step(number - len(sights))
            edges = tuple(self.system.edges[e] for e in step.edges)
            for _ in self.plain.take(Candidate(step.action, edges, mask, None), values):
                raise AssertionError(f"step {step} does not fault")
            return
        match sights[number]:
            case GuardFault(edge):
                self.plain.enabled(edge, values, mask)
            case PauseFault(place):
                self.plain.paused(place, values, mask)
            case Rivals(one, other):
                see(self.competing, (one, other), Sighting(values, mask))
            case Ignored(process, event):
                see(self.ignored, (process, event), Sighting(values, mask))


def _function(text: str) -> Any:
    space: dict[str, Any] = {"__builtins__": {"range": range, "min": min, "max": max}}
    exec(compile(text, "<steps>", "exec"), space)
    return space["expand"]
