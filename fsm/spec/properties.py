"""What a spec claims: properties, and the structural findings that it accepts."""

from fsm.expressions import Apply, BoolType, DurationType, Ghost, Literal, Op
from fsm.model import Allow, Expected, Formula, Pattern, Property
from fsm.spec.bounded import Timed
from fsm.spec.context import RESERVED_KEYS, TEXT_KEYS, Context
from fsm.spec.declarations import read_fields, read_formula
from fsm.spec.idioms import is_idiom, read_idiom
from fsm.spec.nodes import Mapping, Node, Scalar, describe, shorten
from fsm.spec.patterns import meaning
from fsm.spec.problems import did_you_mean
from fsm.spec.scope import Scope
from fsm.spec.structural_codes import STRUCTURAL_CODES
from fsm.spec.temporal import temporal
from fsm.spec.typing import fold, operand
from fsm.temporal import Temporal

# The keys that make a pattern, and what else may stand beside them.
_PATTERNS: dict[tuple[str, ...], tuple[Pattern, tuple[str, ...]]] = {
    ("never",): (Pattern.NEVER, ("scope",)),
    ("always",): (Pattern.ALWAYS, ("scope",)),
    ("reachable",): (Pattern.REACHABLE, ("in",)),
    ("eventually",): (Pattern.EVENTUALLY, ("within", "scope")),
    ("after", "eventually"): (Pattern.RESPONSE, ("within", "scope", "without")),
    ("before", "must"): (Pattern.PRECEDENCE, ("scope",)),
    ("at_most", "event"): (Pattern.AT_MOST, ("scope",)),
    ("at_most", "times"): (Pattern.AT_MOST, ("scope",)),
    ("at_most", "while"): (Pattern.RESPONSE, ()),
    ("can_always",): (Pattern.CAN_ALWAYS, ()),
    ("ltl",): (Pattern.LTL, ()),
    ("ctl",): (Pattern.CTL, ()),
}
PATTERN_KEYS = tuple(dict.fromkeys(key for keys in _PATTERNS for key in keys))
_OPTIONS = ("within", "in", "scope", "without")
_PARTNERS = {"after": "eventually", "before": "must", "must": "before", "at_most": "event",
             "event": "at_most", "times": "at_most", "while": "at_most"}  # fmt: skip
PROPERTY_KEYS = (
    *PATTERN_KEYS, *_OPTIONS, "each", "expect", "because", "ref", "rules", *TEXT_KEYS,
)  # fmt: skip


def build_properties(context: Context, node: Node | None, scope: Scope) -> tuple[Property, ...]:
    """The properties that are well formed, in order."""
    built = []
    for name, value in context.declared(node, "properties"):
        read = _property(context, name, value, scope)
        if read is not None:
            built.append(read)
    return tuple(built)


def _property(context: Context, name: Scalar, node: Node, scope: Scope) -> Property | None:
    entries = context.entries(node, PROPERTY_KEYS, "a property")
    if not isinstance(node, Mapping) and not node.is_empty:
        return None
    if isinstance(node, Mapping) and any(key.value in RESERVED_KEYS for key, _ in node.entries):
        return None
    expect, condition = _expectation(context, entries.get("expect"), scope)
    each = read_fields(context, entries.get("each"), scope, "a name of 'each'")
    because = context.text(entries.get("because"))
    rules = context.cited(entries.get("rules"))
    ref = context.plain(entries.get("ref"))
    pattern = _pattern(context, name, entries)
    if pattern is None:
        return None
    inside = scope.with_locals({field.name: field.type for field in each})
    formula: Temporal | None = None
    subject: Formula | None = None
    trigger: Formula | None = None
    bound: int | None = None
    if is_idiom(pattern, entries):
        idiom = read_idiom(context, pattern, entries, inside)
        if idiom is None:
            return None
        meant, words = meaning(idiom)
        return Property(
            name.value, Pattern.LTL, words, each=each, expect=expect, condition=condition,
            because=because, text=context.words(entries), ref=ref, rules=rules, at=name.at,
            formula=meant, idiom=idiom,
        )  # fmt: skip
    within = _within(context, entries, inside)
    if pattern in (Pattern.LTL, Pattern.CTL):
        found = _formula(context, pattern, entries[pattern.value], inside)
        if isinstance(found, Timed):
            pattern, subject, trigger = found.pattern, found.subject, found.trigger
            within = found.within
        else:
            formula, subject = found
    else:
        subject, trigger, bound = _operands(context, pattern, entries, inside)
    if subject is None:
        return None
    every = context.choice(entries.get("in"), ("every",), "'in'") == "every"
    return Property(
        name.value, pattern, subject, trigger, within, bound, every, each, expect, condition,
        because, context.words(entries), ref, rules, name.at, formula,
    )  # fmt: skip


def _within(context: Context, entries: dict[str, Node], scope: Scope) -> Formula | None:
    """The time allowed: what `within` says, or `at_most` beside `while`."""
    node = entries.get("at_most" if "while" in entries else "within")
    within = read_formula(context, node, scope.only_constants(config=True), DurationType())
    if within is not None and node is not None:
        value = fold(within.node)
        if isinstance(value, Literal) and int(value.value) < 0:
            context.report("F504", "a time is not negative", node)
    return within


