"""Liveness in dense time: zones and brute force over regions agree, and what zones show is a run;
time that stands still does not count."""

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from fsm.check.check import CheckOptions, check_spec
from fsm.check.confirm import confirm
from fsm.check.results import Outcome, PropertyResult, plain
from fsm.explore.space import Limits
from fsm.semantics.interpreter import Interpreter
from fsm.semantics.lowered import SlotKind
from fsm.semantics.replay import ReplayError
from fsm.semantics.trace import Move, Occurrence, Snapshot
from fsm.spec.load import parse_spec, spec_from
from fsm.timed.closed import runs_alike
from fsm.timed.decide import TimedDecider
from fsm.timed.replay import Player, replay_timed
from fsm.timed.trace import Lapse, TimedTrace
from tests.timed.agreement import family_of
from tests.timed.region_lassos import RegionLassos
from tests.timed.test_agreement import SLOW

TRAP = """
fsm: 1
name: trap
unit: 1h
clocks: {{c: {{}}}}
events: {{again: {{}}, leave: {{by: t{fair}}}}}
machines:
  t:
    states: {{open: {{}}, trap: {{}}, done: {{final: true}}}}
    transitions:
      - {{from: open, when: "{guard}", to: trap}}
      - {{from: [open, trap], on: again}}
      - {{from: open, after: 48h, to: done}}
      - {{from: trap, on: leave, when: "{way}", to: done}}
properties:
  e: {{eventually: t == done}}
  r: {{after: again, eventually: t == done}}
"""


def outcomes(guard: str, way: str = "c > 50h and c < 51h", fair: str = "") -> list[Outcome]:
    spec = parse_spec(TRAP.format(guard=guard, way=way, fair=fair))
    results = check_spec(spec).results
    assert {r.time for r in results} == {"dense"}
    return [r.outcome for r in results]


def test_runs_on_which_time_stands_still_do_not_count() -> None:
    """`again` may go on for ever within the 48 hours; time then does not."""
    assert outcomes("c > 49h and c < 50h") == [Outcome.HOLDS] * 2


def test_a_way_out_between_two_whole_hours_is_not_overlooked() -> None:
    """At whole hours nothing leads to the trap, so none of their runs shows it."""
    assert outcomes("c > 46h and c < 47h", "false") == [Outcome.VIOLATED] * 2


@pytest.mark.parametrize("states", [5, 10, 16, 20, 40, None])
def test_a_limit_lets_no_fairness_look_like_a_remedy(states: int | None) -> None:
    """With `leave` fair every run leaves; of a graph that was cut short nothing follows."""
    spec = parse_spec(TRAP.format(guard="c > 46h and c < 47h", way="c > 48h", fair=""))
    report = check_spec(spec, CheckOptions(time="dense", max_states=states))
    notes = [note.en for result in report.results for note in result.notes]
    assert all("(fair: weak) of leave" in note for note in notes)
    assert len(notes) == 2 or states is not None
    assert report.results[0].outcome is Outcome.VIOLATED


def test_what_fairness_asks_for_is_taken_only_where_it_stays_enabled() -> None:
    assert outcomes("c > 46h and c < 47h", "true", ", fair: weak") == [Outcome.HOLDS] * 2
    assert outcomes("c > 46h and c < 47h", "true") == [Outcome.VIOLATED] * 2
    window = "c > 46h and c < 60h"
    assert outcomes("c > 46h and c < 47h", window, ", fair: weak") == [Outcome.VIOLATED] * 2


def test_what_is_enabled_from_some_instant_on_is_taken() -> None:
    """`leave` is enabled as soon as 48 h are over, and never idle after that."""
    assert outcomes("c > 46h and c < 47h", "c > 48h", ", fair: weak") == [Outcome.HOLDS] * 2


