"""What the interpreter answers about one state, asked in several ways, on random specs."""

from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from fsm.model import Machine, Spec
from fsm.semantics.interpreter import Fault, Interpreter
from fsm.semantics.replay import horizons, saturated
from fsm.semantics.trace import State
from fsm.spec.load import spec_from
from fsm.testing.random_specs import Document, specs

WALK = 12  # steps


def on_the_way(spec: Spec, data: st.DataObject) -> Iterator[tuple[Interpreter, State]]:
    """States of a random run."""
    variant = {c.name: data.draw(st.sampled_from(c.values)) for c in spec.configuration}
    interpreter = Interpreter(spec, variant)
    state = next(interpreter.initial(), None)
    for _ in range(WALK):
        if state is None:
            return
        yield interpreter, state
        following = [t for _, t in interpreter.successors(state) if isinstance(t, State)]
        # The last is time that passes, wherever it may: bounds are met on the way.
        place = data.draw(st.integers(0, 2 * len(following))) if following else 0
        state = following[min(place, len(following) - 1)] if following else None


def without_priorities(spec: Spec) -> Spec:
    def plain(machine: Machine) -> Machine:
        return replace(
            machine,
            events=tuple(replace(e, priority=None) for e in machine.events),
            transitions=tuple(replace(t, priority=None) for t in machine.transitions),
        )

    def plain_all(machines: tuple[Machine, ...]) -> tuple[Machine, ...]:
        return tuple(map(plain, machines))

    groups = tuple(
        replace(
            g, machines=plain_all(g.machines),
            events=tuple(replace(e, priority=None) for e in g.events),
        )
        for g in spec.groups
    )  # fmt: skip
    events = tuple(replace(e, priority=None) for e in spec.events)
    return replace(spec, machines=plain_all(spec.machines), groups=groups, events=events)


@given(specs(), st.data())
@settings(max_examples=60, deadline=None)
def test_one_step_by_itself_is_what_the_list_of_steps_says(
    document: Document, data: st.DataObject
) -> None:
    spec = spec_from(document)
    bare = without_priorities(spec)
    for interpreter, state in on_the_way(spec, data):
        listed = interpreter.steps(state)
        more = [step for step, _ in Interpreter(bare, interpreter.variant).steps(state)]
        known = dict(listed)
        for step in {*more, *known}:
            expected = [target for other, target in listed if other == step]
            assert interpreter.after(state, step) in (expected or [None])
        able = {step.event for step, target in listed if not isinstance(target, Fault)}
        for event in interpreter.instances.events:
            assert interpreter.can_occur(event.name, state) is (event.name in able)


@given(specs(), st.data())
@settings(max_examples=60, deadline=None)
def test_nothing_looks_at_clocks_beyond_their_horizons(
    document: Document, data: st.DataObject
) -> None:
    """Nor, where they have none, at any value of theirs."""
    for interpreter, state in on_the_way(spec_from(document), data):
        known = horizons(interpreter)
        more = data.draw(st.integers(0, 3))
        other = State(state.snapshot, tuple(
            (name, t if t <= known.get(name, -1) else t + more) for name, t in state.clocks
        ))  # fmt: skip
        for there in (other, saturated(state, known)):
            one, same = interpreter.successors(state), interpreter.successors(there)
            assert [step for step, _ in one] == [step for step, _ in same]
            for (_, target), (_, again) in zip(one, same, strict=True):
                if isinstance(target, State) and isinstance(again, State):
                    assert saturated(target, known) == saturated(again, known)
                else:
                    assert target == again
