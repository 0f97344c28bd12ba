"""Test an implementation against its spec: a Hypothesis state machine that drives an adapter.

    TestShop = stateful(load("shop.fsm.yaml"), ShopAdapter).TestCase

After each step the set of spec states that fit everything seen so far must not be empty. Whatever
the spec leaves open is accepted; what it allows is listed where the implementation does something
else.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, cast

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from fsm.errors import UsageError
from fsm.expressions import Scalar, Value
from fsm.model import Spec
from fsm.testing.adapter import Adapter, Call, Driven, Refused, driven_events
from fsm.testing.belief import Belief, Believer, Happening, Seen
from fsm.testing.divergence import Deed, Divergence, Teller
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
    calls = {(c.event, c.fields): c for d in driven for c in d.calls}
    names = frozenset(c.event for c in calls.values())
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
            self.session = Session(adapter(), believer, teller, calls)

        @initialize()
        def start(self) -> None:
            """The implementation as it was made."""
            self.session.look()

        def teardown(self) -> None:
            """After each run."""
            close = getattr(self.session.adapter, "close", None)
            if close is not None:
                close()

    rules: dict[str, Any] = {}
    for event in driven:
        rules[_free_name(event.method)] = _event_rule(event)
    if unit is not None:
        rules["advance"] = _advance_rule()
    if impossible:
        rules["attempt"] = _attempt_rule()
    made: Any = type(f"Test_{spec.name}", (Implementation,), rules)
    made.TestCase.settings = settings(deadline=None, suppress_health_check=list(HealthCheck))
    return cast(type[RuleBasedStateMachine], made)


class Session:
    """One run of the implementation, and the states of the spec that fit it."""

    def __init__(
        self, adapter: Adapter, believer: Believer, teller: Teller,
        calls: Mapping[Happening, Call],
    ) -> None:  # fmt: skip
        self.adapter, self._believer, self._teller = adapter, believer, teller
        self._calls = calls
        self._belief: Belief = believer.start()
        self._deeds: list[Deed] = []
        self._seen: dict[str, Value] = {}
        self._now = 0

    def possible(self, method: str) -> list[dict[str, Scalar]]:
        """The arguments with which the event can happen now."""
        can = self._believer.can(self._belief)
        return [
            dict(c.arguments) for h, c in self._calls.items() if c.method == method and h in can
        ]

    def impossible(self) -> list[Call]:
        """The calls that the implementation must refuse now."""
        can = self._believer.can(self._belief)
        return [call for happening, call in self._calls.items() if happening not in can]

    def instants(self) -> list[timedelta]:
        """How long it is worth waiting now."""
        unit = self._believer.ground.unit or 1
        return [timedelta(milliseconds=u * unit) for u in self._believer.instants(self._belief)]

    def call(self, method: str, arguments: Mapping[str, Scalar]) -> None:
        """Let an event happen, and compare."""
        happening, call = next(
            (h, c) for h, c in self._calls.items()
            if c.method == method and dict(c.arguments) == dict(arguments)
        )  # fmt: skip
        deed = Deed(call, self._now)
        try:
            getattr(self.adapter, method)(**arguments)
        except Refused:
            deed = Deed(call, self._now, refused=True)
            following = self._believer.without(self._belief, happening)
        else:
            following = self._believer.after(self._belief, happening)
        if not following:
            self._deeds.append(deed)
            raise Divergence(
                self._teller.tell(self._deeds, self._accusation(deed)), len(self._deeds)
            )
        self._compare(following, deed)

    def advance(self, time: timedelta) -> None:
        """Let time pass, and compare."""
        units = time // timedelta(milliseconds=self._believer.ground.unit or 1)
        self._now += units
        self.adapter.advance(time)  # type: ignore[attr-defined]
        following = self._believer.waited(self._belief, units)
        self._compare(following, Deed(None, self._now, units))

    def look(self) -> None:
        """Compare without doing anything."""
        self._compare(self._belief, None)

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


def _free_name(method: str) -> str:
    """A name for a rule that hides nothing of the state machine."""
    return f"{method}_" if hasattr(RuleBasedStateMachine, method) else method


def _event_rule(event: Driven) -> Callable[..., None]:
    method = event.method

    def happen(self: Any, arguments: dict[str, Scalar]) -> None:
        self.session.call(method, arguments)

    happen.__name__ = method
    possible = st.runner().flatmap(lambda m: st.sampled_from(m.session.possible(method)))
    return precondition(lambda m: bool(m.session.possible(method)))(
        rule(arguments=possible)(happen)
    )


def _advance_rule() -> Callable[..., None]:
    def advance(self: Any, time: timedelta) -> None:
        self.session.advance(time)

    times = st.runner().flatmap(lambda m: st.sampled_from(m.session.instants()))
    return precondition(lambda m: bool(m.session.instants()))(rule(time=times)(advance))


def _attempt_rule() -> Callable[..., None]:
    def attempt(self: Any, what: tuple[str, dict[str, Scalar]]) -> None:
        self.session.call(*what)

    calls = st.runner().flatmap(
        lambda m: st.sampled_from([(c.method, dict(c.arguments)) for c in m.session.impossible()])
    )
    return precondition(lambda m: bool(m.session.impossible()))(rule(what=calls)(attempt))
