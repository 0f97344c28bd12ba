"""Names, formulas and conditions in words, on a spec with copies, groups and nested states."""

import re

import pytest

from fsm.check.results import Condition
from fsm.model import Formula, Property
from fsm.report.conditions import say_condition
from fsm.report.labels import Labels, copy_of, declared
from fsm.report.overview import overview
from fsm.report.paint import Paint
from fsm.report.phrase import phrase
from fsm.report.readings import Reader
from fsm.semantics.instances import Instances
from fsm.semantics.interpreter import Interpreter
from fsm.semantics.trace import Run, State
from fsm.spec.load import parse_spec

SPEC = parse_spec("""\
fsm: 1
name: shop
title: {zh: 商店, en: Shop}
switches:
  fast: {type: bool, en: fast track}
  patience: {range: 1h..3h, step: 1h}
  level: {range: 1..3}
variables:
  paid: {type: bool, en: paid up}
  tried: {type: bool, length: 3}
  parcels: {range: 0..4}
clocks: {age: {en: the age, paused_when: fast}}
events: {ping: {en: a ping}}
machines:
  ticket:
    en: ticket
    states:
      live:
        initial: new
        states: {new: {en: open}, old: {en: open}}
      shut: {final: true, tags: [done]}
    transitions:
      - {on: ping, from: new, to: old, when: parcels < 4 and level > 1, set: {paid: true}}
      - {from: old, after: patience, to: shut}
groups:
  desk:
    en: desk
    count: 2
    variables: {x: {range: 0..5, en: load}}
    machines:
      clerk: {en: clerk, states: {idle: {}, busy: {}}, transitions: [{from: idle, to: busy}]}
properties:
  p0: {never: ticket == shut}
  p1: {never: ticket != shut}
  p2: {never: "ticket in {new, shut} and not paid"}
  p3: {never: "desk[1].clerk == busy or desk[0].x == 2"}
  p4: {never: "tried[2] or fast"}
  p5: {never: not (paid and fast)}
  p6: {never: "all(i in 0..2: tried[i])"}
  p7: {never: fired(ping)}
  p8: {never: "count(ping) > 2 or age > 2h or since(ping) > 1h"}
  p9: {never: "sum(i in 0..1: desk[i].x) == 3"}
  p10: {never: "parcels in {1, 3}"}
  p11: {never: "paid and (tried[0] or fast)"}
""")
PROPERTIES = {p.name: p for p in SPEC.properties}
EN, ZH = Labels(SPEC, "en"), Labels(SPEC, "zh")


def subject(name: str) -> Formula:
    claim: Property = PROPERTIES[name]
    return claim.subject


def test_instances_and_declarations() -> None:
    assert declared("desk[1].clerk.tries") == "desk.clerk.tries"
    assert (copy_of("desk[1].clerk"), copy_of("ticket")) == (1, None)


def test_copies_are_told_apart() -> None:
    assert EN.machine("desk[1].clerk") == "clerk (desk 1)"
    assert ZH.machine("desk[1].clerk") == "clerk（desk 1）"
    assert EN.variable("desk[1].x") == "load of desk 1"
    assert ZH.variable("desk[1].x") == "desk 1 的load"
    assert EN.variable("tried", (2,)) == "tried[2]"


def test_states_with_one_label_are_told_apart_by_their_ids() -> None:
    assert EN.state("ticket", "new") == "open (new)"
    assert EN.state("ticket", "old") == "open (old)"
    assert EN.state("ticket", "shut") == "shut"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("p0", "ticket is “shut”"),
        ("p1", "ticket is not “shut”"),
        ("p2", "ticket is “open (new)” or “shut” and paid up is no"),
        ("p3", "clerk (desk 1) is “busy” or load of desk 0 is 2"),
        ("p4", "tried[2] is yes or fast track (fast) is on"),
        ("p5", "“not (paid and fast)”"),
        ("p6", "“all(i in 0..2: tried[i])”"),
        ("p7", "“a ping”"),
        ("p10", "parcels is 1 or 3"),
        ("p11", "“paid and (tried[0] or fast)”"),
    ],
)
def test_formulas_in_words(name: str, words: str) -> None:
    assert phrase(subject(name), EN) == words


