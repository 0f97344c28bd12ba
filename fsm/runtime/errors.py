"""What can go wrong while a spec runs: each error says what is possible instead, by which rules."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from fsm.errors import FsmError, Position
from fsm.model import Text
from fsm.semantics.firing import Fault
from fsm.semantics.trace import Occurrence


class RunError(FsmError):
    """A request to a running spec that cannot be met; the state is the one before the request.

    `code` is stable, `message` and `hint` are words in both languages, `lang` selects those that
    the exception itself shows.
    """

    def __init__(self, code: str, message: Text, hint: Text = Text(), lang: str = "en") -> None:
        self.code, self.message, self.hint, self.lang = code, message, hint, lang
        super().__init__(self.words(lang))

    def words(self, lang: str) -> str:
        """The message, and the hint below it, in one language ("zh" or "en")."""
        message, hint = self.message.get(lang), self.hint.get(lang)
        return f"{self.code} {message}" + (f"\n  {hint}" if hint else "")


class NotPossible(RunError):
    """F641: the step cannot happen now. `possible` are the event instances that can."""

    def __init__(
        self, message: Text, hint: Text, possible: tuple[str, ...], lang: str = "en"
    ) -> None:
        super().__init__("F641", message, hint, lang)
        self.possible = possible


class Ambiguous(RunError):
    """F642: several steps answer to the request, and nobody chooses between them."""

    def __init__(self, event: str, choices: tuple[Occurrence, ...], lang: str = "en") -> None:
        lines = "\n  ".join(map(told, choices))
        super().__init__("F642", Text(
            f"`{event}` 现在有 {len(choices)} 种发生方式",
            f"`{event}` can happen in {len(choices)} ways now",
        ), Text(
            f"给出字段，或传入 choose=，或用 take() 取其一：\n  {lines}",
            f"give the fields, pass choose=, or take() one of:\n  {lines}",
        ), lang)  # fmt: skip
        self.choices = choices


class SpecFault(RunError):
    """F643: the step breaks the spec (out of range, division by zero, outside an array, written
    twice). It is not taken."""

    def __init__(
        self, fault: Fault, occurrence: Occurrence, rules: tuple[str, ...], lang: str = "en"
    ) -> None:
        cited = f" ({', '.join(rules)})" if rules else ""
        step = told(occurrence)
        super().__init__("F643", Text(
            f"{fault.at}：{fault.message.get('zh')}{cited}；步骤：{step}",
            f"{fault.at}: {fault.message.get('en')}{cited}, in the step {step}",
        ), Text(
            "规约在这里没有下一个状态：请修改转移的条件或赋值",
            "the spec has no next state here: change the guard or the assignment",
        ), lang)  # fmt: skip
        self.fault, self.occurrence, self.rules = fault, occurrence, rules

    @property
    def at(self) -> Position:
        """Where in the spec."""
        return self.fault.at


class TimeStuck(RunError):
    """F644: no time may pass and nothing can happen (a timelock); F645: steps go on and on at one
    instant and time never passes (a Zeno loop)."""


Chooser = Callable[[Sequence[Occurrence]], Occurrence]
T = TypeVar("T")


def in_order(choices: Sequence[T]) -> T:
    """The chooser that takes the first in the order of the spec."""
    return choices[0]


def told(occurrence: Occurrence) -> str:
    """A step in a line: `apply(asked=1) ticket:0 amount:2(k=1)`."""
    moves = (f"{m.machine}:{m.transition}{_bindings(m.chosen)}" for m in occurrence.moves)
    return " ".join([occurrence.event + _bindings(occurrence.fields), *moves]).strip()


def _bindings(bindings: tuple[tuple[str, bool | int | str], ...]) -> str:
    return f"({', '.join(f'{n}={v}' for n, v in bindings)})" if bindings else ""
