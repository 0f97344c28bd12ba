"""`fsm explain`: what a code means."""

from textwrap import fill, indent

import click

from fsm.cli.options import lang_option
from fsm.cli.output import emit
from fsm.errors import UsageError
from fsm.report.language import fallback_language

_WIDTH = 88


@click.command()
@click.argument("code", required=False)
@lang_option
def command(code: str | None, lang: str | None) -> None:
    """Explain a code: what is wrong, an example that provokes it, and how to mend it. Without
    CODE, list them all. Codes beginning with S are structural findings.

    \b
    Examples:
      fsm explain F301
      fsm explain S08
      fsm explain
    """
    from fsm.cli.usage import USAGE_CODES
    from fsm.spec.catalogue import CODES

    codes = dict(sorted({**USAGE_CODES, **CODES}.items()))
    lang = lang or fallback_language()
    if code is None:
        emit("".join(f"{name}  {entry.title.get(lang)}\n" for name, entry in codes.items()))
        return
    entry = codes.get(code.upper())
    if entry is None:
        from fsm.spec.problems import did_you_mean

        hint = did_you_mean(code.upper(), codes) or "`fsm explain` alone lists them all"
        raise UsageError("F615", f"there is no code '{code}'", hint)
    parts = [
        f"{code.upper()}: {entry.title.get(lang)}",
        fill(entry.meaning, _WIDTH),
        "Example:\n" + indent(entry.example.rstrip(), "  "),
        "To mend it: " + entry.fix,
    ]
    emit("\n\n".join(parts) + "\n")
