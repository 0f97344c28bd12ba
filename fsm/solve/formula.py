"""A set of points as a formula that a person can read, exact on the whole lattice.

Tried in this order, the first that is exact is taken: one linear bound (`a + b < 48h`), a
conjunction of such bounds (the set is what they enclose), a disjunction (the same of the
complement), and at last a cover by boxes that are as large as they can be, of which none can be
left out. Which form it is changes how it reads, never which points it holds.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import gcd

from msgspec import Struct

from fsm.solve.lattice import Lattice, Point, written

_LARGEST = 2  # of the factors of a linear bound
_MOST_BOUNDS = 6


class Bound(Struct, frozen=True):
    """The sum of `factor * constant` is at most `limit`, or (`strict`) less."""

    factors: tuple[tuple[str, int], ...]
    limit: int
    strict: bool = False
    duration: bool = False

    def __str__(self) -> str:
        left = [(name, factor) for name, factor in self.factors if factor > 0]
        right = [(name, -factor) for name, factor in self.factors if factor < 0]
        op = "<" if self.strict else "<="
        if not left:
            return f"{self._sum(right, 0)} {op.replace('<', '>')} {self._sum([], -self.limit)}"
        return f"{self._sum(left, 0)} {op} {self._sum(right, self.limit)}"

    def _sum(self, parts: list[tuple[str, int]], rest: int) -> str:
        said = " + ".join(name if factor == 1 else f"{factor} * {name}" for name, factor in parts)
        if said and not rest:
            return said
        if not said:
            return written(rest, self.duration)
        return f"{said} {'+' if rest > 0 else '-'} {written(abs(rest), self.duration)}"

    def holds(self, values: Mapping[str, int]) -> bool:
        """Is it true for these values of the constants?"""
        found = sum(factor * values[name] for name, factor in self.factors)
        return found < self.limit if self.strict else found <= self.limit


class Formula(Struct, frozen=True):
    """A disjunction of conjunctions of bounds. () is never true, ((),) always. `kind` is one of
    constant, bounds (one conjunction), choices (bounds joined by `or`), boxes."""

    terms: tuple[tuple[Bound, ...], ...]
    kind: str

    def __str__(self) -> str:
        """In the syntax of specs."""
        return " or ".join(self.said())

    def said(self) -> tuple[str, ...]:
        """Its terms in the syntax of specs, to be joined by `or`."""
        if self.kind == "constant":
            return ("true" if self.terms else "false",)
        several = len(self.terms) > 1
        said = [(" and ".join(_parts(term)), len(_parts(term))) for term in self.terms]
        return tuple(f"({text})" if several and parts > 1 else text for text, parts in said)

    def holds(self, values: Mapping[str, int]) -> bool:
        """Is it true for these values of the constants?"""
        return any(all(bound.holds(values) for bound in term) for term in self.terms)


def _parts(term: tuple[Bound, ...]) -> list[str]:
    """The bounds; `a >= 5` and `a <= 5` are `a == 5`."""
    said: list[str] = []
    for bound in term:
        opposite = tuple((name, -factor) for name, factor in bound.factors)
        if Bound(opposite, -bound.limit, False, bound.duration) in term and not bound.strict:
            text = str(bound).replace("<=", "==").replace(">=", "==")
            said += [] if text in said else [text]
        else:
            said.append(str(bound))
    return said


class Fitting:
    """One lattice, and bitmasks over its points: bit i is the point number i."""

    def __init__(self, lattice: Lattice, known: frozenset[int] = frozenset()) -> None:
        """`known` are numbers and durations that the spec mentions: bounds prefer them."""
        self.lattice, self.known = lattice, known
        self.points: list[Point] = list(lattice)
        self.everything = (1 << len(self.points)) - 1
        self._linear: list[tuple[tuple[int, ...], list[int]]] | None = None

    def mask(self, points: set[Point]) -> int:
        """A set of points as a bitmask."""
        digits = "".join("1" if point in points else "0" for point in reversed(self.points))
        return int(digits, 2)

    def formula(self, points: set[Point]) -> Formula:
        """The formula of a set of points of the lattice. Complexity: O(points) for each of the
        linear forms, of which there are at most 5 to the number of axes, then O(boxes * points)."""
        inside = self.mask(points)
        found = self._formula(inside)
        names = [axis.name for axis in self.lattice.axes]
        for point in self.points:  # the promise, kept whatever was fitted
            says = found.holds(dict(zip(names, point, strict=True)))
            assert says == (point in points), f"{found} is wrong about {point}"
        return found

    def _formula(self, inside: int) -> Formula:
        outside = self.everything & ~inside
        if not inside or not outside:
            return Formula(((),) if inside else (), "constant")
        enclosing = self._enclosing(inside)
        around = self._enclosing(outside)
        if enclosing and (not around or len(enclosing) <= len(around)):
            return Formula((tuple(enclosing),), "bounds")
        if around:
            terms = tuple((self._opposite(bound),) for bound in around)
            return Formula(terms, "choices")
        return Formula(tuple(self._boxes(inside)), "boxes")

    # --- linear bounds ------------------------------------------------------------------------

    def _forms(self) -> list[tuple[tuple[int, ...], list[int]]]:
        """Factors that have no common divisor, simplest first, and the sum at every point."""
        if self._linear is None:
            axes = self.lattice.axes
            choices = product(range(-_LARGEST, _LARGEST + 1), repeat=len(axes))
            usable = [f for f in choices if gcd(*f) == 1 and self._alike(f)]
            usable.sort(key=lambda f: (sum(map(bool, f)), sum(map(abs, f)), [-x for x in f]))
            self._linear = [
                (f, [sum(a * b for a, b in zip(f, p, strict=True)) for p in self.points])
                for f in usable
            ]  # fmt: skip
        return self._linear

    def _alike(self, factors: tuple[int, ...]) -> bool:
        """Durations are not added to numbers."""
        axes = self.lattice.axes
        return len({a.duration for a, f in zip(axes, factors, strict=True) if f}) == 1

    def _enclosing(self, inside: int) -> list[Bound] | None:
        """Few bounds whose conjunction is the set; None where no conjunction is, or many."""
        outside = self.everything & ~inside
        members = [k for k in range(len(self.points)) if inside >> k & 1]
        others = [k for k in range(len(self.points)) if outside >> k & 1]
        cuts: list[tuple[int, int, Bound]] = []
        for place, (factors, sums) in enumerate(self._forms()):
            highest = max(sums[k] for k in members)
            beyond = [k for k in others if sums[k] > highest]
            if beyond:
                cut = sum(1 << k for k in beyond)
                next_ = min(sums[k] for k in beyond)
                cuts.append((cut, place, self._bound(factors, highest, next_)))
                if cut == outside:
                    return [cuts[-1][2]]
        chosen: list[tuple[int, int, Bound]] = []
        left = outside
        while left:
            best = max(cuts, key=lambda c: ((c[0] & left).bit_count(), -c[1]), default=None)
            if best is None or not best[0] & left or len(chosen) == _MOST_BOUNDS:
                return None
            chosen.append(best)
            left &= ~best[0]
        for one in list(chosen):
            rest = 0
            for other in chosen:
                rest |= other[0] if other is not one else 0
            if not outside & ~rest:
                chosen.remove(one)
        return [bound for _, _, bound in sorted(chosen, key=lambda c: c[1])]

    def _bound(self, factors: tuple[int, ...], last: int, next_: int) -> Bound:
        """`<= last` or `< next_`, which are the same on the lattice: what the spec mentions."""
        axes = [(a, f) for a, f in zip(self.lattice.axes, factors, strict=True) if f]
        named = tuple((axis.name, factor) for axis, factor in axes)
        liked = self.known | ({0} if len(axes) > 1 else set())
        strict = abs(next_) in liked and abs(last) not in liked
        return Bound(named, next_ if strict else last, strict, axes[0][0].duration)

    def _opposite(self, bound: Bound) -> Bound:
        """What is true exactly where this is not."""
        named = dict(bound.factors)
        factors = tuple(-named.get(axis.name, 0) for axis in self.lattice.axes)
        sums = sorted(set(next(s for f, s in self._forms() if f == factors)))
        least = -bound.limit if bound.strict else -bound.limit - 1
        last = max(value for value in sums if value <= least)
        return self._bound(factors, last, min(value for value in sums if value > last))

    # --- boxes --------------------------------------------------------------------------------

    def _boxes(self, inside: int) -> Iterator[tuple[Bound, ...]]:
        """An irredundant cover by maximal boxes, in the order of their lowest corners."""
        below = self._below()
        boxes: list[tuple[int, list[tuple[int, int]]]] = []
        left = inside
        while left:
            seed = self.points[(left & -left).bit_length() - 1]
            grown = [self._grown(seed, inside, below, order) for order in self._orders()]
            best = max(grown, key=lambda b: (b[0] & left).bit_count())
            boxes.append(best)
            left &= ~best[0]
        for one in list(boxes):
            rest = 0
            for other in boxes:
                rest |= other[0] if other is not one else 0
            if not inside & ~rest:
                boxes.remove(one)
        for _, sides in sorted(boxes, key=lambda b: b[1]):
            yield self._box(sides)

    def _below(self) -> list[list[int]]:
        """For each axis and place, the points whose place on it is smaller."""
        found = []
        for k, axis in enumerate(self.lattice.axes):
            masks = [0]
            for value in axis.values:
                here = self.mask({p for p in self.points if p[k] == value})
                masks.append(masks[-1] | here)
            found.append(masks)
        return found

    def _orders(self) -> list[list[tuple[int, int]]]:
        count = len(self.lattice.axes)
        turns = [[*range(r, count), *range(r)] for r in range(count)]
        return [[(k, way) for k in turn for way in (1, -1)] for turn in turns]

    def _grown(
        self, seed: Point, inside: int, below: list[list[int]], order: list[tuple[int, int]]
    ) -> tuple[int, list[tuple[int, int]]]:
        """The box around a point, as far as it goes on each side in turn."""
        axes = self.lattice.axes
        sides = [(a.values.index(v), a.values.index(v)) for a, v in zip(axes, seed, strict=True)]

        def mask_of(sides: Sequence[tuple[int, int]]) -> int:
            found = self.everything
            for masks, (low, high) in zip(below, sides, strict=True):
                found &= masks[high + 1] & ~masks[low]
            return found

        for k, way in order:
            while True:
                low, high = sides[k]
                wider = (low, high + 1) if way > 0 else (low - 1, high)
                if not (wider[0] >= 0 and wider[1] < len(axes[k].values)):
                    break
                tried = [*sides[:k], wider, *sides[k + 1 :]]
                if mask_of(tried) & ~inside:
                    break
                sides = tried
        return mask_of(sides), sides

    def _box(self, sides: list[tuple[int, int]]) -> tuple[Bound, ...]:
        bounds = []
        for axis, (low, high) in zip(self.lattice.axes, sides, strict=True):
            if low > 0:
                bounds.append(Bound(((axis.name, -1),), -axis.values[low], False, axis.duration))
            if high < len(axis.values) - 1:
                bounds.append(Bound(((axis.name, 1),), axis.values[high], False, axis.duration))
        return tuple(bounds)
