"""Variables, clocks and events, once every name is known."""

import re

from fsm.expressions import (
    ArrayType,
    BoolType,
    EnumType,
    IntType,
    Literal,
    Type,
)
from fsm.model import Clock, Event, Fairness, Field, Formula, Initial, MachineRef, Variable
from fsm.spec.context import TEXT_KEYS, Context
from fsm.spec.nodes import Mapping, Node, Scalar, Sequence, shorten
from fsm.spec.problems import did_you_mean
from fsm.spec.resolve import scalar_of
from fsm.spec.scope import Kind, Scope
from fsm.spec.shapes import MAX_CHOICES, MAX_FIELDS, TYPE_KEYS, read_domain
from fsm.spec.skeleton import Draft, Place
from fsm.spec.typing import formula

_MACHINE = r"(\w+)(?:\[\s*(\d{1,9})\s*\])?"
_OWNER = re.compile(rf"{_MACHINE}(?:\s*\.\s*{_MACHINE})?\Z", re.ASCII)


def build_variables(context: Context, place: Place, scope: Scope) -> tuple[Variable, ...]:
    """The variables of a place, with their initial values."""
    built = []
    fixed = scope.only_constants(index=True)
    for draft in place.variables:
        node = draft.entries.get("initial")
        initial: Initial = _default(scalar_of(draft.type))
        if node is not None:
            initial = _initial(context, node, draft.type, fixed)
        built.append(
            Variable(draft.name, draft.type, initial, context.words(draft.entries), draft.key.at)
        )
    return tuple(built)


def _default(type_: Type) -> Formula:
    match type_:
        case EnumType(values=values):
            return Formula(Literal(values[0], type_), values[0])
        case IntType(low=low):
            return Formula(Literal(low or 0, IntType(low or 0, low or 0)), str(low or 0))
        case _:
            return Formula(Literal(False, BoolType()), "false")


def _initial(context: Context, node: Node, type_: Type, scope: Scope) -> Initial:
    """An initial value: `any`, one for all elements, or a list for the elements."""
    if isinstance(node, Sequence):
        if not isinstance(type_, ArrayType):
            context.report("F524", "a list is the initial value of an array only", node,
                           "give the variable a 'length'")  # fmt: skip
            return None
        if len(node.items) != type_.length:
            message = f"{type_.length} values are needed, not {len(node.items)}"
            context.report("F524", message, node, "one for each element")
            return None
        return tuple(_initial(context, item, type_.element, scope) for item in node.items)
    scalar = context.scalar(node, "an initial value")
    if scalar is None or scalar.value == "any":
        return None
    return formula(scalar.source(), scope, scalar_of(type_), context.problems)


def build_clocks(context: Context, place: Place, scope: Scope) -> tuple[Clock, ...]:
    """The clocks of a place, with the conditions under which they stand still."""
    built = []
    for draft in place.clocks:
        paused = read_formula(context, draft.entries.get("paused_when"), scope, BoolType())
        built.append(Clock(draft.name, paused, context.words(draft.entries), draft.key.at))
    return tuple(built)


def read_formula(context: Context, node: Node | None, scope: Scope, type_: Type) -> Formula | None:
    """An expression of the given type; None where nothing is said or something is wrong."""
    if node is None:
        return None
    scalar = context.scalar(node, "an expression")
    return formula(scalar.source(), scope, type_, context.problems) if scalar else None


def build_events(context: Context, place: Place, scope: Scope) -> tuple[Event, ...]:
    """The events of a place."""
    return tuple(_event(context, draft, place, scope) for draft in place.events)


