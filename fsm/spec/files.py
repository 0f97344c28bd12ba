"""Files and folders of specs: finding them, and reading one without trusting it."""

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from fsm.errors import Position, SpecError, UsageError
from fsm.spec.problems import Problems
from fsm.spec.reader import MAX_SIZE

SUFFIX = ".fsm.yaml"


def read_file(path: Path, problems: Problems) -> str:
    """The text of a file; "" with F101, F102 or F103 reported where it has none.

    The size is looked at before anything is read, and only regular files are opened.
    """
    at = Position(str(path), 1, 1)
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            kind = "a folder" if stat.S_ISDIR(about.st_mode) else "not a regular file"
            problems.report("F101", f"cannot be read: it is {kind}", at, "name a file")
            return ""
        size = about.st_size
        if size <= MAX_SIZE:
            with path.open("rb") as file:
                content = file.read(MAX_SIZE + 1)
            size = len(content)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        problems.report("F101", f"cannot be read: {reason.lower()}", at)
        return ""
    if size > MAX_SIZE:
        message = f"a spec has at most {MAX_SIZE:,} bytes, this file has {size:,}"
        problems.report("F102", message, at, "split it into several specs")
        return ""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8")
        line = before.rpartition("\n")[2]
        place = Position(str(path), before.count("\n") + 1, len(line) + 1)
        message = f"this is not UTF-8: the byte 0x{content[error.start]:02X} cannot stand here"
        problems.report("F103", message, place, "save the file as UTF-8", line + "\ufffd")
        return ""


def find_specs(paths: Iterable[str | Path]) -> list[Path]:
    """The files that are meant: those named, and every `*.fsm.yaml` below the folders named.

    In the order of the arguments, sorted within a folder; each file once. Hidden folders are left
    out. Raises `UsageError` (F601) where none is found, `SpecError` (F115) where a link leads to a
    folder that contains it. Time is linear in the number of files.
    """
    asked = [Path(path) for path in paths]
    found: dict[str, Path] = {}
    for path in asked:
        inside = _walk(path) if _is_folder(path) else [path]
        for file in inside:
            found.setdefault(os.path.realpath(file), file)
    if not found:
        where = ", ".join(map(str, asked)) or "nowhere"
        hint = f"specs are files named NAME{SUFFIX}; `fsm new` writes one"
        raise UsageError("F601", f"no spec found in {where}", hint)
    return list(found.values())


def _walk(top: Path) -> list[Path]:
    """Every spec below a folder, links followed, each folder once.

    Iterative: folders may be nested deeply. A folder comes before links to it.
    """
    found: list[Path] = []
    seen: set[str] = set()
    pending: list[tuple[Path, frozenset[str]]] = [(top, frozenset({os.path.realpath(top)}))]
    while pending:
        folder, above = pending.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: (entry.is_symlink(), entry.name))
        except OSError as error:
            raise _unreadable(folder, "F101", f"cannot be read: {error.strerror}", "") from None
        inner: list[tuple[Path, frozenset[str]]] = []
        for entry in entries:
            path = folder / entry.name
            is_folder = _is_folder(path)
            if is_folder and not entry.name.startswith("."):
                real = os.path.realpath(path)
                if real in above:
                    message = f"a loop: this link leads back to {real}"
                    raise _unreadable(path, "F115", message, "delete the link")
                if real not in seen:
                    seen.add(real)
                    inner.append((path, above | {real}))
            elif entry.name.endswith(SUFFIX) and not is_folder:
                found.append(path)
        pending.extend(reversed(inner))
    return sorted(found)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a link to nowhere, a folder that may not be entered
        return False


def _unreadable(path: Path, code: str, message: str, hint: str) -> SpecError:
    problems = Problems()
    problems.report(code, message, Position(str(path), 1, 1), hint)
    return SpecError(tuple(problems.diagnostics))
