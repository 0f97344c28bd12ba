"""A claim that has no value in a state that is reached is refused, whatever its pattern and
wherever it meets that state: at the start, or after a step."""

import pytest

from fsm.check.check import CheckOptions, check_spec
from fsm.errors import UsageError
from fsm.spec.load import parse_spec

SPEC = """
fsm: 1
name: partial
variables: {{x: {{range: 0..2, initial: {first}}}}}
events: {{e: {{}}, f: {{}}}}
machines:
  m:
    states: {{a: {{}}, b: {{}}}}
    transitions:
      - {{from: a, on: e, to: b, set: {{x: {second}}}}}
      - {{from: b, on: f, to: a, set: {{x: {first}}}}}
properties:
  p: {{{claim}}}
"""
CLAIMS = [
    "eventually: 6 // x == 3",
    "never: 6 // x == 3",
    "after: m == b, eventually: 6 // x == 3",
    "after: fired(e), eventually: 6 // x == 3",
    "before: m == b and fired(f), must: 6 // x == 3",
    'ltl: "G (6 // x != 3)"',
    'ltl: "F G (6 // x == 3)"',
    'ltl: "G (fired(e) -> F 6 // x == 3)"',
    'ctl: "AG (6 // x != 3)"',
    "can_always: 6 // x == 3",
]


def refused(claim: str, first: int, second: int, engine: str) -> bool:
    spec = parse_spec(SPEC.format(claim=claim, first=first, second=second))
    try:
        check_spec(spec, CheckOptions(engine=engine))
    except UsageError as problem:
        return problem.code == "F609"
    return False


@pytest.mark.parametrize("engine", ["python", "symbolic"])
@pytest.mark.parametrize("claim", CLAIMS)
def test_it_is_refused_at_the_start_and_after_a_step(claim: str, engine: str) -> None:
    pytest.importorskip({"symbolic": "dd"}.get(engine, "fsm"))
    assert not refused(claim, 1, 2, engine)
    assert refused(claim, 1, 0, engine)
    if "m == b" not in claim:  # else nothing asks before the step
        assert refused(claim, 0, 1, engine)
