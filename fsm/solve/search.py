"""For which values of some constants a property holds: every point of a lattice decided.

All points at once where constants may become parameters: one search of the family whose variants
are the points (Classen et al., IEEE TSE 39(8), 2013), exact for each. What that leaves open, and
constants that say how large the system is, are decided point by point; where `monotone` proves a
direction, a point between two that were decided alike has their answer. In the end every point of
the boundary is decided once more by a plain check of the spec with these values, which replays its
counterexample. A plain check that disagrees is a defect of this package and stops everything.
"""

import time
from collections.abc import Callable, Iterator
from itertools import product
from math import gcd, prod

from msgspec.structs import replace

from fsm.check.check import CheckOptions, check_spec, decide_family
from fsm.check.conditions import condition_of
from fsm.check.family import configuration_read
from fsm.check.results import Condition
from fsm.errors import FsmError, SpecError, UsageError
from fsm.explore.space import INTERRUPTED
from fsm.explore.variants import Variants, make_variants
from fsm.expressions import DurationType, IntType, Literal
from fsm.model import Pattern, Spec
from fsm.semantics.formulas import expressions
from fsm.semantics.units import unit_of
from fsm.solve.formula import Fitting
from fsm.solve.lattice import Axis, Lattice, Point
from fsm.solve.monotone import direction
from fsm.solve.options import SolveOptions
from fsm.solve.solution import Cell, Region, Solution, Status, status_of
from fsm.spec.template import Range, Template

TIME = "time"


class Disagreement(FsmError):
    """A plain check that decides a point otherwise than the search: a defect of this package."""


def solve(
    template: Template,
    lattice: Lattice,
    claim: str,
    options: SolveOptions = SolveOptions(),
) -> Solution:
    """Decide a property at every point of a lattice.

    Raises `SpecError` for a spec that is wrong as it stands, `UsageError` for an unknown property
    or variant, `Disagreement` and `ReplayFailure` for defects of this package.
    """
    return _Search(template, lattice, claim, options).run()


class _Stopped(Exception):
    """Time is over, or the user is impatient."""