def _formula(
    context: Context, pattern: Pattern, node: Node, scope: Scope
) -> tuple[Temporal | None, Formula | None] | Timed:
    """A formula of LTL or CTL, and its text; or the pattern that one with a time bound is."""
    scalar = context.scalar(node, "a formula")
    if scalar is None:
        return None, None
    branching = pattern is Pattern.CTL
    found = temporal(scalar.source(), scope, context.problems, branching=branching)
    return (None, None) if found is None else found


def _pattern(context: Context, name: Scalar, entries: dict[str, Node]) -> Pattern | None:
    """The pattern that the keys make together."""
    said = tuple(key for key in PATTERN_KEYS if key in entries)
    if not said:
        hint = f"say what it claims: one of {', '.join(PATTERN_KEYS)}"
        context.report("F516", f"the property '{name.value}' claims nothing", name, hint)
        return None
    for keys, (pattern, options) in _PATTERNS.items():
        if set(keys) != set(said):
            continue
        for key in _OPTIONS:
            if key in entries and key not in options:
                fits = [" and ".join(k) for k, (_, o) in _PATTERNS.items() if key in o]
                hint = f"it goes with {', or with '.join(map(repr, fits))}"
                message = f"'{key}' does not go with '{keys[0]}'"
                context.report("F518", message, entries[key], hint)
        return pattern
    partner = _PARTNERS.get(said[0]) if len(said) == 1 else None
    if partner:
        message = f"'{said[0]}' needs '{partner}' beside it"
        context.report("F516", message, entries[said[0]], f"add '{partner}: …'")
    else:
        first, second = said[:2]
        context.report("F517", f"'{first}' and '{second}' do not go together", entries[second],
                       "make two properties of it")  # fmt: skip
    return None


def _operands(
    context: Context, pattern: Pattern, entries: dict[str, Node], scope: Scope
) -> tuple[Formula | None, Formula | None, int | None]:
    """Subject, trigger and bound."""
    match pattern:
        case Pattern.RESPONSE if "while" in entries:
            stay = _operand(context, entries["while"], scope)
            if stay is None:
                return None, None, None
            left = Formula(Apply(Op.NOT, (stay.node,)), f"not ({stay.text})")
            return left, stay, None
        case Pattern.RESPONSE:
            trigger = _operand(context, entries["after"], scope)
            return _operand(context, entries["eventually"], scope), trigger, None
        case Pattern.PRECEDENCE:
            trigger = _operand(context, entries["before"], scope)
            return _operand(context, entries["must"], scope), trigger, None
        case Pattern.AT_MOST:
            bound = context.integer(entries["at_most"], "'at_most'")
            if bound is not None and not 0 <= bound <= 1_000:
                message = f"'at_most' is a number from 0 to 1,000, not {bound}"
                context.report("F209", message, entries["at_most"])
            return _event(context, entries["event"], scope), None, bound
        case _:
            return _operand(context, entries[pattern.value], scope), None, None


def _operand(context: Context, node: Node, scope: Scope) -> Formula | None:
    scalar = context.scalar(node, "an expression")
    return operand(scalar.source(), scope, context.problems) if scalar else None


def _event(context: Context, node: Node, scope: Scope) -> Formula | None:
    """An event's name, as the formula that it occurred."""
    read = _operand(context, node, scope)
    if read is not None and not isinstance(read.node, Ghost):
        context.report("F312", f"'{shorten(read.text)}' is not an event", node,
                       "an event's name is needed here")  # fmt: skip
        return None
    return read


def _expectation(
    context: Context, node: Node | None, scope: Scope
) -> tuple[Expected, Formula | None]:
    if isinstance(node, Mapping):
        entries = context.entries(node, (), "an expectation", ("violated_when",))
        condition = read_formula(
            context, entries.get("violated_when"), scope.only_constants(config=True), BoolType()
        )
        return Expected.VIOLATED_WHEN, condition
    word = context.choice(node, ("holds", "violated"), "'expect'")
    return (Expected(word) if word else Expected.HOLDS), None


def build_allow(context: Context, node: Node | None) -> tuple[Allow, ...]:
    """The structural findings that the author accepts."""
    built = []
    for item in context.items(node, "a list of {code, subject, because}"):
        entries = context.entries(item, ("subject",), "an entry of 'allow'", ("code", "because"))
        code = _code(context, entries.get("code"))
        because = context.text(entries.get("because"))
        subject = context.plain(entries.get("subject"))
        if code is not None:
            built.append(Allow(code, subject, because, item.at))
    return tuple(built)


def _code(context: Context, node: Node | None) -> str | None:
    if node is None:
        return None
    if isinstance(node, Scalar) and node.value in STRUCTURAL_CODES:
        return node.value
    hint = did_you_mean(node.value, STRUCTURAL_CODES) if isinstance(node, Scalar) else ""
    context.report("F519", f"{describe(node)} is not the code of a structural finding", node,
                   hint or f"they are {', '.join(STRUCTURAL_CODES)}")  # fmt: skip
    return None
