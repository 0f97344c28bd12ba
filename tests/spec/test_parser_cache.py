"""The cache of the parser's tables: the same trees, and nothing that can go wrong goes wrong."""

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import lark
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fsm.spec.syntax as syntax
from fsm.cache import KEPT, VARIABLE, cache_folder, cached, toolkit
from fsm.spec.problems import Problems
from fsm.spec.tree import Node
from fsm.spec.unparse import unparse
from tests.spec.expressions_scope import source_of
from tests.spec.expressions_strategy import BOOL, expressions

ROOT = Path(syntax.__file__).parents[2]
TEXT = "all(i in 0..2: a[i] and not b) -> c in {d, e} or since(x.y) < 1h30min"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty cache, and a parser that has not been made yet."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    syntax._parser.cache_clear()
    yield tmp_path / "cache"
    syntax._parser.cache_clear()


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How often tables are made while the test runs."""
    calls: list[str] = []
    make = syntax._tables

    def counting(grammar: str) -> object:
        calls.append(grammar)
        return make(grammar)

    monkeypatch.setattr(syntax, "_tables", counting)
    return calls


def tree(text: str) -> Node:
    """The tree of an expression, by a parser that is made or loaded for it."""
    syntax._parser.cache_clear()
    found = syntax.parse(source_of(text), Problems())
    assert found is not None
    return found.root


def direct(text: str) -> Node | None:
    """What the grammar says, without cache and without short cuts."""
    grammar = (Path(syntax.__file__).parent / "grammar.lark").read_text(encoding="utf-8")
    global _DIRECT
    if _DIRECT is None:
        _DIRECT = lark.Lark(grammar, transformer=syntax._Builder(), **syntax._OPTIONS)
    try:
        root: Node = _DIRECT.parse(text)  # type: ignore[assignment]
    except lark.UnexpectedInput:
        return None
    return root


_DIRECT: lark.Lark | None = None


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def test_tables_are_made_once(folder: Path, built: list[str]) -> None:
    assert tree(TEXT) == tree(TEXT) == direct(TEXT)
    assert len(built) == 1
    (file,) = files(folder)
    assert file.name.startswith("parser-")
    if os.name == "posix":
        assert folder.stat().st_mode & 0o777 == 0o700
        assert file.stat().st_mode & 0o777 == 0o600


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[lark.Lark]:
    """A parser that comes from the cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(tmp_path_factory.mktemp("cache")))
        tree(TEXT)
        patch.setattr(syntax, "_tables", None)  # whoever makes tables now, fails
        tree(TEXT)
        parser = syntax._parser()
    assert parser.source_path == "<deserialized>"
    yield parser
    syntax._parser.cache_clear()


@given(expressions(BOOL))
def test_a_loaded_parser_gives_the_same_trees(loaded: lark.Lark, expression: object) -> None:
    text = unparse(expression)  # type: ignore[arg-type]
    assert loaded.parse(text) == direct(text)


@given(st.text("ab01 ()[]{}.,<>=!+-*/%:iftnorhms", max_size=20))
def test_a_loaded_parser_refuses_the_same_texts(loaded: lark.Lark, text: str) -> None:
    expected = direct(text)
    try:
        assert loaded.parse(text) == expected
    except lark.UnexpectedInput:
        assert expected is None


_WORDS = st.one_of(
    st.sampled_from(["if", "then", "else", "and", "or", "not", "in", "true", "false"]),
    st.sampled_from(["all", "any", "sum", "count", "min", "max", "fired", "since"]),
    st.sampled_from(["iff", "nota", "trueish", "_", "a1", "in2", "not_", "a\n", "\u0430"]),
    st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True),
    st.from_regex(r"[A-Za-z_0-9 .\n-]{0,4}", fullmatch=True),
)


@given(_WORDS)
def test_the_short_cut_for_names_agrees_with_the_grammar(text: str) -> None:
    found = syntax.parse(source_of(text), Problems())
    assert (found.root if found else None) == direct(text)


def test_a_spec_of_plain_names_needs_no_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syntax, "_parser", None)
    assert syntax.parse(source_of("apply"), Problems())


