"""Input made to hurt: refused with a clear error, within two seconds and 500 MB.

Time is not measured by a clock here but by a limit on the processor time of a child process.
"""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fsm.errors import SpecError, UsageError
from fsm.model import Spec
from fsm.spec.files import find_specs
from fsm.spec.load import load_spec, load_specs, parse_spec, spec_from
from fsm.spec.reader import MAX_NODES, MAX_SCALAR, MAX_SIZE

SECONDS = 6  # of processor time, on any machine: about three times what is meant
MEGABYTES = 500
HEAD = "fsm: 1\nname: x\n"
MACHINE = "machines:\n  m:\n    states: {a: {}, b: {}}\n"
LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{b}: &{b} [{','.join(['*' + a] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)

TEXTS = {
    "a million brackets": ("[" * 1_000_000, "F108"),
    "a million mappings": ("{a: " * 250_000, "F108"),
    "a million dashes": ("- " * 500_000, "F108"),
    "a million question marks": ("? " * 500_000, "F108"),
    "deep indentation": ("".join(" " * n + "a:\n" for n in range(1_400)), "F108"),
    "billion laughs": (LAUGHS, "F110"),
    "many anchors": ("- &a b\n" * 100_000, "F110"),
    "many duplicate keys": ("a:\n" * 300_000, "F113"),
    "many keys": ("".join(f"k{n}:\n" for n in range(100_000)), "F109"),
    "many items": ("- a\n" * 250_000, "F109"),
    "giant plain text": ("a: " + "x" * 1_000_000, "F109"),
    "giant quoted text": ("a: '" + "x" * 1_000_000, "F106"),
    "giant block of text": ("a: |\n" + "  xxxxx\n" * 120_000, "F109"),
    "giant comment": ("#" * 1_000_000, "F105"),
    "nothing but lines": ("\n" * 1_000_000, "F105"),
    "too much": ("#" * (MAX_SIZE + 1), "F102"),
    "a range of 10^18": (f"{HEAD}variables: {{n: 0..{10**18}}}\n{MACHINE}", "F405"),
    "a range of 10^15": (f"{HEAD}variables: {{n: 0..{10**15}}}\n{MACHINE}", "F511"),
    "a number of a million digits": (f"{HEAD}constants: {{n: {'9' * 19_000}}}\n{MACHINE}", "F402"),
    "a count of 10^15": (f"{HEAD}machines:\n  m: {{count: {10**15}, states: {{a: }}}}\n", "F509"),
    "a length of 10^15": (
        f"{HEAD}variables: {{v: {{type: bool, length: {10**15}}}}}\n{MACHINE}", "F512",
    ),
    "many dimensions": (
        f"{HEAD}variables: {{v: {{type: bool, length: [{'1,' * 9_000}]}}}}\n{MACHINE}", "F512",
    ),
    "many configurations": (
        HEAD + "switches: {" + ", ".join(f"s{n}: bool" for n in range(3_000)) + "}\n" + MACHINE,
        "F522",
    ),
    "a deep expression": (
        f"{HEAD}{MACHINE}    transitions: [{{to: b, when: '{'(' * 1_900}true{')' * 1_900}'}}]\n",
        "",
    ),
    "a long expression": (
        f"{HEAD}{MACHINE}    transitions: [{{to: b, when: '{'not ' * 900}true'}}]\n", "F403",
    ),
    "many errors": (
        f"{HEAD}{MACHINE}    transitions:\n" + "      - {from: c, to: d, when: e == f}\n" * 1_500,
        "F324",
    ),
}  # fmt: skip

CHILD = """
import sys
from fsm.errors import SpecError
from fsm.spec.load import load_spec
try:
    load_spec(sys.argv[1])
except SpecError as error:
    print(error.diagnostics[0].code)
"""


def limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES << 20, MEGABYTES << 20))


