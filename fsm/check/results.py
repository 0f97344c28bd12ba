"""What a check found: plain frozen data that reports read."""

from collections.abc import Callable
from enum import Enum

from msgspec import Struct

from fsm.errors import Position
from fsm.expressions import Scalar
from fsm.logic.premises import Role
from fsm.logic.remedies import Remedy
from fsm.logic.stronger import Stronger
from fsm.model import Formula, Property, Spec, Text
from fsm.reduce.reduction import Reduction
from fsm.semantics.trace import Run
from fsm.temporal import Temporal

Term = tuple[tuple[str, tuple[Scalar, ...]], ...]


class Outcome(Enum):
    """HOLDS covers the whole space, VIOLATED carries a replayed run; cut short means UNKNOWN."""

    HOLDS = "holds"
    VIOLATED = "violated"
    UNKNOWN = "unknown"


class Condition(Struct, frozen=True):
    """A set of variants as a minimised formula.

    `terms` is a disjunction of conjunctions; a conjunction maps variables to the values that they
    may have: (("courier_intercept", (True,)), ("clock_while_intercepting", ("runs",))).
    () is no variant at all; ((),) is every variant. No literal and no term can be left out.
    `count` of `total` variants are in the set. str() gives the formula in the spec's own syntax,
    with what all terms share in front, and "never" and "always" for the two extremes.
    """

    terms: tuple[Term, ...]
    count: int
    total: int

    def __str__(self) -> str:
        return self.formula(plain)

    def formula(self, say: Callable[[str, Scalar], str]) -> str:
        """The formula, with the values of a variable in the words of `say`."""
        if not self.terms:
            return "never"
        if self.terms == ((),):
            return "always"

        def conjunction(term: Term) -> str:
            return " and ".join(_literal(name, values, say) for name, values in term)

        shared, rests = self.factored()
        if not rests:
            return conjunction(shared)
        choices = " or ".join(
            f"({conjunction(rest)})" if len(rest) > 1 else conjunction(rest) for rest in rests
        )
        return f"{conjunction(shared)} and ({choices})" if shared else choices

    def factored(self) -> tuple[Term, tuple[Term, ...]]:
        """What all terms share, and what is left of each: `shared and (rest or rest …)`; one term
        leaves nothing over."""
        if len(self.terms) == 1:
            return self.terms[0], ()
        shared = tuple(x for x in self.terms[0] if all(x in term for term in self.terms))
        return shared, tuple(tuple(x for x in t if x not in shared) for t in self.terms)


def plain(_: str, value: Scalar) -> str:
    """A value as the spec writes it, durations aside."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _literal(name: str, values: tuple[Scalar, ...], say: Callable[[str, Scalar], str]) -> str:
    if len(values) == 1 and isinstance(values[0], bool):
        return name if values[0] else f"not {name}"
    said = [say(name, value) for value in values]
    return f"{name} == {said[0]}" if len(said) == 1 else f"{name} in {{{', '.join(said)}}}"


class Reason(Struct, frozen=True):
    """A part of what a formula of CTL rests on: that a subformula is true, or false, in state `at`
    of the run that it stands beside. `run` shows it: it begins as that one, and goes its own way
    from there. None: it is so on all runs from there, which no run can show. `parts` stand beside
    `run`, or where there is none beside the same run as this one. In the last state of a run that
    has ended, it may be so only from the next moment on, when nothing occurs any more.
    """

    formula: Temporal
    holds: bool
    at: int
    run: Run | None
    parts: tuple["Reason", ...] = ()


class Vacuity(Struct, frozen=True):
    """Why a claim holds for want of anything to hold of: `condition`, on which it depends as `role`
    says, is never true in the variants of `where`. `everywhere`: in no variant at all."""

    role: Role
    condition: Formula
    where: Condition

    @property
    def everywhere(self) -> bool:
        """In every variant that was looked at?"""
        return self.where.count == self.where.total


class PropertyResult(Struct, frozen=True):
    """The verdict on one property over all variants.

    `outcome` is VIOLATED if some variant violates it, else UNKNOWN if some variant is undecided,
    else HOLDS. `violated` and `unknown` are the exact sets. `as_expected` is None where undecided.
    `run` shows the violation (or the witness, for a `reachable` that holds, and where `E` makes a
    formula true): shortest, in the variant with the fewest switches on. `reasons` are what a
    formula of CTL rests on beside it. `unexpected` says in words how verdict and expectation
    differ. `states` and `transitions` count what was explored, per state and variant family.
    `vacuous` says where it holds for the wrong reason; `unmeasured` are the conditions of which no
    one knows whether they are ever true; `stronger` are claims that hold as well (where asked for).
    `remedy` is whose weak fairness would remove a violation, () where none would.
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
    time: str = ""  # `dense` or `units`: which time decided; "" in a spec without time
    vacuous: tuple[Vacuity, ...] = ()
    unmeasured: tuple[Formula, ...] = ()
    stronger: tuple[Stronger, ...] = ()
    reasons: tuple[Reason, ...] = ()
    remedy: Remedy = ()


class Finding(Struct, frozen=True):
    """A structural finding. `allowed` is the author's reason to accept it, if any."""

    code: str
    subject: str  # what it is about: `ticket.intercepting`, `R7`, `assistant:3` (transition 3)
    message: Text
    at: Position
    run: Run | None = None
    condition: Condition | None = None  # the variants in which it shows; None: not about variants
    allowed: Text | None = None


class Stats(Struct, frozen=True):
    """What a search cost, and figures to compare with other model checkers.

    `transitions` in the report are enabled event instances: pairs of a state and a step out of it
    with its target. `deadlocks` are states that no event can follow any more in some variant,
    however long one waits, final or not; None: not explored to the end, or not known to the engine.
    `trying` is the time that others took before the engine was asked, `compiling` that from the
    spec to a step function, `searching` that of the search alone, all in seconds; None: the engine
    does not tell them apart. `peak` is the most memory, in bytes, that the process
    has used so far. `threads` took part in the search.
    """

    deadlocks: int | None
    trying: float
    compiling: float | None
    searching: float | None
    peak: int
    threads: int = 1


class SpecReport(Struct, frozen=True):
    """Everything that one check of one spec found."""

    spec: Spec
    results: tuple[PropertyResult, ...]
    findings: tuple[Finding, ...] = ()
    variants: int = 1
    states: int = 0
    transitions: int = 0
    depth: int | None = 0  # None: the engine knows no levels
    seconds: float = 0.0
    unit: int | None = None  # milliseconds in a unit of time; None: the spec has no time
    complete: bool = True  # False: a limit was reached
    limit: str = ""  # which one, in words, where not complete
    engine: str = "reference"
    notes: tuple[Text, ...] = ()
    sensitivity: tuple[tuple[str, tuple[str, ...]], ...] = ()
    # for each switch and question, the properties whose verdict depends on it
    reductions: tuple[Reduction, ...] = ()
    time: str = ""  # `dense` where zones decided all that they can, `units`, or "": no time
    remembered: bool = False  # found by an earlier run (`fsm.check.remembered`)
    stats: Stats | None = None  # where asked for
