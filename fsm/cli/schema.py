"""`fsm schema`: the format of a spec, for editors."""

import click

from fsm.cli.output import emit


@click.command()
def command() -> None:
    """Print the JSON Schema of the spec format.

    An editor that speaks the YAML language server (VS Code with the YAML extension, Neovim, Helix,
    JetBrains) completes and checks a spec by it. Save the schema, and let the first line of the
    spec point to it:

    \b
      fsm schema > fsm.schema.json
      # yaml-language-server: $schema=fsm.schema.json
    """
    from fsm.spec.schema import schema_text

    emit(schema_text())
