"""Guards, actions and times as short lines for a picture, in words where the spec has them.

Shorter than the sentences of a report: `=`, `≠`, `in` between the labels of the spec. A question
with an entry of its own in the source document is called by that (`A1 = back to the queue`).
"""

from collections.abc import Iterable

from fsm.expressions import (
    Apply,
    ClockRead,
    Conditional,
    Config,
    DurationType,
    Element,
    EnumType,
    Expr,
    Ghost,
    InState,
    Literal,
    Local,
    OneOf,
    Op,
    Quantified,
    Quantifier,
    Read,
)
from fsm.model import Assignment, ConfigKind, Field, Formula, Machine, Timing, Transition
from fsm.report.labels import Labels

_SIGN = {
    Op.EQ: "=", Op.NE: "≠", Op.LT: "<", Op.LE: "≤", Op.GT: ">", Op.GE: "≥", Op.ADD: "+",
    Op.SUB: "-", Op.MUL: "×", Op.DIV: "÷", Op.MOD: "mod", Op.IMPLIES: "→",
}  # fmt: skip
_OPPOSITE = {
    Op.EQ: Op.NE, Op.NE: Op.EQ, Op.LT: Op.GE, Op.LE: Op.GT, Op.GT: Op.LE, Op.GE: Op.LT,
}  # fmt: skip
_BINDS = {
    Op.IMPLIES: 0, Op.OR: 1, Op.AND: 2, Op.NOT: 3, Op.EQ: 4, Op.NE: 4, Op.LT: 4, Op.LE: 4,
    Op.GT: 4, Op.GE: 4, Op.ADD: 5, Op.SUB: 5, Op.MUL: 6, Op.DIV: 6, Op.MOD: 6, Op.NEGATE: 7,
}  # fmt: skip
_QUANTIFIER = {
    "en": {
        Quantifier.ALL: "for all {range}: {body}", Quantifier.ANY: "for some {range}: {body}",
        Quantifier.COUNT: "number of {range} with {body}",
        Quantifier.SUM: "sum over {range} of {body}",
    },
    "zh": {
        Quantifier.ALL: "对每个 {range}：{body}", Quantifier.ANY: "有某个 {range}：{body}",
        Quantifier.COUNT: "满足 {body} 的 {range} 个数", Quantifier.SUM: "{body} 对 {range} 求和",
    },
}  # fmt: skip
_WORDS = {
    "en": {
        "and": " and ", "or": " or ", "not": "not ", "index": "index", "choose": "choose {text}",
        "if": "if {c} then {a} else {b}", "between": "{a} to {b}", "within": "within {b}",
        "from": "{a} or later", "in_state": "{time} in “{state}” of {machine}",
        "set_if": "{set} if {c}",
        "in": "in", "not_in": "not in",
    },
    "zh": {
        "and": " 且 ", "or": " 或 ", "not": "非 ", "index": "序号", "choose": "任选 {text}",
        "if": "若 {c} 则 {a}，否则 {b}", "between": "{a} 至 {b}", "within": "{b} 之内",
        "from": "满 {a} 之后", "in_state": "{machine}处于“{state}”满 {time}",
        "set_if": "{c} 时 {set}",
        "in": "属于", "not_in": "不属于",
    },
}  # fmt: skip


