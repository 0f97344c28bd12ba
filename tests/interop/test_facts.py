"""Facts about graphs: known answers, and every simple path as the judge."""

from collections.abc import Iterator
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from fsm.errors import UsageError
from fsm.interop.facts import Ending, Longest, facts, longest_path
from fsm.interop.facts_text import facts_data, facts_note, facts_text
from fsm.interop.graphs import machine_graph, space_graph
from fsm.report.labels import Labels
from fsm.report.paint import Paint
from fsm.spec.load import load_spec, parse_spec, spec_from
from tests.interop.test_graphs import REFUND
from tests.random_specs import specs

SHIPPED = Path(__file__).parents[2] / "specs/douyin/shipped_refund_only.fsm.yaml"

# new -> seen -> (asked <-> told) -> paid | kept; paid is passed after `asked`, kept from `seen` too
LIFE = """\
fsm: 1
name: life
switches: {open: bool}
machines:
  t:
    zh: 单
    en: ticket
    states:
      new: {}
      seen: {zh: 已看, en: looked at}
      asked: {}
      told: {}
      paid: {final: true}
      kept: {final: true}
      nowhere: {final: true}
      stuck: {}
      island: {}
    transitions:
      - {from: new, to: seen}
      - {from: seen, to: asked}
      - {from: asked, after: 2h, to: told}
      - {from: told, to: asked}
      - {from: asked, to: paid}
      - {from: told, to: paid}
      - {from: seen, when: open, to: kept}
      - {from: told, to: stuck}
      - {from: stuck, to: stuck}
properties: {p: {reachable: t == paid}}
"""


def test_known_answers() -> None:
    found = facts(machine_graph(parse_spec(LIFE), "t"))
    assert (found.initial, found.states, found.steps) == ("new", 9, 9)
    assert found.endings == (
        Ending("paid", ("new", "seen", "asked", "paid"), ("seen", "asked")),
        Ending("kept", ("new", "seen", "kept"), ("seen",)),
        Ending("nowhere", (), ()),
    )
    assert found.must_pass == ("seen",)
    assert found.cuts == (("seen", ("paid", "kept")), ("asked", ("paid",)))
    assert found.cycles == (("asked", "told"),)
    assert found.unreachable == ("nowhere", "island")
    assert found.traps == ("stuck",)
    assert found.longest is not None
    assert found.longest.path == ("new", "seen", "asked", "told", "paid")
    assert found.longest.exact


def test_known_answers_of_the_shipped_refund() -> None:
    """Read off the source: whoever refunds has agreed (or let the time pass) before."""
    found = facts(machine_graph(load_spec(SHIPPED), "ticket"))
    must = {e.state: e.must_pass for e in found.endings}
    assert must["refunded"] == ("applied", "approved")
    assert must["closed"] == ("applied", "rejected", "arbitration")
    assert (found.unreachable, found.traps) == ((), ())


def test_known_answers_of_a_space() -> None:
    spec = parse_spec(LIFE)
    shut, opened = (facts(space_graph(spec, {"open": o}), "t") for o in (False, True))
    assert shut.variant == (("open", False),)
    assert shut.endings == (
        Ending("paid", ("new", "seen", "asked", "paid"), ("seen", "asked"), 0),
        Ending("kept", (), ()),
        Ending("nowhere", (), ()),
    )
    assert shut.must_pass == ("seen", "asked")  # the machine's graph does not know
    assert shut.unreachable == ("kept", "nowhere", "island")
    assert opened.endings[1] == Ending("kept", ("new", "seen", "kept"), ("seen",), 0)
    assert opened.must_pass == ("seen",)
    for found in (shut, opened):
        assert found.cycles == (("asked", "told"),)
        assert found.traps == ("stuck",)
        assert found.longest is None


def test_the_least_time() -> None:
    text = LIFE.replace("{from: asked, to: paid}", "{from: asked, not_before: 5h, to: paid}")
    found = facts(space_graph(parse_spec(text)), "t")
    assert found.endings[0].soonest == 2 * 3_600_000  # by way of `told`
    assert found.endings[0].must_pass == ("seen", "asked", "told")  # 5h are never reached


def test_a_machine_without_final_states_has_no_traps() -> None:
    found = facts(machine_graph(parse_spec(LIFE.replace("{final: true}", "{}")), "t"))
    assert (found.endings, found.cuts, found.traps, found.must_pass) == ((), (), (), ())


