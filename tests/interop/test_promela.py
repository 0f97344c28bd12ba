"""What the Promela model says it leaves out, it leaves out."""

from fsm.interop.promela import to_promela
from fsm.spec.load import parse_spec

SPEC = """
fsm: 1
name: small
events: {go: {}}
machines:
  m: {states: {a: {}, b: {}}, transitions: [{from: a, on: go, to: b}]}
properties:
  plain: {never: m == b}
  linear: {ltl: "G (go -> F m == b)"}
  tree: {ctl: "AG EF m == b"}
  scoped: {never: m == a, scope: {after: go}}
  trap: {can_always: m == b}
"""


def test_only_plain_patterns_become_claims() -> None:
    text = to_promela(parse_spec(SPEC)).text
    assert "CHECK_plain" in text
    for name in ("linear", "tree", "scoped"):
        assert f"CHECK_{name}" not in text
        assert f"{name} is not here: formulas are not translated" in text
    assert "trap is not here: no linear formula says can_always" in text
