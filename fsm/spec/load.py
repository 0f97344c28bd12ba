"""Entry points: a file, a text or Python data -> a `Spec`, or everything that is wrong."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path

from msgspec.structs import replace

from fsm.cache import cached, recall, toolkit
from fsm.errors import SpecError
from fsm.model import Spec
from fsm.spec.files import read_file
from fsm.spec.problems import Problems
from fsm.spec.reader import read_text

WORTH_KEEPING = 8_000  # characters; a shorter spec is read as fast as a file of the cache
KEPT = 64  # specs in the cache
MODULES = ("fsm.errors", "fsm.expressions", "fsm.model", "fsm.temporal")  # what a spec is made of


def load_spec(path: str | Path) -> Spec:
    """The spec in a file.

    Raises `SpecError` where the file cannot be read or describes no system.
    """
    text = _text_of(path)
    if len(text) < WORTH_KEEPING:
        return parse_spec(text, str(path))

    def parsed() -> Spec:
        return parse_spec(text, str(path))

    found = cached("spec", _key(path, text), parsed, modules=MODULES, kept=KEPT)
    assert isinstance(found, Spec)
    return found


def spec_at_hand(path: str | Path) -> Spec | None:
    """The spec in a file if it is short, or an earlier run has read it; raises like `load_spec`."""
    text = _text_of(path)
    if len(text) < WORTH_KEEPING:
        return parse_spec(text, str(path))
    found = recall("spec", _key(path, text), MODULES)
    return found if isinstance(found, Spec) else None


def _text_of(path: str | Path) -> str:
    problems = Problems()
    text = read_file(Path(path), problems)
    if problems.diagnostics:
        raise _hinted(SpecError(tuple(problems.diagnostics)))
    return text


def _key(path: str | Path, text: str) -> str:
    return f"{toolkit()} {path} {sha256(text.encode()).hexdigest()}"


def parse_spec(text: str, file: str = "<text>") -> Spec:
    """The spec that a YAML text describes; `file` is the name that positions carry.

    Raises `SpecError`. Linear in the length of the text, which is at most 1 MiB.
    """
    problems = Problems()
    try:
        root = read_text(text, file, problems)
        if root is None:
            raise SpecError(tuple(problems.diagnostics))
        from fsm.spec.build import build_spec

        return build_spec(root, problems)
    except SpecError as error:
        raise _hinted(error) from None


def load_specs(paths: Iterable[str | Path]) -> list[tuple[Path, Spec | SpecError]]:
    """Every spec in these files and folders, or what is wrong with it, in order of their names.

    Raises `UsageError` (F601) where there is no spec at all, `SpecError` where a folder contains
    itself.
    """
    from fsm.spec.files import find_specs

    loaded: list[tuple[Path, Spec | SpecError]] = []
    for path in find_specs(paths):
        try:
            loaded.append((path, load_spec(path)))
        except SpecError as error:
            loaded.append((path, error))
    return loaded


def spec_from(data: Mapping[str, object]) -> Spec:
    """The spec that plain Python data of the shape of the YAML file describes.

    Positions are lines of a listing of the data; messages end in the path, as in
    `(at machines.ticket.transitions[2].when)`. Raises `SpecError`.
    """
    from fsm.spec.build import build_spec
    from fsm.spec.plain import nodes_from, with_paths

    problems = Problems()
    root = nodes_from(data, problems)
    if root is None:
        raise _hinted(SpecError(tuple(problems.diagnostics)))
    try:
        return build_spec(root, problems)
    except SpecError as error:
        raise _hinted(with_paths(error, root.document)) from None


def _hinted(error: SpecError) -> SpecError:
    """The same diagnostics, each with a hint: where nothing better is known, the catalogue's."""
    from fsm.spec.catalogue import CODES

    return SpecError(
        tuple(
            diagnostic if diagnostic.hint else replace(diagnostic, hint=CODES[diagnostic.code].hint)
            for diagnostic in error.diagnostics
        )
    )
