"""What a running spec remembers: where its machines are, what variables hold, when clocks began."""

from collections.abc import Callable

from fsm.expressions import Scalar, Value


class Stopwatches:
    """Clocks by instance, in units: each remembers when it was started, so that time passes for
    all of them at once. A clock that is held stands still."""

    __slots__ = ("_held", "_since", "now")

    def __init__(self) -> None:
        self.now = 0
        self._since: dict[str, int] = {}
        self._held: dict[str, int] = {}

    def __getitem__(self, name: str) -> int:
        held = self._held.get(name)
        return self.now - self._since[name] if held is None else held

    def show(self, name: str, units: int) -> None:
        """From now on the clock counts from `units`."""
        if name in self._held:
            self._held[name] = units
        else:
            self._since[name] = self.now - units

    def forget(self, name: str) -> None:
        """Nobody is in that state any more."""
        del self._since[name]

    def hold(self, name: str, held: bool) -> None:
        """Stop the clock, or let it go on."""
        if held and name not in self._held:
            self._held[name] = self.now - self._since.pop(name)
        elif not held and name in self._held:
            self._since[name] = self.now - self._held.pop(name)

    def runs(self, name: str) -> bool:
        """Does time pass for it?"""
        return name not in self._held

    def copy(self) -> "Stopwatches":
        """The same readings, to go back to."""
        twin = Stopwatches()
        twin.now, twin._since, twin._held = self.now, dict(self._since), dict(self._held)
        return twin


class Memory:
    """Everything that an expression can read, by instance name. `resolve` finds the copy meant."""

    __slots__ = ("clocks", "locations", "resolve", "values")

    def __init__(self, resolve: Callable[[str, Scalar | None, int | None], str]) -> None:
        self.locations: dict[str, str] = {}
        self.values: dict[str, Value] = {}
        self.clocks = Stopwatches()
        self.resolve = resolve

    def copy(self) -> "Memory":
        """The same contents, to go back to."""
        twin = Memory(self.resolve)
        twin.locations, twin.values = dict(self.locations), dict(self.values)
        twin.clocks = self.clocks.copy()
        return twin
