"""The small part of Python as machine code against Python itself."""

import ast
import ctypes
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fsm.explore.compiled.if_conversion import converted
from fsm.explore.compiled.memory import Block, Ledger
from fsm.explore.compiled.translate import alike, claim, lowest, mix, prefetch, translate
from fsm.explore.compiled.widths import Array

pytest.importorskip("llvmlite")

from fsm.explore.compiled.native import Native

NAMES = ("a", "b", "c")


def _expressions() -> st.SearchStrategy[str]:
    """Expressions of three numbers, in which nothing traps and nothing overflows."""
    atoms = st.sampled_from([*NAMES, "0", "1", "7", "-3", "f[a & 3]"])

    def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        infix = st.sampled_from(["+", "-", "&", "|", "^", "==", "!=", "<", "<=", ">", ">="])
        return st.one_of(
            st.builds("({} {} {})".format, inner, infix, inner),
            st.builds("(({}) % 1000 * (({}) % 1000))".format, inner, inner),
            st.builds("({} {} (({}) | 1))".format, inner, st.sampled_from(["//", "%"]), inner),
            st.builds("(({}) >> {})".format, inner, st.integers(0, 9)),
            st.builds("(1 if {} else {})".format, inner, inner),
            st.builds("({1} if {0} else {2})".format, inner, inner, inner),
            st.builds("(({}) != 0 and ({}) != 0)".format, inner, inner),
            st.builds("(({}) != 0 or ({}) != 0)".format, inner, inner),
            st.builds("(not {})".format, inner),
            st.builds("(-{})".format, inner),
            st.builds("(~({} + 0))".format, inner),  # Python warns of `~` of a truth value
            st.builds("({}, {}, 5)[({}) & 1]".format, inner, inner, inner),
            st.builds("(3, 5, -8, 9)[({}) & 3]".format, inner),
            st.builds("(({}) in (1, 2, 5))".format, inner),
            st.builds("({} <= {} < {})".format, inner, inner, inner),
            st.builds("{}({}, {})".format, st.sampled_from(["min", "max"]), inner, inner),
            st.builds("(1 if ({0}) and 20 // ({0}) else 0)".format, inner),
        )  # fmt: skip

    return st.recursive(atoms, larger, max_leaves=8)


numbers = st.integers(-40, 40)


@given(st.lists(_expressions(), min_size=1, max_size=12), st.lists(st.tuples(*[numbers] * 3)))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_expressions(texts: list[str], rows: list[tuple[int, int, int]]) -> None:
    lines = "\n".join(f"    out[{k}] = {text}" for k, text in enumerate(texts))
    # The numbers come from an array, so that nothing is known about their signs.
    head = "def run(out, f):\n    a = f[4]\n    b = f[5]\n    c = f[6]"
    source = f"{head}\n{lines}\n    return {texts[0]}\n"
    native = Native(source, {"out": Array(64), "f": Array(64)}, {"run": ("out", "f")})
    for row in [(3, -4, 5), *rows]:
        given_ = [9, -2, 0, 1, *row]
        wanted = [0] * len(texts)
        result = _python(source)["run"](wanted, given_)
        found = (ctypes.c_int64 * len(texts))()
        assert native["run"](found, (ctypes.c_int64 * 7)(*given_)) == int(result)
        assert list(found) == [int(x) for x in wanted]


def _python(source: str) -> dict[str, Any]:
    parts = (alike, claim, lowest, mix, prefetch)
    space: dict[str, Any] = {part.__name__: part for part in parts}
    exec(source, space)
    return space


LOOPS = """
LAST = 5


def inner(out, n):
    for k in range(2, n):
        if k == 4:
            continue
        if k > LAST:
            break
        out[k] += k * (mix(k, n) % 97)
    return n


def outer(out, bits, wide, n):
    k = 0
    while k < n and out[k] >= 0:
        x = inner(out, k)
        if x == 3:
            bits[k] |= 255
        elif x & 1:
            bits[k] = 1 << (x & 7) | claim(bits, 0, 8)
        else:
            prefetch(out, k)
        p = wide[0]
        wide[0] = p * 3 + 1180591620717411303424 - x * 36893488147419103232
        out[k] += (p >> 65 & 1023) + (p >= 18446744073709551616)
        k += 1
    return k
"""


def test_statements_and_wide_numbers() -> None:
    types = {"out": Array(64), "bits": Array(8, shared=True), "wide": Array(128)}
    native = Native(LOOPS, types, {"outer": ("out", "bits", "wide", "n")})
    out, bits, wide = [0] * 10, [0] * 10, [5]
    assert _python(LOOPS)["outer"](out, bits, wide, 9) == 9
    mine, bytes_ = (ctypes.c_int64 * 10)(), (ctypes.c_uint8 * 10)()
    pair = (ctypes.c_uint64 * 2)(5)
    assert native["outer"](mine, bytes_, pair, 9) == 9
    assert (list(mine), list(bytes_)) == (out, bits)
    number = pair[0] | pair[1] << 64
    assert number - (number >> 127 << 128) == wide[0]


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("bits", [64, 128, 256, 512])
def test_a_line_at_once(bits: int, shared: bool) -> None:
    """Elements that are wanted, or nearly: each of their words counts."""
    count = 512 // bits
    source = f"""
def run(line, wanted, out):
    w = wanted[0]
    out[0] = alike(line, {count}, {count}, w)
    out[1] = alike(line, {count}, {count}, 0, w)
    out[2] = -1
    if out[1]:
        out[2] = lowest(out[1])
    return 0
"""
    kinds = {"line": Array(bits, shared=shared), "wanted": Array(bits), "out": Array(64), "w": bits}
    native = Native(source, kinds, {"run": ("line", "wanted", "out")})
    chance = random.Random(bits)
    wanted = chance.getrandbits(bits - 2) | 1
    near = [0, wanted, *(wanted ^ 1 << k for k in range(0, bits - 1, 21))]
    line, given_ = (Block(Ledger(), size, bits) for size in (2 * count, 1))
    out = Block(Ledger(), 3)
    given_[0] = wanted
    for _ in range(100):
        row = [chance.choice(near) for _ in range(2 * count)]
        for k, value in enumerate(row):
            line[k] = value
        mine = [0] * 3
        _python(source)["run"](row, [wanted], mine)
        native["run"](line.address, given_.address, out.address)
        assert [out[k] for k in range(3)] == mine


