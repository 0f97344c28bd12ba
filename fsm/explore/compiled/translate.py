"""A small part of Python as LLVM assembly: integers, arrays of them, `if`, `while`, `for … in
range`, and calls of functions beside it.

The same source runs as plain Python, which is how it is tested. What it leaves out is what integers
of a fixed size need: nothing may overflow (`fsm.explore.compiled.bounds` sees to that).
Source: Lattner & Adve, "LLVM", CGO 2004, doi 10.1109/CGO.2004.1281665.
"""

import ast
from collections.abc import Callable, Sequence

from fsm.explore.compiled.atomic import helpers
from fsm.explore.compiled.expressions import TRUTH, Expressions, Value
from fsm.explore.compiled.if_conversion import converted
from fsm.explore.compiled.widths import WORD, Array, Types

APART = frozenset({"meet", "join", "less", "sought"})  # functions of which there is one copy
_HEAD = """declare i64 @llvm.cttz.i64(i64, i1)
declare void @llvm.prefetch.p0(ptr, i32, i32, i32)
define internal i64 @mix(i64 %h, i64 %w) alwaysinline {
  %x = xor i64 %h, %w
  %y = mul i64 %x, -7046029254386353131
  %z = lshr i64 %y, 29
  %u = xor i64 %y, %z
  %v = and i64 %u, 9223372036854775807
  ret i64 %v
}
"""


def mix(h: int, w: int) -> int:
    """A number below 2^63 in which each bit depends on both words: Fibonacci hashing."""
    y = (h ^ w) * 0x9E3779B97F4A7C15 & (1 << 64) - 1
    return (y ^ y >> 29) & (1 << 63) - 1


def prefetch(_array: Sequence[int], _at: int) -> int:
    """A hint that an element will be read soon."""
    return 0


def claim(array: list[int], at: int, bits: int) -> int:
    """Set bits of an element; returns what was there. Whatever other threads do to the array,
    which is `shared`, each bit is new to one of them."""
    before = array[at]
    array[at] |= bits
    return before


def settle(array: list[int], at: int, value: int) -> int:
    """Write an element where there is 0 yet; returns what was there. Whatever other threads do, one
    of them writes. `value` has its second highest bit set, or is a single word."""
    before = array[at]
    if before == 0:
        array[at] = value
    return before


def swap(array: list[int], at: int, old: int, new: int) -> int:
    """Write an element where there is `old`; returns what was there."""
    before = array[at]
    if before == old:
        array[at] = new
    return before


def alike(array: Sequence[int], at: int, count: int, *wanted: int) -> int:
    """Which of so many elements from a place on are one of those wanted, as bits: the first is the
    lowest. Each is read once."""
    return sum((array[at + k] in wanted) << k for k in range(count))


def lowest(word: int) -> int:
    """The place of the lowest bit of a word that is set; there is one."""
    return (word & -word).bit_length() - 1


def outside(array: Sequence[Callable[[int], int]], at: int, word: int) -> int:
    """What the function whose address an element is makes of a word."""
    return array[at](word)


def translate(source: str, types: Types, public: Sequence[str]) -> str:
    """The functions of a module as LLVM assembly; those that are `public` can be called from
    outside, the others are inlined as LLVM likes. Every function returns a word.

    Raises `SyntaxError` for Python that is not of this small part. O(size of the source).
    """
    constants: dict[str, int] = {}
    functions: dict[str, ast.FunctionDef] = {}
    for node in ast.parse(source).body:
        match node:
            case ast.FunctionDef(name=name):
                functions[name] = node
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=int(value))):
                constants[name] = value
            case ast.Expr(value=ast.Constant()):
                pass
            case _:
                raise SyntaxError(f"line {node.lineno}: not translated")
    texts = [
        _Function(converted(node, types), types, constants, functions).text(public=name in public)
        for name, node in functions.items()
    ]
    widths = {kind.bits for kind in types.values() if isinstance(kind, Array) and kind.shared}
    return "\n".join([_HEAD, *([helpers(widths)] if widths else ()), *texts])


