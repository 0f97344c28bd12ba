"""One run of an implementation under test: what is done to it, and the spec states that fit it."""

from datetime import timedelta

from hypothesis import strategies as st

from fsm.expressions import Value
from fsm.testing.adapter import Adapter, Call, Driven, Refused
from fsm.testing.belief import Belief, Believer, Seen
from fsm.testing.divergence import Deed, Divergence, Teller
from fsm.testing.intents import Intent, Situation, Wait, intents


class Session:
    """One run; `intents` is what was done to the implementation so far, `belief` are the states of
    the spec that fit.

    `impossible`: may the test ask for what the spec makes impossible?
    """

    def __init__(
        self, adapter: Adapter, believer: Believer, teller: Teller,
        driven: tuple[Driven, ...], impossible: bool,
    ) -> None:  # fmt: skip
        self._adapter, self._believer, self._teller = adapter, believer, teller
        self._impossible = impossible
        self.intents: tuple[Intent, ...] = ()
        self._before: set[Call] = set()
        self._calls = {(c.event, c.fields): c for event in driven for c in event.calls}
        self.belief: Belief = believer.start()
        self._deeds: list[Deed] = []
        self._seen: dict[str, Value] = {}
        self._now = 0

    def look(self) -> None:
        """Compare before anything is done."""
        self._compare(self.belief, None)

    def next(self) -> st.SearchStrategy[Intent | None]:
        """What can be tried now; None where the run has ended and nothing is left to try."""
        possible, waits = self._possible(), self._waits()
        situation = Situation(
            list(self._calls.values()), waits, possible, frozenset(self._before), self._kept,
            self._impossible,
        )  # fmt: skip
        self._before |= possible
        if not waits and not possible and not self._impossible:
            return st.none()
        return intents(len(self._deeds), situation)

    def options(self) -> list[Intent]:
        """All that can be tried now, in the order of the spec, waits last."""
        possible = self._possible()
        calls = [c for c in self._calls.values() if self._impossible or c in possible]
        return [*calls, *self._waits()]

    def may(self, what: Intent) -> bool:
        """May the test do this now? What it drives and the spec does not let wait is its duty."""
        if isinstance(what, Wait):
            return self._believer.lets_pass(self.belief, what.units)
        return self._impossible or what in self._possible()

    def close(self) -> None:
        """After the run."""
        close = getattr(self._adapter, "close", None)
        if close is not None:
            close()

    def _possible(self) -> set[Call]:
        return {self._calls[happening] for happening in self._believer.can(self.belief)}

    def _waits(self) -> list[Wait]:
        unit = self._believer.ground.unit or 1
        return [
            Wait(units, timedelta(milliseconds=units * unit))
            for units in self._believer.instants(self.belief)
        ]

    def _kept(self, intent: Intent) -> float:
        """The share of what can still happen that can still happen afterwards."""
        if isinstance(intent, Wait):
            following = self._believer.waited(self.belief, intent.units)
        else:
            following = self._believer.after(self.belief, (intent.event, intent.fields))
        return self._believer.kept(self.belief, following)

    def do(self, what: Intent) -> None:
        """Do it to the implementation, and compare."""
        self.intents += (what,)
        if isinstance(what, Wait):
            self._now += what.units
            self._adapter.advance(what.time)  # type: ignore[attr-defined]
            following = self._believer.waited(self.belief, what.units)
            self._compare(following, Deed(None, self._now, what.units))
            return
        happening = what.event, what.fields
        refused = False
        try:
            getattr(self._adapter, what.method)(**dict(what.arguments))
        except Refused:
            refused = True
            following = self._believer.without(self.belief, happening)
        else:
            following = self._believer.after(self.belief, happening)
        deed = Deed(what, self._now, refused=refused)
        if not following:
            self._deeds.append(deed)
            told = self._teller.tell(self._deeds, self._accusation(deed))
            raise Divergence(told, len(self._deeds))
        self._compare(following, deed)

    def _compare(self, following: Belief, deed: Deed | None) -> None:
        seen = self._adapter.observe()
        settled = self._believer.settled(following)
        self.belief = self._believer.fitting(settled, seen)
        changed = tuple(
            (n, v) for n, v in seen.items() if n not in self._seen or self._seen[n] != v
        )
        self._seen = dict(seen)
        if deed is not None:
            self._deeds.append(Deed(deed.call, deed.at, deed.units, deed.refused, changed))
        if not self.belief:
            allowed = (self._shown(state, seen) for state in settled)
            told = [] if deed is not None else [self._teller.seen(changed)]
            accusation = self._teller.observation(allowed)
            raise Divergence(self._teller.tell(self._deeds, *told, accusation), len(self._deeds))

    def _accusation(self, deed: Deed) -> str:
        if deed.refused:
            return self._teller.refusal()
        can = self._believer.can(self.belief)
        return self._teller.acceptance(self._calls[h] for h in can)

    def _shown(self, state: tuple[int, ...], seen: Seen) -> tuple[tuple[str, Value], ...]:
        snapshot = self._believer.snapshot(state)
        known: dict[str, Value] = {**dict(snapshot.locations), **dict(snapshot.values)}
        return tuple((name, known[name]) for name in seen)
