"""Lowered expressions in Promela, whose division truncates, and which knows no faults.

An expression that may have no value (a division by zero, an index outside an array) comes with
the condition under which it has one; that condition itself always has a value. Every text is an
atom (a name, a number, an element), or in brackets, or a negation of these.
"""

from collections.abc import Sequence

from fsm.errors import UsageError
from fsm.expressions import Op
from fsm.interop.promela_names import LARGEST, SMALLEST, Cell, Names
from fsm.semantics import ir
from fsm.semantics.ir import Node

Bounds = tuple[int, int]
_INFIX = {
    Op.AND: "&&", Op.OR: "||", Op.EQ: "==", Op.NE: "!=", Op.LT: "<", Op.LE: "<=", Op.GT: ">",
    Op.GE: ">=", Op.ADD: "+", Op.SUB: "-", Op.MUL: "*",
}  # fmt: skip
_TRUTH = {Op.AND, Op.OR, Op.IMPLIES, Op.NOT, Op.EQ, Op.NE, Op.LT, Op.LE, Op.GT, Op.GE}


def both(*conditions: str) -> str:
    """The conjunction of some texts; "1" is true, "0" is false."""
    rest = [c for c in dict.fromkeys(conditions) if c != "1"]
    if not rest or "0" in rest:
        return "0" if rest else "1"
    return rest[0] if len(rest) == 1 else f"({' && '.join(rest)})"


def either(*conditions: str) -> str:
    """The disjunction of some texts."""
    rest = [c for c in dict.fromkeys(conditions) if c != "0"]
    if not rest or "1" in rest:
        return "1" if rest else "0"
    return rest[0] if len(rest) == 1 else f"({' || '.join(rest)})"


def negation(condition: str) -> str:
    """The negation of a text."""
    constant = {"0": "1", "1": "0"}.get(condition)
    return constant or (condition[1:] if condition.startswith("!") else f"!{condition}")


def macro(name: str, condition: str) -> str:
    """The definition of a name for a condition; `!!`, which sends in Promela, never arises."""
    return f"#define {name} {f'({condition})' if condition.startswith('!') else condition}"


