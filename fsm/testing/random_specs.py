"""Random small specs: plain documents, as a YAML file would be read, that use the whole language.

`specs()` draws documents that are valid by construction (`fsm.build` makes them specs), with spaces
of a few hundred states. It is for testing tools that read specs. Faults, conflicts, timelocks and
Zeno loops are wanted: such tools have to agree on these too.
"""

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

Document = dict[str, Any]
Draw = st.DrawFn

LEAVES = {"one": ["a", "b", "c"], "two": ["u", "v2", "w"], "n": ["idle", "busy", "gone"],
          "desk.clerk": ["free", "taken", "away"]}  # fmt: skip

# What an atom needs to be visible, and its text. `{...}` stands for a machine of the spec.
ATOMS: list[tuple[set[str], str]] = [
    (set(), "x == 0"), (set(), "x < 2"), (set(), "x >= 1"), (set(), "x != 1"),
    (set(), "x % 2 == 0"), (set(), "6 // x == 3"), (set(), "x in {0, 2}"), (set(), "-x == -1"),
    (set(), "one == a"), (set(), "one != b"), (set(), "one in {a, c}"), (set(), "one in hot"),
    (set(), "one in outer"),
    ({"b"}, "b"), ({"b"}, "(if b then x else 1) == 1"), ({"b", "s"}, "b == s"),
    ({"m"}, "m == some"), ({"m"}, "m != nothing"), ({"m"}, "m in {nothing, all_}"),
    ({"arr"}, "arr[0]"), ({"arr"}, "arr[x]"), ({"arr"}, "count(j in 0..1: arr[j]) == 1"),
    ({"arr"}, "all(j in 0..1: arr[j] or x == j)"), ({"arr"}, "x < 2 and arr[x]"),
    ({"nums"}, "nums[x % 2] == 1"), ({"nums"}, "any(j in 0..1: nums[j] == x)"),
    ({"nums"}, "sum(j in 0..1: nums[j]) >= 1"), ({"nums"}, "max(x, nums[1]) == 1"),
    ({"grid", "nums"}, "grid[1][nums[0]] == 0"), ({"grid"}, "grid[x][0] == 1"),
    ({"table"}, "table[x] == 2"), ({"table"}, "min(table[x % 2], 2) == 1"),
    ({"s"}, "s"), ({"s"}, "s -> x == 0"), ({"q"}, "q == p"), ({"q"}, "q != p"),
    ({"c"}, "c >= 2h"), ({"c"}, "c < 1h"), ({"c"}, "c == 1h"), ({"c", "d"}, "c <= d"),
    ({"two"}, "two == u"), ({"two"}, "two in {v2, w}"),
    ({"n"}, "n[0] == idle"), ({"n"}, "any(j in 0..1: n[j] == busy)"), ({"n"}, "n[x].loc == 0"),
    ({"desk"}, "desk[1].clerk == free"), ({"desk"}, "desk[0].load == 1"),
    ({"desk"}, "count(j in 0..1: desk[j].clerk in {taken, away}) == 2"),
    ({"index"}, "index == 0"), ({"index", "n"}, "n[1 - index] != gone"), ({"loc"}, "loc == 1"),
    ({"load"}, "load == 0"), ({"f"}, "f == 1"), ({"f"}, "f != x"), ({"v"}, "v"),
    ({"k"}, "k == x"), ({"k", "arr"}, "arr[k]"), ({"flag"}, "flag"), ({"i"}, "i == 1"),
    ({"i", "n"}, "n[i].loc == 0"), ({"mine"}, "mine >= 1h"),
]  # fmt: skip

