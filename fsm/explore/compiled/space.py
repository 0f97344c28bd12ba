"""The reachable space in machine code: what was found while it was searched, and what is asked of
it afterwards by reading it again. No steps are stored; they are computed anew."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import prod

from fsm.errors import UsageError
from fsm.explore.compiled.bounds import fits
from fsm.explore.compiled.crew import added_up
from fsm.explore.compiled.hand import Note
from fsm.explore.compiled.kernels import FOUND, QUIET, STUCK, Shape, write_questions
from fsm.explore.compiled.levels import Level
from fsm.explore.compiled.memory import Block, Ledger, OutOfMemory
from fsm.explore.compiled.search import Search
from fsm.explore.compiled.sightings import Sightings
from fsm.explore.compiled.store import Machine, one
from fsm.explore.emit import Values
from fsm.explore.generated import Generated
from fsm.explore.graph import Path
from fsm.explore.memory import used
from fsm.explore.packing import Packing, digits, packing
from fsm.explore.program import TooWide, write_program
from fsm.explore.space import CANDIDATES, CHECK_EVERY, INTERRUPTED, MEMORY, TIME, Limits, Progress
from fsm.explore.variants import Variants
from fsm.semantics.ir import Node
from fsm.semantics.lowered import System

BITSET = 1 << 29  # the most bits of a bitset
WIDEST = 512  # bits of a state in a table
VARIANTS = 62  # of a family
MOST = 1 << 12  # steps out of one state
CODES = 1 << 24  # of steps
SPOTS = 1 << 18  # of a store, between two looks at the clock; no byte of marks is of two such parts


class Unsuitable(UsageError):
    """A spec that machine code does not serve; `what` says why."""

    def __init__(self, what: str) -> None:
        super().__init__(
            "F741",
            f"too much for the compiled engine: {what}",
            "leave out --engine compiled: the other engines know no such limit",
        )


class Stopped(Exception):
    """A limit was reached on the way; `limit` of the space says which."""


def shape_of(system: System, variants: Variants) -> tuple[Shape, Packing]:
    """A bitset where all integers in mixed radix fit into one and there is one variant, else a
    table. Raises `Unsuitable`."""
    single = variants.everything.bit_count() == 1
    if not single and variants.everything.bit_length() > VARIANTS:
        raise Unsuitable(f"a family of more than {VARIANTS} variants")
    size = prod(slot.high - slot.low + 1 for slot in system.slots)
    if single and size <= BITSET:
        return Shape(size, 64, False), digits(system.slots)
    needed = sum((s.high - s.low).bit_length() for s in system.slots) + 2
    if needed > WIDEST:
        raise Unsuitable(f"a state of {needed - 2} bits")
    bits = 64
    while bits < needed:
        bits *= 2
    return Shape(None, bits, not single), packing(system.slots)


def machine_for(
    system: System, variants: Variants, codes: Sequence[Sequence[int]], questions: Sequence[Node],
    judged: Sequence[int], ending: Sequence[int],
) -> Machine:  # fmt: skip
    """The sources for a system and questions about its states, each without watchers and with a
    value everywhere; see `write_questions`. Raises `Unsuitable`."""
    shape, packed = shape_of(system, variants)
    if not fits(system, codes, questions):
        raise Unsuitable("a value may not fit into 64 bits")
    try:
        program = write_program(system, variants, packed)
    except TooWide as problem:
        raise Unsuitable(problem.message) from problem
    if program.most > MOST or program.codes.end > CODES:
        raise Unsuitable(f"up to {program.most} steps out of one state")
    asked = write_questions(packed, variants, questions, judged, ending)
    return Machine(shape, packed, program, asked, len(questions), {})


@dataclass(frozen=True, slots=True)
class Census:
    """The variants in which there are such states, how many there are in some variant, and for each
    question the variants in which one of them answers yes."""

    met: int
    states: int
    yes: list[int]


class CompiledSpace:
    """A space that is searched when it is made. `limit` says what cut it short, in part or whole.

    What it answers does not depend on how many `threads` it may take.
    `successors` gives the same steps in Python, one state at a time, and keeps what was noticed.
    """

    def __init__(
        self, system: System, variants: Variants, machine: Machine, limits: Limits,
        progress: Progress | None = None, threads: int = 1,
    ) -> None:  # fmt: skip
        self.system, self.variants, self.machine = system, variants, machine
        self.limits, self.progress, self.threads = limits, progress, threads
        self.successors = Generated(system, variants)
        assert self.successors.program.sights == machine.program.sights
        self.values = machine.packing.reader()
        self.ledger = Ledger(None if limits.memory is None else limits.memory - used())
        self.limit = ""
        self.started = 0
        self._sightings = Sightings(self.successors)
        self.leaves: list[set[int]] = [set() for _ in system.processes]  # at the start
        try:
            self.search = Search(machine, self.ledger, limits, self._notice, progress, threads)
        except OutOfMemory as problem:
            raise Unsuitable("the memory limit leaves no room to begin") from problem
        try:
            self.search.kept = None if machine.shape.family else []
            self.search.start(self._starts())
            if not self.limit:
                self.search.run()
        except OutOfMemory:
            self.limit = MEMORY
        except KeyboardInterrupt:
            self.limit = INTERRUPTED
        self._sightings.finish()
        self.states, self.depth = self.search.states, self.search.depth
        self.transitions = self._transitions()
        self.limit = self.limit or self.search.limit
        self.undecided = variants.everything if self.limit else 0

    def _starts(self) -> Iterator[tuple[int, int]]:
        most = self.limits.states
        for looked, (values, mask) in enumerate(self.successors.plain.initial(), start=1):
            if looked % CHECK_EVERY == 0 and _late(self.limits):
                self.limit = TIME
            if most is not None and looked > CANDIDATES * most:
                self.limit = f"{most} states"
            if self.limit:
                return
            if mask:
                self.started |= mask
                for process, leaves in zip(self.system.processes, self.leaves, strict=True):
                    leaves.add(values[process.slot])
                yield self.machine.packing.pack(values), self._inward(mask)

    def _notice(self, note: Note) -> None:
        code, state, mask = note
        key = self.successors.key(self.values(state))
        self._sightings.notice(code, key, self._outward(mask), self.search.depth)

    def _transitions(self) -> int:
        """A family's are counted once more: a step may be taken for some variants after others."""
        if not self.machine.shape.family or self.search.limit or self.limit:
            return self.search.steps
        column = self.search.store.column()
        count, marks = self.machine.code("count"), (*self._arrays(), column.address)
        try:
            return self._added_up(lambda low, high: count(*marks, low, high))
        except Stopped:
            return self.search.steps
        finally:
            column.free()

    # --- masks: a single variant is 1 inside --------------------------------------------------

    def _inward(self, mask: int) -> int:
        return mask if self.machine.shape.family else int(mask != 0)

    def _outward(self, mask: int) -> int:
        if self.machine.shape.family:
            return mask
        return self.variants.everything if mask else 0

    # --- what the search found ----------------------------------------------------------------

    def found(self, question: int) -> int:
        """The variants in which some state answers yes to a question (that is judged)."""
        return self._outward(self.search.found(FOUND + question))

    @property
    def stuck(self) -> int:
        """The variants in which some state has no step at all."""
        return self._outward(self.search.found(STUCK))

    @property
    def quiet(self) -> int:
        """The variants in which some state has no discrete step."""
        return self._outward(self.search.found(QUIET))

    def edges_taken(self) -> set[int]:
        """The numbers of the edges that some step takes."""
        steps = map(self.machine.program.codes.step, self.search.taken())
        return {edge for step in steps for edge in step.edges}

    # --- what is asked afterwards -------------------------------------------------------------

    def column(self) -> Block:
        """Marks for all states and variants, none set. Raises `Stopped` where there is no room."""
        try:
            return self.search.store.column()
        except OutOfMemory:
            if self.search.forget():
                return self.column()
            self.limit = MEMORY
            raise Stopped from None

    def able(self, which: int, column: Block) -> None:
        """Mark whatever can reach a state that answers yes to a question, or LIVE or PASSING; with
        GONE, whatever cannot but come to where nothing goes on. Raises `Stopped`.

        A state is marked once a step of it leads to a mark; rounds end when there is nothing new.
        Threads may see marks of a round early or late: the last round has none.
        """
        sweep, marks = self.machine.code("sweep"), (*self._arrays(), column.address)
        while self._added_up(lambda low, high: sweep(which, *marks, low, high)):
            pass

    def _added_up(self, call: Callable[[int, int], int]) -> int:
        whole = self.search.store.spots
        threads = self.search.most_threads if whole > 2 * SPOTS else 1
        return added_up(call, self._spots(), threads)

    def census(self, kind: int, column: Block, questions: Sequence[int]) -> Census:
        """Ask questions (of a range) of the states without a mark. Raises `Stopped`.

        `kind`: those with steps (DEAD), those without (STOPPED), or all (LEFT)."""
        first, last = (questions[0], questions[-1] + 1) if questions else (0, 0)
        found = Block(self.ledger, FOUND + self.machine.questions_asked)
        for low, high in self._spots():
            self.machine.code("census")(
                kind, *self._arrays(), column.address, low, high, first, last, found.address
            )
        met, states = self._outward(found[0]), found[1]
        yes = [self._outward(found[FOUND + k]) for k in questions]
        found.free()
        return Census(met, states, yes)

    def _spots(self) -> Iterator[tuple[int, int]]:
        """All spots of the store, some at a time, with a look at the clock in between."""
        whole = self.search.store.spots
        for low in range(0, whole, SPOTS):
            if _late(self.limits):
                self.limit = TIME
                raise Stopped
            yield low, min(low + SPOTS, whole)

    def _arrays(self) -> tuple[int, int, int]:
        return self.search.store.arrays

    def reached(self, values: Values) -> int:
        """The variants in which a state is reached."""
        return self._outward(self.search.store.reached(self.machine.packing.pack(values)))

    # --- shortest runs ------------------------------------------------------------------------

    def path(
        self, variant: int, kind: int, which: int = 0, column: Block | None = None,
        wanted: Values | None = None,
    ) -> tuple[Path, list[Values]] | None:  # fmt: skip
        """A shortest run of a variant to a state of a kind (HERE: one that answers yes to the
        question `which`; DEAD, STOPPED: of those; LEFT: without a mark; SAME: `wanted`), and its
        states. Of the nearest such states the one with the least number is taken, and of those
        before it too. Raises `Stopped`. O(states + steps) up to there.
        """
        if self.limit == INTERRUPTED:
            raise Stopped  # whoever interrupts wants an answer now
        bit = self._inward(1 << variant)
        try:
            return self._path(bit, variant, kind, which, column, wanted)
        except OutOfMemory:
            self.limit = MEMORY
            raise Stopped from None

    def _path(
        self, bit: int, variant: int, kind: int, which: int, column: Block | None,
        wanted: Values | None,
    ) -> tuple[Path, list[Values]] | None:  # fmt: skip
        bits, pack = self.machine.shape.bits, self.machine.packing.pack
        goal = one(self.ledger, bits, pack(wanted) if wanted is not None else 0)
        best = one(self.ledger, bits)
        marks = 0 if column is None else column.address
        pick, back = self.machine.code("pick"), self.machine.code("previous")
        levels: list[Level] = []

        def least(level: Level, ask: Callable[[int, int], int]) -> int | None:
            found = []
            for patch in level.patches:
                if ask(patch.states.address, patch.count):
                    found.append(best[0])
            return min(found, default=None)

        def here(states: int, count: int) -> int:
            return pick(kind, which, bit, states, count, *self._arrays(), marks,
                        goal.address, best.address)  # fmt: skip

        def before(states: int, count: int) -> int:
            return back(bit, states, count, goal.address, best.address)

        def content(level: Level) -> bool:
            levels.append(level)
            return least(level, here) is not None

        known = self.search.kept
        search = (
            None
            if known is not None
            else Search(self.machine, self.ledger, Limits(), threads=self.threads)
        )
        try:
            if search is None:
                any(map(content, known or ()))
            else:
                search.start((p, bit) for p, m in self._initial() if m & bit)
                search.run(content)
                if search.limit:
                    self.limit = search.limit
                    raise Stopped
            last = least(levels[-1], here) if levels else None
            if last is None:
                return None
            states = [last]
            for level in reversed(levels[:-1]):
                goal[0] = states[-1]
                earlier = least(level, before)
                assert earlier is not None, "each level is reached from the one before"
                states.append(earlier)
            states.reverse()
        finally:
            if search is not None:
                for level in levels:
                    level.free()
                search.free()
            goal.free()
            best.free()
        return self._steps([self.values(p) for p in states], variant)

    def _initial(self) -> Iterator[tuple[int, int]]:
        for values, mask in self.successors.plain.initial():
            if mask:
                yield self.machine.packing.pack(values), self._inward(mask)

    def _steps(self, states: list[Values], variant: int) -> tuple[Path, list[Values]]:
        """The run through these states, by the first step that leads from each to the next."""
        key, steps = self.successors.key, []
        for here, there in pairwise(states):
            goal = key(there)
            steps.append(next(
                number for number, target, mask in self.successors.of(key(here), 1 << variant)
                if target == goal and mask >> variant & 1
            ))  # fmt: skip
        return Path(tuple(range(len(states))), tuple(steps)), states


def _late(limits: Limits) -> bool:
    return limits.deadline is not None and time.monotonic() > limits.deadline
