"""Test an implementation against its spec: a Hypothesis state machine that drives an adapter.

    TestShop = stateful(load("shop.fsm.yaml"), ShopAdapter).TestCase

After each step the set of spec states that fit everything seen so far must not be empty. Whatever
the spec leaves open is accepted; what it allows is listed where the implementation does something
else.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, cast

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from fsm.errors import UsageError
from fsm.expressions import Scalar, Value
from fsm.model import Spec
from fsm.testing.adapter import Adapter, Call, Driven, Refused, driven_events
from fsm.testing.belief import Belief, Believer, Seen
from fsm.testing.divergence import Deed, Divergence, Teller
from fsm.testing.intents import Intent, Situation, Wait, intents
from fsm.testing.strategies import checked

LIMIT = 2_000


def stateful(
    spec: Spec,
    adapter: type[Adapter],
    variant: Mapping[str, Scalar] | None = None,
    *,
    impossible: bool = True,
    prompt: bool = True,
    limit: int = LIMIT,
    lang: str = "",
) -> type[RuleBasedStateMachine]:
    """A state machine for Hypothesis; its rules are the events of the adapter
    (`fsm.testing.adapter` says how one is written). Its `TestCase` is a `unittest` class that
    pytest collects.

    `variant` gives every switch and question the value that the implementation was built for.
    `impossible`: also ask for what the spec makes impossible; the adapter must raise `Refused`.
    `prompt`: when a call returns, the implementation has done what the spec does not let wait, such
    as a refund at a deadline; without it, the implementation may still be about to.
    `limit`: the most states of the spec that may fit what was seen.
    `lang`: zh or en; the spec's own language, or English.

    A run fails with `Divergence`. Raises `UsageError` F655 or F656 for an adapter that does not
    match the spec, F659 for a variant that is not whole; the run itself F657 for an observation of
    what the spec does not have, and F658 beyond the limit.
    """
    chosen = checked(spec, variant)
    missing = [c.name for c in spec.configuration if c.name not in chosen]
    if missing:
        raise UsageError(
            "F659", f"one variant of {spec.name} is implemented: {', '.join(missing)} is open",
            "give every switch and question its value with `variant=`",
        )  # fmt: skip
    driven = driven_events(spec, adapter)
    names = frozenset(call.event for event in driven for call in event.calls)
    believer = Believer(spec, chosen, names, prompt=prompt, limit=limit)
    unit = believer.ground.unit
    if unit is not None and not callable(getattr(adapter, "advance", None)):
        raise UsageError(
            "F656", "the spec has time, and the adapter has no method advance",
            "def advance(self, time: timedelta) lets that much time pass",
        )  # fmt: skip
    teller = Teller(spec, lang or spec.lang or "en", unit)

    class Implementation(RuleBasedStateMachine):
        """One run: the adapter, and what the spec has to say about it."""

        def __init__(self) -> None:
            super().__init__()
            self.session = Session(adapter(), believer, teller, driven, impossible)

        @initialize()
        def start(self) -> None:
            """The implementation as it was made."""
            self.session.look()

        @rule(what=st.runner().flatmap(lambda machine: machine.session.intents()))
        def step(self, what: Intent | None) -> None:
            """Whatever can be tried now."""
            self.session.do(what)

        def teardown(self) -> None:
            """After each run."""
            close = getattr(self.session.adapter, "close", None)
            if close is not None:
                close()

    made: Any = type(f"Test_{spec.name}", (Implementation,), {})
    made.TestCase.settings = settings(deadline=None, suppress_health_check=list(HealthCheck))
    return cast(type[RuleBasedStateMachine], made)


class Session:
    """One run of the implementation, and the states of the spec that fit it."""

    def __init__(
        self, adapter: Adapter, believer: Believer, teller: Teller,
        driven: tuple[Driven, ...], impossible: bool,
    ) -> None:  # fmt: skip
        self.adapter, self._believer, self._teller = adapter, believer, teller
        self._impossible = impossible
        self._before: set[Call] = set()
        self._calls = {(c.event, c.fields): c for event in driven for c in event.calls}
        self._belief: Belief = believer.start()
        self._deeds: list[Deed] = []
        self._seen: dict[str, Value] = {}
        self._now = 0

    def look(self) -> None:
        """Compare before anything is done."""
        self._compare(self._belief, None)

    def intents(self) -> st.SearchStrategy[Intent | None]:
        """What can be tried now; None where the run has ended and nothing is left to try."""
        possible = {self._calls[happening] for happening in self._believer.can(self._belief)}
        unit = self._believer.ground.unit or 1
        waits = [
            Wait(units, timedelta(milliseconds=units * unit))
            for units in self._believer.instants(self._belief)
        ]
        situation = Situation(
            list(self._calls.values()), waits, possible, frozenset(self._before), self._kept,
            self._impossible,
        )  # fmt: skip
        self._before |= possible
        if not waits and not possible and not self._impossible:
            return st.none()
        return intents(len(self._deeds), situation)

    def _kept(self, intent: Intent) -> float:
        """The share of what can still happen that can still happen afterwards."""
        if isinstance(intent, Wait):
            following = self._believer.waited(self._belief, intent.units)
        else:
            following = self._believer.after(self._belief, (intent.event, intent.fields))
        return self._believer.kept(self._belief, following)

    def do(self, what: Intent | None) -> None:
        """Do it to the implementation, and compare."""
        if what is None:
            return
        if isinstance(what, Wait):
            self._now += what.units
            self.adapter.advance(what.time)  # type: ignore[attr-defined]
            following = self._believer.waited(self._belief, what.units)
            self._compare(following, Deed(None, self._now, what.units))
            return
        happening = what.event, what.fields
        refused = False
        try:
            getattr(self.adapter, what.method)(**dict(what.arguments))
        except Refused:
            refused = True
            following = self._believer.without(self._belief, happening)
        else:
            following = self._believer.after(self._belief, happening)
        deed = Deed(what, self._now, refused=refused)
        if not following:
            self._deeds.append(deed)
            told = self._teller.tell(self._deeds, self._accusation(deed))
            raise Divergence(told, len(self._deeds))
        self._compare(following, deed)

    def _compare(self, following: Belief, deed: Deed | None) -> None:
        seen = self.adapter.observe()
        settled = self._believer.settled(following)
        self._belief = self._believer.fitting(settled, seen)
        changed = tuple(
            (n, v) for n, v in seen.items() if n not in self._seen or self._seen[n] != v
        )
        self._seen = dict(seen)
        if deed is not None:
            self._deeds.append(Deed(deed.call, deed.at, deed.units, deed.refused, changed))
        if not self._belief:
            allowed = (self._shown(state, seen) for state in settled)
            told = [] if deed is not None else [self._teller.seen(changed)]
            accusation = self._teller.observation(allowed)
            raise Divergence(self._teller.tell(self._deeds, *told, accusation), len(self._deeds))

    def _accusation(self, deed: Deed) -> str:
        if deed.refused:
            return self._teller.refusal()
        can = self._believer.can(self._belief)
        return self._teller.acceptance(self._calls[h] for h in can)

    def _shown(self, state: tuple[int, ...], seen: Seen) -> tuple[tuple[str, Value], ...]:
        snapshot = self._believer.snapshot(state)
        known: dict[str, Value] = {**dict(snapshot.locations), **dict(snapshot.values)}
        return tuple((name, known[name]) for name in seen)
