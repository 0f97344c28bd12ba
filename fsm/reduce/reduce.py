"""Which reductions a check uses, in which order, and what the report says about them."""

from collections.abc import Callable, Collection, Sequence

from msgspec import Struct
from msgspec.structs import replace

from fsm.explore.decode import ended
from fsm.explore.emit import Values
from fsm.explore.graph import Path
from fsm.explore.space import StepFunction
from fsm.explore.successors import StepInfo, Successors
from fsm.model import Property, Spec
from fsm.reduce.cone import Cone, cone, may_skip
from fsm.reduce.copies import Alike, alike_copies
from fsm.reduce.influence import reads
from fsm.reduce.instances import first_of_each
from fsm.reduce.labels import labels
from fsm.reduce.order import Order, Ordered, order
from fsm.reduce.quotient import Quotient, lift
from fsm.reduce.reduction import CONE, ORDER, SYMMETRY, VALUES, Reduction
from fsm.reduce.symmetry import canonical_form, symmetries, told
from fsm.reduce.values import choices_of, narrow, unreduced
from fsm.semantics.lower import bindings, lower
from fsm.semantics.lower_expressions import Lowering
from fsm.semantics.lowered import System

FEW = 1_000  # choices of an event's fields that a plain search may list in every state


class Reduced(Struct, frozen=True):
    """A lowered spec to explore instead of the spec as written, with the same answers.

    `spec` is the written one with fewer choices; a trace of it is one of the written spec.
    `selected` are the properties to decide, with as few instances as stand for all; `instances`
    says of which there are fewer, how many there were, and how many are left. `copies` are
    alike in the system that nothing is left out of: of these, `alike_in_whole` may be taken for
    each other in exploring, and `alike` in `system`.
    """

    spec: Spec
    system: System
    lowering: Lowering
    selected: tuple[Property, ...]
    instances: tuple[tuple[str, int, int], ...]
    copies: tuple[Alike, ...]
    alike: tuple[Alike, ...]
    narrowed: Reduction | None
    cone: Cone | None
    order: Order | None
    alike_in_whole: tuple[Alike, ...]

    def judging(self, written: Spec) -> Spec:
        """The spec on which runs are confirmed: as it was written, unless an event has so many
        choices there that a plain search would list them for hours."""
        return written if choices_of(written) <= FEW else self.spec

    def searched(self, inner: StepFunction) -> StepFunction:
        """The step function to explore with, around one of `system`."""
        if self.order is not None:
            return Ordered(inner, self.order)
        if not self.alike:
            return inner
        form = canonical_form(self.alike, len(self.system.slots))
        return Quotient(inner, lambda state: inner.key(form(inner.values(state))))

    def unfolded(self) -> "Reduced":
        """The same for an engine that follows every step from every state."""
        return replace(self, alike=(), order=None)

    def uncut(self) -> "Reduced":
        """The same for an engine whose runs are not made of states: nothing is left out of them."""
        whole = self.system if self.cone is None else self.cone.whole
        return replace(self, system=whole, alike=(), cone=None, order=None)

    @property
    def whole(self) -> bool:
        """Are all machines explored?"""
        return self.cone is None or not self.cone.machines

    def keeping(
        self, claims: Sequence[Property], selected: Sequence[Property]
    ) -> tuple[Property, ...]:
        """Those of the claims that may be decided beside the selected properties, with as few
        instances: the ones for which the same copies may be taken for each other.

        The claims read nothing that the selected properties do not read, and compare it with
        nothing else, so that values are told apart as far as they need.
        """
        whole = self.system if self.cone is None else self.cone.whole
        first = [
            first_of_each(whole, self.lowering, self.copies, claim)
            for claim in claims
            if self._sees(claim, selected)
        ]
        if not self.alike:
            return tuple(first)
        here = self.copies if self.cone is None else alike_copies(self.spec, self.system)

        def kept(more: Sequence[Property]) -> bool:
            both = (*self.selected, *more)
            return symmetries(self.system, self.lowering, here, both) == self.alike

        return tuple(first) if kept(first) else tuple(c for c in first if kept([c]))

    def _sees(self, claim: Property, selected: Sequence[Property]) -> bool:
        """Is what is left out of no matter to the claim, too?"""
        nodes, _ = labels(self.system, self.lowering, (claim,))
        frozen = set() if self.cone is None else {slot for slot, _ in self.cone.frozen}
        return (
            not any(slot in frozen for node in nodes for slot in reads(node))
            and (self.whole or may_skip(claim))
            and (
                self.order is None
                or order(self.system, self.lowering, (*selected, claim)) == self.order
            )
        )

    def applied(self, states: Sequence[Values] | None) -> tuple[Reduction, ...]:
        """What was reduced, and, where all states are known, by how much."""
        found = [self.narrowed] if self.narrowed else []
        if self.cone is not None:
            found.append(self.cone.told())
        if self.order is not None:
            found.append(self.order.told())
        if self.alike or self.instances:
            found.append(told(self.copies, self.alike, self.instances, states))
        return tuple(found)

    def concrete(
        self, path: Path, state_of: Callable[[int], Values], explored: StepFunction, variant: int
    ) -> tuple[Path, Callable[[int], Values], StepFunction]:
        """A run of the whole spec behind a path of what was explored, with its states and steps."""
        path = ended(path, self.system)
        if self.alike:
            whole = Successors(self.system, explored.variants)
            image = canonical_form(self.alike, len(self.system.slots))
            kind = self._kind()
            path, states = lift(
                path, state_of, explored.steps, whole, variant, image, (kind, kind)
            )  # fmt: skip
            state_of, explored = states.__getitem__, whole
        if self.cone is not None:
            whole = Successors(self.cone.whole, explored.variants)
            path, states = lift(
                path, state_of, explored.steps, whole, variant, self.cone.image, self.cone.kinds()
            )  # fmt: skip
            state_of, explored = states.__getitem__, whole
        return path, state_of, explored

    def _kind(self) -> Callable[[StepInfo], object]:
        """What a step is, whichever copies take it."""
        events = list(range(len(self.system.events)))
        slots = list(range(len(self.system.slots)))
        for alike in self.alike:
            for renamed, blocks in ((events, alike.events), (slots, alike.slots)):
                for block in blocks:
                    for own, first in zip(block, blocks[0], strict=True):
                        renamed[own] = first

        def kind(info: StepInfo) -> object:
            event = None if info.action is None else events[self.system.actions[info.action].event]
            edges = (self.system.edges[k] for k in info.edges)
            return event, sorted((slots[e.process], e.transition) for e in edges)

        return kind


