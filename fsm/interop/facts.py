"""The standard facts about a graph of `fsm.interop.graphs`: what every path passes, what repeats.

On the graph of a machine, what *every* path does is certain, since each run is a path; that *some*
path does something is only possible, since guards and other machines are ignored. On an explored
space both are exact, for the variant that it was explored in.
"""

from collections import deque
from collections.abc import Hashable, Iterator

import networkx as nx
from msgspec import Struct

from fsm.errors import UsageError
from fsm.semantics.trace import Bindings

WORK = 200_000  # steps of the search for a longest path
_SINK = ("every end",)


class Ending(Struct, frozen=True):
    """How a final state is reached: a shortest `path` (states passed, both ends included; () where
    there is none), and the states that every path passes on the way, in order, without its ends.

    `soonest`, in a space with time: the least time, in milliseconds, until it can be reached.
    """

    state: str
    path: tuple[str, ...]
    must_pass: tuple[str, ...]
    soonest: int | None = None


class Longest(Struct, frozen=True):
    """A longest path from the start that visits no state twice; none visits more than `at_most`."""

    path: tuple[str, ...]
    at_most: int

    @property
    def exact(self) -> bool:
        """Is there certainly no longer one?"""
        return len(self.path) == self.at_most


class Facts(Struct, frozen=True):
    """Facts about one machine. States come in the order of the spec.

    `must_pass`: what every path to any final state passes (final states left out). `cuts`: states
    without which some final state, named with each, is out of reach. `cycles`: groups of two or
    more states between which one can go round (strongly connected components). `unreachable`: no
    path leads there. `traps`: reachable, not final, and no path leads on to a final state; () where
    there is no final state. `longest` is None for a space.
    """

    spec: str
    machine: str
    space: bool
    variant: Bindings
    states: int  # of the graph
    steps: int
    initial: str
    endings: tuple[Ending, ...]
    must_pass: tuple[str, ...]
    cuts: tuple[tuple[str, tuple[str, ...]], ...]
    cycles: tuple[tuple[str, ...], ...]
    unreachable: tuple[str, ...]
    traps: tuple[str, ...]
    longest: Longest | None


def facts(graph: nx.MultiDiGraph, machine: str = "") -> Facts:
    """Facts about a machine: of its graph, or, as `machine` (an instance), of an explored space.

    Raises `UsageError` F612 where the space has no such machine. O(states * edges) at most, but for
    the longest path, whose search is cut off (then it is a bound: see `Longest`).
    Source      Dominators: Cooper, Harvey & Kennedy, "A simple, fast dominance algorithm", 2001,
                as networkx has them; on a space by their definition, one search a state.
    """
    if graph.graph["kind"] == "space":
        return _space_facts(graph, machine)
    return _machine_facts(graph)


# --- the graph of a machine ----------------------------------------------------------------------


def _machine_facts(graph: nx.MultiDiGraph) -> Facts:
    start: str = next(node for node, initial in graph.nodes(data="initial") if initial)
    finals = [node for node, final in graph.nodes(data="final") if final]
    paths: dict[str, list[str]] = nx.single_source_shortest_path(graph, start)
    onward = nx.DiGraph(graph.edges())
    onward.add_nodes_from(graph)
    onward.add_edges_from((final, _SINK) for final in finals)
    parents = nx.immediate_dominators(onward, start)
    endings = tuple(
        Ending(final, tuple(paths.get(final, ())), _dominators(parents, start, final))
        for final in finals
    )
    live = set(finals).union(*(nx.ancestors(graph, final) for final in finals))
    return Facts(
        graph.graph["spec"], graph.graph["machine"], False, (), len(graph),
        graph.number_of_edges(), start, endings,
        tuple(s for s in _dominators(parents, start, _SINK) if s not in finals),
        _cuts(list(graph), endings),
        tuple(_in_order(c, graph) for c in _components(graph) if len(c) > 1),
        tuple(node for node in graph if node not in paths),
        tuple(node for node in graph if node in paths and finals and node not in live),
        longest_path(graph, start),
    )  # fmt: skip


def _dominators(
    parents: dict[Hashable, Hashable], start: Hashable, node: Hashable
) -> tuple[str, ...]:
    """The states strictly between the start and a node that dominate it, in order."""
    if node == start or node not in parents:
        return ()
    found = []
    while (node := parents[node]) != start:
        found.append(str(node))
    return tuple(reversed(found))


