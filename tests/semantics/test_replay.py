"""replay: it accepts what the interpreter does, whole, and refuses every change to it."""

import pytest
from msgspec.structs import replace

from fsm.model import Spec
from fsm.semantics import interpreter
from fsm.semantics.interpreter import Interpreter, interpreter_of
from fsm.semantics.replay import ReplayError, horizons, replay, saturated
from fsm.semantics.trace import Delay, Move, Occurrence, State, Step, Trace
from tests.semantics.reading import go, spec_of, word

TICKET = """
switches: {fast: bool}
events: {take: {by: clerk, fields: {n: {range: 0..1}}}}
variables: {x: {range: 0..2, initial: any}}
initial_where: x < 2
machines:
  clerk:
    states: {idle: , busy: }
    transitions:
      - {from: idle, on: take, when: not fast, choose: {k: 0..1}, set: {x: n + k}, to: busy}
      - {from: busy, after: 2h, to: idle}
      - {from: busy, not_before: 1h, when: x == 0, set: {x: x - 1}}
  ear: {states: {s: }, transitions: [{on: take, to: s}]}
"""
SPEC = spec_of(TICKET)


def trace(spec: Spec, *words: str, loop: int | None = None, first: int = 0) -> Trace:
    """What the interpreter does when told these steps."""
    i = Interpreter(spec, {c.name: c.values[0] for c in spec.configuration})
    states, steps = [list(i.initial())[first]], []
    for name in words:
        if name.startswith("+"):
            steps.append(Delay(int(name[1:])))
        else:
            steps += [s for s, _ in i.steps(states[-1]) if f"{word(s)} ".startswith(f"{name} ")][:1]
        states.append(go(i, states[-1], name))
    variant = tuple((c.name, c.values[0]) for c in spec.configuration)
    return Trace(variant, tuple(s.snapshot for s in states), tuple(steps), loop)


GOOD = trace(SPEC, "+3", "take(n=0) clerk:0(k=1)", "+2", "clerk:1", "+1")


def test_a_trace_of_the_interpreter_is_a_run() -> None:
    run = replay(SPEC, GOOD)
    assert (run.variant, run.steps, run.loop) == (GOOD.variant, GOOD.steps, None)
    assert tuple(s.snapshot for s in run.states) == GOOD.snapshots
    assert run.times == (0, 3, 3, 5, 5, 6)
    assert dict(run.states[3].clocks)["clerk@busy"] == 2
    assert dict(run.states[-1].clocks) == {"clerk@": 6, "clerk@idle": 1, "ear@": 6, "ear@s": 3}


def test_the_order_in_which_a_step_is_told_is_no_matter() -> None:
    step = GOOD.steps[1]
    assert isinstance(step, Occurrence)
    told = replace(step, moves=step.moves[::-1])
    replay(SPEC, replace(GOOD, steps=(GOOD.steps[0], told, *GOOD.steps[2:])))


def changed(k: int, step: Step) -> Trace:
    return replace(GOOD, steps=(*GOOD.steps[:k], step, *GOOD.steps[k + 1 :]))


TAKE = GOOD.steps[1]
assert isinstance(TAKE, Occurrence)


