"""Random timed specs with properties of every kind that zones decide."""

from typing import Any

from hypothesis import strategies as st

from fsm.testing.random_specs import Document, Place, _conditions, specs


def seen(doc: Document) -> frozenset[str]:
    """Every name that a property can read."""
    names = {*doc.get("variables", {}), *doc.get("clocks", {}), *doc.get("switches", {})}
    names |= {*doc.get("questions", {}), *doc.get("constants", {})}
    names |= {*doc["machines"], *doc.get("groups", {})}
    return frozenset(names)


@st.composite
def claimed_specs(draw: st.DrawFn, strict: bool = True, pauses: bool = True) -> Document:
    """A timed spec with properties. `strict`: guards may have strict bounds on clocks."""
    doc: Document = draw(specs(timed=True))
    if not pauses:
        doc["clocks"] = {name: {} for name in doc.get("clocks", {})}
    names = seen(doc)
    if strict and draw(st.booleans()):
        _sharpen(draw, doc)
    untimed = Place("", names - {"c"})
    anything = Place("", names)

    def condition(place: Place = untimed) -> str:
        return draw(_conditions(place, safe=True))

    def moment() -> str:
        """A condition, or an event."""
        events = list(doc["events"])
        return draw(st.sampled_from([*events, ""])) or condition()

    claims: dict[str, Any] = {
        "p0": {"never": condition(anything)},
        "p1": {"reachable": condition(anything)},
        "p2": {"always": condition(anything)},
        "p3": {"eventually": condition(), "within": draw(st.sampled_from(["0h", "1h", "3h"]))},
        "p4": {
            "after": moment(), "eventually": moment(),
            "within": draw(st.sampled_from(["1h", "2h"])),
        },
        "p5": {"before": moment(), "must": moment()},
    }  # fmt: skip
    for event in list(doc["events"])[:1]:
        op = draw(st.sampled_from(["<=", ">=", *(["<", ">"] if strict else [])]))
        about = draw(st.sampled_from(["", f" and fired({event})", f" and not fired({event})"]))
        claims["p6"] = {"never": f"since({event}) {op} 2h{about} and {condition()}"}
        claims["p7"] = {"at_most": draw(st.integers(1, 2)), "event": event}
        claims["p8"] = {"never": f"not fired({event}) and {condition()}"}
    doc["properties"] = claims
    return doc


def _sharpen(draw: st.DrawFn, doc: Document) -> None:
    """Strict bounds on the clock `c`, if there is one."""
    if "c" not in doc.get("clocks", {}):
        doc.setdefault("clocks", {})["c"] = {}
    for machine in doc["machines"].values():
        for transition in machine["transitions"]:
            if draw(st.integers(0, 2)) == 0:
                bound = draw(st.sampled_from(["c > 0h", "c > 1h", "c < 1h", "c < 2h", "c != 1h"]))
                guard = transition.get("when")
                transition["when"] = f"({guard}) and {bound}" if guard else bound
            if draw(st.integers(0, 3)) == 0:
                transition["reset"] = "c"
