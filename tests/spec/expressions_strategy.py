"""Random typed expressions over the declarations of expressions_scope, for properties."""

from collections.abc import Callable
from functools import cache

from hypothesis import strategies as st

from fsm.expressions import (
    Apply,
    ArrayType,
    BoolType,
    ClockRead,
    Conditional,
    Config,
    DurationType,
    Element,
    EnumType,
    Expr,
    Ghost,
    GhostKind,
    InState,
    IntType,
    Literal,
    Local,
    OneOf,
    Op,
    Quantified,
    Quantifier,
    Read,
    Type,
)
from tests.spec.expressions_scope import HOUR, MONEY, TONE

BOOL, SPAN = BoolType(), DurationType()
Draw = st.SearchStrategy[Expr]
Bound = tuple[str, ...]  # the variables of the ranges around a place

_RANGES = {"i": (0, 2), "j": (1, 3), "k": (0, 1)}
_UNITS = [1, 1_000, 60_000, HOUR, 36 * HOUR, 90 * 60_000]


def number(value: int) -> Literal:
    return Literal(value, IntType(value, value))


def span(milliseconds: int) -> Literal:
    return Literal(milliseconds, SPAN)


@cache
def expressions(type_: Type, depth: int = 3, bound: Bound = ()) -> Draw:
    """Expressions of a type, at most `depth` operators inside one another."""
    match type_:
        case BoolType():
            return _truths(depth, bound)
        case IntType():
            return _numbers(depth, bound)
        case DurationType():
            return _spans(depth, bound)
        case EnumType():
            return _names(type_, depth, bound)
        case _:
            raise AssertionError(type_)


@cache
def constants(type_: Type, depth: int = 3, bound: Bound = ()) -> Draw:
    """Expressions that read nothing but literals, constants and the variables of their ranges."""
    leaf: Draw = st.one_of(_fixed(type_), *_locals(type_, bound))
    if depth == 0:
        return leaf
    less = depth - 1
    return st.one_of(leaf, _operators(type_, less, bound, constants))


def _fixed(type_: Type) -> Draw:
    if isinstance(type_, BoolType):
        return st.sampled_from([Literal(True, BOOL), Literal(False, BOOL), _WEEKEND])
    if isinstance(type_, DurationType):
        return st.one_of(st.sampled_from([_WINDOW]), st.sampled_from(_UNITS).map(span))
    costs = st.integers(0, 2).map(lambda i: Element("costs", (1, 5, 9), _COSTS, (number(i),)))
    table = st.tuples(st.integers(0, 1), st.integers(0, 1)).map(
        lambda ij: Element("table", ((1, 2), (3, 4)), _TABLE, tuple(map(number, ij)))
    )
    return st.one_of(st.integers(-9, 15).map(number), st.just(_N), costs, table)


_N = Literal(3, IntType(3, 3), "n")
_WINDOW = Literal(48 * HOUR, SPAN, "window")
_WEEKEND = Literal(True, BOOL, "weekend")
_COSTS = ArrayType(IntType(1, 9), 3)
_TABLE = ArrayType(ArrayType(IntType(0, 4), 2), 2)


def _locals(type_: Type, bound: Bound) -> list[Draw]:
    if not isinstance(type_, IntType) or not bound:
        return []
    return [st.sampled_from(bound).map(lambda name: Local(name, IntType(*_RANGES[name])))]


def _truths(depth: int, bound: Bound) -> Draw:
    phil = st.builds(
        lambda i, names: InState("phil", names, names, number(i)),
        st.integers(0, 2),
        st.sampled_from([("eating",), ("thinking", "waiting")]),
    )
    leaf: Draw = st.one_of(
        st.sampled_from(
            [
                Read("paid", BOOL),
                Config("intercept", BOOL),
                InState("ticket", ("closed",), ("closed",)),
                InState("ticket", ("pending",), ("applied", "waiting")),
                InState("ticket", ("refunded", "open"), ("applied", "waiting", "refunded")),
                InState("desk.clerk", ("busy",), ("busy",), number(1)),
                Ghost(GhostKind.FIRED, "apply"),
                Ghost(GhostKind.FIRED, "phil.take", number(2)),
            ]
        ),
        st.integers(0, 3).map(lambda i: Read("tried", BOOL, None, (number(i),))),
        phil,
        _fixed(BOOL),
    )
    if depth == 0:
        return leaf
    less = depth - 1
    enums = st.sampled_from([MONEY, TONE]).flatmap(lambda e: _enum_comparisons(e, less, bound))
    return st.one_of(leaf, _operators(BOOL, less, bound, expressions), enums, _clocks(less, bound))


def _numbers(depth: int, bound: Bound) -> Draw:
    copies = st.one_of(st.integers(0, 2).map(number), st.just(Read("parcels", IntType(1, 2))))
    leaf: Draw = st.one_of(
        _fixed(IntType()),
        st.sampled_from(
            [
                Read("small", IntType(0, 5)),
                Read("debt", IntType(-5, 5)),
                Read("ticket.amount", IntType(0, 9)),
                Read("desk.clerk.tries", IntType(0, 2), number(1)),
                Config("limit", IntType(1, 3)),
                Ghost(GhostKind.COUNT, "apply"),
                Ghost(GhostKind.COUNT, "desk.clerk.yawn", number(0)),
            ]
        ),
        copies.map(lambda copy: Read("phil.meals", IntType(0, 3), copy)),
        copies.map(lambda j: Read("grid", IntType(0, 9), None, (number(1), j))),
        *_locals(IntType(), bound),
    )
    return (
        leaf
        if depth == 0
        else st.one_of(leaf, _operators(IntType(), depth - 1, bound, expressions))
    )


