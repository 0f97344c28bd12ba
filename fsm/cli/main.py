"""The command `fsm`: subcommands that are imported when they are called, and how a process ends."""

import importlib
import os
import sys
from collections.abc import Sequence

import click

from fsm.errors import SpecError, UsageError
from fsm.report.exit_codes import ExitCode

INTERNAL_ERROR = 70  # EX_SOFTWARE of sysexits.h

# name -> (module that defines `command`, what it does); in the order in which one needs them
COMMANDS = {
    "check": ("fsm.cli.check", "Prove or refute what specs claim, and tell how it breaks."),
    "bounds": ("fsm.cli.bounds", "How long from one thing to another, at least and at most?"),
    "show": ("fsm.cli.show", "Show states, events, variables and the decision table of a spec."),
    "draw": ("fsm.cli.draw", "Draw lifecycles and runs, and notice stale pictures."),
    "test": ("fsm.cli.test", "Test specs with random runs: failures shrunk, coverage counted."),
    "solve": ("fsm.cli.solve", "For which values of its constants does a property hold?"),
    "mutate": ("fsm.cli.mutate", "Change the rules one by one: which change does nobody notice?"),
    "simulate": ("fsm.cli.simulate", "Step through a spec in the terminal, or at random."),
    "export": ("fsm.cli.export", "Write a spec in the language of another model checker."),
    "new": ("fsm.cli.new", "Write a small, commented spec to start from."),
    "explain": ("fsm.cli.explain", "Explain an error code, with an example and how to mend it."),
    "schema": ("fsm.cli.schema", "Print the JSON Schema of the spec format, for editors."),
}


class LazyGroup(click.Group):
    """A group that imports a subcommand only when it is called: `fsm --help` answers at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(COMMANDS[cmd_name][0]).command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            from difflib import get_close_matches

            close = get_close_matches(args[0], COMMANDS, 1)
            hint = f" Did you mean '{close[0]}'?" if close else ""
            ctx.fail(f"there is no command '{args[0]}'.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


def _print_version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:
        from fsm.cli.version import version

        click.echo(f"fsm {version()}")
        ctx.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Print the version and exit.",
)
def cli() -> None:
    """Model ticket lifecycles as state machines: prove their rules, or see how they break.

    \b
    Examples:
      fsm new refund                     a spec to start from
      fsm check refund.fsm.yaml          does it keep its promises?
      fsm check specs --coverage         every rule of the source, and what became of it
      fsm show refund.fsm.yaml --table   which event does what in which state
      fsm draw refund.fsm.yaml           the lifecycle as a picture, with its deadlines
      fsm explain F301                   what an error code means

    \b
    Exit codes of every command:
      0 all as expected     1 a verdict differs    2 the input is wrong
      3 undecided           70 a defect in fsm     130 interrupted
    """


def main(args: Sequence[str] | None = None) -> int:
    """Run one command and answer its exit code; no traceback unless FSM_DEBUG=1."""
    _tolerate_any_encoding()
    try:
        result = cli.main(list(args) if args is not None else None, "fsm", standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else ExitCode.EXPECTED
    except click.ClickException as problem:
        problem.show()
        return ExitCode.WRONG_INPUT
    except SpecError as problem:
        _print_errors(problem)
        return ExitCode.WRONG_INPUT
    except UsageError as problem:
        from fsm.cli.output import say_usage_error

        say_usage_error(problem)
        return ExitCode.WRONG_INPUT
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        _forget_stdout()
        return ExitCode.EXPECTED
    except MemoryError:
        click.echo("out of memory: nothing is decided; --limit N stops in time", err=True)
        return ExitCode.UNDECIDED
    except Exception as problem:
        return _confess(problem)


def _print_errors(problem: SpecError) -> None:
    from fsm.spec.render import render

    for diagnostic in problem.diagnostics:
        click.echo(render(diagnostic), err=True)


def _confess(problem: Exception) -> int:
    """A defect of this package: say so, and what to send."""
    if os.environ.get("FSM_DEBUG") == "1":
        import traceback

        traceback.print_exc()
    text = " ".join(str(problem).split())[:300]
    click.echo(f"internal error: {type(problem).__name__}: {text}", err=True)
    for note in getattr(problem, "__notes__", ()):
        click.echo(f"  {note}", err=True)
    click.echo(
        "This is a defect in fsm, not in your spec, and no verdict was reached. Please report it "
        "with the spec and with what FSM_DEBUG=1 prints.",
        err=True,
    )
    return INTERNAL_ERROR


def _tolerate_any_encoding() -> None:
    """A terminal that cannot show a character gets a question mark, not a traceback."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _forget_stdout() -> None:
    """Nobody reads stdout any more: let the interpreter's last flush go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
