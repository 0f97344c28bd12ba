"""Is there a fair cycle? The strongly connected components of a product, in machine code, one depth
first search over what a search has stored; no arc is stored.

Source: Couvreur, "On-the-fly verification of linear temporal logic", FM 1999, doi
10.1007/3-540-48119-2_16: a stack of roots, each with the conditions that its component serves so
far. Strong fairness: Emerson & Lei, "Modalities for model checking: branching time strikes back",
Science of Computer Programming 8, 1987, doi 10.1016/0167-6423(87)90036-0: a component that does not
take what it offers is searched again without the nodes that offer it.

For a set of variants the components are those of all arcs that one of them has, and every condition
is met that one of them meets; so no cycle of a variant is missed, and of a single variant none is
made up. A set in which there may be one is halved.
"""

import time
from collections.abc import Iterator, Sequence

from fsm.explore.compiled.kernels import write_store
from fsm.explore.compiled.memory import Block
from fsm.explore.compiled.native import Native
from fsm.explore.compiled.product import Product
from fsm.explore.compiled.search import Search
from fsm.explore.compiled.space import Stopped
from fsm.explore.compiled.store import one
from fsm.explore.compiled.widths import Array, Types
from fsm.explore.space import TIME

# The places in `pad`, which kernel and driver share.
DEPTH, AHEAD, STACKED, ROOTS, ORDER, NEXT, FOUND, NODES, ARCS, KEPT = range(10)
FULL, WEAK, STRONG, QUICK = range(10, 14)
PAD = 16
ROOM = 1 << 12  # of the stacks, at first
AT_ONCE = 1 << 15  # nodes between two looks at the clock
SPOTS = 1 << 20

OUT, OPEN = 0, 1  # marks: not a candidate, or no more; one that is not visited yet


