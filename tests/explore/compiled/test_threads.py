"""Several threads find what one finds: whole reports, under limits, and when they are stopped."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from fsm.check.check import CheckOptions, check_spec, task_of
from fsm.check.compiled import machine_of
from fsm.check.results import Outcome, SpecReport
from fsm.errors import UsageError
from fsm.explore.compiled import crew, kernels, search, space
from fsm.explore.compiled.crew import Crew, pieces_of
from fsm.explore.compiled.kernels import Shape
from fsm.explore.compiled.memory import Block, Ledger
from fsm.explore.compiled.numbered import numbered
from fsm.explore.compiled.search import Search
from fsm.explore.compiled.sets import Sets
from fsm.explore.compiled.space import Stopped
from fsm.explore.compiled.store import HASH
from fsm.explore.compiled.widths import Array, Types
from fsm.explore.packing import Packing, packing
from fsm.explore.space import INTERRUPTED, Limits, explore
from fsm.explore.successors import Successors
from fsm.explore.variants import Variants
from fsm.model import Spec
from fsm.reduce.reduction import NAMES
from fsm.semantics.lowered import System
from fsm.spec.load import parse_spec, spec_from
from tests.check.test_compiled import with_properties
from tests.explore.test_agreement import CORNERS, SLOW
from tests.known_answers.families import text
from tests.random_specs import specs

pytest.importorskip("llvmlite")

from fsm.explore.compiled.native import Native

OPTIONS = CheckOptions(engine="compiled", without=NAMES, stats=True)


@contextmanager
def eager(piece: int, bits: int | None = None, *, numbers: bool = False) -> Iterator[None]:
    """Threads join at once, for levels of two pieces of so many states; a table of so many bits;
    sets of variants have `numbers` even where words would do."""

    def table(system: System, variants: Variants) -> tuple[Shape, Packing]:
        assert bits is not None
        family = variants.everything.bit_count() > 1
        return Shape(None, bits, family, family and numbers), packing(system.slots)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "PATCH", 8 * piece)
        patch.setattr(crew, "PIECE", piece)
        patch.setattr(space, "SPOTS", 16)
        if numbers:
            patch.setattr(space, "VARIANTS", 0)
        if bits is not None:
            patch.setattr(space, "shape_of", table)
            patch.setattr("fsm.explore.compiled.store.FIRST_SIZE", 64)
        yield


def bare(report: SpecReport) -> SpecReport:
    """A report without what it cost."""
    results = tuple(replace(r, seconds=0.0) for r in report.results)
    stats = report.stats and replace(
        report.stats, trying=0, compiling=0, searching=0, peak=0, threads=0
    )  # fmt: skip
    return replace(report, results=results, seconds=0.0, stats=stats)


def agrees(spec: Spec, threads: int, options: CheckOptions = OPTIONS) -> int:
    """One thread and several give one report; how many took part."""
    alone = check_spec(spec, options)
    together = check_spec(spec, replace(options, threads=threads))
    assert alone.stats and alone.stats.threads == 1
    assert bare(together) == bare(alone)
    assert together.stats
    return together.stats.threads


@pytest.mark.parametrize(
    ("name", "constants", "bits"),
    [
        ("dining_philosophers", {"n": 9}, None),
        ("two_phase_commit", {"managers": 5}, 64),
        ("tickets", {"n": 3}, 128),
        ("peterson_filter", {"n": 3}, 256),
    ],
)
def test_known_systems(name: str, constants: dict[str, int], bits: int | None) -> None:
    spec = parse_spec(text(name, **constants))
    with eager(15, bits):
        assert agrees(spec, 4) == 4


FAMILY = """
fsm: 1
name: counters
switches: {s0: bool, s1: bool, s2: bool, s3: bool, s4: bool}
variables: {c0: 0..7, c1: 0..7, c2: 0..7}
machines:
  m:
    states: {s: {}}
    transitions:
      - {when: c0 < 7 and s0, set: {c0: c0 + 1}}
      - {when: c1 < 7 and (s1 or c0 > 3), set: {c1: c1 + 1}}
      - {when: c2 < 7 and (s2 or c1 > c0), set: {c2: c2 + 1}}
      - {when: c0 > c1 and s3, set: {c0: c1, c1: c0}}
      - {when: s4 and c2 == 5, set: {c0: c0 + 1}}