def _event(context: Context, draft: Draft, place: Place, scope: Scope) -> Event:
    entries = draft.entries
    fair = context.choice(entries.get("fair"), ("weak", "strong"), "'fair'")
    sync = context.choice(entries.get("sync"), ("all",), "'sync'")
    fields = read_fields(context, entries.get("fields"), scope, "a field", MAX_FIELDS)
    return Event(
        draft.name,
        _owner(context, entries.get("by"), scope),
        fields,
        context.flag(entries.get("urgent"), "'urgent'"),
        sync == "all",
        context.integer(entries.get("priority"), "a priority"),
        Fairness(fair) if fair else None,
        context.tags(entries.get("tags")),
        context.words(entries),
        context.cited(entries.get("rules")),
        draft.key.at,
    )


def read_fields(
    context: Context, node: Node | None, scope: Scope, what: str, most: int = MAX_CHOICES
) -> tuple[Field, ...]:
    """Names with finite domains: what events carry, transitions choose, properties claim `each`.

    Their values are listed; so the product of all sizes is limited to `most` (F511).
    """
    fields = []
    total = 1
    for name, value in context.declared(node, f"{what} each"):
        is_mapping = isinstance(value, Mapping)
        keys = (*TYPE_KEYS, "step", *TEXT_KEYS)
        entries = context.entries(value, keys, what) if is_mapping else {}
        meaning = scope.lookup(name.value)
        if meaning is not None:
            context.report("F302", f"'{name.value}' is already {meaning.kind.value}", name,
                           "each name means one thing: choose another")  # fmt: skip
        domain = read_domain(context, value, entries if is_mapping else None, scope, most)
        if domain is None:
            context.broken.add(name.value)
            continue
        total *= domain.size
        fields.append(Field(name.value, domain.type, domain.values(), context.words(entries)))
    if node is not None and total > most:
        message = f"together they have {total:,} values, more than {most:,}"
        context.report("F511", message, node, "make it smaller: every combination is explored")
    return tuple(fields)


def _owner(context: Context, node: Node | None, scope: Scope) -> MachineRef | None:
    """The machine that decides when an event happens, and which copy of it."""
    if node is None:
        return None
    scalar = context.scalar(node, "the name of a machine")
    found = _OWNER.match(scalar.value.strip()) if scalar else None
    if scalar is None:
        return None
    if found is None:
        context.report("F325", f"'{shorten(scalar.value)}' is not the name of a machine", scalar,
                       "write 'clerk', 'clerk[2]' or 'desk[2].clerk'")  # fmt: skip
        return None
    first, first_copy, second, second_copy = found.groups()
    meaning = scope.lookup(first)
    if second is not None and meaning is not None:
        meaning = scope.member(meaning.name, second)
    if meaning is None or meaning.kind is not Kind.MACHINE:
        machines = [name.rpartition(".")[2] for name in scope.machines]
        written = first if second is None else f"{first}.{second}"
        what = "no machine is called" if meaning is None else "not a machine:"
        context.report("F325", f"{what} '{written}'", scalar,
                       did_you_mean(second or first, machines)
                       or f"the machines are {', '.join(machines[:8])}")  # fmt: skip
        return None
    if second_copy is not None:
        context.report("F307", f"'{second}' has no copies of its own", scalar,
                       f"write {first}[{second_copy}].{second}")  # fmt: skip
        return None
    return _owner_copy(context, scalar, meaning.name, first_copy, scope)


def _owner_copy(
    context: Context, node: Scalar, machine: str, copy: str | None, scope: Scope
) -> MachineRef | None:
    counted = scope.counted(machine)
    if copy is None:
        if counted is not None and scope.own_copy(machine) is None:
            context.report("F306", f"'{counted[0]}' has {counted[1]} copies: which one?", node,
                           "write its number, or declare the event inside")  # fmt: skip
            return None
        return MachineRef(machine)
    if counted is None:
        context.report("F307", f"there is only one '{machine}'", node, "delete the index")
        return None
    if int(copy) >= counted[1]:
        message = f"'{counted[0]}' has no copy {copy}"
        context.report("F308", message, node, f"its copies are numbered 0 to {counted[1] - 1}")
        return None
    return MachineRef(machine, int(copy))
