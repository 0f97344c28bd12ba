"""A small part of Python as LLVM assembly: integers, arrays of them, `if`, `while`, `for … in
range`, and calls of functions beside it.

The same source runs as plain Python, which is how it is tested. What it leaves out is what integers
of a fixed size need: nothing may overflow (`fsm.explore.compiled.bounds` sees to that).
Source: Lattner & Adve, "LLVM", CGO 2004, doi 10.1109/CGO.2004.1281665.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Union

WORD = 64  # bits of an integer that says nothing else
TRUTH = 1
SELECTED = 16  # nodes of an expression up to which both sides are computed rather than jumped over


@dataclass(frozen=True, slots=True)
class Array:
    """Elements of so many bits; `length` where the function makes it for itself."""

    bits: int
    length: int | None = None


Types = Mapping[str, Union[int, Array]]  # bits of a number, or an array; others have a word


@dataclass(frozen=True, slots=True)
class Value:
    """What an expression became; `plus`: it is never negative."""

    text: str
    bits: int
    plus: bool = False


_SIMPLE = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.BitAnd: "and", ast.BitOr: "or",
           ast.BitXor: "xor", ast.LShift: "shl"}  # fmt: skip
_TESTS = {ast.Eq: "eq", ast.NotEq: "ne", ast.Lt: "slt", ast.LtE: "sle", ast.Gt: "sgt",
          ast.GtE: "sge"}  # fmt: skip
_HEAD = """declare void @llvm.prefetch.p0(ptr, i32, i32, i32)
define internal i64 @mix(i64 %h, i64 %w) alwaysinline {
  %x = xor i64 %h, %w
  %y = mul i64 %x, -7046029254386353131
  %z = lshr i64 %y, 29
  %u = xor i64 %y, %z
  %v = and i64 %u, 9223372036854775807
  ret i64 %v
}
"""
_PREFETCH = "call void @llvm.prefetch.p0(ptr {}, i32 0, i32 3, i32 1)"
_KNOWN = ("mix", "prefetch", "claim")


def mix(h: int, w: int) -> int:
    """A number below 2^63 in which each bit depends on both words: Fibonacci hashing."""
    y = (h ^ w) * 0x9E3779B97F4A7C15 & (1 << 64) - 1
    return (y ^ y >> 29) & (1 << 63) - 1


def prefetch(_array: Sequence[int], _at: int) -> int:
    """A hint that an element will be read soon."""
    return 0


def claim(array: list[int], at: int, bits: int) -> int:
    """Set bits of an element, in one go whatever other threads do; returns what was there."""
    before = array[at]
    array[at] |= bits
    return before


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
        _Function(node, types, constants, functions, public=name in public).text()
        for name, node in functions.items()
    ]
    return "\n".join([_HEAD, *texts])


class _Function:
    """One function; `lines` grow in the order of the assembly."""

    def __init__(
        self, node: ast.FunctionDef, types: Types, constants: Mapping[str, int],
        functions: Mapping[str, ast.FunctionDef], *, public: bool,
    ) -> None:  # fmt: skip
        self.node, self.types, self.constants = node, types, constants
        self.functions, self.public = functions, public
        self.parameters = [a.arg for a in node.args.args]
        self.lines: list[str] = []
        self.tables: list[str] = []
        self.count = 0
        self.block = "entry"
        self.loops: list[tuple[str, str]] = []  # where `continue` and `break` go
        self.bits: dict[str, int] = {}  # of numbers
        self.plus: dict[str, bool] = {}
        self._infer()

    # --- what the names hold ------------------------------------------------------------------

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
                return _fitting(value)
            case ast.Name(id=name):
                return self.bits[name] if name in self.bits else _fitting(self.constants[name])
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
            case ast.Call(func=ast.Name(id=name)):
                return name == "mix"
            case _:
                return False

    def _array(self, name: str) -> Array:
        kind = self.types.get(name)
        if not isinstance(kind, Array):
            raise SyntaxError(f"{self.node.name}: {name} is no array")
        return kind

    # --- the function -------------------------------------------------------------------------

    def text(self) -> str:
        """The whole function."""
        self._statements(self.node.body)
        self._end("ret i64 0")
        params = []
        head = []
        for name in self.parameters:
            kind = self.types.get(name, WORD)
            if isinstance(kind, Array):
                params.append(f"ptr noalias %p.{name}")
            else:
                params.append(f"i{kind} %p.{name}")
                head.append(f"  store i{kind} %p.{name}, ptr %v.{name}")
        local = [f"  %v.{name} = alloca i{bits}" for name, bits in self.bits.items()]
        for name in sorted({n.id for n in ast.walk(self.node) if isinstance(n, ast.Name)}):
            kind = self.types.get(name, WORD)
            if isinstance(kind, Array) and name not in self.parameters and name in self._arrays():
                local.append(f"  %p.{name} = alloca i{kind.bits}, i64 {kind.length}, align 16")
        linkage = "" if self.public else "internal "
        return "\n".join([
            *self.tables,
            f"define {linkage}i64 @{self.node.name}({', '.join(params)}) nounwind {{",
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

    def _new(self) -> str:
        self.count += 1
        return f"%t{self.count}"

    def _label(self) -> str:
        self.count += 1
        return f"b{self.count}"

    def _line(self, text: str) -> None:
        self.lines.append(f"  {text}")

    def _say(self, text: str, bits: int, *, plus: bool = False) -> Value:
        name = self._new()
        self._line(f"{name} = {text}")
        return Value(name, bits, plus)

    def _open(self, label: str) -> None:
        self.block = label
        self.lines.append(f"{label}:")

    def _end(self, text: str) -> None:
        self._line(text)

    def _jump(self, label: str) -> None:
        self._end(f"br label %{label}")

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
                self._jump(self.loops[-1][isinstance(node, ast.Break)])
                self._open(self._label())
            case ast.Expr(value=ast.Call() as call):
                self._value(call)
            case ast.Pass() | ast.Expr(value=ast.Constant()):
                pass
            case _:
                raise SyntaxError(f"{self.node.name}: {ast.unparse(node)}: not translated")

    def _loop(self, body: Sequence[ast.stmt], again: str, end: str) -> None:
        self.loops.append((again, end))
        self._statements(body)
        self.loops.pop()

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

    def _place(self, name: str, at: ast.expr) -> str:
        index = self._as(self._value(at), WORD)
        bits = self._array(name).bits
        return self._say(f"getelementptr i{bits}, ptr %p.{name}, i64 {index}", WORD).text

    # --- expressions --------------------------------------------------------------------------

    def _as(self, value: Value, bits: int) -> str:
        """The value with so many bits."""
        if value.bits == bits or value.text.lstrip("-").isdigit():
            return value.text
        if value.bits > bits:
            return self._say(f"trunc i{value.bits} {value.text} to i{bits}", bits).text
        how = "zext" if value.plus or value.bits == TRUTH else "sext"
        return self._say(f"{how} i{value.bits} {value.text} to i{bits}", bits).text

    def _truth(self, node: ast.expr) -> str:
        """The expression as an i1."""
        value = self._value(node)
        if value.bits == TRUTH:
            return value.text
        return self._say(f"icmp ne i{value.bits} {value.text}, 0", TRUTH).text

    def _branch(self, test: ast.expr, then: str, other: str) -> None:
        """Jump by the truth of a test; what need not be read is jumped over."""
        match test:
            case ast.BoolOp(op=op, values=values) if not _cheap(test):
                for value in values[:-1]:
                    further = self._label()
                    if isinstance(op, ast.And):
                        self._branch(value, further, other)
                    else:
                        self._branch(value, then, further)
                    self._open(further)
                self._branch(values[-1], then, other)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                self._branch(operand, other, then)
            case _:
                self._end(f"br i1 {self._truth(test)}, label %{then}, label %{other}")

    def _value(self, node: ast.expr) -> Value:
        known = self._constant(node)
        if known is not None:
            return Value(str(known), _fitting(known), known >= 0)
        match node:
            case ast.Name(id=name):
                bits = self.bits[name]
                return self._say(f"load i{bits}, ptr %v.{name}", bits, plus=self.plus[name])
            case ast.BinOp():
                return self._calculation(node)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return self._say(f"xor i1 {self._truth(operand)}, true", TRUTH, plus=True)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                value = self._number(operand)
                return self._say(f"sub i{value.bits} 0, {value.text}", value.bits)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self._value(operand)
            case ast.UnaryOp(op=ast.Invert(), operand=operand):
                value = self._number(operand)
                return self._say(f"xor i{value.bits} {value.text}, -1", value.bits)
            case ast.Compare():
                return self._comparison(node)
            case ast.BoolOp(op=op, values=values) if _cheap(node):
                how = "and" if isinstance(op, ast.And) else "or"
                first, *rest = map(self._truth, values)
                for other in rest:
                    first = self._say(f"{how} i1 {first}, {other}", TRUTH).text
                return Value(first, TRUTH, True)
            case ast.BoolOp():
                return self._choice(node, ast.Constant(1), ast.Constant(0))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._choice(test, body, orelse)
            case ast.Subscript(value=ast.Tuple(elts=parts), slice=at):
                return self._pick(parts, at)
            case ast.Subscript(value=ast.Name(id=name), slice=at):
                return self._element(name, at)
            case ast.Call(func=ast.Name(id=name), args=parts):
                return self._call(name, parts)
            case _:
                raise SyntaxError(f"{self.node.name}: {ast.unparse(node)}: not translated")

    def _number(self, node: ast.expr) -> Value:
        """The value with a word at least."""
        value = self._value(node)
        bits = max(value.bits, WORD)
        return Value(self._as(value, bits), bits, value.plus)

    def _calculation(self, node: ast.BinOp) -> Value:
        left, right = self._number(node.left), self._number(node.right)
        bits = left.bits
        plus = self._positive(node)
        if isinstance(node.op, ast.LShift) and (self._constant(node.right) or 0) >= bits:
            raise SyntaxError(f"{self.node.name}: {ast.unparse(node)}: shifted out of its word")
        if not isinstance(node.op, ast.LShift | ast.RShift):
            bits = max(bits, right.bits)
        a, b = self._as(left, bits), self._as(right, bits)
        if isinstance(node.op, ast.FloorDiv | ast.Mod):
            if not (left.plus and right.plus):
                return self._floored(node.op, a, b, bits)
            how = "udiv" if isinstance(node.op, ast.FloorDiv) else "urem"
            return self._say(f"{how} i{bits} {a}, {b}", bits, plus=True)
        if isinstance(node.op, ast.RShift):
            return self._say(f"{'lshr' if plus else 'ashr'} i{bits} {a}, {b}", bits, plus=plus)
        found = self._say(f"{_SIMPLE[type(node.op)]} i{bits} {a}, {b}", bits, plus=plus)
        if bits > WORD and self._width(node) == WORD:
            return Value(self._as(found, WORD), WORD, plus)
        return found

    def _floored(self, op: ast.operator, a: str, b: str, bits: int) -> Value:
        """Division as Python means it: rounded down."""
        rest = self._say(f"srem i{bits} {a}, {b}", bits).text
        signs = self._say(f"xor i{bits} {rest}, {b}", bits).text
        differ = self._say(f"icmp slt i{bits} {signs}, 0", TRUTH).text
        uneven = self._say(f"icmp ne i{bits} {rest}, 0", TRUTH).text
        low = self._say(f"and i1 {differ}, {uneven}", TRUTH).text
        if isinstance(op, ast.Mod):
            more = self._say(f"select i1 {low}, i{bits} {b}, i{bits} 0", bits).text
            return self._say(f"add i{bits} {rest}, {more}", bits)
        quotient = self._say(f"sdiv i{bits} {a}, {b}", bits).text
        less = self._say(f"sext i1 {low} to i{bits}", bits).text
        return self._say(f"add i{bits} {quotient}, {less}", bits)

    def _comparison(self, node: ast.Compare) -> Value:
        """A chain of comparisons, or membership in a tuple of constants."""
        values = [self._number(node.left)]
        found: str | None = None
        for op, part in zip(node.ops, node.comparators, strict=True):
            left = values[-1]
            if isinstance(op, ast.In) and isinstance(part, ast.Tuple):
                tests = [self._test("eq", left, self._number(x)) for x in part.elts]
                here = tests[0]
                for test in tests[1:]:
                    here = self._say(f"or i1 {here}, {test}", TRUTH).text
            else:
                values.append(self._number(part))
                here = self._test(_TESTS[type(op)], left, values[-1])
            found = here if found is None else self._say(f"and i1 {found}, {here}", TRUTH).text
        assert found is not None
        return Value(found, TRUTH, True)

    def _test(self, how: str, left: Value, right: Value) -> str:
        bits = max(left.bits, right.bits)
        a, b = self._as(left, bits), self._as(right, bits)
        return self._say(f"icmp {how} i{bits} {a}, {b}", TRUTH).text

    def _choice(self, test: ast.expr, body: ast.expr, orelse: ast.expr) -> Value:
        """`body if test else orelse`; only one of them is read, unless that makes no difference."""
        bits = max(WORD, self._width(body), self._width(orelse))
        plus = self._positive(body) and self._positive(orelse)
        if _cheap(test) and _cheap(body) and _cheap(orelse):
            truth = self._truth(test)
            a, b = self._as(self._value(body), bits), self._as(self._value(orelse), bits)
            return self._say(f"select i1 {truth}, i{bits} {a}, i{bits} {b}", bits, plus=plus)
        then, other, end = self._label(), self._label(), self._label()
        self._branch(test, then, other)
        sides = []
        for label, side in ((then, body), (other, orelse)):
            self._open(label)
            value = self._as(self._value(side), bits)
            sides.append(f"[ {value}, %{self.block} ]")
            self._jump(end)
        self._open(end)
        return self._say(f"phi i{bits} {', '.join(sides)}", bits, plus=plus)

    def _pick(self, parts: Sequence[ast.expr], at: ast.expr) -> Value:
        """An element of a tuple: from a table where all are constants, else by comparing."""
        bits = max(map(self._width, parts))
        plus = all(map(self._positive, parts))
        index = self._as(self._value(at), WORD)
        known = [self._constant(part) for part in parts]
        if None not in known and len(parts) > 2:
            self.count += 1
            name = f"@table.{self.node.name}.{self.count}"
            row = ", ".join(f"i{bits} {value}" for value in known)
            kind = f"[{len(parts)} x i{bits}]"
            self.tables.append(f"{name} = private unnamed_addr constant {kind} [{row}]")
            place = self._say(f"getelementptr i{bits}, ptr {name}, i64 {index}", WORD).text
            return self._say(f"load i{bits}, ptr {place}", bits, plus=plus)
        found = self._as(self._value(parts[-1]), bits)
        for k, part in reversed(list(enumerate(parts[:-1]))):
            value = self._as(self._value(part), bits)
            here = self._say(f"icmp eq i64 {index}, {k}", TRUTH).text
            found = self._say(f"select i1 {here}, i{bits} {value}, i{bits} {found}", bits).text
        return Value(found, bits, plus)

    def _element(self, name: str, at: ast.expr) -> Value:
        bits = self._array(name).bits
        value = self._say(f"load i{bits}, ptr {self._place(name, at)}", bits, plus=bits < WORD)
        return Value(self._as(value, max(bits, WORD)), max(bits, WORD), bits < WORD)

    def _call(self, name: str, parts: Sequence[ast.expr]) -> Value:
        if name in ("min", "max"):
            return self._extreme(name, parts)
        if name in ("prefetch", "claim"):
            array, at = parts[0], parts[1]
            assert isinstance(array, ast.Name)
            place, bits = self._place(array.id, at), self._array(array.id).bits
            if name == "prefetch":
                self._line(_PREFETCH.format(place))
                return Value("0", WORD, True)
            mask = self._as(self._value(parts[2]), bits)
            old = self._say(f"atomicrmw or ptr {place}, i{bits} {mask} monotonic", bits)
            return Value(self._as(Value(old.text, bits, True), WORD), WORD, bits < WORD)
        words = []
        names = ["h", "w"] if name == "mix" else [a.arg for a in self.functions[name].args.args]
        for parameter, part in zip(names, parts, strict=True):
            kind = self.types.get(parameter, WORD)
            if isinstance(kind, Array):
                assert isinstance(part, ast.Name)
                words.append(f"ptr %p.{part.id}")
            else:
                words.append(f"i{kind} {self._as(self._value(part), kind)}")
        plus = name == "mix"
        return self._say(f"call i64 @{name}({', '.join(words)})", WORD, plus=plus)

    def _extreme(self, name: str, parts: Sequence[ast.expr]) -> Value:
        values = [self._number(part) for part in parts]
        bits = max(value.bits for value in values)
        found = self._as(values[0], bits)
        for value in values[1:]:
            other = self._as(value, bits)
            how = "slt" if name == "min" else "sgt"
            test = self._say(f"icmp {how} i{bits} {other}, {found}", TRUTH).text
            found = self._say(f"select i1 {test}, i{bits} {other}, i{bits} {found}", bits).text
        return Value(found, bits)


_ONE = ast.Constant(1)


def _fitting(value: int) -> int:
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


def _cheap(node: ast.expr) -> bool:
    """May it be computed whether or not it is needed? Nothing in it can trap, and it is short."""
    parts = list(ast.walk(node))
    return len(parts) <= 3 * SELECTED and not any(
        isinstance(part, ast.Subscript | ast.Call)
        or (
            isinstance(part, ast.BinOp)
            and isinstance(part.op, ast.FloorDiv | ast.Mod)
            and not (isinstance(part.right, ast.Constant) and part.right.value != 0)
        )
        for part in parts
    )
