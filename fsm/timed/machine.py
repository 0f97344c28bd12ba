"""Searching zones in machine code: memory, limits, and what was found.

The answers are those of `fsm.timed.zone_graph` for a watch that remembers nothing, in its order. A
path of nodes is walked once more by that very search, zone by zone, before anybody sees it: see
`fsm.timed.retrace`.
"""

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Protocol

from msgspec import Struct

from fsm.explore.compiled.memory import Block, Ledger, OutOfMemory
from fsm.explore.compiled.native import Native
from fsm.explore.emit import Values
from fsm.explore.memory import used
from fsm.explore.space import INTERRUPTED, MEMORY, Limits, Progress, exceeded
from fsm.explore.variants import Variants
from fsm.semantics.ir import Node
from fsm.semantics.lowered import System
from fsm.timed import kernels
from fsm.timed.dbm import Zone
from fsm.timed.guards import Numbering
from fsm.timed.kernels import BOX, NODE, NOTE, SHELF
from fsm.timed.limits import Horizons
from fsm.timed.machine_source import Claim, Source, claims_of, write_source
from fsm.timed.split import Split, split
from fsm.timed.steps import TimedSuccessors
from fsm.timed.turning import Copies

AT_ONCE = 1 << 14  # nodes between two looks at the clock
_TABLES = kernels.PUBLIC["search"][:-5]


class Code(Protocol):
    """Kernels by name."""

    def __getitem__(self, name: str) -> Callable[..., int]: ...


class Hit(Struct, frozen=True):
    """Where a claim is met first, in some variants."""

    claim: Claim
    node: int
    mask: int


def available() -> bool:
    """Is there a compiler?"""
    return find_spec("llvmlite") is not None


class ZoneMachine:
    """What is known before a search: sources for a system and the questions asked of its nodes.

    `questions[k]` is looked for under the number k. With `copies` that are alike, for questions
    that no renaming changes, one zone stands for all renamed ones. Raises `NotPlain`.
    """

    def __init__(
        self, system: System, variants: Variants, horizons: Horizons, questions: Sequence[Node],
        copies: Sequence[Copies] = (),
    ) -> None:  # fmt: skip
        numbering = Numbering(len(system.slots))
        self.system, self.variants = system, variants
        self.split: Split = split(system, variants)
        self.claims = tuple(
            claim
            for what, node in enumerate(questions)
            for claim in claims_of(what, node, variants, numbering)
        )
        self.source: Source = write_source(
            system, self.split, variants, horizons, self.claims, copies
        )
        self.questions = len(questions)

    def native(self) -> Native:
        """The machine code."""
        return Native(self.source.text, self.source.types, dict(kernels.PUBLIC))


