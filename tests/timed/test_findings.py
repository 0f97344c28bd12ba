"""Structural findings in dense time against those in whole units, on random specs: the same where
all bounds are closed, and every one with a run that was replayed."""

from collections import Counter

import pytest
from hypothesis import given, settings

from fsm.check.check import CheckOptions, check_spec
from fsm.check.results import Finding, SpecReport
from fsm.spec.load import spec_from
from fsm.timed.closed import is_closed
from tests.timed.agreement import family_of
from tests.timed.claims import claimed_specs
from tests.timed.test_agreement import SLOW

CODES = ("S01", "S02", "S04", "S05", "S06", "S07", "S11", "S13", "S15", "S16", "S18")


def told(report: SpecReport) -> set[tuple[str, str, str]]:
    """What both times must find. A state that waits for nothing but a timelock is a dead end (S03)
    in whole units only, and S17 looks at more than one strict bound."""
    never = {f.subject for f in report.findings if f.code == "S17" and "never" in f.message.en}
    found = {(f.code, f.subject, str(f.condition)) for f in report.findings if f.code in CODES}
    return found | {("S02", subject, "None") for subject in never}


def compare(document: dict[str, object], tally: Counter[str], most: int = 1_500) -> None:
    spec = spec_from({**document, "properties": {"p": {"never": "false"}}})
    system, _, family = family_of(spec)
    reports = [
        check_spec(spec, CheckOptions(time=time, max_states=most, without=("values", "symmetry")))
        for time in ("units", "dense")
    ]
    if not all(r.complete for r in reports):
        tally["too large"] += 1
        return
    units, dense = reports
    for finding in dense.findings:
        tally[finding.code] += 1
        assert finding.run is not None or finding.code not in CODES[2:]
    if not is_closed(system, family):
        tally["strict"] += 1
        return
    tally["exact"] += 1
    assert untimed(units.findings) == untimed(dense.findings)
    a, b = told(units), told(dense)
    assert ignoring(a, b) == ignoring(b, a)


def untimed(findings: tuple[Finding, ...]) -> list[tuple[str, str]]:
    return [(f.code, f.subject) for f in findings if f.code in ("S08", "S09", "S10")]


def ignoring(
    found: set[tuple[str, str, str]], other: set[tuple[str, str, str]]
) -> set[tuple[str, str, str]]:
    """An S17 of one time may explain what is a bare S02 in the other."""
    return {f for f in found if f[0] != "S02" or f in other}


def collected(strict: bool, examples: int, most: int = 300) -> Counter[str]:
    tally: Counter[str] = Counter()

    @given(claimed_specs() if strict else claimed_specs(strict=False))
    @settings(max_examples=examples, deadline=None, suppress_health_check=SLOW)
    def collect(document: dict[str, object]) -> None:
        compare(document, tally, most)

    collect()
    return tally


def test_closed_bounds() -> None:
    assert collected(False, 10)["exact"]


@pytest.mark.slow
@given(claimed_specs())
@settings(max_examples=5_000, deadline=None, suppress_health_check=SLOW)
def test_at_length(document: dict[str, object]) -> None:
    compare(document, Counter())
