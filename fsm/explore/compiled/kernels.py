"""The loops around a step function, written in the same small part of Python.

`expand` (fsm.explore.program) gives the steps out of a state; `ask` (below) says in which variants
something is true of it. Two kinds of store hold the states: a bitset over all integers in mixed
radix, or a table with open addressing, which keeps whole states. A *spot* is the place of a state
in its store. In a family the table has a mask of variants beside each state; a single variant is 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fsm.explore.compiled.widths import Array, Types
from fsm.explore.emit import Style, source
from fsm.explore.packing import Packing
from fsm.explore.text import Text
from fsm.explore.variants import Variants
from fsm.semantics.ir import FALSE, TRUE, Node

# The places in `box`, which kernels and driver share.
FIRST, LAST, TAIL, ROOM, STEPS, STATES, NOTED, SIZE, LIMIT, CAPACITY = range(10)
BOX = 16
NOTES = 1 << 12  # what is noticed before the driver has to look
STUCK, QUIET, FOUND = (
    0,
    1,
    2,
)  # places in `found`: no step at all; no discrete step; answers from here
LIVE, PASSING, GONE = -1, -2, -3  # what a sweep looks for, besides the answers to a question
HERE, DEAD, STOPPED, LEFT, SAME = range(5)  # what a state is picked for


@dataclass(frozen=True, slots=True)
class Shape:
    """How states are kept: in a bitset of so many bits, or (None) in a table of integers with
    `bits` bits; `family`: with masks beside them."""

    bitset: int | None
    bits: int
    family: bool

    def types(self, most: int, scratch: int) -> Types:
        """What the names in the sources hold."""
        state = Array(self.bits)
        seen = Array(8) if self.bitset is not None else state
        words = ("masks", "fresh_masks", "box", "note_codes", "note_masks", "found", "reach")
        return {
            **dict.fromkeys(("p", "t"), self.bits),
            **dict.fromkeys(("todo", "following", "note_states", "wanted", "best"), state),
            **dict.fromkeys(words, Array(64)),
            "seen": seen, "hit": Array(8), "able": Array(64 if self.family else 8),
            "code": Array(64, most), "mask": Array(64, most), "target": Array(self.bits, most),
            "oc": Array(64, scratch), "om": Array(64, scratch), "of": Array(64, scratch),
            "od": Array(self.bits, scratch),
        }  # fmt: skip


_BITSET = """
def spot(t, box):
    return t >> 3


def visit(t, x, seen, reach, box):
    b = seen[t >> 3]
    v = 1 << (t & 7)
    if b & v:
        return 0
    seen[t >> 3] = b | v
    box[{STATES}] += 1
    return 1


def find(t, seen, reach, box):
    if seen[t >> 3] >> (t & 7) & 1:
        return t
    return -1


def reached(i, seen, reach):
    return 1
"""

_TABLE = """
def spot(t, box):
    return {hash} & box[{SIZE}] - 1


def visit(t, x, seen, reach, box):
    i = spot(t, box)
    while seen[i] != 0:
        if seen[i] == t + 1:
            {again}
        i = i + 1 & box[{SIZE}] - 1
    seen[i] = t + 1
    {first}
    box[{STATES}] += 1
    return x


def find(t, seen, reach, box):
    i = spot(t, box)
    while seen[i] != 0:
        if seen[i] == t + 1:
            return i
        i = i + 1 & box[{SIZE}] - 1
    return -1


def reached(i, seen, reach):
    return {reached}


def rehash(seen, reach, box, old):
    # Negative entries have not found their place yet; no other entry moves any more, and from where
    # such an entry belongs to where it is, there is no hole.
    for i in range(old):
        seen[i] = -seen[i]
    for i in range(old):
        while seen[i] < 0:
            t = -seen[i] - 1
            j = spot(t, box)
            while seen[j] > 0:
                j = j + 1 & box[{SIZE}] - 1
            if j == i:
                seen[i] = t + 1
            else:
                seen[i] = seen[j]
                seen[j] = t + 1
                {swap}
    return 0
"""
_SWAP = """x = reach[i]
                reach[i] = reach[j]
                reach[j] = x"""
_ABLE = """
def is_able(i, able):
    return {able}


def make_able(i, x, able):
    {mark}
    return 0
"""


def write_store(shape: Shape) -> str:
    """The functions of a store."""
    places = {"STATES": STATES, "SIZE": SIZE}
    if shape.bitset is not None:
        text = _BITSET.format(**places)
    else:
        word = (1 << 62) - 1
        hashed = f"mix(t & {word}, 0)"
        for k in range(62, shape.bits, 62):
            hashed = f"mix(t >> {k} & {word}, {hashed})"
        again = "y = x & ~reach[i]\n            reach[i] |= y\n            return y"
        text = _TABLE.format(
            hash=hashed, again=again if shape.family else "return 0",
            first="reach[i] = x" if shape.family else "pass",
            reached="reach[i]" if shape.family else "1",
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
