"""Transitions: nodes -> model, with the checks that one transition allows on its own."""

from fsm.expressions import BoolType, ClockRead, DurationType, Expr, IntType, Literal, Type
from fsm.model import Assignment, Event, EventRef, Formula, Timing, Transition
from fsm.spec.context import TEXT_KEYS, Context
from fsm.spec.declarations import read_fields, read_formula
from fsm.spec.nodes import Mapping, Node, Scalar, Sequence, shorten
from fsm.spec.problems import did_you_mean
from fsm.spec.scope import Scope
from fsm.spec.skeleton import Place
from fsm.spec.typing import assignment_target, clock_ref, event_ref, fold, formula

TIMING_KEYS = ("after", "between", "not_before", "not_after")
TRANSITION_KEYS = (
    "from", "on", "when", "choose", "to", "set", "reset", *TIMING_KEYS, "clock", "priority",
    "rules", *TEXT_KEYS,
)  # fmt: skip
_EFFECTS = ("to", "on", "set", "reset")


def build_transitions(
    context: Context, place: Place, scope: Scope, events: dict[str, Event]
) -> tuple[Transition, ...]:
    """The transitions of a machine, in order."""
    node = place.entries.get("transitions")
    if isinstance(node, Mapping):
        context.wrong_kind(node, "a list of transitions", "begin each one with '-'")
        return ()
    items = context.items(node, "a list of transitions")
    return tuple(
        _transition(context, number, item, place, scope, events)
        for number, item in enumerate(items)
    )


def _transition(
    context: Context, number: int, node: Node, place: Place, scope: Scope, events: dict[str, Event]
) -> Transition:
    if node.is_empty:
        context.wrong_kind(node, "a transition", "write {from: a, to: b}")
    entries = context.entries(node, TRANSITION_KEYS, "a transition")
    if entries and not any(key in entries for key in _EFFECTS):
        hint = "say where it leads ('to'), what it sets, or with which event it goes"
        context.report("F526", "this transition does nothing", node, hint)
    event = _event(context, entries.get("on"), scope)
    scope = _with_event(context, entries.get("on"), event, scope, events)
    choose = read_fields(context, entries.get("choose"), scope, "a chosen value")
    scope = scope.with_locals({field.name: field.type for field in choose})
    return Transition(
        number,
        tuple(_state(context, item, place) for item in _sources(context, entries.get("from"))),
        _state(context, entries["to"], place) if "to" in entries else "",
        event,
        read_formula(context, entries.get("when"), scope, BoolType()),
        _timing(context, entries, place, scope, event, events),
        choose,
        _updates(context, entries.get("set"), scope),
        _resets(context, entries.get("reset"), scope),
        context.integer(entries.get("priority"), "a priority"),
        context.words(entries),
        context.cited(entries.get("rules")),
        node.at,
    )


def _sources(context: Context, node: Node | None) -> list[Node]:
    """The nodes of `from`, each name once."""
    found: dict[str, Node] = {}
    for item in context.items(node, "a state, or a list of states"):
        name = item.value if isinstance(item, Scalar) else f"\0{item.start}"
        if name in found:
            context.report("F212", f"'{shorten(name)}' is here twice", item, "delete one")
        found.setdefault(name, item)
    if isinstance(node, Sequence) and not node.items:
        context.report("F211", "at least one state is needed", node,
                       "leave 'from' out where every state is meant")  # fmt: skip
    return list(found.values())


def _state(context: Context, node: Node, place: Place) -> str:
    """The state that a node names; reported where the machine has none of this name."""
    scalar = context.scalar(node, "the name of a state")
    if scalar is None:
        return ""
    names = [state.name for state in place.states]
    if scalar.value not in names:
        machine = place.name.rpartition(".")[2]
        if any(scalar.value in state.tags for state in place.states):
            hint = "a tag stands for several states: list them, or enclose them in one"
        else:
            hint = did_you_mean(scalar.value, names)
            hint = hint or (f"its states are {', '.join(names[:8])}" if names else "")
        message = f"'{machine}' has no state '{shorten(scalar.value)}'"
        context.report("F324", message, scalar, hint)
        return ""
    return scalar.value


def _event(context: Context, node: Node | None, scope: Scope) -> EventRef | None:
    if node is None:
        return None
    scalar = context.scalar(node, "an event's name")
    return event_ref(scalar.source(), scope, context.problems) if scalar else None


def _with_event(
    context: Context,
    node: Node | None,
    ref: EventRef | None,
    scope: Scope,
    events: dict[str, Event],
) -> Scope:
    """The scope with the event's fields, and the index that the listener binds."""
    if ref is None or node is None:
        return scope
    extra: dict[str, Type] = {}
    if ref.event in events:
        extra = {field.name: field.type for field in events[ref.event].fields}
    counted = scope.counted(ref.event.rpartition(".")[0])
    if ref.binds and counted:
        extra[ref.binds] = IntType(0, counted[1] - 1)
    for name in extra:
        meaning = scope.lookup(name)
        if meaning is not None and meaning.name != name and name != ref.binds:
            context.report(
                "F302", f"the field '{name}' of this event is also {meaning.kind.value}", node,
                "each name means one thing here: rename one of them",
            )  # fmt: skip
    return scope.with_locals(extra)


