"""Tests of an implementation against its spec: what is open is accepted, the rest is told."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from fsm.errors import UsageError
from fsm.expressions import Value
from fsm.model import Spec
from fsm.spec.load import parse_spec
from fsm.testing import Adapter, Divergence, Refused, stateful

COIN = """\
fsm: 1
name: coin
title: {zh: 硬币, en: a coin}
unit: 1h
machines:
  coin:
    zh: 硬币
    en: coin
    states:
      held: {zh: 手中, en: held}
      heads: {zh: 正面, en: heads up}
      tails: {zh: 反面, en: tails up}
      edge: {zh: 侧立, en: on its edge}
    transitions:
      - {from: held, on: toss, to: heads}
      - {from: held, on: toss, to: tails}
      - {from: [heads, tails], after: 2h, to: held}
      - {from: edge, on: tap, to: held}
events:
  toss: {zh: 抛, en: toss}
  tap: {zh: 敲, en: tap}
"""
SPEC = parse_spec(COIN)
HOUR = timedelta(hours=1)


class Coin:
    """Lands on `sides` in turn, and is back in the hand `limit` later."""

    sides: tuple[str, ...] = ("heads", "tails")
    limit = 2 * HOUR

    def __init__(self) -> None:
        self._state, self._tosses, self._lying = "held", 0, timedelta()

    def toss(self) -> None:
        if self._state != "held":
            raise Refused
        self._state = self.sides[self._tosses % len(self.sides)]
        self._tosses, self._lying = self._tosses + 1, timedelta()

    def advance(self, time: timedelta) -> None:
        self._lying += time
        if self._lying >= self.limit:
            self._state = "held"

    def observe(self) -> dict[str, Value]:
        return {"coin": self._state}


def run(adapter: type[Adapter], spec: Spec = SPEC, **options: Any) -> None:
    few = settings(
        max_examples=50, stateful_step_count=8, derandomize=True, deadline=None,
        database=None, phases=(Phase.generate,),
    )  # fmt: skip
    run_state_machine_as_test(stateful(spec, adapter, **options), settings=few)


def divergence(adapter: type[Adapter], spec: Spec = SPEC, **options: Any) -> Divergence:
    with pytest.raises(Divergence) as caught:
        run(adapter, spec, **options)
    return caught.value


def usage(adapter: type[Any], spec: Spec = SPEC, **options: Any) -> UsageError:
    with pytest.raises(UsageError) as caught:
        run(adapter, spec, **options)
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize("sides", [("heads",), ("tails",), ("heads", "tails")])
def test_every_allowed_outcome_is_accepted(sides: tuple[str, ...]) -> None:
    run(type("Fair", (Coin,), {"sides": sides}))


OUTSIDE = {
    "en": """\
The implementation leaves the spec a coin.
  1. at the start  toss
     observed: coin: on its edge
The spec allows only:
  - coin: heads up
  - coin: tails up""",
    "zh": """\
实现偏离了规约 硬币。
  1. 开始时  抛
     观察到：硬币：侧立
规约只允许：
  - 硬币：正面
  - 硬币：反面""",
}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_divergence_is_told_with_the_shortest_run_and_all_that_is_allowed(lang: str) -> None:
    found = divergence(type("Trick", (Coin,), {"sides": ("edge",)}), lang=lang)
    assert (str(found), found.steps) == (OUTSIDE[lang], 1)


def test_a_divergence_that_comes_late_still_has_the_shortest_run() -> None:
    found = divergence(type("Tired", (Coin,), {"sides": ("heads", "edge")}), lang="en")
    assert found.steps == 3  # toss, two hours, toss
    assert "  3. +2 h  toss\n     observed: coin: on its edge\n" in str(found)


def test_a_start_that_is_not_the_specs_needs_no_step() -> None:
    class Thrown(Coin):
        def __init__(self) -> None:
            super().__init__()
            self._state = "heads"

    found = divergence(Thrown, lang="en")
    assert found.steps == 0
    assert str(found).endswith("coin: heads up\nThe spec allows only:\n  - coin: held")


def test_what_is_possible_must_not_be_refused_and_the_rest_must() -> None:
    class Stubborn(Coin):
        def toss(self) -> None:
            raise Refused

    class Eager(Coin):
        def toss(self) -> None:
            if self._state == "held":
                super().toss()

    assert "  1. at the start  toss, refused\nThis was refused, but" in str(
        divergence(Stubborn, lang="en")
    )
    found = divergence(Eager, lang="en")
    assert found.steps == 2
    assert str(found).endswith("the spec makes it impossible. Possible: nothing but to wait.")
    run(Eager, impossible=False)


def test_a_shorter_run_in_which_the_test_breaks_the_rules_does_not_count() -> None:
    """Where it must not ask for what is impossible; where it must close in time."""

    class Eager(Coin):
        sides = ("heads", "edge")

        def toss(self) -> None:
            if self._state == "held":
                super().toss()

    assert divergence(Eager, lang="en").steps == 2
    found = divergence(Eager, lang="en", impossible=False)
    assert found.steps == 3
    assert "observed: coin: on its edge" in str(found)

    class Door:
        def __init__(self) -> None:
            self._state, self._hours = "ajar", 0

        def close_(self) -> None:
            if self._state == "shut":
                raise Refused
            self._state = "shut"

        def pull(self) -> None:
            if self._state == "ajar":
                raise Refused
            self._state = "ajar" if self._hours < 3 else "shut"

        def advance(self, time: timedelta) -> None:
            self._hours += time // HOUR

        def observe(self) -> dict[str, Value]:
            return {"door": self._state}

    found = divergence(Door, DOOR, lang="en")
    assert found.steps == 3
    assert "  1. at the start  close\n" in str(found)


DOOR = parse_spec("""\
fsm: 1
name: door
unit: 1h
machines:
  door:
    states: {ajar: {}, shut: {}}
    transitions:
      - {from: ajar, on: close, between: [0h, 2h], to: shut}
      - {from: shut, on: pull, to: ajar}
