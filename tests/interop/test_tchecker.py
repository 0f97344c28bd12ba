"""The export to TChecker, judged by TChecker where it is installed and by brute force over regions
everywhere: a label is reachable exactly where zones find the property violated, or reachable."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings

from fsm.cli.export import command
from fsm.errors import UsageError
from fsm.explore.space import Limits
from fsm.interop.tchecker import TChecker, to_tchecker
from fsm.model import Spec
from fsm.spec.load import parse_spec, spec_from
from fsm.timed.decide import TimedDecider
from tests.interop.tchecker_judge import ABSENT, JUDGE, reached
from tests.interop.timed_automaton import read
from tests.known_answers.families import text
from tests.timed.agreement import family_of
from tests.timed.claims import claimed_specs
from tests.timed.small import small
from tests.timed.test_regions import CORNERS

SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
needs_tchecker = pytest.mark.skipif(JUDGE is None, reason=ABSENT)


def zones(spec: Spec, variant: dict[str, object]) -> set[str] | None:
    """The labels that zones find."""
    system, lowering, family = family_of(spec)
    number = next(k for k in range(family.total) if family.variant(k) == variant)
    decider = TimedDecider(system, lowering, family, spec.properties, Limits(states=1_500))
    found: set[str] = set()
    for property_, label in to_tchecker(spec, variant).labels:
        decision = next(iter(decider.decide(property_)))
        if decision.undecided:
            return None
        if decision.found >> number & 1:
            found.add(label)
    return found


Judge = Callable[[TChecker], set[str] | None]  # the labels that are reached; None: too large


def by_regions(limit: int) -> Judge:
    return lambda model: read(model.text).reachable(limit)


def by_tchecker(folder: Path) -> Judge:
    return lambda model: reached(model.text, folder)


def compare(spec: Spec, tally: Counter[str], judge: Judge) -> None:
    system, _, family = family_of(spec)
    if system.unit is None:
        return
    for number in range(min(family.total, 2)):
        variant = family.variant(number)
        try:
            model = to_tchecker(spec, variant)
        except UsageError as refused:
            tally[refused.code] += 1
            continue
        found = zones(spec, variant)
        judged = None if found is None else judge(model)
        if judged is None:
            tally["too large"] += 1
            continue
        assert judged == found, variant
        tally["judged"] += 1
        tally["labels"] += len(model.labels)
        tally["reached"] += len(judged)


def test_random_specs() -> None:
    tally = Counter[str]()

    @given(claimed_specs(pauses=False))
    @settings(max_examples=4, deadline=None, suppress_health_check=SLOW)
    def run(document: dict[str, object]) -> None:
        compare(spec_from(document), tally, by_regions(400))

    run()
    assert tally["judged"], tally


@pytest.mark.slow
def test_random_specs_at_length() -> None:
    tally = Counter[str]()

    @given(claimed_specs(pauses=False))
    @settings(max_examples=2_000, deadline=None, suppress_health_check=SLOW)
    def run(document: dict[str, object]) -> None:
        compare(spec_from(document), tally, by_regions(3_000))

    run()
    assert tally["judged"] > 200 and tally["reached"], tally


def judged_by_tchecker(folder: Path, examples: int) -> Counter[str]:
    tally = Counter[str]()

    @given(claimed_specs(pauses=False))
    @settings(max_examples=examples, deadline=None, suppress_health_check=SLOW)
    def run(document: dict[str, object]) -> None:
        compare(spec_from(document), tally, by_tchecker(folder))

    run()
    print(dict(tally))
    return tally


@needs_tchecker
def test_random_specs_before_tchecker(tmp_path: Path) -> None:
    tally = judged_by_tchecker(tmp_path, 10)
    assert tally["judged"], tally


@pytest.mark.slow
@needs_tchecker
def test_random_specs_before_tchecker_at_length(tmp_path: Path) -> None:
    tally = judged_by_tchecker(tmp_path, 100)
    assert tally["judged"] > 60, tally


@pytest.mark.slow
@needs_tchecker
@pytest.mark.parametrize("strict", [False, True])
def test_small_specs_before_tchecker(strict: bool, tmp_path: Path) -> None:
    tally = Counter[str]()
    for number in range(300):
        compare(spec_from(small(number, strict=strict)), tally, by_tchecker(tmp_path))
    print(dict(tally))
    assert tally["judged"] > 550 and 0 < tally["reached"] < tally["labels"], tally


@pytest.mark.parametrize("name", ["fischer_dense", "train_gate"])
@pytest.mark.parametrize("strict", [False, True])
def test_known_answers(name: str, strict: bool) -> None:
    model = to_tchecker(parse_spec(text(name)), {"strict": strict})
    ((property_, label),) = model.labels
    assert label == property_.name
    assert read(model.text).reachable(100_000) == (set() if strict else {label})


LATE = """
fsm: 1
name: late
machines:
  m:
    states: {s: {}, t: {final: true}}
    transitions:
      - {from: s, after: 2h, when: open == 1, to: t}
  door:
    states: {shut: {}, ajar: {}}
    transitions:
      - {from: shut, not_before: 3h, to: ajar, set: {open: 1}}