def test_unknown_machine() -> None:
    with pytest.raises(UsageError, match="no machine 'u'") as caught:
        facts(space_graph(parse_spec(LIFE)), "u")
    assert caught.value.code == "F612"


# --- every simple path as the judge --------------------------------------------------------------

SIZE = 6
edges = st.sets(st.tuples(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1)), max_size=14)


def machine_like(arcs: set[tuple[int, int]], finals: set[int]) -> nx.MultiDiGraph:
    graph = nx.MultiDiGraph(kind="machine", spec="random", machine="m", lang="en")
    for n in range(SIZE):
        graph.add_node(str(n), initial=n == 0, final=n in finals)
    for key, (a, b) in enumerate(sorted(arcs)):
        graph.add_edge(str(a), str(b), key=key)
    return graph


def space_like(
    arcs: set[tuple[int, int]], finals: set[str], at: list[str], starts: set[int]
) -> nx.MultiDiGraph:
    graph = nx.MultiDiGraph(
        kind="space", spec="random", variant={}, unit=1, lang="en",
        machines={"m": ("a", "b", "c", "d")}, finals={"m": tuple(sorted(finals))},
    )  # fmt: skip
    for n in range(SIZE):
        graph.add_node(n, initial=n in starts, locations={"m": "a" if n in starts else at[n]})
    for key, (a, b) in enumerate(sorted(arcs)):
        graph.add_edge(a, b, key=key, milliseconds=a * b % 2 * 5)
    seen = set(starts).union(*(nx.descendants(graph, s) for s in starts))
    graph.remove_nodes_from([n for n in range(SIZE) if n not in seen])
    return graph


def simple_paths(graph: nx.MultiDiGraph, start: object) -> Iterator[list[object]]:
    waiting = [[start]]
    while waiting:
        path = waiting.pop()
        yield path
        waiting += [[*path, n] for n in set(graph.successors(path[-1])) if n not in path]


@settings(deadline=None)
@given(edges, st.sets(st.integers(0, SIZE - 1), max_size=3))
def test_machines_against_every_simple_path(arcs: set[tuple[int, int]], finals: set[int]) -> None:
    graph = machine_like(arcs, finals)
    found = facts(graph)
    paths = list(simple_paths(graph, "0"))
    ends = {str(n) for n in finals}
    for ending in found.endings:
        there = [p for p in paths if p[-1] == ending.state]
        assert bool(there) == bool(ending.path)
        if there:
            assert list(ending.path) in there
            assert len(ending.path) == min(map(len, there))
            common = set.intersection(*(set(p) for p in there)) - {"0", ending.state}
            assert set(ending.must_pass) == common
            assert list(ending.must_pass) == [s for s in there[0] if s in common]
            for state in graph:
                cut = graph.subgraph([n for n in graph if n != state])
                open_ = state in {"0", ending.state} or nx.has_path(cut, "0", ending.state)
                assert open_ == ((state, ending.state) not in pairs(found.cuts))
    reaching = [p for p in paths if p[-1] in ends]
    shared = set.intersection(*(set(p) for p in reaching)) - {"0", *ends} if reaching else set()
    assert set(found.must_pass) == shared
    reached = {p[-1] for p in paths}
    assert set(found.unreachable) == set(graph) - reached
    stuck = {n for n in reached if not any(p[-1] in ends for p in simple_paths(graph, n))}
    assert set(found.traps) == (stuck if ends else set())
    mutual = {
        frozenset(b for b in graph if nx.has_path(graph, a, b) and nx.has_path(graph, b, a))
        for a in graph
    }
    assert {frozenset(c) for c in found.cycles} == {c for c in mutual if len(c) > 1}
    assert found.longest is not None
    assert found.longest.exact
    assert list(found.longest.path) in paths
    assert len(found.longest.path) == max(map(len, paths))


def pairs(cuts: tuple[tuple[str, tuple[str, ...]], ...]) -> set[tuple[str, str]]:
    return {(state, end) for state, ends in cuts for end in ends}