class Expressions:
    """Writes expressions over the cells of a system; `watchers` are the names of ghosts, with how
    far each counts."""

    def __init__(self, names: Names, watchers: Sequence[tuple[str, int]] = ()) -> None:
        self.names, self.watchers = names, watchers

    # --- the value ----------------------------------------------------------------------------

    def value(self, node: Node) -> str:
        """The expression, fully bracketed. Raises `UsageError` F628 beyond 32 bits."""
        self.bounds(node)
        match node:
            case ir.Const(value=value):
                return f"({value})" if value < 0 else str(value)
            case ir.Slot(index=index):
                return self.names.cell_of[index].at(index)
            case ir.Watch(index=index):
                return self.watchers[index][0]
            case ir.Indexed(base=base):
                return f"{self.names.cell_of[base].name}[{self.element(node)}]"
            case ir.Pick(table=table, indices=indices):
                return self._pick(table, self._sum(0, indices, 1))
            case ir.Choose(condition=condition, then=then, otherwise=otherwise):
                parts = map(self.value, (condition, then, otherwise))
                return "({} -> {} : {})".format(*parts)
            case ir.Within(subject=subject, values=values):
                return self._within(subject, values)
            case ir.Calc(op=op, operands=operands):
                return self._calc(op, [self.value(x) for x in operands], operands)
            case _:
                raise AssertionError(node)

    def element(self, node: ir.Indexed) -> str:
        """The number of the element of its cell that an indexed slot is."""
        cell = self.names.cell_of[node.base]
        return self._sum(cell.place(node.base), node.indices, cell.stride)

    def _sum(self, first: int, indices: Sequence[ir.Index], unit: int) -> str:
        parts = [str(first)] if first else []
        for index in indices:
            factor = index.stride // unit
            value = self.value(index.value)
            parts.append(value if factor == 1 else f"{value} * {factor}")
        return " + ".join(parts) or "0"

    def _pick(self, table: Sequence[int], place: str) -> str:
        found = self.value(ir.Const(table[-1]))
        for k in reversed(range(len(table) - 1)):
            found = f"({place} == {k} -> {self.value(ir.Const(table[k]))} : {found})"
        return found

    def _within(self, subject: Node, values: tuple[int, ...]) -> str:
        text, words = self.value(subject), self._words(subject)
        written = [words[v] if 0 <= v < len(words) else str(v) for v in values]
        return either(*(f"({text} == {w})" for w in written))

    def _words(self, subject: Node) -> tuple[str, ...]:
        """The constants for what the subject holds, if it is where a machine is."""
        match subject:
            case ir.Slot(index=slot) | ir.Indexed(base=slot):
                return self.names.states.get(slot, ())
            case _:
                return ()

    def _calc(self, op: Op, texts: list[str], operands: tuple[Node, ...]) -> str:
        match op:
            case Op.NOT:
                return negation(texts[0])
            case Op.NEGATE:
                return f"(-{texts[0]})"
            case Op.IMPLIES:
                return either(negation(texts[0]), texts[1])
            case Op.MIN | Op.MAX:
                found, sign = texts[0], "<" if op is Op.MIN else ">"
                for text in texts[1:]:
                    found = f"({found} {sign} {text} -> {found} : {text})"
                return found
            case Op.DIV | Op.MOD:
                above, below = (self.bounds(x) for x in operands)
                return self._floored(op, texts[0], texts[1], above, below)
            case _:
                return f"({f' {_INFIX[op]} '.join(texts)})"

    def _floored(self, op: Op, a: str, b: str, above: Bounds, below: Bounds) -> str:
        """Division that rounds down, and its remainder, as in the language of specs."""
        sign = "%" if op is Op.MOD else "/"
        if above[0] >= 0 and below[0] >= 0:
            return f"({a} {sign} {b})"
        rounded_up = f"({a} % {b} != 0 && ({a} < 0) != ({b} < 0))"
        correction = f"+ ({rounded_up} -> {b} : 0)" if op is Op.MOD else f"- {rounded_up}"
        return f"({a} {sign} {b} {correction})"

    # --- whether it has one -------------------------------------------------------------------

    def defined(self, node: Node) -> str:
        """When evaluating the expression, from left to right and no further than it must, meets
        neither a division by zero nor an index outside its array."""
        match node:
            case ir.Index(value=value, length=length):
                low, high = self.bounds(value)
                text = self.value(value)
                return both(
                    self.defined(value),
                    "1" if low >= 0 else f"({text} >= 0)",
                    "1" if high < length else f"({text} < {length})",
                )
            case ir.Calc(op=Op.AND | Op.OR | Op.IMPLIES as op, operands=operands):
                return self._defined_logic(op, operands)
            case ir.Calc(op=Op.DIV | Op.MOD, operands=(a, b)):
                low, high = self.bounds(b)
                safe = "1" if low > 0 or high < 0 else f"({self.value(b)} != 0)"
                return both(self.defined(a), self.defined(b), safe)
            case ir.Choose(condition=condition, then=then, otherwise=otherwise):
                yes, no = self.defined(then), self.defined(otherwise)
                test = self.value(condition)
                chosen = yes if yes == no else f"({test} -> {yes} : {no})"
                return both(self.defined(condition), chosen)
            case _:
                return both(*map(self.defined, ir.parts(node)))

    def _defined_logic(self, op: Op, operands: tuple[Node, ...]) -> str:
        """An operand is read only where those before it have not decided."""
        found = "1"
        for k in reversed(range(len(operands))):
            if found != "1":
                here = self.value(operands[k])
                found = either(here if op is Op.OR else negation(here), found)
            found = both(self.defined(operands[k]), found)
        return found

    # --- how large it may be ------------------------------------------------------------------

    def bounds(self, node: Node) -> Bounds:
        """The least and greatest value, not always tightly; 32 bits must hold them."""
        low, high = self._bounds(node)
        if low < SMALLEST or high > LARGEST:
            raise UsageError(
                "F628",
                "an expression may have values beyond 32 bits, which Promela's integers do not "
                "hold",
                "give its variables smaller ranges",
            )
        return low, high

    def _bounds(self, node: Node) -> Bounds:
        match node:
            case ir.Const(value=value):
                return value, value
            case ir.Slot(index=slot) | ir.Indexed(base=slot):
                cell: Cell = self.names.cell_of[slot]
                return cell.low, cell.high
            case ir.Watch(index=index):
                return 0, self.watchers[index][1]
            case ir.Pick(table=table):
                return min(table), max(table)
            case ir.Choose(then=then, otherwise=otherwise):
                (a, b), (c, d) = self.bounds(then), self.bounds(otherwise)
                return min(a, c), max(b, d)
            case ir.Calc(op=op, operands=operands) if op not in _TRUTH:
                return _calculated(op, [self.bounds(x) for x in operands])
            case _:
                return 0, 1


def _calculated(op: Op, operands: list[Bounds]) -> Bounds:
    lows, highs = [a for a, _ in operands], [b for _, b in operands]
    match op:
        case Op.NEGATE:
            return -highs[0], -lows[0]
        case Op.ADD:
            return sum(lows), sum(highs)
        case Op.SUB:
            return lows[0] - highs[1], highs[0] - lows[1]
        case Op.MUL:
            corners = [a * b for a in operands[0] for b in operands[1]]
            return min(corners), max(corners)
        case Op.DIV:
            most = max(abs(lows[0]), abs(highs[0]))
            return (0 if lows[0] >= 0 and lows[1] >= 0 else -most), most
        case Op.MOD:
            return min(0, lows[1] + 1), max(0, highs[1] - 1)
        case Op.MIN:
            return min(lows), min(highs)
        case Op.MAX:
            return max(lows), max(highs)
        case _:
            raise AssertionError(op)
