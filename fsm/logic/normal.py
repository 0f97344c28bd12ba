"""Linear formulas in a normal form, made small: negations at the atoms, only & | X U R between.

F x is `true U x`, G x is `false R x`, W and M are written with R and U. Every function here
returns such a formula, and `normal` keeps its meaning on every infinite word.

The rules of simplification are those of Somenzi & Bloem, "Efficient Büchi automata from LTL
formulae", CAV 2000, and Etessami & Holzmann, "Optimizing Büchi automata", CONCUR 2000, doi
10.1007/3-540-44618-4_13.
"""

from collections.abc import Iterable
from functools import lru_cache

from fsm.temporal import FALSE, TRUE, Atom, Compound, Temporal, TOp, Truth

_REMEMBERED = 20_000


def normal(formula: Temporal) -> Temporal:
    """The formula in normal form, simplified. O(size^2) comparisons of subformulas."""
    return _normal(formula, True)


def negated(formula: Temporal) -> Temporal:
    """Its negation in normal form."""
    return _normal(formula, False)


def conjuncts(formula: Temporal, op: TOp = TOp.AND) -> tuple[Temporal, ...]:
    """The operands of the outermost `&` (or `|`); the formula itself where there is none."""
    if isinstance(formula, Compound) and formula.op is op:
        return formula.operands
    return (formula,)


def _normal(formula: Temporal, sign: bool) -> Temporal:
    match formula:
        case Truth(value=value):
            return Truth(value is sign)
        case Atom():
            return formula if sign else Compound(TOp.NOT, (formula,))
        case Compound(op=TOp.NOT, operands=(inner,)):
            return _normal(inner, not sign)
        case Compound(op=TOp.AND | TOp.OR as op, operands=operands):
            joint = conjunction if (op is TOp.AND) is sign else disjunction
            return joint(_normal(x, sign) for x in operands)
        case Compound(op=TOp.IMPLIES, operands=(left, right)):
            joint = disjunction if sign else conjunction
            return joint((_normal(left, not sign), _normal(right, sign)))
        case Compound(op=TOp.IFF, operands=(left, right)):
            both = conjunction((_normal(left, True), _normal(right, sign)))
            none = conjunction((_normal(left, False), _normal(right, not sign)))
            return disjunction((both, none))
        case Compound(op=TOp.NEXT, operands=(inner,)):
            return next_(_normal(inner, sign))
        case Compound(op=TOp.FINALLY, operands=(inner,)):
            left, right = Truth(sign), _normal(inner, sign)
            return until(left, right) if sign else release(left, right)
        case Compound(op=TOp.GLOBALLY, operands=(inner,)):
            left, right = Truth(not sign), _normal(inner, sign)
            return release(left, right) if sign else until(left, right)
        case Compound(op=op, operands=(left, right)):
            a, b = _normal(left, sign), _normal(right, sign)
            match op, sign:
                case (TOp.UNTIL, True) | (TOp.RELEASE, False):
                    return until(a, b)
                case (TOp.RELEASE, True) | (TOp.UNTIL, False):
                    return release(a, b)
                case (TOp.WEAK, True) | (TOp.STRONG, False):
                    return release(b, disjunction((a, b)))
                case _:
                    return until(b, conjunction((a, b)))
    raise AssertionError(f"not a linear formula: {formula}")


# --- constructors that simplify ---------------------------------------------------------------


def next_(inner: Temporal) -> Temporal:
    """X inner."""
    lasting = always_same(inner)
    return inner if lasting or isinstance(inner, Truth) else Compound(TOp.NEXT, (inner,))


def until(left: Temporal, right: Temporal) -> Temporal:
    """left U right."""
    if isinstance(right, Truth) or left == FALSE or eventual(right) or implies(left, right):
        return right
    if left != TRUE and implies(opposite(right), left):
        left = TRUE
    if left == TRUE:
        match right:
            case Compound(op=TOp.UNTIL, operands=(_, goal)):  # F (a U b) = F b
                return until(TRUE, goal)
            case Compound(op=TOp.NEXT, operands=(inner,)):  # F X a = X F a
                return next_(until(TRUE, inner))
            case Compound(op=TOp.AND, operands=operands):  # F (a & GF b) = F a & GF b
                lasting = [x for x in operands if always_same(x)]
                if lasting:
                    rest = conjunction(x for x in operands if not always_same(x))
                    return conjunction((until(TRUE, rest), *lasting))
            case _:
                pass
    match right:
        case Compound(op=TOp.UNTIL, operands=(inner, _)) if implies(left, inner):
            return right  # a U (b U c) = b U c where a implies b
        case Compound(op=TOp.OR, operands=operands) if (endless := always(left)) in operands:
            # a U (x | G a) = x R (a | x)
            rest = disjunction(x for x in operands if x != endless)
            return release(rest, disjunction((left, rest)))
        case Compound(op=TOp.OR, operands=operands):
            # a U (x | b U c) = a U (x | c) where b implies a
            parts = [
                x.operands[1]
                if isinstance(x, Compound) and x.op is TOp.UNTIL and implies(x.operands[0], left)
                else x
                for x in operands
            ]
            if tuple(parts) != operands:
                return until(left, disjunction(parts))
        case _:
            pass
    return Compound(TOp.UNTIL, (left, right))


def release(left: Temporal, right: Temporal) -> Temporal:
    """left R right: the dual of `until`."""
    return opposite(until(opposite(left), opposite(right)))


def always(inner: Temporal) -> Temporal:
    """G inner, as it is written here."""
    return release(FALSE, inner)


