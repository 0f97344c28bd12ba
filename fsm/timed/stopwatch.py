"""Clocks that stand still: zones are right about them only where nobody looks at them any more.

A clock that is paused while it is still compared with something before its next reset is a
stopwatch, which zones cannot follow. One that nothing looks at may as well run on.
"""

from collections.abc import Iterator, Mapping

from fsm.explore.emit import Values
from fsm.timed.boxes import Box, Where
from fsm.timed.zone_graph import Entry, Frame, ZoneGraph

Key = tuple[Values, Values]


def stopwatches(graph: ZoneGraph, claims: Mapping[Key, Where] | None = None) -> int:
    """The variants in which some reachable state pauses a clock that is looked at later: by a
    step, by what holds up time, by the watch, or in `claims`, which says of the frames (by state
    and memory) where something asked of the finished graph is true.

    Up to the first such state the graph is right, so none is missed. O(frames * entries) a clock.
    """
    frames = list(graph.frames.values())
    reach = {id(frame): 0 for frame in frames}
    for frame, mask in zip(graph.of, graph.masks, strict=True):
        reach[id(frame)] |= mask
    found = 0
    for clock in sorted({c for frame in frames for c, _ in frame.paused}):
        active = _active(frames, clock, claims or {})
        for frame in frames:
            for c, mask in frame.paused:
                if c == clock:
                    found |= mask & active[id(frame)] & reach[id(frame)]
    return found


def _active(frames: list[Frame], clock: int, claims: Mapping[Key, Where]) -> dict[int, int]:
    """The variants in which the clock is looked at before it is reset: a least fixpoint."""
    active = {id(frame): _looking(frame, clock, claims) for frame in frames}
    changed = True
    while changed:
        changed = False
        for frame in reversed(frames):
            mask = active[id(frame)]
            for entry in _entries(frame):
                if clock not in entry.restarts:
                    mask |= entry.mask & active[id(entry.target)]
            if mask != active[id(frame)]:
                active[id(frame)] = mask
                changed = True
    return active


def _looking(frame: Frame, clock: int, claims: Mapping[Key, Where]) -> int:
    """The variants in which something compares the clock here."""
    pieces: list[tuple[int, Box]] = [(move.step.mask, move.step.box) for move in frame.moves]
    pieces += claims.get((frame.state, frame.memory), ())
    found = 0
    for mask, box in pieces:
        if any(clock in (i, j) for i, j, _ in box):
            found |= mask
    if clock in frame.horizon.clocks:
        place = frame.horizon.clocks.index(clock)
        inside = [(m, box) for m, boxes in frame.passing for box in boxes]
        for mask, box in (*inside, *frame.bad):
            if any(place in (i, j) for i, j, _ in box):
                found |= mask
    return found


def _entries(frame: Frame) -> Iterator[Entry]:
    for entries in (*(m.entries for m in frame.moves), frame.waits):
        for found in entries.values():
            yield from found
