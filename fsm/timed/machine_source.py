"""The part of the zone search that is written for each system: its steps, which clocks are active,
what holds up time, and what is asked of each node."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from fsm.explore.compiled.widths import Types
from fsm.explore.defined import defined
from fsm.explore.packing import Packing, packing
from fsm.explore.pieces import Pieces
from fsm.explore.program import Program, TooWide, write_program
from fsm.explore.text import Text
from fsm.explore.variants import Variants
from fsm.semantics.ir import TRUE, Node
from fsm.semantics.lowered import System
from fsm.timed import kernels
from fsm.timed.boxes import Box
from fsm.timed.dbm import opposite
from fsm.timed.guards import Numbering
from fsm.timed.limits import Horizons
from fsm.timed.split import NotPlain, Split, parts
from fsm.timed.turning import Copies, turning_types, write_turning

WIDEST = 512  # bits of a packed state
MOST = 1 << 10  # steps out of one state
VARIANTS = 62  # of a family


class Claim(Struct, frozen=True):
    """Something to look for: is `node` true, with the clocks in the box? `what` says for which of
    several questions that counts."""

    what: int
    node: Node
    box: Box


class Source(Struct, frozen=True):
    """The text of a search, what its names hold, and the tables that it reads: where the limits
    begin for each leaf, and the limits (clock, from below, from above)."""

    text: str
    types: Types
    packing: Packing
    program: Program
    starts: tuple[int, ...]
    rows: tuple[int, ...]
    each: int  # nodes that a step may add
    clocks: int


def claims_of(
    what: int, node: Node, variants: Variants, numbering: Numbering
) -> Iterator[Claim]:  # fmt: skip
    """A question as claims. Raises `NotPlain` where it may have no value."""
    if any(defined(special) != TRUE for _, special in variants.cases(node)):
        raise NotPlain("a question that may have no value")
    for box, left in parts(node, variants, numbering):
        yield Claim(what, left, box)


def write_source(
    whole: System, found: Split, variants: Variants, horizons: Horizons, claims: Sequence[Claim],
    copies: Sequence[Copies] = (),
) -> Source:  # fmt: skip
    """All sources for a system and what is asked of it. Raises `NotPlain`."""
    system = found.system
    packed = packing(system.slots)
    needed = sum((s.high - s.low).bit_length() for s in system.slots) + 2
    bits = 64
    while bits < needed:
        bits *= 2
    if bits > WIDEST or variants.total > VARIANTS:
        raise NotPlain(f"{needed} bits a state, {variants.total} variants")
    try:
        program = write_program(system, variants, packed)
    except TooWide as problem:
        raise NotPlain(problem.message) from problem
    if program.most > MOST:
        raise NotPlain(f"up to {program.most} steps out of one state")
    clocks = len(system.slots)
    holds = [(h.clock, opposite(h.bound) | 1) for h in found.holds if h.clock]
    groups = 1 if program.single else min(variants.everything.bit_count(), 1 << len(holds))
    each = groups * (len(holds) + 1) + 1
    starts, rows = _limits(horizons, system.processes)
    special = _Special(system, variants, packed)
    text = "\n\n".join([
        f"EVERY = {variants.everything}", program.text, special.held(found),
        special.active(clocks), special.judge(claims),
        write_turning(whole, packed, copies) if copies else "",
        kernels.write_kernels(
            bits, clocks, holds, each, single=program.single,
            urgent=any(a.urgent for a in system.actions), turned=bool(copies),
        ),
    ])  # fmt: skip
    kinds = dict(kernels.types(bits, program.most, program.scratch, clocks, len(holds)))
    if copies:
        kinds |= turning_types(whole, copies)
    return Source(text, kinds, packed, program, starts, rows, each, clocks)


def _limits(
    horizons: Horizons, processes: Sequence[object]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The limits that hold everywhere, then those of each leaf of each process, in one row."""
    starts, rows = [0], list[int]()
    for limits in (horizons.everywhere, *(x for own in horizons.local for x in own)):
        for clock, (low, high) in sorted(limits.items()):
            rows += (clock, low, high)
        starts.append(len(rows))
    return tuple(starts), tuple(rows)