def first_code(path: Path) -> str:
    """The first code that a load of the file reports, in a process with limits."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(path)],
        capture_output=True, text=True, preexec_fn=limit, check=False,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.stderr == ""
    assert done.returncode == 0
    return done.stdout.strip()


@pytest.mark.parametrize("name", TEXTS)
def test_text(name: str, tmp_path: Path) -> None:
    text, code = TEXTS[name]
    path = tmp_path / "x.fsm.yaml"
    path.write_text(text, encoding="utf-8")
    assert first_code(path) == code


def test_a_file_of_100_mb_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "x.fsm.yaml"
    with path.open("wb") as file:
        file.truncate(100 << 20)
    assert first_code(path) == "F102"
    with pytest.raises(SpecError, match="at most 1,048,576 bytes, this file has 104,857,600"):
        load_spec(path)


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null", "/nowhere/x.fsm.yaml", "a\0b", "/"])
def test_what_is_no_file(path: str) -> None:
    with pytest.raises(SpecError) as caught:
        load_spec(path)
    assert [d.code for d in caught.value.diagnostics] == ["F101"]
    assert caught.value.diagnostics[0].hint


def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.fsm.yaml")
    with pytest.raises(SpecError, match="F101 cannot be read: it is not a regular file"):
        load_spec(tmp_path / "x.fsm.yaml")


def test_a_loop_of_links(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "a.fsm.yaml").write_text(HEAD + MACHINE, encoding="utf-8")
    (inner / "back").symlink_to(tmp_path)
    with pytest.raises(SpecError) as caught:
        load_specs([tmp_path])
    (found,) = caught.value.diagnostics
    assert found.code == "F115"
    assert found.at.file == str(inner / "back")


def test_links_that_lead_to_each_other(tmp_path: Path) -> None:
    (tmp_path / "a.fsm.yaml").symlink_to(tmp_path / "b.fsm.yaml")
    (tmp_path / "b.fsm.yaml").symlink_to(tmp_path / "a.fsm.yaml")
    codes = {
        diagnostic.code
        for _, loaded in load_specs([tmp_path])
        for diagnostic in (loaded.diagnostics if isinstance(loaded, SpecError) else ())
    }
    assert codes == {"F101"}


def test_folders(tmp_path: Path) -> None:
    for name in ("b/z.fsm.yaml", "a.fsm.yaml", "b/.hidden/c.fsm.yaml", "b/readme.yaml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(HEAD + MACHINE, encoding="utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "b")
    found = find_specs([tmp_path, tmp_path / "a.fsm.yaml"])
    assert [str(path.relative_to(tmp_path)) for path in found] == ["a.fsm.yaml", "b/z.fsm.yaml"]
    assert find_specs([tmp_path / "b" / "readme.yaml"]) == [tmp_path / "b" / "readme.yaml"]
    assert all(isinstance(spec, Spec) for _, spec in load_specs([tmp_path]))


def test_a_folder_without_specs(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        find_specs([tmp_path])
    assert caught.value.code == "F601"


def codes_of(data: object) -> list[str]:
    with pytest.raises(SpecError) as caught:
        spec_from(data)  # type: ignore[arg-type]
    return [d.code for d in caught.value.diagnostics]


def test_python_data_that_is_no_spec() -> None:
    loop: dict[str, object] = {}
    loop["a"] = loop
    assert codes_of([]) == ["F116"]
    assert codes_of({}) == ["F105"]
    assert codes_of(loop) == ["F108"]
    assert codes_of({"a": 1.5}) == ["F117"]
    assert codes_of({"a": 10**5000}) == ["F117"]
    assert codes_of({1: "a"}) == ["F114"]
    assert codes_of({"": "a"}) == ["F114"]
    assert codes_of({"a": "x" * (MAX_SCALAR + 1)}) == ["F109"]
    assert codes_of({"a": [1] * (MAX_NODES + 1)}) == ["F109"]
    assert codes_of({"a": "\ud800"}) == ["F104"]


words = st.sampled_from(
    ["a", "b", "m", "true", "1..3", "bool", "48h", "any", "a == b", "m == a", "[", "退款", "", "go"]
) | st.text(max_size=6)
keys = st.sampled_from(
    """fsm name title rules constants switches questions variables initial_where clocks events
    machines groups properties unit allow zh en states transitions initial count from to on when
    choose set reset after between clock priority by fields values range type length step answers
    never always eventually within at_most event each expect code because subject a b m go lang
    tags final urgent sync fair paused_when receptive violated_when decisions""".split()
)
leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | words
anything = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=5)
)
almost = st.fixed_dictionaries(
    {"fsm": st.just(1), "name": st.just("x"), "machines": st.just({"m": {"states": {"a": None}}})},
    optional=dict.fromkeys(
        ("rules", "constants", "switches", "questions", "variables", "clocks", "events", "groups",
         "properties", "allow", "unit", "lang", "initial_where"),
        anything,
    ),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(keys, anything, max_size=8) | almost)
def test_python_data_is_a_spec_or_a_spec_error(data: dict[str, object]) -> None:
    try:
        assert isinstance(spec_from(data), Spec)
    except SpecError as error:
        assert error.diagnostics
        assert all(d.hint and d.message for d in error.diagnostics)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="ab:-[]{}'\"|>&*!%#?, \n\t<@`\\0退", max_size=60))
def test_text_is_a_spec_or_a_spec_error(text: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_spec(text)
    lines = text.replace("\r\n", "\n").split("\n")
    for diagnostic in caught.value.diagnostics:
        assert 1 <= diagnostic.at.line <= len(lines) + 1
        assert diagnostic.hint