def conjunction(parts: Iterable[Temporal]) -> Temporal:
    """All of them."""
    return opposite(disjunction(opposite(x) for x in parts))


def disjunction(parts: Iterable[Temporal]) -> Temporal:
    """One of them."""
    flat = dict.fromkeys(x for part in parts for x in conjuncts(part, TOp.OR))
    kept: list[Temporal] = []
    for part in flat:
        if any(implies(part, other) for other in kept):
            continue
        kept = [other for other in kept if not implies(other, part)]
        kept.append(part)
    if any(implies(opposite(x), y) for k, x in enumerate(kept) for y in kept[k + 1 :]):
        return TRUE
    kept = _joined(kept)
    if not kept:
        return FALSE
    return kept[0] if len(kept) == 1 else Compound(TOp.OR, tuple(kept))


def _joined(parts: list[Temporal]) -> list[Temporal]:
    """Merge disjuncts: a U b | a U c = a U (b | c), a R c | b R c = (a | b) R c, X a | X b."""
    for k, one in enumerate(parts):
        for other in parts[k + 1 :]:
            if (merged := _merged(one, other)) is not None:
                rest = [x for x in parts if x is not one and x is not other]
                return list(conjuncts(disjunction((merged, *rest)), TOp.OR))
    return [x for x in parts if x != FALSE]


def _merged(one: Temporal, other: Temporal) -> Temporal | None:
    match one, other:
        case Compound(op=TOp.NEXT, operands=(a,)), Compound(op=TOp.NEXT, operands=(b,)):
            return next_(disjunction((a, b)))
        case (
            Compound(op=TOp.UNTIL, operands=(a, b)),
            Compound(op=TOp.UNTIL, operands=(c, d)),
        ) if a == c:
            return until(a, disjunction((b, d)))
        case (Compound(op=TOp.UNTIL, operands=(a, b)), lasting) | (
            lasting,
            Compound(op=TOp.UNTIL, operands=(a, b)),
        ) if lasting == always(a):  # a U b | G a = b R (a | b)
            return release(b, disjunction((a, b)))
        case (
            Compound(op=TOp.RELEASE, operands=(a, b)),
            Compound(op=TOp.RELEASE, operands=(c, d)),
        ):
            if b == d:
                return release(disjunction((a, c)), b)
            if a == c == FALSE and eventual(b) and eventual(d):  # GF a | GF b
                return release(FALSE, disjunction((b, d)))
    return None


# --- what is known about a formula ------------------------------------------------------------


@lru_cache(_REMEMBERED)
def opposite(formula: Temporal) -> Temporal:
    """The negation of a formula in normal form, operator by operator: simplified if it was."""
    match formula:
        case Truth(value=value):
            return Truth(not value)
        case Atom():
            return Compound(TOp.NOT, (formula,))
        case Compound(op=TOp.NOT, operands=(inner,)):
            return inner
        case Compound(op=op, operands=operands):
            return Compound(_DUAL[op], tuple(map(opposite, operands)))


_DUAL = {
    TOp.AND: TOp.OR, TOp.OR: TOp.AND, TOp.NEXT: TOp.NEXT, TOp.UNTIL: TOp.RELEASE,
    TOp.RELEASE: TOp.UNTIL,
}  # fmt: skip


@lru_cache(_REMEMBERED)
def eventual(formula: Temporal) -> bool:
    """If it is true later, it is true now: F x, and what is made of such."""
    match formula:
        case Truth():
            return True
        case Compound(op=TOp.UNTIL, operands=(left, right)):
            return left == TRUE or (eventual(left) and eventual(right))
        case Compound(op=TOp.AND | TOp.OR | TOp.NEXT | TOp.RELEASE, operands=operands):
            return all(map(eventual, operands))
        case _:
            return False


def universal(formula: Temporal) -> bool:
    """If it is true now, it stays true: G x, and what is made of such."""
    return eventual(opposite(formula))


def always_same(formula: Temporal) -> bool:
    """Is it true at all moments of a word or at none?"""
    return eventual(formula) and universal(formula)


@lru_cache(_REMEMBERED)
def implies(one: Temporal, other: Temporal) -> bool:
    """Does one surely imply the other? False where the form alone does not tell."""
    if one in (other, FALSE) or other == TRUE:
        return True
    if one == TRUE or other == FALSE:
        return False
    if isinstance(one, Compound):
        a = one.operands
        match one.op:
            case TOp.OR:
                return all(implies(x, other) for x in a)
            case TOp.AND if any(implies(x, other) for x in a):
                return True
            case TOp.RELEASE if implies(a[1], other):
                return True
            case TOp.UNTIL if implies(a[0], other) and implies(a[1], other):
                return True
            case TOp.NEXT if eventual(other) and implies(a[0], other):
                return True
            case _:
                pass
    if isinstance(other, Compound):
        b = other.operands
        match other.op:
            case TOp.AND:
                return all(implies(one, x) for x in b)
            case TOp.OR if any(implies(one, x) for x in b):
                return True
            case TOp.UNTIL if implies(one, b[1]):
                return True
            case TOp.RELEASE if implies(one, b[0]) and implies(one, b[1]):
                return True
            case TOp.NEXT if universal(one) and implies(one, b[0]):
                return True
            case _:
                pass
    match one, other:
        case Compound(op=op, operands=a), Compound(op=same, operands=b) if op is same:
            return op in (TOp.UNTIL, TOp.RELEASE, TOp.NEXT) and all(map(implies, a, b))
        case _:
            return False
