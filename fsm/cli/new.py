"""`fsm new`: a spec to start from."""

import re
from importlib.resources import files
from pathlib import Path

import click

from fsm.cli.output import emit, require_folder, write_atomically
from fsm.errors import UsageError
from fsm.spec.files import SUFFIX

_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NAME_OF_STARTER = "name: starter\n"


@click.command()
@click.argument("name")
def command(name: str) -> None:
    """Write NAME.fsm.yaml, a small spec with comments: a deadline, a switch, and properties, one
    of which is expected to be violated. It passes `fsm check` as it is.

    NAME may have a folder before it, which must exist. "-" prints the spec instead. Nothing is
    overwritten.

    \b
    Examples:
      fsm new refund
      fsm new specs/refund
      fsm new - | less
    """
    starter = (files("fsm.cli") / f"starter{SUFFIX}").read_text(encoding="utf-8")
    if name == "-":
        emit(starter)
        return
    path = Path(name.removesuffix(SUFFIX))
    if not _ID.fullmatch(path.name):
        raise UsageError(
            "F614", f"'{path.name}' cannot be the name of a spec", "use letters, digits and _"
        )
    file = path.with_name(path.name + SUFFIX)
    require_folder(file)
    if file.exists() or file.is_symlink():
        raise UsageError("F614", f"{file} exists already", "choose another name, or delete it")
    write_atomically(file, starter.replace(_NAME_OF_STARTER, f"name: {path.name}\n", 1))
    emit(f"wrote {file}; now try: fsm check {file}\n")