class _Function(Expressions):
    """Writes one function."""

    _loops: tuple[tuple[str, str], ...] = ()  # where `continue` and `break` go

    # --- the function -------------------------------------------------------------------------

    def text(self, *, public: bool) -> str:
        """The whole function."""
        self._statements(self.node.body)
        self._end("ret i64 0")
        params = []
        head = []
        for name in self.parameters:
            kind = self.types.get(name, WORD)
            if isinstance(kind, Array):
                params.append(f"ptr{'' if kind.shared else ' noalias'} %p.{name}")
            else:
                params.append(f"i{kind} %p.{name}")
                head.append(f"  store i{kind} %p.{name}, ptr %v.{name}")
        local = [f"  %v.{name} = alloca i{bits}" for name, bits in self.bits.items()]
        for name in sorted({n.id for n in ast.walk(self.node) if isinstance(n, ast.Name)}):
            own = self.types.get(name)
            if isinstance(own, Array) and name not in self.parameters and name in self._arrays():
                room = (own.length or 0) + own.listed
                local.append(f"  %p.{name} = alloca i{own.bits}, i64 {room}, align 16")
        linkage = "" if public else "internal "
        how = "nounwind noinline" if self.node.name in APART else "nounwind"
        return "\n".join([
            *self.tables,
            f"define {linkage}i64 @{self.node.name}({', '.join(params)}) {how} {{",
            "entry:", *local, *head, *self.lines, "}", "",
        ])  # fmt: skip

    def _arrays(self) -> set[str]:
        """Names used as arrays: with an index, or handed on."""
        found = set()
        for node in ast.walk(self.node):
            match node:
                case ast.Subscript(value=ast.Name(id=name)):
                    found.add(name)
                case ast.Call(args=parts):
                    found |= {part.id for part in parts if isinstance(part, ast.Name)}
        return found

    # --- statements ---------------------------------------------------------------------------

    def _statements(self, body: Sequence[ast.stmt]) -> None:
        for node in body:
            self._statement(node)

    def _statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Assign(targets=[target], value=value):
                self._store(target, self._value(value))
            case ast.AugAssign(target=target, op=op, value=value):
                read = ast.parse(ast.unparse(target), mode="eval").body
                self._store(target, self._value(ast.BinOp(read, op, value)))
            case ast.If(test=test, body=body, orelse=orelse):
                then, end = self._label(), self._label()
                other = self._label() if orelse else end
                self._branch(test, then, other)
                self._open(then)
                self._statements(body)
                self._jump(end)
                if orelse:
                    self._open(other)
                    self._statements(orelse)
                    self._jump(end)
                self._open(end)
            case ast.While(test=test, body=body):
                again, then, end = self._label(), self._label(), self._label()
                self._jump(again)
                self._open(again)
                self._branch(test, then, end)
                self._open(then)
                self._loop(body, again, end)
                self._jump(again)
                self._open(end)
            case ast.For(target=ast.Name(id=name), iter=ast.Call(args=bounds), body=body):
                self._for(name, bounds, body)
            case ast.Return(value=value):
                found = Value("0", WORD) if value is None else self._value(value)
                self._end(f"ret i64 {self._as(found, WORD)}")
                self._open(self._label())
            case ast.Break() | ast.Continue():
                self._jump(self._loops[-1][isinstance(node, ast.Break)])
                self._open(self._label())
            case ast.Expr(value=ast.Call() as call):
                self._value(call)
            case ast.Pass() | ast.Expr(value=ast.Constant()):
                pass
            case _:
                raise SyntaxError(f"{self.node.name}: {ast.unparse(node)}: not translated")

    def _loop(self, body: Sequence[ast.stmt], again: str, end: str) -> None:
        self._loops = (*self._loops, (again, end))
        self._statements(body)
        self._loops = self._loops[:-1]

    def _for(self, name: str, bounds: Sequence[ast.expr], body: Sequence[ast.stmt]) -> None:
        """`for name in range(…)`: the bounds are read once; the loop does not change `name`."""
        first, last = bounds if len(bounds) == 2 else (ast.Constant(0), bounds[0])
        stop = self._as(self._value(last), WORD)
        self._store(ast.Name(name), self._value(first))
        again, then, step, end = (self._label() for _ in range(4))
        self._jump(again)
        self._open(again)
        here = self._value(ast.Name(name))
        test = self._say(f"icmp slt i64 {here.text}, {stop}", TRUTH)
        self._end(f"br i1 {test.text}, label %{then}, label %{end}")
        self._open(then)
        self._loop(body, step, end)
        self._jump(step)
        self._open(step)
        self._store(ast.Name(name), self._value(ast.BinOp(ast.Name(name), ast.Add(), _ONE)))
        self._jump(again)
        self._open(end)

    def _store(self, target: ast.expr, value: Value) -> None:
        match target:
            case ast.Name(id=name):
                bits = self.bits[name]
                self._line(f"store i{bits} {self._as(value, bits)}, ptr %v.{name}")
            case ast.Subscript(value=ast.Name(id=name), slice=at):
                bits = self._array(name).bits
                place = self._place(name, at)
                self._line(f"store i{bits} {self._as(value, bits)}, ptr {place}")
            case _:
                raise SyntaxError(f"{self.node.name}: {ast.unparse(target)}: not assigned to")


_ONE = ast.Constant(1)