def write_components(product: Product) -> str:
    """`seek` goes on with the search and returns 0 at its end, 1 where it found a fair component
    and was asked for one, and 2 where it needs more room or time. `candidates` marks the nodes that
    are looked at, `others` all that are in no fair component, `leave` gives the arcs of a node, and
    `place` its spot.

    A node's mark is OUT, OPEN, a number above that while it is on the stack, or below 0, the number
    of its fair component. A root of the stack has four words: its mark, the label of the arc that
    led to it, what its component serves, and what it offers of what strong fairness is about.
    """
    most, offset = product.machine.program.most, product.machine.shape.offset
    control = (1 << product.bits) - 1
    controls = product.beside.controls(product.beside.open)
    return f"""
def candidates(mark, m, seen, reach, box, low, high):
    n = 0
    for i in range(low, high):
        mark[i] = {OUT}
        if seen[i] != 0:
            q = seen[i] - {offset} & {control}
            if q in {(*controls, -1)} and reached(i, seen, reach) & m:
                mark[i] = {OPEN}
                n += 1
    return n


def others(mark, m, able, low, high):
    for i in range(low, high):
        if mark[i] >= 0:
            make_able(i, m, able)
    return 0


def place(wanted, seen, reach, box):
    return find(wanted[0], seen, reach, box)


def leave(wanted, m, want, code, target, mask, step, idle):
    return follow(wanted[0], m, want, code, target, mask, step, idle, oc, om, od, of)


def seek(mark, m, frames, roots, stack, ahead, kept, pad, spots, seen, reach, box):
    d = pad[{DEPTH}]
    w = pad[{AHEAD}]
    s = pad[{STACKED}]
    r = pad[{ROOTS}]
    i = pad[{NEXT}]
    weak = pad[{WEAK}]
    strong = pad[{STRONG}]
    full = pad[{FULL}]
    left = {AT_ONCE}
    answer = 2
    while answer == 2 and left > 0 and s < pad[{NODES}] and w + {most} <= pad[{ARCS}] and (
            pad[{FOUND}] + 1 < pad[{KEPT}]):
        new = -1
        label = 0
        if d == 0:
            # Nothing is open before i, not even what was opened again since.
            while i < spots and mark[i] != {OPEN}:
                i += 1
            if i < spots:
                new = i
            else:
                answer = 0
        elif w > frames[2 * d - 1]:
            w -= 1
            j = ahead[2 * w]
            label = ahead[2 * w + 1]
            if mark[j] == {OPEN}:
                new = j
            elif mark[j] > {OPEN}:
                # A cycle: whatever lies between is one component.
                owed = 0
                while roots[4 * r - 4] > mark[j]:
                    label |= roots[4 * r - 3] | roots[4 * r - 2]
                    owed |= roots[4 * r - 1]
                    r -= 1
                roots[4 * r - 2] |= label
                roots[4 * r - 1] |= owed
                if pad[{QUICK}] and roots[4 * r - 2] & full == full:
                    if roots[4 * r - 1] & ~roots[4 * r - 2] == 0:
                        answer = 1
        else:
            d -= 1
            f = frames[2 * d]
            if roots[4 * r - 4] == mark[f]:
                r -= 1
                label = roots[4 * r + 2]
                owed = roots[4 * r + 3] & ~label
                x = {OUT}
                if label & full == full and owed == 0:
                    pad[{FOUND}] += 1
                    x = -pad[{FOUND}]
                    kept[pad[{FOUND}]] = label
                    if pad[{QUICK}]:
                        answer = 1
                j = -1
                while j != f:
                    s -= 1
                    j = stack[s]
                    mark[j] = x
                    if label & full == full and owed != 0:
                        n = follow(seen[j] - {offset}, reached(j, seen, reach) & m, owed, code,
                                   target, mask, step, idle, oc, om, od, of)
                        if owed & ~idle[0] == 0:
                            mark[j] = {OPEN}
        if new >= 0:
            left -= 1
            pad[{ORDER}] += 1
            mark[new] = pad[{ORDER}] + {OPEN}
            n = follow(seen[new] - {offset}, reached(new, seen, reach) & m, weak | strong, code,
                       target, mask, step, idle, oc, om, od, of)
            stack[s] = new
            s += 1
            roots[4 * r] = mark[new]
            roots[4 * r + 1] = label
            roots[4 * r + 2] = idle[0] & weak
            roots[4 * r + 3] = strong & ~idle[0]
            r += 1
            frames[2 * d] = new
            frames[2 * d + 1] = w
            d += 1
            for k in range(n):
                j = find(target[k], seen, reach, box)
                if j >= 0:
                    if mark[j] > {OUT}:
                        ahead[2 * w] = j
                        ahead[2 * w + 1] = code[k] | {product.loop}
                        w += 1
    pad[{DEPTH}] = d
    pad[{AHEAD}] = w
    pad[{STACKED}] = s
    pad[{ROOTS}] = r
    pad[{NEXT}] = i
    return answer
"""


_STORE = ("seen", "reach", "box")
PUBLIC: dict[str, Sequence[str]] = {
    "candidates": ("mark", "m", *_STORE, "low", "high"),
    "others": ("mark", "m", "able", "low", "high"),
    "place": ("wanted", *_STORE),
    "leave": ("wanted", "m", "want", "code", "target", "mask", "step", "idle"),
    "seek": ("mark", "m", "frames", "roots", "stack", "ahead", "kept", "pad", "spots", *_STORE),
}
_SIZES = {"frames": 2, "roots": 4, "stack": 1, "ahead": 2}  # words of an entry
_WORDS = ("mark", "frames", "roots", "stack", "ahead", "kept", "pad")


