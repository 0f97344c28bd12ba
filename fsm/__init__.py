"""Ticket lifecycles as explicit state machines: proved, tested and drawn from one readable file.

    import fsm
    report = fsm.check(fsm.load("specs/douyin/shipped_refund_only.fsm.yaml"))

The names below are the public surface; each is imported when it is first used, so that a command
pays only for what it needs. Modules of the package never import from here.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fsm.check.check import CheckOptions
    from fsm.check.check import check_spec as check
    from fsm.check.results import Finding, Outcome, PropertyResult, SpecReport
    from fsm.errors import FsmError, SpecError, UsageError
    from fsm.model import Machine, Property, Spec, State, Text, Transition
    from fsm.semantics.interpreter import Interpreter
    from fsm.semantics.trace import Run
    from fsm.spec.load import load_spec as load
    from fsm.spec.load import parse_spec as parse
    from fsm.spec.load import spec_from as build

__version__ = "0.1.0"

__all__ = [
    "CheckOptions",
    "Finding",
    "FsmError",
    "Interpreter",
    "Machine",
    "Outcome",
    "Property",
    "PropertyResult",
    "Run",
    "Spec",
    "SpecError",
    "SpecReport",
    "State",
    "Text",
    "Transition",
    "UsageError",
    "build",
    "check",
    "load",
    "parse",
]

_HOMES = {
    "fsm.check.check": ("CheckOptions", "check_spec"),
    "fsm.check.results": ("Finding", "Outcome", "PropertyResult", "SpecReport"),
    "fsm.errors": ("FsmError", "SpecError", "UsageError"),
    "fsm.model": ("Machine", "Property", "Spec", "State", "Text", "Transition"),
    "fsm.semantics.interpreter": ("Interpreter",),
    "fsm.semantics.trace": ("Run",),
    "fsm.spec.load": ("load_spec", "parse_spec", "spec_from"),
}
_PUBLIC = {"check_spec": "check", "load_spec": "load", "parse_spec": "parse", "spec_from": "build"}


def __getattr__(name: str) -> Any:
    for module, names in _HOMES.items():
        for inner in names:
            if _PUBLIC.get(inner, inner) == name:
                return getattr(import_module(module), inner)
    raise AttributeError(f"module 'fsm' has no attribute {name!r}")