def _updates(context: Context, node: Node | None, scope: Scope) -> tuple[Assignment, ...]:
    mapping = context.mapping(node, "what to set, and to what")
    updates: list[Assignment] = []
    written: dict[tuple[str, Expr | None, tuple[Expr, ...]], Scalar] = {}
    for key, value in mapping.entries if mapping else ():
        target = assignment_target(key.source(), scope, context.problems)
        scalar = context.scalar(value, "an expression")
        if target is None or scalar is None:
            continue
        name, type_, copy, indices = target
        place = (name, copy and fold(copy), tuple(fold(index) for index in indices))
        if place in written:
            context.report("F513", f"'{key.value}' is set twice in one step", key,
                           f"the first one is '{written[place].value}'")  # fmt: skip
        written.setdefault(place, key)
        new = formula(scalar.source(), scope, type_, context.problems)
        if new is not None:
            updates.append(Assignment(name, new, copy, indices, key.at))
    return tuple(updates)


def _resets(context: Context, node: Node | None, scope: Scope) -> tuple[ClockRead, ...]:
    found: list[ClockRead] = []
    for item in context.items(node, "a clock, or a list of clocks"):
        scalar = context.scalar(item, "the name of a clock")
        clock = clock_ref(scalar.source(), scope, context.problems) if scalar else None
        if clock is None or scalar is None:
            continue
        if clock in found:
            context.report("F212", f"'{shorten(scalar.value)}' is here twice", item, "delete one")
        else:
            found.append(clock)
    return tuple(found)


def _timing(
    context: Context,
    entries: dict[str, Node],
    place: Place,
    scope: Scope,
    event: EventRef | None,
    events: dict[str, Event],
) -> Timing | None:
    said = [key for key in TIMING_KEYS if key in entries]
    clock = _clock(context, entries.get("clock"), scope)
    if not said:
        if "clock" in entries:
            context.report("F505", "nothing is measured on this clock", entries["clock"],
                           f"'clock' goes with one of {', '.join(TIMING_KEYS)}")  # fmt: skip
        return None
    forced = said[0] in ("after", "between")
    if forced and len(said) > 1:
        context.report("F502", f"'{said[0]}' and '{said[1]}' exclude each other", entries[said[1]],
                       "write between: [a, b]")  # fmt: skip
        return None
    if forced:
        _check_owner(context, entries[said[0]], said[0], place, event, events)
    bounds = scope.only_constants(config=True, index=True)
    if said == ["after"]:
        exact = _bound(context, entries["after"], bounds)
        return Timing(exact, exact, True, clock) if exact else None
    if said == ["between"]:
        node = entries["between"]
        if not isinstance(node, Sequence) or len(node.items) != 2:
            context.wrong_kind(node, "a list of two durations", "write between: [1h, 2h]")
            return None
        lower, upper = (_bound(context, item, bounds) for item in node.items)
        place_of_upper = node.items[1]
    else:
        lower = _bound(context, entries["not_before"], bounds) if "not_before" in entries else None
        upper = _bound(context, entries["not_after"], bounds) if "not_after" in entries else None
        place_of_upper = entries[said[-1]]
    if lower is not None and upper is not None:
        first, last = fold(lower.node), fold(upper.node)
        known = isinstance(first, Literal) and isinstance(last, Literal)
        if known and _milliseconds(first) > _milliseconds(last):
            context.report("F503", f"{lower.text} is later than {upper.text}", place_of_upper,
                           "the lower bound comes first")  # fmt: skip
    return Timing(lower, upper, forced, clock)


def _milliseconds(expr: Expr) -> int:
    return int(expr.value) if isinstance(expr, Literal) else 0


def _clock(context: Context, node: Node | None, scope: Scope) -> ClockRead | None:
    if node is None:
        return None
    scalar = context.scalar(node, "the name of a clock")
    return clock_ref(scalar.source(), scope, context.problems) if scalar else None


def _bound(context: Context, node: Node, scope: Scope) -> Formula | None:
    read = read_formula(context, node, scope, DurationType())
    if read is not None:
        value = fold(read.node)
        if isinstance(value, Literal) and int(value.value) < 0:
            context.report("F504", "a time is not negative", node, "time runs forward only")
    return read


def _check_owner(
    context: Context, node: Node, key: str, place: Place, ref: EventRef | None,
    events: dict[str, Event],
) -> None:  # fmt: skip
    event = events.get(ref.event) if ref else None
    if event is None or event.owner is None or event.owner.machine == place.name:
        return
    owner = event.owner.machine
    message = f"'{key}' cannot force '{event.name}': '{owner}' decides when it happens"
    hint = f"put the time on the transition of '{owner}', or use 'not_before' and 'not_after'"
    context.report("F501", message, node, hint)
