"""Input made to hurt: refused with a clear error, within two seconds and 500 MB.

Time is processor time, so that a busy machine does not matter; memory is limited for the process.
"""

import json
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
from fsm.spec.build import REQUIRED_KEYS, TOP_KEYS
from fsm.spec.files import find_specs
from fsm.spec.load import load_spec, load_specs, parse_spec, spec_from
from fsm.spec.properties import PROPERTY_KEYS
from fsm.spec.reader import MAX_NODES, MAX_SCALAR, MAX_SIZE
from fsm.spec.skeleton import EVENT_KEYS, MACHINE_KEYS, VARIABLE_KEYS
from fsm.spec.transitions import TRANSITION_KEYS

SECONDS = 4  # twice what is promised, for slow machines
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
    "many anchors": ("- &a b\n" * 19_000, "F110"),
    "many duplicate keys": ("a:\n" * 19_000, "F113"),
    "many keys": ("{" + "".join(f"k{n}, " for n in range(100_000)), "F109"),
    "many items": ("- a\n" * 19_999, "F116"),
    "many items in brackets": ("[" + "a, " * 300_000, "F109"),
    "giant plain text": ("a: " + "x" * 1_000_000, "F109"),
    "giant quoted text": ("a: '" + "x" * 1_000_000, "F106"),
    "giant block of text": ("a: |\n" + "  xxxxx\n" * 120_000, "F109"),
    "giant comment": ("#" * 1_000_000, "F105"),
    "nothing but lines": ("\n" * 1_000_000, "F109"),
    "nothing but space": (" " * 1_000_000, "F105"),
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
import json, sys, time
from fsm.errors import SpecError
from fsm.spec.load import load_spec
found = {}
for path in sys.argv[1:]:
    started = time.process_time()
    try:
        load_spec(path)
        code = ""
    except SpecError as error:
        code = error.diagnostics[0].code
    found[path] = code, time.process_time() - started
print(json.dumps(found))
"""


def limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (120, 120))
    resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES << 20, MEGABYTES << 20))


def load_all(paths: list[Path]) -> dict[str, tuple[str, float]]:
    """For each file the first code that is reported and the seconds that took, in a process whose
    memory is limited."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, *map(str, paths)],
        capture_output=True, text=True, preexec_fn=limit, check=False,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.stderr == ""
    assert done.returncode == 0
    found = json.loads(done.stdout)
    return {Path(path).name: (code, seconds) for path, (code, seconds) in found.items()}


@pytest.fixture(scope="module")
def refusals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, float]]:
    folder = tmp_path_factory.mktemp("hostile")
    for name, (text, _) in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    with (folder / "100 MB").open("wb") as file:
        file.truncate(100 << 20)
    return load_all(sorted(folder.iterdir()))


@pytest.mark.parametrize("name", [*TEXTS, "100 MB"])
def test_text(name: str, refusals: dict[str, tuple[str, float]]) -> None:
    code, seconds = refusals[name]
    assert code == (TEXTS[name][1] if name in TEXTS else "F102")
    assert seconds < SECONDS


def test_a_file_of_100_mb_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "x.fsm.yaml"
    with path.open("wb") as file:
        file.truncate(100 << 20)
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


def test_links_beside_each_other_do_not_multiply(tmp_path: Path) -> None:
    for level in range(25):
        (tmp_path / str(level)).mkdir()
        for name in ("left", "right"):
            (tmp_path / str(level) / name).symlink_to(tmp_path / str(level + 1))
    (tmp_path / "25").mkdir()
    (tmp_path / "25" / "a.fsm.yaml").write_text(HEAD + MACHINE, encoding="utf-8")
    assert len(find_specs([tmp_path / "0"])) == 1


def test_folders(tmp_path: Path) -> None:
    for name in ("b/z.fsm.yaml", "a.fsm.yaml", "b/.hidden/c.fsm.yaml", "b/readme.yaml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(HEAD + MACHINE, encoding="utf-8")
    (tmp_path / "aa_link").symlink_to(tmp_path / "b")
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
    shared: list[object] = ["x"]
    for _ in range(60):
        shared = [shared, shared]
    assert codes_of({"a": shared}) == ["F109"]
    assert codes_of({"a": "\ud800"}) == ["F104"]


words = st.sampled_from(
    ["a", "b", "m", "true", "1..3", "bool", "48h", "any", "a == b", "m == a", "[", "退款", "", "go"]
) | st.text(max_size=6)
keys = st.sampled_from(
    [
        *REQUIRED_KEYS, *TOP_KEYS, *MACHINE_KEYS, *EVENT_KEYS, *TRANSITION_KEYS, *PROPERTY_KEYS,
        *VARIABLE_KEYS, "answers", "code", "subject", "violated_when", "a", "b", "m", "go",
    ]
)  # fmt: skip
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


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(keys, anything, max_size=8) | almost)
def test_python_data_is_a_spec_or_a_spec_error(data: dict[str, object]) -> None:
    try:
        assert isinstance(spec_from(data), Spec)
    except SpecError as error:
        assert error.diagnostics
        assert all(d.hint and d.message for d in error.diagnostics)


@settings(max_examples=80, deadline=None)
@given(st.text(alphabet="ab:-[]{}'\"|>&*!%#?, \n\t<@`\\0退", max_size=60))
def test_text_is_a_spec_or_a_spec_error(text: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_spec(text)
    lines = text.replace("\r\n", "\n").split("\n")
    for diagnostic in caught.value.diagnostics:
        assert 1 <= diagnostic.at.line <= len(lines) + 1
        assert diagnostic.hint