@pytest.mark.parametrize(
    "bad",
    [
        replace(GOOD, variant=()),
        replace(GOOD, variant=(("fast", True),)),
        replace(GOOD, variant=(("fast", "no"),)),
        replace(trace(SPEC), variant=(("fast", "no"),)),
        replace(GOOD, variant=(("fast", False), ("slow", False))),
        replace(GOOD, snapshots=GOOD.snapshots[:-1]),
        replace(GOOD, snapshots=(trace(SPEC, first=1).snapshots[0], *GOOD.snapshots[1:])),
        replace(GOOD, snapshots=(GOOD.snapshots[2], *GOOD.snapshots[1:])),
        replace(GOOD, snapshots=(*GOOD.snapshots[:2], GOOD.snapshots[0], *GOOD.snapshots[3:])),
        replace(GOOD, snapshots=GOOD.snapshots[::-1], steps=GOOD.steps[::-1]),
        changed(1, replace(TAKE, event="took")),
        changed(1, replace(TAKE, event="")),
        changed(1, replace(TAKE, fields=(("n", 1),))),
        changed(1, replace(TAKE, moves=TAKE.moves[:1])),
        changed(1, replace(TAKE, moves=(TAKE.moves[0], Move("ear", 1)))),
        changed(1, replace(TAKE, moves=(Move("clerk", 0, (("k", 0),)), TAKE.moves[1]))),
        changed(1, Delay(1)),
        changed(2, Delay(1)),
        changed(2, Delay(3)),
        changed(0, Delay(0)),
        changed(0, Delay(-1)),
    ],
)
def test_anything_else_is_refused(bad: Trace) -> None:
    with pytest.raises(ReplayError):
        replay(SPEC, bad)


def test_a_step_that_faults_is_refused() -> None:
    good = trace(SPEC, "take(n=0) clerk:0(k=0)", "+1")
    steps = (*good.steps, Occurrence("", (), (Move("clerk", 2),)))
    with pytest.raises(ReplayError, match="fault"):
        replay(SPEC, Trace(good.variant, (*good.snapshots, good.snapshots[-1]), steps))


ROUND = """
machines:
  a:
    states: {s: , t: , end: }
    transitions: [{from: s, to: t}, {from: t, to: s}, {from: t, to: end}]
"""


@pytest.mark.parametrize(
    ("words", "loop", "fine"),
    [
        (["a:0", "a:1"], 0, True),
        (["a:0", "a:1", "a:0"], 1, True),
        (["a:0", "a:1"], 1, False),  # another snapshot
        (["a:0", "a:1"], 3, False),
        (["a:0", "a:1"], -1, False),
        (["a:0", "a:1"], 2, False),  # it could go on
        (["a:0", "a:2"], 2, True),  # nothing can happen
    ],
)
def test_loops_without_time(words: list[str], loop: int, fine: bool) -> None:  # 3.8
    accept_or_refuse(ROUND, words, loop, fine)


def accept_or_refuse(text: str, words: list[str], loop: int, fine: bool) -> None:
    spec = spec_of(text)
    told = trace(spec, *words, loop=loop)
    if fine:
        assert replay(spec, told).loop == loop
    else:
        with pytest.raises(ReplayError):
            replay(spec, told)


# b must move once in its life, two hours after the start; until then a's round looks endless.
TIMED = """
machines:
  a:
    states: {s: , t: }
    transitions: [{from: s, to: t}, {from: t, to: s}]
  b: {states: {s: , t: }, transitions: [{from: s, between: [1h, 3h], to: t}]}
  c: {states: {s: , t: }, transitions: [{from: s, when: b == t, after: 0h, to: t}]}
"""


@pytest.mark.parametrize(
    ("words", "loop", "fine"),
    [
        (["a:0", "a:1"], 0, True),  # no time passes: a Zeno loop, but a run
        (["a:0", "+1", "a:1"], 0, False),  # in the third round time may not pass
        (["+1"], 0, False),
        (["+1", "b:0", "c:0", "a:0", "+1", "a:1"], 3, True),
        (["+3", "b:0", "c:0", "+1"], 3, True),  # clocks outgrow all durations
    ],
)
def test_loops_with_time_can_be_repeated_for_ever(words: list[str], loop: int, fine: bool) -> None:
    accept_or_refuse(TIMED, words, loop, fine)


def test_a_loop_comes_back_to_where_it_starts() -> None:
    text = """
        variables: {x: {range: 0..1}}
        machines: {a: {states: {s: }, transitions: [{set: {x: 1}}]}}
    """
    accept_or_refuse(text, ["a:0"], 0, False)
    accept_or_refuse(text, ["a:0", "a:0"], 1, True)


