"""Properties in Promela: a trap that SPIN finds, or a formula of linear temporal logic.

| pattern | in Promela |
|---|---|
| never, always, at_most, before | an assertion after each step: it fails where the property does |
| reachable | a trap: its assertion is violated exactly if the place is reached |
| eventually, after | an `ltl` formula, with the fairness of the spec as its premise |
| can_always | nothing: no linear formula says it |

Each is asked once more, and for ever, where a run has ended: no event happens there.
What a property remembers (ghosts, precedence) is declared only where the property is checked, so
that the bare model has the states of the spec and no more.
"""

from collections.abc import Iterator, Mapping
from enum import Enum

from msgspec import Struct

from fsm.expressions import Apply, Expr, Ghost, GhostKind, IntType, Literal, Op
from fsm.interop.promela_expressions import Expressions, both, either, macro
from fsm.interop.promela_names import Names
from fsm.interop.promela_steps import Steps
from fsm.logic.counting import count_limit
from fsm.model import Fairness, Pattern, Property
from fsm.semantics import ir
from fsm.semantics.layout import encode
from fsm.semantics.lower import bindings
from fsm.semantics.lower_expressions import Lowering
from fsm.semantics.lowered import System
from fsm.semantics.trace import Bindings

LIVENESS = (Pattern.EVENTUALLY, Pattern.RESPONSE)


class How(Enum):
    """How SPIN decides a claim: `ASSERTION` and `TRAP` by safety, `LTL` by acceptance cycles."""

    ASSERTION = "assertion"
    TRAP = "trap"
    LTL = "ltl"


class Claim(Struct, frozen=True):
    """One property for one value of its `each`.

    `name` is that of the property, with the values of `each`; `-DCHECK_name` asks SPIN to check it.
    `atoms` define what it speaks of, `subject_name` and `trigger_name`, for formulas of one's own
    too (`spin -f`); `lines` are what checking it takes.
    """

    property: Property
    each: Bindings
    name: str
    how: How
    atoms: tuple[str, ...]
    lines: tuple[str, ...]


def is_left_out(property_: Property) -> bool:
    """`can_always` has no linear formula; formulas, and scopes and chains, are not translated."""
    return property_.pattern is Pattern.CAN_ALWAYS or property_.formula is not None


def name_of(property_: Property, each: Bindings) -> str:
    """The name of a claim: `name`, or `name_0_1` with the values of `each`."""
    return "_".join([property_.name, *(str(int(v)).replace("-", "m") for _, v in each)])


