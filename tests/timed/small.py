"""Small timed specs from a number: few states, and much about clocks. They are cheap to make and to
decide, so that many can be compared; `tests.timed.claims` draws from the whole language."""

from random import Random
from typing import Any

Document = dict[str, Any]

CLOSED = ["c <= 1h", "c >= 2h", "d >= 1h", "c >= 1h and d <= 2h", "c >= 3h or d >= 1h", "d <= 3h"]
STRICT = ["c < 1h", "c > 2h", "d > 1h", "c > 0h and d < 2h", "c == 1h", "c != 2h", "not (d <= 1h)",
          "c > 1h -> d < 1h"]  # fmt: skip
DATA = ["x == 0", "x == 1", "s", "not s", "two == u", "one in {a, b}", "s or x == 1"]
TIMES = ["0h", "1h", "2h", "3h"]


def small(number: int, *, strict: bool, plain: bool = False, copies: bool = False) -> Document:
    """The spec of a number. `strict`: guards may have strict bounds. `plain`: nothing waits for a
    guard on clocks to be false, so that closed bounds stay so and machine code serves nearly all.
    `copies`: machine `two` has two copies that are alike."""
    r = Random(f"{number} {strict} {plain} {copies}")
    tests = CLOSED + (STRICT if strict else [])
    data = [t.replace("two == u", "any(i in 0..1: two[i] == u)") if copies else t for t in DATA]
    own, other = ["a", "b", "k"], ["u", "v"]

    def guard(*, clocks: bool) -> str:
        choices = [r.choice(tests if clocks else data), r.choice(data)]
        parts = r.choices(choices, k=1 if r.random() < 0.6 else 2)
        return r.choice([" and ", " and ", " or "]).join(f"({part})" for part in parts)

    def timing(*, forces: bool) -> Document:
        low, high = sorted(r.choices(TIMES, k=2))
        kinds = [{"not_before": high}, {"not_after": high}, {"not_before": low, "not_after": high}]
        if forces:
            kinds += [{"after": high}, {"between": [low, high]}, {"between": [low, high]}]
        clock = {"clock": r.choice("cd")} if r.random() < 0.3 else {}
        return r.choice(kinds) | clock

    def transition(states: list[str], event: str, *, forces: bool) -> Document:
        found: Document = {"from": r.choice(states), "to": r.choice(states)}
        if event:
            found["on"] = event
        free = not event or forces  # neither a listener nor what is urgent
        if r.random() < 0.7 and (free or not plain):
            found |= timing(forces=forces)
        if r.random() < 0.5:
            waits = {"after", "between"} & {*found}
            found["when"] = guard(clocks=not plain or (free and not waits))
        if r.random() < 0.5:
            found["reset"] = r.choice(["c", "d", ["c", "d"]])
        if r.random() < 0.3:
            found["set"] = {"x": r.choice([0, 1, "1 - x"])}
        return found

    urgent = r.random() < 0.25
    events: Document = {"e": {"by": "one", **({"urgent": True} if urgent else {})}}
    one = [transition(own, "", forces=True) for _ in range(r.randint(2, 4))]
    one.append(transition(own, "e", forces=not urgent) | {"from": r.choice("ab")})
    two = [transition(other, "", forces=True) for _ in range(r.randint(1, 2))]
    if r.random() < 0.6:
        two.append(transition(other, "e", forces=False))
    hasty = {"urgent": True} if r.random() < 0.15 else {}
    where = "any(i in 0..1: two[i] == v)" if copies else "two == v"
    bound = r.choice(["c >= 2h", "d <= 1h", *(["c > 2h", "d < 1h"] if strict else [])])
    return {
        "fsm": 1, "name": "small", "switches": {"s": "bool"},
        "variables": {"x": {"range": "0..1"}}, "clocks": {"c": {}, "d": {}}, "events": events,
        "machines": {
            "one": {"states": {"a": {}, "b": hasty, "k": {}}, "transitions": one},
            "two": {"states": {"u": {}, "v": {}}, "transitions": two,
                    **({"count": 2} if copies else {})},
        },
        "properties": {
            "p0": {"never": f"one == k and {where}"},
            "p1": {"reachable": f"one == b and {bound}"},
            "p2": {"always": f"one != k or x == 0 or {bound}"},
            "p3": {"never": f"{where} and {r.choice(tests)}"},
            "p4": {"eventually": r.choice(["one == k", where]), "within": r.choice(TIMES)},
            "p5": {"after": "e", "eventually": r.choice(["one == k", "x == 1"]),
                   "within": r.choice(TIMES[1:])},
            "p6": {"never": f"since(e) {r.choice(['<=', '>='])} 1h and fired(e) and {where}"},
        },
    }  # fmt: skip
