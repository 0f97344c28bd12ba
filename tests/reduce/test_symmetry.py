"""Symmetry between copies: numbers of multisets, then the unreduced result on random specs."""

import re
from itertools import permutations
from math import comb
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings

from fsm.check.check import CheckOptions, check_spec
from fsm.check.results import Outcome
from fsm.reduce.reduce import reduce
from fsm.reduce.symmetry import canonical, canonical_form
from fsm.semantics.lower import bindings
from fsm.semantics.trace import Occurrence
from fsm.spec.load import parse_spec, spec_from
from tests.explore.test_agreement import SLOW
from tests.reduce.copies import Document, copies
from tests.reduce.test_values import told

LIMIT = 3_000

TICKETS = """
fsm: 1
name: tickets
machines:
  t:
    count: {count}
    states:
      new: {{}}
      pending: {{}}
      agreed: {{}}
      paid: {{final: true}}
      refused: {{final: true}}
      gone: {{final: true}}
    transitions:
      - {{from: new, to: pending}}
      - {{from: pending, to: agreed}}
      - {{from: pending, to: refused}}
      - {{from: agreed, to: paid}}
      - {{from: new, to: gone}}
properties:
  all_end: {{eventually: "all(i in 0..{last}: t[i] in {{paid, refused, gone}})"}}
  mixed:
    never: >-
      count(i in 0..{last}: t[i] == paid) == 3 and count(i in 0..{last}: t[i] == gone) == {last} - 2
"""  # fmt: skip


@pytest.mark.parametrize("count", [3, 5, 12])
def test_identical_tickets_cost_what_the_multisets_cost(count: int) -> None:
    """Multisets of `count` among 6 states: C(count + 5, 5); without the reduction 6^count."""
    report = check_spec(parse_spec(TICKETS.format(count=count, last=count - 1)))
    assert report.states == comb(count + 5, 5)
    (reduction,) = report.reductions
    assert (reduction.name, reduction.states) == ("symmetry", 6**count)
    all_end, mixed = report.results
    assert all_end.outcome is Outcome.HOLDS
    assert mixed.outcome is Outcome.VIOLATED
    assert mixed.run is not None  # 3 tickets take 3 steps each, the others one; copy by copy
    assert sum(isinstance(s, Occurrence) for s in mixed.run.steps) == 9 + count - 3
    assert not report.findings


GROUPS = """
fsm: 1
name: desks
variables: {{taken: {{type: bool, length: 3}}, turn: {{range: 0..2}}}}
events: {{bell: {{fields: {{to: {{range: 0..2}}}}}}}}
groups:
  desk:
    count: 3
    variables: {{load: {{range: 0..1}}}}
    events: {{ring: {{by: clerk}}}}
    machines:
      clerk:
        states: {{free: {{}}, busy: {{final: true}}}}
        transitions:
          - {{from: free, on: ring, to: busy, set: {{load: 1}}}}
          - {{from: free, on: bell, when: "{guard}", to: busy, set: {{"taken[index]": true}}}}
      lamp:
        states: {{dark: {{}}, lit: {{final: true}}}}
        transitions:
          - {{from: dark, on: ring, to: lit}}
          - {{from: dark, on: bell, when: "{guard}", to: lit}}
properties:
  claim: {{never: "{claim}"}}
"""  # fmt: skip


