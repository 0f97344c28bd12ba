"""The loops over states: the search, and what is asked about a space that was searched."""

from collections.abc import Mapping

from fsm.explore.compiled import kernels
from fsm.explore.compiled.kernels import (
    CAPACITY,
    DEAD,
    ENDED,
    FIRST,
    FOUND,
    GONE,
    LAST,
    LEFT,
    LIMIT,
    LINE,
    LIVE,
    NOTED,
    NOTES,
    PASSING,
    QUIET,
    ROOM,
    SAME,
    STATES,
    STEPS,
    STOPPED,
    STUCK,
    TAIL,
    Shape,
)  # fmt: skip
from fsm.explore.compiled.sets import FULL

_EXPAND = "n = expand(p, {}, code, target, mask, oc, om, od, of)"
_STORE = "seen, reach, box"


_GATHER = """

def gather(todo, masks, last, seen, reach, box):
    for j in range(last):
        i = find(todo[j], seen, reach, box)
        masks[j] = reach[2 * i + 1]
        reach[2 * i + 1] = 0
    return 0
"""


POUR = """
def pour(table, size, seen):
    for i in range(size):
        if table[i] != 0:
            t = table[i] - 1
            seen[t >> 3] |= 1 << (t & 7)
    return 0
"""


def write_search(shape: Shape, most: int) -> str:
    """`search`: expand the states of one block, and put what is new into another. `enter`: put
    states in. Both stop where the block, the notes, the table or the limit is full. `gather`: the
    masks of the states of a block, before its level is searched."""
    return (
        _expanding("search", shape, most, stored=True)
        + f"""

def enter(todo, masks, following, box, seen, reach):
    first = box[{FIRST}]
    last = box[{LAST}]
    tail = box[{TAIL}]
    while first < last and {_fits(shape, most)}:
        t = todo[first]
        if visit(t, {"masks[first]" if shape.family else "1"}, spot(t, box), {_STORE}):
            following[tail] = t
            tail += 1
        first += 1
    box[{FIRST}] = first
    box[{TAIL}] = tail
    return 0
{_GATHER if shape.family else ""}"""
    )


def write_share(shape: Shape, most: int) -> str:
    """`share`: as `search`, beside others that do the same with other states."""
    return _expanding("share", shape, most, stored=True)


def write_look(shape: Shape, most: int) -> str:
    """`look`: expand as `search` does, and store nothing: what is left of a level once there are as
    many states as may be."""
    return _expanding("look", shape, most, stored=False)


def _fits(shape: Shape, most: int) -> str:
    """Is there room for one more state's steps?"""
    fits = f"tail + {most + LINE} <= box[{ROOM}] and box[{STATES}] <= box[{LIMIT}]"
    if shape.bitset is None:
        fits += f" and box[{STATES}] + {most + LINE} <= box[{CAPACITY}]"
    if shape.numbered:
        fits += f" and memo[{FULL}] == 0"
    return fits


def _expanding(name: str, shape: Shape, most: int, *, stored: bool) -> str:
    """The loop over states. Where a step leads waits in a ring, from r to w, until `LINE` others
    have been hinted at: so memory is read for many at once, those of other states included."""
    x = "mask[k]" if shape.family else "1"
    look_up = flush = store = "pass"
    fits = ""
    if stored:
        fits = f"{_fits(shape, most)} and "
        ahead = "prefetch(seen, i)"
        if shape.family:
            ahead += "; prefetch(reach, 2 * i)"
        keep = "line_masks[j] = x" if shape.family else "pass"
        y = "line_masks[j]" if shape.family else "1"
        ring = kernels.ring(most) - 1
        store = f"""t = target[k]
                i = spot(t, box)
                {ahead}
                j = w & {ring}
                line[j] = t
                line_at[j] = i
                {keep}
                w += t != p"""
        visits = f"""j = r & {ring}
            r += 1
            if visit(line[j], {y}, line_at[j], {_STORE}):
                following[tail] = line[j]
                tail += 1"""
        look_up = f"""while r + {LINE} < w:
            {visits}"""
        flush = f"""while r < w:
            {visits}"""
    return f"""
def {name}(todo, masks, following, box, seen, reach, hit, note_codes, note_states, note_masks,
           found):
    first = box[{FIRST}]
    last = box[{LAST}]
    tail = box[{TAIL}]
    steps = box[{STEPS}]
    noted = box[{NOTED}]
    ended = box[{ENDED}]
    r = 0
    w = 0
    while first < last and {fits}noted + {most} <= {NOTES + most}:
        p = todo[first]
        m = {"masks[first]" if shape.family else "1"}
        first += 1
        judge(p, m, found)
        {_EXPAND.format("m")}
        {"moved = 0" if shape.family else "before = steps"}
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
                {_MOVED if shape.family else "lively |= c"}
                {store}
        {look_up}
        {_ENDED if shape.family else _ENDED_ALONE}
    {flush}
    box[{FIRST}] = first
    box[{TAIL}] = tail
    box[{STEPS}] = steps
    box[{NOTED}] = noted
    box[{ENDED}] = ended
    return 0
"""


