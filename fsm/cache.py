"""What one run computes and later runs read again: files in the user's cache folder.

A cache is never needed and never in the way: what cannot be read is computed anew, what cannot be
written is left out, and nobody is told. Runs may share the folder: a file appears whole or not.

Only plain data is stored (numbers, text, truth values, None, and tuples, lists and dictionaries of
them), and reading refuses everything else, so that no file can make this process run code. A file
counts only if it and its folder belong to this user and nobody else may write to them.
"""

import os
import pickle
import tempfile
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from io import BytesIO
from pathlib import Path

VARIABLE = "FSM_CACHE_DIR"  # another folder; empty: no cache
KEPT = 4  # files of one kind: as many versions side by side as a user may have installed
_SUFFIX = ".cache"
_DIGEST = 32  # bytes of SHA-256 before the data
_LARGEST = 1 << 24  # bytes
_OTHERS_MAY_WRITE = 0o022


class _Plain(pickle.Unpickler):
    """Reads plain data; a file that asks for a class or a function is corrupt."""

    def find_class(self, module: str, name: str) -> object:
        raise pickle.UnpicklingError(f"{module}.{name} is no plain data")


def cached(kind: str, key: str, compute: Callable[[], object], kept: int = KEPT) -> object:
    """The plain data that `compute` answers, from the cache where it holds it already.

    `kind` names the file, `key` is everything that the data depends on; of a kind the newest `kept`
    files stay. Raises only what `compute` raises.
    """
    folder = cache_folder()
    if folder is None:
        return compute()
    file = folder / f"{kind}-{sha256(key.encode()).hexdigest()[:32]}{_SUFFIX}"
    found = _read(file)
    if found is None:
        found = compute()
        _write(file, found, f"{kind}-", kept)
    return found


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


def _read(file: Path) -> object | None:
    """The data in a file; None where there is none, or none to be trusted."""
    try:
        with file.open("rb") as stream:
            trusted = _is_ours(os.fstat(stream.fileno())) and _is_ours(file.parent.stat())
            data = stream.read(_LARGEST) if trusted else b""
        if sha256(data[_DIGEST:]).digest() != data[:_DIGEST]:
            return None
        found: object = _Plain(BytesIO(data[_DIGEST:])).load()
    except Exception:  # unpickling raises almost anything
        return None
    return found


def _is_ours(status: os.stat_result) -> bool:
    """Does it belong to this user, and may nobody else write to it? Windows keeps the folders of
    users apart by other means."""
    if os.name != "posix":
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & _OTHERS_MAY_WRITE


def _write(file: Path, data: object, kind: str, kept: int) -> None:
    """Put the data there at once, and drop the oldest files of the kind, what a killed run left
    half written included."""
    with suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_ours(file.parent.stat()):
            return
        body = pickle.dumps(data, protocol=pickle.HIGHEST_PROTOCOL)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{kind}")  # for this user alone
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(sha256(body).digest() + body)
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
