"""What is fixed before the first step: rules, decisions, constants, switches and questions."""

from collections.abc import Callable

from fsm.expressions import (
    ArrayType,
    BoolType,
    DurationType,
    EnumType,
    IntType,
    Type,
    Value,
)
from fsm.model import ConfigKind, ConfigVariable, Constant, Decision, Rule, Text
from fsm.spec.context import TEXT_KEYS, Context
from fsm.spec.nodes import Mapping, Node, Scalar, Sequence, describe
from fsm.spec.scope import Scope
from fsm.spec.shapes import MAX_CONFIGURATION, MAX_ELEMENTS, TYPE_KEYS, read_domain
from fsm.spec.typing import constant

Answers = list[tuple[Scalar, Text]]


def read_rules(context: Context, node: Node | None) -> tuple[Rule, ...]:
    """The sentences of the source document; they may be cited from now on."""
    rules = []
    for name, value in context.declared(node, "rules"):
        keys = (*TEXT_KEYS, "not_modelled")
        entries = context.entries(value, keys, "a rule") if isinstance(value, Mapping) else {}
        text = context.words(entries) if entries else context.text(value)
        reason = context.text(entries.get("not_modelled"))
        rules.append(Rule(name.value, text, reason, name.at))
    context.rules.update(rule.name for rule in rules)
    return tuple(rules)


def read_decisions(context: Context, node: Node | None) -> tuple[Decision, ...]:
    """The open points that the author settled."""
    found = context.declared(node, "decisions")
    return tuple(Decision(name.value, context.text(value), name.at) for name, value in found)


def read_constants(
    context: Context, node: Node | None, claim: Callable[[Scalar], bool]
) -> dict[str, Constant]:
    """Named values; each may use those above it. `claim` says whether a name is still free."""
    constants: dict[str, Constant] = {}
    for name, value in context.declared(node, "constants"):
        if not claim(name):
            continue
        read = _constant(context, value, Scope(constants=constants))
        if read is None:
            context.broken.add(name.value)
            continue
        type_, content = read
        if _elements(type_) > MAX_ELEMENTS:
            message = f"an array has at most {MAX_ELEMENTS:,} elements"
            context.report("F512", message, value, "make it shorter")
            context.broken.add(name.value)
            continue
        leaves = [leaf for leaf in _leaves(content) if isinstance(leaf, int)]
        bounds = IntType(min(leaves, default=0), max(leaves, default=0))
        constants[name.value] = Constant(name.value, _within(type_, bounds), content, name.at)
    return constants


def _constant(context: Context, node: Node, scope: Scope) -> tuple[Type, Value] | None:
    """The type and value of a constant. Recursion is as deep as the node, which is bounded."""
    if not isinstance(node, Sequence):
        scalar = context.scalar(node, "a value, such as 3, 48h, true or [1, 2]")
        literal = constant(scalar.source(), scope, None, context.problems) if scalar else None
        return None if literal is None else (_whole_type(literal.type), literal.value)
    parts = [_constant(context, item, scope) for item in node.items]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    if not known:
        context.report("F211", "at least one element is needed", node)
        return None
    element = known[0][0]
    for item, (type_, _) in zip(node.items, known, strict=True):
        if type_ != element:
            context.report("F524", "the elements of a list have the same type and length", item,
                           f"this one is {describe(item)}")  # fmt: skip
            return None
    return ArrayType(element, len(known)), tuple(value for _, value in known)


def _leaves(value: Value) -> list[Value]:
    """The scalars of a value; as deep as its list is nested."""
    if not isinstance(value, tuple):
        return [value]
    return [leaf for part in value for leaf in _leaves(part)]


def _within(type_: Type, bounds: IntType) -> Type:
    """The type, its numbers within these bounds."""
    if isinstance(type_, ArrayType):
        return ArrayType(_within(type_.element, bounds), type_.length)
    return bounds if isinstance(type_, IntType) else type_


def _whole_type(type_: Type) -> Type:
    """Numbers in one list may differ: so their type is compared without bounds."""
    return IntType() if isinstance(type_, IntType) else type_


