"""How a spec uses each value: what it is copied to and compared with, and whether that is all."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from fsm.expressions import (
    Apply,
    Conditional,
    EnumType,
    Expr,
    IntType,
    Local,
    OneOf,
    Op,
    Quantified,
    Read,
    Type,
    children,
)  # fmt: skip
from fsm.model import Assignment, Field, Group, Initial, Machine, Property, Spec, Timing, Transition
from fsm.reduce.constants import Carrier, Names, constants, leaves
from fsm.semantics.formulas import property_formulas
from fsm.semantics.layout import bounds, encode, instantiated, shape

Test = tuple[Op, int]  # the value stands on the left
_FLIPPED = {Op.EQ: Op.EQ, Op.NE: Op.NE, Op.LT: Op.GT, Op.LE: Op.GE, Op.GT: Op.LT, Op.GE: Op.LE}


class Class(Struct):
    """Carriers whose values are copied to each other.

    `tests` are all comparisons that any of them is in; `assigned` the constants that any of them is
    given; `domains` the codes that each of them may hold. `opaque`: something else is done with one
    of them, so that its exact value matters.
    """

    domains: dict[Carrier, Sequence[int]]
    tests: dict[Test, None] = {}
    assigned: set[int] = set()
    opaque: bool = False


class Uses:
    """One reading of a spec and some of its properties; `classes()` is what comes out. O(size)."""

    def __init__(self, spec: Spec, properties: Iterable[Property]) -> None:
        self._of: dict[Carrier, Class] = {}
        self._codes = {
            c.name: tuple(encode(v, c.type) for v in c.values) for c in spec.configuration
        }
        for scope in spec.scopes():
            for variable in scope.variables:
                type_ = shape(variable.type)[1]
                low, high = bounds(type_)
                self._declare(Carrier("", variable.name), type_, range(low, high + 1))
            for event in scope.events:
                for f in event.fields:
                    self._declare(Carrier(event.name, f.name), f.type, _domain(f))
        for scope in spec.scopes():
            names = _index(spec, scope)
            for variable in scope.variables:
                self._start(Carrier("", variable.name), variable.initial, names)
            for clock in scope.clocks:
                if clock.paused_when is not None:
                    self._read(clock.paused_when.node, names)
            if isinstance(scope, Machine):
                for transition in scope.transitions:
                    self._transition(spec, scope, transition, names)
        if spec.initial_where is not None:
            self._read(spec.initial_where.node, {})
        for property_ in properties:
            self._property(property_)

    def classes(self) -> Iterator[tuple[Carrier, Class]]:
        """Each carrier with its class: variables and fields in the order of the spec, then
        choices."""
        yield from self._of.items()

    # --- what stands where --------------------------------------------------------------------

    def _declare(self, carrier: Carrier, type_: Type, domain: Sequence[int]) -> None:
        found = self._of[carrier] = Class({carrier: domain})
        found.opaque = not isinstance(type_, IntType | EnumType)
        if not carrier.owner:  # an assignment outside the range is a fault
            found.tests = {(Op.GE, domain[0]): None, (Op.LE, domain[-1]): None}

    def _start(self, carrier: Carrier, initial: Initial, names: Names) -> None:
        if isinstance(initial, tuple):
            for inner in initial:
                self._start(carrier, inner, names)
        elif initial is not None:
            self._give(carrier, initial.node, names)

    def _transition(
        self, spec: Spec, machine: Machine, transition: Transition, names: Names
    ) -> None:
        local = dict(names)
        if (ref := transition.event) is not None:
            event = next(e for s in spec.scopes() for e in s.events if e.name == ref.event)
            local |= {f.name: Carrier(event.name, f.name) for f in event.fields}
            if ref.binds:
                local[ref.binds] = _copies_of_event(spec, event.name)
            if ref.copy is not None:
                self._read(ref.copy, local)
        for f in transition.choose:
            carrier = Carrier(f"{machine.name}:{transition.number}", f.name)
            self._declare(carrier, f.type, _domain(f))
            local[f.name] = carrier
        if transition.guard is not None:
            self._read(transition.guard.node, local)
        if transition.timing is not None:
            self._timing(transition.timing, local)
        for update in transition.updates:
            self._update(update, local)
        for clock in transition.resets:
            self._read(clock, local)

    def _timing(self, timing: Timing, names: Names) -> None:
        for formula in (timing.lower, timing.upper):
            if formula is not None:
                self._read(formula.node, names)
        if timing.clock is not None:
            self._read(timing.clock, names)

    def _update(self, update: Assignment, names: Names) -> None:
        self._give(Carrier("", update.variable), update.value.node, names)
        for place in (update.copy, *update.indices):
            if place is not None:
                self._read(place, names)

    def _property(self, property_: Property) -> None:
        each: Names = {
            f.name: frozenset(encode(v, f.type) for v in f.values) for f in property_.each
        }
        for formula in property_formulas(property_):
            self._read(formula, each)

    # --- what is done with a value ------------------------------------------------------------

    def _carrier(self, expr: Expr, names: Names) -> Carrier | None:
        if isinstance(expr, Read):
            return Carrier("", expr.variable)
        if isinstance(expr, Local):
            known = names.get(expr.name)
            return known if isinstance(known, Carrier) else None
        return None

    def _read(self, expr: Expr, names: Names) -> None:
        """An expression in any other place than those below: a value in it is used as it is."""
        match expr:
            case Apply(op=op, operands=(left, right)) if op in _FLIPPED:
                self._compare(op, left, right, names)
            case OneOf(subject=subject, values=values):
                for value in values:
                    self._compare(Op.EQ, subject, value, names)
            case Quantified(variable=variable, low=low, high=high, body=body):
                self._read(body, {**names, variable: frozenset(range(low, high + 1))})
            case _:
                carrier = self._carrier(expr, names)
                if carrier is not None:
                    self._of[carrier].opaque = True
                for child in children(expr):
                    self._read(child, names)

    def _compare(self, op: Op, left: Expr, right: Expr, names: Names) -> None:
        """With constants on one side it is a test; anything else needs the exact values."""
        for one, other, seen in ((left, right, op), (right, left, _FLIPPED[op])):
            held = self._held(one, names)
            if not held:
                continue
            values = constants(other, names, self._codes)
            for carrier in held:
                if values is None:
                    self._of[carrier].opaque = True
                else:
                    self._of[carrier].tests |= {(seen, value): None for value in sorted(values)}
        self._inside(left, names)
        self._inside(right, names)

    def _give(self, target: Carrier, value: Expr, names: Names) -> None:
        """`target := value`: a copy, a constant, or something computed."""
        for leaf in leaves(value):
            source = self._carrier(leaf, names)
            known = constants(leaf, names, self._codes)
            if source is not None:
                self._join(target, source)
            elif known is not None:
                self._of[target].assigned |= known
            else:
                self._of[target].opaque = True
        self._inside(value, names)

    def _held(self, expr: Expr, names: Names) -> list[Carrier]:
        found = (self._carrier(leaf, names) for leaf in leaves(expr))
        return [carrier for carrier in found if carrier is not None]

    def _inside(self, expr: Expr, names: Names) -> None:
        """What an operand reads apart from its value: conditions, indices, parts of a sum."""
        if isinstance(expr, Conditional):
            self._read(expr.condition, names)
            self._inside(expr.then, names)
            self._inside(expr.otherwise, names)
        elif self._carrier(expr, names) is not None:
            for child in children(expr):
                self._read(child, names)
        else:
            self._read(expr, names)

    def _join(self, one: Carrier, two: Carrier) -> None:
        kept, gone = self._of[one], self._of[two]
        if kept is gone:
            return
        kept.domains |= gone.domains
        kept.tests |= gone.tests
        kept.assigned |= gone.assigned
        kept.opaque |= gone.opaque
        for carrier in gone.domains:
            self._of[carrier] = kept


def _domain(f: Field) -> Sequence[int]:
    if isinstance(f.type, IntType):
        return f.values  # type: ignore[return-value]  # ascending, and their own codes
    return range(len(f.values))  # every truth value, or every name


def _index(spec: Spec, scope: Spec | Group | Machine) -> Mapping[str, frozenset[int]]:
    """The number of the copy itself, where there are copies."""
    owner = instantiated(spec, scope)
    count = None if owner is None else spec.copies_of(owner)
    return {} if count is None else {"index": frozenset(range(count))}


def _copies_of_event(spec: Spec, event: str) -> frozenset[int]:
    scope = next(s for s in spec.scopes() if any(e.name == event for e in s.events))
    return _index(spec, scope).get("index", frozenset((0,)))
