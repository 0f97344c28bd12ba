"""The smallest automaton where a deterministic one will do: formulas that are obligations.

Obligations are what safety and guarantee make together (Manna & Pnueli, "A hierarchy of temporal
properties", PODC 1990, doi 10.1145/93385.93442). Their automata can be *weak*: a run is judged by
the strongly connected component in which it stays, whose states all accept or all reject.
Sources: Dax, Eisinger & Klaedtke, "Mechanizing the powerset construction for restricted classes of
ω-automata", ATVA 2007, doi 10.1007/978-3-540-75596-8_17; Löding, "Efficient minimization of
deterministic weak ω-automata", Information Processing Letters 79(3), 2001, doi
10.1016/S0020-0190(00)00183-6.
"""

from collections.abc import Sequence

from msgspec import Struct

from fsm.logic.automaton import Automaton, Edge, accepting_components, components

SETS = 150  # states of the powerset that are looked at
CLASSES = 150  # of letters


class _Complete(Struct, frozen=True):
    """A deterministic automaton: `after[q][k]` follows q on the letters of class k; a run accepts
    where it stays in a component of accepting states."""

    classes: tuple[int, ...]
    after: tuple[tuple[int, ...], ...]
    component: tuple[int, ...]  # numbers; a component comes before those that it leads to
    accepting: tuple[bool, ...]


def smallest_weak(automaton: Automaton, opposite: Automaton) -> Automaton | None:
    """The deterministic weak automaton with the fewest states for the words that `automaton`
    accepts; `opposite` accepts all others. None where there is none, or the way there is long.

    A state that accepts nothing is among its states. Complexity: O(sets of states * classes of
    letters * edges), within `SETS` and `CLASSES`.
    """
    classes = _classes(automaton, opposite)
    found = None if classes is None else _powerset(automaton, classes)
    if found is None or _meets(automaton, found, False) or _meets(opposite, found, True):
        return None
    return _minimal(found, automaton.tests)


def _classes(*automata: Automaton) -> tuple[int, ...] | None:
    """Letters that no edge tells apart, together."""
    found = [automata[0].all_letters]
    for letters in {e.letters for a in automata for edges in a.edges for e in edges}:
        parts = ((c & letters, c & ~letters) for c in found)
        found = [part for pair in parts for part in pair if part]
        if len(found) > CLASSES:
            return None
    return tuple(found)


def _powerset(automaton: Automaton, classes: tuple[int, ...]) -> _Complete | None:
    """Sets of states; a component accepts if the word of one of its loops is accepted, which says
    the same of all its loops if the words are those of a deterministic weak automaton."""
    start = frozenset((0,))
    number = {start: 0}
    order = [start]
    after: list[tuple[int, ...]] = []
    for states in order:  # grows while it is read
        out = []
        for letters in classes:
            target = frozenset(
                e.target for q in states for e in automaton.edges[q] if e.letters & letters
            )
            if target not in number:
                if len(order) == SETS:
                    return None
                number[target] = len(order)
                order.append(target)
            out.append(number[target])
        after.append(tuple(out))
    component = _topological(after)
    verdict: dict[int, bool] = {}
    for q, which in enumerate(component):
        loop = _loop(after, component, q) if which not in verdict else None
        if loop is not None:
            verdict[which] = _accepts(automaton, order[q], [classes[k] for k in loop])
    accepting = tuple(verdict.get(which, False) for which in component)
    return _Complete(classes, tuple(after), component, accepting)