@settings(deadline=None)
@given(
    edges,
    st.sets(st.sampled_from("abcd"), max_size=2),
    st.lists(st.sampled_from("abcd"), min_size=SIZE, max_size=SIZE),
    st.sets(st.integers(0, 1), min_size=1),
)
def test_spaces_against_every_simple_path(
    arcs: set[tuple[int, int]], finals: set[str], at: list[str], starts: set[int]
) -> None:
    graph = space_like(arcs, finals, at, starts)
    found = facts(graph, "m")
    places = {n: p["m"] for n, p in graph.nodes(data="locations")}
    runs = [p for s in starts for p in simple_paths(graph, s)]

    def passed(run: list[object]) -> set[str]:
        return {places[n] for n in run}

    for ending in found.endings:
        there = [r for r in runs if places[r[-1]] == ending.state]
        assert bool(there) == bool(ending.path)
        assert (ending.soonest is None) == (not there)
        if not there:
            continue
        common = set.intersection(*map(passed, there)) - {"a", ending.state}
        assert set(ending.must_pass) == common
        least = nx.multi_source_dijkstra_path_length(graph, starts, weight="milliseconds")
        assert ending.soonest == min(t for n, t in least.items() if places[n] == ending.state)
        shortest = min(map(len, there))
        assert list(ending.path) in [
            [s for k, s in enumerate(way) if not k or way[k - 1] != s]
            for way in ([places[n] for n in r] for r in there if len(r) == shortest)
        ]
    ends = [r for r in runs if places[r[-1]] in finals]
    common = set.intersection(*map(passed, ends)) - {"a", *finals} if ends else set()
    assert set(found.must_pass) == common
    reached = {places[n] for n in graph}
    assert set(found.unreachable) == {"a", "b", "c", "d"} - reached
    live = {
        places[n] for n in graph if any(places[r[-1]] in finals for r in simple_paths(graph, n))
    }
    assert set(found.traps) == (reached - live if ends else set())
    for cycle in found.cycles:
        assert not any(set(cycle) < set(other) for other in found.cycles)
        assert any(
            set(cycle)
            <= {places[b] for b in graph if nx.has_path(graph, a, b) and nx.has_path(graph, b, a)}
            for a in graph
        )
    for a in graph:
        for b in graph:
            if places[a] != places[b] and nx.has_path(graph, a, b) and nx.has_path(graph, b, a):
                assert any({places[a], places[b]} <= set(c) for c in found.cycles)


def test_spaces_by_hand() -> None:
    """What random graphs seldom have."""
    two = facts(space_like({(0, 1), (1, 2)}, {"b"}, list("aabbbb"), {0}), "m")
    assert two.endings == (Ending("b", ("a", "b"), (), 0),)  # staying in `a` passes nothing
    late = {(0, 1), (1, 3), (1, 2), (2, 3)}  # at once by way of 2, 5 ms the short way
    assert facts(space_like(late, {"d"}, list("abbdbb"), {0}), "m").endings == (
        Ending("d", ("a", "b", "d"), ("b",), 0),
    )
    nested = {(0, 1), (1, 2), (2, 1), (0, 3), (3, 4), (4, 5), (5, 3)}
    assert facts(space_like(nested, set(), list("abcbcd"), {0}), "m").cycles == (("b", "c", "d"),)


@settings(deadline=None, max_examples=30)
@given(specs())
def test_what_a_machines_graph_says_of_every_path_holds_in_the_space(
    document: dict[str, object],
) -> None:
    spec = spec_from(document)
    try:
        space = space_graph(spec, max_states=1_000)
    except UsageError as problem:
        assert problem.code in {"F650", "F603"}
        return
    for machine in spec.machines:
        if machine.count is not None:
            continue
        rough, exact = facts(machine_graph(spec, machine.name)), facts(space, machine.name)
        assert set(rough.unreachable) <= set(exact.unreachable)
        for one, other in zip(rough.endings, exact.endings, strict=True):
            assert one.state == other.state
            assert not other.path or set(one.must_pass) <= set(other.must_pass)
            assert not other.path or len(one.path) <= len(other.path)
        if any(e.path for e in exact.endings):
            assert set(rough.traps) - set(exact.unreachable) <= set(exact.traps)


# --- the longest path ----------------------------------------------------------------------------


def complete(size: int) -> nx.MultiDiGraph:
    return nx.MultiDiGraph((str(a), str(b)) for a in range(size) for b in range(size) if a != b)