def _spans(depth: int, bound: Bound) -> Draw:
    leaf = st.one_of(_fixed(SPAN), st.just(Config("patience", SPAN)))
    return leaf if depth == 0 else st.one_of(leaf, _operators(SPAN, depth - 1, bound, expressions))


def _names(type_: EnumType, depth: int, bound: Bound) -> Draw:
    if type_ == TONE:
        reads: Draw = st.just(Config("tone", TONE))
    else:
        reads = st.sampled_from([Read("money", MONEY), Read("refund", MONEY)])
    if depth == 0:
        return reads
    literals = st.sampled_from(type_.values).map(lambda name: Literal(name, type_))
    other = st.one_of(reads, literals)
    condition = expressions(BOOL, depth - 1, bound)
    return st.one_of(
        reads,
        st.builds(Conditional, condition, reads, other),
        st.builds(Conditional, condition, other, reads),
    )


def _enum_comparisons(type_: EnumType, depth: int, bound: Bound) -> Draw:
    names = _names(type_, depth, bound)
    literals = st.sampled_from(type_.values).map(lambda name: Literal(name, type_))
    equality = st.sampled_from([Op.EQ, Op.NE])
    sides = st.one_of(
        st.tuples(names, literals), st.tuples(literals, names), st.tuples(names, names)
    )
    sets = st.lists(literals, min_size=1, max_size=len(type_.values) - 1, unique=True).map(tuple)
    return st.one_of(st.builds(Apply, equality, sides), st.builds(OneOf, names, sets))


def _clocks(depth: int, bound: Bound) -> Draw:
    clocks: Draw = st.sampled_from(
        [
            ClockRead("c48"),
            ClockRead("ticket.age"),
            ClockRead("phil.hunger", number(1)),
            Ghost(GhostKind.SINCE, "lost"),
        ]
    )
    bounds = st.one_of(_spans(0, bound), constants(SPAN, min(depth, 1), bound))
    sides = st.one_of(st.tuples(clocks, bounds), st.tuples(bounds, clocks))
    return st.builds(Apply, st.sampled_from([Op.LT, Op.LE, Op.EQ, Op.GE, Op.GT]), sides)


def _operators(
    type_: Type, depth: int, bound: Bound, of: Callable[[Type, int, Bound], Draw]
) -> Draw:
    """One operator whose operands come from `of` (either of the two strategies above)."""
    truths, numbers = of(BOOL, depth, bound), of(IntType(), depth, bound)
    spans = of(SPAN, depth, bound)
    same = of(type_, depth, bound)
    choice = st.builds(Conditional, truths, same, same)
    free = [name for name in _RANGES if name not in bound]
    ranges = st.sampled_from(free) if free else st.nothing()

    def over(kinds: list[Quantifier], body: Type) -> Draw:
        return ranges.flatmap(
            lambda name: st.builds(
                lambda kind, inner: Quantified(kind, name, *_RANGES[name], inner),
                st.sampled_from(kinds),
                of(body, depth, (*bound, name)),
            )
        )

    if isinstance(type_, BoolType):
        pair = st.one_of(st.tuples(numbers, numbers), st.tuples(spans, spans))
        return st.one_of(
            choice,
            truths.map(lambda x: Apply(Op.NOT, (x,))),
            st.builds(
                Apply, st.sampled_from([Op.AND, Op.OR, Op.IMPLIES]), st.tuples(truths, truths)
            ),
            st.builds(Apply, st.sampled_from([Op.EQ, Op.NE]), st.tuples(truths, truths)),
            st.builds(Apply, st.sampled_from([Op.EQ, Op.NE, Op.LT, Op.LE, Op.GT, Op.GE]), pair),
            st.builds(OneOf, numbers, st.lists(numbers, min_size=1, max_size=3).map(tuple)),
            over([Quantifier.ALL, Quantifier.ANY], BOOL),
        )
    if isinstance(type_, IntType):
        arithmetic = [Op.ADD, Op.SUB, Op.MUL, Op.DIV, Op.MOD, Op.MIN, Op.MAX]
        return st.one_of(
            choice,
            st.builds(Apply, st.sampled_from(arithmetic), st.tuples(numbers, numbers)),
            numbers.map(_negated),
            over([Quantifier.SUM], IntType()),
            over([Quantifier.COUNT], BOOL),
        )
    plain = st.sampled_from([Op.ADD, Op.SUB, Op.MIN, Op.MAX])
    return st.one_of(
        choice,
        st.builds(Apply, plain, st.tuples(spans, spans)),
        st.builds(Apply, st.sampled_from([Op.MUL, Op.DIV]), st.tuples(spans, numbers)),
        st.builds(Apply, st.just(Op.MUL), st.tuples(numbers, spans)),
        spans.map(_negated),
    )


def _negated(expr: Expr) -> Expr:
    """`-3` is a literal, not an operator on one."""
    if isinstance(expr, Literal) and not expr.name:
        value = -int(expr.value)
        return span(value) if expr.type == SPAN else number(value)
    return Apply(Op.NEGATE, (expr,))
