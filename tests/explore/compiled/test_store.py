"""Tables that grow in place, memory that is counted, and files of machine code."""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from fsm.check.check import CheckOptions, check_spec, task_of
from fsm.check.compiled import Compiled, machine_of
from fsm.explore.compiled import crew, kernels, native, space, store
from fsm.explore.compiled.kernels import Shape
from fsm.explore.compiled.levels import IDLE, Level
from fsm.explore.compiled.memory import Block, Ledger, OutOfMemory
from fsm.explore.compiled.space import CompiledSpace
from fsm.explore.compiled.translate import mix
from fsm.model import Spec
from fsm.reduce.reduction import NAMES
from fsm.spec.load import parse_spec, spec_from
from tests.check.agreement import told
from tests.check.test_compiled import agrees, with_properties
from tests.explore.test_agreement import SLOW
from tests.known_answers.families import text
from tests.random_specs import specs

pytest.importorskip("llvmlite")


OPTIONS = CheckOptions(engine="compiled", without=NAMES, stats=True)


@contextmanager
def small(largest: int = 0, dense: int = 0) -> Iterator[None]:
    """Tables to begin with, of 64 entries; what they may become."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "FIRST_SIZE", 64)
        patch.setattr(store, "DENSE", dense)
        patch.setattr(space, "BITSET", 0)
        patch.setattr(space, "LARGEST", largest)
        yield


def searched(spec: Spec, threads: int = 1) -> CompiledSpace:
    return Compiled(task_of(spec, replace(OPTIONS, threads=threads))).space


def test_a_table_that_grows_often() -> None:
    spec = parse_spec(text("dining_philosophers", n=8))
    with small():
        assert told(check_spec(spec, OPTIONS)) == told(
            check_spec(spec, replace(OPTIONS, engine="python"))
        )
        assert searched(spec).machine.shape.bitset is None


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize(
    ("name", "constants"),
    [("dining_philosophers", {"n": 9}), ("peterson_filter", {"n": 3}), ("tickets", {"n": 3})],
)
def test_a_table_becomes_a_bitset(name: str, constants: dict[str, int], threads: int) -> None:
    """While it is searched, and while threads search it: there is no other difference."""
    spec = parse_spec(text(name, **constants))
    table = check_spec(spec, OPTIONS)
    possible = searched(spec).machine.shape.bitset
    assert possible is not None
    times = possible // 8 // (2 * 512 * 8) + 1  # instead of 1,024 entries: many states are in it
    with small(1 << 34, times), pytest.MonkeyPatch.context() as patch:
        patch.setattr(crew, "PIECE", 64)
        assert searched(spec, threads).machine.shape.bitset == possible
        bitset = check_spec(spec, replace(OPTIONS, threads=threads))
    assert told(bitset) == told(table)
    assert bitset.depth == table.depth
    assert bitset.stats and table.stats
    assert bitset.stats.deadlocks == table.stats.deadlocks


@given(specs())
@settings(max_examples=4, deadline=None, suppress_health_check=SLOW)
def test_random_specs_whose_table_becomes_a_bitset(document: dict[str, Any]) -> None:
    with small(1 << 34, 1 << 34):
        agrees(spec_from(with_properties(document, 0)))


def test_no_room_for_a_bitset(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then it stays a table."""

    def refusing(ledger: Ledger, length: int, bits: int = 64) -> Block:
        if bits == 8:
            raise OutOfMemory
        return Block(ledger, length, bits)

    spec = parse_spec(text("dining_philosophers", n=8))
    with small(1 << 34, 1 << 34):
        monkeypatch.setattr(store, "Block", refusing)
        found = searched(spec)
        assert (found.states, found.limit) == (1154, "")
        assert found.machine.shape.bitset is None


