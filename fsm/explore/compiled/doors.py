"""Where an automaton that waits begins to watch: the nodes of a product that are reached from its
first state, read off the states that were searched before. So the product need not be searched
while nothing is watched, which is nearly everywhere where a claim is about what follows something.
"""

from collections.abc import Sequence

from fsm.explore.compiled.kernels import write_store
from fsm.explore.compiled.memory import Block, Ledger
from fsm.explore.compiled.native import Native
from fsm.explore.compiled.product import Product
from fsm.explore.compiled.store import Machine, Store
from fsm.explore.compiled.widths import Array, Types

MOST = 1 << 17  # doors: where there are more, little is saved
SPOTS = 1 << 20

PUBLIC: dict[str, Sequence[str]] = {
    "doors": ("low", "high", "seen", "reach", "box", "todo", "masks", "pad")
}


def write_doors(product: Product, plain: Machine) -> str:
    """`doors` puts the nodes into a block, with their variants; `pad` holds how many there are, and
    how many may be. It returns 1 where there may be more."""
    beside, most = product.beside, product.machine.program.most
    if len(beside.after) == 1:  # whatever occurred: the moment itself is enough
        moment = "n = moment(p, m, 0, 0, 0, 0, code, target, mask)"
    else:
        moment = (
            f"n = follow(p << {product.bits}, m, 0, code, target, mask, step, idle, oc, om, od, of)"
        )
    each = _BITSET if plain.shape.bitset is not None else _TABLE
    body = f"""{moment}
for k in range(n):
    q = target[k] & {(1 << product.bits) - 1}
    if q % {len(beside.edges)} != 0:
        todo[tail] = target[k]
        masks[tail] = mask[k]
        tail += 1
if tail + {most} > pad[1]:
    return 1"""
    indent = " " * (len(each[-1]) - len(each[-1].lstrip()))
    lines = "\n    ".join([*each, *(indent + line for line in body.splitlines())]).format(
        offset=plain.shape.offset
    )
    return f"""
def doors(low, high, seen, reach, box, todo, masks, pad):
    tail = pad[0]
    {lines}
    pad[0] = tail
    return 0
"""


_TABLE = (
    "for i in range(low, high):",
    "    if seen[i] != 0:",
    "        todo[tail] = seen[i] - {offset}",  # a node may be wider than a state
    "        p = todo[tail]",
    "        m = reached(i, seen, reach)",
)
_BITSET = (
    "for i in range(low, high):",
    "    b = seen[i]",
    "    for d in range(8):",
    "        if b >> d & 1:",
    "            p = i * 8 + d",
    "            m = 1",
)


def doors_of(
    product: Product, plain: Machine, store: Store, ledger: Ledger
) -> list[tuple[int, int]] | None:
    """The nodes in which a run begins to be watched, after the first moment, with the variants that
    reach them; None where there are more than `MOST`, or the automaton does not wait.

    Complexity: O(states), and O(steps) where it matters what occurred. Raises `OutOfMemory`.
    """
    if not product.beside.waits:
        return None
    types: Types = {**product.machine.types(), "seen": plain.types()["seen"], "pad": Array(64)}
    parts = (product.machine.program.text, write_store(plain.shape), write_doors(product, plain))
    code = Native("\n\n".join(parts), types, PUBLIC)
    room = MOST + product.machine.program.most
    states = Block(ledger, room, product.machine.shape.bits)
    masks, pad = Block(ledger, room), Block(ledger, 2)
    pad[1] = room
    try:
        for low in range(0, store.spots, SPOTS):
            high = min(low + SPOTS, store.spots)
            if code["doors"](low, high, *store.arrays, states.address, masks.address, pad.address):
                return None
        return [(states[k], masks[k]) for k in range(pad[0])]
    finally:
        for block in (states, masks, pad):
            block.free()
