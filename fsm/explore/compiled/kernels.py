"""The loops around a step function, written in the same small part of Python.

`expand` (fsm.explore.program) gives the steps out of a state; `ask` (below) says in which variants
something is true of it. Two kinds of store hold the states: a bitset over all integers in mixed
radix, or a table with open addressing, which keeps whole states. A *spot* is the place of a state
in its store. In a family the table has a mask of variants beside each state; a single variant is 1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fsm.explore.compiled.translate import Array, Types
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


_EXPAND = "n = expand(p, {}, code, target, mask, oc, om, od, of)"
_STORE = "seen, reach, box"

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
    with text.block("def ask(which, p, m)"):
        for number in range(len(questions)):
            with text.block(f"if which == {number}"):
                text.line(f"return q{number}(p, m)")
        text.line("return 0")
    for name, asked in (("judge", judged), ("end", ending)):
        with text.block(f"def {name}(p, m, found)"):
            text.line(*(f"found[{FOUND + k}] |= q{k}(p, m)" for k in asked), "return 0")
    return str(text)


def write_search(shape: Shape, most: int) -> str:
    """`search`: expand the states of one block, and put what is new into another. `enter`: put
    states in. Both stop where the block, the notes, the table or the limit is full."""
    x = "mask[k]" if shape.family else "1"
    keep = "fresh_masks[tail] = y" if shape.family else "pass"
    ahead = "prefetch(seen, spot(target[k], box))"
    fits = f"tail + {most} <= box[{ROOM}] and box[{STATES}] <= box[{LIMIT}]"
    if shape.bitset is None:
        fits += f" and box[{STATES}] + {most} <= box[{CAPACITY}]"
    return f"""
def search(todo, masks, following, fresh_masks, box, seen, reach, hit, note_codes, note_states,
           note_masks, found):
    first = box[{FIRST}]
    last = box[{LAST}]
    tail = box[{TAIL}]
    steps = box[{STEPS}]
    noted = box[{NOTED}]
    while first < last and {fits} and noted + {most} <= {NOTES + most}:
        p = todo[first]
        m = {"masks[first]" if shape.family else "1"}
        first += 1
        judge(p, m, found)
        {_EXPAND.format("m")}
        for k in range(n):
            {ahead}
        moved = 0
        lively = 0
        for k in range(n):
            c = code[k]
            x = {x}
            if c < 0:
                note_codes[noted] = c
                note_states[noted] = p
                note_masks[noted] = x
                noted += 1
            else:
                hit[c] = 1
                steps += 1
                moved |= x
                if c:
                    lively |= x
                t = target[k]
                y = visit(t, x, {_STORE})
                if y:
                    following[tail] = t
                    {keep}
                    tail += 1
        if lively != m:
            found[{QUIET}] |= m & ~lively
            if moved != m:
                found[{STUCK}] |= m & ~moved
                end(p, m & ~moved, found)
    box[{FIRST}] = first
    box[{TAIL}] = tail
    box[{STEPS}] = steps
    box[{NOTED}] = noted
    return 0


def enter(todo, masks, following, fresh_masks, box, seen, reach):
    first = box[{FIRST}]
    last = box[{LAST}]
    tail = box[{TAIL}]
    while first < last and {fits}:
        t = todo[first]
        y = visit(t, {"masks[first]" if shape.family else "1"}, {_STORE})
        first += 1
        if y:
            following[tail] = t
            {keep}
            tail += 1
    box[{FIRST}] = first
    box[{TAIL}] = tail
    return 0
"""


def write_rest(shape: Shape) -> str:
    """What is asked about a space that was searched: `sweep` marks one round of the states that can
    get somewhere, `census` asks questions of those that cannot, `count` counts steps, `pick` looks
    for a state in a block, `previous` for one that leads to another, `lookup` for a mask."""
    y = "mask[k]" if shape.family else "1"
    return f"""
def sweep(which, seen, reach, box, able, low, high):
    changed = 0
    {
        _each(
            shape,
            _SWEEP.format(
                y=y, LIVE=LIVE, PASSING=PASSING, GONE=GONE, expand=_EXPAND.format("m & ~x")
            ),
        )
    }
    return changed


def census(kind, seen, reach, box, able, low, high, first, last, found):
    {
        _each(
            shape,
            _CENSUS.format(
                y=y, expand=_EXPAND.format("m"), DEAD=DEAD, STOPPED=STOPPED, FOUND=FOUND
            ),
        )
    }
    return 0


def count(seen, reach, box, able, low, high):
    steps = 0
    {_each(shape, _COUNT.format(expand=_EXPAND.format("m")))}
    return steps