@pytest.mark.parametrize("family", [False, True])
@pytest.mark.parametrize("bits", [64, 128, 512])
def test_lines_that_are_full(bits: int, family: bool) -> None:
    """What finds no room in its line is in a later one, the first after the last; and still found
    once the table has grown."""
    task = task_of(parse_spec(text("dining_philosophers", n=4)), OPTIONS)
    machine, _ = machine_of(task)
    shape = Shape(None, bits, family)
    with small():
        table = store.Store(replace(machine, shape=shape, loaded={}), Ledger())
    word = (1 << 62) - 1

    def line(state: int) -> int:
        hashed = mix(state & word, 0)
        for k in range(62, bits - 2, 62):
            hashed = mix(state >> k & word, hashed)
        return hashed >> table.box[kernels.SHIFT]

    chance = random.Random(bits)
    last = 64 // shape.lanes - 1
    drawn = (chance.getrandbits(bits - 3) for _ in range(1 << 16))
    states = list(islice((s for s in drawn if line(s) in (last, last // 2)), 20))
    assert len(states) == 20 > 2 * shape.lanes
    given_, masks, new = (Block(Ledger(), 40, width) for width in (bits, 64, bits))
    for k, state in enumerate([*states, *states]):
        given_[k], masks[k] = state, 1
    box = table.box
    box[kernels.LAST], box[kernels.ROOM], box[kernels.LIMIT] = 40, 1 << 20, 1 << 20
    box[kernels.CAPACITY] = 1 << 20
    enter = table.machine.code("enter")
    enter(given_.address, masks.address, new.address, box.address, *table.arrays[:2])
    assert [new[k] for k in range(box[kernels.TAIL])] == states
    others = list(islice(drawn, 50))
    for _ in range(3):
        assert all(table.reached(state) == 1 for state in states)
        assert not any(table.reached(state) for state in others)
        box[kernels.CAPACITY] = 0
        table.grow(1)
    assert table.seen.length == 64 << 3


@pytest.mark.parametrize("bits", [8, 32, 64, 128])
def test_blocks(bits: int) -> None:
    chance = random.Random(bits)
    ledger = Ledger()
    block = Block(ledger, 5, bits)
    low, high = (0, (1 << bits) - 1) if bits < 64 else (-(1 << bits - 1), (1 << bits - 1) - 1)
    wanted = [low, high, 1, *(chance.randint(low, high) for _ in range(2))]
    for k, value in enumerate(wanted):
        block[k] = value
    assert [block[k] for k in range(5)] == wanted
    block.grow(100_000)
    assert [block[k] for k in range(7)] == [*wanted, 0, 0]
    assert ledger.used == 100_000 * bits // 8
    block.free()
    block.free()
    assert (ledger.used, ledger.most) == (0, 100_000 * bits // 8)


def test_how_wide_states_are_in_a_level() -> None:
    sizes = (1 << 32, (1 << 32) + 1)
    assert [Shape(size, 64, False).listed for size in sizes] == [32, 64]
    assert [Shape(None, 64, False, possible=size).listed for size in sizes] == [32, 64]
    assert Shape(None, 128, True).listed == 128


def test_blocks_of_a_level_serve_the_next() -> None:
    """A few: the others are given back at once."""
    ledger = Ledger()
    idle: list[Block] = []
    first, second = (Level(ledger, Shape(None, 64, True), 10, idle) for _ in range(2))
    for _ in range(IDLE + 3):
        patch = first.open(10)
        patch.count, patch.masks = 10, Block(ledger, 10)
    known = [patch.states.address for patch in first.patches]
    last = first.patches[-1]
    first.drop(0, IDLE + 2)
    assert (first.patches, last.count) == ([last], 10)
    assert ledger.used == (IDLE + 2) * 80
    patch = second.open(10)
    patch.count = 10
    assert patch.states.address in known[:IDLE]
    assert second.open(10).states.address in {*known[:IDLE]} - {patch.states.address}
    assert ledger.used == (IDLE + 2) * 80
    first.patches[-1].states.trim(5)
    first.drop(0, 1)
    assert ledger.used == IDLE * 80


def test_a_limit_of_memory() -> None:
    ledger = Ledger(1000)
    block = Block(ledger, 100)
    for asked in (lambda: Block(ledger, 26), lambda: block.grow(126)):
        with pytest.raises(OutOfMemory):
            asked()
        assert (ledger.used, block.length) == (800, 100)
    block.grow(125)
    assert Block(Ledger(), 1 << 3)[7] == 0


def test_the_second_run_compiles_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FSM_CACHE_DIR", str(tmp_path))
    spec = parse_spec(text("dining_philosophers", n=4))
    options = CheckOptions(engine="compiled", without=NAMES)
    first = check_spec(spec, options)
    assert len(list(tmp_path.glob("native-*"))) == 3  # the search, marks, paths

    def never(*_: object) -> bytes:
        raise AssertionError("compiled again")

    monkeypatch.setattr(native, "_compile", never)
    assert told(check_spec(spec, options)) == told(first)


def test_machine_code_of_another_version_is_not_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FSM_CACHE_DIR", str(tmp_path))
    spec = parse_spec(text("dining_philosophers", n=4))
    options = CheckOptions(engine="compiled", without=NAMES)
    first = check_spec(spec, options)
    monkeypatch.setattr(native, "toolkit", lambda: "another")
    assert told(check_spec(spec, options)) == told(first)
    assert len(list(tmp_path.glob("native-*"))) == 6


def test_what_is_compiled_while_it_searches_is_no_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel for what is left of a level, once there are as many states as may be."""
    inner = native.Native.__init__

    def slow(self: native.Native, *rest: Any) -> None:
        time.sleep(0.4)
        inner(self, *rest)

    monkeypatch.setattr(native.Native, "__init__", slow)
    spec = parse_spec(text("dining_philosophers", n=6))
    options = CheckOptions(engine="compiled", without=NAMES, stats=True, max_states=50)
    stats = check_spec(spec, options).stats
    assert stats and stats.compiling and stats.searching
    assert stats.compiling > 0.8  # for both
    assert stats.searching < 0.4
