"""Random specs with values that are only copied and compared with constants, for the tests here."""

from typing import Any

from hypothesis import strategies as st

from tests.random_specs import specs

Document = dict[str, Any]
HIGH = 4

TESTS = ["amt < 3", "amt >= 2", "amt == 4", "old != 1", "old in {0, 3}", "amt <= lim", "old > lim",
         "(if old > 3 then amt else 2) < 2", "any(j in 1..2: amt == j)", "kind == big"]  # fmt: skip
VALUES = ["old", "3", "if amt > 3 then 1 else old", "lim", "amt"]
OPAQUE = ["amt == old", "amt + 1 > 3"]


@st.composite
def amounts(draw: st.DrawFn) -> Document:
    """A random spec with the variables `amt`, `old`, `kind` and the event `bill(sum)`."""
    doc = draw(specs())
    doc["switches"] = {**doc.get("switches", {}), "lim": {"range": "1..4", "step": 3}}
    start = st.sampled_from([0, 2, "any"])
    doc["variables"] |= {
        "amt": {"range": f"0..{HIGH}", "initial": draw(start)},
        "old": {
            "range": f"0..{HIGH}",
            "initial": draw(st.sampled_from([1, "any"])),
        },
        "kind": {
            "values": ["small", "big", "huge"],
            "initial": draw(st.sampled_from(["small", "any"])),
        },
    }
    doc["events"] = {**doc["events"], "bill": {"fields": {"sum": {"range": f"0..{HIGH}"}}}}
    target = draw(st.sampled_from(["amt", "old"]))
    one = doc["machines"]["one"]["transitions"]
    one.append({"on": "bill", "when": draw(st.sampled_from(["sum > 2", "sum != 4", *TESTS])),
                "set": {target: draw(st.sampled_from(["sum", *VALUES]))}})  # fmt: skip
    if draw(st.booleans()):
        one.append(
            {"choose": {"pick": {"range": "0..4"}}, "when": "pick >= 1", "set": {"amt": "pick"}}
        )
    for transition in one[:2]:
        test = draw(tests)
        transition["when"] = f"({transition['when']}) and {test}" if "when" in transition else test
        if draw(st.booleans()):
            transition.setdefault("set", {})["amt"] = draw(st.sampled_from(VALUES))
    return {k: v for k, v in doc.items() if v}


tests = st.sampled_from(TESTS * 3 + OPAQUE)