def pick(kind, which, m, todo, last, seen, reach, box, able, wanted, best):
    chosen = 0
    for j in range(last):
        p = todo[j]
        x = m
        if kind == {SAME}:
            x = m if p == wanted[0] else 0
        if kind == {DEAD} or kind == {LEFT}:
            x = m & ~is_able(find(p, {_STORE}), able)
        if x and (kind == {DEAD} or kind == {STOPPED}):
            {_EXPAND.format("m")}
            y = 0
            for k in range(n):
                if code[k] >= 0:
                    y |= {y}
            x = x & y if kind == {DEAD} else x & ~y
        if x and kind <= {STOPPED}:
            x = ask(which, p, x)
        if x and (chosen == 0 or p < best[0]):
            best[0] = p
            chosen = 1
    return chosen


def previous(m, todo, last, wanted, best):
    chosen = 0
    for j in range(last):
        p = todo[j]
        if chosen == 0 or p < best[0]:
            {_EXPAND.format("m")}
            x = 0
            for k in range(n):
                if code[k] >= 0 and target[k] == wanted[0]:
                    x |= {y}
            if x & m:
                best[0] = p
                chosen = 1
    return chosen


def lookup(seen, reach, box, wanted):
    i = find(wanted[0], {_STORE})
    if i < 0:
        return 0
    return reached(i, seen, reach)
"""


_SWEEP = """x = 0
if which >= 0:
    x = ask(which, p, m)
if m & ~x:
    stay = 0
    {expand}
    for k in range(n):
        if code[k] >= 0:
            y = {y}
            if which == {LIVE} and code[k] != 0:
                x |= y
            if which == {PASSING} and code[k] == 0:
                x |= y
            there = find(target[k], seen, reach, box)
            if which == {GONE}:
                stay |= y & ~is_able(there, able)
            else:
                x |= y & is_able(there, able)
    if which == {GONE}:
        x = m & ~stay
if x & m:
    make_able(i, x & m, able)
    changed += 1"""
_CENSUS = """if kind == {DEAD} or kind == {STOPPED}:
    {expand}
    y = 0
    for k in range(n):
        if code[k] >= 0:
            y |= {y}
    m = m & y if kind == {DEAD} else m & ~y
if m:
    found[0] |= m
    for q in range(first, last):
        found[{FOUND} + q] |= ask(q, p, m)"""
_COUNT = """{expand}
for k in range(n):
    if code[k] >= 0:
        steps += 1
        for j in range(k):
            if code[j] == code[k] and target[j] == target[k]:
                steps -= 1
                break"""


def _each(shape: Shape, body: str) -> str:
    """For each state p with spot i between `low` and `high` (of a bitset: eighths), in the variants
    m for which it is reached and not able."""
    if shape.bitset is not None:
        head = [
            "for g in range(low, high):",
            "    b = seen[g] & ~able[g]",
            "    if b:",
            "        for d in range(8):",
            "            if b >> d & 1:",
            "                i = g * 8 + d",
            "                p = i",
            "                m = 1",
        ]
    elif shape.family:
        head = [
            "for i in range(low, high):",
            "    m = reach[i] & ~able[i]",
            "    if m:",
            "        p = seen[i] - 1",
        ]
    else:
        head = [
            "for i in range(low, high):",
            "    if seen[i] != 0 and not able[i >> 3] >> (i & 7) & 1:",
            "        p = seen[i] - 1",
            "        m = 1",
        ]
    indent = head[-1][: len(head[-1]) - len(head[-1].lstrip())]
    lines = [*head, *(indent + line for line in body.splitlines())]
    return "\n    ".join(lines)


PUBLIC: Mapping[str, tuple[str, ...]] = {
    "search": ("todo", "masks", "following", "fresh_masks", "box", "seen", "reach", "hit",
               "note_codes", "note_states", "note_masks", "found"),
    "enter": ("todo", "masks", "following", "fresh_masks", "box", "seen", "reach"),
    "rehash": ("seen", "reach", "box", "old"),
    "sweep": ("which", "seen", "reach", "box", "able", "low", "high"),
    "census": ("kind", "seen", "reach", "box", "able", "low", "high", "first", "last", "found"),
    "count": ("seen", "reach", "box", "able", "low", "high"),
    "pick": ("kind", "which", "m", "todo", "last", "seen", "reach", "box", "able", "wanted",
             "best"),
    "previous": ("m", "todo", "last", "wanted", "best"),
    "lookup": ("seen", "reach", "box", "wanted"),
}  # fmt: skip
