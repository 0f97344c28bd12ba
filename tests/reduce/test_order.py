"""Partial order reduction: known numbers, each condition, then the unreduced result."""

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import fsm.check.shortest
from fsm.check.check import CheckOptions, check_spec
from fsm.check.results import Outcome, SpecReport
from fsm.errors import FsmError
from fsm.reduce.reduce import reduce
from fsm.spec.load import parse_spec, spec_from
from tests.explore.test_agreement import SLOW
from tests.reduce.orders import Document, orders
from tests.reduce.test_cone import findings, substance

OFF = ("values", "symmetry", "cone")
LIMIT = 3_000
CLERK = """
  clerk{k}:
    states: {{s0: {{}}, s1: {{}}, s2: {{}}, s3: {{final: true}}}}
    transitions:
      - {{from: s0, to: s1}}
      - {{from: s1, to: s2}}
      - {{from: s2, to: s3}}
"""


def clerks(count: int) -> str:
    machines = "".join(CLERK.format(k=k) for k in range(count))
    return (
        f"fsm: 1\nname: clerks\nmachines:{machines}"
        "properties: {first: {never: clerk0 == s3}, second: {never: clerk0 == s3 and clerk1 == s1}}"
    )


@pytest.mark.parametrize("count", [2, 4, 8])
def test_machines_that_ignore_each_other_cost_their_sum(count: int) -> None:
    """One after the other: the last clerk first, as far as the properties do not look; then the two
    that they look at, in every order of what they see."""
    options = CheckOptions(without=OFF)
    report = check_spec(parse_spec(clerks(count)), options)
    assert report.states <= 4 * 4 + 3 * (count - 2)
    (reduction,) = report.reductions
    assert reduction.name == "order"
    assert ("clerk0", 4, 2) in reduction.subjects  # s0 and s1: no property tells s2 from them
    first, second = report.results
    assert first.run is not None and second.run is not None
    assert (len(first.run.steps), len(second.run.steps)) == (3, 4)  # shortest, none of others
    assert not report.findings
    if count == 4:
        whole = check_spec(parse_spec(clerks(count)), replace(options, without=(*OFF, "order")))
        assert whole.states == 4**count
        stats = check_spec(parse_spec(clerks(count)), replace(options, stats=True))
        assert stats.reductions[0].states == 4**count
        assert stats.stats is not None
        assert stats.stats.deadlocks == 1


CONDITIONS = """
fsm: 1
name: pair
variables: {{mine: {{range: 0..3}}, ours: {{range: 0..3}}}}
events: {{call: {{by: two}}, own: {{by: one}}{events}}}
machines:
  one:
    states: {{a: {{}}, b: {{}}, c: {{}}}}
    transitions:
      - {{from: a, {first}to: b}}
      - {{from: b, {then}to: c}}
      - {{from: c, on: own, to: c}}
  two:
    states: {{p: {{}}, q: {{}}}}
    transitions:
      - {{from: p, {other}to: q}}
      - {{from: q, on: call, to: q{set}}}
properties: {{claim: {{{claim}}}}}
"""


def private(
    first: str = "", then: str = "", other: str = "", set: str = "", events: str = "",
    claim: str = "never: two == q and ours == 3",
) -> set[str]:  # fmt: skip
    text = CONDITIONS.format(
        first=first, then=then, other=other, set=set, events=events, claim=claim
    )
    spec = parse_spec(text)
    order = reduce(spec, spec.properties, OFF).order
    if order is None:
        return set_of()
    leaves = order.system.processes[0].leaves
    return {leaves[k] for k in order.private[0]}


def set_of() -> set[str]:
    return set()