class ZoneSpace:
    """A space that is searched when it is made: to its end, or to a limit, which `limit` names.

    `found[k]` are the variants in which question k has a node; `hits` says where. `nodes` counts
    those that were new when they were found, `expanded` those that were still so in their turn;
    `transitions` as in a `ZoneGraph`. With `wanted`, the variants in which each question is known
    to have a node, the search is over once these are found.
    """

    def __init__(
        self, machine: ZoneMachine, successors: TimedSuccessors, limits: Limits,
        progress: Progress | None = None, code: Code | None = None,
        wanted: Sequence[int] | None = None,
    ) -> None:  # fmt: skip
        self.machine, self.limit = machine, ""
        self._limits, self._progress, self._wanted = limits, progress, wanted
        self._whole = machine.variants.everything
        self._single = machine.source.program.single
        self._ledger = Ledger(None if limits.memory is None else limits.memory - used())
        self._code: Code = machine.native() if code is None else code
        try:
            self._make_tables()
            self._run(successors)
        except OutOfMemory:
            self.limit = MEMORY
        except KeyboardInterrupt:
            self.limit = INTERRUPTED
        self.nodes, self.transitions = self._box[kernels.NODES], self._box[kernels.STEPS]
        self.frames, self.expanded = self._box[kernels.FRAMES], self._box[kernels.EXPANDED]
        self.undecided = self._told(self._box[kernels.CUT])
        if self.limit:
            self.undecided = self._whole
        elif self.undecided:
            self.limit = f"{limits.states} states"
        self.found = [self._told(self._blocks["found"][k]) for k in range(machine.questions)]
        self.hits = tuple(self._read_notes())

    def path(self, node: int) -> list[tuple[Values, Zone]]:
        """The discrete states and zones from the start to a node."""
        nodes, shelves, zones = (self._blocks[k] for k in ("nodes", "shelves", "zones"))
        found = []
        while node >= 0:
            frame, at = nodes[node * NODE + kernels.FRAME], nodes[node * NODE + kernels.AT]
            size = shelves[frame * SHELF + kernels.SORT] ** 2
            state = self._values(self._blocks["states"][frame])
            found.append((state, tuple(zones[at + k] for k in range(size))))
            node = nodes[node * NODE + kernels.PARENT]
        return found[::-1]

    def mask(self, node: int) -> int:
        """The variants in which a node was new."""
        return self._told(self._blocks["nodes"][node * NODE + kernels.VARIANTS])

    def alive(self) -> int:
        """How many nodes no larger zone has swallowed."""
        marks = self._blocks["alive"]
        return sum(marks[k] for k in range(self.nodes))

    # --- the search ---------------------------------------------------------------------------

    def _make_tables(self) -> None:
        source, machine = self.machine.source, self.machine
        ledger, bits = self._ledger, source.types["p"]
        assert isinstance(bits, int)
        zone = (source.clocks + 1) ** 2
        self._box = Block(ledger, BOX)
        variants = self._whole.bit_count()
        notes = NOTE * (variants * machine.questions + 1)
        self._values = source.packing.reader()
        self._blocks = {
            "nodes": Block(ledger, 0), "zones": Block(ledger, 0), "alive": Block(ledger, 0, 8),
            "states": Block(ledger, 0, bits), "shelves": Block(ledger, 0),
            "facts": Block(ledger, 0), "table": Block(ledger, 0), "box": self._box,
            "code_at": Block(ledger, source.program.codes.end), "cons": Block(ledger, 1 << 10),
            "starts": _filled(ledger, source.starts), "rows": _filled(ledger, source.rows),
            "found": Block(ledger, max(1, machine.questions)), "notes": Block(ledger, notes),
        }  # fmt: skip
        self._scratch = [Block(ledger, zone) for _ in range(5)]
        self._todo = Block(ledger, 1, bits)
        self._next_step = 1  # where the next entry of `cons` goes
        limit = self._limits.states
        self._box[kernels.LIMIT] = 1 << 62 if limit is None else limit
        self._make_room(1)

    def _run(self, successors: TimedSuccessors) -> None:
        pack = self.machine.source.packing.pack
        for state, mask in successors.initial():
            if mask:
                self._todo[0] = pack(state)
                self._go_on("start", self._todo.address, 1 if self._single else mask)
        self._box[kernels.BUDGET] = AT_ONCE
        while not self.limit and self._go_on("search"):
            if self._progress is not None:
                self._progress("exploring", self._box[kernels.NODES])
            self.limit = exceeded(self._limits)
            if self._wanted is not None and self._has_all(self._wanted):
                break

    def _has_all(self, wanted: Sequence[int]) -> bool:
        found = self._blocks["found"]
        return all(not want & ~self._told(found[k]) for k, want in enumerate(wanted))

    def _go_on(self, kernel: str, *first: int) -> bool:
        """Run a kernel until it is done, or (True) pauses."""
        function = self._code[kernel]
        scratch = [b.address for b in self._scratch[kernel == "start" :]]
        while True:
            tables = [self._blocks[name].address for name in _TABLES]
            why = function(*first, *tables, *scratch)
            if why in (kernels.DONE, kernels.PAUSE):
                if kernel == "start":
                    self._make_room(1)
                return why == kernels.PAUSE
            assert why != kernels.DEFECT, "a clock that matters is not followed"
            if why == kernels.CODE:
                self._learn(self._box[kernels.WANT])
            else:
                self._make_room(self._box[kernels.WANT])

    def _make_room(self, steps: int) -> None:
        """For so many more steps, and for twice as much as there is now."""
        source, box, blocks = self.machine.source, self._box, self._blocks
        nodes = box[kernels.NODES] + max(steps * source.each, box[kernels.NODES], 1 << 10)
        frames = box[kernels.FRAMES] + max(steps, box[kernels.FRAMES], 1 << 10)
        words = box[kernels.WORDS] + max(
            steps * source.each * (source.clocks + 1) ** 2, box[kernels.WORDS], 1 << 14
        )
        each = 3 * (source.clocks + 1 + len(self.machine.split.holds))
        facts = box[kernels.FACTS] + max(steps * each, box[kernels.FACTS], 1 << 12)
        sizes = {
            "nodes": nodes * NODE, "alive": nodes, "zones": words,
            "states": frames, "shelves": frames * SHELF, "facts": facts,
        }  # fmt: skip
        for name, size in sizes.items():
            if blocks[name].length < size:
                blocks[name].grow(size)
        box[kernels.NODE_ROOM], box[kernels.WORD_ROOM] = nodes, words
        box[kernels.FRAME_ROOM], box[kernels.FACT_ROOM] = frames, facts
        size = 1 << (2 * frames).bit_length()
        if blocks["table"].length < size:
            blocks["table"].free()
            blocks["table"] = Block(self._ledger, size)
            box[kernels.SIZE] = size
            names = ("states", "table", "box")
            self._code["rehash"](*(blocks[name].address for name in names))

    def _learn(self, code: int) -> None:
        """Enter a step into the tables: is it urgent, its bounds, the clocks that it restarts."""
        machine = self.machine
        step = machine.source.program.codes.step(code)
        bounds = [c for edge in step.edges for c in machine.split.boxes[edge]]
        restarts = sorted(machine.split.restarts(step, machine.system))
        urgent = step.action is not None and machine.system.actions[step.action].urgent
        numbers = [x for bound in bounds for x in bound]
        entry = [int(urgent), len(bounds), *numbers, len(restarts), *restarts]
        cons = self._blocks["cons"]
        if self._next_step + len(entry) > cons.length:
            cons.grow(2 * cons.length + len(entry))
        for k, value in enumerate(entry):
            cons[self._next_step + k] = value
        self._blocks["code_at"][code] = self._next_step
        self._next_step += len(entry)

    # --- what was found -----------------------------------------------------------------------

    def _told(self, mask: int) -> int:
        """A set of variants as others know it: machine code calls a single one 1."""
        return (self._whole if mask else 0) if self._single else mask

    def _read_notes(self) -> list[Hit]:
        notes, claims = self._blocks["notes"], self.machine.claims
        return [
            Hit(claims[notes[k]], notes[k + 1], self._told(notes[k + 2]))
            for k in range(0, NOTE * self._box[kernels.NOTED], NOTE)
        ]


def _filled(ledger: Ledger, values: Sequence[int]) -> Block:
    found = Block(ledger, max(1, len(values)))
    for k, value in enumerate(values):
        found[k] = value
    return found
