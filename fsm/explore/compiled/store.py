"""The states that a search has met, and the machine code that asks for them."""

import time
from collections.abc import Callable, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from fsm.explore.compiled import kernels, loops
from fsm.explore.compiled.kernels import Shape
from fsm.explore.compiled.memory import Block, Ledger, OutOfMemory
from fsm.explore.compiled.native import Native
from fsm.explore.compiled.near import ANY
from fsm.explore.compiled.numbered import numbered
from fsm.explore.compiled.sets import Sets
from fsm.explore.compiled.widths import Types
from fsm.explore.packing import Packing
from fsm.explore.program import Program

HASH = 63  # bits of a hash
FIRST_SIZE = 1 << 16  # entries of a table to begin with
DENSE = 8  # times the table that would be next: up to there, a bitset is rather taken
PARTS = {
    "search": ("search", "enter", "gather", "rehash"), "look": ("look",),
    "marks": ("sweep", "census"), "count": ("count",), "paths": ("pick", "previous"),
    "lookup": ("lookup",), "pour": ("pour",),
}  # fmt: skip
_PART = {name: part for part, names in PARTS.items() for name in names}


class Spent(Struct):
    """What compiling took so far, in seconds."""

    seconds: float = 0.0


class Machine(Struct, frozen=True):
    """What is known before a search: how states are kept, the steps, the questions, and their
    source; the code is compiled when it is first asked for. `names` says what more names in the
    source hold. `shared`: several threads may search at once, which costs a single one a tenth."""

    shape: Shape
    packing: Packing
    program: Program
    questions: str
    questions_asked: int
    sets: Sets | None  # of a family of more variants than a word has bits
    loaded: dict[str, Native]
    names: Types = {}
    near: str = ANY  # see `write_near`
    shared: bool = False
    spent: Spent = field(default_factory=Spent)

    @property
    def room(self) -> int:
        """Room that a kernel needs to go on: for the steps of one state, and for those that it has
        not looked up yet."""
        return self.program.most + kernels.LINE

    def code(self, name: str) -> Callable[..., int]:
        """A kernel as machine code."""
        part = _PART[name]
        if part not in self.loaded:
            began = time.monotonic()
            text = self.source(part)
            names = [n for n in PARTS[part] if f"def {n}(" in text]
            types = self.types(shared=self._is_shared(part))
            public: dict[str, Sequence[str]] = {n: loops.PUBLIC[n] for n in names}
            if self.sets is not None:
                text = numbered(text, self.sets)
                public = {n: (*parameters, "memo") for n, parameters in public.items()}
            self.loaded[part] = Native(text, types, public)
            self.spent.seconds += time.monotonic() - began
        code = self.loaded[part][name]
        return code if self.sets is None else self.sets.settled(code)

    def _is_shared(self, part: str) -> bool:
        """Do several threads run it at once, and write?"""
        return self.shared and part == "search"

    @property
    def compiler(self) -> int:
        """Bytes that the compiler will take again for a while, if more code is asked for."""
        return max((native.given_back for native in self.loaded.values()), default=0)

    def types(self, *, shared: bool = False) -> Types:
        """What the names in the source hold; `shared`: where several threads take part."""
        own = self.shape.types(self.program.most, self.program.scratch, shared=shared)
        return {**own, **self.names}

    def dense(self) -> "Machine":
        """The same for a bitset."""
        shape = replace(self.shape, bitset=self.shape.possible, possible=None)
        return replace(self, shape=shape, loaded={})

    def source(self, part: str) -> str:
        """The source of one of `PARTS`: each is compiled when it is first asked for."""
        if part == "pour":
            return loops.POUR
        shape, most = self.shape, self.program.most
        own = {
            "search": lambda: loops.write_search(shape, most),
            "look": lambda: loops.write_look(shape, most),
            "marks": lambda: loops.write_marks(shape),
            "count": lambda: loops.write_count(shape),
            "paths": lambda: loops.write_paths(shape),
            "lookup": loops.write_lookup,
        }[part]()
        steps = [self.program.text, self.questions] if part != "lookup" else []
        if part == "paths":
            steps.append(self.near)
        return "\n\n".join([*steps, kernels.write_store(shape, shared=self._is_shared(part)), own])


class Store:
    """A bitset or a table, with `box`: what kernels and driver tell each other. `machine` has the
    code for what it is now."""

    def __init__(self, machine: Machine, ledger: Ledger) -> None:
        self.machine, self.ledger = machine, ledger
        shape = machine.shape
        self.box = Block(ledger, kernels.BOX)
        self.reach: Block | None = None
        if shape.bitset is not None:
            self.seen = Block(ledger, shape.bitset // 8 + 1, 8)
            return
        self.seen = Block(ledger, FIRST_SIZE, shape.bits)
        if shape.family:
            self.reach = Block(ledger, 2 * FIRST_SIZE)
        self._resized()

    def _resized(self) -> None:
        self.box[kernels.SIZE] = self.seen.length
        lines = self.seen.length // self.machine.shape.lanes
        self.box[kernels.SHIFT] = HASH - lines.bit_length() + 1
        self.box[kernels.CAPACITY] = self.seen.length // 8 * 5

    @property
    def size(self) -> int:
        """In bytes."""
        return self.seen.size + (self.reach.size if self.reach else 0)

    @property
    def spots(self) -> int:
        """How many rounds of `_each` there are."""
        return self.seen.length

    @property
    def arrays(self) -> tuple[int, int, int]:
        """The addresses that kernels call seen, reach and box."""
        return self.seen.address, self.reach.address if self.reach else 0, self.box.address

    def grow(self, needed: int) -> None:
        """Until so many more fit: a bitset, or twice as many entries. Raises `OutOfMemory`."""
        while not self.has_room(needed) and not self._becomes_bitset():
            old = self.seen.length
            self.seen.grow(2 * old)
            if self.reach:
                self.reach.grow(4 * old)
            self._resized()
            self.machine.code("rehash")(*self.arrays, old)

    def has_room(self, needed: int) -> bool:
        """Do so many more states fit?"""
        if self.machine.shape.bitset is not None:
            return True
        return self.box[kernels.STATES] + needed <= self.box[kernels.CAPACITY]

    def _becomes_bitset(self) -> bool:
        """Put all states into a bitset, if that does not need much more than a table. It has room
        for whatever may come, and is asked several times as fast."""
        possible = self.machine.shape.possible
        if possible is None or possible // 8 > DENSE * 2 * self.seen.size:
            return False
        try:
            bits = Block(self.ledger, possible // 8 + 1, 8)
        except OutOfMemory:
            return False
        self.machine = self.machine.dense()
        self.machine.code("pour")(self.seen.address, self.seen.length, bits.address)
        self.seen.free()
        self.seen = bits
        return True

    def column(self) -> Block:
        """A mark for each spot and variant, none set."""
        if self.machine.shape.family:
            return Block(self.ledger, self.seen.length)
        spots = self.seen.length
        return Block(self.ledger, spots if self.machine.shape.bitset is not None else spots // 8, 8)

    def reached(self, state: int) -> int:
        """The variants in which a state is reached."""
        wanted = one(self.ledger, self.machine.shape.bits, state)
        found = self.machine.code("lookup")(*self.arrays, wanted.address)
        wanted.free()
        return found

    def free(self) -> None:
        """Give the memory back."""
        for block in (self.seen, self.box, self.reach):
            if block is not None:
                block.free()


def one(ledger: Ledger, bits: int, value: int = 0) -> Block:
    """A block of a single number."""
    block = Block(ledger, 1, bits)
    block[0] = value
    return block