def test_an_unfair_run_is_no_violation() -> None:
    """The run of the spec without fairness, judged by that with it."""
    free, fair = (
        parse_spec(TRAP.format(guard="c > 46h and c < 47h", way="c > 48h", fair=fair))
        for fair in ("", ", fair: weak")
    )
    run = check_spec(free).results[0].run
    assert run is not None
    for spec, shown in ((free, True), (fair, False)):
        parts = Player(spec, {}).parts
        assert confirm(spec, spec.properties[0], run, {}, parts) is shown


AT_ONCE = """
fsm: 1
name: at_once
unit: 1h
clocks: {c: {}}
events: {e: {}}
machines:
  m:
    states: {a: {}, b: {urgent: true}, done: {}}
    transitions:
      - {from: a, on: e, when: c > 1h, to: b}
      - {from: b, to: done}
properties:
  r: {after: m == b and not fired(e), eventually: fired(e)}
"""


def test_what_watches_time_diverge_is_nothing_that_happens() -> None:
    """`e` has just occurred for as long as the machine is in b."""
    assert check_spec(parse_spec(AT_ONCE)).results[0].outcome is Outcome.HOLDS


def test_a_run_is_not_shown_as_a_violation_before_fairness_lets_it_be_one() -> None:
    """`leave` stays enabled until 60 h, so a fair run that never leaves goes on after that."""
    spec = parse_spec(
        TRAP.format(guard="c > 46h and c < 47h", way="c > 46h and c < 60h", fair=", fair: weak")
    )
    run = check_spec(spec).results[0].run
    assert run is not None
    assert run.loop is not None
    assert dict(run.states[-1].clocks)["c"] >= 60


LOOP = """
fsm: 1
name: loop
unit: 1h
clocks: {{x: {{}}, y: {{}}}}
events: {{ping: {{}}, pong: {{}}}}
machines:
  m:
    states: {{a: {{}}, b: {{}}, done: {{final: true}}}}
    transitions:
{transitions}
properties:
  e: {{eventually: m == done}}
"""
ALTERNATE = """
      - {from: a, on: ping, when: "x > 0h and x < 1h", to: b, reset: y}
      - {from: b, on: pong, when: "y > 0h and y < 1h", to: a, reset: x}
      - {from: [a, b], after: 1h, to: done}
"""
STANDING = """
      - {from: a, on: ping, when: "x < 1h", to: b}
      - {from: b, on: pong, when: "x < 1h", to: a}
      - {from: a, after: 1h, clock: x, to: done}
      - {from: b, after: 1h, clock: x, to: done}
"""
DRIFTING = """
      - {from: a, on: ping, when: "y < 1h and x > 0h", to: b, reset: y}
      - {from: b, on: pong, when: "x == 1h", to: a, reset: x}
      - {from: b, after: 1h, clock: x, to: done, when: "y > 1h"}
      - {from: [a, b], after: 1h, to: done}
"""


SHORT = """
      - {from: a, on: ping, when: "y < 1h", to: b, reset: y}
      - {from: b, on: pong, to: a}
      - {from: a, after: 1h, clock: y, to: done}
      - {from: b, after: 1h, clock: y, to: done}
"""


def looping(transitions: str) -> PropertyResult:
    spec = parse_spec(LOOP.format(transitions=transitions.strip("\n")))
    return check_spec(spec, CheckOptions(time="dense")).results[0]


def test_two_events_within_an_hour_of_each_other_go_on_for_ever() -> None:
    """At whole hours neither can occur."""
    result = looping(ALTERNATE)
    assert result.outcome is Outcome.VIOLATED
    run = result.run
    assert run is not None
    assert run.loop is not None
    assert run.times[-1] - run.times[run.loop] == 1


def test_a_round_may_be_shorter_than_a_unit() -> None:
    """Each `ping` comes less than an hour after the one before."""
    run = looping(SHORT).run
    assert run is not None
    assert run.loop is not None
    assert 0 < run.times[-1] - run.times[run.loop] < 1


