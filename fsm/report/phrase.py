"""A formula in words, as far as words are clearer than the formula itself."""

from fsm.expressions import (
    Apply,
    Config,
    Expr,
    Ghost,
    GhostKind,
    InState,
    Literal,
    OneOf,
    Op,
    Read,
)
from fsm.model import Formula
from fsm.report.labels import Labels
from fsm.semantics.trace import instance_name

_MOST_PARTS = 4


class _NoWords(Exception):
    """This formula reads better the way the spec wrote it."""


def phrase(formula: Formula, labels: Labels) -> str:
    """`ticket == refunded` -> "Ticket is “refunded”", an event by its label.

    Covers states, values of variables, switches, and `and`, `or`, `not` over a few of these;
    anything else (arithmetic, quantifiers) is given in the syntax of the spec, in quotes.
    """
    node, words = formula.node, labels.words
    if isinstance(node, Ghost) and node.kind is GhostKind.FIRED and node.copy is None:
        return words("quote", text=labels.event(node.event))
    try:
        return _say(node, labels, nested=False)
    except _NoWords:
        return words("quote", text=formula.text)


def _say(node: Expr, labels: Labels, *, nested: bool, negated: bool = False) -> str:
    words = labels.words
    is_ = "is_not" if negated else "is"
    match node:
        case Apply(op=Op.NOT, operands=(operand,)) if not negated:
            return _say(operand, labels, nested=nested, negated=True)
        case Apply(op=Op.NE, operands=operands) if not negated:
            return _say(Apply(Op.EQ, operands), labels, nested=nested, negated=True)
        case Apply(op=Op.AND | Op.OR as op, operands=operands) if not (nested or negated):
            if len(operands) > _MOST_PARTS:
                raise _NoWords
            joint = words("also" if op is Op.AND else "or")
            return joint.join(_say(operand, labels, nested=True) for operand in operands)
        case InState(machine=machine, names=names, copy=copy):
            value = words("or").join(words("quote", text=labels.state(machine, n)) for n in names)
            label = labels.machine(_instance(machine, copy, labels))
            return words(is_, label=words.before_words(label), value=value)
        case Apply(op=Op.EQ, operands=(Read() as read, Literal() as literal)):
            value = labels.said(read.type, literal.value)
            return words(is_, label=_variable(read, labels), value=value)
        case OneOf(subject=Read() as read, values=values):
            said = [labels.said(read.type, v.value) for v in values if isinstance(v, Literal)]
            if len(said) != len(values):
                raise _NoWords
            return words(is_, label=_variable(read, labels), value=words("or").join(said))
        case Read():
            value = words("said_no" if negated else "said_yes")
            return words("is", label=_variable(node, labels), value=value)
        case Config(name=name):
            value = labels.config_value(name, not negated)
            return words("is", label=labels.config(name), value=value)
        case _:
            raise _NoWords


def _instance(name: str, copy: Expr | None, labels: Labels) -> str:
    if copy is None:
        return name
    if not isinstance(copy, Literal) or not isinstance(copy.value, int):
        raise _NoWords
    machine = name if name in labels.machines else name.rpartition(".")[0]
    group = labels.spec.group_of(machine)
    return instance_name(name, copy.value, group.name if group else machine)


def _variable(read: Read, labels: Labels) -> str:
    if not all(isinstance(index, Literal) for index in read.indices):
        raise _NoWords
    indices = tuple(int(index.value) for index in read.indices if isinstance(index, Literal))
    label = labels.variable(_instance(read.variable, read.copy, labels), indices)
    return labels.words.before_words(label)
