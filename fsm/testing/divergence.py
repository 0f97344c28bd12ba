"""The moment an implementation leaves its spec, in words: what was done, seen, and allowed."""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from fsm.expressions import ArrayType, Value
from fsm.model import Spec
from fsm.report.duration import say_duration
from fsm.report.labels import Labels, declared
from fsm.testing.adapter import Call

SHOWN = 8  # allowed outcomes that are listed

_WORDS = {
    "en": {
        "title": "The implementation leaves the spec {spec}.",
        "start": "at the start",
        "wait": "{time} pass",
        "refused": "refused",
        "step": "{number}. {clock}  {action}",
        "seen": "observed: {seen}",
        "refusal": "This was refused, but the spec makes it possible.",
        "acceptance": "This was not refused, but the spec makes it impossible. "
        "Possible: {possible}.",
        "nothing": "nothing but to wait",
        "observation": "The spec allows only:",
        "more": "… and {n} more",
        "and": ", ", "is": "{name}: {value}", "call": "{event} ({fields})", "of": "{event} {copy}",
    },
    "zh": {
        "title": "实现偏离了规约 {spec}。",
        "start": "开始时",
        "wait": "经过{time}",
        "refused": "被拒绝执行",
        "step": "{number}. {clock}  {action}",
        "seen": "观察到：{seen}",
        "refusal": "这一步被拒绝执行，而规约允许它。",
        "acceptance": "这一步没有被拒绝，而规约不允许它。可以发生的有：{possible}。",
        "nothing": "无，只能等待",
        "observation": "规约只允许：",
        "more": "……另有 {n} 种",
        "and": "，", "is": "{name}：{value}", "call": "{event}（{fields}）", "of": "{event} {copy}",
    },
}  # fmt: skip


class Divergence(AssertionError):
    """What was observed is not allowed by the spec; the message tells the run, and what is.
    `steps` is how many steps the run has."""

    def __init__(self, message: str, steps: int) -> None:
        super().__init__(message)
        self.steps = steps


class Deed(Struct, frozen=True):
    """One thing that the test did: a call, or None for waiting; `units` is the time before it, and
    for waiting the time that passed. `seen` is what had changed afterwards."""

    call: Call | None
    at: int
    units: int = 0
    refused: bool = False
    seen: tuple[tuple[str, Value], ...] = ()


class Teller:
    """Words for what happened between a test and an implementation."""

    def __init__(self, spec: Spec, lang: str, unit: int | None) -> None:
        self._labels, self._lang, self._unit = Labels(spec, lang), lang, unit
        self._words: Mapping[str, str] = _WORDS[lang]
        self._title = spec.title.get(lang) or spec.name

    def tell(self, deeds: Iterable[Deed], *lines: str) -> str:
        """The whole story, and what is wrong with its end."""
        told = [self._words["title"].format(spec=self._title)]
        for number, deed in enumerate(deeds, start=1):
            told.append("  " + self._step(number, deed))
            if deed.seen:
                told.append("     " + self._words["seen"].format(seen=self.seen(deed.seen)))
        return "\n".join([*told, *lines])

    def refusal(self) -> str:
        """The implementation refused what is possible."""
        return self._words["refusal"]

    def acceptance(self, possible: Iterable[Call]) -> str:
        """The implementation did what is impossible."""
        names = dict.fromkeys(self._call(call) for call in possible)
        text = self._words["and"].join(names) or self._words["nothing"]
        return self._words["acceptance"].format(possible=text)

    def observation(self, allowed: Iterable[tuple[tuple[str, Value], ...]]) -> str:
        """What could have been seen instead, each outcome once."""
        outcomes = list(dict.fromkeys(self.seen(outcome) for outcome in allowed))
        lines = [self._words["observation"], *(f"  - {text}" for text in outcomes[:SHOWN])]
        if len(outcomes) > SHOWN:
            lines.append("  " + self._words["more"].format(n=len(outcomes) - SHOWN))
        return "\n".join(lines)

    def seen(self, values: Iterable[tuple[str, Value]]) -> str:
        """An observation, or a part of one."""
        return self._words["and"].join(
            self._words["is"].format(name=self._name(name), value=self._value(name, value))
            for name, value in values
        )

    def _step(self, number: int, deed: Deed) -> str:
        clock = self._words["start"]
        if self._unit is not None and deed.at:
            clock = "+" + say_duration(deed.at * self._unit, self._lang)
        if deed.call is None:
            span = say_duration(deed.units * (self._unit or 1), self._lang)
            action = self._words["wait"].format(time=span)
        else:
            action = self._call(deed.call)
        if deed.refused:
            action += self._words["and"] + self._words["refused"]
        return self._words["step"].format(number=number, clock=clock, action=action)

    def _call(self, call: Call) -> str:
        event = self._labels.event(call.event)
        for name, value in call.arguments[: len(call.arguments) - len(call.fields)]:
            assert name == "index"
            event = self._words["of"].format(event=event, copy=value)
        found = self._labels.events[declared(call.event)]
        fields = self._words["and"].join(
            f"{f.text.get(self._lang, f.name)} {self._labels.value(f.type, value)}"
            for f, (_, value) in zip(found.fields, call.fields, strict=True)
        )
        return self._words["call"].format(event=event, fields=fields) if fields else event

    def _name(self, name: str) -> str:
        if declared(name) in self._labels.machines:
            return self._labels.machine(name)
        return self._labels.variable(name)

    def _value(self, name: str, value: Value) -> str:
        if declared(name) in self._labels.machines:
            return self._labels.state(name, str(value))
        type_ = self._labels.variables[declared(name)].type
        if isinstance(value, list | tuple) != isinstance(type_, ArrayType):
            return str(value)
        try:
            return self._labels.value(type_, value)
        except ValueError:  # a value that the type does not have
            return str(value)
