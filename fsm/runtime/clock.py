"""A clock that moves when it is told to, so that 48 hours take no time at all."""

from typing import Protocol

from fsm.errors import UsageError


class Clock(Protocol):
    """What a runtime asks of a clock: milliseconds since some instant, never running back."""

    @property
    def now(self) -> int:
        """The present instant in milliseconds."""


class Sleeper(Protocol):
    """Somebody who has to be woken while a virtual clock is advanced."""

    def check(self, instant: int) -> None:
        """Raise `UsageError` where the clock cannot stop at this instant."""

    def due(self, by: int) -> int | None:
        """The first instant before `by` at which something must be looked at; None if none is."""

    def wake(self, settle: bool) -> None:
        """The clock has got here. With `settle`, do all that must happen at this instant."""


class VirtualClock:
    """Time that passes only when it is told to. Several runtimes may share one.

    `now` is in milliseconds. While the clock is advanced it stops at every instant at which
    something is due, earliest first, and at the same instant runtime by runtime in the order in
    which they were created.
    """

    def __init__(self, now: int = 0) -> None:
        self._now = now
        self._sleepers: list[Sleeper] = []

    @property
    def now(self) -> int:
        """The present instant in milliseconds."""
        return self._now

    def attach(self, sleeper: Sleeper) -> None:
        """From now on the sleeper is woken."""
        self._sleepers.append(sleeper)

    def advance(
        self,
        *,
        days: int = 0,
        hours: int = 0,
        minutes: int = 0,
        seconds: int = 0,
        milliseconds: int = 0,
        settle: bool = True,
    ) -> None:
        """Let so much time pass: `clock.advance(hours=48)`. See `advance_to`."""
        total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
        self.advance_to(self._now + total * 1_000 + milliseconds, settle=settle)

    def advance_to(self, instant: int, *, settle: bool = True) -> None:
        """Let time pass until `instant`, in milliseconds; what is due on the way happens at its
        own instant.

        With `settle`, what must happen at `instant` itself happens too. Without it the instant
        stays open, so that something else may still come first.

        Raises `UsageError` F646 for an instant that lies back, or is no whole number of units of a
        spec. Where a runtime raises (a fault, a timelock), the clock stays at that instant.
        """
        if instant < self._now:
            raise UsageError(
                "F646", "a clock does not run back", f"it is {self._now} ms, not before"
            )
        for sleeper in self._sleepers:
            sleeper.check(instant)
        while True:
            due = [d for s in self._sleepers if (d := s.due(instant)) is not None]
            if not due:
                break
            self._now = min(due)
            for sleeper in self._sleepers:
                sleeper.wake(settle=True)
        self._now = instant
        for sleeper in self._sleepers:
            sleeper.wake(settle=settle)
