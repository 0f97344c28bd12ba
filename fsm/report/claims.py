"""A property in words: what it claims, whichever pattern it is written in."""

from collections.abc import Iterable

from fsm.expressions import Apply, BoolType, Ghost, GhostKind, Literal, Op
from fsm.model import Formula, Pattern, Property
from fsm.report.claim_words import CLAIMS
from fsm.report.labels import Labels
from fsm.report.phrase import phrase

_SAID = {
    Pattern.NEVER: "absence",
    Pattern.ALWAYS: "universality",
    Pattern.REACHABLE: "reachable",
    Pattern.EVENTUALLY: "existence",
    Pattern.RESPONSE: "response",
    Pattern.PRECEDENCE: "precedence",
    Pattern.AT_MOST: "bounded occurrence",
    Pattern.CAN_ALWAYS: "can_always",
}
# What the operands of a property are called in the table of patterns.
_LETTERS = {Pattern.RESPONSE: "sp", Pattern.PRECEDENCE: "sp"}


def claimed(property_: Property, labels: Labels) -> str:
    """The claim as a clause, without the end of a sentence; a formula is given as it is written."""
    table, idiom = CLAIMS[labels.lang], property_.idiom
    if idiom is not None:
        said = _said(idiom.letters, labels)
        claim = table[idiom.name].format(times=_times(idiom.bound, labels), **said)
        scope = " ".join(("scope", *idiom.scope))
        said_in_full = table[scope].format(claim=claim, **said) if idiom.scope else claim
        return said_in_full.strip().replace("， ", "，")
    key = _SAID.get(property_.pattern)
    if key is None:
        return labels.words("quote", text=property_.subject.text)
    letters = _LETTERS.get(property_.pattern, "p")
    parts = zip(letters, (property_.subject, property_.trigger), strict=False)
    said = _said([(letter, formula) for letter, formula in parts if formula is not None], labels)
    claim = table[key].format(times=_times(property_.bound, labels), **said)
    if property_.within is None:
        return claim
    if lasts(property_):
        return table["lasting"].format(within=property_.within.text, **said)
    if at_any_time(property_):
        claim = table["again and again"].format(**said)
    return table["within"].format(claim=claim, within=property_.within.text)


def _times(bound: int | None, labels: Labels) -> str:
    if labels.lang == "zh":
        return f"{bound} 次"
    return "once" if bound == 1 else f"{bound} times"


def lasts(property_: Property) -> bool:
    """Does it say for how long a condition may last: is what is asked for that it ends?"""
    stay = property_.trigger
    return stay is not None and property_.subject.node == Apply(Op.NOT, (stay.node,))


def at_any_time(property_: Property) -> bool:
    """Is something asked for at every moment?"""
    trigger = property_.trigger
    return trigger is not None and trigger.node == Literal(True, BoolType())


def _said(letters: Iterable[tuple[str, Formula]], labels: Labels) -> dict[str, str]:
    said: dict[str, str] = {}
    for letter, formula in letters:
        bare, node = phrase(formula, labels), formula.node
        event = isinstance(node, Ghost) and node.kind is GhostKind.FIRED
        said[f"{letter}_bare"] = bare
        # In Chinese a blank sets off a letter or a digit.
        blank = " " if labels.lang == "zh" and bare[:1].isascii() and bare[:1].isalnum() else ""
        moment = CLAIMS[labels.lang]["moment"].format(text=bare)
        said[letter] = bare if event else blank + moment
    return said


def operands_of(property_: Property) -> tuple[Formula, ...]:
    """The conditions that the property speaks of, as far as it names them one by one."""
    if property_.idiom is not None:
        return tuple(formula for _, formula in property_.idiom.letters)
    both = (property_.subject, property_.trigger)
    return tuple(formula for formula in both if formula is not None)
