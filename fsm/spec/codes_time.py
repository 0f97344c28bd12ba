"""Structural findings about deadlines and comparisons of clocks (S15 to S18)."""

from fsm.model import Text
from fsm.spec.code import Code

_ALLOW = "If it is meant, accept it under 'allow' with a reason."
_HEAD = "fsm: 1\nname: example\n"
_TICKET = "machines:\n  ticket:\n    states: {open: {}, closed: {final: true}}\n    transitions:\n"

TIME_CODES: dict[str, Code] = {
    "S15": Code(
        Text("永远轮不到的期限", "a deadline that never comes"),
        "The deadline is waited for, and time is always stopped by another one before: it never "
        "fires, in these variants. Subject: machine:number, counted from 0, or its line.",
        f"{_HEAD}{_TICKET}      - {{from: open, after: 48h, to: closed}}\n"
        "      - {from: open, after: 72h, to: closed}\n",
        f"Make it earlier, restart the clock of the other, or delete it. {_ALLOW}",
    ),
    "S16": Code(
        Text("期限竞争", "two deadlines at the same instant"),
        "Two deadlines are due at one instant, nothing says which comes first, and it matters: "
        "one makes the other impossible, or the two orders end in different states. Alternatives "
        "of one machine within one interval are a choice, not a race. Subject: a:0+b:1, the two "
        "transitions.",
        f"{_HEAD}{_TICKET}      - {{from: open, after: 48h, to: closed}}\n"
        "  shop:\n    states: {waiting: {}, gone: {final: true}, paid: {final: true}}\n"
        "    transitions:\n      - {from: waiting, after: 48h, when: ticket == open, to: gone}\n"
        "      - {from: waiting, when: ticket == closed, to: paid}\n",
        f"Give one a priority, or move one of the times. {_ALLOW}",
    ),
    "S17": Code(
        Text("恒定的时间条件", "a comparison with a clock that never varies"),
        "A comparison with a clock is true, or false, in every reachable state in which the "
        "guard depends on it. So it says nothing, or what it asks for never comes. Subject: "
        "machine:number, counted from 0, or its line.",
        f"{_HEAD}{_TICKET}      - {{from: open, not_after: 72h, to: closed}}\n"
        "      - {from: open, after: 48h, to: closed}\n",
        f"Delete it, or compare with the time that is meant. {_ALLOW}",
    ),
    "S18": Code(
        Text("期限可能错过", "a deadline that can be met after its time"),
        "A deadline cannot be outstayed while its guard is true. Here the guard may become true "
        "only after the time is over, and the transition then happens late. Subject: "
        "machine:number, counted from 0, or its line.",
        f"{_HEAD}{_TICKET}"
        "      - {from: open, between: [1h, 48h], when: shop == back, to: closed}\n"
        "  shop:\n    states: {away: {}, back: {final: true}}\n"
        "    transitions:\n      - {from: away, between: [0h, 72h], to: back}\n",
        f"Use 'not_after', which ends the possibility, or say what happens at the end. {_ALLOW}",
    ),
}
