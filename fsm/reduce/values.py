"""Exact value abstraction: of values that nothing tells apart, only one is ever chosen.

A *class* is a set of variables, fields and choices (`fsm.reduce.uses`) whose values are only copied
within the class and compared with constants; constants of the configuration count with all values
that a variant gives them. The comparisons, and the range checks of assignments, cut the numbers
into *blocks*: two numbers of one block pass the same tests. The narrowed spec is the spec as
written, except that `any`, an event's fields and `choose` offer one number of each block.

Exactness. Relate two states if they agree everywhere, clocks included, but for the variables of
classes, and there hold numbers of the same block. This is a bisimulation between the spec and the
narrowed spec, whose labels are all guards, priorities, faults and property formulas:

- *Labels.* A formula reads a class only through tests, so related states satisfy the same guards,
  pauses, `initial_where` and operands of properties; a fault arises in both (by a range check: a
  test; by anything else: no class is read there), of the same kind and about the same subject.
- *Start.* Blocks that `any` offers are offered by the narrowed `any`, with related choices.
- *Steps.* A step of the written spec with field or choice v is matched by the narrowed step that
  takes the representative of v's block: the same event instance, machines and transitions are
  enabled at the same priority. An assignment of a copy or of a constant keeps related numbers
  related, since the members of a class share one partition; any other assignment makes the class
  opaque, and opaque classes are not narrowed. A delay changes no class.
- *Back.* Every start and step of the narrowed spec is one of the written spec, as it stands.

So every property of every pattern has the same verdict in each variant (bisimilar systems satisfy
the same CTL* formulas: Baier & Katoen, Principles of Model Checking, 2008, theorem 7.20; steps keep
their event instance, so this includes ghosts and fairness), and every structural finding its code
and subject. A trace of the narrowed spec is one of the spec: nothing is translated back.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from fsm.expressions import Op
from fsm.model import Field, Group, Machine, Property, Spec, Text
from fsm.reduce.constants import Carrier
from fsm.reduce.reduction import VALUES, Reduction
from fsm.reduce.uses import Class, Uses
from fsm.semantics.ir import compute
from fsm.semantics.layout import Layout, decode, scalars
from fsm.semantics.lowered import System

TESTS = 1_000  # of one class; with more there is little to gain
S = TypeVar("S", Spec, Group, Machine)


class Narrowed(Struct, frozen=True):
    """A spec whose fields and choices are narrowed, and the codes that `any` may give variables."""

    spec: Spec
    any_of: Mapping[str, tuple[int, ...]]
    reduction: Reduction | None

    def started(self, system: System, layout: Layout) -> System:
        """The lowered narrowed spec with `any` narrowed, too."""
        first: list[Sequence[int]] = list(system.first)
        for name, codes in self.any_of.items():
            place = layout.variables[name]
            assert place.type is not None
            for copy in range(place.copies or 1):
                base = place.base + copy * place.stride
                for slot in range(base, base + scalars(place.type)):
                    if len(first[slot]) > 1:  # `any`; else the one value that the spec gives
                        first[slot] = codes
        return replace(system, first=tuple(first))


def unreduced(spec: Spec) -> Narrowed:
    """The spec as it is."""
    return Narrowed(spec, {}, None)


def narrow(spec: Spec, selected: Sequence[Property]) -> Narrowed:
    """Offer one value of each block; `selected` are the properties that will be decided.

    Complexity: tests squared for each class, whatever the sizes of the domains.
    """
    kept: dict[Carrier, tuple[int, ...]] = {}
    subjects = []
    for carrier, class_ in Uses(spec, selected).classes():
        if class_.opaque or len(class_.tests) > TESTS:
            continue
        domain = class_.domains[carrier]
        chosen = representatives(class_, domain)
        values = len({*chosen, *_assigned(class_, domain)})
        if values < len(domain):
            kept[carrier] = chosen
            subjects.append((_name(carrier), len(domain), values))
    if not kept:
        return unreduced(spec)
    told = ", ".join(f"{name} {before:,} → {after:,}" for name, before, after in subjects)
    words = Text(f"不加区分的取值只取其一：{told}", f"values that nothing tells apart: {told}")
    any_of = {c.name: codes for c, codes in kept.items() if not c.owner}
    narrowed = _with_fields(spec, kept)
    return Narrowed(narrowed, any_of, Reduction(VALUES, words, tuple(subjects)))


def representatives(class_: Class, domain: Sequence[int]) -> tuple[int, ...]:
    """One code of the domain for each block that meets it, ascending: the least constant that is
    assigned anyway, else the least."""
    first, last = domain[0], domain[-1]
    cuts = {first, *(c for c in _cuts(class_) if first < c <= last)}
    chosen: dict[tuple[int, ...], int] = {}
    for code in (*_assigned(class_, domain), *_least(domain, cuts)):
        chosen.setdefault(block(class_, code), code)
    return tuple(sorted(chosen.values()))


def block(class_: Class, code: int) -> tuple[int, ...]:
    """What tells a code from others: the outcome of each test."""
    return tuple(compute(op, [code, constant]) for op, constant in class_.tests)


def _assigned(class_: Class, domain: Sequence[int]) -> list[int]:
    """The constants that are assigned and lie in the domain, ascending."""
    places = ((c, bisect_left(domain, c)) for c in sorted(class_.assigned))
    return [c for c, at in places if at < len(domain) and domain[at] == c]


def _cuts(class_: Class) -> Iterator[int]:
    """Where the outcome of a test can change."""
    for op, constant in class_.tests:
        if op in (Op.LT, Op.GE, Op.EQ, Op.NE):
            yield constant
        if op in (Op.LE, Op.GT, Op.EQ, Op.NE):
            yield constant + 1


def _least(domain: Sequence[int], cuts: set[int]) -> Iterator[int]:
    """The least code of the domain from each cut on, if it comes before the next one."""
    ordered = sorted(cuts)
    for cut, following in zip(ordered, (*ordered[1:], domain[-1] + 1), strict=True):
        at = bisect_left(domain, cut)
        if at < len(domain) and domain[at] < following:
            yield domain[at]


def _name(carrier: Carrier) -> str:
    return f"{carrier.owner}.{carrier.name}" if carrier.owner else carrier.name


# --- the spec with fewer choices --------------------------------------------------------------


def _with_fields(spec: Spec, kept: Mapping[Carrier, tuple[int, ...]]) -> Spec:
    def fields(owner: str, old: tuple[Field, ...]) -> tuple[Field, ...]:
        return tuple(_field(f, kept.get(Carrier(owner, f.name))) for f in old)

    def events(scope: S) -> S:
        new = tuple(replace(e, fields=fields(e.name, e.fields)) for e in scope.events)
        return replace(scope, events=new)

    def machine(old: Machine) -> Machine:
        new = tuple(
            replace(t, choose=fields(f"{old.name}:{t.number}", t.choose)) for t in old.transitions
        )
        return replace(events(old), transitions=new)

    groups = tuple(
        replace(events(g), machines=tuple(map(machine, g.machines))) for g in spec.groups
    )
    return replace(events(spec), machines=tuple(map(machine, spec.machines)), groups=groups)


def _field(old: Field, codes: tuple[int, ...] | None) -> Field:
    if codes is None:
        return old
    return replace(old, values=tuple(decode(code, old.type) for code in codes))


def choices_of(spec: Spec) -> int:
    """The most values that the fields of one event have together."""
    events = (e for scope in spec.scopes() for e in scope.events)
    return max((prod(len(f.values) for f in e.fields) for e in events), default=0)