def reduce(
    spec: Spec, selected: Sequence[Property], off: Collection[str] = (), *, findings: bool = True
) -> Reduced:
    """Lower a spec with every reduction whose condition holds, but for those that are `off`.

    `selected` are the properties that will be decided; `findings`: so will the structure of the
    whole spec. Raises what `lower` raises.
    """
    narrowed = unreduced(spec) if VALUES in off else narrow(spec, selected)
    system, lowering = lower(narrowed.spec)
    system = narrowed.started(system, lowering.layout)
    # Whether runs may be told of orbits is not looked into for temporal formulas.
    looks = SYMMETRY not in off
    folds = looks and all(p.formula is None for p in selected)
    asks = folds or (looks and any(p.each for p in selected))
    copies = alike_copies(narrowed.spec, system) if asks else ()
    first = tuple(first_of_each(system, lowering, copies, p) for p in selected)
    instances = tuple(
        (p.name, len([*bindings(p.each)]), len([*bindings(fewer.each)]))
        for p, fewer in zip(selected, first, strict=True)
        if fewer.each != p.each
    )
    part = None if CONE in off else cone(system, lowering, selected, machines=not findings)
    alike = whole = symmetries(system, lowering, copies if folds else (), first)
    if part is not None:
        system = part.slice
        here = alike_copies(narrowed.spec, system) if folds else ()
        alike = symmetries(system, lowering, here, first)
    # Symmetry saves more where both apply, and together they would need a proof of their own.
    private = None if ORDER in off or alike else order(system, lowering, selected)
    return Reduced(
        narrowed.spec, system, lowering, first, instances, copies, alike, narrowed.reduction, part,
        private, whole,
    )  # fmt: skip
