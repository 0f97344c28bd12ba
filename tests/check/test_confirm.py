"""confirm: each pattern on runs that show it and on runs that almost do."""

from collections.abc import Mapping

import pytest

from fsm.check import confirm as room
from fsm.check.confirm import confirm
from fsm.expressions import Scalar
from fsm.semantics.interpreter import Interpreter
from fsm.semantics.replay import replay
from fsm.semantics.trace import Delay, Step, Trace
from tests.semantics.reading import go, spec_of, word


def shown(
    text: str, words: list[str], loop: int | None = None, each: Mapping[str, Scalar] | None = None
) -> bool | None:
    """Does the run that takes these steps show the only property of the spec?"""
    spec = spec_of(text)
    i = Interpreter(spec, {})
    states = [next(i.initial())]
    steps: list[Step] = []
    for name in words:
        if name.startswith("+"):
            steps.append(Delay(int(name[1:])))
        else:
            steps += [s for s, _ in i.steps(states[-1]) if f"{word(s)} ".startswith(f"{name} ")][:1]
        states.append(go(i, states[-1], name))
    run = replay(spec, Trace((), tuple(s.snapshot for s in states), tuple(steps), loop))
    (claim,) = spec.properties
    return confirm(spec, claim, run, each or {})


def lamp(claim: str) -> str:
    return f"""
events: {{press: {{}}, drop: {{}}}}
variables: {{n: {{range: 0..3}}}}
machines:
  lamp:
    states: {{off: , on_: , broken: }}
    transitions:
      - {{from: off, on: press, to: on_}}
      - {{from: on_, on: press, to: off}}
      - {{from: [off, on_], on: drop, to: broken}}
      - {{from: broken, when: n < 3, set: {{n: n + 1}}}}
properties: {{p: {{{claim}}}}}
"""


ON, OFF, DROP, TRY = "press lamp:0", "press lamp:1", "drop", "lamp:3"


@pytest.mark.parametrize(
    ("claim", "words", "found"),
    [
        ("never: lamp == on_", [ON], True),
        ("never: lamp == on_", [ON, OFF], False),  # the last state has to show it
        ("never: fired(press)", [ON], True),
        ("never: fired(press)", [], False),
        ("never: count(press) == 2", [ON, OFF, DROP], True),
        ("always: lamp == off", [ON], True),
        ("always: lamp == off", [ON, OFF], False),
        ("reachable: lamp == on_", [ON], True),
        ("reachable: lamp == on_", [], False),
        ("at_most: 1, event: press", [ON, OFF], True),
        ("at_most: 1, event: press", [ON, DROP], False),
        ("at_most: 0, event: press", [ON], True),
        ("before: drop, must: lamp == on_", [DROP], True),
        ("before: drop, must: lamp == on_", [ON, OFF, DROP], False),  # it held earlier
        ("before: drop, must: press", [DROP], True),
        ("before: drop, must: press", [ON, DROP], False),
        ("before: drop, must: lamp == broken", [DROP], False),  # it holds in the same state
        ("before: drop, must: lamp == on_", [DROP, TRY], False),  # the trigger has to be last
    ],
)
def test_finite_runs(claim: str, words: list[str], found: bool) -> None:
    assert shown(lamp(claim), words) is found


@pytest.mark.parametrize(
    ("claim", "words", "loop", "found"),
    [
        ("eventually: lamp == broken", [ON, OFF], 0, True),
        ("eventually: lamp == broken", [ON, OFF], None, False),  # no loop, no never
        ("eventually: lamp == on_", [ON, OFF], 0, False),
        ("eventually: lamp == on_", [DROP, TRY, TRY, TRY], 4, True),  # it stutters
        ("eventually: lamp == on_", [ON, DROP, TRY, TRY, TRY], 5, False),
        ("eventually: lamp == off", [ON, DROP, TRY, TRY, TRY], 5, False),  # true at the start
        ("eventually: count(press) == 4", [ON, OFF], 0, False),  # in the second round
        ("eventually: count(drop) == 1", [ON, OFF], 0, True),
        ("after: press, eventually: lamp == broken", [ON, OFF], 0, True),
        ("after: lamp == on_, eventually: lamp == off", [ON, OFF], 0, False),
        ("after: lamp == on_, eventually: lamp == off", [ON, OFF, ON, OFF], 2, False),
        ("after: lamp == off, eventually: lamp == on_", [ON, OFF], 0, False),
        ("after: lamp == off, eventually: press", [DROP, TRY, TRY, TRY], 4, True),
        ("after: drop, eventually: lamp == broken", [DROP, TRY, TRY, TRY], 4, False),  # at once
        ("after: press, eventually: drop", [DROP, TRY, TRY, TRY], 4, False),  # no trigger
        ("after: press, eventually: drop", [ON, DROP, TRY, TRY, TRY], 5, False),
        ("after: n == 3, eventually: n == 0", [DROP, TRY, TRY, TRY], 4, True),
    ],
)
def test_endless_runs(claim: str, words: list[str], loop: int | None, found: bool) -> None:
    assert shown(lamp(claim), words, loop) is found


