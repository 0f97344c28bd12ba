"""Tables that grow in place, memory that is counted, and files of machine code."""

import random
from pathlib import Path

import pytest

from fsm.check.check import CheckOptions, check_spec
from fsm.explore.compiled import native, store
from fsm.explore.compiled.memory import Block, Ledger, OutOfMemory
from fsm.reduce.reduction import NAMES
from fsm.spec.load import parse_spec
from tests.check.agreement import told
from tests.known_answers.families import text

pytest.importorskip("llvmlite")


def test_a_table_that_grows_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "FIRST_SIZE", 64)
    monkeypatch.setattr("fsm.explore.compiled.space.BITSET", 0)
    spec = parse_spec(text("dining_philosophers", n=8))
    options = CheckOptions(engine="compiled", without=NAMES)
    assert told(check_spec(spec, options)) == told(
        check_spec(spec, CheckOptions(engine="python", without=NAMES))
    )


@pytest.mark.parametrize("bits", [8, 32, 64, 128])
def test_blocks(bits: int) -> None:
    chance = random.Random(bits)
    ledger = Ledger()
    block = Block(ledger, 5, bits)
    low, high = (0, 255) if bits == 8 else (-(1 << bits - 1), (1 << bits - 1) - 1)
    wanted = [chance.choice((low, high, 1, chance.randint(low, high))) for _ in range(5)]
    for k, value in enumerate(wanted):
        block[k] = value
    assert [block[k] for k in range(5)] == wanted
    block.grow(100_000)
    assert [block[k] for k in range(7)] == [*wanted, 0, 0]
    assert ledger.used == 100_000 * bits // 8
    block.free()
    block.free()
    assert (ledger.used, ledger.most) == (0, 100_000 * bits // 8)


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
