"""From a linear formula to a Büchi automaton, by way of a very weak alternating automaton.

A state of the alternating automaton is a subformula that is claimed; a set of such states is a
state of the Büchi automaton: all of them are claimed at once. Each `a U b` is a promise, and the
transitions that do not put it off carry its mark.
Source: Gastin & Oddoux, "Fast LTL to Büchi automata translation", CAV 2001, doi
10.1007/3-540-44585-4_6; sections 2 to 4.
"""

from collections.abc import Callable

from msgspec import Struct

from fsm.logic.automaton import Automaton, Edge, letters_of, reduced
from fsm.logic.normal import conjuncts, negated, normal
from fsm.logic.obligation import smallest_weak
from fsm.temporal import Atom, Compound, Temporal, TOp, Truth, renamed, tests

OPPOSITE = 100  # states, and moves of each, that the negation may have to be looked at

Claims = frozenset[Temporal]


class Move(Struct, frozen=True):
    """One way to go on: tests that must be true, tests that must be false, what is claimed next."""

    positive: int
    negative: int
    claims: Claims

    def with_(self, other: "Move") -> "Move | None":
        """Both at once, if that is possible."""
        positive, negative = self.positive | other.positive, self.negative | other.negative
        if positive & negative:
            return None
        return Move(positive, negative, self.claims | other.claims)

    def is_as_free_as(self, other: "Move") -> bool:
        """Does it ask for no more than the other?"""
        return (
            not self.positive & ~other.positive
            and not self.negative & ~other.negative
            and self.claims <= other.claims
        )


Moves = tuple[Move, ...]
_FREE: Moves = (Move(0, 0, frozenset()),)


def translate(formula: Temporal) -> Automaton:
    """The automaton of the words that satisfy a formula; test k of it is the k-th of `tests`.

    Exponential in the size of the formula at worst; the formulas that people write stay small.
    """
    number = {test: k for k, test in enumerate(tests(formula))}
    plain = renamed(formula, lambda test: number[test])
    found = reduced(_Translation(len(number)).automaton(normal(plain)))
    try:
        opposite = _Translation(len(number), OPPOSITE).automaton(negated(plain))
    except _Large:
        return found
    weak = smallest_weak(found, opposite)
    smaller = found if weak is None else reduced(weak)
    return smaller if len(smaller.edges) <= len(found.edges) else found


class _Large(Exception):
    """There are more states, or moves of one, than were asked for."""


class _Translation(Struct):
    tests: int
    most: int | None = None
    _moves: dict[Temporal, Moves] = {}

    def automaton(self, formula: Temporal) -> Automaton:
        start: Claims = frozenset(conjuncts(formula))
        number = {start: 0}
        order = [start]
        found: list[list[tuple[Move, Claims]]] = []
        for claims in order:  # grows while it is read
            moves = self._together(claims)
            found.append([(move, move.claims) for move in moves])
            for move in moves:
                if move.claims not in number:
                    number[move.claims] = len(order)
                    order.append(move.claims)
            self._bounded(len(order))
        promises = [f for f in dict.fromkeys(x for c in order for x in c) if _is_promise(f)]
        edges = tuple(
            tuple(
                Edge(
                    letters_of(move.positive, move.negative, self.tests),
                    sum(1 << k for k, f in enumerate(promises) if self._serves(move, f)),
                    number[claims],
                )
                for move, claims in outgoing
            )
            for outgoing in found
        )
        return Automaton(self.tests, len(promises), edges)

    def _together(self, claims: Claims) -> Moves:
        """The ways to go on from all claims at once."""
        moves = _FREE
        for claim in claims:
            moves = _both(moves, self.moves(claim))
            self._bounded(len(moves))
        return _freest(moves, self._put_off)

    def _bounded(self, size: int) -> None:
        if self.most is not None and size > self.most:
            raise _Large

    def _put_off(self, move: Move) -> Claims:
        """The promises that a move does not keep."""
        return frozenset(f for f in move.claims if _is_promise(f) and not self._serves(move, f))

    def _serves(self, move: Move, promise: Temporal) -> bool:
        """Does a move keep the promise, or owe nothing on it?"""
        return promise not in move.claims or any(
            promise not in way.claims and way.is_as_free_as(move) for way in self.moves(promise)
        )

    def moves(self, formula: Temporal) -> Moves:
        """The ways in which one claim may go on."""
        known = self._moves.get(formula)
        if known is None:
            known = self._moves[formula] = _freest(self._new(formula))
        return known

    def _new(self, formula: Temporal) -> Moves:
        match formula:
            case Truth(value=value):
                return _FREE if value else ()
            case Atom(test=int() as test):
                return (Move(1 << test, 0, frozenset()),)
            case Compound(op=TOp.NOT, operands=(Atom(test=int() as test),)):
                return (Move(0, 1 << test, frozenset()),)
            case Compound(op=TOp.AND, operands=operands):
                moves = _FREE
                for operand in operands:
                    moves = _both(moves, self.moves(operand))
                return moves
            case Compound(op=TOp.OR, operands=operands):
                return tuple(move for operand in operands for move in self.moves(operand))
            case Compound(op=TOp.NEXT, operands=(inner,)):
                return tuple(Move(0, 0, claims) for claims in _choices(inner))
            case Compound(op=TOp.UNTIL, operands=(left, right)):
                again = (Move(0, 0, frozenset((formula,))),)
                return (*self.moves(right), *_both(self.moves(left), again))
            case Compound(op=TOp.RELEASE, operands=(left, right)):
                again = (Move(0, 0, frozenset((formula,))),)
                return _both(self.moves(right), (*self.moves(left), *again))
        raise AssertionError(f"not in normal form: {formula}")


def _is_promise(formula: Temporal) -> bool:
    return isinstance(formula, Compound) and formula.op is TOp.UNTIL


def _both(one: Moves, other: Moves) -> Moves:
    found = (a.with_(b) for a in one for b in other)
    return tuple(dict.fromkeys(move for move in found if move is not None))


def _freest(moves: Moves, owed: Callable[[Move], Claims] = lambda _: frozenset()) -> Moves:
    """Without the moves that ask for more, and owe no less, than another."""
    kept: list[Move] = []
    for move in dict.fromkeys(moves):
        if any(k.is_as_free_as(move) and owed(k) <= owed(move) for k in kept):
            continue
        kept = [k for k in kept if not (move.is_as_free_as(k) and owed(move) <= owed(k))]
        kept.append(move)
    return tuple(kept)


def _choices(formula: Temporal) -> list[Claims]:
    """The sets of claims of which one has to be made: a disjunctive form of the outer `& |`."""
    match formula:
        case Truth(value=value):
            return [frozenset()] if value else []
        case Compound(op=TOp.OR, operands=operands):
            return [claims for operand in operands for claims in _choices(operand)]
        case Compound(op=TOp.AND, operands=operands):
            found: list[Claims] = [frozenset()]
            for operand in operands:
                found = [a | b for a in found for b in _choices(operand)]
            return found
        case _:
            return [frozenset((formula,))]
