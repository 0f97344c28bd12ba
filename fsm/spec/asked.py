"""Expressions that come with a request rather than with a spec, such as `fsm bounds --from`."""

from fsm.model import Formula, Spec
from fsm.spec.document import Document
from fsm.spec.problems import Problems
from fsm.spec.scope import Scope
from fsm.spec.skeleton import Place
from fsm.spec.tree import Source
from fsm.spec.typing import operand


def read_operand(spec: Spec, text: str, what: str) -> Formula:
    """What a property of the spec could speak of: a condition, or an event's name.

    `what` names the request in positions. Raises `SpecError` like a wrong expression in a file.
    """
    problems = Problems()
    document = Document(what, text + "\n")
    source = Source(text, document.position, document.line)
    found = operand(source, _scope(spec), problems)
    problems.raise_if_any()
    assert found is not None, "what cannot be read is reported"
    return Formula(found.node, text)


def _scope(spec: Spec) -> Scope:
    """What names mean in the properties of a spec."""
    scopes = spec.scopes()
    places = [Place(m.name, None, {}, states=m.states) for m in spec.all_machines()]
    return Scope(
        constants={c.name: c for c in spec.constants},
        config={c.name: c for c in spec.configuration},
        variables={v.name: v.type for s in scopes for v in s.variables},
        clocks=dict.fromkeys(c.name for s in scopes for c in s.clocks),
        events=dict.fromkeys(e.name for s in scopes for e in s.events),
        machines={place.name: place.machine_names() for place in places},
        copies={m.name: m.count for m in spec.all_machines()}
        | {g.name: g.count for g in spec.groups},
        allow_ghosts=True,
    )