@pytest.mark.parametrize(
    ("guard", "claim", "alike"),
    [
        ("to == index", "all(i in 0..2: desk[i].clerk == busy and taken[i])", True),
        ("to == index and load == 0", "count(i in 0..2: desk[i].lamp == lit) == 2", True),
        ("to == index and not taken[index]", "desk[2].lamp == lit", False),
        ("to == index", "fired(desk[2].ring)", False),
        ("to == index and index != 1", "turn == 1", False),
        ("to <= index", "turn == 1", False),
        ("to == index and desk[turn].load == 0", "turn == 1", False),
        ("to == (index + 1) % 3", "turn == 1", True),  # who is told does not matter
        ("to == index and not taken[(index + 1) % 3]", "turn == 1", False),
        ("to == index", "any(i in 0..2: taken[i] and desk[(i + 1) % 3].clerk == busy)", False),
    ],
)
def test_copies_are_alike_where_renaming_changes_nothing(
    guard: str, claim: str, alike: bool
) -> None:
    spec = parse_spec(GROUPS.format(guard=guard, claim=claim))
    found = reduce(spec, spec.properties, ("cone",)).alike
    assert bool(found) == alike
    if alike:  # clerk, lamp, load, and the array that goes with them
        assert [len(block) for block in found[0].slots] == [4, 4, 4]
    whole = check_spec(spec, CheckOptions(without=("symmetry",)))
    part = check_spec(spec)
    assert told(part) == told(whole)
    if alike:
        assert part.reductions[-1].states == whole.states > part.states


def test_copies_may_be_alike_in_all_that_a_property_can_see() -> None:
    """What each notes of itself is of no use to anybody, and makes no pointer."""
    text = GROUPS.format(guard="to == index", claim="turn == 1")
    text = text.replace("turn: {range: 0..2}", "turn: {range: 0..2}, mark: {range: 0..4}")
    text = text.replace("set: {load: 1}", "set: {load: 1, mark: index * 2}")
    spec = parse_spec(text)
    assert not reduce(spec, spec.properties, ("cone",)).alike
    found = reduce(spec, spec.properties)
    assert found.alike
    assert not found.alike_in_whole
    part, whole = check_spec(spec), check_spec(spec, CheckOptions(without=("symmetry",)))
    assert told(part) == told(whole)
    assert part.states < whole.states


def test_only_copies_that_were_taken_for_each_other_are_told() -> None:
    two = (
        TICKETS.format(count=3, last=2)
        + """
  desk_zero: {never: "desk[0] == open and t[0] == paid"}
"""
    )
    desk = (
        "machines:\n  desk: {count: 2, states: {shut: {}, open: {final: true}}, transitions: ["
        "{from: shut, to: open}]}\n"
    )
    spec = parse_spec(two.replace("machines:\n", desk).replace(" and t[0] == paid", ""))
    (reduction,) = [r for r in check_spec(spec).reductions if r.name == "symmetry"]
    assert [subject for subject, _, _ in reduction.subjects] == ["t"]
    assert "desk" not in reduction.told.get("en")


def test_a_copy_in_which_a_run_starts_elsewhere_is_not_alike() -> None:
    text = GROUPS.format(guard="to == index", claim="turn == 1")
    odd = text.replace("load: {range: 0..1}", "load: {range: 0..2, initial: index}")
    spec = parse_spec(odd)
    assert not reduce(spec, spec.properties).alike


def test_the_canonical_form_is_the_least_of_the_orbit_as_plain_python() -> None:
    spec = parse_spec(GROUPS.format(guard="to == index", claim="turn == 1"))
    reduced = reduce(spec, spec.properties)
    (alike,) = reduced.alike
    state = (1, 0, 0, 1, 0, 0, 1, 0, 0, 2, 1, 0, 1)
    form = canonical_form(reduced.alike, len(state))
    blocks = [tuple(state[k] for k in block) for block in alike.slots]
    orbit = set()
    for order in permutations(blocks):
        other = list(state)
        for block, values in zip(alike.slots, order, strict=True):
            for slot, value in zip(block, values, strict=True):
                other[slot] = value
        orbit.add(tuple(other))
    assert len(orbit) == alike.orders(state)
    assert {form(other) for other in orbit} == {form(state)} <= orbit
    assert canonical(reduced.alike, len(state)).startswith(
        "def canonical(s):\n    c0_0, c0_1, c0_2 = "
    )


