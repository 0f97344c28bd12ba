"""Options that several commands share."""

import click

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
