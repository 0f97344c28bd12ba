"""`fsm solve`: every point against a check of its own text; formulas against points; directions."""

from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from fsm.check.check import CheckOptions, check_spec
from fsm.check.results import Outcome
from fsm.errors import SpecError, UsageError
from fsm.expressions import Apply
from fsm.solve.formula import Fitting
from fsm.solve.lattice import Axis, Lattice, read_lattice
from fsm.solve.monotone import direction
from fsm.solve.options import SolveOptions
from fsm.solve.search import solve
from fsm.solve.solution import Solution, Status
from fsm.spec.load import parse_spec
from fsm.spec.template import template_of

RACE = """
fsm: 1
name: race
constants: {window: 48h, intercept: 24h, transit: 12h, copies: 2}
switches: {early: bool}
machines:
  ticket:
    states: {applied: , intercepting: , timed_out: {final: true}}
    transitions:
      - {from: applied, between: [0h, 0h], to: intercepting}
      - {from: intercepting, after: window, to: timed_out}
  courier:
    states: {idle: , waiting: , going: , back: {final: true}}
    transitions:
      - {from: idle, after: 0h, when: ticket == intercepting, to: waiting}
      - {from: waiting, between: [0h, intercept], to: going}
      - {from: going, between: [0h, transit], when: not early, to: back}
      - {from: going, between: [0h, 0h], when: early, to: back}
properties:
  in_time: {never: ticket == timed_out and courier != back}
  late: {reachable: ticket == timed_out and courier != back}
"""


def answer(text: str, claim: str, names: str, **options: object) -> Solution:
    template = template_of(text)
    lattice = read_lattice(template.spec(), [names])
    return solve(template, lattice, claim, SolveOptions(**options))  # type: ignore[arg-type]


@pytest.mark.parametrize("together", [True, False])
def test_the_race_of_the_issue(together: bool) -> None:
    variant = (("early", False),)
    found = answer(RACE, "in_time", "intercept=0h..60h/6h,transit=0h..60h/6h",
                   together=together, variant=variant)  # fmt: skip
    assert str(found.formula) == "intercept + transit < 48h"
    assert found.boundary and not found.unverified
    assert found.together == (121 if together else 0)
    assert together or found.inferred > 20
    assert found.exit_code() == 0


def test_where_only_some_variants_hold() -> None:
    found = answer(RACE, "in_time", "intercept=0h..60h/12h,transit=0h..60h/12h")
    said = {r.status: (str(r.violated), str(r.formula)) for r in found.regions}
    assert said == {
        Status.HOLDS: ("never", "intercept + transit < 48h"),
        Status.SOME: ("not early", "intercept < 48h and intercept + transit >= 48h"),
        Status.FAILS: ("always", "intercept >= 48h"),
    }


def test_reachable_needs_one_variant() -> None:
    found = answer(RACE, "late", "intercept=0h..60h/12h,transit=0h..60h/12h")
    assert str(found.formula) == "intercept + transit >= 48h"


def test_a_limit_is_never_a_success() -> None:
    found = answer(RACE, "in_time", "transit=0h..60h/12h", max_states=3)
    assert found.exit_code() == 3
    assert found.count(Status.UNDECIDED) == 6 and not found.formula.terms
    found = answer(RACE, "in_time", "transit=0h..60h/12h", timeout=1e-9)
    assert found.exit_code() == 3 and not found.formula.terms and found.limit == "time"


def test_constants_that_cannot_be_parameters() -> None:
    text = """
fsm: 1
name: counter
constants: {top: 3, goal: 4}
variables: {x: {range: 0..9, initial: top}}
machines:
  m: {states: {run: }, transitions: [{when: x > 3, set: {x: x - 1}}]}
properties:
  below: {never: x >= goal}
"""
    found = answer(text, "below", "top=1..5,goal=1..6")
    assert found.together == 0 and len(found.checked) == 30
    assert str(found.formula) == "top < goal"


