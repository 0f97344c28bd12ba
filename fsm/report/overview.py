"""What a spec declares, for reading: states as a tree, events, variables, configuration, rules."""

from collections.abc import Iterable

from fsm.expressions import ArrayType, BoolType, DurationType, EnumType, IntType, Type
from fsm.model import ConfigVariable, Event, Field, Formula, Initial, Machine, Spec, State
from fsm.report.claims import claimed
from fsm.report.decision_table import decision_table
from fsm.report.duration import say_duration
from fsm.report.labels import Labels
from fsm.report.paint import Paint
from fsm.report.width import columns, shorten

_RULE = 100  # columns of a rule's text


def overview(labels: Labels, paint: Paint) -> str:
    """Everything but the decision tables, ending in a newline."""
    spec, words = labels.spec, labels.words
    title = spec.title.get(labels.lang)
    blocks = [[paint("title", title + words("aside", text=spec.name) if title else spec.name)]]
    machines = [line for m in spec.all_machines() for line in _machine(m, labels)]
    for key, lines in (
        ("show_machines", machines),
        ("show_events", columns([_event(e, labels) for e in labels.events.values()])),
        ("show_variables", _variables(labels)),
        ("show_configuration", columns([_config(c, labels) for c in spec.configuration])),
        ("show_properties", _properties(spec, labels)),
        ("show_rules", _rules(spec, labels)),
    ):
        if lines:
            blocks.append([paint("title", words(key)), *(f"  {line}" for line in lines)])
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def tables(
    machines: Iterable[Machine],
    labels: Labels,
    paint: Paint,
    width: int,
    states: tuple[str, ...] = (),
    events: tuple[str, ...] = (),
) -> str:
    """Decision tables, ending in a newline; machines without a matching row are left out.

    Units       `width` is that of the terminal, in columns.
    """
    words = labels.words
    blocks = []
    for machine in machines:
        lines = decision_table(machine, labels, width - 2, states, events)
        if lines:
            name = machine.text.get(labels.lang, machine.name)
            name += words("aside", text=machine.name) if name != machine.name else ""
            title = paint("title", words("show_table", machine=name))
            blocks.append("\n".join([title, *(f"  {line}".rstrip() for line in lines)]))
    blocks.append(words("gap_legend"))
    return "\n\n".join(blocks) + "\n"


def _machine(machine: Machine, labels: Labels) -> list[str]:
    words = labels.words
    text = machine.text.get(labels.lang)
    head = f"{text}{words('aside', text=machine.name)}" if text else machine.name
    count = labels.spec.copies_of(machine.name)
    if count is not None:
        head += words("list") + words("copies", n=count)
    depth = {"": 0}
    rows: list[tuple[str, ...]] = []
    for state in machine.states:
        depth[state.name] = depth[state.parent] + 1
        roles = _roles(state, machine, labels)
        text = state.text.get(labels.lang)
        rows.append(("  " * depth[state.name] + state.name, text, words.join(roles)))
    return [head, *columns(rows)]


def _roles(state: State, machine: Machine, labels: Labels) -> list[str]:
    words = labels.words
    parents = {s.name: s for s in machine.states}
    initial = parents[state.parent].initial if state.parent else machine.initial
    roles = [words(key) for key, is_so in (
        ("initial", state.name == initial), ("final", state.final), ("urgent", state.urgent)
    ) if is_so]  # fmt: skip
    if state.tags:
        roles.append(words("tags", tags=" ".join(state.tags)))
    return roles + list(state.rules)


def _event(event: Event, labels: Labels) -> tuple[str, ...]:
    words = labels.words
    owner = event.owner
    said = [words("by", owner=_name(owner.machine, labels)) if owner else words("environment")]
    listeners = [
        _name(m.name, labels)
        for m in labels.spec.all_machines()
        if any(t.event is not None and t.event.event == event.name for t in m.transitions)
        and not (owner and owner.machine == m.name)
    ]
    if listeners:
        said.append(words("listeners", machines=words.join(listeners)))
    if event.fields:
        fields = [_field(field, labels) for field in event.fields]
        said.append(words("fields", fields=words.join(fields)))
    if event.urgent:
        said.append(words("urgent"))
    if event.tags:
        said.append(words("tags", tags=" ".join(event.tags)))
    said += event.rules
    return event.name, event.text.get(labels.lang), words("semicolon").join(said)


def _name(machine: str, labels: Labels) -> str:
    return labels.machines[machine].text.get(labels.lang, machine)


def _field(field: Field, labels: Labels) -> str:
    return f"{field.name}: {_type(field.type, labels)}"


def _type(type_: Type, labels: Labels) -> str:
    match type_:
        case BoolType():
            return " | ".join(labels.words(key) for key in ("no", "yes"))
        case IntType(low=low, high=high):
            return f"{low}..{high}"
        case EnumType(values=values):
            return " | ".join(values)
        case DurationType():
            return ""
        case ArrayType(element=element, length=length):
            return f"{length} × ({_type(element, labels)})"


def _variables(labels: Labels) -> list[str]:
    words = labels.words
    rows: list[tuple[str, ...]] = []
    for variable in labels.variables.values():
        initial = words("equals", label=words("initial"), value=_initial(variable.initial, labels))
        text = variable.text.get(labels.lang)
        rows.append((variable.name, text, _type(variable.type, labels), initial))
    for clock in labels.clocks.values():
        paused = clock.paused_when
        said = words("paused", condition=paused.text) if paused else ""
        rows.append((clock.name, clock.text.get(labels.lang), words("clock"), said))
    return columns(rows)


def _initial(initial: Initial, labels: Labels) -> str:
    match initial:
        case None:
            return labels.words("any")
        case Formula(text=text):
            return text
        case elements:
            return "[" + ", ".join(_initial(element, labels) for element in elements) + "]"


def _config(variable: ConfigVariable, labels: Labels) -> tuple[str, ...]:
    values = []
    for value in variable.values:
        if isinstance(variable.type, DurationType) and isinstance(value, int):
            values.append(say_duration(value, labels.lang))
        else:
            values.append(labels.config_value(variable.name, value))
    ref = labels.words("aside", text=variable.ref) if variable.ref else ""
    return variable.name, variable.text.get(labels.lang) + ref, " | ".join(values)


def _properties(spec: Spec, labels: Labels) -> list[str]:
    rows = [
        (p.name, (p.idiom or p).pattern.value, p.text.get(labels.lang) or claimed(p, labels))
        for p in spec.properties
    ]
    return columns(list(rows))


def _rules(spec: Spec, labels: Labels) -> list[str]:
    words = labels.words
    rows = []
    for rule in spec.rules:
        reason = rule.not_modelled.get(labels.lang)
        text = shorten(rule.text.get(labels.lang), _RULE)
        rows.append((rule.name, text + (words("aside", text=reason) if reason else "")))
    return columns(list(rows))
