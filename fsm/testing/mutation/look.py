"""The verdicts and findings of one mutant in some variants, found out when they are asked for."""

from collections.abc import Iterator

from msgspec import Struct

from fsm.check.facts import SpaceFacts
from fsm.check.results import Finding
from fsm.check.structure import Structure
from fsm.explore.engines import step_function
from fsm.explore.graph import Path
from fsm.explore.hull import Backward
from fsm.explore.space import INTERRUPTED, Limits, Space, explore
from fsm.explore.variants import Variants
from fsm.logic.decide import Decider
from fsm.logic.premises import premises
from fsm.model import Pattern, Property, Spec
from fsm.semantics.lower_expressions import Lowering
from fsm.semantics.lowered import System
from fsm.semantics.trace import Run
from fsm.testing.mutation.mutant import Mutant, Operator

TEXTUAL = ("S08", "S12")  # findings about the text, not about runs
OF_TRANSITIONS = ("S02", "S15", "S16", "S17", "S18")  # findings that tell transitions by number
_UNREAL = Run((), (), (), ())  # nobody looks at the runs of findings here
Key = tuple[str, str]  # code and subject


class Look(Struct):
    """The verdicts of one spec in some variants, computed when they are asked for."""

    spec: Spec
    system: System
    lowering: Lowering
    variants: Variants
    space: Space
    limits: Limits
    undecided: int = 0
    _decider: Decider | None = None

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
        """For each instance, where it is violated (reached), and where undecided."""
        self._decider = self._decider or Decider(
            self.system, self.lowering, self.variants, self.space, self.limits
        )
        for decision in self._decider.decide(property_):
            yield decision.found, decision.undecided

    def findings(self, mutant: Mutant | None) -> frozenset[Key]:
        """The structural findings as code and subject; transitions are told by their place in the
        file. What no rule, switch or question depends on is not about runs, and left out."""
        backward = Backward(self.space)
        facts = SpaceFacts(self.system, self.variants, backward, self.space, _no_run)
        structure = Structure(self.spec, self.system, self.variants, facts)
        found = structure.findings((), whole=True)
        keys = [_key(f, mutant) for f in found if f.code not in TEXTUAL]
        keys += [("S14", p.name) for p in self.spec.properties if self._is_vacuous(p)]
        return frozenset(k for k in keys if mutant is None or not is_about(k, mutant))

    def _is_vacuous(self, property_: Property) -> bool:
        """Does it hold in all variants, for want of anything to hold of?"""
        nothing = (0, 0)
        never = any(self.violated(premise.never) == nothing for premise in premises(property_))
        return never and self.violated(property_) == nothing


def explored(system: System, family: Variants, limits: Limits) -> Space:
    """What the variants reach. Whoever interrupts wants no verdict on the mutant at hand."""
    space = explore(step_function(system, family), limits)
    if space.limit == INTERRUPTED:
        raise KeyboardInterrupt
    return space


def _no_run(_: Path, __: int) -> Run:
    return _UNREAL


def _key(finding: Finding, mutant: Mutant | None) -> Key:
    """Code and subject, with the numbers that transitions have in the spec itself."""
    if mutant is None or not mutant.removed or finding.code not in OF_TRANSITIONS:
        return finding.code, finding.subject
    return finding.code, "+".join(_placed(name, mutant) for name in finding.subject.split("+"))


def _placed(name: str, mutant: Mutant) -> str:
    machine, _, number = name.rpartition(":")
    if machine != mutant.machine:
        return name
    place = int(number)
    for gone in sorted(mutant.removed):
        place += gone <= place
    return f"{machine}:{place}"


def is_about(key: Key, mutant: Mutant) -> bool:
    """Does the finding only repeat what was done: a transition that was dropped never fires?"""
    gone = mutant.removed
    if mutant.operator is Operator.DROP_TRANSITION:
        gone = (mutant.number,) if mutant.number is not None else ()
    return key in [("S02", f"{mutant.machine}:{number}") for number in gone]
