"""What an edge changes, as source: a sum to add to the packed state.

All updates of a step read the state before it (rule 3.5), so the changes of several edges add up,
unless they touch the same slot. Such slots are *shared*: a bit says that a shared slot is touched.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from fsm.explore.defined import defined
from fsm.explore.emit import Style, source, span
from fsm.explore.intervals import Intervals
from fsm.explore.packing import Packing
from fsm.semantics import ir
from fsm.semantics.ir import TRUE, Node, conjunction
from fsm.semantics.lowered import Edge, SlotInfo, SlotKind, System, Write

FAULTY = 1  # the bit of an update that faults; shared slots have the bits above


class Effect(Struct, frozen=True):
    """The change; the bits of the shared slots that are touched; and when the update does not
    fault (None: never)."""

    change: str
    touch: str
    ok: str | None


class Shared(Struct, frozen=True):
    """Slots that several edges of one action may touch, with their bits. Two that write a
    `variable` fault; two that reset a clock agree, and the slot is set to 0 once."""

    bits: Mapping[int, int]
    variables: int
    clocks: tuple[int, ...]


def shared_slots(system: System, groups: Iterable[Iterable[Edge]]) -> Shared:
    """The slots that edges of two groups may touch, where each group takes part with one edge."""
    seen: set[int] = set()
    twice: set[int] = set()
    for edges in groups:
        mine = {slot for edge in edges for slot in _touched(edge)}
        twice |= seen & mine
        seen |= mine
    bits = {slot: 1 << k for k, slot in enumerate(sorted(twice), start=1)}
    clocks = tuple(k for k in bits if system.slots[k].kind is SlotKind.CLOCK)
    variables = sum(bit for k, bit in bits.items() if k not in clocks)
    return Shared(bits, variables, clocks)


def _touched(edge: Edge) -> Iterator[int]:
    yield from edge.restarts
    for target in (*edge.resets, *(write.target for write in edge.writes)):
        if isinstance(target, ir.Slot):
            yield target.index
        elif isinstance(target, ir.Indexed):
            yield from range(target.base, target.base + span(target.indices))


class Effects:
    """Writes down what edges of one system change."""

    def __init__(self, slots: Sequence[SlotInfo], packing: Packing, style: Style) -> None:
        self._packing, self._style = packing, style
        self._intervals = Intervals(slots, ())

    def of(
        self, edge: Edge, writes: Sequence[Write], shared: Shared, *, gathers: bool = False
    ) -> Effect:
        """The effect of an edge with updates that are free of configuration; `gathers`: from any
        leaf."""
        total = _Sum()
        if gathers:
            total.constant += edge.target * self._packing.fields[edge.process].weight
            total.minus.append(self.reset(edge.process))
        else:
            total.constant += (edge.target - edge.leaf) * self._packing.fields[edge.process].weight
        touch = []
        for slot, when in self._restarts(edge):
            if slot in shared.bits:
                touch.append(_if(str(shared.bits[slot]), when))
            else:
                total.minus.append(_if(self.reset(slot), when))
        for write in writes:
            self._write(total, write)
            touch += self._bits(write.target, shared.bits)
        return Effect(str(total), " | ".join(touch) or "0", self._ok(edge, writes))

    def reset(self, slot: int) -> str:
        """What to subtract to make a slot 0."""
        return _times(self._style.slot(slot), self._packing.fields[slot].weight)

    def _restarts(self, edge: Edge) -> Iterator[tuple[int, str]]:
        """The clocks that become 0, and when (empty: always)."""
        always = dict.fromkeys(edge.restarts)
        yield from ((slot, "") for slot in always)
        sometimes: dict[int, list[str]] = {}
        for reset in edge.resets:
            at = self._at(reset)
            for k in range(span(reset.indices)):
                if reset.base + k not in always:
                    sometimes.setdefault(reset.base + k, []).append(f"{at} == {k}")
        yield from ((slot, " or ".join(tests)) for slot, tests in sometimes.items())

    def _write(self, total: "_Sum", write: Write) -> None:
        value = source(write.value, self._style)
        if isinstance(write.target, ir.Slot):
            slot = write.target.index
            place = self._packing.fields[slot]
            if isinstance(write.value, ir.Const):
                total.constant += write.value.value * place.weight
            else:
                total.plus.append(_times(value, place.weight))
            total.minus.append(_times(self._style.slot(slot), place.weight))
            return
        assert isinstance(write.target, ir.Indexed)
        at = self._at(write.target)
        size = span(write.target.indices)
        old = self._style.element(write.target.base, size, at)
        fields = self._packing.fields[write.target.base : write.target.base + size]
        weights = tuple(place.weight for place in fields)
        total.plus.append(f"({value} - {old}) * {weights!r}[{at}]")

    def _bits(self, target: Node, bits: Mapping[int, int]) -> Iterator[str]:
        if isinstance(target, ir.Slot):
            if target.index in bits:
                yield str(bits[target.index])
            return
        assert isinstance(target, ir.Indexed)
        at = self._at(target)
        for k in range(span(target.indices)):
            if target.base + k in bits:
                yield f"({bits[target.base + k]} if {at} == {k} else 0)"

    def _ok(self, edge: Edge, writes: Sequence[Write]) -> str | None:
        """Every value exists and is in range, every place exists, and none is written twice."""
        read = (*(w.value for w in writes), *(w.target for w in writes), *edge.resets)
        exist = conjunction(*map(defined, read))
        tests = [] if exist == TRUE else [source(exist, self._style)]
        for write in writes:
            if not self._intervals.inside(write.value, write.low, write.high):
                value = source(write.value, self._style)
                tests.append(f"{write.low} <= {value} <= {write.high}")
        for k, write in enumerate(writes):
            tests += [self._apart(write.target, w.target) for w in writes[k + 1 :]
                      if _may_meet(write.target, w.target)]  # fmt: skip
        return " and ".join(tests) or None

    def _apart(self, one: Node, other: Node) -> str:
        return f"{self._place(one)} != {self._place(other)}"

    def _place(self, target: Node) -> str:
        if isinstance(target, ir.Slot):
            return str(target.index)
        assert isinstance(target, ir.Indexed)
        return f"{target.base} + {self._at(target)}"

    def _at(self, target: ir.Indexed) -> str:
        return f"({' + '.join(source(i, self._style) for i in target.indices)})"


class _Sum(Struct):
    """A constant and terms; str() is its source, to be added to something; "" for nothing."""

    constant: int = 0
    plus: list[str] = []
    minus: list[str] = []

    def __str__(self) -> str:
        sign = "-" if self.constant < 0 else "+"
        found = f"{sign} {abs(self.constant)}" if self.constant else ""
        found += "".join(f" + {term}" for term in self.plus)
        found += "".join(f" - {term}" for term in self.minus)
        return found.strip()


def _may_meet(one: Node, other: Node) -> bool:
    return bool(set(_range(one)) & set(_range(other)))


def _range(target: Node) -> range:
    if isinstance(target, ir.Slot):
        return range(target.index, target.index + 1)
    assert isinstance(target, ir.Indexed)
    return range(target.base, target.base + span(target.indices))


def _times(value: str, weight: int) -> str:
    return value if weight == 1 else f"{value} * {weight}"


def _if(value: str, when: str) -> str:
    return f"({value} if {when} else 0)" if when else value