class _Special(Pieces):
    """Writes the functions of one system."""

    def held(self, found: Split) -> str:
        """`held`: for whom time stands still at once; `hold` gets for whom it stops at each
        bound."""
        self.text = Text()
        with self.text.block("def held(p, m, hold)"):
            for name, field in zip(self.names, self.packing.fields, strict=True):
                self.text.line(f"{name} = {field.read()}")
            self.text.line("u_ = 0")
            for process in self.system.processes:
                for leaf in sorted(process.urgent):
                    with self.text.block(f"if {self.names[process.slot]} == {leaf}"):
                        self.text.line("u_ = m")
            count = 0
            for hold in found.holds:
                if hold.clock:
                    self.text.line(f"hold[{count}] = 0")
                with self.text.block(f"if {self.names[hold.process]} == {hold.leaf}"):
                    self._truth("w_", hold.node, "m", None)
                    self.text.line(f"hold[{count}] = w_" if hold.clock else "u_ |= w_")
                count += bool(hold.clock)
            self.text.line("return u_")
        return str(self.text)

    def active(self, clocks: int) -> str:
        """`active`: which clocks matter in a state, and up to where."""
        text = Text()
        with text.block("def raised(g, low, high, lively, starts, rows)"):
            with text.block("for k in range(starts[g] // 3, starts[g + 1] // 3)"):
                text.line("c = rows[3 * k]")
                with text.block("if lively[c]"):
                    text.line("low[c] = max(low[c], rows[3 * k + 1])",
                              "high[c] = max(high[c], rows[3 * k + 2])")  # fmt: skip
                with text.block("else"):
                    text.line("lively[c] = 1", "low[c] = rows[3 * k + 1]",
                              "high[c] = rows[3 * k + 2]")  # fmt: skip
            text.line("return 0")
        with text.block("def active(p, low, high, lively, starts, rows)"):
            with text.block(f"for c in range({clocks + 1})"):
                text.line("lively[c] = 0")
            text.line("lively[0] = 1", "low[0] = 0", "high[0] = 0")
            text.line("raised(0, low, high, lively, starts, rows)")
            first = 1
            for process in self.system.processes:
                leaf = self.packing.fields[process.slot].read()
                text.line(f"raised(({leaf}) + {first}, low, high, lively, starts, rows)")
                first += len(process.leaves)
            text.line("return 0")
        return str(text)

    def judge(self, claims: Sequence[Claim]) -> str:
        """`judge`: notes for each claim the variants in which a node is the first to meet it."""
        self.text = text = Text()
        head = "node, p, m, u, n, at, facts, found, notes, box, ze"
        with text.block(f"def judge({head})"):
            for name, field in zip(self.names, self.packing.fields, strict=True):
                text.line(f"{name} = {field.read()}")
            for number, claim in enumerate(claims):
                self._truth("w_", claim.node, "m", None)
                text.line(f"w_ &= ~found[{claim.what}]")
                with text.block("if w_"):
                    if claim.box:
                        text.line("copy(ze, u, 0, n)", "ok_ = 1")
                        for i, j, bound in claim.box:
                            with text.block("if ok_"):
                                text.line(f"ok_ = cut(ze, n, where({i}, n, facts, at), "
                                          f"where({j}, n, facts, at), {bound})")  # fmt: skip
                    with text.block("if ok_") if claim.box else text.block("if 1"):
                        text.line(
                            f"found[{claim.what}] |= w_",
                            f"k_ = box[{kernels.NOTED}]",
                            f"notes[{kernels.NOTE} * k_] = {number}",
                            f"notes[{kernels.NOTE} * k_ + 1] = node",
                            f"notes[{kernels.NOTE} * k_ + 2] = w_",
                            f"box[{kernels.NOTED}] = k_ + 1",
                        )
            text.line("return 0")
        return str(text)

    def _within(self, mask: str, which: int) -> str:
        return mask if which == self.variants.everything else f"{mask} & {which}"
