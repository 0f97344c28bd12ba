"""Copies that are alike, in dense time: which is which is settled before a state is looked up.

A renaming of copies that maps the system to itself maps runs to runs, clocks renamed with the
copies; so a zone may be explored in the place of any renamed one, for questions that no renaming
changes. The copies are sorted: by their local states and by which of them variables name; then, in
part, by the bounds of their clocks. Any order would be right; this one makes most renamed zones
equal, since clocks that are only reset stand in the order of their resets.
Source: Hendriks, Behrmann, Larsen, Niebert & Vaandrager, "Adding symmetry reduction to Uppaal",
FORMATS 2003.
"""

from collections.abc import Sequence
from typing import Protocol

from fsm.explore.compiled.widths import Array, Types
from fsm.explore.packing import Packing
from fsm.explore.text import Text
from fsm.semantics.lowered import SlotKind, System


class Copies(Protocol):
    """Copies that are alike, as `fsm.reduce.symmetry` finds them: the slots of each in one common
    order, and the slots that hold a number of a copy, each with the number of the first."""

    @property
    def slots(self) -> tuple[tuple[int, ...], ...]: ...

    @property
    def pointers(self) -> tuple[tuple[int, int], ...]: ...


def turning_types(system: System, copies: Sequence[Copies]) -> Types:
    """What the names in the source hold, beyond those of `fsm.timed.kernels`."""
    local = max(len(c.slots) * (len(c.slots[0]) + len(c.pointers)) for c in copies)
    clocks = len(system.slots) + 1
    return {
        "own": Array(64, local), "rank": Array(64, max(len(c.slots) for c in copies)),
        "origin": Array(64, clocks), "come": Array(64, clocks),
    }  # fmt: skip


def write_turning(system: System, packing: Packing, copies: Sequence[Copies]) -> str:
    """`turned`: the target of a step with its copies sorted; `origin` gets for each clock there the
    one whose part it takes. `u` is the zone before the clocks of the step restart."""
    text = Text()
    for number, alike in enumerate(copies):
        _write_before(text, system, alike, number)
    with text.block("def turned(target, k, u, n, y, cons, place, origin)"):
        text.line("goal = target[k]", "z = y + 2 + 3 * cons[y + 1]")
        with text.block(f"for c in range({len(system.slots) + 1})"):
            text.line("origin[c] = c", "come[c] = place[c]")
        with text.block("for h in range(cons[z])"):
            text.line("come[cons[z + 1 + h]] = 0")
        for number, alike in enumerate(copies):
            _write_one(text, system, packing, alike, number)
        text.line("target[k] = goal", "return 0")
    return str(text)


def _clocks(system: System, alike: Copies) -> list[list[int]]:
    """The clocks of each copy, in the common order."""
    kinds = [s.kind for s in system.slots]
    return [[k + 1 for k in block if kinds[k] is SlotKind.CLOCK] for block in alike.slots]


def _write_before(text: Text, system: System, alike: Copies, number: int) -> None:
    """Does copy a come before copy b?"""
    width = len(alike.slots[0]) + len(alike.pointers)
    clocks = _clocks(system, alike)
    with text.block(f"def before{number}(a, b, own, come, u, n)"):
        with text.block(f"for q in range({width})"):
            text.line(f"x = own[a * {width} + q]", f"y = own[b * {width} + q]")
            with text.block("if x != y"):
                text.line("return x < y")
        if clocks[0]:
            each = len(clocks[0])
            table = f"({', '.join(str(c) for own in clocks for c in own)},)"
            with text.block(f"for q in range({each})"):
                text.line(
                    f"i = come[{table}[a * {each} + q]]", f"j = come[{table}[b * {each} + q]]"
                )
                with text.block("if i >= 0 and j >= 0"):
                    for one, other in (
                        ("u[i]", "u[j]"), ("u[i * n]", "u[j * n]"), ("u[i * n + j]", "u[j * n + i]")
                    ):  # fmt: skip
                        text.line(f"x = {one}", f"y = {other}")
                        with text.block("if x != y"):
                            text.line("return x < y")
        text.line("return 0")


def _write_one(text: Text, system: System, packing: Packing, alike: Copies, number: int) -> None:
    width, count = len(alike.slots[0]) + len(alike.pointers), len(alike.slots)

    def value(slot: int) -> str:
        return f"({packing.fields[slot].read()})"

    text.line("p = goal")
    for k, (slot, _) in enumerate(alike.pointers):
        text.line(f"held{number}_{k} = {value(slot)}")
    for copy, block in enumerate(alike.slots):
        for place, slot in enumerate(block):
            text.line(f"own[{copy * width + place}] = {value(slot)}")
        for k, (_, first) in enumerate(alike.pointers):
            at = copy * width + len(block) + k
            text.line(f"own[{at}] = 1 if held{number}_{k} == {first + copy} else 0")
        text.line(f"rank[{copy}] = {copy}")
    with text.block(f"for h in range(1, {count})"):
        text.line("j = h")
        with text.block(f"while j > 0 and before{number}(rank[j], rank[j - 1], own, come, u, n)"):
            text.line("c = rank[j]", "rank[j] = rank[j - 1]", "rank[j - 1] = c", "j -= 1")
    for copy, block in enumerate(alike.slots):
        text.line(f"c = rank[{copy}]")
        with text.block(f"if c != {copy}"):
            for place, slot in enumerate(block):
                if (weight := packing.fields[slot].weight) and system.slots[slot].low != (
                    system.slots[slot].high
                ):
                    at = copy * width + place
                    text.line(f"goal += (own[c * {width} + {place}] - own[{at}]) * {weight}")
            for k, (slot, first) in enumerate(alike.pointers):
                with text.block(f"if held{number}_{k} == {first} + c"):
                    weight = packing.fields[slot].weight
                    text.line(f"goal += ({first + copy} - held{number}_{k}) * {weight}")
            for q, clock in enumerate(_clocks(system, alike)[copy]):
                table = tuple(own[q] for own in _clocks(system, alike))
                text.line(f"origin[{clock}] = {table}[c]")
