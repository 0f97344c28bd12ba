"""A reader of TChecker's format, strict about what the export writes, and brute force over regions.

Nothing here knows of specs, zones or this toolkit: a model is text. Source: Alur & Dill, "A theory
of timed automata", TCS 126(2), 1994, doi 10.1016/0304-3975(94)90010-8.
"""

import operator
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
TESTS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
Test = tuple[str, str, int]
Values = dict[str, Fraction]


@dataclass
class Location:
    initial: bool = False
    urgent: bool = False
    invariant: list[Test] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)


@dataclass
class Edge:
    source: str
    target: str
    guard: list[Test]
    resets: list[str]


@dataclass
class Automaton:
    clocks: list[str]
    locations: dict[str, Location]
    edges: list[Edge]

    def reachable(self, limit: int) -> set[str] | None:
        """The labels that some run reaches; None: more regions than that."""
        tests = [t for e in self.edges for t in e.guard]
        tests += [t for x in self.locations.values() for t in x.invariant]
        caps = {c: max([n for x, _, n in tests if x == c], default=0) for c in self.clocks}
        out: dict[str, list[Edge]] = {}
        for edge in self.edges:
            out.setdefault(edge.source, []).append(edge)
        queue: deque[tuple[str, Values]] = deque()
        seen = set()

        def enter(name: str, values: Values) -> None:
            if all(holds(t, values) for t in self.locations[name].invariant):
                region, point = canonical(values, caps)
                if (name, region) not in seen:
                    seen.add((name, region))
                    queue.append((name, point))

        for name, location in self.locations.items():
            if location.initial:
                enter(name, dict.fromkeys(self.clocks, Fraction(0)))
        while queue:
            if len(seen) > limit:
                return None
            name, values = queue.popleft()
            for edge in out.get(name, ()):
                if all(holds(t, values) for t in edge.guard):
                    enter(edge.target, values | dict.fromkeys(edge.resets, Fraction(0)))
            if not self.locations[name].urgent:
                for later in next_region(values, caps):
                    enter(name, later)
        return {label for name, _ in seen for label in self.locations[name].labels}


def holds(test: Test, values: Values) -> bool:
    clock, op, units = test
    return bool(TESTS[op](values[clock], units))


def canonical(values: Values, caps: dict[str, int]) -> tuple[object, Values]:
    """The region, and one point of it that stands for all: above its cap a clock is at cap + 1."""
    capped = {c: v if v <= caps[c] else Fraction(caps[c] + 1) for c, v in values.items()}
    rests = sorted({v % 1 for v in capped.values()} | {Fraction(0)})
    point = {
        c: v // 1 + Fraction(rests.index(v % 1), len(rests)) for c, v in capped.items()
    }  # fmt: skip
    return tuple(sorted(point.items())), point


def next_region(values: Values, caps: dict[str, int]) -> Iterator[Values]:
    running = [v for c, v in values.items() if v <= caps[c]]
    if running:
        span = 1 - max(v % 1 for v in running)
        if any(v % 1 == 0 for v in running):
            span /= 2
        yield {c: v + span for c, v in values.items()}


def read(text: str) -> Automaton:
    """One process; every name declared once, and before it is used."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert lines[0].startswith("system:") and text.startswith("system:")
    found = Automaton([], {}, [])
    names: set[str] = set()
    events: set[str] = set()
    processes: list[str] = []

    def declare(name: str) -> str:
        assert ID.fullmatch(name) and name not in names, name
        names.add(name)
        return name

    for line in lines:
        head, _, rest = line.partition("{")
        parts = head.split(":")
        attributes = dict(_attributes(rest))
        match parts:
            case ["system", name]:
                assert line is lines[0]
                declare(name)
            case ["event", name]:
                events.add(declare(name))
            case ["clock", "1", name]:
                found.clocks.append(declare(name))
            case ["process", name]:
                processes.append(declare(name))
            case ["location", process, name]:
                assert [process] == processes
                found.locations[declare(name)] = Location(
                    "initial" in attributes, "urgent" in attributes,
                    _tests(attributes.get("invariant", ""), found.clocks),
                    [attributes["labels"]] if "labels" in attributes else [],
                )  # fmt: skip
                assert attributes.keys() <= {"initial", "urgent", "invariant", "labels"}
            case ["edge", process, source, target, event]:
                assert [process] == processes and event in events
                assert {source, target} <= found.locations.keys()
                resets = [r.partition("=") for r in attributes.get("do", "").split("; ") if r]
                assert all(c in found.clocks and value == "0" for c, _, value in resets)
                guard = _tests(attributes.get("provided", ""), found.clocks)
                found.edges.append(Edge(source, target, guard, [c for c, _, _ in resets]))
                assert attributes.keys() <= {"provided", "do"}
            case _:
                raise AssertionError(line)
    return found


def _attributes(text: str) -> Iterator[tuple[str, str]]:
    inside = text.removesuffix("}")
    for part in inside.split(" : ") if inside else ():
        key, _, value = part.partition(":")
        yield key.strip(), value.strip()


def _tests(text: str, clocks: list[str]) -> list[Test]:
    found = []
    for part in text.split(" && ") if text else ():
        match = re.fullmatch(r"([\w.]+)(<=|>=|<|>)(\d+)", part)
        assert match and match[1] in clocks, part
        found.append((match[1], match[2], int(match[3])))
    return found
