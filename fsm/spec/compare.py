"""Comparisons: which side gives its type to the other, states, clocks, and what is never true."""

from typing import TYPE_CHECKING

from fsm.expressions import (
    Apply,
    BoolType,
    ClockRead,
    DurationType,
    Element,
    EnumType,
    Expr,
    Ghost,
    InState,
    IntType,
    Literal,
    Local,
    OneOf,
    Op,
    Read,
    walk,
)
from fsm.spec.intervals import before, disjoint
from fsm.spec.known import Known, describe
from fsm.spec.resolve import listed, meaning_of, resolve
from fsm.spec.scope import Kind
from fsm.spec.tree import Membership, Node, Operation, Path

if TYPE_CHECKING:
    from fsm.spec.infer import Typer


def comparison(typer: "Typer", node: Operation) -> Known | None:
    """`a == b` and its like, also of a machine with a state."""
    left, right = node.operands
    if node.op in (Op.EQ, Op.NE):
        for machine, other in ((left, right), (right, left)):
            if _is_machine(typer, machine) and not _is_value(typer, machine, other):
                assert isinstance(machine, Path)
                inside = _in_state(typer, machine, (other,), node, node.op is Op.NE)
                return _truth(_not(inside)) if inside and node.op is Op.NE else _truth(inside)
    enums = typer.enum_of(left), typer.enum_of(right)
    if enums[1] and _names(left, enums[1]) and not (enums[0] and _names(right, enums[0])):
        enums = None, enums[1]
    if _is_unknown(typer, left):  # its meaning hangs on the other side: look there first
        second = typer.side(right, enums[0])
        first = typer.side(left, enums[1]) if second is not None else None
    else:
        first = typer.side(left, None if enums[0] else enums[1])
        known_enough = first is not None or not _is_unknown(typer, right)
        second = typer.side(right, enums[0]) if known_enough else None
    if first is None or second is None:
        return None
    known = Known(Apply(node.op, (first.expr, second.expr)), BoolType())
    if first.measures_time or second.measures_time:
        if not _clock_is_bounded(typer, node, first, second):
            return None
    elif not _comparable(typer, node, first, second):
        return None
    return known if _says_something(typer, node, first, second) else None


def membership(typer: "Typer", node: Membership) -> Known | None:
    """`x in {a, b}`, `ticket in open`."""
    if not node.values:
        return typer.report("F412", node, "nothing is in an empty set: this is never true")
    if isinstance(node.subject, Path) and _is_machine(typer, node.subject):
        return _truth(_in_state(typer, node.subject, node.values, node, False))
    subject = typer.infer(node.subject)
    if subject is None:
        return None
    if not node.braces:
        message = f"'in' needs a set; '{typer.text(node.subject)}' is {describe(subject.type)}"
        written = typer.text(node.values[0])
        return typer.report("F408", node.values[0], message, f"write {{{written}}}")
    enum = subject.type if isinstance(subject.type, EnumType) else None
    values = [typer.infer(value, enum) for value in node.values]
    seen: list[Expr] = []
    good = True
    for value, known in zip(node.values, values, strict=True):
        good = good and known is not None
        if known is None:
            continue
        if not _same_kind(subject, known):
            _not_comparable(typer, value, node.subject, value, subject, known)
            good = False
        elif known.expr in seen:
            typer.report("F413", value, f"'{typer.text(value)}' is in the set already")
            good = False
        elif _verdict(Op.EQ, subject, known) is False:
            message = f"'{typer.text(node.subject)}' is never {typer.text(value)}"
            typer.report("F410", value, message + _because(typer, node.subject, subject))
            good = False
        seen.append(known.expr)
    if not good:
        return None
    known_values = [value for value in values if value is not None]
    if _covers(subject, known_values):
        return typer.report("F411", node, "the set holds every possible value: never false")
    return Known(OneOf(subject.expr, tuple(value.expr for value in known_values)), BoolType())


