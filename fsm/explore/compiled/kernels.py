"""The loops around a step function, written in the same small part of Python.

`expand` (fsm.explore.program) gives the steps out of a state; `ask` (below) says in which variants
something is true of it. Two kinds of store hold the states: a bitset over all integers in mixed
radix, or a table with open addressing, which keeps whole states: looked for line by line, as the
cache has them, and all entries of a line at once, so that hardly any test comes as a surprise. A
*spot* is the place of a state in its store. In a family the table has two masks of variants beside
each state: those that reach it, and those that do since the level before; a single variant is 1.
Source: Ross, "Efficient hash probes on modern processors", ICDE 2007, pages 1297 to 1301, for
comparing all entries of a bucket at once.
"""

from collections.abc import Sequence

from msgspec import Struct

from fsm.explore.compiled.widths import WORD, Array, Types
from fsm.explore.emit import Style, source
from fsm.explore.packing import Packing
from fsm.explore.text import Text
from fsm.explore.variants import Variants
from fsm.semantics.ir import FALSE, TRUE, Node

# The places in `box`, which kernels and driver share.
FIRST, LAST, TAIL, ROOM, STEPS, STATES, NOTED, SIZE, SHIFT, LIMIT, CAPACITY, ENDED = range(12)
BOX = 16
CACHED = 512  # bits of a line of the cache
NOTES = 1 << 12  # what is noticed before the driver has to look
STUCK, QUIET, FOUND = (
    0,
    1,
    2,
)  # places in `found`: no step at all; no discrete step; answers from here
LIVE, PASSING, GONE = -1, -2, -3  # what a sweep looks for, besides the answers to a question
HERE, DEAD, STOPPED, LEFT, SAME = range(5)  # what a state is picked for
LINE = 32  # steps between the hint that a spot will be read and the reading of it


def ring(most: int) -> int:
    """Places of the ring in which steps wait: for those of a state besides, and a power of two."""
    return 1 << (most + LINE).bit_length()


class Shape(Struct, frozen=True):
    """How states are kept: in a bitset of so many bits, or (None) in a table of integers with
    `bits` bits; `family`: with masks beside them, or `numbered`, with the numbers of such.
    `possible`: a table that may become a bitset of so many bits."""

    bitset: int | None
    bits: int
    family: bool
    numbered: bool = False
    possible: int | None = None

    @property
    def listed(self) -> int:
        """Bits of a state in a level: half a word where that holds the numbers of a bitset."""
        most = self.bitset or self.possible
        return 32 if most is not None and most <= 1 << 32 else self.bits

    @property
    def lanes(self) -> int:
        """Entries of a table that lie in one line of the cache."""
        return CACHED // self.bits

    @property
    def offset(self) -> int:
        """What a table adds to a state, so that no entry is zero, nor the highest word of one."""
        return 1 if self.bits == WORD else 1 << self.bits - 2

    def types(self, most: int, scratch: int, *, shared: bool = False) -> Types:
        """What the names in the sources hold; `shared`: where several threads search at once."""
        state, listed = Array(self.bits), Array(self.listed)
        seen = Array(self.bits if self.bitset is None else 8, shared=shared)
        words = ("masks", "box", "note_codes", "note_masks", "found", "memo")
        return {
            **dict.fromkeys(("p", "t"), self.bits),
            **dict.fromkeys(("note_states", "wanted", "best"), state),
            **dict.fromkeys(("todo", "following"), listed),
            **dict.fromkeys(words, Array(64)),
            "seen": seen, "table": Array(WORD), "reach": Array(WORD, shared=shared),
            "hit": Array(8), "able": Array(64 if self.family else 8),
            "line": Array(self.bits, ring(most)), "line_at": Array(64, ring(most)),
            "line_masks": Array(64, ring(most)),
            "code": Array(64, most, listed=True), "mask": Array(64, most, listed=True),
            "target": Array(self.bits, most, listed=True),
            "oc": Array(64, scratch), "om": Array(64, scratch), "of": Array(64, scratch),
            "od": Array(self.bits, scratch),
        }  # fmt: skip


_BITSET = """
def spot(t, box):
    return t >> 3


{visit}


def find(t, seen, reach, box):
    if seen[t >> 3] >> (t & 7) & 1:
        return t
    return -1


def reached(i, seen, reach):
    return 1
"""

