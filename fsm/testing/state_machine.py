"""Test an implementation against its spec: a Hypothesis state machine that drives an adapter.

    TestShop = stateful(load("shop.fsm.yaml"), ShopAdapter).TestCase

After each step the set of spec states that fit everything seen so far must not be empty. Whatever
the spec leaves open is accepted; what it allows is listed where the implementation does something
else.
"""

from collections.abc import Mapping
from typing import Any, cast

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from fsm.errors import UsageError
from fsm.expressions import Scalar
from fsm.model import Spec
from fsm.testing.adapter import Adapter, driven_events
from fsm.testing.belief import Believer
from fsm.testing.divergence import Divergence, Teller
from fsm.testing.intents import Intent
from fsm.testing.session import Session
from fsm.testing.shortest import Shortest
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

    A run fails with `Divergence`, which tells the shortest run that was found (see `Shortest`),
    whatever Hypothesis has shrunk its own to. Raises `UsageError` F655 or F656 for an adapter that
    does not match the spec, F659 for a variant that is not whole; the run itself F657 for an
    observation of what the spec does not have, and F658 beyond the limit.
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

    def session() -> Session:
        return Session(adapter(), believer, teller, driven, impossible)

    shortest = Shortest(session)

    class Implementation(RuleBasedStateMachine):
        """One run: the adapter, and what the spec has to say about it."""

        def __init__(self) -> None:
            super().__init__()
            self.session = session()

        @initialize()
        def start(self) -> None:
            """The implementation as it was made."""
            self.session.look()

        @rule(what=st.runner().flatmap(lambda machine: machine.session.next()))
        def step(self, what: Intent | None) -> None:
            """Whatever can be tried now."""
            if what is None:
                return
            try:
                self.session.do(what)
            except Divergence as found:
                raise shortest.instead_of(found, self.session.intents) from None

        def teardown(self) -> None:
            """After each run."""
            self.session.close()

    made: Any = type(f"Test_{spec.name}", (Implementation,), {})
    made.TestCase.settings = settings(deadline=None, suppress_health_check=list(HealthCheck))
    return cast(type[RuleBasedStateMachine], made)
