"""Structural findings about deadlines and comparisons of clocks (S15 to S18)."""

from collections.abc import Iterator

from msgspec import Struct

from fsm.check.conditions import condition_of
from fsm.check.facts import Facts
from fsm.check.results import Finding
from fsm.check.wording import describe, say
from fsm.explore.deadline_findings import Comparison, Place, Race, Seen
from fsm.explore.deadlines import Deadlines
from fsm.explore.variants import Variants
from fsm.model import Machine, Spec, Text, Transition
from fsm.semantics import ir
from fsm.spec.unparse import duration_text

TIMED_CODES = ("S15", "S16", "S17", "S18")


class TimeStructure(Struct, frozen=True):
    """The checks of one spec; `deadlines` is what all its reachable states told."""

    spec: Spec
    variants: Variants
    facts: Facts
    deadlines: Deadlines

    def findings(self) -> Iterator[Finding]:
        """Everything found."""
        for overtaken in self.deadlines.overtaken():
            others = "; ".join(map(self._what, overtaken.others))
            words = say("S15", what=self._what(overtaken.deadline), others=others)
            yield self._told("S15", overtaken.deadline, words, overtaken.seen, overtaken.mask)
        for race in self.deadlines.races():
            yield self._race(race)
        for constant in self.deadlines.constant():
            place, mask = constant.comparison.place, constant.seen.mask
            words = say(
                f"S17 {str(constant.value).lower()}", what=self._what(place),
                test=self._test(constant.comparison, mask),
            )  # fmt: skip
            yield self._told("S17", place, words, constant.seen, mask)
        for late in self.deadlines.late():
            words = say("S18", what=self._what(late.deadline))
            yield self._told("S18", late.deadline, words, late.seen, late.seen.mask)

    def _race(self, race: Race) -> Finding:
        mask = race.seen.mask
        first, second = race.outcome(self.variants.simplest(mask))
        told = say(
            "S16", one=self._what(race.one), other=self._what(race.other),
            first=say(f"S16 {'left' if first else 'lost'}"),
            second=say(f"S16 {'left' if second else 'lost'}"),
        )  # fmt: skip
        subject = f"{name_of(race.one)}+{name_of(race.other)}"
        return self._finding("S16", subject, race.one, told, race.seen, mask)

    def _told(self, code: str, place: Place, words: Text, seen: Seen, mask: int) -> Finding:
        return self._finding(code, name_of(place), place, words, seen, mask)

    def _finding(
        self, code: str, subject: str, place: Place, words: Text, seen: Seen, mask: int
    ) -> Finding:
        where = condition_of(self.variants, mask)
        run = self.facts.met(seen, mask).run()
        return Finding(code, subject, words, self._transition(place)[1].at, run, where)

    def _what(self, place: Place) -> str:
        return describe(*self._transition(place))

    def _transition(self, place: Place) -> tuple[Machine, Transition]:
        machine = next(m for m in self.spec.all_machines() if m.name == place[0])
        return machine, machine.transitions[place[1]]

    def _test(self, comparison: Comparison, mask: int) -> Text:
        """The comparison in words, with its bound in the simplest variant."""
        variant = 1 << self.variants.simplest(mask)
        bound = next(b for m, b in self.variants.cases(comparison.bound) if m & variant)
        assert isinstance(bound, ir.Const)
        _, at, state = comparison.clock.rpartition("@")
        clock = Text(comparison.clock, comparison.clock)
        if at:
            clock = say("S17 time in", state=state) if state else say("S17 time")
        test = f"{comparison.op.value} {duration_text(bound.value)}"
        return Text(f"{clock.zh} {test}", f"{clock.en} {test}")


def name_of(place: Place) -> str:
    """`ticket:3`: transition 3 of the machine."""
    return f"{place[0]}:{place[1]}"