properties:
  p: {never: c0 == 7 and c2 == 6}
  q: {can_always: c1 == 7}
"""


@pytest.mark.parametrize("numbers", [False, True])
def test_a_family(numbers: bool) -> None:
    """Threads meet in states that they reach in different variants."""
    with eager(8, numbers=numbers):
        assert agrees(parse_spec(FAMILY), 3) == 3


def test_a_family_that_no_word_holds() -> None:
    more = ", ".join(f"s{k}: bool" for k in range(5, 9))
    spec = parse_spec(FAMILY.replace("s4: bool", f"s4: bool, {more}").replace(
        "c2 == 5", "c2 == 5 and (s5 or c0 > 1 and s6 or c1 > 1 and s7 or s8)"))  # fmt: skip
    with eager(8):
        assert agrees(spec, 3) == 3


@pytest.mark.parametrize(
    ("name", "numbers"),
    [(name, numbers) for name, said in CORNERS.items() for numbers in {False, "switches:" in said}],
)
def test_corners(name: str, numbers: bool) -> None:
    with eager(1, numbers=numbers):
        agrees(parse_spec(CORNERS[name]), 3)


def random_spec_agrees(document: dict[str, Any], seed: int, bits: int | None) -> None:
    options = replace(OPTIONS, max_states=(None, 20)[seed % 2])
    with eager(1, bits, numbers=seed // 2 % 2 == 1):
        try:
            agrees(spec_from(with_properties(document, seed)), 3, options)
        except UsageError as problem:
            assert problem.code == "F741"


def small(document: dict[str, Any]) -> bool:
    """Is one thread through with it quickly?"""
    report = check_spec(
        spec_from(document), CheckOptions(engine="python", max_states=3_000, without=NAMES)
    )
    return report.complete


seeds = st.integers(0, 1 << 20)
tables = st.sampled_from([None, 64, 128])


@given(specs().filter(small), seeds, tables)
@settings(max_examples=2, deadline=None, suppress_health_check=SLOW)
def test_random_specs(document: dict[str, Any], seed: int, bits: int | None) -> None:
    random_spec_agrees(document, seed, bits)


@pytest.mark.slow
@given(specs().filter(small), seeds, tables)
@settings(max_examples=300, deadline=None, suppress_health_check=SLOW)
def test_random_specs_at_length(document: dict[str, Any], seed: int, bits: int | None) -> None:
    random_spec_agrees(document, seed, bits)


# --- limits ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("limit", "bits"), [(30, None), (700, 64), (2785, 64), (2786, None)])
def test_a_limit_of_states_leaves_the_same(limit: int, bits: int | None) -> None:
    """Whatever is known up to some distance is told, whoever met a state first."""
    said = text("dining_philosophers", n=9).replace("never:", "always:")
    spec = parse_spec(said)
    with eager(10, bits):
        options = replace(OPTIONS, max_states=limit)
        agrees(spec, 3, options)
        report = check_spec(spec, replace(options, threads=3))
    assert report.complete == (limit == 2786)
    assert report.states == limit
    # Every step out of what is not farther away than the farthest that was expanded.
    task = task_of(spec, options)
    whole = explore(Successors(task.system, task.variants))
    near = {number for number, _ in whole.initial}
    for _ in range(report.depth or 0):
        near |= {to for number in near for _, to, _ in whole.arcs[number]}
    assert report.transitions == sum(len(whole.arcs[number]) for number in near)


def test_the_level_that_a_limit_cuts_is_judged_as_a_whole() -> None:
    """A hundred states are next; the first of them alone leads to more than may be stored."""
    spec = parse_spec("""
fsm: 1
name: wide
variables: {n: 0..99, y: 0..59}
machines:
  m:
    states: {s: {}, t: {}, u: {final: true}}
    transitions:
      - {from: s, choose: {k: 0..99}, set: {n: k}, to: t}
      - {from: t, choose: {k: 0..59}, set: {y: k}, to: u}
