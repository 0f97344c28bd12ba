"""A line on the terminal for work that takes more than a second; nothing anywhere else."""

import sys
import time
from types import TracebackType

_PATIENCE = 1.0  # seconds without a sign of life that nobody minds
_PAUSE = 0.1  # seconds between two updates


class Progress:
    """Call it with the phase and a count; it remembers the last for whoever asks."""

    def __init__(self, name: str, *, on: bool) -> None:
        self.name, self.on = name, on and sys.stderr.isatty()
        self.phase, self.count = "", 0
        self._next = time.monotonic() + _PATIENCE
        self._shown = False

    def __call__(self, phase: str, count: int) -> None:
        self.phase, self.count = phase, count
        now = time.monotonic()
        if self.on and now >= self._next:
            self._next, self._shown = now + _PAUSE, True
            sys.stderr.write(f"\r\x1b[K{self.name}: {phase} {count:,}")
            sys.stderr.flush()

    def __enter__(self) -> "Progress":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def covered(self) -> str:
        """How far it came, in words."""
        return f"{self.phase} {self.count:,}" if self.phase else "it had just begun"
