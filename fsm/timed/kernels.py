"""The search of `fsm.timed.zone_graph` in the small part of Python that becomes machine code.

Zones of n * n words lie one after the other in `zones`, and are worked on in scratch arrays
(`fsm.timed.zone_kernels`).
A *frame* is a packed discrete state, with its active clocks, their limits, and what holds up time
there (its *facts*); a *node* is a zone of a frame, with the variants that reach it. Nodes are
numbered as they are found, which is the order in which they are expanded.

Written for each system are `expand` (the steps, `fsm.explore.program`), and `held`, `active` and
`judge` (`fsm.timed.machine_source`). Whoever comes back for room, or for a step that is not known
yet, begins anew with the same node: what it has added by then is simulated by itself.
"""

from fsm.explore.compiled.widths import Array, Types
from fsm.timed.dbm import INFINITE
from fsm.timed.zone_kernels import ZONES

# The places in `box`, which kernels and driver share.
NODES, FIRST, FRAMES, WORDS, FACTS, STEPS, NOTED, SIZE, LIMIT, CUT, WANT, BUDGET = range(12)
NODE_ROOM, WORD_ROOM, FRAME_ROOM, FACT_ROOM, EXPANDED, BEGUN = range(12, 18)
BOX = 24
DONE, ROOM, CODE, PAUSE, DEFECT = range(5)  # why a kernel comes back
FRAME, VARIANTS, PARENT, STEP, NEXT, AT, NODE = range(7)  # words of a node; AT: where its zone is
HEAD, TAIL, SORT, BASE, HOLDS, STOPPED, SHELF = range(7)  # words of a frame: its first and last
# node, the size of its zones, where its facts are and how many hold up time, and for whom it stands
NOTE = 3  # words of a note: claim, node, variants
PUBLIC = {
    "search": ("nodes", "zones", "states", "alive", "shelves", "facts", "table", "box", "code_at",
               "cons", "starts", "rows", "found", "notes", "za", "zb", "zc", "zd", "ze"),
    "start": ("todo", "m", "nodes", "zones", "states", "alive", "shelves", "facts", "table", "box",
              "code_at", "cons", "starts", "rows", "found", "notes", "zb", "zc", "zd", "ze"),
    "rehash": ("states", "table", "box"),
}  # fmt: skip


def types(bits: int, most: int, scratch: int, clocks: int, holds: int) -> Types:
    """What the names in the sources hold: `bits` of a packed state, at most so many steps out of
    one, `clocks` of the system, and what can hold up time in it."""
    words = {*sum(PUBLIC.values(), ()), "u", "v"} - {"m", "states", "alive", "todo"}
    own = ("row", "limit", "place", "source", "low", "high", "lively")
    return {
        **dict.fromkeys(("p", "t"), bits),
        **dict.fromkeys(words, Array(64)),
        **dict.fromkeys(own, Array(64, clocks + 1)),
        "states": Array(bits), "todo": Array(bits), "alive": Array(8),
        "hold": Array(64, holds + 1),
        "code": Array(64, most), "mask": Array(64, most), "target": Array(bits, most),
        "oc": Array(64, scratch), "om": Array(64, scratch), "of": Array(64, scratch),
        "od": Array(bits, scratch),
    }  # fmt: skip


_FRAMES = """
def spot(t, box):
    return {hash} & box[{SIZE}] - 1


def rehash(states, table, box):
    for f in range(box[{FRAMES}]):
        i = spot(states[f], box)
        while table[i] != 0:
            i = i + 1 & box[{SIZE}] - 1
        table[i] = f + 1
    return 0


def halted(p, box, code_at, cons):
    # The variants in which an urgent event can occur; -1: a step is not known yet.
    x = 0
    count = expand(p, {every}, code, target, mask, oc, om, od, of)
    for k in range(count):
        c = code[k]
        if c < -SIGHTS:
            c = -1 - SIGHTS - c
        if c > 0:
            if code_at[c] == 0:
                box[{WANT}] = c
                return -1
            if cons[code_at[c]] != 0:
                x |= {x}
    return x


def frame_of(t, states, shelves, facts, table, box, code_at, cons, starts, rows):
    # The frame of a state, made if need be; -1: a step is not known yet, -2: a clock is not active.
    i = spot(t, box)
    while table[i] != 0:
        f = table[i] - 1
        if states[f] == t:
            return f
        i = i + 1 & box[{SIZE}] - 1
    stopped = 0
    {halt}
    f = box[{FRAMES}]
    at = box[{FACTS}]
    active(t, low, high, lively, starts, rows)
    n = 0
    for c in range({clocks}):
        if lively[c]:
            facts[at + 3 * n] = c
            facts[at + 3 * n + 1] = low[c]
            facts[at + 3 * n + 2] = high[c]
            n += 1
    stopped |= held(t, {every}, hold)
    k = at + 3 * n
    for h in range({holds}):
        if hold[h]:
            c = where({hold_clocks}[h], n, facts, at)
            if c < 0:
                return -2
            facts[k] = c
            facts[k + 1] = {hold_bounds}[h]
            facts[k + 2] = hold[h]
            k += 3
    b = f * {SHELF}
    shelves[b + {HEAD}] = -1
    shelves[b + {TAIL}] = -1
    shelves[b + {SORT}] = n
    shelves[b + {BASE}] = at
    shelves[b + {HOLDS}] = (k - at - 3 * n) // 3
    shelves[b + {STOPPED}] = stopped
    states[f] = t
    table[i] = f + 1
    box[{FRAMES}] = f + 1
    box[{FACTS}] = k
    return f
"""

