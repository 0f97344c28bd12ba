"""Untyped tree -> temporal formula: which operators stand where, and typed tests between them.

Time bounds are taken away on the way (`fsm.spec.bounded`). What contains no temporal operator is
one test of a moment, however large; an event's name alone means that the step that led to the
moment was it, as everywhere in properties. All functions report what is wrong (F701 to F707, and
the codes of expressions) and then return None.
"""

from functools import partial

from fsm.expressions import BoolType, Expr, Literal, Op
from fsm.model import Formula
from fsm.spec.bounded import Bounds, Prefixed, Shape, Timed, is_pattern, plain, shape_of
from fsm.spec.infer import Typer
from fsm.spec.known import Failure
from fsm.spec.problems import Problems
from fsm.spec.references import event_operand, plain_text
from fsm.spec.scope import Scope
from fsm.spec.syntax import parse
from fsm.spec.tree import (
    Choice,
    Membership,
    Node,
    Operation,
    Path,
    Range,
    Source,
    Watch,
)
from fsm.spec.tree import Temporal as TemporalNode
from fsm.temporal import Atom, Compound, Paths, Temporal, TOp, Truth, tests

MAX_TESTS = 12  # different ones in a formula: automata list what all of them together may be
_JOINTS = {Op.NOT: TOp.NOT, Op.AND: TOp.AND, Op.OR: TOp.OR, Op.IMPLIES: TOp.IMPLIES, Op.EQ: TOp.IFF}
_PAST = {
    "Y": "fired(e) tells whether the last step was an e",
    "Z": "fired(e) tells whether the last step was an e",
    "O": "count(e) > 0 tells whether e has ever occurred; 'before: A, must: Q' asks for an order",
    "H": "'always', or a variable that remembers, says what has always been so",
    "S": "since(e) and count(e) watch the past of an event",
    "T": "since(e) and count(e) watch the past of an event",
    "V": "R is the dual of U here",
}


def temporal(
    source: Source, scope: Scope, problems: Problems, *, branching: bool
) -> tuple[Temporal, Formula] | Timed | None:
    """A formula of CTL (`branching`) or LTL, and its text with white space evened out; or the
    pattern that one with a time bound is."""
    tree = parse(source, problems, symbols=True)
    if tree is None:
        return None
    reader = _Reader(source, scope, problems, branching)
    shape = shape_of(tree.root, partial(_prefixed, branching=branching), _speaks)
    if shape is not None and is_pattern(shape):
        return reader.timed(shape)
    found = reader.read(tree.root)
    if found is None:
        return None
    if len(tests(found)) > MAX_TESTS:
        message = f"the formula has {len(tests(found))} different conditions, more than {MAX_TESTS}"
        hint = "split the property, or join conditions without temporal operators between them"
        problems.report("F706", message, source.positions(0), hint, source.line(0))
        return None
    return found, Formula(Literal(True, BoolType()), plain_text(source))


