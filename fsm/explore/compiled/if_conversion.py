"""Short answers without jumps: what is only sometimes added to a list is always written at its end,
and the end moves on or does not.

Most tests of a step function are about states of machines, and come out one way about as often as
the other: a processor guesses wrong again and again, and each time loses what ten additions cost.
Source: Allen, Kennedy, Porterfield & Warren, "Conversion of control dependence to data dependence",
POPL 1983, doi 10.1145/567067.567085.
"""

import ast
from collections import Counter

from fsm.explore.compiled.expressions import cheap
from fsm.explore.compiled.widths import Array, Types

MOST = 6  # statements under a test that are rather done in vain than jumped over


def converted(function: ast.FunctionDef, types: Types) -> ast.FunctionDef:
    """The function with fewer jumps, and the same results. O(size of the function)."""
    found: ast.FunctionDef = _Conversion(function, types).visit(function)
    return ast.fix_missing_locations(found)


class _Conversion(ast.NodeTransformer):
    def __init__(self, function: ast.FunctionDef, types: Types) -> None:
        self.types = types
        self.uses = _names(function)

    def visit_If(self, node: ast.If) -> ast.If | list[ast.stmt]:
        """What is inside comes first: so a test around a test becomes none at all."""
        self.generic_visit(node)
        if node.orelse or len(node.body) > MOST or not cheap(node.test):
            return node
        inside = _names(ast.Module(node.body, []))
        changed = {name for part in node.body if (name := _added_to(part))}
        found: list[ast.stmt] = []
        read: Counter[str] = Counter()  # so far
        for part in node.body:
            match part:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    # Nobody else reads it, nor does this block before it is written again.
                    early = name in read or name in _names(value)
                    harmless = inside[name] == self.uses[name] and not early
                case ast.Assign(
                    targets=[ast.Subscript(value=ast.Name(id=name), slice=ast.Name(id=end))],
                    value=value,
                ):
                    harmless = end in changed and self._is_list(name)
                case ast.AugAssign(value=value) if _added_to(part):
                    harmless = True
                    added = ast.IfExp(node.test, value, ast.Constant(0))
                    part = ast.AugAssign(part.target, part.op, added)
                case _:
                    return node
            if not harmless or not cheap(value):
                return node
            found.append(part)
            read += _names(part)
        return node if changed & _names(node.test).keys() else found

    def _is_list(self, name: str) -> bool:
        kind = self.types.get(name)
        return isinstance(kind, Array) and kind.listed


def _added_to(part: ast.stmt) -> str:
    """The name to which a statement adds something, so that 0 would not change it; else ""."""
    match part:
        case ast.AugAssign(target=ast.Name(id=name), op=ast.Add() | ast.BitOr()):
            return name
    return ""


def _names(node: ast.AST) -> Counter[str]:
    return Counter(part.id for part in ast.walk(node) if isinstance(part, ast.Name))