class _Search:
    def __init__(
        self, template: Template, lattice: Lattice, claim: str, options: SolveOptions
    ) -> None:
        self.started = time.monotonic()
        self.template, self.lattice, self.options = template, lattice, options
        self.spec = template.spec()
        found = [p for p in self.spec.properties if p.name == claim]
        if not found:
            raise UsageError("F602", f"{self.spec.name} has no property {claim}")
        self.claim = found[0]
        self.chosen = dict(options.variant)
        self.rest = self._rest()
        self.parametric = self._parametric()
        self.unit = self._unit()
        if self.parametric is not None:
            self.parametric = replace(self.parametric, unit=self.unit)
        self.signs: list[int] = []
        self.cells: dict[Point, Cell] = {}
        self.checked: set[Point] = set()
        self.inferred = self.together = self.states = 0
        self.used: dict[str, int] = {}
        self.limit = ""

    def run(self) -> Solution:
        boundary: set[Point] = set()
        try:
            if self.options.together and self.parametric is not None:
                self._all_at_once(self.parametric)
            self._one_by_one()
            boundary = self._boundary()
            self._verify(boundary)
        except _Stopped:
            pass
        except KeyboardInterrupt:
            self.limit = INTERRUPTED
        everything = self.rest.everything
        for point in self.lattice:
            self.cells.setdefault(point, Cell(0, everything))
        boundary = boundary or self._boundary()
        if self.limit != INTERRUPTED and not any(map(self._is_open, self.lattice)):
            self.limit = (
                self.limit if boundary - self.checked else ""
            )  # made up for, point by point
        regions = self._regions()
        fitting = self._fitting()
        good = {p for r in regions if r.status is Status.HOLDS for p in r.points}
        return Solution(
            self.spec, self.claim, self.lattice, self.rest, self.cells, regions,
            fitting.formula(good), frozenset(boundary), frozenset(self.checked), self.together,
            self.inferred, tuple(self.used.items()), self.states,
            time.monotonic() - self.started, self.limit,
        )  # fmt: skip

    # --- the spec, turned ---------------------------------------------------------------------

    def _rest(self) -> Variants:
        """The variants of the switches and questions that matter and are not solved for."""
        axes = {axis.name for axis in self.lattice.axes}
        for name, value in self.chosen.items():
            known = next((c.values for c in self.spec.configuration if c.name == name), ())
            if value not in known or name in axes:
                raise UsageError("F603", f"{self.spec.name} has no variant with {name} = {value}")
        read = set(configuration_read(self.spec, (self.claim,))) - axes
        kept = tuple(c for c in self.spec.configuration if c.name in read)
        codes = [tuple(range(len(c.values))) for c in kept]
        return make_variants(kept, codes, range(len(kept)), self.chosen)

    def _only(self, spec: Spec) -> Spec:
        """The spec with nothing but the property asked for, in each variant by itself."""
        claim = next(p for p in spec.properties if p.name == self.claim.name)
        if claim.pattern is Pattern.REACHABLE:
            claim = replace(claim, every=True)
        return replace(spec, properties=(claim,))

    def _parametric(self) -> Spec | None:
        """The spec whose switches begin with the axes; None where the constants have to be known
        before anything else is (a number of copies, the bounds of a variable)."""
        ranges: dict[str, Range] = {}
        for axis in self.lattice.axes:
            low, high = axis.written(axis.values[0]), axis.written(axis.values[-1])
            if axis.constant:
                ranges[axis.name] = (low, high, axis.written(axis.step or 1))
        try:
            spec = self._only(self.template.spec(ranges=ranges))
        except SpecError:
            return None
        known = {c.name: c for c in spec.configuration}
        axes = tuple(
            replace(known[axis.name], values=axis.values, answers=()) for axis in self.lattice.axes
        )
        others = tuple(c for c in spec.configuration if c.name not in {a.name for a in axes})
        return replace(spec, configuration=(*axes, *others))

    def _unit(self) -> int | None:
        """One unit of time for every point: else a plain check would see other instants. It divides
        what the spec states and every value asked about; None: there are no durations."""
        timed = [v for a in self.lattice.axes if a.duration for v in a.values]
        if self.spec.unit is not None:
            return gcd(self.spec.unit, *timed)
        if self.parametric is not None:
            return unit_of(self.parametric)
        unit = unit_of(self._only(self.spec))
        return None if unit is None else gcd(unit, *timed) or unit

    def _at(self, point: Point) -> Spec:
        """The spec with the values of a point. Raises `SpecError` where that is none."""
        spec = self._only(self.template.spec(constants=self.lattice.written(point)))
        return replace(spec, unit=self.unit)

    # --- deciding -----------------------------------------------------------------------------

    def _left(self) -> float | None:
        """The seconds that are left. Raises `_Stopped` where there are none."""
        if self.options.timeout is None:
            return None
        left = self.options.timeout - (time.monotonic() - self.started)
        if left <= 0:
            self.limit = TIME
            raise _Stopped
        return left

    def _options(self) -> CheckOptions:
        return CheckOptions(
            properties=(self.claim.name,),
            variant=tuple(self.chosen.items()),
            max_states=self.options.max_states,
            timeout=self._left(),
            engine=self.options.engine,
            time=self.options.time,
            progress=self.options.progress,
        )

    def _all_at_once(self, spec: Spec) -> None:
        """One search of all points. The axes come first in the configuration, so that the variants
        of a point are consecutive bits; one that nothing reads has no bits at all."""
        try:
            found = decide_family(spec, self._options())
        except UsageError:
            return  # too many variants, a duration with too many values, what an engine cannot do
        self.states = max(self.states, found.states)
        self._noticed(found.limit)
        read = {variable.name for variable in found.variants.variables}
        assert read - {a.name for a in self.lattice.axes} <= {v.name for v in self.rest.variables}
        width = found.variants.total // prod(
            len(a.values) for a in self.lattice.axes if a.name in read
        )
        spread = self._spread(found.variants)
        for point in self.lattice:
            place = 0
            for axis, value in zip(self.lattice.axes, point, strict=True):
                if axis.name in read:
                    place = place * len(axis.values) + axis.values.index(value)
            block, shift = (1 << width) - 1, place * width
            violated = spread(found.violated >> shift & block)
            undecided = spread(found.undecided >> shift & block)
            if not undecided:
                self.cells[point] = Cell(violated, 0)
                self.together += 1

    def _spread(self, variants: Variants) -> Callable[[int], int]:
        """From the variants of one point in the family to those of `rest`; where the family reads
        fewer switches, each stands for several."""
        own = [v.name for v in variants.variables]
        axes = {axis.name for axis in self.lattice.axes}
        if [n for n in own if n not in axes] == [v.name for v in self.rest.variables]:
            return lambda mask: mask & self.rest.everything
        inner = [v for v in variants.variables if v.name not in axes]

        def spread(mask: int) -> int:
            found = 0
            for number, choice in enumerate(product(*(range(len(v.values)) for v in inner))):
                if mask >> number & 1:
                    same = self.rest.everything
                    for variable, digit in zip(inner, choice, strict=True):
                        place = [v.name for v in self.rest.variables].index(variable.name)
                        same &= self.rest.having[place][digit]
                    found |= same
            return found

        return spread

    def _one_by_one(self) -> None:
        """Every point that is still open, along the axis of a proved direction where there is one:
        between two points with the same answer it is the same."""
        along = None
        if self.options.bisect and self.parametric is not None:
            claim = self.parametric.properties[0]
            signs = [direction(self.parametric, claim, a.name) for a in self.lattice.axes]
            self.signs = signs
            proved = [k for k, sign in enumerate(signs) if sign]
            along = max(proved, key=lambda k: len(self.lattice.axes[k].values), default=None)
        if along is None:
            for point in self.lattice:
                self._decided(point)
            return
        axis = self.lattice.axes[along]
        others = [(a.values[0],) if k == along else a.values
                  for k, a in enumerate(self.lattice.axes)]  # fmt: skip
        for start in product(*others):
            line = [(*start[:along], value, *start[along + 1 :]) for value in axis.values]
            self._bisect(line, axis, self.signs[along])

    def _bisect(self, line: list[Point], axis: Axis, sign: int) -> None:
        first, last = self._decided(line[0]), self._decided(line[-1])
        open_ = [point for point in line[1:-1] if point not in self.cells]
        if not open_:
            return
        if first == last and not first.undecided and not first.wrong:
            self.cells |= dict.fromkeys(open_, first)
            self.inferred += len(open_)
            self.used[axis.name] = sign
            return
        middle = len(line) // 2
        self._bisect(line[: middle + 1], axis, sign)
        self._bisect(line[middle:], axis, sign)

    def _decided(self, point: Point) -> Cell:
        """The answer at a point, by a plain check of it unless it is known."""
        if point not in self.cells:
            self.cells[point] = self._check(point)
        return self.cells[point]

    def _check(self, point: Point) -> Cell:
        """A plain check of the spec with these values."""
        if self.options.progress is not None:
            self.options.progress("points", len(self.checked))
        options = self._options()
        parameters = {
            axis.name: value
            for axis, value in zip(self.lattice.axes, point, strict=True)
            if not axis.constant
        }
        try:
            spec = self._at(point)
        except SpecError as problem:
            # What may be a parameter need not make sense as a number that is written down, such
            # as a comparison that is then never true: its meaning is that of the parameter.
            if self.parametric is None:
                self.checked.add(point)
                first = problem.diagnostics[0]
                return Cell(wrong=f"{first.code} {first.message}")
            spec = self.parametric
            names = [axis.name for axis in self.lattice.axes]
            parameters = dict(zip(names, point, strict=True))
        variant = {**self.chosen, **parameters}
        report = check_spec(spec, replace(options, variant=tuple(variant.items())))
        self.states = max(self.states, report.states)
        self._noticed(report.limit)
        (result,) = report.results
        self.checked.add(point)
        return Cell(self._mask(result.violated), self._mask(result.unknown))

    def _mask(self, condition: Condition) -> int:
        """The variants of `rest` that a condition speaks of; what it says of parameters that are
        solved for is true of the point."""
        places = {v.name: k for k, v in enumerate(self.rest.variables)}
        found = 0
        for term in condition.terms:
            mask = self.rest.everything
            for name, values in term:
                if name in places:
                    variable, having = self.rest.variables[places[name]], 0
                    for value in values:
                        having |= self.rest.having[places[name]][variable.values.index(value)]
                    mask &= having
            found |= mask
        return found

    def _noticed(self, limit: str) -> None:
        if limit:
            self.limit = limit
        if limit == INTERRUPTED:
            raise _Stopped

    # --- the boundary -------------------------------------------------------------------------

    def _boundary(self) -> set[Point]:
        """Decided points with a neighbour of another answer; the corners, where there are none."""
        found = {
            point
            for point in self.lattice
            if not self._is_open(point)
            and any(self.cells[point] != self.cells[n] for n in self.lattice.neighbours(point))
        }
        return found or {p for p in self.lattice.corners() if not self._is_open(p)}

    def _is_open(self, point: Point) -> bool:
        return self.cells[point].undecided != 0

    def _verify(self, boundary: set[Point]) -> None:
        for point in sorted(boundary - self.checked):
            found = self._check(point)
            if found.undecided:
                self.checked.discard(point)
            elif found != self.cells[point]:
                said = self.lattice.written(point) or point
                raise Disagreement(f"{self.claim.name} at {said}: a plain check says otherwise")

    # --- the answer ---------------------------------------------------------------------------

    def _fitting(self) -> Fitting:
        """Bounds prefer the numbers that the spec mentions, as constants or otherwise."""
        known = {
            node.value
            for node in expressions(self.spec)
            if isinstance(node, Literal) and isinstance(node.type, IntType | DurationType)
        } - {0, 1}
        known |= {c.value for c in self.spec.constants if isinstance(c.value, int)}
        return Fitting(self.lattice, frozenset(int(value) for value in known))

    def _regions(self) -> tuple[Region, ...]:
        groups: dict[Cell, set[Point]] = {}
        for point in self.lattice:
            cell = self.cells[point]
            groups.setdefault(replace(cell, wrong=cell.wrong[:4]), set()).add(point)
        fitting, everything = self._fitting(), self.rest.everything
        regions = [
            Region(
                status_of(self.claim, cell, everything), condition_of(self.rest, cell.violated),
                condition_of(self.rest, cell.undecided), fitting.formula(points),
                frozenset(points), self.cells[min(points)].wrong,
            )
            for cell, points in groups.items()
        ]  # fmt: skip
        order = list(Status)
        return tuple(sorted(regions, key=lambda r: (order.index(r.status), r.violated.count)))


def points_of(regions: tuple[Region, ...], status: Status) -> Iterator[Point]:
    """The points of a status, in order."""
    yield from sorted(p for r in regions if r.status is status for p in r.points)
