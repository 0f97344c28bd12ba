"""`dataclass` of the standard library, faster where it is asked for frozen objects with slots: for
the classes that every command imports, and whose objects are made in great number.

The standard library compiles each method of each class by itself, half a millisecond a class, and a
command needs two hundred classes before it can begin; and it fills a frozen object by the names of
its fields. Here the methods of a class are one text, those that need none are shared by all, and
slots are filled directly: Python 3.11 makes such a class in half the time, and its objects in two
thirds. What they are, and can do, is the same.
"""

import dataclasses
from dataclasses import MISSING, Field, FrozenInstanceError, field, fields, replace
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass", "field", "replace"]

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(**options):
        """Like `dataclasses.dataclass`, which makes the classes that want anything else."""
        if options == {"frozen": True, "slots": True}:
            return _frozen
        return dataclasses.dataclass(**options)


def _frozen(raw: type) -> type:
    """The class with what its fields give it; methods of its own have precedence."""
    if any(isinstance(value, Field) and _is_special(value) for value in vars(raw).values()):
        return dataclasses.dataclass(frozen=True, slots=True)(raw)
    cls: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)(raw)
    for name, method in {**_SHARED, **_compiled(cls, fields(cls))}.items():
        if vars(cls).get(name) is None:  # a class with `__eq__` has None for `__hash__`
            setattr(cls, name, method)
    return cls  # type: ignore[no-any-return]


def _is_special(f: Field[Any]) -> bool:
    return not f.init or f.hash is not None or f.kw_only is True


def _compiled(cls: Any, all_fields: tuple[Field[Any], ...]) -> dict[str, Any]:
    """The methods that name the fields."""
    space: dict[str, Any] = {"__name__": cls.__module__, "_missing": MISSING}
    parameters, body = ["self"], []
    for f in all_fields:
        name, value = f.name, f.name
        space[f"_set_{name}"] = getattr(cls, name).__set__
        if f.default is not MISSING:
            space[f"_default_{name}"] = f.default
            parameters.append(f"{name}=_default_{name}")
        elif f.default_factory is not MISSING:
            space[f"_make_{name}"] = f.default_factory
            parameters.append(f"{name}=_missing")
            value = f"_make_{name}() if {name} is _missing else {name}"
        else:
            parameters.append(name)
        body.append(f"_set_{name}(self, {value})")
    if hasattr(cls, "__post_init__"):
        body.append("self.__post_init__()")
    names = [f.name for f in all_fields if f.compare]
    text = f"""
def __init__({", ".join(parameters)}):
    {"; ".join(body) or "pass"}
def __eq__(self, other):
    if other.__class__ is not self.__class__:
        return NotImplemented
    return {_tuple("self", names)} == {_tuple("other", names)}
def __hash__(self):
    return hash({_tuple("self", names)})
"""
    exec(text, space)
    space["__init__"].__annotations__ = {f.name: f.type for f in all_fields} | {"return": None}
    return {name: space[name] for name in ("__init__", "__eq__", "__hash__")}


def _tuple(of: str, names: list[str]) -> str:
    return f"({''.join(f'{of}.{name}, ' for name in names)})"


def _repr(self: Any) -> str:
    inside = ", ".join(f"{f.name}={getattr(self, f.name)!r}" for f in fields(self) if f.repr)
    return f"{type(self).__qualname__}({inside})"


def _set(_: Any, name: str, __: object) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _delete(_: Any, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, f.name) for f in fields(self)]


def _restore(self: Any, state: list[Any]) -> None:
    for f, value in zip(fields(self), state, strict=True):
        object.__setattr__(self, f.name, value)


_SHARED = {
    "__repr__": _repr,
    "__setattr__": _set,
    "__delattr__": _delete,
    "__getstate__": _state,
    "__setstate__": _restore,
}
