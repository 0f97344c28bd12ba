"""The reachable space in machine code: what was found while it was searched, and what is asked of
it afterwards by reading it again. No steps are stored; they are computed anew."""

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from math import prod

from msgspec import Struct

from fsm.errors import UsageError
from fsm.explore.compiled.bounds import fits
from fsm.explore.compiled.crew import added_up
from fsm.explore.compiled.hand import Note
from fsm.explore.compiled.kernels import FOUND, QUIET, STUCK, Shape, write_questions
from fsm.explore.compiled.memory import Block, Ledger, OutOfMemory
from fsm.explore.compiled.near import write_near
from fsm.explore.compiled.paths import Cut, Goal, shortest
from fsm.explore.compiled.search import Search
from fsm.explore.compiled.sets import Sets
from fsm.explore.compiled.sightings import Sightings
from fsm.explore.compiled.store import Machine
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

BITSET = 1 << 29  # the most bits of a bitset to begin with
LARGEST = 1 << 34  # the most bits of a bitset that a table may become
WIDEST = 512  # bits of a state in a table
VARIANTS = 62  # of a family whose sets are words
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
    table, which may become one once there are so many states. Raises `Unsuitable`."""
    single = variants.everything.bit_count() == 1
    many = not single and variants.everything.bit_length() > VARIANTS
    size = prod(slot.high - slot.low + 1 for slot in system.slots)
    if single and size <= BITSET:
        return Shape(size, 64, False), digits(system.slots)
    if single and size <= LARGEST:
        return Shape(None, 64, False, possible=size), digits(system.slots)
    needed = sum((s.high - s.low).bit_length() for s in system.slots) + 2
    if needed > WIDEST:
        raise Unsuitable(f"a state of {needed - 2} bits")
    bits = 64
    while bits < needed:
        bits *= 2
    return Shape(None, bits, not single, many), packing(system.slots)


def machine_for(
    system: System, variants: Variants, codes: Sequence[Sequence[int]], questions: Sequence[Node],
    judged: Sequence[int], ending: Sequence[int], threads: int = 1,
) -> Machine:  # fmt: skip
    """The sources for a system and questions about its states, each without watchers and with a
    value everywhere; see `write_questions`. So many `threads` may search. Raises `Unsuitable`."""
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
    sets = Sets(variants.everything) if shape.numbered else None
    near = write_near(system, packed)
    return Machine(
        shape, packed, program, asked, len(questions), sets, {}, near=near, shared=threads > 1
    )


class Census(Struct, frozen=True):
    """The variants in which there are such states, how many there are in some variant, and for each
    question the variants in which one of them answers yes."""

    met: int
    states: int
    yes: list[int]


class CompiledSpace:
    """A space that is searched when it is made. `limit` says what cut it short, in part or whole.

    What it answers does not depend on how many `threads` it may take, nor on whether runs are
    expected to be asked for.
    `successors` gives the same steps in Python, one state at a time, and keeps what was noticed.
    """

    def __init__(
        self, system: System, variants: Variants, machine: Machine, limits: Limits,
        progress: Progress | None = None, threads: int = 1, *, runs_expected: bool = True,
    ) -> None:  # fmt: skip
        self.system, self.variants, self.machine = system, variants, machine
        self.limits, self.progress, self.threads = limits, progress, threads
        self.successors = Generated(system, variants)
        assert self.successors.program.sights == machine.program.sights
        self.values = machine.packing.reader()
        self.ledger = Ledger(
            None if limits.memory is None else limits.memory - used() - machine.compiler
        )
        if machine.sets is not None:
            machine.sets.ledger = self.ledger
        self.limit = ""
        self.started = 0
        self._sightings = Sightings(self.successors)
        self._marked: tuple[tuple[int, ...], Block] | None = None
        self.leaves: list[set[int]] = [set() for _ in system.processes]  # at the start
        try:
            self.search = Search(machine, self.ledger, limits, self._notice, progress, threads)
        except OutOfMemory as problem:
            raise Unsuitable("the memory limit leaves no room to begin") from problem
        try:
            self.search.runs_expected = runs_expected
            self.search.kept = None if machine.shape.family else []
            self.search.start(self._starts())
            if not self.limit:
                self.search.run()
        except OutOfMemory:
            self.limit = MEMORY
        except KeyboardInterrupt:
            self.limit = INTERRUPTED
        self._sightings.finish()
        self.machine = self.search.machine
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
                yield self.machine.packing.pack(values), self.inward(mask)

    def _notice(self, note: Note) -> None:
        code, state, mask = note
        key = self.successors.key(self.values(state))
        self._sightings.notice(code, key, self.outward(mask), self.search.depth)

    def _transitions(self) -> int:
        """A family's are counted once more: a step may be taken for some variants after others."""
        if not self.machine.shape.family or self.search.limit or self.limit:
            return self.search.steps
        try:
            marks = (*self._arrays(), self.marked().address)
            count = self.machine.code("count")
            return self._added_up(lambda low, high: count(*marks, low, high))
        except OutOfMemory:
            self.limit = MEMORY
        except KeyboardInterrupt:
            self.limit = INTERRUPTED
        except Stopped:
            pass
        finally:
            self.unmark()
        return self.search.steps

    # --- masks: inside, a single variant is 1, and a large family's have numbers ---------------

    def inward(self, mask: int) -> int:
        """A set of variants as machine code has it."""
        if self.machine.sets is not None:
            return self.machine.sets.number(mask)
        return mask if self.machine.shape.family else int(mask != 0)

    def outward(self, mask: int) -> int:
        """The way back."""
        if self.machine.sets is not None:
            return self.machine.sets.masks[mask]
        if self.machine.shape.family:
            return mask
        return self.variants.everything if mask else 0

    # --- what the search found ----------------------------------------------------------------

    def found(self, question: int) -> int:
        """The variants in which some state answers yes to a question (that is judged)."""
        return self.outward(self.search.found(FOUND + question))

    @property
    def stuck(self) -> int:
        """The variants in which some state has no step at all."""
        return self.outward(self.search.found(STUCK))

    @property
    def quiet(self) -> int:
        """The variants in which some state has no discrete step."""
        return self.outward(self.search.found(QUIET))

    def edges_taken(self) -> set[int]:
        """The numbers of the edges that some step takes."""
        steps = map(self.machine.program.codes.step, self.search.taken())
        return {edge for step in steps for edge in step.edges}

    @property
    def ended(self) -> int | None:
        """How many states have no step at all, in some variant; None: that is not known."""
        return None if self.undecided or self.machine.shape.family else self.search.ended

    # --- what is asked afterwards -------------------------------------------------------------

    def marked(self, *asked: int) -> Block:
        """Marks for all states and variants, set one after the other: for whatever can reach a
        state that answers yes to a question, or LIVE or PASSING; for GONE, whatever cannot but come
        to where nothing goes on. They stay until others are asked for, or `unmark` gives them back.
        Raises `Stopped`.
        """
        if self._marked is None or self._marked[0] != asked:
            self.unmark()
            column = self._column()
            try:
                for which in asked:
                    self._able(which, column)
            except BaseException as problem:
                column.free()
                raise self._stopped(problem) from problem
            self._marked = asked, column
        return self._marked[1]

    def unmark(self) -> bool:
        """Give marks back. Were there any?"""
        if self._marked is None:
            return False
        self._marked[1].free()
        self._marked = None
        return True

    def _stopped(self, problem: BaseException) -> BaseException:
        """What to raise for it: where there was no room, that the limit was reached."""
        if not isinstance(problem, OutOfMemory):
            return problem
        self.limit = MEMORY
        return Stopped()

    def _column(self) -> Block:
        try:
            return self.search.store.column()
        except OutOfMemory as problem:
            if self.search.forget():
                return self._column()
            raise self._stopped(problem) from None

    def _able(self, which: int, column: Block) -> None:
        """A state is marked once a step of it leads to a mark; rounds end when there is nothing
        new. Threads may see marks of a round early or late: the last round has none."""
        sweep, marks = self.machine.code("sweep"), (*self._arrays(), column.address)
        while self._added_up(lambda low, high: sweep(which, *marks, low, high)):
            pass

    def _added_up(self, call: Callable[[int, int], int]) -> int:
        whole = self.search.store.spots
        threads = self.search.most_threads if whole > 2 * SPOTS else 1
        return added_up(call, self._spots(), threads)

    def census(self, kind: int, marked: Sequence[int], questions: Sequence[int]) -> Census:
        """Ask questions (of a range) of the states without a mark, as `marked`. Raises `Stopped`.

        `kind`: those with steps (DEAD), those without (STOPPED), or all (LEFT)."""
        column = self.marked(*marked)
        first, last = (questions[0], questions[-1] + 1) if questions else (0, 0)
        found = Block(self.ledger, FOUND + self.machine.questions_asked)
        try:
            for low, high in self._spots():
                self.machine.code("census")(
                    kind, *self._arrays(), column.address, low, high, first, last, found.address
                )
        except OutOfMemory as problem:  # for the sets of a large family
            raise self._stopped(problem) from None
        met, states = self.outward(found[0]), found[1]
        yes = [self.outward(found[FOUND + k]) for k in questions]
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
        return self.outward(self.search.store.reached(self.machine.packing.pack(values)))

    # --- shortest runs ------------------------------------------------------------------------

    def path(
        self, variant: int, kind: int, which: int = 0, marked: Sequence[int] = (),
        wanted: Values | None = None,
    ) -> tuple[Path, list[Values]] | None:  # fmt: skip
        """A shortest run of a variant to a state of a kind (HERE: one that answers yes to the
        question `which`; DEAD, STOPPED: of those; LEFT: without a mark, as `marked`; SAME:
        `wanted`), and its states. Of the nearest such states the one with the least number is
        taken, and of those before it too. Raises `Stopped`. O(states + steps) up to there.
        """
        if self.limit == INTERRUPTED:
            raise Stopped  # whoever interrupts wants an answer now
        bit = self.inward(1 << variant)
        packed = None if wanted is None else self.machine.packing.pack(wanted)
        column = self.marked(*marked) if marked else None
        goal = Goal(kind, which, column, packed)
        while True:
            try:
                states = shortest(self.search, self._initial(variant), bit, goal, self.threads)
                break
            except OutOfMemory:
                pass
            except Cut as problem:
                self.limit = str(problem)
                raise Stopped from None
            if marked or not self.unmark():
                self.limit = MEMORY
                raise Stopped
        return None if states is None else self._steps([*map(self.values, states)], variant)

    def _initial(self, variant: int) -> Iterator[int]:
        for values, mask in self.successors.plain.initial():
            if mask >> variant & 1:
                yield self.machine.packing.pack(values)

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
