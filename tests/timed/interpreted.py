"""The sources of the zone search run as plain Python, over the same memory as machine code."""

import ast
import ctypes
from collections.abc import Callable
from typing import Any

from fsm.explore.compiled.translate import mix
from fsm.explore.compiled.widths import Array
from fsm.timed.kernels import PUBLIC
from fsm.timed.machine_source import Source

KINDS = {8: ctypes.c_int8, 64: ctypes.c_int64}


def interpreted(source: Source) -> dict[str, Callable[..., int]]:
    """Stands in for `Native`. States have to fit into a word."""
    tree = ast.parse(source.text)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            node.body[:0] = ast.parse("\n".join(_own_arrays(node, source))).body
    space: dict[str, Any] = {"mix": mix, "min": min, "max": max, "range": range}
    exec(compile(ast.fix_missing_locations(tree), "<search>", "exec"), space)

    def public(name: str) -> Callable[..., int]:
        kinds = [source.types.get(parameter, 64) for parameter in PUBLIC[name]]

        def call(*given: int) -> int:
            pairs = zip(given, kinds, strict=True)
            return space[name](*(_array(x, k) if isinstance(k, Array) else x for x, k in pairs))

        return call

    return {name: public(name) for name in PUBLIC}


def _array(address: int, kind: Array) -> Any:
    return ctypes.cast(address, ctypes.POINTER(KINDS[kind.bits]))


def _own_arrays(node: ast.FunctionDef, source: Source) -> list[str]:
    """Each array that a function makes for itself is made anew in each call."""
    parameters = {a.arg for a in node.args.args}
    names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} - parameters
    found = []
    for name in sorted(names):
        kind = source.types.get(name)
        if isinstance(kind, Array) and kind.length is not None:
            found.append(f"{name} = [0] * {kind.length}")
    return found
