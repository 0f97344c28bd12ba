"""Random specs with properties of every pattern, ghosts, fairness, strategies, receptive machines:
what reports of engines are compared on. `FEATURES` says what must be met among them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hypothesis import strategies as st

from fsm.check.results import Outcome, SpecReport
from fsm.semantics.trace import Delay, Run
from fsm.testing.random_specs import Document, Place, _conditions, specs
from tests.timed.claims import seen

CHOSEN = {"s": "s", "q": "q == r", "d": "d == 3h"}


@st.composite
def claimed(draw: st.DrawFn) -> Document:
    """A spec of `specs()` with up to six properties."""
    doc: Document = draw(specs())
    machines = [*doc["machines"].values()]
    machines += [m for g in doc.get("groups", {}).values() for m in g["machines"].values()]
    for keys in (*doc["events"].values(), *machines):
        if draw(st.integers(0, 5)) == 0:
            keys["fair"] = draw(st.sampled_from(["weak", "strong"]))
    for machine in machines:
        if draw(st.integers(0, 2)) == 0:
            machine["receptive"] = True
    for keys in doc["events"].values():
        if draw(st.integers(0, 2)) == 0:
            keys["tags"] = ["strategy"]
    wanted = draw(st.lists(st.sampled_from([*PATTERNS]), min_size=3, max_size=6, unique=True))
    doc["properties"] = {name: PATTERNS[name](_Claims(draw, doc)) for name in wanted}
    return doc


class _Claims:
    """Draws what the properties of a spec speak of."""

    def __init__(self, draw: st.DrawFn, doc: Document) -> None:
        self._draw, self._place, self._events = draw, Place("", seen(doc)), [*doc["events"]]
        self._timed = "h'" in repr(doc["machines"]) or "clocks" in doc

    def state(self) -> str:
        """A condition, which has a value in every state; often only some variants meet it."""
        condition = str(self._draw(_conditions(self._place, safe=True)))
        chosen = [text for name, text in CHOSEN.items() if name in self._place.seen]
        if chosen and self._draw(st.booleans()):
            return f"({condition}) and {self._draw(st.sampled_from(chosen))}"
        return condition

    def watched(self) -> str:
        """A condition on what has happened, and on the state."""
        ghosts = [f"{not_}fired({e})" for e in self._events for not_ in ("", "not ")]
        ghosts += [f"count({e}) {op} {n}" for e in self._events for op, n in (("==", 1), (">", 2))]
        ghosts += [f"since({e}) {op} 2h" for e in self._events if self._timed for op in ("<", ">=")]
        return f"{self._draw(st.sampled_from(ghosts or ['x == 1']))} and {self.state()}"

    def moment(self) -> str:
        """A condition of either kind, or an event."""
        return self._draw(st.sampled_from([self.state, self.watched, self.event]))()

    def event(self) -> str:
        """An event, where there is one."""
        return self._draw(st.sampled_from(self._events)) if self._events else self.state()

    def within(self) -> Document:
        """Perhaps a bound on time."""
        within = self._draw(st.sampled_from([None, "0h", "1h", "3h"])) if self._timed else None
        return {} if within is None else {"within": within}

    def at_most(self) -> Document:
        """So many occurrences."""
        if not self._events:
            return {"never": self.state()}
        return {"at_most": self._draw(st.integers(0, 2)), "event": self.event()}


PATTERNS: Mapping[str, Callable[[_Claims], Document]] = {
    "never": lambda c: {"never": c.state()},
    "never_watched": lambda c: {"never": c.watched()},
    "always": lambda c: {"always": c.state()},
    "always_watched": lambda c: {"always": c.watched()},
    "reachable": lambda c: {"reachable": c.state()},
    "reachable_watched": lambda c: {"reachable": c.watched()},
    "in_every": lambda c: {"reachable": c.state(), "in": "every"},
    "eventually": lambda c: {"eventually": c.moment(), **c.within()},
    "response": lambda c: {"after": c.moment(), "eventually": c.moment(), **c.within()},
    "precedence": lambda c: {"before": c.moment(), "must": c.moment()},
    "at_most": lambda c: c.at_most(),
    "can_always": lambda c: {"can_always": c.state()},
    "can_always_watched": lambda c: {"can_always": c.watched()},
}


def _transitions(doc: Document) -> Iterator[Document]:
    for machine in doc["machines"].values():
        yield from machine["transitions"]
    for group in doc.get("groups", {}).values():
        for machine in group["machines"].values():
            yield from machine["transitions"]


def _sets(doc: Document, *targets: str) -> bool:
    return any(name.startswith(targets) for t in _transitions(doc) for name in t.get("set", {}))


def _any_event(doc: Document, key: str) -> bool:
    return any(key in keys for keys in doc["events"].values())


def _claims(doc: Document, *words: str) -> bool:
    return any(word in repr(claim) for claim in doc["properties"].values() for word in words)


FEATURES: Mapping[str, Callable[[Document], Any]] = {
    "arrays written": lambda d: _sets(d, "arr[", "nums["),
    "arrays of arrays written": lambda d: _sets(d, "grid["),
    "an index that the state tells": lambda d: _sets(d, "arr[x", "nums[x", "arr[k"),
    "arrays of a copy": lambda d: _sets(d, "n[", "desk["),
    "arithmetic": lambda d: any("+" in repr(t.get("set")) for t in _transitions(d)),
    "priorities of events": lambda d: _any_event(d, "priority"),
    "priorities of transitions": lambda d: any("priority" in t for t in _transitions(d)),
    "urgent events": lambda d: _any_event(d, "urgent"),
    "urgent states": lambda d: "'urgent'" in repr(d["machines"]),
    "sync: all": lambda d: _any_event(d, "sync"),
    "fields": lambda d: _any_event(d, "fields"),
    "choices": lambda d: any("choose" in t for t in _transitions(d)),
    "deadlines": lambda d: any({"after", "between"} & {*t} for t in _transitions(d)),
    "named clocks": lambda d: d.get("clocks"),
    "stopwatches": lambda d: "paused_when" in repr(d.get("clocks")),
    "switches and questions": lambda d: d.get("switches") or d.get("questions"),
    "fairness of events": lambda d: _any_event(d, "fair"),
    "fairness of machines": lambda d: "'fair'" in repr(d["machines"]),
    "fired": lambda d: _claims(d, "fired("),
    "count": lambda d: _claims(d, "count(e", "count(g", "count(h"),
    "since": lambda d: _claims(d, "since("),
    "within": lambda d: _claims(d, "within"),
    "receptive machines": lambda d: "receptive" in repr(d),
    "strategies": lambda d: "strategy" in repr(d),
    **{
        f"the pattern {name}": lambda d, name=name: name in d["properties"] for name in PATTERNS
    },
}  # fmt: skip


def _told(report: SpecReport) -> Iterator[Run]:
    yield from (r.run for r in report.results if r.run is not None)


ANSWERS: Mapping[str, Callable[[SpecReport], Any]] = {
    "holds": lambda r: any(p.outcome is Outcome.HOLDS for p in r.results),
    "violated": lambda r: any(p.outcome is Outcome.VIOLATED for p in r.results),
    "violated in some variants": lambda r: any(any(p.violated.terms) for p in r.results),
    "a run of several steps": lambda r: any(len(run.steps) > 2 for run in _told(r)),
    "a run for ever": lambda r: any(run.loop is not None for run in _told(r)),
    "time passes in a run": lambda r: any(
        isinstance(step, Delay) for run in _told(r) for step in run.steps
    ),
    **{
        f"the finding {code}": lambda r, code=code: any(f.code == code for f in r.findings)
        for code in ("S03", "S05", "S06", "S07", "S11")
    },
}
