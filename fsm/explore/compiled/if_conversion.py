"""Small answers without jumps: what is only sometimes added to a list is always written behind its
end, and the end moves on by one or by none.

In a step function most tests are about states of machines and come out either way about as often:
a processor guesses wrong again and again, and each time loses what ten additions cost.
Source: Allen, Kennedy, Porterfield & Warren, "Conversion of control dependence to data dependence",
POPL 1983, doi 10.1145/567067.567085.
"""

import ast
from collections import Counter
from collections.abc import Sequence

from fsm.explore.compiled.expressions import cheap
from fsm.explore.compiled.widths import Array, Types

MOST = 6  # statements under a test that are rather done in vain than jumped over


def converted(function: ast.FunctionDef, types: Types) -> ast.FunctionDef:
    """The function with jumps over small answers replaced; arrays with a `length` need room for one
    more element. Same results. O(size of the function)."""
    conversion = _Conversion(types, _names(function))
    return ast.fix_missing_locations(conversion.visit(function))


class _Conversion(ast.NodeTransformer):
    """`uses`: how often each name occurs in the function."""

    def __init__(self, types: Types, uses: Counter[str]) -> None:
        self.types, self.uses = types, uses

    def visit_If(self, node: ast.If) -> ast.If | list[ast.stmt]:
        self.generic_visit(node)  # what is inside first
        if node.orelse or len(node.body) > MOST or not cheap(node.test):
            return node
        inside = _names(ast.Module(node.body, []))
        ends = _counters(node.body)
        found: list[ast.stmt] = []
        for part in node.body:
            match part:
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if (
                    cheap(value) and inside[name] == self.uses[name]
                ):
                    found.append(part)  # nobody else reads it
                case ast.Assign(
                    targets=[ast.Subscript(value=ast.Name(id=name), slice=ast.Name(id=at))],
                    value=value,
                ) if cheap(value) and at in ends and self._has_room(name):
                    found.append(part)  # behind the end
                case ast.AugAssign(target=ast.Name(), op=ast.Add() | ast.BitOr(), value=value) if (
                    cheap(value)
                ):
                    added = ast.IfExp(node.test, value, ast.Constant(0))
                    found.append(ast.AugAssign(part.target, part.op, added))
                case _:
                    return node
        return found

    def _has_room(self, name: str) -> bool:
        kind = self.types.get(name)
        return isinstance(kind, Array) and kind.length is not None


def _counters(body: Sequence[ast.stmt]) -> set[str]:
    """Names that a block adds to: ends of lists."""
    return {
        part.target.id
        for part in body
        if isinstance(part, ast.AugAssign) and isinstance(part.target, ast.Name)
        and isinstance(part.op, ast.Add)
    }  # fmt: skip


def _names(node: ast.AST) -> Counter[str]:
    return Counter(part.id for part in ast.walk(node) if isinstance(part, ast.Name))