class Claims(Struct, frozen=True):
    """Writes the claims of a spec in one variant (`values` of its configuration)."""

    system: System
    lowering: Lowering
    values: Mapping[int, int]
    names: Names
    steps: Steps

    def all(self) -> Iterator[Claim]:
        """Every claim in a plain pattern of linear time, in the order of the spec."""
        for property_ in self.system.spec.properties:
            if not is_left_out(property_):
                types = {f.name: f.type for f in property_.each}
                for each in bindings(property_.each):
                    env = {name: encode(value, types[name]) for name, value in each}
                    yield self._claim(property_, each, env)

    def _claim(self, property_: Property, each: Bindings, env: Mapping[str, int]) -> Claim:
        subject, trigger = _operands(property_)
        formulas = [f for f in (subject, trigger) if f is not None]
        ghosts = tuple(dict.fromkeys(g for f in formulas for g in self.lowering.watched(f, env)))
        watched = [self._limit(ghost, formulas) for ghost in ghosts]
        write = Expressions(self.names, [(f"watch_{k}", limit) for k, limit in enumerate(watched)])
        places = {ghost: k for k, ghost in enumerate(ghosts)}
        nodes = [
            ir.specialise(self.lowering.node(f, env, places), self.values) for f in formulas
        ]  # fmt: skip
        name = name_of(property_, each)
        atoms = [
            macro(f"{role}_{name}", both(write.defined(node), write.value(node)))
            for role, node in zip(("subject", "trigger"), nodes, strict=False)
        ]
        liveness = property_.pattern in LIVENESS
        parts = self._liveness(property_, name) if liveness else _safety(property_, name)
        # A property without a value is refuted, whatever it says.
        valued = both(*map(write.defined, nodes))
        checks = [] if valued == "1" else [f"assert{valued}"]
        updates = [self._update(k, ghost, watched[k]) for k, ghost in enumerate(ghosts)]
        lines = (
            *(f"byte watch_{k};" for k in range(len(ghosts))), *parts.lines,
            f"#define started {'; '.join([*checks, *parts.at_start])}",
            f"#define done(event) {'; '.join([*updates, *checks, *parts.after]) or 'skip'}",
        )  # fmt: skip
        return Claim(property_, each, name, parts.how, tuple(atoms), lines)

    def _event(self, ghost: Ghost) -> int:
        copy = None if ghost.copy is None else self.lowering.node(ghost.copy, {})
        number = copy.value if isinstance(copy, ir.Const) else None
        return self.lowering.event_number(self.system, ghost.event, number)

    def _limit(self, ghost: Ghost, formulas: list[Expr]) -> int:
        if ghost.kind is GhostKind.COUNT:
            return 1 + max(count_limit(f, ghost.event, self.lowering) for f in formulas)
        return 1

    def _update(self, place: int, ghost: Ghost, limit: int) -> str:
        name, occurred = f"watch_{place}", f"(event) == {self._event(ghost)}"
        if ghost.kind is GhostKind.FIRED:
            return f"{name} = ({occurred})"
        return f"{name} = {name} + ({occurred} && {name} < {limit})"

    def _liveness(self, property_: Property, name: str) -> "_Parts":
        """The formula, with the fairness of the spec (rule 3.8) as its premise.

        It speaks of bits that each step sets, since formulas in Promela know no conditional
        expressions; before the first state all of them are 0.
        """
        sets = [f"answered = subject_{name}"]
        formula, premises = "<> answered", []
        if property_.pattern is Pattern.RESPONSE:
            sets.append(f"asked = trigger_{name}")
            formula = "[] (asked -> <> answered)"
        taken = []
        for number, event in enumerate(self.system.events):
            if event.fair is not None:
                sets.append(f"enabled_{number} = {self._enabled(number)}")
                taken.append(f"taken_{number} = ((event) == {number})")
                if event.fair is Fairness.WEAK:
                    premises.append(f"([] <> (!enabled_{number} || taken_{number}))")
                else:
                    premises.append(f"(([] <> enabled_{number}) -> ([] <> taken_{number}))")
        if premises:
            formula = f"({' && '.join(premises)}) -> ({formula})"
        bits = (f"bit {text.split()[0]};" for text in (*sets, *taken))
        lines = (*bits, f"ltl claim {{ {formula} }}")
        return _Parts(How.LTL, lines, tuple(sets), (*taken, *sets))

    def _enabled(self, event: int) -> str:
        actions = self.system.actions
        return either(*(
            s.guard for s in self.steps.steps
            if s.action is not None and actions[s.action].event == event
        ))  # fmt: skip


class _Parts(Struct, frozen=True):
    """How a pattern is decided, and what it adds: declarations, and statements at the start and
    after each step."""

    how: How
    lines: tuple[str, ...]
    at_start: tuple[str, ...]
    after: tuple[str, ...]


def _safety(property_: Property, name: str) -> _Parts:
    how, lines = How.ASSERTION, tuple[str, ...]()
    checks: tuple[str, ...] = (f"assert(!subject_{name})",)
    match property_.pattern:
        case Pattern.ALWAYS:
            checks = (f"assert(subject_{name})",)
        case Pattern.PRECEDENCE:
            lines = ("bool seen;",)
            checks = (f"seen = (seen || subject_{name})", f"assert(seen || !trigger_{name})")
        case Pattern.REACHABLE:
            how = How.TRAP
    return _Parts(how, lines, checks, checks)


def _operands(property_: Property) -> tuple[Expr, Expr | None]:
    subject = property_.subject.node
    if property_.pattern is Pattern.AT_MOST:
        assert isinstance(subject, Ghost) and property_.bound is not None
        count = Ghost(GhostKind.COUNT, subject.event, subject.copy)
        subject = Apply(Op.GT, (count, Literal(property_.bound, IntType())))
    return subject, None if property_.trigger is None else property_.trigger.node
