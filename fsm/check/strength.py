"""What a check can say about the strength of claims that hold: which of their parts have no effect,
and which stronger claims hold as well.

The candidates are decided on one space of single states, in whole units of time, and whatever is
offered is then decided once more by a plain check, with the engine and the kind of time that were
asked for. Only properties that hold in every variant, and not vacuously, are strengthened.
"""

import time
from collections.abc import Iterator

from msgspec.structs import replace

from fsm.check.check import CheckOptions, check_spec
from fsm.check.conditions import condition_of
from fsm.check.engines import Explicit
from fsm.check.family import family_of, select
from fsm.check.results import Outcome, PropertyResult, SpecReport, Vacuity
from fsm.check.sets import sets_of
from fsm.check.task import Task
from fsm.check.timing import DENSE
from fsm.errors import UsageError
from fsm.explore.space import Limits
from fsm.expressions import DurationType, Literal
from fsm.logic.premises import Role, premises
from fsm.logic.stronger import How, Stronger, chains, without
from fsm.model import Expected, Formula, Pattern, Property, Spec, Text
from fsm.reduce.reduce import reduce
from fsm.reduce.reduction import SYMMETRY, known
from fsm.semantics.units import longest
from fsm.spec.unparse import duration_text

FARTHEST = 8  # times the longest duration of the spec: later, no bound is looked for
MOST_UNITS = 5_000  # up to which a bound is looked for
CUT = Text(
    "达到上限，未全部探索：没有判断哪些部分不起作用、哪些更强的性质也成立",
    "a limit was reached: nothing is said about parts without effect and stronger properties",
)


def examined(
    spec: Spec, report: SpecReport, options: CheckOptions, *, vacuity: bool, strengthen: bool
) -> SpecReport:
    """The report with the parts that have no effect (`vacuity`) and the stronger claims that hold
    (`strengthen`). Complexity: two checks more, and one decision for each candidate."""
    if not report.results:
        return report
    look = _Look(spec, options)
    if look.space_is_open:
        return replace(report, notes=(*report.notes, CUT))
    dense = report.time == DENSE
    results = [
        look.result(result, vacuity=vacuity, strengthen=strengthen) for result in report.results
    ]
    claims = {
        (result.property.name, f"{k}"): offer.property
        for result in results
        for k, offer in enumerate(result.stronger)
    }
    if dense:  # whole units may have missed something
        claims |= look.shorter
    kept = _confirmed(spec, claims, options)
    return replace(report, results=tuple(_only(r, kept, dense=dense) for r in results))