# Machines


def _is_machine(typer: "Typer", node: Node) -> bool:
    if not isinstance(node, Path):
        return False
    meaning = meaning_of(typer.scope, node)
    return meaning is not None and meaning.kind is Kind.MACHINE


def _is_value(typer: "Typer", machine: Node, other: Node) -> bool:
    """Does the name of a machine mean a value of the enum on the other side?"""
    enum = typer.enum_of(other)
    return enum is not None and _names(machine, enum)


def _is_unknown(typer: "Typer", node: Node) -> bool:
    return isinstance(node, Path) and bool(node.bare) and typer.scope.lookup(node.bare) is None


def _names(node: Node, enum: EnumType) -> bool:
    return isinstance(node, Path) and node.bare in enum.values


def _in_state(
    typer: "Typer", machine: Path, values: tuple[Node, ...], whole: Node, negated: bool
) -> InState | None:
    found = resolve(typer, machine)
    if found is None or not typer.may_read(machine, state=True):
        return None
    states = typer.scope.machines[found.meaning.name]
    written = typer.text(machine)
    names: list[str] = []
    inside: set[str] = set()
    for value in values:
        name = value.bare if isinstance(value, Path) else ""
        leaves = states.leaves_of(name)
        if not name:
            message = f"'{written}' is a machine: it is compared with names of its states"
            return typer.report("F304", value, message)
        if leaves is None:
            hint = typer.suggest(name, states.names())
            hint = hint or f"its states are {listed(tuple(states.states))}"
            return typer.report("F304", value, f"'{written}' has no state or tag '{name}'", hint)
        if name in names:
            return typer.report("F413", value, f"'{name}' is in the set already")
        names.append(name)
        inside.update(leaves)
    if inside.issuperset(states.leaves):
        code, never = ("F410", "true") if negated else ("F411", "false")
        message = f"this is never {never}: '{written}' is always in {listed(tuple(names))}"
        return typer.report(code, whole, message)
    leaves = tuple(leaf for leaf in states.leaves if leaf in inside)
    return InState(found.meaning.name, tuple(names), leaves, found.copy)


def _not(expr: Expr) -> Expr:
    return Apply(Op.NOT, (expr,))


def _truth(expr: Expr | None) -> Known | None:
    return None if expr is None else Known(expr, BoolType())


# Values


def _clock_is_bounded(typer: "Typer", node: Operation, first: Known, second: Known) -> bool:
    left, right = node.operands
    if first.measures_time and second.measures_time:
        message = f"'{typer.text(left)}' and '{typer.text(right)}' are both clocks"
        typer.report("F419", node, message, "compare each with a duration")
        return False
    bound, known = (right, second) if first.measures_time else (left, first)
    if not isinstance(known.type, DurationType):
        message = f"time is compared with a duration; '{typer.text(bound)}' is "
        hint = f"write its unit: {typer.text(bound)}h" if isinstance(known.type, IntType) else ""
        typer.report("F418", bound, message + describe(known.type), hint)
        return False
    if any(isinstance(part, Read | InState | ClockRead | Ghost) for part in walk(known.expr)):
        message = f"'{typer.text(bound)}' changes while the system runs"
        typer.report("F420", bound, message, "compare with constants and configuration")
        return False
    return True


def _same_kind(first: Known, second: Known) -> bool:
    if isinstance(first.type, EnumType):
        return first.type == second.type
    return type(first.type) is type(second.type)


def _comparable(typer: "Typer", node: Operation, first: Known, second: Known) -> bool:
    left, right = node.operands
    if not _same_kind(first, second):
        _not_comparable(typer, node, left, right, first, second)
        return False
    if node.op in (Op.EQ, Op.NE) or isinstance(first.type, IntType | DurationType):
        return True
    message = f"'{node.op.value}' compares numbers; '{typer.text(left)}' is {describe(first.type)}"
    typer.report("F408", node, message, "only == and != work here")
    return False