# What an assignment needs, its target, and the values that it may get.
UPDATES: list[tuple[set[str], str, list[Any]]] = [
    (set(), "x", [0, 1, "x + 1", "(x + 1) % 3", "max(x - 1, 0)", "if x == 1 then 2 else x"]),
    ({"b"}, "b", [True, "not b", "x == 1"]), ({"b", "v"}, "b", ["v"]), ({"f"}, "x", ["f"]),
    ({"k"}, "x", ["k"]), ({"m"}, "m", ["some", "all_", "if x == 0 then some else m"]),
    ({"arr"}, "arr[0]", [True, "not arr[1]"]), ({"arr"}, "arr[x]", [True, "x == 0"]),
    ({"arr", "flag"}, "arr[1]", ["flag"]), ({"arr", "k"}, "arr[k]", ["not arr[k]"]),
    ({"nums"}, "nums[0]", [1, "nums[1]", "nums[0] + 1", "1 // x"]),
    ({"nums"}, "nums[x % 2]", ["1 - nums[x % 2]"]),
    ({"grid", "nums"}, "grid[nums[0]][nums[1]]", ["nums[1]", 1, "x"]),
    ({"loc"}, "loc", ["loc + 1", 0, "1 - loc"]), ({"load"}, "load", ["1 - load", "x"]),
    ({"n"}, "n[1].loc", [1]), ({"index", "n"}, "n[1 - index].loc", [0, "x % 2"]),
    ({"i", "n"}, "n[i].loc", ["1 - n[i].loc"]), ({"desk"}, "desk[x].load", [1]),
]  # fmt: skip

DURATIONS = ["1h", "2h", "2 * 1h", "3h"]
BETWEEN = [["0h", "1h"], ["1h", "2h"], ["2h", "2h"], ["1h", "3h"]]
OPTIONAL = ["b", "m", "arr", "nums", "grid", "table", "s", "q", "c", "d"]


class Place(Struct, frozen=True):
    """Where a transition stands: its machine, and every name that it can see."""

    machine: str
    seen: frozenset[str]

    def plus(self, *names: str) -> "Place":
        return replace(self, seen=self.seen | set(names))


class Happening(Struct, frozen=True):
    """An event as a transition may name it: who owns it ("" nobody) and what it brings along."""

    name: str
    owner: str
    fields: tuple[str, ...]


@st.composite
def specs(draw: Draw, timed: bool | None = None) -> Document:
    """A small valid spec with at least one machine, `one`, and one variable, `x` in 0..2.

    `timed`: True asks for durations, False for none; None leaves it open.
    """
    with_time = draw(st.sampled_from([True, True, False])) if timed is None else timed
    names = set(draw(st.lists(st.sampled_from(OPTIONAL), unique=True, max_size=4)))
    if not with_time:
        names -= {"c", "d"}
    machines = ["one", *draw(st.sampled_from([[], ["two"], ["n"], ["desk"], ["two", "n"]]))]
    names |= set(machines) - {"one"}
    seen = frozenset(names)
    doc: Document = {"fsm": 1, "name": "drawn"}
    doc |= _configuration(seen)
    if "table" in seen:
        doc["constants"] = {"table": [0, 2]}
    doc["variables"] = draw(_variables(seen))
    if "c" in seen:
        pause = {"paused_when": draw(_conditions(Place("", seen - {"c"}), safe=True))}
        doc["clocks"] = {"c": pause if draw(st.booleans()) else {}}
    events = draw(_events(machines))
    doc["events"] = {h.name: keys for h, keys in events}
    known = [h for h, _ in events]
    if "n" in machines:
        known.append(Happening("n[0].ping", "n", ()))
    if "desk" in machines:
        known.append(Happening("desk[i].ring", "desk.clerk", ()))
    doc["machines"] = {
        name: draw(_machine(Place(name, seen), known, with_time))
        for name in machines
        if name != "desk"
    }
    if "desk" in machines:
        doc["groups"] = {"desk": draw(_desk(Place("desk.clerk", seen), known, with_time))}
    _forget_unheard(doc)
    if draw(st.integers(0, 3)) == 0:
        doc["initial_where"] = f"x != 2 or {draw(_conditions(Place('', seen - {'c'}), safe=True))}"
    return doc


def _forget_unheard(doc: Document) -> None:
    """An event that no transition goes with is an error, so it is not declared."""
    machines = [*doc["machines"].values()]
    machines += [m for g in doc.get("groups", {}).values() for m in g["machines"].values()]
    heard = {t.get("on") for m in machines for t in m["transitions"]}
    doc["events"] = {name: keys for name, keys in doc["events"].items() if name in heard}


