"""What a step does (design, sections 3.5 and 3.7): candidates and delays as moves.

A step that faults is no part of its move; where it would happen is noted.
"""

from collections.abc import Sequence

from msgspec import Struct

from fsm.explore.symbolic.candidates import Candidate, Candidates, Part
from fsm.explore.symbolic.diagrams import Diagram
from fsm.explore.symbolic.encoding import Encoding
from fsm.explore.symbolic.evaluate import Cases, Evaluator, Wrong
from fsm.explore.symbolic.fields import Field
from fsm.explore.symbolic.moves import Move
from fsm.semantics.ir import Node
from fsm.semantics.lowered import Edge, Write


class Effects(Struct):
    """Turns the candidates of a system into moves; `moves[0]` is the delay where there is time.

    `fired` gives for each edge the moves that take it, and where.
    """

    encoding: Encoding
    evaluator: Evaluator
    candidates: Candidates
    moves: list[Move] = []
    fired: list[tuple[Edge, Move, Diagram]] = []
    _choices: int = 0

    def build(self) -> None:
        """Make the moves."""
        if self.encoding.system.unit is not None:
            self.moves.append(self._delay())
        for candidate in self.candidates.found:
            self._add(candidate)

    # --- steps --------------------------------------------------------------------------------

    def _add(self, candidate: Candidate) -> None:
        diagrams = self.encoding.diagrams
        guard = [candidate.where, candidate.any_of]
        taken: list[tuple[Edge, Diagram]] = []
        if candidate.lead is not None:
            taken.append((candidate.lead, diagrams.true))
        choice: list[str] = []
        for part in candidate.others:
            if part.must:
                guard.append(part.able)
            mine, names = self._chosen(part, guard)
            taken += mine
            choice += names
        context = diagrams.all(guard)
        if context == diagrams.false:
            return
        written = _Step(self, context, choice)
        for edge, where in taken:
            written.take(edge, where)
        move = written.move(candidate)
        if move is not None:
            self.moves.append(move)
            self.fired += [(edge, move, where) for edge, where in taken]

    def _chosen(
        self, part: Part, guard: list[Diagram]
    ) -> tuple[list[tuple[Edge, Diagram]], list[str]]:
        """Where a process takes which of its edges. Where it may choose, variables say what."""
        diagrams = self.encoding.diagrams
        seen, overlap = diagrams.false, diagrams.false
        for option in part.options:
            overlap |= seen & option.where
            seen |= option.where
        if overlap == diagrams.false:
            return [(o.edge, o.where) for o in part.options], []
        width = (len(part.options) - 1).bit_length()
        names = [f"x{self._choices + k}" for k in range(width)]
        self._choices += width
        diagrams.declare(names)
        numbered = [
            diagrams.cube({n: bool(number >> k & 1) for k, n in enumerate(names)})
            for number in range(len(part.options))
        ]
        mine = [(o.edge, o.where & n) for o, n in zip(part.options, numbered, strict=True)]
        guard.append(diagrams.any([*(w for _, w in mine), ~part.able & numbered[0]]))
        return mine, names

    # --- time ---------------------------------------------------------------------------------

    def _delay(self) -> Move:
        """One unit passes, unless something urgent or a deadline holds it up."""
        diagrams, system = self.encoding.diagrams, self.encoding.system
        slots = self.encoding.slots
        held = [self.candidates.blocked]
        for process in system.processes:
            held.append(slots[process.slot].among(sorted(process.urgent)))
        for edge in system.edges:
            if edge.forced is not None:
                here = slots[edge.process].value(edge.leaf)
                held.append(here & self.evaluator.true(edge.forced))
        parts = [~diagrams.any(held)]
        related = []
        for clock in system.clocks:
            place = slots[clock.slot]
            running = diagrams.true
            if clock.process is not None:
                running = slots[clock.process].among(sorted(clock.leaves))
            if clock.paused is not None:
                for wrong, where in self.evaluator.of(clock.paused).faults.items():
                    self.candidates.blame(wrong, where & parts[0], None)
                running &= ~self.evaluator.true(clock.paused)
            on = diagrams.any(
                place.value(v) & place.becomes(min(v + 1, place.high))
                for v in range(place.low, place.high + 1)
            )
            parts.append(diagrams.ite(running, on, place.same))
            related.append(place)
        return Move(diagrams, None, None, parts, tuple(related), (), delay=True)