_TABLE = """
def spot(t, box):
    return ({hash} >> box[{SHIFT}]) * {lanes}


{visit}


def find(t, seen, reach, box):
    i = spot(t, box)
    b = alike(seen, i, {lanes}, t + {offset})
    while b == 0:
        if alike(seen, i, {lanes}, 0):
            return -1
        i = i + {lanes} & box[{SIZE}] - 1
        b = alike(seen, i, {lanes}, t + {offset})
    return i + lowest(b)


def reached(i, seen, reach):
    return {reached}


def rehash(seen, reach, box, old):
    # Negative entries have not found their place yet; no other entry moves any more, and from where
    # such an entry belongs to where it is, there is no hole. The place of an entry is given by the
    # first bits of its hash: with one bit more, neighbours stay neighbours, and memory is read in
    # order.
    for i in range(old):
        seen[i] = -seen[i]
    for i in range(old):
        while seen[i] < 0:
            t = -seen[i] - {offset}
            j = spot(t, box)
            while seen[j] > 0:
                j = j + 1 & box[{SIZE}] - 1
            if j == i:
                seen[i] = t + {offset}
            else:
                seen[i] = seen[j]
                seen[j] = t + {offset}
                {swap}
    return 0
"""
_VISIT_BITSET = """
def visit(t, x, i, seen, reach, box):
    b = seen[t >> 3]
    v = 1 << (t & 7)
    if b & v:
        return 0
    seen[t >> 3] = b | v
    box[{STATES}] += 1
    return 1
"""
_VISIT_TABLE = """
def visit(t, x, i, seen, reach, box):
    b = alike(seen, i, {lanes}, t + {offset})
    while b == 0:
        b = alike(seen, i, {lanes}, 0)
        if b:
            i += lowest(b)
            seen[i] = t + {offset}
            {first}
            box[{STATES}] += 1
            return 1
        i = i + {lanes} & box[{SIZE}] - 1
        b = alike(seen, i, {lanes}, t + {offset})
    {again}
"""
_SHARE_BITSET = """
def visit(t, x, i, seen, reach, box):
    v = 1 << (t & 7)
    if claim(seen, t >> 3, v) & v:
        return 0
    box[{STATES}] += 1
    return 1
"""
_SHARE_TABLE = """
def visit(t, x, i, seen, reach, box):
    {near}
    b = settle(seen, i, t + {offset})
    while b != 0 and b != t + {offset}:
        i = i + 1 & box[{SIZE}] - 1
        b = settle(seen, i, t + {offset})
    if b == 0:
        box[{STATES}] += 1
    {claimed}
"""
_AGAIN = """i += lowest(b)
    y = x & ~reach[2 * i]
    if y == 0:
        return 0
    reach[2 * i] |= y
    v = reach[2 * i + 1]
    reach[2 * i + 1] = v | y
    return v == 0"""
_FIRST = """reach[2 * i] = x
            reach[2 * i + 1] = x"""
# Of what is read, and read once, the entries before this one are others for ever. Wider ones may be
# half written.
_NEAR = """b = alike(seen, i, {lanes}, t + {offset}, 0)
    if b:
        i += lowest(b)"""
_CLAIMED = """y = x & ~claim(reach, 2 * i, x)
    if y == 0:
        return 0
    return claim(reach, 2 * i + 1, y) == 0"""
_SWAP = """for k in range(2):
                    x = reach[2 * i + k]
                    reach[2 * i + k] = reach[2 * j + k]
                    reach[2 * j + k] = x"""
_ABLE = """
def is_able(i, able):
    return {able}


def make_able(i, x, able):
    {mark}
    return 0
"""


def write_store(shape: Shape, *, shared: bool = False) -> str:
    """The functions of a store; `shared`: `visit` is called by several threads at once."""
    places = {"STATES": STATES, "SIZE": SIZE, "SHIFT": SHIFT, "offset": shape.offset,
              "lanes": shape.lanes}  # fmt: skip
    if shape.bitset is not None:
        visit = (_SHARE_BITSET if shared else _VISIT_BITSET).format(**places)
        text = _BITSET.format(visit=visit, **places)
    else:
        word = (1 << 62) - 1
        hashed = f"mix(t & {word}, 0)"
        for k in range(62, shape.bits - 2, 62):
            hashed = f"mix(t >> {k} & {word}, {hashed})"
        visit = (_SHARE_TABLE if shared else _VISIT_TABLE).format(
            again=_AGAIN if shape.family else "return 0",
            first=_FIRST if shape.family else "pass",
            near=_NEAR.format(**places) if shape.bits == WORD else "pass",
            claimed=_CLAIMED if shape.family else "return b == 0",
            **places,
        )  # fmt: skip
        text = _TABLE.format(
            visit=visit, hash=hashed, reached="reach[2 * i]" if shape.family else "1",
            swap=_SWAP if shape.family else "pass", **places,
        )  # fmt: skip
    if shape.family:
        return text + _ABLE.format(able="able[i]", mark="able[i] |= x")
    bit = "able[i >> 3] >> (i & 7) & 1"
    return text + _ABLE.format(able=bit, mark="able[i >> 3] |= 1 << (i & 7)")


def write_questions(
    packing: Packing, variants: Variants, questions: Sequence[Node], judged: Sequence[int],
    ending: Sequence[int],
) -> str:  # fmt: skip
    """`ask(which, p, m)`: the variants of m in which a question is true; `judge` asks those that
    are `judged` of every state, `end` those of `ending` where a run has ended."""
    text = Text()
    with text.block("def ask(which, p, m)"):
        for number in range(len(questions)):
            with text.block(f"if which == {number}"):
                text.line(f"return q{number}(p, m)")
        text.line("return 0")
    for name, asked in (("judge", judged), ("end", ending)):
        with text.block(f"def {name}(p, m, found)"):
            text.line(*(f"found[{FOUND + k}] |= q{k}(p, m)" for k in asked), "return 0")
    return f"{write_truths(packing, variants, questions)}{text}"


def write_truths(packing: Packing, variants: Variants, questions: Sequence[Node]) -> str:
    """`q0(p, m)`, `q1(p, m)`, …: the variants of m in which a question is true of a state."""
    text = Text()

    def slot(index: int) -> str:
        return f"({packing.fields[index].read()})"

    def element(base: int, size: int, at: str) -> str:
        return f"({', '.join(slot(k) for k in range(base, base + size))},)[{at}]"

    style = Style(slot, element, False)
    for number, node in enumerate(questions):
        with text.block(f"def q{number}(p, m)"):
            terms = []
            for which, special in variants.cases(node):
                here = "m" if which == variants.everything else f"(m & {which})"
                if special != FALSE:
                    terms.append(
                        here if special == TRUE else f"({here} if {source(special, style)} else 0)"
                    )
            text.line(f"return {' | '.join(terms) or '0'}")
    return str(text)