def timed(claim: str, fair: str = "") -> str:
    return f"""
events: {{ask: {{}}, answer: {{{fair}}}}}
machines:
  desk:
    states: {{idle: , waiting: }}
    transitions:
      - {{from: idle, on: ask, to: waiting}}
      - {{from: waiting, on: answer, not_before: 1h, to: idle}}
      - {{from: waiting, on: ask}}
properties: {{p: {{{claim}}}}}
"""


WITHIN = "after: ask, eventually: answer, within: 3h"


@pytest.mark.parametrize(
    ("claim", "words", "loop", "found"),
    [
        (WITHIN, ["ask desk:0", "+4"], None, True),
        (WITHIN, ["ask desk:0", "+3"], None, False),
        (WITHIN, ["ask desk:0", "+3", "answer"], None, False),  # at the last instant
        (WITHIN, ["ask desk:0", "+3", "answer", "+1"], None, False),
        (WITHIN, ["ask desk:0", "+4", "answer"], None, True),
        (WITHIN, ["+2", "ask desk:0", "+3"], None, False),  # measured from the trigger
        (WITHIN, ["ask desk:0", "+2", "ask desk:2", "+2"], None, True),  # each trigger counts
        (WITHIN, ["ask desk:0", "+2", "answer", "ask desk:0", "+3"], None, False),
        (WITHIN, ["ask desk:0", "+1"], 1, True),  # it goes on like this
        (WITHIN, ["ask desk:0", "+1", "answer"], 0, False),
        ("eventually: desk == waiting, within: 3h", ["+4"], None, True),
        ("eventually: desk == waiting, within: 3h", ["+3"], None, False),
        ("eventually: desk == waiting, within: 3h", ["+3", "ask desk:0", "+1"], None, False),
        ("eventually: desk == waiting, within: 3h", ["+1"], 0, True),
        ("never: since(ask) >= 2h", ["ask desk:0", "+2"], None, True),
        ("never: since(ask) >= 2h", ["+1", "ask desk:0", "+1"], None, False),
        ("never: since(ask) >= 2h", ["+2"], None, True),  # since the start
        ("eventually: since(ask) >= 2h", ["+1"], 0, False),  # passed on the way
        ("eventually: since(ask) >= 2h", ["ask desk:0", "+1", "answer"], 0, True),
        # liveness is judged where time diverges
        ("after: ask, eventually: answer", ["ask desk:0", "ask desk:2"], 1, False),
        ("after: ask, eventually: answer", ["ask desk:0", "ask desk:2", "+1"], 1, True),
        ("after: ask, eventually: answer", ["ask desk:0", "+1"], 1, True),
    ],
)
def test_time(claim: str, words: list[str], loop: int | None, found: bool) -> None:
    assert shown(timed(claim), words, loop) is found


NO_ANSWER = "after: ask, eventually: answer"


@pytest.mark.parametrize(
    ("fair", "words", "loop", "found"),
    [
        ("fair: weak", ["ask desk:0", "+1"], 1, False),  # enabled for ever, never taken
        ("fair: weak", ["ask desk:0", "+1", "answer"], 0, False),
        ("", ["ask desk:0", "+1"], 1, True),
        ("fair: weak", ["+1"], 0, False),  # no trigger
    ],
)
def test_weak_fairness(fair: str, words: list[str], loop: int, found: bool) -> None:
    assert shown(timed(NO_ANSWER, fair), words, loop) is found