def test_where_time_cannot_go_on_nothing_is_violated() -> None:
    """Each round is possible for ever, in less and less time."""
    assert looping(STANDING).outcome is Outcome.HOLDS


def test_a_run_whose_waits_must_shrink_for_ever_is_not_told_as_one_that_repeats() -> None:
    """`ping` has to come a little earlier in each hour than in the one before: no two rounds are
    alike, yet it can go on for ever, so it is no proof either."""
    assert looping(DRIFTING).outcome is Outcome.UNKNOWN


def test_each_variant_is_shown_or_left_open_by_itself() -> None:
    """With the switch on, `ping` may come as late as it likes."""
    text = LOOP.format(transitions=DRIFTING.strip("\n").replace("y < 1h", "(s or y < 1h)"))
    result = check_spec(parse_spec(f"{text}switches: {{s: bool}}\n")).results[0]
    assert result.outcome is Outcome.VIOLATED
    assert result.violated.formula(plain) == "s"
    assert result.unknown.formula(plain) == "not s"


def test_a_loop_that_cannot_be_gone_round_again_is_refused() -> None:
    """The second `ping` of a round comes 54 minutes after the first; the third would come an hour
    after the second."""
    spec = parse_spec(LOOP.format(transitions=DRIFTING.strip("\n")))
    here, there = (Snapshot((("m", state),), ()) for state in "ab")
    ping, pong = (Occurrence(e, (), (Move("m", k),)) for k, e in enumerate(("ping", "pong")))

    def trace(first: str, loop: int | None) -> TimedTrace:
        waits = [Fraction(first), 1 - Fraction(first), Fraction("0.4"), Fraction("0.6")]
        steps = [s for w, e in zip(waits, (ping, pong, ping, pong), strict=True)
                 for s in (Lapse(w), e)]  # fmt: skip
        return TimedTrace((), (here, here, there, there) * 2 + (here,), tuple(steps), loop)

    assert replay_timed(spec, trace("0.5", None)).instants[-1] == 2
    with pytest.raises(ReplayError, match="later round"):
        replay_timed(spec, trace("0.5", 4))
    with pytest.raises(ReplayError, match="lead back"):
        replay_timed(spec, trace("0.5", 3))
    with pytest.raises(ReplayError, match="outside"):
        replay_timed(spec, trace("0.5", 8))


def compare(document: dict[str, object], tally: Counter[str], most: int = 400) -> None:
    spec = spec_from(document)
    system, lowering, family = family_of(spec)
    if system.unit is None:
        return
    caps = {s.name: s.high - 1 for s in system.slots if s.kind is SlotKind.CLOCK}
    dense = TimedDecider(system, lowering, family, spec.properties, Limits(states=most))
    for property_ in spec.properties:
        if not dense.excludes(property_):
            tally["not asked"] += 1
            continue
        for each, endless, _ in dense.for_ever(property_, family.variant):
            for number in range(min(family.total, 2)):
                if endless.undecided >> number & 1:
                    tally["undecided"] += 1
                    continue
                interpreter = Interpreter(spec, family.variant(number))
                brute = RegionLassos(interpreter, property_, caps, 10 * most)
                expected = brute.open_for_ever() if not each else None
                if expected is None or not brute.complete:
                    tally["too large"] += 1
                    continue
                shown, left = endless.found >> number & 1, endless.left >> number & 1
                assert bool(shown or left) == expected, (property_.name, shown, left, expected)
                tally["holds" if not expected else "shown" if shown else "left"] += 1
        for mask, trace in endless.shown:
            for number in range(family.total):
                if mask >> number & 1:
                    trace = replace(trace, variant=tuple(family.variant(number).items()))
                    run = replay_timed(spec, trace).told()
                    player = Player(spec, dict(run.variant))
                    assert confirm(spec, property_, run, dict(each), player.parts)


STATES = ("a", "b", "c")
TESTS = tuple(f"{c} {op} {n}h" for c in "xy" for op in ("<", "<=", ">=", ">", "==") for n in (1, 2))
IN_ONE = ("s", *(f"({s} or {test})" for s in ("s", "not s") for test in TESTS))  # variant