_NODES = """
def add(f, u, m, parent, c, nodes, zones, states, alive, shelves, facts, box, found, notes, ze):
    # A new node, for the variants in which no known zone can do all that this one can.
    b = f * {SHELF}
    n = shelves[b + {SORT}]
    at = shelves[b + {BASE}]
    k = shelves[b + {HEAD}]
    while k >= 0:
        x = nodes[k * {NODE} + {VARIANTS}]
        if x & m:
            if simulated(u, 0, zones, nodes[k * {NODE} + {AT}], n, facts, at):
                m &= ~x
                if m == 0:
                    return 0
        k = nodes[k * {NODE} + {NEXT}]
    number = box[{NODES}]
    if number >= box[{LIMIT}]:
        box[{CUT}] |= m
        return 0
    last = -1
    k = shelves[b + {HEAD}]
    while k >= 0:
        following = nodes[k * {NODE} + {NEXT}]
        gone = 0
        if nodes[k * {NODE} + {VARIANTS}] & ~m == 0:
            gone = simulated(zones, nodes[k * {NODE} + {AT}], u, 0, n, facts, at)
        if gone:
            alive[k] = 0
            if last < 0:
                shelves[b + {HEAD}] = following
            else:
                nodes[last * {NODE} + {NEXT}] = following
        else:
            last = k
        k = following
    if last < 0:
        shelves[b + {HEAD}] = number
    else:
        nodes[last * {NODE} + {NEXT}] = number
    z = box[{WORDS}]
    k = number * {NODE}
    nodes[k + {FRAME}] = f
    nodes[k + {VARIANTS}] = m
    nodes[k + {PARENT}] = parent
    nodes[k + {STEP}] = c
    nodes[k + {NEXT}] = -1
    nodes[k + {AT}] = z
    alive[number] = 1
    for i in range(n * n):
        zones[z + i] = u[i]
    box[{WORDS}] = z + n * n
    box[{NODES}] = number + 1
    judge(number, states[f], m, u, n, at, facts, found, notes, box, ze)
    return 0


def arrive(f, zb, m, parent, c, nodes, zones, states, alive, shelves, facts, box, found, notes,
           zc, zd, ze):
    # Enter a frame, and let time pass where it may.
    b = f * {SHELF}
    n = shelves[b + {SORT}]
    at = shelves[b + {BASE}] + 3 * n
    x = m & shelves[b + {STOPPED}]
    if x:
        add(f, zb, x, parent, c, nodes, zones, states, alive, shelves, facts, box, found, notes, ze)
        m &= ~x
    while m:
        # Those for whom the same holds up time as for the first of them.
        one = m & -m
        x = m
        for k in range(n):
            limit[k] = {INFINITE}
        for h in range(shelves[b + {HOLDS}]):
            y = facts[at + 3 * h + 2]
            k = facts[at + 3 * h]
            if y & one:
                x &= y
                limit[k] = min(limit[k], facts[at + 3 * h + 1])
            else:
                x &= ~y
        m &= ~x
        copy(zc, zb, 0, n)
        ok = 1
        for k in range(n):
            if ok and limit[k] < {INFINITE}:
                ok = cut(zc, n, k, 0, limit[k])
        if ok:
            for k in range(1, n):
                zc[k * n] = {INFINITE}
            for k in range(n):
                if limit[k] < {INFINITE}:
                    cut(zc, n, k, 0, limit[k])
            add(f, zc, x, parent, c, nodes, zones, states, alive, shelves, facts, box, found, notes,
                ze)
        copy(zd, zb, 0, n)
        ok = 1
        for k in range(n):
            if ok and limit[k] < zd[k * n]:
                copy(zc, zd, 0, n)
                if cut(zc, n, 0, k, 1 - limit[k]):
                    add(f, zc, x, parent, c, nodes, zones, states, alive, shelves, facts, box,
                        found, notes, ze)
                ok = cut(zd, n, k, 0, limit[k])
    return 0
"""

