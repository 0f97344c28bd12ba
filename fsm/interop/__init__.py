"""Foreign forms of a spec, in and out; each name is imported when it is first used."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fsm.interop.transitions_import import Imported, from_transitions

__all__ = ["Imported", "from_transitions"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module("fsm.interop.transitions_import"), name)
    raise AttributeError(f"module 'fsm.interop' has no attribute {name!r}")
