"""Many moves as few relations: one step by any of them.

What a move leaves alone has to be said here, but a step of one of many processes, with the others
left alone, is a diagram no longer than the row of processes. So a search ring by ring, whose sets
are large and from which every move is made once, reads each set a few times, not once a move.
Source: Burch, Clarke & Long, "Symbolic model checking with partitioned transition relations", VLSI
1991 (disjunctive partitions).
"""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from fsm.explore.symbolic.diagrams import Diagram, Diagrams
from fsm.explore.symbolic.fields import Field
from fsm.explore.symbolic.moves import Move

TOGETHER = 10_000  # nodes up to which moves are made one


class _Relation(Struct):
    """Moves that differ in what they change, as one relation over all of that."""

    diagrams: Diagrams
    relation: Diagram
    places: dict[str, Field]

    def joined(self, other: "_Relation") -> "_Relation":
        """A step of either: what only the other one changes stays as it is."""
        return _Relation(
            self.diagrams,
            self._beside(other) | other._beside(self),
            {**self.places, **other.places},
        )

    def image(self, states: Diagram) -> Diagram:
        """As of a move."""
        before = [bit for place in self.places.values() for bit in place.bits]
        back = {a: b for f in self.places.values() for b, a in zip(f.bits, f.after, strict=True)}
        after = self.diagrams.joint(states, self.relation, before)
        return self.diagrams.substitute(after, back)

    def preimage(self, states: Diagram) -> Diagram:
        """As of a move."""
        after = [bit for place in self.places.values() for bit in place.after]
        forth = {b: a for f in self.places.values() for b, a in zip(f.bits, f.after, strict=True)}
        return self.diagrams.joint(self.diagrams.substitute(states, forth), self.relation, after)

    def _beside(self, other: "_Relation") -> Diagram:
        still = [f.same for name, f in other.places.items() if name not in self.places]
        return self.relation & self.diagrams.all(still)


class Moves:
    """Moves, one by one, or one step by any of them."""

    def __init__(self, diagrams: Diagrams, moves: Iterable[Move]) -> None:
        self.diagrams, self._moves = diagrams, tuple(moves)
        self._together: list[Move | _Relation] | None = None

    def __iter__(self) -> Iterator[Move]:
        return iter(self._moves)

    def __contains__(self, move: object) -> bool:
        return any(move is mine for mine in self._moves)

    def __len__(self) -> int:
        return len(self._moves)

    @property
    def together(self) -> "list[Move | _Relation]":
        """All of them in as few relations as stay small. O(log moves) rounds of joining."""
        if self._together is None:
            self._together = [*_together(self.diagrams, self._moves)]
        return self._together

    def image(self, states: Diagram) -> Diagram:
        """Where a step leads from the set."""
        return self.diagrams.any(part.image(states) for part in self.together)

    def preimage(self, states: Diagram) -> Diagram:
        """From where a step leads into the set."""
        return self.diagrams.any(part.preimage(states) for part in self.together)


def _together(diagrams: Diagrams, moves: Sequence[Move]) -> Iterator[Move | _Relation]:
    """Neighbours in the order of the variables are joined, and then those, while that is small."""
    relations = []
    for move in moves:
        relation = _as_relation(move)
        if relation is None:
            yield move
        else:
            relations.append(relation)
    level = diagrams.manager.level_of_var
    relations.sort(key=lambda r: min(level(b) for f in r.places.values() for b in f.bits))
    joining = True
    while joining:
        joining, left = False, list[_Relation]()
        while relations:
            both = relations[0].joined(relations[1]) if len(relations) > 1 else None
            if both is not None and len(both.relation) <= TOGETHER:
                joining = True
                left.append(both)
                del relations[:2]
            else:
                left.append(relations.pop(0))
        relations = left
    yield from relations


def _as_relation(move: Move) -> _Relation | None:
    """None where it is too large, or changes nothing."""
    changed = {f.name: f for f in (*move.related, *(f for f, _ in move.fixed)) if f.bits}
    if len(move.parts) > 1 or not changed:
        return None
    diagrams = move.diagrams
    numbers = diagrams.all(f.becomes(number) for f, number in move.fixed)
    relation = diagrams.exist(move.choice, move.parts[0]) & numbers
    return _Relation(diagrams, relation, changed) if len(relation) <= TOGETHER else None
