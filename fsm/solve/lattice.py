"""The points that are asked about: every combination of some values of some constants."""

from collections.abc import Iterator, Sequence
from itertools import product
from math import gcd, prod

from msgspec import Struct

from fsm.check.choices import close_to
from fsm.errors import UsageError
from fsm.expressions import DurationType, IntType
from fsm.model import Spec
from fsm.spec.syntax import duration
from fsm.spec.unparse import duration_text

MOST_POINTS = 20_000
_MOST_VALUES = 128  # of a constant for which no range is given
_COARSER = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 24, 30, 48, 60)
_WHOLE = (3_600_000, 60_000, 1_000, 1)  # hours, minutes, seconds, milliseconds

Point = tuple[int, ...]  # a value for each axis


class Axis(Struct, frozen=True):
    """A constant, or a parameter (`constant` is False), and its values, in increasing order.

    Durations are in milliseconds; `own` is the value that the spec gives the constant.
    """

    name: str
    values: tuple[int, ...]
    duration: bool = False
    constant: bool = True
    own: int | None = None

    @property
    def step(self) -> int:
        """The distance of two values; 0 where there is only one, or where they are not even."""
        steps = {b - a for a, b in zip(self.values, self.values[1:], strict=False)}
        return steps.pop() if len(steps) == 1 else 0

    def written(self, value: int) -> str:
        """A value as a spec writes it."""
        return written(value, self.duration)


def written(value: int, duration: bool) -> str:
    """A number, or a duration, as a spec writes it."""
    if not duration:
        return str(value)
    return duration_text(value) if value >= 0 else f"-{duration_text(-value)}"


class Lattice(Struct, frozen=True):
    """All combinations of the values of the axes, numbered with the first axis varying slowest."""

    axes: tuple[Axis, ...]

    def __len__(self) -> int:
        return prod(len(axis.values) for axis in self.axes)

    def __iter__(self) -> Iterator[Point]:
        return product(*(axis.values for axis in self.axes))

    def neighbours(self, point: Point) -> Iterator[Point]:
        """The next smaller and the next larger value on each axis."""
        for k, axis in enumerate(self.axes):
            place = axis.values.index(point[k])
            for other in (place - 1, place + 1):
                if 0 <= other < len(axis.values):
                    yield (*point[:k], axis.values[other], *point[k + 1 :])

    def corners(self) -> set[Point]:
        """The points at the ends of every axis."""
        return {*product(*({axis.values[0], axis.values[-1]} for axis in self.axes))}

    def written(self, point: Point) -> dict[str, str]:
        """The values of the constants among the axes, as a spec writes them."""
        return {
            axis.name: axis.written(value)
            for axis, value in zip(self.axes, point, strict=True)
            if axis.constant
        }


def read_lattice(spec: Spec, wanted: Sequence[str]) -> Lattice:
    """The lattice that `NAME` or `NAME=LOW..HIGH[/STEP]`, separated by commas, asks for.

    Without a range a parameter has the values that the spec gives it; a constant goes from zero to
    twice its value, in steps of one (of the spec's `unit`, else of that in which it is a whole
    number: 48h in hours), or in coarser ones where these are more than 128.

    Raises `UsageError`: F725 for what is no such constant or parameter, F726 for a range that is
    not one, F727 where there are too many points.
    """
    items = [item.strip() for text in wanted for item in text.split(",")]
    axes: list[Axis] = []
    for item in items:
        name, equals, text = (part.strip() for part in item.partition("="))
        if any(axis.name == name for axis in axes):
            raise UsageError("F725", f"--for names '{name}' twice", "name each once")
        axes.append(_axis(spec, name, text if equals else None))
    lattice = Lattice(tuple(axes))
    if len(lattice) > MOST_POINTS:
        raise UsageError(
            "F727",
            f"{len(lattice):,} points are more than {MOST_POINTS:,}",
            "give ranges with larger steps, for instance --for transit=0h..96h/4h",
        )
    return lattice


def _axis(spec: Spec, name: str, text: str | None) -> Axis:
    for constant in spec.constants:
        if constant.name == name and isinstance(constant.type, IntType | DurationType):
            own, timed = constant.value, isinstance(constant.type, DurationType)
            assert isinstance(own, int)
            one = spec.unit if timed else None
            values = (
                _usual(own, timed, one) if text is None else _range(name, text, own, timed, one)
            )
            return Axis(name, values, timed, True, own)
    for variable in spec.configuration:
        known = variable.values
        if variable.name == name and isinstance(variable.type, IntType | DurationType):
            numbers = sorted(v for v in known if isinstance(v, int))
            timed = isinstance(variable.type, DurationType)
            if text is not None:
                asked = _range(name, text, numbers[0], timed, spec.unit)
                if not set(asked) <= set(numbers):
                    raise _no_range(name, text, "the spec does not give the parameter these values")
                numbers = list(asked)
            return Axis(name, tuple(numbers), timed, False)
    possible = [c.name for c in spec.constants if isinstance(c.type, IntType | DurationType)]
    possible += [
        c.name for c in spec.configuration if isinstance(c.type, IntType | DurationType)
    ]  # fmt: skip
    raise UsageError(
        "F725",
        f"{spec.name} has no constant or parameter '{name}' that is a number or a duration",
        close_to(name, possible),
    )


def _usual(own: int, timed: bool, unit: int | None) -> tuple[int, ...]:
    low, high = min(0, 2 * own), max(0, 2 * own)
    if own == 0:
        return tuple(range(0, (12 * _WHOLE[0] if timed else 12) + 1, _WHOLE[0] if timed else 1))
    one = next(size for size in _WHOLE if own % size == 0) if timed else 1
    one = one if unit is None or own % unit else unit
    fitting = [one * k for k in _COARSER if own % (one * k) == 0 and (high - low) // (one * k) > 0]
    step = next((s for s in fitting if (high - low) // s < _MOST_VALUES), abs(own))
    return tuple(range(low, high + 1, step))


def _range(name: str, text: str, own: int, timed: bool, unit: int | None) -> tuple[int, ...]:
    bounds, slash, width = (part.strip() for part in text.partition("/"))
    low, dots, high = (part.strip() for part in bounds.partition(".."))
    first, last = _value(low, timed), _value(high if dots else low, timed)
    if first is None or last is None:
        raise _no_range(name, text, "its ends are not " + ("durations" if timed else "numbers"))
    if slash:
        step = _value(width, timed)
    elif timed:
        common = gcd(first, last, own)
        sizes = (*(() if unit is None else (unit,)), *_WHOLE)
        step = next((size for size in sizes if common % size == 0), 1)
    else:
        step = 1
    if step is None or step < 1:
        raise _no_range(name, text, f"'{width}' is no step")
    if first > last or (last - first) % step:
        raise _no_range(name, text, "no whole number of steps leads from its low end to its high")
    if (last - first) // step >= MOST_POINTS:
        raise UsageError("F727", f"'{name}={text}' has more than {MOST_POINTS:,} values",
                         "take a larger step")  # fmt: skip
    return tuple(range(first, last + 1, step))


def _value(text: str, timed: bool) -> int | None:
    if timed:
        return duration(text)
    digits = text.removeprefix("-")
    return int(text) if digits.isdecimal() and digits.isascii() and len(digits) < 16 else None


def _no_range(name: str, text: str, reason: str) -> UsageError:
    return UsageError(
        "F726", f"'{text}' is no range for {name}: {reason}",
        "write LOW..HIGH or LOW..HIGH/STEP: 0..10, 12h..72h/4h",
    )  # fmt: skip
