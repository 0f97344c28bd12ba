"""Checks that need the whole spec: who takes part in which event, and how large it all is."""

from math import prod

from fsm.errors import Position
from fsm.expressions import ArrayType, Type
from fsm.model import Event, Spec
from fsm.spec.context import Context
from fsm.spec.shapes import MAX_CONFIGURATION

MAX_INSTANCES = 2_000  # copies of machines, in all
MAX_SCALARS = 100_000  # elements of variables, in all copies


def validate(context: Context, spec: Spec) -> None:
    """Report what only shows in the whole.

    Names that could not be resolved have been reported; a spec with such errors is not checked for
    events that nobody mentions, because the missing mention may be one of them.
    """
    if not context.problems.diagnostics:
        _check_events(context, spec)
    _check_size(context, spec)


def _check_events(context: Context, spec: Spec) -> None:
    mentions: dict[str, set[str]] = {}
    for machine in spec.all_machines():
        for transition in machine.transitions:
            if transition.event is not None:
                mentions.setdefault(transition.event.event, set()).add(machine.name)
    for scope in spec.scopes():
        for event in scope.events:
            _check_event(context, event, mentions.get(event.name, set()))


def _check_event(context: Context, event: Event, machines: set[str]) -> None:
    bare = event.name.rpartition(".")[2]
    if not machines:
        message = f"no transition goes with the event '{bare}'"
        hint = f"write 'on: {bare}' in some transition, or delete the event"
        _report(context, "F514", message, event.at, hint)
    elif event.owner is not None and event.owner.machine not in machines:
        owner = event.owner.machine
        message = f"'{owner}' owns the event '{bare}' but has no transition on it"
        hint = f"it can never happen: add a transition with 'on: {bare}' to '{owner}'"
        _report(context, "F515", message, event.at, hint)


def _check_size(context: Context, spec: Spec) -> None:
    variants = prod(len(variable.values) for variable in spec.configuration)
    if variants > MAX_CONFIGURATION:
        last = spec.configuration[-1]
        message = f"{variants:,} variants are more than {MAX_CONFIGURATION:,}"
        hint = "every switch and question multiplies them: make some a constant"
        _report(context, "F522", message, last.at, hint)
    instances = sum(spec.copies_of(machine.name) or 1 for machine in spec.all_machines())
    if instances > MAX_INSTANCES:
        counted: list[tuple[int, Position]] = [
            *((m.count or 1, m.at) for m in spec.machines),
            *((g.count or 1, g.at) for g in spec.groups),
        ]
        largest = max(counted, key=lambda pair: pair[0])[1]
        message = f"{instances:,} machines, copies counted, are more than {MAX_INSTANCES:,}"
        _report(context, "F523", message, largest, "make 'count' smaller")
    scalars = 0
    for scope in spec.scopes():
        copies = 1 if isinstance(scope, Spec) else spec.copies_of(scope.name) or 1
        for variable in scope.variables:
            scalars += copies * _elements(variable.type)
            if scalars > MAX_SCALARS:
                message = f"variables have more than {MAX_SCALARS:,} elements, copies counted"
                _report(context, "F523", message, variable.at, "make arrays or 'count' smaller")
                return


def _elements(type_: Type) -> int:
    return type_.length * _elements(type_.element) if isinstance(type_, ArrayType) else 1


def _report(context: Context, code: str, message: str, at: Position, hint: str) -> None:
    document = context.document
    offset = document.starts[at.line - 1]
    context.problems.report(code, message, at, hint, document.line(offset))