class Components:
    """The fair components of a product that was searched.

    Raises `Stopped` where time is over (`limit` of the search says so), and `OutOfMemory`.
    Complexity: O(arcs) for a set of variants, times the conditions of strong fairness; a set is
    halved until there is nothing in it, or one variant.
    """

    def __init__(self, product: Product, search: Search) -> None:
        self.product, self.search = product, search
        machine = product.machine
        types: Types = {**machine.types(), **dict.fromkeys(_WORDS, Array(64))}
        parts = (
            machine.program.text, machine.questions, write_store(machine.shape),
            write_components(product),
        )  # fmt: skip
        self.code = Native("\n\n".join(parts), types, PUBLIC)
        ledger = search.ledger
        self.mark = Block(ledger, search.store.spots)
        self._pad = Block(ledger, PAD)
        self._wanted = one(ledger, machine.shape.bits)
        self._kept = Block(ledger, ROOM)
        self._stacks = {name: Block(ledger, size * ROOM) for name, size in _SIZES.items()}

    def violating(self, mask: int, more: int = 0) -> int:
        """The variants of a set that have a fair component, if weak fairness of `more`, besides
        what the spec states, is asked for."""
        if not mask or not self._candidates(mask) or not self._seek(mask, more, quick=True):
            return 0
        if mask & mask - 1 == 0:
            return mask
        members = list(_bits(mask))
        low = sum(members[: len(members) // 2])
        return self.violating(low, more) | self.violating(mask & ~low, more)

    def mark_all(self, bit: int) -> None:
        """Find all fair components of a single variant: `component` then tells them."""
        self._candidates(bit)
        self._seek(bit, 0, quick=False)

    def component(self, node: int) -> int:
        """The number of the fair component of a node, 0 for none."""
        self._wanted[0] = node
        spot = self.code["place"](self._wanted.address, *self.search.store.arrays)
        return max(0, -self.mark[spot]) if spot >= 0 else 0

    def served(self, component: int) -> int:
        """The conditions that a fair component serves."""
        return self._kept[component]

    def others(self, bit: int) -> Block:
        """A column with marks for all that is in no fair component of a variant."""
        column = self.search.store.column()
        for low, high in self._spots():
            self.code["others"](self.mark.address, bit, column.address, low, high)
        return column

    def _candidates(self, mask: int) -> bool:
        """Mark the nodes that are looked at. Is there any?"""
        arrays = self.search.store.arrays
        found = 0
        for low, high in self._spots():
            found += self.code["candidates"](self.mark.address, mask, *arrays, low, high)
        return found > 0

    def _seek(self, mask: int, more: int, *, quick: bool) -> bool:
        pad, conditions = self._pad, self.product.conditions
        for place in (DEPTH, AHEAD, STACKED, ROOTS, ORDER, NEXT, FOUND):
            pad[place] = 0
        pad[FULL] = self.product.accepting | conditions.weak | more
        pad[WEAK], pad[STRONG] = conditions.weak | more, conditions.strong
        pad[QUICK] = int(quick)
        while (answer := self._go_on(mask)) == 2:
            self.look_up()
        return answer == 1 or pad[FOUND] > 0

    def _go_on(self, mask: int) -> int:
        pad, stacks, most = self._pad, self._stacks, self.product.machine.program.most
        if pad[STACKED] == stacks["stack"].length:
            for name in ("stack", "frames", "roots"):
                stacks[name].grow(2 * stacks[name].length)
        while pad[AHEAD] + most > stacks["ahead"].length // 2:
            stacks["ahead"].grow(2 * stacks["ahead"].length)
        if pad[FOUND] + 1 == self._kept.length:
            self._kept.grow(2 * self._kept.length)
        pad[NODES], pad[ARCS] = stacks["stack"].length, stacks["ahead"].length // 2
        pad[KEPT] = self._kept.length
        store = self.search.store
        return self.code["seek"](
            self.mark.address, mask, *(stacks[name].address for name in _SIZES),
            self._kept.address, pad.address, store.spots, *store.arrays,
        )  # fmt: skip

    def look_up(self) -> None:
        """Is there time left? Raises `Stopped`."""
        limits = self.search.limits
        if limits.deadline is not None and time.monotonic() > limits.deadline:
            self.search.limit = TIME
            raise Stopped

    def _spots(self) -> Iterator[tuple[int, int]]:
        whole = self.search.store.spots
        for low in range(0, whole, SPOTS):
            self.look_up()
            yield low, min(low + SPOTS, whole)

    def free(self) -> None:
        """Give the memory back."""
        for block in (self.mark, self._pad, self._wanted, self._kept, *self._stacks.values()):
            block.free()


def _bits(mask: int) -> Iterator[int]:
    while mask:
        yield mask & -mask
        mask &= mask - 1
