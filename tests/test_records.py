"""Frozen classes are what the standard library makes of the same text: each law holds for both."""

import copy
import dataclasses
import inspect
import pickle
import typing
from collections.abc import Callable
from dataclasses import FrozenInstanceError, field, fields, is_dataclass, replace
from typing import Any, ClassVar, Generic, TypeVar

import pytest

from fsm.records import dataclass

T = TypeVar("T")
Maker = Callable[[type], Any]


@dataclass(frozen=True, slots=True)
class Ours:
    """All that a field can say."""

    first: int
    second: str = "b"
    third: list[int] = field(default_factory=list)
    hidden: float = field(default=0.5, repr=False)
    aside: int = field(default=7, compare=False)
    kind: ClassVar[str] = "kind"

    def twice(self) -> int:
        return 2 * self.first


@dataclasses.dataclass(frozen=True, slots=True)
class Theirs:
    first: int
    second: str = "b"
    third: list[int] = field(default_factory=list)
    hidden: float = field(default=0.5, repr=False)
    aside: int = field(default=7, compare=False)
    kind: ClassVar[str] = "kind"

    def twice(self) -> int:
        return 2 * self.first


@pytest.fixture(params=[dataclass, dataclasses.dataclass], ids=["ours", "theirs"])
def frozen(request: pytest.FixtureRequest) -> Maker:
    made: Maker = request.param(frozen=True, slots=True)
    return made


def test_the_methods_are_ours() -> None:
    """Else this file compares the standard library with itself."""
    assert Ours.__setattr__.__module__ == "fsm.records"
    assert Theirs.__setattr__.__module__ != "fsm.records"


@pytest.mark.parametrize("cls", [Ours, Theirs])
def test_objects(cls: Any) -> None:
    one = cls(1)
    assert (one.first, one.second, one.third, one.hidden, one.aside) == (1, "b", [], 0.5, 7)
    assert one.third is not cls(1).third
    assert cls(1, third=[2], aside=3).third == [2]
    assert repr(cls(1, third=[2])) == f"{cls.__name__}(first=1, second='b', third=[2], aside=7)"
    assert (one.kind, one.twice()) == ("kind", 2)
    assert one == cls(1, aside=8)
    for other in (cls(2), cls(1, "c"), cls(1, third=[1]), cls(1, hidden=1.5), (1, "b"), None):
        assert one != other
    assert hash(replace(one, third=())) == hash((1, "b", (), 0.5)) == hash(cls(1, "b", ()))
    assert replace(one, first=5) == cls(5)
    for wrong in ((), (1, 2, 3, 4, 5, 6)):
        with pytest.raises(TypeError):
            cls(*wrong)
    match one:
        case cls(1, "b", rest):
            assert rest == []
        case _:
            raise AssertionError


@pytest.mark.parametrize("cls", [Ours, Theirs])
def test_nothing_changes(cls: Any) -> None:
    one = cls(1)
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'first'"):
        one.first = 2
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'first'"):
        del one.first
    with pytest.raises((FrozenInstanceError, TypeError)):
        one.more = 2
    assert not hasattr(one, "__dict__")
    assert one == cls(1)


@pytest.mark.parametrize("cls", [Ours, Theirs])
@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_copies_and_pickles(cls: Any, protocol: int) -> None:
    one = cls(1, third=[[2]], aside=9)
    for other in (pickle.loads(pickle.dumps(one, protocol)), copy.deepcopy(one), copy.copy(one)):
        assert other == one
        assert (type(other), other.aside, other.third) == (cls, 9, [[2]])
    assert one.__getstate__() == Theirs(1, third=[[2]], aside=9).__getstate__()


def test_what_a_class_tells_of_itself() -> None:
    def told(cls: Any) -> list[object]:
        parameters = inspect.signature(cls).parameters.values()
        return [
            [(f.name, f.type, f.compare, f.repr) for f in fields(cls)],
            [(p.name, p.kind, p.annotation) for p in parameters],
            typing.get_type_hints(cls.__init__),
            cls.__slots__,
            cls.__match_args__,
            is_dataclass(cls),
            sorted(name for name in dir(cls) if name not in ("__doc__",)),
        ]

    assert told(Ours) == told(Theirs)


def test_a_method_of_its_own_has_precedence(frozen: Maker) -> None:
    class Raw:
        value: int
        log: ClassVar[list[int]] = []

        def __post_init__(self) -> None:
            self.log.append(self.value)
            object.__setattr__(self, "value", abs(self.value))

        def __eq__(self, other: object) -> bool:
            return True

        def __repr__(self) -> str:
            return "raw"

    cls = frozen(Raw)
    one, two = cls(-1), cls(2)
    assert (one.value, Raw.log[:2], repr(one), one == two) == (1, [-1, 2], "raw", True)
    assert hash(one) == hash((1,))

    class Hashed:
        value: int

        def __hash__(self) -> int:
            return 17

    assert hash(frozen(Hashed)(1)) == 17


def test_no_fields_generics_and_subclasses(frozen: Maker) -> None:
    class Nothing: ...

    empty = frozen(Nothing)
    assert empty() == empty()
    assert (hash(empty()), repr(empty())[-9:]) == (hash(()), "Nothing()")

    class Box(Generic[T]):
        value: T

    box = frozen(Box)
    assert box(3) == box(3)

    class More(box):  # type: ignore[valid-type, misc]
        __slots__ = ()

    assert More(3) != box(3)
    assert "More(value=3)" in repr(More(3))
    with pytest.raises(FrozenInstanceError):
        More(3).value = 4


def test_fields_that_are_special(frozen: Maker) -> None:
    class Special:
        key: int
        derived: int = field(init=False, default=3)

    one = frozen(Special)(1)
    assert (one.key, one.derived) == (1, 3)
    with pytest.raises(FrozenInstanceError):
        one.key = 2
    with pytest.raises(TypeError):
        type(one)(1, 3)

    class Named:
        word: str = field(kw_only=True)
        key: int

    assert frozen(Named)(1, word="v").word == "v"

    class Unhashed:
        key: int
        note: list[int] = field(hash=False)

    assert hash(frozen(Unhashed)(1, [])) == hash((1,))


def test_a_mutable_default_is_refused(frozen: Maker) -> None:
    class Raw:
        value: list[int] = []  # noqa: RUF012

    with pytest.raises(ValueError, match="mutable default"):
        frozen(Raw)


def test_other_wishes_are_left_to_the_standard_library() -> None:
    @dataclass(slots=True)
    class Changes:
        value: int

    one = Changes(1)
    one.value = 2
    assert one == Changes(2)

    @dataclass(frozen=True, slots=True, order=True)
    class Ordered:
        value: int

    assert Ordered(1) < Ordered(2)