def _elements(type_: Type) -> int:
    return type_.length * _elements(type_.element) if isinstance(type_, ArrayType) else 1


def read_switches(
    context: Context, node: Node | None, scope: Scope, claim: Callable[[Scalar], bool]
) -> list[ConfigVariable]:
    """What the shop can set."""
    switches = []
    for name, value in context.declared(node, "switches"):
        if not claim(name):
            continue
        keys = (*TYPE_KEYS, "step", "ref", *TEXT_KEYS)
        is_mapping = isinstance(value, Mapping)
        entries = context.entries(value, keys, "a switch") if is_mapping else {}
        domain = read_domain(
            context,
            value,
            entries if is_mapping else None,
            scope,
            MAX_CONFIGURATION,
            durations=True,
        )
        if domain is None:
            context.broken.add(name.value)
            continue
        switches.append(
            ConfigVariable(
                name.value, ConfigKind.SWITCH, domain.type, domain.values(),
                context.words(entries), context.plain(entries.get("ref")), (), name.at,
            )
        )  # fmt: skip
    return switches


def read_questions(
    context: Context, node: Node | None, claim: Callable[[Scalar], bool]
) -> list[ConfigVariable]:
    """What the source document leaves open."""
    questions = []
    for name, value in context.declared(node, "questions"):
        entries = context.entries(value, ("ref", *TEXT_KEYS), "a question", ("answers",), name)
        if not claim(name):
            continue
        given = entries.get("answers")
        answers = _answers(context, given) if given else []
        type_ = _answer_type(context, answers, given) if given else None
        if type_ is None:
            context.broken.add(name.value)
            continue
        texts = tuple(text for _, text in answers)
        questions.append(
            ConfigVariable(
                name.value, ConfigKind.QUESTION, type_,
                tuple(_answer(scalar) for scalar, _ in answers), context.words(entries),
                context.plain(entries.get("ref")), texts if any(texts) else (), name.at,
            )
        )  # fmt: skip
    return questions


def _answers(context: Context, node: Node) -> Answers:
    """Every answer once, with its words."""
    given: Answers = []
    if isinstance(node, Mapping):
        given = [(k, Text() if v.is_empty else context.text(v)) for k, v in node.entries]
    else:
        for item in context.items(node, "a list of answers"):
            scalar = context.scalar(item, "an answer")
            if scalar:
                given.append((scalar, Text()))
    found: dict[tuple[type, bool | int | str], tuple[Scalar, Text]] = {}
    for scalar, text in given:
        value = _answer(scalar)
        if isinstance(value, str) and not context.is_name(scalar):
            continue
        if (type(value), value) in found:
            context.report("F212", f"'{scalar.value}' is here twice", scalar, "delete one")
        else:
            found[type(value), value] = (scalar, text)
    return list(found.values())


def _answer(scalar: Scalar) -> bool | int | str:
    for value in (scalar.boolean, scalar.integer):
        if value is not None:
            return value
    return scalar.value


def _answer_type(context: Context, answers: Answers, node: Node) -> Type | None:
    values = [_answer(scalar) for scalar, _ in answers]
    kinds = {type(value) for value in values}
    if len(values) < 2:
        context.report("F211", "a question has at least two answers", node,
                       "what has only one answer is a constant or a decision")  # fmt: skip
        return None
    if len(kinds) > 1:
        context.report("F524", "the answers are all names, all numbers, or true and false", node)
        return None
    if kinds == {bool}:
        return BoolType()
    if kinds == {int}:
        return IntType(min(map(int, values)), max(map(int, values)))
    return EnumType(tuple(map(str, values)))


def read_unit(context: Context, node: Node | None, scope: Scope) -> int | None:
    """The unit of time, in milliseconds."""
    if node is None:
        return None
    scalar = context.scalar(node, "a duration")
    if scalar is None:
        return None
    literal = constant(scalar.source(), scope, DurationType(), context.problems)
    if literal is not None and int(literal.value) < 1:
        context.report("F504", "the unit of time is longer than zero", node)
        return None
    return None if literal is None else int(literal.value)