@pytest.mark.parametrize(
    ("names", "code"),
    [
        ("nothing", "F725"), ("early", "F725"), ("window,window", "F725"), ("window=1..3", "F726"),
        ("window=3h..1h", "F726"), ("window=1h..4h/2h", "F726"), ("window=0ms..9h/1ms", "F727"),
        ("window=0h..999h,transit=0h..999h", "F727"),
    ],
)  # fmt: skip
def test_requests_that_are_refused(names: str, code: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_lattice(parse_spec(RACE), [names])
    assert caught.value.code == code


AXES = (Axis("a", tuple(range(5)), False), Axis("b", tuple(range(0, 10, 2)), False))


@given(st.sets(st.sampled_from([*product(*(axis.values for axis in AXES))])))
def test_a_formula_is_exact_and_in_the_language_of_specs(points: set[tuple[int, ...]]) -> None:
    formula = Fitting(Lattice(AXES)).formula(points)  # asserts that it holds the points
    spec = parse_spec(
        "fsm: 1\nname: f\nvariables: {a: 0..9, b: 0..9}\nmachines: {m: {states: {s: }}}\n"
        f"properties:\n  p: {{always: '{formula}'}}\n"
    )
    if formula.kind != "constant":
        assert isinstance(spec.properties[0].subject.node, Apply)
    for point in Lattice(AXES):
        text = str(formula).replace("true", "True").replace("false", "False")
        assert eval(text, {"a": point[0], "b": point[1]}) == (point in points)


TIMINGS = ("after: p", "between: [0s, p]", "between: [p, 3s]", "not_before: p", "not_after: p",
           "between: [1s, p + q]", "not_before: q", "after: q")  # fmt: skip
GUARDS = ("true", "c <= p", "c >= p", "not c >= q", "c <= p and c >= 1s", "m == t")
EXTRAS = ("", ", on: e", ", on: o", ", on: u")


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Small timed specs that read two constants, p and q, in all sorts of places."""
    lines = []
    for machine, states in (("m", "stw"), ("k", "xyz")):
        lines.append(f"  {machine}:\n    states: {{{', '.join(s + ': ' for s in states)}}}")
        lines.append("    transitions:")
        for number in range(draw(st.integers(1, 4))):
            source = draw(st.sampled_from(states))
            timing = draw(st.sampled_from([*TIMINGS, ""]))
            event = draw(st.sampled_from(EXTRAS))
            owned = machine == "m" or event not in (", on: o", ", on: u")
            if timing.startswith(("after", "between")) and not owned:
                timing = ""
            guard = draw(st.sampled_from(GUARDS))
            reset = draw(st.sampled_from(["", ", reset: c"]))
            to = draw(st.sampled_from(states))
            priority = draw(st.sampled_from(["", "", "", f", priority: {number}"]))
            timing = timing and f", {timing}"
            lines.append(
                f"      - {{from: {source}, when: '{guard}', to: {to}{timing}{event}{reset}"
                f"{priority}}}"
            )
    claim = draw(st.sampled_from([
        "never: m == w and k == z", "always: m != w or c <= p", "reachable: m == w",
        "never: m == w and c >= q", "eventually: m == w, within: p", "can_always: m == s",
        "after: m == t, eventually: k == z, within: p",
    ]))  # fmt: skip
    known = {"e": "e: ", "o": "o: {by: m}", "u": "u: {by: m, urgent: true}"}
    # An event that its owner never decides on is refused.
    owned = lines[: next(k for k, line in enumerate(lines) if line.startswith("  k:"))]
    for name in "ou":
        if not any(f", on: {name}" in line for line in owned):
            lines = [line.replace(f", on: {name}", "") for line in lines]
    said = "".join(lines)
    events = [text for name, text in known.items() if f", on: {name}" in said]
    return (
        "fsm: 1\nname: r\nconstants: {p: 2s, q: 1s}\nclocks: {c: }\n"
        f"events: {{{', '.join(events)}}}\nmachines:\n"
        + "\n".join(lines).replace(" when: 'true',", "")
        + f"\nproperties:\n  claim: {{{claim}}}\n"
    )


def holds_at(text: str, p: int, q: int) -> Outcome | str:
    """A check of the text with other numbers in it: nothing of `fsm.solve`."""
    changed = text.replace("{p: 2s, q: 1s}", f"{{p: {p}s, q: {q}s}}")
    try:
        spec = parse_spec(changed)
    except SpecError:
        return "refused"  # such as a comparison that is then never true
    (result,) = check_spec(replace(spec, unit=1000), CheckOptions(max_states=20_000)).results
    return result.outcome


STATUS = {
    Outcome.HOLDS: Status.HOLDS, Outcome.VIOLATED: Status.FAILS, Outcome.UNKNOWN: Status.UNDECIDED,
}  # fmt: skip


def compare(text: str, together: bool) -> None:
    found = answer(text, "claim", "p=0s..4s/1s,q=0s..2s/1s", together=together, max_states=20_000)
    for p, q in product(range(5), range(3)):
        wanted = holds_at(text, p, q)
        if wanted != "refused":
            status = found.status((1000 * p, 1000 * q))
            assert status is STATUS[Outcome(wanted)], (p, q, text)


_FEW = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
_MANY = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))


@_FEW
@given(texts(), st.booleans())
def test_every_point_agrees_with_a_check_of_its_text(text: str, together: bool) -> None:
    compare(text, together)


@pytest.mark.slow
@_MANY
@given(texts(), st.booleans())
def test_many_points_agree(text: str, together: bool) -> None:
    compare(text, together)


def test_directions_that_are_proved() -> None:
    spec = template_of(RACE).spec(ranges=dict.fromkeys(("window", "transit"), ("0h", "9h", "1h")))
    claim = spec.properties[0]
    assert direction(spec, claim, "transit") == -1  # a later parcel only adds runs
    assert direction(spec, claim, "window") == 0  # `after` is both a lower and an upper bound
    assert direction(spec, spec.properties[1], "transit") == 1