def test_a_loop_is_told_until_the_copies_are_back_in_place() -> None:
    report = check_spec(
        parse_spec("""
fsm: 1
name: turns
machines:
  t:
    count: 3
    states: {calm: {}, wild: {}}
    transitions:
      - {from: calm, when: "all(i in 0..2: t[i] == calm)", to: wild}
      - {from: wild, to: calm}
properties:
  two: {eventually: "count(i in 0..2: t[i] == wild) == 2"}
""")
    )
    assert report.states == 2
    run = report.results[0].run
    assert run is not None
    assert run.loop is not None
    assert run.states[run.loop].snapshot == run.states[-1].snapshot


def check(document: Document) -> None:
    spec = spec_from(document)
    whole = check_spec(spec, CheckOptions(without=("symmetry",), max_states=LIMIT))
    assume(whole.complete)
    part = check_spec(spec)
    assert told(part) == told(whole)
    by_name = {r.name: r for r in part.reductions}
    folded = by_name["symmetry"].states if "symmetry" in by_name else None
    if whole.time != "dense":  # zones are counted with what is watched beside them
        assert (folded or part.states) == whole.states


@given(copies())
@settings(max_examples=15, deadline=None, suppress_health_check=[*SLOW, *HealthCheck])
def test_nothing_changes_but_the_size(document: Document) -> None:
    check(document)


@pytest.mark.slow
@given(copies())
@settings(max_examples=1_000, deadline=None, suppress_health_check=[*SLOW, *HealthCheck])
def test_nothing_changes_but_the_size_at_length(document: Document) -> None:
    check(document)


@pytest.mark.parametrize(("managers", "states"), [(3, 288), (5, 8832)])
def test_two_phase_commit_is_symmetric_in_its_resource_managers(managers: int, states: int) -> None:
    """Distinct states without reduction: tests/known_answers/README.md."""
    file = Path("tests/known_answers/two_phase_commit.fsm.yaml")
    text, replaced = re.subn(
        r"(\bmanagers: )\d+", rf"\g<1>{managers}", file.read_text("utf-8"), count=1
    )
    assert replaced == 1
    report = check_spec(parse_spec(text))
    assert report.reductions[-1].states == states > 3 * report.states
    assert all(r.as_expected for r in report.results)


LOCK = """
fsm: 1
name: lock
variables: {{holder: {{range: 0..{count}}}, asked: {{range: 0..{count}}}}}
machines:
  m:
    count: {count}
    states: {{idle: {{}}, asking: {{}}, inside: {{}}}}
    transitions:
      - {{from: idle, to: asking, set: {{asked: index + 1}}}}
      - {{from: asking, when: "{guard}", to: inside, set: {{holder: index + 1}}}}
      - {{from: inside, when: holder == index + 1, to: idle, set: {{holder: 0}}}}
properties:
  one_inside: {{never: "count(i in 0..{last}: m[i] == inside) >= 2"}}
  free: {{never: "holder == 0 and any(i in 0..{last}: m[i] == inside)"}}
"""


@pytest.mark.parametrize(
    ("guard", "alike"),
    [
        ("holder == 0", True),
        ("holder == 0 and asked == index + 1", True),
        ("holder in {0, index + 1} and asked != index + 1", True),
        ("holder == 0 and asked <= index + 1", False),
        ("holder == 0 and asked == index", False),
        ("holder == asked", False),
        ("holder == 2 or holder == 0", False),
    ],
)
def test_a_variable_that_holds_a_number_of_a_copy_is_renamed_too(guard: str, alike: bool) -> None:
    spec = parse_spec(LOCK.format(count=3, last=2, guard=guard))
    found = reduce(spec, spec.properties, ("cone",)).alike
    assert bool(found and found[0].pointers) == alike
    whole = check_spec(spec, CheckOptions(without=("symmetry", "order")))
    part = check_spec(spec)
    assert told(part) == told(whole)
    if alike:
        assert part.reductions[-1].states == whole.states > part.states
        form = canonical_form(found, 5)
        state = (2, 1, 0, 3, 2)
        orbit = {
            form((*(state[order.index(k)] for k in range(3)), order[2] + 1, order[1] + 1))
            for order in permutations(range(3))
        }
        assert len(orbit) == 1


