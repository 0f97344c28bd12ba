"""What the selected properties look at: their formulas, lowered, and the events that they watch."""

from collections.abc import Sequence

from fsm.expressions import (
    Apply,
    Expr,
    Ghost,
    GhostKind,
    Literal,
    Op,
    Quantified,
    Quantifier,
    walk,
)  # fmt: skip
from fsm.model import Property
from fsm.semantics import ir
from fsm.semantics.formulas import property_tests
from fsm.semantics.layout import encode
from fsm.semantics.lower import bindings
from fsm.semantics.lower_expressions import Lowering
from fsm.semantics.lowered import System
from fsm.semantics.trace import Bindings


def labels(
    system: System, lowering: Lowering, selected: Sequence[Property]
) -> tuple[list[ir.Node], set[int]]:
    """The tests of the properties, for every value of `each`, and the event instances that ghosts
    watch. O(size of the properties * values of `each`)."""
    nodes: list[ir.Node] = []
    watched: set[int] = set()
    for property_ in selected:
        for each in bindings(property_.each):
            tests, ghosts = tests_of(system, lowering, property_, each)
            nodes += tests
            watched |= {event for _, event in ghosts}
    return nodes, watched


def tests_of(
    system: System, lowering: Lowering, property_: Property, each: Bindings
) -> tuple[list[ir.Node], list[tuple[GhostKind, int]]]:
    """The tests of one instance of a property, lowered, and their ghosts in turn: the kinds, and
    the event instances that they watch."""
    types = {f.name: f.type for f in property_.each}
    env = {name: encode(value, types[name]) for name, value in each}
    nodes: list[ir.Node] = []
    watched: list[tuple[GhostKind, int]] = []
    for test in property_tests(property_):
        ghosts = lowering.watched(test, env)
        nodes.append(lowering.node(test, env, {ghost: k for k, ghost in enumerate(ghosts)}))
        watched += [(ghost.kind, _event(system, lowering, ghost)) for ghost in ghosts]
    return nodes, watched


def sees_steps(expr: Expr) -> bool:
    """Does it ask which event led to a moment?"""
    return any(isinstance(e, Ghost) and e.kind is GhostKind.FIRED for e in walk(expr))


def follows_steps(expr: Expr, up: bool = True) -> bool:
    """Can only an event that led to the moment make it true (not `up`: false), so that a moment
    like the last one, but without an event, brings nothing new?"""
    if not sees_steps(expr):
        return True
    match expr:
        case Ghost():
            return up
        case Apply(op=Op.NOT, operands=(inner,)):
            return follows_steps(inner, not up)
        case Apply(op=Op.IMPLIES, operands=(left, right)):
            return follows_steps(left, not up) and follows_steps(right, up)
        case Apply(op=Op.AND | Op.OR, operands=operands):
            return all(follows_steps(x, up) for x in operands)
        case Quantified(quantifier=Quantifier.ALL | Quantifier.ANY, body=body):
            return follows_steps(body, up)
        case _:
            return False


def _event(system: System, lowering: Lowering, ghost: Ghost) -> int:
    copy = ghost.copy.value if isinstance(ghost.copy, Literal) else None
    return lowering.event_number(system, ghost.event, None if copy is None else int(copy))
