"""Which mutants the claims of a spec notice, and which change no run at all."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from fsm.check.results import Finding
from fsm.check.structure import Structure
from fsm.errors import UsageError
from fsm.explore.emit import Values
from fsm.explore.graph import Path
from fsm.explore.space import INTERRUPTED, Limits, Space, explore
from fsm.explore.successors import Successors
from fsm.explore.variants import Variants, make_variants
from fsm.expressions import Config, Ghost, GhostKind, walk
from fsm.logic.decide import Decider
from fsm.logic.observer import Observer
from fsm.model import Expected, Pattern, Property, Spec
from fsm.semantics.formulas import property_formulas, system_formulas
from fsm.semantics.layout import encode
from fsm.semantics.lower import bindings, lower
from fsm.semantics.lower_expressions import Lowering
from fsm.semantics.lowered import System
from fsm.semantics.trace import Run
from fsm.testing.mutation.operators import Mutant
from fsm.testing.mutation.steps import Arrivals, suffices

ROOM = 10  # a mutant may reach so many times the states of the spec before it is given up
LEAST_ROOM = 20_000  # states
SAMPLES = (2, 10)  # variants to look at before all of them
TEXTUAL = ("S08", "S12")  # findings about the text, not about runs
WORTH_IT = 16  # a sample saves time only where the family is so many times larger
_SEED = 0
_UNREAL = Run((), (), (), ())  # nobody looks at the runs of findings here


class Fate(Enum):
    """What became of a mutant."""

    NOTICED = "noticed"  # a property has another verdict, or another condition, than expected
    STRUCTURE = "structure"  # no property has, but a structural finding came or went
    SURVIVED = "survived"  # nothing notices it, although runs differ
    IDLE = "idle"  # nothing notices it, and runs differ only in events that change nothing
    EQUIVALENT = "equivalent"  # in every variant the same states are reached by the same steps
    UNDECIDED = "undecided"  # a limit was reached first


@dataclass(frozen=True, slots=True)
class Outcome:
    """A mutant and its fate; `by` names the first property, or the findings, that notice it, or
    the limit that was reached. `variants` is how many had to be looked at."""

    mutant: Mutant
    fate: Fate
    by: str = ""
    variants: int = 0


@dataclass(frozen=True, slots=True)
class _Expected:
    """What a property should say: violated in the variants of `mask` exactly, or where `exact` is
    false, in some (`mask` not zero) or in none of them, taken together."""

    mask: int
    exact: bool


class Judge:
    """Judges the mutants of one spec; what the spec itself does is found out once.

    Semantics   A mutant is noticed as soon as one variant shows it, so that a few variants are
                looked at first; nothing but all variants lets it survive. Equivalence is proved:
                the reachable states, and the steps between them, are the same.
    Complexity  A check of the whole family for what survives, a small part of it for the rest.
    """

    def __init__(self, spec: Spec, *, max_states: int | None = None) -> None:
        """`max_states` for the spec and each mutant; by default ten times what the spec reaches.

        Raises `UsageError`: F670 unless all verdicts of the spec itself are as expected, F671
        where they are undecided, F672 for a spec that claims nothing.
        """
        if not spec.properties:
            raise UsageError(
                "F672",
                f"{spec.name} has no properties, so that nothing could notice a mutant",
                "add a property, for example `can_always: …`; `fsm new NAME` shows some",
            )
        self.spec = spec
        self._order = sorted(spec.properties, key=_cost)  # what noticed last is asked first
        system, lowering = lower(spec)
        read = _configuration_read(spec)
        self._places = sorted(lowering.params[name] for name in read)
        family = self._family(lowering)
        self._space = _explored(system, family, Limits(max_states))
        if self._space.undecided:
            raise UsageError(
                "F671",
                f"{spec.name} itself is not decided within {max_states} states",
                "raise --limit",
            )
        room = max_states or max(LEAST_ROOM, ROOM * len(self._space.states))
        self._limits = Limits(room)
        self._system = system
        counts = [n for n in SAMPLES if n * WORTH_IT <= family.everything.bit_count()]
        samples = [_covering(family, count) for count in counts]
        # The sets of variants to look at, and what is reached in them; the last holds all of them.
        self._graphs = {
            sample: _graph(_explored(system, replace(family, everything=sample), Limits()), system)
            for sample in samples
        }
        self._graphs[family.everything] = _graph(self._space, system)
        self._expected = {p.name: _expected(p, family, lowering) for p in spec.properties}
        looked = _Look(spec, system, lowering, family, self._space, self._limits)
        wrong = [p.name for p in spec.properties if self._differs(looked, p, whole=True)]
        if wrong:
            raise UsageError(
                "F670",
                f"{spec.name} is not as expected itself: {', '.join(wrong[:5])}",
                "a mutant is noticed by a verdict that is not expected: see `fsm check` first",
            )
        self._findings = looked.findings(None)

    def judge(self, mutant: Mutant) -> Outcome:
        """The fate of one mutant."""
        try:
            return self._judge(mutant)
        except UsageError as problem:
            return Outcome(mutant, Fate.NOTICED, problem.code)

    def _judge(self, mutant: Mutant) -> Outcome:
        system, lowering = lower(mutant.spec)
        family = self._family(lowering)
        for place, (sample, graph) in enumerate(self._graphs.items()):
            whole = sample == family.everything
            some = replace(family, everything=sample)
            space = _explored(system, some, self._limits)
            count = sample.bit_count()
            look = _Look(mutant.spec, system, lowering, some, space, self._limits)
            same = self._same(space, system, graph)
            for property_ in () if same else self._order:
                if place and not whole and _cost(property_) > 1:
                    break  # costs nearly as much as in all variants
                if self._differs(look, property_, whole=whole):
                    self._ask_first(property_)
                    return Outcome(mutant, Fate.NOTICED, property_.name, count)
            if space.undecided or look.undecided:
                return Outcome(mutant, Fate.UNDECIDED, space.limit, count)
        different = look.findings(mutant) ^ self._without(mutant)
        if different:
            return Outcome(mutant, Fate.STRUCTURE, self._said(different), count)
        return Outcome(mutant, self._survival(space, system, same=same), "", count)

    def _survival(self, space: Space, system: System, *, same: bool) -> Fate:
        """Nothing notices it: does it change anything?"""
        if same:
            return Fate.EQUIVALENT
        whole = self._graphs[max(self._graphs, key=int.bit_count)]
        busy = _busy(_graph(space, system)) == _busy(whole)
        return Fate.IDLE if busy and system.slots == self._system.slots else Fate.SURVIVED

    def _family(self, lowering: Lowering) -> Variants:
        return make_variants(self.spec.configuration, lowering.codes, self._places, {})

    def _same(self, space: Space, system: System, graph: "Graph") -> bool:
        old = self._system
        if (system.slots, system.events) != (old.slots, old.events):  # an event says if it is fair
            return False
        return _graph(space, system) == graph

    def _ask_first(self, property_: Property) -> None:
        """Those of the same cost stay together: an invariant is asked before what needs memory."""
        self._order.remove(property_)
        self._order.insert(0, property_)
        self._order.sort(key=_cost)

    def _differs(self, look: "_Look", property_: Property, *, whole: bool) -> bool:
        """Is the verdict surely not the expected one?"""
        expected = self._expected[property_.name]
        everything = look.variants.everything
        violated, undecided = look.violated(property_)
        if expected.exact:
            return bool((violated ^ expected.mask) & everything & ~undecided)
        if not whole or undecided:
            return False
        if property_.pattern is Pattern.REACHABLE and not property_.every:
            violated = everything if violated == everything else 0
        return bool(violated) is not bool(expected.mask)

    def _without(self, mutant: Mutant) -> frozenset[tuple[str, str]]:
        """The findings of the spec itself, but for what is said of the transition that changed."""
        return frozenset(key for key in self._findings if not _about(key, mutant))


    def _said(self, keys: frozenset[tuple[str, str]]) -> str:
        """`S01 ticket.open, S02 ticket:3`: codes and subjects, as `allow` would name them."""
        names = {
            str(t.at): f"{m.name}:{t.number}"
            for m in self.spec.all_machines()
            for t in m.transitions
        }
        return ", ".join(f"{code} {names.get(about, about)}" for code, about in sorted(keys))


@dataclass(slots=True)
class _Look:
    """The verdicts of one spec in some variants, computed when they are asked for."""

    spec: Spec
    system: System
    lowering: Lowering
    variants: Variants
    space: Space
    limits: Limits
    undecided: int = 0
    _decider: Decider | None = None
    _arrivals: Arrivals | None = None

    def violated(self, property_: Property) -> tuple[int, int]:
        """The variants that violate a property, and those that are undecided; for `reachable`,
        those in which nothing reaches the subject."""
        found = undecided = 0
        reached = self.variants.everything
        for shown, open_ in self._decisions(property_):
            found |= shown
            reached &= shown
            undecided |= open_
        if property_.pattern is Pattern.REACHABLE:
            found = self.variants.everything & ~reached & ~undecided
            undecided &= ~reached
        else:
            undecided &= ~found
        self.undecided |= undecided
        return found, undecided

    def _decisions(self, property_: Property) -> Iterator[tuple[int, int]]:
        """For each instance of the property, where it is violated (reached), and where undecided;
        on the arcs where that is enough, which is many times faster."""
        types = {f.name: f.type for f in property_.each}
        instances = [{n: encode(v, types[n]) for n, v in each} for each in bindings(property_.each)]
        observers = [
            Observer(
                property_, env, self.system, self.lowering, self.variants, self.space.states
            )
            for env in instances
        ]
        if all(suffices(observer) for observer in observers):
            self._arrivals = self._arrivals or Arrivals(self.system, self.space)
            for observer in observers:
                found = self._arrivals.found(observer)
                yield found, self.space.undecided & ~found
            return
        self._decider = self._decider or Decider(
            self.system, self.lowering, self.variants, self.space, self.limits
        )
        for decision in self._decider.decide(property_):
            yield decision.found, decision.undecided

    def findings(self, mutant: Mutant | None) -> frozenset[tuple[str, str]]:
        """The structural findings as code and subject; transitions are told by their place in the
        file. What no rule, switch or question depends on is not about runs, and left out."""
        structure = Structure(self.spec, self.system, self.variants, self.space, _no_run)
        keys = (_key(f) for f in structure.findings((), whole=True) if f.code not in TEXTUAL)
        return frozenset(k for k in keys if mutant is None or not _about(k, mutant))


def _explored(system: System, family: Variants, limits: Limits) -> Space:
    """What the variants reach. Whoever interrupts wants no verdict on the mutant at hand."""
    space = explore(Successors(system, family), limits)
    if space.limit == INTERRUPTED:
        raise KeyboardInterrupt
    return space


def _no_run(_: Path, __: int) -> Run:
    return _UNREAL


def _key(finding: Finding) -> tuple[str, str]:
    return finding.code, str(finding.at) if finding.code == "S02" else finding.subject


def _about(key: tuple[str, str], mutant: Mutant) -> bool:
    """Does the finding only repeat what was done: a transition that cannot fire?"""
    return key == ("S02", str(mutant.at))


def _cost(property_: Property) -> int:
    """Properties that look at single states come before those that need memory."""
    ghosts = [n for f in property_formulas(property_) for n in walk(f) if isinstance(n, Ghost)]
    past = any(ghost.kind is not GhostKind.FIRED for ghost in ghosts)
    match property_.pattern:
        case Pattern.NEVER | Pattern.ALWAYS | Pattern.REACHABLE:
            return int(past)
        case Pattern.CAN_ALWAYS | Pattern.PRECEDENCE | Pattern.AT_MOST:
            return 1
        case _:
            return 2


def _configuration_read(spec: Spec) -> set[str]:
    """The switches and questions that the system or a property reads."""
    formulas = [*system_formulas(spec)]
    for property_ in spec.properties:
        formulas += property_formulas(property_)
        if property_.condition is not None:
            formulas.append(property_.condition.node)
    return {n.name for formula in formulas for n in walk(formula) if isinstance(n, Config)}


def _expected(property_: Property, family: Variants, lowering: Lowering) -> _Expected:
    somewhere = property_.pattern is Pattern.REACHABLE and not property_.every
    match property_.expect:
        case Expected.HOLDS:
            return _Expected(0, not somewhere)
        case Expected.VIOLATED:
            return _Expected(family.everything, False)
        case Expected.VIOLATED_WHEN:
            assert property_.condition is not None
            wanted = family.where(lowering.node(property_.condition.node, {}))
            return _Expected(wanted, not somewhere)


Graph = tuple[
    dict[Values, tuple[int, dict[tuple[int | None, Values], int]]], dict[Values, int]
]


def _graph(space: Space, system: System) -> Graph:
    """The space without the numbers in which it was explored: who is reached in which variants,
    by which action from where; and where runs start."""
    steps, states = space.successors.steps, space.states
    nodes = {}
    for state, reach, arcs in zip(states, space.reach, space.arcs, strict=True):
        merged: dict[tuple[int | None, Values], int] = {}
        for step, target, mask in arcs:
            # A spontaneous step and the passing of time differ: the latter has no edges.
            action = steps[step].action if step == 0 or steps[step].action is not None else -1
            key = action, states[target]
            merged[key] = merged.get(key, 0) | mask
        nodes[state] = reach, merged
    return nodes, {states[number]: mask for number, mask in space.initial}


def _busy(graph: Graph) -> Graph:
    """The graph without the events that leave everything as it is."""
    nodes, starts = graph
    left = {
        state: (reach, {
            (action, target): mask
            for (action, target), mask in arcs.items()
            if target != state or action is None
        })
        for state, (reach, arcs) in nodes.items()
    }  # fmt: skip
    return left, starts


def _covering(family: Variants, count: int) -> int:
    """Up to `count` variants: the first and the last, then those that bring together the most
    pairs of values that were not together before. Deterministic."""
    chance = random.Random(_SEED)
    everything = family.everything
    numbers = [k for k in range(family.total) if everything >> k & 1]
    chosen = list(dict.fromkeys((numbers[0], numbers[-1])))[:count]
    seen = {pair for number in chosen for pair in _pairs(family, number)}
    while len(chosen) < min(count, len(numbers)):
        offered = chance.sample(numbers, min(50, len(numbers)))
        best = max(offered, key=lambda n: len(_pairs(family, n) - seen))
        if best in chosen:
            best = next(n for n in numbers if n not in chosen)
        chosen.append(best)
        seen |= _pairs(family, best)
    return sum(1 << number for number in chosen)


def _pairs(family: Variants, number: int) -> set[tuple[object, ...]]:
    items = list(family.variant(number).items())
    return {(a, b) for k, a in enumerate(items) for b in items[:k]}

