"""A system's variables: slots, configuration, and what properties remember, in one order."""

from collections.abc import Iterator, Sequence
from operator import itemgetter

from msgspec import Struct

from fsm.explore.emit import Values
from fsm.explore.symbolic.diagrams import Diagram, Diagrams
from fsm.explore.symbolic.evaluate import Evaluator
from fsm.explore.symbolic.fields import Field, make_field
from fsm.explore.symbolic.order import groups_of, ordered
from fsm.explore.variants import Variants
from fsm.semantics.lowered import System

EXACT = 50  # bits up to which CUDD's floating-point count has no rounding


class Memory(Struct, frozen=True):
    """A number 0..high that is kept beside the state; `beside` are the slots to stand next to."""

    high: int
    beside: frozenset[int]


class Encoding:
    """Slots, configuration and memory as fields, and sets of states as diagrams over them."""

    def __init__(
        self, diagrams: Diagrams, system: System, variants: Variants, memory: Sequence[Memory] = ()
    ) -> None:
        self.diagrams, self.system, self.variants = diagrams, system, variants
        self.slots = [
            make_field(diagrams, f"s{k}", s.low, s.high) for k, s in enumerate(system.slots)
        ]
        self.digits = [
            make_field(diagrams, f"c{k}", 0, len(v.values) - 1, steps=False)
            for k, v in enumerate(variants.variables)
        ]
        self.memory = [make_field(diagrams, f"m{k}", 0, m.high) for k, m in enumerate(memory)]
        for field in self._ordered(memory):
            pairs = zip(field.bits, field.after or field.bits, strict=True)
            diagrams.declare(name for pair in pairs for name in dict.fromkeys(pair))
        for field in (*self.slots, *self.memory):
            diagrams.couple(zip(field.bits, field.after, strict=True))
        self.state_bits = tuple(bit for field in self.slots for bit in field.bits)
        self.memory_bits = tuple(bit for field in self.memory for bit in field.bits)
        self.variant_bits = tuple(bit for field in self.digits for bit in field.bits)
        self._masks: dict[tuple[int, Diagram], int] = {}

    def evaluator(self, memory: Sequence[Field] = ()) -> Evaluator:
        """A reader of expressions; `memory` is what its watchers stand for."""
        by_place = {
            place: (field, codes)
            for place, field, codes in zip(
                self.variants.places, self.digits, self.variants.codes, strict=True
            )
        }
        return Evaluator(self.diagrams, self.slots, by_place, memory)

    # --- variants -----------------------------------------------------------------------------

    def family(self) -> Diagram:
        """The variants under consideration."""
        return self.diagrams.all(
            field.among([d for d, m in enumerate(having) if m & self.variants.everything])
            for field, having in zip(self.digits, self.variants.having, strict=True)
        )

    def variant(self, number: int) -> dict[str, bool]:
        """The bits of one variant."""
        bits: dict[str, bool] = {}
        for field, having in zip(self.digits, self.variants.having, strict=True):
            digit = next(d for d, mask in enumerate(having) if mask >> number & 1)
            bits |= field.digits(digit)
        return bits

    def mask(self, states: Diagram) -> int:
        """The variants in which the set has a member, as a bitmask."""
        names = (*self.state_bits, *self.memory_bits)
        found = self._mask(0, self.diagrams.exist(names, states))
        return found & self.variants.everything

    def _mask(self, k: int, where: Diagram) -> int:
        if where == self.diagrams.false:
            return 0
        if k == len(self.digits):
            return 1
        known = self._masks.get((k, where))
        if known is None:
            stride = 1
            for variable in self.variants.variables[k + 1 :]:
                stride *= len(variable.values)
            known = 0
            for digit in range(len(self.variants.variables[k].values)):
                inner = self.diagrams.substitute(where, self.digits[k].digits(digit))
                known |= self._mask(k + 1, inner) << digit * stride
            self._masks[k, where] = known
        return known

    # --- states -------------------------------------------------------------------------------

    def initial(self) -> Diagram:
        """Every combination of initial values, in every variant; `where` is not looked at."""
        parts = []
        for field, values in zip(self.slots, self.system.first, strict=True):
            parts.append(field.among(values) if len(values) > 1 else field.value(values[0]))
        return self.diagrams.all([*parts, self.family()])

    def of(self, state: Values, memory: Values = ()) -> Diagram:
        """The set with one member, in every variant."""
        bits: dict[str, bool] = {}
        for field, value in zip((*self.slots, *self.memory), (*state, *memory), strict=False):
            bits |= field.digits(value)
        return self.diagrams.cube(bits)

    def first(self, states: Diagram) -> tuple[Values, Values]:
        """The least member of a set that is not empty, in the order of the variables: its state
        and its memory. `states` says nothing about variants."""
        bits = dict.fromkeys((*self.state_bits, *self.memory_bits), False)
        node = states
        while node.var is not None:
            low, high = _children(node)
            bits[node.var] = low == self.diagrams.false
            node = high if bits[node.var] else low
        return (
            tuple(field.read(bits) for field in self.slots),
            tuple(field.read(bits) for field in self.memory),
        )

    def count(self, states: Diagram) -> int:
        """How many states (memory aside) are in the set, in some variant or other; exactly."""
        return self.counting(()).members(states)

    def counting(self, more: Sequence[str]) -> "Counting":
        """For numbers of states, or of assignments of their bits and `more`."""
        return Counting(self.diagrams, (*self.state_bits, *more))

    # --- order --------------------------------------------------------------------------------

    def _ordered(self, memory: Sequence[Memory]) -> list[Field]:
        """The fields from the top. Memory is put in the middle of what it stands beside: what is
        asked about a system does not change the order of the rest."""
        fields = [*self.slots, *self.digits]
        at_digit = {-1 - p: len(self.slots) + k for k, p in enumerate(self.variants.places)}
        groups = [frozenset(at_digit.get(m, m) for m in g) for g in groups_of(self.system)]
        groups = [frozenset(m for m in g if m >= 0) for g in groups]
        machines = {process.slot for process in self.system.processes}
        place = {k: at for at, k in enumerate(ordered(len(fields), groups, machines))}
        places = [(float(place[k]), field) for k, field in enumerate(fields)]
        for field, remembered in zip(self.memory, memory, strict=True):
            beside = sorted(place[k] for k in remembered.beside) or [0]
            places.append((beside[len(beside) // 2] + 0.5, field))
        return [field for _, field in sorted(places, key=itemgetter(0))]


class Counting:
    """How many assignments of some variables are in sets, in whole numbers. What it knows of nodes
    it keeps, so that sets with much in common cost little more than one of them."""

    def __init__(self, diagrams: Diagrams, names: Sequence[str]) -> None:
        self.diagrams, self.names = diagrams, frozenset(names)
        level = diagrams.manager.level_of_var
        self._rank = {name: k for k, name in enumerate(sorted(self.names, key=level))}
        self._known: dict[int, tuple[Diagram, int]] = {}  # by node: from its own variable on

    def members(self, states: Diagram) -> int:
        """The size of a set, with some value of what is not asked about. O(new nodes)."""
        support = self.diagrams.manager.support(states)
        states = self.diagrams.exist(sorted(support - self.names), states)
        if len(self.names) <= EXACT:
            return int(self.diagrams.manager.count(states, len(self.names)))
        return self._from(states, 0)

    def cuts(self, states: Diagram) -> Iterator[dict[Diagram, int]]:
        """For each variable the nodes of a set that stand there or below, and the assignments of
        the variables above that lead there. O(nodes at each variable)."""
        cut = {states: 1}
        for rank in range(len(self.names)):
            yield cut
            below: dict[Diagram, int] = {}
            for node, ways in cut.items():
                steps = (node, node) if self._at(node) > rank else _children(node)
                for child in steps:
                    below[child] = below.get(child, 0) + ways
            cut = below

    def joint(self, states: Diagram, relations: Sequence[Sequence[Diagram]]) -> int:
        """The sizes of a set and of each relation (its parts joined) in common, summed.

        O(for each relation the nodes of the set where it begins); not for what has other variables.
        """
        begins: dict[int, list[Sequence[Diagram]]] = {}
        for parts in relations:
            support = set[str]().union(*map(self.diagrams.manager.support, parts))
            first = min((self._rank[name] for name in support), default=0)
            begins.setdefault(first, []).append(parts)
        total = 0
        for rank, cut in enumerate(self.cuts(states)):
            for parts in begins.get(rank, ()):
                for node, ways in cut.items():
                    for part in parts:
                        node = self.diagrams.joint(node, part, ())
                    total += ways * self._from(node, rank)
        return total

    def _at(self, node: Diagram) -> int:
        return len(self.names) if node.var is None else self._rank[node.var]

    def _from(self, root: Diagram, rank: int) -> int:
        """Members, of the variables from this rank on."""
        waiting = [root]
        while int(root) not in self._known:
            node = waiting[-1]
            children = _children(node)
            unknown = [child for child in children if int(child) not in self._known]
            if unknown:
                waiting += unknown
                continue
            at = self._at(node) + 1
            below = [self._known[int(c)][1] << self._at(c) - at for c in children]
            self._known[int(node)] = node, sum(below) if below else int(not node.negated)
            waiting.pop()
        return self._known[int(root)][1] << self._at(root) - rank


def _children(node: Diagram) -> tuple[Diagram, ...]:
    """What a node leads to for 0 and for 1; nothing for a constant."""
    if node.var is None:
        return ()
    return (~node.low, ~node.high) if node.negated else (node.low, node.high)
