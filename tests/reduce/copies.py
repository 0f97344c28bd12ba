"""Random specs with three copies, alike or nearly so, for the tests of symmetry."""

from typing import Any

from hypothesis import strategies as st

Document = dict[str, Any]

ALIKE = ["x < 2", "x == 1", "n[index].loc == 0", "loc == 1", "other == q", "seen[index]",
         "count(j in 0..2: n[j] == busy) < 2", "any(j in 0..2: n[j].loc == 1)",
         "all(j in 0..2: n[j] != gone)", "6 // x == 3", "s",
         "all(j in 0..2: 6 // (x + n[j].loc) > 3)", "c >= 1h",
         "count(j in 0..2: seen[j]) == 1", "who == index + 1", "who in {0, index + 1}"]  # fmt: skip
UNLIKE = ["index == 0", "index < 2", "n[1] == busy", "n[x].loc == 0", "n[(index + 1) % 3] == idle",
          "seen[0]", "index == x", "who > index + 1"]  # fmt: skip
SETS = [("loc", "1 - loc"), ("loc", "loc + 1"), ("x", "(x + 1) % 3"), ("x", "2"), ("x", "x + 1"),
        ("seen[index]", "true"), ("loc", "1"), ("seen[index]", "not seen[index]"),
        ("who", "index + 1"), ("who", "0")]  # fmt: skip
UNLIKE_SETS = [("x", "index"), ("seen[x]", "true"), ("n[0].loc", "1")]
CLAIMS = ["x == 2", "any(i in 0..2: n[i] == gone)", "count(i in 0..2: n[i] == busy) == 2",
          "all(i in 0..2: n[i] == gone or n[i].loc == 1)", "other == r", "fired(e)",
          "count(i in 0..2: seen[i]) >= 2", "who == 0 and x == 1"]  # fmt: skip
EACH = {"k": "0..2", "j": "0..2"}
UNLIKE_CLAIMS = ["n[0] == busy", "fired(n[1].ping)", "count(i in 0..1: n[i] == gone) == 1"]
OF_EACH = ["n[k] == gone", "n[k].loc == 1 and n[j] != busy", "fired(n[k].ping)",
           "seen[k] != seen[j]", "n[k] == busy and x == j", "who == k + 1",
           "n[k] == gone and k != j", "x == k", "seen[j]", "count(n[k].ping) == 2",
           "n[k] == busy and k <= j"]  # fmt: skip


@st.composite
def copies(draw: st.DrawFn) -> Document:
    """A spec with `n: {count: 3}`, a machine `other`, and properties."""
    odd = draw(st.integers(0, 3)) == 0
    timed = draw(st.booleans())
    tests = [t for t in ALIKE + (UNLIKE * 2 if odd else []) if timed or "1h" not in t]
    sets = SETS + (UNLIKE_SETS if odd else [])

    def transition(events: list[str | None], own: bool) -> Document:
        states = ["idle", "busy", "gone"] if own else ["p", "q", "r"]
        keys: Document = {
            "from": draw(st.sampled_from(states)),
            "to": draw(st.sampled_from(states)),
        }
        event = draw(st.sampled_from(events))
        if event:
            keys["on"] = event
        inside = [t for t in tests if own or not ("index" in t or t == "loc == 1")]
        if draw(st.booleans()):
            keys["when"] = draw(st.sampled_from(inside))
        if draw(st.booleans()):
            place, value = draw(
                st.sampled_from(
                    [s for s in sets if own or (s[0] in ("x", "who") and "index" not in s[1])]
                )
            )
            keys["set"] = {place: value}
        if timed and own and event is None and draw(st.booleans()):
            keys["after"] = draw(st.sampled_from(["1h", "2h"]))
        if draw(st.integers(0, 4)) == 0:
            keys["priority"] = draw(st.integers(1, 2))
        return keys

    own = [transition([None, "ping", "e", "g"], True) for _ in range(draw(st.integers(2, 4)))]
    rest = [transition([None, "e", "g"], False) for _ in range(draw(st.integers(1, 2)))]
    start = st.sampled_from([0, "any"])
    urgent = {"urgent": True} if draw(st.integers(0, 4)) == 0 else {}
    doc: Document = {
        "fsm": 1, "name": "copies", "switches": {"s": "bool"},
        "variables": {"x": {"range": "0..2", "initial": draw(st.sampled_from([0, 1, "any"]))},
                      "seen": {"type": "bool", "length": 3}, "who": {"range": "0..3"}},
        "events": {"e": {"by": "other"}, "g": urgent},
        "machines": {
            "n": {"count": 3, "states": {"idle": {}, "busy": {}, "gone": {"final": True}},
                  "variables": {"loc": {"range": "0..1", "initial": draw(start)}},
                  "events": {"ping": {"by": "n"}},
                  "transitions": [*own, {"from": "idle", "on": "ping", "to": "busy"},
                                  {"from": "idle", "on": "g", "to": "busy"}]},
            "other": {"states": {"p": {}, "q": {}, "r": {"final": True}},
                      "transitions": [*rest, {"from": "p", "on": "e", "to": "q"}]},
        },
    }  # fmt: skip
    if timed:
        doc["clocks"] = {"c": {"paused_when": "other == q"} if draw(st.booleans()) else {}}
    if draw(st.integers(0, 3)) == 0:
        doc["events"]["e"]["fair"] = draw(st.sampled_from(["weak", "strong"]))
    if draw(st.integers(0, 5)) == 0:
        doc["machines"]["n"]["events"]["ping"]["fair"] = "weak"
    if draw(st.integers(0, 5)) == 0:
        doc["machines"]["n"]["fair"] = draw(st.sampled_from(["weak", "strong"]))
    claims = st.sampled_from(CLAIMS * 4 + (UNLIKE_CLAIMS if odd else []))
    plain = st.sampled_from([c for c in CLAIMS if "fired" not in c])
    of_each = st.sampled_from(OF_EACH)
    of_states = st.sampled_from([c for c in OF_EACH if "ping" not in c])
    doc["properties"] = {
        "never": {"never": draw(claims)}, "always": {"always": draw(plain)},
        "eventually": {"eventually": draw(plain)},
        "answer": {"after": draw(claims), "eventually": draw(claims)},
        "before": {"before": draw(claims), "must": draw(plain)}, "can": {"can_always": draw(plain)},
        "reach": {"reachable": draw(claims), "in": "every"},
    }  # fmt: skip
    if draw(st.booleans()):
        doc["properties"] |= {name: claim | {"each": EACH} for name, claim in {
            "never_each": {"never": draw(of_each)},
            "eventually_each": {"eventually": draw(of_each)},
            "answer_each": {"after": draw(of_each), "eventually": draw(of_each)},
            "can_each": {"can_always": draw(of_states)},
            "reach_each": {"reachable": draw(of_each)},
            "ltl_each": {"ltl": f"G ({draw(of_states)} -> F ({draw(of_states)}))"},
            "ctl_each": {"ctl": f"AG EF ({draw(of_states)})"},
        }.items()}  # fmt: skip
    return doc