class _Reader:
    """Reads one formula."""

    def __init__(self, source: Source, scope: Scope, problems: Problems, branching: bool) -> None:
        self.scope, self.branching = scope, branching
        self.typer = Typer(source, scope, problems)
        self.bounds = Bounds(self.typer)
        self.surrounded = False  # by a temporal operator

    def read(self, node: Node) -> Temporal | None:
        """The formula that a tree stands for."""
        match node:
            case TemporalNode():
                return self._operator(node)
            case Operation(op=op, operands=operands) if op in _JOINTS and self._parts(node):
                return self._compound(_JOINTS[op], operands)
            case Choice(condition=condition, then=then, otherwise=otherwise) if _speaks(node):
                parts = self._all((condition, then, otherwise))
                if parts is None:
                    return None
                case, one, other = parts
                first = Compound(TOp.AND, (case, one))
                second = Compound(TOp.AND, (Compound(TOp.NOT, (case,)), other))
                return Compound(TOp.OR, (first, second))
            case Path() if (inside := _quantified(node)) is not None:
                return self._in_brackets(node, inside)
            case _:
                return self._test(node)

    def _parts(self, node: Node) -> bool:
        """Is it more than one test: does an operator, or an event's name, stand among its parts?"""
        if isinstance(node, Operation) and node.op in _JOINTS:
            return any(self._parts(operand) for operand in node.operands)
        return _speaks(node) or (isinstance(node, Path) and event_operand(node, self.scope))

    def _all(self, nodes: tuple[Node, ...]) -> tuple[Temporal, ...] | None:
        found = [self.read(node) for node in nodes]
        read = tuple(x for x in found if x is not None)
        return read if len(read) == len(found) else None

    def _compound(
        self, op: TOp, nodes: tuple[Node, ...], paths: Paths | None = None
    ) -> Temporal | None:
        operands = self._all(nodes) if op in _JOINTS.values() else self._below(nodes)
        return None if operands is None else Compound(op, operands, paths)

    def _below(self, nodes: tuple[Node, ...]) -> tuple[Temporal, ...] | None:
        """What stands under a temporal operator."""
        outer, self.surrounded = self.surrounded, True
        found = self._all(nodes)
        self.surrounded = outer
        return found

    def _operator(self, node: TemporalNode) -> Temporal | None:
        letters = node.letters
        if self._is_foreign(node):
            return None
        paths = letters[0] if letters[0] in "AE" else ""
        if self.branching:
            if not paths:
                prefix = len(node.operands) == 1 and len(letters) == 1
                hint = (f"write A{letters} or E{letters}" if prefix
                        else "quantify over runs: A[p U q], AG AF p; or use 'ltl'")  # fmt: skip
                message = f"in CTL '{letters}' needs A (all runs) or E (some run)"
                return self.typer.report("F704", node.at, message, hint)
            return self._bounded(letters[1], node, Paths(paths))
        if paths:
            return self._not_linear(node.at, letters)
        if node.bound is not None:
            return self._bounded(letters, node)
        if len(node.operands) == 2:
            return self._compound(TOp(letters), node.operands)
        operands = self._below(node.operands)
        if operands is None:
            return None
        (found,) = operands
        for letter in reversed(letters):
            found = Compound(TOp(letter), (found,))
        return found

    def timed(self, shape: Shape) -> Timed | None:
        """The pattern that a formula with a bound is."""
        goal = self.read(shape.goal)
        trigger = Truth(True) if shape.trigger is None else self.read(shape.trigger)
        if goal is None or trigger is None:
            return None
        return self.bounds.claim(shape, plain(goal), plain(trigger))

    def _bounded(
        self, letters: str, node: TemporalNode, paths: Paths | None = None
    ) -> Temporal | None:
        """An operator; a bound that it has counts from the start of the run."""
        if node.bound is None:
            return self._compound(TOp(letters), node.operands, paths)
        if self.surrounded or letters not in ("F", "G", "U", "R"):
            return self.bounds.undecided(node.bound, letters)
        operands = self._below(node.operands)
        inside = self.bounds.inside(node.bound)
        if operands is None or inside is None:
            return None
        joint = TOp.AND if letters in ("F", "U") else TOp.IMPLIES
        goal = Compound(joint, (Atom(inside), operands[-1]))
        return Compound(TOp(letters), (*operands[:-1], goal), paths)

    def _is_foreign(self, node: TemporalNode) -> bool:
        """Is it an operator that this logic does not have? Then that is reported."""
        if node.letters in _PAST:
            message = f"'{node.letters}' looks back; formulas speak about the future"
            if node.letters == "V":
                message = "there is no operator 'V'"
            self.typer.report("F701", node.at, message, _PAST[node.letters])
            return True
        return False

    def _in_brackets(self, node: Path, inside: TemporalNode) -> Temporal | None:
        """`A[p U q]`, and `A[F p]`, which is `AF p`."""
        if self._is_foreign(inside):
            return None
        if not self.branching:
            return self._not_linear(node.span.start, node.parts[0].name)
        letters = inside.letters
        if len(letters) > 1:
            hint = "each operator needs its own A or E: AG AF p"
            message = "one temporal operator stands inside the brackets of A or E"
            return self.typer.report("F704", inside.at, message, hint)
        return self._bounded(letters, inside, Paths(node.parts[0].name))

    def _not_linear(self, at: int, letters: str) -> Failure:
        message = f"'{letters}' chooses among runs; in LTL a formula speaks about every run"
        return self.typer.report("F703", at, message, "write it under 'ctl', or without A and E")

    def _test(self, node: Node) -> Temporal | None:
        if (inner := _first(node)) is not None:
            return self.typer.report(
                "F705", inner.at if isinstance(inner, TemporalNode) else inner.span.start,
                "a temporal operator stands inside a test of one moment",
                "only ! & | -> <-> and if-then-else join formulas; for copies use 'each'",
            )  # fmt: skip
        expr: Expr | None
        if isinstance(node, Path) and event_operand(node, self.scope):
            expr = self.typer.fired(node)
        else:
            known = self.typer.value(node, BoolType())
            expr = None if known is None else known.expr
        if expr is None:
            return None
        if isinstance(expr, Literal) and not expr.name:
            return Truth(bool(expr.value))
        return Atom(expr)


def _quantified(path: Path) -> TemporalNode | None:
    """What stands in the brackets of `A[…]` or `E[…]`, if that is a temporal operator."""
    part = path.parts[0]
    if len(path.parts) == 1 and part.name in ("A", "E") and len(part.indices) == 1:
        inside = part.indices[0]
        return inside if isinstance(inside, TemporalNode) else None
    return None


def _prefixed(node: Node, *, branching: bool) -> Prefixed:
    """What stands under an operator with one operand; in CTL on all runs, and then without the A
    before it."""
    quantifier = ""
    if branching and isinstance(node, Path) and (inside := _quantified(node)) is not None:
        quantifier, node = node.parts[0].name, inside
    if not isinstance(node, TemporalNode) or len(node.operands) != 1:
        return None
    letters = quantifier + node.letters
    if branching and (len(letters) != 2 or letters[0] != "A"):
        return None
    return letters[branching:], node.bound, node.operands[0]


def _speaks(node: Node) -> bool:
    """Is there a temporal operator inside?"""
    return _first(node) is not None


def _first(node: Node) -> Node | None:
    """The first temporal operator inside. Linear in the node, called once a level: the depth of a
    tree is bounded."""
    match node:
        case TemporalNode():
            return node
        case Path() if _quantified(node) is not None:
            return node
        case Path(parts=parts):
            inner = tuple(index for part in parts for index in part.indices)
        case Operation(operands=inner):
            pass
        case Membership(subject=subject, values=values):
            inner = (subject, *values)
        case Choice(condition=condition, then=then, otherwise=otherwise):
            inner = (condition, then, otherwise)
        case Range(low=low, high=high, body=body):
            inner = (low, high, body)
        case Watch(event=event):
            inner = (event,)
        case _:
            return None
    return next((found for x in inner if (found := _first(x)) is not None), None)
