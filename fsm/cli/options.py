"""Options that several commands share."""

import re

import click

from fsm.explore.memory import available

paths_argument = click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path())
lang_option = click.option(
    "--lang",
    type=click.Choice(["zh", "en"]),
    help="Language of the report; default: what the spec says, else the locale.",
)
variant_option = click.option(
    "--variant",
    "variants",
    metavar="NAME=VALUE",
    multiple=True,
    help="Fix a switch, parameter or question; may be repeated.",
)
DEFAULT_PATHS = ("specs",)


def size_in_bytes(_: click.Context, __: click.Parameter, value: str | None) -> int | None:
    """A size in bytes; None where nothing is known about this machine."""
    if value is None:
        room = available()
        return None if room is None else room * 3 // 4
    found = re.fullmatch(r"([0-9]+)([KMGT]?)(?:i?B)?", value, re.IGNORECASE)
    size = int(found[1]) << 10 * " KMGT".index(found[2].upper() or " ") if found else 0
    if size <= 0:
        raise click.BadParameter("it must be a size like 800M or 2G")
    return size
