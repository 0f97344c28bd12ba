"""Generated source rewritten for sets that have numbers: `a & b`, `a | b`, `a & ~b` become calls,
and so does `claim`, which adds to a set of an array that several threads write to.

What holds sets is told from where they come from: the parameters and arrays that hold them, and
whatever is computed from these. Constants become the numbers of the sets that they are.
"""

import ast
import re

from fsm.explore.compiled.sets import OPERATIONS, SHARED, Sets

_GIVEN = frozenset({"m", "x"})  # parameters
_ARRAYS = frozenset(
    {"mask", "om", "masks", "note_masks", "reach", "able", "found"}
)  # fmt: skip
_ANSWERS = re.compile(r"q\d+|ask|reached|is_able|meet|join|less")
_MEMO = "memo"


def numbered(text: str, sets: Sets) -> str:
    """The module with every set as its number; each function takes one more argument, the memo.

    O(size of the text).
    """
    module = ast.parse(text)
    functions = {node.name for node in module.body if isinstance(node, ast.FunctionDef)}
    constants = {
        target.id: node.value
        for node in module.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    numbers: dict[str, int] = {}
    for node in module.body:
        if isinstance(node, ast.FunctionDef):
            _Rewriting(node, functions, constants, numbers, sets).visit(node)
    for name, number in numbers.items():
        constants[name].value = number
    found = f"{ast.unparse(ast.fix_missing_locations(module))}\n{OPERATIONS}"
    return found + SHARED if "added(" in found else found


def _memo() -> ast.expr:
    return ast.Name(_MEMO, ast.Load())


class _Rewriting(ast.NodeTransformer):
    """Rewrites one function in place."""

    def __init__(
        self, function: ast.FunctionDef, functions: set[str], constants: dict[str, ast.Constant],
        numbers: dict[str, int], sets: Sets,
    ) -> None:  # fmt: skip
        self.functions, self.constants = functions, constants
        self.numbers, self.sets = numbers, sets
        self.names = {a.arg for a in function.args.args} & _GIVEN
        assigned = [
            (target.id, node)
            for node in ast.walk(function)
            if isinstance(node, ast.Assign | ast.AugAssign)
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            if isinstance(target, ast.Name)
        ]
        known = -1
        while known != len(self.names):
            known = len(self.names)
            self.names |= {name for name, node in assigned if self._is_set(node.value)}

    def _is_set(self, node: ast.expr) -> bool:
        match node:
            case ast.Name(id=name):
                return name in self.names
            case ast.BinOp(left=left, op=ast.BitAnd() | ast.BitOr(), right=right):
                return self._is_set(left) or self._is_set(right)
            case ast.IfExp(body=body, orelse=orelse):
                return self._is_set(body) or self._is_set(orelse)
            case ast.Subscript(value=ast.Name(id=name)):
                return name in _ARRAYS
            case ast.Call(func=ast.Name(id="claim"), args=[ast.Name(id=name), *_]):
                return name in _ARRAYS
            case ast.Call(func=ast.Name(id=name)):
                return _ANSWERS.fullmatch(name) is not None
            case _:
                return False

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        self.generic_visit(node)
        node.args.args.append(ast.arg(_MEMO))
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        if not self._is_set(node):
            self.generic_visit(node)
            return node
        return self._combined(node.left, node.op, node.right)

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt:
        read = ast.parse(ast.unparse(node.target), mode="eval").body
        if not isinstance(node.op, ast.BitAnd | ast.BitOr) or not self._is_set(read):
            self.generic_visit(node)
            return node
        return ast.Assign([node.target], self._combined(read, node.op, node.value))

    def visit_Call(self, node: ast.Call) -> ast.expr:
        claims = self._is_set(node) and isinstance(node.func, ast.Name) and node.func.id == "claim"
        self.generic_visit(node)
        if claims:
            return ast.Call(ast.Name("added", ast.Load()), [*node.args, _memo()], [])
        if isinstance(node.func, ast.Name) and node.func.id in self.functions:
            node.args.append(_memo())
        return node

    def _combined(self, left: ast.expr, op: ast.operator, right: ast.expr) -> ast.expr:
        how = "join" if isinstance(op, ast.BitOr) else "meet"
        if isinstance(right, ast.UnaryOp) and isinstance(right.op, ast.Invert):
            how, right = "less", right.operand
        return ast.Call(
            ast.Name(how, ast.Load()),
            [self._operand(left), self._operand(right), _memo()], [],
        )  # fmt: skip

    def _operand(self, node: ast.expr) -> ast.expr:
        match node:
            case ast.Constant(value=int(mask)):
                return ast.Constant(self.sets.number(mask))
            case ast.Name(id=name) if name in self.constants and name not in self.names:
                if name not in self.numbers:
                    constant = self.constants[name].value
                    assert isinstance(constant, int)
                    self.numbers[name] = self.sets.number(constant)
                return node
            case _:
                found = self.visit(node)
                assert isinstance(found, ast.expr)
                return found