def _topological(after: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """The component of each state; no component leads to one with a smaller number."""
    plain = Automaton(0, 0, tuple(tuple(Edge(1, 0, t) for t in set(out)) for out in after))
    name = components(plain)
    leads: dict[int, set[int]] = {which: set() for which in name}
    for q, out in enumerate(after):
        leads[name[q]] |= {name[t] for t in out} - {name[q]}
    place: dict[int, int] = {}
    while len(place) < len(leads):
        ends = [which for which in leads if which not in place and leads[which] <= place.keys()]
        place |= {which: len(leads) - 1 - len(place) - k for k, which in enumerate(ends)}
    return tuple(place[which] for which in name)


def _loop(after: Sequence[Sequence[int]], component: Sequence[int], q: int) -> list[int] | None:
    """Classes of letters that lead from q back to it; None where nothing does."""
    seen = {q}
    ways: list[tuple[int, list[int]]] = [(q, [])]
    for state, word in ways:  # grows while it is read
        for k, target in enumerate(after[state]):
            if target == q:
                return [*word, k]
            if component[target] == component[q] and target not in seen:
                seen.add(target)
                ways.append((target, [*word, k]))
    return None


def _accepts(automaton: Automaton, states: frozenset[int], word: Sequence[int]) -> bool:
    """Is the word, for ever repeated, accepted from one of the states?"""
    size, length = len(automaton.edges), len(word)
    starts = tuple(Edge(1, 0, 1 + q) for q in states)
    unrolled = tuple(
        tuple(
            Edge(1, e.marks, 1 + (k + 1) % length * size + e.target)
            for e in edges if e.letters & word[k]
        )
        for k in range(length)
        for edges in automaton.edges
    )  # fmt: skip
    return _is_productive(Automaton(0, automaton.marks, (starts, *unrolled)))


def _meets(automaton: Automaton, complete: _Complete, accepting: bool) -> bool:
    """Is some word accepted whose run in the other stays where states accept (or do not)?"""
    start = (0, 0)
    number = {start: 0}
    order = [start]
    edges: list[tuple[Edge, ...]] = []
    other = 1 << automaton.marks  # one more mark: that of the other automaton
    for q, p in order:  # grows while it is read
        mark = other if complete.accepting[p] is accepting else 0
        found: dict[Edge, None] = {}
        for edge in automaton.edges[q]:
            for letters, target in zip(complete.classes, complete.after[p], strict=True):
                if edge.letters & letters:
                    pair = edge.target, target
                    if pair not in number:
                        number[pair] = len(order)
                        order.append(pair)
                    found[Edge(1, edge.marks | mark, number[pair])] = None
        edges.append(tuple(found))
    return _is_productive(Automaton(0, automaton.marks + 1, tuple(edges)))


def _is_productive(automaton: Automaton) -> bool:
    """Is a word accepted?"""
    good = accepting_components(automaton)
    seen = {0}
    waiting = [0]
    while waiting:
        state = waiting.pop()
        if state in good:
            return True
        for edge in automaton.edges[state]:
            if edge.target not in seen:
                seen.add(edge.target)
                waiting.append(edge.target)
    return False


def _minimal(complete: _Complete, tests: int) -> Automaton:
    """Equal states are one, after states that no run comes back to have been judged as what they
    lead to: by the greatest colours that fall along edges, even for what accepts (Löding)."""
    after, component = complete.after, complete.component
    high = 2 * len(after)
    colour: dict[int, int] = {}  # by component
    for which in sorted(set(component), reverse=True):
        members = [q for q, c in enumerate(component) if c == which]
        targets = {component[t] for q in members for t in after[q]}
        least = min((colour[t] for t in targets if t != which), default=high)
        odd = 0 if complete.accepting[members[0]] else 1
        falls = which in targets and least % 2 != odd
        colour[which] = least - falls if targets != {which} else high + odd
    kind = [colour[which] % 2 for which in component]
    while True:
        finer: dict[tuple[int, ...], int] = {}
        row = [(kind[q], *(kind[t] for t in after[q])) for q in range(len(after))]
        refined = [finer.setdefault(r, len(finer)) for r in row]
        if len(finer) == len(set(kind)):
            break
        kind = refined
    first = {which: kind.index(which) for which in dict.fromkeys(kind)}
    number = {which: k for k, which in enumerate(first)}
    edges = []
    for q in first.values():
        joined: dict[int, int] = {}
        for letters, target in zip(complete.classes, after[q], strict=True):
            to = number[kind[target]]
            joined[to] = joined.get(to, 0) | letters
        mark = 1 - colour[component[q]] % 2
        edges.append(tuple(Edge(letters, mark, to) for to, letters in joined.items()))
    return Automaton(tests, 1, tuple(edges))
