"""Whole reports of the compiled engine on random specs, what it refuses, and its limits."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from fsm.check import compiled, engines
from fsm.check.check import CheckOptions, check_spec
from fsm.check.results import Outcome
from fsm.errors import UsageError
from fsm.model import Spec
from fsm.reduce.reduction import NAMES
from fsm.spec.load import parse_spec, spec_from
from tests.check.agreement import told
from tests.explore.test_agreement import CORNERS, SLOW
from tests.known_answers.families import text
from tests.random_specs import specs

pytest.importorskip("llvmlite")


def agrees(spec: Spec) -> bool:
    """Compare with plain Python what both decide; False where the spec is too large, or too wide
    for machine code."""
    kept = tuple(p for p in spec.properties if p.pattern in SERVED)
    spec = replace(spec, properties=kept)
    options = CheckOptions(engine="python", max_states=3_000, without=NAMES)
    explicit = check_spec(spec, options)
    if not explicit.complete:
        return False
    try:
        found = check_spec(spec, replace(options, engine="compiled"))
    except UsageError as problem:
        assert problem.code in ("F741", "F742")
        return False
    assert found.engine == "compiled"
    assert told(found) == told(explicit)
    assert found.depth == explicit.depth
    return True


SERVED = (*compiled.JUDGED, compiled.Pattern.CAN_ALWAYS)


@given(specs())
@settings(max_examples=200, deadline=None, suppress_health_check=SLOW)
def test_reports_agree(document: dict[str, object]) -> None:
    agrees(spec_from(document))


@pytest.mark.slow
@given(specs())
@settings(max_examples=1_000, deadline=None, suppress_health_check=SLOW)
def test_reports_agree_at_length(document: dict[str, object]) -> None:
    agrees(spec_from(document))


@pytest.mark.parametrize("name", CORNERS)
def test_corners(name: str) -> None:
    assert agrees(parse_spec(CORNERS[name]))
