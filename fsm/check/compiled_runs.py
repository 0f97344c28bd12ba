"""Claims about runs in the compiled engine: the product with an automaton is searched for each of
them, and kept until the next is."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from fsm.check.engines import CutShort
from fsm.check.task import Task
from fsm.explore.compiled.bounds import fits
from fsm.explore.compiled.components import Components
from fsm.explore.compiled.conditions import conditions_of
from fsm.explore.compiled.doors import doors_of
from fsm.explore.compiled.kernels import FOUND
from fsm.explore.compiled.lassos import Walks
from fsm.explore.compiled.memory import OutOfMemory
from fsm.explore.compiled.paths import Cut
from fsm.explore.compiled.product import BITS, Product, product_of
from fsm.explore.compiled.search import Search
from fsm.explore.compiled.space import CompiledSpace, Stopped, Unsuitable
from fsm.explore.compiled.store import Machine
from fsm.explore.emit import Values
from fsm.explore.graph import Path
from fsm.explore.space import INTERRUPTED, MEMORY
from fsm.explore.successors import DELAY
from fsm.logic.decide import Decision, Witness
from fsm.logic.linear import Linear
from fsm.logic.remedies import Remedy, parties, remedies
from fsm.semantics.trace import Bindings

T = TypeVar("T")


def product_for(task: Task, machine: Machine, linear: Linear) -> Product:
    """What is searched for a claim. Raises `Unsuitable`."""
    if not fits(task.system, task.lowering.codes, linear.nodes):
        raise Unsuitable("a value may not fit into 64 bits")
    codes = machine.program.codes
    conditions = conditions_of(task.system, codes, BITS - 1 - linear.automaton.marks)
    beside = linear.beside(task.system, codes)
    return product_of(machine, task.system, task.variants, beside, conditions)


class _Searched(Struct, frozen=True):
    """A product that was searched: the variants that have a bad prefix, and those that have a fair
    component. `whole`: from the start of runs; else from where they begin to be watched.
    `components` is None where no run can stay for ever, or a limit was reached."""

    product: Product
    whole: bool
    search: Search
    initial: list[tuple[int, int]]
    bad: int
    endless: int
    components: Components | None

    def free(self) -> None:
        """Give the memory back."""
        self.search.free()
        if self.components is not None:
            self.components.free()


class Runs:
    """Decides claims about the runs of a space that was searched."""

    def __init__(self, space: CompiledSpace) -> None:
        self.space = space
        self._last: _Searched | None = None

    def decision(self, each: Bindings, linear: Linear, product: Product) -> Decision:
        """Which variants violate a claim, and a run of each. Raises `CutShort`."""
        if self.space.limit:
            raise CutShort
        found = self._guarded(lambda: self._searched(linear, product))
        outward = self.space.outward
        violated = outward(found.bad | found.endless)
        undecided = self.space.undecided & ~violated
        shown: list[Values] = []

        def find(variant: int) -> Path | None:
            walked = self._guarded(lambda: self._run(linear, product, variant))
            if walked is None:
                return None
            path, shown[:] = walked
            return path

        def unfair() -> Remedy:
            return self._guarded(lambda: self._remedies(linear, product))

        witness = Witness(find, shown.__getitem__)
        return Decision(each, violated, undecided, witness, tuple if found.bad else unfair)

    def _searched(self, linear: Linear, product: Product, *, whole: bool = False) -> _Searched:
        """The product, searched now unless it is what was searched last; the `whole` of it, if that
        is asked for or nothing is to be saved."""
        if self._last is not None:
            if self._last.product is product and (self._last.whole or not whole):
                return self._last
            self._last.free()
            self._last = None
        space = self.space
        space.unmark()  # there had better be room
        initial = list(self._initial(linear, product))
        doors = None
        if not whole:
            doors = doors_of(product, space.machine, space.search.store, space.ledger)
        if doors is not None:
            initial = [(n, m) for n, m in initial if product.is_watched(n)] + doors
        search = Search(
            product.machine, space.ledger, replace(space.limits, states=None),
            progress=space.progress, threads=space.threads,
        )  # fmt: skip
        search.kept = None if product.machine.shape.family else []
        search.start(initial)
        search.run()
        bad = search.found(FOUND)
        found = _Searched(product, doors is None, search, initial, bad, 0, None)
        if search.limit:
            self._stop(search.limit)
        elif product.beside.open:
            found = self._with_components(found)
        self._last = found
        return found

    def _with_components(self, found: _Searched) -> _Searched:
        space = self.space
        try:
            components = Components(found.product, found.search)
            everything = space.inward(space.variants.everything)
            endless = components.violating(everything & ~found.bad)
            return replace(found, endless=endless, components=components)
        except OutOfMemory:
            if found.search.forget() or space.search.forget():
                return self._with_components(found)
            self._stop(MEMORY)
        except KeyboardInterrupt:
            self._stop(INTERRUPTED)
        except Stopped:
            self._stop(found.search.limit)
        return found

    def _initial(self, linear: Linear, product: Product) -> Iterator[tuple[int, int]]:
        start = linear.start(self.space.variants)
        pack = self.space.machine.packing.pack
        for values, mask in self.space.successors.plain.initial():
            for state, m in start(values, mask) if mask else ():
                control = product.beside.control(0, state)
                yield product.node(pack(values), control), self.space.inward(m)

    def _remedies(self, linear: Linear, product: Product) -> Remedy:
        found = self._searched(linear, product)
        components = found.components
        if components is None or not (product.conditions.events or product.conditions.machines):
            return ()  # nothing to remedy, or no room for so much fairness
        conditions = product.conditions
        of = parties(
            self.space.system, conditions.events.__getitem__, conditions.machines.__getitem__, bool
        )  # fmt: skip
        return remedies(of, lambda more: not components.violating(found.endless, sum(more)))

    # --- runs ---------------------------------------------------------------------------------

    def _run(
        self, linear: Linear, product: Product, variant: int
    ) -> tuple[Path, list[Values]] | None:
        found = self._searched(linear, product, whole=True)
        bit = self.space.inward(1 << variant)
        components = found.components or Components(product, found.search)
        walks = Walks(components, [node for node, m in found.initial if m & bit], bit)
        path = walks.to_the_end() if found.bad & bit else walks.lasso()
        if path is None:
            return None
        states = [self.space.values(product.state(walks.nodes[n])) for n in path.nodes]
        codes = [
            walks.code(here, label, there)
            for here, label, there in zip(path.nodes, path.steps, path.nodes[1:], strict=False)
        ]
        walks.free()
        steps = tuple(
            self._number(code, here, there, variant)
            for code, here, there in zip(codes, states, states[1:], strict=False)
        )
        return Path(tuple(range(len(states))), steps, path.loop), states

    def _number(self, code: int, here: Values, there: Values, variant: int) -> int:
        """The number of a step in Python's step function; 0 is to let time pass, or to stutter."""
        if code == 0:
            return DELAY
        successors = self.space.successors
        info, goal = successors.program.codes.step(code), successors.key(there)
        return next(
            number for number, target, mask in successors.of(successors.key(here), 1 << variant)
            if target == goal and mask >> variant & 1 and successors.steps[number] == info
        )  # fmt: skip

    def _guarded(self, ask: Callable[[], T]) -> T:
        try:
            return ask()
        except OutOfMemory as problem:
            self._stop(MEMORY)
            raise CutShort from problem
        except KeyboardInterrupt as problem:
            self._stop(INTERRUPTED)
            raise CutShort from problem
        except Stopped as problem:
            assert self._last is not None
            self._stop(self._last.search.limit)
            raise CutShort from problem
        except Cut as problem:
            self._stop(str(problem))
            raise CutShort from problem

    def _stop(self, limit: str) -> None:
        self.space.limit = limit
        self.space.undecided = self.space.variants.everything