@pytest.mark.parametrize(
    "source",
    [
        "import os",
        "def f(a):\n    return a.b",
        "def f(a):\n    return a[0]",
        "def f(a):\n    with a:\n        pass",
        "def f(a):\n    a, b = 1, 2",
        "def f(a):\n    return f'{a}'",
    ],
)
def test_what_is_not_of_it(source: str) -> None:
    with pytest.raises(SyntaxError):
        translate(source, {}, ("f",))


def _answers(n: int, depth: int = 0) -> st.SearchStrategy[list[str]]:
    """Statements that put answers into lists, now and then, as step functions do."""
    tests = st.sampled_from(["a > b", "a & 1", "b == c", "n < 2", "n & 1", "x != 3", "e0", "not c"])
    values = st.sampled_from(["a + 1", "b * 3", "n", "x", "e0", "7 // (a | 1)"])
    push = st.builds(lambda v, w: [f"code[n] = {v}", f"mask[n] = {w}", "n += 1"], values, values)
    simple = st.one_of(
        push,
        st.builds(lambda v: [f"x |= {v}"], values),
        st.builds(lambda v: [f"x += {v} & 3"], values),
        st.builds(lambda t: [f"e0 = a if {t} else 0"], tests),
        st.builds(lambda v: [f"out[1] = {v}"], values),
    )
    block = simple if depth == 3 else st.one_of(simple, st.deferred(lambda: _under(n, depth)))
    return st.lists(block, min_size=1, max_size=n).map(lambda parts: [x for p in parts for x in p])


def _under(n: int, depth: int) -> st.SearchStrategy[list[str]]:
    tests = st.sampled_from(["a > b", "a & 1", "b == c", "n < 2", "n & 1", "x != 3", "e0", "not c"])
    return st.builds(
        lambda test, body: [f"if {test}:", *(f"    {line}" for line in body)],
        tests, _answers(2, depth + 1),
    )  # fmt: skip


@given(st.lists(_under(2, 0), min_size=1, max_size=4), st.lists(st.tuples(*[numbers] * 3)))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_answers_without_jumps(blocks: list[list[str]], rows: list[tuple[int, int, int]]) -> None:
    lines = [
        "a = f[0]", "b = f[1]", "c = f[2]", "n = 0", "x = 0", "e0 = 0",
        *(line for block in blocks for line in block),
        "out[0] = x", "for k in range(n):", "    out[2 + 2 * k] = code[k]",
        "    out[3 + 2 * k] = mask[k]", "return n",
    ]  # fmt: skip
    source = "def run(out, f):\n" + "".join(f"    {line}\n" for line in lines)
    most = source.count("n += 1")
    listed = Array(64, most, listed=True)
    types = {"out": Array(64), "f": Array(64), "code": listed, "mask": listed}
    native = Native(source, types, {"run": ("out", "f")})
    for row in [(3, -4, 5), (0, 0, 0), *rows]:
        room = 2 + 2 * most
        wanted = [0] * room
        body = source.replace("(out, f)", "(out, f, code, mask)")
        result = _python(body)["run"](wanted, row, [0] * most, [0] * most)
        found = (ctypes.c_int64 * room)()
        assert native["run"](found, (ctypes.c_int64 * 3)(*row)) == result
        assert list(found) == [int(x) for x in wanted]


@pytest.mark.parametrize(
    ("block", "jumps"),
    [
        ("if a == 1:\n  e = a & 3\n  if e:\n    code[n] = e\n    n += 1", 0),
        ("if a == 1:\n  x |= 2\n  n += 1", 0),
        ("if a == 1:\n  x = 2", 1),  # which is read below
        ("if a == 1:\n  n += e\n  e = a", 1),  # and here, when one comes here again
        ("if a == 1:\n  e = e + a\n  n += 1", 1),
        ("if a == 1:\n  other[n] = 1\n  n += 1", 1),  # what is written there counts
        ("if a == 1:\n  code[n] = 1", 1),  # and this may not be at the end
        ("if a == 1:\n  x &= 2", 1),
        ("if a == 1:\n  x += 7 // a", 1),  # divides by zero
        ("if a == 1:\n  x += 1\nelse:\n  n += 1", 1),
        ("if a and 7 // a:\n  x += 1", 1),
        ("if n == 0:\n  n += 1\n  x += 1", 1),  # the first sum changes the test of the second
        ("if a == 1:\n" + "  x += 1\n" * 7, 1),  # too much to be done in vain
    ],
)
def test_which_jumps_are_left_out(block: str, jumps: int) -> None:
    lines = ["n = 0", "x = 0", *block.splitlines(), "return n + x"]
    function = ast.parse("def run(a, code, other):\n" + "".join(f" {x}\n" for x in lines)).body[0]
    assert isinstance(function, ast.FunctionDef)
    found = converted(function, {"code": Array(64, 3, listed=True), "other": Array(64, 3)})
    assert sum(isinstance(part, ast.If) for part in ast.walk(found)) == jumps
