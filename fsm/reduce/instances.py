"""Claims of each copy: where copies are alike, one of them stands for all.

A property with `each` is a claim for every value of its fields, an *instance*. A renaming of copies
maps runs of the system to runs; where it also maps an instance to the instance with other numbers,
one is violated in exactly the variants in which the other is. So of all instances that renamings
map to each other, the first is decided: with one field that numbers copies the instance of copy 0,
with two those of 0 and 0, and of 0 and 1.
"""

from collections.abc import Iterable, Sequence
from itertools import chain, combinations

from msgspec.structs import replace

from fsm.model import Property
from fsm.reduce.copies import Alike, as_it_is, renamings
from fsm.reduce.labels import tests_of
from fsm.reduce.renaming import Asymmetric, Renaming
from fsm.semantics.lower import bindings
from fsm.semantics.lower_expressions import NEVER, Lowering
from fsm.semantics.lowered import System
from fsm.semantics.trace import Bindings

MOST = 1_000  # instances that are compared


def numbering(
    system: System, lowering: Lowering, alike: Alike, property_: Property
) -> tuple[str, ...] | None:
    """The fields of `each` that number the copies: renaming these turns every instance into the one
    with the new numbers there. () where no instance changes; None where it is not so simple.

    Complexity: linear in the size of all instances.
    """
    count = len(alike.slots)
    instances = [*bindings(property_.each)]
    if len(instances) > MOST:
        return None

    def written(renaming: Renaming) -> dict[Bindings, object]:
        return {each: _written(system, lowering, renaming, property_, each) for each in instances}

    try:
        before = written(as_it_is(system, alike))
        after = [(order, written(renaming)) for order, renaming in renamings(system, alike)]
    except Asymmetric:
        return None
    fields = [f.name for f in property_.each if f.values == tuple(range(count))]
    for names in chain.from_iterable(combinations(fields, size) for size in range(len(fields) + 1)):
        if all(
            renamed[each] == before[_moved(each, names, order)]
            for order, renamed in after
            for each in instances
        ):
            return names
    return None


def first_of_each(
    system: System, lowering: Lowering, copies: Iterable[Alike], property_: Property
) -> Property:
    """The property with an instance, or a few, of all that renamings map to each other."""
    fields = property_.each
    for alike in copies if fields else ():
        names = numbering(system, lowering, alike, property_) or ()
        # Copies renamed in the order in which an instance names them: so it becomes the first.
        most = {name: place + 1 for place, name in enumerate(names)}
        fields = tuple(replace(f, values=f.values[: most.get(f.name)]) for f in fields)
    return replace(property_, each=fields)


def _moved(each: Bindings, names: Sequence[str], order: Sequence[int]) -> Bindings:
    return tuple((name, order[int(v)] if name in names else v) for name, v in each)


def _written(
    system: System, lowering: Lowering, renaming: Renaming, property_: Property, each: Bindings
) -> object:
    """The tests of an instance and the events that they watch, under a renaming."""
    nodes, watched = tests_of(system, lowering, property_, each)
    events = [(kind, e if e == NEVER else renaming.events[e]) for kind, e in watched]
    return [renaming.text(node) for node in nodes], events
