"""Tests from a spec: Hypothesis strategies, and model-based tests of an implementation.

The names below are the public surface of this room; each is imported when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fsm.testing.adapter import Adapter, Refused
    from fsm.testing.divergence import Divergence
    from fsm.testing.random_specs import specs
    from fsm.testing.state_machine import stateful
    from fsm.testing.strategies import Schedule, Ticket, runs, schedules, tickets, variants

__all__ = [
    "Adapter",
    "Divergence",
    "Refused",
    "Schedule",
    "Ticket",
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
    "fsm.testing.state_machine": ("stateful",),
    "fsm.testing.strategies": (
        "Schedule",
        "Ticket",
        "runs",
        "schedules",
        "tickets",
        "variants",
    ),
}


def __getattr__(name: str) -> Any:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(module), name)
    raise AttributeError(f"module 'fsm.testing' has no attribute {name!r}")