@st.composite
def small_specs(draw: st.DrawFn) -> dict[str, object]:
    """A machine with two clocks and strict bounds, and claims without a bound on time."""
    events = {
        name: {
            **({"by": "m"} if draw(st.booleans()) else {}),
            **({"fair": "weak"} if draw(st.integers(0, 2)) == 0 else {}),
            **({"urgent": True} if draw(st.integers(0, 5)) == 0 else {}),
        }
        for name in "ef"
    }

    def transition(kind: str) -> dict[str, object]:
        found: dict[str, object] = {"from": draw(st.sampled_from(STATES))}
        if kind not in events or draw(st.integers(0, 3)):
            found["to"] = draw(st.sampled_from(STATES))
        if kind in events:
            found["on"] = kind
        if kind == "after":
            found["after"] = draw(st.sampled_from(["1h", "2h"]))
        if kind == "between":
            found |= {"between": ["1h", "2h"], "clock": draw(st.sampled_from("xy"))}
        tests = draw(st.lists(st.sampled_from((*TESTS, *IN_ONE)), max_size=2, unique=True))
        if tests:
            found["when"] = " and ".join(tests)
        resets = draw(st.lists(st.sampled_from("xy"), max_size=2, unique=True))
        if resets:
            found["reset"] = resets
        return found

    kinds = draw(st.lists(st.sampled_from(["e", "f", "", "after", "between"]), max_size=4))
    moments = ["m == a", "m == b", "m == c", "e", "f"]
    return {
        "fsm": 1, "name": "small", "unit": "1h", "clocks": {"x": {}, "y": {}},
        "events": events, "switches": {"s": "bool"},
        "machines": {"m": {
            "states": {name: {} for name in STATES},
            "transitions": [transition(kind) for kind in ["e", "f", *kinds]],
        }},
        "properties": {
            "p": {"eventually": draw(st.sampled_from(["m == b", "m == c"]))},
            "q": {
                "after": draw(st.sampled_from(moments)),
                "eventually": draw(st.sampled_from(moments)),
            },
        },
    }  # fmt: skip


def collected(examples: int, most: int = 300) -> Counter[str]:
    tally: Counter[str] = Counter()

    @given(small_specs())
    @settings(max_examples=examples, deadline=None, suppress_health_check=SLOW)
    def collect(document: dict[str, object]) -> None:
        compare(document, tally, most)

    collect()
    return tally


def test_regions_agree_and_what_is_shown_replays() -> None:
    tally = collected(12)
    assert tally["holds"]
    assert tally["shown"]


@pytest.mark.slow
@given(small_specs())
@settings(max_examples=5_000, deadline=None, suppress_health_check=SLOW)
def test_at_length(document: dict[str, object]) -> None:
    compare(document, Counter(), 1_000)


def test_where_whole_units_wait_and_dense_time_cannot() -> None:
    """An urgent event that waits for `c > 0h` stops time at zero; deadlines stop it when due."""
    at_once = TRAP.replace("by: t{fair}", "by: t, urgent: true")
    for text, alike in ((TRAP, True), (at_once, False)):
        spec = parse_spec(text.format(guard="c > 46h", way="c > 0h", fair=""))
        system, _, family = family_of(spec)
        assert bool(runs_alike(system, family)) is alike


def test_minutes_beside_days_take_few_zones() -> None:
    """85 zones for both claims; thousands, if time were shown to diverge minute by minute."""
    text = LOOP.format(transitions="""
      - {from: a, on: ping, not_before: 90min, to: b}
      - {from: b, on: pong, after: 47h, to: a}""").replace("1h\n", "1min\n")  # fmt: skip
    report = check_spec(parse_spec(text), CheckOptions(properties=("e",), time="dense"))
    assert report.unit == 60_000
    assert report.states < 100
