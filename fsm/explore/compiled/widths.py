"""How wide the numbers of a function are, and which of them are never negative."""

import ast
from collections.abc import Iterator, Mapping
from typing import Union

from msgspec import Struct

WORD = 64  # bits of an integer that says nothing else


class Array(Struct, frozen=True):
    """Elements of so many bits; `length` where the function makes it for itself; `shared`: other
    threads read and write it meanwhile; `listed`: what is written at its end counts once the end
    moves on, so that there is room for one element more."""

    bits: int
    length: int | None = None
    shared: bool = False
    listed: bool = False


Types = Mapping[str, Union[int, Array]]  # bits of a number, or an array; others have a word


class Widths:
    """What is known about the names of one function: the `bits` of numbers, and whether they are
    `plus`, never negative. `constants` are those of its module."""

    def __init__(
        self, node: ast.FunctionDef, types: Types, constants: Mapping[str, int]
    ) -> None:  # fmt: skip
        self.node, self.types, self.constants = node, types, constants
        self.parameters = [a.arg for a in node.args.args]
        self.bits: dict[str, int] = {}
        self.plus: dict[str, bool] = {}
        self._infer()

    def _infer(self) -> None:
        """Width and sign of the local names: the least, then the greatest fixpoint."""
        assigned = list(_assigned(self.node))
        for name in self.parameters:
            kind = self.types.get(name, WORD)
            if isinstance(kind, int):
                self.bits[name], self.plus[name] = kind, True
        for name, _ in assigned:
            self.bits.setdefault(name, WORD)
            self.plus.setdefault(name, True)
        changed = True
        while changed:
            changed = False
            for name, value in assigned:
                if (bits := self._width(value)) > self.bits[name]:
                    self.bits[name] = bits
                    changed = True
        changed = True
        while changed:
            changed = False
            for name, value in assigned:
                if self.plus[name] and not self._positive(value):
                    self.plus[name] = False
                    changed = True

    def _width(self, node: ast.expr) -> int:
        match node:
            case ast.Constant(value=int(value)):
                return fitting(value)
            case ast.Name(id=name):
                return self.bits[name] if name in self.bits else fitting(self.constants[name])
            case ast.BinOp(left=left, op=ast.BitAnd(), right=right):
                if self._small(left) or self._small(right):
                    return WORD
                return max(self._width(left), self._width(right))
            case ast.BinOp(left=left, op=ast.RShift() | ast.LShift()):
                return self._width(left)
            case ast.BinOp(left=left, right=right):
                return max(self._width(left), self._width(right))
            case ast.UnaryOp(op=ast.USub() | ast.Invert() | ast.UAdd(), operand=operand):
                return self._width(operand)
            case ast.IfExp(body=body, orelse=orelse):
                return max(self._width(body), self._width(orelse))
            case ast.Subscript(value=ast.Tuple(elts=parts)):
                return max(map(self._width, parts))
            case ast.Subscript(value=ast.Name(id=name)):
                return max(WORD, self._array(name).bits)
            case ast.Call(func=ast.Name(id="min" | "max"), args=parts):
                return max(map(self._width, parts))
            case ast.Call(func=ast.Name(id="claim" | "settle"), args=[ast.Name(id=name), *_]):
                return max(WORD, self._array(name).bits)
            case _:
                return WORD

    def _small(self, node: ast.expr) -> bool:
        """A constant that is one word and not negative."""
        known = self._constant(node)
        return known is not None and 0 <= known < 1 << WORD - 1

    def _constant(self, node: ast.expr) -> int | None:
        match node:
            case ast.Constant(value=int(value)):
                return value
            case ast.Name(id=name) if name not in self.bits:
                return self.constants.get(name)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(value))):
                return -value
            case _:
                return None

    def _positive(self, node: ast.expr) -> bool:
        known = self._constant(node)
        if known is not None:
            return known >= 0
        match node:
            case ast.Name(id=name):
                return self.plus.get(name, False)
            case ast.BinOp(left=left, op=ast.BitAnd(), right=right):
                return self._positive(left) or self._positive(right)
            case ast.BinOp(left=left, op=ast.Sub()):
                return False
            case ast.BinOp(left=left, op=ast.RShift(), right=_):
                return self._positive(left)
            case ast.BinOp(left=left, right=right):
                return self._positive(left) and self._positive(right)
            case ast.IfExp(body=body, orelse=orelse):
                return self._positive(body) and self._positive(orelse)
            case ast.Compare() | ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
                return True
            case ast.Subscript(value=ast.Tuple(elts=parts)):
                return all(map(self._positive, parts))
            case ast.Subscript(value=ast.Name(id=name)):
                return self._array(name).bits < WORD
            case ast.Call(func=ast.Name(id="claim"), args=[ast.Name(id=name), *_]):
                return self._array(name).bits < WORD
            case ast.Call(func=ast.Name(id=name)):
                return name in ("mix", "alike", "lowest")
            case _:
                return False

    def _array(self, name: str) -> Array:
        kind = self.types.get(name)
        if not isinstance(kind, Array):
            raise SyntaxError(f"{self.node.name}: {name} is no array")
        return kind


def fitting(value: int) -> int:
    """The bits of the smallest integer that holds a value: a word, or two, or four …"""
    bits = WORD
    while not -(1 << bits - 1) <= value < 1 << bits - 1:
        bits *= 2
    return bits


def _assigned(node: ast.FunctionDef) -> Iterator[tuple[str, ast.expr]]:
    """The names that a function assigns to, with the expressions."""
    for part in ast.walk(node):
        match part:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value
            case ast.AugAssign(target=ast.Name(id=name), op=op, value=value):
                yield name, ast.BinOp(ast.Name(name), op, value)
            case ast.For(target=ast.Name(id=name), iter=ast.Call(args=bounds)):
                yield from ((name, bound) for bound in bounds)
