"""Random specs with parts that the properties may not see, for the tests of the cone."""

from typing import Any

from hypothesis import strategies as st

from tests.random_specs import specs

Document = dict[str, Any]

LOGGED = ["min(log + 1, 3)", "(log + 1) % 4", "2", "x", "if log == 3 then 0 else log", "log + 1"]
CLAIMS = ["x == 2", "one == b", "one == c and x != 1", "x == 1 or one == b"]
SEEING = ["fired(e)", "fired(e) and x == 1", "x == 2 -> fired(e)", "not fired(e) and one == b"]
ODD = ["log == 2", "side == on", "fired(tick)", "count(tick) == 2"]


@st.composite
def cones(draw: st.DrawFn) -> Document:
    """A random spec with a variable `log` and a machine `side`, which the rest may need or not."""
    doc = draw(specs())
    timed = "1h" in str(doc) or "c" in doc.get("clocks", {})
    doc["variables"]["log"] = {"range": "0..3", "initial": draw(st.sampled_from([0, 2, "any"]))}
    one = doc["machines"]["one"]["transitions"]
    for transition in draw(st.lists(st.sampled_from(one), max_size=2)):
        transition.setdefault("set", {})["log"] = draw(st.sampled_from(LOGGED))
    if draw(st.integers(0, 3)) == 0:
        one[0]["when"] = draw(st.sampled_from(["log < 2", "side == off", "log != x"]))
    heard = [*doc["events"], "tick", "tick"]

    def step(source: str, target: str) -> Document:
        keys: Document = {"from": source, "to": target}
        event = draw(st.sampled_from([None, None, *heard]))
        if event:
            keys["on"] = event
        if draw(st.integers(0, 2)) == 0:
            keys["when"] = draw(st.sampled_from(["x < 2", "log > 0", "6 // (x + 1) > 2"]))
        if draw(st.integers(0, 3)) == 0:
            keys["set"] = draw(
                st.sampled_from([{"log": "0"}, {"log": "log + 1"}, {"x": "1"}, {"x": "x"}])
            )
        if draw(st.integers(0, 7)) == 0:
            keys["priority"] = draw(st.integers(1, 2))
        if timed and not event and draw(st.integers(0, 3)) == 0:
            keys["after"] = "1h"
        return keys

    states = ["off", "on", "over"]
    steps = [
        step(draw(st.sampled_from(states)), draw(st.sampled_from(states)))
        for _ in range(draw(st.integers(1, 3)))
    ]
    urgent = {"urgent": True} if draw(st.integers(0, 9)) == 0 else {}
    doc["machines"]["side"] = {
        "states": {"off": {}, "on": urgent, "over": {"final": True}},
        "transitions": [*steps, {"from": "off", "on": "tick", "to": "on"}],
    }
    doc["events"]["tick"] = {"by": "side"} if draw(st.integers(0, 2)) else {}
    if draw(st.integers(0, 9)) == 0:
        doc["events"]["tick"]["sync"] = "all"
    claims = CLAIMS * 4 + SEEING * ("e" in doc["events"]) + (ODD if draw(st.booleans()) else [])
    claim = st.sampled_from(claims)
    within = {"within": "2h"} if timed else {}
    doc["properties"] = {
        "never": {"never": draw(claim)}, "always": {"always": draw(claim)},
        "reach": {"reachable": draw(claim), "in": "every"},
        "before": {"before": draw(claim), "must": draw(claim)},
        "can": {"can_always": draw(claim)},
        "often": {"at_most": draw(st.integers(1, 2)), "event": draw(st.sampled_from(heard))},
        "eventually": {"eventually": draw(claim), **within},
        "answer": {"after": draw(claim), "eventually": draw(claim), **within},
        "for_ever": {"eventually": draw(claim)},
        "formula": {"ltl": f"G ({draw(claim)} -> X F ({draw(claim)}))"},
        "branching": {"ctl": f"AG EF ({draw(claim)})"},
    }  # fmt: skip
    return {k: v for k, v in doc.items() if v}
