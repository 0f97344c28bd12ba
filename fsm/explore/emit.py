"""Lowered expressions as Python source: `s` is the state.

Only `fsm.semantics.ir` trees go in, never text of a spec, so nothing in a spec is evaluated.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from fsm.expressions import Op
from fsm.semantics import ir
from fsm.semantics.ir import LoweredFault, Node
from fsm.semantics.lowered import ClockInfo, SlotInfo, Write

Values = tuple[int, ...]
Predicate = Callable[[Values], int]
Watching = Callable[[Values, Values], int]
Update = Callable[[Values], Values]

MOST = 10_000  # functions that are kept: one text is asked for again and again
_INFIX = {
    Op.AND: "and", Op.OR: "or", Op.EQ: "==", Op.NE: "!=", Op.LT: "<", Op.LE: "<=", Op.GT: ">",
    Op.GE: ">=", Op.ADD: "+", Op.SUB: "-", Op.MUL: "*", Op.DIV: "//", Op.MOD: "%",
}  # fmt: skip


class Style(Struct, frozen=True):
    """How generated code names what it reads: the slot at a place; the element of the slots from
    `base` on that the source of an offset picks. `checked`: an index outside its array raises
    `LoweredFault`; else nobody reads what has no value (`fsm.explore.defined`). `ghost` names what
    an observer remembers, where it is read, too."""

    slot: Callable[[int], str]
    element: Callable[[int, int, str], str]
    checked: bool
    ghost: Callable[[int], str] | None = None


TUPLE = Style("s[{}]".format, lambda base, _, at: f"s[{base} + {at}]", True)


def source(node: Node, style: Style = TUPLE) -> str:
    """The expression in Python, fully bracketed."""

    def say(part: Node) -> str:
        return source(part, style)

    match node:
        case ir.Const(value=value):
            return f"({value})" if value < 0 else str(value)
        case ir.Slot(index=index):
            return style.slot(index)
        case ir.Watch(index=index):
            assert style.ghost is not None, f"watcher {index} was not settled"
            return style.ghost(index)
        case ir.Index(value=value, length=length, stride=stride, array=array):
            at = f"_at({say(value)}, {length}, {array!r})" if style.checked else say(value)
            return at if stride == 1 else f"{at} * {stride}"
        case ir.Indexed(base=base, indices=indices):
            return style.element(base, span(indices), " + ".join(map(say, indices)))
        case ir.Pick(table=table, indices=indices):
            return f"{table!r}[{' + '.join(map(say, indices))}]"
        case ir.Choose(condition=condition, then=then, otherwise=otherwise):
            return f"({say(then)} if {say(condition)} else {say(otherwise)})"
        case ir.Within(subject=subject, values=(only,)):
            return f"({say(subject)} == {only})"
        case ir.Within(subject=subject, values=values):
            return f"({say(subject)} in {values!r})"
        case ir.ClockTest(clock=clock, op=op, bound=bound, unit=unit):
            return f"({say(clock)} * {unit} {_INFIX[op]} {say(bound)})"
        case ir.Calc(op=Op.NOT, operands=(inner,)):
            return f"(not {say(inner)})"
        case ir.Calc(op=Op.NEGATE, operands=(inner,)):
            return f"(-{say(inner)})"
        case ir.Calc(op=Op.IMPLIES, operands=(left, right)):
            return f"(not {say(left)} or {say(right)})"
        case ir.Calc(op=Op.MIN | Op.MAX as op, operands=operands):
            return f"{op.value}({', '.join(map(say, operands))})"
        case ir.Calc(op=op, operands=operands):
            return f"({f' {_INFIX[op]} '.join(map(say, operands))})"
        case ir.Param(index=index):
            raise AssertionError(f"configuration variable {index} was not specialised")


def span(indices: Sequence[ir.Index]) -> int:
    """How many slots the indices can pick from."""
    return 1 + sum((index.length - 1) * index.stride for index in indices)


def predicate(node: Node) -> Predicate:
    """A function of the state."""
    return _build(f"lambda s: {source(node)}")  # type: ignore[no-any-return]


def watching(node: Node) -> Watching:
    """A function of the state and of what an observer remembers."""
    style = replace(TUPLE, ghost="g[{}]".format)
    return _build(f"lambda s, g: {source(node, style)}")  # type: ignore[no-any-return]


def update(
    size: int,
    fixed: Sequence[tuple[int, int]],
    writes: Sequence[Write],
    resets: Sequence[ir.Indexed] = (),
) -> Update:
    """A function from a state to the next: `fixed` slots get constants, `writes` are computed,
    `resets` become 0.

    The function raises `LoweredFault` for a value out of range, then for an index outside an
    array, then for a slot written twice; and `ZeroDivisionError`.
    """
    lines = ["def step(s):"]
    for k, write in enumerate(writes):
        lines.append(f"    v{k} = {source(write.value)}")
        if not _surely_within(write):
            lines.append(f"    if not {write.low} <= v{k} <= {write.high}:")
            lines.append(f"        raise _Fault('range', {write.name!r}, v{k})")
    places = [w.target.index if isinstance(w.target, ir.Slot) else None for w in writes]
    if resets or None in places or len(set(places)) < len(places):
        lines += _scattered(fixed, writes, resets)
    else:
        constants = dict(fixed)
        written = {place: f"v{k}" for k, place in enumerate(places)}
        new = [written.get(k) or str(constants.get(k, f"s[{k}]")) for k in range(size)]
        lines.append(f"    return ({', '.join(new)},)")
    return _define("\n".join(lines))


def _scattered(
    fixed: Sequence[tuple[int, int]], writes: Sequence[Write], resets: Sequence[ir.Indexed]
) -> Iterator[str]:
    """The end of an update where only the state tells which slots are written."""
    for k, write in enumerate(writes):
        yield f"    p{k} = {_place(write.target)}"
    yield "    w = {}"
    for k, write in enumerate(writes):
        yield f"    _put(w, p{k}, v{k}, {write.name!r})"
    yield "    t = list(s)"
    for slot, value in fixed:
        yield f"    t[{slot}] = {value}"
    for reset in resets:
        yield f"    t[{_place(reset)}] = 0"
    yield "    for k, v in w.items():"
    yield "        t[k] = v"
    yield "    return tuple(t)"


def _place(target: Node) -> str:
    if isinstance(target, ir.Slot):
        return str(target.index)
    assert isinstance(target, ir.Indexed)
    return " + ".join([str(target.base), *map(source, target.indices)])


def tick(slots: Sequence[SlotInfo], running: Sequence[ClockInfo]) -> Update:
    """A function that lets one unit pass for these clocks; each stops just above its limit."""
    advanced = {}
    for clock in running:
        high = slots[clock.slot].high
        test = f"s[{clock.slot}] < {high}"
        if clock.process is not None:
            leaves = tuple(sorted(clock.leaves))
            inside = ir.Within(ir.Slot(clock.process), leaves)
            test = f"{source(inside)} and {test}"
        advanced[clock.slot] = f"s[{clock.slot}] + ({test})"
    new = [advanced.get(k, f"s[{k}]") for k in range(len(slots))]
    return _define(f"def step(s):\n    return ({', '.join(new)},)")


def _surely_within(write: Write) -> bool:
    return isinstance(write.value, ir.Const) and write.low <= write.value.value <= write.high


def _at(value: int, length: int, array: str) -> int:
    if not 0 <= value < length:
        raise LoweredFault("index", array, value)
    return value


def _put(written: dict[int, int], slot: int, value: int, name: str) -> None:
    if slot in written:
        raise LoweredFault("conflict", name, 0)
    written[slot] = value


_NAMES = {"_at": _at, "_put": _put, "_Fault": LoweredFault, "min": min, "max": max}


@lru_cache(MOST)
def _build(text: str) -> Any:
    return eval(text, {"__builtins__": {}, **_NAMES})


@lru_cache(MOST)
def _define(text: str) -> Update:
    space: dict[str, Any] = {
        "__builtins__": {"list": list, "tuple": tuple}, **_NAMES,
    }  # fmt: skip
    exec(compile(text, "<step>", "exec"), space)
    return space["step"]  # type: ignore[no-any-return]
