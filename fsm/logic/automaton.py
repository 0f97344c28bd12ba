"""Büchi automata over sets of true tests: what they are, and how they are made smaller.

An automaton reads an infinite word; each letter is the set of tests that are true, as a number
whose bit k says whether test k is. It accepts if some run takes, for each of its `marks`
conditions, transitions with that mark again and again (transition-based, generalised).
"""

from collections.abc import Callable

from msgspec import Struct


class Edge(Struct, frozen=True):
    """A transition: `letters` is the set of letters that it reads (bit l: letter l), `marks` the
    set of conditions that taking it serves."""

    letters: int
    marks: int
    target: int


class Automaton(Struct, frozen=True):
    """State 0 is the initial one; `edges[q]` leave state q. There are `marks` conditions."""

    tests: int
    marks: int
    edges: tuple[tuple[Edge, ...], ...]

    @property
    def all_letters(self) -> int:
        """The set of all letters."""
        return (1 << (1 << self.tests)) - 1

    def accepts_all(self, state: int) -> bool:
        """Does a loop here plainly accept every word?"""
        full = (1 << self.marks) - 1
        return any(
            e.target == state and e.letters == self.all_letters and e.marks == full
            for e in self.edges[state]
        )


def may_wait(automaton: Automaton) -> bool:
    """Is the same accepted if every run may stay in the initial state for as long as it likes, so
    that it is told by what it does once it has left?

    On a letter on which it has no loop, that is so if an edge leads to a state that simulates it.
    """
    better = _forwards(automaton)
    letters = 0
    for edge in automaton.edges[0]:
        if better[0][edge.target]:
            letters |= edge.letters
    return letters == automaton.all_letters and 0 not in accepting_components(automaton)


def letters_of(positive: int, negative: int, tests: int) -> int:
    """The letters in which these tests are true and those false."""
    found = (1 << (1 << tests)) - 1
    for k in range(tests):
        if (positive | negative) >> k & 1:
            # The letters with bit k are blocks of 2^k, every other one.
            block = ((1 << (1 << k)) - 1) << (1 << k)
            repeat = ((1 << (1 << tests)) - 1) // ((1 << (2 << k)) - 1)
            having = block * repeat
            found &= having if positive >> k & 1 else ~having
    return found


def reduced(automaton: Automaton) -> Automaton:
    """An automaton for the same words, not larger.

    Unproductive states go, states that simulate one another become one, and an edge goes where
    another of its state does at least as well. Complexity: O((edges)^2 * states) at worst.
    Source: Etessami & Holzmann, CONCUR 2000 (direct simulation), here on transitions, and the
    same on the automaton that runs backwards.
    """
    while True:
        before = automaton
        automaton = _fewer_marks(_productive(automaton))
        automaton = _quotient(automaton, _forwards(automaton))
        automaton = _fewer_marks(_productive(automaton))
        automaton = _backwards(automaton)
        if _size(automaton) >= _size(before):
            return automaton


def _size(automaton: Automaton) -> tuple[int, int, int]:
    return len(automaton.edges), sum(map(len, automaton.edges)), automaton.marks


# --- states and marks that do nothing ---------------------------------------------------------


def components(automaton: Automaton) -> list[int]:
    """The strongly connected component of each state (Tarjan)."""
    order: dict[int, int] = {}
    low: dict[int, int] = {}
    found: dict[int, int] = {}
    stack: list[int] = []

    for root in range(len(automaton.edges)):
        waiting = [] if root in order else [(root, iter(automaton.edges[root]))]
        while waiting:  # the states on the way, each with the edges that are left
            state, left = waiting[-1]
            if state not in order:
                order[state] = low[state] = len(order)
                stack.append(state)
            for edge in left:
                if edge.target not in order:
                    waiting.append((edge.target, iter(automaton.edges[edge.target])))
                    break
                if edge.target not in found:
                    low[state] = min(low[state], order[edge.target])
            else:
                waiting.pop()
                if waiting:
                    before = waiting[-1][0]
                    low[before] = min(low[before], low[state])
                while low[state] == order[state] and state not in found:
                    found[stack.pop()] = order[state]
    return [found[state] for state in range(len(automaton.edges))]


def accepting_components(automaton: Automaton) -> frozenset[int]:
    """The states of the components in which every condition can be served again and again."""
    of = components(automaton)
    served: dict[int, int] = {}
    for state, edges in enumerate(automaton.edges):
        for edge in edges:
            if of[edge.target] == of[state]:
                served[of[state]] = served.get(of[state], 0) | edge.marks
    full = (1 << automaton.marks) - 1
    return frozenset(s for s, c in enumerate(of) if served.get(c) == full)


def _productive(automaton: Automaton) -> Automaton:
    """Only states that the initial one reaches and from which some word is accepted; marks only
    where they count, inside components that accept."""
    of = components(automaton)
    accepting = accepting_components(automaton)
    useful = set(accepting)
    grown = True
    while grown:
        more = {
            s
            for s, edges in enumerate(automaton.edges)
            if s not in useful and any(e.target in useful for e in edges)
        }
        useful |= more
        grown = bool(more)

    def kept(state: int) -> tuple[Edge, ...]:
        return tuple(
            Edge(
                e.letters,
                e.marks if of[state] == of[e.target] and state in accepting else 0,
                e.target,
            )
            for e in automaton.edges[state]
            if e.target in useful
        )

    edges = [kept(state) if state in useful else () for state in range(len(of))]
    return _renumbered(Automaton(automaton.tests, automaton.marks, tuple(edges)))