def test_a_loop_that_leads_elsewhere_in_a_later_round_is_none() -> None:
    text = """
        clocks: {c: {}}
        variables: {late: {type: bool}}
        machines: {a: {states: {s: }, transitions: [{not_before: 1h, set: {late: c >= 2h}}]}}
    """
    accept_or_refuse(text, ["+1", "a:0"], 0, False)
    accept_or_refuse(text, ["+2", "a:0", "+1", "a:0"], 2, True)


ENDING = """
machines:
  a: {states: {s: , t: , u: }, transitions: [{from: s, to: t}, {from: t, between: [1h, 2h], to: u}]}
"""


@pytest.mark.parametrize(
    ("words", "loop", "fine"),
    [
        (["a:0"], 1, False),  # time may not pass for ever
        (["a:0", "+2"], 2, False),
        (["a:0", "+2", "a:1"], 3, True),
        (["a:0", "+2", "a:1", "+1"], 3, True),
        (["a:0", "+2", "a:1", "+1"], 4, True),
    ],
)
def test_where_a_run_with_time_may_end(words: list[str], loop: int, fine: bool) -> None:  # 3.8
    accept_or_refuse(ENDING, words, loop, fine)


def test_a_run_cannot_end_in_a_timelock() -> None:  # 3.8
    text = """
        machines:
          a: {states: {s: {urgent: true}, t: }, transitions: [{from: t, after: 1h, to: s}]}
    """
    accept_or_refuse(text, [], 0, False)


def test_saturation_keeps_what_is_below() -> None:
    state = State(GOOD.snapshots[0], (("c", 2), ("d", 9), ("e", 1)))
    known = {"c": 2, "d": 2}
    assert dict(saturated(state, known).clocks) == {"c": 2, "d": 3, "e": 0}
    assert saturated(state, known).snapshot == state.snapshot


def test_clocks_have_a_horizon_where_something_may_look_at_them() -> None:
    spec = spec_of("""
        variables: {x: bool}
        machines:
          m:
            count: 2
            clocks: {own: {}}
            states: {a: {initial: b, states: {b: }}, c: {initial: d, states: {d: }}, e: }
            transitions:
              - {from: [a, e], after: 3h, to: c}
              - {from: d, not_before: 2h, clock: own, to: e}
              - {from: d, to: b}
          n: {states: {s: }, transitions: [{not_after: 1h, set: {x: true}}]}
        """)
    looked_at = {"m[0].own", "m[1].own", "m[0]@a", "m[0]@e", "m[1]@a", "m[1]@e", "n@"}
    assert horizons(Interpreter(spec, {})) == dict.fromkeys(looked_at, 3)


def test_whoever_asks_about_one_variant_asks_the_same_interpreter() -> None:
    slow, fast = (("fast", False),), (("fast", True),)
    assert interpreter_of(SPEC, slow) is interpreter_of(SPEC, slow)
    assert interpreter_of(SPEC, slow) is not interpreter_of(SPEC, fast)
    other = spec_of(TICKET.replace("k: 0..1", "k: 0..0"))
    assert hash(other) == hash(SPEC)  # told apart by what they say, not by their names
    state = next(interpreter_of(SPEC, slow).initial())
    listed = [len(interpreter_of(spec, slow).steps(state)) for spec in (SPEC, other, SPEC)]
    assert listed == [4, 2, 4]


def test_steps_that_are_kept_are_those_of_the_state(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked again, in any order, and with room for one step only."""
    states = replay(SPEC, GOOD).states
    listed = [Interpreter(SPEC, {"fast": False}).steps(state) for state in states]
    every = {step for steps in listed for step, _ in steps}
    known = [*zip(states, map(dict, listed), strict=True)]
    asked = [(state, step, steps.get(step)) for state, steps in known for step in every]
    assert len({target for _, _, target in asked}) > 3
    for room in (interpreter.KNOWN, 1):
        monkeypatch.setattr(interpreter, "KNOWN", room)
        keeping = Interpreter(SPEC, {"fast": False})
        for state, step, target in (*asked, *reversed(asked)):
            assert keeping.after(state, step) == target
