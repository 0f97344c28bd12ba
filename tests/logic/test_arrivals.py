"""Claims about a state and the step that led there: which variants reach it by which event."""

import pytest

from fsm.check.check import CheckOptions, check_spec, task_of
from fsm.check.engines import Explicit
from fsm.check.results import Outcome
from fsm.explore.space import INTERRUPTED, TIME
from fsm.spec.load import parse_spec

# Everything leads to `there`: `x` with both switches on, `y` with the first, `z` with the second.
SPEC = """
fsm: 1
name: ways
switches: {first: bool, second: bool, third: bool}
events: {x: {}, y: {}, z: {}}
machines:
  m:
    initial: here
    states: {here: , there: , end: {final: true}}
    transitions:
      - {from: here, on: x, when: first and second, to: there}
      - {from: here, on: y, when: first, to: there}
      - {from: here, on: z, when: second or third, to: there}
      - {from: there, to: end}
properties:
"""


@pytest.mark.parametrize(
    ("never", "violated"),
    [
        ("m == there", "first or second or third"),
        ("m == there and fired(x)", "first and second"),
        ("m == there and fired(y)", "first"),
        ("m == there and not fired(x)", "first or second or third"),
        ("m == there and not fired(y)", "second or third"),
        ("m == there and not fired(x) and not fired(y)", "second or third"),
        ("m == there and not fired(z)", "first"),
        ("m == there and not fired(y) and not fired(z)", "first and second"),
        ("m == end and fired(x)", "never"),
        ("m == end and not fired(x)", "first or second or third"),
        ("m == here and not fired(x)", "always"),
        ("third and m == there and not fired(z)", "first and third"),
    ],
)
def test_states_are_told_apart_by_the_events_that_lead_there(never: str, violated: str) -> None:
    text = f"{SPEC}  p: {{never: {never}, expect: violated, because: {{en: a test}}}}\n"
    found = check_spec(parse_spec(text), CheckOptions(engine="python")).results[0]
    assert str(found.violated) == violated
    assert (found.outcome is Outcome.VIOLATED) == (violated != "never")


def test_an_event_may_lead_to_a_state_from_several_others() -> None:
    """In other variants from each."""
    ways = SPEC.replace("{from: there, to: end}", "{from: [there, away], to: end}")
    ways = ways.replace("there: ,", "there: , away: ,").replace(
        "transitions:",
        "transitions:\n      - {from: here, on: z, when: third and not second, to: away}"
        "\n      - {from: away, on: y, to: there}",
    )
    text = f"{ways}  p: {{never: m == there and fired(y), expect: violated, because: {{en: a}}}}\n"
    found = check_spec(parse_spec(text), CheckOptions(engine="python")).results[0]
    assert str(found.violated) == "first or (not second and third)"


@pytest.mark.parametrize(("limit", "found"), [("", 6), (INTERRUPTED, 0)])
def test_a_state_whose_steps_were_not_kept_was_not_reached_quietly(limit: str, found: int) -> None:
    spec = parse_spec(SPEC + "  p: {never: m == there and not fired(y) and not fired(x)}\n")
    engine = Explicit(task_of(spec, CheckOptions()), "python")
    if limit:
        engine.space.limit = limit
        engine.space.undecided = engine.space.successors.variants.everything
        engine.space.arcs[:] = [[] for _ in engine.space.arcs]
    [decision] = engine.decide(spec.properties[0])
    assert decision.found.bit_count() == found


@pytest.mark.parametrize("engine", ["reference", "python", "symbolic"])
def test_a_space_without_states(engine: str) -> None:
    """No run can start: whatever is claimed of all runs holds, and finding S13 says why."""
    if engine == "symbolic":
        pytest.importorskip("dd")
    claims = """
  bad: {never: m == here}
  good: {always: m == here}
  arrives: {eventually: m == end}
  answers: {after: m == here, eventually: m == end}
  first: {before: m == end, must: m == here}
  can: {can_always: m == end}
  way: {reachable: m == end}
  by: {never: fired(x) and m == there}
  often: {ltl: G F m == end}
  may: {ctl: AG EF m == end}
"""
    nowhere = SPEC.replace("machines:", "initial_where: first and not first\nmachines:")
    report = check_spec(parse_spec(nowhere + claims), CheckOptions(engine=engine))
    outcomes = {r.property.name: r.outcome for r in report.results}
    assert outcomes.pop("way") is Outcome.VIOLATED
    assert set(outcomes.values()) == {Outcome.HOLDS}
    assert report.states == 0
    assert "S13" in {f.code for f in report.findings}


WIDE = """
fsm: 1
name: wide
variables: {n: {range: 0..9, initial: any}}
events: {go: {}, hop: {}}
machines:
  m:
    initial: a
    states: {a: , b: }
    transitions:
      - {from: a, on: go, to: b}
      - {from: b, on: hop, to: a}
properties:
  p: {never: m == b and n == 3 and count(go) == 1}
"""


@pytest.mark.parametrize(("looks", "outcome"), [(0, Outcome.UNKNOWN), (2, Outcome.UNKNOWN),
                                                (99, Outcome.VIOLATED)])  # fmt: skip
def test_a_search_looks_up_within_a_level_and_says_nothing_of_what_is_left(
    looks: int, outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten states to begin with; from the fourth a step violates the claim."""
    left = iter([""] * looks)
    monkeypatch.setattr("fsm.logic.search.exceeded", lambda _: next(left, TIME))
    monkeypatch.setattr("fsm.logic.search.CHECK_EVERY", 1)
    options = CheckOptions(engine="python", without=("values",))
    (result,) = check_spec(parse_spec(WIDE), options).results
    assert result.outcome is outcome


# --- runs that are idle until a step tells all that is remembered --------------------------------

LOOP = """
fsm: 1
name: loop
switches: {s: bool}
events: {go: {}, hop: {}}
machines:
  m:
    initial: a
    states: {a: , b: }
    transitions:
      - {from: a, on: go, to: b}
      - {from: b, on: hop, when: s, to: a}
properties:
"""


@pytest.mark.parametrize(
    ("never", "violated"),
    [
        ("m == b and since(go) >= 1h", "always"),  # only time leads where it may be violated
        ("m == a and since(go) >= 1h and count(hop) >= 1", "s"),
        ("m == a and fired(hop) and since(go) < 1h", "s"),  # only `go` does
        ("m == a and fired(hop) and since(go) >= 1h", "s"),
        ("m == b and since(hop) < 1h and count(hop) >= 1", "s"),
        ("m == b and fired(go) and since(go) >= 1h", "never"),
        ("m == a and since(go) < 1h and count(go) >= 1 and count(hop) == 0", "never"),
        ("m == b and count(go) >= 2 and since(hop) >= 2h", "s"),
    ],
)
def test_what_is_remembered_of_steps_that_are_not_followed(never: str, violated: str) -> None:
    spec = parse_spec(f"{LOOP}  p: {{never: {never}, expect: violated, because: {{en: a test}}}}\n")
    for engine in ("python", "reference"):
        found = check_spec(spec, CheckOptions(engine=engine, time="units")).results[0]
        assert str(found.violated) == violated