class _Step:
    """The effects of the edges that go together, slot by slot."""

    def __init__(self, effects: Effects, context: Diagram, choice: list[str]) -> None:
        self.effects, self.encoding = effects, effects.encoding
        self.diagrams, self.choice = effects.encoding.diagrams, choice
        self.context = context  # where the step would be made
        self.good = context  # and where nothing was wrong with it so far
        self.slots: dict[int, list[tuple[Diagram, Cases]]] = {}
        self.writes: list[tuple[Edge, Write, Diagram, Cases]] = []
        self.resets: list[tuple[Diagram, Edge]] = []

    def take(self, edge: Edge, where: Diagram) -> None:
        """Values are read in the order of the edges, before any place that is written."""
        always = {0: self.diagrams.true}
        self._set(edge.process, where, {edge.target: self.diagrams.true})
        for slot in edge.restarts:
            self._set(slot, where, always)
        for write in edge.writes:
            meaning = self.effects.evaluator.of(write.value)
            for wrong, bad in meaning.faults.items():
                self._fault(wrong, where & bad, edge.number)
            inside = {}
            for value, cases in meaning.values.items():
                if write.low <= value <= write.high:
                    inside[value] = cases
                else:
                    self._fault(("range", write.name, value), where & cases, edge.number)
            self.writes.append((edge, write, where, inside))
        if edge.resets:
            self.resets.append((where, edge))

    def move(self, candidate: Candidate) -> Move | None:
        """The whole step; None where it always faults."""
        places = [self._places(e, w.target, where) for e, w, where, _ in self.writes]
        written: dict[int, Diagram] = {}
        for (edge, write, _, cases), slots in zip(self.writes, places, strict=True):
            for slot, here in slots.items():
                known = written.get(slot, self.diagrams.false)
                self._fault(("conflict", write.name, 0), known & here, edge.number)
                written[slot] = known | here
                self._set(slot, here, cases)
        for where, edge in self.resets:
            for reset in edge.resets:
                for slot, here in self._places(edge, reset, where).items():
                    self._set(slot, here, {0: self.diagrams.true})
        if self.good == self.diagrams.false:
            return None
        parts, related, fixed = [self.good], [], []
        for slot, effects in self.slots.items():
            place = self.encoding.slots[slot]
            number = self._number(effects)
            if number is not None:
                fixed.append((place, number))
            else:
                parts.append(self._relation(place, effects))
                related.append(place)
        return Move(
            self.diagrams, candidate.action,
            None if candidate.lead is None else candidate.lead.number,
            parts, tuple(related), tuple(fixed), tuple(self.choice),
        )  # fmt: skip

    def _set(self, slot: int, where: Diagram, cases: Cases) -> None:
        if where != self.diagrams.false:
            self.slots.setdefault(slot, []).append((where, cases))

    def _places(self, edge: Edge, target: Node, where: Diagram) -> dict[int, Diagram]:
        meaning = self.effects.evaluator.slots_of(target)
        for wrong, bad in meaning.faults.items():
            self._fault(wrong, where & bad, edge.number)
        return {slot: where & here for slot, here in meaning.values.items()}

    def _fault(self, wrong: Wrong, where: Diagram, edge: int) -> None:
        """The first thing that is wrong with a step is told, and the step is not taken."""
        bad = where & self.good
        if bad != self.diagrams.false:
            self.effects.candidates.blame(wrong, self.diagrams.exist(self.choice, bad), edge)
            self.good &= ~bad

    def _number(self, effects: Sequence[tuple[Diagram, Cases]]) -> int | None:
        """The number that the slot always gets, if there is one."""
        numbers = {v for _, cases in effects for v in cases}
        sure = self.diagrams.any(where for where, _ in effects)
        if len(numbers) == 1 and self.good & ~sure == self.diagrams.false:
            return numbers.pop()
        return None

    def _relation(self, place: Field, effects: Sequence[tuple[Diagram, Cases]]) -> Diagram:
        changed = [
            where & here & place.becomes(value)
            for where, cases in effects
            for value, here in cases.items()
        ]
        still = ~self.diagrams.any(where for where, _ in effects)
        return self.diagrams.any([*changed, still & place.same])
