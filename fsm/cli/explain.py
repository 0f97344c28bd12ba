"""`fsm explain`: what a code means."""

import click

from fsm.cli.output import emit
from fsm.errors import UsageError


@click.command()
@click.argument("code", required=False)
def command(code: str | None) -> None:
    """Explain a code: what is wrong, an example, and how to mend it. Without CODE, list them all.

    \b
    Examples:
      fsm explain F301
      fsm explain S08
      fsm explain
    """
    from fsm.cli.codes import all_codes

    codes = all_codes()
    if code is None:
        emit("".join(f"{name}  {entry.title}\n" for name, entry in codes.items()))
        return
    entry = codes.get(code.upper())
    if entry is None:
        from fsm.spec.problems import did_you_mean

        hint = did_you_mean(code.upper(), codes) or "`fsm explain` alone lists them all"
        raise UsageError("F615", f"there is no code '{code}'", hint)
    emit(f"{code.upper()}: {entry.title}\n\n{entry.text}\n")
