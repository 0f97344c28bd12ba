"""Nodes -> model: the order in which the parts of a spec are read."""

from functools import partial

from msgspec.structs import replace

from fsm.expressions import BoolType
from fsm.model import Event, Fairness, Group, Machine, Spec
from fsm.spec.configuration import (
    read_constants,
    read_decisions,
    read_questions,
    read_rules,
    read_switches,
    read_unit,
)
from fsm.spec.context import Context
from fsm.spec.declarations import build_clocks, build_events, build_variables, read_formula
from fsm.spec.nodes import Mapping, Node, Scalar
from fsm.spec.problems import Problems
from fsm.spec.properties import build_allow, build_properties
from fsm.spec.scope import Scope
from fsm.spec.skeleton import Names, Place, read_group, read_machine, read_place
from fsm.spec.transitions import build_transitions
from fsm.spec.validate import validate

TOP_KEYS = (
    "title", "lang", "rules", "decisions", "constants", "switches", "questions", "variables",
    "initial_where", "clocks", "events", "machines", "groups", "properties", "unit", "allow",
)  # fmt: skip
REQUIRED_KEYS = ("fsm", "name")


def build_spec(root: Mapping, problems: Problems) -> Spec:
    """The spec that a document describes.

    Raises `SpecError` with everything that is wrong. Linear in the size of the document, but for
    the look-up of similar names.
    """
    context = Context(root.document, problems)
    entries = context.entries(root, TOP_KEYS, "a spec", REQUIRED_KEYS)
    _check_version(context, entries.get("fsm"))
    rules = read_rules(context, entries.get("rules"))
    decisions = read_decisions(context, entries.get("decisions"))
    names = Names(context)
    claim = partial(names.claim, "")
    constants = read_constants(context, entries.get("constants"), claim)
    scope = Scope(constants=constants)
    configuration = (
        *read_switches(context, entries.get("switches"), scope, claim),
        *read_questions(context, entries.get("questions"), claim),
    )
    scope = Scope(constants=constants, config={c.name: c for c in configuration})
    top = _outline(context, root, entries, names, scope)
    scope = _full_scope(top, scope)

    places = _places(top)
    events = {place.name: build_events(context, place, _seen(scope, place)) for place in places}
    by_name = {event.name: event for declared in events.values() for event in declared}
    machines = tuple(_machine(context, m, scope, events, by_name) for m in top.machines)
    groups = tuple(_group(context, g, scope, events, by_name) for g in top.groups)
    name = context.scalar(entries["name"], "a name") if "name" in entries else None
    watching = _watching(scope)
    spec = Spec(
        name=name.value if name and context.is_name(name) else "",
        machines=machines,
        groups=groups,
        configuration=configuration,
        constants=tuple(constants.values()),
        variables=build_variables(context, top, scope),
        clocks=build_clocks(context, top, scope),
        events=events[""],
        initial_where=read_formula(context, entries.get("initial_where"), scope, BoolType()),
        unit=read_unit(context, entries.get("unit"), scope),
        properties=build_properties(context, entries.get("properties"), watching),
        rules=rules,
        decisions=decisions,
        allow=build_allow(context, entries.get("allow")),
        title=context.text(entries.get("title")),
        lang=context.choice(entries.get("lang"), ("zh", "en"), "'lang'") or "",
        at=root.at,
    )
    context.drop_echoes()
    validate(context, spec)
    problems.raise_if_any()
    return spec


def _check_version(context: Context, node: Node | None) -> None:
    if node is not None and not (isinstance(node, Scalar) and node.integer == 1):
        context.report("F204", "this version of the format is not known", node, "write 'fsm: 1'")


def _outline(
    context: Context, root: Mapping, entries: dict[str, Node], names: Names, scope: Scope
) -> Place:
    """The top level, its machines and its groups: what is declared, not yet what it means."""
    top = Place("", None, entries)
    read_place(context, top, names, scope)
    for key, node in context.declared(entries.get("machines"), "machines"):
        machine = read_machine(context, key, node, None, names, scope)
        if machine is not None:
            top.machines.append(machine)
    for key, node in context.declared(entries.get("groups"), "groups"):
        group = read_group(context, key, node, names, scope)
        if group is not None:
            top.groups.append(group)
    if not entries.get("machines") and not entries.get("groups"):
        context.report("F521", "a spec has at least one machine", root, "add 'machines:'")
    elif not top.machines and not top.groups and not context.problems.diagnostics:
        place = entries.get("machines") or entries["groups"]
        context.report("F521", "a spec has at least one machine", place)
    return top


def _places(top: Place) -> list[Place]:
    """Everything that declares something, outermost first."""
    inside = [place for group in top.groups for place in (group, *group.machines)]
    return [top, *top.machines, *inside]


def _full_scope(top: Place, scope: Scope) -> Scope:
    places = _places(top)
    machines = [*top.machines, *(m for g in top.groups for m in g.machines)]
    return Scope(
        constants=scope.constants,
        config=scope.config,
        variables={v.name: v.type for place in places for v in place.variables},
        clocks=dict.fromkeys(c.name for place in places for c in place.clocks),
        events=dict.fromkeys(e.name for place in places for e in place.events),
        machines={m.name: m.machine_names() for m in machines},
        copies={place.name: place.count for place in places if place.name},
    )


def _seen(scope: Scope, place: Place) -> Scope:
    return scope.inside(place.name)


def _watching(scope: Scope) -> Scope:

    return replace(scope, allow_ghosts=True)


def _machine(
    context: Context,
    place: Place,
    scope: Scope,
    events: dict[str, tuple[Event, ...]],
    by_name: dict[str, Event],
) -> Machine:
    scope = _seen(scope, place)
    assert place.key is not None
    return Machine(
        place.name,
        place.states,
        place.initial,
        build_transitions(context, place, scope, by_name),
        build_variables(context, place, scope),
        build_clocks(context, place, scope),
        events[place.name],
        place.count,
        context.flag(place.entries.get("receptive"), "'receptive'"),
        context.words(place.entries),
        place.key.at,
        _fair(context, place),
    )


def _fair(context: Context, place: Place) -> Fairness | None:
    word = context.choice(place.entries.get("fair"), ("weak", "strong"), "'fair'")
    return Fairness(word) if word else None


def _group(
    context: Context,
    place: Place,
    scope: Scope,
    events: dict[str, tuple[Event, ...]],
    by_name: dict[str, Event],
) -> Group:
    seen = _seen(scope, place)
    assert place.key is not None
    return Group(
        place.name,
        tuple(_machine(context, machine, scope, events, by_name) for machine in place.machines),
        build_variables(context, place, seen),
        build_clocks(context, place, seen),
        events[place.name],
        place.count,
        context.words(place.entries),
        place.key.at,
    )