DESKS = """
fsm: 1
name: desks
switches: {{late: bool}}
variables: {{who: {{range: 0..3}}}}
clocks: {{c: {{}}}}
unit: 1h
machines:
  n:
    count: 3
    {fair}
    states: {{idle: {{}}, busy: {{}}, gone: {{final: true}}}}
    events: {{ring: {{by: n}}}}
    transitions:
      - {{from: idle, on: ring, to: busy, set: {{who: index + 1}}}}
      - {{from: busy, when: late or who == index + 1, to: gone}}
      - {{from: busy, to: idle}}
properties:
  claim: {claim}
"""


@pytest.mark.parametrize(
    ("claim", "decided"),
    [
        ("{never: 'n[k] == gone', each: {k: 0..2}}", [(0,)]),
        ("{never: 'n[k] == gone and n[j] == busy', each: {k: 0..2, j: 0..2}}", [(0, 0), (0, 1)]),
        ("{never: 'n[k] == gone and who == x', each: {k: 0..2, x: 0..1}}", "all"),
        ("{never: 'n[k] == gone and who == j + 1', each: {k: 0..2, j: 0..2}}", [(0, 0), (0, 1)]),
        ("{never: 'n[k] == gone and c > x * 1h', each: {k: 0..2, x: 0..2}}",
         [(0, 0), (0, 1), (0, 2)]),
        ("{after: 'n[k] == busy', eventually: 'n[k] == gone', within: 5h, each: {k: 0..2}}",
         [(0,)]),
        ("{at_most: 1, event: 'n[k].ring', each: {k: 0..2}}", [(0,)]),
        ("{never: 'fired(n[k].ring) and n[j] == gone', each: {k: 0..2, j: 0..2}}",
         [(0, 0), (0, 1)]),
        ("{never: 'n[k] == gone and n[(k + 1) % 3] == gone', each: {k: 0..2}}", "all"),
        ("{never: 'n[k] == gone', each: {k: 0..1}}", "all"),
        ("{never: 'n[0] == gone and n[k] == busy', each: {k: 0..2}}", "all"),
        ("{never: 'all(i in 0..2: n[i] == gone) and late and x', each: {x: bool}}", "all"),
        ("{ltl: 'G (n[k] == busy -> F n[k] == gone)', each: {k: 0..2}}", [(0,)]),
        ("{ctl: 'AG EF n[k] == gone', each: {k: 0..2}}", [(0,)]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("fair", ["", "fair: weak"])
def test_one_instance_stands_for_those_of_the_other_copies(
    claim: str, decided: list[tuple[int, ...]] | str, fair: str
) -> None:
    spec = parse_spec(DESKS.format(claim=claim, fair=fair))
    found = reduce(spec, spec.properties)
    (fewer,) = found.selected
    left = [tuple(value for _, value in each) for each in bindings(fewer.each)]
    every = [tuple(value for _, value in each) for each in bindings(spec.properties[0].each)]
    assert left == (every if decided == "all" else decided)
    assert found.instances == (() if left == every else (("claim", len(every), len(left)),))
    part, whole = check_spec(spec), check_spec(spec, CheckOptions(without=("symmetry",)))
    assert told(part) == told(whole)
    assert "symmetry" not in {r.name for r in whole.reductions}
    names = {r.name: r for r in part.reductions}
    assert ("symmetry" in names) == (left != every or bool(found.alike))


def test_copies_that_are_fair_by_themselves_are_never_taken_for_each_other() -> None:
    """Whoever starves another one is unfair, though some copy moves for ever."""
    text = GROUPS.format(guard="to == index", claim="turn == 1")
    plain, fair = parse_spec(text), parse_spec(text.replace("clerk:", "clerk:\n        fair: weak"))
    assert reduce(plain, plain.properties).alike
    assert not reduce(fair, fair.properties).alike
