"""Paths of machine code in Python, where the two cut the values of clocks differently."""

from collections import Counter

import pytest

from fsm.spec.load import parse_spec
from tests.timed.served import compare_served, not_compiled

CUT_OTHERWISE = {
    "a zone there is part of one here": """
clocks: {c: {}}
machines:
  one:
    states: {a: {}, b: {}, k: {}}
    transitions:
      - {from: b, after: 1h, to: a}
      - {from: a, when: "c >= 2h or one in {a, b}", to: b}
properties: {p: {reachable: one == b and c > 2h}}
""",
    "a zone there is part of several here": """
clocks: {c: {}, d: {}}
variables: {x: {range: 0..1}}
machines:
  one:
    states: {a: {}, b: {urgent: true}}
    transitions:
      - {from: a, when: d <= 3h, reset: c}
      - {from: a, when: d >= 1h or (x == 0 and c < 1h), to: b}
      - {from: b, set: {x: 1 - x}}
properties: {p: {reachable: one == b and d >= 3h and c >= 1h and c <= 2h}}
""",
}


@pytest.mark.parametrize("name", CUT_OTHERWISE)
def test_a_run_is_shown_all_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    not_compiled(monkeypatch)
    tally = Counter[str]()
    compare_served(parse_spec(f"fsm: 1\nname: cut{CUT_OTHERWISE[name]}"), tally, most=200)
    assert (tally["served"], tally["violated"]) == (1, 1), tally
