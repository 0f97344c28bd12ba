"""`fsm show`: what a spec declares."""

import shutil

import click

from fsm.check.choices import parse_variant
from fsm.cli.inputs import load_or_raise, require, select
from fsm.cli.options import DEFAULT_PATHS, lang_option, paths_argument, variant_option
from fsm.cli.output import emit, paint_for_stdout
from fsm.model import Spec
from fsm.report.decision_table import events_of
from fsm.report.labels import Labels, declared
from fsm.report.language import fallback_language

_NARROWEST = 80  # columns; a pipe has no width of its own


@click.command()
@paths_argument
@lang_option
@click.option("--table", is_flag=True, help="Only the decision tables.")
@click.option("--machine", "machines", metavar="ID", multiple=True, help="Tables of this machine.")
@click.option("--state", "states", metavar="ID", multiple=True, help="Only this state.")
@click.option("--event", "events", metavar="ID", multiple=True, help="Only this event.")
@click.option("--graph", is_flag=True, help="Facts about the graph of each machine instead.")
@click.option("--space", is_flag=True, help="With --graph: of the explored space of a variant.")
@variant_option
@click.option(
    "--limit", type=click.IntRange(1), metavar="N", help="With --space: at most N states."
)
@click.option("--json", "as_json", is_flag=True, help="With --graph: as JSON.")
def command(
    paths: tuple[str, ...],
    lang: str | None,
    table: bool,
    machines: tuple[str, ...],
    states: tuple[str, ...],
    events: tuple[str, ...],
    graph: bool,
    space: bool,
    variants: tuple[str, ...],
    limit: int | None,
    as_json: bool,
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
      fsm show refund.fsm.yaml --graph                 what must every refund pass?
      fsm show refund.fsm.yaml --graph --space --variant fast=true

    The options --machine, --state and --event may be repeated, and imply --table. One that
    matches nothing is an error.

    --graph prints, for each machine: what every path to each final state passes and the shortest
    one, cut states, cycles, the longest path, unreachable states and traps. The graph ignores
    guards and other machines; --space explores what can really happen in one variant, where
    switches and questions that --variant does not fix have their first value.
    """
    from fsm.report.overview import overview, tables

    _require_sense(graph, space, as_json, bool(variants or limit), bool(table or states or events))
    specs = load_or_raise(paths or DEFAULT_PATHS)
    _require_all(specs, machines, states, events)
    if graph:
        emit(_graph_facts(specs, lang, machines, space, variants, limit, as_json))
        return
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


def _require_sense(graph: bool, space: bool, as_json: bool, narrowed: bool, filtered: bool) -> None:
    if not graph and (space or as_json or narrowed):
        raise click.UsageError(
            "--space, --variant, --limit and --json are of use only with --graph"
        )
    if narrowed and not space:
        raise click.UsageError("--variant and --limit are of use only with --graph --space")
    if graph and filtered:
        raise click.UsageError("--table, --state and --event say nothing about a graph")


def _graph_facts(
    specs: list[Spec],
    lang: str | None,
    machines: tuple[str, ...],
    space: bool,
    variants: tuple[str, ...],
    limit: int | None,
    as_json: bool,
) -> str:
    import json

    from fsm.interop.facts import facts
    from fsm.interop.facts_text import facts_data, facts_note, facts_text
    from fsm.interop.graphs import MAX_STATES, machine_graph, space_graph

    chosen = parse_variant(variants, specs)
    data, blocks, note = [], [], ""
    for spec in select(specs, (), chosen):
        labels = Labels(spec, lang or spec.lang or fallback_language())
        wanted = [m.name for m in spec.all_machines() if not machines or m.name in machines]
        if space and wanted:
            explored = space_graph(spec, chosen, limit or MAX_STATES)
            names = [n for n in explored.graph["machines"] if declared(n) in wanted]
            found = [facts(explored, name) for name in names]
        else:
            found = [facts(machine_graph(spec, name)) for name in wanted]
        paint = paint_for_stdout()
        data += [facts_data(one) for one in found]
        blocks += [facts_text(one, labels, paint) for one in found]
        note = facts_note(found[0], labels) if found else note
        blocks += [note] if space and found else []
    if as_json:
        return json.dumps(data, ensure_ascii=False, indent=2) + "\n"
    return "\n".join(blocks if space else [*blocks, note])


def _require_all(
    specs: list[Spec], machines: tuple[str, ...], states: tuple[str, ...], events: tuple[str, ...]
) -> None:
    all_machines = [m for spec in specs for m in spec.all_machines()]
    require("machine", machines, (m.name for m in all_machines))
    require("state", states, (s.name for m in all_machines for s in m.states))
    declared = (e.name for spec in specs for scope in spec.scopes() for e in scope.events)
    require("event", events, declared)
