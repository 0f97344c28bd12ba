"""Specs for corners that the general strategy seldom meets: deep nesting, deadlines that compete,
clocks that stand still, transitions of outer states, events that wait for all."""

from typing import Any

from hypothesis import strategies as st

Document = dict[str, Any]

TIMINGS: list[Document] = [
    {}, {"after": "2h"}, {"between": ["1h", "2h"]}, {"not_before": "2h"}, {"not_after": "1h"},
    {"after": "3h", "clock": "c"}, {"between": ["1h", "3h"], "clock": "c"},
    {"not_before": "1h", "clock": "c"},
]  # fmt: skip
GUARDS = [
    None,
    None,
    None,
    "x < 2",
    "c >= 2h",
    "c < 3h",
    "c > 1h",
    "p == off",
    "6 // x >= 3",
    "v == x",
]
PLACES = ["a", "b", "mid", "outer", "d"]


@st.composite
def corner_specs(draw: st.DrawFn) -> Document:
    """Two machines, one nested three deep, a clock that one of them pauses, urgent states and
    events, and several transitions for the same event on every level."""
    events = ["e", "g"]
    urgent = draw(st.sampled_from([{}, {"urgent": True}]))
    return {
        "fsm": 1,
        "name": "corners",
        "switches": {"paced": "bool"},
        "variables": {"x": {"range": "0..3"}, "y": {"range": "0..3", "length": 2}},
        "clocks": {"c": {"paused_when": draw(st.sampled_from(
            ["p == off", "x >= 2 and paced", "m in mid", "m == d or p == low"]
        ))}},
        "events": {
            "e": draw(st.sampled_from([{}, {"sync": "all"}, {"urgent": True}, {"by": "p"}])),
            "g": draw(st.sampled_from([{}, {"by": "m", "priority": 1}, {"by": "m"}]))
            | {"fields": {"v": {"range": "0..2"}}},
        },
        "machines": {
            "m": {
                "states": {
                    "outer": {"states": {
                        "mid": {"states": {"a": {}, "b": urgent}},
                        "h": {},
                    }},
                    "d": {},
                },
                "transitions": [
                    {"on": "e", "from": "outer", "to": draw(st.sampled_from(PLACES))},
                    {"on": "g", "from": "a", "set": {"x": "v"}},
                    {"from": "d", "after": "1h", "to": draw(st.sampled_from(PLACES[:4]))},
                    *draw(st.lists(_transition("m", PLACES, events), min_size=2, max_size=6)),
                ],
            },
            "p": {
                "states": {"low": {}, "high": {}, "off": {}},
                "transitions": [
                    {"on": "e", "from": ["low", "high"], "to": "off"},
                    *draw(st.lists(
                        _transition("p", ["low", "high", "off"], events), min_size=1, max_size=4
                    )),
                ],
            },
        },
    }  # fmt: skip


@st.composite
def _transition(draw: st.DrawFn, machine: str, places: list[str], events: list[str]) -> Document:
    keys: Document = {}
    sources = draw(st.one_of(
        st.none(), st.sampled_from(places),
        st.lists(st.sampled_from(places), min_size=2, max_size=3, unique=True),
    ))  # fmt: skip
    if sources is not None:
        keys["from"] = sources
    event = draw(st.sampled_from(["", *events]))
    if event:
        keys["on"] = event
    timing = draw(st.sampled_from(TIMINGS))
    if event and ("after" in timing or "between" in timing):
        timing = {}
    keys |= timing
    guard = draw(st.sampled_from(GUARDS))
    if guard and ("v ==" not in guard or event == "g"):
        keys["when"] = guard
    updates = {"x": draw(st.sampled_from(["(x + 1) % 4", "y[0]", "x + 1"])), "y[x]": "y[0] + x",
               "y[1]": "x", "y[0]": "1 - y[1]"}  # fmt: skip
    chosen = draw(st.lists(st.sampled_from(sorted(updates)), max_size=2, unique=True))
    if chosen:
        keys["set"] = {target: updates[target] for target in chosen}
    if draw(st.integers(0, 3)) == 0:
        keys["reset"] = "c"
    if draw(st.integers(0, 2)) == 0:
        keys["priority"] = draw(st.integers(1, 2))
    if draw(st.booleans()) or not (keys.keys() & {"set", "reset"}):
        keys["to"] = draw(st.sampled_from(places))
    return keys
