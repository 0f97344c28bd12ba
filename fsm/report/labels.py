"""What things are called: the labels of a spec in one language, ids where it gives none."""

import re

from fsm.expressions import ArrayType, BoolType, DurationType, EnumType, Type, Value
from fsm.model import (
    Clock,
    Event,
    Group,
    Machine,
    Property,
    Spec,
    State,
    Variable,
)
from fsm.report.duration import say_duration
from fsm.report.width import shorten
from fsm.report.words import Words

_COPY = re.compile(r"\[(\d+)\]")
QUOTED_RULE = 72  # columns of a rule's text that a story quotes


def declared(instance: str) -> str:
    """The declaration that an instance belongs to: `desk[1].clerk` -> `desk.clerk`."""
    return _COPY.sub("", instance)


def copy_of(instance: str) -> int | None:
    """Which copy: `desk[1].clerk` -> 1; None where there is only one."""
    found = _COPY.search(instance)
    return int(found[1]) if found else None


class Labels:
    """Looks up the words of a spec; build one for each report and language."""

    def __init__(self, spec: Spec, lang: str) -> None:
        self.spec, self.lang, self.words = spec, lang, Words(lang)
        self.machines: dict[str, Machine] = {}
        self.states: dict[tuple[str, str], State] = {}
        self.variables: dict[str, Variable] = {}
        self.clocks: dict[str, Clock] = {}
        self.events: dict[str, Event] = {}
        self.configuration = {c.name: c for c in self.spec.configuration}
        self.rules = {r.name: r for r in self.spec.rules}
        self._scope: dict[str, Machine | Group] = {}
        self._shared: set[tuple[str, str]] = set()
        for machine in self.spec.all_machines():
            self.machines[machine.name] = machine
            seen: dict[str, str] = {}
            for state in machine.states:
                self.states[machine.name, state.name] = state
                label = state.text.get(self.lang, state.name)
                if label in seen:
                    self._shared |= {(machine.name, state.name), (machine.name, seen[label])}
                seen[label] = state.name
        for scope in self.spec.scopes():
            for variable in scope.variables:
                self.variables[variable.name] = variable
            for clock in scope.clocks:
                self.clocks[clock.name] = clock
            for event in scope.events:
                self.events[event.name] = event
            if not isinstance(scope, Spec):
                for inside in (scope.variables, scope.clocks, scope.events):
                    self._scope |= {declaration.name: scope for declaration in inside}

    def machine(self, instance: str) -> str:
        """`desk[1].clerk` -> "clerk (desk 1)", `phil[0]` -> "philosopher 0"."""
        found = self.machines[declared(instance)]
        own = found.text.get(self.lang, found.name.rpartition(".")[2])
        group = self.spec.group_of(found.name)
        if group is not None:
            return own + self.words("aside", text=self._copy(group, copy_of(instance)))
        return self._copy(found, copy_of(instance))

    def state(self, machine: str, state: str) -> str:
        """The label of a state; with its id where two states of the machine share the label."""
        found = self.states.get((declared(machine), state))
        if found is None:
            return state
        label = found.text.get(self.lang, state)
        if (declared(machine), state) in self._shared:
            return label + self.words("aside", text=state)
        return label

    def variable(self, instance: str, indices: tuple[int, ...] = ()) -> str:
        """`ticket.amount` -> "amount of ticket", `tried` at 2 -> "tried[2]"."""
        found = self.variables[declared(instance)]
        brackets = "".join(f"[{i}]" for i in indices)
        return self._inside(found.name, instance, found.text.get(self.lang) or None) + brackets

    def clock(self, instance: str) -> str:
        """The label of a named clock."""
        found = self.clocks[declared(instance)]
        return self._inside(found.name, instance, found.text.get(self.lang) or None)

    def event(self, instance: str) -> str:
        """The label of an event; which copy it belongs to is told by who takes part."""
        found = self.events.get(declared(instance))
        if found is None:
            return instance
        return found.text.get(self.lang, found.name.rpartition(".")[2])

    def config(self, name: str) -> str:
        """A switch, parameter or question: its words, and its id as it stands in conditions."""
        text = self.configuration[name].text.get(self.lang)
        return text + self.words("aside", text=name) if text else name

    def config_value(self, name: str, value: bool | int | str) -> str:
        """A choice in words: on and off for a switch, the text of an answer."""
        found = self.configuration[name]
        if found.answers and value in found.values:
            text = found.answers[found.values.index(value)].get(self.lang)
            if text:
                return f"{text}{self.words('aside', text=str(value))}" if text != value else text
        if isinstance(value, bool) and not found.answers:
            return self.words("on" if value else "off")
        return self.value(found.type, value)

    def value(self, type_: Type, value: Value) -> str:
        """A value of a variable or field."""
        if isinstance(value, tuple):
            element = type_.element if isinstance(type_, ArrayType) else type_
            return "[" + ", ".join(self.value(element, v) for v in value) + "]"
        if isinstance(type_, BoolType) or isinstance(value, bool):
            return self.words("yes" if value else "no")
        if isinstance(type_, DurationType) and isinstance(value, int):
            return say_duration(value, self.lang)
        if isinstance(type_, EnumType) and type_.words:
            zh, en = type_.words[type_.values.index(str(value))]
            return (zh if self.lang == "zh" else en) or str(value)
        return str(value)

    def said(self, type_: Type, value: Value) -> str:
        """A value within a sentence: the name of an enum is quoted, so that it stands out."""
        if isinstance(type_, BoolType) or isinstance(value, bool):
            return self.words("said_yes" if value else "said_no")
        key = "quote" if isinstance(type_, EnumType) else "amount"
        return self.words(key, text=self.value(type_, value))

    def rule(self, name: str) -> str:
        """A rule with the start of its text: "R26: otherwise the system refunds"."""
        text = self.rules[name].text.get(self.lang) if name in self.rules else ""
        return self.words("rule", rule=name, text=shorten(text, QUOTED_RULE)) if text else name

    def claim(self, claim: Property) -> str:
        """A property as one names it in a sentence."""
        text = claim.text.get(self.lang).rstrip(".。")
        if text:
            return self.words("claim", text=text, name=claim.name)
        return self.words("claim_bare", name=claim.name)

    def _copy(self, scope: Machine | Group, copy: int | None) -> str:
        label = scope.text.get(self.lang, scope.name)
        return label if copy is None else self.words("copy", label=label, index=copy)

    def _inside(self, name: str, instance: str, label: str | None) -> str:
        part = label or name.rpartition(".")[2]
        scope = self._scope.get(name)
        if scope is None:
            return part
        owner = instance.rpartition(".")[0]
        whole = (
            self.machine(owner)
            if isinstance(scope, Machine)
            else self._copy(scope, copy_of(instance))
        )
        return self.words("of", part=part, whole=self.words.before_words(whole))
