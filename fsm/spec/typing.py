"""Untyped tree -> typed expression: what the rest of `fsm.spec` calls.

All functions report what is wrong to `problems`, with the codes of `fsm.spec.expression_codes`,
and then return None; none of them raises.
"""

from fsm.expressions import BoolType, Expr, Literal, Type
from fsm.model import Formula
from fsm.spec.fold import fold
from fsm.spec.infer import Typer
from fsm.spec.problems import Problems
from fsm.spec.references import (
    assignment_target,
    clock_ref,
    event_operand,
    event_ref,
    plain_text,
)
from fsm.spec.scope import Scope
from fsm.spec.syntax import parse
from fsm.spec.tree import Path, Source, Tree

__all__ = [
    "assignment_target",
    "clock_ref",
    "constant",
    "event_ref",
    "fold",
    "formula",
    "operand",
    "typed",
]


def typed(tree: Tree, scope: Scope, expected: Type | None, problems: Problems) -> Expr | None:
    """The typed expression of a tree; with `expected`, one that can have a value of that type.

    A whole number fits a range if the two have a value in common: what is outside only sometimes
    is a fault when it happens. An array stands for its innermost elements.
    """
    known = Typer(tree.source, scope, problems).value(tree.root, expected)
    return None if known is None else known.expr


def formula(source: Source, scope: Scope, expected: Type, problems: Problems) -> Formula | None:
    """An expression of the given type, and its text with white space evened out."""
    tree = parse(source, problems)
    node = typed(tree, scope, expected, problems) if tree else None
    return None if node is None else Formula(node, plain_text(source))


def operand(source: Source, scope: Scope, problems: Problems) -> Formula | None:
    """What a property speaks of: a condition, or an event's name, which stands for `fired(e)`."""
    tree = parse(source, problems)
    if tree is None:
        return None
    node: Expr | None = None
    if isinstance(tree.root, Path) and event_operand(tree.root, scope):
        node = Typer(source, scope, problems).fired(tree.root)
    else:
        node = typed(tree, scope, BoolType(), problems)
    return None if node is None else Formula(node, plain_text(source))


def constant(
    source: Source, scope: Scope, expected: Type | None, problems: Problems
) -> Literal | None:
    """The value of an expression that may read constants only; it is calculated."""
    tree = parse(source, problems)
    if tree is None:
        return None
    node = typed(tree, scope.only_constants(), expected, problems)
    if node is None:
        return None
    value = fold(node)
    if isinstance(value, Literal):
        return value
    problems.report(
        "F428",
        f"'{plain_text(source)}' has no value",
        source.positions(tree.root.span.start),
        "it divides by zero, reads outside an array, or becomes larger than 10^18",
        source.line(tree.root.span.start),
    )
    return None
