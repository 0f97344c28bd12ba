"""The outline of a spec: which machines, groups, states and names there are.

Everything that an expression can name is found here, before the first expression is read.
"""

from msgspec import Struct

from fsm.expressions import Type
from fsm.model import State
from fsm.spec.context import TEXT_KEYS, Context
from fsm.spec.nodes import Mapping, Node, Scalar
from fsm.spec.problems import did_you_mean
from fsm.spec.scope import MachineNames, Scope
from fsm.spec.shapes import MAX_RANGE, TYPE_KEYS, read_count, read_domain, read_length

LOCAL_KEYS = ("variables", "clocks", "events")
MACHINE_KEYS = (*TEXT_KEYS, "initial", "count", "receptive", "fair", *LOCAL_KEYS, "transitions")
GROUP_KEYS = (*TEXT_KEYS, "count", *LOCAL_KEYS)
STATE_KEYS = (*TEXT_KEYS, "tags", "final", "urgent", "rules", "initial", "states")
VARIABLE_KEYS = (*TYPE_KEYS, "length", "initial", *TEXT_KEYS)
CLOCK_KEYS = ("paused_when", *TEXT_KEYS)
EVENT_KEYS = (
    "by", "fields", "urgent", "sync", "priority", "fair", "tags", "rules", *TEXT_KEYS,
)  # fmt: skip


class VariableDraft(Struct, frozen=True):
    """A variable whose type is known and whose initial value is not yet."""

    name: str
    key: Scalar
    type: Type
    entries: dict[str, Node]


class Draft(Struct, frozen=True):
    """A clock or an event: its qualified name, and the node that describes it."""

    name: str
    key: Scalar
    entries: dict[str, Node]


class Place(Struct):
    """The top level, a group or a machine, and what is declared in it. `name` is qualified."""

    name: str
    key: Scalar | None
    entries: dict[str, Node]
    count: int | None = None
    variables: list[VariableDraft] = []
    clocks: list[Draft] = []
    events: list[Draft] = []
    states: tuple[State, ...] = ()
    initial: str = ""
    machines: "list[Place]" = []
    groups: "list[Place]" = []

    def machine_names(self) -> MachineNames:
        """What the machine's states and tags stand for."""
        inner: dict[str, list[State]] = {}
        for state in self.states:
            inner.setdefault(state.parent, []).append(state)
        below: dict[str, tuple[str, ...]] = {}
        for state in reversed(self.states):  # parents come first: so inner ones are done here
            below[state.name] = tuple(
                leaf for child in inner.get(state.name, ()) for leaf in below[child.name]
            ) or (state.name,)
        leaves = tuple(state.name for state in self.states if below[state.name] == (state.name,))
        tagged: dict[str, set[str]] = {}
        for state in self.states:
            for tag in state.tags:
                tagged.setdefault(tag, set()).update(below[state.name])
        return MachineNames(
            {state.name: below[state.name] for state in self.states},
            {tag: tuple(leaf for leaf in leaves if leaf in of) for tag, of in tagged.items()},
            leaves,
        )