_SEARCH = """
def start(todo, m, nodes, zones, states, alive, shelves, facts, table, box, code_at, cons, starts,
          rows, found, notes, zb, zc, zd, ze):
    f = frame_of(todo[0], states, shelves, facts, table, box, code_at, cons, starts, rows)
    if f < 0:
        return {CODE} if f == -1 else {DEFECT}
    n = shelves[f * {SHELF} + {SORT}]
    for k in range(n * n):
        zb[k] = 1
    arrive(f, zb, m, -1, 0, nodes, zones, states, alive, shelves, facts, box, found, notes, zc, zd,
           ze)
    return {DONE}


def search(nodes, zones, states, alive, shelves, facts, table, box, code_at, cons, starts, rows,
           found, notes, za, zb, zc, zd, ze):
    budget = box[{BUDGET}]
    while box[{FIRST}] < box[{NODES}]:
        node = box[{FIRST}]
        # A node that was swallowed by what it has led to is gone through all the same.
        if alive[node] or box[{BEGUN}] == node + 1:
            if budget == 0:
                return {PAUSE}
            budget -= 1
            box[{BEGUN}] = node + 1
            f = nodes[node * {NODE} + {FRAME}]
            p = states[f]
            count = expand(p, nodes[node * {NODE} + {VARIANTS}], code, target, mask, oc, om, od, of)
            more = count * {each}
            if (box[{NODES}] + more > box[{NODE_ROOM}]
                    or box[{WORDS}] + more * {words} > box[{WORD_ROOM}]
                    or box[{FRAMES}] + count > box[{FRAME_ROOM}]
                    or box[{FACTS}] + count * {facts} > box[{FACT_ROOM}]):
                box[{WANT}] = count
                return {ROOM}
            n = shelves[f * {SHELF} + {SORT}]
            at = shelves[f * {SHELF} + {BASE}]
            for k in range({clocks}):
                place[k] = -1
            for k in range(n):
                place[facts[at + 3 * k]] = k
            steps = box[{STEPS}]
            for k in range(count):
                if code[k] > 0:
                    y = code_at[code[k]]
                    if y == 0:
                        box[{WANT}] = code[k]
                        return {CODE}
                    copy(za, zones, nodes[node * {NODE} + {AT}], n)
                    ok = 1
                    for h in range(cons[y + 1]):
                        z = y + 2 + 3 * h
                        if ok:
                            i = place[cons[z]]
                            j = place[cons[z + 1]]
                            if i < 0 or j < 0:
                                return {DEFECT}
                            ok = cut(za, n, i, j, cons[z + 2])
                    if ok:
                        steps += 1
                        {turn}
                        e = frame_of(target[k], states, shelves, facts, table, box, code_at, cons,
                                     starts, rows)
                        if e < 0:
                            return {CODE} if e == -1 else {DEFECT}
                        z = y + 2 + 3 * cons[y + 1]
                        g = shelves[e * {SHELF} + {SORT}]
                        at = shelves[e * {SHELF} + {BASE}]
                        for i in range(g):
                            c = {clock}
                            j = place[c]
                            for h in range(cons[z]):
                                if cons[z + 1 + h] == c:
                                    j = 0
                            if j < 0:
                                return {DEFECT}
                            source[i] = j
                        for i in range(g):
                            for j in range(g):
                                zb[i * g + j] = za[source[i] * n + source[j]]
                        arrive(e, zb, {x}, node, code[k], nodes, zones, states, alive, shelves,
                               facts, box, found, notes, zc, zd, ze)
            box[{STEPS}] = steps
            box[{EXPANDED}] += 1
        box[{FIRST}] = node + 1
    return {DONE}
"""


def write_kernels(
    bits: int, clocks: int, holds: list[tuple[int, int]], each: int, *, single: bool, urgent: bool,
    turned: bool,
) -> str:  # fmt: skip
    """The sources that are the same for all systems but for some numbers: `holds` gives the clock
    and the bound of what can hold up time, `each` how many nodes a step may add; `turned`: copies
    are sorted (`fsm.timed.turning`)."""
    word = (1 << 62) - 1
    hashed = f"mix(t & {word}, 0)"
    for k in range(62, bits, 62):
        hashed = f"mix(t >> {k} & {word}, {hashed})"
    halt = """stopped = halted(t, box, code_at, cons)
    if stopped < 0:
        return -1"""
    names = {k: v for k, v in globals().items() if isinstance(v, int)}
    text = _FRAMES + _NODES + _SEARCH
    if not urgent:
        text = text[: text.index("def halted")] + text[text.index("def frame_of") :]
    values = {
        "INFINITE": INFINITE, "hash": hashed,
        "every": "1" if single else "EVERY", "x": "1" if single else "mask[k]",
        "halt": halt if urgent else "pass", "clocks": clocks + 1, "holds": len(holds),
        "hold_clocks": f"({', '.join(str(c) for c, _ in holds) or 0},)",
        "hold_bounds": f"({', '.join(str(b) for _, b in holds) or 0},)",
        "turn": "turned(target, k, za, n, y, cons, place, origin)" if turned else "pass",
        "clock": "origin[facts[at + 3 * i]]" if turned else "facts[at + 3 * i]",
        "each": each, "words": (clocks + 1) ** 2, "facts": 3 * (clocks + 1 + len(holds)),
    }  # fmt: skip
    return ZONES + text.format(**{**names, **values})
