"""What a check found: plain frozen data that reports read."""

from dataclasses import dataclass, field
from enum import Enum

from fsm.errors import Position
from fsm.model import Property, Spec, Text
from fsm.semantics.trace import Run


class Outcome(Enum):
    """HOLDS covers the whole space, VIOLATED carries a replayed run; cut short means UNKNOWN."""

    HOLDS = "holds"
    VIOLATED = "violated"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Condition:
    """A set of variants as a minimised formula.

    `terms` is a disjunction of conjunctions; a conjunction maps variables to the values that they
    may have: (("courier_intercept", (True,)), ("clock_while_intercepting", ("runs",))).
    () is no variant at all; ((),) is every variant. No literal and no term can be left out.
    `count` of `total` variants are in the set. str() gives the formula in the spec's own syntax,
    "never" and "always" for the two extremes.
    """

    terms: tuple[tuple[tuple[str, tuple[bool | int | str, ...]], ...], ...]
    count: int
    total: int

    def __str__(self) -> str:
        if not self.terms:
            return "never"
        if self.terms == ((),):
            return "always"
        several = len(self.terms) > 1
        return " or ".join(_conjunction(term, several and len(term) > 1) for term in self.terms)


def _conjunction(term: tuple[tuple[str, tuple[bool | int | str, ...]], ...], bracket: bool) -> str:
    text = " and ".join(_literal(name, values) for name, values in term)
    return f"({text})" if bracket else text


def _literal(name: str, values: tuple[bool | int | str, ...]) -> str:
    if values == (True,):
        return name
    if values == (False,):
        return f"not {name}"
    if len(values) == 1:
        return f"{name} == {values[0]}"
    return f"{name} in {{{', '.join(map(str, values))}}}"


@dataclass(frozen=True, slots=True)
class PropertyResult:
    """The verdict on one property over all variants.

    `outcome` is VIOLATED if some variant violates it, else UNKNOWN if some variant is undecided,
    else HOLDS. `violated` and `unknown` are the exact sets. `as_expected` is None where undecided.
    `run` shows the violation (or, for a `reachable` that holds, the witness): shortest, in the
    variant with the fewest switches on. `unexpected` says in words how verdict and expectation
    differ. `states` and `transitions` count what was explored, per state and variant family.
    """

    property: Property
    outcome: Outcome
    violated: Condition
    unknown: Condition
    as_expected: bool | None
    run: Run | None = None
    each: tuple[tuple[str, bool | int | str], ...] = ()  # the instance of `each` that the run shows
    unexpected: Text = Text()
    states: int = 0
    transitions: int = 0
    seconds: float = 0.0
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """A structural finding. `allowed` is the author's reason to accept it, if any."""

    code: str
    subject: str  # what it is about: `ticket.intercepting`, `R7`, `assistant:3` (transition 3)
    message: Text
    at: Position
    run: Run | None = None
    condition: Condition | None = None  # the variants in which it shows; None: not about variants
    allowed: Text | None = None


@dataclass(frozen=True, slots=True)
class SpecReport:
    """Everything that one check of one spec found."""

    spec: Spec
    results: tuple[PropertyResult, ...]
    findings: tuple[Finding, ...] = ()
    variants: int = 1
    states: int = 0
    transitions: int = 0
    depth: int = 0
    seconds: float = 0.0
    unit: int | None = None  # milliseconds in a unit of time; None: the spec has no time
    complete: bool = True  # False: a limit was reached
    limit: str = ""  # which one, in words, where not complete
    engine: str = "reference"
    notes: tuple[Text, ...] = ()
    sensitivity: tuple[tuple[str, tuple[str, ...]], ...] = field(default=())
    # for each switch and question, the properties whose verdict depends on it
