"""Expressions as integers: the translation that edges and properties share."""

from collections.abc import Mapping
from itertools import chain, product

from fsm.expressions import (
    START,
    Apply,
    ArrayType,
    ClockRead,
    Conditional,
    Config,
    Element,
    EnumType,
    Expr,
    Ghost,
    GhostKind,
    InState,
    IntType,
    Literal,
    Local,
    OneOf,
    Op,
    Quantified,
    Quantifier,
    Read,
    Value,
    children,
)  # fmt: skip
from fsm.model import Spec
from fsm.semantics import ir
from fsm.semantics.layout import Layout, encode, shape, strides
from fsm.semantics.lowered import System

Env = Mapping[str, int]  # the codes of local names
_FLIPPED = {Op.LT: Op.GT, Op.LE: Op.GE, Op.GT: Op.LT, Op.GE: Op.LE}
_COPY = IntType()
_OWN = "index"  # the copy in which an expression stands
NEVER = -2  # the number of an event that never occurs; see `START`
_COMPARISONS = {Op.EQ, Op.NE, Op.LT, Op.LE, Op.GT, Op.GE}


class Lowering:
    """Translates expressions of one spec, and remembers how far each clock is looked at.

    `limits`: the largest number of whole units, by clock slot, that a test compares with.
    `named`: first slot and number of copies of each named clock.
    """

    def __init__(
        self, spec: Spec, layout: Layout, unit: int, named: dict[str, tuple[int, int | None]]
    ) -> None:
        self.layout, self.unit, self.named = layout, unit, named
        self.params = {c.name: k for k, c in enumerate(spec.configuration)}
        self.codes = [tuple(encode(v, c.type) for v in c.values) for c in spec.configuration]
        self.limits: dict[int, int] = {}
        # By identity: one expression is translated again and again, for fields that it ignores.
        self._read: dict[int, tuple[Expr, tuple[str, ...] | None]] = {}
        self._known: dict[tuple[int, tuple[int | None, ...]], ir.Node] = {}

    def node(self, expr: Expr, env: Env, ghosts: Mapping[Ghost, int] | None = None) -> ir.Node:
        """The folded translation; `ghosts` gives each watcher its slot in the observer."""
        if isinstance(expr, Literal | Local | Config):
            return self._node(expr, env, {})
        names = self._names(expr)
        if names is None:
            return self._node(expr, env, ghosts or {})
        key = id(expr), tuple(map(env.get, names))
        if key not in self._known:
            self._known[key] = self._node(expr, env, {})
        return self._known[key]

    def _names(self, expr: Expr) -> tuple[str, ...] | None:
        """The local names on which a translation may depend; None: on watchers, too."""
        if id(expr) not in self._read:
            inner = [self._names(child) for child in children(expr)]
            parts = [names for names in inner if names is not None]
            watches = isinstance(expr, Ghost) or len(parts) < len(inner)
            own = (expr.name,) if isinstance(expr, Local) else (_OWN,)
            names = None if watches else tuple(dict.fromkeys(chain(own, *parts)))
            self._read[id(expr)] = expr, names
        return self._read[id(expr)][1]

    def variable(
        self, name: str, copy: Expr | None, indices: tuple[Expr, ...], env: Env
    ) -> ir.Node:
        """The slot of a scalar of a variable: `Slot`, or `Indexed` where an index is dynamic."""
        place = self.layout.variables[name]
        assert place.type is not None
        found = self._copy(name, copy, place.copies, place.stride, env)
        lengths, _ = shape(place.type)
        found += self._indices(name, indices, lengths, env)
        return ir.folded(ir.Indexed(place.base, found))

    def clock(self, clock: ClockRead, env: Env) -> ir.Node:
        """The slot of a named clock; `Indexed` where the copy is dynamic."""
        base, count = self.named[clock.clock]
        found = self._copy(clock.clock, clock.copy, count, 1, env)
        return ir.folded(ir.Indexed(base, found))

    def test(self, clock: ir.Node, op: Op, bound: ir.Node) -> ir.Node:
        """Compare a clock with milliseconds."""
        if isinstance(clock, ir.Indexed):  # a copy known only at run time: look at each
            tests: ir.Node = ir.FALSE
            (index,) = clock.indices
            for k in reversed(range(index.length)):
                here = ir.Calc(Op.EQ, (index, ir.Const(k * index.stride)))
                slot = ir.Slot(clock.base + k * index.stride)
                tests = ir.Choose(here, self.test(slot, op, bound), tests)
            return tests
        assert isinstance(clock, ir.Slot | ir.Watch)
        if isinstance(clock, ir.Slot):
            known = self.limits.get(clock.index, 0)
            self.limits[clock.index] = max(known, self.largest(bound))
        return ir.ClockTest(clock, op, bound, self.unit)

    def largest(self, bound: ir.Node) -> int:
        """The largest value of a duration over all variants, in whole units, rounded up."""
        names = sorted(ir.params(bound))
        values = []
        for combination in product(*(self.codes[p] for p in names)):
            done = ir.specialise(bound, dict(zip(names, combination, strict=True)))
            assert isinstance(done, ir.Const)
            values.append(-(-done.value // self.unit))
        return max(0, *values)

    def event_number(self, system: System, declared: str, copy: int | None) -> int:
        """The number of an event's instance; that of the start is none that occurs."""
        if declared == START:
            return NEVER
        same = [k for k, e in enumerate(system.events) if e.declared == declared]
        return same[copy or 0]

    # --- one case a kind of expression --------------------------------------------------------

    def _node(self, expr: Expr, env: Env, ghosts: Mapping[Ghost, int]) -> ir.Node:
        def go(inner: Expr) -> ir.Node:
            return self.node(inner, env, ghosts)

        match expr:
            case Literal(value=value, type=type_):
                return ir.Const(encode(value, type_))
            case Element(name=name, value=value, type=type_, indices=indices):
                lengths, _ = shape(type_)
                found = self._indices(name, indices, lengths, env)
                return ir.folded(ir.Pick(_codes(value, type_), found))
            case Config(name=name):
                return ir.Param(self.params[name])
            case Local(name=name):
                return ir.Const(env[name])
            case Read(variable=variable, copy=copy, indices=indices):
                return self.variable(variable, copy, indices, env)
            case InState():
                return self._in_state(expr, env)
            case Apply(op=op, operands=operands):
                return self._apply(op, operands, env, ghosts)
            case OneOf(subject=subject, values=values):
                members = [go(v) for v in values]
                if all(isinstance(m, ir.Const) for m in members):
                    codes = tuple(m.value for m in members if isinstance(m, ir.Const))
                    return ir.folded(ir.Within(go(subject), codes))
                equal = tuple(ir.folded(ir.Calc(Op.EQ, (go(subject), m))) for m in members)
                return ir.folded(ir.Calc(Op.OR, equal))
            case Conditional(condition=condition, then=then, otherwise=otherwise):
                return ir.folded(ir.Choose(go(condition), go(then), go(otherwise)))
            case Quantified():
                return self._quantified(expr, env, ghosts)
            case Ghost():
                return ir.Watch(ghosts[self.settled(expr, env)])
            case ClockRead():
                return self.clock(expr, env)

    def watched(self, expr: Expr, env: Env) -> tuple[Ghost, ...]:
        """The watchers that an expression needs, copies settled, each once, in reading order."""
        if self._names(expr) is not None:
            return ()
        found: list[Ghost] = []
        if isinstance(expr, Ghost):
            found.append(self.settled(expr, env))
        surroundings: list[Env] = [env]
        if isinstance(expr, Quantified):
            surroundings = [{**env, expr.variable: k} for k in range(expr.low, expr.high + 1)]
        for inner in surroundings:
            for child in children(expr):
                found.extend(self.watched(child, inner))
        return tuple(dict.fromkeys(found))

    def settled(self, ghost: Ghost, env: Env) -> Ghost:
        """The ghost with its copy as a plain number."""
        if ghost.copy is None:
            return ghost
        node = self.node(ghost.copy, env)
        assert isinstance(node, ir.Const), "validated: the copy of an event is known at load"
        return Ghost(ghost.kind, ghost.event, Literal(node.value, _COPY))

    def _apply(
        self, op: Op, operands: tuple[Expr, ...], env: Env, ghosts: Mapping[Ghost, int]
    ) -> ir.Node:
        nodes = tuple([self.node(x, env, ghosts) for x in operands])
        if op in _COMPARISONS:
            if _is_clock(operands[0]):
                return self.test(nodes[0], op, nodes[1])
            if _is_clock(operands[1]):
                return self.test(nodes[1], _FLIPPED.get(op, op), nodes[0])
        return ir.folded(ir.Calc(op, nodes))

    def _in_state(self, expr: InState, env: Env) -> ir.Node:
        place = self.layout.machines[expr.machine]
        leaves = self.layout.processes[place.base].leaves
        copy = self._copy(expr.machine, expr.copy, place.copies, place.stride, env)
        codes = tuple(leaves.index(leaf) for leaf in expr.leaves)
        return ir.folded(ir.Within(ir.folded(ir.Indexed(place.base, copy)), codes))

    def _quantified(self, expr: Quantified, env: Env, ghosts: Mapping[Ghost, int]) -> ir.Node:
        bodies = tuple(
            self.node(expr.body, {**env, expr.variable: k}, ghosts)
            for k in range(expr.low, expr.high + 1)
        )
        match expr.quantifier:
            case Quantifier.ALL:
                return ir.folded(ir.Calc(Op.AND, bodies)) if bodies else ir.TRUE
            case Quantifier.ANY:
                return ir.folded(ir.Calc(Op.OR, bodies)) if bodies else ir.FALSE
            case _:
                return ir.folded(ir.Calc(Op.ADD, bodies)) if bodies else ir.Const(0)

    def _copy(
        self, name: str, copy: Expr | None, count: int | None, stride: int, env: Env
    ) -> tuple[ir.Index, ...]:
        if count is None:
            return ()
        node = ir.Const(env[_OWN]) if copy is None else self.node(copy, env)
        return (ir.Index(node, count, stride, name),)

    def _indices(
        self, name: str, indices: tuple[Expr, ...], lengths: tuple[int, ...], env: Env
    ) -> tuple[ir.Index, ...]:
        found = zip(indices, lengths, strides(lengths), strict=True)
        return tuple(ir.Index(self.node(i, env), n, step, name) for i, n, step in found)


def _is_clock(expr: Expr) -> bool:
    return isinstance(expr, ClockRead) or (isinstance(expr, Ghost) and expr.kind is GhostKind.SINCE)


def _codes(value: Value, type_: object) -> tuple[int, ...]:
    if isinstance(type_, ArrayType):
        assert isinstance(value, tuple)
        return tuple(code for inner in value for code in _codes(inner, type_.element))
    assert not isinstance(value, tuple)
    return (type_.values.index(str(value)) if isinstance(type_, EnumType) else int(value),)