class Wording:
    """Says the expressions of one machine in one language."""

    def __init__(self, machine: Machine, labels: Labels) -> None:
        self.machine, self.labels, self.words = machine, labels, _WORDS[labels.lang]
        refs = [c.ref for c in labels.spec.configuration]
        self._unique = {ref for ref in refs if ref and refs.count(ref) == 1}
        self._fields: dict[str, Field] = {}

    def about(self, transition: Transition) -> "Wording":
        """Call the fields of the transition's event, and what it chooses, by their labels."""
        event = transition.event and self.labels.events.get(transition.event.event)
        fields = (*(event.fields if event else ()), *transition.choose)
        self._fields = {field.name: field for field in fields}
        return self

    def guard(self, transition: Transition) -> str:
        """What must be true, "" for no condition."""
        return self.say(transition.guard.node) if transition.guard else ""

    def actions(self, transition: Transition) -> str:
        """What is chosen and changed, "" for nothing."""
        said = [self._choice(field) for field in transition.choose]
        said += [self._assignment(update) for update in transition.updates]
        said += [f"{self.say(clock)} := 0" for clock in transition.resets]
        return self.labels.words("semicolon").join(said)

    def timing(self, timing: Timing, place: str = "") -> str:
        """`48 h`, `2 h to 48 h`, with the clock that it is measured on. `place`: where the time
        counts, if it is neither a named clock nor the state that the picture shows."""
        lower, upper = self._bound(timing.lower), self._bound(timing.upper)
        if lower == upper:
            said = lower
        elif not upper:
            said = self.words["from"].format(a=lower)
        elif not lower or _is_zero(timing.lower):
            said = self.words["within"].format(b=upper)
        else:
            said = self.words["between"].format(a=lower, b=upper)
        if timing.clock is not None:
            return f"{self.say(timing.clock)}{self.labels.words('colon')}{said}"
        if place:
            return self.words["in_state"].format(
                time=said, state=place, machine=self.labels.machine(self.machine.name)
            )
        return said

    def say(self, node: Expr, level: int = 0) -> str:
        """The expression; in brackets where it binds less than `level`."""
        match node:
            case Literal():
                return self._literal(node)
            case Element(name=name, indices=indices):
                return name + self._brackets(indices)
            case Config():
                return self._config(node, True)
            case Local(name=name):
                return self._local(name)
            case Read(variable=name, copy=copy, indices=indices):
                found = self.labels.variables[name].text.get(self.labels.lang)
                part = found or name.rpartition(".")[2]
                return self._inside(name, copy, part) + self._brackets(indices)
            case ClockRead(clock=name, copy=copy):
                found = self.labels.clocks[name].text.get(self.labels.lang)
                return self._inside(name, copy, found or name.rpartition(".")[2])
            case InState():
                return self._in_state(node, True)
            case Ghost(kind=kind, event=event):
                return f"{kind.value}({event})"
            case OneOf():
                return self._one_of(node, True)
            case Conditional(condition=c, then=a, otherwise=b):
                said = self.words["if"].format(c=self.say(c), a=self.say(a), b=self.say(b))
                return f"({said})" if level else said
            case Quantified(quantifier=q, variable=v, low=low, high=high, body=body):
                return _QUANTIFIER[self.labels.lang][q].format(
                    range=self._member(v, f"{low}..{high}"), body=self.say(body, 3)
                )
            case Apply():
                return self._apply(node, level)

    def _apply(self, node: Apply, level: int) -> str:
        op, operands = node.op, node.operands
        if op is Op.NOT:
            return self._negated(operands[0], level)
        if op in (Op.MIN, Op.MAX):
            return f"{op.value}({', '.join(self.say(o) for o in operands)})"
        binds = _BINDS[op]
        if op is Op.NEGATE:
            return f"-{self.say(operands[0], binds)}"
        if op in (Op.EQ, Op.NE) and isinstance(operands[0], Config):
            config, other = operands[0], operands[1]
            if isinstance(other, Literal):
                return self._config(config, other.value, op is Op.EQ)
        sign = self.words[op.value] if op in (Op.AND, Op.OR) else f" {_SIGN[op]} "
        said = sign.join(self.say(o, binds + (place > 0)) for place, o in enumerate(operands))
        return f"({said})" if binds < level else said

    def _negated(self, node: Expr, level: int) -> str:
        match node:
            case InState():
                return self._in_state(node, False)
            case OneOf():
                return self._one_of(node, False)
            case Config():
                return self._config(node, False)
            case Apply(op=op, operands=operands) if op in _OPPOSITE:
                return self._apply(Apply(_OPPOSITE[op], operands), level)
            case _:
                said = self.words["not"] + self.say(node, 4)
                return f"({said})" if level > 3 else said

    def _literal(self, node: Literal) -> str:
        plain = isinstance(node.type, (DurationType, EnumType))
        if node.name and not plain:
            return node.name
        return self.labels.value(node.type, node.value)

    def _config(self, node: Config, value: bool | int | str, equal: bool = True) -> str:
        found = self.labels.configuration[node.name]
        text = found.text.get(self.labels.lang)
        if found.kind is ConfigKind.SWITCH and isinstance(value, bool):
            name = text or found.name
            return name if value is equal else self.words["not"] + name
        if found.kind is ConfigKind.QUESTION:
            name = found.ref if found.ref in self._unique else found.name
        else:
            name = text or found.name
        answer = ""
        if found.answers and value in found.values:
            answer = found.answers[found.values.index(value)].get(self.labels.lang)
        answer = answer or self.labels.value(found.type, value)
        return f"{name} {'=' if equal else '≠'} {answer}"

    def _local(self, name: str) -> str:
        if name in self._fields:
            return self._fields[name].text.get(self.labels.lang, name)
        return self.words["index"] if name == "index" else name

    def _in_state(self, node: InState, positive: bool) -> str:
        names = [self.labels.state(node.machine, name) for name in node.names]
        machine = self._machine(node.machine, node.copy)
        return self._among(machine, names, positive)

    def _one_of(self, node: OneOf, positive: bool) -> str:
        if isinstance(node.subject, Config) and len(node.values) == 1:
            value = node.values[0]
            if isinstance(value, Literal):
                return self._config(node.subject, value.value, positive)
        values = [self.say(value) for value in node.values]
        return self._among(self.say(node.subject, 5), values, positive)

    def _machine(self, name: str, copy: Expr | None) -> str:
        found = self.labels.machines[name].text.get(self.labels.lang)
        return (found or name.rpartition(".")[2]) + self.copy(copy)

    def copy(self, copy: Expr | None) -> str:
        """Which copy: nothing for the one that the picture is about."""
        return "" if copy is None or _is_own(copy) else f"[{_terse(self, copy)}]"

    def _inside(self, name: str, copy: Expr | None, part: str) -> str:
        scope = name.rpartition(".")[0]
        group = self.labels.spec.group_of(self.machine.name)
        if scope in ("", self.machine.name, group.name if group else "") and not self.copy(copy):
            return part
        if scope in self.labels.machines:
            return f"{self._machine(scope, copy)}.{part}"
        return f"{scope}{self.copy(copy)}.{part}"

    def _brackets(self, indices: Iterable[Expr]) -> str:
        return "".join(f"[{_terse(self, index)}]" for index in indices)

    def _choice(self, field: Field) -> str:
        numbers = [value for value in field.values if type(value) is int]
        if len(numbers) == len(field.values) and numbers == [*range(numbers[0], numbers[-1] + 1)]:
            among = f"{numbers[0]}..{numbers[-1]}"
        else:
            among = ", ".join(self.labels.value(field.type, value) for value in field.values)
            among = f"{{{among}}}"
        name = field.text.get(self.labels.lang, field.name)
        return self.words["choose"].format(text=self._member(name, among))

    def _assignment(self, update: Assignment) -> str:
        declared = self.labels.variables[update.variable]
        part = declared.text.get(self.labels.lang) or update.variable.rpartition(".")[2]
        target = self._inside(update.variable, update.copy, part) + self._brackets(update.indices)
        value = update.value.node
        if isinstance(value, Conditional) and _keeps(value.otherwise, update):
            changed = f"{target} := {self.say(value.then)}"
            return self.words["set_if"].format(set=changed, c=self.say(value.condition))
        return f"{target} := {self.say(value)}"

    def _among(self, subject: str, names: list[str], positive: bool) -> str:
        if len(names) == 1:
            return f"{subject} {'=' if positive else '≠'} {names[0]}"
        return self._member(subject, f"{{{' | '.join(names)}}}", positive)

    def _member(self, subject: str, among: str, positive: bool = True) -> str:
        return f"{subject} {self.words['in' if positive else 'not_in']} {among}"

    def _bound(self, bound: Formula | None) -> str:
        return self.say(bound.node) if bound else ""


def _is_own(copy: Expr | None) -> bool:
    """Is it the copy that the picture shows?"""
    return copy is None or (isinstance(copy, Local) and copy.name == "index")


def _keeps(value: Expr, update: Assignment) -> bool:
    """Is it the variable's own value that is assigned?"""
    return (
        isinstance(value, Read)
        and (value.variable, value.indices) == (update.variable, update.indices)
        and (value.copy == update.copy or (_is_own(value.copy) and _is_own(update.copy)))
    )


def _terse(wording: Wording, index: Expr) -> str:
    """An index: names as the spec writes them, so that `ticket[which]` stays short."""
    return index.name if isinstance(index, Local) else wording.say(index)


def _is_zero(bound: Formula | None) -> bool:
    return bound is not None and isinstance(bound.node, Literal) and bound.node.value == 0
