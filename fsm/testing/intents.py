"""What to try next on an implementation: any event it may be asked for, or to let time pass.

A step is drawn as its place among all calls, whatever the state, and each step is steered by a draw
of its own. So leaving out one step of a run does not change the others, and a failing run shrinks.
"""

import random
from collections.abc import Callable, Collection, Sequence
from datetime import timedelta

from hypothesis import strategies as st
from msgspec import Struct

from fsm.testing.adapter import Call
from fsm.testing.draws import places, salts

# How often each kind is tried, where there is any of it: what the spec makes possible; waiting;
# what is possible with other fields only; what was possible earlier in the run; other calls.
POSSIBLE, WAITING, NEARLY, NO_LONGER, IMPOSSIBLE = 50, 10, 15, 10, 10
LEAST = 0.05  # how much is at least left to steps that decide everything


class Wait(Struct, frozen=True):
    """Let time pass: so many units of the spec."""

    units: int
    time: timedelta

    def __repr__(self) -> str:
        return f"advance({self.time})"


Intent = Call | Wait


class Situation(Struct, frozen=True):
    """Every call and every wait there is; which of the calls are possible, and which were before.

    `kept` tells which share of what is open an intent leaves open.
    """

    calls: Sequence[Call]
    waits: Sequence[Wait]
    possible: Collection[Call]
    before: Collection[Call]
    kept: Callable[[Intent], float]
    impossible: bool


@st.composite
def intents(draw: st.DrawFn, number: int, situation: Situation) -> Intent:
    """What to do as step `number` of a run."""
    calls = situation.calls
    if not situation.impossible:
        calls = [call for call in calls if call in situation.possible]
    options: list[Intent] = [*calls, *situation.waits]
    salt = draw(salts(number))
    wanted = options.index(_wanted(random.Random(salt), options, situation)) if salt else None
    return options[draw(places(number, len(options), wanted))]


def _wanted(chance: random.Random, options: Sequence[Intent], situation: Situation) -> Intent:
    """A kind first, then an event, then its fields: many fields do not make an event frequent."""
    events = {call.event for call in situation.possible}
    groups: dict[int, list[Intent]] = {}
    for option in options:
        if isinstance(option, Wait):
            kind = 1
        elif option in situation.possible:
            kind = 0
        else:
            kind = 2 if option.event in events else 3 if option in situation.before else 4
        groups.setdefault(kind, []).append(option)
    shares = (POSSIBLE, WAITING, NEARLY, NO_LONGER, IMPOSSIBLE)
    kind = chance.choices(list(groups), [shares[k] for k in groups])[0]
    if kind > 1:
        return chance.choice(_one_event(chance, groups[kind]))
    worth = [max(LEAST, situation.kept(option) ** 2) for option in groups[kind]]
    best: dict[str, float] = {}
    for option, value in zip(groups[kind], worth, strict=True):
        best[_event(option)] = max(value, best.get(_event(option), 0))
    event = chance.choices(list(best), list(best.values()))[0]
    rest = [(o, w) for o, w in zip(groups[kind], worth, strict=True) if _event(o) == event]
    return chance.choices([o for o, _ in rest], [w for _, w in rest])[0]


def _one_event(chance: random.Random, group: Sequence[Intent]) -> list[Intent]:
    event = chance.choice(list(dict.fromkeys(map(_event, group))))
    return [option for option in group if _event(option) == event]


def _event(intent: Intent) -> str:
    return "" if isinstance(intent, Wait) else intent.method
