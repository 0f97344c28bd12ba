"""The types of expressions, from the inside out; names are resolved on the way.

Names of enum values have no type of their own: they get that of what they stand beside. Each
method returns None once it has reported what is wrong. Time is linear in the expression, but for
hints and comparisons, which look at their operands once more.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from fsm.errors import Position
from fsm.expressions import (
    Apply,
    BoolType,
    Conditional,
    DurationType,
    EnumType,
    Ghost,
    GhostKind,
    IntType,
    Literal,
    Op,
    Quantified,
    Quantifier,
    Type,
)
from fsm.spec import arithmetic, compare
from fsm.spec.fold import fold
from fsm.spec.intervals import ANY, Interval, combine, disjoint, hull
from fsm.spec.known import Failure, Known, describe, known_literal, known_number
from fsm.spec.problems import Problems, did_you_mean
from fsm.spec.resolve import Found, meaning_of, read, resolve, scalar_of, type_named, whole_number
from fsm.spec.scope import Kind, Scope
from fsm.spec.tree import (
    Chain,
    Choice,
    Membership,
    Node,
    Number,
    Operation,
    Part,
    Path,
    Range,
    Source,
    Temporal,
    Truth,
    Watch,
)

MAX_NUMBER = 10**15
MAX_ITERATIONS = 10_000
_MOST_HINTS = 20

_COMPARISONS = (Op.EQ, Op.NE, Op.LT, Op.LE, Op.GT, Op.GE)
_LOGIC = (Op.NOT, Op.AND, Op.OR, Op.IMPLIES)


class Typer:
    """Types one expression: where it stands, what is visible, and where errors go."""

    def __init__(self, source: Source, scope: Scope, problems: Problems) -> None:
        self.source, self.scope, self.problems = source, scope, problems
        self._reported = 0
        self._in_bound = False
        self._iterations = 0
        self._factor = 1

    # Reporting

    def report(self, code: str, at: Node | Part | int, message: str, hint: str = "") -> Failure:
        """Report what is wrong at a node (or offset); returns None, which is what failure is."""
        offset = at if isinstance(at, int) else at.span.start
        self._reported += 1
        where: Position = self.source.positions(offset)
        self.problems.report(code, message, where, hint, self.source.line(offset))
        return None

    def hints_left(self) -> bool:
        """Hints cost time: only the first errors of an expression get them."""
        return self._reported < _MOST_HINTS

    def suggest(self, name: str, candidates: Iterable[str]) -> str:
        """A hint with the most similar candidate, if any."""
        return did_you_mean(name, candidates) if self.hints_left() else ""

    def text(self, node: Node) -> str:
        """How the author wrote it, shortened."""
        written = " ".join(self.source.text[node.span.start : node.span.end].split())
        return written if len(written) <= 60 else written[:57] + "…"

    def may_read(self, at: Node, *, state: bool) -> bool:
        """May variables (`state`) or configuration be read here? Reports it if not."""
        allowed = self.scope.allow_state if state else self.scope.allow_config
        if allowed:
            return True
        what = "changes while the system runs" if state else "differs between variants"
        if self._in_bound:
            self.report("F423", at, f"bounds are constant, and '{self.text(at)}' {what}")
        else:
            code = "F426" if state else "F427"
            self.report(code, at, f"'{self.text(at)}' {what}; only what is fixed can stand here")
        return False

    def may_bind(self, at: Node) -> bool:
        """May bound names be read here? Reports it if not."""
        if self._in_bound:
            self.report("F423", at, f"bounds are constant, and '{self.text(at)}' is a bound name")
        return not self._in_bound

    # Values

    def value(self, node: Node, expected: Type | None) -> Known | None:
        """The expression, where a value of the type `expected` is needed."""
        if expected is None:
            return self.infer(node)
        expected = scalar_of(expected)
        if isinstance(node, Choice):
            return self._choice(node, expected, strict=True)
        known = self.infer(node, expected if isinstance(expected, EnumType) else None)
        return known if known is not None and self._fits(node, known, expected) else None

    def infer(self, node: Node, enum: EnumType | None = None) -> Known | None:
        """The expression, whatever its type; bare names may be values of `enum`. No clocks."""
        known = self.side(node, enum)
        if known is not None and known.measures_time:
            message = f"'{self.text(node)}' measures time: it can only be compared with a duration"
            return self.report("F418", node, message, f"for example {self.text(node)} >= 36h")
        return known

    def side(self, node: Node, enum: EnumType | None = None) -> Known | None:
        """Like `infer`, but a clock is welcome: what may stand beside a comparison."""
        match node:
            case Truth(value=value):
                return known_literal(value, BoolType())
            case Number():
                return self._number(node, node.value)
            case Path():
                return self._path(node, enum)
            case Operation(op=op):
                if op in _LOGIC:
                    return self._logic(node)
                if op in _COMPARISONS:
                    return compare.comparison(self, node)
                return (
                    arithmetic.negation(self, node)
                    if op is Op.NEGATE
                    else arithmetic.binary(self, node)
                )
            case Membership():
                return compare.membership(self, node)
            case Choice():
                return self._choice(node, enum, strict=False)
            case Range():
                return self._range(node)
            case Watch():
                return self._watch(node)
            case Temporal(letters=letters, at=at):
                message = f"'{letters}' is an operator of formulas; this is a test of one moment"
                return self.report("F700", at, message, "write the property under 'ltl' or 'ctl'")
            case Chain(at=at):
                return self.report("F406", at, "comparisons do not chain", "write a < b and b < c")

    def enum_of(self, node: Node) -> EnumType | None:
        """The enum whose value a node is, if it is plainly one; reports nothing."""
        if isinstance(node, Choice):
            return self.enum_of(node.then) or self.enum_of(node.otherwise)
        if not isinstance(node, Path):
            return None
        meaning = meaning_of(self.scope, node)
        type_ = type_named(self.scope, meaning) if meaning else None
        scalar = scalar_of(type_) if type_ else None
        return scalar if isinstance(scalar, EnumType) else None

    def event(self, path: Path, *, bind: bool = False) -> Found | None:
        """The event that a path names."""
        found = resolve(self, path, bind=bind)
        if found is None:
            return None
        if found.meaning.kind is not Kind.EVENT:
            written = self.text(path)
            events = (name.rpartition(".")[2] for name in self.scope.events)
            return self.report(
                "F312",
                path,
                f"'{written}' is {found.meaning.kind.value}, not an event",
                self.suggest(path.parts[-1].name, events),
            )
        if found.indices:
            message = f"the event '{self.text(path)}' is no array"
            return self.report("F414", found.indices[0], message)
        return found

    def fired(self, path: Path) -> Ghost | None:
        """The watcher that an event's name stands for where a property speaks of it."""
        found = self.event(path)
        if found is None:
            return None
        return Ghost(GhostKind.FIRED, found.meaning.name, found.copy)

    def _fits(self, node: Node, known: Known, expected: Type) -> bool:
        written = self.text(node)
        match expected, known.type:
            case (BoolType(), BoolType()) | (DurationType(), DurationType()):
                return True
            case BoolType(), other:
                hint = f"compare it, for example {written} > 0" if _is_number(other) else ""
                message = f"a condition is needed here; '{written}' is {describe(other)}"
                self.report("F407", node, message, hint)
            case IntType(low=low, high=high), IntType():
                if not disjoint(known.bounds, (low, high)):
                    return True
                message = f"'{written}' is {_range_text(known.bounds)}, outside "
                self.report("F421", node, message + _range_text((low, high)))
            case EnumType(values=values), EnumType(values=others) if values == others:
                return True
            case _, other:
                hint = ""
                if isinstance(expected, DurationType) and isinstance(node, Number):
                    hint = f"write its unit: {written}h"
                message = f"{describe(expected)} is needed here; '{written}' is {describe(other)}"
                self.report("F422", node, message, hint)
        return False

    def _number(self, node: Number, value: int) -> Known | None:
        if abs(value) > MAX_NUMBER:
            return self.report("F405", node, "the number is larger than 10^15")
        return known_literal(value, DurationType() if node.duration else IntType(value, value))

    def _path(self, path: Path, enum: EnumType | None) -> Known | None:
        if enum is not None and path.bare in enum.values:
            return known_literal(path.bare, enum)
        found = resolve(self, path, enum.values if enum else ())
        return read(self, found) if found is not None else None

    def _choice(self, node: Choice, expected: Type | None, *, strict: bool) -> Known | None:
        condition = self.value(node.condition, BoolType())
        if strict:
            then = self.value(node.then, expected)
            otherwise = self.value(node.otherwise, expected)
        else:
            enum = expected if isinstance(expected, EnumType) else self.enum_of(node)
            then, otherwise = self.infer(node.then, enum), self.infer(node.otherwise, enum)
        if condition is None or then is None or otherwise is None:
            return None
        bounds = hull(then.bounds, otherwise.bounds)
        expr = Conditional(condition.expr, then.expr, otherwise.expr)
        if _is_number(then.type) and _is_number(otherwise.type):
            return known_number(expr, bounds)
        if then.type != otherwise.type:
            message = f"then gives {describe(then.type)}, else gives {describe(otherwise.type)}"
            return self.report("F429", node, message)
        return Known(expr, then.type, bounds)

    # Operators

    def _logic(self, node: Operation) -> Known | None:
        operands = [self.value(operand, BoolType()) for operand in node.operands]
        known = [operand for operand in operands if operand is not None]
        if len(known) < len(operands):
            return None
        return Known(Apply(node.op, tuple(operand.expr for operand in known)), BoolType())

    # Ranges and watchers

    def _range(self, node: Range) -> Known | None:
        low, high = self._bound(node.low), self._bound(node.high)
        hidden = self.scope.lookup(node.variable)
        if hidden is not None:
            message = f"'{node.variable}' is already {hidden.kind.value}"
            return self.report("F302", node.name_at, message, "choose another name")
        if low is None or high is None:
            return None
        size = max(high - low + 1, 0)
        self._iterations += size * self._factor
        if self._iterations > MAX_ITERATIONS:
            message = f"ranges of more than {MAX_ITERATIONS:,} values in one expression"
            return self.report("F424", node.low, message)
        outer, factor = self.scope, self._factor
        self.scope = outer.with_locals({node.variable: IntType(low, max(low, high))})
        self._factor = factor * max(size, 1)
        if node.quantifier is Quantifier.SUM:
            body = whole_number(self, node.body, "what is summed up")
        else:
            body = self.value(node.body, BoolType())
        self.scope, self._factor = outer, factor
        if body is None:
            return None
        expr = Quantified(node.quantifier, node.variable, low, high, body.expr)
        match node.quantifier:
            case Quantifier.SUM:
                return known_number(expr, combine(Op.MUL, body.bounds, (size, size)))
            case Quantifier.COUNT:
                return known_number(expr, (0, size))
            case _:
                return Known(expr, BoolType())

    def _bound(self, node: Node) -> int | None:
        outer, self._in_bound = self.scope, True
        self.scope = replace(outer, allow_state=False, allow_config=False, allow_ghosts=False)
        known = whole_number(self, node, "a bound")
        self.scope, self._in_bound = outer, False
        if known is None:
            return None
        folded = fold(known.expr)
        if not isinstance(folded, Literal):
            return self.report("F423", node, f"'{self.text(node)}' has no constant value")
        return int(folded.value)

    def _watch(self, node: Watch) -> Known | None:
        if not self.scope.allow_ghosts:
            if self._in_bound:
                return self.report("F423", node, "bounds are constant")
            message = f"{node.kind.value}(…) stands in properties only"
            return self.report("F417", node, message, "keep what happened in a variable or state")
        found = self.event(node.event)
        if found is None:
            return None
        ghost = Ghost(node.kind, found.meaning.name, found.copy)
        match node.kind:
            case GhostKind.FIRED:
                return Known(ghost, BoolType())
            case GhostKind.COUNT:
                return known_number(ghost, (0, None))
            case GhostKind.SINCE:
                return Known(ghost, DurationType(), (0, None))


def _is_number(type_: Type) -> bool:
    return isinstance(type_, IntType)


def _range_text(bounds: Interval) -> str:
    low, high = bounds
    if low == high and low is not None:
        return str(low)
    if bounds == ANY:
        return "any number"
    if low is None:
        return f"at most {high}"
    return f"at least {low}" if high is None else f"{low}..{high}"