events: {close: {}, pull: {}}
""")


@pytest.mark.parametrize(
    ("limit", "at", "seen", "allowed"),
    [(HOUR, "1 h", "held", {"heads up"}), (3 * HOUR, "2 h", None, {"held"})],
    ids=["an hour early", "an hour late"],
)
def test_a_deadline_is_kept_exactly(
    limit: timedelta, at: str, seen: str | None, allowed: set[str]
) -> None:
    found = divergence(type("Clocked", (Coin,), {"limit": limit, "sides": ("heads",)}), lang="en")
    assert found.steps == 2
    text, _, rest = str(found).partition("The spec allows only:")
    assert f"  2. +{at}  {at} pass" in text
    assert (f"observed: coin: {seen}" in text) == (seen is not None)
    assert {line.removeprefix("  - coin: ") for line in rest.split("\n")[1:]} == allowed


def test_what_is_due_may_still_be_about_to_happen_where_the_implementation_is_not_prompt() -> None:
    late = type("Late", (Coin,), {"limit": 2 * HOUR + timedelta(milliseconds=1)})
    assert divergence(late, lang="en").steps == 2
    run(late, prompt=False)
    later = divergence(type("Later", (Coin,), {"limit": 4 * HOUR}), prompt=False, lang="en")
    assert later.steps == 2
    assert str(later).endswith("\n  2. +3 h  3 h pass\nThe spec allows only:\n  - coin: held")


PARCEL = parse_spec("""\
fsm: 1
name: parcel
unit: 1h
machines:
  parcel:
    states: {here: {}, sent: {}, there: {}, signed: {final: true}}
    transitions:
      - {from: here, on: send, to: sent}
      - {from: sent, between: [1h, 3h], to: there}
      - {from: there, after: 1h, to: signed}