properties:
  last: {never: m == t and n == 99}
  later: {never: m == u and n == 99}
""")
    with eager(10):
        for threads in (1, 3):
            report = check_spec(spec, replace(OPTIONS, max_states=150, threads=threads))
            found = {r.property.name: r.outcome for r in report.results}
            assert found == {"last": Outcome.VIOLATED, "later": Outcome.UNKNOWN}
            assert (report.states, report.transitions, report.depth) == (150, 100 + 100 * 60, 1)


def test_time_and_interruptions() -> None:
    spec = parse_spec(text("dining_philosophers", n=10))
    asked = 0

    def stop(_: str, states: int) -> None:
        nonlocal asked
        asked += states > 3_000
        if asked > 3:
            raise KeyboardInterrupt

    with eager(5):
        options = replace(OPTIONS, threads=4, stats=False)
        for less, limit in (
            (replace(options, timeout=1e-9), "time"),
            (replace(options, progress=stop), INTERRUPTED),
        ):
            report = check_spec(spec, less)
            assert (report.complete, report.limit) == (False, limit)
            assert {r.outcome for r in report.results} == {Outcome.UNKNOWN}
    assert 3_000 < report.states < 6726
    assert not threads_left()


def test_a_round_ends_after_a_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for the end of a level; what is left of it stays."""
    inner = Crew._work

    def first_alone(self: Crew, place: int, *rest: Any) -> None:
        if place == 0:
            inner(self, place, *rest)

    monkeypatch.setattr(Crew, "_work", first_alone)
    options = CheckOptions(without=NAMES, threads=2)
    task = task_of(parse_spec(text("dining_philosophers", n=8)), options)
    machine, _ = machine_of(task)
    found = Search(machine, Ledger(), Limits())
    initial = Successors(task.system, task.variants).initial()
    found.start((machine.packing.pack(state), 1) for state, _ in initial)
    found.run(lambda level: sum(p.count for p in level.patches) > 100)
    assert found.level is not None
    with eager(5):
        pieces = pieces_of(found.level.patches, 2)
    together = Crew(2, Ledger(), found.store, 1 << 10, [], lambda _: None)
    before = len(pieces)
    together.round(pieces, "search", lambda: True)
    assert len(pieces) == before - 1 > 5
    together.round(pieces, "search", lambda: False)
    assert not pieces
    together.close()


def threads_left() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name.startswith("fsm")]


def searched(spec: Spec, memory: int | None, threads: int, *, kept: bool) -> Search:
    task = task_of(spec, CheckOptions(without=NAMES, threads=threads))
    machine, _ = machine_of(task)
    found = Search(machine, Ledger(memory), Limits(), threads=threads)
    found.kept = [] if kept else None
    initial = Successors(task.system, task.variants).initial()
    found.start((machine.packing.pack(state), 1) for state, _ in initial)
    found.run()
    return found


def test_a_limit_of_memory() -> None:
    spec = parse_spec(text("tickets", n=4))
    with eager(50):
        alone = searched(spec, None, 3, kept=False)
        whole = searched(spec, None, 3, kept=True)
        assert (alone.limit, alone.states, alone.threads) == ("", 6**4 * 49, 3)
        assert whole.kept is not None
        assert sum(p.count for level in whole.kept for p in level.patches) == whole.states
        assert whole.ledger.most > alone.ledger.most + 100_000
        tight = searched(spec, alone.ledger.most + 20_000, 3, kept=True)
        assert (tight.limit, tight.states, tight.kept) == ("", whole.states, None)
        less = searched(spec, alone.ledger.most - 20_000, 3, kept=False)
        assert less.limit in ("", "memory")
        assert less.limit or less.states == whole.states
        assert less.ledger.most <= alone.ledger.most - 20_000
        least = searched(spec, 170_000, 3, kept=False)  # room for one thread, hardly for more
        assert least.limit == "memory" or least.states == whole.states
        for one in (alone, whole, tight, less, least):
            one.free()
        assert alone.ledger.used == whole.ledger.used == tight.ledger.used == 0
    assert not threads_left()