class _Look:
    """One space, on which any claim over the same words can be decided."""

    def __init__(self, spec: Spec, options: CheckOptions) -> None:
        selected = select(spec, options.properties)
        off = {*known(options.without), SYMMETRY}  # a part may tell copies apart
        reduced = reduce(spec, selected, off)
        self.variants = family_of(spec, selected, reduced.lowering, dict(options.variant))
        deadline = None if options.timeout is None else time.monotonic() + options.timeout
        limits = Limits(options.max_states, deadline, options.max_memory)
        self._engine = Explicit(
            Task(
                spec, reduced.system, reduced.lowering, self.variants, selected, limits,
                options.progress, reduced, options.variant,
            ),
            "auto",
        )  # fmt: skip
        self._unit = reduced.system.unit
        self.shorter: dict[tuple[str, str], Property] = {}  # without a part that has no effect
        self._longest = 0 if self._unit is None else longest(spec, self._unit)

    @property
    def space_is_open(self) -> bool:
        """Is something left unexplored?"""
        return bool(self._engine.undecided)

    def result(
        self, result: PropertyResult, *, vacuity: bool, strengthen: bool
    ) -> PropertyResult:  # fmt: skip
        """One property looked at."""
        everything = self.variants.everything
        empty = any(v.everywhere for v in result.vacuous)
        if result.property.pattern is Pattern.REACHABLE or result.unknown.count or empty:
            return result
        holds = self._holds(result.property)
        if holds != everything:
            return result
        if vacuity:
            idle = tuple(self._idle(result.property))
            result = replace(result, vacuous=(*result.vacuous, *idle))
        if strengthen:
            result = replace(result, stronger=tuple(self._stronger(result.property)))
        return result

    def _holds(self, property_: Property) -> int:
        """The variants in which a claim surely holds; none where it has no value."""
        try:
            decisions = list(self._engine.decide(property_))
        except UsageError:  # F608, F609: a part that stood guard is gone
            return 0
        violated, undecided = sets_of(property_, decisions, self.variants)
        return self.variants.everything & ~violated & ~undecided

    # --- parts without effect -----------------------------------------------------------------

    def _idle(self, claim: Property) -> Iterator[Vacuity]:
        """Parts without which it holds in every variant, but for those in which it is vacuous
        anyway. Of parts inside one another the outermost; none that only choose variants."""
        met = self.variants.everything
        for premise in premises(claim):
            met &= ~self._holds(premise.never)
        told: list[str] = []
        for candidate in without(claim) if met else ():
            (gone,) = candidate.gone
            inside = any(gone.text in outer for outer in told)
            if not inside and candidate.moves and not met & ~self._holds(candidate.property):
                told.append(gone.text)
                self.shorter[claim.name, gone.text] = candidate.property
                yield Vacuity(Role.IDLE, gone, condition_of(self.variants, met))

    # --- stronger claims ----------------------------------------------------------------------

    def _stronger(self, property_: Property) -> Iterator[Stronger]:
        at_once = False
        for chain in chains(property_, timed=self._unit is not None):
            for candidate in chain:
                if self._always(candidate.property):
                    at_once |= candidate.how in (How.AT_ONCE, How.ALWAYS)
                    yield candidate
                    break
        if not at_once:
            yield from self._in_time(property_)
        if (shorter := self._shorter(property_)) is not None:
            yield shorter

    def _always(self, property_: Property) -> bool:
        return self._holds(property_) == self.variants.everything

    def _shorter(self, property_: Property) -> Stronger | None:
        """Without as many parts as can go together, taken away in reading order."""
        gone: tuple[Formula, ...] = ()
        claim = property_
        while True:
            found = next((c for c in without(claim) if self._always(c.property)), None)
            if found is None:
                return Stronger(How.WITHOUT, claim, gone) if gone else None
            claim, gone = found.property, (*gone, *found.gone)

    def _in_time(self, property_: Property) -> Iterator[Stronger]:
        """The least number of units within which it always comes; by bisection, since what comes
        in time comes in a longer time."""
        endless = property_.pattern in (Pattern.RESPONSE, Pattern.EVENTUALLY)
        if not endless or not self._longest or property_.idiom is not None:
            return
        most = min(FARTHEST * self._longest, MOST_UNITS)
        low, high = -1, -1
        bound = self._longest
        while high < 0 and bound <= most:
            if self._always(self._within(property_, bound)):
                high = bound
            else:
                low, bound = bound, 2 * bound
        if high < 0:
            return
        while high - low > 1:
            middle = (low + high) // 2
            if self._always(self._within(property_, middle)):
                high = middle
            else:
                low = middle
        found = self._within(property_, high)
        if property_.within is None or high < self._stated(property_.within):
            yield Stronger(How.WITHIN, found)

    def _stated(self, within: Formula) -> int:
        """The bound that the property has, in whole units; none where it depends on the variant."""
        assert self._unit is not None
        match within.node:
            case Literal(value=int(length)):
                return length // self._unit
            case _:
                return -1

    def _within(self, property_: Property, units: int) -> Property:
        assert self._unit is not None
        length = units * self._unit
        text = Formula(Literal(length, DurationType()), duration_text(length))
        return replace(property_, within=text)


Key = tuple[str, str]  # a property, and which of the claims about it


def _confirmed(spec: Spec, claims: dict[Key, Property], options: CheckOptions) -> set[Key]:
    """The claims that a plain check finds true."""
    if not claims:
        return set()
    names = {" ".join(key): key for key in claims}
    asked = (
        replace(claims[key], name=name, expect=Expected.HOLDS, condition=None)
        for name, key in names.items()
    )
    whole = replace(spec, properties=tuple(asked), allow=())
    report = check_spec(whole, replace(options, properties=(), stats=False))
    return {names[r.property.name] for r in report.results if r.outcome is Outcome.HOLDS}


def _only(result: PropertyResult, kept: set[Key], *, dense: bool) -> PropertyResult:
    name = result.property.name
    stronger = (o for k, o in enumerate(result.stronger) if (name, f"{k}") in kept)
    vacuous = (
        v for v in result.vacuous
        if not dense or v.role is not Role.IDLE or (name, v.condition.text) in kept
    )  # fmt: skip
    return replace(result, stronger=tuple(stronger), vacuous=tuple(vacuous))
