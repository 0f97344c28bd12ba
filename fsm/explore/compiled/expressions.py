"""Expressions of the small part of Python as LLVM assembly, line by line."""

import ast
from collections.abc import Mapping, Sequence

from msgspec import Struct

from fsm.explore.compiled.widths import WORD, Array, Types, Widths, fitting

TRUTH = 1
SELECTED = 16  # nodes of an expression up to which both sides are computed rather than jumped over


class Value(Struct, frozen=True):
    """What an expression became; `plus`: it is never negative."""

    text: str
    bits: int
    plus: bool = False


_SIMPLE = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.BitAnd: "and", ast.BitOr: "or",
           ast.BitXor: "xor", ast.LShift: "shl"}  # fmt: skip
_TESTS = {ast.Eq: "eq", ast.NotEq: "ne", ast.Lt: "slt", ast.LtE: "sle", ast.Gt: "sgt",
          ast.GtE: "sge"}  # fmt: skip
_PREFETCH = "call void @llvm.prefetch.p0(ptr {}, i32 0, i32 3, i32 1)"


class Expressions(Widths):
    """Writes the expressions of one function; `lines` grow in the order of the assembly."""

    def __init__(
        self, node: ast.FunctionDef, types: Types, constants: Mapping[str, int],
        functions: Mapping[str, ast.FunctionDef],
    ) -> None:  # fmt: skip
        super().__init__(node, types, constants)
        self.functions = functions
        self.lines: list[str] = []
        self.tables: list[str] = []
        self.count = 0
        self.block = "entry"

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

    def _place(self, name: str, at: ast.expr) -> str:
        index = self._as(self._value(at), WORD)
        bits = self._array(name).bits
        return self._say(f"getelementptr i{bits}, ptr %p.{name}, i64 {index}", WORD).text

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
            case ast.BoolOp(op=op, values=values) if not cheap(test):
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
            return Value(str(known), fitting(known), known >= 0)
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
            case ast.BoolOp(op=op, values=values) if cheap(node):
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
        if cheap(test) and cheap(body) and cheap(orelse):
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
        kind, place = self._array(name), self._place(name, at)
        bits, how = kind.bits, f"load i{kind.bits}, ptr {place}"
        if kind.shared and bits <= WORD:  # read once, whatever others write meanwhile
            how = f"load atomic i{bits}, ptr {place} monotonic, align {bits // 8}"
        value = self._say(how, bits, plus=bits < WORD)
        return Value(self._as(value, max(bits, WORD)), max(bits, WORD), bits < WORD)

    def _call(self, name: str, parts: Sequence[ast.expr]) -> Value:
        if name in ("min", "max"):
            return self._extreme(name, parts)
        if name == "lowest":
            word = self._as(self._value(parts[0]), WORD)
            return self._say(f"call i64 @llvm.cttz.i64(i64 {word}, i1 true)", WORD, plus=True)
        if name == "alike":
            return self._alike(*parts)
        if name in ("prefetch", "claim", "settle", "swap", "outside"):
            array, at = parts[0], parts[1]
            assert isinstance(array, ast.Name)
            place, bits = self._place(array.id, at), self._array(array.id).bits
            if name == "prefetch":
                self._line(_PREFETCH.format(place))
                return Value("0", WORD, True)
            if name == "outside":
                called = self._say(f"load ptr, ptr {place}", WORD).text
                word = self._as(self._value(parts[2]), WORD)
                return self._say(f"call i64 {called}(i64 {word})", WORD)
            if not self._array(array.id).shared:
                raise SyntaxError(f"{self.node.name}: {array.id} is not shared")
            given = [f"i{bits} {self._as(self._value(part), bits)}" for part in parts[2:]]
            call = f"call i{bits} @{name}.i{bits}({', '.join([f'ptr {place}', *given])})"
            before = self._say(call, bits, plus=bits < WORD)
            return Value(self._as(before, max(bits, WORD)), max(bits, WORD), bits < WORD)
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

    def _alike(
        self, array: ast.expr, at: ast.expr, count: ast.expr, *wanted: ast.expr
    ) -> Value:  # fmt: skip
        """Which elements from a place on are one of those wanted: all are compared at once."""
        size = self._constant(count)
        assert isinstance(array, ast.Name) and size is not None
        kind = self._array(array.id)
        many = f"<{size} x i{kind.bits}>"
        ones = [self._as(self._value(one), kind.bits) for one in wanted]
        # What others write meanwhile is read once, whatever is made of it.
        how = "load volatile" if kind.shared else "load"
        place = self._place(array.id, at)
        here = self._say(f"{how} {many}, ptr {place}, align 8", WORD).text
        found = "zeroinitializer"
        for one in ones:
            first = self._say(f"insertelement {many} poison, i{kind.bits} {one}, i64 0", WORD).text
            spread = f"shufflevector {many} {first}, {many} poison, <{size} x i32> zeroinitializer"
            equal = self._say(f"icmp eq {many} {here}, {self._say(spread, WORD).text}", WORD).text
            found = self._say(f"or <{size} x i1> {found}, {equal}", WORD).text
        bits = self._say(f"bitcast <{size} x i1> {found} to i{size}", WORD).text
        return self._say(f"zext i{size} {bits} to i64", WORD, plus=True)

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


def cheap(node: ast.expr) -> bool:
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