def test_memory_is_given_back_while_more_is_taken() -> None:
    """As the collector does, at any moment and in any thread: nobody waits for himself."""
    ledger = Ledger(100)

    class Collected(int):
        def __gt__(self, other: int) -> bool:
            ledger.add(-20)
            return int(self) > other

    ledger.add(50)
    taking = threading.Thread(target=lambda: ledger.add(Collected(60)), daemon=True)
    taking.start()
    taking.join(10)
    assert not taking.is_alive()
    assert ledger.used == 90


# --- what goes wrong in a thread ------------------------------------------------------------------


@pytest.mark.parametrize("place", [0, 2])
def test_errors_in_a_thread_surface(place: int, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = Crew._work

    def failing(self: Crew, here: int, *rest: Any) -> None:
        if here == place:
            raise RuntimeError("a defect")
        inner(self, here, *rest)

    monkeypatch.setattr(Crew, "_work", failing)
    spec = parse_spec(text("dining_philosophers", n=9))
    with eager(1), pytest.raises(RuntimeError, match="a defect"):
        check_spec(spec, replace(OPTIONS, threads=3))
    assert not threads_left()


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_answers_for_parts_are_added_up(threads: int) -> None:
    parts = [(k, k + 3) for k in range(50)]
    wanted = sum(low * high for low, high in parts)
    assert crew.added_up(lambda low, high: low * high, parts, threads) == wanted

    def cut_short() -> Iterator[tuple[int, int]]:
        yield from parts
        raise Stopped

    def fails(low: int, _: int) -> int:
        return 1 // (low - 30)

    with pytest.raises(Stopped):
        crew.added_up(lambda low, high: low * high, cut_short(), threads)
    with pytest.raises(ZeroDivisionError):
        crew.added_up(fails, parts, threads)
    assert not threads_left()


# --- elements that all threads write --------------------------------------------------------------

# Time and again the two wait for each other, and then go towards each other and past.
MEET = """
def gather(gate, r, me):
    gate[2 * r + me] = 1
    while claim(gate, 2 * r + 1 - me, 0) == 0:
        me = me
    return 0

"""
RUN = """
def run(seen, gate, me, rounds, each, size, shift):
    mine = 0
    for r in range(rounds):
        gather(gate, r, me)
        for k in range(each):
            t = r * each + (each - 1 - k if me else k)
"""
FILL = """
            x = t
            x = x << shift
            x += t + {offset}
            i = mix(t, 0) & size - 1
            b = settle(seen, i, x)
            while b != 0 and b != x:
                i = i + 1 & size - 1
                b = settle(seen, i, x)
            mine += b == 0
    return mine
"""
VISIT = """
def run(seen, gate, box, me, rounds, each):
    mine = 0
    for r in range(rounds):
        gather(gate, r, me)
        for k in range(each):
            t = r * each + k
            mine += visit(t, 1, spot(t, box), seen, gate, box)
    return mine
"""
MARK = """
            x = 1
            x = x << (t & shift)
            b = claim(seen, t >> 3, x)
            mine += (b & x) == 0
    return mine
"""
ROUNDS, EACH, SIZE = 2_500, 24, 1 << 17
COUNT = ROUNDS * EACH


def together(source: str, block: Block, shift: int) -> int:
    """How many elements the threads say they were first at, all in all."""
    bits = block.bits
    offset = 1 if bits <= 64 else 1 << bits - 2
    shared = {"seen": Array(bits, shared=True), "gate": Array(64, shared=True)}
    types: Types = {**shared, **dict.fromkeys(("x", "b"), max(64, bits))}
    parameters = ("seen", "gate", "me", "rounds", "each", "size", "shift")
    native = Native(MEET + RUN + source.format(offset=offset), types, {"run": parameters})
    gate = Block(Ledger(), 2 * ROUNDS)
    run = native["run"]
    won = both(lambda me: run(block.address, gate.address, me, ROUNDS, EACH, SIZE, shift))
    gate.free()
    return won


def both(call: Callable[[int], int]) -> int:
    """The sum of what two threads answer."""
    won: list[int] = []
    threads = [threading.Thread(target=lambda me=me: won.append(call(me))) for me in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(won)


@pytest.mark.parametrize("bits", [64, 128])
def test_one_thread_settles_an_element(bits: int) -> None:
    """Each value is written once, and whole, whoever is at it at the same time."""
    block = Block(Ledger(), SIZE, bits)
    shift = 0 if bits == 64 else bits // 2
    assert together(FILL, block, shift) == COUNT
    offset = 1 if bits == 64 else 1 << bits - 2
    found = [value for value in (block[k] for k in range(SIZE)) if value]
    assert len(found) == COUNT
    assert set(found) == {(t << shift) + t + offset for t in range(COUNT)}
    block.free()


@pytest.mark.parametrize("bits", [64, 128])
def test_one_thread_stores_a_state(bits: int) -> None:
    """Whoever looks a line up while another thread writes to it does not pass the state by."""
    shape, size = Shape(None, bits, False), SIZE // 2
    types: Types = {**shape.types(1, 1, shared=True), "gate": Array(64, shared=True)}
    source = MEET + kernels.write_store(shape, shared=True) + VISIT
    native = Native(source, types, {"run": ("seen", "gate", "box", "me", "rounds", "each")})
    for _ in range(2):
        gate, block = Block(Ledger(), 2 * ROUNDS), Block(Ledger(), size, bits)
        box = Block(Ledger(), kernels.BOX)
        box[kernels.SIZE] = size
        box[kernels.SHIFT] = HASH - (size // shape.lanes).bit_length() + 1
        addresses = (block.address, gate.address, box.address)
        won = both(lambda me, a=addresses: native["run"](*a, me, ROUNDS, EACH // 2))
        assert won == COUNT // 2
        assert len({block[k] for k in range(size)}) == COUNT // 2 + 1


@pytest.mark.parametrize("bits", [8, 128])
def test_one_thread_claims_a_bit(bits: int) -> None:
    block = Block(Ledger(), COUNT // 8, bits)
    assert together(MARK, block, 7) == COUNT
    assert all(block[k] == 255 for k in range(COUNT // 8))
    block.free()


ADD = """
def run(reach, masks, gate, me, rounds, each):
    mine = 0
    for r in range(rounds):
        gather(gate, r, me)
        for k in range(each):
            x = masks[each - 1 - k if me else k]
            y = x & ~claim(reach, r, x)
            mine += y != 0
    return mine
"""


def test_one_thread_adds_a_variant() -> None:
    """Of sets that have numbers, too, each variant is new to one of those who add it."""
    sets = Sets((1 << 100) - 1)
    word, shared = Array(64), Array(64, shared=True)
    types: Types = {"reach": shared, "masks": word, "gate": shared, "memo": word}
    parameters = ("reach", "masks", "gate", "me", "rounds", "each", "memo")
    native = Native(numbered(MEET + ADD, sets), types, {"run": parameters})
    masks, reach, gate = Block(Ledger(), EACH), Block(Ledger(), ROUNDS), Block(Ledger(), 2 * ROUNDS)
    for k in range(EACH):
        masks[k] = sets.number(1 << 4 * k)
    run = sets.settled(native["run"])
    addresses = (reach.address, masks.address, gate.address)
    assert both(lambda me: run(*addresses, me, ROUNDS, EACH)) == COUNT
    assert {sets.masks[reach[r]] for r in range(ROUNDS)} == {sum(1 << 4 * k for k in range(EACH))}
    assert len(set(sets.masks)) == len(sets.masks)


def test_whoever_asks_for_a_set_first_it_has_one_number() -> None:
    class Waiting(list[int]):
        def append(self, mask: int) -> None:
            time.sleep(1e-6)  # somebody else's turn
            super().append(mask)

    sets, count = Sets((1 << 100) - 1), 300
    sets.masks = Waiting(sets.masks)

    def ask() -> None:
        for mask in range(count):
            sets.number(mask)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(sets.masks) == [*range(count), (1 << 100) - 1]
    assert all(sets.masks[sets.number(mask)] == mask for mask in range(count))
