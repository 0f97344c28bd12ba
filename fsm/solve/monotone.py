"""In which direction a constant can only help a property: proved from how the spec reads it.

The argument. Let every place where the system reads `p` be in the guard or the bounds of a
transition that is free: enabling it adds a step and takes none away. Then a larger `p` either only
adds steps and time that may pass, or only takes such away, and the finite runs of one value are
among those of the other. A property that says what no finite run does (`never`, `always`, `before`,
`at_most`) can then only become false, or only true; `reachable` the other way round. The same holds
where only the property reads `p`: its runs stay, and a claim that grows weaker stays true.

Free are transitions without event, or of an event that their machine owns and that is neither
urgent nor `sync: all`; in machines without nested states (inner first); in specs without
priorities. A forced bound adds where it grows: it blocks time later. Everything else is left
unproved, which costs time and never a wrong answer.
"""

from collections.abc import Iterator

from fsm.expressions import Apply, Config, Expr, Literal, Op, walk
from fsm.model import Machine, Pattern, Property, Spec, Timing, Transition
from fsm.semantics.formulas import property_formulas, system_formulas, transition_formulas

_SAFETY = (Pattern.NEVER, Pattern.ALWAYS, Pattern.PRECEDENCE, Pattern.AT_MOST, Pattern.REACHABLE)
_COMPARES = {Op.LT: -1, Op.LE: -1, Op.GT: 1, Op.GE: 1}  # sign of the left side in the truth


def direction(spec: Spec, claim: Property, name: str) -> int:
    """1 where a property that holds at some value of the parameter holds at every larger one, -1 at
    every smaller one, 0 where neither is proved. Linear in the spec."""
    system = _only(_system_signs(spec, name))
    subject = _only(_property_signs(claim, name))
    if system is None or subject is None or (system and subject):
        return 0
    if system == 0:
        return subject
    if claim.pattern not in _SAFETY:
        return 0
    return system if claim.pattern is Pattern.REACHABLE else -system


def _only(signs: Iterator[int | None]) -> int | None:
    """The sign that all have; 0 where there is none; None where they differ or one is unknown."""
    found = set(signs)
    return 0 if not found else found.pop() if len(found) == 1 else None


def _reads(expr: Expr, name: str) -> bool:
    return any(isinstance(node, Config) and node.name == name for node in walk(expr))


def _system_signs(spec: Spec, name: str) -> Iterator[int | None]:
    """For each place that reads it: does a larger value add runs (1) or take them away (-1)?"""
    counted = 0
    for machine in spec.all_machines():
        for transition in machine.transitions:
            reading = [f for f in transition_formulas(transition) if _reads(f, name)]
            counted += len(reading)
            if reading:
                free = _is_free(spec, machine, transition)
                yield from _transition_signs(transition, name, len(reading)) if free else (None,)
    everywhere = sum(_reads(f, name) for f in system_formulas(spec))
    if everywhere > counted:
        yield None  # somewhere else than in a transition


def _transition_signs(transition: Transition, name: str, reading: int) -> Iterator[int | None]:
    timing = transition.timing or Timing()
    seen = 0
    if timing.lower is not None and _reads(timing.lower.node, name):
        seen += 1
        yield _negated(_growth(timing.lower.node, name))
    if timing.upper is not None and _reads(timing.upper.node, name):
        seen += 1
        yield _growth(timing.upper.node, name)
    if transition.guard is not None and _reads(transition.guard.node, name):
        seen += 1
        # A guard that lets more happen also blocks time more often, where the bound is forced.
        yield None if timing.forced else _truth(transition.guard.node, name)
    if seen < reading:
        yield None


def _is_free(spec: Spec, machine: Machine, transition: Transition) -> bool:
    if any(state.parent for state in machine.states) or _has_priorities(spec):
        return False
    if transition.event is None:
        return True
    event = next(e for s in spec.scopes() for e in s.events if e.name == transition.event.event)
    owner = event.owner
    return (
        owner is not None
        and owner.machine == machine.name
        and owner.copy is None
        and transition.event.copy is None
        and not transition.event.binds
        and not event.urgent
        and not event.sync_all
    )


def _has_priorities(spec: Spec) -> bool:
    stated = [e.priority for scope in spec.scopes() for e in scope.events]
    stated += [t.priority for m in spec.all_machines() for t in m.transitions]
    return any(priority is not None for priority in stated)


def _property_signs(claim: Property, name: str) -> Iterator[int | None]:
    """For each place that reads it: does a larger value help the claim (1) or harm it (-1)?"""
    reading = [f for f in property_formulas(claim) if _reads(f, name)]
    seen = 0
    if claim.within is not None and _reads(claim.within.node, name):
        seen += 1
        yield _growth(claim.within.node, name)
    if claim.formula is None and _reads(claim.subject.node, name):
        seen += 1
        sign = _truth(claim.subject.node, name)
        helps = claim.pattern is not Pattern.NEVER and claim.pattern is not Pattern.AT_MOST
        yield sign if helps else _negated(sign)
    if claim.formula is None and claim.trigger is not None and _reads(claim.trigger.node, name):
        seen += 1
        yield _negated(_truth(claim.trigger.node, name))
    if seen < len(reading):
        yield None


def _negated(sign: int | None) -> int | None:
    return None if sign is None else -sign


def _growth(expr: Expr, name: str) -> int | None:
    """1 where the number never falls when the parameter grows, -1 where it never rises, 0 where it
    does not read it."""
    match expr:
        case Config(name=found) if found == name:
            return 1
        case Apply(op=Op.ADD | Op.MIN | Op.MAX, operands=operands):
            return _joint(_growth(x, name) for x in operands)
        case Apply(op=Op.SUB, operands=(left, right)):
            return _joint((_growth(left, name), _negated(_growth(right, name))))
        case Apply(op=Op.NEGATE, operands=(inner,)):
            return _negated(_growth(inner, name))
        case (
            Apply(op=Op.MUL, operands=(Literal(value=int(factor)), inner))
            | Apply(op=Op.MUL, operands=(inner, Literal(value=int(factor))))
        ):
            return _growth(inner, name) if factor >= 0 else _negated(_growth(inner, name))
        case _:
            return None if _reads(expr, name) else 0


def _truth(expr: Expr, name: str) -> int | None:
    """1 where the condition, once true, stays true when the parameter grows; -1 when it falls."""
    match expr:
        case Apply(op=Op.NOT, operands=(inner,)):
            return _negated(_truth(inner, name))
        case Apply(op=Op.AND | Op.OR, operands=operands):
            return _joint(_truth(x, name) for x in operands)
        case Apply(op=Op.IMPLIES, operands=(left, right)):
            return _joint((_negated(_truth(left, name)), _truth(right, name)))
        case Apply(op=op, operands=(left, right)) if op in _COMPARES:
            sign = _joint((_growth(left, name), _negated(_growth(right, name))))
            return None if sign is None else sign * _COMPARES[op]
        case _:
            return None if _reads(expr, name) else 0


def _joint(signs: "Iterator[int | None] | tuple[int | None, ...]") -> int | None:
    """The sign of what is made of parts with these: theirs, where those that are not 0 agree."""
    found = set(signs) - {0}
    return 0 if not found else found.pop() if len(found) == 1 else None
