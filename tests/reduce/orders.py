"""Random specs without time whose machines have steps of their own, for the tests of the order."""

from typing import Any

from hypothesis import strategies as st

from tests.random_specs import specs

Document = dict[str, Any]

CLAIMS = ["x == 2", "one == b", "one == c and x != 1", "left == l1", "right in {r1, r2}",
          "left == l2 and one == a", "mine == 1", "6 // x == 3"]  # fmt: skip


def without_priorities(document: Any) -> Any:
    if isinstance(document, dict):
        return {k: without_priorities(v) for k, v in document.items() if k != "priority"}
    return [without_priorities(v) for v in document] if isinstance(document, list) else document


@st.composite
def orders(draw: st.DrawFn) -> Document:
    """A random spec and two machines, `left` and `right`, that often keep to themselves."""
    doc: Document = without_priorities(draw(specs(timed=False)))
    doc["variables"]["mine"] = {"range": "0..2", "initial": draw(st.sampled_from([0, "any"]))}
    heard = [*doc["events"], "nudge"]

    def machine(states: list[str]) -> Document:
        steps = []
        for _ in range(draw(st.integers(2, 4))):
            keys: Document = {
                "from": draw(st.sampled_from(states)), "to": draw(st.sampled_from(states)),
            }  # fmt: skip
            if draw(st.integers(0, 5)) == 0:
                keys["on"] = draw(st.sampled_from(heard))
            if draw(st.integers(0, 5)) == 0:
                keys["when"] = draw(
                    st.sampled_from(["mine < 2", "x < 2", "one == a", "6 // mine == 3"])
                )
            if draw(st.integers(0, 4)) == 0:
                keys["set"] = draw(
                    st.sampled_from([{"mine": "1"}, {"mine": "mine + 1"}, {"x": "1"}])
                )
            steps.append(keys)
        return {
            "states": {s: {"final": True} if s == states[-1] else {} for s in states},
            "transitions": [*steps, {"from": states[0], "to": states[1]}],
        }

    doc["machines"]["left"] = machine(["l0", "l1", "l2"])
    doc["machines"]["right"] = machine(["r0", "r1", "r2", "r3"])
    if draw(st.integers(0, 3)) == 0:
        one = doc["machines"]["one"]["transitions"][0]
        one["when"] = draw(st.sampled_from(["left != l1", "right in {r0, r3}", "mine == 0"]))
    if "nudge" in str(doc["machines"]):
        doc["events"]["nudge"] = {"by": "left"} if draw(st.booleans()) else {}
        if doc["events"]["nudge"]:
            doc["machines"]["left"]["transitions"].append({"from": "l1", "on": "nudge", "to": "l2"})
        elif draw(st.booleans()):
            doc["events"]["nudge"] = {"sync": "all"}
    claim = st.sampled_from(CLAIMS)
    doc["properties"] = {
        "never": {"never": draw(claim)}, "always": {"always": f"not ({draw(claim)})"},
        "reach": {"reachable": draw(claim), "in": "every"},
    }  # fmt: skip
    return {k: v for k, v in doc.items() if v}
