"""The functions of `fsm.timed.dbm`, or others of the same names, with the invariant of zones
asserted at both ends of every call."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from msgspec import Struct

from fsm.timed import dbm
from fsm.timed.dbm import ZERO, Zone, closed, size_of


class Operations(Struct, frozen=True):
    """What a search does with zones; `fsm.timed.dbm` says what each means."""

    intersect: Callable[..., Zone | None] = dbm.intersect
    up: Callable[..., Zone] = dbm.up
    up_strictly: Callable[..., Zone] = dbm.up_strictly
    rearrange: Callable[..., Zone] = dbm.rearrange
    included: Callable[..., bool] = dbm.included
    simulated: Callable[..., bool] = dbm.simulated
    extrapolate: Callable[..., Zone] = dbm.extrapolate


PLAIN = Operations()


def is_zone(zone: Zone) -> bool:
    """Is it canonical, not empty, without negative clocks? O(n^3)."""
    n = size_of(zone)
    return (
        n * n == len(zone)
        and all(zone[i * n + i] == ZERO for i in range(n))
        and all(zone[j] <= ZERO for j in range(n))
        and closed(zone, n) == tuple(zone)
    )


def checked(operations: Operations = PLAIN) -> Operations:
    """The same operations; an argument or a result that is no zone is an `AssertionError`."""

    def guarded(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def call(zone: Zone, *others: Any) -> Any:
            assert is_zone(zone), f"{function.__name__} got no zone: {zone}"
            found = function(zone, *others)
            assert not isinstance(found, tuple) or is_zone(found), (
                f"{function.__name__} made no zone: {found}"
            )
            return found

        return call

    names = ("intersect", "up", "up_strictly", "rearrange", "included", "simulated", "extrapolate")
    return Operations(*(guarded(getattr(operations, name)) for name in names))