class Names:
    """Which names are taken: each means one thing, and local ones repeat no outer one."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.taken: dict[tuple[str, str], Scalar] = {}

    def claim(self, place: str, name: Scalar) -> bool:
        """Take a name at a place; if it is taken there or further out, that is reported."""
        outer = place
        while True:
            first = self.taken.get((outer, name.value))
            if first is not None:
                code = "F321" if outer == place else "F322"
                where = "" if outer == place else f" in '{outer}'" if outer else " at the top level"
                self.context.report(
                    code, f"'{name.value}' is already declared{where}", name,
                    f"each name means one thing: line {first.at.line} declares it too",
                )  # fmt: skip
                return False
            if not outer:
                break
            outer = outer.rpartition(".")[0]
        self.taken[place, name.value] = name
        return True


def read_place(context: Context, place: Place, names: Names, scope: Scope) -> None:
    """The variables, clocks and events that are declared at a place."""
    prefix = f"{place.name}." if place.name else ""
    for key, node in context.declared(place.entries.get("variables"), "variables"):
        if not names.claim(place.name, key):
            continue
        is_mapping = isinstance(node, Mapping)
        entries = context.entries(node, VARIABLE_KEYS, "a variable") if is_mapping else {}
        domain = read_domain(context, node, entries if is_mapping else None, scope, MAX_RANGE)
        if domain is None:
            context.broken.add(key.value)
            continue
        type_: Type | None = domain.type
        if "length" in entries:
            type_ = read_length(context, entries["length"], domain.type, scope)
        if type_ is None:
            context.broken.add(key.value)
        else:
            place.variables.append(VariableDraft(prefix + key.value, key, type_, entries))
    for key, node in context.declared(place.entries.get("clocks"), "clocks"):
        entries = context.entries(node, CLOCK_KEYS, "a clock")
        if names.claim(place.name, key):
            place.clocks.append(Draft(prefix + key.value, key, entries))
    for key, node in context.declared(place.entries.get("events"), "events"):
        entries = context.entries(node, EVENT_KEYS, "an event")
        if names.claim(place.name, key):
            place.events.append(Draft(prefix + key.value, key, entries))


def read_machine(
    context: Context, key: Scalar, node: Node, group: Place | None, names: Names, scope: Scope
) -> Place | None:
    """A machine: its states, and what is declared in it."""
    entries = context.entries(node, MACHINE_KEYS, "a machine", ("states",), key)
    outer = group.name if group else ""
    if not names.claim(outer, key):
        return None
    machine = Place(f"{outer}.{key.value}" if outer else key.value, key, entries)
    if group is None:
        machine.count = read_count(context, entries.get("count"), scope)
    elif "count" in entries:
        context.report("F510", "a machine in a group has no 'count' of its own", entries["count"],
                       f"put it on the group '{group.name}'")  # fmt: skip
    states: dict[str, State] = {}
    top = _read_states(context, entries.get("states"), "", states, f"'{key.value}'")
    machine.states = tuple(states.values())
    machine.initial = _initial(context, entries.get("initial"), top, states, f"'{key.value}'")
    read_place(context, machine, names, scope)
    return machine


def read_group(
    context: Context, key: Scalar, node: Node, names: Names, scope: Scope
) -> Place | None:
    """A group and its machines."""
    entries = context.entries(node, GROUP_KEYS, "a group", ("machines",), key)
    if not names.claim("", key):
        return None
    group = Place(key.value, key, entries, read_count(context, entries.get("count"), scope))
    read_place(context, group, names, scope)
    for machine_key, machine_node in context.declared(entries.get("machines"), "machines"):
        machine = read_machine(context, machine_key, machine_node, group, names, scope)
        if machine is not None:
            group.machines.append(machine)
    if "machines" in entries and not group.machines:
        context.report("F521", "a group has at least one machine", entries["machines"])
    return group


def _read_states(
    context: Context, node: Node | None, parent: str, states: dict[str, State], whose: str
) -> list[str]:
    """Add the states below `parent`, parents first; answer with those directly below it.

    As deep as the node is nested, which the reader bounds.
    """
    direct: list[str] = []
    for key, value in context.declared(node, "states"):
        entries = context.entries(value, STATE_KEYS, "a state")
        if key.value in states:
            first = states[key.value].at.line
            context.report("F323", f"{whose} has two states '{key.value}'", key,
                           f"the first one is in line {first}")  # fmt: skip
            continue
        direct.append(key.value)
        states[key.value] = State(key.value, parent, at=key.at)
        inner = _read_states(context, entries.get("states"), key.value, states, whose)
        initial = ""
        if inner:
            initial = _initial(context, entries.get("initial"), inner, states, f"'{key.value}'")
        elif "initial" in entries:
            context.report("F506", f"'{key.value}' has no inner states to begin in",
                           entries["initial"], "'initial' goes with 'states'")  # fmt: skip
        elif "states" in entries and entries["states"].is_empty:
            context.report("F211", "at least one inner state is needed", key)
        final = context.flag(entries.get("final"), "'final'")
        if final and inner:
            context.report("F508", f"'{key.value}' is final and has inner states", entries["final"],
                           "mark the inner states instead")  # fmt: skip
        states[key.value] = State(
            key.value, parent, initial, context.tags(entries.get("tags")), final,
            context.flag(entries.get("urgent"), "'urgent'"), context.words(entries),
            context.cited(entries.get("rules")), key.at,
        )  # fmt: skip
    if not parent and isinstance(node, Mapping) and not node.entries:
        context.report("F211", "a machine has at least one state", node)
    return direct


def _initial(
    context: Context, node: Node | None, direct: list[str], states: dict[str, State], whose: str
) -> str:
    default = direct[0] if direct else ""
    scalar = context.scalar(node, "the name of a state") if node is not None else None
    if scalar is None or scalar.value in direct:
        return scalar.value if scalar else default
    if scalar.value in states:
        hint = f"name one of {', '.join(direct[:8])}"
        message = f"the state '{scalar.value}' is not directly inside {whose}"
        context.report("F507", message, scalar, hint)
    else:
        hint = did_you_mean(scalar.value, direct)
        hint = hint or (f"its states are {', '.join(direct[:8])}" if direct else "")
        context.report("F324", f"{whose} has no state '{scalar.value}'", scalar, hint)
    return default