def _not_comparable(
    typer: "Typer", at: Node, left: Node, right: Node, first: Known, second: Known
) -> None:
    message = (
        f"'{typer.text(left)}' is {describe(first.type)}, "
        f"'{typer.text(right)}' is {describe(second.type)}: they cannot be compared"
    )
    times = [isinstance(known.type, DurationType) for known in (first, second)]
    numbers = [isinstance(known.type, IntType) for known in (first, second)]
    hint = "write the unit of the duration: 5h" if any(times) and any(numbers) else ""
    typer.report("F409", at, message, hint)


def _says_something(typer: "Typer", node: Operation, first: Known, second: Known) -> bool:
    verdict = _verdict(node.op, first, second)
    if verdict is None:
        return True
    code, never = ("F411", "false") if verdict else ("F410", "true")
    left, right = node.operands
    if first.expr == second.expr:
        reason = ": both sides are the same"
    else:
        reason = _because(typer, left, first) or _because(typer, right, second)
    typer.report(code, node, f"'{typer.text(node)}' is never {never}{reason}")
    return False


def _because(typer: "Typer", node: Node, known: Known) -> str:
    low, high = known.bounds
    if isinstance(known.expr, Literal) and not known.expr.name:
        return ""
    unit = " ms" if isinstance(known.type, DurationType) else ""
    if low is None and high is None:
        return ""
    if high is None:
        span = f"at least {low}"
    elif low is None:
        span = f"at most {high}"
    else:
        span = f"{low}" if low == high else f"{low}..{high}"
    return f": '{typer.text(node)}' is {span}{unit}"


def _verdict(op: Op, first: Known, second: Known) -> bool | None:
    """What a comparison always says, if the ranges (or equal sides) decide it.

    Constants may decide about constants: that is what they are for. The same goes for a copy's
    or a range's only index.
    """
    parts = [*walk(first.expr), *walk(second.expr)]
    named = [p for p in parts if isinstance(p, Element) or (isinstance(p, Literal) and p.name)]
    if named and all(isinstance(part, Literal | Element | Apply) for part in parts):
        return None
    if any(isinstance(p, Local) and _is_single(p) for p in parts):
        return None
    left, right = first.bounds, second.bounds
    same = first.expr == second.expr
    match op:
        case Op.EQ | Op.NE:
            equal = _equality(first, second, same)
            return equal if equal is None or op is Op.EQ else not equal
        case Op.LT | Op.GE:
            less: bool | None = None
            if before(left, right):
                less = True
            elif same or before(right, left, touching=True):
                less = False
            return less if less is None or op is Op.LT else not less
        case _:
            opposite = Op.LT if op is Op.GT else Op.GE  # a > b is b < a, a <= b is b >= a
            return _verdict(opposite, second, first)


def _equality(first: Known, second: Known, same: bool) -> bool | None:
    if same:
        return True
    if disjoint(first.bounds, second.bounds):
        return False
    low, high = first.bounds
    if low is not None and low == high and first.bounds == second.bounds:
        return True
    if isinstance(first.expr, Literal) and isinstance(second.expr, Literal):
        return first.expr.value == second.expr.value
    return None


def _is_single(local: Local) -> bool:
    return isinstance(local.type, IntType) and local.type.low == local.type.high is not None


def _covers(subject: Known, values: list[Known]) -> bool:
    if len(values) == 1 and _verdict(Op.EQ, subject, values[0]):
        return True
    given = {v.expr.value for v in values if isinstance(v.expr, Literal) and not v.expr.name}
    low, high = subject.bounds
    match subject.type:
        case BoolType():
            return len(given) == 2
        case EnumType(values=names):
            return len(given) == len(names) > 1
        case IntType():
            return None not in (low, high) and len(given) == (high or 0) - (low or 0) + 1 > 1
        case _:
            return False
