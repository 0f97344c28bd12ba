"""Writing: to a terminal or a pipe that may close, and to files that are never half written."""

import os
import sys
import tempfile
from pathlib import Path

import click

from fsm.errors import Diagnostic, UsageError
from fsm.report.paint import Paint


def emit(text: str) -> None:
    """Write to stdout; when the reader has gone (`fsm check | head`), the rest is not missed."""
    try:
        click.echo(text, nl=False)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def paint_for_stdout() -> Paint:
    """Colours on a terminal, unless NO_COLOR says otherwise (see no-color.org)."""
    dumb = os.environ.get("TERM") == "dumb"
    return Paint(sys.stdout.isatty() and not os.environ.get("NO_COLOR") and not dumb)


def say_errors(errors: tuple[Diagnostic, ...]) -> None:
    """Every error on stderr: position, code, message, the line with a caret, hint."""
    if not errors:
        return
    from fsm.spec.render import render

    for error in errors:
        click.echo(render(error), err=True)


def say_usage_error(problem: UsageError) -> None:
    """An error about the request itself has no position."""
    click.echo(f"error: {problem.code} {problem.message}", err=True)
    if problem.hint:
        click.echo(f"  hint: {problem.hint}", err=True)


def require_folder(file: Path) -> None:
    """Raises `UsageError` unless a file can be created there; ask before the work, not after."""
    folder = file.parent
    if not folder.is_dir():
        raise UsageError("F611", f"cannot write {file}: there is no folder {folder}")
    if file.is_dir():
        raise UsageError("F611", f"cannot write {file}: it is a folder")
    if not os.access(folder, os.W_OK):
        raise UsageError("F611", f"cannot write {file}: the folder {folder} is read-only")


def write_atomically(file: Path, content: str | bytes) -> None:
    """Replace the file at once: a reader sees the old content or the new, never a part.

    Raises `UsageError` where the file cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content.encode() if isinstance(content, str) else content)
            Path(name).chmod(0o666 & ~_umask())
            Path(name).replace(file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise UsageError("F611", f"cannot write {file}: {reason}") from problem


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
