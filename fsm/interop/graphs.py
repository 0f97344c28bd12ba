"""Machines and explored spaces as `networkx` graphs, with labels, kinds and times as attributes.

`machine_graph` is what the spec draws: it ignores guards, values and the other machines, so it has
every path that a run can take, and perhaps more. `space_graph` is what can happen, in one variant.
Both come in the order of the spec. Durations are milliseconds.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import networkx as nx
from msgspec.structs import replace

from fsm.errors import UsageError
from fsm.explore.decode import occurrence
from fsm.explore.emit import Values
from fsm.explore.engines import step_function
from fsm.explore.space import INTERRUPTED, Limits, explore
from fsm.explore.successors import DELAY
from fsm.explore.variants import make_variants
from fsm.expressions import Literal, Scalar
from fsm.model import EventRef, Formula, Machine, Spec, State, Transition
from fsm.report.duration import say_duration
from fsm.report.labels import Labels, declared
from fsm.semantics.layout import chain_of, leaf_of, leaves_of
from fsm.semantics.lower import lower
from fsm.semantics.lowered import SlotKind
from fsm.semantics.trace import Occurrence

MAX_STATES = 20_000  # what networkx holds and people still wait for

Attributes = dict[str, Any]


def to_networkx(
    spec: Spec,
    machine: str = "",
    *,
    variant: Mapping[str, Scalar] | None = None,
    max_states: int = MAX_STATES,
    lang: str = "en",
) -> nx.MultiDiGraph:
    """The graph of a machine (`machine_graph`), or, where none is named, of the reachable space of
    one variant (`space_graph`). Raises `UsageError` as these do."""
    if machine:
        return machine_graph(spec, machine, lang)
    return space_graph(spec, variant, max_states, lang)


def machine_graph(spec: Spec, machine: str, lang: str = "en") -> nx.MultiDiGraph:
    """The states and transitions of a machine, named as in the spec (`desk.clerk` in a group).

    Nodes are the innermost states, by name:
      name, zh, en, label (in `lang`), parent, inside (all enclosing states, innermost first), tags
      and rules (those of enclosing states too), initial, final, urgent, and role: final, trap (it
      is not, and no path leads to one, in a machine that has any) or pending.
    An edge is one transition out of one innermost state; its key is the transition's number:
      event ("" without), owner (None: the environment, or no event), kind (event, deadline,
      spontaneous), guard, lower, upper (ms; None if there is none or the variant decides), timing
      (the bounds as written), clock, declared (the state that the spec gives as source, "" for
      all), stays, number, priority, rules, zh, en, label.
    The graph has: kind "machine", spec, machine, lang, and composites: the attributes of the states
    that enclose others, by name.

    A transition from a composite state applies to each innermost state that has no transition for
    the same event nearer by that is always enabled. Raises `UsageError` F612 for an unknown
    machine. O(states * transitions).
    """
    found = next((m for m in spec.all_machines() if m.name == machine), None)
    if found is None:
        names = ", ".join(m.name for m in spec.all_machines())
        raise UsageError("F612", f"{spec.name} has no machine '{machine}'", f"there are: {names}")
    labels = Labels(spec, lang)
    leaves = leaves_of(found)
    nodes = {s.name: _state(found, s.name, labels) for s in found.states}
    graph = nx.MultiDiGraph(
        kind="machine", spec=spec.name, machine=machine, lang=lang,
        composites={name: a for name, a in nodes.items() if name not in leaves},
    )  # fmt: skip
    graph.add_nodes_from((leaf, nodes[leaf]) for leaf in leaves)
    graph.nodes[leaf_of(found, found.initial)]["initial"] = True
    for leaf in leaves:
        for transition, source in _applicable(found, leaf):
            target = leaf_of(found, transition.target) if transition.target else leaf
            attributes = _transition(transition, source, labels)
            graph.add_edge(leaf, target, key=transition.number, **attributes)
    _give_roles(graph)
    return graph


def space_graph(
    spec: Spec,
    variant: Mapping[str, Scalar] | None = None,
    max_states: int = MAX_STATES,
    lang: str = "en",
) -> nx.MultiDiGraph:
    """The reachable space of one variant; what `variant` does not fix has its first value (a switch
    is off).

    Nodes are numbered from 0, breadth first:
      locations (machine instance -> innermost state), values (variable instance -> value), clocks
      (ms; they stop counting where nothing can tell any more: `saturated` names those), initial,
      final (every machine instance that has final states is in one), dead_end (no step but waiting
      leads out of here, now or later), label (in `lang`).
    Edges are steps; the key tells different ones apart:
      kind (event, deadline, spontaneous, or delay: one unit of time), event (its instance), fields,
      moves (a tuple of `Move`: who takes part, by which transition), milliseconds (0 but for a
      delay), label.
    The graph has: kind "space", spec, variant, unit (ms, None without time), machines (instance ->
    its innermost states), lang.

    Raises `UsageError`: F650 where there are more than `max_states` states, so that a part never
    passes for the whole; F603 for a variant that does not exist, or in which no run starts.
    """
    full = _full_variant(spec, variant or {})
    system, lowering = lower(spec)
    fixed = tuple(replace(c, values=(full[c.name],)) for c in spec.configuration)
    codes: list[tuple[int, ...]] = [
        (lowering.codes[k][c.values.index(full[c.name])],) for k, c in enumerate(spec.configuration)
    ]
    successors = step_function(system, make_variants(fixed, codes, range(len(codes)), {}))
    space = explore(successors, Limits(max_states))
    if space.limit == INTERRUPTED:
        raise KeyboardInterrupt
    if space.undecided:
        raise UsageError(
            "F650",
            f"{spec.name} has more than {max_states:,} states in this variant",
            "allow more (max_states=…, --limit N), or give variables and clocks fewer values",
        )
    if not space.states:
        raise UsageError("F603", f"no run of {spec.name} starts in this variant")
    labels = Labels(spec, lang)
    finals = {p.name: _finals(spec, p.machine) for p in system.processes}
    graph = nx.MultiDiGraph(
        kind="space", spec=spec.name, variant=full, unit=system.unit, lang=lang, finals=finals,
        machines={p.name: p.leaves for p in system.processes},
    )  # fmt: skip
    clocks = [(k, slot) for k, slot in enumerate(system.slots) if slot.kind is SlotKind.CLOCK]

    def attributes(state: Values) -> Attributes:
        snapshot = lowering.layout.snapshot(state)
        places = dict(snapshot.locations)
        return {
            "locations": places,
            "values": dict(snapshot.values),
            "clocks": {slot.name: state[k] * (system.unit or 1) for k, slot in clocks},
            "saturated": tuple(slot.name for k, slot in clocks if state[k] == slot.high),
            "initial": False,
            "final": any(finals.values())
            and all(not finals[p] or place in finals[p] for p, place in places.items()),
            "label": " · ".join(
                f"{labels.machine(p)}: {labels.state(p, place)}" for p, place in places.items()
            ),
        }

    graph.add_nodes_from((k, attributes(state)) for k, state in enumerate(space.states))
    for number, _ in space.initial:
        graph.nodes[number]["initial"] = True
    steps = {DELAY: _delay(system.unit or 0, lang)}
    for source, arcs in enumerate(space.arcs):
        for step, target, _ in arcs:
            if step not in steps:
                steps[step] = _step(spec, occurrence(successors, step), labels)
            graph.add_edge(source, target, key=step, **steps[step])
    _mark_dead_ends(graph)
    return graph


# --- machines ------------------------------------------------------------------------------------


def _state(machine: Machine, name: str, labels: Labels) -> Attributes:
    chain = chain_of(machine, name)
    state = chain[0]
    return {
        "name": name,
        "zh": state.text.zh,
        "en": state.text.en,
        "label": labels.state(machine.name, name),
        "parent": state.parent,
        "inside": tuple(s.name for s in chain[1:]),
        "tags": _all_of(chain, "tags"),
        "rules": _all_of(chain, "rules"),
        "initial": False,
        "final": state.final,
        "urgent": any(s.urgent for s in chain),
        "role": "pending",
    }


def _all_of(chain: tuple[State, ...], what: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for state in chain for item in getattr(state, what)))


def _applicable(machine: Machine, leaf: str) -> Iterator[tuple[Transition, str]]:
    """The transitions that can leave a leaf, innermost source first, and that source."""
    always: list[EventRef] = []
    for level in (*(s.name for s in chain_of(machine, leaf)), ""):
        here = []
        for transition in machine.transitions:
            inside = (s.name for s in chain_of(machine, leaf) if s.name in transition.sources)
            source = next(inside, None) if transition.sources else ""
            event = transition.event
            if source == level and not (event and any(_covers(inner, event) for inner in always)):
                here.append(transition)
        yield from ((transition, level) for transition in here)
        always += [
            t.event for t in here if t.event is not None and t.guard is None and t.timing is None
        ]


def _covers(inner: EventRef, outer: EventRef) -> bool:
    """Does the inner one hear every instance of the event that the outer one hears?"""
    return inner.event == outer.event and (bool(inner.binds) or inner.copy == outer.copy)


def _transition(transition: Transition, source: str, labels: Labels) -> Attributes:
    timing, event = transition.timing, transition.event
    lower = timing.lower if timing else None
    upper = timing.upper if timing else None
    owner = labels.events[event.event].owner if event else None
    kind = "deadline" if timing and timing.forced else "event" if event else "spontaneous"
    bounds = "..".join(dict.fromkeys(b.text for b in (lower, upper) if b is not None))
    own = transition.text.get(labels.lang)
    words = own or (labels.event(event.event) if event else "")
    guard = transition.guard.text if transition.guard else ""
    return {
        "event": event.event if event else "",
        "owner": owner.machine if owner else None,
        "kind": kind,
        "guard": guard,
        "lower": _milliseconds(lower),
        "upper": _milliseconds(upper),
        "timing": bounds,
        "clock": timing.clock.clock if timing and timing.clock else "",
        "declared": source,
        "stays": not transition.target,
        "number": transition.number,
        "priority": transition.priority,
        "rules": transition.rules,
        "zh": transition.text.zh,
        "en": transition.text.en,
        "label": " ".join(part for part in (words, bounds, guard and f"[{guard}]") if part),
    }


def _milliseconds(bound: Formula | None) -> int | None:
    literal = bound.node if bound is not None else None
    return int(literal.value) if isinstance(literal, Literal) else None


def _give_roles(graph: nx.MultiDiGraph) -> None:
    finals = [node for node, final in graph.nodes(data="final") if final]
    live = set(finals).union(*(nx.ancestors(graph, node) for node in finals))
    for node, attributes in graph.nodes.items():
        if attributes["final"]:
            attributes["role"] = "final"
        elif finals and node not in live:
            attributes["role"] = "trap"


# --- spaces --------------------------------------------------------------------------------------


def _full_variant(spec: Spec, chosen: Mapping[str, Scalar]) -> dict[str, Scalar]:
    values = {c.name: c.values for c in spec.configuration}
    for name, value in chosen.items():
        if name not in values or value not in values[name]:
            raise UsageError("F603", f"{spec.name} has no variant with {name} = {value}")
    return {name: chosen.get(name, known[0]) for name, known in values.items()}


def _finals(spec: Spec, machine: str) -> tuple[str, ...]:
    found = next(m for m in spec.all_machines() if m.name == machine)
    return tuple(state.name for state in found.states if state.final)


def _delay(unit: int, lang: str) -> Attributes:
    return {
        "kind": "delay", "event": "", "fields": {}, "moves": (), "milliseconds": unit,
        "label": say_duration(unit, lang),
    }  # fmt: skip


def _step(spec: Spec, happened: Occurrence, labels: Labels) -> Attributes:
    transitions = [
        labels.machines[declared(move.machine)].transitions[move.transition]
        for move in happened.moves
    ]
    forced = any(t.timing is not None and t.timing.forced for t in transitions)
    kind = "deadline" if forced else "event" if happened.event else "spontaneous"
    words = labels.event(happened.event) if happened.event else ""
    words = words or next((w for t in transitions if (w := t.text.get(labels.lang))), "")
    fields = ", ".join(f"{name} = {value}" for name, value in happened.fields)
    return {
        "kind": kind,
        "event": happened.event,
        "fields": dict(happened.fields),
        "moves": happened.moves,
        "milliseconds": 0,
        "label": words + (f" ({fields})" if fields else ""),
    }


def _mark_dead_ends(graph: nx.MultiDiGraph) -> None:
    """A state is alive if something can happen there, or after some waiting."""
    steps = ((s, kind) for s, _, kind in graph.edges(data="kind") if kind != "delay")
    alive = {source for source, _ in steps}
    waiting = list(alive)
    while waiting:
        for source in graph.predecessors(waiting.pop()):
            if source not in alive:
                alive.add(source)
                waiting.append(source)
    for node, attributes in graph.nodes.items():
        attributes["dead_end"] = node not in alive
