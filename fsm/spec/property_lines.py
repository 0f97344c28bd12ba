"""A property as the lines of a spec that make it."""

import re
from collections.abc import Iterator

from fsm.expressions import BoolType, IntType
from fsm.model import Field, Idiom, Pattern, Property
from fsm.spec.patterns import MEANINGS

_OPERANDS = {
    Pattern.RESPONSE: ("eventually", "after"), Pattern.PRECEDENCE: ("must", "before"),
    Pattern.AT_MOST: ("event", ""),
}  # fmt: skip
_ENTRY = re.compile(r"(\w+): (\[[^]]*\]|\w+)")  # of a pattern as it is written


def property_lines(property_: Property, name: str) -> tuple[str, ...]:
    """The claim and the rules that it cites, under another name, to stand under `properties:`.

    What it says about the claim (texts, `expect`) is left out.
    """
    lines = [f"  {name}:"]
    lines += [f"    {key}: {value}" for key, value in _entries(property_)]
    return tuple(lines)


def _entries(property_: Property) -> Iterator[tuple[str, str]]:
    if property_.each:
        yield "each", _flow({f.name: _domain(f) for f in property_.each})
    if property_.idiom is not None:
        yield from _idiom(property_.idiom)
    else:
        yield from _pattern(property_)
    if property_.within is not None:
        yield "within", quoted(property_.within.text)
    if property_.rules:
        yield "rules", f"[{', '.join(property_.rules)}]"


def _pattern(property_: Property) -> Iterator[tuple[str, str]]:
    subject, trigger = _OPERANDS.get(property_.pattern, (property_.pattern.value, ""))
    if property_.bound is not None:
        yield "at_most", str(property_.bound)
    if property_.trigger is not None:
        yield trigger, quoted(property_.trigger.text)
    yield subject, quoted(property_.subject.text)


def _idiom(idiom: Idiom) -> Iterator[tuple[str, str]]:
    said = {letter: quoted(formula.text) for letter, formula in idiom.letters}
    said["n"] = str(idiom.bound)
    for key, value in _ENTRY.findall(MEANINGS[idiom.name].written):
        yield key, re.sub(r"\w+", lambda found: said[found[0]], value)
    if idiom.scope:
        ends = {"after": said.get("q", ""), "before": said.get("r"), "until": said.get("r")}
        yield "scope", _flow({key: str(ends[key]) for key in idiom.scope})


def _flow(entries: dict[str, str]) -> str:
    return "{" + ", ".join(f"{key}: {value}" for key, value in entries.items()) + "}"


def _domain(field: Field) -> str:
    values = field.values
    if isinstance(field.type, BoolType):
        return "bool"
    if isinstance(field.type, IntType) and values == tuple(
        range(int(values[0]), len(values) + int(values[0]))
    ):
        return f"{values[0]}..{values[-1]}"
    return f"{{values: [{', '.join(map(str, values))}]}}"


def quoted(text: str) -> str:
    """A scalar that YAML reads as this text, white space aside."""
    text = " ".join(text.split())
    return text if re.fullmatch(r"\w+", text, re.ASCII) else "'" + text.replace("'", "''") + "'"