def _cuts(order: list[str], endings: tuple[Ending, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    cuts = ((s, tuple(e.state for e in endings if s in e.must_pass)) for s in order)
    return tuple((state, cut) for state, cut in cuts if cut)


def _components(graph: nx.MultiDiGraph) -> list[set[str]]:
    """Strongly connected components, in the order of their first states."""
    place = {node: k for k, node in enumerate(graph)}
    found: Iterator[set[str]] = nx.strongly_connected_components(graph)
    return sorted(found, key=lambda c: min(place[n] for n in c))


def _in_order(nodes: set[str], graph: nx.MultiDiGraph) -> tuple[str, ...]:
    return tuple(node for node in graph if node in nodes)


def longest_path(graph: nx.MultiDiGraph, start: str, work: int = WORK) -> Longest:
    """A longest path that visits no state twice.

    The problem is NP-hard: a search depth first with a bound, exact where it ends within `work`
    steps, as it does for lifecycles of some twenty states. Else the best path found, with the bound
    that the condensation gives: the states of the components on a longest way through it, which is
    O(states + edges).
    """
    components = _components(graph)
    place = {node: k for k, members in enumerate(components) for node in members}
    condensed = nx.condensation(graph, [set(c) for c in components])
    beyond: dict[int, int] = {}  # most states of the components that follow
    for k in reversed(list(nx.topological_sort(condensed))):
        ways = (len(components[n]) + beyond[n] for n in condensed.successors(k))
        beyond[k] = max(ways, default=0)
    bound = len(components[place[start]]) + beyond[place[start]]
    left = {k: len(members) for k, members in enumerate(components)}
    targets = {node: list(dict.fromkeys(graph.successors(node))) for node in graph}

    best: list[str] = []
    path: list[str] = []
    todo: list[Iterator[str]] = [iter([start])]
    on_path: set[str] = set()
    while todo and len(best) < bound and work:
        work -= 1
        node = next(todo[-1], None)
        if node is None:
            todo.pop()
            if path:
                done = path.pop()
                on_path.discard(done)
                left[place[done]] += 1
        elif node not in on_path and len(path) + left[place[node]] + beyond[place[node]] > len(
            best
        ):
            path.append(node)
            on_path.add(node)
            left[place[node]] -= 1
            todo.append(iter(targets[node]))
            best = list(path) if len(path) > len(best) else best
    return Longest(tuple(best), bound if todo and len(best) < bound else len(best))


# --- an explored space ---------------------------------------------------------------------------


def _space_facts(graph: nx.MultiDiGraph, machine: str) -> Facts:
    """Facts about where one machine is, over every run of the space."""
    machines: dict[str, tuple[str, ...]] = graph.graph["machines"]
    if machine not in machines:
        names = ", ".join(machines)
        raise UsageError("F612", f"the space has no machine '{machine}'", f"there are: {names}")
    at: dict[int, str] = {node: p[machine] for node, p in graph.nodes(data="locations")}
    starts = [node for node, initial in graph.nodes(data="initial") if initial]
    finals: tuple[str, ...] = graph.graph["finals"][machine]
    goals = {final: [n for n in graph if at[n] == final] for final in finals}
    reached = set(at.values())
    first = at[starts[0]]  # a machine starts in one state, whatever its variables are
    without = {s: {at[n] for n in _reach(graph, starts, at, s)} for s in reached - {first}}

    def passed(goal: set[str]) -> set[str]:
        """What every run to one of these states passes."""
        return {s for s, others in without.items() if s not in goal and not goal & others}

    times = _least_times(graph, starts)
    endings = []
    for final, nodes in goals.items():
        path = _way(graph, starts, set(nodes), at)
        soonest = min((times[n] for n in nodes), default=None)
        endings.append(
            Ending(
                final, path, _along(path, passed({final}) if path else set()),
                soonest if graph.graph["unit"] else None,
            )
        )  # fmt: skip
    goal = [n for nodes in goals.values() for n in nodes]
    live = {at[n] for n in _reach(graph.reverse(copy=False), goal, at, "")}
    ends = {e.state for e in endings if e.path}
    way = next((e.path for e in endings if e.path), ())
    order = machines[machine]
    groups = {frozenset(at[n] for n in c) for c in nx.strongly_connected_components(graph)}
    largest = [c for c in groups if len(c) > 1 and not any(c < other for other in groups)]
    cycles = [tuple(s for s in order if s in group) for group in largest]
    return Facts(
        graph.graph["spec"], machine, True, tuple(graph.graph["variant"].items()), len(graph),
        graph.number_of_edges(), first, tuple(endings),
        _along(way, passed(ends) if ends else set()),
        _cuts(list(order), tuple(endings)),
        tuple(sorted(cycles, key=lambda c: [order.index(s) for s in c])),
        tuple(s for s in order if s not in reached),
        tuple(s for s in order if s in reached and goal and s not in live),
        None,
    )  # fmt: skip


def _along(path: tuple[str, ...], chosen: set[str]) -> tuple[str, ...]:
    """These states in the order in which the path first passes them."""
    return tuple(s for s in dict.fromkeys(path) if s in chosen)


def _reach(
    graph: nx.MultiDiGraph, starts: list[int], at: dict[int, str], without: str
) -> list[int]:
    """The nodes that can be reached while the machine is never in the state `without`."""
    found = dict.fromkeys(starts)
    waiting = list(starts)
    while waiting:
        for target in graph.successors(waiting.pop()):
            if target not in found and at[target] != without:
                found[target] = None
                waiting.append(target)
    return list(found)


def _way(
    graph: nx.MultiDiGraph, starts: list[int], goal: set[int], at: dict[int, str]
) -> tuple[str, ...]:
    """The states of the machine along a run with the fewest steps to the goal; () without one."""
    parent: dict[int, int | None] = dict.fromkeys(starts)
    level = list(starts)
    while level:
        if ends := [n for n in level if n in goal]:
            way: list[str] = []
            node: int | None = ends[0]
            while node is not None:
                if not way or way[-1] != at[node]:
                    way.append(at[node])
                node = parent[node]
            return tuple(reversed(way))
        following = []
        for node in level:
            for target in graph.successors(node):
                if target not in parent:
                    parent[target] = node
                    following.append(target)
        level = following
    return ()


def _least_times(graph: nx.MultiDiGraph, starts: list[int]) -> dict[int, int]:
    """Milliseconds until each node can be reached: breadth first, steps without time put first."""
    found: dict[int, int] = {}
    waiting = deque((node, 0) for node in starts)
    while waiting:
        node, time = waiting.popleft()
        if node in found:
            continue
        found[node] = time
        for _, target, spent in graph.out_edges(node, data="milliseconds"):
            if spent:
                waiting.append((target, time + spent))
            else:
                waiting.appendleft((target, time))
    return found