_MOVED = """if lively != m:
                    moved |= x
                    if c:
                        lively |= x"""
_ENDED = f"""if lively != m:
            found[{QUIET}] |= m & ~lively
            if moved != m:
                ended += 1
                found[{STUCK}] |= m & ~moved
                end(p, m & ~moved, found)"""
_ENDED_ALONE = f"""if lively == 0:
            found[{QUIET}] |= 1
            if before == steps:
                ended += 1
                found[{STUCK}] |= 1
                end(p, m, found)"""


def write_marks(shape: Shape) -> str:
    """`sweep` marks one round of the states that can get somewhere, `census` asks questions of
    those that cannot."""
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
"""


def write_count(shape: Shape) -> str:
    """`count` counts the steps of a family."""
    return f"""
def count(seen, reach, box, able, low, high):
    steps = 0
    {_each(shape, _COUNT.format(expand=_EXPAND.format("m")))}
    return steps
"""


def write_paths(shape: Shape) -> str:
    """`pick` looks for a state in a block, `previous` for one that leads to another."""
    y = "mask[k]" if shape.family else "1"
    return f"""
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
        if (chosen == 0 or p < best[0]) and near(p, wanted[0]):
            {_EXPAND.format("m")}
            x = 0
            for k in range(n):
                if code[k] >= 0 and target[k] == wanted[0]:
                    x |= {y}
            if x & m:
                best[0] = p
                chosen = 1
    return chosen
"""


def write_lookup() -> str:
    """`lookup`: the mask of a state."""
    return f"""
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
    found[1] += 1
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
            "    m = reach[2 * i] & ~able[i]",
            f"    if m and memo[{FULL}] == 0:" if shape.numbered else "    if m:",
            f"        p = seen[i] - {shape.offset}",
        ]
    else:
        head = [
            "for i in range(low, high):",
            "    if seen[i] != 0 and not able[i >> 3] >> (i & 7) & 1:",
            f"        p = seen[i] - {shape.offset}",
            "        m = 1",
        ]
    indent = head[-1][: len(head[-1]) - len(head[-1].lstrip())]
    lines = [*head, *(indent + line for line in body.splitlines())]
    return "\n    ".join(lines)


_SEARCHING = ("todo", "masks", "following", "box", "seen", "reach", "hit", "note_codes",
              "note_states", "note_masks", "found")  # fmt: skip
PUBLIC: Mapping[str, tuple[str, ...]] = {
    "search": _SEARCHING, "share": _SEARCHING, "look": _SEARCHING,
    "enter": ("todo", "masks", "following", "box", "seen", "reach"),
    "gather": ("todo", "masks", "last", "seen", "reach", "box"),
    "rehash": ("seen", "reach", "box", "old"),
    "pour": ("table", "size", "seen"),
    "sweep": ("which", "seen", "reach", "box", "able", "low", "high"),
    "census": ("kind", "seen", "reach", "box", "able", "low", "high", "first", "last", "found"),
    "count": ("seen", "reach", "box", "able", "low", "high"),
    "pick": ("kind", "which", "m", "todo", "last", "seen", "reach", "box", "able", "wanted",
             "best"),
    "previous": ("m", "todo", "last", "wanted", "best"),
    "lookup": ("seen", "reach", "box", "wanted"),
}  # fmt: skip
