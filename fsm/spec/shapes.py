"""Types and domains as a spec writes them: `bool`, `0..3`, `{values: [a, b]}`, `{range: 1..2}`."""

from msgspec import Struct

from fsm.expressions import (
    ArrayType,
    BoolType,
    DurationType,
    EnumType,
    IntType,
    Type,
)
from fsm.expressions import Scalar as Value
from fsm.model import Text
from fsm.spec.context import Context
from fsm.spec.nodes import Mapping, Node, Scalar, describe, shorten
from fsm.spec.scope import Scope
from fsm.spec.tree import Source
from fsm.spec.typing import constant

MAX_RANGE = 2**31  # values of a variable
MAX_CHOICES = 10_000  # values that are listed one by one: what transitions choose, `each`
MAX_FIELDS = 2**20  # what an event carries: few of them need to be told apart
MAX_CONFIGURATION = 2**20  # values of a switch or question, and variants in all
MAX_ELEMENTS = 10_000  # of one array
MAX_DIMENSIONS = 8
TYPE_KEYS = ("type", "values", "range")
_EXAMPLE = "write bool, 1..3, {values: [a, b]} or {range: 1..3}"


class Domain(Struct, frozen=True):
    """A type; from `low` to `high` in steps of `step`, if it is numbers or durations."""

    type: Type
    low: int = 0
    high: int = 0
    step: int = 1

    @property
    def size(self) -> int:
        match self.type:
            case BoolType():
                return 2
            case EnumType(values=values):
                return len(values)
            case _:
                return (self.high - self.low) // self.step + 1

    def values(self) -> tuple[Value, ...]:
        """Every value, in order."""
        match self.type:
            case BoolType():
                return (False, True)
            case EnumType(values=values):
                return values
            case _:
                return tuple(range(self.low, self.high + 1, self.step))


def read_domain(
    context: Context,
    node: Node,
    entries: dict[str, Node] | None,
    scope: Scope,
    most: int,
    *,
    durations: bool = False,
) -> Domain | None:
    """The domain that a node describes; `entries` are its keys where it is a mapping.

    `most`: how many values it may have (F511). `durations`: may it be spans of time (F527)? A
    shorthand is `bool` or `low..high`.
    """
    domain = _any_domain(context, node, entries, scope)
    if domain is not None and isinstance(domain.type, DurationType) and not durations:
        hint = "time is measured by clocks; parameters under 'switches' may be durations"
        context.report("F527", "durations have no place here", node, hint)
        return None
    if domain is not None and domain.size > most:
        place = entries["range"] if entries and "range" in entries else node
        message = f"{domain.size:,} values are more than the {most:,} that are allowed here"
        context.report("F511", message, place, "make it smaller: every value is explored")
        return None
    return domain


def _any_domain(
    context: Context, node: Node, entries: dict[str, Node] | None, scope: Scope
) -> Domain | None:
    if entries is None:
        if isinstance(node, Scalar) and node.value == "bool":
            return Domain(BoolType())
        if isinstance(node, Scalar) and ".." in node.value:
            return read_range(context, node, None, scope)
        context.wrong_kind(node, "a type", _EXAMPLE)
        return None
    said = [key for key in TYPE_KEYS if key in entries]
    if not said:
        context.report("F210", "what values can it have?", node, _EXAMPLE)
        return None
    if len(said) > 1:
        context.report(
            "F208", f"'{said[0]}' and '{said[1]}' exclude each other", entries[said[1]],
            "keep one of them",
        )  # fmt: skip
        return None
    if "step" in entries and said != ["range"]:
        context.report("F208", "'step' goes with 'range' only", entries["step"], "delete it")
    if said == ["type"]:
        return _named_type(context, entries["type"])
    if said == ["values"]:
        return _named_values(context, entries["values"])
    return read_range(context, entries["range"], entries.get("step"), scope)


def _named_values(context: Context, node: Node) -> Domain | None:
    """`[a, b]`, or with labels `{a: text, b: text}`."""
    words: dict[str, tuple[str, str]] = {}
    if isinstance(node, Mapping):
        for name, value in node.entries:
            if context.is_name(name):
                text = Text() if value.is_empty else context.text(value)
                words[name.value] = (text.get("zh"), text.get("en"))
    else:
        words = {name.value: ("", "") for name in context.names(node, "a value's name")}
    if not words:
        context.report("F211", "at least one value is needed", node)
        return None
    labelled = any(any(pair) for pair in words.values())
    return Domain(EnumType(tuple(words), tuple(words.values()) if labelled else ()))


