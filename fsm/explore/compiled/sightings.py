"""What is noticed on the way, whatever the order in which the states of a level are expanded."""

from collections.abc import Hashable
from typing import Any

from msgspec.structs import replace

from fsm.explore.generated import Generated
from fsm.explore.successors import Sighting


class Sightings:
    """Of the states at the least distance at which something is noticed, the least is kept, and
    things are kept in the order of distance and state."""

    def __init__(self, successors: Generated) -> None:
        self._successors = successors
        self._depth = 0
        self._kinds: tuple[dict[Any, Sighting], ...] = ({}, {}, {})
        self._new: dict[tuple[int, Hashable], Sighting] = {}  # at this distance for the first time

    def notice(self, code: int, state: int, mask: int, depth: int) -> None:
        """See `Generated.notice`; `depth` is the distance, which never shrinks."""
        if depth != self._depth:
            self._take()  # from the start, if this is the first
            self._settle()
            self._depth = depth
        self._successors.notice(code, state, mask)
        self._take()

    def _take(self) -> None:
        for kind, (known, seen) in enumerate(zip(self._kinds, self._seen(), strict=True)):
            for what, here in seen.items():
                there = known.get(what)
                if there is not None:
                    there.mask |= here.mask
                    continue
                new = self._new.get((kind, what), here)
                least = min(new, here, key=lambda s: (s.state, s.value))
                self._new[kind, what] = replace(least, mask=new.mask | here.mask)
            seen.clear()

    def _settle(self) -> None:
        found = sorted(self._new.items(), key=lambda item: (item[1].state, repr(item[0])))
        for (kind, what), seen in found:
            self._kinds[kind][what] = seen
        self._new.clear()

    def finish(self) -> None:
        """Give the step function what was kept, as if it had been noticed in that order."""
        self._take()
        self._settle()
        for known, seen in zip(self._kinds, self._seen(), strict=True):
            seen.update(known)

    def _seen(self) -> tuple[dict[Any, Sighting], ...]:
        return (
            self._successors.faults, self._successors.competing, self._successors.ignored,
        )  # fmt: skip
