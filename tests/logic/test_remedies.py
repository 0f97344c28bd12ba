"""Fairness that would remove a violation: what a report names is stated, and judged anew."""

import json
from collections.abc import Iterable
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fsm.check.check import CheckOptions, check_spec
from fsm.check.results import Outcome, PropertyResult
from fsm.logic.remedies import Party
from fsm.report.bundle import Bundle
from fsm.report.json import report_json
from fsm.spec.load import spec_from

Document = dict[str, Any]
A, B, TICK, TOCK = (Party(name) for name in ("a", "b", "tick", "tock"))
M, N = Party("m", machine=True), Party("n", machine=True)
CLOCK = [
    {"from": "x", "on": "tick", "to": "y"}, {"from": "y", "on": "tock", "to": "x"},
]  # fmt: skip


def two(m: list[Document], n: list[Document], **claims: Document) -> Document:
    """Machine m owns a and b, and machine n, which m looks at, owns tick and tock."""
    owners = {"a": "m", "b": "m", "tick": "n", "tock": "n"}
    used = [step.get("on") for step in (*m, *n)]
    return {
        "fsm": 1, "name": "two",
        "events": {event: {"by": owner} for event, owner in owners.items() if event in used},
        "machines": {
            "m": {"states": {"p": {}, "q": {}, "r": {}}, "transitions": m},
            "n": {"states": {"x": {}, "y": {}, "z": {}}, "transitions": n},
        },
        "properties": claims,
    }  # fmt: skip


def results(document: Document, engine: str = "python") -> tuple[PropertyResult, ...]:
    return check_spec(spec_from(deepcopy(document)), CheckOptions(engine=engine)).results


def called_fair(document: Document, parties: Iterable[Party]) -> Document:
    """The spec that states weak fairness of these, too."""
    found = deepcopy(document)
    for party in parties:
        found["machines" if party.machine else "events"][party.name]["fair"] = "weak"
    return found


BY_TURNS = [
    {"from": "p", "on": "a", "to": "r", "when": "n == x"},
    {"from": "p", "on": "b", "to": "r", "when": "n == y"},
]
TWICE = [
    {"from": "p", "on": "a", "to": "q"}, {"from": "q", "on": "b", "to": "r"},
]  # fmt: skip
IN_Y = [{"from": "p", "on": "a", "to": "r", "when": "n == y"}]
STAYING = [{"from": "x", "on": "tick"}, {"from": "x", "on": "tock", "to": "y"}]
TICKING = [*STAYING, {"from": "y", "on": "tick"}]
TWICE_IN_Y = [{**step, "when": "n == y"} for step in TWICE]
LATER = [
    {"from": "p", "on": "a", "to": "r", "when": "n == y"},
    {"from": "p", "on": "b", "to": "r", "when": "n == z"},
]
IN_TIME = [
    {"from": "x", "on": "tick"}, {"from": "x", "on": "tock", "to": "y"},
    {"from": "y", "on": "tick", "to": "z"}, {"from": "z", "on": "tick", "to": "y"},
]  # fmt: skip


@pytest.mark.parametrize("engine", ["python", "symbolic"])
@pytest.mark.parametrize(
    ("m", "n", "remedy"),
    [
        # What m can do changes all the time, that it can do something does not.
        (BY_TURNS, CLOCK, (M,)),
        # Two events, or the one machine that does both.
        (TWICE, CLOCK, (M,)),
        ([*TWICE[:1], {"from": "q", "on": "a", "to": "r"}], CLOCK, (A,)),
        # Each machine can do something else for ever.
        ([*IN_Y, {"from": "p", "on": "b"}], STAYING, (A, TOCK)),
        # Three events, or one and a machine.
        (TWICE_IN_Y, TICKING, (TOCK, M)),
        # The machine for its turns, and the event of the other that lets it begin.
        (LATER, IN_TIME, (TOCK, M)),
        (IN_Y, CLOCK, ()),
    ],
)
def test_events_and_machines_by_hand(
    m: list[Document], n: list[Document], remedy: tuple[Party, ...], engine: str
) -> None:
    if engine == "symbolic":
        pytest.importorskip("dd")
    claims = {"linear": {"eventually": "m == r"}, "tree": {"ctl": "AF m == r"}}
    for result in results(two(m, n, **claims), engine):
        assert result.outcome is Outcome.VIOLATED
        assert result.remedy == remedy