def test_a_text_that_comes_again_is_not_parsed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class Listening:
        def parse(self, text: str) -> Node | None:
            asked.append(text)
            return direct(text)

    parser = Listening()
    monkeypatch.setattr(syntax, "_parser", lambda: parser)
    trees = [syntax.parse(source_of(text), Problems()) for text in ("a + 1", "a + 2", "a + 1")]
    assert asked == ["a + 1", "a + 2"]
    assert [tree and tree.root for tree in trees] == [*map(direct, ("a + 1", "a + 2", "a + 1"))]


def _truncated(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _one_bit(data: bytes) -> bytes:
    return data[:-200] + bytes([data[-200] ^ 1]) + data[-199:]


def _signed(body: bytes) -> bytes:
    return sha256(body).digest() + body


@pytest.mark.parametrize(
    "damage",
    [
        _truncated,
        _one_bit,
        lambda _: b"",
        lambda _: b"\x80" * 5000,
        lambda _: _signed(b"not a pickle"),
        lambda _: _signed(pickle.dumps({"data": {}})),  # plain data, but no tables
        lambda _: _signed(pickle.dumps(None)),
    ],
)
def test_a_corrupt_file_is_silently_replaced_or_ignored(
    folder: Path, damage: Callable[[bytes], bytes], capfd: pytest.CaptureFixture[str]
) -> None:
    tree(TEXT)
    (file,) = files(folder)
    file.write_bytes(damage(file.read_bytes()))
    assert tree(TEXT) == direct(TEXT)
    assert files(folder) == [file]
    assert capfd.readouterr() == ("", "")


def test_a_corrupt_file_is_mended(folder: Path, built: list[str]) -> None:
    tree(TEXT)
    (file,) = files(folder)
    whole = file.read_bytes()
    file.write_bytes(whole.replace(b"EXTREME", b"EXTREMA"))  # still tables, and not ours
    tree(TEXT)
    tree(TEXT)
    assert len(built) == 2
    assert b"MODULA" not in file.read_bytes()


class Bomb:
    """Unpickled by the ordinary means, it would call `os._exit`."""

    def __reduce__(self) -> tuple[object, tuple[int]]:
        return os._exit, (3,)


def test_a_file_cannot_run_code(folder: Path) -> None:
    tree(TEXT)
    (file,) = files(folder)
    file.write_bytes(_signed(pickle.dumps(Bomb())))
    assert tree(TEXT) == direct(TEXT)


@pytest.mark.skipif(os.name != "posix", reason="permissions as POSIX has them")
@pytest.mark.parametrize("mode", [0o620, 0o602])
def test_a_file_that_others_may_write_is_not_read(
    folder: Path, built: list[str], mode: int
) -> None:
    tree(TEXT)
    (file,) = files(folder)
    file.chmod(mode)
    tree(TEXT)
    assert len(built) == 2


@pytest.mark.skipif(os.name != "posix", reason="permissions as POSIX has them")
def test_a_folder_that_others_may_write_is_not_used(folder: Path, built: list[str]) -> None:
    tree(TEXT)
    folder.chmod(0o770)
    tree(TEXT)
    for file in files(folder):
        file.unlink()
    tree(TEXT)
    assert (len(built), files(folder)) == (3, [])


@pytest.mark.skipif(os.name != "posix", reason="permissions as POSIX has them")
def test_a_file_of_somebody_else_is_not_read(
    folder: Path, built: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tree(TEXT)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    tree(TEXT)
    assert len(built) == 2


def test_an_unwritable_folder_is_silent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, built: list[str]
) -> None:
    file = tmp_path / "file"
    file.write_text("in the way", encoding="utf-8")
    for place in (file, file / "below", Path(os.devnull)):  # not even root can write there
        monkeypatch.setenv(VARIABLE, str(place))
        assert tree(TEXT) == direct(TEXT)
        assert cached("kind", "key", lambda: [1]) == [1]
    assert (len(built), file.read_text(encoding="utf-8")) == (3, "in the way")


def test_a_full_disk_is_silent(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert tree(TEXT) == direct(TEXT)
    assert files(folder) == []


def test_another_version_of_lark_may_keep_tables_otherwise(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other(_: object) -> lark.Lark:
        raise KeyError("lexer_conf")

    monkeypatch.setattr(lark.Lark, "load", other)
    assert tree(TEXT) == direct(TEXT)


def test_what_the_tables_depend_on_is_in_the_name(
    folder: Path, built: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tree(TEXT)
    for change in ("lark", "python", "options"):
        with monkeypatch.context() as patch:
            if change == "lark":
                patch.setattr(lark, "__version__", "0")
            elif change == "python":
                patch.setattr(sys, "version", "0")
            else:
                patch.setitem(syntax._OPTIONS, "debug", False)
            tree(TEXT)
    assert (len(built), len(files(folder))) == (4, 4)


def test_empty_means_no_cache(monkeypatch: pytest.MonkeyPatch, built: list[str]) -> None:
    monkeypatch.setenv(VARIABLE, "")
    assert cache_folder() is None
    tree(TEXT)
    tree(TEXT)
    assert len(built) == 2


def test_by_default_the_users_own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = cache_folder()
    assert folder is not None
    assert folder.name == "fsm"
    if sys.platform == "linux":
        assert folder == tmp_path / "fsm"


def test_old_files_are_dropped(folder: Path) -> None:
    for k in range(KEPT + 3):
        cached("parser", f"{k}", lambda: 1)
        for age, file in enumerate(files(folder)):
            if file.stat().st_mtime > 10_000:
                os.utime(file, (100 * k + age, 100 * k + age))
    cached("other", "", lambda: 1)
    left = [f for f in files(folder) if f.name.startswith("parser-")]
    assert len(left) == KEPT
    assert all(f.stat().st_mtime >= 300 for f in left)
    assert len(files(folder)) == KEPT + 1
    calls: list[int] = []
    cached("parser", f"{KEPT + 2}", lambda: calls.append(1))
    assert calls == []


def test_runs_at_the_same_time(folder: Path) -> None:
    code = (
        "import sys; from fsm.spec.syntax import parse; from fsm.spec.tree import Source\n"
        "from fsm.spec.problems import Problems\n"
        f"print(parse(Source({TEXT!r}, None, None), Problems()).root)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        for _ in range(4)
    ]
    answers = [run.communicate(timeout=60)[0] for run in runs]
    assert set(answers) == {f"{direct(TEXT)}\n"}
    assert len(files(folder)) == 1


def test_what_answers_depend_on_besides_the_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The source by its contents and places, and the installed versions; nothing else."""
    source, site = tmp_path / "fsm", tmp_path / "site"
    for folder in (source / "one", source / "two", site):
        folder.mkdir(parents=True)
    monkeypatch.setattr("fsm.cache.__file__", str(source / "cache.py"))
    monkeypatch.setattr(sys, "path", [str(site), str(tmp_path / "missing")])
    seen: list[str] = []

    def same() -> bool:
        toolkit.cache_clear()
        seen.append(toolkit())
        return len(seen) > 1 and seen[-1] == seen[-2]

    try:
        assert not same()
        assert same()
        (source / "one" / "a.py").write_text("1")
        assert not same()
        (source / "one" / "a.py").write_text("2")
        assert not same()
        (source / "one" / "a.py").rename(source / "two" / "a.py")
        assert not same()
        (source / "two" / "grammar.lark").write_text("a: b")
        assert not same()
        (source / "two" / "a.pyc").write_text("1")
        assert same()
        (site / "PyYAML-6.0.egg-info").touch()
        assert not same()
        (site / "lark-1.2.0.dist-info").mkdir()
        assert not same()
        (site / "lark-1.2.0.dist-info").rename(site / "lark-1.3.0.dist-info")
        assert not same()
        (site / "another-1.0.dist-info").mkdir()
        (site / "lark").mkdir()
        assert same()
        assert len(set(seen)) == 8
    finally:
        toolkit.cache_clear()