variables: {open: {range: 0..1}}
properties: {p: {reachable: m == t}, q: {never: m == s and open == 1}}
"""


def test_a_deadline_that_is_past_when_it_begins_to_count() -> None:
    """TChecker lets nobody into a location past its invariant; here the step is still due."""
    model = to_tchecker(parse_spec(LATE))
    assert read(model.text).reachable(1_000) == {"p", "q"}
    assert "invariant" in model.text


ONLY_ASKED = """
fsm: 1
name: asked
clocks: {c: {}, d: {}}
machines:
  m:
    states: {s: {}, t: {final: true}}
    transitions: [{from: s, between: [1h, 3h], to: t, reset: c}]
properties: {p: {never: m == t and c > 2h and d < 4h}, q: {reachable: m == t and c > 2h and d < 3h}}
"""


def test_a_clock_that_only_a_property_reads_is_there_and_restarts(tmp_path: Path) -> None:
    model = to_tchecker(parse_spec(ONLY_ASKED))
    assert read(model.text).reachable(1_000) == {"p"}
    if JUDGE is not None:
        assert reached(model.text, tmp_path) == {"p"}


@pytest.mark.parametrize("name", CORNERS)
def test_time_that_is_held_up_and_goes_on(name: str) -> None:
    tally = Counter[str]()
    compare(parse_spec(CORNERS[name]), tally, by_regions(3_000))
    assert tally["judged"] == 1


@needs_tchecker
@pytest.mark.parametrize("name", CORNERS)
def test_time_that_is_held_up_and_goes_on_before_tchecker(name: str, tmp_path: Path) -> None:
    tally = Counter[str]()
    compare(parse_spec(CORNERS[name]), tally, by_tchecker(tmp_path))
    assert tally["judged"] == 1


def test_what_cannot_be_said_is_refused() -> None:
    paused = LATE.replace("variables:", "clocks: {c: {paused_when: m == s}}\nvariables:").replace(
        "after: 2h", "after: 2h, clock: c"
    )
    with pytest.raises(UsageError) as refused:
        to_tchecker(parse_spec(paused))
    assert refused.value.code == "F730"
    wide = "variables: {x: {range: 0..30000, initial: any}, open: {range: 0..1}}"
    with pytest.raises(UsageError) as refused:
        to_tchecker(parse_spec(LATE.replace("variables: {open: {range: 0..1}}", wide)))
    assert refused.value.code == "F731"
    with pytest.raises(UsageError) as refused:
        to_tchecker(parse_spec(text("train_gate")), {"loose": True})
    assert refused.value.code == "F603"


def test_the_command(tmp_path: Path) -> None:
    source, out = tmp_path / "gate.fsm.yaml", tmp_path / "gate.txt"
    source.write_text(text("train_gate"), encoding="utf-8")
    asked = [str(source), "--to", "tchecker", "--variant", "strict=true"]
    assert CliRunner().invoke(command, asked).output.startswith("system:train_gate\n")
    assert CliRunner().invoke(command, [*asked, "--out", str(out)]).exit_code == 0
    assert read(out.read_text(encoding="utf-8")).reachable(100_000) == set()


@needs_tchecker
@pytest.mark.parametrize("name", ["fischer_dense", "train_gate"])
@pytest.mark.parametrize("strict", [False, True])
def test_tchecker_agrees(name: str, strict: bool, tmp_path: Path) -> None:
    model = to_tchecker(parse_spec(text(name)), {"strict": strict})
    found = reached(model.text, tmp_path)
    assert found == (set() if strict else {label for _, label in model.labels})