@pytest.mark.parametrize(
    ("fair", "found"), [("", True), ("fair: weak", True), ("fair: strong", False)]
)
def test_strong_fairness(fair: str, found: bool) -> None:
    """A door that opens and closes: only strong fairness lets somebody through."""
    text = f"""
        events: {{enter: {{{fair}}}}}
        machines:
          door:
            states: {{open: , shut: }}
            transitions: [{{from: open, to: shut}}, {{from: shut, to: open}}]
          cat:
            states: {{out: , in_: }}
            transitions: [{{from: out, on: enter, when: door == open, to: in_}}]
        properties: {{p: {{eventually: cat == in_}}}}
    """
    assert shown(text, ["door:0", "door:1"], 0) is found


def test_each_copy_of_an_event_is_fair_for_itself() -> None:
    text = """
        machines:
          m:
            count: 2
            events: {e: {fair: weak}}
            states: {s: , t: }
            transitions: [{from: s, on: e, to: t}, {from: t, on: e, to: s}]
        properties: {p: {eventually: "m[i] == t", each: {i: 0..1}}}
    """
    round_ = ["m[0].e m[0]:0", "m[0].e m[0]:1"]
    assert shown(text, round_, 0, {"i": 1}) is False  # unfair to m[1]
    both = ["m[0].e m[0]:0", "m[1].e m[1]:0", "m[0].e m[0]:1", "m[1].e m[1]:1"]
    assert shown(text, both, 0, {"i": 1}) is False


TRAP = """
events: {e: {}}
variables: {n: {range: 0..9}}
machines:
  m:
    states: {s: , t: , u: , late: }
    transitions:
      - {from: s, on: e, to: t}
      - {from: t, on: e, to: u}
      - {from: u, on: e, to: t}
      - {from: t, not_before: 2h, to: late}
      - {from: s, when: n < 9, set: {n: n + 1}}
      - {from: late, when: n > 9 - 1, set: {n: n + 1}, to: s}
"""


@pytest.mark.parametrize(
    ("claim", "words", "found"),
    [
        ("can_always: m == s", ["e"], True),
        ("can_always: m == s", [], False),
        ("can_always: m == u", ["e"], False),
        ("can_always: m == late", ["e"], False),  # after two hours
        ("can_always: count(e) == 2", ["e"], False),
        ("can_always: count(e) == 2", ["e", "e", "e"], True),
        ("can_always: fired(e)", ["e"], False),
        ("can_always: m == u and since(e) >= 2h", ["e"], False),
        ("can_always: m == s and n == 9", [], False),
    ],
)
def test_traps(claim: str, words: list[str], found: bool) -> None:
    assert shown(TRAP + f"properties: {{p: {{{claim}}}}}", words) is found


def test_ghosts_are_part_of_what_is_remembered() -> None:
    """A step that changes nothing but the past, and a past that outlives every clock's change."""
    text = """
        events: {e: {}, f: {}}
        machines:
          m: {states: {s: }, transitions: [{on: e}, {on: f, not_before: 1h, to: s}]}
        properties: {p: {CLAIM}}
    """
    timeless = text.replace(", not_before: 1h", "").replace("CLAIM", "can_always: fired(e)")
    assert shown(timeless, []) is False
    late = text.replace("CLAIM", "eventually: since(e) >= 3h and count(e) == 1")
    assert shown(late, ["+5", "e m:0", "+1", "f"], 2) is False
    assert shown(late, ["+5", "e m:0", "+1", "f", "e m:0"], 2) is True


def test_a_trap_too_large_to_see_through_is_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    text = TRAP + "properties: {p: {can_always: m == s and n == 9 and since(e) < 1h}}"
    monkeypatch.setattr(room, "REACH_LIMIT", 3)
    assert shown(text, []) is None


def test_a_count_without_a_known_bound_is_followed_as_far_as_the_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(room, "MOMENT_LIMIT", 50)
    assert shown(lamp("eventually: count(press) + 1 == 2 and lamp == broken"), [ON, OFF], 0) is None


def test_each_names_the_instance() -> None:
    text = """
        machines: {m: {count: 2, states: {s: , t: }, transitions: [{from: s, to: t}]}}
        properties: {p: {never: "m[i] == t", each: {i: 0..1}}}
    """
    assert shown(text, ["m[1]:0"], None, {"i": 1}) is True
    assert shown(text, ["m[1]:0"], None, {"i": 0}) is False