def _named_type(context: Context, node: Node) -> Domain | None:
    if isinstance(node, Scalar) and node.value == "bool":
        return Domain(BoolType())
    hint = "for numbers write 'range: 1..3', for names 'values: [a, b]'"
    context.report("F207", f"a type is 'bool', not {describe(node)}", node, hint)
    return None


def read_range(context: Context, node: Node, step: Node | None, scope: Scope) -> Domain | None:
    """`low..high`, both included, of numbers or (with a step) of durations."""
    if not isinstance(node, Scalar) or node.value.count("..") != 1:
        hint = "write 1..3: both ends are included"
        context.report("F213", "a range is needed here, such as 1..3", node, hint)
        return None
    cut = node.value.index("..")
    low = constant(part(node, 0, cut), scope, None, context.problems)
    high = constant(part(node, cut + 2, len(node.value)), scope, None, context.problems)
    if low is None or high is None:
        return None
    kinds = (DurationType,) if isinstance(low.type, DurationType) else (IntType,)
    if not isinstance(low.type, kinds) or not isinstance(high.type, kinds):
        message = "the ends of a range are two whole numbers, or two durations"
        context.report("F213", message, node, "for instance 1..3 or 24h..72h")
        return None
    bottom, top = int(low.value), int(high.value)
    if bottom > top:
        context.report("F520", f"nothing is in the range {shorten(node.value)}", node,
                       "write the lower end first")  # fmt: skip
        return None
    if isinstance(low.type, DurationType):
        width = _step(context, step, DurationType(), scope) if step else None
        if step is None:
            context.report("F525", "a range of durations needs a 'step'", node,
                           "for instance {range: 24h..72h, step: 24h}")  # fmt: skip
        if width is None:
            return None
        return _stepped(context, Domain(DurationType(), bottom, top, width), step)
    width = _step(context, step, IntType(), scope) if step else 1
    if width is None:
        return None
    return _stepped(context, Domain(IntType(bottom, top), bottom, top, width), step)


def _step(context: Context, node: Node, type_: Type, scope: Scope) -> int | None:
    scalar = context.scalar(node, "a step")
    literal = constant(scalar.source(), scope, type_, context.problems) if scalar else None
    if literal is None:
        return None
    if int(literal.value) < 1:
        context.report("F525", "a step is larger than zero", node)
        return None
    return int(literal.value)


def _stepped(context: Context, domain: Domain, step: Node | None) -> Domain | None:
    if step is not None and (domain.high - domain.low) % domain.step:
        context.report("F525", "the steps miss the upper end of the range", step,
                       "choose a step that divides the distance of the two ends")  # fmt: skip
        return None
    return domain


def part(node: Scalar, start: int, end: int) -> Source:
    """A piece of a scalar as the text of an expression."""
    whole = node.source()
    return Source(
        node.value[start:end],
        lambda index: whole.positions(start + index),
        lambda index: whole.line(start + index),
    )


def read_length(context: Context, node: Node, element: Type, scope: Scope) -> Type | None:
    """The array type of these dimensions: `length: 4`, `length: [2, 3]`."""
    sizes: list[int] = []
    items = context.items(node, "a length, or a list of lengths")
    if len(items) > MAX_DIMENSIONS:
        message = f"an array has at most {MAX_DIMENSIONS} dimensions, not {len(items)}"
        context.report("F512", message, node, "use fewer")
        return None
    for item in items:
        scalar = context.scalar(item, "a length")
        literal = constant(scalar.source(), scope, IntType(), context.problems) if scalar else None
        if literal is None:
            return None
        if int(literal.value) < 1:
            context.report("F512", "an array has at least one element", item)
            return None
        sizes.append(int(literal.value))
    if not sizes:
        context.report("F211", "at least one length is needed", node)
        return None
    total = 1
    type_ = element
    for size in reversed(sizes):
        total *= size
        type_ = ArrayType(type_, size)
    if total > MAX_ELEMENTS:
        message = f"an array has at most {MAX_ELEMENTS:,} elements, this one has {total:,}"
        context.report("F512", message, node, "make it shorter")
        return None
    return type_


def read_count(context: Context, node: Node | None, scope: Scope) -> int | None:
    """How many copies: a whole number from 1 to 1,000, or a constant."""
    if node is None:
        return None
    scalar = context.scalar(node, "a number of copies")
    literal = constant(scalar.source(), scope, IntType(), context.problems) if scalar else None
    if literal is None:
        return None
    if not 1 <= int(literal.value) <= 1_000:
        context.report("F509", f"there are from 1 to 1,000 copies, not {literal.value}", node)
        return None
    return int(literal.value)
