"""What a temporal formula is: a frozen tree over tests of a state, linear (LTL) or branching (CTL).

A test (`Atom`) is anything hashable: `fsm.spec` puts typed expressions there, the automata numbers.
A formula speaks about a moment of an infinite run; in CTL each temporal operator also says over
which runs from that moment it ranges.
"""

from collections.abc import Callable, Hashable, Iterator
from enum import Enum
from typing import Union

from msgspec import Struct


class TOp(Enum):
    """Connectives and temporal operators, by the way they are written."""

    NOT = "!"
    AND = "&"
    OR = "|"
    IMPLIES = "->"
    IFF = "<->"
    NEXT = "X"  # at the next moment
    FINALLY = "F"  # now or later
    GLOBALLY = "G"  # from now on
    UNTIL = "U"  # the right side comes, and the left side holds until then
    WEAK = "W"  # like U, or the left side holds for ever
    RELEASE = "R"  # the right side holds, up to and including the moment when the left side does
    STRONG = "M"  # like R, and the left side does come


class Paths(Enum):
    """Over which runs a temporal operator of CTL ranges."""

    ALL = "A"
    SOME = "E"


class Truth(Struct, frozen=True):
    """A constant."""

    value: bool


class Atom(Struct, frozen=True):
    """A test of the moment."""

    test: Hashable


class Compound(Struct, frozen=True):
    """An operator on its operands; `paths` where CTL quantifies over runs."""

    op: TOp
    operands: tuple["Temporal", ...]
    paths: Paths | None = None


Temporal = Union[Truth, Atom, Compound]

TRUE, FALSE = Truth(True), Truth(False)
_TEMPORAL = frozenset(
    (TOp.NEXT, TOp.FINALLY, TOp.GLOBALLY, TOp.UNTIL, TOp.WEAK, TOp.RELEASE, TOp.STRONG)
)


def subformulas(formula: Temporal) -> Iterator[Temporal]:
    """The formula and everything inside it, outermost first. O(size)."""
    yield formula
    if isinstance(formula, Compound):
        for operand in formula.operands:
            yield from subformulas(operand)


def tests(formula: Temporal) -> tuple[Hashable, ...]:
    """The tests of its atoms, each once, in reading order."""
    return tuple(dict.fromkeys(f.test for f in subformulas(formula) if isinstance(f, Atom)))


def renamed(formula: Temporal, name: Callable[[Hashable], Hashable]) -> Temporal:
    """The formula with other tests."""
    match formula:
        case Atom(test=test):
            return Atom(name(test))
        case Compound(op=op, operands=operands, paths=paths):
            return Compound(op, tuple(renamed(x, name) for x in operands), paths)
        case _:
            return formula


def written(formula: Temporal, say: Callable[[Hashable], str] = str) -> str:
    """The formula as a spec writes it, fully bracketed; `say` gives the words of a test."""
    match formula:
        case Truth(value=value):
            return "true" if value else "false"
        case Atom(test=test):
            return say(test)
        case Compound(op=op, operands=(inner,), paths=paths):
            quantifier = paths.value if paths else ""
            gap = "" if op is TOp.NOT else " "
            return f"{quantifier}{op.value}{gap}{_bracketed(inner, say)}"
        case Compound(op=op, operands=operands, paths=paths):
            text = f" {op.value} ".join(_bracketed(x, say) for x in operands)
            return f"{paths.value}[{text}]" if paths else text


def _bracketed(formula: Temporal, say: Callable[[Hashable], str]) -> str:
    text = written(formula, say)
    plain = isinstance(formula, Truth) or (isinstance(formula, Atom) and text.isidentifier())
    unary = isinstance(formula, Compound) and len(formula.operands) == 1
    return text if plain or unary else f"({text})"