def test_copies_are_fair_together() -> None:
    """A spec states fairness of an event as it is declared, for all copies."""
    document = {
        "fsm": 1, "name": "copies", "events": {"again": {}, "stop": {}},
        "machines": {
            "w": {
                "states": {"on": {}, "off": {}},
                "transitions": [
                    {"from": "on", "on": "again"}, {"from": "on", "on": "stop", "to": "off"},
                    {"from": "off", "on": "again"},
                ],
            },
            "m": {
                "count": 2, "events": {"go": {"by": "m"}}, "states": {"p": {}, "r": {}},
                "transitions": [{"from": "p", "on": "go", "to": "r"}],
            },
        },
        "properties": {
            "all": {"eventually": "all(i in 0..1: m[i] == r)"},
            "each": {"each": {"i": "0..1"}, "eventually": "m[i] == r"},
            "both": {"each": {"i": "0..1"}, "eventually": "if i == 0 then m[i] == r else w == off"},
            "none": {"each": {"i": "0..1"}, "eventually": "m[i] == r and i == 0"},
        },
    }  # fmt: skip
    together, each, both, one = results(document)
    assert both.remedy == (Party("m.go"), Party("stop"))
    assert together.remedy == each.remedy == (Party("m.go"),)
    assert (one.outcome, one.remedy) == (Outcome.VIOLATED, ())  # nothing helps the other instance


def test_in_both_languages_and_for_programs() -> None:
    m = [*BY_TURNS, {"from": "r", "on": "a"}]
    document = two(m, CLOCK, p={"eventually": "m == r"}, q={"eventually": "n == y"})
    report = check_spec(spec_from(document))
    (machine,), (event,) = (result.notes for result in report.results)
    assert machine.en.startswith("weak fairness (fair: weak) of the machine m would remove this")
    assert machine.zh.startswith("若为状态机 m 声明弱公平（fair: weak）")
    assert event.en.startswith("weak fairness (fair: weak) of tick would remove this")
    assert event.zh.startswith("若为事件 tick 声明弱公平（fair: weak）")
    data = json.loads(report_json(Bundle((report,))))["specs"][0]["properties"]
    assert [p["remedy"] for p in data] == [
        {"events": [], "machines": ["m"]}, {"events": ["tick"], "machines": []},
    ]  # fmt: skip


# --- random systems ---------------------------------------------------------------------------


def steps(places: str, events: list[str | None], guards: list[str]) -> st.SearchStrategy[Document]:
    keys = {
        "from": st.sampled_from(places), "on": st.sampled_from(events),
        "to": st.sampled_from(places), "when": st.sampled_from(guards),
    }  # fmt: skip
    return st.fixed_dictionaries(keys).map(lambda step: {k: v for k, v in step.items() if v})


MOVES = st.lists(steps("pqr", ["a", "b", None], ["", "", "n == x", "n == y"]), min_size=2,
                 max_size=5)  # fmt: skip
TURNS = st.lists(steps("xyz", ["tick", "tock"], [""]), min_size=1, max_size=4)
CLAIMS = {
    "arrives": {"eventually": "m == r"},
    "answers": {"after": "m == q", "eventually": "m == r"},
    "settles": {"ltl": "F G m == r | G F n == y"},
    "tree": {"ctl": "AG AF m == r"},
}


@given(MOVES, TURNS)
@settings(max_examples=40, deadline=None)
def test_what_is_named_removes_the_violation_and_all_of_it_is_needed(
    m: list[Document], n: list[Document]
) -> None:
    document = two(m, n, **CLAIMS)
    everyone = [Party(name) for name in document["events"]] + [M, N]
    judged: dict[tuple[Party, ...], dict[str, Outcome]] = {}

    def holds(name: str, parties: Iterable[Party]) -> bool:
        key = tuple(parties)
        if key not in judged:
            found = results(called_fair(document, key))
            judged[key] = {result.property.name: result.outcome for result in found}
        return judged[key][name] is Outcome.HOLDS

    for result in results(document):
        name, remedy = result.property.name, result.remedy
        if result.outcome is Outcome.HOLDS:
            assert remedy == ()
        elif remedy:
            assert holds(name, remedy)
            assert not any(holds(name, [p for p in remedy if p != party]) for party in remedy)
            if len(remedy) > 1:
                assert not any(holds(name, [party]) for party in everyone)
            if remedy[0].machine:
                assert not any(holds(name, [p]) for p in everyone if not p.machine)
        else:
            assert not holds(name, everyone)
