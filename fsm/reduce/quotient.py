"""Exploring one state for many, and the way back to a run of the whole system."""

from collections.abc import Callable, Hashable, Iterator
from typing import Any

from fsm.explore.emit import Values
from fsm.explore.graph import Path
from fsm.explore.space import StepFunction
from fsm.explore.successors import DELAY, StepInfo, Successors

Kind = Callable[[StepInfo], Hashable]


class Quotient:
    """A step function whose targets are replaced by representatives of their orbits.

    It takes the place of the step function that it wraps. `canonical` works on that one's states;
    it gives the least state of an orbit, or another one that is the same for the whole orbit.
    """

    def __init__(self, inner: StepFunction, canonical: Callable[[Any], Any]) -> None:
        self._inner, self._canonical = inner, canonical
        self.system, self.variants, self.steps = inner.system, inner.variants, inner.steps
        self.faults, self.competing = inner.faults, inner.competing
        self.ignored, self.values, self.key = inner.ignored, inner.values, inner.key

    def initial(self) -> Iterator[tuple[Any, int]]:
        """The initial states that stand for their orbits: whole orbits start alike."""
        for state, mask in self._inner.initial():
            if self._canonical(state) == state:
                yield state, mask

    def of(self, state: Any, mask: int) -> list[tuple[int, Any, int]]:
        """The steps out of a representative, numbered as the wrapped step function does."""
        canonical = self._canonical
        return [(n, canonical(target), m) for n, target, m in self._inner.of(state, mask)]


def lift(
    path: Path,
    state_of: Callable[[int], Values],
    steps: list[StepInfo],
    whole: Successors,
    variant: int,
    image: Callable[[Values], Values],
    kind: tuple[Kind, Kind],
) -> tuple[Path, list[Values]]:
    """A run of the whole system whose image is the given path, and its states.

    `steps` are those of the path; `image` takes a state of the whole system to the one that stood
    for it. `kind` says what a step of the path, and one of the whole, has to agree in. Nothing is
    translated back: the whole system is run along the path, and a step that leads to a state with
    the right image is there because image and system are bisimilar. A loop is gone round until the
    whole state recurs: at most as often as a state stands for others.

    Complexity: one `whole.of` a step.
    """
    bit = 1 << variant
    start = state_of(path.nodes[0])
    state = next(s for s, mask in whole.initial() if mask & bit and image(s) == start)
    states, taken = [state], list[int]()
    _follow(path, 0, state_of, steps, whole, bit, image, kind, states, taken)
    loop = path.loop
    if loop is not None and loop < len(path.steps):
        met = {states[loop]: loop}
        while states[-1] not in met:
            met[states[-1]] = len(states) - 1
            _follow(path, loop, state_of, steps, whole, bit, image, kind, states, taken)
        loop = met[states[-1]]
    return Path(tuple(range(len(states))), tuple(taken), loop), states


def _follow(
    path: Path, first: int, state_of: Callable[[int], Values], steps: list[StepInfo],
    whole: Successors, bit: int, image: Callable[[Values], Values], kind: tuple[Kind, Kind],
    states: list[Values], taken: list[int],
) -> None:  # fmt: skip
    """Run along the path from its step `first` on, from the last of `states`."""
    of_path, of_whole = kind
    for at in range(first, len(path.steps)):
        wanted, target = path.steps[at], state_of(path.nodes[at + 1])
        for number, state, _ in whole.of(states[-1], bit):
            if (number == DELAY) != (wanted == DELAY) or image(state) != target:
                continue
            if number == DELAY or of_whole(whole.steps[number]) == of_path(steps[wanted]):
                break
        else:
            raise AssertionError("a path of representatives has a run behind it")
        states.append(state)
        taken.append(number)