def reader() -> Reader:
    """A run in which one hour passes, then a ping, then two hours."""
    interpreter = Interpreter(SPEC, {"fast": False, "patience": 10_800_000, "level": 2})
    states: list[State] = [next(iter(interpreter.initial()))]
    steps, times = [], [0]
    assert interpreter.unit is not None
    for wanted in ("Delay", "ping", "Delay", "Delay"):
        for step, target in interpreter.successors(states[-1]):
            if getattr(step, "event", "Delay") == wanted and isinstance(target, State):
                states.append(target)
                steps.append(step)
                times.append(times[-1] + getattr(step, "units", 0))
                break
    run = Run(tuple(interpreter.variant.items()), tuple(states), tuple(steps), tuple(times))
    return Reader(EN, Instances(SPEC), run, interpreter.unit, {})


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("p0", {"ticket": "“open (old)”"}),
        ("p2", {"ticket": "“open (old)”", "paid up": "yes"}),
        ("p3", {"clerk (desk 1)": "“idle”", "load of desk 0": "0"}),
        ("p6", {"tried[0]": "no", "tried[1]": "no", "tried[2]": "no"}),
        (
            "p8",
            {
                "the number of “a ping”": "1",
                "the age": "3 h",
                "the time since “a ping”": "2 h",
            },
        ),
        ("p9", {"load of desk 0": "0", "load of desk 1": "0"}),
    ],
)
def test_what_a_formula_reads(name: str, values: dict[str, str]) -> None:
    assert dict(reader().readings(subject(name).node, 4)) == values


def test_readings_are_of_the_state_asked_for() -> None:
    assert dict(reader().readings(subject("p8").node, 1)) == {
        "the number of “a ping”": "0",
        "the age": "1 h",
        "the time since “a ping”": "1 h",
    }


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ((), "never"),
        (((),), "always"),
        (((("fast", (True,)),),), "fast"),
        (((("fast", (False,)), ("patience", (3_600_000,))),), "not fast and patience == 1h"),
        (
            ((("patience", (3_600_000, 7_200_000)),), (("fast", (True,)), ("level", (1,)))),
            "patience in {1h, 2h} or (fast and level == 1)",
        ),
        (((("level", (1, 3)),),), "level in {1, 3}"),
    ],
)
def test_conditions_are_in_the_syntax_of_the_spec(terms: tuple, said: str) -> None:
    condition = Condition(terms, 1, 18)
    assert say_condition(condition, EN) == said
    if said not in {"never", "always"}:
        text = f"properties:\n  q: {{never: paid, expect: {{violated_when: '{said}'}}}}\n"
        assert parse_spec(SOURCE + text).properties[0].condition is not None


SOURCE = """\
fsm: 1
name: shop
switches: {fast: bool, patience: {range: 1h..3h, step: 1h}, level: {range: 1..3}}
variables: {paid: {type: bool}}
machines: {m: {states: {a: {}}, transitions: [{when: fast, set: {paid: true}}]}}
"""


def test_overview_shows_the_tree_and_who_is_initial() -> None:
    lines = overview(EN, Paint()).splitlines()
    start = lines.index("Machines and their states")
    assert lines[start + 1 : start + 9] == [
        "  ticket (ticket)",
        "    live         initial",
        "      new  open  initial",
        "      old  open",
        "    shut         final, tags done",
        "  clerk (desk.clerk), 2 copies",
        "    idle    initial",
        "    busy",
    ]
    text = "\n".join(re.sub("  +", "  ", line) for line in lines)
    assert "ping  a ping  outside world; heard by ticket" in text
    assert "age  the age  clock" in text
    assert "stands still while fast" in text
    assert "1 h | 2 h | 3 h" in text