def test_what_is_private() -> None:
    assert private() == {"a", "b"}  # c is a cycle
    assert private(first="set: {mine: 1}, ") == {"a", "b"}
    assert private(first="when: mine == 0, ") == {"a", "b"}
    assert private(first="on: own, ") == {"a", "b"}  # nobody else mentions it


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ({"first": "set: {ours: 1}, "}, {"b"}),  # the property reads it
        ({"first": "set: {mine: mine + 1}, "}, {"b"}),  # it may fault
        ({"first": "when: 6 // mine > 2, "}, {"b"}),
        ({"first": "when: two == p, "}, {"b"}),  # another machine decides
        ({"first": "when: ours == 0, ", "set": ", set: {ours: 1}"}, {"b"}),
        ({"first": "set: {mine: 1}, ", "other": "when: mine == 0, "}, {"b"}),  # another reads it
        ({"first": "set: {mine: 1}, ", "set": ", set: {mine: 1}"}, {"b"}),  # another writes it
        ({"other": "when: one != b, "}, set()),  # another sees where it is
        ({"other": "when: one == c, "}, {"a"}),
        ({"claim": "never: one == c"}, {"a"}),  # and so does the property
        ({"claim": "always: 'one in {a, b}'"}, {"a"}),
        ({"then": "on: call, "}, set()),  # in b it goes along with the other's event
        ({"then": "on: nod, ", "events": ", nod: {}"}, {"a", "b"}),
        ({"then": "on: nod, ", "events": ", nod: {sync: all}", "other": "on: nod, "}, {"a"}),
        ({"then": "on: nod, ", "events": ", nod: {}", "other": "on: nod, "}, set()),
        ({"first": "priority: 1, "}, set()),
        ({"claim": "eventually: two == q"}, set()),
        ({"claim": "can_always: two == q"}, set()),
        ({"claim": "never: fired(own)"}, set()),
        ({"first": "not_before: 1h, "}, set()),
        ({"events": ", nod: {priority: 1}", "first": "on: nod, "}, set()),
        ({"events": ", nod: {tags: [strategy]}", "first": "on: nod, "}, set()),
    ],
)
def test_each_condition(change: dict[str, str], left: set[str]) -> None:
    assert private(**change) == left


def test_variants_that_cannot_take_a_private_step_take_the_others() -> None:
    text = clerks(3).replace("machines:", "switches: {s: bool}\nmachines:", 1)
    text = text.replace("{from: s0, to: s1}", "{from: s0, when: s, to: s1}", 1)
    spec = parse_spec(text.replace("clerk0 == s3 and clerk1 == s1", "clerk2 == s3", 1))
    part = check_spec(spec, CheckOptions(without=OFF))
    whole = check_spec(spec, CheckOptions(without=(*OFF, "order")))
    assert part.states < whole.states
    assert substance(part.results) == substance(whole.results)
    assert str(part.results[0].violated) == "s"
    assert str(part.results[1].violated) == "always"
    assert findings(part) == findings(whole)


def test_where_a_shortest_run_is_too_far_the_report_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fsm.check.shortest, "MOST", 5)
    report = check_spec(parse_spec(clerks(4)), CheckOptions(without=OFF))
    assert report.results[0].outcome is Outcome.VIOLATED
    assert report.results[0].run is not None
    assert any("not every run told is a shortest one" in note.en for note in report.notes)


def decided(document: Document, *without: str) -> SpecReport | str:
    options = CheckOptions(without=(*OFF, *without), max_states=LIMIT, stats=True)
    try:
        return check_spec(spec_from(document), options)
    except FsmError as problem:  # a property without a value
        return type(problem).__name__


def check(document: Document) -> bool:
    """Compare with the unreduced result; answers whether anything was saved."""
    whole = decided(document, "order")
    assume(isinstance(whole, str) or whole.complete)
    part = decided(document)
    if isinstance(whole, str) or isinstance(part, str):
        assert whole == part
        return False
    assert substance(part.results) == substance(whole.results)
    assert findings(part) == findings(whole)
    assert part.sensitivity == whole.sensitivity
    assert part.stats is not None and whole.stats is not None
    assert part.stats.deadlocks == whole.stats.deadlocks
    assert part.states <= whole.states
    return part.states < whole.states


@given(orders())
@settings(max_examples=15, deadline=None, suppress_health_check=[*SLOW, *HealthCheck])
def test_nothing_changes_but_the_size(document: Document) -> None:
    check(document)


@pytest.mark.slow
@given(orders())
@settings(max_examples=2_000, deadline=None, suppress_health_check=[*SLOW, *HealthCheck])
def test_nothing_changes_but_the_size_at_length(document: Document) -> None:
    check(document)


def test_random_specs_are_reduced() -> None:
    """The comparison above would say nothing about specs in which every order counts."""
    saved = []

    @given(st.data())
    @settings(max_examples=20, deadline=None, database=None, derandomize=True,
              suppress_health_check=[*SLOW, *HealthCheck])  # fmt: skip
    def look(data: st.DataObject) -> None:
        spec = spec_from(data.draw(orders()))
        saved.append(reduce(spec, spec.properties, OFF).order is not None)

    look()
    assert sum(saved) > len(saved) / 4
