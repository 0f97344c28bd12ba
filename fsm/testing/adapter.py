"""What a user writes to have an implementation tested: an adapter, and what its methods drive.

An adapter is a class that is made anew, without arguments, for each run:

    class ShopAdapter:
        def __init__(self): self.shop = Shop()
        def apply(self, amount): ...           # the event `apply`, its fields by name
        def agree(self, index, who): ...       # an event of each copy: `index` says which
        def advance(self, time): ...           # let this timedelta pass
        def observe(self): return {"ticket": self.shop.status}
        def close(self): ...                   # optional: after the run

An event for which it has a method is driven by the test. All others, and steps without event, are
what the implementation does by itself. `observe` tells the states of machines (an enclosing state
or a tag will do) and the values of variables, by instance name, as many as can be seen. A method
raises `Refused` where the implementation does not do what it was asked.
"""

import inspect
import keyword
from collections.abc import Mapping
from itertools import product
from typing import Protocol

from msgspec import Struct

from fsm.errors import UsageError
from fsm.expressions import Scalar, Value
from fsm.model import Event, Spec
from fsm.semantics.instances import Instances
from fsm.semantics.trace import Bindings

OWN = ("advance", "close", "observe")


class Refused(Exception):
    """The implementation did not do what it was asked, and has changed nothing."""


class Adapter(Protocol):
    """What every adapter has; its other public methods are events."""

    def observe(self) -> Mapping[str, Value]:
        """What can be seen of machines and variables, by instance name."""
        ...


class Call(Struct, frozen=True):
    """One way to call the adapter: an event instance with its fields, and the arguments."""

    event: str
    fields: Bindings
    method: str
    arguments: tuple[tuple[str, Scalar], ...]

    def __repr__(self) -> str:
        return f"{self.method}({', '.join(f'{n}={v!r}' for n, v in self.arguments)})"


class Driven(Struct, frozen=True):
    """An event that the test drives: the adapter's method, and every way to call it."""

    event: str
    method: str
    calls: tuple[Call, ...]


def driven_events(spec: Spec, adapter: type) -> tuple[Driven, ...]:
    """The events that an adapter drives, in the order of the spec.

    Raises `UsageError` F655 for a public method that no event is called like, or that does not take
    the event's fields; F656 where a method is missing.
    """
    instances = Instances(spec)
    events = [event for scope in spec.scopes() for event in scope.events]
    named = {method_of(event, events): event for event in events}
    found = {}
    for name in dir(adapter):
        if name.startswith("_") or name in OWN or not callable(getattr(adapter, name)):
            continue
        if name not in named:
            raise UsageError(
                "F655",
                f"the adapter's method {name} is called like no event of {spec.name}",
                f"events: {', '.join(named)}; a helper's name starts with an underscore",
            )
        found[name] = getattr(adapter, name)
    if not found:
        raise UsageError(
            "F656", "the adapter has a method for no event, so there is nothing to drive",
            f"write a method for one of: {', '.join(named)}",
        )  # fmt: skip
    if not callable(getattr(adapter, "observe", None)):
        raise UsageError(
            "F656", "the adapter has no method observe",
            "let it return a mapping such as {'ticket': 'applied'}",
        )  # fmt: skip
    driven = []
    for method, event in named.items():
        if method in found:
            calls = tuple(_calls(event, method, instances))
            _check_arguments(found[method], method, calls[0])
            driven.append(Driven(event.name, method, calls))
    return tuple(driven)


def method_of(event: Event, events: list[Event]) -> str:
    """`apply` -> apply, `ticket.agree` -> agree, or ticket_agree where another event ends so too;
    with an underscore behind it where the name is taken or a word of Python."""
    last = event.name.rpartition(".")[2]
    same = [e for e in events if e.name.rpartition(".")[2] == last]
    name = last if len(same) == 1 else event.name.replace(".", "_")
    return f"{name}_" if name in OWN or keyword.iskeyword(name) else name


def _calls(event: Event, method: str, instances: Instances) -> list[Call]:
    found = []
    for instance in instances.events:
        if instance.event is event:
            own = () if instance.copy is None else (("index", instance.copy),)
            for values in product(*(f.values for f in event.fields)):
                fields = tuple(zip((f.name for f in event.fields), values, strict=True))
                found.append(Call(instance.name, fields, method, (*own, *fields)))
    return found


def _check_arguments(function: object, method: str, call: Call) -> None:
    assert callable(function)
    try:
        inspect.signature(function).bind(None, **dict(call.arguments))
    except TypeError as problem:
        wanted = ", ".join(["self", *(name for name, _ in call.arguments)])
        raise UsageError(
            "F655", f"the adapter's method {method} cannot be called with its event's fields",
            f"def {method}({wanted})",
        ) from problem  # fmt: skip
