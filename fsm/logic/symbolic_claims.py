"""The properties of a check, lowered for the symbolic engine, and what they remember of a run.

Memory stands in variables beside the state: a place for each watcher, one for the timer of the
properties with a time bound, and one for the automaton of a formula; properties share them.
"""

from collections.abc import Iterable, Mapping
from typing import cast

from msgspec import Struct

from fsm.explore.symbolic.encoding import Memory
from fsm.explore.symbolic.order import read
from fsm.expressions import Expr
from fsm.logic.automaton import Automaton
from fsm.logic.claim import Claim, Watcher, claim_of, watcher_of
from fsm.logic.translate import translate
from fsm.model import Pattern, Property
from fsm.semantics import ir
from fsm.semantics.layout import encode
from fsm.semantics.lower import bindings
from fsm.semantics.lower_expressions import Lowering
from fsm.semantics.lowered import System
from fsm.semantics.trace import Bindings
from fsm.temporal import Compound, Temporal, TOp, tests


class FormulaClaim(Struct, frozen=True):
    """A temporal formula for one value of `each`: its tests, lowered, and for a linear one the
    automaton of its negation, whose test k is the k-th of them."""

    property: Property
    formula: Temporal
    tests: dict[object, ir.Node]
    watchers: tuple[Watcher, ...]
    automaton: Automaton | None


class Claims(Struct, frozen=True):
    """One claim for each value of `each` of a property. `timer` and `automaton` are places in the
    memory that follows those of the watchers, where there are such."""

    of: dict[str, list[tuple[Bindings, Claim | FormulaClaim]]]
    watchers: tuple[Watcher, ...]
    memory: tuple[Memory, ...]
    timer: int
    automaton: int


def claims_of(properties: Iterable[Property], system: System, lowering: Lowering) -> Claims:
    """Lower properties."""
    found: dict[str, list[tuple[Bindings, Claim | FormulaClaim]]] = {}
    watchers: dict[Watcher, None] = {}
    limit = states = 0
    near: set[int] = set()  # what the tests of automata read
    for property_ in properties:
        types = {f.name: f.type for f in property_.each}
        mine = found[property_.name] = []
        for each in bindings(property_.each):
            env = {n: encode(v, types[n]) for n, v in each}
            claim: Claim | FormulaClaim
            if property_.formula is None:
                claim = claim_of(property_, env, system, lowering)
                limit = max(limit, claim.limit)
            else:
                claim = _formula(property_, property_.formula, env, system, lowering)
                if claim.automaton is not None:
                    states = max(states, len(claim.automaton.edges))
                    near.update(k for node in claim.tests.values() for k in read(node) if k >= 0)
            mine.append((each, claim))
            watchers |= dict.fromkeys(claim.watchers)
    memory = [Memory(w.limit, _beside(w, system)) for w in watchers]
    timer = len(memory)
    if limit:
        memory.append(Memory(limit, frozenset(clock.slot for clock in system.clocks)))
    automaton = len(memory)
    if states:
        memory.append(Memory(states - 1, frozenset(near)))
    return Claims(found, tuple(watchers), tuple(memory), timer, automaton)


def _formula(
    property_: Property, formula: Temporal, env: Mapping[str, int], system: System,
    lowering: Lowering,
) -> FormulaClaim:  # fmt: skip
    asked = cast(tuple[Expr, ...], tests(formula))
    ghosts = dict.fromkeys(g for test in asked for g in lowering.watched(test, env))
    places = {ghost: k for k, ghost in enumerate(ghosts)}
    nodes = [lowering.node(test, env, places) for test in asked]
    watchers = (watcher_of(g, k, asked, nodes, system, lowering) for g, k in places.items())
    linear = property_.pattern is Pattern.LTL
    return FormulaClaim(
        property_, formula, dict(zip(asked, nodes, strict=True)), tuple(watchers),
        translate(Compound(TOp.NOT, (formula,))) if linear else None,
    )  # fmt: skip


def _beside(watcher: Watcher, system: System) -> frozenset[int]:
    actions = (a for a in system.actions if a.event == watcher.event)
    return frozenset(process for action in actions for process in action.mentioned)
