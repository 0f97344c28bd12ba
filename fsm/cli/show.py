"""`fsm show`: what a spec declares."""

import shutil

import click

from fsm.cli.inputs import load_or_raise, require
from fsm.cli.language import fallback_language
from fsm.cli.options import DEFAULT_PATHS, lang_option, paths_argument
from fsm.cli.output import emit, paint_for_stdout
from fsm.model import Spec
from fsm.report.decision_table import events_of
from fsm.report.labels import Labels

_NARROWEST = 80  # columns; a pipe has no width of its own


@click.command()
@paths_argument
@lang_option
@click.option("--table", is_flag=True, help="Only the decision tables.")
@click.option("--machine", "machines", metavar="ID", multiple=True, help="Tables of this machine.")
@click.option("--state", "states", metavar="ID", multiple=True, help="Only this state.")
@click.option("--event", "events", metavar="ID", multiple=True, help="Only this event.")
def command(
    paths: tuple[str, ...],
    lang: str | None,
    table: bool,
    machines: tuple[str, ...],
    states: tuple[str, ...],
    events: tuple[str, ...],
) -> None:
    """Show what the specs at PATH declare (default specs/): states as a tree, events with who
    decides and who listens, variables, configuration, properties, rules, and for each machine the
    decision table: which event does what in which state. Gaps, where an event is ignored, are
    marked.

    \b
    Examples:
      fsm show refund.fsm.yaml
      fsm show refund.fsm.yaml --table --machine ticket
      fsm show refund.fsm.yaml --event withdraw        where does it do what?
      fsm show refund.fsm.yaml --state applied         what can happen there?

    The options --machine, --state and --event may be repeated, and imply --table. One that
    matches nothing is an error.
    """
    from fsm.report.overview import overview, tables

    specs = load_or_raise(paths or DEFAULT_PATHS)
    _require_all(specs, machines, states, events)
    filtered = bool(machines or states or events)
    paint = paint_for_stdout()
    width = max(shutil.get_terminal_size((_NARROWEST, 24)).columns, _NARROWEST)
    shown = []
    for spec in specs:
        labels = Labels(spec, lang or spec.lang or fallback_language())
        chosen = [
            m
            for m in spec.all_machines()
            if (not machines or m.name in machines)
            and (not states or {s.name for s in m.states} & set(states))
            and (not events or set(events_of(m)) & set(events))
        ]
        if filtered and not chosen:
            continue
        block = tables(chosen, labels, paint, width, states, events)
        if not (table or filtered):
            block = overview(labels, paint) + "\n" + block
        elif len(specs) > 1:
            block = f"{paint('title', spec.name)}\n\n{block}"
        shown.append(block)
    if not shown:
        require("combination", ("of these",), ())
    emit("\n\n".join(shown))


def _require_all(
    specs: list[Spec], machines: tuple[str, ...], states: tuple[str, ...], events: tuple[str, ...]
) -> None:
    all_machines = [m for spec in specs for m in spec.all_machines()]
    require("machine", machines, (m.name for m in all_machines))
    require("state", states, (s.name for m in all_machines for s in m.states))
    declared = (e.name for spec in specs for scope in spec.scopes() for e in scope.events)
    require("event", events, declared)