def _configuration(seen: frozenset[str]) -> Document:
    switches: Document = {}
    if "s" in seen:
        switches["s"] = "bool"
    if "d" in seen:
        switches["d"] = {"range": "1h..3h", "step": "2h"}
    doc: Document = {"switches": switches} if switches else {}
    if "q" in seen:
        doc["questions"] = {"q": {"answers": ["p", "r"]}}
    return doc


@st.composite
def _variables(draw: Draw, seen: frozenset[str]) -> Document:
    declared: Document = {"x": {"range": "0..2", "initial": draw(st.sampled_from([0, 1, "any"]))}}
    if "b" in seen:
        declared["b"] = {"type": "bool", "initial": draw(st.sampled_from([False, True, "any"]))}
    if "m" in seen:
        declared["m"] = {"values": ["nothing", "some", "all_"], "initial": "some"}
    if "arr" in seen:
        initial = draw(st.sampled_from([False, [True, False], "any"]))
        declared["arr"] = {"type": "bool", "length": 2, "initial": initial}
    if "nums" in seen:
        declared["nums"] = {"range": "0..1", "length": 2, "initial": [0, 1]}
    if "grid" in seen:
        declared["grid"] = {"range": "0..1", "length": [2, 2], "initial": [[0, 1], [1, 0]]}
    return declared


@st.composite
def _events(draw: Draw, machines: list[str]) -> list[tuple[Happening, Document]]:
    """Three global events of all kinds; the first belongs to `one`, the last to nobody."""
    owners = ["", "one", *({"two": "two", "n": "n[1]"}[m] for m in machines if m in ("two", "n"))]
    found = []
    for name in ("e", "g", "h"):
        owner = {"e": "one", "g": draw(st.sampled_from(owners)), "h": ""}[name]
        keys: Document = {"by": owner} if owner else {}
        fields = draw(st.sampled_from([(), (), ("f",), ("v",)]))
        if fields:
            keys["fields"] = {f: {"range": "0..1"} if f == "f" else "bool" for f in fields}
        if draw(st.integers(0, 3)) == 0:
            keys["urgent"] = True
        if draw(st.integers(0, 3)) == 0:
            keys["sync"] = "all"
        if draw(st.integers(0, 2)) == 0:
            keys["priority"] = draw(st.integers(1, 2))
        found.append((Happening(name, owner.removesuffix("[1]"), fields), keys))
    return found


@st.composite
def _machine(draw: Draw, place: Place, known: list[Happening], timed: bool) -> Document:
    machine: Document = {}
    if place.machine == "n":
        machine["count"] = 2
        initial = draw(st.sampled_from([0, "index"]))
        machine["variables"] = {"loc": {"range": "0..1", "initial": initial}}
        machine["events"] = {"ping": {"by": "n"}}
        place = place.plus("index", "loc")
        known = [Happening("ping", "n", ()), Happening("n[(index + 1) % 2].ping", "n", ()), *known]
        if timed and draw(st.booleans()):
            machine["clocks"] = {"mine": {}}
            place = place.plus("mine")
    machine["states"] = draw(_states(place.machine))
    machine["transitions"] = draw(_transitions(place, known, timed))
    return machine


@st.composite
def _desk(draw: Draw, place: Place, known: list[Happening], timed: bool) -> Document:
    inside = place.plus("index", "load")
    known = [Happening("ring", "desk.clerk", ()), *known]
    clerk = {
        "states": draw(_states("desk.clerk")),
        "transitions": draw(_transitions(inside, known, timed)),
    }
    return {
        "count": 2,
        "variables": {"load": {"range": "0..1"}},
        "events": {"ring": {"by": "clerk"} if draw(st.booleans()) else {}},
        "machines": {"clerk": clerk},
    }


@st.composite
def _states(draw: Draw, machine: str) -> Document:
    """Three leaves; the first two of `one` lie inside `outer`, the second perhaps deeper."""
    first, second, third = LEAVES[machine]
    urgent = {"urgent": True} if draw(st.integers(0, 7)) == 0 else {}
    if machine != "one":
        return {first: {}, second: urgent, third: {"final": True}}
    inner: Document = {first: {"tags": ["hot"]}, second: urgent}
    if draw(st.booleans()):
        inner = {first: {"tags": ["hot"]}, "mid": {"states": {second: urgent}}}
    return {"outer": {"initial": first, "states": inner}, third: {}}