events: {send: {}}
""")


class Parcel:
    """Arrives after some hours, and is signed for some hours later."""

    travel, signing = 2, 1

    def __init__(self) -> None:
        self._sent, self._hours = False, 0

    def send(self) -> None:
        if self._sent:
            raise Refused
        self._sent = True

    def advance(self, time: timedelta) -> None:
        self._hours += time // HOUR if self._sent else 0

    def observe(self) -> dict[str, Value]:
        if not self._sent:
            return {"parcel": "here"}
        if self._hours < self.travel:
            return {"parcel": "sent"}
        return {"parcel": "there" if self._hours < self.travel + self.signing else "signed"}


@pytest.mark.parametrize("travel", [1, 2, 3])
def test_what_it_does_by_itself_may_be_at_any_time_of_its_window(travel: int) -> None:
    run(type("Quick", (Parcel,), {"travel": travel}), PARCEL)


@pytest.mark.parametrize(
    ("travel", "signing", "steps"), [(0, 1, 1), (4, 1, 2), (1, 0, 2), (1, 2, 3)]
)
def test_outside_the_window_and_with_the_next_deadline_missed(
    travel: int, signing: int, steps: int
) -> None:
    adapter = type("Slow", (Parcel,), {"travel": travel, "signing": signing})
    assert divergence(adapter, PARCEL).steps == steps


@pytest.mark.parametrize(
    ("travel", "signing", "steps"), [(0, 1, 1), (5, 1, 2), (1, 0, 2), (1, 3, 3), (2, 3, 3)]
)
def test_the_run_is_shortest_where_the_implementation_need_not_be_prompt(
    travel: int, signing: int, steps: int
) -> None:
    adapter = type("Slow", (Parcel,), {"travel": travel, "signing": signing})
    assert divergence(adapter, PARCEL, prompt=False).steps == steps


def test_what_may_be_a_unit_late_is_accepted_where_it_need_not_be_prompt() -> None:
    run(type("Late", (Parcel,), {"travel": 1, "signing": 2}), PARCEL, prompt=False)


def adapter_with(**members: object) -> type[Any]:
    return type("Changed", (Coin,), members)


def test_an_adapter_that_does_not_match_the_spec() -> None:
    strange = usage(adapter_with(flip=lambda self: None))
    assert strange.code == "F655"
    assert "flip is called like no event of coin" in strange.message
    assert "toss, tap" in strange.hint
    fields = usage(adapter_with(toss=lambda self, height: None))
    assert (fields.code, fields.hint) == ("F655", "def toss(self)")
    for name, what in [("observe", "no method observe"), ("advance", "no method advance"),
                       ("toss", "a method for no event")]:  # fmt: skip
        missing = usage(adapter_with(**{name: None}))
        assert missing.code == "F656"
        assert what in missing.message


@pytest.mark.parametrize(
    ("seen", "message"),
    [({"purse": "held"}, "observe() tells of purse: no machine or variable of the spec"),
     ({"coin": "melted"}, "observe() tells that coin is 'melted': no state of it")],
)  # fmt: skip
def test_an_observation_of_what_the_spec_does_not_have(
    seen: Mapping[str, Value], message: str
) -> None:
    found = usage(adapter_with(observe=lambda self: seen))
    assert (found.code, found.message) == ("F657", message)


def test_too_many_states_that_fit() -> None:
    blind = adapter_with(observe=lambda self: {})
    run(blind, limit=100)
    assert usage(blind, limit=1).code == "F658"


def test_one_variant_is_implemented() -> None:
    spec = parse_spec(COIN.replace("machines:", "switches: {magic: bool}\nmachines:", 1).replace(
        "to: tails}", "to: tails, when: not magic}"))  # fmt: skip
    found = usage(Coin, spec)
    assert found.code == "F659"
    assert "magic is open" in found.message
    run(Coin, spec, variant={"magic": False})
    assert divergence(Coin, spec, variant={"magic": True}, lang="en").steps == 3


def test_each_run_has_an_adapter_of_its_own_that_is_closed() -> None:
    alive: list[int] = []
    most: list[int] = []

    class Closed(Coin):
        def __init__(self) -> None:
            super().__init__()
            alive.append(id(self))
            most.append(len(alive))

        def close(self) -> None:
            alive.remove(id(self))

    run(Closed)
    assert (alive, max(most)) == ([], 1)
    assert len(most) > 10


def test_many_outcomes_are_listed_in_part() -> None:
    places = [f"p{k}" for k in range(11)]
    spec = parse_spec(
        "fsm: 1\nname: wheel\nmachines:\n  wheel:\n    states: {still: , gone: ,"
        + "".join(f" {place}: ," for place in places)
        + "}\n    transitions:\n"
        + "".join(f"      - {{from: still, on: spin, to: {place}}}\n" for place in places)
        + "events: {spin: {}}\n"
    )

    class Wheel:
        lands = "gone"

        def __init__(self) -> None:
            self._state = "still"

        def spin(self) -> None:
            if self._state != "still":
                raise Refused
            self._state = self.lands

        def observe(self) -> dict[str, Value]:
            return {"wheel": self._state}

    lines = str(divergence(Wheel, spec, lang="en")).splitlines()
    assert len([line for line in lines if line.startswith("  - wheel: ")]) == 8
    assert lines[-1] == "  … and 3 more"
    fair = type("Fair", (Wheel,), {"lands": "p3"})
    run(fair, spec)
    run(fair, spec, impossible=False)  # after one step there is nothing left to do


LOCKERS = parse_spec("""\
fsm: 1
name: lockers
machines:
  locker:
    count: 2
    events: {close: {fields: {code: {range: 1..2}}}, pass: {}}
    states: {open: {}, shut: {}}
    transitions:
      - {from: open, on: close, when: code == 2, to: shut}
      - {from: shut, on: pass, to: open}
""")


class Lockers:
    """Events of copies have an index; those that are called like something else an underscore."""

    code = 2

    def __init__(self) -> None:
        self._shut = [False, False]

    def close_(self, index: int, code: int) -> None:
        if self._shut[index] or code != self.code:
            raise Refused
        self._shut[index] = True

    def pass_(self, index: int) -> None:
        if not self._shut[index]:
            raise Refused
        self._shut[index] = False

    def observe(self) -> dict[str, Value]:
        return {f"locker[{k}]": "shut" if self._shut[k] else "open" for k in range(2)}


def test_copies_fields_and_names_that_are_taken() -> None:
    run(Lockers, LOCKERS)
    found = divergence(type("Wrong", (Lockers,), {"code": 1}), LOCKERS, lang="en")
    assert found.steps == 1
    assert "(code 1)" in str(found) or "(code 2), refused" in str(found)
    no_index = type("Plain", (Lockers,), {"pass_": lambda self: None})
    assert usage(no_index, LOCKERS).hint == "def pass_(self, index)"
