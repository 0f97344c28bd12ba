"""Tests from a spec: Hypothesis strategies, stateful machines, a pytest plugin.

The names below are the public surface of this room; each is imported when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fsm.testing.adapter import Adapter, Refused
    from fsm.testing.divergence import Divergence
    from fsm.testing.random_specs import specs
    from fsm.testing.schedules import Stimulus, schedules
    from fsm.testing.stateful import stateful
    from fsm.testing.strategies import runs, tickets, variants

__all__ = [
    "Adapter",
    "Divergence",
    "Refused",
    "Stimulus",
    "runs",
    "schedules",
    "specs",
    "stateful",
    "tickets",
    "variants",
]

_HOMES = {
    "fsm.testing.adapter": ("Adapter", "Refused"),
    "fsm.testing.divergence": ("Divergence",),
    "fsm.testing.random_specs": ("specs",),
    "fsm.testing.schedules": ("Stimulus", "schedules"),
    "fsm.testing.stateful": ("stateful",),
    "fsm.testing.strategies": ("runs", "tickets", "variants"),
}


def __getattr__(name: str) -> Any:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(module), name)
    raise AttributeError(f"module 'fsm.testing' has no attribute {name!r}")
