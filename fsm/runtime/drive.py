"""Specs in real time: a clock that runs by itself, and a coroutine that keeps its deadlines."""

import asyncio
import time
from collections.abc import Callable

from fsm.errors import UsageError
from fsm.runtime.runtime import Runtime

_LONGEST_SLEEP = 60.0  # seconds: after a suspension of the machine the clock is looked at again


class RealClock:
    """Milliseconds since 1970 that go on by themselves, `speed` times as fast as real ones.

    `now` is the reading to start with, else the present time; `source` counts seconds and never
    runs back, so that setting the system's time does not disturb a deadline.
    """

    def __init__(
        self,
        *,
        now: int | None = None,
        speed: float = 1.0,
        source: Callable[[], float] = time.monotonic,
    ) -> None:
        self.speed = speed
        self._source = source
        self._began = source()
        self._first = time.time_ns() // 1_000_000 if now is None else now

    @property
    def now(self) -> int:
        """The present instant in milliseconds."""
        return self._first + int((self._source() - self._began) * 1_000 * self.speed)

    def seconds_until(self, instant: int) -> float:
        """How long, in real seconds, until the clock shows this instant; 0 if it has passed."""
        return max(0.0, (instant - self.now) / 1_000 / self.speed)


async def drive(runtime: Runtime, *, until: Callable[[Runtime], bool] | None = None) -> None:
    """Keep the deadlines of a runtime on a `RealClock`, until `until(runtime)` is true.

    Meanwhile other coroutines fire events on the runtime as they come. Each instant is settled as
    soon as the event loop gets to it: what is urgent or due happens at once. It sleeps until the
    next deadline or event; without `until` it ends only when it is cancelled. What `settle` raises
    (a fault, a timelock) ends it. Raises `UsageError` F646 on a clock that is not real.
    """
    clock = runtime.time_source
    if not isinstance(clock, RealClock):
        raise UsageError(
            "F646", "only a RealClock runs by itself",
            "use Runtime(spec, clock=RealClock()), or advance the virtual clock",
        )  # fmt: skip
    stepped = asyncio.Event()

    def notice(*_: object) -> None:
        stepped.set()

    runtime.on_step(notice)
    try:
        while True:
            runtime.settle()
            if until is not None and until(runtime):
                return
            stepped.clear()
            deadline = runtime.next_deadline()
            nap = _LONGEST_SLEEP
            if deadline is not None:
                nap = min(nap, clock.seconds_until(deadline))
            try:
                await asyncio.wait_for(stepped.wait(), nap)
            except TimeoutError:
                continue
    finally:
        runtime.no_longer(notice)
