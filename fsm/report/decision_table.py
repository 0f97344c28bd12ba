"""The decision table of a machine: every state against every event, gaps marked."""

from msgspec import Struct

from fsm.model import Machine, State, Transition
from fsm.report.labels import Labels
from fsm.report.width import columns, display_width

Entries = tuple[str, ...]


class Cell(Struct, frozen=True):
    """What one event does in one state: each transition in words, () where it is ignored."""

    state: str
    event: str  # "" for what the machine does by itself
    entries: Entries


def decision_cells(machine: Machine, labels: Labels) -> list[Cell]:
    """A cell for each leaf state and each event that the machine mentions, states first.

    A transition from a composite state counts for every leaf inside that has no transition of its
    own for the event nearer by (inner first); where that one is guarded, both are listed.
    """
    leaves = [state for state in machine.states if not state.initial]
    return [
        Cell(
            leaf.name,
            event,
            tuple(_entry(t, machine, labels) for t in _applicable(machine, leaf, event)),
        )
        for leaf in leaves
        for event in events_of(machine)
    ]


def decision_table(
    machine: Machine,
    labels: Labels,
    width: int,
    states: tuple[str, ...] = (),
    events: tuple[str, ...] = (),
) -> list[str]:
    """The table as lines: a row for each event, a column for each state.

    Names that are given select states (composite ones included) and events; [] where nothing is
    left. Where that is wider than `width` columns, whatever there is more of becomes the rows, and
    the table is cut into several below each other.
    """
    cells = {(cell.state, cell.event): cell.entries for cell in decision_cells(machine, labels)}
    chosen = {s.name for s in machine.states if not states or _within(machine, s, states)}
    across = [s.name for s in machine.states if s.name in chosen and not s.initial]
    down = [e for e in events_of(machine) if not events or e in events]
    if not across or not down:
        return []
    state_names = [labels.state(machine.name, state) for state in across]
    event_names = [labels.event(event) if event else labels.words("itself") for event in down]
    gap = (labels.words("gap"),)
    grid = [[cells[state, event] or gap for state in across] for event in down]
    whole = _lines(event_names, state_names, grid)
    if _width(whole) <= width:
        return whole
    if len(across) > len(down):
        grid = [list(column) for column in zip(*grid, strict=True)]
        return _cut(state_names, event_names, grid, width)
    return _cut(event_names, state_names, grid, width)


def _cut(rows: list[str], head: list[str], grid: list[list[Entries]], width: int) -> list[str]:
    """Tables of as many columns as fit, at least one."""
    lines: list[str] = []
    first = 0
    while first < len(head):
        last = len(head)
        while True:
            block = _lines(rows, head[first:last], [row[first:last] for row in grid])
            if _width(block) <= width or last == first + 1:
                break
            last -= 1
        lines += ["", *block] if lines else block
        first = last
    return lines


def _lines(rows: list[str], head: list[str], grid: list[list[Entries]]) -> list[str]:
    """One table; a cell with several entries takes several lines."""
    cells: list[tuple[str, ...]] = [("", *head)]
    for name, row in zip(rows, grid, strict=True):
        for line in range(max(map(len, row))):
            texts = (entries[line] if line < len(entries) else "" for entries in row)
            cells.append((name if line == 0 else "", *texts))
    return columns(cells)


def _width(lines: list[str]) -> int:
    return max(map(display_width, lines))


def _within(machine: Machine, state: State, names: tuple[str, ...]) -> bool:
    parents = {s.name: s.parent for s in machine.states}
    name = state.name
    while name:
        if name in names:
            return True
        name = parents[name]
    return False


def events_of(machine: Machine) -> list[str]:
    """The events that a machine mentions, in the order of its transitions; "" comes last."""
    named = dict.fromkeys(t.event.event for t in machine.transitions if t.event is not None)
    alone = any(t.event is None for t in machine.transitions)
    return [*named, *([""] if alone else [])]


def _applicable(machine: Machine, leaf: State, event: str) -> list[Transition]:
    states = {state.name: state for state in machine.states}
    chain = [leaf.name]
    while parent := states[chain[-1]].parent:
        chain.append(parent)
    found: list[Transition] = []
    for source in [*chain, ""]:
        here = [
            t
            for t in machine.transitions
            if (t.event.event if t.event else "") == event
            and (source in t.sources if source else not t.sources)
        ]
        found += [t for t in here if t not in found]
        if any(_always_answers(t) for t in here):
            break  # the inner one hides what is further out
    return found


def _always_answers(transition: Transition) -> bool:
    """Is it enabled whenever its event occurs, whichever copy? (Inner first is for events.)"""
    event = transition.event
    return (
        event is not None
        and event.copy is None
        and transition.guard is None
        and transition.timing is None
    )


def _entry(transition: Transition, machine: Machine, labels: Labels) -> str:
    words = labels.words
    target = transition.target
    parts = [f"→ {labels.state(machine.name, target)}" if target else words("stays")]
    if transition.guard is not None:
        parts.insert(0, f"[{transition.guard.text}]")
    timing = transition.timing
    if timing is not None:
        bounds = [b.text for b in (timing.lower, timing.upper) if b is not None]
        parts.insert(0, "..".join(dict.fromkeys(bounds)))
    return " ".join(parts)
