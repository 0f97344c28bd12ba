"""What one run computes and later runs read again: files in the user's cache folder.

A cache is never needed and never in the way: what cannot be read is computed anew, what cannot be
written is left out, and nobody is told. Runs may share the folder: a file appears whole or not.

Only plain data is stored (numbers, text, truth values, None, tuples, lists and dictionaries of
them, and structures and enumerations of modules that the caller names), and reading
refuses everything else, so that no file can make this process run code. A file counts only if it
and its folder belong to this user and nobody else may write to them.
"""

import os
import pickle
import sys
import tempfile
from collections.abc import Callable, Collection
from contextlib import suppress
from enum import Enum
from fractions import Fraction
from functools import cache
from hashlib import sha256
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

from msgspec import Struct

VARIABLE = "FSM_CACHE_DIR"  # another folder; empty: no cache
KEPT = 4  # files of one kind: as many versions side by side as a user may have installed
_SUFFIX = ".cache"
_DIGEST = 32  # bytes of SHA-256 before the data
_LARGEST = 1 << 24  # bytes
_OTHERS_MAY_WRITE = 0o022
_PACKAGES = ("lark-", "msgspec-", "pyyaml-", "numpy-", "llvmlite-")


class _Plain(pickle.Unpickler):
    """Reads plain data; a file that asks for a function, or a class from elsewhere, is corrupt."""

    def __init__(self, data: BytesIO, modules: Collection[str]) -> None:
        super().__init__(data)
        self._modules = modules

    def find_class(self, module: str, name: str) -> object:
        if (module, name) == ("fractions", "Fraction"):  # an instant in dense time
            return Fraction
        found = getattr(import_module(module), name) if module in self._modules else None
        if not isinstance(found, type) or found.__module__ != module:
            raise pickle.UnpicklingError(f"{module}.{name} is no plain data")
        if not issubclass(found, (Struct, Enum)):
            raise pickle.UnpicklingError(f"{module}.{name} is no plain data")
        return found


class _Pickler(pickle.Pickler):
    """Writes a member of an enumeration by its value, whatever the version of Python."""

    def reducer_override(self, data: object) -> Any:
        return (type(data), (data.value,)) if isinstance(data, Enum) else NotImplemented


def cached(
    kind: str, key: str, compute: Callable[[], object], *,
    modules: Collection[str] = (), kept: int = KEPT,
) -> object:  # fmt: skip
    """The plain data that `compute` answers, from the cache where it holds it already.

    `kind` names the file, `key` is everything that the data depends on; `modules` are those whose
    structures may occur in it, and `kept` files of the kind are kept. Raises only what `compute`
    raises.
    """
    found = recall(kind, key, modules)
    if found is None:
        found = compute()
        remember(kind, key, found, kept)
    return found


def recall(kind: str, key: str, modules: Collection[str] = ()) -> object | None:
    """The data that was remembered under this key, if it is still there."""
    file = _file(kind, key)
    return None if file is None else _read(file, key, modules)


def remember(kind: str, key: str, data: object, kept: int = KEPT) -> None:
    """Put it there for later runs, in place of the oldest of its kind."""
    file = _file(kind, key)
    if file is not None:
        _write(file, key, data, f"{kind}-", kept)


def _file(kind: str, key: str) -> Path | None:
    folder = cache_folder()
    if folder is None:
        return None
    return folder / f"{kind}-{sha256(key.encode()).hexdigest()[:32]}{_SUFFIX}"


@cache
def toolkit() -> str:
    """A digest of all that decides about an answer but for the question: the source of this
    package, the version of Python, and those of the packages that read specs."""
    digest = sha256(repr((sys.version_info, _installed())).encode())
    top = Path(__file__).parent
    for folder, inside, names in os.walk(top):
        inside.sort()
        for name in sorted(names):
            if name.endswith((".py", ".lark", ".json")):
                digest.update(f"{folder.removeprefix(str(top))}/{name}\0".encode())
                digest.update(sha256(Path(folder, name).read_bytes()).digest())
    return digest.hexdigest()


def _installed() -> list[str]:
    """The packages that read specs and search them, with their versions: by the names of what their
    installation left. To ask `importlib.metadata` takes longer than to read a spec."""
    found: set[str] = set()
    for folder in sys.path:
        with suppress(OSError):
            found.update(entry.name.lower() for entry in os.scandir(folder))
    return sorted(name for name in found if name.startswith(_PACKAGES) and name.endswith("-info"))


def cache_folder() -> Path | None:
    """Where files are kept: FSM_CACHE_DIR, else the user's cache folder; None where there is
    none."""
    named = os.environ.get(VARIABLE)
    if named is not None:
        return Path(named) if named else None
    from platformdirs import user_cache_path

    try:
        return user_cache_path("fsm")
    except RuntimeError:  # a user without a home
        return None


def _read(file: Path, key: str, modules: Collection[str]) -> object | None:
    """The data in a file; None where there is none, none to be trusted, or that of another key."""
    try:
        with file.open("rb") as stream:
            trusted = _is_ours(os.fstat(stream.fileno())) and _is_ours(file.parent.stat())
            data = stream.read(_LARGEST) if trusted else b""
        if sha256(data[_DIGEST:]).digest() != data[:_DIGEST]:
            return None
        known, found = _Plain(BytesIO(data[_DIGEST:]), modules).load()
        if known != key:
            return None
    except Exception:  # unpickling raises almost anything
        return None
    answer: object = found
    return answer


def _is_ours(status: os.stat_result) -> bool:
    """Does it belong to this user, and may nobody else write to it? Windows keeps the folders of
    users apart by other means."""
    if os.name != "posix":
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & _OTHERS_MAY_WRITE


def _write(file: Path, key: str, data: object, kind: str, kept: int) -> None:
    """Put the data there at once, and drop the oldest files of the kind, what a killed run left
    half written included."""
    with suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_ours(file.parent.stat()):
            return
        stream = BytesIO()
        _Pickler(stream, protocol=pickle.HIGHEST_PROTOCOL).dump((key, data))
        body = stream.getvalue()
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{kind}")  # for this user alone
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(sha256(body).digest() + body)
            Path(name).replace(file)
        finally:
            Path(name).unlink(missing_ok=True)
        _prune(file, kind, kept)


def _prune(newest: Path, kind: str, kept: int) -> None:
    def age(path: Path) -> float:
        try:
            return path.stat().st_mtime
        except FileNotFoundError:  # another run was faster
            return 0.0

    others = [p for p in newest.parent.glob(f"*{kind}*") if p != newest]
    for old in sorted(others, key=age, reverse=True)[kept - 1 :]:
        old.unlink(missing_ok=True)
