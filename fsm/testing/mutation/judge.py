"""Which mutants the claims of a spec notice, and which change no run at all."""

from enum import Enum

from msgspec import Struct
from msgspec.structs import replace

from fsm.errors import UsageError
from fsm.explore.space import Limits, Space
from fsm.explore.variants import Variants, make_variants
from fsm.expressions import Config, Ghost, GhostKind, walk
from fsm.model import Expected, Pattern, Property, Spec
from fsm.semantics.formulas import property_formulas, system_formulas
from fsm.semantics.lower import lower
from fsm.semantics.lower_expressions import Lowering
from fsm.semantics.lowered import System
from fsm.testing.mutation.likeness import Graph, busy, graph_of
from fsm.testing.mutation.look import Key, Look, explored, is_about
from fsm.testing.mutation.mutant import Mutant
from fsm.testing.mutation.samples import covering

ROOM = 10  # a mutant may reach so many times the states of the spec before it is given up
LEAST_ROOM = 20_000  # states
SAMPLES = (2, 10)  # variants to look at before all of them
WORTH_IT = 16  # a sample saves time only where the family is so many times larger


class Fate(Enum):
    """What became of a mutant."""

    NOTICED = "noticed"  # a property has another verdict, or another condition, than expected
    STRUCTURE = "structure"  # no property has, but a structural finding came or went
    SURVIVED = "survived"  # nothing notices it, although runs differ
    IDLE = "idle"  # nothing notices it, and runs differ only in events that change nothing
    EQUIVALENT = "equivalent"  # in every variant the same states are reached by the same steps
    UNDECIDED = "undecided"  # a limit was reached first


class Outcome(Struct, frozen=True):
    """A mutant and its fate; `by` names the first property, or the findings, that notice it, or
    the limit that was reached. `variants` is how many had to be looked at."""

    mutant: Mutant
    fate: Fate
    by: str = ""
    variants: int = 0


class _Expected(Struct, frozen=True):
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
        space = explored(system, family, Limits(max_states))
        if space.undecided:
            raise UsageError(
                "F671",
                f"{spec.name} itself is not decided within {max_states} states",
                "raise --limit",
            )
        room = max_states or max(LEAST_ROOM, ROOM * len(space.states))
        self._limits = Limits(room)
        self._system = system
        counts = [n for n in SAMPLES if n * WORTH_IT <= family.everything.bit_count()]
        samples = [covering(family, count) for count in counts]
        # The sets of variants to look at, and what is reached in them; the last holds all of them.
        self._graphs: dict[int, Graph] = {
            sample: graph_of(explored(system, replace(family, everything=sample), Limits()), system)
            for sample in samples
        }
        self._whole = self._graphs[family.everything] = graph_of(space, system)
        self._expected = {p.name: _expected(p, family, lowering) for p in spec.properties}
        looked = Look(spec, system, lowering, family, space, self._limits)
        wrong = [p.name for p in spec.properties if self._differs(looked, p, whole=True)]
        if wrong:
            raise UsageError(
                "F670",
                f"{spec.name} is not as expected itself: {', '.join(wrong[:5])}",
                "a mutant is noticed by a verdict that is not expected: see `fsm check` first",
            )
        self._findings = looked.findings(None)

    def judge(self, mutant: Mutant, hint: str = "") -> Outcome:
        """The fate of one mutant. `hint` may name the property that noticed it in an earlier
        version of the spec: it is asked first, and changes no fate."""
        for property_ in self._order:
            if property_.name == hint:
                self._ask_first(property_)
                break
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
            space = explored(system, some, self._limits)
            count = sample.bit_count()
            look = Look(mutant.spec, system, lowering, some, space, self._limits)
            same = self._speaks_alike(system) and graph_of(space, system) == graph
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
            return Outcome(mutant, Fate.STRUCTURE, _said(different), count)
        return Outcome(mutant, self._survival(space, system, same=same), "", count)

    def _survival(self, space: Space, system: System, *, same: bool) -> Fate:
        """Nothing notices it: does it change anything?"""
        if same:
            return Fate.EQUIVALENT
        if self._speaks_alike(system) and busy(graph_of(space, system)) == busy(self._whole):
            return Fate.IDLE
        return Fate.SURVIVED

    def _family(self, lowering: Lowering) -> Variants:
        return make_variants(self.spec.configuration, lowering.codes, self._places, {})

    def _speaks_alike(self, system: System) -> bool:
        """Do the numbers of a state mean the same, and are the same events fair?"""
        old = self._system
        alike = (system.unit, system.slots) == (old.unit, old.slots)
        return alike and system.events == old.events

    def _ask_first(self, property_: Property) -> None:
        """Those of the same cost stay together: an invariant is asked before what needs memory."""
        self._order.remove(property_)
        self._order.insert(0, property_)
        self._order.sort(key=_cost)

    def _differs(self, look: Look, property_: Property, *, whole: bool) -> bool:
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

    def _without(self, mutant: Mutant) -> frozenset[Key]:
        """The findings of the spec itself, but for what is said of the transition that changed."""
        return frozenset(key for key in self._findings if not is_about(key, mutant))


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


def _said(keys: frozenset[Key]) -> str:
    """`S01 ticket.open, S02 ticket:3`: codes and subjects, as `allow` would name them."""
    return ", ".join(" ".join(key) for key in sorted(keys))


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