def test_the_longest_path_of_twenty_states_in_a_ring_with_short_cuts() -> None:
    ring = nx.MultiDiGraph((str(k), str((k + 1) % 20)) for k in range(20))
    ring.add_edges_from((str(k), str((k + 5) % 20)) for k in range(0, 20, 3))
    found = longest_path(ring, "0")
    assert (len(found.path), found.exact) == (20, True)


def test_without_work_there_is_a_bound() -> None:
    graph = complete(6)
    graph.add_edge("6", "0")  # cannot be reached: no part of the bound
    graph.add_edges_from([("0", "x"), ("x", "y"), ("1", "z")])
    cut = longest_path(graph, "0", work=3)
    assert (len(cut.path), cut.at_most, cut.exact) == (2, 8, False)
    whole = longest_path(graph, "0")
    # `x` and `y` are behind the start only; whoever leaves the start for the others ends in `z`.
    assert (len(whole.path), whole.at_most, whole.exact) == (7, 7, True)


def test_hard_graphs_end_in_time() -> None:
    spokes = nx.MultiDiGraph()
    for k in range(12):  # twelve complete neighbourhoods around one hub: no path visits two
        for a in range(4):
            spokes.add_edge("hub", f"{k}.{a}")
            spokes.add_edge(f"{k}.{a}", "hub")
            spokes.add_edges_from((f"{k}.{a}", f"{k}.{b}") for b in range(4) if a != b)
    found = longest_path(spokes, "0.0", work=20_000)
    assert len(found.path) == 9
    assert not found.exact
    assert found.at_most == 49


# --- in words ------------------------------------------------------------------------------------


def said(found: object, lang: str, text: str = LIFE) -> str:
    return facts_text(found, Labels(parse_spec(text), lang), Paint())  # type: ignore[arg-type]


def test_in_english() -> None:
    found = facts(machine_graph(parse_spec(LIFE), "t"))
    lines = [" ".join(line.split()) for line in said(found, "en").splitlines()]
    assert lines == [
        "Graph of ticket: 9 states, 9 transitions",
        "to paid every path passes looked at · asked; shortest: new → looked at → asked → paid",
        "to kept every path passes looked at; shortest: new → looked at → kept",
        "to nowhere no path leads there",
        "to any final state every path passes looked at",
        "cut states looked at (without it, no paid · kept); asked (without it, no paid)",
        "cycles asked · told",
        "longest path new → looked at → asked → told → paid (5 states)",
        "unreachable nowhere · island",
        "traps stuck",
    ]
    assert "ignore guards" in facts_note(found, Labels(parse_spec(LIFE), "en"))


def test_in_chinese() -> None:
    spec = parse_spec(
        LIFE.replace("{from: asked, to: paid}", "{from: asked, not_before: 1h, to: paid}")
    )
    labels = Labels(spec, "zh")
    found = facts(space_graph(spec), "t")
    text = facts_text(found, labels, Paint())
    assert text.startswith("展开空间中的单：")
    assert "到paid" in text
    assert "每条路径必经 已看 · asked" in text
    assert "最早在 1 小时后" in text
    assert facts_note(found, labels) == "以上对这一配置下的每次运行都精确成立：\n  open = 关\n"
    assert all(
        ord(c) < 128 or c in "→·"
        for c in facts_text(found, Labels(spec, "en"), Paint()).replace("单", "")
    )


def test_what_can_be_reached_at_once_has_no_least_time() -> None:
    assert "earliest" not in said(facts(space_graph(parse_spec(LIFE)), "t"), "en")


def test_a_bound_is_told_as_one() -> None:
    graph = machine_graph(parse_spec(REFUND), "ticket")
    found = facts(graph)
    assert "not proved longest, at most 9" in said(
        replace(found, longest=Longest(("new",), 9)), "en", REFUND
    )


def test_as_data() -> None:
    data = facts_data(facts(machine_graph(parse_spec(LIFE), "t")))
    assert data["endings"][0] == {
        "state": "paid", "reached": True, "must_pass": ["seen", "asked"],
        "shortest": ["new", "seen", "asked", "paid"], "soonest_ms": None,
    }  # fmt: skip
    assert data["cuts"] == {"seen": ["paid", "kept"], "asked": ["paid"]}
    assert data["longest"]["exact"] is True
    assert (data["graph"], data["variant"], data["machine"]) == ("machine", {}, "t")