@st.composite
def _transitions(draw: Draw, place: Place, known: list[Happening], timed: bool) -> list[Document]:
    count = draw(st.integers(3, 5))
    found = [draw(_transition(place, known, timed)) for _ in range(count)]
    return [*found, *_own_events(place, known)]


def _own_events(place: Place, known: list[Happening]) -> Iterator[Document]:
    """An event that a machine owns is mentioned by it, whatever else is drawn."""
    for happening in known:
        own = happening.owner == place.machine and "[" not in happening.name
        if own:
            first, second, _ = LEAVES[place.machine]
            yield {"from": first, "on": happening.name, "to": second}


@st.composite
def _transition(draw: Draw, place: Place, known: list[Happening], timed: bool) -> Document:
    keys: Document = {}
    leaves = LEAVES[place.machine]
    states = [*leaves, *(["outer"] if place.machine == "one" else [])]
    origin = draw(st.sampled_from([*states, states[:1], leaves[:2], None]))
    if origin is not None:
        keys["from"] = origin
    forces = True
    if draw(st.booleans()):
        happening = draw(st.sampled_from(known))
        keys["on"] = happening.name
        place = place.plus(*happening.fields, *(["i"] if "[i]" in happening.name else []))
        forces = happening.owner in ("", place.machine) and "[" not in happening.name
    if draw(st.integers(0, 3)) == 0:
        name, domain = draw(st.sampled_from([("k", {"range": "0..1"}), ("flag", "bool")]))
        keys["choose"] = {name: domain}
        place = place.plus(name)
    if draw(st.booleans()):
        keys["when"] = draw(_conditions(place))
    if draw(st.integers(0, 3)) > 0:
        keys["to"] = draw(st.sampled_from(states))
    updates = [update for update in UPDATES if update[0] <= place.seen]
    for _, target, values in draw(st.lists(st.sampled_from(updates), max_size=2)):
        keys.setdefault("set", {})[target] = draw(st.sampled_from(values))
    if timed and draw(st.booleans()):
        keys |= draw(_timing(place, forces))
    clocks = [c for c in ("c", "mine") if c in place.seen]
    if clocks and draw(st.integers(0, 2)) == 0:
        keys["reset"] = draw(st.sampled_from(clocks))
    if draw(st.integers(0, 3)) == 0:
        keys["priority"] = draw(st.integers(1, 2))
    if not keys.get("to") and "set" not in keys and "reset" not in keys:
        keys["to"] = leaves[0]  # a transition that does nothing says nothing
    return keys


@st.composite
def _timing(draw: Draw, place: Place, forces: bool) -> Document:
    bound = st.sampled_from([*DURATIONS, *(["d"] if "d" in place.seen else [])])
    kinds = ["not_before", "not_after", "window", *(["after", "between"] * 2 if forces else [])]
    match draw(st.sampled_from(kinds)):
        case "between":
            timing: Document = {"between": draw(st.sampled_from(BETWEEN))}
        case "window":
            low, high = draw(st.sampled_from(BETWEEN))
            timing = {"not_before": low, "not_after": high}
        case kind:
            timing = {kind: draw(bound)}
    clocks = [c for c in ("c", "mine") if c in place.seen]
    if clocks and draw(st.integers(0, 2)) == 0:
        timing["clock"] = draw(st.sampled_from(clocks))
    return timing


FAULTY = ("6 // x", "arr[x]", "grid[x]", "table[x]", "n[x]")


@st.composite
def _conditions(draw: Draw, place: Place, safe: bool = False) -> str:
    """A guard; `safe` ones always have a value."""
    texts = [
        text
        for needs, text in ATOMS
        if needs <= place.seen and not (safe and any(f in text for f in FAULTY))
    ]
    left, right = draw(st.sampled_from(texts)), draw(st.sampled_from(texts))
    shape = draw(st.sampled_from(["{0}", "{0}", "not ({0})", "({0}) and ({1})", "({0}) or ({1})"]))
    return shape.format(left, right)