def _renumbered(automaton: Automaton) -> Automaton:
    """Breadth first from the initial state; what it does not reach goes. Parallel edges join."""
    order = [0]
    number = {0: 0}
    for state in order:  # grows while it is read
        for edge in automaton.edges[state]:
            if edge.target not in number:
                number[edge.target] = len(order)
                order.append(edge.target)
    edges = []
    for state in order:
        joined: dict[tuple[int, int], int] = {}
        for edge in automaton.edges[state]:
            key = edge.marks, number[edge.target]
            joined[key] = joined.get(key, 0) | edge.letters
        edges.append(tuple(Edge(letters, *key) for key, letters in joined.items() if letters))
    return Automaton(automaton.tests, automaton.marks, tuple(edges))


def _fewer_marks(automaton: Automaton) -> Automaton:
    """Without the conditions that another one implies, or that every run serves, component by
    component."""
    of = components(automaton)
    inside = [e for s, edges in enumerate(automaton.edges) for e in edges if of[s] == of[e.target]]
    kept = [k for k in range(automaton.marks) if not all(e.marks >> k & 1 for e in inside)]
    for mark in tuple(kept):
        for other in kept:
            if other != mark and all(not e.marks >> other & 1 or e.marks >> mark & 1
                                     for e in inside):  # fmt: skip
                kept.remove(mark)
                break
    if len(kept) == automaton.marks:
        return automaton

    def fewer(marks: int) -> int:
        return sum(1 << k for k, mark in enumerate(kept) if marks >> mark & 1)

    edges = (tuple(Edge(e.letters, fewer(e.marks), e.target) for e in es) for es in automaton.edges)
    return _renumbered(Automaton(automaton.tests, len(kept), tuple(edges)))


# --- simulation -------------------------------------------------------------------------------

Relation = list[list[bool]]  # [p][q]: q does whatever p does


def _forwards(automaton: Automaton) -> Relation:
    """Greatest fixpoint: for every edge of p and every letter q has one as good, into a state that
    simulates the target."""
    edges = automaton.edges
    return _fixpoint(len(edges), lambda p, q, better: all(
        not _uncovered(edge, edges[q], better) for edge in edges[p]
    ))  # fmt: skip


def _fixpoint(size: int, keeps: Callable[[int, int, Relation], bool]) -> Relation:
    better = [[True] * size for _ in range(size)]
    changed = True
    while changed:
        changed = False
        for p in range(size):
            for q in range(size):
                if p != q and better[p][q] and not keeps(p, q, better):
                    better[p][q] = False
                    changed = True
    return better


def _uncovered(edge: Edge, by: tuple[Edge, ...], better: Relation) -> int:
    """The letters of an edge for which no other edge does as well."""
    letters = edge.letters
    for other in by:
        if edge.marks & ~other.marks == 0 and better[edge.target][other.target]:
            letters &= ~other.letters
    return letters


def _quotient(automaton: Automaton, better: Relation) -> Automaton:
    """One state for each class of states that simulate one another, and only the best edges."""
    size = len(automaton.edges)
    first = [next(q for q in range(size) if better[p][q] and better[q][p]) for p in range(size)]
    edges: list[tuple[Edge, ...]] = []
    for state in range(size):
        if first[state] != state:
            edges.append(())
            continue
        mine = [Edge(e.letters, e.marks, first[e.target]) for e in automaton.edges[state]]
        left: list[Edge] = list(dict.fromkeys(mine))
        for edge in list(left):
            others = tuple(e for e in left if e is not edge)
            letters = _uncovered(edge, others, better)
            left = [e for e in left if e is not edge or letters]
            left = [Edge(letters, e.marks, e.target) if e is edge else e for e in left]
        edges.append(tuple(left))
    whole = Automaton(automaton.tests, automaton.marks, tuple(edges))
    return _renumbered(_starting_at(whole, first[0]))


def _starting_at(automaton: Automaton, state: int) -> Automaton:
    if state == 0:
        return automaton
    edges = list(automaton.edges)
    swap = {0: state, state: 0}
    edges[0], edges[state] = edges[state], edges[0]
    moved = (
        tuple(Edge(e.letters, e.marks, swap.get(e.target, e.target)) for e in es) for es in edges
    )
    return Automaton(automaton.tests, automaton.marks, tuple(moved))


def _backwards(automaton: Automaton) -> Automaton:
    """States that are reached in the same ways become one; an edge goes where another of the same
    target, from a state reached in at least as many ways, does as well."""
    size = len(automaton.edges)
    into: list[list[Edge]] = [[] for _ in range(size)]
    for state, edges in enumerate(automaton.edges):
        for edge in edges:
            into[edge.target].append(Edge(edge.letters, edge.marks, state))

    def keeps(p: int, q: int, better: Relation) -> bool:
        if p == 0 and q != 0:
            return False
        return all(not _uncovered(edge, tuple(into[q]), better) for edge in into[p])

    better = _fixpoint(size, keeps)
    first = [next(q for q in range(size) if better[p][q] and better[q][p]) for p in range(size)]
    if first == list(range(size)):
        return automaton
    merged: list[list[Edge]] = [[] for _ in range(size)]
    for state, edges in enumerate(automaton.edges):
        merged[first[state]] += [Edge(e.letters, e.marks, first[e.target]) for e in edges]
    whole = Automaton(automaton.tests, automaton.marks, tuple(map(tuple, merged)))
    return _renumbered(_starting_at(whole, first[0]))
